"""Role x area x page or operation x field: what every role sees and does in its own street, the next street and the next district."""

from __future__ import annotations

import inspect
import re

import pytest
from django.urls import reverse

from tests.access import world
from tests.access.judge import (
    CASE,
    FIELDS,
    SEALED,
    WHO,
    do_acts,
    get_pages,
    leaks,
    may,
    operations,
    post_pages,
    reached,
    read_api,
    shown,
    unlisted,
)  # fmt: skip
from tests.access.world import World
from tongchou.api.acts import offered
from tongchou.api.table import OPERATIONS as PERMISSIONS
from tongchou.kernel.ids import new_id
from tongchou.record.access import roles
from tongchou.web.permission import PAGES

pytestmark = pytest.mark.django_db


def test_every_page_and_operation_is_in_the_table() -> None:
    lines = unlisted(PAGES, offered(), operations())
    assert not lines, "\n" + "\n".join(lines)
    assert operations() == set(PERMISSIONS)


def test_every_role_is_tried(w: World) -> None:
    assert {w.actor(who).grants[0].role for who in WHO} == set(roles().by_key)


def planted() -> set[str]:
    """Every marker that tests/access/world.py puts somewhere."""
    return set(re.findall(r"""\.marker\(["'](\w+)["']\)""", inspect.getsource(world)))


def test_what_is_planted_is_looked_for() -> None:
    assert len(planted()) > 30
    assert planted() == set(FIELDS)


@pytest.mark.parametrize("marker", FIELDS)
def test_each_marker_is_found_where_it_has_no_place(w: World, marker: str) -> None:
    """Whom nothing is shown but his own affairs, and who reaches the next street but not this one, are not to see it."""
    for who, where in (("resident", "own"), ("street_officer", "far"), ("hq_officer@district", "far")):
        told = w.places[where].marker(marker)
        if any(may(w, who, permission) for permission, reach in FIELDS[marker] if reach == "all"):
            continue
        assert leaks(w, who, f"<td>{told}</td>") == [f"{where}: {told}"]


@pytest.mark.parametrize("who", WHO)
def test_what_pages_show(w: World, bare_errors: None, who: str) -> None:
    wrong = get_pages(w, who)
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("who", WHO)
def test_what_pages_carry_out(w: World, bare_errors: None, who: str) -> None:
    """A POST to somebody else's thing finds nothing; without the permission it is forbidden; nothing breaks."""
    wrong = post_pages(w, who)
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("who", WHO)
def test_error_pages_show_nothing(w: World, who: str) -> None:
    asked = ["loop", "person", "file", "account", "audit", "unit"]
    wrong = get_pages(w, who, asked) + post_pages(w, who, ["person_open", "loop_more", "unit_end"])
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("who", WHO)
def test_what_the_api_shows(w: World, who: str) -> None:
    wrong = read_api(w, who)
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("who", WHO)
def test_what_acts_carry_out(w: World, who: str) -> None:
    wrong = do_acts(w, who)
    assert not wrong, "\n" + "\n".join(wrong)


# the other way round: what a role may see it does see, field by field


@pytest.mark.parametrize("who", WHO)
def test_what_is_permitted_is_shown(w: World, who: str) -> None:
    client = w.client(who)
    for place in w.places.values():
        if not reached(w, who, place, "area"):
            continue
        if may(w, who, "loop.view"):
            page = shown(client.get(reverse("loop", args=[place.ids["loop"]])))
            assert [m for m in CASE if place.marker(m) not in page] == []
        if may(w, who, "custody.view"):
            page = shown(client.get(reverse("custody")))
            assert place.marker("物") in page
            assert place.masked in page
        if may(w, who, "person.view"):
            assert place.masked in shown(client.get(reverse("person", args=[place.ids["person"]])))
    if may(w, who, "loop.view") and roles()[who].scope in ("area", "unit") if who in w.own else False:
        assert f"自有{who}事项" in shown(client.get(reverse("loop", args=[w.own[who]["loop"]])))


@pytest.mark.parametrize("who", WHO)
def test_a_file_opened_for_a_reason_shows_all_of_it_where_the_area_permits(w: World, who: str) -> None:
    client = w.client(who)
    for place in w.places.values():
        client.post(reverse("person_open", args=[place.ids["person"]]), {"client_id": str(new_id()), "purpose": "visit", "note": ""})
        page = shown(client.get(reverse("person", args=[place.ids["person"]])))
        allowed = may(w, who, "person.view") and reached(w, who, place, "area")
        for value in (*place.personal.values(), *(place.marker(m) for m in SEALED)):
            assert (value in page) is allowed, (who, place.name, value)
