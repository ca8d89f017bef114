"""Meetings as read: those one sees, what one's own units owe, and who was absent how often."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from tongchou.record.access import Actor
from tongchou.record.territory.reach import condition
from tongchou.rooms.directives.reach import SEE

SOON = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """A meeting with its counts. came: present or late."""

    id: uuid.UUID
    title: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    unit: str
    main_venue: str
    branches: int
    cancelled: bool
    closed: bool
    asked: int
    answered: int
    came: int
    late: int
    leave: int
    absent: int
    has_minutes: bool


_LIST = """
select m.id, m.title, m.kind, m.starts_at, m.ends_at, u.name, coalesce(v.main, ''), coalesce(v.branches, 0), m.cancelled_at is not null,
       m.closed_at is not null, coalesce(c.asked, 0), coalesce(c.answered, 0), coalesce(c.came, 0), coalesce(c.late, 0), coalesce(c.leave, 0),
       coalesce(c.absent, 0), m.minutes <> ''
from directives_meeting m join record_unit u on u.id = m.unit_id join record_area a on a.id = u.area_id
left join lateral (select max(name) filter (where main) as main, count(*) filter (where not main) as branches
                   from directives_venue v where v.meeting_id = m.id) v on true
left join lateral (
  select count(*) as asked, count(*) filter (where answered_at is not null) as answered, count(*) filter (where state in ('present', 'late')) as came,
         count(*) filter (where state = 'late') as late, count(*) filter (where state = 'leave') as leave, count(*) filter (where state = 'absent') as absent
  from directives_attendance t where t.meeting_id = m.id) c on true
where ({reach} or exists (select 1 from directives_attendance t where t.meeting_id = m.id and t.unit_id = any(%(own)s)))
  and m.starts_at >= %(since)s and m.starts_at < %(until)s
order by m.starts_at {direction}, m.id limit 500
"""


def meeting_list(actor: Actor, since: datetime, until: datetime, *, latest_first: bool = False) -> list[MeetingLine]:
    """Meetings that begin in [since, until) and that the actor sees."""
    values: dict[str, Any] = {"own": list(actor.unit_ids(SEE)), "since": since, "until": until}
    reach = condition(actor, SEE, values, unit="m.unit_id")
    with connection.cursor() as cursor:
        cursor.execute(_LIST.format(reach=reach, direction="desc" if latest_first else "asc"), values)
        return [MeetingLine(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class OwnLine:
    """What a unit of the actor's owes to a coming meeting. cancelled: it does not take place, told until its time is over."""

    attendance: int
    meeting: uuid.UUID
    title: str
    starts_at: datetime
    ends_at: datetime
    venue: str
    unit: str
    state: str
    answered: bool
    asked_for: str
    cancelled: bool
    cancel_reason: str


_OWN = """
select t.id, m.id, m.title, m.starts_at, m.ends_at, v.name, u.name, t.state, t.answered_at is not null, coalesce(c.display_name, ''), m.cancelled_at is not null,
       m.cancel_reason
from directives_attendance t join directives_meeting m on m.id = t.meeting_id join directives_venue v on v.id = t.venue_id
join record_unit u on u.id = t.unit_id left join record_account c on c.id = t.account_id
where t.unit_id = any(%(own)s) and m.closed_at is null and m.ends_at > %(now)s and m.starts_at < %(until)s
order by m.starts_at, t.id limit 100
"""


def own_lines(actor: Actor, now: datetime, days: int = 31) -> list[OwnLine]:
    """Coming and running meetings to which own units are asked."""
    values: dict[str, Any] = {"own": list(actor.unit_ids(SEE)), "now": now, "until": now + timedelta(days=days)}
    with connection.cursor() as cursor:
        cursor.execute(_OWN, values)
        return [OwnLine(*row) for row in cursor.fetchall()]


def owed(actor: Actor, now: datetime) -> tuple[int, bool]:
    """How many meetings wait for an own unit's answer or signing in, and whether one of them begins within two hours."""
    lines = [x for x in own_lines(actor, now) if not x.cancelled and x.state == "expected" and (not x.answered or x.starts_at < now + SOON)]
    return len(lines), any(x.starts_at < now + SOON for x in lines)


@dataclass(frozen=True, slots=True)
class UnitAttendance:
    """One unit over a span of settled meetings."""

    unit: int
    name: str
    kind: str
    asked: int
    present: int
    late: int
    substitutes: int
    leave: int
    absent: int

    @property
    def rate(self) -> float | None:
        """Share of meetings at which somebody of the unit was, in per cent; leave does not count against it."""
        due = self.asked - self.leave
        return round(100 * (self.present + self.late) / due, 1) if due else None


_UNITS = """
select u.id, u.name, u.kind, count(*), count(*) filter (where t.state = 'present'), count(*) filter (where t.state = 'late'),
       count(*) filter (where t.substitute and t.state in ('present', 'late')), count(*) filter (where t.state = 'leave'), count(*) filter (where t.state = 'absent')
from directives_attendance t join directives_meeting m on m.id = t.meeting_id join record_unit mu on mu.id = m.unit_id
join record_area a on a.id = mu.area_id join record_unit u on u.id = t.unit_id
where m.cancelled_at is null and m.closed_at is not null and m.starts_at >= %(since)s and m.starts_at < %(until)s and ({reach} or t.unit_id = any(%(own)s))
group by u.id, u.name, u.kind order by count(*) filter (where t.state = 'absent') desc, count(*) filter (where t.state = 'late') desc, u.name_key, u.id
"""


def unit_attendance(actor: Actor, since: datetime, until: datetime) -> list[UnitAttendance]:
    """Units by absences, over meetings convened within the actor's reach; one's own unit over all of its meetings."""
    values: dict[str, Any] = {"own": list(actor.unit_ids(SEE)), "since": since, "until": until}
    reach = condition(actor, SEE, values, unit="m.unit_id")
    with connection.cursor() as cursor:
        cursor.execute(_UNITS.format(reach=reach), values)
        return [UnitAttendance(*row) for row in cursor.fetchall()]
