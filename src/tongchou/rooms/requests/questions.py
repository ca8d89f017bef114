"""What is asked, answered and known: requests with their rounds, one round as a sheet, the catalogue, the burden. What units owe: `owing`."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.questions.regular_reports import regular_reports
from tongchou.record.territory.reach import condition
from tongchou.rooms.requests.catalogue import COMPUTED, computed_values
from tongchou.rooms.requests.models import DataRequest, Field
from tongchou.rooms.requests.reach import is_asker, request_in_reach

MOST = 20_000


@dataclass(frozen=True, slots=True)
class Progress:
    """One round: how many units were asked, answered, are late, were excused, and of how many all was known."""

    round: int
    period: date
    due_at: datetime
    units: int
    asked: int
    answered: int
    late: int
    excused: int
    known: int


_PROGRESS = """
select r.id, r.period, r.due_at, count(a.id), count(a.id) filter (where a.state <> 'known'), count(a.id) filter (where a.state = 'given'),
       count(a.id) filter (where a.state = 'waiting' and l.closed_at is null and r.due_at < %(now)s),
       count(a.id) filter (where a.state = 'waiting' and l.closed_at is not null), count(a.id) filter (where a.state = 'known')
from requests_round r left join requests_answer a on a.round_id = r.id left join record_loop l on l.id = a.loop_id
where r.request_id = any(%(requests)s) group by r.id order by r.period desc, r.id desc limit %(limit)s
"""


def rounds_of(requests: list[uuid.UUID], now: datetime, limit: int = 60) -> list[Progress]:
    """Rounds of requests that the actor was found to see, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(_PROGRESS, {"requests": requests, "now": now, "limit": limit})
        return [Progress(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Line:
    """A unit's line of a round. values: field -> value; a field that it says it does not know is in unknown, one not answered in neither."""

    answer: int
    unit: int
    name: str
    kind: str
    state: str
    nil: bool
    loop: uuid.UUID | None
    loop_open: bool
    late: bool
    at: datetime | None
    by: str
    values: dict[int, Any] = field(default_factory=dict)
    unknown: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Sheet:
    request: DataRequest
    round: int
    period: date
    due_at: datetime
    fields: list[Field]
    lines: list[Line]
    whole: bool


_LINES = """
select a.id, u.id, u.name, u.kind, a.state, a.nil, a.loop_id, l.id is not null and l.closed_at is null, r.due_at < %(now)s, a.at, coalesce(c.display_name, ''),
       a.facts, r.period, r.due_at
from requests_round r join requests_answer a on a.round_id = r.id join record_unit u on u.id = a.unit_id join record_area x on x.id = u.area_id
left join record_loop l on l.id = a.loop_id left join record_account c on c.id = a.account_id
where r.id = %(round)s and r.request_id = %(request)s and {reach}
order by x.path, u.kind, u.name_key, u.id limit %(most)s
"""


def round_sheet(actor: Actor, request: uuid.UUID, round: int, now: datetime) -> Sheet | None:
    """One round, unit by unit. Who asked sees all of it, a unit that is asked sees its own line and those of its area. None: no such round."""
    row = request_in_reach(actor, request)
    whole = is_asker(actor, row)
    values: dict[str, Any] = {"round": round, "request": request, "now": now, "most": MOST}
    reach = "true" if whole else condition(actor, "request.view", values, path="x.path", unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(_LINES.format(reach=reach), values)
        rows = cursor.fetchall()
        if not rows:
            return None
        cursor.execute(
            "select id, field_id, known, value from requests_unitfact where id = any(%s)",
            [[f for r in rows for f in r[11]]],
        )
        facts = {fact: (where, known, loaded(value)) for fact, where, known, value in cursor.fetchall()}
    lines = []
    for r in rows:
        got = [facts[f] for f in r[11] if f in facts]
        found = {where: value for where, known, value in got if known}
        lines.append(Line(*r[:11], found, frozenset(where for where, known, _ in got if not known)))  # type: ignore[call-arg]
    fields = [w.field for w in row.wanted.select_related("field").order_by("place")]
    return Sheet(row, round, rows[0][12], rows[0][13], fields, lines, whole)


def loaded(value: Any) -> Any:
    """A value as the driver gave it, read."""
    return json.loads(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the catalogue. key: field:12 or computed:residents; units: how many have an answer that still counts; None: all, worked out."""

    key: str
    title: Text
    measure: str
    kind: str
    units: int | None
    last: date | None
    asked_by: str
    fresh_days: int | None


_FIELDS = """
select c.id, c.title, c.title_en, c.measure, c.kind, c.fresh_days, coalesce(o.name, ''),
       count(distinct f.unit_id) filter (where f.known and f."on" > %(on)s::date - c.fresh_days), max(f."on") filter (where f.known)
from requests_field c left join record_unit o on o.id = c.added_by_id
left join (requests_unitfact f join record_unit u on u.id = f.unit_id join record_area x on x.id = u.area_id and {reach}) on f.field_id = c.id
group by c.id, o.name order by c.title
"""


def catalogue(actor: Actor, on: date) -> list[Entry]:
    """Everything that is known about units: what the record gives, then what was answered, counted within the actor's reach."""
    values: dict[str, Any] = {"on": on}
    reach = condition(actor, "data.view", values, path="x.path", unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(_FIELDS.format(reach=reach), values)
        rows = cursor.fetchall()
    out = [Entry(f"computed:{c.key}", c.title, c.measure, "computed", None, None, "", None) for c in COMPUTED.values()]
    return out + [
        Entry(f"field:{k}", Text(t, e or t), m, kind, n, last, by, days) for k, t, e, m, kind, days, by, n, last in rows
    ]


@dataclass(frozen=True, slots=True)
class Known:
    """What is on record about one unit. value None with known: it said that it does not know."""

    unit: int
    name: str
    kind: str
    area: str
    value: Any
    said_unknown: bool
    on: date | None
    fresh: bool


_UNITS = """
select u.id, u.name, u.kind, x.name from record_unit u join record_area x on x.id = u.area_id
where u.active_to is null and {reach} and {kinds} order by x.path, u.kind, u.name_key, u.id limit %(most)s
"""
_FACTS = """
select distinct on (f.unit_id) u.id, u.name, u.kind, x.name, f.value, not f.known, f."on", f."on" > %(on)s::date - c.fresh_days
from requests_unitfact f join requests_field c on c.id = f.field_id join record_unit u on u.id = f.unit_id join record_area x on x.id = u.area_id
where f.field_id = %(field)s and {reach} order by f.unit_id, f.at desc, f.id desc limit %(most)s
"""


def values_of(actor: Actor, key: str, on: date) -> list[Known]:
    """Unit by unit what the catalogue knows of one entry, within the actor's reach."""
    values: dict[str, Any] = {"on": on, "most": MOST}
    reach = condition(actor, "data.view", values, path="x.path", unit="u.id")
    what, _, name = key.partition(":")
    if what == "field" and name.isdigit():
        with connection.cursor() as cursor:
            cursor.execute(_FACTS.format(reach=reach), values | {"field": int(name)})
            rows = [Known(*r[:4], loaded(r[4]), *r[5:]) for r in cursor.fetchall()]  # type: ignore[call-arg]
        return sorted(rows, key=lambda r: r.name)
    about = COMPUTED[name].about
    kinds = "u.kind = any(%(about)s)" if about else "u.kind not in ('administration', 'volunteer_team')"
    with connection.cursor() as cursor:
        cursor.execute(_UNITS.format(reach=reach, kinds=kinds), values | {"about": list(about)})
        units = cursor.fetchall()
    found = computed_values(name, [u[0] for u in units], on)
    return [Known(*u, found.get(u[0]), False, on, True) for u in units]  # type: ignore[call-arg]


@dataclass(frozen=True, slots=True)
class Burden:
    """What reports cost somebody in a period. minutes: by the fields' estimates; took: what pages measured, of how many answers; saved: reuse.

    units: how many bear it. name: of a unit, or what the regular report is called.
    """

    key: int
    name: str | Text
    asks: int
    fields: int
    minutes: int
    saved: int
    waiting: int
    took_seconds: int
    measured: int
    units: int


_BURDEN = """
with cost as (
  select a.unit_id as unit, o.id as asker, o.name as asker_name, (r.opened_at at time zone 'Asia/Shanghai')::date as day, (a.state <> 'known')::int as asks,
         coalesce(cardinality(a.asked), 0) as fields, a.minutes, a.saved_minutes as saved, (a.state = 'waiting' and l.closed_at is null)::int as waiting,
         a.took_seconds
  from requests_round r join requests_answer a on a.round_id = r.id join requests_datarequest q on q.id = r.request_id
  join record_unit o on o.id = q.asker_id left join record_loop l on l.id = a.loop_id
  where r.opened_at >= %(since)s and r.opened_at < %(until)s {regular}
)
select {key}, {name}, coalesce(sum(c.asks), 0)::int, coalesce(sum(c.fields), 0)::int, coalesce(sum(c.minutes), 0)::int, coalesce(sum(c.saved), 0)::int,
       coalesce(sum(c.waiting), 0)::int, coalesce(sum(c.took_seconds), 0)::int, count(c.took_seconds), count(distinct c.unit)
from cost c join record_unit u on u.id = c.unit join record_area x on x.id = u.area_id
where {reach} group by 1, 2 order by 5 desc, 3 desc, 1 limit %(limit)s
"""
_REGULAR = " union all select t.unit, {n}::bigint, '', t.day, 1, t.fields, t.minutes, 0, 0, null::int from ({sql}) t(unit, day, fields, minutes)"
_BY = {
    "unit": ("u.id", "u.name"),
    "asker": ("c.asker", "c.asker_name"),
    "day": ("c.day - date '2000-01-01'", "''"),
    "all": ("0", "''"),
}


def burden(actor: Actor, by: str, since: datetime, until: datetime, *, most: int = 500) -> list[Burden]:
    """The burden by unit that answers, by who asks (regular reports stand for themselves, with keys below 0), by day (days after 2000-01-01)
    or altogether, the heaviest first; within the actor's reach. Regular reports of rooms are counted like requests."""
    first, last = (d.astimezone(SHANGHAI).date() for d in (since, until))
    values: dict[str, Any] = {"since": since, "until": until, "first": first, "last": last, "limit": most}
    reach = condition(actor, "burden.view", values, path="x.path", unit="u.id")
    reports = regular_reports()
    regular = "".join(_REGULAR.format(n=-n, sql=r.sql()) for n, r in enumerate(reports, 1))
    key, name = _BY[by]
    with connection.cursor() as cursor:
        cursor.execute(_BURDEN.format(key=key, name=name, reach=reach, regular=regular), values)
        rows = cursor.fetchall()
    return [Burden(r[0], reports[-r[0] - 1].title if by == "asker" and r[0] < 0 else r[1], *r[2:]) for r in rows]


def repeats_refused(since: datetime, until: datetime | None = None) -> int:
    """How many requests were refused because they repeat what is on record."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from record_storedrefusal where verb = 'request.declare' and reason = 'duplicate' "
            "and at >= %s and at < coalesce(%s, 'infinity'::timestamptz)",
            [since, until],
        )
        return int(cursor.fetchone()[0])
