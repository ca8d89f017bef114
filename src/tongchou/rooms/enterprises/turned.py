"""Whose result became another lately: who may now return, who must now wait, be isolated or see a doctor, of whom something has to be asked first.

A file that was decided for the first time has not turned: nobody was told otherwise before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.staffing import COUNTS
from tongchou.record.territory.reach import area_above, condition

GROUPS: dict[str, tuple[str, ...]] = {"may": ("start",), "must": ("observe", "postpone", "clinic"), "ask": ("undetermined", "no_rule")}
"""What the present result means for the person -> results."""
NAMES: dict[str, Text] = {
    "may": Text("昨天以来可以返岗", "May return, since yesterday"),
    "must": Text("昨天以来须等待、隔离或就医", "Must wait, be isolated or see a doctor, since yesterday"),
    "ask": Text("昨天以来须重新核实", "To be asked again, since yesterday"),
}
TURN = """
left join lateral (select o.id, o.outcome from record_staffoutcome o
  where s.changed_at >= %(since)s and o.staff_id = s.id and o.outcome <> s.outcome order by o.id desc limit 1) was on true
left join lateral (select min(o.at) as at from record_staffoutcome o where o.staff_id = s.id and o.id > was.id) turn on was.id is not null
"""
"""For a staff file s: was.outcome, the last result that was another; turn.at, since when the present one holds. Null where it has not turned."""
_COUNTS = f"""
select s.unit_id, s.outcome, count(*)::int from record_staff s {TURN}
where s.unit_id = any(%(units)s) and s.to_date is null and s.changed_at >= %(since)s and turn.at >= %(since)s group by 1, 2
"""
_BY_UNIT = f"""(
  select s.unit_id, count(*) filter (where s.outcome = any(%(may)s))::int as may, count(*) filter (where s.outcome = any(%(must)s))::int as must,
    count(*) filter (where s.outcome <> all(%(told)s))::int as ask
  from record_staff s join record_unit u on u.id = s.unit_id join record_area a on a.id = u.area_id {TURN}
  where s.to_date is null and s.changed_at >= %(since)s and turn.at >= %(since)s and {{reach}} group by 1) x
join record_unit u on u.id = x.unit_id join record_area a on a.id = u.area_id"""
_REACH = f"""
select u.id, u.name, coalesce(t.name, a.name), x.may, x.must, x.ask from {_BY_UNIT} {area_above("street", found="t")}
order by x.must desc, x.ask desc, x.may desc, u.name_key, u.id
"""
_AREAS = f"select a.path, {', '.join(f'count(*) filter (where x.{g} > 0)::int, sum(x.{g})::int' for g in GROUPS)} from {_BY_UNIT} group by 1"
_OWN = f"""
select s.id, u.name, s.outcome, was.outcome, turn.at from record_staff s join record_unit u on u.id = s.unit_id {TURN}
where s.person_id = %(person)s and s.to_date is null and turn.at >= %(since)s order by turn.at desc
"""


def since(today: date) -> datetime:
    """From when on a result is news: the beginning of yesterday."""
    return datetime.combine(today - timedelta(days=1), time.min, SHANGHAI)


def group_of(outcome: str) -> str:
    return next((g for g, outcomes in GROUPS.items() if outcome in outcomes), "ask")


def turned_counts(units: Iterable[int], today: date) -> dict[int, dict[str, int]]:
    """Unit -> group -> how many of its staff have turned into it since yesterday; units without any are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"units": list(units), "since": since(today)})
        rows = cursor.fetchall()
    out: dict[int, dict[str, int]] = {}
    for unit, outcome, n in rows:
        sums = out.setdefault(unit, dict.fromkeys(GROUPS, 0))
        sums[group_of(outcome)] += n
    return out


@dataclass(frozen=True, slots=True)
class TurnedUnit:
    """One enterprise with how many of its staff have turned since yesterday, by what the result means for them."""

    unit: int
    name: str
    street: str
    may: int
    must: int
    ask: int


def turned_within(actor: Actor, today: date) -> list[TurnedUnit]:
    """Enterprises within reach whose staff have turned since yesterday: those with most who must not come first."""
    values = _values(today)
    reach = condition(actor, COUNTS, values, unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(_REACH.format(reach=reach), values)
        return [TurnedUnit(*row) for row in cursor.fetchall()]


def turned_by_area(today: date) -> dict[str, tuple[int, ...]]:
    """Path of each area in which enterprises lie whose staff have turned -> of each group in turn, how many enterprises and how many of their staff."""
    with connection.cursor() as cursor:
        cursor.execute(_AREAS.format(reach="true"), _values(today))
        return {row[0]: row[1:] for row in cursor.fetchall()}


def _values(today: date) -> dict[str, Any]:
    return {"since": since(today), "may": list(GROUPS["may"]), "must": list(GROUPS["must"]), "told": [*GROUPS["may"], *GROUPS["must"]]}


@dataclass(frozen=True, slots=True)
class OwnTurn:
    """A worker's own file whose result became another. was, now: results; at: since when."""

    staff: int
    unit: str
    now: str
    was: str
    at: datetime


def own_turns(person: UUID, today: date, *, days: int = 1) -> list[OwnTurn]:
    """One person's own files that have turned within some days, the latest first."""
    values: dict[str, Any] = {"person": person, "since": since(today) - timedelta(days=days - 1)}
    with connection.cursor() as cursor:
        cursor.execute(_OWN, values)
        return [OwnTurn(*row) for row in cursor.fetchall()]
