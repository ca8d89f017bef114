"""One person's file (一人一档): identity, facts, loops, custody, household, merges."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import act
from tongchou.record.actions.facts import open_note
from tongchou.record.loops.state import load, visible
from tongchou.record.loops.titles import SQL as TITLE
from tongchou.record.loops.titles import paired
from tongchou.record.models import Household, Person
from tongchou.record.people.identity import Identity, open_identity
from tongchou.record.people.reach import person_in_reach

OPEN_FOR = timedelta(hours=12)
"""How long a file stays open unmasked for the account that gave a reason: one shift."""


@dataclass(frozen=True, slots=True)
class FactLine:
    """note is empty unless the file is open; `has_note` says that there is one."""

    id: uuid.UUID
    type: str
    known: str
    on: date | None
    until: date | None
    at: datetime | None
    value: dict[str, Any]
    note: str
    has_note: bool
    area: str
    source: str
    unit: str
    recorded_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class LoopLine:
    id: uuid.UUID
    kind: str
    title: Text
    stage: str
    owner: str
    deadline: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class StayLine:
    """One holder of one stay in custody."""

    custody: uuid.UUID
    purpose: str
    holder_kind: str
    unit: str
    place: str
    since: datetime
    until: datetime | None
    out_reason: str


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the same household, masked."""

    id: uuid.UUID
    name: str
    birth_year: int | None
    sex: str


@dataclass(frozen=True, slots=True)
class MergeLine:
    merge: int
    folded: uuid.UUID
    reason: str
    at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class PersonFile:
    """opened: identity is shown whole, because this account gave a reason within OPEN_FOR."""

    id: uuid.UUID
    identity: Identity
    opened: bool
    sex: str
    birth_year: int | None
    area_id: int
    area: str
    workplace: str
    household_label: str
    facts: list[FactLine]
    loops: list[LoopLine]
    custody: list[StayLine]
    household: list[Member]
    merges: list[MergeLine]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def open_file(
    actor: Actor, client_id: uuid.UUID, person: uuid.UUID, purpose: str, note: str = ""
) -> tuple[Identity, str]:
    """Give the reason (verb person.open), then return the whole identity and the sex. Asked once per file and shift."""
    act("person.open", actor, client_id, {"person": str(person), "purpose": purpose, "note": note})
    row = Person.objects.get(pk=person)
    return open_identity(row.sealed, row.pk), row.sex


def is_open(actor: Actor, person: uuid.UUID) -> bool:
    """Whether this account gave a reason for this file within OPEN_FOR."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select 1 from record_readsubject r join record_act x on x.id = r.act_id "
            "where r.person_id = %s and r.at > %s and x.verb = 'person.open' and x.account_id = %s limit 1",
            [person, timezone.now() - OPEN_FOR, actor.account_id],
        )
        return cursor.fetchone() is not None


def person_file(actor: Actor, person: uuid.UUID) -> PersonFile:
    """Return the whole file. Not found outside the actor's person.view area; a merged file names the one that was kept.
    The caller records the reading (person.read) for the person and the household.
    """
    row = person_in_reach(actor, "person.view", person)
    opened = is_open(actor, person)
    identity = open_identity(row.sealed, row.pk)
    home = Household.objects.filter(pk=row.household_id).first() if row.household_id else None
    return PersonFile(
        id=row.pk,
        identity=identity if opened else identity.masked(),
        opened=opened,
        sex=row.sex,
        birth_year=row.birth_year,
        area_id=row.area_id,
        area=row.area.name,
        workplace=row.workplace.name if row.workplace else "",
        household_label=(home.label if opened else "****") if home and home.label else "",
        facts=_facts(person, opened),
        loops=_loops(actor, person),
        custody=_custody(person),
        household=_members(row),
        merges=_merges(person),
    )


_FACTS = """
select f.id, f.type, f.known, f."on", f.until, f.at, f.value, f.sealed_note, coalesce(a.name, ''), f.source, coalesce(u.name, ''),
       f.recorded_at, f.withdrawn_at
from record_fact f left join record_area a on a.id = f.area_id left join record_unit u on u.id = f.source_unit_id
where f.person_id = %s
order by coalesce(f.at, f."on"::timestamp at time zone 'Asia/Shanghai', f.recorded_at), f.recorded_at, f.id
"""


def _facts(person: uuid.UUID, opened: bool) -> list[FactLine]:
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, [person])
        rows = cursor.fetchall()
    out = []
    for key, type_, known, on, until, at, value, note, *rest in rows:
        read = json.loads(value) if isinstance(value, str) else value
        shown = open_note(key, note) if opened else ""
        out.append(FactLine(key, type_, known, on, until, at, read, shown, note is not None, *rest))
    return out


_LOOPS = f"""
select l.id, l.kind, {TITLE}, l.stage, u.name, l.deadline, l.closed_at
from record_loop l join record_unit u on u.id = l.owner_unit_id
where l.subject_person_id = %s order by l.opened_at desc, l.id limit 500
"""


def _loops(actor: Actor, person: uuid.UUID) -> list[LoopLine]:
    """Loops about the person, as far as the actor may see them."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOPS, [person])
        rows = [LoopLine(*paired(row, 2)) for row in cursor.fetchall()]
    seen = {s.id for s in load([r.id for r in rows]) if visible(actor, s)} if rows else set()
    return [r for r in rows if r.id in seen]


_CUSTODY = """
select c.id, c.purpose, h.holder_kind, coalesce(u.name, ''), h.place, h.since, h.until, c.out_reason
from record_custody c join record_holding h on h.custody_id = c.id left join record_unit u on u.id = h.unit_id
where c.person_id = %s order by h.since, h.id
"""


def _custody(person: uuid.UUID) -> list[StayLine]:
    with connection.cursor() as cursor:
        cursor.execute(_CUSTODY, [person])
        return [StayLine(*row) for row in cursor.fetchall()]


def _members(row: Person) -> list[Member]:
    if row.household_id is None:
        return []
    others = Person.objects.filter(household=row.household_id, area=row.area_id, merged_into=None, erased_at=None).exclude(pk=row.pk)
    return [
        Member(p.pk, open_identity(p.sealed, p.pk).masked().name, p.birth_year, p.sex)
        for p in others.order_by("birth_year", "pk")[:100]
    ]


def _merges(person: uuid.UUID) -> list[MergeLine]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, folded_id, reason, at, undone_at from record_personmerge where kept_id = %s order by at", [person]
        )
        return [MergeLine(*row) for row in cursor.fetchall()]
