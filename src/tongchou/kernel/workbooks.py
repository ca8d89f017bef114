"""Excel workbooks: sheets to rows of text. What the spreadsheet has already lost is marked, not repaired."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum, ZipError

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text

EXACT = 10**15
"""A spreadsheet keeps 15 significant digits: whole numbers from here on have lost some."""


def sheet_of(data: bytes, filename: str, wanted: str | None) -> CalamineSheet:
    """Return the wanted sheet, or the only visible one with content; several with content are refused by name."""
    try:
        book = CalamineWorkbook.from_object(io.BytesIO(data))
        if wanted is not None and wanted not in book.sheet_names:
            raise _choose(filename, list(book.sheet_names), wanted)
        if wanted is not None:
            return book.get_sheet_by_name(wanted)
        visible = [m.name for m in book.sheets_metadata if m.visible == SheetVisibleEnum.Visible]
        sheets = [s for s in map(book.get_sheet_by_name, visible) if s.start is not None]
    except PasswordError as error:
        rule = Text("工作簿设有密码，读不出来。", "The workbook has a password and cannot be read.")
        remedy = Text("请取消密码后重新上传。", "Remove the password and upload it again.")
        raise Refusal(Reason.WRONG_FILE_TYPE, rule, remedy=remedy, file=filename) from error
    except (CalamineError, ZipError) as error:
        rule = Text("工作簿已损坏或没有传完整。", "The workbook is damaged or cut off.")
        remedy = Text(
            "请在表格软件中打开确认，另存后重新上传。",
            "Open it in a spreadsheet program, save it again and upload that.",
        )
        raise Refusal(Reason.TRUNCATED, rule, remedy=remedy, file=filename) from error
    if len(sheets) > 1:
        raise _choose(filename, [s.name for s in sheets], None)
    if not sheets:
        rule = Text("工作簿里没有内容。", "The workbook is empty.")
        raise Refusal(
            Reason.MISSING_VALUE, rule, remedy=Text("请确认上传的文件。", "Check which file you upload."), file=filename
        )
    return sheets[0]


def _choose(filename: str, names: list[str], wanted: str | None) -> Refusal:
    rule = (
        Text("有几个工作表都有内容，不能只取一个。", "Several sheets have content; taking one would drop the others.")
        if wanted is None
        else Text("没有这个工作表。", "There is no such sheet.")
    )
    remedy = Text("请指定工作表：{names}。", "Name the sheet: {names}.").with_(names="、".join(names))
    return Refusal(
        Reason.CONFLICT if wanted is None else Reason.NOT_FOUND,
        rule,
        remedy=remedy,
        field="sheet",
        value=wanted,
        file=filename,
    )


def rows(sheet: CalamineSheet) -> Iterator[list[Any]]:
    """Yield every row of the sheet from its first on, so that the nth row is row n as the spreadsheet shows it.

    A cell merged over several rows of one column stands in each of them that holds anything else.
    """
    left = sheet.start[1] if sheet.start else 0  # rows begin with the first column that holds anything
    tall = sorted((first[0], last[0], first[1] - left) for first, last in sheet.merged_cell_ranges or () if first[1] == last[1] and first[0] < last[0])
    if not tall:
        yield from sheet.iter_rows()
        return
    held: dict[int, tuple[int, Any]] = {}
    for number, values in enumerate(sheet.iter_rows()):
        held = {place: (last, value) for place, (last, value) in held.items() if number <= last}
        if any(v != "" for v in values):
            for place, (_, value) in held.items():
                if place < len(values) and values[place] == "":
                    values[place] = value
        while tall and tall[0][0] <= number:
            _, last, place = tall.pop(0)
            if 0 <= place < len(values):
                held[place] = (last, values[place])
        yield values


def cell_text(value: Any) -> str | None:
    """Write a cell as text; None when its digits were lost (a whole number of 16 digits or more kept as a float)."""
    if type(value) is str:
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        if abs(value) >= EXACT:
            return None
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)
