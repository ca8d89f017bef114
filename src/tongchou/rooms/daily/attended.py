"""Attendance as read: one enterprise's day and month, a person's own, and streets and leaders in numbers without a name."""

from __future__ import annotations

import calendar
import uuid
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from tongchou.record.access import Actor
from tongchou.record.territory.reach import condition
from tongchou.rooms.daily.alarms import HELD_BACK
from tongchou.rooms.daily.models import Alarm
from tongchou.rooms.daily.reach import STREET_OF, VIEW

STATES = ("here", "left", "missing", "leave", "other")
LISTED = 500
"""People that a page lists; the counts are of all."""


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody on one day. state: here, left (went out last), missing (should be there and was not seen), leave (should be there but for its leave),
    other (on file, not expected).

    outcome: of the staff file; None: on no staff file. warm: the highest reading of the day in °C.
    """

    person: uuid.UUID
    sealed: bytes
    staff: int | None
    title: str
    badge: str
    section: str
    state: str
    outcome: str | None
    first: datetime | None
    last: datetime | None
    warm: Decimal | None


_DAY = """
with seen as (
  select person_id, min(at) as first, max(at) as last, max(temperature) as warm, max(section) as section, (array_agg(direction order by at desc))[1] as way
  from daily_attendance where unit_id = %(unit)s and day = %(day)s group by person_id
), held as (
  select s.* from record_staff s where s.unit_id = %(unit)s and (s.to_date is null or s.to_date >= %(day)s)
), all_of as (
  select coalesce(seen.person_id, h.person_id) as person_id, h.id as staff, coalesce(h.title, '') as title, h.outcome, seen.first, seen.last, seen.warm,
    coalesce(nullif(seen.section, ''), b.section, '') as section, coalesce(b.number, '') as badge,
    case when seen.way = 'in' then 'here' when seen.way = 'out' then 'left'
         when h.returned_on <= %(day)s and not (h.outcome = any(%(held)s)) then case when l.id is null then 'missing' else 'leave' end
         else 'other' end as state
  from held h full join seen on seen.person_id = h.person_id
  left join daily_leave l on l.unit_id = %(unit)s and l.person_id = h.person_id and l.ended_at is null and %(day)s between l.from_date and l.until
  left join daily_badge b on b.unit_id = %(unit)s and b.person_id = coalesce(seen.person_id, h.person_id)
)
"""
_PEOPLE = (
    _DAY
    + """
select p.id, p.sealed, x.staff, x.title, x.badge, x.section, x.state, x.outcome, x.first, x.last, x.warm
from all_of x join record_person p on p.id = x.person_id and p.erased_at is null
where (%(state)s = '' or x.state = %(state)s) and (%(section)s = '' or x.section = %(section)s) and (%(state)s <> '' or x.state <> 'other')
order by array_position(array['missing', 'here', 'left', 'leave', 'other'], x.state), x.section, x.badge, x.staff, p.id limit %(limit)s
"""
)
_SECTIONS = _DAY + "select section, state, count(*) from all_of group by section, state"


def day_lines(unit: int, day: date, *, state: str = "", section: str = "", limit: int = LISTED) -> list[Line]:
    """The people of one enterprise on a day, who is missing first. The caller logs the reading."""
    values: dict[str, Any] = {"unit": unit, "day": day, "state": state, "section": section, "limit": limit, "held": list(HELD_BACK)}
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, values)
        return [Line(r[0], bytes(r[1]), *r[2:]) for r in cursor.fetchall()]


def sections(unit: int, day: date) -> dict[str, dict[str, int]]:
    """Section -> state -> how many people; "" for those of no section. By name."""
    out: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SECTIONS, {"unit": unit, "day": day, "held": list(HELD_BACK)})
        for section, state, n in cursor.fetchall():
            out.setdefault(section, dict.fromkeys(STATES, 0))[state] = n
    return dict(sorted(out.items(), key=lambda pair: (pair[0] == "", pair[0])))


@dataclass(frozen=True, slots=True)
class MonthLine:
    """Somebody in a month, without a name: number of the badge, else of the staff file. days: of the month on which it was seen; leave: those of its leave."""

    badge: str
    staff: int | None
    title: str
    section: str
    days: frozenset[int]
    leave: frozenset[int]


_MONTH = """
with t as (
  select unit_id, person_id, day, false as away from daily_attendance where unit_id = %(unit)s and day between %(first)s and %(last)s
  union all
  select unit_id, person_id, d::date, true from daily_leave, generate_series(greatest(from_date, %(first)s), least(until, %(last)s), interval '1 day') d
  where unit_id = %(unit)s and ended_at is null and from_date <= %(last)s and until >= %(first)s
)
select coalesce(b.number, ''), s.id, coalesce(s.title, ''), coalesce(b.section, ''),
  coalesce(array_agg(distinct extract(day from t.day)::int) filter (where not t.away), '{}'),
  coalesce(array_agg(distinct extract(day from t.day)::int) filter (where t.away), '{}')
from t
left join record_staff s on s.unit_id = t.unit_id and s.person_id = t.person_id and s.to_date is null
left join daily_badge b on b.unit_id = t.unit_id and b.person_id = t.person_id
group by t.person_id, b.number, s.id, s.title, b.section order by coalesce(b.section, ''), coalesce(b.number, ''), s.id limit 20000
"""


def month_lines(unit: int, first: date) -> list[MonthLine]:
    """Who was there, and who on leave, on which days of a month, by section."""
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    with connection.cursor() as cursor:
        cursor.execute(_MONTH, {"unit": unit, "first": first, "last": last})
        return [MonthLine(r[0], r[1], r[2], r[3], frozenset(r[4]), frozenset(r[5])) for r in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One enterprise on a day, in numbers. expected: without those on leave. reported: at work by its report, None without one.

    seen: None where it has no attendance, which is not zero.
    """

    unit: int
    name: str
    street: str
    on_file: int
    expected: int
    on_leave: int
    seen: int | None
    reported: int | None
    alarms: int


_UNITS = f"""
select u.id, u.name, coalesce(s.name, ''), coalesce(f.n, 0), coalesce(f.expected, 0), coalesce(f.away, 0), t.n, r.at_work, coalesce(m.n, 0)
from record_unit u
join record_area a on a.id = u.area_id
{STREET_OF}
left join (select h.unit_id, count(*) as n, count(l.id) as away,
    count(*) filter (where h.returned_on <= %(day)s and not (h.outcome = any(%(held)s)) and l.id is null) as expected
  from record_staff h
  left join daily_leave l on l.unit_id = h.unit_id and l.person_id = h.person_id and l.ended_at is null and %(day)s between l.from_date and l.until
  where h.to_date is null group by h.unit_id) f on f.unit_id = u.id
left join (select unit_id, count(distinct person_id) as n from daily_attendance where day = %(day)s group by unit_id) t on t.unit_id = u.id
left join daily_report r on r.unit_id = u.id and r.day = %(day)s and r.replaced_at is null
left join (select unit_id, count(*) as n from daily_alarm where state = 'open' and day <= %(day)s group by unit_id) m on m.unit_id = u.id
where u.kind = 'enterprise' and u.active_to is null and {{reach}} and (t.n is not null or m.n > 0 or r.at_work > 0)
order by coalesce(m.n, 0) desc, abs(coalesce(t.n, r.at_work, 0) - coalesce(r.at_work, t.n, 0)) desc, u.name, u.id limit %(limit)s
"""


def unit_lines(actor: Actor, day: date, limit: int = 500) -> list[UnitLine]:
    """Enterprises in reach that were at work on a day, those with open alarms and the widest difference first."""
    values: dict[str, Any] = {"day": day, "limit": limit, "held": list(HELD_BACK)}
    reach = condition(actor, VIEW, values, unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(_UNITS.format(reach=reach), values)
        return [UnitLine(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """Alarms of one kind of one enterprise's day, without a name."""

    unit: int
    name: str
    street: str
    day: date
    kind: str
    people: int
    open: int
    counted: int | None
    reported: int | None
    how: tuple[str, ...]
    loop: uuid.UUID | None


_OF_ALARM = [f.name for f in fields(AlarmLine)]
_ALARMS = f"""
select u.id, u.name, coalesce(s.name, ''), m.day, m.kind, count(*), count(*) filter (where m.state = 'open'), max(m.counted), max(m.reported),
  coalesce(array_agg(distinct m.how) filter (where m.how <> '' and m.state <> 'open'), '{{{{}}}}'), (array_agg(m.loop_id) filter (where m.loop_id is not null))[1]
from daily_alarm m
join record_unit u on u.id = m.unit_id
join record_area a on a.id = u.area_id
{STREET_OF}
where m.day > %(since)s and {{reach}} {{more}}
group by u.id, u.name, s.name, m.day, m.kind order by count(*) filter (where m.state = 'open') desc, m.day desc, u.name, m.kind limit %(limit)s
"""


def alarm_lines(
    actor: Actor, day: date, *, only_open: bool = False, unit: int | None = None, days: int = 30, limit: int = 500
) -> list[AlarmLine]:
    """Alarms in reach of the last days, what is open first."""
    values: dict[str, Any] = {"since": day - timedelta(days=days), "limit": limit, "unit": unit}
    reach = condition(actor, VIEW, values, unit="u.id")
    more = ("and m.state = 'open' " if only_open else "") + ("and m.unit_id = %(unit)s" if unit else "")
    with connection.cursor() as cursor:
        cursor.execute(_ALARMS.format(reach=reach, more=more), values)
        return [AlarmLine(**dict(zip(_OF_ALARM, row, strict=True)) | {"how": tuple(row[9])}) for row in cursor.fetchall()]


def own_alarms(unit: int, days: int, today: date) -> list[Alarm]:
    """The alarms of one enterprise that are open, and those of the last days. The caller logs the reading."""
    rows = (
        Alarm.objects.filter(unit=unit)
        .select_related("person", "loop", "fever")
        .order_by("-state", "-day", "kind", "pk")
    )
    return list(rows.filter(day__gt=today - timedelta(days=days))[:300])
