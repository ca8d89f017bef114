"""Questions of the room: orders within reach, counts by street, what waits, and what one person is told about oneself."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from tongchou.kernel.ids import new_id
from tongchou.record.access import Actor
from tongchou.record.act import act
from tongchou.record.models import Loop, Person
from tongchou.record.people.identity import open_identity
from tongchou.record.people.reach import like_paths
from tongchou.rooms.plans.onrecord import street_names
from tongchou.rooms.trust.actions.answer import ORIGIN
from tongchou.rooms.trust.models import BulkRun, OrderBatch, Restriction

PAGE = 100
SOON = 2
"""Days before its end within which an order is expiring soon."""
VIEWS = {
    "active": "r.state = 'active' and r.ends_on >= %(today)s",
    "pending": "r.state = 'pending' and r.ends_on >= %(today)s",
    "soon": "r.state = 'active' and r.ends_on between %(today)s and %(today)s::date + %(soon)s",
    "ended": "not (r.state in ('pending', 'active') and r.ends_on >= %(today)s)",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One order of a list. name is masked."""

    id: uuid.UUID
    person: uuid.UUID
    name: str
    area: str
    kind: str
    mode: str
    rule: str
    state: str
    starts_on: date
    ends_on: date
    issuer: str
    by_hand: bool


_SELECT = """
select r.id, r.person_id, p.sealed, a.name, r.kind, r.mode, r.rule, r.state, r.starts_on, r.ends_on, u.name, r.by_hand, r.issued_at
from trust_restriction r join record_person p on p.id = r.person_id join record_area a on a.id = p.area_id join record_unit u on u.id = r.issuer_id
where a.path like any(%(paths)s::text[]) and {view} and (%(kind)s = '' or r.kind = %(kind)s) and (%(area)s = '' or a.path like %(area)s)
  and (%(batch)s::uuid is null or r.batch_id = %(batch)s::uuid)
order by {order} limit %(limit)s offset %(offset)s
"""


def orders(
    actor: Actor, view: str, today: date, *, kind: str = "", area: str = "", batch: uuid.UUID | None = None, page: int = 0
) -> tuple[list[Line], bool]:
    """One page of orders, those that end first on top, and whether there are more. Whom it shows is recorded first (person.read)."""
    actor.require("restriction.view")
    values: dict[str, Any] = {
        "paths": like_paths(actor, "restriction.view"), "today": today, "soon": SOON, "kind": kind, "area": f"{area}%" if area else "", "batch": batch,
        "limit": PAGE + 1, "offset": page * PAGE,
    }  # fmt: skip
    order = "r.ended_at desc nulls last, r.id" if view == "ended" else "r.ends_on, r.id"
    with connection.cursor() as cursor:
        cursor.execute(_SELECT.format(view=VIEWS[view], order=order), values)
        rows = cursor.fetchall()
    shown = rows[:PAGE]
    people = sorted({str(r[1]) for r in shown})
    if people:
        act("person.read", actor, new_id(), {"people": people, "what": "list"})
    out = []
    for r in shown:
        name = open_identity(r[2], r[1]).masked().name
        out.append(Line(r[0], r[1], name, r[3], *r[4:12]))
    return out, len(rows) > PAGE


def view_counts(actor: Actor, today: date) -> dict[str, int]:
    """How many orders each view holds."""
    values: dict[str, Any] = {"paths": like_paths(actor, "restriction.view"), "today": today, "soon": SOON}
    columns = ", ".join(f"count(*) filter (where {VIEWS[v]})" for v in ("active", "pending", "soon"))
    sql = f"""select {columns} from trust_restriction r join record_person p on p.id = r.person_id join record_area a on a.id = p.area_id
              where r.state in ('pending', 'active') and a.path like any(%(paths)s::text[])"""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    return dict(zip(("active", "pending", "soon"), row, strict=True))


@dataclass(frozen=True, slots=True)
class Count:
    """One street's orders: in force by kind, waiting, ending soon, and what ended in the last seven days, by how."""

    street: str
    isolation: int
    monitoring: int
    movement: int
    pending: int
    soon: int
    lapsed: int
    lifted: int
    by_hand: int


_COUNTS = """
select p.area_id,
  count(*) filter (where {active} and r.kind = 'isolation'), count(*) filter (where {active} and r.kind = 'monitoring'),
  count(*) filter (where {active} and r.kind = 'movement'), count(*) filter (where {pending}), count(*) filter (where {soon}),
  count(*) filter (where r.state = 'lapsed' and r.ended_at >= %(today)s::date - 7), count(*) filter (where r.state = 'lifted' and r.ended_at >= %(today)s::date - 7),
  count(*) filter (where {active} and r.by_hand)
from trust_restriction r join record_person p on p.id = r.person_id join record_area a on a.id = p.area_id
where a.path like any(%(paths)s::text[]) and (r.state in ('pending', 'active') or r.ended_at >= %(today)s::date - 7) group by p.area_id
"""


def counts(actor: Actor, today: date) -> list[Count]:
    """Counts by street; nobody's name is read."""
    actor.require("restriction.counts")
    values: dict[str, Any] = {"paths": like_paths(actor, "restriction.counts"), "today": today, "soon": SOON}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS.format(active=VIEWS["active"], pending=VIEWS["pending"], soon=VIEWS["soon"]), values)
        rows = cursor.fetchall()
    streets = street_names() if rows else {}
    total: dict[str, list[int]] = {}
    for area, *numbers in rows:
        line = total.setdefault(streets.get(area, ""), [0] * len(numbers))
        for n, value in enumerate(numbers):
            line[n] += value
    return [Count(name, *line) for name, line in sorted(total.items())]


def waiting_batches(actor: Actor) -> list[tuple[OrderBatch, int]]:
    """Batches that wait for another organisation, with how many of their orders lie within reach."""
    actor.require("restriction.confirm")
    with connection.cursor() as cursor:
        cursor.execute(
            """select b.id, count(*) from trust_orderbatch b join trust_restriction r on r.batch_id = b.id and r.state = 'pending'
               join record_person p on p.id = r.person_id join record_area a on a.id = p.area_id where a.path like any(%s::text[]) group by b.id""",
            [like_paths(actor, "restriction.confirm")],
        )
        found = dict(cursor.fetchall())
    rows = OrderBatch.objects.select_related("issuer", "issued_by", "area").filter(pk__in=found).order_by("at")
    return [(row, found[row.pk]) for row in rows]


def orders_of(person: uuid.UUID) -> QuerySet[Restriction]:
    """Every order about a person, the latest first. The caller checks who asks."""
    return Restriction.objects.select_related("issuer", "decision__explanation", "confirmed_unit").filter(person_id=person).order_by("-issued_at", "pk")


def in_force(rows: Sequence[Restriction], today: date) -> Restriction | None:
    """The order that restricts on a day; of several the one that ends last."""
    held = [r for r in rows if r.state == "active" and r.ends_on >= today]
    return max(held, key=lambda r: r.ends_on, default=None)


def appeals(orders: Sequence[Restriction]) -> dict[uuid.UUID, list[Loop]]:
    """The appeals against orders, by order, the latest first. Only those about the same person."""
    people = {r.pk: r.person_id for r in orders}
    found: dict[uuid.UUID, list[Loop]] = {}
    rows = Loop.objects.filter(origin=ORIGIN, origin_ref__in=[str(p) for p in people], kind="appeal").order_by("-opened_at")
    for loop in rows:
        order = uuid.UUID(loop.origin_ref)
        if loop.subject_person_id == people[order]:
            found.setdefault(order, []).append(loop)
    return found


def name_of(person: Person, *, masked: bool) -> str:
    found = open_identity(person.sealed, person.pk)
    return (found.masked() if masked else found).name


def by_code(code: str) -> Restriction | None:
    """The order of a printed notice; None when there is none."""
    plain = code.strip().upper().replace("-", "").replace(" ", "")
    return Restriction.objects.select_related("issuer").filter(code=plain).first() if 10 <= len(plain) <= 16 else None


def facts_of_order(row: Restriction) -> dict[str, Any]:
    """What the decision said, as it was kept."""
    content: dict[str, Any] = row.decision.explanation.content
    return content


def state_on(row: Restriction, today: date) -> str:
    """The state as it is on a day: an order past its end has lapsed, whether or not the job has noted it."""
    return "lapsed" if row.state in ("pending", "active") and row.ends_on < today else row.state


def recent_runs(actor: Actor, limit: int = 5) -> list[BulkRun]:
    """Bulk acts of the areas whose orders the actor sees, the latest first."""
    where = Q(account_id=actor.account_id)
    for path in actor.area_paths("restriction.view"):
        where |= Q(area__path__startswith=path)
    return list(BulkRun.objects.select_related("account").filter(where).order_by("-asked_at")[:limit])
