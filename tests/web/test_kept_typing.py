"""In a real browser: what was typed outlives a lost network and a page left half-way, and what was sent does not come back; a long list is narrowed by typing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.cast import Cast
from tests.web.test_browser import browser, network, pytestmark, sign_in, town, until
from tongchou.record.models import Loop, Unit

__all__ = ["browser", "pytestmark", "town"]
SEND = "form.tc-form button.btn-primary"
BACK = "text=已恢复您尚未提交的内容"


@pytest.mark.django_db(transaction=True)
def test_what_was_typed_outlives_a_lost_network_and_what_was_sent_does_not_come_back(browser: Any, live_server: Any, town: Cast) -> None:
    loop = town.task()
    town.act("street", "loop.advance", loop=loop, step="sign")
    page, _ = sign_in(browser, live_server.url, "street", 390)
    form = f"{live_server.url}/loops/{loop}/steps/progress"
    page.goto(form)
    page.fill("[name=note]", "已排查三个小区")
    network(page, on=False)
    page.click(SEND)
    page.wait_for_selector("text=网络不通，内容已保留")  # the page stands, and nothing was sent
    assert page.url == form
    assert page.input_value("[name=note]") == "已排查三个小区"
    network(page, on=True)
    page.route("**/steps/progress", lambda r: r.abort() if r.request.method == "POST" else r.continue_())
    with page.expect_event("requestfailed"):
        page.click(SEND)  # the phone thinks that it has a network, and there is none
    until(page, lambda: page.url.startswith("chrome-error:"))  # the browser's own page stands: going on before would be cut off by it
    page.unroute("**/steps/progress")
    page.goto(form)
    page.wait_for_selector(BACK)
    assert page.input_value("[name=note]") == "已排查三个小区"
    page.goto(f"{live_server.url}/work")  # left half-way
    page.goto(form)
    page.wait_for_selector(BACK)
    page.evaluate("window.setTimeout = () => 0")  # left at once: what the page does a moment later does not come to its turn
    page.fill("[name=note]", "已排查四个小区")
    page.goto(f"{live_server.url}/work")
    page.goto(form)
    page.wait_for_selector(BACK)
    assert page.input_value("[name=note]") == "已排查四个小区"
    page.click(SEND)
    page.wait_for_url(f"**/loops/{loop}")
    page.goto(form)
    page.wait_for_selector(SEND)
    assert page.input_value("[name=note]") == ""
    assert page.locator(BACK).count() == 0
    page.context.close()


@pytest.mark.django_db(transaction=True)
def test_a_long_list_of_units_is_narrowed_by_typing_and_what_is_ticked_stays(browser: Any, live_server: Any, town: Cast) -> None:
    Unit.objects.bulk_create(Unit(name=f"第{n}社区居委会", kind="community", area=town.areas["spring"], active_from=date(2020, 1, 1)) for n in range(30))
    page, said = sign_in(browser, live_server.url, "hq", 1280)
    page.goto(live_server.url + "/loops/new?kind=task")
    page.fill("[name=title]", "摸清口罩缺口")
    lead = page.locator("#id_owner_unit")
    page.locator(".tc-field:has(#id_owner_unit) .tc-narrow").fill("第17")
    assert [t for t in lead.locator("option").all_inner_texts() if t != "请选择"] == ["第17社区居委会"]
    lead.select_option(label="第17社区居委会")
    among = page.locator("#id_co_units")
    for name in ("第3社区", "第21"):
        among.locator(".tc-narrow").fill(name)
        among.locator(f"label:has-text('{name}') input").check()
    assert among.locator("label:visible").count() == 2  # the other that was ticked stays in sight
    page.click(SEND)
    page.wait_for_selector("text=已交办")
    made = Loop.objects.get()
    assert made.owner_unit.name == "第17社区居委会"
    assert set(made.co_units.values_list("unit__name", flat=True)) == {"第3社区居委会", "第21社区居委会"}
    assert not said, said
    page.context.close()
