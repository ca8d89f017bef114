"""The policies as read: figures by policy and street, who is entitled and has not asked, why others are not, applications."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from tongchou.record.access import Actor
from tongchou.record.questions.worklist import scope_condition
from tongchou.record.territory.reach import area_above
from tongchou.rooms.policies.reach import TELL, VIEW, seen

LIVE = "p.state not in ('refused', 'withdrawn')"
_REFUSED_SINCE = "p.state = 'refused' and (p.decided_at at time zone 'Asia/Shanghai')::date >= m.since"
"""It asked and was refused, and nothing that the policy goes by has changed since: it is not among those that have not asked."""
ASKED = f"exists (select from policies_application p where p.unit_id = m.unit_id and p.policy = m.policy and ({LIVE} or {_REFUSED_SINCE}))"
_STREET = area_above("street")


@dataclass(frozen=True, slots=True)
class Figure:
    """One policy, or one street. entitled: enterprises that qualify or have applied. unasked: qualify and have not asked; told: of those. Sums in yuan.

    days: mean of whole days from application to the day of payment, None while nothing was paid.
    """

    key: str
    name: str
    entitled: int
    told: int
    unasked: int
    applied: int
    approved: int
    refused: int
    paid: int
    arrived: int
    amount: Decimal
    amount_paid: Decimal
    amount_arrived: Decimal
    days: float | None


_FIGURES = """
with areas as (
  select a.id, a.path, s.id as street, s.name from record_area a {street}
), rows as (
  select unit_id, policy, bool_or(unasked) as unasked from (
    select m.unit_id, m.policy, not {asked} and u.active_to is null as unasked
    from policies_match m join record_unit u on u.id = m.unit_id where m.outcome = 'eligible'
    union all select p.unit_id, p.policy, false from policies_application p) x group by 1, 2
), held as (
  select r.unit_id, r.policy, b.street, b.name, bool_or(c.id is not null) as told, bool_or(r.unasked) as unasked, bool_or({live}) as applied,
    bool_or(p.state in ('approved', 'paid', 'received')) as approved, bool_or(p.state = 'refused') as refused,
    bool_or(p.state in ('paid', 'received')) as paid, bool_or(p.state = 'received') as arrived,
    coalesce(sum(p.approved), 0) as amount, coalesce(sum(p.paid), 0) as amount_paid, coalesce(sum(p.paid) filter (where p.state = 'received'), 0) as amount_arrived,
    avg(p.paid_on - (p.applied_at at time zone 'Asia/Shanghai')::date) as days
  from rows r join record_unit u on u.id = r.unit_id join areas b on b.id = u.area_id
  left join policies_contact c on c.unit_id = r.unit_id and c.policy = r.policy
  left join policies_application p on p.unit_id = r.unit_id and p.policy = r.policy
  where {seen} {more}
  group by 1, 2, 3, 4
)
select {key}, {name}, count(*)::int, (count(*) filter (where told and unasked))::int, (count(*) filter (where unasked))::int, (count(*) filter (where applied))::int,
  (count(*) filter (where approved))::int,
  (count(*) filter (where refused and applied is not true))::int, (count(*) filter (where paid))::int, (count(*) filter (where arrived))::int,
  sum(amount), sum(amount_paid), sum(amount_arrived), round(avg(days), 1)::float
from held group by 1, 2 order by 3 desc, 1
"""


def figures(actor: Actor, *, by: str = "policy", policy: str = "", street: int | None = None) -> list[Figure]:
    """What became of each policy (by="policy") or in each street (by="street"), within reach."""
    values: dict[str, Any] = {"policy": policy, "street": street}
    condition = seen(actor, VIEW, values, "r.policy", path="b.path")
    more = ("and r.policy = %(policy)s " if policy else "") + ("and b.street = %(street)s" if street else "")
    key, name = ("policy", "policy") if by == "policy" else ("coalesce(street::text, '')", "coalesce(name, '')")
    sql = _FIGURES.format(street=_STREET, live=LIVE, asked=ASKED, seen=condition, more=more, key=key, name=name)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Figure(*row) for row in cursor.fetchall()]


def outcomes(actor: Actor, policy: str = "") -> dict[str, dict[str, int]]:
    """How many enterprises in reach have which outcome: policy -> outcome -> count."""
    values: dict[str, Any] = {"policy": policy}
    condition = seen(actor, VIEW, values, "m.policy")
    more = "and m.policy = %(policy)s" if policy else ""
    sql = f"""select m.policy, m.outcome, count(*)::int from policies_match m join record_unit u on u.id = m.unit_id and u.active_to is null
              join record_area a on a.id = u.area_id where {condition} {more} group by 1, 2"""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        out: dict[str, dict[str, int]] = {}
        for key, outcome, n in cursor.fetchall():
            out.setdefault(key, {})[outcome] = n
        return out


def failing(actor: Actor, policy: str) -> dict[str, int]:
    """How many enterprises in reach fail each criterion; one that fails two counts under both."""
    return _by_reason(actor, policy, "not_eligible", "failed")


def lacking(actor: Actor, policy: str) -> dict[str, int]:
    """How many enterprises in reach cannot be decided for want of each fact."""
    return _by_reason(actor, policy, "undetermined", "needs")


def _by_reason(actor: Actor, policy: str, outcome: str, column: str) -> dict[str, int]:
    """Enterprises of an outcome by what stands in a column of lists."""
    values: dict[str, Any] = {"policy": policy, "outcome": outcome}
    condition = seen(actor, VIEW, values, "m.policy")
    sql = f"""select f, count(*)::int from policies_match m join record_unit u on u.id = m.unit_id and u.active_to is null
              join record_area a on a.id = u.area_id cross join lateral unnest(m.{column}) f
              where m.policy = %(policy)s and m.outcome = %(outcome)s and {condition} group by 1 order by 2 desc"""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return dict(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Unasked:
    """An enterprise that is entitled and has not applied. answer: what it said last, "" nothing yet."""

    unit: int
    name: str
    street: str
    policy: str
    estimate: Decimal | None
    since: date
    told_at: datetime | None
    answer: str
    reason: str
    times: int


_UNASKED = """
select u.id, u.name, coalesce(s.name, ''), m.policy, m.estimate, m.since, c.told_at, coalesce(c.answer, ''), coalesce(c.reason, ''), coalesce(c.times, 0)
from policies_match m join record_unit u on u.id = m.unit_id and u.active_to is null join record_area a on a.id = u.area_id {street}
left join policies_contact c on c.unit_id = m.unit_id and c.policy = m.policy
where m.outcome = 'eligible' and {seen} {more} and not {asked}
order by m.estimate desc nulls last, u.name_key, u.id, m.policy limit %(limit)s
"""


def unasked(
    actor: Actor,
    *,
    policy: str = "",
    street: int | None = None,
    told: str = "",
    least: Decimal | None = None,
    units: list[int] | None = None,
    limit: int = 200,
) -> list[Unasked]:
    """Who is entitled and has not asked, the largest sums first. told: "no", "yes" or an answer. least: of the estimate in yuan."""
    values: dict[str, Any] = {
        "policy": policy,
        "street": street,
        "least": least,
        "answer": told,
        "limit": limit,
        "units": units,
    }
    condition = seen(actor, TELL if actor.permits(TELL) else VIEW, values, "m.policy")
    states = {"no": "c.id is null", "yes": "c.id is not null and c.answer = ''"}
    wanted = (
        ("m.policy = %(policy)s", policy),
        ("s.id = %(street)s", street),
        ("m.estimate >= %(least)s", least is not None),
        ("u.id = any(%(units)s::bigint[])", units is not None),
        (states.get(told, "c.answer = %(answer)s"), told),
    )
    more = " ".join(f"and {c}" for c, given in wanted if given)
    with connection.cursor() as cursor:
        cursor.execute(_UNASKED.format(street=_STREET, seen=condition, more=more, asked=ASKED), values)
        return [Unasked(*row) for row in cursor.fetchall()]


def unasked_count(actor: Actor, units: list[int]) -> dict[int, tuple[int, Decimal]]:
    """For each of these enterprises within reach: how many policies it has not asked for, and what they would bring as far as known."""
    values: dict[str, Any] = {"units": units}
    condition = seen(actor, VIEW, values, "m.policy")
    sql = f"""select u.id, count(*)::int, coalesce(sum(m.estimate), 0) from policies_match m join record_unit u on u.id = m.unit_id
              join record_area a on a.id = u.area_id where m.outcome = 'eligible' and u.id = any(%(units)s::bigint[]) and {condition}
              and not {ASKED} group by 1"""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return {row[0]: (row[1], row[2]) for row in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class Applied:
    """One application in a list. late: its stage is past its time."""

    loop: uuid.UUID
    unit: int
    name: str
    street: str
    policy: str
    state: str
    owner: str
    applied_at: datetime
    deadline: datetime | None
    worked_out: Decimal | None
    approved: Decimal | None
    paid: Decimal | None
    arrived_on: date | None
    late: bool


_APPLIED = """
select p.loop_id, u.id, u.name, coalesce(s.name, ''), p.policy, p.state, o.name, p.applied_at, l.deadline, p.worked_out, p.approved, p.paid, p.arrived_on,
  l.closed_at is null and l.deadline < %(now)s
from policies_application p join record_loop l on l.id = p.loop_id join record_unit u on u.id = p.unit_id join record_area a on a.id = u.area_id
join record_unit o on o.id = l.owner_unit_id {street}
where {scope} {more} order by l.closed_at is not null, l.deadline, p.applied_at desc limit %(limit)s
"""


def applications(
    actor: Actor,
    now: datetime,
    *,
    policy: str = "",
    state: str = "",
    street: int | None = None,
    unit: int | None = None,
    late: bool = False,
    limit: int = 200,
) -> list[Applied]:
    """Applications whose loop the actor sees: what is due first, first."""
    actor.require(VIEW)
    values: dict[str, Any] = {
        "now": now,
        "policy": policy,
        "state": state,
        "unit": unit,
        "street": street,
        "limit": limit,
    }
    scope = scope_condition(actor, "loop.view", values)
    wanted = (
        ("p.policy = %(policy)s", policy),
        ("p.state = %(state)s", state),
        ("p.unit_id = %(unit)s", unit),
        ("s.id = %(street)s", street),
        ("l.closed_at is null and l.deadline < %(now)s", late),
    )
    more = " ".join(f"and {c}" for c, given in wanted if given)
    with connection.cursor() as cursor:
        cursor.execute(_APPLIED.format(street=_STREET, scope=scope, more=more), values)
        return [Applied(*row) for row in cursor.fetchall()]
