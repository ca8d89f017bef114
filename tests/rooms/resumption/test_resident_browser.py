"""In a real browser, as a resident on a phone: the public register, the plate at a gate, a forged one, and the own file as a worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.record.test_staff import add
from tests.web.test_browser import PASSWORD, browser, pytestmark, sign_in, town
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, act
from tongchou.record.actions.permits import Given, grant
from tongchou.record.models import Account, Post, PostHolding, Staff

__all__ = ["browser", "pytestmark", "town"]
FITS = "document.documentElement.scrollWidth - window.innerWidth"


def worker(town: Cast) -> Staff:
    """Somebody whose result has just turned, with an account of their own."""
    key = add(town, symptoms=False, in_hard_hit=True)["staff"]
    act("staff.change", town.as_("enterprise"), new_id(), {"staff": key, "in_hard_hit": False})
    row = Staff.objects.get(pk=key)
    account = Account.objects.create(username="worker", display_name="员工", person_id=row.person_id)
    account.set_password(PASSWORD)
    account.save()
    post = Post.objects.create(unit=town.units["spring_community"], title="居民", role="resident")
    PostHolding.objects.create(post=post, account=account, from_date=timezone.localdate())
    return row


@pytest.mark.django_db(transaction=True)
def test_a_resident_looks_up_a_permit_checks_a_plate_and_reads_the_own_file(browser: Any, live_server: Any, town: Cast) -> None:
    until = timezone.localdate() + timedelta(days=90)
    wanted = Given(town.units["works"].pk, "list", until, (), {}, "resumption-2020", "guided", "by_list")
    permit = grant(Context(new_id(), SYSTEM, timezone.now(), ()), [wanted])[0]
    row = worker(town)
    page, said = sign_in(browser, live_server.url, "worker", 390)
    page.wait_for_selector("text=您的返岗判定有变化")
    page.click("text=您的返岗判定有变化")
    page.wait_for_selector("text=判定有变化")
    page.wait_for_selector("text=此前：暂缓返岗")
    assert page.evaluate(FITS) <= 0
    page.fill("textarea[name=what]", "来源地登记错误，应为本市")
    page.click("button:has-text('申请更正')")
    page.wait_for_selector("text=已交企业核实")
    page.goto(live_server.url + reverse("permit_register"))
    page.fill("#id_q", town.units["works"].name)
    page.click("main form button")
    page.wait_for_selector(f"text={permit.number}")
    assert page.evaluate(FITS) <= 0
    page.fill("#id_q", "没有这家厂")
    page.click("main form button")
    page.wait_for_selector("text=没有许可不等于不得复工")
    page.goto(live_server.url + reverse("plate", args=[permit.pk]) + "?p=blue")
    page.wait_for_selector(f"text={permit.number}")
    assert not said, said
    assert page.goto(live_server.url + reverse("plate", args=[uuid4()])).status == 404
    page.wait_for_selector("text=不是本区发放的复工牌")
    assert page.goto(live_server.url + reverse("staff_file", args=[row.pk])).status in (403, 404)
    page.context.close()
