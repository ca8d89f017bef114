"""What an xlsx workbook holds that a reader of values does not see: formulas that were never calculated, cells with an error. Pure."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape

from tongchou.kernel.filetypes import FileType, detect

_PART = 16 * 1024 * 1024
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATED = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_MARK = re.compile(rb'([\w:]+)="([^"]*)"')
_CELL = rb'<c\b(?=[^>]*\br="([A-Z]{1,3})(\d+)")'
_FORMULA = re.compile(_CELL + rb'([^>]*)>\s*<f\b[^>]*?(?:/>|>[^<]*</f>)\s*(<v\s*/>|<v></v>)?\s*</c>')
_ERROR = re.compile(_CELL + rb'(?=[^>]*\bt="e")[^>]*>')


def lost_cells(data: bytes, sheet: str) -> dict[int, int]:
    """Row (as the spreadsheet counts) -> place of its first cell whose value is lost. A formula whose result is an empty text is not lost."""
    if detect(data) is not FileType.XLSX:
        return {}
    found: dict[int, int] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        path = _path_of(book, sheet)
        for xml in _parts(book, path) if path else ():
            for column, row, marks, empty in _FORMULA.findall(xml) if b"<f" in xml else ():
                if not (empty and b't="str"' in marks):
                    _note(found, int(row), _place(column))
            for column, row in _ERROR.findall(xml) if b't="e"' in xml else ():
                _note(found, int(row), _place(column))
    return found


def _parts(book: zipfile.ZipFile, path: str) -> Iterator[bytes]:
    """A sheet's text, whole rows at a time: a large one is not held twice."""
    rest = b""
    with book.open(path) as stream:
        while more := stream.read(_PART):
            rest += more
            end = rest.rfind(b"</row>") + 1
            if end:
                yield rest[: end + 5]
                rest = rest[end + 5 :]
    yield rest


def _note(found: dict[int, int], row: int, place: int) -> None:
    found[row] = min(place, found.get(row, place))


def _place(letters: bytes) -> int:
    """A -> 0, Z -> 25, AA -> 26."""
    n = 0
    for letter in letters:
        n = 26 * n + letter - 64
    return n - 1


def _path_of(book: zipfile.ZipFile, sheet: str) -> str | None:
    """Where in the file a sheet's cells stand; None where that cannot be told."""
    names = set(book.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    sheets = {m.get("name"): m.get("r:id") for m in map(_marks, _SHEET.findall(book.read("xl/workbook.xml")))}
    targets = {m.get("Id"): m.get("Target", "") for m in map(_marks, _RELATED.findall(book.read("xl/_rels/workbook.xml.rels")))}
    target = targets.get(sheets.get(sheet)) or ""
    path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return path if path in names else None


def _marks(tag: bytes) -> dict[str, str]:
    """The attributes of a tag."""
    return {key.decode(): unescape(value.decode("utf-8", "replace")) for key, value in _MARK.findall(tag)}
