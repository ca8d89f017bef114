"""Numbers of cases out of a table, and onto the record."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tongchou.kernel.clock import parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.rejects import Tally, write_rejected
from tongchou.kernel.tables import Table, read_table
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context
from tongchou.record.models import Area
from tongchou.record.territory.reach import missing, reaches_path
from tongchou.rooms.risk.models import CaseCount

RECORD = "risk.record"
COLUMNS = {
    "area_code": ("区划代码", "代码", "code"), "day": ("日期", "报告日期", "date"), "cases": ("病例数", "新增病例", "new_cases"), "basis": ("口径",),
    "unknown_source": ("来源不明",), "largest_cluster": ("最大聚集",), "source": ("来源", "数据来源"),
}  # fmt: skip
_BASES = {"": "report", "report": "report", "onset": "onset", "报告": "report", "发病": "onset", "报告日期": "report", "发病日期": "onset"}


@dataclass(frozen=True, slots=True)
class Row:
    area: int
    day: date
    basis: str
    cases: int
    unknown_source: int | None
    largest_cluster: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Reading:
    table: Table
    rows: list[tuple[int, Row]]
    rejects: list[tuple[int, Refusal]]

    @property
    def tally(self) -> Tally:
        return Tally(self.table.rows_in, len(self.rows), len({n for n, _ in self.rejects}))


def read_counts(actor: Actor, content: str, filename: str, today: date) -> Reading:
    """Read a table; every row is read or refused. Raises Refusal when the file cannot be used at all."""
    try:
        data = base64.b64decode(content, validate=True)
    except binascii.Error:
        raise Refusal(Reason.INVALID_VALUE, Text("文件内容不是 Base64。", "The content is not base64."), field="content") from None
    table = read_table(data, filename)
    names = {alias: name for name, aliases in COLUMNS.items() for alias in (name, *aliases)}
    header = [names.get(h.strip(), h) for h in table.header]
    absent = [f"{COLUMNS[c][0]}（{c}）" for c in ("area_code", "day", "cases") if c not in header]
    if absent:
        rule = Text("缺少列：{columns}。", "Columns are missing: {columns}.").with_(columns="、".join(absent))
        remedy = Text("请补上这些列。", "Add them.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=remedy, field="header", file=filename)
    records = [(n, dict(zip(header, cells, strict=True))) for n, cells in table.rows]
    codes = {r["area_code"].strip().upper() for _, r in records}
    areas = {a.code: a for a in Area.objects.filter(code__in=codes, valid_to=None)}
    out = Reading(table, [], list(table.faults))
    seen: dict[tuple[int, date, str], int] = {}
    for number, record in records:
        try:
            row = _row(actor, record, areas, today, filename)
            before = seen.setdefault((row.area, row.day, row.basis), number)
            if before != number:
                rule = Text("与第 {row} 行重复。", "Row {row} already gives it.").with_(row=before)
                raise Refusal(Reason.DUPLICATE, rule, remedy=Text("同一区域、日期、口径只保留一行。", "Keep one row."), field="day", value=row.day.isoformat())
        except Refusal as refusal:
            out.rejects.append((number, refusal))
            continue
        out.rows.append((number, row))
    return out


def rejected_counts(actor: Actor, content: str, filename: str, today: date, language: str) -> bytes:
    """The refused rows as CSV, with why. Read anew: nothing of it is stored."""
    read = read_counts(actor, content, filename, today)
    return write_rejected(read.table, read.rejects, language)


def _row(actor: Actor, record: dict[str, str], areas: dict[str, Area], today: date, filename: str) -> Row:
    area = areas.get(record["area_code"].strip().upper())
    if area is None or not reaches_path(actor, RECORD, area.path):
        raise missing(Text("没有找到该区域。", "There is no such area."), "area_code", record["area_code"][:40])
    day = parse_date(record["day"].strip(), "day")
    if day > today:
        rule = Text("日期不能晚于今天。", "The day may not lie in the future.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请核对日期。", "Check the date."), field="day", value=day.isoformat())
    basis = _BASES.get(record.get("basis", "").strip())
    if basis is None:
        rule = Text("口径须为“报告”或“发病”。", "The basis is report or onset.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("不填即按报告日期。", "Empty means report."), field="basis", value=record["basis"][:20])
    cases = _number(record, "cases")
    if cases is None:
        rule = Text("没有填写病例数；没有新增的请填 0。", "No number of cases: write 0 where there is none.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请填写数字。", "Give a number."), field="cases")
    unknown = _number(record, "unknown_source")
    if unknown is not None and unknown > cases:
        rule = Text("来源不明病例数不能多于病例数。", "No more cases of unknown source than cases.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请核对两个数字。", "Check both."), field="unknown_source", value=unknown)
    source = record.get("source", "").strip() or filename
    return Row(area.pk, day, basis, cases, unknown, _number(record, "largest_cluster"), source[:200])


def _number(record: dict[str, str], name: str) -> int | None:
    text = record.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 7):
        rule = Text("须为不小于 0 的整数。", "This must be a whole number, zero or more.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请只填数字。", "Write digits only."), field=name, value=text[:40])
    return int(text)


def store_counts(context: Context, rows: Sequence[Row]) -> dict[str, int]:
    """Store reports. One of the same area, day and basis is closed first; the same numbers again change nothing."""
    old = {
        (c.area_id, c.day, c.basis): c
        for c in CaseCount.objects.select_for_update().filter(known_to=None, area__in={r.area for r in rows}, day__in={r.day for r in rows})
    }
    made, closed, same = [], [], 0
    for row in rows:
        before = old.get((row.area, row.day, row.basis))
        if before is not None:
            if (before.cases, before.unknown_source, before.largest_cluster) == (row.cases, row.unknown_source, row.largest_cluster):
                same += 1
                continue
            closed.append(before.pk)
        made.append(
            CaseCount(
                area_id=row.area, day=row.day, basis=row.basis, cases=row.cases, unknown_source=row.unknown_source,
                largest_cluster=row.largest_cluster, source=row.source, known_from=context.now, account_id=context.actor.account_id, act=context.act_id,
            )
        )
    CaseCount.objects.filter(pk__in=closed).update(known_to=context.now)
    CaseCount.objects.bulk_create(made, batch_size=2000)
    for count in made:
        data = {"day": count.day.isoformat(), "basis": count.basis, "cases": count.cases}
        context.event("cases_reported", subject=f"area:{count.area_id}", note=count.source, data=data)
    return {"new": len(made) - len(closed), "corrected": len(closed), "unchanged": same}
