"""In a real browser: whatever form is posted keeps what was typed over a reload, not only those of the general templates; what the server took does not come back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast
from tests.web.test_browser import browser, pytestmark, sign_in, town

__all__ = ["browser", "pytestmark", "town"]
BACK = "text=已恢复您尚未提交的内容"


@pytest.mark.django_db(transaction=True)
def test_a_form_within_a_page_keeps_what_was_typed_until_the_server_took_it(browser: Any, live_server: Any, town: Cast) -> None:
    loop = town.task()
    page, said = sign_in(browser, live_server.url, "hq", 1280)
    at = f"{live_server.url}/loops/{loop}"
    page.goto(at)
    form = page.locator("form:has(textarea[name=note])").last
    form.locator("textarea[name=note]").evaluate("e => e.closest('details') && (e.closest('details').open = true)")
    form.locator("textarea[name=note]").fill("请先报东片的数")
    page.reload()
    page.wait_for_selector(BACK)
    form = page.locator("form:has(textarea[name=note])").last
    assert form.locator("textarea[name=note]").input_value() == "请先报东片的数"
    assert form.locator("textarea[name=note]").is_visible()  # its fold stands open
    form.locator("button.btn").last.click()
    page.wait_for_selector("[data-message]:not(.is-act)")
    page.goto(at)
    page.wait_for_selector("h1")
    assert page.locator(BACK).count() == 0
    assert not said, said
    page.context.close()
