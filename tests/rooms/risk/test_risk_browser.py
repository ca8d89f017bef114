"""In a real browser, desktop and phone: the map with the list beside it, a change put forward by one and approved by another."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.cast import Cast
from tests.rooms.risk.test_risk import JULY, find, report
from tests.web.test_browser import browser, pytestmark, sign_in, town  # noqa: F401
from tongchou.record.questions.grades import grade_of


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1280, 390])
def test_a_grade_comes_into_force(browser: Any, live_server: Any, town: Cast, width: int) -> None:  # noqa: F811
    report(town, JULY, 1, "spring")
    find(town, JULY, "place", "residence")
    area = town.areas["spring"]
    hq, said = sign_in(browser, live_server.url, "hq", width)
    hq.goto(f"{live_server.url}/risk?on={JULY}")
    hq.click("button:has-text('按当日规定评估')")
    hq.click(f"a:has-text('{area.name}') >> nth=0")
    hq.click("button:has-text('已核对，提请审批')")
    hq.wait_for_selector("text=提请人不能审批")
    leader, said_too = sign_in(browser, live_server.url, "leader", width)
    leader.goto(f"{live_server.url}/risk/areas/{area.pk}?on={JULY}")
    leader.fill("input[name=document]", "区指令 3 号")
    leader.click("button:has-text('批准')")
    leader.wait_for_selector("text=已批准")
    found = grade_of(area.pk, date(2022, 7, 6))
    assert found is not None
    assert found.grade == "high"
    leader.goto(f"{live_server.url}/grades?on={JULY}")
    leader.wait_for_selector(".tc-leaflet .leaflet-interactive")
    listed = leader.locator(".tc-placelist .tc-place", has_text="高风险").count()
    assert (listed, leader.locator(".tc-leaflet .leaflet-interactive.is-act").count()) == (1, 1)
    assert leader.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []
    assert said_too == []
