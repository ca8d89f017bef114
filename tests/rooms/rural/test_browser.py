"""In a real browser: a village officer on a phone reports, receives and helps a household; the department on a desk turns the proposal into deliveries."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast
from tests.rooms.rural.farming import DAY, do, season, stock, today
from tests.web.test_browser import browser, pytestmark, sign_in, town  # noqa: F401
from tongchou.rooms.rural.models import Delivery, Household, Need

PHONE, DESK = 390, 1280


def fits(page: Any, width: int, said: list[str]) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, f"{page.url} is wider than {width}"
    assert not [s for s in said if "422" not in s], (page.url, said)  # the browser tells of a refusal too


@pytest.mark.django_db(transaction=True)
def test_a_village_on_a_phone_and_the_department_on_a_desk(browser: Any, live_server: Any, town: Cast) -> None:  # noqa: F811
    key = season(town)
    stock(town, 9, price="2600")
    person = {"name": "禤静姝", "area": town.areas["spring"].pk, "household_label": "3号"}
    do(town, "street", "person.register", **person)
    village, said = sign_in(browser, live_server.url, "community", PHONE)
    village.goto(live_server.url + "/farm/needs/new")
    village.select_option("#id_area", str(town.areas["spring"].pk))
    village.select_option("#id_input", "urea")
    village.fill("#id_quantity", "9" * 60)
    village.fill("#id_needed_on", str(today() + 5 * DAY))
    village.click("form.tc-form button.btn-primary")
    village.wait_for_selector(".tc-errors")
    assert village.evaluate("document.documentElement.scrollWidth") <= PHONE  # a long value wraps where it is told
    village.fill("#id_quantity", "12")
    village.fill("#id_needed_on", str(today() + 5 * DAY))
    village.click("form.tc-form button.btn-primary")
    village.wait_for_url("**/farm")
    assert Need.objects.get().quantity == 12
    fits(village, PHONE, said)

    desk, heard = sign_in(browser, live_server.url, "dept", DESK)
    desk.goto(live_server.url + "/farm")
    fits(desk, DESK, heard)
    desk.goto(live_server.url + "/farm/propose")
    assert desk.input_value("[name=quantity]") == "9"  # all that the dealer has
    desk.fill("[name=quantity]", "8")
    desk.click("button:has-text('按此安排配送')")
    desk.wait_for_url("**/farm/deliveries")
    delivery = Delivery.objects.get()
    assert (delivery.ordered, delivery.season_id) == (8, key)
    fits(desk, DESK, heard)
    desk.context.close()

    do(town, "enterprise", "farm.send", delivery=str(delivery.pk), quantity="8")
    village.goto(f"{live_server.url}/farm/deliveries/{delivery.pk}")
    village.fill("#id_quantity", "7.5")
    village.fill("#id_reason", "破损一包")
    village.click("form.tc-form button.btn-primary")
    village.wait_for_selector("text=已签收")
    fits(village, PHONE, said)

    village.goto(live_server.url + "/relief/open")
    village.select_option("#id_area", str(town.areas["spring"].pk))
    village.fill("#id_label", "3号")
    village.check("[name=category][value=sudden]")
    village.check("[name=reasons][value=illness]")
    village.click("form.tc-form button.btn-primary")
    village.wait_for_selector("text=禤**")
    assert "静姝" not in village.content()
    assert Household.objects.get().state == "open"
    fits(village, PHONE, said)
    small = village.evaluate("[...document.querySelectorAll('main a.btn, main button')].filter(e => e.offsetHeight && e.offsetHeight < 43).length")
    assert small == 0
    for path in ("/farm", "/farm/sown", "/produce", "/relief", "/relief/files", "/relief/proposals"):
        assert village.goto(live_server.url + path).status == 200, path
        fits(village, PHONE, said)
    village.context.close()
