"""In a real browser: an enterprise's clerk on a phone and a department officer at a desk, from a need to receipt confirmed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.matching.helping import DAY, entry
from tests.rooms.matching.test_trips import sign_up, trip
from tests.web import test_browser
from tests.web.test_browser import sign_in, twice
from tongchou.rooms.matching.models import Entry, Match, Passenger

pytestmark = test_browser.pytestmark
browser, town = test_browser.browser, test_browser.town


def fits(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


@pytest.mark.django_db(transaction=True)
def test_a_clerk_on_the_phone_and_an_officer_at_the_desk(browser: Any, live_server: Any, town: Cast) -> None:
    entry(town, "offer", 20, unit="mill", last=str(timezone.localdate() + 30 * DAY))
    clerk, said = sign_in(browser, live_server.url, "enterprise", 390)
    clerk.goto(live_server.url + "/matching/new?side=need")
    clerk.select_option("#id_item", value="worker.operator")
    clerk.fill("#id_quantity", "12")
    fits(clerk)
    button = clerk.locator("form.tc-form button.btn-primary")
    assert button.bounding_box()["height"] >= 44
    button.click()
    clerk.wait_for_selector("text=进入待对接清单")
    officer, desk = sign_in(browser, live_server.url, "dept", 1280)
    officer.goto(live_server.url + "/matching/runs/new")
    officer.click("form.tc-form button.btn-primary")
    officer.wait_for_selector("text=已证明最优")
    fits(officer)
    officer.click(".tc-head-act button")
    officer.wait_for_selector("text=双方各自确认")
    assert Match.objects.get().quantity == 12
    assert Entry.objects.get(side="need").committed == 12
    clerk.goto(live_server.url + "/matching")
    clerk.wait_for_selector("text=办理中")
    fits(clerk)
    for page in (clerk, officer):
        page.context.close()
    assert not said + desk


@pytest.mark.django_db(transaction=True)
def test_a_driver_checks_passengers_on_the_phone(browser: Any, live_server: Any, town: Cast) -> None:
    key = trip(town)
    sign_up(town, 0, 1, trip=key)
    page, said = sign_in(browser, live_server.url, "driver", 390)
    for n, temperature in enumerate(("36.5", "37.8")):
        page.goto(live_server.url + f"/trips/{key}")
        fits(page)
        check = page.locator("a.btn:has-text('查验上车')").first
        assert check.bounding_box()["height"] >= 44
        check.click()
        page.fill("#id_tenths", temperature)
        twice(page, "form.tc-form button.btn-primary")
        if n:
            page.wait_for_selector("text=起复测")
            page.click("a.btn:has-text('复测')")
            page.fill("#id_tenths", temperature)
            page.click("form.tc-form button.btn-primary")
            page.wait_for_selector("[data-kept-net] .tc-error:has-text('起才能复测')")
            assert page.input_value("#id_tenths") == temperature
            fits(page)
            Passenger.objects.filter(state="booked").update(checked_at=F("checked_at") - timedelta(minutes=5))
            page.click("form.tc-form button.btn-primary")
            page.wait_for_selector("text=已发起就医事项")
        else:
            page.wait_for_selector("text=已上车")
    assert sorted(Passenger.objects.values_list("state", flat=True)) == ["boarded", "turned_away"]
    assert not [s for s in said if "409" not in s]
    page.context.close()
