"""Staff files from a table: people are known again by their document or registered, files are made or brought up to date, all in bulk."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, verb
from tongchou.record.actions.staff import other_name
from tongchou.record.clearance import PACK, TABLE, clear, fever_of
from tongchou.record.clearance_alarm import tell
from tongchou.record.copytext import batched_lines
from tongchou.record.people.identity import SEALED_COLUMNS, document_hash, same_name_token, sealed_rows
from tongchou.record.people.locks import lock_documents, on_record
from tongchou.record.plans import standing_in_force
from tongchou.record.rowimport import Imported, RowsIn, import_file, result_of, seen_before
from tongchou.record.staff_rows import COLUMNS, FACTS, NEEDED, Rows, StaffRow
from tongchou.record.staffing import EDIT, seal_itinerary
from tongchou.record.territory.reach import condition

VERB = "staff.import_rows"
_MANY = 1_000


def import_staff(
    actor: Actor, client_id: uuid.UUID, data: bytes, filename: str, *, dry_run: bool = False, progress: Callable[[int, int], None] | None = None
) -> Imported:
    """Import a file of staff (CSV, XLSX) and keep its rejected rows for the caller. Raises Refusal for a file that cannot be read."""
    needed = NEEDED if _own(actor, _units(actor)) is None else NEEDED[1:]
    return import_file(VERB, COLUMNS, needed, actor, client_id, data, filename, dry_run=dry_run, progress=progress, titled=True)


@verb(VERB, EDIT, Text("导入员工档案", "Import staff files"))
def import_rows(context: Context, given: RowsIn) -> dict[str, Any]:
    """Make and bring up to date the files of many staff. What a row leaves empty stays as it is on record. fields: as in staff_rows.COLUMNS."""
    today = timezone.localdate(context.now)
    units = _units(context.actor)
    reader = Rows(units, today, fever_of(standing_in_force(PACK, TABLE, today)), _own(context.actor, units))
    read, rejects = given.read(COLUMNS, reader.read)
    lock_documents()
    ready, people, new = _known(read, rejects)
    _register(context, [(r, p) for (r, p) in zip(ready, people, strict=True) if p in new])
    made, changed = _store(context, ready, people, today)
    tell(context, clear(context.act_id, context.now, today, acted=context.act_id))
    for unit, n in Counter(r.unit for r in ready).items():
        context.event("staff_imported", subject=f"unit:{unit}", data={"rows": n})
    return result_of(
        len(given.rows), len(ready), rejects, new=made, changed=changed, unchanged=len(ready) - made - changed, people_registered=len(new)
    )


_UNITS = """
select u.code, u.name, u.id from record_unit u join record_area a on a.id = u.area_id
where u.kind = 'enterprise' and u.active_to is null and {reach}
"""


def _units(actor: Actor) -> dict[str, int | None]:
    """Enterprises within reach by code and by name; None for a name that several have."""
    values: dict[str, Any] = {}
    with connection.cursor() as cursor:
        cursor.execute(_UNITS.format(reach=condition(actor, EDIT, values, unit="u.id")), values)
        rows = cursor.fetchall()
    out: dict[str, int | None] = {}
    for _, name, unit in rows:
        out[name] = None if name in out else unit
    return out | {code: unit for code, _, unit in rows if code}


def _own(actor: Actor, units: dict[str, int | None]) -> int | None:
    """The one enterprise for which the actor keeps files; None for whoever has several, or an area."""
    return next(iter(units.values()), None) if len(set(units.values())) == 1 and set(units.values()) == set(actor.unit_ids(EDIT)) else None


def _known(read: list[StaffRow], rejects: list[tuple[int, Refusal]]) -> tuple[list[StaffRow], list[uuid.UUID], set[uuid.UUID]]:
    """Rows that stand, the person of each, and who of them is new. A person that comes twice at one enterprise, or under two names, is refused."""
    hashes = [document_hash(r.given.identity.document_kind, r.given.identity.document) or b"" for r in read]
    known = {h: (k.person, k.name) for h, k in on_record(set(hashes), ["%"]).items()}
    seen = seen_before()
    ready: list[StaffRow] = []
    people: list[uuid.UUID] = []
    new: set[uuid.UUID] = set()
    for row, hashed in zip(read, hashes, strict=True):
        key = (row.unit, hashed)
        name = same_name_token(row.given.identity.name)
        if key in seen:
            rule = Text("与第 {n} 行是同一人。", "Row {n} is the same person.").with_(n=seen[key])
            refusal = Refusal(
                Reason.DUPLICATE, rule, remedy=Text("请只保留一行。", "Keep one of them."), field="document",
                value=row.given.identity.masked().document, line=row.number,
            )  # fmt: skip
            rejects.append((row.number, refusal))
            continue
        if hashed not in known:
            known[hashed] = (new_id(), name)
            new.add(known[hashed][0])
        elif known[hashed][1] != name:
            refusal = other_name(row.given)
            refusal.line = row.number
            rejects.append((row.number, refusal))
            continue
        seen[key] = row.number
        ready.append(row)
        people.append(known[hashed][0])
    return ready, people, new


def _register(context: Context, rows: list[tuple[StaffRow, uuid.UUID]]) -> None:
    """Register the new people where their enterprise lies."""
    first: dict[uuid.UUID, StaffRow] = {}
    for row, person in rows:
        first.setdefault(person, row)
    if not first:
        return
    with connection.cursor() as cursor:
        cursor.execute("select id, area_id from record_unit where id = any(%s)", [list({r.unit for r in first.values()})])
        areas = dict(cursor.fetchall())
        sealed = sealed_rows((r.given.identity for r in first.values()), first)
        lines = (
            (*values, row.given.sex, areas[row.unit], row.unit, context.now) for values, row in zip(sealed, first.values(), strict=True)
        )
        with cursor.copy(f"copy record_person ({SEALED_COLUMNS}, sex, area_id, workplace_id, created_at) from stdin") as copy:
            for part in batched_lines(lines):
                copy.write(part)
    for person, row in first.items():
        context.event("person_registered", subject=f"person:{person}", data={"area": areas[row.unit]})


_TYPES = {"title": "text", "origin": "text"} | dict.fromkeys(("post_urgent", "in_hard_hit", "cleared", "symptoms", "temperature_normal"), "bool")
_TEMP = f"""create temp table staff_rows (unit_id bigint, person_id uuid, {", ".join(f"{f} {_TYPES.get(f, 'date')}" for f in FACTS)},
  sealed_itinerary bytea) on commit drop"""
_TEXTS = ("title", "origin")
_SET = ", ".join(
    [*(f"{f} = case when t.{f} <> '' then t.{f} else s.{f} end" if f in _TEXTS else f"{f} = coalesce(t.{f}, s.{f})" for f in FACTS),
     "sealed_itinerary = coalesce(t.sealed_itinerary, s.sealed_itinerary)"]
)  # fmt: skip
_DIFFERS = " or ".join(
    [*(f"(t.{f} <> '' and t.{f} <> s.{f})" if f in _TEXTS else f"(t.{f} is not null and t.{f} is distinct from s.{f})" for f in FACTS),
     "(t.sealed_itinerary is not null and s.sealed_itinerary is null)"]
)  # fmt: skip
_CHANGE = f"""
update record_staff s set {_SET}, version = s.version + 1, act = %(act)s, changed_at = %(now)s
from staff_rows t where s.unit_id = t.unit_id and s.person_id = t.person_id and s.to_date is null and ({_DIFFERS})
"""
_MAKE = f"""
insert into record_staff (unit_id, person_id, {", ".join(FACTS)}, sealed_itinerary, outcome, rule, asks, pack, edition, from_date, version, act, changed_at)
select t.unit_id, t.person_id, {", ".join(f"t.{f}" for f in FACTS)}, t.sealed_itinerary, '', '', '', '', '', %(today)s, 1, %(act)s, %(now)s
from staff_rows t where not exists (
  select from record_staff s where s.unit_id = t.unit_id and s.person_id = t.person_id and s.to_date is null)
"""


def _store(context: Context, ready: list[StaffRow], people: list[uuid.UUID], today: Any) -> tuple[int, int]:
    """Make new files, change those that say something else; how many of each."""
    values = {"act": context.act_id, "now": context.now, "today": today}
    lines = (
        (row.unit, person, *row.facts, seal_itinerary(row.itinerary, person, row.unit) if row.itinerary else None)
        for row, person in zip(ready, people, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists staff_rows")
        cursor.execute(_TEMP)
        with cursor.copy("copy staff_rows from stdin") as copy:
            for part in batched_lines(lines):
                copy.write(part)
        cursor.execute("analyze staff_rows")
        cursor.execute(_CHANGE, values)
        changed = cursor.rowcount
        cursor.execute(_MAKE, values)
        made = cursor.rowcount
        cursor.execute(
            "update record_person p set workplace_id = t.unit_id from staff_rows t where p.id = t.person_id and p.workplace_id is null"
        )
        if len(ready) >= _MANY:
            # the planner takes tables that this act has just filled for empty ones, and joins them row by row
            cursor.execute("analyze record_person")
            cursor.execute("analyze record_staff")
    return made, changed
