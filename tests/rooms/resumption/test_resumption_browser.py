"""In a real browser: the enterprise's clerk applies on a phone, the street checks with a photo, the office decides, anybody verifies; a competitor sees nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.resumption.flow import PDF, PNG
from tests.web.test_browser import browser, pytestmark, sign_in, town
from tongchou.record.models import WorkPermit
from tongchou.rooms.resumption.models import Application, RuleEdition
from tongchou.rooms.resumption.ways import default_rules

__all__ = ["browser", "pytestmark", "town"]
FITS = "document.documentElement.scrollWidth - window.innerWidth"
PHOTO = {"name": "现场.png", "mimeType": "image/png", "buffer": PNG}
PAPER = {"name": "预案.pdf", "mimeType": "application/pdf", "buffer": PDF}


def by_list(town: Cast) -> None:
    """No grade is on record: the district has ruled that applications go by list meanwhile."""
    RuleEdition.objects.create(
        from_date="2020-01-01", rules=default_rules() | {"unknown_way": "list"}, reason="测试", state="adopted", proposed_by=town.accounts["hq"],
        proposed_at=timezone.now(), decided_by=town.accounts["leader"], decided_at=timezone.now(),
    )  # fmt: skip


def send(page: Any, then: str) -> None:
    """Send the form of the page and wait until the answer stands."""
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector(f"text={then}")


def fill_in(page: Any, row: Application) -> None:
    """Something fitting for each item that the form still shows."""
    for item in row.items.exclude(form="record"):
        box = f"#id_item_{item.key}"
        if item.form in ("photo", "file"):
            page.set_input_files(f"input[name=item_{item.key}]", PHOTO if item.form == "photo" else PAPER)
        else:
            page.fill(box, "12" if item.form == "number" else "李某，厂长，分两批返岗")


def apply_on_the_phone(browser: Any, address: str) -> Application:
    """From the list of materials to the submission; what is wrong comes back with what was typed."""
    page, said = sign_in(browser, address, "enterprise", 390)
    page.goto(address + "/resumption/new")
    send(page, "已按现行规定列出材料")
    row = Application.objects.get()
    page.goto(address + reverse("resumption_fill", args=[row.pk]))
    assert page.evaluate(FITS) <= 0
    fill_in(page, row)
    send(page, "材料齐了")
    page.goto(address + reverse("resumption_submit", args=[row.pk]))
    page.click("main form button.btn-primary")
    page.wait_for_selector("text=已提交，两个工作日内答复")
    assert not said, said
    page.context.close()
    row.refresh_from_db()
    return row


def check_on_site(browser: Any, address: str, row: Application) -> None:
    """The street on a phone: one item is not in order, with a photo; then all others, and the conclusion."""
    page, said = sign_in(browser, address, "street", 390)
    page.goto(address + reverse("resumption_site", args=[row.pk]))
    assert page.evaluate(FITS) <= 0
    assert (
        min(
            page.evaluate(
                "[...document.querySelectorAll('main .tc-choice')].map(e => e.getBoundingClientRect().height)"
            )
        )
        >= 44
    )
    page.check("input[name=ok_canteen][value=no]")
    page.fill("#id_reason_canteen", "集中就餐")
    page.set_input_files("input[name=photo_canteen]", PHOTO)
    send(page, "看完全部项目后写结论")
    page.goto(address + reverse("resumption_site", args=[row.pk]))
    for item in row.items.filter(site=True).exclude(key="canteen"):
        page.check(f"input[name=ok_{item.key}][value=ok]")
    page.fill("#id_conclusion", "除食堂外具备")
    send(page, "核查结论已提交")
    assert not said, said
    page.context.close()


def decide_in_english(page: Any, address: str, row: Application) -> None:
    """The office finds the rest in order and approves; every page of it is English."""
    page.goto(address + reverse("resumption_review", args=[row.pk]))
    for choice in page.locator("input[type=radio][value=ok]").all():
        choice.check()
    page.click("form.tc-form button.btn-primary")
    page.wait_for_url(f"**{reverse('resumption_application', args=[row.pk])}")
    page.goto(address + reverse("resumption_decide", args=[row.pk]))
    page.check("input[name=approve][value=yes]")
    page.fill("#id_conditions", "分餐")
    send(page, "Approved; permit")


@pytest.mark.django_db(transaction=True)
def test_from_the_application_on_a_phone_to_a_plate_that_anybody_verifies(
    browser: Any, live_server: Any, town: Cast
) -> None:
    by_list(town)
    address = live_server.url
    row = apply_on_the_phone(browser, address)
    check_on_site(browser, address, row)
    town.accounts["hq"].language = "en"
    town.accounts["hq"].save()
    office, said = sign_in(browser, address, "hq", 1280)
    office.goto(address + reverse("resumption_ask", args=[row.pk]))
    assert office.is_checked("input[value=canteen]")
    office.fill("#id_what", "请提交分餐安排")
    send(office, "The enterprise is told")
    clerk, _ = sign_in(browser, address, "enterprise", 390)
    clerk.goto(address + reverse("resumption_application", args=[row.pk]))
    clerk.wait_for_selector("text=计时已停止")
    clerk.goto(address + reverse("resumption_fill", args=[row.pk]))
    canteen = row.items.get(key="canteen")
    if canteen.form in ("photo", "file"):
        clerk.set_input_files("input[name=item_canteen]", PHOTO if canteen.form == "photo" else PAPER)
    else:
        clerk.fill("#id_item_canteen", "20" if canteen.form == "number" else "已改为分餐")
    send(clerk, "已保存")
    clerk.goto(address + reverse("resumption_submit", args=[row.pk]))
    clerk.click("main form button.btn-primary")
    clerk.wait_for_selector("text=已提交")
    clerk.context.close()
    street, _ = sign_in(browser, address, "street", 390)
    street.goto(address + reverse("resumption_site", args=[row.pk]))
    street.check("input[name=ok_canteen][value=ok]")
    street.fill("#id_conclusion", "已改为分餐，具备")
    send(street, "核查结论已提交")
    street.context.close()
    decide_in_english(office, address, row)
    assert not said, said
    office.context.close()
    permit = WorkPermit.objects.get()
    anybody = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN").new_page()
    anybody.goto(address + reverse("plate", args=[permit.pk]))
    anybody.wait_for_selector("text=有效")
    assert permit.number in anybody.content()
    anybody.context.close()
    a_competitor_sees_nothing(browser, address, row, permit)


def a_competitor_sees_nothing(browser: Any, address: str, row: Application, permit: WorkPermit) -> None:
    rival, _ = sign_in(browser, address, "rival", 390)
    for name in ("application", "fill", "submit", "withdraw"):
        assert rival.goto(address + reverse(f"resumption_{name}", args=[row.pk])).status == 404, name
    for name in ("permit", "permit_plate"):
        assert rival.goto(address + reverse(name, args=[permit.pk])).status == 404, name
    assert rival.goto(address + reverse("loop", args=[row.loop_id])).status == 404
    assert rival.goto(address + reverse("resumption_letter", args=[row.pk, "pdf"])).status == 404
    assert "works" not in rival.content()
    rival.context.close()
