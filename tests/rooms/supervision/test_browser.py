"""In a real browser: an inspector's phone loses the network in mid-visit, and nothing is lost or doubled; a lead is answered and decided."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.cast import Cast
from tests.rooms.supervision.helping import PNG, do, joins, plan_visit
from tests.web.test_browser import PASSWORD, browser, network, pytestmark, sign_in, town, until
from tongchou.record.models import Loop, StoredFile
from tongchou.rooms.supervision.models import Answer, Lead, Visit

__all__ = ["browser", "pytestmark", "town"]
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
ITEMS = ("organisation", "isolation_room", "screening", "attendance", "disinfection", "canteen")


SLOW_PICTURES = "(was => { window.createImageBitmap = f => new Promise(r => setTimeout(r, 1500)).then(() => was(f)); })(window.createImageBitmap)"
"""A phone that takes a while to make a picture small."""


def waiting(page: Any, count: int) -> None:
    page.wait_for_selector(f'[data-sv-net][data-waiting="{count}"]')


def begun(page: Any, visit: str) -> None:
    """The beginning is uploaded; before it was put into its queue nothing waited either."""
    page.wait_for_selector("[data-finish]")
    until(page, Visit.objects.filter(pk=visit, state="begun").exists)
    waiting(page, 0)


@pytest.mark.django_db(transaction=True)
def test_a_visit_goes_on_without_a_network_and_is_uploaded_once(browser: Any, live_server: Any, town: Cast) -> None:
    visit = plan_visit(town, "unannounced")
    page, said = sign_in(browser, live_server.url, "inspector", 390)
    page.goto(live_server.url + "/supervision/visits")
    page.wait_for_selector('[data-sv-net][data-kept="1"]')
    page.click("[data-sv-card]")
    page.click("button:has-text('开始检查')")
    begun(page, visit)
    network(page, on=False)
    for item in ITEMS:
        page.click(f'[data-item="{item}"] [data-verdict="ok"]')
        page.wait_for_selector(f'[data-item="{item}"].is-ok')
    page.wait_for_selector("text=离线 · 6 条待上传")
    page.reload()  # the phone was locked, the browser threw the page away: the card opens from the device
    page.wait_for_selector("text=离线 · 6 条待上传")
    page.fill('[data-item="supplies"] input[name="number"]', "2")
    page.click('[data-item="supplies"] [data-verdict="ok"]')  # fewer than the checklist asks for: a fault, whatever is tapped
    page.wait_for_selector('[data-item="supplies"] textarea')
    until(page, lambda: page.input_value('[data-item="supplies"] textarea') == "天用量：2，不得少于 7")
    assert page.is_disabled("[data-save]")
    page.set_input_files("[data-photo]", {"name": "现场.png", "mimeType": "image/png", "buffer": PIXEL})
    page.fill('[data-item="supplies"] textarea', "口罩仅够两天")
    page.wait_for_selector('[data-item="supplies"] .sv-photos img')
    page.evaluate(SLOW_PICTURES)
    page.set_input_files("[data-photo]", {"name": "货架.png", "mimeType": "image/png", "buffer": PNG})
    page.click("[data-save]")  # the second photo is still being made small: it belongs to the fault all the same
    page.wait_for_selector('[data-item="supplies"].is-fault')
    page.click("[data-finish]")
    page.wait_for_selector("text=离线 · 8 条待上传")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert not Answer.objects.exists()
    network(page, on=True)
    waiting(page, 0)
    row = Visit.objects.get(pk=visit)
    assert (row.state, Answer.objects.count(), StoredFile.objects.count()) == ("finished", 7, 2)
    loop = Loop.objects.get(kind="finding")
    assert (loop.stage, loop.owner_unit) == ("rectifying", town.units["works"])
    assert loop.evidence.filter(type="photo").count() == 2
    page.reload()
    waiting(page, 0)
    assert Loop.objects.count() == 1
    assert [s for s in said if "ERR_INTERNET_DISCONNECTED" not in s and "Failed to fetch" not in s and "Failed to load" not in s] == []
    page.context.close()


@pytest.mark.django_db(transaction=True)
def test_a_session_that_ended_and_a_colleagues_answer_lose_nothing(browser: Any, live_server: Any, town: Cast) -> None:
    joins(town, "inspector2", "supervision", "inspector")
    visit = plan_visit(town)
    page, _ = sign_in(browser, live_server.url, "inspector", 390)
    page.goto(live_server.url + f"/supervision/visits/{visit}/card")
    page.click("button:has-text('开始检查')")
    begun(page, visit)
    network(page, on=False)
    page.click('[data-item="canteen"] [data-verdict="ok"]')
    page.wait_for_selector("text=离线 · 1 条待上传")
    at = Visit.objects.get(pk=visit).begun_at.isoformat()
    do(town, "inspector2", "visit.answer", visit=visit, item="canteen", verdict="na", at=at)
    page.context.clear_cookies()
    network(page, on=True)
    page.click("text=去登录")
    page.fill("#id_username", "inspector")
    page.fill("#id_password", PASSWORD)
    page.click("main form button.btn-primary")
    page.wait_for_selector("[data-mine]")
    assert Answer.objects.get().verdict == "na"
    page.click("[data-mine]")
    waiting(page, 0)
    assert (Answer.objects.get().verdict, Answer.objects.get().revision) == ("ok", 2)
    page.context.close()


@pytest.mark.django_db(transaction=True)
def test_a_lead_is_answered_by_the_street_and_decided_by_two(browser: Any, live_server: Any, town: Cast) -> None:
    joins(town, "discipline2", "discipline_unit", "discipline_officer")
    account = town.accounts["discipline2"]
    account.set_password(PASSWORD)
    account.save()
    do(town, "hq", "lead.open", kind="false_report", text="上报数与现场不符", unit=town.units["east_street"].pk)
    lead = Lead.objects.get()
    page, _ = sign_in(browser, live_server.url, "street", 390)
    page.goto(live_server.url + "/accountability")
    page.wait_for_selector("text=问责线索")
    page.goto(live_server.url + f"/accountability/{lead.pk}")
    assert "上报数与现场不符" not in page.content()
    page.click("a:has-text('说明情况')")
    page.fill("#id_text", "统计口径不同，已更正。")
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("text=已办理")
    page.context.close()
    page, said = sign_in(browser, live_server.url, "discipline", 1280)
    page.goto(live_server.url + f"/accountability/{lead.pk}")
    assert "上报数与现场不符" in page.content()
    page.click("a:has-text('提出处理意见')")
    page.check("input[value=talk]")
    page.fill("#id_reason", "口径确有差异")
    page.fill("#id_basis", "相关规定第三条")
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("text=待审定")
    assert not said
    page.context.close()
    page, _ = sign_in(browser, live_server.url, "discipline2", 1280)
    page.goto(live_server.url + f"/accountability/{lead.pk}")
    page.click("a:has-text('审定并告知')")
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("text=已告知")
    lead.refresh_from_db()
    assert lead.outcome == "talk"
    page.context.close()
