"""What a role sees first: its three main things, explained at the first sign-in, each of which it may really do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from tongchou.record.access import roles
from tongchou.record.loops.kinds import current_kinds
from tongchou.record.models import District
from tongchou.web.first_things import table
from tongchou.web.permission import OWN, PAGES, load

PASSWORD = "a-long-enough-test-phrase"
load()


def faults(role: str, things: list[dict[str, Any]], may: Callable[[str], bool]) -> list[str]:
    """What is wrong with a role's three things."""
    out = [] if len({t["title"] for t in things}) == 3 else [f"{role} has not three different things"]
    for thing in things:
        page = PAGES.get(thing["page"])
        if page is None or "GET" not in page.methods or "<" in page.pattern:
            out.append(f"{role}: {thing['page']} is no page to go to")
        elif page.permission != OWN and not may(page.permission):
            out.append(f"{role} may not open {thing['page']}")
        kind = parse_qs(thing["query"]).get("kind", [""])[0]
        if kind and role not in current_kinds()[kind][1].opened_by:
            out.append(f"{role} may not open a {kind}")
    return out


def test_every_role_has_three_things_and_may_do_them(cast: Cast) -> None:
    known = roles()
    assert set(table()) == set(known.by_key)
    for role, things in table().items():
        assert faults(role, things, lambda p, r=role: p in known[r].permissions or p in known.everyone) == []


def test_a_thing_out_of_reach_is_named(cast: Cast) -> None:
    things = table()["auditor"]
    assert faults("resident", things, lambda permission: False) == [
        f"resident may not open {t['page']}" for t in things
    ]
    assert faults("resident", table()["inspector"], lambda permission: True) == ["resident may not open a finding"]
    assert faults("resident", [things[0] | {"page": "nowhere"}], lambda permission: True)[1:] == [
        "resident: nowhere is no page to go to"
    ]


@pytest.mark.parametrize("who", ["hq", "grid_worker", "auditor"])
def test_they_are_explained_once(cast: Cast, who: str) -> None:
    District.objects.update(demo=True)
    account = cast.accounts[who]
    account.set_password(PASSWORD)
    account.save()
    role = cast.as_(who).grants[0].role

    def home() -> str:
        client = Client()
        client.post(reverse("account_login"), {"username": account.username, "password": PASSWORD})
        return client.get(reverse("home"), follow=True).content.decode()

    first, later = home(), home()
    for thing in table()[role]:
        assert thing["title"].zh in first
        assert thing["text"].zh in first
        assert thing["text"].zh not in later
    assert "三件主要工作" not in later
