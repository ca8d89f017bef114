"""The verb that moves what an ended area has left behind to an area in force: people, households, units, loops, custody."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.record.territory.reach import area_in_reach
from tongchou.record.territory.store import lock_territory

_MOVES: tuple[tuple[str, str, str, str], ...] = (
    ("people", "person_moved", "person:", "update record_person set area_id = %(to)s where area_id = %(area)s and merged_into_id is null and erased_at is null"),
    ("units", "unit_changed", "unit:", "update record_unit set area_id = %(to)s where area_id = %(area)s and (active_to is null or active_to > %(on)s)"),
    ("loops", "", "", "update record_loop set area_id = %(to)s where area_id = %(area)s and closed_at is null"),
    ("custody", "custody_area", "custody:", "update record_custody set area_id = %(to)s where area_id = %(area)s and let_out_at is null"),
)  # fmt: skip
"""What moves: its count's name, the event's, the subject's prefix (a loop's event names the loop), the statement."""


class ReassignIn(Payload):
    """area: one that has ended. to: an area in force that takes over."""

    area: int
    to: int


@verb("area.reassign", "territory.edit", Text("接收撤销区域的遗留", "Take over what an ended area left"))
def reassign(context: Context, given: ReassignIn) -> dict[str, Any]:
    """Move everything that still belongs to an ended area. Areas below it are moved one by one (`area.move`): they have names."""
    lock_territory()
    area = area_in_reach(context.actor, "territory.edit", given.area, lock=True)
    to = area_in_reach(context.actor, "territory.edit", given.to, "to")
    if area.valid_to is None:
        rule = Text("{name} 仍是现行区域，不能整体移交。", "{name} is in force: only what an ended area left is moved as a whole.")
        remedy = Text("请先撤销该区域。", "End it first.")
        raise Refusal(Reason.CONFLICT, rule.with_(name=area.name), remedy=remedy, field="area", value=area.code)
    if to.valid_to is not None:
        rule = Text("{name} 已撤销，不能接收。", "{name} has ended and cannot take over.").with_(name=to.name)
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请选择现行区域。", "Choose one in force."), field="to", value=to.code)
    values: dict[str, Any] = {"area": area.pk, "to": to.pk, "on": timezone.localdate(context.now)}
    moved = {"from": area.pk, "to": to.pk}
    counts: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute("update record_household set area_id = %(to)s where area_id = %(area)s", values)
        for name, what, prefix, sql in _MOVES:
            cursor.execute(f"{sql} returning id", values)
            keys = [row[0] for row in cursor.fetchall()]
            counts[name] = len(keys)
            for key in keys:
                if prefix:
                    context.event(what, subject=f"{prefix}{key}", data=moved)
                else:
                    context.event("area_changed", loop_id=key, data=moved)
    context.event("area_reassigned", subject=f"area:{area.pk}", data=moved | counts)
    return counts
