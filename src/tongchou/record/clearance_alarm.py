"""What follows a clearance: one loop for each enterprise where somebody at work may no longer be there, or was found held on record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection

from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, act
from tongchou.record.clearance import Cleared
from tongchou.record.loops.titles import written
from tongchou.record.models import Loop

STOPPED, HELD = "staff_stopped", "staff_held"
_AT_ONCE = 1_000
_TITLES = {
    STOPPED: Text(
        "{n}名在岗员工不再符合返岗条件，请停岗并按方案处置",
        "{n} {n|worker|workers} at work no longer {n|fits|fit} the conditions: take {n|the person|them} off and act by the plan",
    ),
    HELD: Text(
        "{n}名员工在册处于隔离管控，不得到岗，请核实去向",
        "{n} {n|worker is|workers are} under isolation on record and may not come to work: find out where {n|the person is|they are}",
    ),
}
_STREETS = """
select u.id, (select s.id from record_unit s join record_area t on t.id = s.area_id
  where s.kind = 'street' and s.active_to is null and t.id = any(string_to_array(rtrim(a.path, '.'), '.')::bigint[]) order by length(t.path) desc limit 1)
from record_unit u join record_area a on a.id = u.area_id where u.id = any(%s)
"""


def tell(context: Context, found: Cleared) -> None:
    """After the act: open what is owed, unless such a loop is open for the enterprise already. Names nobody; the enterprise's list does."""
    wanted = [(STOPPED, unit, n) for unit, n in found.stopped.items()] + [(HELD, unit, n) for unit, n in found.held.items() if unit not in found.stopped]
    if wanted and not context.dry_run:
        context.effect(lambda: _open(wanted))


def _open(wanted: Iterable[tuple[str, int, int]]) -> None:
    rows = list(wanted)
    refs = [str(unit) for _, unit, _ in rows]
    there = set(Loop.objects.filter(origin__in=(STOPPED, HELD), origin_ref__in=refs, closed_at=None).values_list("origin", "origin_ref"))
    with connection.cursor() as cursor:
        cursor.execute(_STREETS, [[unit for _, unit, _ in rows]])
        streets: dict[int, Any] = dict(cursor.fetchall())
    items = [
        {"kind": "task", **written(_TITLES[origin].with_(n=n)), "unit": unit, "owner_unit": unit, "origin": origin, "origin_ref": str(unit), "urgent": True}
        | ({"verifier_unit": streets[unit]} if streets.get(unit) else {})
        for origin, unit, n in rows
        if (origin, str(unit)) not in there
    ]
    for start in range(0, len(items), _AT_ONCE):
        act("loop.open_many", SYSTEM, new_id(), {"items": items[start : start + _AT_ONCE]})
