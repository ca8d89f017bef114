"""In a real browser, on a phone: a leader sees whom he is paired with, visits one in a cellar without a network, and the visit goes up once."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.supervision.helping import PNG
from tests.web.test_browser import browser, pytestmark, sign_in, town, until  # noqa: F401
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
    assert not page.is_visible("#id_topic2")
    assert [f.is_visible() for f in page.locator("details.tc-fold > summary").all()] == [True, False]  # one more at a time
    add = page.locator("details.tc-fold > summary").first
    assert add.bounding_box()["height"] >= 44
    add.click()
    assert [f.is_visible() for f in page.locator("details.tc-fold > summary").all()] == [True, True]
    page.fill("#id_title2", "口罩不够")
    page.wait_for_timeout(500)
    page.reload()  # the phone has thrown the page away while the camera was open
    page.wait_for_selector("text=已恢复上次没有提交的内容")
    assert page.input_value("#id_seen") == "两条生产线已开"
    assert page.locator(".tc-upload-list img").count() == 1
    assert page.is_visible("#id_title2")
    assert page.input_value("#id_title2") == "口罩不够"
    page.select_option("#id_topic2", index=1)
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
    assert sorted(Loop.objects.filter(kind="difficulty").values_list("title", flat=True)) == ["口罩不够", "缺工 30 人"]
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
        page.wait_for_selector("form[data-kept] button.btn-primary:not([disabled])")  # free for the next one, although another waits before it
    page.context.set_offline(False)
    until(page, lambda: Visit.objects.count() == 2)
    assert sorted(Visit.objects.values_list("seen", flat=True)) == ["第1次走访", "第2次走访"]
    page.goto(live_server.url + "/")
    page.click("summary[aria-label], .tc-account summary")
    page.click("form[data-forget] button")
    page.wait_for_load_state()
    until(page, lambda: not page.evaluate("caches.has('kept-pages-1')"))  # what it showed is nobody else's
    page.context.close()


@pytest.mark.django_db(transaction=True)
def test_from_the_leaders_phone_to_the_enterprises_word_and_the_case_of_many(browser: Any, live_server: Any, town: Cast) -> None:  # noqa: F811
    """A visit finds a difficulty, the street answers, the enterprise says no and then yes; what another raises joins the case; the rank follows."""
    leader, said = sign_in(browser, live_server.url, "leader", 390)
    leader.goto(live_server.url + reverse("service_visit_new") + "?enterprise=" + town.units["works"].name)
    leader.fill("#id_seen", "缺工")
    leader.select_option("#id_topic1", "logistics")
    leader.fill("#id_title1", "原料车进不来")
    leader.dblclick("form.tc-form button.btn-primary")
    leader.wait_for_selector("h1:has-text('" + town.units["works"].name + "')")
    loop = Loop.objects.get(kind="difficulty")  # pressed twice, handed out once
    assert loop.due_at is not None
    assert loop.due_at > loop.opened_at
    leader.context.close()
    step = live_server.url + reverse("loop", args=[loop.pk])
    street, more = sign_in(browser, live_server.url, "street", 390)
    street.goto(step)
    street.click("main :text-is('受理')")
    street.wait_for_load_state()
    if street.locator("form.tc-form button.btn-primary").count():
        street.click("form.tc-form button.btn-primary")
    street.goto(live_server.url + reverse("loop_step", args=[loop.pk, "answer"]))
    street.fill("main textarea >> nth=0", "已协调通行证")
    street.click("form.tc-form button.btn-primary")
    street.wait_for_url(lambda url: "/step" not in url)
    clerk, clerks = sign_in(browser, live_server.url, "enterprise", 390)
    clerk.goto(live_server.url + reverse("service"))
    clerk.wait_for_selector("text=待您确认")
    clerk.goto(live_server.url + reverse("loop_step", args=[loop.pk, "not_solved"]))
    clerk.fill("main textarea >> nth=0", "仍被劝返")
    clerk.click("form.tc-form button.btn-primary")
    clerk.wait_for_url(lambda url: "/step" not in url)
    loop.refresh_from_db()
    assert (loop.stage, loop.closed_at) == ("doing", None)
    street.goto(live_server.url + reverse("loop_step", args=[loop.pk, "answer"]))
    street.fill("main textarea >> nth=0", "已现场放行")
    street.click("form.tc-form button.btn-primary")
    street.wait_for_url(lambda url: "/step" not in url)
    clerk.goto(step)
    clerk.dblclick("main :text-is('确认已解决')")
    clerk.wait_for_load_state()
    clerk.wait_for_timeout(500)
    if clerk.locator("form.tc-form button.btn-primary").count():
        clerk.click("form.tc-form button.btn-primary")
        clerk.wait_for_load_state()
    loop.refresh_from_db()
    assert loop.end_reason == "done"
    clerk.go_back()
    rival, rivals = sign_in(browser, live_server.url, "rival", 390)
    rival.goto(live_server.url + reverse("service"))
    assert rival.locator("text=原料车进不来").count() == 0  # a competitor sees nothing
    assert rival.goto(step).status == 404
    desk, desks = sign_in(browser, live_server.url, "hq", 1280)
    desk.goto(live_server.url + reverse("service"))
    row = desk.locator("tr").filter(has_text="east 区域")
    assert row.locator("td").nth(0).inner_text() == "1"
    assert row.locator("td").nth(1).inner_text() == "100.0"
    assert [s for s in said + more + clerks + rivals + desks if "404" not in s] == []
    for page in (street, clerk, rival, desk):
        page.context.close()
