"""In a real browser, on a phone: a leader visits a building site without a network, and the visit with its obstacle goes up once."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.projects.test_projects import added
from tests.rooms.supervision.helping import PNG
from tests.rooms.supervision.test_browser import SLOW_PICTURES
from tests.web.test_browser import browser, network, pytestmark, sign_in, town, twice, until  # noqa: F401
from tongchou.record.models import Loop, StoredFile
from tongchou.rooms.projects.models import SiteVisit

PHOTO = {"name": "工地.png", "mimeType": "image/png", "buffer": PNG}


@pytest.mark.django_db(transaction=True)
def test_a_visit_to_a_site_is_kept_without_a_network_and_recorded_once(browser: Any, live_server: Any, town: Cast) -> None:  # noqa: F811
    project = added(town)
    page, said = sign_in(browser, live_server.url, "leader", 390)
    form = live_server.url + reverse("project_visit", args=[project])
    page.goto(form)
    page.wait_for_selector("[data-kept-net][data-kept]", state="attached")
    network(page, on=False)
    page.goto(form)  # the page itself opens in the valley
    page.fill("#id_seen", "基坑已开挖，缺水泥")
    page.select_option("#id_topic", index=1)
    page.fill("#id_title", "水泥运不进来")
    page.evaluate(SLOW_PICTURES)
    page.set_input_files("#id_photos", PHOTO)  # and sent at once: the photo that is still being made small goes with it
    twice(page, "form.tc-form button.btn-primary")
    page.wait_for_selector("[data-kept-net][data-waiting='1']")
    assert SiteVisit.objects.count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    network(page, on=True)
    until(page, SiteVisit.objects.exists)
    page.wait_for_timeout(1_500)  # time enough for a second one, if there were one
    row = SiteVisit.objects.get()
    assert (row.seen, len(row.photos), StoredFile.objects.count()) == ("基坑已开挖，缺水泥", 1, 1)
    assert Loop.objects.get(kind="obstacle").title == "水泥运不进来"
    page.context.close()
    assert [s for s in said if "net::ERR" not in s and "404" not in s] == []


@pytest.mark.django_db(transaction=True)
def test_what_was_refused_stays_on_the_phone(browser: Any, live_server: Any, town: Cast) -> None:  # noqa: F811
    project = added(town)
    page, _ = sign_in(browser, live_server.url, "leader", 390)
    page.goto(live_server.url + reverse("project_visit", args=[project]))
    page.fill("#id_seen", "现场有序")
    page.fill("#id_at", "2100-01-01T09:00")
    network(page, on=False)
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("[data-kept-net][data-waiting='1']")
    network(page, on=True)
    page.wait_for_selector("[data-kept-net] .tc-error")
    assert SiteVisit.objects.count() == 0  # a visit of another century is none; what was typed is kept with the reason
    page.context.close()
