"""版记 of the Word form (7.4): who gets copies, who printed it when, between black lines at the foot of the last page."""

from __future__ import annotations

from typing import Any

from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from tongchou.documents import layout
from tongchou.documents.model import OfficialDocument, day_text
from tongchou.documents.wordpage import face

THICK, THIN = 8, 6
"""Eighths of a point: 0.35 mm for the first and the last line, 0.25 mm between."""
_ORDER = (
    "tblStyle", "tblpPr", "tblOverlap", "bidiVisual", "tblStyleRowBandSize", "tblStyleColBandSize", "tblW", "jc", "tblCellSpacing", "tblInd", "tblBorders",
    "shd", "tblLayout", "tblCellMar", "tblLook",
)  # fmt: skip


def imprint(book: Any, document: OfficialDocument) -> None:
    """A table that stands at the lower edge of the type area. A letter's has neither lines nor who printed it (10.1)."""
    letter = document.form == "letter"
    rows = [("抄送：", f"{'，'.join(document.copies)}。", "")] if document.copies else []
    if document.printed_by and not letter:
        rows.append(("", document.printed_by, f"{day_text(document.dated)}印发"))
    if not rows:
        return
    table = book.add_table(rows=0, cols=1)
    for mark, text, right in rows:
        _row(table.add_row().cells[0].paragraphs[0], mark, text, right)
    whole = str(round(layout.TYPE_AREA[0] * layout.MM * 20))
    parts = [
        _made("w:tblpPr", leftFromText="0", rightFromText="0", vertAnchor="margin", horzAnchor="margin", tblpXSpec="left", tblpYSpec="bottom"),
        _made("w:tblW", w=whole, type="dxa"), _made("w:tblLayout", type="fixed"), _margins(),
    ]  # fmt: skip
    _put(table._tbl.tblPr, parts if letter else [*parts, _borders()])
    for column in table._tbl.tblGrid:
        column.set(qn("w:w"), whole)
    _anchor(book)


def _row(paragraph: Any, mark: str, text: str, right: str) -> None:
    """One character free at either side; copies that go on stand below the first."""
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing = Pt(layout.LINE_PITCH)
    shape.left_indent = Pt(layout.SMALL * (1 + len(mark)))
    shape.first_line_indent = Pt(-layout.SMALL * len(mark))
    shape.right_indent = Pt(layout.SMALL)
    if right:
        shape.tab_stops.add_tab_stop(Mm(layout.TYPE_AREA[0]) - Pt(layout.SMALL), WD_TAB_ALIGNMENT.RIGHT)
    run = paragraph.add_run(mark + text + (f"\t{right}" if right else ""))
    run.font.size = Pt(layout.SMALL)
    face(run._element.get_or_add_rPr(), "body")


def _put(properties: Any, parts: list[Any]) -> None:
    """The parts, in place of those of the same name, in the order that the schema wants."""
    for part in parts:
        for old in properties.findall(part.tag):
            properties.remove(old)
        name = part.tag.rpartition("}")[2]
        properties.insert_element_before(part, *(f"w:{n}" for n in _ORDER[_ORDER.index(name) + 1 :]))


def _margins() -> Any:
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_made(f"w:{side}", w="0", type="dxa"))
    return margins


def _borders() -> Any:
    borders = OxmlElement("w:tblBorders")
    for side, size in (("top", THICK), ("bottom", THICK), ("insideH", THIN)):
        borders.append(_made(f"w:{side}", val="single", sz=str(size), space="0", color="000000"))
    return borders


def _anchor(book: Any) -> None:
    """The paragraph that a floating table hangs on, as small as can be."""
    shape = book.add_paragraph().paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing = Pt(1)


def _made(name: str, **attributes: str) -> Any:
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element
