"""In a real browser: the resident on a phone and the street officer, from the decision to the order and out of it again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast
from tests.rooms.plans.drill import PACK, TABLE, contact, install, order
from tests.rooms.trust.test_trust_pages import add_account
from tests.web import test_browser
from tests.web.test_browser import sign_in
from tongchou.record.models import Account, Loop

pytestmark = test_browser.pytestmark
browser, town = test_browser.browser, test_browser.town


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "appeal", "answer"), [("zh-hans", "申诉", "申诉办理中"), ("en", "Appeal", "Your appeal is being answered")])
def test_a_resident_reads_the_order_and_appeals_on_the_phone(
    browser: Any, live_server: Any, town: Cast, language: str, appeal: str, answer: str
) -> None:
    install(town)
    mine = contact(town)
    order(town, mine)
    add_account(town, "villager", "spring_community", "resident", mine)
    Account.objects.filter(username="villager").update(language=language)
    page, said = sign_in(browser, live_server.url, "villager", 390)
    page.goto(live_server.url + "/my/status")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    button = page.locator(f"a:has-text('{appeal}')").first
    assert button.bounding_box()["height"] >= 44
    button.click()
    page.fill("#id_detail", "当天我不在场")
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector(f"text={answer}")
    assert Loop.objects.get(kind="appeal").subject_person_id is not None
    assert not said
    page.context.close()


@pytest.mark.django_db(transaction=True)
def test_a_street_officer_decides_issues_and_lifts(browser: Any, live_server: Any, town: Cast) -> None:
    install(town)
    key = contact(town)
    page, said = sign_in(browser, live_server.url, "street", 1280)
    page.goto(live_server.url + f"/people/{key}")
    page.click("a.btn:has-text('按方案判定')")
    page.select_option("#id_table", value=f"{PACK}/{TABLE}")
    page.click("form.tc-filters button")
    page.click("button[name=keep]")
    page.wait_for_selector("text=判定已保存")
    page.click(".tc-head-act a")
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("text=执行中")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.click("summary:has-text('解除')")
    page.fill("#release_note", "核实为误判")
    page.click("details button:has-text('解除')")
    page.wait_for_selector("text=已解除")
    assert not said
    page.context.close()
