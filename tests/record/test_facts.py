"""Facts about people: typed, dated, sourced; unknown is said; free text is sealed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import Cast
from tests.record.test_people import do, refused, register
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.models import Event, Fact
from tongchou.record.people.fact_types import fact_types, read_types
from tongchou.record.questions.people import person_file
from tongchou.record.questions.person_file import open_file

TODAY = timezone.localdate
TOMORROW = "tomorrow"  # said as a day when the test runs: collected before midnight, it may run after it
TEST = {"type": "test", "on": "2020-03-01", "value": {"method": "pcr", "result": "negative"}}


def test_a_fact_is_recorded_with_its_source(cast: Cast) -> None:
    person = register(cast)
    do(cast, "community", "fact.record", person=str(person), **TEST, source="lab", source_ref="tube:T-1")
    fact = Fact.objects.get()
    assert (fact.value, fact.known, fact.source, fact.source_ref) == (TEST["value"], "known", "lab", "tube:T-1")
    assert fact.source_unit_id == cast.units["spring_community"].pk
    assert Event.objects.get(what="fact_recorded").data == {"fact": str(fact.pk), "type": "test"}


def test_recording_one_fact_is_one_statement_beside_the_acts_own(cast: Cast) -> None:
    person, actor = register(cast), cast.as_("community")
    with CaptureQueriesContext(connection) as seen:
        act("fact.record", actor, new_id(), {"person": str(person), **TEST})
    mine = [q["sql"] for q in seen if "record_fact" in q["sql"]]
    assert len(mine) == 1
    about_people = [q["sql"] for q in seen if "record_person" in q["sql"]]
    assert about_people == mine
    assert len(seen) <= 7, [q["sql"] for q in seen]  # with the test's own savepoint


def test_unknown_is_said_and_carries_no_value(cast: Cast) -> None:
    person = str(register(cast))
    for known in ("unknown", "not_asked", "not_reported", "not_found"):
        do(cast, "street", "fact.record", person=person, type="vaccination", known=known)
    assert set(Fact.objects.values_list("known", flat=True)) == {"unknown", "not_asked", "not_reported", "not_found"}
    refusal = refused(cast, "street", "fact.record", person=person, type="vaccination", known="unknown", value={"dose": 2})
    assert (refusal.reason, refusal.field) == (Reason.INVALID_VALUE, "value")


BAD: list[tuple[dict[str, Any], Reason, str]] = [
    ({"type": "horoscope"}, Reason.INVALID_VALUE, "type"),
    ({"on": None}, Reason.MISSING_VALUE, "on"),
    ({"on": TOMORROW}, Reason.IMPOSSIBLE_DATE, "on"),
    ({"at": TOMORROW + "T08:00:00+08:00", "on": TOMORROW}, Reason.IMPOSSIBLE_DATE, "on"),
    ({"at": TOMORROW + "T08:00:00+08:00"}, Reason.IMPOSSIBLE_DATE, "at"),
    ({"at": "2020-01-01T08:00:00"}, Reason.INVALID_VALUE, "at"),
    ({"at": "2020-01-01T08:00:00+08:00"}, Reason.INVALID_VALUE, "at"),
    ({"until": "2020-03-01"}, Reason.INVALID_VALUE, "until"),
    ({"value": {}}, Reason.MISSING_VALUE, "value.method"),
    ({"value": {"method": "pcr", "result": "maybe"}}, Reason.INVALID_VALUE, "value.result"),
    ({"value": TEST["value"] | {"ct": 99}}, Reason.INVALID_VALUE, "value.ct"),
    ({"value": TEST["value"] | {"ct": "NaN"}}, Reason.INVALID_VALUE, "value.ct"),
    ({"value": TEST["value"] | {"ct": True}}, Reason.INVALID_VALUE, "value.ct"),
    ({"value": TEST["value"] | {"ct": 1.234}}, Reason.INVALID_VALUE, "value.ct"),
    ({"value": TEST["value"] | {"target": "张三的样本"}}, Reason.INVALID_VALUE, "value.target"),
    ({"value": TEST["value"] | {"remark": "text"}}, Reason.UNKNOWN_FIELD, "value.remark"),
    ({"type": "travel", "value": {"place": "990101"}, "until": TOMORROW}, Reason.IMPOSSIBLE_DATE, "until"),
    ({"type": "travel", "value": {"place": "990101"}, "until": "2020-01-01"}, Reason.IMPOSSIBLE_DATE, "until"),
    ({"type": "temperature", "value": {"celsius": 365}}, Reason.INVALID_VALUE, "value.celsius"),
    ({"type": "vulnerability", "value": {"kind": "alone", "needs_visit": "yes"}}, Reason.INVALID_VALUE, "value.needs_visit"),
    ({"area": 999_999}, Reason.NOT_FOUND, "area"),
    ({"source": "Some words"}, Reason.INVALID_VALUE, "source"),
]


@pytest.mark.parametrize(("change", "reason", "field"), BAD)
def test_bad_facts_name_the_field(cast: Cast, change: dict[str, Any], reason: Reason, field: str) -> None:
    day = str(TODAY() + timedelta(days=1))
    given = {key: value.replace(TOMORROW, day) if isinstance(value, str) else value for key, value in change.items()}
    refusal = refused(cast, "street", "fact.record", **({"person": str(register(cast))} | TEST | given))
    assert (refusal.reason, refusal.field) == (reason, field)
    assert refusal.remedy is not None
    assert Fact.objects.count() == 0


def test_a_plan_may_end_in_the_future_but_not_begin_there(cast: Cast) -> None:
    stay = {"person": str(register(cast)), "type": "stay", "value": {"kind": "hotel"}, "on": str(TODAY())}
    tomorrow = str(TODAY() + timedelta(days=1))
    do(cast, "street", "fact.record", **stay, until=tomorrow)
    assert refused(cast, "street", "fact.record", **(stay | {"on": tomorrow})).reason is Reason.IMPOSSIBLE_DATE


def test_many_are_all_or_none_and_the_refusal_names_the_row(cast: Cast) -> None:
    here, there = register(cast), register(cast, who="next_street", area="reed", name="王丽")
    good = {"person": str(here)} | TEST
    refusal = refused(cast, "street", "fact.record_many", facts=[good, {"person": str(there)} | TEST])
    assert (refusal.reason, refusal.field) == (Reason.NOT_FOUND, "facts.1.person")
    refusal = refused(cast, "street", "fact.record_many", facts=[good, good | {"value": {}}])
    assert refusal.field == "facts.1.value.method"
    assert Fact.objects.count() == 0
    kept = do(cast, "street", "fact.record_many", facts=[good, good | {"area": cast.areas["reed"].pk, "note": "备注"}])
    assert sorted(kept.result["facts"]) == sorted(str(f) for f in Fact.objects.values_list("pk", flat=True))
    assert Event.objects.filter(what="fact_recorded").count() == 2


def test_a_withdrawn_fact_stays_and_is_withdrawn_once(cast: Cast) -> None:
    person = register(cast)
    fact = do(cast, "street", "fact.record", person=str(person), **TEST).result["fact"]
    assert refused(cast, "next_street", "fact.withdraw", fact=fact, reason="wrong_person").reason is Reason.NOT_FOUND
    do(cast, "street", "fact.withdraw", fact=fact, reason="wrong_person")
    assert refused(cast, "street", "fact.withdraw", fact=fact, reason="wrong_person").reason is Reason.NOT_FOUND
    (line,) = person_file(cast.as_("street"), person).facts
    assert line.withdrawn_at is not None


def test_facts_stand_in_order_of_time_and_notes_open_with_the_file(cast: Cast) -> None:
    person = register(cast)
    for days, note in ((1, "说近日咳嗽"), (5, ""), (3, "")):
        on = str(TODAY() - timedelta(days=days))
        do(cast, "street", "fact.record", person=str(person), type="symptom", on=on, value={"symptom": "cough"}, note=note)
    lines = person_file(cast.as_("street"), person).facts
    assert [(TODAY() - f.on).days for f in lines if f.on] == [5, 3, 1]
    assert (lines[2].note, lines[2].has_note) == ("", True)
    open_file(cast.as_("street"), new_id(), person, "isolation")
    assert person_file(cast.as_("street"), person).facts[2].note == "说近日咳嗽"


def test_a_merged_file_takes_no_facts(cast: Cast) -> None:
    kept, folded = register(cast), register(cast)
    do(cast, "street", "person.merge", kept=str(kept), folded=str(folded), reason="registered_twice")
    refusal = refused(cast, "street", "fact.record", person=str(folded), **TEST)
    assert refusal.reason is Reason.CONFLICT
    assert refusal.details["kept"] == str(kept)


def test_every_type_has_titles_and_a_contradiction_is_named() -> None:
    assert {"arrival", "stay", "exposure", "symptom", "temperature", "test", "vaccination", "contact", "travel", "work", "vulnerability"} <= (
        fact_types().keys()
    )
    for of in fact_types().values():
        assert of.title.zh
        assert of.title.en
    with pytest.raises(ValueError, match="day is None"):
        read_types("odd: {title: {zh: 甲, en: A}, on: required, until: none, fields: {}}")
    with pytest.raises(ValueError, match=r"odd\.x"):
        read_types("odd: {title: {zh: 甲, en: A}, day: optional, until: none, fields: {x: {type: choice, title: {zh: 乙, en: B}}}}")
