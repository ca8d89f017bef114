"""The room's lists: enterprises by filter, staff of an enterprise, who is expected back. What is shown of a person is masked."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from tongchou.record.access import Actor
from tongchou.record.enterprises import VIEW
from tongchou.record.origins import origin_levels
from tongchou.record.people.identity import Identity, open_identity
from tongchou.record.questions.territory import by_pinyin, like
from tongchou.record.staffing import COUNTS
from tongchou.record.territory.reach import condition
from tongchou.rooms.enterprises.turned import GROUPS, TURN, since

PAGE = 100
EXPORT = 50_000


@dataclass(frozen=True, slots=True)
class Line:
    """One enterprise in the list. permit: state of its live permit, "" for none. staff: files; clear: of these those who may start."""

    unit: int
    name: str
    code: str | None
    street: str
    industry: str
    size: str
    self_employed: bool | None
    said: int | None
    lists: list[str]
    permit: str
    staff: int
    clear: int
    returned: int


_LINES = """
select u.id, u.name, u.code, coalesce(s.name, a.name), coalesce(e.industry, ''), coalesce(e.size, ''), e.self_employed, e.staff, coalesce(e.lists, '{{}}'),
       coalesce(p.state, ''), coalesce(f.n, 0), coalesce(f.clear, 0), coalesce(f.back, 0)
from record_unit u join record_area a on a.id = u.area_id left join record_enterprise e on e.unit_id = u.id
left join record_workpermit p on p.unit_id = u.id and p.state in ('in_force', 'review', 'suspended')
left join lateral (
  select t.id, t.name from record_area t where t.id = any(string_to_array(rtrim(a.path, '.'), '.')::bigint[]) and t.level = 'street'
  order by length(t.path) desc limit 1) s on true
left join lateral (
  select count(*) as n, count(*) filter (where outcome = 'start') as clear, count(*) filter (where returned_on <= %(on)s) as back
  from record_staff x where x.unit_id = u.id and x.to_date is null) f on true
where u.kind = 'enterprise' and u.active_to is null and {reach}
  and (%(street)s = 0 or a.path like '%%.' || %(street)s || '.%%') and (%(section)s = '' or e.industry like %(section)s || '%%')
  and (%(size)s = '' or coalesce(e.size, '') = case when %(size)s = 'unknown' then '' else %(size)s end) and (%(list)s = '' or %(list)s = any(e.lists))
  and (%(permit)s = '' or coalesce(p.state, '') = case when %(permit)s = 'none' then '' else %(permit)s end)
  and (%(text)s = '' or u.name ilike %(inside)s or u.code like %(start)s or {pinyin})
order by u.name_key, u.id limit %(limit)s offset %(after)s
"""


def lines(actor: Actor, on: date, *, text: str = "", street: int = 0, section: str = "", size: str = "", list_key: str = "", permit: str = "",
          limit: int = PAGE, after: int = 0) -> list[Line]:  # fmt: skip
    """Active enterprises within reach by name, pinyin, initials or code. size, permit: also "unknown" and "none"."""
    values: dict[str, Any] = like(text) | {
        "on": on, "text": text, "street": street, "section": section, "size": size, "list": list_key, "permit": permit, "limit": limit, "after": after,
    }  # fmt: skip
    sql = _LINES.format(reach=condition(actor, VIEW, values, unit="u.id"), pinyin=by_pinyin("u"))
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Line(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One staff file in a list, masked. level: risk of the origin, "" unknown. was, turned_at: of a result that became another since yesterday."""

    id: int
    person: uuid.UUID
    shown: Identity
    title: str
    origin: str
    origin_name: str
    level: str
    planned_return: date | None
    returned_on: date | None
    outcome: str
    rule: str
    until: date | None
    asks: tuple[str, ...]
    decided_on: date | None
    was: str | None
    turned_at: datetime | None


_STAFF = """
select s.id, s.person_id, p.sealed, s.title, s.origin, coalesce(a.name, ''), s.planned_return, s.returned_on, s.outcome, s.rule, s.until, s.asks, s.decided_on,
  case when turn.at >= %(since)s then was.outcome end, case when turn.at >= %(since)s then turn.at end
from record_staff s join record_person p on p.id = s.person_id left join record_area a on a.code = s.origin and a.valid_to is null
{turn}
where s.unit_id = %(unit)s and s.to_date is null and p.erased_at is null and (%(outcome)s = '' or s.outcome = %(outcome)s)
  and (%(origin)s = '' or s.origin = %(origin)s) and (not %(waiting)s or s.returned_on is null)
  and (%(turned)s = '' or (s.changed_at >= %(since)s and turn.at >= %(since)s and s.outcome = any(%(turned_into)s)))
order by array_position(array['clinic', 'undetermined', '', 'observe', 'postpone', 'start'], s.outcome), s.until, s.id
limit %(limit)s offset %(after)s
"""


def staff_lines(
    unit: int,
    on: date,
    *,
    outcome: str = "",
    origin: str = "",
    waiting: bool = False,
    turned: str = "",
    limit: int = PAGE,
    after: int = 0,
) -> list[StaffLine]:
    """Staff files of an enterprise, those to see to first. turned: only whose result became one of this group since yesterday.

    The caller has checked the reach and records the reading.
    """
    values: dict[str, Any] = {
        "unit": unit,
        "outcome": outcome,
        "origin": origin,
        "waiting": waiting,
        "turned": turned,
        "turned_into": list(GROUPS.get(turned, ())),
        "since": since(on),
        "limit": limit,
        "after": after,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STAFF.format(turn=TURN), values)
        rows = cursor.fetchall()
    levels = origin_levels({r[4] for r in rows}, on)
    return [
        StaffLine(
            r[0],
            r[1],
            open_identity(r[2], r[1]).masked(),
            r[3],
            r[4],
            r[5] or r[4],
            levels.get(r[4], ""),
            *r[6:11],
            tuple(r[11].split()),
            *r[12:],
        )  # type: ignore[call-arg]
        for r in rows
    ]


@dataclass(frozen=True, slots=True)
class Step:
    """One result in the history of a file."""

    at: datetime
    as_of: date
    outcome: str
    rule: str
    until: date | None
    asks: tuple[str, ...]
    edition: str


def history(staff: int) -> list[Step]:
    """What was decided about a file, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select at, as_of, outcome, rule, until, asks, pack || '/' || edition from record_staffoutcome where staff_id = %s order by id desc limit 100",
            [staff],
        )
        return [Step(*r[:5], tuple(r[5].split()), r[6]) for r in cursor.fetchall()]  # type: ignore[call-arg]


@dataclass(frozen=True, slots=True)
class Expected:
    """Staff who are planned to return on a day: how many, by the risk of where they come from, and how many may start."""

    day: date
    total: int
    low: int
    medium: int
    high: int
    unknown: int
    clear: int


@dataclass(frozen=True, slots=True)
class Silent:
    """An enterprise that says it has staff and has given few files or none."""

    unit: int
    name: str
    street: str
    said: int
    files: int


_EXPECTED = """
select s.planned_return, s.origin, s.outcome, count(*) from record_staff s join record_unit u on u.id = s.unit_id join record_area a on a.id = u.area_id
where s.to_date is null and s.returned_on is null and s.planned_return between %(first)s and %(last)s and {reach} group by 1, 2, 3
"""
_SUMS = """
select s.outcome, count(*), count(*) filter (where s.returned_on <= %(on)s) from record_staff s
join record_unit u on u.id = s.unit_id join record_area a on a.id = u.area_id where s.to_date is null and {reach} group by 1
"""
_SILENT = """
select u.id, u.name, coalesce(s.name, a.name), e.staff, coalesce(f.n, 0)
from record_enterprise e join record_unit u on u.id = e.unit_id and u.active_to is null join record_area a on a.id = u.area_id
left join lateral (select count(*) as n from record_staff x where x.unit_id = u.id and x.to_date is null) f on true
left join lateral (
  select t.name from record_area t where t.id = any(string_to_array(rtrim(a.path, '.'), '.')::bigint[]) and t.level = 'street'
  order by length(t.path) desc limit 1) s on true
where e.staff > 0 and coalesce(f.n, 0) < e.staff and {reach} order by e.staff - coalesce(f.n, 0) desc, u.id limit %(limit)s
"""


def expected(actor: Actor, first: date, days: int = 14) -> list[Expected]:
    """Who is expected back in the next days within reach, one line for each day, days without anybody included."""
    values: dict[str, Any] = {"first": first, "last": first + timedelta(days=days - 1)}
    reach = condition(actor, COUNTS, values, unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(_EXPECTED.format(reach=reach), values)
        rows = cursor.fetchall()
    levels = origin_levels({r[1] for r in rows}, first)
    sums: dict[date, dict[str, int]] = {
        first + timedelta(days=n): dict.fromkeys(("low", "medium", "high", "", "clear"), 0) for n in range(days)
    }
    for day, origin, outcome, n in rows:
        sums[day][levels.get(origin, "")] += n
        sums[day]["clear"] += n if outcome == "start" else 0
    return [
        Expected(d, s["low"] + s["medium"] + s["high"] + s[""], s["low"], s["medium"], s["high"], s[""], s["clear"])
        for d, s in sums.items()
    ]


def sums(actor: Actor, on: date) -> dict[str, tuple[int, int]]:
    """Outcome -> (files, of these at work) of all staff within reach."""
    values: dict[str, Any] = {"on": on}
    reach = condition(actor, COUNTS, values, unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(_SUMS.format(reach=reach), values)
        return {outcome: (n, back) for outcome, n, back in cursor.fetchall()}


def silent(actor: Actor, limit: int = 200) -> list[Silent]:
    """Enterprises with fewer staff files than the staff that they say they have, the largest gap first."""
    values: dict[str, Any] = {"limit": limit}
    reach = condition(actor, COUNTS, values, unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(_SILENT.format(reach=reach), values)
        return [Silent(*row) for row in cursor.fetchall()]
