"""Needs and offers from a spreadsheet: rows in = accepted + rejected, and every rejected row comes back with its reason."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from pydantic import Base64Bytes, Field

from tongchou.kernel.clock import parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.rejects import Tally, write_rejected
from tongchou.kernel.tables import Table, read_table
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, validate, verb
from tongchou.record.models import Unit
from tongchou.record.territory.reach import missing, reaches_unit
from tongchou.rooms.matching.catalogue import item_of
from tongchou.rooms.matching.entries import EntryIn, built
from tongchou.rooms.matching.models import Entry
from tongchou.rooms.matching.reach import POST

_NIL = uuid.UUID(int=0)
LARGEST = 64 * 1024 * 1024
MOST = 200_000
SHOWN = 500
DAYS = 14
"""How long a row without a last day is valid."""
COLUMNS: dict[str, tuple[str, ...]] = {
    "side": ("供需", "类型", "需求或供给", "side"),
    "item": ("品名", "工种", "品名或工种", "物资", "名称", "item"),
    "quantity": ("数量", "人数", "需求数量", "quantity"),
    "unit": ("单位", "企业", "企业名称", "单位名称", "统一社会信用代码", "unit"),
    "first": ("起", "起始日期", "开始日期", "从", "first"),
    "last": ("止", "截止日期", "结束日期", "有效期至", "last"),
    "conditions": ("条件", "要求", "标准", "conditions"),
    "size": ("规格", "吨位", "大小", "size"),
    "within_km": ("距离", "最远公里", "within_km"),
    "price": ("单价", "价格", "price"),
    "latitude": ("纬度", "latitude"),
    "longitude": ("经度", "longitude"),
    "note": ("备注", "说明", "note"),
}
_SIDES = {"need": "need", "需": "need", "需求": "need", "要": "need", "offer": "offer", "供": "offer", "供给": "offer", "供应": "offer"}


class TableIn(Payload):
    """content: the file in base64. unit: for rows that name none."""

    content: Base64Bytes = Field(max_length=LARGEST)
    filename: str = Field(min_length=1, max_length=200)
    unit: int | None = None


@verb("match.import_table", POST, Text("导入供需", "Import needs and offers"))
def import_table(context: Context, given: TableIn) -> dict[str, Any]:
    """Enter every row that holds; the others are listed."""
    table = read_table(given.content, given.filename, max_rows=MOST, titled=True)
    rows, rejects = read_entries(context, table, given.unit)
    Entry.objects.bulk_create(rows, batch_size=2000)
    tally = Tally(table.rows_in, len(rows), len(rejects))
    sides = Counter(r.side for r in rows)
    counts = {"rows_in": tally.rows_in, "accepted": tally.accepted, "rejected": tally.rejected, "needs": sides["need"], "offers": sides["offer"]}
    context.event("match_imported", data=counts)
    return counts | {"rejects": [{"row": n} | r.as_dict() for n, r in sorted(rejects, key=lambda pair: pair[0])[:SHOWN]]}


def rejected_entries(actor: Actor, data: bytes, filename: str, unit: int | None, language: str) -> bytes:
    """The rejected rows as CSV with why. Computed anew: nothing of it is stored."""
    table = read_table(data, filename, max_rows=MOST, titled=True)
    context = Context(_NIL, actor, timezone.now(), actor.require(POST))
    return write_rejected(table, read_entries(context, table, unit)[1], language)


def read_entries(context: Context, table: Table, unit: int | None) -> tuple[list[Entry], list[tuple[int, Refusal]]]:
    """Unsaved entries, and the rows refused with why. Refuses the whole table when a column is missing."""
    names = {alias.lower(): field for field, aliases in COLUMNS.items() for alias in (field, *aliases)}
    places = {names[h.strip().lower()]: n for n, h in reversed(list(enumerate(table.header))) if h.strip().lower() in names}
    absent = [f for f in ("side", "item", "quantity", *(() if unit is not None else ("unit",))) if f not in places]
    if absent:
        rule = Text("缺少列：{zh}。", "Columns are missing: {en}.").with_(zh="、".join(COLUMNS[f][0] for f in absent), en=", ".join(absent))
        raise Refusal(Reason.MISSING_VALUE, rule, field="header", file=table.filename)
    units = _units(context.actor, {cells[places["unit"]] for _, cells in table.rows} if "unit" in places else set(), unit)
    rejects = list(table.faults)
    rows: list[Entry] = []
    first_row: dict[Any, int] = {}
    for number, cells in table.rows:
        told = {field: cells[place] for field, place in places.items() if cells[place]}
        try:
            row = _row(context, told, units, unit)
            same = (row.side, row.item, row.unit_id, row.quantity, row.first, row.last, tuple(row.conditions), row.size, row.note)
            if same in first_row:
                rule = Text("与第 {row} 行完全相同。", "The same as row {row}.").with_(row=first_row[same])
                raise Refusal(Reason.DUPLICATE, rule, remedy=Text("确有两项的，请在备注中区分。", "Tell them apart in the note."), field="item")
        except Refusal as refusal:
            refusal.line = number
            rejects.append((number, refusal))
            continue
        first_row[same] = number
        rows.append(row)
    return rows, rejects


def _units(actor: Actor, given: set[str], default: int | None) -> dict[str, Unit]:
    """Units by code and by name; a name that two units have stands for neither."""
    rows = Unit.objects.select_related("area", "enterprise").filter(active_to=None)
    by_code = {u.code: u for u in rows.filter(code__in=given) if u.code}
    by_name: dict[str, Unit] = {}
    twice = set()
    for u in rows.filter(name__in=given):
        if reaches_unit(actor, POST, u):
            (twice.add(u.name) if u.name in by_name else by_name.setdefault(u.name, u))
    out = {k: u for k, u in by_name.items() if k not in twice} | {k: u for k, u in by_code.items() if reaches_unit(actor, POST, u)}
    if default is not None:
        found = rows.filter(pk=default).first()
        if found is None or not reaches_unit(actor, POST, found):
            raise missing(Text("没有找到该单位。", "There is no such unit."), "unit", default)
        out[""] = found
    return out


def _row(context: Context, told: dict[str, str], units: dict[str, Unit], default: int | None) -> Entry:
    side = _SIDES.get(told.get("side", "").strip().lower())
    if side is None:
        rule = Text("须写明“需求”或“供给”。", "Say need or offer.")
        raise Refusal(Reason.INVALID_VALUE, rule, field="side", value=told.get("side", "")[:20])
    name = told.get("unit", "")
    unit = units.get(name)
    if unit is None:
        rule = Text("管理范围内没有这个单位，或重名。", "No unit within your reach has this name or code, or several have.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请填写统一社会信用代码。", "Give its code."), field="unit", value=name[:60])
    item = item_of(told.get("item", ""))
    today = timezone.localdate(context.now)
    first = _day(told.get("first"), "first", today)
    given = {
        "side": side, "item": item.key, "quantity": _whole(told.get("quantity", ""), "quantity"), "unit": unit.pk, "first": first,
        "last": _day(told.get("last"), "last", max(first, today) + timedelta(days=DAYS)), "note": told.get("note", ""),
        "conditions": [c for c in re.split(r"[、，,;；|/]+", told.get("conditions", "")) if c.strip()],
        "size": _whole(told["size"], "size") if "size" in told else 0,
        "within_km": _whole(told["within_km"], "within_km") if "within_km" in told else None,
        "price": _number(told["price"], "price") if "price" in told else None,
        "latitude": float(_number(told["latitude"], "latitude")) if "latitude" in told else None,
        "longitude": float(_number(told["longitude"], "longitude")) if "longitude" in told else None,
    }  # fmt: skip
    return built(context, validate(EntryIn, given), unit, item, "table")


def _day(text: str | None, field: str, default: date) -> date:
    return parse_date(text, field) if text else default


def _whole(text: str, field: str) -> int:
    number = _number(text, field)
    if number != number.to_integral_value():
        raise Refusal(Reason.INVALID_VALUE, Text("须是整数。", "This must be a whole number."), field=field, value=text[:20])
    return int(number)


def _number(text: str, field: str) -> Decimal:
    try:
        number = Decimal(text.replace(",", "").replace("，", "").strip())
        if number.is_finite() and abs(number) < 10**12:
            return number
    except InvalidOperation:
        pass
    rule = Text("不是数字。", "This is no number.")
    raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请只填数字，单位按目录。", "Digits only; the catalogue says the unit."), field=field, value=text[:20])
