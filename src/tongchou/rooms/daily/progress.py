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
from tongchou.rooms.daily.targets import Aim, aims, gap, upwards

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
_SUMS = """coalesce(sum(r.returned) filter (where coalesce(n.staff, r.staff) is not null), 0),
  coalesce(sum(coalesce(n.staff, r.staff)) filter (where r.returned is not null), 0),
  coalesce(sum(r.output) filter (where n.output is not null), 0), coalesce(sum(n.output) filter (where r.output is not null), 0)"""
"""Returned, staff, output and its normal level, each pair of enterprises that gave both."""
_LATEST = f"""from record_unit u
join record_area a on a.id = u.area_id
left join record_enterprise e on e.unit_id = u.id
{STREET_OF}
left join lateral (
  select r.* from daily_report r where r.unit_id = u.id and r.replaced_at is null and r.day > %(since)s and r.day <= %(day)s order by r.day desc limit 1) r on true
{_BASE.format(day="%(day)s")}
where u.kind = 'enterprise' and u.active_to is null and {{reach}}"""
"""Active enterprises within reach, each with its latest report of some days and its normal level."""
_PROGRESS = f"""
select {{key}}, {{name}}, count(*), count(r.id), count(r.id) filter (where r.output is not null and n.output is not null),
  {_SUMS},
  coalesce(sum(r.backlog), 0)
{_LATEST}
group by {{key}} order by 2, 1
"""
_COURSE = f"""
select r.day, {_SUMS}
from daily_report r
join record_unit u on u.id = r.unit_id
join record_area a on a.id = u.area_id
{_BASE.format(day="r.day")}
left join record_enterprise e on e.unit_id = u.id
{STREET_OF}
where r.replaced_at is null and r.day > %(since)s and r.day <= %(day)s and {{reach}} {{more}}
group by r.day order by r.day
"""
_UNITS = f"""
select u.id, u.name, a.path, coalesce(e.industry, ''), r.day, coalesce(r.closed, false), r.returned, coalesce(n.staff, r.staff), r.output, n.output, r.backlog
{_LATEST} {{more}}
"""


def progress(actor: Actor, day: date, by: str = "street") -> list[ProgressLine]:
    """Enterprises in reach by street, section of industry or size; one statement."""
    values: dict[str, Any] = {"day": day, "since": day - timedelta(days=LATEST)}
    reach = condition(actor, VIEW, values, unit="u.id")
    key, name = GROUPS[by]
    with connection.cursor() as cursor:
        cursor.execute(_PROGRESS.format(reach=reach, key=key, name=name), values)
        return [ProgressLine(*row) for row in cursor.fetchall()]


def whole_of(lines: list[ProgressLine]) -> ProgressLine:
    """All of the groups together."""
    names = ("enterprises", "known", "measured", "returned", "staff", "output", "normal", "backlog")
    return ProgressLine(None, "", *(sum(getattr(x, k) for x in lines) for k in names))


def _group(by: str, key: str, values: dict[str, Any]) -> str:
    """SQL condition for one group; none for all. by: one of GROUPS."""
    if by not in GROUPS or not key:
        return ""
    values["key"] = key
    return f"and {GROUPS[by][0]} = %(key)s"


def course(
    actor: Actor, day: date, days: int = 30, *, by: str = "", key: str = ""
) -> tuple[list[date], list[float | None], list[float | None]]:
    """The days up to one, oldest first, with returned and output in per cent; None where nobody gave both figures that day. by, key: of one group."""
    values: dict[str, Any] = {"day": day, "since": day - timedelta(days=days)}
    reach = condition(actor, VIEW, values, unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(_COURSE.format(reach=reach, more=_group(by, key, values)), values)
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    span = [day - timedelta(days=n) for n in reversed(range(days))]
    none = (0, 0, 0, 0)
    rows = [found.get(d, none) for d in span]
    returned = [round(100 * float(r[0]) / float(r[1]), 2) if r[1] else None for r in rows]
    output = [round(100 * float(r[2]) / float(r[3]), 2) if r[3] else None for r in rows]
    return span, returned, output


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One enterprise by its latest report of a week. day None: it has not reported. aim: what it is measured by."""

    unit: int
    name: str
    section: str
    day: date | None
    closed: bool
    returned: int | None
    staff: int | None
    output: Decimal | None
    normal: Decimal | None
    backlog: Decimal | None
    aim: Aim

    @property
    def returned_pct(self) -> float | None:
        return round(100 * self.returned / self.staff, 1) if self.returned is not None and self.staff else None

    @property
    def output_pct(self) -> float | None:
        return round(100 * float(self.output) / float(self.normal), 1) if self.output is not None and self.normal else None

    @property
    def gaps(self) -> list[float]:
        """Points above (below: negative) what is aimed at, of what is known."""
        found = (gap(self.returned_pct, self.aim.returned), gap(self.output_pct, self.aim.output))
        return [g for g in found if g is not None]

    @property
    def behind(self) -> bool:
        return any(g < 0 for g in self.gaps)

    @property
    def unknown(self) -> bool:
        """Whether nothing can be said: neither of the two shares is known."""
        return self.returned_pct is None and self.output_pct is None


def progress_units(actor: Actor, day: date, by: str = "", key: str = "") -> list[UnitLine]:
    """The enterprises in reach, or of one group, those furthest behind what is aimed at first, and those of which nothing is known last."""
    values: dict[str, Any] = {"day": day, "since": day - timedelta(days=LATEST)}
    reach = condition(actor, VIEW, values, unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(_UNITS.format(reach=reach, more=_group(by, key, values)), values)
        rows = cursor.fetchall()
    aimed = aims(actor, day)
    found = []
    for unit, name, path, industry, *rest in rows:
        line: tuple[Any, ...] = (unit, name, industry[:1], *rest, aimed.of(upwards(path), industry[:1]))
        found.append(UnitLine(*line))
    return sorted(found, key=_furthest)


def _furthest(u: UnitLine) -> tuple[bool, float, float, str, int]:
    shares = [p for p in (u.returned_pct, u.output_pct) if p is not None]
    return u.unknown, min(u.gaps, default=0.0), min(shares, default=0.0), u.name, u.unit
