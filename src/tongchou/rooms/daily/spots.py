"""Spot checks as read: what is still to be looked at, what was found of an enterprise, counts by street."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.photos import photos_of
from tongchou.record.territory.reach import condition, missing
from tongchou.rooms.daily.models import SpotCheck
from tongchou.rooms.daily.reach import STREET_OF

SEE, INSPECT = "breach.view", "lead.handle"
DAYS = 30
RESULTS: dict[str, tuple[Text, str, str]] = {
    "as_reported": (Text("与所报一致", "as reported"), "ok", "circle-check"),
    "closed": (Text("现场停业", "closed"), "info", "lock"),
    "false_file": (Text("与所报不符（虚假）", "false report or file"), "act", "alert-circle"),
    "no_right": (Text("未经批准开工", "working without approval"), "act", "hand-stop"),
}


@dataclass(frozen=True, slots=True)
class Pending:
    """An enterprise that was drawn and not looked at yet."""

    draw: uuid.UUID
    unit: int
    name: str
    street: str
    at: datetime


_PENDING = f"""
select d.id, u.id, u.name, coalesce(s.name, ''), d.at
from daily_spotdraw d cross join lateral unnest(d.drawn) as x(unit_id)
join record_unit u on u.id = x.unit_id and u.active_to is null
join record_area a on a.id = u.area_id
{STREET_OF}
where d.at > %(since)s and {{reach}} and not exists (select from daily_spotcheck c where c.draw_id = d.id and c.unit_id = u.id)
order by d.at, u.name, u.id limit 100
"""
_COUNTS = f"""
select coalesce(s.name, '—'), count(*)::int, count(*) filter (where c.result = 'as_reported')::int, count(*) filter (where c.result = 'closed')::int,
  count(*) filter (where c.result = 'false_file')::int, count(*) filter (where c.result = 'no_right')::int
from daily_spotcheck c join record_unit u on u.id = c.unit_id join record_area a on a.id = u.area_id
{STREET_OF}
where c.at > %(since)s and {{reach}} group by 1 order by 1
"""


def pending(actor: Actor, now: datetime) -> list[Pending]:
    """Enterprises in reach that were drawn within DAYS and have no result, the oldest draw first."""
    values: dict[str, Any] = {"since": now - timedelta(days=DAYS)}
    with connection.cursor() as cursor:
        cursor.execute(_PENDING.format(reach=condition(actor, SEE, values, unit="u.id")), values)
        return [Pending(*row) for row in cursor.fetchall()]


def counts(actor: Actor, now: datetime, days: int = DAYS) -> list[tuple[Any, ...]]:
    """(street, checked, as reported, closed, false, without approval) of some days, by street in reach."""
    values: dict[str, Any] = {"since": now - timedelta(days=days)}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS.format(reach=condition(actor, SEE, values, unit="u.id")), values)
        return cursor.fetchall()


@dataclass(frozen=True, slots=True)
class Found:
    """One spot check with what it found. people: counted on the spot, None for not counted; signed: it was drawn for a sign; loop: the matter opened."""

    id: uuid.UUID
    draw: uuid.UUID
    unit: int
    name: str
    street: str
    at: datetime
    who: str
    result: str
    people: int | None
    seen: str
    photos: int
    signed: bool
    loop: uuid.UUID | None
    stage: str
    permit: str


_FOUND = f"""
select c.id, d.id, u.id, u.name, coalesce(s.name, ''), c.at, k.display_name, c.result, c.people, c.seen, cardinality(c.photos), u.id = any(d.picked), b.loop_id,
  case when l.id is null then '' when l.closed_at is null then 'open' else coalesce(l.end_reason, '') end, coalesce(p.state, '')
from daily_spotcheck c join daily_spotdraw d on d.id = c.draw_id join record_unit u on u.id = c.unit_id join record_area a on a.id = u.area_id
join record_account k on k.id = c.account_id left join daily_breach b on b.id = c.breach_id left join record_loop l on l.id = b.loop_id
left join record_workpermit p on p.unit_id = u.id and p.state in ('in_force', 'review', 'suspended')
{STREET_OF}
where c.at > %(since)s and {{reach}} and (%(result)s = '' or c.result = %(result)s) and (%(draw)s::uuid is null or d.id = %(draw)s::uuid)
order by c.at desc, c.id limit %(limit)s
"""


def found(actor: Actor, since: datetime, *, result: str = "", draw: uuid.UUID | None = None, limit: int = 300) -> list[Found]:
    """Spot checks in reach since then, the latest first."""
    values: dict[str, Any] = {"since": since, "result": result, "draw": draw, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_FOUND.format(reach=condition(actor, SEE, values, unit="u.id")), values)
        return [Found(*row) for row in cursor.fetchall()]


def checks_of(unit: int) -> list[dict[str, Any]]:
    """What spot checks found of one enterprise, the latest first. The caller has seen to it that the actor may see the enterprise."""
    rows = SpotCheck.objects.filter(unit_id=unit).select_related("breach").order_by("-at")[:20]
    return [{"row": c, "word": RESULTS[c.result][0], "tone": RESULTS[c.result][1], "icon": RESULTS[c.result][2]} for c in rows]


@photos_of("spot")
def _photos(actor: Actor, key: uuid.UUID) -> list[uuid.UUID]:
    """For who looks into it; and for discipline inspection once it was told of the matter."""
    row = SpotCheck.objects.select_related("unit__area", "breach").filter(pk=key).first()
    path = row.unit.area.path if row is not None else ""
    told = row is not None and row.breach is not None and row.breach.handed_on_at is not None and actor.permits(INSPECT)
    if row is None or not (actor.sees_path(SEE, path) or told):
        raise missing(Text("没有找到这次抽查。", "There is no such check."), "spot", str(key))
    return list(row.photos)
