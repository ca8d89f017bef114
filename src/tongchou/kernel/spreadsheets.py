"""Tables out: rows of plain values to an Excel workbook or to CSV, with nothing in them that a spreadsheet program would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from tongchou.kernel.rejects import harmless

Cell = str | int | float | bool | date | datetime | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
MOST_ROWS = 1_048_575
"""Rows below the header that an Excel sheet holds."""
_ZONE = ZoneInfo("Asia/Shanghai")


def to_xlsx(title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], notes: Sequence[str] = ()) -> bytes:
    """One sheet: a bold, frozen header with filters, then the rows; `notes` (source, moment, conditions) on a second sheet.

    Times are written in Asia/Shanghai, without zone, as spreadsheets know none. None is an empty cell. Raises ValueError
    beyond MOST_ROWS.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31] or "1")
    sheet.freeze_panes = "A2"
    widths = [max(8.0, _wide(name)) for name in header]
    for n, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(n)].width = min(48.0, width + 6)
    cells = []
    for name in header:
        cell = WriteOnlyCell(sheet, value=_plain(name))
        cell.font = Font(bold=True)
        cells.append(cell)
    sheet.append(cells)
    count = 0
    for row in rows:
        count += 1
        if count > MOST_ROWS:
            raise ValueError(f"an Excel sheet holds {MOST_ROWS} rows")
        sheet.append([_excel(value) for value in row])
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(1, len(header)))}{count + 1}"
    if notes:
        told = book.create_sheet("说明 Notes")
        for line in notes:
            told.append([_plain(line)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with BOM, so that Excel reads it; cells that would run as a formula get an apostrophe in front."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(name) for name in header])
    for row in rows:
        writer.writerow([harmless(_text(value)) if isinstance(value, str) else _text(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def _wide(text: str) -> float:
    return float(sum(2 if ord(c) > 0x2E80 else 1 for c in text))


def _plain(text: str) -> str:
    """Text as a workbook may hold it, never as a formula."""
    return harmless(ILLEGAL_CHARACTERS_RE.sub("", text))[:32_767]


def _excel(value: Cell) -> Cell:
    if isinstance(value, str):
        return _plain(value)
    if isinstance(value, datetime):
        return value.astimezone(_ZONE).replace(tzinfo=None, microsecond=0) if value.tzinfo else value
    if isinstance(value, bool):
        return "是 Yes" if value else "否 No"
    return value


def _text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = value.astimezone(_ZONE) if value.tzinfo else value
        return local.strftime("%Y-%m-%d %H:%M") if local.time() != time() else local.strftime("%Y-%m-%d")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "是 Yes" if value else "否 No"
    return str(value)
