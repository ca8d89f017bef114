"""Work without a right to it: told of, heard, looked at, decided by another."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any, Literal

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, Payload, act, explain_constraint, verb
from tongchou.record.actions.loops import AdvanceIn, advance, after_step
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.actions.permits import SuspendIn, suspend
from tongchou.record.actions.work_orders import Wanted, issue, lock_for_stop
from tongchou.record.loops.titles import written
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Evidence, Loop, Unit, WorkPermit
from tongchou.record.questions.units import street_of
from tongchou.rooms.daily.actions.inspection import tell_inspection_soon
from tongchou.rooms.daily.evidence import evidence_of
from tongchou.rooms.daily.models import Breach
from tongchou.rooms.daily.numbers import local_day
from tongchou.rooms.daily.reach import KINDS

KIND = "resumption_breach"
MOST_ALSO = 50
"""What is told of again while a matter is open: the latest so many are kept with it."""
TELL, SEE, HANDLE = "breach.report", "breach.view", "breach.handle"
"""Told by many, handled by the headquarters office and streets, seen by these and by leaders, who may decide."""
ABOUT: dict[str, Text] = {
    "no_right": Text("未经批准、或许可暂停失效后仍在生产经营", "At work without a permit, or after it was suspended or ended"),
    "false_file": Text("所报情况或员工档案与事实不符", "Reports or staff files that are not true"),
    "other": Text("未按复工条件落实防控措施", "The conditions of work are not kept"),
}
"""What an enterprise is said to do. It is told this, so that it can answer; the words in which it was told of are for those who look into it."""
explain_constraint(
    "breach_one_open",
    Reason.DUPLICATE,
    Text("该企业已有一件在办的查处事项。", "A matter about this enterprise is open already."),
    Text("请在该事项中补充说明。", "Add to that one."),
)
class TellIn(Payload):
    """enterprise: its registered name or code, exactly: whoever tells of it need not see its file. about: what it is said to do."""

    enterprise: str = Field(min_length=2, max_length=160)
    about: Literal["no_right", "false_file", "other"]
    text: str = Field(min_length=6, max_length=5_000)


class UnheardIn(Payload):
    limit: int = Field(200, ge=1, le=2000)


@verb("breach.report", TELL, Text("举报擅自复工", "Tell of work without a right to it"))
def tell(context: Context, given: TellIn) -> dict[str, Any]:
    """Open the matter: the enterprise is heard first. Who told of it is kept apart from the loop, which the enterprise sees.

    Of an enterprise that is being looked into it is added to that matter; who tells does not learn that there is one.
    """
    plain = given.enterprise.strip()
    found = list(Unit.objects.filter(kind__in=KINDS, active_to=None, name=plain).select_related("area")[:2])
    found = (
        list(Unit.objects.filter(kind__in=KINDS, active_to=None, code=plain.upper()).select_related("area")[:1])
        or found
    )
    if len(found) != 1:
        rule = Text("没有这家在册企业，或有重名。", "There is no such active enterprise, or several of that name.")
        raise Refusal(
            Reason.NOT_FOUND,
            rule,
            remedy=Text("请填写登记的全称或信用代码。", "Give its registered name or code."),
            field="enterprise",
            value=plain[:60],
        )
    role = context.grants[0].role if context.grants else ""
    source = (
        Breach.Source.PUBLIC
        if role in ("resident", "volunteer")
        else Breach.Source.RECORD
        if context.actor.system
        else Breach.Source.INSPECTION
    )
    held = Breach.objects.select_for_update().filter(unit=found[0], ended_at=None).first()
    if held is not None:
        also = {"at": context.now.isoformat(), "source": source, "about": given.about, "text": given.text}
        held.evidence = held.evidence | {"also": [*held.evidence.get("also", []), also][-MOST_ALSO:]}
        held.save(update_fields=["evidence"])
        context.event("breach_also", subject=f"breach:{held.pk}", data={"source": source})
        return {"breach": str(held.pk)}
    return {"breach": str(told_of(context, found[0], source, given.text, {"about": given.about}).pk)}


def told_of(context: Context, unit: Unit, source: str, text: str, more: dict[str, Any] | None = None) -> Breach:
    """Put a sign on record with what is known of the enterprise at this moment; `more` is frozen beside it. Its loop is opened by an act of its own."""
    facts = evidence_of(unit.pk, local_day(context.now)) | (more or {})
    account = context.actor.account_id
    row = Breach.objects.create(id=new_id(), unit=unit, source=source, text=text, evidence=facts, account_id=account, at=context.now)
    context.event("breach", subject=f"breach:{row.pk}", data={"source": source})
    context.effect(_soon)
    return row


def _soon() -> None:
    """Open it at once, by an act of its own. Should this not come to pass, the job does it."""
    act("breach.take_up", SYSTEM, new_id(), {})


@verb("breach.take_up", "loop.act", Text("受理线索", "Take up what was told"), system_only=True, recurs=True)
def take_up(context: Context, given: UnheardIn) -> dict[str, Any]:
    """Open the loops of what was told, in the name of the program: the timeline, which the enterprise sees, does not say by whom."""
    rows = (
        Breach.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(loop=None, ended_at=None)
        .select_related("unit__area")
    )
    opened = 0
    for row in rows.order_by("at")[: given.limit]:
        owner = street_of(row.unit) or office_unit()
        title = Text("擅自复工线索：{name}", "Said to work without right: {name}").with_(name=row.unit.name)
        told = Text("被反映：{about}。\n{said}", "What was told: {about}.\n{said}").with_(about=ABOUT[row.evidence.get("about", "no_right")], said=row.evidence["said"])
        wanted = {
            "kind": KIND, **written(title, told), "unit": row.unit_id, "owner_unit": owner, "origin": "breach",
        }  # fmt: skip
        row.loop_id = uuid.UUID(str(open_one(context, OpenIn.model_validate(wanted))["loop"]))
        row.save(update_fields=["loop"])
        opened += 1
    return {"opened": opened}


@verb("breach.unheard", "loop.act", Text("逾期未说明转核查", "Not answered in time"), system_only=True, recurs=True)
def unheard(context: Context, given: UnheardIn) -> dict[str, Any]:
    """The time to answer is over: it is looked at without an answer, which may still be added."""
    due = Loop.objects.filter(kind=KIND, closed_at=None, stage="hearing", deadline__lt=context.now).order_by("pk")
    moved = list(due.values_list("pk", flat=True)[: given.limit])
    for loop in moved:
        advance(context, AdvanceIn.model_validate({"loop": loop, "step": "unanswered"}))
    return {"moved": len(moved)}


@after_step(KIND, "stop")
def _stopped(context: Context, loops: list[uuid.UUID]) -> None:
    """Ordered to stop, by a numbered order that holds until it is lifted; the right to work, where there is one, is suspended with the same reason."""
    rows = _ended(context, loops)
    reasons = _reasons(context, rows)
    lock_for_stop([r.unit_id for r in rows])
    live = list(
        WorkPermit.objects.select_for_update().filter(unit_id__in=[r.unit_id for r in rows], state__in=("in_force", "review")).order_by("pk")
    )
    for permit in live:
        given = {"unit": permit.unit_id, "reason": f"责令停工：{reasons[permit.unit_id]}"[:2_000], "must_show": [MUST_SHOW[0]]}
        suspend(replace(context, actor=SYSTEM, grants=()), SuspendIn.model_validate(given))
    permits = {p.unit_id: p.pk for p in live}
    _order(context, "stop", rows, reasons, permits)
    context.effect(tell_inspection_soon)


MUST_SHOW = ("整改情况", "重新核查意见")
"""What has to be shown before a stop is lifted: the first by the enterprise, the second by who looks again."""


def _order(context: Context, kind: str, rows: list[Breach], reasons: dict[int, str], permits: dict[int, uuid.UUID]) -> None:
    """Issue the numbered order of a decision, by the unit that decided it."""
    organ = (context.grant.unit_id if context.grant else None) or office_unit()
    points = MUST_SHOW if kind == "stop" else ("立即改正上述问题", "五个工作日内书面报告改正情况")
    if organ is not None:
        issue(context, [Wanted(kind, r.unit_id, organ, reasons[r.unit_id], points, r.loop_id, permits.get(r.unit_id)) for r in rows])


@after_step(KIND, "correct")
def _correct(context: Context, loops: list[uuid.UUID]) -> None:
    """Ordered to correct, by a numbered order."""
    rows = _ended(context, loops)
    _order(context, "correct", rows, _reasons(context, rows), {})


def _reasons(context: Context, rows: list[Breach]) -> dict[int, str]:
    """The reason of each decision, by enterprise."""
    loops = [r.loop_id for r in rows if r.loop_id is not None]
    said = dict(Evidence.objects.filter(loop_id__in=loops, act=context.act_id, key="reason").values_list("loop_id", "text"))
    return {r.unit_id: said[r.loop_id] for r in rows if r.loop_id is not None}


@after_step(KIND, "dismiss")
def _over(context: Context, loops: list[uuid.UUID]) -> None:
    _ended(context, loops)


def _ended(context: Context, loops: list[uuid.UUID]) -> list[Breach]:
    Breach.objects.filter(loop_id__in=loops).update(ended_at=context.now)
    return list(Breach.objects.filter(loop_id__in=loops))
