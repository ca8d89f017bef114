"""Decide whether a step may be taken and what it changes. No writing happens here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.kernel.workdays import Limit
from tongchou.packs.kindclock import Clock
from tongchou.packs.kinds import Level, LoopKind, Need, Party, Stage, Step
from tongchou.record.access import Actor, Grant, roles
from tongchou.record.loops.asked import with_asked
from tongchou.record.loops.state import LoopState, parties, visible

LEVELS = [level.value for level in Level]


@dataclass(frozen=True, slots=True)
class Given:
    """What comes with a step: note, the kinds of evidence by key, a new owner, a new due time."""

    note: str = ""
    evidence: Mapping[str, tuple[str, int]] | None = None  # key -> (type, how many)
    to_unit: int | None = None
    new_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """What still stands in the way of closing."""

    children: int = 0
    parts: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """What a step changes. Equal moves are written together."""

    step: str
    from_stage: str
    to_stage: str
    turn: Party | None
    limit: Limit | None               # None: the loop's own due time
    first_rung_hours: float | None
    same_stage: bool
    is_return: bool
    adjudicated: bool
    is_work: bool
    end: str | None
    follow_up_hours: float | None
    to_unit: int | None
    new_due_at: datetime | None
    clock: Clock | None = None        # the stage's own clock, which counts from the loop's data


def plan(
    actor: Actor, state: LoopState, step_key: str, given: Given, still_open: Open
) -> tuple[Move, Grant | None] | Refusal:
    """Return the move and the post by which it is made, or why not."""
    if not visible(actor, state):
        return not_found()
    kind = state.kind
    if kind.confidential and not actor.system:
        rule = Text("“{kind}”在专门页面办理。", "“{kind}” is handled on its own page.").with_(kind=kind.title)
        remedy = Text("请从事项页面上的链接进入。", "Follow the link on the loop's page.")
        return Refusal(Reason.NOT_ALLOWED, rule, remedy=remedy, field="step", value=step_key)
    step = kind.steps.get(step_key)
    step = with_asked(step, state.asked) if step is not None else None
    if step is None:
        rule = Text("“{kind}”没有“{step}”这一步。", "“{kind}” has no step “{step}”.").with_(kind=kind.title, step=step_key)
        return Refusal(Reason.INVALID_VALUE, rule, field="step", value=step_key)
    refusal = _stage_allows(state, kind, step)
    if refusal is not None:
        return refusal
    grant = _party(actor, state, step)
    if isinstance(grant, Refusal):
        return grant
    checks = (
        _permission(actor, grant, step),
        _verification(actor, grant, state, step),
        _given(step, given),
        _new_due(grant, step, given),
        _closing(kind, step, still_open),
    )
    for check in checks:
        if check is not None:
            return check
    target = _target(state, kind, step)
    if isinstance(target, Refusal):
        return target
    return _move(kind, step, state, target, given), grant


def not_found() -> Refusal:
    return Refusal(
        Reason.NOT_FOUND,
        Text("没有找到该事项。", "There is no such loop."),
        remedy=Text("请核对编号，或该事项不在您的管理范围。", "Check the id; it may lie outside your area."),
        field="loop",
    )


def _stage_allows(state: LoopState, kind: LoopKind, step: Step) -> Refusal | None:
    if state.closed_at is not None:
        return Refusal(
            Reason.LOOP_CLOSED,
            Text("该事项已办结，不能再办理。", "This loop is closed."),
            remedy=Text("如需继续，请通过回访重新打开。", "Reopen it by follow-up if needed."),
        )
    if state.stage not in step.from_stages:
        rule = Text("“{step}”不能在“{stage}”阶段进行。", "“{step}” is not possible in stage “{stage}”.")
        return Refusal(
            Reason.WRONG_STAGE,
            rule.with_(step=step.title, stage=kind.stages[state.stage].title),
            remedy=Text("请刷新页面，按当前阶段办理。", "Reload and act on the present stage."),
            field="step",
            value=step.key,
        )
    return None


_PARTY_NAMES = {
    Party.OWNER: Text("牵头单位", "the lead unit"),
    Party.OPENER: Text("交办单位", "the unit that opened it"),
    Party.VERIFIER: Text("核验单位", "the verifying unit"),
    Party.ADJUDICATOR: Text("指挥部办公室", "the headquarters office"),
    Party.CO_UNIT: Text("协办单位", "a co-unit"),
    Party.SUBJECT: Text("当事人（单位）", "the person or unit concerned"),
    Party.SYSTEM: Text("系统", "the program"),
}


def _party(actor: Actor, state: LoopState, step: Step) -> Grant | Refusal | None:
    held = parties(actor, state)
    for party in step.by:
        if party not in held:
            continue
        grant = held[party]
        if not step.roles or grant is None or grant.role in step.roles:
            return grant
    who = [_PARTY_NAMES[p] for p in step.by]
    names = Text("、".join(w.zh for w in who), " or ".join(w.en for w in who))
    back = next((s for s in state.kind.steps.values() if s.is_return and state.stage in s.from_stages), None)
    wrong = Text("不归本单位办的，请“{back}”并写明理由。", "If it is not for your unit: “{back}”, with the reason.").with_(back=back.title) if back else None
    return Refusal(
        Reason.NOT_OWNER,
        Text("“{step}”由{who}办理。", "“{step}” is for {who}.").with_(step=step.title, who=names),
        remedy=wrong if Party.OWNER in held else None,
        field="step",
        value=step.key,
    )


def _permission(actor: Actor, grant: Grant | None, step: Step) -> Refusal | None:
    """What the step asks for besides its party, by a post in the same unit (a token may leave it out)."""
    if not step.permission or grant is None or grant.unit_id in {g.unit_id for g in actor.grants_for(step.permission)}:
        return None
    what = roles().permissions[step.permission]
    rule = Text("“{step}”须有“{what}”权限。", "“{step}” needs the permission “{what}”.").with_(step=step.title, what=what)
    return Refusal(Reason.NOT_ALLOWED, rule, field="step", value=step.key)


def _verification(actor: Actor, grant: Grant | None, state: LoopState, step: Step) -> Refusal | None:
    if not step.verifies:
        return None
    if actor.account_id is not None and actor.account_id in state.workers:
        return Refusal(
            Reason.SAME_PERSON,
            Text("办理人不能核验自己办理的事项。", "Who did the work may not verify it."),
            remedy=Text("请由其他人员核验。", "Another person must verify."),
        )
    if step.verifies == "other_unit" and grant is not None and grant.unit_id in state.worker_units:
        return Refusal(
            Reason.SAME_UNIT,
            Text("承办单位不能核验本单位办理的事项。", "The unit that did the work may not verify it."),
            remedy=Text("请由其他单位核验。", "Another unit must verify."),
        )
    return None


def _lacking(step: Step, given: Given) -> list[Need]:
    held = given.evidence or {}
    out = []
    for need in step.needs:
        kind, count = held.get(need.key, (need.type, 0))
        if count < need.at_least or kind != need.type:
            out.append(need)
    return out


def _given(step: Step, given: Given) -> Refusal | None:
    if step.note == "required" and not given.note.strip():
        return Refusal(
            Reason.MISSING_VALUE,
            Text("“{step}”须写明说明。", "“{step}” needs a note.").with_(step=step.title),
            remedy=Text("请填写说明。", "Write a note."),
            field="note",
        )
    lacking = _lacking(step, given)
    if lacking:
        what = Text("”“".join(n.title.zh for n in lacking), "”, “".join(n.title.en for n in lacking))
        return Refusal(
            Reason.EVIDENCE_MISSING,
            Text("“{step}”须提交“{what}”。", "“{step}” needs “{what}”.").with_(step=step.title, what=what),
            remedy=Text("请补充所缺的证明材料。", "Add what is lacking."),
            field=f"evidence.{lacking[0].key}",
            lacking=[n.key for n in lacking],
        )
    if step.reassigns and given.to_unit is None:
        return Refusal(
            Reason.MISSING_VALUE,
            Text("“{step}”须指定牵头单位。", "“{step}” must name the lead unit.").with_(step=step.title),
            remedy=Text("请选择单位。", "Choose a unit."),
            field="to_unit",
        )
    return None


def may_set_due(step: Step) -> bool:
    """Whether a step may come with a new due time: one that those who hand the work out, or adjudicate it, take."""
    return bool({Party.OPENER, Party.ADJUDICATOR} & set(step.by))


def _new_due(grant: Grant | None, step: Step, given: Given) -> Refusal | None:
    if given.new_due_at is None:
        return None
    if grant is not None and roles()[grant.role].served:
        return due_is_not_theirs("new_due_at")
    if may_set_due(step):
        return None
    return Refusal(
        Reason.NOT_OWNER,
        Text("办结时限只能由交办单位调整。", "Only the unit that opened the loop may change when it is due."),
        remedy=Text("请申请延期。", "Ask for an extension."),
        field="new_due_at",
    )


def due_is_not_theirs(field: str) -> Refusal:
    """Why an enterprise or a resident sets no due time for those who work for it."""
    return Refusal(Reason.NOT_OWNER, Text("时限由办理机关调整。", "Those who handle it change when it is due, not those whom it serves."), field=field)


def closes(kind: LoopKind, step_key: str) -> bool:
    """Whether a step is possible only when nothing below the loop is open."""
    step = kind.steps.get(step_key)
    target = kind.stages.get(step.to_stage) if step is not None else None
    return step is not None and (step.closes_children or (target is not None and target.end == "done"))


def _closing(kind: LoopKind, step: Step, still_open: Open) -> Refusal | None:
    if not closes(kind, step.key):
        return None
    if still_open.children:
        return Refusal(
            Reason.CHILDREN_OPEN,
            Text("还有 {n} 个下级事项未办结。", "{n} child {n|loop is|loops are} still open.").with_(n=still_open.children),
            remedy=Text("请先办结下级事项。", "Close them first."),
        )
    if still_open.parts:
        return Refusal(
            Reason.CO_UNITS_OPEN,
            Text("还有 {n} 个协办单位未完成。", "{n} co-units have not done their part.").with_(n=still_open.parts),
            remedy=Text("请督促协办单位完成。", "Ask them to finish."),
        )
    return None


def _target(state: LoopState, kind: LoopKind, step: Step) -> str | Refusal:
    if not step.is_return:
        return state.stage if step.to_stage == "=" else step.to_stage
    if state.adjudicated:
        return Refusal(
            Reason.RETURN_LIMIT,
            Text("权属已裁定，不得再退单。", "Ownership has been adjudicated; it may not be returned again."),
            remedy=Text("请按裁定办理。", "Act on the ruling."),
        )
    if state.returns >= kind.return_limit and kind.adjudicate_stage is not None:
        return kind.adjudicate_stage
    return step.to_stage


def _move(kind: LoopKind, step: Step, state: LoopState, target: str, given: Given) -> Move:
    stage = kind.stages[target]
    same = target == state.stage
    return Move(
        step=step.key,
        from_stage=state.stage,
        to_stage=target,
        turn=stage.owner,
        limit=stage.limit,
        first_rung_hours=stage.ladder[0].after_hours if stage.ladder else None,
        same_stage=same,
        is_return=step.is_return,
        adjudicated=Party.ADJUDICATOR in step.by and step.reassigns,
        is_work=step.is_work,
        end=stage.end,
        follow_up_hours=kind.follow_up.after_hours if stage.end == "done" and kind.follow_up else None,
        to_unit=given.to_unit if step.reassigns else None,
        new_due_at=given.new_due_at,
        clock=stage.clock,
    )


def level_due(stage: Stage, deadline: datetime, now: datetime) -> tuple[str, datetime | None]:
    """The level that the ladder gives now, and when the next rung comes (None at the top)."""
    level = Level.NONE.value
    for rung in stage.ladder:
        at = deadline + timedelta(hours=rung.after_hours)
        if at > now:
            return level, at
        level = rung.level.value
    return level, None


def higher(one: str, other: str) -> str:
    return one if LEVELS.index(one) >= LEVELS.index(other) else other


def possible_steps(
    actor: Actor, state: LoopState, still_open: Open, hidden: Collection[Reason] = (Reason.WRONG_STAGE, Reason.LOOP_CLOSED)
) -> list[tuple[Step, Refusal | None]]:
    """The steps of the present stage with, for each, why the actor may not take it (None: may).

    Evidence and notes are not asked for here: they come with the step.
    """
    out: list[tuple[Step, Refusal | None]] = []
    for step in (with_asked(s, state.asked) for s in state.kind.steps.values()):
        filled = {n.key: (n.type, n.at_least) for n in step.needs}
        verdict = plan(actor, state, step.key, Given(note="-", evidence=filled, to_unit=0), still_open)
        refusal = verdict if isinstance(verdict, Refusal) else None
        if refusal is None or refusal.reason not in hidden:
            out.append((step, refusal))
    return out
