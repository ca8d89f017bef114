"""The service to enterprises as read: whom I am paired with, visits, how the streets do, what many enterprises share."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.packs.difficulties import difficulties_on
from tongchou.record.access import Actor
from tongchou.record.photos import photos_of
from tongchou.record.questions.answered import DONE_IN_TIME, LATE, UNANSWERED, WAITING
from tongchou.record.territory.reach import area_above, condition, missing
from tongchou.rooms.service.topics import service_rules

VIEW = "service.view"


@dataclass(frozen=True, slots=True)
class Paired:
    """An enterprise for which the actor is the paired leader. visited_at: the last visit of anybody; mine_at: the actor's own."""

    unit: int
    name: str
    area: str
    visited_at: datetime | None
    mine_at: datetime | None
    open: int
    late: int
    since: date

    def until(self) -> datetime:
        """By when the actor's next visit is owed; of whom was never visited, counted from the day of the pairing."""
        begun = self.mine_at or datetime(self.since.year, self.since.month, self.since.day, tzinfo=SHANGHAI)
        return begun + timedelta(days=int(service_rules()["visit_every_days"].value))

    def days(self, now: datetime) -> int | None:
        """Whole days since the actor's last visit; None when there was none."""
        return None if self.mine_at is None else (now - self.mine_at).days

    def due(self, now: datetime) -> bool:
        """Whether a visit is owed. Never visited is owed."""
        days = self.days(now)
        return days is None or days >= service_rules()["visit_every_days"].value


_PAIRED = f"""
select u.id, u.name, a.name, max(v.at), max(v.at) filter (where v.account_id = %(account)s),
  (select count(*) from record_loop l where l.subject_unit_id = u.id and l.kind = 'difficulty' and l.closed_at is null),
  (select count(*) from record_loop l where l.subject_unit_id = u.id and l.kind = 'difficulty' and {LATE}),
  p.since
from record_unit u
join record_area a on a.id = u.area_id
join lateral (
  select min(r.from_date) as since from record_responsibility r
  join record_post p on p.id = r.post_id and (p.ended_on is null or p.ended_on > %(on)s)
  join record_postholding h on h.post_id = p.id and h.account_id = %(account)s
   and h.from_date <= %(on)s and (h.to_date is null or h.to_date > %(on)s)
  where r.unit_id = u.id and r.kind = 'paired' and r.from_date <= %(on)s and (r.to_date is null or r.to_date > %(on)s)) p on p.since is not null
left join service_visit v on v.unit_id = u.id
where u.active_to is null
group by u.id, u.name, a.name, p.since
order by max(v.at) filter (where v.account_id = %(account)s) nulls first, u.name
"""


def paired_with(actor: Actor, now: datetime) -> list[Paired]:
    """The enterprises that the actor is paired with (包联), the longest unvisited first."""
    actor.require(VIEW)
    with connection.cursor() as cursor:
        cursor.execute(_PAIRED, {"account": actor.account_id, "now": now, "on": now.astimezone(SHANGHAI).date()})
        return [Paired(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class VisitLine:
    id: uuid.UUID
    at: datetime
    unit: int
    unit_name: str
    street: str
    who: str
    from_unit: str
    way: str
    seen: str
    brought: str
    difficulties: int
    photos: list[uuid.UUID]


_VISITS = f"""
select v.id, v.at, v.unit_id, u.name, coalesce(s.name, ''), c.display_name, f.name, v.way, v.seen, v.brought,
  (select count(*) from record_loop l where l.origin = 'service_visit' and l.origin_ref = v.id::text), v.photos
from service_visit v
join record_unit u on u.id = v.unit_id
join record_area a on a.id = u.area_id
join record_account c on c.id = v.account_id
join record_unit f on f.id = v.visitor_unit_id
{area_above("street")}
where {{reach}} {{more}}
order by v.at desc, v.id desc limit %(limit)s
"""


def visits(
    actor: Actor, *, visit: uuid.UUID | None = None, unit: int | None = None, since: datetime | None = None, mine: bool = False, limit: int = 200
) -> list[VisitLine]:
    """Visits to enterprises in the actor's reach, and those that the actor made, newest first."""
    actor.require(VIEW)
    values: dict[str, Any] = {"limit": limit, "visit": visit, "unit": unit, "since": since, "account": actor.account_id}
    reach = f"({condition(actor, VIEW, values, unit='u.id')} or v.account_id = %(account)s)"
    wanted = (("v.id = %(visit)s", visit), ("v.unit_id = %(unit)s", unit), ("v.at >= %(since)s", since), ("v.account_id = %(account)s", mine))
    more = [f"and {c}" for c, given in wanted if given]
    with connection.cursor() as cursor:
        cursor.execute(_VISITS.format(reach=reach, more=" ".join(more)), values)
        return [VisitLine(*row) for row in cursor.fetchall()]


def visit_in_reach(actor: Actor, key: uuid.UUID) -> VisitLine:
    """One visit; outside the actor's reach it is not found."""
    found = visits(actor, visit=key, limit=1)
    if not found:
        raise missing(Text("没有找到这次走访。", "There is no such visit."), "visit", str(key))
    return found[0]


@photos_of("visit")
def _photos(actor: Actor, key: uuid.UUID) -> list[uuid.UUID]:
    return visit_in_reach(actor, key).photos


@dataclass(frozen=True, slots=True)
class StreetLine:
    """Difficulties of a street's enterprises handed out in a period, of the kinds of packs/data/base/difficulties.yaml.

    confirmed: by the enterprise; in_time: of those, answered before they were due. open counts what is still open; waiting: of that, answered in
    time and not confirmed yet; late: past its due time otherwise. unconfirmed ended without the enterprise's word; unanswered: of those, not
    answered in time. The silence of an enterprise that was answered in time counts neither way.
    """

    street: int
    name: str
    visits: int
    raised: int
    confirmed: int
    in_time: int
    open: int
    waiting: int
    late: int
    unconfirmed: int
    unanswered: int

    @property
    def share(self) -> float | None:
        """Confirmed, having been answered in time, of all that should have been by now, per cent; None while nothing is due."""
        judged = self.confirmed + self.late + self.unanswered
        return round(100 * self.in_time / judged, 1) if judged else None


_JUDGED = f"""{WAITING} as waiting, {LATE} as late, {DONE_IN_TIME} as in_time, {UNANSWERED} as unanswered"""
_STREETS = f"""
with streets as (
  select a.id, a.name, a.path from record_area a where a.level = 'street' and a.valid_to is null and {{reach}}
), judged as (
  select s.id as street, l.closed_at, l.end_reason, {_JUDGED}
  from streets s join record_area b on b.path like s.path || '%%'
  join record_loop l on l.area_id = b.id and l.kind = any(%(always)s) and l.opened_at >= %(first)s and l.opened_at < %(after)s
  where l.end_reason <> 'cancelled'
  union all
  select s.id, l.closed_at, l.end_reason, {_JUDGED}
  from record_loop l join record_unit k on k.id = l.opener_unit_id and k.kind in ('enterprise', 'school')
  join record_area b on b.id = k.area_id join streets s on b.path like s.path || '%%'
  where l.kind = any(%(own)s) and l.opened_at >= %(first)s and l.opened_at < %(after)s and l.end_reason <> 'cancelled'
), visited as (
  select s.id as street, count(*) as n
  from streets s join record_area b on b.path like s.path || '%%' join record_unit u on u.area_id = b.id
  join service_visit v on v.unit_id = u.id and v.at >= %(first)s and v.at < %(after)s group by s.id
)
select s.id, s.name, coalesce(max(w.n), 0)::int, count(j.street)::int,
  count(*) filter (where j.end_reason = 'done')::int,
  count(*) filter (where j.in_time)::int,
  count(*) filter (where j.street is not null and j.closed_at is null)::int,
  count(*) filter (where j.waiting)::int,
  count(*) filter (where j.late)::int,
  count(*) filter (where j.end_reason = 'expired')::int,
  count(*) filter (where j.unanswered)::int
from streets s left join judged j on j.street = s.id left join visited w on w.street = s.id
group by s.id, s.name order by s.name
"""


def period(first: date, last: date) -> dict[str, datetime]:
    """From the beginning of one day to the end of another, for a statement."""
    begin = datetime(first.year, first.month, first.day, tzinfo=SHANGHAI)
    return {"first": begin, "after": begin + timedelta(days=(last - first).days + 1)}


def streets(actor: Actor, first: date, last: date, now: datetime) -> list[StreetLine]:
    """How the streets do with what was handed out from first to last, the best first; those with nothing due come last."""
    values: dict[str, Any] = {"now": now, **period(first, last)}
    kinds = difficulties_on(last)
    values |= {"always": list(kinds.always), "own": list(kinds.own)}
    reach = condition(actor, VIEW, values)
    with connection.cursor() as cursor:
        cursor.execute(_STREETS.format(reach=reach), values)
        found = [StreetLine(*row) for row in cursor.fetchall()]
    return sorted(found, key=lambda s: (s.share is None, -(s.share or 0), s.name))
