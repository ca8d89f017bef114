"""Many people in one act: the same rows as one by one, found by every key, all or none, in the ledger."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from tests.cast import Cast
from tests.record.test_people import document
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.actions import people_bulk
from tongchou.record.ledger import seal_all, verify
from tongchou.record.models import Act, Event, Household, Person
from tongchou.record.people.identity import open_identity
from tongchou.record.questions.people import search
from tongchou.sim.district.generate import make_district
from tongchou.sim.district.territory import invented

COLUMNS = ("document_hash", "phone_hash", "tokens", "birth_year", "sex", "area_id", "workplace_id", "merged_into_id", "erased_at")


def people(cast: Cast, count: int = 40, area: str = "spring") -> list[dict[str, Any]]:
    """Payloads of generated residents, in the cast's area and works."""
    made = make_district(3, 120, date(2026, 1, 1), invented(120))
    return [
        {
            "name": r.name, "document": r.document, "phone": r.phone, "address": r.address, "area": cast.areas[area].pk,
            "household_label": r.household, "workplace": cast.units["works"].pk if r.workplace >= 0 else None,
        }
        for r in made.residents(0, count)
    ]  # fmt: skip


def load(cast: Cast, rows: list[dict[str, Any]], who: str = "street") -> dict[str, Any]:
    return act("person.register_many", cast.as_(who), new_id(), {"people": rows}).result


def stored(person: Person) -> dict[str, Any]:
    """All that is stored about a person but the seal's bytes, which are random, and ids that the database counts up."""
    row = {c: bytes(v) if isinstance(v := getattr(person, c), memoryview) else v for c in COLUMNS}
    home = person.household
    row["household"] = (home.area_id, home.label) if home else None
    row["identity"] = open_identity(person.sealed, person.pk)
    event = Event.objects.get(subject=f"person:{person.pk}")
    return row | {"event": (event.what, event.data, event.note, event.loop_id)}


def test_the_same_rows_as_one_by_one(cast: Cast) -> None:
    rows = people(cast)
    rows += [{"name": "王芳", "area": cast.areas["grid"].pk}, {"name": "Jane Roe", "document": "E12345678", "area": cast.areas["spring"].pk}]
    point = transaction.savepoint()
    ids = [uuid.UUID(act("person.register", cast.as_("street"), new_id(), row).result["person"]) for row in rows]
    single = [stored(Person.objects.select_related("household").get(pk=i)) for i in ids]
    homes = Household.objects.count()
    transaction.savepoint_rollback(point)
    assert not Person.objects.exists()
    chosen = [new_id() for _ in rows]
    assert load(cast, [row | {"id": i} for row, i in zip(rows, chosen, strict=True)]) == {"registered": len(rows), "people": []}
    assert [stored(Person.objects.select_related("household").get(pk=i)) for i in chosen] == single
    assert Household.objects.count() == homes


def test_who_is_loaded_is_found_by_every_key(cast: Cast) -> None:
    row = people(cast, 1)[0] | {"name": "单雄信", "document": document(7), "phone": "15412345678"}
    person = new_id()
    load(cast, [row | {"id": person}])
    tail = document(7)[-4:]
    for key in ("单雄信", "shanxiongxin", "sxx", "5678", "345678", tail, document(7), "15412345678"):
        assert [f.id for f in search(cast.as_("community"), key)] == [person], key
    assert search(cast.as_("next_street"), "单雄信") == []


def test_an_id_that_is_taken_is_refused(cast: Cast) -> None:
    rows, taken = people(cast, 2), new_id()
    load(cast, [rows[0] | {"id": taken}])
    twice = new_id()
    for bad, place in (([rows[1] | {"id": taken}], 0), ([row | {"id": twice} for row in people(cast, 3)[1:]], 1)):
        with pytest.raises(Refusal) as caught:
            load(cast, bad)
        assert (caught.value.reason, caught.value.field) == (Reason.CONFLICT, f"people.{place}.id")
    assert Person.objects.count() == 1


def test_one_act_in_the_ledger(cast: Cast) -> None:
    made = load(cast, people(cast, 30))["people"]
    assert sorted(made) == sorted(str(p) for p in Person.objects.values_list("pk", flat=True))
    one = Act.objects.get(verb="person.register_many")
    assert one.events == 30 == Event.objects.filter(act=one).count()
    seal_all()
    assert verify(0).sound


def test_a_dry_run_writes_nothing(cast: Cast) -> None:
    outcome = act("person.register_many", cast.as_("street"), new_id(), {"people": people(cast, 5)}, dry_run=True)
    assert (outcome.result["registered"], len(outcome.result["people"])) == (5, 5)
    assert not Person.objects.exists()


def faults(cast: Cast) -> list[tuple[dict[str, Any], Reason, str]]:
    home = Household.objects.create(area=cast.areas["reed"], label="9")
    return [
        ({"name": ""}, Reason.MISSING_VALUE, "people.1.name"),
        ({"document": document(5)[:17] + "?"}, Reason.INVALID_VALUE, "people.1.document"),
        ({"area": cast.areas["reed"].pk}, Reason.NOT_FOUND, "people.1.area"),
        ({"household": home.pk}, Reason.NOT_FOUND, "people.1.household"),
        ({"workplace": 999_999}, Reason.NOT_FOUND, "people.1.workplace"),
        ({"document": "same"}, Reason.DUPLICATE, "people.1.document"),
        ({"document": document(11)}, Reason.DUPLICATE, "people.1.document"),
        ({"document": document(13)}, Reason.DUPLICATE, "people.1.document"),
    ]


def test_one_fault_and_nobody_is_registered(cast: Cast) -> None:
    for who, area, n in (("street", "spring", 11), ("next_street", "reed", 13)):
        act("person.register", cast.as_(who), new_id(), {"name": "王芳", "area": cast.areas[area].pk, "document": document(n)})
    rows = people(cast, 3)
    for change, reason, field in faults(cast):
        change = change | ({"document": rows[0]["document"]} if change.get("document") == "same" else {})
        with pytest.raises(Refusal) as caught:
            load(cast, [rows[0], rows[1] | change, rows[2]])
        assert (caught.value.reason, caught.value.field) == (reason, field)
        assert caught.value.remedy is not None
        assert Person.objects.count() == 2


def test_without_its_check_a_document_would_come_twice(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_bulk, "_check_documents", lambda *_: None)
    row = people(cast, 1)[0]
    load(cast, [row, row])
    assert Person.objects.count() == 2


def test_who_may_not(cast: Cast) -> None:
    with pytest.raises(Refusal) as caught:
        load(cast, people(cast, 1), who="enterprise")
    assert caught.value.reason is Reason.NOT_ALLOWED
