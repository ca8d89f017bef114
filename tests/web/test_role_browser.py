"""In a real browser and in English: what a leader, a store keeper, a watch an inspector and an auditor each do to the end, double clicks and the way back included."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import SINCE, Cast
from tests.rooms.supervision.helping import plan_visit
from tests.web.test_browser import PASSWORD, browser, pytestmark, sign_in, town, twice, until
from tongchou.record.models import Account, Custody, Loop, Post, PostHolding, Unit

ITEMS = ("organisation", "isolation_room", "screening", "attendance", "disinfection", "canteen")
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
__all__ = ["browser", "pytestmark", "town"]
HOUR = timedelta(hours=1)


def english(browser: Any, address: str, cast: Cast, who: str, width: int) -> tuple[Any, list[str]]:
    """Sign in with the account's language set to English."""
    Account.objects.filter(pk=cast.accounts[who].pk).update(language="en")
    return sign_in(browser, address, who, width)


def add(cast: Cast, name: str, unit: str, role: str) -> None:
    """An account more, with the password of all."""
    account = Account(username=name, display_name=f"{name} 同志")
    account.set_password(PASSWORD)
    account.save()
    PostHolding.objects.create(
        post=Post.objects.create(unit=cast.units[unit], title=role, role=role), account=account, from_date=SINCE
    )
    cast.accounts[name] = account


def fits(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth - window.innerWidth <= 0"))


@pytest.mark.django_db(transaction=True)
def test_a_leader_signs_a_bulletin_once(browser: Any, live_server: Any, town: Cast) -> None:
    payload = {
        "form": "document",
        "title": "关于做好排查的通知",
        "to": [town.units["east_street"].pk],
        "body": "请按时报送。",
    }
    key = town.act("hq", "bulletin.draft", **payload).result["bulletin"]
    page, said = english(browser, live_server.url, town, "leader", 1280)
    page.goto(live_server.url + reverse("bulletins"))
    page.click("tr:has-text('to be signed') a")
    twice(page, "button:has-text('Sign and issue')")
    page.wait_for_selector("text=Issued:")
    page.go_back()
    page.reload()
    assert page.locator("button:has-text('Sign and issue')").count() == 0
    assert key in page.url
    assert said == []
    page.context.close()


@pytest.mark.django_db(transaction=True)
def test_a_store_keeper_takes_in_hands_over_and_gives_out_on_the_phone(
    browser: Any, live_server: Any, town: Cast
) -> None:
    town.units["store"] = Unit.objects.create(name="物资库", kind="store", area=town.areas["east"], active_from=SINCE)
    add(town, "store", "store", "store_keeper")
    page, said = english(browser, live_server.url, town, "store", 390)
    page.click(".tc-bottom a:has-text('Custody')")  # what this post is for lies under the thumb
    page.click("a:has-text('Take in items')")
    page.fill("#id_items", "MASK-1\nMASK-2")
    page.select_option("#id_purpose", label="Stock")
    page.select_option("#id_holder_kind", label="store")
    twice(page, "form.tc-form button.btn-primary")
    page.wait_for_selector("text=2 taken into custody")
    assert fits(page)
    assert Custody.objects.count() == 2
    page.check("li:has-text('MASK-1') input[name=pick]")
    page.click("button:has-text('Hand over')")
    page.select_option("#id_to_unit", label="site 单位")
    page.select_option("#id_to_kind", label="site")
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("text=the other side must confirm")
    page.check("li:has-text('MASK-2') input[name=pick]")
    page.click("button:has-text('Let out')")
    page.wait_for_selector("#id_reason")
    offered = page.locator("#id_reason option").all_inner_texts()
    assert "Used" in offered
    assert "Died" not in offered  # of things only what may become of things
    page.select_option("#id_reason", label="Used")
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("text=Let out.")
    site, _ = english(browser, live_server.url, town, "site_officer", 390)
    site.goto(live_server.url + reverse("custody"))
    site.click("button:has-text('All here: accept')")
    until(site, lambda: Custody.objects.get(item="MASK-1").holdings.filter(holder_kind="site", until=None).exists())
    assert Custody.objects.exclude(let_out_at=None).get().item == "MASK-2"
    assert said == []
    page.context.close()
    site.context.close()


@pytest.mark.django_db(transaction=True)
def test_a_watch_logs_and_hands_over_to_the_next(browser: Any, live_server: Any, town: Cast) -> None:
    for name in ("first", "second"):
        add(town, name, "office", "duty_officer")
    now = timezone.now().replace(second=0, microsecond=0)
    spans = ((now - 11 * HOUR, now + HOUR, "first"), (now + HOUR, now + 13 * HOUR, "second"))
    shifts = [
        {"starts_at": a.isoformat(), "ends_at": b.isoformat(), "leaders": [], "staff": [town.accounts[who].pk]}
        for a, b, who in spans
    ]
    town.act("hq", "duty.plan", unit=town.units["office"].pk, shifts=shifts)
    page, said = english(browser, live_server.url, town, "first", 1280)
    page.goto(live_server.url + reverse("duty"))
    page.fill("form.tc-logform textarea", "A street called: two rooms are short")
    twice(page, "form.tc-logform button")
    page.wait_for_selector("text=Logged.")
    assert page.locator("text=A street called").count() == 1  # pressed twice, logged once
    page.locator("form[action$='arrive'] button").first.click()
    page.wait_for_selector("text=Signed in.")
    page.locator("details:has(form[action$='hand-over']) summary").first.click()
    page.locator("form[action$='hand-over'] textarea").first.fill("One call is to be answered by eight")
    page.locator("form[action$='hand-over'] button").first.click()
    page.wait_for_selector("text=Handed over; the next shift takes it.")
    other, said_too = english(browser, live_server.url, town, "second", 390)
    other.goto(live_server.url + reverse("duty"))
    assert fits(other)
    other.locator("form[action$='take-over'] button").first.click()
    other.wait_for_selector("text=Taken over.")
    assert said + said_too == []
    page.context.close()
    other.context.close()


@pytest.mark.django_db(transaction=True)
def test_an_auditor_verifies_the_ledger_and_is_told_why_no_more(browser: Any, live_server: Any, town: Cast) -> None:
    town.task()
    page, said = english(browser, live_server.url, town, "auditor", 1280)
    page.goto(live_server.url + reverse("audit"))
    page.click("text=Verify the ledger")
    page.wait_for_selector("text=The record is whole; nothing was altered.")
    assert said == []
    assert page.goto(live_server.url + reverse("people")).status == 403
    page.wait_for_selector("text=None of your present posts grants “Search people”")
    page.context.close()


@pytest.mark.django_db(transaction=True)
def test_an_inspector_finds_a_fault_on_the_phone(browser: Any, live_server: Any, town: Cast) -> None:
    plan_visit(town, "unannounced")
    page, said = english(browser, live_server.url, town, "inspector", 390)
    page.click(".tc-bottom a:has-text('Visits')")
    page.wait_for_selector('[data-sv-net][data-kept="1"]')
    page.click("[data-sv-card]")
    held: list[Any] = []
    page.route("**/acts/visit.begin", lambda route: held.append(route))  # a slow network: the beginning is still on its way
    page.click("button:has-text('Begin')")
    page.click('[data-item="supplies"] [data-verdict="fault"]')
    page.set_input_files("[data-photo]", {"name": "seen.png", "mimeType": "image/png", "buffer": PIXEL})
    page.fill('[data-item="supplies"] textarea', "Masks for two days")
    page.locator('[data-item="supplies"] textarea').blur()
    page.wait_for_selector('[data-item="supplies"] .sv-photos img')
    until(page, lambda: bool(held))
    held[0].continue_()
    page.wait_for_selector('[data-sv-net][data-waiting="0"]')
    page.wait_for_timeout(300)  # uploaded, and the card was drawn anew: what was being written is still there
    page.click("button:has-text('Record the fault')")
    page.wait_for_selector('[data-item="supplies"].is-fault')
    for item in ITEMS:
        page.click(f'[data-item="{item}"] [data-verdict="ok"]')
        page.wait_for_selector(f'[data-item="{item}"].is-ok')
    page.wait_for_selector('[data-sv-net][data-waiting="0"]')
    slow: list[Any] = []
    page.route("**/acts/visit.answer", lambda route: slow.append(route))
    page.click(f'[data-item="{ITEMS[0]}"] [data-verdict="na"]')
    until(page, lambda: bool(slow))
    page.hover(f'[data-item="{ITEMS[1]}"] [data-verdict="na"]')
    page.mouse.down()
    page.unroute("**/acts/visit.answer")
    slow[0].continue_()  # the upload comes back, and would draw the card anew, under the finger
    page.wait_for_selector('[data-sv-net][data-waiting="0"]')
    page.mouse.up()
    page.wait_for_selector(f'[data-item="{ITEMS[1]}"].is-na')
    page.click("[data-finish]")
    until(page, Loop.objects.filter(kind="finding").exists)  # the page tells of nothing waiting a moment before it has put the end into its queue
    page.wait_for_selector('[data-sv-net][data-waiting="0"]')
    assert fits(page)
    assert Loop.objects.get(kind="finding").owner_unit == town.units["works"]
    assert said == []
    page.context.close()
