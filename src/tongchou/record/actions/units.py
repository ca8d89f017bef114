"""Verbs of units: add, change, end, and import a table of them."""

from __future__ import annotations

import base64
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone
from pydantic import Base64Bytes, Field

from tongchou.kernel.codes import parse_uscc
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.rejects import Tally, write_rejected
from tongchou.kernel.tables import Table, read_table
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import Area, Holding, Loop, PostHolding, Unit
from tongchou.record.territory.levels import check_name, name_key
from tongchou.record.territory.reach import area_in_reach, missing, reaches_path, reaches_unit, unit_in_reach

WITH_USCC = frozenset({"enterprise", "school", "clinic"})
"""Kinds whose code is a unified social credit code. It may be left out where it is not known; a local code may not stand for it."""

_TAKEN = Text("该代码已用于另一个单位。", "Another unit already has this code.")
explain_constraint("record_unit_code_key", Reason.DUPLICATE, _TAKEN, Text("请核对代码。", "Check the code."))


class AddIn(Payload):
    name: str = Field(max_length=160)
    kind: Unit.Kind
    area: int
    name_en: str = Field("", max_length=160)
    code: str | None = Field(None, max_length=40)
    parent: int | None = None
    active_from: date | None = None
    detail: dict[str, str | int | float | bool | None] = Field(default_factory=dict, max_length=40)


class ChangeIn(Payload):
    """What is left out stays as it is; `parent: null` takes the unit out of its parent."""

    unit: int
    name: str | None = Field(None, max_length=160)
    name_en: str | None = Field(None, max_length=160)
    code: str | None = Field(None, max_length=40)
    area: int | None = None
    parent: int | None = None
    detail: dict[str, str | int | float | bool | None] | None = Field(None, max_length=40)


class EndIn(Payload):
    unit: int
    on: date | None = None


class ImportIn(Payload):
    content: Base64Bytes = Field(max_length=64 * 1024 * 1024)
    filename: str = Field(min_length=1, max_length=200)


def import_payload(data: bytes, filename: str) -> dict[str, Any]:
    """The payload of unit.import_table for a file's bytes."""
    return {"content": base64.b64encode(data).decode(), "filename": filename}


@verb("unit.add", "unit.edit", Text("新增单位", "Add a unit"))
def add(context: Context, given: AddIn) -> dict[str, Any]:
    return {"unit": make_unit(context, given, "unit.edit").pk}


def make_unit(context: Context, given: AddIn, permission: str) -> Unit:
    """Add a unit within the actor's reach under a permission, inside an act."""
    area = area_in_reach(context.actor, permission, given.area)
    if area.valid_to is not None:
        raise _ended(area.name, "area", area.code)
    parent = _parent(context.actor, None, given.parent)
    code = checked_code(given.kind.value, given.code)
    _free(context.actor, code, None, permission)
    name = check_name(given.name)
    unit = Unit.objects.create(
        name=name, name_en=given.name_en, name_key=name_key(name, 320), kind=given.kind.value, code=code, area=area,
        parent=parent, active_from=given.active_from or timezone.localdate(context.now), detail=given.detail,
    )  # fmt: skip
    context.event("unit_added", subject=f"unit:{unit.pk}", data={"kind": unit.kind, "area": area.pk})
    return unit


@verb("unit.change", "unit.edit", Text("变更单位信息", "Change a unit"))
def change(context: Context, given: ChangeIn) -> dict[str, Any]:
    unit = unit_in_reach(context.actor, "unit.edit", given.unit, lock=True)
    return {"unit": change_unit(context, unit, given, "unit.edit").pk}


def change_unit(context: Context, unit: Unit, given: ChangeIn, permission: str) -> Unit:
    """Change a unit that was found within reach and locked, inside an act."""
    if unit.active_to is not None:
        raise _ended(unit.name, "unit", unit.pk)
    asked = given.model_fields_set - {"unit"}
    if given.name is not None:
        unit.name = check_name(given.name)
        unit.name_key = name_key(unit.name, 320)
    if given.name_en is not None:
        unit.name_en = given.name_en
    if "code" in asked:
        unit.code = checked_code(unit.kind, given.code)
        _free(context.actor, unit.code, unit.pk, permission)
    if given.area is not None:
        unit.area = area_in_reach(context.actor, permission, given.area)
        if unit.area.valid_to is not None:
            raise _ended(unit.area.name, "area", unit.area.code)
    if "parent" in asked:
        unit.parent = _parent(context.actor, unit, given.parent)
    if given.detail is not None:
        unit.detail = given.detail
    unit.save()
    context.event("unit_changed", subject=f"unit:{unit.pk}", data={"fields": sorted(asked)})
    return unit


@verb("unit.end", "unit.edit", Text("撤销单位", "End a unit"))
def end(context: Context, given: EndIn) -> dict[str, Any]:
    """End a unit with its posts' holdings. Refused while it owes open loops, holds somebody or something, or has units below it."""
    unit = unit_in_reach(context.actor, "unit.edit", given.unit, lock=True)
    if unit.active_to is not None:
        raise _ended(unit.name, "unit", unit.pk)
    today = timezone.localdate(context.now)
    on = given.on or today
    if on < unit.active_from or on > today:
        rule = Text("撤销日期应在 {since} 至今天之间。", "A unit ends between {since} and today.").with_(since=unit.active_from)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="on", value=str(on))
    loops = Loop.objects.filter(owner_unit=unit, closed_at=None).count()
    held = Holding.objects.filter(unit=unit, until=None).count()
    below = Unit.objects.filter(parent=unit, active_to=None).count()
    if loops or held or below:
        rule = Text(
            "还有 {loops} 件未办结事项、{held} 项在管人员物品、{below} 个下级单位。",
            "It still has {loops} open {loops|loop|loops}, {held} {held|person|persons} or things in custody and {below} {below|unit|units} below it.",
        ).with_(loops=loops, held=held, below=below)
        remedy = Text("请先改派、移交或调整隶属。", "Reassign, hand over or move them first.")
        raise Refusal(Reason.CONFLICT, rule, remedy=remedy, field="unit", value=unit.pk)
    for holding in PostHolding.objects.select_for_update().filter(post__unit=unit).exclude(to_date__lte=on):
        holding.to_date = max(on, holding.from_date)
        holding.save(update_fields=["to_date"])
        context.event("post_released", subject=f"account:{holding.account_id}", data={"post": holding.post_id})
    unit.active_to = on
    unit.save(update_fields=["active_to"])
    context.event("unit_ended", subject=f"unit:{unit.pk}")
    return {"unit": unit.pk}


def checked_code(kind: str, code: str | None) -> str | None:
    """Return the code in its stored form, None when none was given."""
    plain = (code or "").strip()
    if not plain:
        return None
    return parse_uscc(plain, "code") if kind in WITH_USCC else plain.upper()


def _free(actor: Actor, code: str | None, own: int | None, permission: str = "unit.edit") -> None:
    """Refuse a code that another unit has; name that unit where the actor may know of it."""
    other = Unit.objects.select_related("area").filter(code=code).exclude(pk=own).first() if code else None  # type: ignore[misc]
    if other is None:
        return
    named = reaches_unit(actor, permission, other)
    rule = Text("该代码已用于“{name}”。", "“{name}” already has this code.").with_(name=other.name) if named else _TAKEN
    remedy = Text("请核对代码，或变更已有单位。", "Check the code, or change the unit that is there.")
    raise Refusal(Reason.DUPLICATE, rule, remedy=remedy, field="code", value=code)


def _parent(actor: Actor, unit: Unit | None, key: int | None) -> Unit | None:
    """Return the parent unit; refused when it is ended or lies below the unit itself."""
    if key is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(7216004)")
    parent = unit_in_reach(actor, "unit.edit", key, "parent")
    if parent.active_to is not None:
        raise _ended(parent.name, "parent", parent.pk)
    up: Unit | None = parent
    while unit is not None and up is not None:
        if up.pk == unit.pk:
            rule = Text("单位不能隶属于自身或其下级单位。", "A unit cannot lie below itself.")
            raise Refusal(Reason.CYCLE, rule, remedy=Text("请另选上级单位。", "Choose another parent."), field="parent", value=key)
        up = up.parent
    return parent


def _ended(name: str, field: str, value: Any) -> Refusal:
    rule = Text("{name} 已撤销。", "{name} has ended.").with_(name=name)
    return Refusal(Reason.CONFLICT, rule, remedy=Text("请选择现行的。", "Choose one in force."), field=field, value=value)


@verb("unit.import_table", "unit.edit", Text("批量导入单位", "Import units"))
def import_table(context: Context, given: ImportIn) -> dict[str, Any]:
    """Add and change units from a table: name, kind, code, area_code[, name_en]. A unit is known again by its code, without one by its
    name in its area. Rows that cannot be used are listed; the others are imported."""
    table = read_table(given.content, given.filename)
    wanted, rejects = read_units(context.actor, table)
    known = {u.code: u for u in Unit.objects.select_for_update().filter(code__in=[u.code for _, u in wanted if u.code])}
    named = {
        (u.name, u.area_id, u.kind): u
        for u in Unit.objects.filter(area_id__in={u.area_id for _, u in wanted}, code=None, active_to=None)
    }
    added: list[Unit] = []
    changed: list[Unit] = []
    unchanged = 0
    for number, unit in wanted:
        old = known.get(unit.code) if unit.code else named.get((unit.name, unit.area_id, unit.kind))
        if old is None:
            unit.active_from = timezone.localdate(context.now)
            added.append(unit)
        elif old.active_to is not None or not reaches_unit(context.actor, "unit.edit", old):
            rejects.append((number, Refusal(Reason.DUPLICATE, _TAKEN, field="code", value=unit.code)))
        elif (old.name, old.kind, old.area_id, old.name_en) == (unit.name, unit.kind, unit.area_id, unit.name_en):
            unchanged += 1
        else:
            old.name, old.kind, old.area_id, old.name_en = unit.name, unit.kind, unit.area_id, unit.name_en
            old.name_key = unit.name_key
            changed.append(old)
    Unit.objects.bulk_create(added, batch_size=1000)
    Unit.objects.bulk_update(changed, ["name", "kind", "area", "name_en", "name_key"], batch_size=1000)
    for what, units in (("unit_added", added), ("unit_changed", changed)):
        for unit in units:
            context.event(what, subject=f"unit:{unit.pk}", data={"kind": unit.kind, "area": unit.area_id})
    tally = Tally(table.rows_in, len(added) + len(changed) + unchanged, len(rejects))
    return {
        "rows_in": tally.rows_in, "accepted": tally.accepted, "rejected": tally.rejected, "new": len(added),
        "changed": len(changed), "unchanged": unchanged,
        "rejects": [{"row": n} | r.as_dict() for n, r in sorted(rejects, key=lambda pair: pair[0])[:500]],
    }  # fmt: skip


def rejected_units(actor: Actor, data: bytes, filename: str, language: str) -> bytes:
    """The rejected rows of a table of units as CSV, with why. Computed anew: nothing of it is stored."""
    table = read_table(data, filename)
    return write_rejected(table, read_units(actor, table)[1], language)


def read_units(actor: Actor, table: Table) -> tuple[list[tuple[int, Unit]], list[tuple[int, Refusal]]]:
    """Read rows to unsaved units, and the rows refused with why. Refuses the table when a column is missing."""
    absent = [c for c in ("name", "kind", "area_code") if c not in table.header]
    if absent:
        rule = Text("缺少列：{columns}。", "Columns are missing: {columns}.").with_(columns=", ".join(absent))
        raise Refusal(Reason.MISSING_VALUE, rule, field="header", file=table.filename)
    codes = {record["area_code"].upper() for _, record in table.records()}
    areas = {a.code: a for a in Area.objects.filter(code__in=codes, valid_to=None)}
    rejects = list(table.faults)
    wanted: list[tuple[int, Unit]] = []
    seen: dict[Any, int] = {}
    for number, record in table.records():
        try:
            unit = _unit_of(actor, record, areas)
            key = unit.code or (unit.name, unit.area_id, unit.kind)
            if key in seen:
                rule = Text("与第 {row} 行重复。", "Row {row} already gives it.").with_(row=seen[key])
                raise Refusal(Reason.DUPLICATE, rule, field="code", value=unit.code or unit.name)
        except Refusal as refusal:
            rejects.append((number, refusal))
            continue
        seen[key] = number
        wanted.append((number, unit))
    return wanted, rejects


def _unit_of(actor: Actor, record: dict[str, str], areas: dict[str, Area]) -> Unit:
    name = check_name(record["name"])
    kind = record["kind"].lower()
    if kind not in Unit.Kind.values:
        rule = Text("没有这种单位类型。", "There is no such kind of unit.")
        remedy = Text("可用类型：{all}", "Kinds: {all}").with_(all=", ".join(Unit.Kind.values))
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="kind", value=kind[:20])
    area = areas.get(record["area_code"].upper())
    if area is None or not reaches_path(actor, "unit.edit", area.path):
        raise missing(Text("没有找到该区域。", "There is no such area."), "area_code", record["area_code"][:40])
    code = checked_code(kind, record.get("code"))
    return Unit(
        name=name[:160], name_en=record.get("name_en", "")[:160], name_key=name_key(name, 320), kind=kind, code=code, area=area
    )
