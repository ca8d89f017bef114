"""In a real browser: a department officer reviews in English what is the department's, beside the street; a leader on a phone reads why one stands where it
does and decides a batch that another put together; nobody does the other's part."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.resumption.flow import do
from tests.rooms.resumption.flow import submitted as hand_in
from tests.web.test_browser import browser, pytestmark, sign_in, town, twice
from tests.web.test_role_browser import english
from tongchou.record.models import WorkPermit
from tongchou.rooms.resumption.models import Application, Batch, RuleEdition
from tongchou.rooms.resumption.ways import default_rules

__all__ = ["browser", "pytestmark", "town"]
FITS = "document.documentElement.scrollWidth - window.innerWidth"
MINE = ["plan", "roster"]


def ruled(town: Cast) -> None:
    """By list while no grade is on record; the department of resumption reviews plan and roster."""
    reviewers = [{"unit": town.units["department"].pk, "items": MINE}]
    RuleEdition.objects.create(
        from_date="2020-01-01", rules=default_rules() | {"unknown_way": "list", "reviewers": reviewers}, reason="测试", state="adopted",
        proposed_by=town.accounts["hq"], proposed_at=timezone.now(), decided_by=town.accounts["leader"], decided_at=timezone.now(),
    )  # fmt: skip


def looked_at(town: Cast, row: Application, now: Any, street: str = "street") -> None:
    """Street and office find everything in order that is theirs."""
    found = [{"key": i.key, "ok": True} for i in row.items.filter(site=True)]
    do(town, street, "resumption.check", now, application=str(row.pk), items=found)
    do(town, street, "resumption.conclude", now, application=str(row.pk), conclusion="现场条件具备")
    rest = [{"key": i.key, "ok": True} for i in row.items.exclude(form="record").filter(site=False, units=[])]
    if rest:
        do(town, "hq", "resumption.review", now, application=str(row.pk), items=rest)


@pytest.mark.django_db(transaction=True)
def test_a_department_reviews_its_own_items_and_decides_nothing(browser: Any, live_server: Any, town: Cast) -> None:
    ruled(town)
    row = hand_in(town, at=timezone.now())
    page, said = english(browser, live_server.url, town, "dept", 1280)
    page.goto(live_server.url + "/work")
    page.click("main a:has-text('Co-unit')")  # beside the street, whose loop it is
    page.click("main a:has-text('works 单位')")
    page.click("text=Open the application, item by item")
    page.wait_for_url("**" + reverse("resumption_application", args=[row.pk]))
    page.goto(live_server.url + reverse("resumption_review", args=[row.pk]))
    assert page.evaluate(FITS) <= 0
    shown = {name.removeprefix("ok_") for name in page.eval_on_selector_all("input[type=radio]", "els => els.map(e => e.name)")}
    assert shown == set(MINE)  # nothing of the street's or the office's
    page.check("input[name=ok_plan][value=no]")
    page.check("input[name=ok_roster][value=ok]")
    page.click("form.tc-form button.btn-primary")  # not in order, and not why
    page.wait_for_selector("[role=alert]")
    assert page.is_checked("input[name=ok_roster][value=ok]")
    page.fill("#id_reason_plan", "The night shift is not in it")
    twice(page, "form.tc-form button.btn-primary")
    page.wait_for_url("**" + reverse("resumption_application", args=[row.pk]))
    page.wait_for_selector("text=The night shift is not in it")
    assert page.goto(live_server.url + reverse("resumption_site", args=[row.pk])).status in (403, 404)
    page.context.close()
    looked_at(town, row, timezone.now())
    office, _ = sign_in(browser, live_server.url, "hq", 1280)
    office.goto(live_server.url + reverse("resumption_decide", args=[row.pk]))
    office.check("input[name=approve][value=yes]")
    office.click("form.tc-form button.btn-primary")
    office.wait_for_selector("[role=alert]")  # what the department found stands in the way
    assert not WorkPermit.objects.exists()
    office.context.close()
    assert not [s for s in said if "422" not in s and "403" not in s and "404" not in s], said


@pytest.mark.django_db(transaction=True)
def test_a_leader_reads_why_and_decides_a_batch_on_a_phone(browser: Any, live_server: Any, town: Cast) -> None:
    ruled(town)
    rows = [hand_in(town, at=timezone.now()), hand_in(town, "rival", "mill", at=timezone.now())]
    for row, street in zip(rows, ("street", "next_street"), strict=True):
        looked_at(town, row, timezone.now(), street)
        do(town, "dept", "resumption.review", timezone.now(), application=str(row.pk), items=[{"key": k, "ok": True} for k in MINE])
    desk, _ = sign_in(browser, live_server.url, "hq", 1280)
    desk.goto(live_server.url + reverse("resumption_queue"))
    desk.wait_for_selector("text=works 单位")
    desk.context.close()
    made = do(town, "hq", "resumption.batch", timezone.now(), title="第一批", n=2)
    lot = Batch.objects.get(pk=made["batch"])
    page, said = sign_in(browser, live_server.url, "leader", 390)
    page.goto(live_server.url + reverse("resumption_why", args=[rows[0].pk]))
    assert page.evaluate(FITS) <= 0
    page.wait_for_selector("text=条件准备情况")
    page.goto(live_server.url + reverse("resumption_batch", args=[lot.pk]))
    assert page.evaluate(FITS) <= 0
    page.wait_for_selector("text=works 单位")
    twice(page, "button[name=approve][value=yes]")
    page.wait_for_selector("text=已批准并公布 2 家")
    assert WorkPermit.objects.count() == 2
    page.goto(live_server.url + reverse("announced"))
    page.wait_for_selector("text=第一批")
    assert not said, said
    page.context.close()
