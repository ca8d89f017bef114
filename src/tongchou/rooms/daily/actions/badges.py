"""Work numbers from a table, so that a gate machine that holds nothing but numbers can be read: every row accepted or given back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.masking import mask_name
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, verb
from tongchou.record.models import Staff, Unit
from tongchou.record.rowimport import Columns, Imported, import_file, result_of, seen_before
from tongchou.rooms.daily.actions.attendance import PassesIn
from tongchou.rooms.daily.gaterows import COLUMNS as GATE_COLUMNS
from tongchou.rooms.daily.gaterows import digits, plain
from tongchou.rooms.daily.gatestaff import Directory
from tongchou.rooms.daily.models import Badge
from tongchou.rooms.daily.reach import KEEP, enterprise_in_reach

VERB = "attendance.import_badges"
COLUMNS: Columns = {k: GATE_COLUMNS[k] for k in ("number", "name", "document", "phone", "section", "shift")}
NEEDED = ("number", "name|document")


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    number: str
    person: uuid.UUID
    section: str
    shift: str


def import_badges(
    actor: Actor, client_id: uuid.UUID, data: bytes, filename: str, *, unit: int, dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Imported:  # fmt: skip
    """Import a file of work numbers of one enterprise and keep its rejected rows for the caller. Raises Refusal for a file that cannot be read."""
    return import_file(VERB, COLUMNS, NEEDED, actor, client_id, data, filename, dry_run=dry_run, progress=progress, titled=True, unit=unit)


@verb(VERB, KEEP, Text("导入工号对照表", "Import work numbers"))
def import_rows(context: Context, given: PassesIn) -> dict[str, Any]:
    """Give members of staff their work numbers, sections and shifts. Numbers may change hands within the table; what a row leaves empty stays."""
    unit = enterprise_in_reach(context.actor, KEEP, given.unit)
    Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit.pk)  # two tables come one after the other
    read, rejects = given.read(COLUMNS, _Reader(Directory(unit.pk)).read)
    held = {b.person_id: b for b in Badge.objects.filter(unit=unit)}
    ready = _standing(unit, read, held, rejects)
    new, changed = _store(unit, ready, held)
    context.event("badges_imported", subject=f"unit:{unit.pk}", data={"rows": len(given.rows), "new": new, "changed": changed})
    return result_of(len(given.rows), len(ready), rejects, new=new, changed=changed, unchanged=len(ready) - new - changed)


class _Reader:
    """Reads rows of one enterprise."""

    def __init__(self, staff: Directory) -> None:
        self.staff = staff

    def read(self, line: int, told: dict[str, str]) -> _Row:
        try:
            return self._row(line, told)
        except Refusal as refusal:
            refusal.line = line
            raise

    def _row(self, line: int, told: dict[str, str]) -> _Row:
        number, name, document = plain(told.get("number", "")), plain(told.get("name", "")), plain(told.get("document", "")).upper()
        if not number or len(number) > 40:
            rule = Text("工号须为 1 至 40 个字符。", "A work number has 1 to 40 characters.")
            raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请填写工号。", "Give the number."), field="number", value=number[:60])
        if not (name or document):
            rule = Text("没有姓名或证件号。", "There is no name or document.")
            raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请补上。", "Add it."), field="name")
        person = self.staff.find(name, "", document, digits(told.get("phone", "")))
        if person is None:
            rule = Text("不在本单位员工档案中。", "On no staff file of the enterprise.")
            remedy = Text("请先补登员工档案，或核对姓名、证件号。", "Add the staff file first, or check name and document.")
            raise Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field="name" if name else "document", value=mask_name(name) if name else None)
        return _Row(line, number, person, plain(told.get("section", ""))[:60], plain(told.get("shift", ""))[:20])


def _standing(unit: Unit, read: list[_Row], held: dict[uuid.UUID, Badge], rejects: list[tuple[int, Refusal]]) -> list[_Row]:
    """Rows that stand: the first sound one of each number and person, none with a number that somebody else keeps.

    A row that is refused leaves its place to a later one, and its person keeps the old number, so this is asked until nothing changes.
    """
    staff = set(Staff.objects.filter(unit=unit, to_date=None).values_list("person_id", flat=True))
    owner = {b.number: person for person, b in held.items() if b.number and person in staff}
    known = seen_before()
    while True:
        seen, ready, twice = dict(known), [], []
        for row in read:
            first = seen.get(row.number) or seen.get(row.person)
            if first is None:
                ready.append(row)
                seen[row.number] = seen[row.person] = row.line
            else:
                twice.append(_refused(row, Reason.DUPLICATE, Text("与第 {n} 行的工号或人员相同。", "Row {n} has the same number or person.").with_(n=first),
                                      Text("请只保留一行。", "Keep one of them.")))  # fmt: skip
        moving = {r.person for r in ready}
        lost = {r.line for r in ready if owner.get(r.number, r.person) != r.person and owner[r.number] not in moving}
        if not lost:
            break
        rule = Text("这个工号是另一名在册员工的。", "Another member of staff has this number.")
        remedy = Text("请在同一张表中给原员工新的工号，或先结束其档案。", "Give that one a new number in the same table, or end the file first.")
        rejects.extend(_refused(r, Reason.CONFLICT, rule, remedy) for r in ready if r.line in lost)
        read = [r for r in read if r.line not in lost]
    rejects.extend(twice)
    known.update(seen)
    return ready


def _refused(row: _Row, reason: Reason, rule: Text, remedy: Text) -> tuple[int, Refusal]:
    return row.line, Refusal(reason, rule, remedy=remedy, field="number", value=row.number, line=row.line)


def _store(unit: Unit, ready: list[_Row], held: dict[uuid.UUID, Badge]) -> tuple[int, int]:
    """Put numbers on record; how many people had none before, and for how many something is otherwise now."""
    new, changed = [], []
    for row in ready:
        badge = held.get(row.person)
        values = (row.number, row.section or (badge.section if badge else ""), row.shift or (badge.shift if badge else ""))
        if badge is None:
            new.append(Badge(unit=unit, person_id=row.person, number=values[0], section=values[1], shift=values[2]))
        elif (badge.number, badge.section, badge.shift) != values:
            badge.number, badge.section, badge.shift = values
            changed.append(badge)
    numbers = [b.number for b in (*new, *changed)]
    Badge.objects.filter(unit=unit, number__in=numbers).update(number="")  # whoever had one of them gets another, or is no longer on the staff
    Badge.objects.filter(pk__in=[b.pk for b in changed]).update(number="")
    Badge.objects.bulk_update(changed, ["number", "section", "shift"], batch_size=1000)
    Badge.objects.bulk_create(new, batch_size=2000)
    return len(new), len(changed)
