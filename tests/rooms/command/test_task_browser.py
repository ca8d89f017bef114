"""In a real browser: a task is returned until somebody has to rule on it, done with a co-unit, verified by another unit, and followed up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from tests.cast import Cast
from tests.web.test_browser import browser, pytestmark, sign_in, town
from tongchou.record.models import Loop

__all__ = ["browser", "pytestmark", "town"]


def step(page: Any, address: str, loop: Loop, key: str, **given: str) -> None:
    """Take a step on its own page; the loop's page then stands."""
    page.goto(f"{address}/loops/{loop.pk}/steps/{key}")
    for name, value in given.items():
        field = page.locator(f"[name={name}]")
        field.select_option(value) if name == "to_unit" else field.fill(value)
    page.click("form.tc-form button.btn-primary")
    page.wait_for_url(f"**/loops/{loop.pk}")
    loop.refresh_from_db()


@pytest.mark.django_db(transaction=True)
def test_returned_ruled_on_done_together_verified_elsewhere_and_followed_up(browser: Any, live_server: Any, town: Cast) -> None:
    address, east = live_server.url, str(town.units["east_street"].pk)
    hq, said = sign_in(browser, address, "hq", 1280)
    hq.goto(address + "/loops/new?kind=task")
    hq.fill("#id_title", "排查返区人员")
    hq.select_option("#id_owner_unit", east)
    hq.check(f"[name=co_units][value='{town.units['spring_community'].pk}']")
    hq.select_option("#id_verifier_unit", str(town.units["department"].pk))
    hq.click("form.tc-form button.btn-primary")
    hq.wait_for_selector("text=已交办")
    loop = Loop.objects.get()
    street, _ = sign_in(browser, address, "street", 390)
    step(street, address, loop, "return", note="不是本街道的人")
    assert loop.stage == "returned"
    step(hq, address, loop, "reassign", to_unit=east, note="确属本街道")
    step(street, address, loop, "return", note="再次核对仍不是")
    assert loop.stage == "adjudicating"
    assert street.locator("a:has-text('裁定权属')").count() == 0
    step(hq, address, loop, "rule", to_unit=east, note="按居住地，由东街道办理")
    assert (loop.stage, loop.owner_unit_id) == ("assigned", int(east))
    street.goto(f"{address}/loops/{loop.pk}/steps/return")
    street.fill("[name=note]", "还是不接")
    street.click("form.tc-form button.btn-primary")
    street.wait_for_selector("[role=alert]")
    street.goto(f"{address}/loops/{loop.pk}")
    street.click("button:has-text('签收')")
    street.wait_for_selector("a:has-text('反馈结果')")
    step(street, address, loop, "report", evidence_result="已逐户排查")
    community, _ = sign_in(browser, address, "community", 390)
    community.goto(f"{address}/loops/{loop.pk}")
    community.fill("#part_note", "已入户")
    community.click("button:has-text('报告完成')")
    community.wait_for_selector("text=已记录")
    department, _ = sign_in(browser, address, "dept", 1280)
    department.goto(f"{address}/loops/{loop.pk}")
    department.click("a:has-text('核验通过')")
    department.click("form.tc-form button.btn-primary")
    department.wait_for_selector("text=已销号")
    Loop.objects.update(follow_up_at=F("closed_at") + timedelta(seconds=0))
    hq.goto(f"{address}/loops/{loop.pk}")
    hq.fill("#follow_note", "居民反映还有一户未登记")
    hq.click("button:has-text('未解决')")
    hq.wait_for_selector("text=已记录")
    loop.refresh_from_db()
    assert (loop.closed_at, loop.reopened) == (None, 1)
    assert not said, said
    other, _ = sign_in(browser, address, "next_street", 390)
    assert other.goto(f"{address}/loops/{loop.pk}").status == 404
    for page in (hq, street, community, department, other):
        page.context.close()
