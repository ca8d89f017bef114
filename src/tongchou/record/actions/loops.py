"""Verbs on loops: taking a step, for one and for many, co-unit parts, notes, follow-up. Opening: `open_loops`; when due: `loop_times`; people: `loop_people`."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, Literal

from django.db import connection
from pydantic import AwareDatetime, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.kinds import Party
from tongchou.record.access import Grant
from tongchou.record.act import Context, Payload, verb
from tongchou.record.copytext import uuid_array
from tongchou.record.loops import engine, state, write
from tongchou.record.loops import evidence as pieces
from tongchou.record.models import CoUnit, Loop

BULK_LIMIT = 200_000
_NOTHING = engine.Open()


class AdvanceIn(Payload):
    loop: uuid.UUID
    step: str = Field(max_length=40)
    note: str = Field("", max_length=20_000)
    note_en: str = Field(default="", max_length=20_000, description="what readers of English see; without it the note as written")
    evidence: list[pieces.EvidenceIn] = Field(default_factory=list, max_length=50)
    to_unit: int | None = None
    new_due_at: AwareDatetime | None = None
    seen_stage: str = Field("", max_length=40, description="the stage that the person saw; refused if it has moved on")


class AdvanceManyIn(Payload):
    loops: list[uuid.UUID] = Field(min_length=1, max_length=BULK_LIMIT)
    step: str = Field(max_length=40)
    note: str = Field("", max_length=20_000)
    note_en: str = Field(default="", max_length=20_000)
    evidence: list[pieces.EvidenceIn] = Field(default_factory=list, max_length=50)
    to_unit: int | None = None
    new_due_at: AwareDatetime | None = None
    mode: Literal["all", "listed"] = "all"


@verb("loop.advance", "loop.act", Text("办理", "Take a step"))
def advance(context: Context, given: AdvanceIn) -> dict[str, Any]:
    """Take one step of one loop."""
    done, refused = _advance(context, [given.loop], given, given.seen_stage)
    if refused:
        raise refused[0][1]
    return {"loop": str(given.loop), "stage": done[0][1].to_stage}


@verb("loop.advance_many", "loop.bulk", Text("批量办理", "Take a step for many"))
def advance_many(context: Context, given: AdvanceManyIn) -> dict[str, Any]:
    """Take the same step for many loops: all or none, or those that can with the rest listed."""
    ids = list(dict.fromkeys(given.loops))
    done, refused = _advance(context, ids, given, "")
    if refused and given.mode == "all":
        first = refused[0][1]
        raise Refusal(
            first.reason,
            Text("{n} 项不能办理，首项原因：{why}", "{n} cannot take this step; the first because: {why}").with_(
                n=len(refused), why=first.rule
            ),
            remedy=Text("请去掉这些事项，或选择“能办的先办”。", "Leave them out, or choose to do those that can."),
            field="loops",
            refused=[str(loop) for loop, _ in refused[:100]],
        )
    return {
        "done": len(done),
        "refused": [{"loop": str(loop), "reason": r.reason.value, **r.rule.as_dict()} for loop, r in refused],
    }


AfterStep = Callable[[Context, list[uuid.UUID]], None]
_AFTER: dict[tuple[str, str], list[AfterStep]] = {}


def after_step(kind: str, step: str) -> Callable[[AfterStep], AfterStep]:
    """Register what a room does, in the same act, for the loops of a kind that have just taken a step."""

    def register(run: AfterStep) -> AfterStep:
        _AFTER.setdefault((kind, step), []).append(run)
        return run

    return register


def _advance(
    context: Context, ids: list[uuid.UUID], given: AdvanceIn | AdvanceManyIn, seen_stage: str
) -> tuple[list[tuple[uuid.UUID, engine.Move]], list[tuple[uuid.UUID, Refusal]]]:
    pieces.check_files(context.actor, given.evidence)
    pieces.check_links(context.actor, given.evidence)
    _check_unit(given.to_unit)
    states = {s.id: s for s in state.load(ids, lock=True, times=False)}
    closing = [s.id for s in states.values() if engine.closes(s.kind, given.step)]
    still_open = _still_open(closing) if closing else {}
    plain = engine.Given(given.note, pieces.counted(given.evidence), given.to_unit, given.new_due_at)
    moves: list[tuple[uuid.UUID, engine.Move, int | None]] = []
    refused: list[tuple[uuid.UUID, Refusal]] = []
    planned: dict[Any, tuple[engine.Move, Grant | None] | Refusal] = {}
    for loop in ids:
        found = states.get(loop)
        if found is None:
            verdict: tuple[engine.Move, Grant | None] | Refusal = engine.not_found()
        else:
            left = still_open.get(loop, _NOTHING)
            key = (found.signature, left)  # loops that are alike get the same verdict: it is worked out once
            if key not in planned:
                planned[key] = _stale(found, seen_stage) or engine.plan(context.actor, found, given.step, plain, left)
            verdict = planned[key]
        if isinstance(verdict, Refusal):
            refused.append((loop, verdict))
            continue
        move, grant = verdict
        context.grant = context.grant or grant
        moves.append((loop, move, grant.unit_id if grant else None))
    if refused and not (isinstance(given, AdvanceManyIn) and given.mode == "listed"):
        return [], refused
    extra = _extra(given)
    for loop, move, _ in moves:
        context.event(
            move.step, loop_id=loop, from_stage=move.from_stage, to_stage=move.to_stage, note=given.note, data=extra
        )
    context.work_ahead()
    write.apply_moves(moves, context.actor.account_id, context.now)
    pieces.keep(context, [loop for loop, _, _ in moves], given.step, given.evidence)
    _follow(context, [(states[loop].kind.key, move.step, loop) for loop, move, _ in moves] if _AFTER else [])
    return [(loop, move) for loop, move, _ in moves], refused


def _follow(context: Context, taken: list[tuple[str, str, uuid.UUID]]) -> None:
    for (kind, step), runs in _AFTER.items():
        loops = [loop for k, s, loop in taken if k == kind and s == step]
        for run in runs if loops else ():
            run(context, loops)


def _extra(given: AdvanceIn | AdvanceManyIn) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if given.note_en:
        extra["note_en"] = given.note_en
    if given.evidence:
        extra["evidence"] = [f"{e.key}:{e.type}" for e in given.evidence]
    if given.to_unit is not None:
        extra["to_unit"] = given.to_unit
    if given.new_due_at is not None:
        extra["new_due_at"] = given.new_due_at.isoformat()
    return extra


def _stale(found: state.LoopState, seen_stage: str) -> Refusal | None:
    if not seen_stage or found.stage == seen_stage:
        return None
    return Refusal(
        Reason.CONFLICT,
        Text("该事项已由他人推进到“{now}”。", "Somebody has moved this loop on to “{now}”.").with_(
            now=found.kind.stages[found.stage].title
        ),
        remedy=Text("请看现在的情况；仍可办理的，核对后再提交一次。", "See how it stands; if it is still possible, send it once more."),
        field="seen_stage",
        value=seen_stage,
    )


def _still_open(ids: list[uuid.UUID]) -> dict[uuid.UUID, engine.Open]:
    """Open children and undone co-unit parts, for the loops that have any."""
    sql = """
    select id, sum(children)::int, sum(parts)::int from (
      select parent_id as id, count(*) as children, 0 as parts from record_loop
      where parent_id = any(%(ids)s::uuid[]) and closed_at is null group by parent_id
      union all
      select loop_id, 0, count(*) from record_counit where loop_id = any(%(ids)s::uuid[]) and done_at is null group by loop_id
    ) t group by id
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, {"ids": uuid_array(ids)})
        return {row[0]: engine.Open(row[1], row[2]) for row in cursor.fetchall()}


def _check_unit(unit: int | None) -> None:
    from tongchou.record.models import Unit

    if unit is not None and not Unit.objects.filter(pk=unit, active_to=None).exists():
        rule = Text("没有这个在册单位。", "There is no such active unit.")
        remedy = Text("请从单位清单中选择。", "Choose from the list of units.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="to_unit", value=unit)


def locked(context: Context, loop: uuid.UUID) -> state.LoopState:
    """Lock one loop that the actor may see; refuses otherwise."""
    found = state.load([loop], lock=True)
    if not found or not state.visible(context.actor, found[0]):
        raise engine.not_found()
    return found[0]


def party_or_refuse(context: Context, found: state.LoopState, wanted: tuple[Party, ...], what: Text) -> None:
    """Refuse unless the actor is one of these parties; remembers the post by which it is."""
    held = state.parties(context.actor, found)
    party = next((p for p in wanted if p in held), None)
    if party is None:
        raise Refusal(
            Reason.NOT_OWNER,
            Text("您不是该事项中能够“{what}”的一方。", "You are not a party of this loop that may “{what}”.").with_(what=what),
            remedy=Text("请由相关单位办理。", "The unit concerned must do it."),
        )
    context.grant = held[party]


def open_or_refuse(found: state.LoopState) -> None:
    if found.closed_at is not None:
        raise Refusal(Reason.LOOP_CLOSED, Text("该事项已办结。", "This loop is closed."))


class PartIn(Payload):
    loop: uuid.UUID
    note: str = Field(min_length=1, max_length=20_000)


@verb("loop.part_done", "loop.act", Text("协办完成", "Co-unit's part is done"))
def part_done(context: Context, given: PartIn) -> dict[str, Any]:
    """A co-unit reports its own part as done."""
    found = locked(context, given.loop)
    open_or_refuse(found)
    units = {g.unit_id for g in context.grants}
    parts = CoUnit.objects.filter(loop_id=found.id, unit_id__in=units, done_at=None)
    row = parts.first()
    if row is None:
        rule = Text("本单位在该事项中没有待完成的协办任务。", "Your unit has no open part in this loop.")
        raise Refusal(Reason.NOT_OWNER, rule, remedy=Text("请核对协办单位。", "Check the co-units."))
    context.grant = next(g for g in context.grants if g.unit_id == row.unit_id)
    row.done_at, row.done_note = context.now, given.note
    row.save(update_fields=["done_at", "done_note"])
    context.event("part_done", loop_id=found.id, note=given.note, data={"unit": row.unit_id})
    return {"loop": str(found.id)}


class NoteIn(Payload):
    loop: uuid.UUID
    note: str = Field(min_length=1, max_length=20_000)


@verb("loop.note", "loop.act", Text("补充说明", "Add a note"))
def add_note(context: Context, given: NoteIn) -> dict[str, Any]:
    """Add to the timeline without moving the loop."""
    found = locked(context, given.loop)
    context.event("note", loop_id=found.id, note=given.note)
    return {"loop": str(found.id)}


class FollowUpIn(Payload):
    loop: uuid.UUID
    satisfied: bool
    note: str = Field(min_length=1, max_length=20_000)


@verb("loop.follow_up", "loop.act", Text("回访", "Follow up"))
def follow_up(context: Context, given: FollowUpIn) -> dict[str, Any]:
    """Ask again after closing. Not satisfied: the loop opens again at its start, with its full time."""
    found = locked(context, given.loop)
    kind = found.kind
    if kind.follow_up is None or found.closed_at is None or found.follow_up_done:
        rule = Text("该事项没有待回访。", "No follow-up is due for this loop.")
        raise Refusal(Reason.WRONG_STAGE, rule)
    party_or_refuse(context, found, (kind.follow_up.by, Party.OPENER), Text("回访", "follow up"))
    if given.satisfied:
        Loop.objects.filter(pk=found.id).update(follow_up_done=True)
        context.event("follow_up", loop_id=found.id, note=given.note, data={"satisfied": True})
        return {"loop": str(found.id), "stage": found.stage}
    stage = kind.stages[kind.start]
    due_at = context.now + (found.due_at - found.opened_at)
    row = Loop.objects.get(pk=found.id)
    deadline = stage.due(context.now, due_at, row.data)
    level, check_at = engine.level_due(stage, deadline, context.now)
    row.stage, row.closed_at, row.end_reason, row.follow_up_at = kind.start, None, "", None
    row.due_at, row.deadline, row.check_at, row.level = due_at, deadline, check_at, level
    verifier = found.verifier_unit or found.opener_unit
    turns = {Party.OPENER: found.opener_unit, Party.VERIFIER: verifier, Party.ADJUDICATOR: write.office_unit()}
    row.turn_unit_id = turns.get(stage.owner or Party.OWNER) or found.owner_unit
    row.reopened += 1
    row.workers, row.worker_units = [], []
    row.save()
    context.event(
        "reopen", loop_id=found.id, from_stage=found.stage, to_stage=kind.start, note=given.note, data={"satisfied": False}
    )
    return {"loop": str(found.id), "stage": kind.start}
