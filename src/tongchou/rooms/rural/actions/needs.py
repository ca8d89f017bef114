"""What villages need: one by one, or from a table in which every row is accepted or comes back with its reason."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import Base64Bytes, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.rejects import Tally
from tongchou.kernel.tables import Table, read_table
from tongchou.kernel.text import Text
from tongchou.record import tableimport
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, verb
from tongchou.record.models import Area
from tongchou.record.tableimport import Imported, hand_over
from tongchou.rooms.rural.models import Input, Need, Season
from tongchou.rooms.rural.reach import REPORT, input_of, season_of, village_in_reach

LARGEST = 16 * 1024 * 1024
MOST = Decimal(1_000_000)
SHOWN = 500
COLUMNS = {
    "area": ("村编码", "区划编码", "area_code", "area"),
    "input": ("农资", "农资名称", "input"),
    "quantity": ("数量", "需求量", "quantity"),
    "needed_on": ("农时", "最迟到位日期", "needed_on"),
}
"""Field -> the column names that stand for it."""


class NeedIn(Payload):
    """quantity: in the input's unit; nought says that none is needed. needed_on: the farming day by which it has to be there."""

    season: int
    area: int
    input: str = Field(max_length=30)
    quantity: Decimal = Field(ge=0, le=MOST, max_digits=12, decimal_places=2)
    needed_on: date


class ImportIn(Payload):
    """content: the file's bytes in base64."""

    season: int
    content: Base64Bytes = Field(max_length=LARGEST)
    filename: str = Field(min_length=1, max_length=200)


@verb("farm.need", REPORT, Text("填报农资需求", "Report what is needed"))
def report_need(context: Context, given: NeedIn) -> dict[str, Any]:
    """Report a village's need of an input; reporting again replaces what was reported."""
    season, area, row = (
        season_of(given.season),
        village_in_reach(context.actor, REPORT, given.area),
        input_of(given.input),
    )
    check_day(season, given.needed_on)
    _store(context, season, [(area.pk, row.pk, given.quantity, given.needed_on)])
    return {"area": area.pk, "input": row.pk, "quantity": str(given.quantity)}


def check_day(season: Season, on: date) -> None:
    """Refuse a farming day outside the season."""
    if not season.starts_on <= on <= season.ends_on:
        rule = Text("农时应在 {a} 至 {b} 之间。", "The farming day lies between {a} and {b}.").with_(
            a=season.starts_on, b=season.ends_on
        )
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="needed_on", value=on.isoformat())


def _store(context: Context, season: Season, rows: list[tuple[int, str, Decimal, date]]) -> None:
    account = context.actor.account_id
    assert account is not None
    made = [
        Need(season=season, area_id=a, input_id=i, quantity=q, needed_on=d, account_id=account, recorded_at=context.now)
        for a, i, q, d in rows
    ]
    Need.objects.bulk_create(
        made, batch_size=2000, update_conflicts=True, unique_fields=["season", "area", "input"],
        update_fields=["quantity", "needed_on", "account", "recorded_at"],
    )  # fmt: skip
    for a, i, q, d in rows:
        context.event(
            "farm_need",
            subject=f"area:{a}",
            data={"season": season.pk, "input": i, "quantity": str(q), "needed_on": d.isoformat()},
        )


def import_needs(
    actor: Actor, client_id: uuid.UUID, season: int, data: bytes, filename: str, *, dry_run: bool = False
) -> Imported:
    """Run farm.import_needs on a file's bytes and keep the rejected rows for the caller."""
    return tableimport.import_table("farm.import_needs", actor, client_id, data, filename, dry_run=dry_run, season=season)


@verb("farm.import_needs", REPORT, Text("导入农资需求", "Import a table of needs"))
def import_table(context: Context, given: ImportIn) -> dict[str, Any]:
    """Report what a table says: a village's code, an input's name or key, a quantity, a farming day."""
    season = season_of(given.season)
    table = read_table(given.content, given.filename, titled=True)
    places = _places(table)
    rejects = list(table.faults)
    codes = {cells[places["area"]] for _, cells in table.rows}
    areas = {
        code: (key, level)
        for code, key, level, path in Area.objects.filter(code__in=codes, valid_to=None).values_list(
            "code", "pk", "level", "path"
        )
        if context.actor.sees_path(REPORT, path)
    }
    inputs = {name: i for i in Input.objects.filter(active=True) for name in (i.key, i.name, i.name_en) if name}
    ready: dict[tuple[int, str], tuple[int, str, Decimal, date]] = {}
    accepted = 0
    for number, cells in table.rows:
        try:
            row = _row({k: cells[p] for k, p in places.items()}, areas, inputs, season)
            if row[:2] in ready:
                rule = Text("表中同一村同一农资出现两次。", "The table has this village and input twice.")
                raise Refusal(Reason.DUPLICATE, rule, remedy=Text("请合并成一行。", "Make it one row."), field="input")
            ready[row[:2]] = row
            accepted += 1
        except Refusal as refusal:
            refusal.line = number
            rejects.append((number, refusal))
    if not context.dry_run:
        _store(context, season, list(ready.values()))
    tally = Tally(table.rows_in, accepted, len(rejects))
    rejects.sort(key=lambda pair: pair[0])
    hand_over(table, rejects)
    return {
        "rows_in": tally.rows_in, "accepted": tally.accepted, "rejected": tally.rejected,
        "rejects": [{"row": n} | r.as_dict() for n, r in rejects[:SHOWN]],
    }  # fmt: skip


def _places(table: Table) -> dict[str, int]:
    header = [h.lower() for h in table.header]
    found = {f: next((header.index(n) for n in names if n in header), None) for f, names in COLUMNS.items()}
    lacking = next((f for f, p in found.items() if p is None), None)
    if lacking is not None:
        rule = Text("表中缺少“{c}”列。", "The column {c} is missing.").with_(c=COLUMNS[lacking][0])
        remedy = Text("列名：村编码、农资、数量、农时。", "Columns: area_code, input, quantity, needed_on.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=remedy, field=lacking)
    return {f: p for f, p in found.items() if p is not None}


def _row(
    cells: dict[str, str], areas: dict[str, tuple[int, str]], inputs: dict[str, Input], season: Season
) -> tuple[int, str, Decimal, date]:
    area = areas.get(cells["area"])
    if area is None or area[1] != Area.Level.COMMUNITY:
        rule = Text("辖区内没有这个编码的村（社区）。", "No village in your reach has this code.")
        raise Refusal(
            Reason.NOT_FOUND,
            rule,
            remedy=Text("请核对村编码。", "Check the code."),
            field="area",
            value=cells["area"][:40],
        )
    found = inputs.get(cells["input"])
    if found is None:
        rule = Text("没有这种农资。", "There is no such input.")
        remedy = Text("请用农资清单中的名称。", "Use the name on the list of inputs.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field="input", value=cells["input"][:40])
    on = _day(cells["needed_on"])
    check_day(season, on)
    return area[0], found.pk, _number(cells["quantity"]), on


def _number(text: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or value < 0 or value > MOST or value != round(value, 2):
        rule = Text(
            "数量应是 0 到 {n} 之间、至多两位小数的数。",
            "A quantity lies between 0 and {n}, with two decimals at most.",
        ).with_(n=int(MOST))
        remedy = Text("只填数字，不带单位；不需要的填 0。", "Give the number alone; 0 where none is needed.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="quantity", value=text[:40] or None)
    return value


def _day(text: str) -> date:
    plain = text.strip().split(" ")[0].replace("/", "-").replace(".", "-")
    try:
        year, month, day = (int(p) for p in plain.split("-"))
        return date(year, month, day)
    except ValueError:
        rule = Text("不是有效的日期。", "This is no valid date.")
        remedy = Text("请按“2026-04-05”的格式填写。", "Write it like 2026-04-05.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field="needed_on", value=text[:40] or None) from None
