"""Applications as read: the list in one's reach, the figures by street, one enterprise's place."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from tongchou.kernel.clock import SHANGHAI
from tongchou.record.access import Actor
from tongchou.record.questions.permits import Permit
from tongchou.record.questions.working import works_sql, works_values
from tongchou.record.territory.reach import area_above, condition
from tongchou.rooms.resumption.clock import workdays_between
from tongchou.rooms.resumption.freedom import free_areas
from tongchou.rooms.resumption.reach import APPLY, VIEW


@dataclass(frozen=True, slots=True)
class Line:
    """stands: draft, the loop's stage, or how it ended. asked: how often papers were asked for."""

    id: uuid.UUID
    unit: int
    name: str
    street: str
    way: str
    how: str
    stands: str
    submitted_at: datetime | None
    ended_at: datetime | None
    deadline: datetime | None
    items_of: int
    items_ok: int
    items_bad: int
    asked: int
    reason: str
    hold: str

    @property
    def days(self) -> int | None:
        """Working days from submission to the end; None while it is open or where nothing had to be decided."""
        if self.submitted_at is None or self.ended_at is None or self.how != "approval":
            return None
        return workdays_between(
            self.submitted_at.astimezone(SHANGHAI).date(), self.ended_at.astimezone(SHANGHAI).date()
        )


_LINES = """
select a.id, a.unit_id, u.name, coalesce((select s.name from record_area s where s.level = 'street' and s.valid_to is null
    and starts_with(ar.path, s.path) limit 1), ''), coalesce(a.basis->>'used', ''), a.how,
  case when a.ended <> '' then a.ended when a.submitted_at is null then 'draft' else l.stage end,
  a.submitted_at, a.ended_at, l.deadline, a.items_of, a.items_ok, a.items_bad,
  (select count(*)::int from resumption_supplement p where p.application_id = a.id), a.reason, a.hold
from resumption_application a join record_unit u on u.id = a.unit_id join record_area ar on ar.id = u.area_id
left join record_loop l on l.id = a.loop_id
where ({reach} or exists (select from record_counit c where c.loop_id = a.loop_id and c.unit_id = any(%(mine)s)))
  and (a.submitted_at is not null or %(drafts)s) {more}
order by a.ended_at is not null, l.deadline nulls last, a.started_at desc limit %(limit)s
"""


def lines(actor: Actor, *, stands: str = "", unit: int | None = None, limit: int = 500) -> list[Line]:
    """Applications in reach, those that wait first, by their deadline. Drafts are seen by their own enterprise and who fills in for it."""
    values: dict[str, Any] = {
        "limit": limit,
        "stands": stands,
        "unit": unit,
        "mine": list(actor.unit_ids(VIEW)),
        "drafts": actor.permits(APPLY),
    }
    reach = condition(actor, VIEW, values, path="ar.path", unit="a.unit_id")
    more = "and a.unit_id = %(unit)s" if unit is not None else ""
    if stands:
        more += " and case when a.ended <> '' then a.ended when a.submitted_at is null then 'draft' else l.stage end = %(stands)s"
    with connection.cursor() as cursor:
        cursor.execute(_LINES.format(reach=reach, more=more), values)
        return [Line(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class StreetLine:
    """How a street's applications and permits stand. late: open past the deadline; in_time: decided on or before it, of all decided.

    reviews: permits under review, which are among `permits`; reviews_late: those whose clock has run out; stopped: enterprises ordered to stop.
    """

    street: int
    name: str
    drafts: int
    checking: int
    supplement: int
    deciding: int
    permits: int
    refused: int
    late: int
    decided: int
    in_time: int
    asked: int
    suspended: int
    reviews: int
    reviews_late: int
    stopped: int

    @property
    def share(self) -> float | None:
        return round(100 * self.in_time / self.decided, 1) if self.decided else None


_STREETS = """
with streets as (select a.id, a.name, a.path from record_area a where a.level = 'street' and a.valid_to is null and {reach}),
apps as (
  select s.id as street, p.ended, p.submitted_at, p.ended_at, p.how, l.stage, l.deadline, l.due_at,
    (select count(*) from resumption_supplement q where q.application_id = p.id) as asked
  from streets s join record_area b on starts_with(b.path, s.path) join record_unit u on u.area_id = b.id
  join resumption_application p on p.unit_id = u.id left join record_loop l on l.id = p.loop_id
), permits as (
  select s.id as street, count(*) filter (where w.state in ('in_force', 'review'))::int as n, count(*) filter (where w.state = 'suspended')::int as off,
    count(*) filter (where w.state = 'review')::int as reviews,
    count(*) filter (where w.state = 'review' and exists (select from record_loop l where l.kind = 'permit_review' and l.origin = 'permit_review'
      and l.origin_ref = w.id::text and l.closed_at is null and l.deadline < %(now)s))::int as overdue
  from streets s join record_area b on starts_with(b.path, s.path) join record_unit u on u.area_id = b.id
  join record_workpermit w on w.unit_id = u.id group by s.id
), orders as (
  select s.id as street, count(*)::int as n from streets s join record_area b on starts_with(b.path, s.path) join record_unit u on u.area_id = b.id
  join record_workorder o on o.unit_id = u.id where o.kind = 'stop' and o.lifted_at is null group by s.id
)
select s.id, s.name,
  count(*) filter (where a.ended = '' and a.submitted_at is null)::int, count(*) filter (where a.ended = '' and a.stage = 'checking')::int,
  count(*) filter (where a.ended = '' and a.stage = 'supplement')::int, count(*) filter (where a.ended = '' and a.stage = 'deciding')::int,
  coalesce(max(p.n), 0)::int, count(*) filter (where a.ended = 'refused')::int,
  count(*) filter (where a.ended = '' and a.stage in ('checking', 'deciding') and a.deadline < %(now)s)::int,
  count(*) filter (where a.ended in ('approved', 'refused'))::int, count(*) filter (where a.ended in ('approved', 'refused') and a.ended_at <= a.due_at)::int,
  coalesce(sum(a.asked), 0)::int, coalesce(max(p.off), 0)::int,
  coalesce(max(p.reviews), 0)::int, coalesce(max(p.overdue), 0)::int, coalesce(max(o.n), 0)::int
from streets s left join apps a on a.street = s.id left join permits p on p.street = s.id left join orders o on o.street = s.id group by s.id, s.name order by s.name
"""


def streets(actor: Actor, now: datetime) -> list[StreetLine]:
    """The streets in reach with their applications and permits, in one statement."""
    values: dict[str, Any] = {"now": now}
    reach = condition(actor, VIEW, values)
    with connection.cursor() as cursor:
        cursor.execute(_STREETS.format(reach=reach), values)
        return [StreetLine(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class RateLine:
    """Active enterprises of one street, section of industry or size. key None: belongs to none.

    permits: with a permit in force or under review, whether approved, filed or on a commitment; free: without one where none is needed, and a daily report
    or attendance of the last days says that they work; reviews: of the permits those under review; stopped: ordered to stop.
    """

    key: str | None
    name: str
    total: int
    permits: int
    free: int
    reviews: int
    suspended: int
    stopped: int

    @property
    def resumed(self) -> int:
        return self.permits + self.free

    @property
    def share(self) -> float | None:
        return round(100 * self.resumed / self.total, 1) if self.total else None


RATES = {
    "street": ("s.id::text", "coalesce(max(s.name), '')"),
    "industry": ("nullif(left(e.industry, 1), '')", "coalesce(left(max(e.industry), 1), '')"),
    "size": ("nullif(e.size, '')", "coalesce(max(e.size), '')"),
}
_RATE = """
select {key}, {name}, count(*)::int, count(*) filter (where w.state in ('in_force', 'review'))::int,
  count(*) filter (where w.state is null and o.id is null and (u.area_id = any(%(free)s) or u.area_id = any(%(free_listed)s) and e.lists <> '{{}}') and {works})::int,
  count(*) filter (where w.state = 'review')::int, count(*) filter (where w.state = 'suspended')::int, count(o.id)::int
from record_unit u join record_area a on a.id = u.area_id left join record_enterprise e on e.unit_id = u.id
{street}
left join record_workpermit w on w.unit_id = u.id and w.state in ('in_force', 'review', 'suspended')
left join record_workorder o on o.unit_id = u.id and o.kind = 'stop' and o.lifted_at is null
where u.kind = 'enterprise' and u.active_to is null and {reach} group by {key} order by 2, 1
"""


def resumed(actor: Actor, by: str = "street") -> list[RateLine]:
    """The enterprises in reach and how many of them have resumed, by street, section of industry or size; one statement. Every figure of the share of
    enterprises that have resumed is this one."""
    today = timezone.localdate()
    free, listed = free_areas(today)
    values: dict[str, Any] = {"free": free, "free_listed": listed} | works_values(today)
    reach = condition(actor, VIEW, values, unit="u.id")
    key, name = RATES[by]
    with connection.cursor() as cursor:
        cursor.execute(_RATE.format(key=key, name=name, reach=reach, works=works_sql(), street=area_above("street")), values)
        return [RateLine(*row) for row in cursor.fetchall()]


_SUSPENDED = """
select u.name, p.reason from record_workpermit p join record_unit u on u.id = p.unit_id join record_area a on a.id = u.area_id
where p.state = 'suspended' and (p.changed_at at time zone 'Asia/Shanghai')::date = %(day)s and {reach} order by p.changed_at, u.name limit 200
"""


def suspended_on(actor: Actor, day: date) -> list[tuple[str, str]]:
    """(enterprise, reason) of the permits in reach that were suspended on a day and still are."""
    values: dict[str, Any] = {"day": day}
    reach = condition(actor, VIEW, values, unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(_SUSPENDED.format(reach=reach), values)
        return list(cursor.fetchall())


_REGISTER = """
select p.id, p.unit_id, u.name, p.way, p.state, p.plate, p.number, p.from_date, p.until, '{{}}'::text[], '{{}}'::text[], '', '[]'::jsonb, '{{}}'::jsonb, 1, null::uuid,
  '', '', '', p.changed_at
from record_workpermit p join record_unit u on u.id = p.unit_id where {where}
order by p.state in ('in_force', 'review', 'suspended') desc, p.from_date desc, p.changed_at desc limit 20
"""


def registered(text: str) -> list[Permit]:
    """What the public register holds under exactly this name or number; of a permit only what is public."""
    plain = text.strip()
    if not plain:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _REGISTER.format(where="p.number = %(upper)s or u.name = %(text)s"),
            {"text": plain[:160], "upper": plain[:40].upper()},
        )
        return [Permit(*row) for row in cursor.fetchall()]


def plated(key: uuid.UUID) -> list[Permit]:
    """The permit of a plate, and what its enterprise holds now: at most two, the present one last. Empty: no such plate."""
    with connection.cursor() as cursor:
        cursor.execute(
            _REGISTER.format(where="p.unit_id = (select unit_id from record_workpermit where id = %(key)s)"),
            {"key": key},
        )
        rows = [Permit(*row) for row in cursor.fetchall()]
    own = [p for p in rows if p.id == key]
    return own + [p for p in rows[:1] if p.id != key] if own else []
