"""In a real browser: drawn at the desk, recorded at the gate without a network with a photo, sent once; then stopped, and the plate is red for everybody."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.daily.helping import permit, system
from tests.rooms.daily.test_breach import advance
from tests.rooms.supervision.helping import PNG
from tests.web.test_browser import browser, network, pytestmark, sign_in, town, twice
from tongchou.record.models import WorkPermit
from tongchou.rooms.daily.models import Breach, SpotCheck, SpotDraw

__all__ = ["browser", "pytestmark", "town"]
PHOTO = {"name": "现场.png", "mimeType": "image/png", "buffer": PNG}
FITS = "document.documentElement.scrollWidth - window.innerWidth"


@pytest.mark.django_db(transaction=True)
def test_from_the_draw_over_the_gate_without_a_network_to_the_red_plate(browser: Any, live_server: Any, town: Cast) -> None:
    permit(town.units["works"])
    desk, _ = sign_in(browser, live_server.url, "street", 1280)
    desk.goto(live_server.url + reverse("spot_new"))
    desk.select_option("#id_area", str(town.areas["east"].pk))
    desk.fill("#id_wanted", "1")
    desk.click("form.tc-form button.btn-primary")
    desk.wait_for_selector("text=已抽取")
    draw = SpotDraw.objects.get()
    desk.context.close()
    phone, _ = sign_in(browser, live_server.url, "street", 390)
    phone.goto(live_server.url + reverse("spot", args=[draw.pk]))
    phone.wait_for_selector("[data-kept-net][data-kept]", state="attached")
    network(phone, on=False)
    phone.goto(live_server.url + reverse("spot_record", args=[draw.pk, town.units["works"].pk]))  # never opened before
    phone.wait_for_selector("text=works 单位")
    assert phone.evaluate(FITS) <= 0
    phone.check("input[name=result][value=no_right]")
    phone.set_input_files("#id_photos", PHOTO)
    phone.wait_for_selector(".tc-upload-list img")
    phone.fill("#id_people", "30")
    phone.fill("#id_seen", "两条生产线在开")
    twice(phone, "form.tc-form button.btn-primary")
    phone.wait_for_selector("[data-kept-net][data-waiting='1']")
    assert SpotCheck.objects.count() == 0
    network(phone, on=True)
    phone.wait_for_selector("[data-kept-net][data-waiting='0']", state="attached")
    phone.context.close()
    check = SpotCheck.objects.get()
    assert (check.result, check.people, len(check.photos)) == ("no_right", 30, 1)
    system("breach.take_up")
    loop = Breach.objects.get().loop
    assert loop is not None
    advance(town, "enterprise", loop, "answer", answer="检修设备，未生产")
    advance(town, "street", loop, "propose", seen="现场 30 人在岗", proposal="责令停工")
    advance(town, "hq", loop, "stop", reason="未经批准生产")
    held = WorkPermit.objects.get()
    anybody = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN").new_page()
    anybody.goto(live_server.url + reverse("plate", args=[held.pk]) + "?p=blue")
    anybody.wait_for_selector("text=这块牌已过时")
    anybody.wait_for_selector("text=暂停")
    anybody.context.close()
