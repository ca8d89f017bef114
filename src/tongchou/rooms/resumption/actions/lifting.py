"""An enterprise that is ordered to stop says how it was put right and asks to have the order lifted; the unit that issued it answers."""

from __future__ import annotations

import uuid
from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops import evidence as pieces
from tongchou.record.loops.titles import written
from tongchou.record.models import Loop, WorkOrder
from tongchou.record.questions.work_orders import number_of
from tongchou.record.territory.reach import missing, reaches_unit
from tongchou.rooms.resumption.reach import APPLY

ORIGIN = "work_order"


class AskLiftIn(Payload):
    """how: what was put right. files: what shows it."""

    order: uuid.UUID
    how: str = Field(min_length=4, max_length=2_000)
    files: list[uuid.UUID] = Field(default_factory=list, max_length=10)


def asked_to_lift(order: uuid.UUID) -> Loop | None:
    """The request to lift an order that is open."""
    return Loop.objects.filter(origin=ORIGIN, origin_ref=str(order), closed_at=None).first()


@verb("work_order.ask_lift", APPLY, Text("申请解除停工令", "Ask to have an order to stop lifted"))
def ask_lift(context: Context, given: AskLiftIn) -> dict[str, Any]:
    """Open the request with the unit that issued the order; one at a time."""
    row = WorkOrder.objects.select_for_update(of=("self",)).select_related("unit__area", "organ").filter(pk=given.order).first()
    if row is None or not reaches_unit(context.actor, APPLY, row.unit):
        raise missing(Text("没有找到这份文书。", "There is no such order."), "order", str(given.order))
    if row.kind != "stop" or row.lifted_at is not None:
        rule = Text("没有可以解除的停工令。", "There is no order to stop to lift.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请刷新。", "Reload."), field="order", value=str(row.pk))
    if asked_to_lift(row.pk) is not None:
        rule = Text("已申请解除，正在办理。", "It was asked for and is being looked at.")
        raise Refusal(Reason.DUPLICATE, rule, remedy=Text("可在原事项中补充。", "Add to that one."), field="order", value=str(row.pk))
    proofs = [pieces.EvidenceIn.model_validate({"key": "proof", "type": "file", "file": str(f)}) for f in given.files]
    pieces.check_files(context.actor, proofs)
    context.grants = context.actor.require("loop.open")
    title = Text("申请解除停工令：{name} {number}", "Asks to lift the order to stop: {name} {number}").with_(name=row.unit.name[:160], number=number_of(row))
    loop = {
        "kind": "request", **written(title), "detail": given.how, "data": {"topic": "other"},
        "unit": row.unit_id, "owner_unit": row.organ_id, "origin": ORIGIN, "origin_ref": str(row.pk),
    }  # fmt: skip
    made = uuid.UUID(str(open_one(context, OpenIn.model_validate(loop))["loop"]))
    pieces.keep(context, [made], "open", proofs)
    context.event("work_order_lift_asked", loop_id=made, subject=f"work_order:{row.pk}", note=given.how)
    return {"loop": str(made)}
