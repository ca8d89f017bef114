"""One person, one file: who is meant, what is unknown, what the record adds, what holds somebody back, what is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests.cast import Cast
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.identifiers import check_digit
from tongchou.kernel.ids import new_id
from tongchou.packs.plans.decide import decide_standing
from tongchou.packs.plans.facts import read_facts
from tongchou.record import clearance
from tongchou.record.act import act
from tongchou.record.clearance import INPUTS, clear, decided, staff_before
from tongchou.record.models import AreaGrade, Loop, Person, Staff, StaffOutcome
from tongchou.record.plans import standing_in_force
from tongchou.record.questions.enterprises import staff_counts

TODAY = timezone.localdate
DAY = timedelta(days=1)


def document(n: int) -> str:
    first = f"1001011985031{n:04}"
    return first + check_digit(first)


def do(cast: Cast, who: str, verb: str, **payload: Any) -> dict[str, Any]:
    return act(verb, cast.as_(who), new_id(), payload).result


def refused(run: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def add(cast: Cast, n: int = 1, who: str = "enterprise", unit: str = "works", **more: Any) -> dict[str, Any]:
    payload = {"unit": cast.units[unit].pk, "name": "禤静姝", "document": document(n), "phone": "13912341111"} | more
    return do(cast, who, "staff.add", **payload)


def grade(cast: Cast, area: str, level: str) -> None:
    AreaGrade.objects.create(
        area=cast.areas[area], grade=level, from_date=date(2020, 1, 1), known_from=timezone.now(), pack="covid-19", edition="x", rule="x", proposal=new_id()
    )


def test_what_nobody_said_is_asked_for_and_never_taken_as_no(cast: Cast) -> None:
    made = add(cast)
    assert (made["outcome"], made["asks"], made["existing"]) == ("undetermined", ["symptoms"], False)
    said = do(cast, "enterprise", "staff.change", staff=made["staff"], symptoms=False)
    assert (said["outcome"], said["asks"]) == ("undetermined", ["in_hard_hit_area"])
    said = do(cast, "enterprise", "staff.change", staff=made["staff"], in_hard_hit=False)
    assert (said["outcome"], said["rule"], said["asks"]) == ("start", "without_history", [])
    assert list(StaffOutcome.objects.filter(staff=made["staff"]).order_by("pk").values_list("outcome", flat=True)) == [
        "undetermined", "undetermined", "start",
    ]  # fmt: skip


def test_who_was_exposed_waits_until_a_day(cast: Cast) -> None:
    gone = TODAY() - 4 * DAY
    made = add(cast, symptoms=False, in_hard_hit=False, last_risk=str(gone))
    assert (made["outcome"], made["rule"], made["until"]) == ("observe", "after_exposure", str(gone + 14 * DAY))
    tested = do(cast, "enterprise", "staff.change", staff=made["staff"], cleared=True)
    assert (tested["outcome"], tested["rule"], tested["until"]) == ("start", "cleared_early", None)
    assert do(cast, "enterprise", "staff.change", staff=made["staff"], symptoms=True)["outcome"] == "clinic"


def test_the_same_person_by_the_document_and_a_wrong_name_is_refused(cast: Cast) -> None:
    person = do(cast, "next_street", "person.register", area=cast.areas["reed"].pk, name="禤静姝", document=document(1))["person"]
    made = add(cast)
    assert made["existing"] is True
    assert str(Staff.objects.get(pk=made["staff"]).person_id) == person
    assert Person.objects.count() == 1
    wrong = refused(lambda: add(cast, name="郤别人", unit="mill", who="rival"))
    assert (wrong.reason, wrong.field) == (Reason.CONFLICT, "name")
    assert refused(lambda: add(cast)).reason is Reason.DUPLICATE


@pytest.mark.parametrize(
    ("more", "reason", "field"),
    [
        ({"document": document(1)[:-1] + ("0" if document(1)[-1] != "0" else "1")}, Reason.WRONG_CHECK_DIGIT, "document"),
        ({"origin": "4201999"}, Reason.INVALID_VALUE, "origin"),
        ({"last_risk": "2099-01-01"}, Reason.IMPOSSIBLE_DATE, "last_risk"),
        ({"observed_from": "2001-01-01"}, Reason.IMPOSSIBLE_DATE, "observed_from"),
        ({"symptoms": "perhaps"}, Reason.INVALID_VALUE, "symptoms"),
        ({"name": ""}, Reason.MISSING_VALUE, "name"),
    ],
)
def test_bad_input_is_refused_by_its_field(cast: Cast, more: dict[str, Any], reason: Reason, field: str) -> None:
    found = refused(lambda: add(cast, **more))
    assert (found.reason, found.field) == (reason, field)
    assert not Person.objects.exists()


def test_a_competitor_and_the_next_street_do_not_reach_a_file(cast: Cast) -> None:
    staff = add(cast)["staff"]
    for who in ("rival", "next_street"):
        assert refused(lambda who=who: do(cast, who, "staff.change", staff=staff, symptoms=False)).reason is Reason.NOT_FOUND
        assert refused(lambda who=who: do(cast, who, "staff.end", staff=staff)).reason is Reason.NOT_FOUND
    assert refused(lambda: add(cast, 2, unit="mill")).reason is Reason.NOT_FOUND
    for who in ("leader", "dept", "inspector"):
        assert refused(lambda who=who: do(cast, who, "staff.change", staff=staff, symptoms=False)).reason is Reason.NOT_ALLOWED


def test_a_low_risk_origin_starts_at_once_with_a_normal_temperature(cast: Cast) -> None:
    grade(cast, "west", "low")
    made = add(cast, symptoms=False, origin=cast.areas["reed"].code, temperature_normal=True)
    assert (made["outcome"], made["rule"]) == ("start", "low_risk_origin")
    other = add(cast, 2, symptoms=False, origin="420106", temperature_normal=True)
    assert (other["outcome"], other["asks"]) == ("undetermined", ["in_hard_hit_area"])


def test_who_stayed_in_the_province_by_a_known_itinerary_returns_first(cast: Cast) -> None:
    known = {"symptoms": False, "in_hard_hit": False}
    here, away = cast.areas["reed"].code, "420106"
    said = {
        "here": add(cast, 1, origin=here, **known), "away": add(cast, 2, origin=away, **known), "not told": add(cast, 3, **known),
        "away, back for long": add(cast, 4, origin=away, returned_on=str(TODAY() - 20 * DAY), **known),
        "away, back lately": add(cast, 5, origin=away, returned_on=str(TODAY() - 3 * DAY), **known),
    }  # fmt: skip
    assert {k: (v["outcome"], v["rule"]) for k, v in said.items()} == {
        "here": ("start", "first_to_return"), "away": ("start", "without_history"), "not told": ("start", "without_history"),
        "away, back for long": ("start", "first_to_return"), "away, back lately": ("start", "without_history"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "value", "days", "rule"),
    [
        ("arrival", {"from_place": "420106"}, 3, "without_history"), ("travel", {"place": "420106"}, 3, "without_history"),
        ("travel", {"place": "TH"}, 3, "without_history"), ("travel", {"place": "420106"}, 14, "first_to_return"),
    ],
)  # fmt: skip
def test_a_journey_on_record_stands_over_the_origin(cast: Cast, kind: str, value: dict[str, Any], days: int, rule: str) -> None:
    made = add(cast, symptoms=False, in_hard_hit=False, origin=cast.areas["reed"].code)
    assert made["rule"] == "first_to_return"
    who = str(Staff.objects.get(pk=made["staff"]).person_id)
    do(cast, "street", "fact.record", person=who, type=kind, on=str(TODAY() - days * DAY), value=value, source="test")
    do(cast, "street", "staff.clear")
    assert Staff.objects.get(pk=made["staff"]).rule == rule


def test_somebody_in_a_high_risk_area_waits_and_the_grade_alone_changes_it(cast: Cast) -> None:
    grade(cast, "west", "high")
    made = add(cast, symptoms=False, origin=cast.areas["reed"].code)
    assert (made["outcome"], made["rule"]) == ("postpone", "still_there_now")
    AreaGrade.objects.update(grade="medium")
    found = do(cast, "street", "staff.clear")
    assert (found["looked_at"], found["changed"], found["outcomes"]) == (1, 1, {"start": 1})
    assert do(cast, "street", "staff.clear")["changed"] == 0
    assert do(cast, "next_street", "staff.clear")["looked_at"] == 0


def test_the_record_fills_in_what_the_file_does_not_say(cast: Cast) -> None:
    staff = add(cast, in_hard_hit=False)["staff"]
    person = str(Staff.objects.get(pk=staff).person_id)
    do(cast, "street", "fact.record", person=person, type="symptom", on=str(TODAY()), value={"symptom": "none"})
    do(cast, "street", "staff.clear")
    row = Staff.objects.get(pk=staff)
    assert (row.outcome, row.symptoms) == ("start", None)
    do(cast, "street", "fact.record", person=person, type="exposure", on=str(TODAY() - 2 * DAY), value={"setting": "venue"})
    found = do(cast, "street", "staff.clear")
    row.refresh_from_db()
    assert (row.outcome, row.until, found["stopped"]) == ("observe", TODAY() + 12 * DAY, [])
    do(cast, "street", "fact.record", person=person, type="symptom", on=str(TODAY()), value={"symptom": "fever"})
    do(cast, "street", "staff.clear")
    row.refresh_from_db()
    assert row.outcome == "clinic"


def test_a_positive_test_and_custody_hold_somebody_whatever_the_table_says(cast: Cast) -> None:
    staff = add(cast, symptoms=False, in_hard_hit=False, returned_on=str(TODAY()))["staff"]
    row = Staff.objects.get(pk=staff)
    stay = {"purpose": "isolation", "unit": cast.units["east_street"].pk, "holder_kind": "site", "items": [{"person": str(row.person_id), "place": "301"}]}
    held = do(cast, "street", "custody.take_in", **stay)["custodies"]
    found = do(cast, "street", "staff.clear")
    row.refresh_from_db()
    assert (row.outcome, row.rule) == ("observe", "record.held")
    here = [{"unit": cast.units["works"].pk, "people": 1}]
    assert (found["stopped"], found["held"]) == (here, here)
    do(cast, "street", "custody.let_out", custodies=held, reason="released")
    do(cast, "street", "staff.clear")
    row.refresh_from_db()
    assert row.outcome == "start"
    do(cast, "street", "fact.record", person=str(row.person_id), type="test", on=str(TODAY()), value={"method": "pcr", "result": "positive"})
    do(cast, "street", "staff.clear")
    row.refresh_from_db()
    assert (row.outcome, row.rule) == ("clinic", "record.positive")


def test_an_enterprise_and_its_street_are_told_when_somebody_at_work_may_no_longer_be_there(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    staff = add(cast, symptoms=False, in_hard_hit=False, returned_on=str(TODAY()))["staff"]
    for _ in range(2):  # a second fall does not open a second loop
        with django_capture_on_commit_callbacks(execute=True):
            do(cast, "enterprise", "staff.change", staff=staff, symptoms=True)
        with django_capture_on_commit_callbacks(execute=True):
            do(cast, "enterprise", "staff.change", staff=staff, symptoms=False)
    loop = Loop.objects.get(origin="staff_stopped")
    assert (loop.owner_unit_id, loop.verifier_unit_id, loop.subject_unit_id) == (
        cast.units["works"].pk, cast.units["east_street"].pk, cast.units["works"].pk,
    )  # fmt: skip
    assert "静姝" not in loop.title


def test_without_the_query_of_custody_nobody_is_held(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin of the above."""
    staff = add(cast, symptoms=False, in_hard_hit=False)["staff"]
    row = Staff.objects.get(pk=staff)
    stay = {"purpose": "isolation", "unit": cast.units["east_street"].pk, "holder_kind": "site", "items": [{"person": str(row.person_id), "place": "301"}]}
    do(cast, "street", "custody.take_in", **stay)
    monkeypatch.setattr(clearance, "HELD", [clearance.HELD[0].replace("'isolation'", "'nothing'")])
    do(cast, "street", "staff.clear")
    row.refresh_from_db()
    assert row.outcome == "start"


def test_another_day_is_shown_and_not_written(cast: Cast) -> None:
    made = add(cast, symptoms=False, in_hard_hit=False, last_risk=str(TODAY() - 4 * DAY))
    later = do(cast, "street", "staff.clear", as_of=str(TODAY() + 11 * DAY))
    assert (later["written"], later["outcomes"]) == (False, {"start": 1})
    assert Staff.objects.get(pk=made["staff"]).outcome == "observe"


def test_a_file_that_changed_meanwhile_is_left_to_that_change(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    staff = add(cast, symptoms=False)["staff"]
    real = clearance.decided

    def slow(*args: Any) -> Any:
        out = real(*args)
        Staff.objects.filter(pk=staff).update(version=9, outcome="clinic")
        return out

    Staff.objects.filter(pk=staff).update(in_hard_hit=False)
    monkeypatch.setattr(clearance, "decided", slow)
    clear(new_id(), timezone.now(), TODAY())
    assert Staff.objects.get(pk=staff).outcome == "clinic"


def test_columns_say_what_one_by_one_says(cast: Cast) -> None:
    """Every combination of what a file can say, by the column evaluator and by the evaluator of one person."""
    days = (None, TODAY() - 3 * DAY, TODAY() - 14 * DAY, TODAY() - 15 * DAY)
    flags = (None, True, False)
    files = [
        {"symptoms": a, "in_hard_hit": b, "cleared": c, "last_risk": d, "temperature_normal": True}
        for a in flags for b in flags for c in flags for d in days
    ]  # fmt: skip
    unit = cast.units["works"]
    people = [Person(id=new_id(), sealed=b"", area=cast.areas["spring"], created_at=timezone.now()) for _ in files]
    Person.objects.bulk_create(people)
    common: dict[str, Any] = {"unit": unit, "from_date": TODAY(), "act": new_id(), "changed_at": timezone.now()}
    Staff.objects.bulk_create([Staff(person=p, **facts, **common) for p, facts in zip(people, files, strict=True)])
    standing = standing_in_force("resumption-2020", "employee", TODAY())
    frame = decided(standing, staff_before(standing))
    assert frame.height == len(files)
    for row in frame.iter_rows(named=True):
        known = {k: row[k] for k in INPUTS if row[k] is not None}
        one = decide_standing(standing, read_facts(standing.table, known, standing.as_of), explain=False)
        sure = one.outcome != "undetermined" and one.rule is not None
        assert (row["outcome"], row["rule"], row["until"]) == (one.outcome, one.rule.key if sure and one.rule else "", one.until)
        assert row["asks"].split() == ([] if sure else list(one.needs))


def test_counts_by_outcome_and_origin(cast: Cast) -> None:
    grade(cast, "west", "low")
    add(cast, 1, symptoms=False, in_hard_hit=False, returned_on=str(TODAY()))
    add(cast, 2, symptoms=True, returned_on=str(TODAY()), origin=cast.areas["reed"].code)
    add(cast, 3)
    works, mill = cast.units["works"].pk, cast.units["mill"].pk
    found = staff_counts([works, mill], TODAY())
    assert (found[works].total, found[works].returned, found[works].returned_not_clear) == (3, 2, 1)
    assert dict(found[works].by_outcome) == {"start": 1, "clinic": 1, "undetermined": 1}
    assert dict(found[works].by_origin) == {"low": 1, "": 2}
    assert found[mill].total == 0


def test_the_database_keeps_one_open_file_for_a_person_at_an_enterprise(cast: Cast) -> None:
    row = Staff.objects.get(pk=add(cast)["staff"])
    again = {"unit": row.unit, "person": row.person, "from_date": TODAY(), "act": new_id(), "changed_at": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Staff.objects.create(**again)
    do(cast, "enterprise", "staff.end", staff=row.pk)
    assert add(cast)["existing"] is True
    with connection.cursor() as cursor:  # the twin
        cursor.execute("drop index staff_once")
    Staff.objects.create(**again)
