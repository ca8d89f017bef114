"""Documents and what became of their directives, as read by pages: one statement each."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from tongchou.record.access import Actor
from tongchou.record.models import Unit
from tongchou.record.territory.reach import condition
from tongchou.rooms.directives.models import Directive, Document
from tongchou.rooms.directives.reach import VIEW

MOST = 200


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document in the list. live: directives neither dropped nor merged. late: issued, open, and past a deadline."""

    id: uuid.UUID
    title: str
    level: str
    issuer: str
    number: str
    issued_on: date | None
    unit: str
    state: str
    aside: bool
    taken_in_at: datetime
    live: int
    unread: int
    issued: int
    closed: int
    late: int

    @property
    def stands(self) -> str:
        """A key of names.DOCUMENT_STATES."""
        if self.aside:
            return "aside"
        if self.state != "read":
            return self.state
        if not self.live:
            return "empty"
        return "issued" if self.issued == self.live else "part" if self.issued else "read"


_LIST = """
select d.id, coalesce(nullif(d.title, ''), d.name), d.level, d.issuer, d.number, d.issued_on, u.name, d.state, d.set_aside_at is not null, d.taken_in_at,
       coalesce(c.live, 0), coalesce(c.unread, 0), coalesce(c.issued, 0), coalesce(c.closed, 0), coalesce(c.late, 0)
from directives_document d join record_unit u on u.id = d.unit_id join record_area a on a.id = u.area_id
left join lateral (
  select count(*) filter (where x.state in ('proposed', 'confirmed', 'issued')) as live, count(*) filter (where x.state = 'proposed') as unread,
         count(*) filter (where x.state = 'issued') as issued, count(*) filter (where l.closed_at is not null) as closed,
         count(*) filter (where l.id is not null and l.closed_at is null and l.deadline < %(now)s) as late
  from directives_directive x left join record_loop l on l.id = x.loop_id where x.document_id = d.id) c on true
where {where}
order by d.taken_in_at desc, d.id limit {limit}
"""


def document_list(actor: Actor, now: datetime, *, level: str = "", text: str = "", aside: bool = False, above: bool = False) -> list[DocumentLine]:
    """The latest documents that the actor sees. above: only those of the centre, province and city."""
    values: dict[str, Any] = {"now": now}
    where = [condition(actor, VIEW, values, unit="d.unit_id")]
    if not aside:
        where.append("d.set_aside_at is null")
    if above:
        where.append("d.level in ('centre', 'province', 'city')")
    if level:
        where.append("d.level = %(level)s")
        values["level"] = level
    if text:
        where.append("(d.title like %(text)s or d.number like %(text)s or d.issuer like %(text)s)")
        values["text"] = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    with connection.cursor() as cursor:
        cursor.execute(_LIST.format(where=" and ".join(where), limit=MOST), values)
        return [DocumentLine(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Became:
    """What became of one issued directive: its task, and everything below it."""

    directive: uuid.UUID
    loop: uuid.UUID
    edition: int
    stage: str
    owner: str
    person: str
    deadline: datetime | None
    closed_at: datetime | None
    level: str
    below: int
    below_closed: int
    below_late: int


_BECAME = """
with recursive tree as (
  select x.id as directive, l.id as top, l.id, l.closed_at, l.deadline from directives_directive x join record_loop l on l.id = x.loop_id
  where x.document_id = %(document)s and (%(only)s::uuid is null or x.id = %(only)s::uuid)
  union
  select t.directive, t.top, c.id, c.closed_at, c.deadline from tree t join record_loop c on c.parent_id = t.id
)
select t.directive, l.id, l.edition_id, l.stage, u.name, coalesce(p.display_name, ''), l.deadline, l.closed_at, l.level,
       count(*) filter (where t.id <> t.top), count(*) filter (where t.id <> t.top and t.closed_at is not null),
       count(*) filter (where t.id <> t.top and t.closed_at is null and t.deadline < %(now)s)
from tree t join record_loop l on l.id = t.top join record_unit u on u.id = l.owner_unit_id left join record_account p on p.id = l.owner_account_id
group by t.directive, l.id, u.name, p.display_name
"""


def became(document: uuid.UUID, now: datetime, only: uuid.UUID | None = None) -> dict[uuid.UUID, Became]:
    """By directive; only: of this one. Who sees the document sees how far its tasks are; opening a task is the work list's own matter."""
    with connection.cursor() as cursor:
        cursor.execute(_BECAME, {"document": document, "now": now, "only": only})
        return {row[0]: Became(*row) for row in cursor.fetchall()}


def directives_of(document: Document) -> list[Directive]:
    """All of a document's directives in the order of its text."""
    return list(document.directives.select_related("lead_unit", "person", "confirmed_by").order_by("start", "end", "pk"))


def unit_names(rows: Sequence[Directive]) -> dict[int, str]:
    wanted = {u for r in rows for u in r.co_units}
    return dict(Unit.objects.filter(pk__in=wanted).values_list("pk", "name"))


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a directive's history."""

    at: datetime
    what: str
    who: str
    note: str
    data: dict[str, Any]
    seq: int | None


_HISTORY = """
select e.at, e.what, coalesce(c.display_name, ''), e.note, e.data, s.seq
from record_event e join record_act x on x.id = e.act_id left join record_account c on c.id = x.account_id
left join record_ledgerentry s on s.act_id = e.act_id
where e.subject = %s order by e.id
"""


def history(subject: str) -> list[Change]:
    """Everything that acts did to a record, from the ledger's events. subject: directive:<id>, document:<id>, meeting:<id>."""
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, [subject])
        rows = cursor.fetchall()
    return [Change(at, what, who, note, json.loads(data) if isinstance(data, str) else data, seq) for at, what, who, note, data, seq in rows]


def waiting(actor: Actor) -> int:
    """Documents that the actor may work on and that have directives to be confirmed; counting stops at 100."""
    values: dict[str, Any] = {}
    where = condition(actor, "directive.draft", values, unit="d.unit_id")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select count(*) from (select 1 from directives_document d join record_unit u on u.id = d.unit_id join record_area a on a.id = u.area_id
                where d.set_aside_at is null and d.state = 'read' and {where}
                and exists (select 1 from directives_directive x where x.document_id = d.id and x.state = 'proposed') limit 100) t""",
            values,
        )
        return int(cursor.fetchone()[0])
