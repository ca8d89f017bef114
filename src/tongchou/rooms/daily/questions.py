"""Daily reports as read: one's own days, who is silent, the district at a glance, the days before."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from tongchou.record.access import Actor
from tongchou.record.territory.reach import condition
from tongchou.rooms.daily.actions.chasing import OBLIGED
from tongchou.rooms.daily.models import Report
from tongchou.rooms.daily.numbers import daily_rules, number_of
from tongchou.rooms.daily.reach import STREET_OF, VIEW

BY = ("street", "industry", "size")


def days_of(unit: int, last: date, days: int = 14) -> list[Report]:
    """The reports in force of an enterprise's last days, newest first."""
    return list(
        Report.objects.filter(
            unit_id=unit, replaced_at=None, day__gt=last - timedelta(days=days), day__lte=last
        ).order_by("-day")
    )


def versions(unit: int, day: date) -> list[Report]:
    """Every version of one day's report, newest first, with who reported it."""
    return list(Report.objects.filter(unit_id=unit, day=day).select_related("account").order_by("-reported_at"))


@dataclass(frozen=True, slots=True)
class SilentLine:
    """An enterprise that owes the report of a day. last: the last day it reported; loop: the street's, when it has been asked."""

    unit: int
    name: str
    area: str
    street: str
    last: date | None
    reminded_at: datetime | None
    loop: uuid.UUID | None


_SILENT = f"""
select u.id, u.name, a.name, coalesce(s.name, ''), (select max(r.day) from daily_report r where r.unit_id = u.id and r.replaced_at is null),
  w.reminded_at, (select l.id from record_loop l where l.kind = 'daily_missing' and l.subject_unit_id = u.id and l.closed_at is null limit 1)
from ({OBLIGED}) o
join record_unit u on u.id = o.id
join record_area a on a.id = u.area_id
{STREET_OF}
left join daily_silence w on w.unit_id = u.id and w.day = %(day)s
where {{reach}} {{more}} and not exists (select from daily_report r where r.unit_id = u.id and r.day = %(day)s and r.replaced_at is null)
order by s.name nulls last, u.name, u.id limit %(limit)s
"""


def owing(units: list[int], day: date) -> list[int]:
    """Of these enterprises those that owe the report of a day and have not sent it."""
    sql = f"""select o.id from ({OBLIGED}) o where o.id = any(%(units)s)
      and not exists (select from daily_report r where r.unit_id = o.id and r.day = %(day)s and r.replaced_at is null) order by o.id"""
    with connection.cursor() as cursor:
        cursor.execute(sql, _values(day) | {"units": units})
        return [row[0] for row in cursor.fetchall()]


def silent(actor: Actor, day: date, *, street: int | None = None, limit: int = 500) -> list[SilentLine]:
    """Enterprises in reach that owe the report of a day and have not sent it, by street."""
    values = _values(day) | {"limit": limit, "street": street}
    reach = condition(actor, VIEW, values, unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(_SILENT.format(reach=reach, more="and s.id = %(street)s" if street else ""), values)
        return [SilentLine(*row) for row in cursor.fetchall()]


def _values(day: date) -> dict[str, Any]:
    return {"day": day, "since": day - timedelta(days=daily_rules()["obliged_days"].value)}


@dataclass(frozen=True, slots=True)
class GlanceLine:
    """One street, industry or size on one day. Sums are over those who reported that figure; *_of says how many that were.

    key None: belongs to none. returned_pct: returned of staff, of those who gave both. masks_short: last less than the plan's days; masks_unknown:
    reported, but not how many. fevers: workplace fevers that began that day.
    """

    key: str | None
    name: str
    obliged: int
    reported: int
    late: int
    silent: int
    excused: int
    at_work: int
    abnormal: int
    fevers: int
    incidents: int
    masks_short: int
    masks_unknown: int
    returned: int
    staff: int
    output: Decimal

    @property
    def rate(self) -> float | None:
        """Reported of those who owe it, per cent."""
        return round(100 * (self.obliged - self.silent) / self.obliged, 1) if self.obliged else None

    @property
    def returned_pct(self) -> float | None:
        return round(100 * self.returned / self.staff, 1) if self.staff else None


GROUPS = {
    "street": ("s.id::text", "coalesce(max(s.name), '')"),
    "industry": ("nullif(left(e.industry, 1), '')", "coalesce(left(max(e.industry), 1), '')"),
    "size": ("nullif(e.size, '')", "coalesce(max(e.size), '')"),
}
_GLANCE = f"""
with o as materialized ({OBLIGED}),
f as (select unit_id, count(*) as n from daily_fever where first_at >= %(begin)s and first_at < %(end)s and loop_id is not null group by unit_id)
select {{key}}, {{name}}, count(o.id), count(r.id), count(r.id) filter (where r.late), count(o.id) filter (where r.id is null),
  count(x.id), coalesce(sum(r.at_work), 0), coalesce(sum(r.abnormal), 0), coalesce(sum(f.n), 0)::int, coalesce(sum(r.incidents), 0),
  count(r.id) filter (where r.mask_days < %(enough)s), count(r.id) filter (where r.mask_days is null and not r.closed),
  coalesce(sum(r.returned) filter (where r.staff is not null), 0), coalesce(sum(r.staff) filter (where r.returned is not null), 0),
  coalesce(sum(r.output), 0)
from record_unit u
join record_area a on a.id = u.area_id
left join record_enterprise e on e.unit_id = u.id
{STREET_OF}
left join o on o.id = u.id
left join daily_report r on r.unit_id = u.id and r.day = %(day)s and r.replaced_at is null
left join daily_excuse x on x.unit_id = u.id and x.ended_at is null and x.from_date <= %(day)s and (x.until is null or x.until >= %(day)s)
left join f on f.unit_id = u.id
where u.kind = 'enterprise' and u.active_to is null and {{reach}}
group by {{key}} order by 2, 1
"""


def glance(actor: Actor, day: date, by: str = "street") -> list[GlanceLine]:
    """The enterprises in reach on a day, by street, section of industry or size; one statement."""
    from tongchou.kernel.clock import SHANGHAI

    begin = datetime.combine(day, datetime.min.time(), SHANGHAI)
    values = _values(day) | {
        "begin": begin,
        "end": begin + timedelta(days=1),
        "enough": number_of("mask_days_needed", day),
    }
    reach = condition(actor, VIEW, values, unit="u.id")
    key, name = GROUPS[by]
    with connection.cursor() as cursor:
        cursor.execute(_GLANCE.format(reach=reach, key=key, name=name), values)
        return [GlanceLine(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class DayLine:
    """The enterprises in reach on one day of a series."""

    day: date
    reported: int
    at_work: int
    returned: int
    staff: int
    output: Decimal
    abnormal: int


_SERIES = """
select r.day, count(*), sum(r.at_work), coalesce(sum(r.returned) filter (where r.staff is not null), 0),
  coalesce(sum(r.staff) filter (where r.returned is not null), 0), coalesce(sum(r.output), 0), sum(r.abnormal)
from daily_report r
join record_unit u on u.id = r.unit_id
join record_area a on a.id = u.area_id
where r.replaced_at is null and r.day > %(first)s and r.day <= %(day)s and {reach}
group by r.day order by r.day
"""


def series(actor: Actor, day: date, days: int = 30) -> list[DayLine]:
    """The last days, oldest first; a day that nobody reported is not in it."""
    values: dict[str, Any] = {"day": day, "first": day - timedelta(days=days)}
    reach = condition(actor, VIEW, values, unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(_SERIES.format(reach=reach), values)
        return [DayLine(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One enterprise's report of a day."""

    unit: int
    name: str
    street: str
    report: uuid.UUID
    closed: bool
    at_work: int
    on_leave: int | None
    abnormal: int
    incidents: int
    staff: int | None
    returned: int | None
    masks: int | None
    mask_days: Decimal | None
    output: Decimal | None
    backlog: Decimal | None
    late: bool
    unchanged: bool
    corrected: bool
    reported_at: datetime


_LINES = f"""
select u.id, u.name, coalesce(s.name, ''), r.id, r.closed, r.at_work, r.on_leave, r.abnormal, r.incidents, r.staff, r.returned, r.masks, r.mask_days,
  r.output, r.backlog, r.late, r.unchanged, r.replaces_id is not null, r.reported_at
from daily_report r
join record_unit u on u.id = r.unit_id
join record_area a on a.id = u.area_id
left join record_enterprise e on e.unit_id = u.id
{STREET_OF}
where r.replaced_at is null and r.day = %(day)s and {{reach}} {{more}}
order by r.abnormal desc, r.incidents desc, r.mask_days nulls first, u.name, u.id limit %(limit)s
"""
ONLY = {
    "abnormal": "and r.abnormal > 0",
    "masks": "and r.mask_days < %(enough)s",
    "masks_unknown": "and r.mask_days is null and not r.closed",
    "incidents": "and r.incidents > 0",
    "late": "and r.late",
    "closed": "and r.closed",
}
"""The lists behind the figures of the overview."""


def reports(
    actor: Actor, day: date, *, only: str = "", by: str = "", key: str = "", limit: int = 500
) -> list[ReportLine]:
    """Reports of a day in reach, what needs looking at first."""
    values: dict[str, Any] = {"day": day, "limit": limit, "enough": number_of("mask_days_needed", day), "key": key}
    reach = condition(actor, VIEW, values, unit="u.id")
    more = ONLY.get(only, "")
    if by in GROUPS and key:
        more += f" and {GROUPS[by][0]} = %(key)s"
    with connection.cursor() as cursor:
        cursor.execute(_LINES.format(reach=reach, more=more), values)
        return [ReportLine(*row) for row in cursor.fetchall()]
