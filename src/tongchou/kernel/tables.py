"""An uploaded table: bytes to rows of text, with nothing dropped, cut or repaired in silence.

Every row that is not blank is either in `rows` or in `faults`, so rows_in = len(rows) + len(faults). Row numbers are as
a spreadsheet shows them: the header is usually row 1. Cells are text as written, without the spaces around it; leading
zeros stay. An apostrophe before = + - @ (put there by `write_rejected`) is taken off again.

A row with a cell that holds an error (#N/A) or a formula never calculated is a fault: its value is lost, and an empty cell would say "unknown". Hidden rows
and columns are read like others. Not visible to this reader: the same in an old workbook (xls), where such a cell reads as empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from tongchou.kernel import delimited, workbooks
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.filetypes import NAMES, FileType, detect, unpacked_size
from tongchou.kernel.sheetcells import lost_cells
from tongchou.kernel.text import Text

Cells = tuple[str, ...]

SHEET_LIMITS = (65_536, 1_048_576)
"""Rows of a sheet in old (xls) and new Excel. A table that is exactly so long has most likely been cut there."""

_TYPES = {
    "csv": FileType.TEXT,
    "txt": FileType.TEXT,
    "tsv": FileType.TEXT,
    "tab": FileType.TEXT,
    "xlsx": FileType.XLSX,
    "xls": FileType.XLS,
}
_LOST = re.compile(r"[+-]?\d(?:\.\d+)?[eE]\+(?:1[1-9]|[2-9]\d|\d{3,})")
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a spreadsheet program takes for the beginning of a formula."""
_ARMOURED = tuple("'" + start for start in FORMULA_STARTS)
_UNPACKED_FACTOR = 8
HEADINGS = 10
"""Rows among which the header is looked for."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was read. rows: (row number, cells as many as the header). faults: rows that cannot be used and
    why; `raw` holds their cells. rows_in counts all rows below the header that are not blank."""

    filename: str
    header: Cells
    rows: list[tuple[int, Cells]]
    faults: list[tuple[int, Refusal]]
    rows_in: int
    encoding: str | None
    sheet: str | None
    raw: dict[int, Cells] = field(default_factory=dict)

    def cells_of(self, numbers: Iterable[int]) -> dict[int, Cells]:
        """Return the cells of the rows with these numbers, usable or not."""
        wanted = set(numbers)
        found = {n: cells for n, cells in self.rows if n in wanted}
        return found | {n: self.raw[n] for n in wanted if n in self.raw}

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield (row number, {column: text}) of the usable rows."""
        for number, cells in self.rows:
            yield number, dict(zip(self.header, cells, strict=True))


def read_table(
    data: bytes,
    filename: str,
    *,
    max_rows: int = 1_048_576,
    max_bytes: int = 256 * 1024 * 1024,
    accept_full: bool = False,
    sheet: str | None = None,
    titled: bool = False,
    knows: Callable[[list[str]], bool] | None = None,
) -> Table:
    """Read CSV, TSV, XLSX or XLS.

    max_rows: rows below the header; more are refused (too_many), never cut. accept_full: take a table of exactly 65,536
    or 1,048,576 rows, header included, which is otherwise refused as truncated. sheet: which one of a workbook, needed
    when several have content. titled: lines of a single cell above the header are headings, as machines print them, and passed over.
    knows: whether a row names the columns that are looked for; what stands above the first such row, where it is among the first few, is passed over too.
    Refused: too_large, too_many, truncated, wrong_file_type, bad_encoding, duplicate (column
    names), missing_value (header, nameless column).
    """
    if len(data) > max_bytes:
        rule = Text("文件有 {n} 字节，上限为 {limit} 字节。", "The file has {n} {n|byte|bytes}; the limit is {limit}.")
        raise _refused(Reason.TOO_LARGE, rule.with_(n=len(data), limit=max_bytes), _SPLIT, filename)
    if _checked_type(data, filename) is FileType.TEXT:
        text, encoding = delimited.decode(data, filename)
        return _collect(delimited.rows(text, filename), filename, max_rows, accept_full, encoding=encoding, titled=titled, knows=knows)
    if data.startswith(b"PK") and unpacked_size(data) > max_bytes * _UNPACKED_FACTOR:
        rule = Text("工作簿解压后过大。", "The workbook is too large when unpacked.")
        raise _refused(Reason.TOO_LARGE, rule, _SPLIT, filename)
    chosen = workbooks.sheet_of(data, filename, sheet)
    left = chosen.start[1] if chosen.start else 0
    lost = {row: place - left for row, place in lost_cells(data, chosen.name).items()}
    return _collect(workbooks.rows(chosen), filename, max_rows, accept_full, sheet=chosen.name, titled=titled, knows=knows, lost=lost)


def _checked_type(data: bytes, filename: str) -> FileType:
    """Return what the file is, when that is a table and what its name says."""
    told = _TYPES.get(filename.rpartition(".")[2].lower())
    really = detect(data)
    if really is FileType.EMPTY:
        rule = Text("文件是空的。", "The file is empty.")
        raise _refused(Reason.MISSING_VALUE, rule, Text("请确认上传的文件。", "Check which file you upload."), filename)
    if really is FileType.BROKEN_ZIP and told is FileType.XLSX:
        rule = Text("工作簿已损坏或没有传完整。", "The workbook is damaged or cut off.")
        raise _refused(
            Reason.TRUNCATED,
            rule,
            Text("请重新导出并完整上传。", "Export it again and upload the whole file."),
            filename,
        )
    if told is None or told is not really:
        rule = Text(
            "文件名为 {name}，内容实际是{really}。", "The file is named {name}, but it really is {really}."
        ).with_(name=filename, really=NAMES[really])
        remedy = Text(
            "请上传 CSV、TSV 或 xlsx 表格，并保持扩展名与内容一致。",
            "Upload a CSV, TSV or xlsx table under its own extension.",
        )
        raise _refused(Reason.WRONG_FILE_TYPE, rule, remedy, filename, told=told or "", really=really)
    return really


def _collect(
    source: Iterable[list[Any]],
    filename: str,
    max_rows: int,
    accept_full: bool,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    titled: bool = False,
    knows: Callable[[list[str]], bool] | None = None,
    lost: Mapping[int, int] | None = None,
) -> Table:
    header: Cells = ()
    good: list[tuple[int, Cells]] = []
    faults: list[tuple[int, Refusal]] = []
    raw: dict[int, Cells] = {}
    number = 0
    rows = iter(source)
    first = list(islice(rows, HEADINGS))
    above = next((n for n, values in enumerate(first) if knows is not None and knows([(workbooks.cell_text(v) or "").strip() for v in values])), 0)
    for number, values in enumerate(chain(first, rows), start=1):
        if number <= above:
            continue
        if not any(v != "" and (type(v) is not str or v.strip()) for v in values):
            continue
        if not header:
            if titled and sum(1 for v in values if (workbooks.cell_text(v) or "").strip()) == 1:
                continue
            header = _header(values, number, filename)
            continue
        cells, fault = _row(values, header, number, filename)
        if fault is None and lost and lost.get(number, len(header)) < len(header):
            fault = _not_calculated(header[lost[number]], number, filename)
        if fault is None:
            good.append((number, cells))
        else:
            faults.append((number, fault))
            raw[number] = cells
        if len(good) + len(faults) > max_rows:
            rule = Text("表格超过 {limit} 行。", "The table has more than {limit} {limit|row|rows}.").with_(limit=max_rows)
            raise _refused(Reason.TOO_MANY, rule, _SPLIT, filename, line=number)
    if not header:
        rule = Text("表格里没有表头。", "The table has no header.")
        raise _refused(
            Reason.MISSING_VALUE, rule, Text("请在第一行写上列名。", "Write column names in the first row."), filename
        )
    if number in SHEET_LIMITS and not accept_full:
        raise _full(number, filename)
    return Table(filename, header, good, faults, len(good) + len(faults), encoding, sheet, raw)


def _header(values: list[Any], number: int, filename: str) -> Cells:
    names = [(workbooks.cell_text(v) or "").strip().lstrip("﻿") for v in values]
    while names and not names[-1]:
        names.pop()
    if "" in names:
        place = names.index("") + 1
        rule = Text("第 {place} 列没有列名。", "Column {place} has no name.").with_(place=place)
        remedy = Text("请补上列名，或删去该列。", "Give it a name or delete the column.")
        raise _refused(Reason.MISSING_VALUE, rule, remedy, filename, line=number)
    double = next((n for i, n in enumerate(names) if n in names[:i]), None)
    if double is not None:
        rule = Text("列名“{name}”重复。", "The column name {name!r} is there twice.").with_(name=double)
        remedy = Text("请让每个列名只出现一次。", "Use every column name once.")
        raise _refused(Reason.DUPLICATE, rule, remedy, filename, line=number, field=double)
    return tuple(names)


def _row(values: list[Any], header: Cells, number: int, filename: str) -> tuple[Cells, Refusal | None]:
    """Return the cells of a row and, where it cannot be used, why."""
    width = len(header)
    cells: list[str] = []
    lost: int | None = None
    for place, value in enumerate(values):
        text = workbooks.cell_text(value)
        if text is None or (len(text) > 4 and "+" in text and _LOST.fullmatch(text.strip())):
            lost = place if lost is None else lost
            text = str(value)
        text = text.strip()
        cells.append(text[1:] if text.startswith(_ARMOURED) else text)
    while len(cells) > width and not cells[-1]:
        cells.pop()
    if len(cells) != width:
        rule = Text("这一行有 {n} 格，表头有 {width} 列。", "This row has {n} {n|cell|cells}, the header {width} {width|column|columns}.")
        remedy = Text(
            "请检查是否多了或少了分隔符，含分隔符的内容要加引号。",
            "Look for a delimiter too many or too few; quote text that holds one.",
        )
        return tuple(cells), _refused(
            Reason.INVALID_VALUE, rule.with_(n=len(cells), width=width), remedy, filename, line=number
        )
    if lost is not None:
        rule = Text(
            "表格软件已丢失这个长数字的末几位。",
            "The spreadsheet program has lost the last digits of this long number.",
        )
        remedy = Text(
            "请先把该列设为“文本”格式，再从原始来源重新填写，不能只改格式。",
            "Format the column as text first, then enter the number from its source; a new format is not enough.",
        )
        fault = _refused(
            Reason.INVALID_VALUE, rule, remedy, filename, line=number, field=header[lost], value=cells[lost]
        )
        return tuple(cells), fault
    return tuple(cells), None


def _not_calculated(column: str, number: int, filename: str) -> Refusal:
    rule = Text("这一格是错误值，或没有算出结果的公式。", "This cell holds an error, or a formula that was never calculated.")
    remedy = Text("请在表格软件中打开，把公式粘贴为数值后保存。", "Open it in a spreadsheet program, paste the formulas as values and save it.")
    return _refused(Reason.INVALID_VALUE, rule, remedy, filename, line=number, field=column)


_SPLIT = Text("请拆成几个文件分别上传。", "Split it into several files and upload them one by one.")


def _full(number: int, filename: str) -> Refusal:
    rule = Text(
        "表格正好 {n} 行，是工作表的行数上限，很可能在这里被截断。",
        "The table has exactly {n} {n|row|rows}, the limit of a sheet: it was probably cut off there.",
    ).with_(n=number)
    remedy = Text(
        "请核对来源的总行数后改用 CSV 重新导出；确认完整的，请拆成两个文件分别上传。",
        "Compare with the count at the source and export again as CSV; if it is whole, split it into two files and upload them one by one.",
    )
    return _refused(Reason.TRUNCATED, rule, remedy, filename, line=number)


def _refused(reason: Reason, rule: Text, remedy: Text, filename: str, **more: Any) -> Refusal:
    return Refusal(reason, rule, remedy=remedy, file=filename, **more)
