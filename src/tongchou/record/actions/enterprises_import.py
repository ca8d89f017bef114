"""The register of enterprises from a table: new ones are added, known ones brought up to date, landlords and supply joined by code or name."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.utils import timezone

from tongchou.kernel.codes import USCC_ALPHABET
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.sizes import sizes_of
from tongchou.record.access import Actor
from tongchou.record.act import Context, verb
from tongchou.record.copytext import batched_lines
from tongchou.record.enterprise_rows import COLUMNS, FIGURES, NEEDED, EnterpriseRow, Rows
from tongchou.record.enterprises import EDIT, seal_contact
from tongchou.record.models import Area, Enterprise, SupplyLink, Unit
from tongchou.record.responsible import Named, lay
from tongchou.record.rowimport import Imported, RowsIn, import_file, result_of, seen_before
from tongchou.record.territory.levels import name_key
from tongchou.record.territory.reach import condition, reaches_unit

VERB = "enterprise.import_rows"
Names = dict[str, "int | None"]
Found = tuple[EnterpriseRow, "Unit | None"]


def import_enterprises(
    actor: Actor, client_id: uuid.UUID, data: bytes, filename: str, *, dry_run: bool = False, progress: Callable[[int, int], None] | None = None
) -> Imported:
    """Import a file of enterprises (CSV, XLSX) and keep its rejected rows for the caller. Raises Refusal for a file that cannot be read."""
    return import_file(VERB, COLUMNS, NEEDED, actor, client_id, data, filename, dry_run=dry_run, progress=progress, titled=True)


@verb(VERB, EDIT, Text("导入企业名册", "Import the register of enterprises"))
def import_rows(context: Context, given: RowsIn) -> dict[str, Any]:
    """Add and change many enterprises. One is known again by its code, without one by its name within reach. What a row leaves empty stays."""
    read, rejects = given.read(COLUMNS, Rows(*_areas(context.actor), lambda: Named(context.actor, timezone.localdate(context.now))).read)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(7216007)")  # two imports come one after the other
    known = _Known(context.actor)
    found: list[Found] = []
    for row in read:
        try:
            found.append((row, known.unit_of(row)))
        except Refusal as refusal:
            refusal.line = row.number
            rejects.append((row.number, refusal))
    ready = _standing(found, known, rejects)
    new = sum(unit is None for _, unit in ready)
    units, changed = _units(context, ready)
    changed |= _figures(context, units, known)
    links = _links(units, known)
    responsible = lay(context, {(unit.pk, k): post for row, unit in units for k, post in row.responsible.items()}, timezone.localdate(context.now))
    for unit_id in changed:
        context.event("enterprise_changed", subject=f"unit:{unit_id}", data={"origin": "import"})
    return result_of(
        len(given.rows), len(ready), rejects, new=new, changed=len(changed), unchanged=len(ready) - new - len(changed), links=links,
        responsible=responsible,
    )


def _areas(actor: Actor) -> tuple[Names, Names]:
    """Areas within reach, and all areas, by code and by name."""
    values: dict[str, Any] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"select a.code, a.name, a.id from record_area a where a.valid_to is null and {condition(actor, EDIT, values)}", values)
        here = _named(cursor.fetchall())
    return here, _named(list(Area.objects.filter(valid_to=None).values_list("code", "name", "pk")))


def _named(rows: list[tuple[str | None, str, int]]) -> Names:
    out: Names = {}
    for _, name, key in rows:
        out[name.upper()] = None if name.upper() in out else key
    return out | {code.upper(): key for code, _, key in rows if code}


class _Known:
    """Enterprises on record, by code and by name. seen: those of earlier parts of this file."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.units = {u.pk: u for u in Unit.objects.filter(kind="enterprise", active_to=None).select_related("area")}
        self.by_name: Names = _named([(u.code, u.name, u.pk) for u in self.units.values()])
        self.mine = {u.name: u for u in self.units.values() if reaches_unit(actor, EDIT, u)}
        others = Unit.objects.filter(code__isnull=False).exclude(kind="enterprise", active_to=None)
        self.taken = set(others.values_list("code", flat=True))  # asked once, not for each new row
        self.seen = seen_before()

    def unit_of(self, row: EnterpriseRow) -> Unit | None:
        """The unit that a row is about, None for a new one. Raises Refusal."""
        unit = self._by_code(row.code) if row.code else None
        if unit is None and row.name in self.mine and (row.code is None or self.mine[row.name].code is None):
            unit = self.mine[row.name]
        if unit is None and (not row.name or row.area is None):
            name = "name" if not row.name else "area"
            rule = Text("新企业须填写名称和所在区域。", "A new enterprise needs a name and an area.")
            raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请补填。", "Add it."), field=name)
        return unit

    def _by_code(self, code: str) -> Unit | None:
        found = self.by_name.get(code)
        if found is None:
            if code in self.taken:
                raise _taken(code)
            return None
        unit = self.units[found]
        if not reaches_unit(self.actor, EDIT, unit):
            raise _taken(code)
        return unit

    def same_as(self, row: EnterpriseRow, unit: Unit | None, seen: dict[Any, int]) -> int | None:
        """The earlier row about the same enterprise: by its code, its place on record, or its name where one of the two has no code."""
        keys = [("code", row.code), ("bare", row.name) if row.code else ("name", row.name), ("unit", unit.pk if unit else None)]
        return next((n for key in keys if key[1] and (n := seen.get(key)) is not None), None)


def _taken(code: str) -> Refusal:
    rule = Text("该代码已用于辖区外或已注销的单位。", "A unit elsewhere, or one that has ended, has this code.")
    return Refusal(Reason.DUPLICATE, rule, remedy=Text("请核对代码。", "Check the code."), field="code", value=code)


def _standing(found: list[Found], known: _Known, rejects: list[tuple[int, Refusal]]) -> list[Found]:
    """Rows that stand: the first sound one about each enterprise, none with a partner whose code nobody has.

    A row that is refused takes its code away from those that lean on it and leaves its place to a later row, so this is asked until nothing changes.
    """
    while True:
        seen, ready, twice = dict(known.seen), [], []
        for row, unit in found:
            first = known.same_as(row, unit, seen)
            if first is None:
                ready.append((row, unit))
                marks = (("code", row.code), ("name", row.name), ("unit", unit.pk if unit else None), ("bare", "" if row.code else row.name))
                seen.update({key: row.number for key in marks if key[1]})
            else:
                twice.append(_twice(row, first))
        codes = {row.code for row, _ in ready if row.code}
        lost = {n: r for n, r in ((row.number, _without_partner(row, known, codes)) for row, _ in ready) if r is not None}
        if not lost:
            break
        rejects.extend(lost.items())
        found = [(row, unit) for row, unit in found if row.number not in lost]
    rejects.extend(twice)
    known.seen.update(seen)
    return ready


def _twice(row: EnterpriseRow, first: int) -> tuple[int, Refusal]:
    rule = Text("与第 {n} 行是同一家企业。", "Row {n} is the same enterprise.").with_(n=first)
    name, value = ("code", row.code) if row.code else ("name", row.name)
    return row.number, Refusal(Reason.DUPLICATE, rule, remedy=Text("请只保留一行。", "Keep one of them."), field=name, value=value, line=row.number)


def _without_partner(row: EnterpriseRow, known: _Known, codes: set[str]) -> Refusal | None:
    """Why a row may not name its partners: a code is nobody's. A name that nobody has is somebody outside."""
    named = [(f"{way}s", who) for way, who, _, _ in row.links] + ([("landlord", row.landlord)] if row.landlord else [])
    wrong = next(((f, w) for f, w in named if _is_code(w) and w.upper() not in codes and known.by_name.get(w.upper()) is None), None)
    if wrong is None:
        return None
    rule = Text("没有代码为 {code} 的企业。", "No enterprise has the code {code}.").with_(code=wrong[1])
    remedy = Text("区外企业请填写名称。", "Write the name of one outside.")
    return Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field=wrong[0], value=wrong[1], line=row.number)


def _is_code(text: str) -> bool:
    return len(text) == 18 and all(c in USCC_ALPHABET for c in text.upper())


def _units(context: Context, ready: list[tuple[EnterpriseRow, Unit | None]]) -> tuple[list[tuple[EnterpriseRow, Unit]], set[int]]:
    """Add new units and change known ones; all of them, and the ids of those that changed."""
    today = timezone.localdate(context.now)
    out, new, other = [], [], []
    for row, unit in ready:
        if unit is None:
            assert row.area is not None  # _Known.unit_of has refused it otherwise
            unit = Unit(
                name=row.name, name_en=row.name_en, name_key=name_key(row.name, 320), kind="enterprise", code=row.code, area_id=row.area, active_from=today
            )
            new.append(unit)
        else:
            wanted = (row.name or unit.name, row.name_en or unit.name_en, row.code or unit.code, row.area or unit.area_id)
            if wanted != (unit.name, unit.name_en, unit.code, unit.area_id):
                unit.name, unit.name_en, unit.code, unit.area_id = wanted
                unit.name_key = name_key(unit.name, 320)
                other.append(unit)
        out.append((row, unit))
    Unit.objects.bulk_create(new, batch_size=2000)
    Unit.objects.bulk_update(other, ["name", "name_en", "code", "area", "name_key"], batch_size=1000)
    for unit in new:
        context.event("unit_added", subject=f"unit:{unit.pk}", data={"kind": unit.kind, "area": unit.area_id})
    return out, {u.pk for u in other}


_COLUMNS = (*FIGURES, "size", "sealed_contact", "version", "changed_at")
_TEMP = "create temp table enterprise_rows (like record_enterprise) on commit drop"
_UPSERT = f"""
insert into record_enterprise (unit_id, {", ".join(_COLUMNS)}) select unit_id, {", ".join(_COLUMNS)} from enterprise_rows
on conflict (unit_id) do update set {", ".join(f"{c} = excluded.{c}" for c in _COLUMNS)}
"""


def _figures(context: Context, units: list[tuple[EnterpriseRow, Unit]], known: _Known) -> set[int]:
    """Put the figures in, with sizes worked out for all at once; returns the known units whose figures became other ones."""
    old = {e.unit_id: e for e in Enterprise.objects.filter(pk__in=[u.pk for _, u in units])}
    ids = {k: u for k, u in known.by_name.items() if u is not None} | {u.code: u.pk for _, u in units if u.code} | {u.name.upper(): u.pk for _, u in units}
    rows: list[Enterprise] = []
    for row, unit in units:
        told = dict(row.figures)
        if row.landlord:
            landlord = ids.get(row.landlord.upper())
            told |= {"landlord_id": landlord, "landlord_name": "" if landlord else row.landlord}
        one = old.get(unit.pk) or Enterprise(unit=unit, version=0, changed_at=context.now)
        before = [getattr(one, f) for f in FIGURES]
        for name, value in told.items():
            setattr(one, name, value)
        if row.contact is not None and one.sealed_contact is None:
            one.sealed_contact = seal_contact(row.contact, unit.pk)
        if one.version == 0 or before != [getattr(one, f) for f in FIGURES]:
            rows.append(one)
    money = [[None if v is None else float(v) for v in column] for column in ([r.revenue for r in rows], [r.assets for r in rows])]
    sizes = sizes_of([r.industry for r in rows], [r.staff for r in rows], money[0], money[1], timezone.localdate(context.now))
    for one, size in zip(rows, sizes, strict=True):
        one.size, one.version, one.changed_at = size, one.version + 1, context.now
    lines = ((r.pk, *(_plain(getattr(r, c)) for c in _COLUMNS)) for r in rows)
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists enterprise_rows")
        cursor.execute(_TEMP)
        with cursor.copy(f"copy enterprise_rows (unit_id, {', '.join(_COLUMNS)}) from stdin") as copy:
            for part in batched_lines(lines):
                copy.write(part)
        cursor.execute(_UPSERT)
    return {r.pk for r in rows if r.pk in known.units}


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _links(units: list[tuple[EnterpriseRow, Unit]], known: _Known) -> int:
    """Record the supplies that are not on record yet; how many are new."""
    ids = {k: u for k, u in known.by_name.items() if u is not None} | {u.code: u.pk for _, u in units if u.code} | {u.name.upper(): u.pk for _, u in units}
    made: dict[tuple[Any, ...], SupplyLink] = {}
    for row, unit in units:
        for way, who, product, critical in row.links:
            other = ids.get(who.upper())
            if other == unit.pk:
                continue
            supplier, buyer = (other, unit.pk) if way == "supplier" else (unit.pk, other)
            outside = "" if other else who
            key = (supplier, buyer, outside, product)
            link = SupplyLink(supplier_id=supplier, buyer_id=buyer, outside=outside, product=product, critical=critical and buyer is not None)
            link.critical_said, link.recorded_at = critical, timezone.now()
            made.setdefault(key, link)
    before = set(SupplyLink.objects.filter(ended_on=None).values_list("supplier_id", "buyer_id", "outside", "product"))
    new = [link for key, link in made.items() if key not in before]
    SupplyLink.objects.bulk_create(new, batch_size=2000)
    return len(new)
