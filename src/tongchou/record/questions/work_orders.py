"""Orders and notices to enterprises as read: which stop is in force, who must stop, what their numbers are."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from tongchou.documents.model import Number
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.models import WorkOrder, WorkPermit

KINDS = {
    "stop": Text("责令停工", "Order to stop work"),
    "correct": Text("责令改正", "Order to correct"),
    "review": Text("转入复核通知", "Notice of a review"),
}


def number_of(order: WorkOrder) -> str:
    """发文字号 as it is printed: the organ's mark, the year, the number."""
    return str(mark_of(order))


def mark_of(order: WorkOrder) -> Number:
    return Number(f"{order.organ.name}复工字", order.year, order.seq)


def stops_in_force(units: Iterable[int]) -> dict[int, WorkOrder]:
    """The order to stop that holds for each of these units; units without one are absent."""
    rows = WorkOrder.objects.filter(kind="stop", lifted_at=None, unit_id__in=list(units)).select_related("organ", "unit")
    return {row.unit_id: row for row in rows}


def must_stop(unit: int) -> bool:
    """Whether an enterprise may have nobody at work: it is ordered to stop, or its permit is suspended."""
    return bool(stops_in_force([unit])) or WorkPermit.objects.filter(unit=unit, state="suspended").exists()


def refuse_stopped(units: Iterable[int], field: str = "unit") -> None:
    """Refuse while one of these units is ordered to stop, whatever way holds for it. Until the act is over none of them is."""
    units = sorted(units)
    with connection.cursor() as cursor:  # a stop that is being issued is waited for
        cursor.execute("select id from record_unit where id = any(%s) order by id for share", [units])
    for order in stops_in_force(units).values():
        rule = Text("“{name}”已被责令停工（{number}），停工令解除前不能办理复工。", "“{name}” is ordered to stop ({number}); until that is lifted it cannot resume.")
        remedy = Text("请整改到位，由{organ}解除停工令后再办理。", "Put it right; {organ} lifts the order, then go on.").with_(organ=order.organ.name)
        said = rule.with_(name=order.unit.name, number=number_of(order))
        raise Refusal(Reason.NOT_ALLOWED, said, remedy=remedy, field=field, value=order.unit_id)
