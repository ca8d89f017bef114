"""Custody: what is held by whom, and whether the account balances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tongchou.record.access import Actor
from tongchou.record.models import Person
from tongchou.record.people.identity import open_identity
from tongchou.record.questions.cursor import mark, read


@dataclass(frozen=True, slots=True)
class Balance:
    """in = held + out, for one purpose. `residual` must be 0; `unlocated` are held by nobody."""

    purpose: str
    taken_in: int
    held: int
    let_out: int
    unlocated: int
    open_without_holder: int
    closed_with_holder: int

    @property
    def residual(self) -> int:
        return self.taken_in - self.held - self.let_out

    @property
    def sound(self) -> bool:
        return self.residual == 0 and not self.open_without_holder and not self.closed_with_holder


_BALANCE = """
select c.purpose, count(*),
  count(*) filter (where h.id is not null),
  count(*) filter (where c.let_out_at is not null),
  count(*) filter (where h.holder_kind = 'unlocated'),
  count(*) filter (where c.let_out_at is null and h.id is null),
  count(*) filter (where c.let_out_at is not null and h.id is not null)
from record_custody c
left join record_holding h on h.custody_id = c.id and h.until is null
join record_area a on a.id = c.area_id
where {scope}
group by c.purpose order by c.purpose
"""


def balances(actor: Actor) -> list[Balance]:
    """Reconcile every purpose within the actor's area."""
    scope, values = _scope(actor)
    with connection.cursor() as cursor:
        cursor.execute(_BALANCE.format(scope=scope), values)
        return [Balance(*row) for row in cursor.fetchall()]


def _scope(actor: Actor) -> tuple[str, dict[str, Any]]:
    if actor.system:
        return "true", {}
    values = {
        "paths": [p + "%" for p in actor.area_paths("custody.view")],
        "units": list(actor.unit_ids("custody.view")),
    }
    return "(a.path like any(%(paths)s::text[]) or h.unit_id = any(%(units)s::bigint[]))", values


@dataclass(frozen=True, slots=True)
class Held:
    """One open stay with its present holder."""

    custody: Any
    purpose: str
    person: Any
    item: str
    holder_kind: str
    unit: str | None
    unit_id: int | None
    place: str
    since: datetime
    taken_in_at: datetime
    area: str


_HELD = """
select c.id, c.purpose, c.person_id, c.item, h.holder_kind, u.name, u.id, h.place, h.since, c.taken_in_at, a.name
from record_custody c
join record_holding h on h.custody_id = c.id and h.until is null
join record_area a on a.id = c.area_id
left join record_unit u on u.id = h.unit_id
where {scope} {more}
order by h.holder_kind <> 'unlocated', h.since, c.id limit %(limit)s
"""
_AFTER = " and (h.holder_kind <> 'unlocated', h.since, c.id) > (%(after_placed)s, %(after_since)s, %(after_id)s)"


def held(actor: Actor, *, purpose: str = "", kind: str = "", limit: int = 200, after: str = "") -> tuple[list[Held], str]:
    """One page of what is held now within the actor's reach, the unlocated first, and the cursor of the next ("" at the end)."""
    scope, values = _scope(actor)
    more = (" and c.purpose = %(purpose)s" if purpose else "") + (" and h.holder_kind = %(kind)s" if kind else "")
    if after:
        values |= dict(zip(("after_placed", "after_since", "after_id"), read(after, bool, datetime.fromisoformat, UUID), strict=True))
        more += _AFTER
    with connection.cursor() as cursor:
        cursor.execute(_HELD.format(scope=scope, more=more), values | {"limit": limit + 1, "purpose": purpose, "kind": kind})
        rows = [Held(*row) for row in cursor.fetchall()]
    if len(rows) <= limit:
        return rows, ""
    last = rows[limit - 1]
    return rows[:limit], mark(last.holder_kind != "unlocated", last.since, last.custody)


_PEOPLE = """
select distinct c.person_id from record_custody c
join record_area a on a.id = c.area_id
left join record_holding h on h.custody_id = c.id and h.until is null
left join record_handoveritem i on i.custody_id = c.id and i.open
left join record_handover o on o.id = i.handover_id
where c.person_id = any(%(people)s::uuid[]) and c.let_out_at is null
  and ({scope} or o.to_unit_id = any(%(units)s::bigint[]))
"""


def people_in_reach(actor: Actor, people: Sequence[UUID]) -> set[UUID]:
    """Which of these people are in custody in the actor's area, held by one of its units, or offered to one."""
    scope, values = _scope(actor)
    values = {"units": []} | values | {"people": list(people)}
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE.format(scope=scope), values)
        return {row[0] for row in cursor.fetchall()}


def masked_names(people: Sequence[UUID]) -> dict[UUID, str]:
    """Masked names of people. The caller records the reading (custody.read) first."""
    rows = Person.objects.filter(pk__in=people, erased_at=None).values_list("pk", "sealed")
    return {key: open_identity(sealed, key).masked().name for key, sealed in rows}


@dataclass(frozen=True, slots=True)
class Offered:
    """One stay in a hand-over that waits for an answer."""

    custody: UUID
    person: UUID | None
    item: str
    place: str
    since: datetime


_OFFERED = """
select c.id, c.person_id, c.item, h.place, h.since
from record_handoveritem i join record_custody c on c.id = i.custody_id
join record_holding h on h.custody_id = c.id and h.until is null
where i.handover_id = %s and i.open order by c.item, c.id
"""


def offered(handover: UUID) -> list[Offered]:
    """What a hand-over offers. The caller has found the hand-over among `open_offers`."""
    with connection.cursor() as cursor:
        cursor.execute(_OFFERED, [handover])
        return [Offered(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Offer:
    """A hand-over that waits for an answer."""

    id: Any
    from_unit: str | None
    from_unit_id: int | None
    to_unit: str
    to_unit_id: int
    items: int
    offered_at: datetime
    due_at: datetime
    note: str


def open_offers(actor: Actor) -> list[Offer]:
    """Open hand-overs to or from the actor's units, or inside its area."""
    units: Sequence[int] = actor.unit_ids("custody.view")
    paths = [p + "%" for p in actor.area_paths("custody.view")]
    sql = """
    select h.id, f.name, f.id, t.name, t.id, (select count(*) from record_handoveritem i where i.handover_id = h.id), h.offered_at, h.due_at,
           h.note
    from record_handover h
    left join record_unit f on f.id = h.from_unit_id
    join record_unit t on t.id = h.to_unit_id
    join record_area a on a.id = t.area_id
    where h.state = 'offered' and (t.id = any(%(units)s::bigint[]) or f.id = any(%(units)s::bigint[])
          or a.path like any(%(paths)s::text[]) or %(system)s)
    order by h.due_at limit 500
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, {"units": list(units), "paths": paths, "system": actor.system})
        return [Offer(*row) for row in cursor.fetchall()]
