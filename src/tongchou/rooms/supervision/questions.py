"""What each group covered and missed, and how the load lies. One statement for each sheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection

from tongchou.kernel.clock import SHANGHAI
from tongchou.record.access import Actor
from tongchou.record.territory.reach import condition
from tongchou.rooms.supervision.models import Praise
from tongchou.rooms.supervision.reach import OVERSEE, PLAN, VIEW, group_in_reach

WEEKS = 8
MOST = 500


@dataclass(frozen=True, slots=True)
class Covered:
    """One unit. weeks: finished visits in each of the last weeks, the oldest first; missed: planned for a day that is over, not carried out."""

    unit: int
    name: str
    area: str
    last: datetime | None
    weeks: tuple[int, ...]
    missed: int
    open_findings: int


@dataclass(frozen=True, slots=True)
class Load:
    """One group (and one of it: account None is the group as a whole). late: planned and not done though the day is over."""

    group: int
    name: str
    account: str | None
    planned: int
    finished: int
    late: int
    cancelled: int
    moved: int
    findings: int


def week_starts(today: date, weeks: int = WEEKS) -> list[date]:
    """The Mondays of the last weeks, the present one last."""
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=n) for n in reversed(range(weeks))]


_COVERAGE = """
with seen as (
  select v.unit_id, max(v.finished_at) as last,
         array_agg(width_bucket(v.finished_at, %(weeks)s::timestamptz[])) filter (where v.finished_at >= %(since)s) as weeks,
         count(*) filter (where v.state in ('planned', 'begun') and v.planned_on < %(today)s and (%(all)s or r.kind = 'planned' or v.state = 'begun')) as missed
  from supervision_visit v join supervision_round r on r.id = v.round_id
  where v.state not in ('cancelled', 'moved') {group} group by v.unit_id
), faults as (
  select f.unit_id, count(*) as open from supervision_visitfinding f join record_loop l on l.id = f.loop_id and l.closed_at is null {faults} group by f.unit_id
)
select u.id, u.name, a.name, s.last, coalesce(s.weeks, '{{}}'), coalesce(s.missed, 0), coalesce(f.open, 0), count(*) over ()
from record_unit u join record_area a on a.id = u.area_id
{join} join seen s on s.unit_id = u.id left join faults f on f.unit_id = u.id
where {which} {never}
order by s.last asc nulls first, u.name_key, u.id limit %(most)s
"""


def coverage(actor: Actor, kind: str, now: datetime, *, never: bool = False, most: int = MOST) -> tuple[list[Covered], int]:
    """Units of a kind within reach, whom nobody visited first; and how many there are in all."""
    today = now.astimezone(SHANGHAI).date()
    starts = [datetime.combine(d, time(), SHANGHAI) for d in week_starts(today)]
    everything = actor.permits(PLAN) or actor.permits(OVERSEE)
    values: dict[str, Any] = {"weeks": starts, "since": starts[0], "today": today, "kind": kind, "most": most, "all": everything}
    permission = "unit.view" if actor.permits("unit.view") else VIEW
    which = f"u.active_to is null and u.kind = %(kind)s and {condition(actor, permission, values, 'a.path', 'u.id')}"
    return _read(_COVERAGE.format(which=which, join="left", group="", faults="", never="and s.last is null" if never else ""), values)


def covered_by(actor: Actor, group: int, now: datetime, *, missed: bool = False, most: int = MOST) -> tuple[list[Covered], int]:
    """Units of every kind that a group visited or was to visit in the last weeks, what it missed first. missed: only those it missed.

    Not found outside one's own groups and those that one oversees.
    """
    group_in_reach(actor, group)
    today = now.astimezone(SHANGHAI).date()
    starts = [datetime.combine(d, time(), SHANGHAI) for d in week_starts(today)]
    values: dict[str, Any] = {"weeks": starts, "since": starts[0], "today": today, "most": most, "all": True, "group": group, "first": starts[0].date()}
    own = "and r.group_id = %(group)s and v.planned_on >= %(first)s"
    faults = "join supervision_visit w on w.id = f.visit_id join supervision_round q on q.id = w.round_id and q.group_id = %(group)s"
    sql = _COVERAGE.format(which="true", join="inner", group=own, faults=faults, never="and s.missed > 0" if missed else "")
    return _read(sql.replace("order by s.last", "order by s.missed desc, s.last"), values)


def _read(sql: str, values: dict[str, Any]) -> tuple[list[Covered], int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    found = [Covered(r[0], r[1], r[2], r[3], tuple(list(r[4]).count(n) for n in range(1, WEEKS + 1)), r[5], r[6]) for r in rows]
    return found, rows[0][7] if rows else 0


_LOAD = """
select g.id, g.name, c.display_name, count(*) filter (where v.state in ('planned', 'begun')), count(*) filter (where v.state = 'finished'),
       count(*) filter (where v.state in ('planned', 'begun') and v.planned_on < %(today)s), count(*) filter (where v.state = 'cancelled'),
       count(*) filter (where v.state = 'moved'), coalesce(sum(f.n), 0)::int
from supervision_visit v
join supervision_round r on r.id = v.round_id
join record_unit g on g.id = r.group_id
join record_area a on a.id = g.area_id
left join record_account c on c.id = coalesce(v.finished_by_id, v.begun_by_id, v.account_id)
left join lateral (select count(*) as n from supervision_visitfinding f where f.visit_id = v.id) f on true
where {within} and {reach}
group by grouping sets ((g.id, g.name), (g.id, g.name, c.id, c.display_name))
order by g.name, g.id, grouping(c.display_name) desc, c.display_name nulls last
"""


def load(actor: Actor, now: datetime, weeks: int = WEEKS) -> list[Load]:
    """Visits of each group and of each of its people in the last weeks. For those who plan or oversee."""
    today = now.astimezone(SHANGHAI).date()
    return _load(actor, "v.planned_on >= %(since)s", {"today": today, "since": week_starts(today, weeks)[0]})


def load_between(actor: Actor, first: date, last: date, today: date) -> list[Load]:
    """The same over the days from first to last: visits finished on one of them, and those planned for one that were not. today: by which one is late."""
    within = """(v.finished_at >= %(since)s and v.finished_at < %(until)s
        or v.finished_at is null and v.planned_on >= %(first)s and v.planned_on <= %(last)s)"""
    begin, end = (datetime.combine(d, time(), SHANGHAI) for d in (first, last + timedelta(days=1)))
    return _load(actor, within, {"today": today, "first": first, "last": last, "since": begin, "until": end})


def _load(actor: Actor, within: str, values: dict[str, Any]) -> list[Load]:
    permission = OVERSEE if actor.permits(OVERSEE) else PLAN
    sql = _LOAD.format(within=within, reach=condition(actor, permission, values, "a.path", "g.id"))
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    out, whole = [], 0
    for row in rows:
        first = row[0] != whole
        whole = row[0]
        out.append(Load(row[0], row[1], None if first else (row[2] or ""), *row[3:]))
    return out


_FIGURES = """
select s.kind, s.outcome, count(*), count(*) filter (where s.answered_at is null), count(*) filter (where s.appealed_at is not null),
       count(*) filter (where s.first_outcome <> '' and s.first_outcome <> s.outcome)
from supervision_lead s join record_unit u on u.id = s.handler_id join record_area a on a.id = u.area_id
where {reach} and (%(since)s::timestamptz is null or s.raised_at >= %(since)s and s.raised_at < %(until)s)
group by s.kind, s.outcome order by s.kind, s.outcome
"""


def lead_figures(actor: Actor, since: datetime | None = None, until: datetime | None = None) -> list[tuple[str, str, int, int, int, int]]:
    """(kind, outcome, leads, unanswered, reviews asked for, changed by the review): no unit and no person is named. Of all, or those raised in a period."""
    values: dict[str, Any] = {"since": since, "until": until}
    sql = _FIGURES.format(reach=condition(actor, "lead.figures", values, "a.path", "u.id"))
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


@dataclass(frozen=True, slots=True)
class Faults:
    """Findings of a severity that were raised in a period. late: open and past the deadline of their stage."""

    severity: str
    found: int
    closed: int
    late: int


_FAULTS = """
select coalesce(l.data->>'severity', ''), count(*)::int, count(*) filter (where l.end_reason = 'done')::int,
  count(*) filter (where l.closed_at is null and l.deadline < %(now)s)::int
from supervision_visitfinding f join record_loop l on l.id = f.loop_id join supervision_visit v on v.id = f.visit_id
join supervision_round r on r.id = v.round_id join record_unit g on g.id = r.group_id join record_area a on a.id = g.area_id
where f.at >= %(since)s and f.at < %(until)s and {reach} group by l.data->>'severity'
order by array_position(array['grave', 'serious', 'minor'], l.data->>'severity')
"""


def faults_between(actor: Actor, since: datetime, until: datetime, now: datetime) -> list[Faults]:
    """By severity, the gravest first. For those who plan or oversee."""
    values: dict[str, Any] = {"since": since, "until": until, "now": now}
    sql = _FAULTS.format(reach=condition(actor, OVERSEE if actor.permits(OVERSEE) else PLAN, values, "a.path", "g.id"))
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Faults(*row) for row in cursor.fetchall()]


_DUE = """
select u.name, l.title, l.deadline from supervision_visitfinding f join record_loop l on l.id = f.loop_id and l.closed_at is null
join supervision_visit v on v.id = f.visit_id join supervision_round r on r.id = v.round_id join record_unit g on g.id = r.group_id
join record_area a on a.id = g.area_id join record_unit u on u.id = f.unit_id
where l.deadline < %(until)s and {reach} order by l.deadline, l.id limit %(most)s
"""


def rectifications_due(actor: Actor, until: datetime, most: int = 200) -> list[tuple[str, str, datetime]]:
    """Unit, finding and deadline of what is open and due before a moment, the oldest first. For those who plan or oversee."""
    values: dict[str, Any] = {"until": until, "most": most}
    reach = condition(actor, OVERSEE if actor.permits(OVERSEE) else PLAN, values, "a.path", "g.id")
    with connection.cursor() as cursor:
        cursor.execute(_DUE.format(reach=reach), values)
        return cursor.fetchall()


_PUBLISHED = """
select p.loop_id from supervision_praise p join record_loop l on l.id = p.loop_id and l.end_reason = 'done'
join record_unit u on u.id = p.unit_id join record_area a on a.id = u.area_id
join record_unit v on v.id = l.verifier_unit_id join record_area b on b.id = v.area_id
where ({reach} or exists (select 1 from unnest(%(homes)s::text[]) as home where starts_with(home, b.path)))
  and (%(since)s::timestamptz is null or l.closed_at >= %(since)s and l.closed_at < %(until)s)
order by l.closed_at desc limit 200
"""


def published(actor: Actor, since: datetime | None = None, until: datetime | None = None) -> list[Praise]:
    """Praise that was published, as far as the reviewing unit reaches, the latest first. Of all time, or of a period."""
    values: dict[str, Any] = {"homes": [g.path for g in actor.grants_for("praise.view")], "since": since, "until": until}
    reach = condition(actor, "praise.view", values, "a.path", "u.id")
    with connection.cursor() as cursor:
        cursor.execute(_PUBLISHED.format(reach=reach), values)
        keys = [row[0] for row in cursor.fetchall()]
    return list(Praise.objects.filter(pk__in=keys).select_related("unit", "loop").order_by("-loop__closed_at"))
