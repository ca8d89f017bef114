"""A park or a street reports for many enterprises from one table: rows in = accepted + rejected."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pydantic import Base64Bytes, Field

from tongchou.kernel.clock import parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.rejects import Tally, write_rejected
from tongchou.kernel.tables import Table, read_table
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, validate, verb
from tongchou.record.models import Unit
from tongchou.rooms.daily.actions.happenings import check_happened, kinds
from tongchou.rooms.daily.actions.reports import FiguresIn, check_day, check_figures, figures, store
from tongchou.rooms.daily.models import Report
from tongchou.rooms.daily.numbers import local_day
from tongchou.rooms.daily.reach import KINDS, MANAGE

LARGEST = 64 * 1024 * 1024
SHOWN = 200
_NO_ACT = uuid.UUID(int=0)
COLUMNS: dict[str, tuple[str, ...]] = {
    "code": ("code", "信用代码", "统一社会信用代码", "企业代码"),
    "name": ("name", "企业", "企业名称", "单位名称"),
    "day": ("day", "日期", "报告日期"),
    "closed": ("closed", "停工"),
    "at_work": ("at_work", "在岗", "在岗人数"),
    "on_leave": ("on_leave", "请假", "请假人数"),
    "abnormal": ("abnormal", "体温异常", "体温异常人数"),
    "incidents": ("incidents", "异常事件", "异常事件数"),
    "incident_note": ("incident_note", "事件情况"),
    "incident_kind": ("incident_kind", "事件类别", "异常事件类别"),
    "staff": ("staff", "员工总数", "员工数"),
    "returned": ("returned", "已返岗", "已返岗人数"),
    "masks": ("masks", "口罩存量", "口罩"),
    "shift_hours": ("shift_hours", "每班小时", "每班小时数"),
    "output": ("output", "产值", "当日产值（万元）", "当日产值"),
    "backlog": ("backlog", "在手订单", "在手订单（万元）"),
}
"""Field -> the column names under which it may stand."""
_YES = {"1", "是", "y", "yes", "true", "停工"}


class TableIn(Payload):
    """content: the file's bytes in base64. day: for rows without a day; None is today."""

    content: Base64Bytes = Field(max_length=LARGEST)
    filename: str = Field(min_length=1, max_length=200)
    day: date | None = None


@dataclass
class Read:
    """A table that was read: rows that can be stored, and the others with why."""

    table: Table
    ready: list[tuple[Unit, date, dict[str, Any]]] = field(default_factory=list)
    rejects: list[tuple[int, Refusal]] = field(default_factory=list)


@verb("daily.import_table", MANAGE, Text("导入日报表", "Import a table of daily reports"))
def import_table(context: Context, given: TableIn) -> dict[str, Any]:
    """Report for every enterprise of a table; who has reported the day already is rejected, not overwritten."""
    found = read_reports(context, given.content, given.filename, given.day)
    if not context.dry_run:
        for unit, day, taken in found.ready:
            store(context, unit, day, taken, Report.Via.TABLE)
    tally = Tally(found.table.rows_in, len(found.ready), len(found.rejects))
    result = {"rows_in": tally.rows_in, "accepted": tally.accepted, "rejected": tally.rejected}
    context.event("daily_imported", data=dict(result))
    return result | {"rejects": [{"row": n} | r.as_dict() for n, r in found.rejects[:SHOWN]]}


def rejected_file(actor: Actor, data: bytes, filename: str, day: date | None, now: datetime, language: str) -> bytes:
    """The rows of a table that are rejected, as CSV with row, field, reason, rule and remedy."""
    found = read_reports(Context(_NO_ACT, actor, now, actor.require(MANAGE)), data, filename, day)
    return write_rejected(found.table, found.rejects, language)


def read_reports(context: Context, data: bytes, filename: str, day: date | None) -> Read:
    """Read a table into reports: the enterprise by its code, else by its exact name within reach."""
    table = read_table(data, filename, titled=True)
    places = {
        f: n for f, names in COLUMNS.items() for n, head in enumerate(table.header) if head.strip().lower() in names
    }
    if "code" not in places and "name" not in places:
        rule = Text("没有“信用代码”或“企业名称”列。", "There is no column for the code or the name.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请补上该列。", "Add the column."), field="table")
    out = Read(table, rejects=list(table.faults))
    given = [(n, {f: cells[place] for f, place in places.items()}) for n, cells in table.rows]
    units, taken = enterprises_named(context.actor, MANAGE, [g for _, g in given]), set()
    reported = (
        set(Report.objects.filter(unit__in=units.values(), replaced_at=None).values_list("unit_id", "day"))
        if units
        else set()
    )
    for number, cells in given:
        try:
            unit = enterprise_of(units, cells)
            on = parse_date(cells["day"], "day") if cells.get("day") else day or local_day(context.now)
            check_day(context, on)
            if (unit.pk, on) in taken or (unit.pk, on) in reported:
                rule = Text("该企业这一天已有日报。", "This enterprise's day is reported already.")
                raise Refusal(
                    Reason.DUPLICATE,
                    rule,
                    remedy=Text("需要更正的，由企业在当日日报上更正。", "The enterprise corrects its own."),
                    field="day",
                )
            row = _figures(cells)
            check_figures(row)
            check_happened(row["incidents"], row["incident_note"], row["happened"])
            taken.add((unit.pk, on))
            out.ready.append((unit, on, row))
        except Refusal as refusal:
            refusal.line = number
            out.rejects.append((number, refusal))
    out.rejects.sort(key=lambda pair: pair[0])
    return out


def _figures(cells: dict[str, str]) -> dict[str, Any]:
    """Figures as typed; an empty cell is unknown. Those that must be said (at work, abnormal, incidents) are refused when empty."""
    raw: dict[str, Any] = {k: v.replace(",", "") for k, v in cells.items() if k in FiguresIn.model_fields and v}
    raw["closed"] = cells.get("closed", "").strip().lower() in _YES
    if raw["closed"]:
        raw.setdefault("at_work", "0")
    if cells.get("incident_kind"):
        raw["happened"] = [{"what": what, "n": 1} for what in _kinds_named(cells["incident_kind"])]
        if len(raw["happened"]) == 1 and raw.get("incidents", "").isdigit():
            raw["happened"][0]["n"] = max(int(raw["incidents"]), 1)
    return figures(validate(FiguresIn, raw))


def _kinds_named(text: str) -> list[str]:
    """The kinds of incidents in a cell, by key or by name, with 、 or ; between them."""
    names = {t.zh: k for k, t in kinds().items()} | {t.en.lower(): k for k, t in kinds().items()}
    typed = [x.strip() for x in text.replace("；", "、").replace(";", "、").replace("，", "、").split("、")]
    return [names.get(x, names.get(x.lower(), x[:20])) for x in typed if x]


def enterprises_named(actor: Actor, permission: str, rows: list[dict[str, str]]) -> dict[str, Unit]:
    """Active enterprises within reach by code and, where the name is theirs alone, by name."""
    codes = {r["code"].upper() for r in rows if r.get("code")}
    names = {r["name"] for r in rows if r.get("name")}
    found = Unit.objects.filter(kind__in=KINDS, active_to=None).select_related("area")
    known = [
        u
        for u in [*found.filter(code__in=codes), *found.filter(name__in=names)]
        if actor.sees_path(permission, u.area.path)
    ]
    out: dict[str, Unit] = {u.code: u for u in known if u.code}
    for name in names:
        same = {u.pk: u for u in known if u.name == name}
        if len(same) == 1:
            out[name] = next(iter(same.values()))
    return out


def enterprise_of(units: dict[str, Unit], cells: dict[str, str]) -> Unit:
    """The enterprise of a row, of those that `enterprises_named` found: by its code, else by its name; refused where it is none of them."""
    unit = units.get(cells.get("code", "").upper()) or units.get(cells.get("name", ""))
    if unit is None:
        rule = Text("辖区内没有这家在册企业，或重名。", "No such active enterprise in your area, or several of that name.")
        value = (cells.get("code") or cells.get("name") or "")[:60]
        raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请填写信用代码。", "Give its code."), field="code", value=value)
    return unit
