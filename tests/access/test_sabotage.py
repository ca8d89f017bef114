"""The checks of the matrix see what they are for: each guard is taken away once, and its fault is named."""

from __future__ import annotations

import dataclasses

import pytest
from django.http import HttpResponse

from tests.access import table
from tests.access.judge import do_acts, get_pages, leaks, operations, post_pages, read_api, shown, unlisted
from tests.access.world import World
from tongchou.api.acts import offered
from tongchou.record.access import Actor
from tongchou.record.loops import state
from tongchou.record.people.identity import Identity
from tongchou.record.questions import worklist
from tongchou.web.permission import PAGES, Page

pytestmark = pytest.mark.django_db


def test_a_page_that_is_not_in_the_table_is_named_with_the_line_to_add() -> None:
    new = Page("callers", "callers/<uuid:person>/<int:visit>", "person.view", ("GET",), lambda request: HttpResponse(), None)
    told = [t for t in unlisted(PAGES | {"callers": new}, offered(), operations()) if "'callers'" in t]
    row = '"callers": Way(("person", "visit"), "party"),  and place.ids["visit"] to tests/access/world.py'
    assert told == [f"page 'callers': add to PAGES in tests/access/table.py:  {row}"]
    plain = dataclasses.replace(new, pattern="callers/<uuid:person>")
    assert any(t.endswith('"callers": Way(("person",), "area"),') for t in unlisted(PAGES | {"callers": plain}, offered(), operations()))


def test_an_act_or_operation_that_is_not_in_the_table_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(table.ACTS, "person.move")
    monkeypatch.delitem(table.OPERATIONS, "person")
    act, operation = (t for t in unlisted(PAGES, offered(), operations()) if "person" in t)
    assert act.startswith("act 'person.move': add to ACTS in tests/access/table.py:")
    assert "person, area" in act
    assert operation == "operation 'person': add to OPERATIONS in tests/access/table.py:  \"person\": Way(),"


def test_a_row_for_what_is_no_longer_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(table.PAGES, "gone", table.Way())
    assert any("PAGES in tests/access/table.py has 'gone'" in t for t in unlisted(PAGES, offered(), operations()))


def test_a_field_shown_without_the_mask_is_named(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert get_pages(w, "street_officer", ["person"]) == []
    monkeypatch.setattr(Identity, "masked", lambda self: self)
    phone = w.places["own"].personal["phone"]
    assert any(f"GET person own shows own: {phone}" in t for t in get_pages(w, "street_officer", ["person"]))
    assert any(f"API people own shows own: {phone}" in t for t in read_api(w, "street_officer", ["people"]))


def test_a_loop_shown_without_its_area_is_named(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert get_pages(w, "street_officer", ["loop"]) == []
    monkeypatch.setattr(state, "visible", lambda actor, loop: True)
    told = get_pages(w, "street_officer", ["loop"])
    assert f"street_officer GET loop next shows next: {w.places['next'].marker('说明')}" in told
    assert "street_officer GET loop next: served (200), not not found" in told


def test_a_list_without_its_area_is_named(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_api(w, "street_officer", ["loops"]) == []
    monkeypatch.setattr(worklist, "_scope_parts", lambda actor, permission, values, hashed: ["true"])
    assert f"street_officer API loops area shows next: {w.places['next'].marker('标题')}" in read_api(w, "street_officer", ["loops"])


def test_pages_and_acts_without_their_permission_are_named(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    require = Actor.require
    monkeypatch.setattr(Actor, "require", lambda self, permission: self.grants)
    assert "sampler GET audit own: served (200), not forbidden" in get_pages(w, "sampler", ["audit"])
    assert any("sampler POST unit_new own: served" in t for t in post_pages(w, "sampler", ["unit_new"]))
    assert any("sampler act unit.change own:" in t for t in do_acts(w, "sampler", ["unit.change"]))
    monkeypatch.setattr(Actor, "require", require)
    assert do_acts(w, "sampler", ["unit.change"]) == []


def test_somebody_elses_thing_changed_is_named(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert do_acts(w, "street_officer", ["loop.note"]) == []
    monkeypatch.setattr(state, "visible", lambda actor, loop: True)
    assert [t for t in do_acts(w, "street_officer", ["loop.note"]) if "next" in t] != []


def test_each_field_is_looked_for(w: World) -> None:
    """A page that shows the next street's marker, another district's telephone number and a sealed note is named for each."""
    page = HttpResponse(w.places["next"].marker("说明") + w.places["far"].personal["phone"] + w.places["own"].marker("户"))
    assert len(leaks(w, "street_officer", shown(page))) == 3
