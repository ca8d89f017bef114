"""Clearance of everybody at once after a change: asked for in the change, done in steps, and nothing lost that comes meanwhile."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.record.test_staff import add, do
from tests.web.test_pages import signed_in
from tongchou.kernel.ids import new_id
from tongchou.record import clearance, clearance_due
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, act
from tongchou.record.actions import facts
from tongchou.record.clearance_due import asked_by, due
from tongchou.record.grades import set_grade
from tongchou.record.models import ClearanceRequest, ClearanceRun, ReadSubject, Staff, StaffOutcome
from tongchou.rooms.enterprises.tasks import clear_again, clear_nightly, work_off


def grade(cast: Cast, level: str, since: date | None = None) -> None:
    """Somebody's act sets the grade of the west."""
    context = Context(new_id(), SYSTEM, timezone.now(), ())
    set_grade(
        context,
        cast.areas["west"].pk,
        level,
        since or timezone.localdate(),
        proposal=new_id(),
        pack="p",
        edition="e",
        rule="r",
    )


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where task_name = %s", [clearance_due.JOB])
        return int(cursor.fetchone()[0])


def two_files(cast: Cast) -> tuple[Staff, Staff]:
    """One at each of two enterprises, from the west, of whom only the grade of the west is asked."""
    given: dict[str, Any] = {"symptoms": False, "origin": cast.areas["reed"].code}
    one = add(cast, **given)["staff"]
    two = add(cast, 2, "rival", "mill", **given)["staff"]
    return Staff.objects.get(pk=one), Staff.objects.get(pk=two)


def outcomes(*files: Staff) -> list[str]:
    return [Staff.objects.get(pk=f.pk).outcome for f in files]


def test_a_grade_alone_has_everybody_decided_again(cast: Cast) -> None:
    both = two_files(cast)
    grade(cast, "high")
    assert due()
    assert jobs() == 1
    assert [a.cause for a in asked_by(None)] == ["grade"]
    assert work_off() == 2
    assert outcomes(*both) == ["postpone", "postpone"]
    run = ClearanceRun.objects.get()
    assert (run.done, run.total, run.changed, run.outcomes, len(run.acts)) == (2, 2, 2, {"postpone": 2}, 1)
    assert run.finished_at is not None
    assert [a.cause for a in asked_by(run.pk)] == ["grade"]
    assert not due()
    assert clear_again(0) == 0
    assert ClearanceRun.objects.count() == 1


def test_the_night_queues_no_second_job(cast: Cast) -> None:
    """The nightly job works off what it asked for; a job beside it would find nothing."""
    two_files(cast)
    before = jobs()
    clear_nightly(0)
    assert jobs() == before
    assert not due()
    assert ClearanceRun.objects.count() == 1
    act(
        "staff.clear_day", SYSTEM, new_id(), {}
    )  # a worker that dies before it began leaves the request for the minute's job
    assert due()
    clear_again(0)
    assert not due()


def test_many_changes_make_one_pass_and_a_dry_run_makes_none(cast: Cast) -> None:
    two_files(cast)
    for level in ("low", "medium", "high"):
        grade(cast, level)
    trial = Context(new_id(), SYSTEM, timezone.now(), (), dry_run=True)
    set_grade(
        trial, cast.areas["east"].pk, "high", timezone.localdate(), proposal=new_id(), pack="p", edition="e", rule="r"
    )
    assert ClearanceRequest.objects.count() == 3
    work_off()
    assert len(asked_by(ClearanceRun.objects.get().pk)) == 3


def in_the_middle(cast: Cast, monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    """A pass of two steps with a change between them."""
    monkeypatch.setattr(clearance_due, "STEP", 1)
    grade(cast, "high")
    first = act("staff.clear_step", SYSTEM, new_id(), {}).result
    assert first["going_on"]
    assert ClearanceRun.objects.get().done == 1
    change()
    work_off()


def test_a_change_during_a_pass_is_not_lost(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    both = two_files(cast)
    in_the_middle(cast, monkeypatch, lambda: grade(cast, "low"))
    assert "postpone" not in outcomes(*both)
    assert ClearanceRun.objects.count() == 2
    assert ClearanceRequest.objects.filter(run=None).count() == 0


def test_taken_into_the_pass_under_way_it_would_be_lost(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sabotage: the change is counted to the pass that has already been past the first file."""
    both = two_files(cast)

    def change() -> None:
        grade(cast, "low")
        ClearanceRequest.objects.filter(run=None).update(run=ClearanceRun.objects.get())

    in_the_middle(cast, monkeypatch, change)
    assert "postpone" in outcomes(*both)


def test_a_pass_that_broke_off_goes_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    both = two_files(cast)
    monkeypatch.setattr(clearance_due, "STEP", 1)
    grade(cast, "high")
    act("staff.clear_step", SYSTEM, new_id(), {})
    assert sorted(outcomes(*both)) != ["postpone", "postpone"]
    clear_again(0)
    assert outcomes(*both) == ["postpone", "postpone"]
    assert ClearanceRun.objects.count() == 1


def test_a_large_pass_leaves_the_planner_no_empty_table(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted when it was empty, the table of results was joined row by row after a pass over 400,000: hours for the question who has turned."""

    def estimated() -> int:
        with connection.cursor() as cursor:
            cursor.execute("select reltuples::bigint from pg_class where oid = 'record_staffoutcome'::regclass")
            return int(cursor.fetchone()[0])

    two_files(cast)
    with connection.cursor() as cursor:
        cursor.execute("analyze record_staffoutcome")
    before = estimated()
    grade(cast, "high")
    work_off()
    assert estimated() == before  # two are no reason to count
    monkeypatch.setattr(clearance, "_MANY", 2)
    grade(cast, "low")
    work_off()
    assert estimated() == StaffOutcome.objects.count() > before


def test_facts_of_many_people_and_a_new_day_ask_for_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    both = two_files(cast)
    person = {"type": "symptom", "on": str(timezone.localdate()), "value": {"symptom": "fever"}}
    items = [person | {"person": str(f.person_id)} for f in both]
    act("fact.record_many", SYSTEM, new_id(), {"facts": items})
    assert not due()  # two people are not many
    monkeypatch.setattr(facts, "MANY", 2)
    act("fact.record_many", SYSTEM, new_id(), {"facts": items})
    assert [a.cause for a in asked_by(None)] == ["facts"]
    work_off()
    assert outcomes(*both) == ["clinic", "clinic"]
    assert clear_nightly(0) == 0
    assert [a.cause for a in asked_by(ClearanceRun.objects.order_by("-started_at")[0].pk)] == ["day"]


def test_officers_see_how_far_it_is_and_whose_result_turned(cast: Cast) -> None:
    two_files(cast)
    client = signed_in(cast, "street")
    assert "还没有全员判定过" in client.get(reverse("clearances")).content.decode()
    grade(cast, "high")
    waiting = client.get(reverse("clearances")).content.decode()
    assert "排队中" in waiting
    assert "风险等级变化" in waiting
    assert "排队中" in client.get(reverse("staff_return")).content.decode()
    part = client.get(reverse("clearances"), headers={"HX-Request": "true"}).content.decode()
    assert "排队中" in part
    assert "<html" not in part
    work_off()
    assert client.get(reverse("clearances"), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    reads = ReadSubject.objects.count()
    page = client.get(reverse("clearances")).content.decode()
    assert "暂缓返岗" in page
    assert "禤静姝" not in page  # masked
    assert (cast.units["works"].name in page, cast.units["mill"].name in page) == (True, False)
    assert ReadSubject.objects.count() == reads + 1
    assert StaffOutcome.objects.filter(act__in=ClearanceRun.objects.get().acts).count() == 2
    other = signed_in(cast, "next_street").get(reverse("clearances")).content.decode()
    assert (cast.units["works"].name in other, cast.units["mill"].name in other) == (False, True)
    assert signed_in(cast, "enterprise").get(reverse("clearances")).status_code == 403
    assert do(cast, "street", "staff.clear")["changed"] == 0
