"""Numbered orders and notices to enterprises: issued with another act, a stop lifted by one of its own."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from pydantic import Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import Unit, WorkOrder
from tongchou.record.territory.reach import missing, reaches_unit

SUSPEND = "permit.suspend"
explain_constraint(
    "work_order_one_stop", Reason.CONFLICT, Text("该企业已有未解除的停工令。", "It is ordered to stop already."),
    Text("请刷新后核对。", "Reload and look."),
)  # fmt: skip


class LiftIn(Payload):
    order: uuid.UUID
    reason: str = Field(min_length=2, max_length=2_000)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be issued. points: what has to be done, line by line."""

    kind: str
    unit: int
    organ: int
    reason: str
    points: tuple[str, ...] = ()
    loop: uuid.UUID | None = None
    permit: uuid.UUID | None = None


def issue(context: Context, wanted: Sequence[Wanted]) -> list[WorkOrder]:
    """Issue orders with the next numbers of their organs; who else issues for the same organ waits. A stop takes the place of an earlier one."""
    if not wanted:
        return []
    year = context.now.astimezone(SHANGHAI).year
    last = _last(year, sorted({w.organ for w in wanted}))
    stops = [w.unit for w in wanted if w.kind == "stop"]
    lock_for_stop(stops)
    WorkOrder.objects.filter(kind="stop", lifted_at=None, unit_id__in=stops).update(
        lifted_at=context.now, lift_reason="由新的停工令接替", lifted_by=context.actor.account_id
    )
    rows = []
    for w in wanted:
        last[w.organ] += 1
        rows.append(
            WorkOrder(
                id=new_id(), kind=w.kind, unit_id=w.unit, organ_id=w.organ, year=year, seq=last[w.organ], loop_id=w.loop, permit_id=w.permit,
                reason=w.reason, points=[p[:300] for p in w.points], by_id=context.actor.account_id, issued_at=context.now,
            )
        )  # fmt: skip
    WorkOrder.objects.bulk_create(rows, batch_size=2_000)
    for row in rows:
        context.event("work_order", loop_id=row.loop_id, subject=f"work_order:{row.pk}", note=row.reason, data={"kind": row.kind, "unit": row.unit_id})
    return rows


def lock_for_stop(units: Sequence[int]) -> None:
    """Let no permit be given to these units until this act is over; who gives one at this moment is waited for."""
    list(Unit.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=list(units)).order_by("pk").values_list("pk", flat=True))


def _last(year: int, organs: list[int]) -> Counter[int]:
    """The last number of each organ in a year; the organs are locked in one order, so that two acts do not wait for each other."""
    with connection.cursor() as cursor:
        for organ in organs:
            cursor.execute("select pg_advisory_xact_lock(hashtext('work order numbers'), %s)", [organ])
        cursor.execute("select organ_id, max(seq) from record_workorder where year = %s and organ_id = any(%s) group by 1", [year, organs])
        return Counter(dict(cursor.fetchall()))


@verb("work_order.lift", SUSPEND, Text("解除停工令", "Lift an order to stop"))
def lift(context: Context, given: LiftIn) -> dict[str, Any]:
    """Lift an order to stop, with the reason. A permit that was suspended with it stays so until it is restored itself."""
    row = WorkOrder.objects.select_for_update(of=("self",)).select_related("unit__area").filter(pk=given.order).first()
    if row is None or not (context.actor.system or reaches_unit(context.actor, SUSPEND, row.unit)):
        raise missing(Text("没有找到这份文书。", "There is no such order."), "order", str(given.order))
    if row.kind != "stop" or row.lifted_at is not None:
        rule = Text("没有可以解除的停工令。", "There is no order to stop to lift.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请刷新。", "Reload."), field="order", value=str(row.pk))
    row.lifted_at, row.lift_reason, row.lifted_by_id = context.now, given.reason, context.actor.account_id
    row.save(update_fields=["lifted_at", "lift_reason", "lifted_by"])
    context.event("work_order_lifted", loop_id=row.loop_id, subject=f"work_order:{row.pk}", note=given.reason, data={"unit": row.unit_id})
    return {"order": str(row.pk), "unit": row.unit_id}
