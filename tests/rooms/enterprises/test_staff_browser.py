"""In a real browser: a clerk imports staff and gets the refused rows back, a worker reads the own file on a phone and has it corrected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cast import SINCE, Cast
from tests.record.test_row_imports import workbook
from tests.web.test_browser import PASSWORD, browser, pytestmark, sign_in, town
from tongchou.record.models import Account, Loop, Post, PostHolding, Staff

__all__ = ["browser", "pytestmark", "town"]
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def worker(town: Cast, person: Any) -> None:
    """Somebody on record with an account of one's own."""
    account = Account(username="worker", display_name="worker 同志", person_id=person)
    account.set_password(PASSWORD)
    account.save()
    post = Post.objects.create(unit=town.units["spring_community"], title="居民", role="resident")
    PostHolding.objects.create(post=post, account=account, from_date=SINCE)


@pytest.mark.django_db(transaction=True)
def test_refused_rows_come_back_and_a_worker_corrects_the_own_file(browser: Any, live_server: Any, town: Cast) -> None:
    page, said = sign_in(browser, live_server.url, "enterprise", 1280)
    page.goto(live_server.url + "/staff/import")
    page.set_input_files(
        "input[type=file]", {"name": "员工.xlsx", "mimeType": SHEET, "buffer": b"\x89PNG\r\n\x1a\n" + b"\x00" * 64}
    )
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("[role=alert]")
    assert not Staff.objects.exists()
    page.set_input_files("input[type=file]", {"name": "员工.xlsx", "mimeType": SHEET, "buffer": workbook()})
    page.check("input[name=mode][value=import]")
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("[data-save-blob]")
    with page.expect_download() as got:
        page.click("[data-save-blob]")
    text = Path(got.value.path()).read_bytes().decode("utf-8-sig")
    assert "无此厂" in text
    assert "mill 单位" in text
    assert "缝纫工" not in text.splitlines()[1]
    assert Staff.objects.count() == 2
    assert not [s for s in said if "422" not in s], said
    page.context.close()
    mine = Staff.objects.select_related("person").order_by("pk")[0]
    worker(town, mine.person_id)
    page, said = sign_in(browser, live_server.url, "worker", 390)
    page.goto(live_server.url + "/my/work")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.fill("textarea[name=what]", "我 2 月 1 日就离开了")
    page.click("button:has-text('申请更正')")
    page.wait_for_selector("text=已提出更正")
    assert Loop.objects.get(origin="staff_correction").owner_unit_id == town.units["works"].pk
    assert page.goto(live_server.url + f"/staff/{Staff.objects.exclude(pk=mine.pk).get().pk}").status in (403, 404)
    assert not [s for s in said if "40" not in s], said
    page.context.close()
    rival, _ = sign_in(browser, live_server.url, "rival", 390)
    for path in (f"/staff/{mine.pk}", f"/enterprises/{town.units['works'].pk}/staff"):
        assert rival.goto(live_server.url + path).status == 404
    rival.context.close()
