"""In a real browser on a phone: a bus is loaded where there is no network."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast
from tests.rooms.matching.test_board_offline import states
from tests.rooms.matching.test_trips import sign_up, trip
from tests.web import test_browser
from tests.web.test_browser import network, sign_in, twice, until
from tongchou.rooms.matching.models import Passenger, Trip

pytestmark = test_browser.pytestmark
browser, town = test_browser.browser, test_browser.town


@pytest.mark.django_db(transaction=True)
def test_a_bus_is_loaded_in_a_village_without_a_network(browser: Any, live_server: Any, town: Cast) -> None:
    key = trip(town)
    one, two, three = sign_up(town, 0, 1, 2, trip=key)["passengers"]
    page, said = sign_in(browser, live_server.url, "driver", 390)
    page.goto(live_server.url + f"/trips/{key}")  # seen in town; the page of boarding itself is opened in the village only
    page.wait_for_selector("[data-kept-net][data-kept]", state="attached")
    network(page, on=False)
    page.goto(live_server.url + f"/trips/{key}/board")
    for n, (passenger, temperature, told) in enumerate(((one, "36.5", "查验正常"), (two, "37.9", "起复测")), 1):
        row = page.locator(f"[data-passenger='{passenger}']")
        assert row.locator("[data-check]").bounding_box()["height"] >= 44
        row.locator("[data-check]").click()
        page.fill("#id_tenths", temperature)
        twice(page, "form[data-kept] button.btn-primary")
        page.wait_for_selector(f"[data-kept-net][data-waiting='{n}']")
        page.wait_for_selector(f"[data-passenger='{passenger}'] [data-told]:has-text('{told}')")
        assert not row.locator("[data-check]").is_visible()  # done, or not yet due
        page.wait_for_selector("form[data-kept] button.btn-primary:not([disabled])")  # free for the next one, although another waits before it
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.reload()  # the phone went off and on again
    page.wait_for_selector(f"[data-passenger='{one}'] [data-told]:has-text('查验正常')")
    page.click("form[data-kept-act] button")
    page.wait_for_selector("[data-kept-net][data-waiting='3']")
    assert states(key) == ["booked"] * 3
    network(page, on=True)
    until(page, lambda: Trip.objects.get().state == "departed")
    assert sorted(Passenger.objects.values_list("state", "end_note")) == [("absent", ""), ("boarded", ""), ("turned_away", "unmeasured")]
    assert Passenger.objects.get(pk=three).state == "absent"
    page.context.close()
    assert [s for s in said if "net::ERR" not in s] == []
