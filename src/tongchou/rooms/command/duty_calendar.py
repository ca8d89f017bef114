"""Shifts as entries of a calendar: those that stand, and those that were called off or from which one was taken, so that a calendar drops them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tongchou.record.access import Actor
from tongchou.record.territory.reach import unit_in_reach
from tongchou.rooms.command.duty_questions import VIEW


@dataclass(frozen=True, slots=True)
class CalendarShift:
    """off: cancelled, or no longer the reader's. changes: how often people or state changed, as a calendar's sequence. people: (part, name), leaders first."""

    id: UUID
    unit: str
    starts_at: datetime
    ends_at: datetime
    note: str
    off: bool
    changes: int
    people: tuple[tuple[str, str], ...]


_SHIFTS = """
select s.id, u.name, s.starts_at, s.ends_at, s.note, s.cancelled_at is not null or not ({mine}),
       (select count(*) from command_place d where d.shift_id = s.id and d.dropped_at is not null) + (s.cancelled_at is not null)::int,
       coalesce(jsonb_agg(jsonb_build_array(p.part, c.display_name) order by p.part, p.id) filter (where p.id is not null), '[]')
from command_shift s
join record_unit u on u.id = s.unit_id
left join command_place p on p.shift_id = s.id and p.dropped_at is null
left join record_account c on c.id = p.account_id
where {where} and s.ends_at > %(since)s and s.starts_at < %(until)s
group by s.id, u.id
order by s.starts_at, s.id
"""
_EVER = "exists (select from command_place m where m.shift_id = s.id and m.account_id = %(account)s)"
_STILL = "exists (select from command_place m where m.shift_id = s.id and m.account_id = %(account)s and m.dropped_at is null)"


def unit_calendar(actor: Actor, unit: int, since: datetime, until: datetime) -> list[CalendarShift]:
    """One unit's shifts that touch a span of time. Outside the actor's reach the unit is not found."""
    row = unit_in_reach(actor, VIEW, unit)
    return _read("s.unit_id = %(unit)s", "true", {"unit": row.pk, "since": since, "until": until})


def own_calendar(actor: Actor, since: datetime, until: datetime) -> list[CalendarShift]:
    """The shifts on which the actor is or once was."""
    return _read(_EVER, _STILL, {"account": actor.account_id or 0, "since": since, "until": until})


def _read(where: str, mine: str, values: dict[str, Any]) -> list[CalendarShift]:
    with connection.cursor() as cursor:
        cursor.execute(_SHIFTS.format(where=where, mine=mine), values)
        rows = cursor.fetchall()
    return [_shift(row) for row in rows]


def _shift(row: tuple[Any, ...]) -> CalendarShift:
    key, unit, starts_at, ends_at, note, off, changes, people = row
    said = json.loads(people) if isinstance(people, str) else people
    return CalendarShift(key, unit, starts_at, ends_at, note, off, changes, tuple((part, name) for part, name in said))
