"""In a real browser: headquarters previews a change of plan and drafts one, at both widths; the auditor sees a list that was stopped."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast
from tests.rooms.plans.drill import PACK, TABLE, contact, install
from tests.web import test_browser
from tests.web.test_browser import sign_in, until
from tongchou.rooms.plans.models import PackVersion

pytestmark = test_browser.pytestmark
browser, town = test_browser.browser, test_browser.town
WIDER = "document.documentElement.scrollWidth - window.innerWidth"


@pytest.mark.django_db(transaction=True)
def test_headquarters_previews_a_change_and_drafts_one(browser: Any, live_server: Any, town: Cast) -> None:
    install(town)
    contact(town, days_ago=6)
    page, said = sign_in(browser, live_server.url, "hq", 1280)
    page.goto(live_server.url + "/plans/preview")
    page.select_option("#id_table", value=f"{PACK}/{TABLE}")
    page.click("form.tc-filters button")
    page.wait_for_selector("[data-chart] svg")
    assert "解除" in page.inner_text("dl.tc-counts")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        until(page, lambda: page.evaluate(WIDER) <= 0)  # a chart follows the window a moment later
    page.goto(live_server.url + f"/plans/packs/new?pack={PACK}")
    page.fill("#id_why", "按会议纪要调整天数")
    page.click("form.tc-form button.btn-primary")
    page.click("a:has-text('parameters/stay_days.yaml')")
    page.fill("#id_text", page.input_value("#id_text").replace("value: 7", "value: seven"))
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("a:has-text('parameters/stay_days.yaml:5')")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        until(page, lambda: page.evaluate(WIDER) <= 0)  # a chart follows the window a moment later
    assert PackVersion.objects.filter(origin="local", sound=False).count() == 1
    assert not said
    page.context.close()


@pytest.mark.django_db(transaction=True)
def test_the_auditor_sees_a_list_that_was_stopped(browser: Any, live_server: Any, town: Cast) -> None:
    install(town)
    town.act(
        "hq", "restriction.check_list", source="某专班", claim="赋红码", people=[], unknown=1317, pack=PACK, table=TABLE
    )
    page, said = sign_in(browser, live_server.url, "auditor", 1280)
    page.goto(live_server.url + "/audit/lists")
    page.wait_for_selector("text=已拦截")
    assert "1,317" in page.inner_text("main")
    assert not said
    page.context.close()
