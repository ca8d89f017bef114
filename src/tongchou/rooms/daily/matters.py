"""Matters of work without a right to it, counted by street: what is open, what is late, and how those of the last days ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from tongchou.record.access import Actor
from tongchou.record.territory.reach import condition
from tongchou.rooms.daily.reach import STREET_OF
from tongchou.rooms.daily.spots import DAYS, SEE


@dataclass(frozen=True, slots=True)
class Standing:
    """One street. open: at this moment, of these late; stopped, corrected, dismissed: ended within DAYS."""

    street: str
    open: int
    late: int
    stopped: int
    corrected: int
    dismissed: int


_STANDING = f"""
select coalesce(s.name, '—'), count(*) filter (where b.ended_at is null)::int, count(*) filter (where b.ended_at is null and l.deadline < %(now)s)::int,
  count(*) filter (where b.ended_at > %(since)s and l.stage = 'stopped')::int, count(*) filter (where b.ended_at > %(since)s and l.stage = 'corrected')::int,
  count(*) filter (where b.ended_at > %(since)s and l.stage = 'dismissed')::int
from daily_breach b join record_unit u on u.id = b.unit_id join record_area a on a.id = u.area_id left join record_loop l on l.id = b.loop_id
{STREET_OF}
where (b.ended_at is null or b.ended_at > %(since)s) and {{reach}} group by 1 order by 2 desc, 1
"""


def standing(actor: Actor, now: datetime) -> list[Standing]:
    """The matters in reach by street, those with most that are open first."""
    values: dict[str, Any] = {"now": now, "since": now - timedelta(days=DAYS)}
    with connection.cursor() as cursor:
        cursor.execute(_STANDING.format(reach=condition(actor, SEE, values, unit="u.id")), values)
        return [Standing(*row) for row in cursor.fetchall()]
