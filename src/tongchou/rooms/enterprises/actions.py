"""Verbs of the room: reading staff files, and asking for one's own to be put right."""

from __future__ import annotations

import uuid
from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops.titles import written
from tongchou.record.models import Loop, Staff
from tongchou.record.staffing import VIEW, staff_in_reach
from tongchou.record.territory.reach import missing

ORIGIN = "staff_correction"


class ReadIn(Payload):
    """staff: the files that were shown, masked."""

    staff: list[int] = Field(min_length=1, max_length=1_000)


class AskIn(Payload):
    """staff: one's own file. what: what is wrong in it and how it really is."""

    staff: int
    what: str = Field(min_length=4, max_length=2_000)


@verb("staff.read", VIEW, Text("查阅员工档案", "Read staff files"))
def read(context: Context, given: ReadIn) -> dict[str, Any]:
    """Record that staff files were shown. Refused as a whole where one of them is out of reach."""
    people: list[uuid.UUID] = []
    rows = {
        s.pk: s for s in Staff.objects.filter(pk__in=given.staff, person__erased_at=None).select_related("unit__area")
    }
    reached: dict[int, bool] = {}
    for key in given.staff:
        row = rows.get(key)
        if row is None or not reached.get(row.unit_id):
            row = staff_in_reach(context.actor, VIEW, key)
            reached[row.unit_id] = True
        people.append(row.person_id)
    context.read(people)
    context.event("personal_read", data={"how": "staff", "people": len(people)})
    return {"read": len(people)}


@verb(
    "staff.ask_correction", "status.own", Text("申请更正本人员工档案", "Ask for one's own staff file to be corrected")
)
def ask_correction(context: Context, given: AskIn) -> dict[str, Any]:
    """A worker says what is wrong in the own file; the enterprise answers, and the worker confirms."""
    own: Any = context.actor.person_id
    row = Staff.objects.filter(pk=given.staff, person_id=own, to_date=None).first() if own else None
    if row is None:
        raise missing(Text("没有找到您的这份档案。", "You have no such file."), "staff", given.staff)
    if Loop.objects.filter(origin=ORIGIN, origin_ref=str(row.pk), closed_at=None).exists():
        rule = Text("您已提出更正，正在办理。", "You have asked already; it is being looked at.")
        raise Refusal(
            Reason.DUPLICATE, rule, remedy=Text("可在原事项中补充。", "Add to that one."), field="staff", value=row.pk
        )
    context.grants = context.actor.require("loop.open")
    loop = {
        "kind": "request", **written(Text("员工申请更正本人返岗档案", "A worker asks to correct the own file")),
        "detail": given.what, "data": {"topic": "other"}, "person": str(row.person_id),
        "owner_unit": row.unit_id, "origin": ORIGIN, "origin_ref": str(row.pk),
    }  # fmt: skip
    made = open_one(context, OpenIn.model_validate(loop))
    context.event("staff_correction_asked", subject=f"staff:{row.pk}", data={"unit": row.unit_id})
    return {"loop": made["loop"]}
