"""Importing a table of people: rows in = accepted + rejected, each rejected row with field, masked value, rule and remedy."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import connection
from django.utils import timezone
from pydantic import Base64Bytes, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.rejects import Tally
from tongchou.kernel.tables import Table, read_table
from tongchou.kernel.text import Text
from tongchou.record import tableimport
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.people import EDIT, elsewhere
from tongchou.record.copytext import batched_lines
from tongchou.record.models import Area, Household
from tongchou.record.people.identity import SEALED_COLUMNS, document_hash, sealed_rows
from tongchou.record.people.locks import OnRecord, SamePhone, lock_documents, on_record
from tongchou.record.people.reach import area_for_people, ended_area, like_paths
from tongchou.record.people.table import Mapping, RowGiven, map_columns, read_rows
from tongchou.record.tableimport import Imported, hand_over

LARGEST = 64 * 1024 * 1024
SHOWN = 500
"""Rejected rows that a result lists; the counts are of all, and rejected_file() gives all of them."""


class ImportIn(Payload):
    """content: the file's bytes in base64. area: for rows without an area code. columns: {column: field} where names do not say it."""

    content: Base64Bytes = Field(max_length=LARGEST)
    filename: str = Field(min_length=1, max_length=200)
    area: int | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    sheet: str | None = None
    accept_full: bool = False


def import_people(
    actor: Actor, client_id: uuid.UUID, data: bytes, filename: str, *, dry_run: bool = False, **more: Any
) -> Imported:
    """Run person.import_table on a file's bytes and keep the rejected rows for the caller. more: the payload's other fields."""
    return tableimport.import_table("person.import_table", actor, client_id, data, filename, dry_run=dry_run, **more)


@verb("person.import_table", EDIT, Text("导入人员名单", "Import a table of people"))
def import_table(context: Context, given: ImportIn) -> dict[str, Any]:
    """Register everybody in a table who is not on record yet. On a dry run nothing is written, the counts are the same."""
    default = area_for_people(context.actor, EDIT, given.area) if given.area is not None else None
    table = read_table(given.content, given.filename, sheet=given.sheet, accept_full=given.accept_full)
    mapping = map_columns(table, given.columns, default is not None)
    rejects = list(table.faults)
    areas = _Areas(context.actor, default, table, mapping)
    ready: list[tuple[RowGiven, int]] = []
    for row in read_rows(table, mapping, timezone.localdate(context.now), rejects):
        try:
            ready.append((row, areas.find(row)))
        except Refusal as refusal:
            rejects.append((row.number, refusal))
    lock_documents()
    ready = _without_known(context.actor, ready, rejects)
    if not context.dry_run:
        _store(context, ready)
    tally = Tally(table.rows_in, len(ready), len(rejects))
    rejects.sort(key=lambda pair: pair[0])
    hand_over(table, rejects)
    repeats = [r.details.get("on_record", "") for _, r in rejects if r.reason is Reason.DUPLICATE]
    result = {
        "rows_in": tally.rows_in,
        "accepted": tally.accepted,
        "rejected": tally.rejected,
        "repeated_in_file": repeats.count("file"),
        "on_record": repeats.count("here"),
        "on_record_elsewhere": repeats.count("elsewhere"),
        "ignored_columns": mapping.ignored,
        "rejects": [{"row": n} | r.as_dict() for n, r in rejects[:SHOWN]],
    }
    counts = {k: v for k, v in result.items() if isinstance(v, int)}
    context.event("people_imported", data=counts)
    return result


class _Areas:
    """Finds areas by code: in force and within reach, or says which of the two fails."""

    def __init__(self, actor: Actor, default: Area | None, table: Table, mapping: Mapping) -> None:
        self.default = default
        place = mapping.places.get("area")
        codes = {cells[place] for _, cells in table.rows if cells[place]} if place is not None else set()
        found = Area.objects.filter(code__in=codes).order_by("-valid_from").values_list("code", "pk", "name", "path", "valid_to")
        self.current: dict[str, int] = {}
        self.ended: dict[str, tuple[str, str]] = {}
        for code, key, name, path, ended in found:
            if not actor.sees_path(EDIT, path):
                continue
            if ended is None:
                self.current[code] = key
            else:
                self.ended.setdefault(code, (name, str(ended)))

    def find(self, row: RowGiven) -> int:
        if not row.area:
            if self.default is not None:
                return self.default.pk
            rule = Text("没有填写社区或网格编码。", "The area code is missing.")
            remedy = Text("请填写现行编码。", "Give the code of an area in force.")
            raise Refusal(Reason.MISSING_VALUE, rule, remedy=remedy, field="area", line=row.number)
        if row.area in self.current:
            return self.current[row.area]
        if row.area in self.ended:
            refusal = ended_area(*self.ended[row.area], "area", row.area)
            refusal.line = row.number
            raise refusal
        rule = Text("辖区内没有这个编码的区域。", "No area in your reach has this code.")
        remedy = Text("请核对编码；辖区以外的人员由当地导入。", "Check the code; people elsewhere are imported there.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field="area", value=row.area[:40], line=row.number)


def _without_known(
    actor: Actor, ready: list[tuple[RowGiven, int]], rejects: list[tuple[int, Refusal]]
) -> list[tuple[RowGiven, int]]:
    """Take out rows whose document stands in the file before or is on record already, each with its own reason; of those without a document,
    rows whose name and phone do: the same list read twice makes nobody twice."""
    hashes = [document_hash(r.given.identity.document_kind, r.given.identity.document) for r, _ in ready]
    paths = like_paths(actor, EDIT)
    known = on_record([h for h in hashes if h], paths)
    same = SamePhone({r.given.identity.phone for (r, _), h in zip(ready, hashes, strict=True) if h is None}, paths)
    first: dict[bytes, int] = {}
    kept: list[tuple[RowGiven, int]] = []
    for (row, area), hashed in zip(ready, hashes, strict=True):
        if hashed is None:
            if (found := same.find_or_add(row.given.identity, row.number)) is None:
                kept.append((row, area))
            else:
                rejects.append((row.number, _same_phone(row, found)))
        elif hashed in first:
            rejects.append((row.number, _again(row, first[hashed])))
        else:
            first[hashed] = row.number
            if hashed in known:
                rejects.append((row.number, _known(row, known[hashed])))
            else:
                kept.append((row, area))
    return kept


def _again(row: RowGiven, first: int) -> Refusal:
    rule = Text("与第 {n} 行证件相同。", "Row {n} has the same document.").with_(n=first)
    remedy = Text("请核对，只保留一行。", "Compare the two and keep one.")
    value = row.given.identity.masked().document
    return Refusal(Reason.DUPLICATE, rule, remedy=remedy, field="document", value=value, line=row.number, on_record="file")


def _same_phone(row: RowGiven, found: uuid.UUID | int) -> Refusal:
    remedy = Text("是同一人的不必再导入；确为两人的，请填写证件号码。", "If it is the same person, leave it out; if there are two, give their documents.")
    value = row.given.identity.masked().phone
    if isinstance(found, int):
        rule = Text("与第 {n} 行姓名和手机号相同。", "Row {n} has the same name and phone.").with_(n=found)
        return Refusal(Reason.DUPLICATE, rule, remedy=remedy, field="phone", value=value, line=row.number, on_record="file")
    rule = Text("同姓名、同手机号的人已登记在册。", "Somebody of this name and phone is on record already.")
    return Refusal(Reason.DUPLICATE, rule, remedy=remedy, field="phone", value=value, line=row.number, on_record="here", person=str(found))


def _known(row: RowGiven, known: OnRecord) -> Refusal:
    if known.inside:
        rule = Text("该证件已登记在册。", "This document is on record already.")
        remedy = Text("不必再导入；信息有变的，请在档案中更正。", "No need to import it; correct the file where data has changed.")
        refusal = Refusal(
            Reason.DUPLICATE, rule, remedy=remedy, field="document", on_record="here", person=str(known.person)
        )
    else:
        refusal = elsewhere()
        refusal.details["on_record"] = "elsewhere"
    refusal.line, refusal.value = row.number, row.given.identity.masked().document
    return refusal


def _store(context: Context, ready: list[tuple[RowGiven, int]]) -> None:
    homes = _households({(area, row.household) for row, area in ready if row.household})
    ids = [new_id() for _ in ready]
    sealed = sealed_rows((row.given.identity for row, _ in ready), ids)
    rows = (
        (*values, row.given.sex, area, homes.get((area, row.household)), context.now)
        for values, (row, area) in zip(sealed, ready, strict=True)
    )
    columns = f"{SEALED_COLUMNS}, sex, area_id, household_id, created_at"
    with connection.cursor() as cursor, cursor.copy(f"copy record_person ({columns}) from stdin") as copy:
        for part in batched_lines(rows):
            copy.write(part)
    for person, (_, area) in zip(ids, ready, strict=True):
        context.event("person_registered", subject=f"person:{person}", data={"area": area})


def _households(wanted: set[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Ids of households by area and label, made where there are none."""
    areas = {area for area, _ in wanted}
    rows = Household.objects.filter(area__in=areas).exclude(label="").order_by("-pk").values_list("area_id", "label", "pk")
    known = {(area, label): key for area, label, key in rows}
    new = [Household(area_id=area, label=label) for area, label in sorted(wanted - known.keys())]
    for made in Household.objects.bulk_create(new, batch_size=5000):
        known[made.area_id, made.label] = made.pk
    return known
