"""Progress to capacity as read: returned staff and output against normal times, by street, industry and size, and day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from tongchou.record.access import Actor
from tongchou.record.territory.reach import condition
from tongchou.rooms.daily.questions import GROUPS
from tongchou.rooms.daily.reach import STREET_OF, VIEW

LATEST = 7


@dataclass(frozen=True, slots=True)
class ProgressLine:
    """A group on a day, by each enterprise's latest report of a week. returned/staff and output/normal are sums over those that gave both.

    known: enterprises with a report; measured: of these, those whose output can be compared with normal times. backlog in 10,000 yuan.
    """

    key: str | None
    name: str
    enterprises: int
    known: int
    measured: int
    returned: int
    staff: int
    output: Decimal
    normal: Decimal
    backlog: Decimal

    @property
    def returned_pct(self) -> float | None:
        return round(100 * self.returned / self.staff, 1) if self.staff else None

    @property
    def output_pct(self) -> float | None:
        return round(100 * float(self.output) / float(self.normal), 1) if self.normal else None


_BASE = """
left join lateral (
  select n.staff, n.output from daily_baseline n where n.unit_id = u.id and n.from_date <= {day} order by n.from_date desc limit 1) n on true
"""
_PROGRESS = f"""
select {{key}}, {{name}}, count(*), count(r.id), count(r.id) filter (where r.output is not null and n.output is not null),
  coalesce(sum(r.returned) filter (where coalesce(n.staff, r.staff) is not null), 0),
  coalesce(sum(coalesce(n.staff, r.staff)) filter (where r.returned is not null), 0),
  coalesce(sum(r.output) filter (where n.output is not null), 0), coalesce(sum(n.output) filter (where r.output is not null), 0),
  coalesce(sum(r.backlog), 0)
from record_unit u
join record_area a on a.id = u.area_id
left join record_enterprise e on e.unit_id = u.id
{STREET_OF}
left join lateral (
  select r.* from daily_report r where r.unit_id = u.id and r.replaced_at is null and r.day > %(since)s and r.day <= %(day)s order by r.day desc limit 1) r on true
{_BASE.format(day="%(day)s")}
where u.kind = 'enterprise' and u.active_to is null and {{reach}}
group by {{key}} order by 2, 1
"""
_COURSE = f"""
select r.day, coalesce(sum(r.returned) filter (where coalesce(n.staff, r.staff) is not null), 0),
  coalesce(sum(coalesce(n.staff, r.staff)) filter (where r.returned is not null), 0),
  coalesce(sum(r.output) filter (where n.output is not null), 0), coalesce(sum(n.output) filter (where r.output is not null), 0)
from daily_report r
join record_unit u on u.id = r.unit_id
join record_area a on a.id = u.area_id
{_BASE.format(day="r.day")}
where r.replaced_at is null and r.day > %(since)s and r.day <= %(day)s and {{reach}}
group by r.day order by r.day
"""


def progress(actor: Actor, day: date, by: str = "street") -> list[ProgressLine]:
    """Enterprises in reach by street, section of industry or size; one statement."""
    values: dict[str, Any] = {"day": day, "since": day - timedelta(days=LATEST)}
    reach = condition(actor, VIEW, values, unit="u.id")
    key, name = GROUPS[by]
    with connection.cursor() as cursor:
        cursor.execute(_PROGRESS.format(reach=reach, key=key, name=name), values)
        return [ProgressLine(*row) for row in cursor.fetchall()]


def course(actor: Actor, day: date, days: int = 30) -> tuple[list[date], list[float | None], list[float | None]]:
    """The days up to one, oldest first, with returned and output in per cent; None where nobody gave both figures that day."""
    values: dict[str, Any] = {"day": day, "since": day - timedelta(days=days)}
    reach = condition(actor, VIEW, values, unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(_COURSE.format(reach=reach), values)
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    span = [day - timedelta(days=n) for n in reversed(range(days))]
    none = (0, 0, 0, 0)
    rows = [found.get(d, none) for d in span]
    returned = [round(100 * float(r[0]) / float(r[1]), 2) if r[1] else None for r in rows]
    output = [round(100 * float(r[2]) / float(r[3]), 2) if r[3] else None for r in rows]
    return span, returned, output
