"""In a real browser, on a phone: a leader sees whom he is paired with, visits one in a cellar without a network, and the visit goes up once."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.supervision.helping import PNG
from tests.web.test_browser import browser, pytestmark, sign_in, town  # noqa: F401
from tongchou.record.models import Loop, StoredFile
from tongchou.rooms.service.models import Visit

PHOTO = {"name": "现场.png", "mimeType": "image/png", "buffer": PNG}


@pytest.mark.django_db(transaction=True)
def test_a_visit_without_a_network_is_kept_and_recorded_once(browser: Any, live_server: Any, town: Cast) -> None:  # noqa: F811
    page, said = sign_in(browser, live_server.url, "leader", 390)
    page.goto(live_server.url + reverse("service_visit_new") + "?enterprise=" + town.units["works"].name)
    page.set_input_files("#id_photos", PHOTO)
    page.wait_for_selector(".tc-upload-list img")
    page.fill("#id_seen", "两条生产线已开")
    page.wait_for_timeout(500)
    page.reload()  # the phone has thrown the page away while the camera was open
    page.wait_for_selector("text=已恢复上次没有提交的内容")
    assert page.input_value("#id_seen") == "两条生产线已开"
    assert page.locator(".tc-upload-list img").count() == 1
    page.select_option("#id_topic1", "labour")
    page.fill("#id_title1", "缺工 30 人")
    page.context.set_offline(True)
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("[data-kept-net][data-waiting='1']")
    assert Visit.objects.count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.set_offline(False)
    page.wait_for_selector("[data-kept-net][data-waiting='0']", state="attached")
    row = Visit.objects.get()
    assert (len(row.photos), StoredFile.objects.count()) == (1, 1)
    assert Loop.objects.get(kind="difficulty").title == "缺工 30 人"
    page.fill("#id_enterprise", "没有的厂")
    page.fill("#id_seen", "看过")
    page.dblclick("form.tc-form button.btn-primary")
    page.wait_for_selector("[data-kept-net] .tc-error:has-text('没有这家企业')")
    assert page.input_value("#id_seen") == "看过"  # nothing typed is lost
    page.fill("#id_enterprise", town.units["works"].name)
    page.dblclick("form.tc-form button.btn-primary")
    page.wait_for_selector("h1:has-text('" + town.units["works"].name + "')")
    assert Visit.objects.count() == 2
    page.context.close()
    assert [s for s in said if "net::ERR" not in s and "404" not in s] == []


@pytest.mark.django_db(transaction=True)
def test_the_form_itself_opens_without_a_network(browser: Any, live_server: Any, town: Cast) -> None:  # noqa: F811
    page, _ = sign_in(browser, live_server.url, "leader", 390)
    form = live_server.url + reverse("service_visit_new")
    page.goto(form)
    page.wait_for_selector("[data-kept-net][data-kept]", state="attached")
    first = page.input_value("input[name=client_id]")
    page.context.set_offline(True)
    for n in (1, 2):  # two visits on one day in the hills, from the one page that was kept
        page.goto(form)
        page.wait_for_selector("#id_seen")
        page.fill("#id_enterprise", town.units["works"].name)
        page.fill("#id_seen", f"第{n}次走访")
        page.click("form.tc-form button.btn-primary")
        page.wait_for_selector(f"[data-kept-net][data-waiting='{n}']")
        assert page.input_value("input[name=client_id]") != first
    page.context.set_offline(False)
    for _ in range(120):  # whichever it was still sending leads on to its visit
        if Visit.objects.count() == 2:
            break
        page.wait_for_timeout(500)
    assert sorted(Visit.objects.values_list("seen", flat=True)) == ["第1次走访", "第2次走访"]
    page.goto(live_server.url + "/")
    page.click("summary[aria-label], .tc-account summary")
    page.click("form[data-forget] button")
    page.wait_for_load_state()
    page.wait_for_function("caches.has('kept-pages-1').then(x => !x)")  # what it showed is nobody else's
    page.context.close()
