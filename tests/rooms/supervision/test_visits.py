"""Rounds and visits: planned, drawn, hidden until begun, answered item by item without loss or doubles, findings for the unit."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.supervision.helping import LIST, answer, carry_out, do, joins, photo, plan_round, plan_visit, refused
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.models import Loop, LoopLink
from tongchou.rooms.supervision.models import Answer, Draw, Visit, VisitFinding
from tongchou.rooms.supervision.questions import coverage, load, week_starts
from tongchou.rooms.supervision.reach import visits_of
from tongchou.rooms.supervision.sampling import draw, rank


def seen(cast: Cast, who: str) -> set[str]:
    return {str(v) for v in visits_of(cast.as_(who)).values_list("pk", flat=True)}


def test_a_visit_is_carried_out_and_its_fault_is_put_right_and_looked_at_again(cast: Cast) -> None:
    visit = plan_visit(cast)
    loops = carry_out(cast, visit, ("supplies",))
    loop = Loop.objects.get(pk=loops[0])
    assert (loop.kind, loop.stage, loop.owner_unit, loop.verifier_unit) == ("finding", "rectifying", cast.units["works"], cast.units["supervision"])
    assert loop.origin_ref == f"{visit}:supplies"
    assert loop.evidence.filter(type="photo", key="before").count() == 1
    assert Visit.objects.get(pk=visit).state == "finished"
    file = photo(cast, "enterprise")
    mended = [{"key": "after", "type": "photo", "file": file}, {"key": "measures", "type": "text", "text": "已补足"}]
    do(cast, "enterprise", "loop.advance", loop=str(loop.pk), step="rectify", evidence=mended)
    passed = [{"key": "seen", "type": "text", "text": "已到位"}]
    done = do(cast, "inspector", "loop.advance", loop=str(loop.pk), step="pass", evidence=passed)
    assert done["stage"] == "closed"


def test_an_unannounced_visit_is_unknown_to_the_visited_until_it_begins(cast: Cast) -> None:
    hidden, told = plan_visit(cast, "unannounced"), plan_visit(cast, "planned")
    assert seen(cast, "inspector") == seen(cast, "hq") == seen(cast, "leader") == {hidden, told}
    for who in ("enterprise", "street", "community"):
        assert seen(cast, who) == {told}, who
    assert seen(cast, "rival") == seen(cast, "next_street") == set()
    do(cast, "inspector", "visit.begin", visit=hidden, at=timezone.now().isoformat())
    assert seen(cast, "enterprise") == {hidden, told}
    assert seen(cast, "next_street") == set()
    missed = {c.unit: c.missed for c in coverage(cast.as_("street"), "enterprise", timezone.now() + timedelta(days=9))[0]}
    assert missed[cast.units["works"].pk] == 2  # the begun one and the planned one; see below for one that is hidden
    Visit.objects.filter(pk=hidden).update(state="planned")
    missed = {c.unit: c.missed for c in coverage(cast.as_("street"), "enterprise", timezone.now() + timedelta(days=9))[0]}
    assert missed[cast.units["works"].pk] == 1


def test_an_answer_sent_twice_counts_once_and_another_device_does_not_overwrite_it(cast: Cast) -> None:
    joins(cast, "inspector2", "supervision", "inspector")
    visit = plan_visit(cast)
    do(cast, "inspector", "visit.begin", visit=visit, at=timezone.now().isoformat())
    payload = {"visit": visit, "item": "canteen", "verdict": "ok", "at": timezone.now().isoformat(), "seen": 0}
    key = new_id()
    first = act("visit.answer", cast.as_("inspector"), key, payload)
    again = act("visit.answer", cast.as_("inspector"), key, payload)
    assert (again.repeated, again.result) == (True, first.result)
    late = refused(lambda: answer(cast, visit, "canteen", "na", "inspector2", seen=0))
    assert late.reason is Reason.CONFLICT
    assert (late.details["revision"], late.details["verdict"], late.details["who"]) == (1, "ok", "inspector 同志")
    assert answer(cast, visit, "canteen", "na", "inspector2", seen=1)["revision"] == 2
    assert Answer.objects.get().verdict == "na"
    assert answer(cast, visit, "canteen", "na", "inspector", seen=0)["revision"] == 2  # the same thing said again is no conflict


def test_the_database_itself_holds_one_answer_for_each_item(cast: Cast) -> None:
    visit = plan_visit(cast)
    do(cast, "inspector", "visit.begin", visit=visit, at=timezone.now().isoformat())
    answer(cast, visit, "canteen")
    twin = Answer(visit_id=uuid.UUID(visit), item="canteen", verdict="ok", at=timezone.now(), by=cast.accounts["inspector"])
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table supervision_answer drop constraint answer_item_once")
    twin.save(force_insert=True)
    assert Answer.objects.count() == 2


def test_a_number_beyond_what_the_checklist_asks_for_is_no_good_order(cast: Cast) -> None:
    visit = plan_visit(cast)
    do(cast, "inspector", "visit.begin", visit=visit, at=timezone.now().isoformat())
    few = refused(lambda: answer(cast, visit, "supplies", number=6))
    assert few.field == "number"
    assert "6（天用量），不得少于 7" in few.rule.zh
    answer(cast, visit, "supplies", number=7)
    answer(cast, visit, "supplies", "fault", note="仅够六天", number=6, photos=[photo(cast)], seen=1)


def test_a_fault_needs_a_photo_of_ones_own_and_a_word(cast: Cast) -> None:
    visit = plan_visit(cast)
    do(cast, "inspector", "visit.begin", visit=visit, at=timezone.now().isoformat())
    assert refused(lambda: answer(cast, visit, "supplies", "fault", note="少")).reason is Reason.EVIDENCE_MISSING
    mine, other = photo(cast), photo(cast, "hq")
    assert refused(lambda: answer(cast, visit, "supplies", "fault", photos=[mine])).field == "note"
    assert refused(lambda: answer(cast, visit, "supplies", "fault", note="少", photos=[other])).reason is Reason.NOT_FOUND
    assert refused(lambda: answer(cast, visit, "supplies", sampled=2, failing=3)).field == "failing"
    assert refused(lambda: answer(cast, visit, "moon")).field == "item"
    old = (timezone.now() - timedelta(days=8)).isoformat()
    assert refused(lambda: answer(cast, visit, "supplies", at=old)).reason is Reason.EXPIRED
    ahead = (timezone.now() + timedelta(days=1)).isoformat()
    answer(cast, visit, "supplies", at=ahead)
    assert Answer.objects.get().at <= timezone.now()
    left = refused(lambda: do(cast, "inspector", "visit.finish", visit=visit, at=timezone.now().isoformat()))
    assert (left.reason, left.field) == (Reason.MISSING_VALUE, "items")
    assert not VisitFinding.objects.exists()


def test_only_the_group_itself_visits(cast: Cast) -> None:
    visit = plan_visit(cast)
    for who in ("discipline", "hq", "enterprise"):
        reason = refused(lambda who=who: do(cast, who, "visit.begin", visit=visit, at=timezone.now().isoformat())).reason
        assert reason in (Reason.NOT_FOUND, Reason.NOT_ALLOWED), who
    assert do(cast, "inspector", "visit.cancel", visit=visit, reason="企业停产")["state"] == "cancelled"
    assert refused(lambda: do(cast, "inspector", "visit.begin", visit=visit, at=timezone.now().isoformat())).reason is Reason.WRONG_STAGE


def test_a_fault_that_comes_back_is_noticed(cast: Cast) -> None:
    first = carry_out(cast, plan_visit(cast), ("canteen",))[0]
    second = carry_out(cast, plan_visit(cast), ("canteen", "supplies"))
    found = VisitFinding.objects.get(loop_id=second[1])
    assert (found.item, found.times, found.previous.loop_id if found.previous else None) == ("canteen", 2, first)
    assert "第 2 次" in Loop.objects.get(pk=second[1]).title
    assert Loop.objects.get(pk=second[1]).urgent
    assert LoopLink.objects.get(relation="repeats").target_id == first
    assert VisitFinding.objects.get(loop_id=second[0]).times == 1


def test_a_draw_can_be_done_again_and_is_not_changed(cast: Cast) -> None:
    key = plan_round(cast)
    made = do(cast, "inspector", "round.draw", round=key, checklist=LIST, kinds=["enterprise"], wanted=1)
    row = Draw.objects.get(pk=made["draw"])
    assert sorted(row.pool) == sorted([cast.units["works"].pk, cast.units["mill"].pk])
    assert draw(row.seed, row.pool, row.wanted) == row.drawn == [min(row.pool, key=lambda u: rank(row.seed, u))]
    assert {v.unit_id for v in Visit.objects.filter(draw=row)} == set(row.drawn)
    rest = do(cast, "inspector", "round.draw", round=key, checklist=LIST, kinds=["enterprise"], wanted=9)
    assert len(rest["visits"]) == 1
    assert refused(lambda: do(cast, "inspector", "round.draw", round=key, checklist=LIST, kinds=["enterprise"], wanted=9)).field == "kinds"
    with pytest.raises(IntegrityError), transaction.atomic():
        Draw.objects.filter(pk=row.pk).update(seed="0" * 64)
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table supervision_draw disable trigger supervision_draw_frozen")
    Draw.objects.filter(pk=row.pk).update(seed="0" * 64)
    changed = Draw.objects.get(pk=row.pk)
    with connection.cursor() as cursor:
        cursor.execute("alter table supervision_draw enable trigger supervision_draw_frozen")
    assert changed.seed != row.seed


def test_different_seeds_draw_different_units() -> None:
    pool = range(1, 201)
    assert len({tuple(draw(str(seed), pool, 5)) for seed in range(20)}) == 20
    assert draw("a", reversed(pool), 200) == draw("a", pool, 500)


def test_coverage_shows_whom_nobody_visited_and_what_was_not_done(cast: Cast) -> None:
    carry_out(cast, plan_visit(cast), ("canteen",))
    plan_visit(cast, "unannounced", "mill")
    later = timezone.now() + timedelta(days=8)
    rows, total = coverage(cast.as_("hq"), "enterprise", later)
    assert (total, [r.unit for r in rows]) == (2, [cast.units["mill"].pk, cast.units["works"].pk])
    mill, works = rows
    assert (mill.last, sum(mill.weeks), mill.missed, works.open_findings, works.missed) == (None, 0, 1, 1, 0)
    assert sum(works.weeks) == 1
    assert works.weeks[-2] == 1  # last week, seen from eight days on
    assert [r.unit for r in coverage(cast.as_("hq"), "enterprise", later, never=True)[0]] == [cast.units["mill"].pk]
    assert [r.unit for r in coverage(cast.as_("next_street"), "enterprise", later)[0]] == [cast.units["mill"].pk]
    assert [r.unit for r in coverage(cast.as_("enterprise"), "enterprise", later)[0]] == [cast.units["works"].pk]
    whole = next(x for x in load(cast.as_("hq"), later) if x.account is None)
    assert (whole.planned, whole.finished, whole.late, whole.findings) == (1, 1, 1, 1)


def test_weeks_begin_on_monday() -> None:
    days = week_starts(timezone.localdate())
    assert {d.weekday() for d in days} == {0}
    assert len(days) == 8
    assert days[-1] <= timezone.localdate() < days[-1] + timedelta(days=7)


def states(round_: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for state in Visit.objects.filter(round=round_).values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def test_a_round_moves_as_a_whole_and_what_is_done_stays(cast: Cast) -> None:
    round_ = plan_round(cast)
    made = do(cast, "inspector", "round.add", round=round_, checklist=LIST, units=[cast.units["works"].pk, cast.units["mill"].pk])["visits"]
    carry_out(cast, made[0])
    done, waiting = (Visit.objects.get(pk=v).planned_on for v in made)
    start = timezone.localdate() + timedelta(days=10)
    assert do(cast, "inspector", "round.move", round=round_, starts_on=str(start), reason="雨雪天气")["visits"] == 1
    assert Visit.objects.get(pk=made[0]).planned_on == done
    assert Visit.objects.get(pk=made[1]).planned_on == waiting + timedelta(days=10)
    assert refused(lambda: do(cast, "inspector", "round.move", round=round_, starts_on=str(start), reason="再次")).field == "starts_on"


def test_visits_handed_to_another_group_are_accounted_for_in_both_rounds(cast: Cast) -> None:
    joins(cast, "discipline2", "discipline_unit", "discipline_officer")
    ours, theirs = plan_round(cast), plan_round(cast, who="discipline")
    made = do(cast, "inspector", "round.add", round=ours, checklist=LIST, units=[cast.units["works"].pk, cast.units["mill"].pk])["visits"]
    strange = refused(lambda: do(cast, "inspector", "visit.reassign", round=ours, visits=made, to_round=theirs, reason="人手不足"))
    assert strange.reason is Reason.NOT_FOUND  # a group sees its own rounds only; who oversees hands over between groups
    account = cast.accounts["discipline2"].pk
    wrong = refused(lambda: do(cast, "hq", "visit.reassign", round=ours, visits=made[:1], account=account, reason="换人"))
    assert wrong.field == "account"  # nobody of the group
    moved = do(cast, "hq", "visit.reassign", round=ours, visits=made[:1], to_round=theirs, account=account, reason="人手不足")["visits"]
    assert (states(ours), states(theirs)) == ({"moved": 1, "planned": 1}, {"planned": 1})
    old, new = Visit.objects.get(pk=made[0]), Visit.objects.get(pk=moved[0])
    assert (old.moved_to_id, old.cancel_reason, new.account_id, new.unit_id) == (new.pk, "人手不足", account, old.unit_id)
    assert refused(lambda: do(cast, "inspector", "visit.begin", visit=made[0], at=timezone.now().isoformat())).reason is Reason.WRONG_STAGE
    carry_out(cast, moved[0], who="discipline")
    do(cast, "inspector", "visit.reassign", round=ours, visits=made[1:], account=cast.accounts["inspector"].pk, reason="指定到人")
    assert Visit.objects.get(pk=made[1]).account_id == cast.accounts["inspector"].pk
    loads = {x.name: x for x in load(cast.as_("hq"), timezone.now()) if x.account is None}
    ours_ = loads[cast.units["supervision"].name]
    assert (ours_.planned, ours_.finished, ours_.moved, ours_.cancelled) == (1, 0, 1, 0)
    with pytest.raises(IntegrityError, match="visit_moved_whereto"), transaction.atomic():
        Visit.objects.filter(pk=made[1]).update(state="moved", cancel_reason="去向不明")


def test_a_closed_round_leaves_no_visit_unaccounted_for_and_takes_no_more(cast: Cast) -> None:
    round_ = plan_round(cast)
    made = do(cast, "inspector", "round.add", round=round_, checklist=LIST, units=[cast.units["works"].pk, cast.units["mill"].pk])["visits"]
    do(cast, "inspector", "visit.begin", visit=made[0], at=timezone.now().isoformat())
    assert cast.units["works"].name in refused(lambda: do(cast, "inspector", "round.close", round=round_, reason="任务调整")).rule.zh
    Visit.objects.filter(pk=made[0]).update(state="planned")
    carry_out(cast, made[0])
    assert refused(lambda: do(cast, "inspector", "round.close", round=round_)).field == "reason"
    assert do(cast, "inspector", "round.close", round=round_, reason="任务调整")["cancelled"] == 1
    assert states(round_) == {"finished": 1, "cancelled": 1}
    again = refused(lambda: do(cast, "inspector", "round.add", round=round_, checklist=LIST, units=[cast.units["mill"].pk]))
    assert again.reason is Reason.WRONG_STAGE
