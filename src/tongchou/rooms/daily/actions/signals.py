"""Electricity, water and phones of enterprises by day, from a table: what their reports are held against."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection
from pydantic import Base64Bytes, Field

from tongchou.kernel.clock import parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.rejects import Tally, write_rejected
from tongchou.kernel.tables import Table, read_table
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, verb
from tongchou.record.copytext import batched_lines
from tongchou.rooms.daily.actions.breach import HANDLE
from tongchou.rooms.daily.actions.table import enterprise_of, enterprises_named
from tongchou.rooms.daily.models import Signal
from tongchou.rooms.daily.numbers import local_day

LARGEST, SHOWN = 64 * 1024 * 1024, 200
COLUMNS: dict[str, tuple[str, ...]] = {
    "code": ("code", "信用代码", "统一社会信用代码"), "name": ("name", "企业名称", "企业"), "day": ("day", "日期"),
    "power": ("power", "用电量", "用电量（千瓦时）"), "water": ("water", "用水量", "用水量（立方米）"), "phones": ("phones", "手机数"),
}  # fmt: skip


class SignalsIn(Payload):
    content: Base64Bytes = Field(max_length=LARGEST)
    filename: str = Field(min_length=1, max_length=200)


@dataclass
class Read:
    """A table of signals that was read."""

    table: Table
    ready: dict[tuple[int, str, str], Decimal] = field(default_factory=dict)
    accepted: int = 0
    rejects: list[tuple[int, Refusal]] = field(default_factory=list)


@verb("signal.import_table", HANDLE, Text("导入用电用水信号", "Import signals"))
def import_signals(context: Context, given: SignalsIn) -> dict[str, Any]:
    """Electricity, water or phones of enterprises by day. A value that comes again takes the place of the earlier one."""
    found = read_signals(context.actor, given.content, given.filename, context.now)
    tally = Tally(found.table.rows_in, found.accepted, len(found.rejects))
    if not context.dry_run and found.ready:
        with connection.cursor() as cursor:
            cursor.execute(
                "create temporary table signal_in (unit_id bigint, day date, kind text, value numeric) on commit drop"
            )
            with cursor.copy("copy signal_in (unit_id, day, kind, value) from stdin") as copy:
                for part in batched_lines((unit, day, kind, value) for (unit, day, kind), value in found.ready.items()):
                    copy.write(part)
            cursor.execute(
                """insert into daily_signal (unit_id, day, kind, value, act) select unit_id, day, kind, value, %s from signal_in
                   on conflict (unit_id, kind, day) do update set value = excluded.value, act = excluded.act""",
                [context.act_id],
            )
            cursor.execute("drop table signal_in")
    result = {"rows_in": tally.rows_in, "accepted": tally.accepted, "rejected": tally.rejected}
    context.event("signals_imported", data=dict(result))
    return result | {"rejects": [{"row": n} | r.as_dict() for n, r in found.rejects[:SHOWN]]}


def rejected_signals(actor: Actor, data: bytes, filename: str, now: datetime, language: str) -> bytes:
    """The rows of a table that are rejected, as CSV with row, field, reason, rule and remedy."""
    found = read_signals(actor, data, filename, now)
    return write_rejected(found.table, found.rejects, language)


def read_signals(actor: Actor, data: bytes, filename: str, now: datetime) -> Read:
    table = read_table(data, filename, titled=True)
    places = {
        f: n for f, names in COLUMNS.items() for n, head in enumerate(table.header) if head.strip().lower() in names
    }
    if (
        "day" not in places
        or not {"code", "name"} & places.keys()
        or not {k.value for k in Signal.Kind} & places.keys()
    ):
        rule = Text(
            "须有企业、日期和至少一列信号。",
            "There must be a column for the enterprise, the day and one signal at least.",
        )
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请补上列。", "Add the columns."), field="table")
    out, today = Read(table, rejects=list(table.faults)), local_day(now)
    given = [(n, {f: cells[place] for f, place in places.items()}) for n, cells in table.rows]
    units = enterprises_named(actor, HANDLE, [g for _, g in given])
    for number, cells in given:
        try:
            unit = enterprise_of(units, cells)
            day = parse_date(cells["day"], "day")
            if day > today:
                raise Refusal(
                    Reason.IMPOSSIBLE_DATE,
                    Text("日期不能晚于今天。", "The day is not after today."),
                    field="day",
                    value=str(day),
                )
            values = {k.value: _value(k.value, cells[k.value]) for k in Signal.Kind if cells.get(k.value)}
            if not values:
                raise Refusal(
                    Reason.MISSING_VALUE, Text("这一行没有信号。", "This row holds no signal."), field="power"
                )
            out.ready |= {(unit.pk, str(day), kind): value for kind, value in values.items()}
            out.accepted += 1
        except Refusal as refusal:
            refusal.line = number
            out.rejects.append((number, refusal))
    out.rejects.sort(key=lambda pair: pair[0])
    return out


def _value(kind: str, text: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value < Decimal(10) ** 11:
        rule = Text("须为不小于 0 的数。", "This must be a number, 0 or more.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请更正。", "Correct it."), field=kind, value=text[:40])
    return value.quantize(Decimal("0.01"))
