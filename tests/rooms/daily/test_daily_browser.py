"""In a real browser: a clerk reports the day with one tap, a fever gets its quarter of an hour, and the street sees who is silent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.daily.helping import DAY, permit, reported, today
from tests.web.test_browser import browser, pytestmark, sign_in, town
from tongchou.record.models import Loop
from tongchou.rooms.daily.models import Fever, Report

__all__ = ["browser", "pytestmark", "town"]
FITS = "document.documentElement.scrollWidth - window.innerWidth"


@pytest.mark.django_db(transaction=True)
def test_one_tap_a_fever_and_who_is_silent(browser: Any, live_server: Any, town: Cast) -> None:
    permit(town.units["works"])
    reported(town, day=today() - DAY, at=timezone.now() - DAY)
    town.accounts["enterprise"].language = "en"
    town.accounts["enterprise"].save()
    street, said_there = sign_in(browser, live_server.url, "street", 1280)
    street.goto(live_server.url + "/daily/silent")
    street.wait_for_selector("main :text('works 单位')")
    page, said = sign_in(browser, live_server.url, "enterprise", 390)
    page.goto(live_server.url + "/daily")
    assert page.evaluate(FITS) <= 0
    tap = page.locator("form button:has-text('no fever, no incident')")
    assert tap.bounding_box()["height"] >= 44
    tap.click()
    page.wait_for_selector("text=Reported: as before, no fever, no incident.")
    assert Report.objects.get(day=today()).unchanged
    street.goto(live_server.url + "/daily/silent")
    assert "works 单位" not in street.inner_text("main")
    page.goto(live_server.url + "/daily/fevers/new")
    page.fill("#id_first", "97")
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector(".tc-problem, [role=alert]")
    assert page.input_value("#id_first") == "97"
    page.fill("#id_first", "37.9")
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("text=Take the person aside")
    fever = Fever.objects.get()
    Fever.objects.update(first_at=timezone.now() - timedelta(minutes=6))
    page.reload()
    page.fill("#id_second", "37.8")
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("text=Go through the steps")
    fever.refresh_from_db()
    loop = Loop.objects.get(pk=fever.loop_id)
    assert loop.due_at - loop.opened_at <= timedelta(minutes=15) or loop.deadline - loop.opened_at <= timedelta(
        minutes=15
    )
    assert not [s for s in said if "422" not in s], said
    page.context.close()
    street.goto(live_server.url + f"/loops/{loop.pk}")
    street.wait_for_selector("text=works 单位")
    assert not said_there, said_there
    street.context.close()
    rival, _ = sign_in(browser, live_server.url, "rival", 390)
    for path in (
        f"/daily/fevers/{fever.pk}",
        f"/loops/{loop.pk}",
        f"/daily/reports/{Report.objects.get(day=today()).pk}/correct",
    ):
        assert rival.goto(live_server.url + path).status == 404, path
    rival.context.close()
