"""Dealing with a selection: done + refused = selected, each loop once, with one's own rights."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import Cast
from tongchou.jobs import tasks
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.actions.selections import KEPT_DAYS
from tongchou.record.loops import selecting
from tongchou.record.loops.kinds import current_kinds
from tongchou.record.loops.selecting import act_id, carry, stages_of, suits, ways_of
from tongchou.record.models import Act, Event, Loop, LoopSelection, PostHolding, SelectedLoop
from tongchou.record.questions.selections import own_selection, refused_loops, tally


def select(cast: Cast, who: str, *loops: str, **found: Any) -> uuid.UUID:
    payload: dict[str, Any] = {"loops": list(loops)} if loops else {"found": found}
    return uuid.UUID(cast.act(who, "loop.select", **payload).result["selection"])


def deal(cast: Cast, who: str, selection: uuid.UUID, way: str, **more: Any) -> tuple[int, int, int]:
    cast.act(who, "loop.select_start", selection=str(selection), way=way, **more)
    assert carry(selection) == "done"
    sums = tally(selection)
    return sums.done, sums.refused, sums.left


def refusal_of(run: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def test_done_and_refused_are_what_was_selected_and_every_refusal_says_why_and_what_to_do(cast: Cast) -> None:
    mine, signed, other, gone = cast.task(), cast.task(), cast.task(owner="west_street", title="别街的事"), str(new_id())
    cast.act("street", "loop.advance", loop=signed, step="sign")
    made = select(cast, "street", mine, signed, other, gone)
    assert deal(cast, "street", made, "step.sign") == (1, 3, 0)
    rows = refused_loops(cast.as_("street"), made)
    assert [r.place for r in rows] == [2, 3, 4]
    assert all(r.rule.zh and r.rule.en and r.remedy is not None and r.remedy.zh for r in rows)
    assert [r.title and r.title.zh for r in rows] == ["排查返区人员", None, None]  # what lies elsewhere is told like what is not there
    assert (rows[1].rule, rows[1].remedy) == (rows[2].rule, rows[2].remedy)
    assert Loop.objects.get(pk=mine).stage == "doing"
    assert Loop.objects.get(pk=other).stage == "assigned"


def test_all_that_fit_the_filters_are_selected_the_most_urgent_first_up_to_a_number(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(4):
        cast.task(title=f"排查{n}")
    cast.task(owner="west_street")
    made = select(cast, "street", view="unit", kind="task", stage="assigned")
    row = own_selection(cast.as_("street"), made)
    assert (row.total, row.cut, row.query) == (4, False, {"view": "unit", "kind": "task", "stage": "assigned"})
    monkeypatch.setattr("tongchou.record.actions.selections.MOST", 3)
    row = own_selection(cast.as_("hq"), select(cast, "hq", view="area"))
    assert (row.total, row.cut) == (3, True)
    first = Loop.objects.order_by("deadline", "id").values_list("pk", flat=True)[:3]
    assert list(SelectedLoop.objects.filter(selection=row).order_by("place").values_list("loop", flat=True)) == list(first)
    assert refusal_of(lambda: select(cast, "street", view="unit", kind="finding")).field == "found"
    assert refusal_of(lambda: select(cast, "street", view="closed")).reason is Reason.LOOP_CLOSED


def test_what_is_offered_comes_from_the_kinds_of_what_is_selected(cast: Cast) -> None:
    fresh, signed = cast.task(), cast.task()
    cast.act("street", "loop.advance", loop=signed, step="sign")
    ways = {w.key: w for w in ways_of(stages_of(select(cast, "street", fresh, signed)))}
    assert set(ways) == {"step.sign", "step.return", "step.reassign", "step.withdraw", "step.progress", "step.ask_extension", "person", "due"}
    assert (ways["step.sign"].loops, ways["step.return"].loops) == (1, 2)
    assert (ways["step.return"].note, ways["step.reassign"].unit, ways["due"].due_needed, ways["person"].person) == ("required", True, True, True)
    offered = [step for _, kind in current_kinds().values() for step in kind.steps.values() if suits(step)]
    assert offered
    assert not any(step.needs for step in offered)
    assert not suits(current_kinds()["task"][1].steps["report"])  # its result differs from loop to loop


def test_returned_moved_to_a_unit_given_a_person_and_a_date(cast: Cast) -> None:
    loops = [cast.task() for _ in range(3)]
    assert refusal_of(lambda: deal(cast, "street", select(cast, "street", *loops), "step.return")).field == "note"
    assert refusal_of(lambda: deal(cast, "hq", select(cast, "hq", *loops), "step.reassign", note="改派")).field == "to_unit"
    assert refusal_of(lambda: deal(cast, "hq", select(cast, "hq", *loops), "due", note="改")).field == "due_at"
    assert refusal_of(lambda: deal(cast, "hq", select(cast, "hq", *loops), "step.verify")).field == "way"
    assert deal(cast, "street", select(cast, "street", *loops), "person", account=cast.accounts["street_colleague"].pk) == (3, 0, 0)
    assert set(Loop.objects.values_list("owner_account__username", flat=True)) == {"street_colleague"}
    assert deal(cast, "street", select(cast, "street", *loops), "person", account=cast.accounts["dept"].pk) == (0, 3, 0)
    later = (timezone.now() + timedelta(days=20)).isoformat()
    assert deal(cast, "hq", select(cast, "hq", *loops), "due", due_at=later, note="延期") == (3, 0, 0)
    assert deal(cast, "street", select(cast, "street", *loops), "step.return", note="不属本街道") == (3, 0, 0)
    assert deal(cast, "hq", select(cast, "hq", *loops), "step.reassign", note="改派", to_unit=cast.units["west_street"].pk) == (3, 0, 0)
    assert set(Loop.objects.values_list("owner_unit__name", flat=True)) == {"west_street 单位"}


def test_carrying_out_again_does_nothing_twice(cast: Cast) -> None:
    """A worker that died after an act's commit and before its note: the act is found done under its id."""
    loops = [cast.task() for _ in range(3)]
    made = select(cast, "street", *loops)
    assert deal(cast, "street", made, "step.sign") == (3, 0, 0)
    before = Act.objects.count(), Event.objects.count()
    LoopSelection.objects.filter(pk=made).update(state="running", finished_at=None)
    SelectedLoop.objects.filter(selection=made).update(done_at=None)
    assert carry(made) == "done"
    assert (Act.objects.count(), Event.objects.count()) == before
    assert tally(made).done == 3
    assert Act.objects.filter(pk__in=[act_id(made, uuid.UUID(loop)) for loop in loops]).count() == 3


def test_with_other_ids_the_same_is_refused_twice(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sabotage twin: ids that do not follow from the selection make a repetition another act, which the stage refuses."""
    monkeypatch.setattr(selecting, "act_id", lambda selection, loop: new_id())
    made = select(cast, "street", cast.task())
    assert deal(cast, "street", made, "step.sign") == (1, 0, 0)
    LoopSelection.objects.filter(pk=made).update(state="running", finished_at=None)
    SelectedLoop.objects.filter(selection=made).update(done_at=None)
    carry(made)
    assert tally(made).refused == 1


def test_who_has_lost_the_post_meanwhile_does_nothing(cast: Cast) -> None:
    made = select(cast, "street", cast.task())
    cast.act("street", "loop.select_start", selection=str(made), way="step.sign")
    PostHolding.objects.filter(account=cast.accounts["street"]).delete()
    carry(made)
    assert (tally(made).done, tally(made).refused) == (0, 1)
    assert SelectedLoop.objects.get(selection=made).refusal["reason"] == Reason.NOT_ALLOWED.value


def test_what_stopped_halfway_again_and_again_is_given_up_and_told(cast: Cast) -> None:
    made = select(cast, "street", cast.task(), cast.task())
    cast.act("street", "loop.select_start", selection=str(made), way="step.sign")
    LoopSelection.objects.filter(pk=made).update(tries=selecting.MOST_TRIES)
    assert carry(made) == "done"
    assert (tally(made).refused, tally(made).left) == (2, 0)
    assert set(Loop.objects.values_list("stage", flat=True)) == {"assigned"}


def test_a_selection_is_ones_own_and_is_dealt_with_once(cast: Cast) -> None:
    made = select(cast, "street", cast.task())
    colleague = refusal_of(lambda: cast.act("street_colleague", "loop.select_start", selection=str(made), way="step.sign"))
    assert colleague.reason is Reason.NOT_FOUND
    assert refusal_of(lambda: own_selection(cast.as_("street_colleague"), made)).reason is Reason.NOT_FOUND
    assert deal(cast, "street", made, "step.sign") == (1, 0, 0)
    assert refusal_of(lambda: deal(cast, "street", made, "step.return", note="x")).reason is Reason.CONFLICT


def test_what_was_carried_out_goes_with_its_refusals_in_time_and_what_runs_stays(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    done, draft, waiting = (select(cast, "street", cast.task(), str(new_id())) for _ in range(3))
    assert deal(cast, "street", done, "step.sign") == (1, 1, 0)
    cast.act("street", "loop.select_start", selection=str(waiting), way="step.sign")
    LoopSelection.objects.filter(pk=waiting).update(asked_at=timezone.now() - timedelta(days=300))
    signed = SelectedLoop.objects.get(selection=done, done_at__isnull=False).loop
    monkeypatch.setattr(tasks, "CLEARED_AT_ONCE", 1)  # more than one batch

    def left(days: float) -> set[uuid.UUID]:
        monkeypatch.setattr(timezone, "now", lambda: start + timedelta(days=days))
        tasks.clear_selections(0)
        return set(LoopSelection.objects.values_list("pk", flat=True))

    start = timezone.now()
    assert left(0.9) == {done, draft, waiting}
    assert left(KEPT_DAYS - 1) == {done, waiting}
    assert left(KEPT_DAYS + 1) == {waiting}
    assert set(SelectedLoop.objects.values_list("selection", flat=True)) == {waiting}
    assert Loop.objects.get(pk=signed).stage == "doing"
    assert Event.objects.filter(loop_id=signed, what="sign").exists()  # what was done stays on record
    assert refusal_of(lambda: own_selection(cast.as_("street"), done)).reason is Reason.NOT_FOUND
    assert sum(data["selections"] for data in Event.objects.filter(what="selections_deleted").values_list("data", flat=True)) == 2
    assert refusal_of(lambda: cast.act("hq", "loop.clear_selections")).reason is Reason.NOT_ALLOWED
