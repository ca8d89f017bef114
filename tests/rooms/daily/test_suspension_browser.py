"""In a real browser, work without a right from end to end: told of by an inspector, answered by the enterprise on a phone and in English, looked at by the
street, decided by headquarters, red on everybody's plate at once, put right, lifted, restored; a competitor and the next street see nothing of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.daily.helping import permit, reported
from tests.rooms.supervision.helping import PNG
from tests.web.test_browser import browser, leads_on, pytestmark, sign_in, town, twice
from tests.web.test_role_browser import english
from tongchou.record.models import Loop, WorkOrder, WorkPermit
from tongchou.record.questions.work_orders import number_of
from tongchou.rooms.daily.models import Breach

__all__ = ["browser", "pytestmark", "town"]
FITS = "document.documentElement.scrollWidth - window.innerWidth"
SEND = "form.tc-form button.btn-primary"


class Walk:
    """The roles of the walk, each in a window of its own."""

    def __init__(self, browser: Any, address: str, town: Cast) -> None:
        self.browser, self.address, self.town = browser, address, town
        self.said: list[str] = []

    def open(self, who: str, path: str, width: int = 1280, *, in_english: bool = False) -> Any:
        page, said = english(self.browser, self.address, self.town, who, width) if in_english else sign_in(self.browser, self.address, who, width)
        self.said = said
        page.goto(self.address + path)
        assert page.evaluate(FITS) <= 0
        return page

    def step(self, page: Any, loop: Loop, step: str, **given: str) -> None:
        """One step of the matter, clicked twice; the way back after it changes nothing."""
        page.goto(self.address + reverse("loop_step", args=[loop.pk, step]))
        for name, text in given.items():
            page.fill(f"main form [name$='{name}']", text)
        twice(page, "main form button.btn-primary")
        page.wait_for_url("**" + reverse("loop", args=[loop.pk]))

    def plate(self, held: WorkPermit, words: str) -> None:
        """What anybody reads who scans the blue plate at the gate."""
        context = self.browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
        page = context.new_page()
        page.goto(self.address + reverse("plate", args=[held.pk]) + "?p=blue")
        page.wait_for_selector(f"main >> text={words}")
        page.goto(self.address + reverse("permit_register") + f"?q={held.unit.name}")
        page.wait_for_selector(f"main >> text={words}")
        context.close()


def told_and_decided(walk: Walk, held: WorkPermit) -> tuple[Loop, WorkOrder]:
    page = walk.open("inspector", reverse("breach_new"), 390)
    page.fill("#id_enterprise", held.unit.name)
    page.fill("#id_text", "夜间两条生产线在开，约三十人")
    page.check("input[name=about][value=no_right]")
    twice(page, SEND)
    page.wait_for_selector("text=已受理")
    page.context.close()
    loop = Breach.objects.get().loop
    assert loop is not None
    page = walk.open("enterprise", "/work", 390, in_english=True)
    page.click("a:has-text('Said to work without right')")
    page.wait_for_selector("text=At work without a permit")
    assert "约三十人" not in page.inner_text("main")
    walk.step(page, loop, "answer", answer="Machines were repaired, nothing was made")
    page.context.close()
    page = walk.open("street", reverse("loop", args=[loop.pk]))
    page.click("text=查看反映内容和当时的记录")
    page.wait_for_selector("text=约三十人")
    page.wait_for_selector("text=在岗 80 人")
    walk.step(page, loop, "propose", seen="两条线在开，三十人在岗", proposal="责令停工")
    page.context.close()
    for who in ("rival", "next_street"):
        page = walk.open(who, "/")
        assert page.goto(walk.address + reverse("loop", args=[loop.pk])).status == 404
        assert page.goto(walk.address + reverse("permit", args=[held.pk])).status == 404
        page.context.close()
    page = walk.open("hq", reverse("breaches"))
    leads_on(page, f"a:has-text('{held.unit.name}')")
    walk.step(page, loop, "stop", reason="未经批准夜间生产")
    page.wait_for_selector("text=签发责令文书")
    page.context.close()
    assert WorkOrder.objects.count() == 1  # two clicks, one order
    return loop, WorkOrder.objects.get()


@pytest.mark.django_db(transaction=True)
def test_from_the_first_word_to_the_blue_plate_again(browser: Any, live_server: Any, town: Cast) -> None:
    held = permit(town.units["works"])
    reported(town)
    walk = Walk(browser, live_server.url, town)
    walk.plate(held, "有效")
    _, order = told_and_decided(walk, held)
    walk.plate(held, "暂停")
    page = walk.open("enterprise", "/", 390, in_english=True)
    page.click(f"text={number_of(order)}")
    page.wait_for_selector("text=Order to stop work")
    page.goto(live_server.url + reverse("permit_ask", args=[held.pk, "restore"]))
    page.fill("#id_said_0", "Stopped, everything on the list is in place")
    page.set_input_files("#id_file_0", {"name": "photo.png", "mimeType": "image/png", "buffer": PNG})
    page.fill("#id_reason", "We are ready")
    twice(page, SEND)
    page.wait_for_selector("text=answered within two working days")
    page.context.close()
    page = walk.open("street", reverse("permit_answer_restore", args=[held.pk]))
    page.check("input[name=how][value=grant]")
    page.fill("#id_found_0", "现场看过，全部到位")
    page.fill("#id_reason", "整改到位")
    page.click(SEND)
    page.wait_for_selector("[role=alert] >> text=停工令解除前不能办理复工")
    assert page.input_value("#id_found_0") == "现场看过，全部到位"  # nothing typed is lost
    desk = walk.open("hq", reverse("work_order_lift", args=[order.pk]))
    desk.fill("#id_reason", "街道复查合格")
    twice(desk, SEND)
    desk.wait_for_selector("text=已解除")
    desk.context.close()
    twice(page, SEND)
    page.wait_for_url("**" + reverse("permit", args=[held.pk]))
    page.wait_for_selector("text=已答复企业")
    page.context.close()
    walk.plate(held, "有效")
    lead = Loop.objects.get(kind="lead")
    page = walk.open("discipline", reverse("lead_by_loop", args=[lead.pk]))
    page.wait_for_selector("text=约三十人")  # the evidence, for who calls to account
    page.context.close()
    leader = walk.open("leader", reverse("permit", args=[held.pk]), 390)
    leader.wait_for_selector("text=整改到位")
    leader.context.close()
