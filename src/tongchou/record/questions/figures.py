"""Figures of loops: what is open, late and escalated by area, and what was opened and closed by day.

The conditions are those of the work list, so that a figure and the list behind it cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from tongchou.kernel.clock import SHANGHAI
from tongchou.record.access import Actor
from tongchou.record.models import Area
from tongchou.record.questions.worklist import Filter, conditions, discreet, scope_condition, within


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """Open loops of one area and all below it. late: past the deadline of their stage. closed, in_time: closed in the last
    thirty days, and of those before they were due as a whole."""

    area: int
    name: str
    level: str
    open: int
    late: int
    supervised: int
    accountable: int
    closed: int
    in_time: int

    @property
    def in_time_share(self) -> float | None:
        """Per cent; None while nothing was closed: nought of nothing is not nought."""
        return round(100 * self.in_time / self.closed, 1) if self.closed else None


@dataclass(frozen=True, slots=True)
class KindFigures:
    """Open loops of one kind. late: past the deadline of their stage."""

    kind: str
    open: int
    late: int


@dataclass(frozen=True, slots=True)
class DayFigures:
    """One day in Asia/Shanghai."""

    day: date
    opened: int
    closed: int


_PARTS = """
with parts as materialized (
  select a.id, split_part(substr(a.path, length(%(path)s) + 1), '.', 1)::bigint as part
  from record_area a where a.path like %(below)s and a.id <> %(top)s
  union all select %(top)s, %(top)s
)
"""
_OPEN = """
select p.part, sum(t.still)::int, sum(t.late)::int, sum(t.supervised)::int, sum(t.accountable)::int from (
  select l.area_id, count(*) as still, count(*) filter (where l.deadline < %(now)s) as late,
         count(*) filter (where l.level = 'supervise') as supervised, count(*) filter (where l.level = 'accountability') as accountable
  from record_loop l where {where} group by l.area_id
) t join parts p on p.id = t.area_id group by p.part
"""
_KINDS = """
select l.kind, count(*)::int, count(*) filter (where l.deadline < %(now)s)::int from record_loop l where {where} group by l.kind order by 3 desc, 2 desc, 1
"""
_CLOSED = """
select p.part, sum(t.closed)::int, sum(t.in_time)::int from (
  select l.area_id, count(*) as closed, count(*) filter (where l.closed_at <= l.due_at) as in_time
  from record_loop l where {where} and l.closed_at >= %(since)s group by l.area_id
) t join parts p on p.id = t.area_id group by p.part
"""
_DAYS = """
select width_bucket(at, %(days)s::timestamptz[]), count(*) filter (where opened), count(*) filter (where not opened) from (
  select l.opened_at as at, true as opened from record_loop l where l.opened_at >= %(since)s and {scope}
  union all select l.closed_at, false from record_loop l where l.closed_at >= %(since)s and {scope}
) t group by 1
"""


def top_area(actor: Actor) -> Area:
    """The highest area in which the actor has figures.view."""
    grant = min(actor.require("figures.view"), key=lambda g: len(g.path))
    return Area.objects.get(pk=grant.area_id)


def by_area(actor: Actor, top: Area, now: datetime) -> list[AreaFigures]:
    """Figures of the areas directly below `top`, in the order of their codes; last `top` itself, for what lies in none of them."""
    actor.require("figures.view")
    still = _rows(_OPEN, *conditions(actor, Filter(view="area", area=top.pk), now), top, now)
    ended = _rows(_CLOSED, *conditions(actor, Filter(view="closed", area=top.pk), now), top, now)
    areas = [*Area.objects.filter(parent=top, valid_to=None).order_by("code"), top]
    gone = set(still.keys() | ended.keys()) - {a.pk for a in areas}
    areas[-1:-1] = list(Area.objects.filter(pk__in=gone))
    return [
        AreaFigures(a.pk, a.name, a.level, *still.get(a.pk, (0, 0, 0, 0)), *ended.get(a.pk, (0, 0)))
        for a in areas
        if a.pk != top.pk or a.pk in still or a.pk in ended
    ]


def by_kind(actor: Actor, top: Area, now: datetime) -> list[KindFigures]:
    """Open loops of an area and all below it by kind, those with the most late ones first."""
    actor.require("figures.view")
    where, values = conditions(actor, Filter(view="area", area=top.pk), now)
    with connection.cursor() as cursor:
        cursor.execute(_KINDS.format(where=" and ".join(where)), values)
        return [KindFigures(*row) for row in cursor.fetchall()]


def _rows(sql: str, where: list[str], values: dict[str, Any], top: Area, now: datetime) -> dict[int, tuple[int, ...]]:
    values |= {"top": top.pk, "path": top.path, "below": top.path + "%", "now": now, "since": now - timedelta(days=30)}
    with connection.cursor() as cursor:
        cursor.execute(_PARTS + sql.format(where=" and ".join(where)), values)
        return {row[0]: tuple(row[1:]) for row in cursor.fetchall()}


def by_day(actor: Actor, top: Area, now: datetime, days: int = 30) -> list[DayFigures]:
    """Loops of an area and all below it, opened and closed on each of the last days, the present one included."""
    actor.require("figures.view")
    today = now.astimezone(SHANGHAI).date()
    wanted = [today - timedelta(days=n) for n in reversed(range(days))]
    starts = [datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) for day in wanted]
    values: dict[str, Any] = {"since": starts[0], "days": starts, "below": top.path + "%"}
    scope = "l.area_id = any(array(select s.id from record_area s where s.path like %(below)s))"
    if not within(actor, top.pk):
        scope += " and " + scope_condition(actor, "loop.view", values)
    else:
        scope += " and " + discreet(actor, "loop.view", values)
    with connection.cursor() as cursor:
        cursor.execute(_DAYS.format(scope=scope), values)
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    return [DayFigures(day, *found.get(n, (0, 0))) for n, day in enumerate(wanted, 1)]


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """Loops of one area and all below it over a period. closed: as done; verified: of those, closed by another unit than the one that did the work;
    in_time: of those closed, before they were due; late: fell due in the period and were not closed by then; reopened: opened again in the period."""

    area: int
    name: str
    opened: int
    closed: int
    verified: int
    in_time: int
    late: int
    reopened: int

    @property
    def in_time_share(self) -> float | None:
        return round(100 * self.in_time / self.closed, 1) if self.closed else None


_PERIOD = """
select p.part, sum(t.opened)::int, sum(t.closed)::int, sum(t.verified)::int, sum(t.in_time)::int, sum(t.late)::int, sum(t.again)::int from (
  select l.area_id, count(*) filter (where l.opened_at >= %(since)s and l.opened_at < %(until)s) as opened,
    count(*) filter (where {done}) as closed,
    count(*) filter (where {done} and exists (
      select 1 from record_event e join record_act x on x.id = e.act_id
      where e.loop_id = l.id and e.to_stage = l.stage and e.from_stage <> l.stage and x.unit_id is distinct from l.owner_unit_id)) as verified,
    count(*) filter (where {done} and l.closed_at <= l.due_at) as in_time,
    count(*) filter (where l.due_at >= %(since)s and l.due_at < %(until)s and l.end_reason in ('', 'done')
      and (l.closed_at is null or l.closed_at > l.due_at)) as late,
    count(*) filter (where l.reopened > 0 and exists (
      select 1 from record_event e where e.loop_id = l.id and e.what = 'reopen' and e.at >= %(since)s and e.at < %(until)s)) as again
  from record_loop l
  where {scope} and l.opened_at < %(until)s
    and (l.opened_at >= %(since)s or l.closed_at >= %(since)s or l.reopened > 0 or l.due_at >= %(since)s and l.due_at < %(until)s)
  group by l.area_id
) t join parts p on p.id = t.area_id group by p.part
"""
_DONE = "(l.closed_at >= %(since)s and l.closed_at < %(until)s and l.end_reason = 'done')"


def over_period(actor: Actor, top: Area, since: datetime, until: datetime) -> list[PeriodFigures]:
    """What became of the loops of the areas directly below `top` between two moments, in the order of their codes; last `top` itself."""
    actor.require("figures.view")
    values: dict[str, Any] = {"since": since, "until": until, "top": top.pk, "path": top.path, "below": top.path + "%"}
    scope = "l.area_id = any(array(select s.id from record_area s where s.path like %(below)s))"
    scope += " and " + (discreet(actor, "loop.view", values) if within(actor, top.pk) else scope_condition(actor, "loop.view", values))
    with connection.cursor() as cursor:
        cursor.execute(_PARTS + _PERIOD.format(scope=scope, done=_DONE), values)
        found = {row[0]: tuple(row[1:]) for row in cursor.fetchall()}
    known = {a.pk: a for a in (*Area.objects.filter(parent=top, valid_to=None), *Area.objects.filter(pk__in=found))}
    areas = sorted((a for a in known.values() if a.pk != top.pk), key=lambda a: a.code)
    if top.pk in found:
        areas.append(top)
    return [PeriodFigures(a.pk, a.name, *found.get(a.pk, (0,) * 6)) for a in areas]
