"""In a real browser: headquarters sets targets and sees who is behind, a leader on a phone sees the same and who blocks whom, in Chinese and English."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.daily.helping import DAY, reported, today
from tests.rooms.daily.test_progress import baseline, supply
from tests.web.test_browser import browser, pytestmark, sign_in, town, twice  # noqa: F401
from tests.web.test_role_browser import english, fits
from tongchou.rooms.daily.models import Target


@pytest.mark.django_db(transaction=True)
def test_targets_who_is_behind_and_who_blocks_whom(browser: Any, live_server: Any, town: Cast) -> None:  # noqa: F811
    supply(town)
    supply(town, supplier=None, outside="远方化纤厂", product="涤纶")
    for n in range(1, 8):
        reported(town, day=today() - n * DAY, returned=70 - n)
    reported(town, who="rival", unit="mill", closed=True, at_work=0, on_leave=0, returned=99)
    baseline(town)
    page, said = sign_in(browser, live_server.url, "hq", 1280)
    page.goto(live_server.url + reverse("progress"))
    page.click("a:has-text('设定目标')")
    page.select_option("#id_area", label="district 区域")
    page.fill("#id_returned", "95")
    twice(page, "form.tc-form button.btn-primary")
    page.wait_for_selector("text=目标已保存")
    page.go_back()
    assert Target.objects.count() == 1  # pressed twice, set once
    page.goto(live_server.url + reverse("progress_target"))
    page.select_option("#id_area", label="district 区域")
    page.fill("#id_returned", "950")
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector(".tc-field.is-wrong")
    assert page.input_value("#id_returned") == "950"  # nothing typed is lost
    page.goto(live_server.url + reverse("progress"))
    page.click("text=哪些企业落后")
    page.wait_for_selector("th:has-text('works 单位')")
    page.select_option("#id_only", "behind")
    page.click("button:has-text('查看')")
    page.wait_for_url("**only=behind**")
    assert page.locator("tbody tr").filter(has_text="mill 单位").count() == 0
    page.goto(live_server.url + reverse("progress"))
    page.click("main a:text-is('修改')")
    page.fill("#id_returned", "")
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("text=目标已取消")
    assert Target.objects.count() == 0
    page.goto(live_server.url + reverse("chain"))
    assert page.locator(".tc-chain-map rect").count() == 3
    page.click(".tc-chain-map a")  # a box leads to its enterprise
    page.wait_for_url(lambda url: "/daily/units/" in url)
    assert [s for s in said if "422" not in s] == []
    page.context.close()
    phone, said = english(browser, live_server.url, town, "leader", 390)
    for name in ("progress", "progress_units", "chain"):
        phone.goto(live_server.url + reverse(name))
        assert fits(phone), name
    assert not phone.locator(".tc-chain").is_visible()  # on a phone the list says it
    phone.click("#waits-1 summary")
    phone.wait_for_selector("#waits-1 a:has-text('works 单位')")
    assert said == []
    phone.context.close()
