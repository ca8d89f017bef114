"""In a browser: a worker scans the code at the gate with a phone, the clerk sees who is in."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from tests.cast import SINCE, Cast
from tests.rooms.daily.helping import DAY, hired, today
from tests.web.test_browser import CHROMIUM, PASSWORD, browser, sign_in, town  # noqa: F401
from tongchou.record.models import Account, Post, PostHolding
from tongchou.rooms.daily.models import Attendance

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium fonts-noto-cjk)")]


@pytest.mark.django_db(transaction=True)
def test_a_worker_signs_in_by_code_on_a_phone_and_the_clerk_sees_the_day(browser: Any, live_server: Any, town: Cast) -> None:  # noqa: F811
    person = hired(town, "works", "王小明", outcome="start", returned_on=today() - 3 * DAY, title="车工")
    hired(town, "works", "李静", outcome="start", returned_on=today() - 3 * DAY)
    account = Account(username="worker", display_name="王小明", person=person)
    account.set_password(PASSWORD)
    account.save()
    post = Post.objects.create(unit=town.units["spring_community"], title="居民", role="resident")
    PostHolding.objects.create(post=post, account=account, from_date=SINCE)
    clerk, said = sign_in(browser, live_server.url, "enterprise", 1280)
    clerk.goto(live_server.url + "/attendance/code")
    code = clerk.inner_text(".dg-word")
    phone, told = sign_in(browser, live_server.url, "worker", 390)
    phone.goto(f"{live_server.url}/my/attendance/{town.units['works'].pk}?c={code}")
    phone.fill("input[name=temperature]", "36.5")
    phone.click("button:has-text('签到（进）')")
    phone.wait_for_selector("text=签到成功")
    row = Attendance.objects.get()
    assert (row.person_id, row.way, row.at <= timezone.now()) == (person.pk, "phone", True)
    clerk.goto(live_server.url + "/attendance")
    assert clerk.locator("tr:has-text('车工')").get_by_text("在场").count() >= 1
    assert clerk.locator("td .tc-badge:has-text('应到未见')").count() == 1
    assert "王小明" not in clerk.inner_text("main")
    for page in (clerk, phone):
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        page.context.close()
    assert (said, told) == ([], [])
