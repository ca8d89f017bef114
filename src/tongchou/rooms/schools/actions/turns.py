"""Verbs of the return and the leave in turns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import AwareDatetime, Field

from tongchou.kernel.clock import SHANGHAI, not_far
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.territory.reach import missing
from tongchou.rooms.schools.models import School, Turn, TurnPlan
from tongchou.rooms.schools.reach import MANAGE, school_in_reach
from tongchou.rooms.schools.rules import school_rules
from tongchou.rooms.schools.staggering import Conflict, Window, conflicts, merged
from tongchou.rooms.schools.words import class_name

explain_constraint(
    "school_turn_gate_overlap",
    Reason.OVERLAP,
    Text("同一校门的时段重叠。", "Two windows of one gate overlap."),
    Text("请调整时间或校门。", "Change a time or a gate."),
)


class WindowIn(Payload):
    gate: str = Field(min_length=1, max_length=30)
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    classes: list[int] = Field(min_length=1, max_length=400)


class TurnsIn(Payload):
    """The whole plan. most: pupils in one window, no more than the district's number."""

    school: int
    kind: TurnPlan.Kind
    most: int | None = Field(None, ge=1, le=100_000)
    windows: list[WindowIn] = Field(min_length=1, max_length=400)


def judged(school: School, windows: list[Window], most: int) -> list[Conflict]:
    """What is wrong with a plan for a school's classes of today."""
    rows = list(school.classes.filter(ended_on=None).order_by("grade", "name"))
    names = {c.pk: class_name(c.grade, c.name) for c in rows}
    return conflicts(
        windows,
        {c.pk: c.pupils for c in rows},
        names,
        most,
        timedelta(minutes=school_rules()["window_gap_minutes"].value),
    )


@verb("school.turns", MANAGE, Text("安排错峰", "Plan the turns"))
def set_turns(context: Context, given: TurnsIn) -> dict[str, Any]:
    """Put a plan in force in place of the one before; it is refused with every conflict by name."""
    school = school_in_reach(context.actor, MANAGE, given.school, lock=True)
    limit = school_rules()["window_most"].value
    most = given.most or limit
    if most > limit:
        rule = Text(
            "每时段人数不得超过本区规定的 {n} 人。", "No more than {n} {n|pupil|pupils} in one window, by the district's rule."
        ).with_(n=limit)
        raise Refusal(Reason.INVALID_VALUE, rule, field="most", value=most)
    windows = [Window(w.gate, w.starts_at, w.ends_at, tuple(w.classes)) for w in given.windows]
    today = context.now.astimezone(SHANGHAI).date()
    for n, w in enumerate(windows):
        not_far(w.starts_at.astimezone(SHANGHAI).date(), today, f"windows.{n}.starts_at")
        if w.gate not in school.gates:
            raise Refusal(
                Reason.NOT_FOUND,
                Text("学校没有这个校门。", "The school has no such gate."),
                field=f"windows.{n}.gate",
                value=w.gate,
                remedy=Text("请从档案中的校门选择。", "Choose one of its file."),
            )
    known = dict(school.classes.filter(ended_on=None).values_list("pk", "pupils"))
    strange = next((c for w in windows for c in w.classes if c not in known), None)
    if strange is not None:
        raise missing(Text("该校没有这个班级。", "The school has no such class."), "windows", strange)
    found = judged(school, windows, most)
    if found:
        rule = Text(
            "安排有冲突：" + "；".join(c.said.zh for c in found[:20]),
            "The plan has conflicts: " + "; ".join(c.said.en for c in found[:20]),
        )
        listed = [{"kind": c.kind, "windows": list(c.places), **c.said.as_dict()} for c in found]
        raise Refusal(
            Reason.OVERLAP,
            rule,
            remedy=Text("请调整后重新提交。", "Change it and send it again."),
            field="windows",
            conflicts=listed,
        )
    TurnPlan.objects.filter(school=school, kind=given.kind, superseded_at=None).update(superseded_at=context.now)
    assert context.actor.account_id is not None
    plan = TurnPlan.objects.create(
        id=new_id(), school=school, kind=given.kind, most=most, made_by_id=context.actor.account_id, made_at=context.now
    )
    Turn.objects.bulk_create(
        Turn(
            plan=plan,
            gate=w.gate,
            starts_at=w.starts_at,
            ends_at=w.ends_at,
            classes=list(w.classes),
            pupils=sum(known[c] for c in w.classes),
        )
        for w in merged(windows)
    )
    context.event(
        "turns_planned",
        subject=f"unit:{school.pk}",
        data={"plan": str(plan.pk), "kind": given.kind.value, "windows": len(merged(windows)), "most": most},
    )
    return {"plan": str(plan.pk)}
