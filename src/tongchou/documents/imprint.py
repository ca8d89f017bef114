"""版记 of the Word form (7.4): who gets copies, who printed it when, between black lines at the foot of the last page."""

from __future__ import annotations

import math
from typing import Any

from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from tongchou.documents import layout
from tongchou.documents.lines import width
from tongchou.documents.model import OfficialDocument, day_text
from tongchou.documents.wordpage import face, put_in_order

THICK, THIN = 8, 6
"""Eighths of a point: 0.35 mm for the first and the last line, 0.25 mm between."""
RULE = 2.0
"""Points of a paragraph that is nothing but its line."""


def imprint(book: Any, document: OfficialDocument) -> None:
    """A text box whose last line lies on the lower edge of the type area. A letter's has neither lines nor who printed it (10.1).

    A box and not a floating table or a frame: Word and LibreOffice both put a box at the foot, LibreOffice leaves the others below the text.
    It lies over its anchor, an empty paragraph as high as the box: where the last page has no room for it, both go to the next one, and text is
    neither covered nor pushed about.
    """
    letter = document.form == "letter"
    rows = [("抄送：", f"{'，'.join(document.copies)}。", "")] if document.copies else []
    if document.printed_by and not letter:
        rows.append(("", document.printed_by, f"{day_text(document.dated)}印发"))
    if not rows:
        return
    inside = []
    for n, row in enumerate(rows):
        if not letter:
            inside.append(_rule(book, THIN if n else THICK))
        inside.append(_row(book, *row))
    if not letter:
        inside.append(_rule(book, THICK))
    height = sum(_lines(mark, text) for mark, text, _ in rows) * layout.LINE_PITCH + (0 if letter else (len(rows) + 1) * RULE)
    _box(_plain(book, height), inside, height)


_BOX = """
<w:r NAMESPACES xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">
<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>
<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1">
<wp:simplePos x="0" y="0"/>
<wp:positionH relativeFrom="margin"><wp:align>left</wp:align></wp:positionH><wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>
<wp:extent cx="{cx}" cy="{cy}"/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapNone/><wp:docPr id="900" name="版记"/><wp:cNvGraphicFramePr/>
<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/>
<wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr>
<wps:txbx><w:txbxContent/></wps:txbx><wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"><a:noAutofit/></wps:bodyPr>
</wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice></mc:AlternateContent></w:r>""".replace("NAMESPACES", nsdecls("w", "wp", "a"))


def _box(anchor: Any, inside: list[Any], height: float) -> None:
    """Put paragraphs into a box at the foot of the page on which the anchor stands; what is in it stands at its lower edge."""
    run = parse_xml(_BOX.format(cx=Mm(layout.TYPE_AREA[0]), cy=Pt(height)))
    content = next(run.iter(qn("w:txbxContent")))
    for paragraph in inside:
        content.append(paragraph._p)
    anchor._p.append(run)


def _lines(mark: str, text: str) -> int:
    """How many lines a row takes: one character is free at either side, and what goes on stands below its first."""
    on_a_line = layout.TYPE_AREA[0] * layout.MM / layout.SMALL - 2 - len(mark)
    return max(1, math.ceil(width(text) / (on_a_line - 1)))  # a sign that may not begin a line takes a character along


def _row(book: Any, mark: str, text: str, right: str) -> Any:
    """One character free at either side; copies that go on stand below the first."""
    paragraph = _plain(book, layout.LINE_PITCH)
    shape = paragraph.paragraph_format
    shape.left_indent = Pt(layout.SMALL * (1 + len(mark)))
    shape.first_line_indent = Pt(-layout.SMALL * len(mark))
    shape.right_indent = Pt(layout.SMALL)
    if right:
        shape.tab_stops.add_tab_stop(Mm(layout.TYPE_AREA[0]) - Pt(layout.SMALL), WD_TAB_ALIGNMENT.RIGHT)
    run = paragraph.add_run(mark + text + (f"\t{right}" if right else ""))
    run.font.size = Pt(layout.SMALL)
    face(run._element.get_or_add_rPr(), "body")
    return paragraph


def _rule(book: Any, size: int) -> Any:
    """A line as wide as the type area: a paragraph of its own, as a paragraph's line keeps to the paragraph's indents."""
    paragraph = _plain(book, RULE)
    borders = OxmlElement("w:pBdr")
    borders.append(_made("w:bottom", val="single", sz=str(size), space="0", color="000000"))
    put_in_order(paragraph._p.get_or_add_pPr(), borders)
    return paragraph


def _plain(book: Any, height: float) -> Any:
    """An empty paragraph of one line of so many points."""
    paragraph = book.add_paragraph()
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing = Pt(height)
    grid = OxmlElement("w:snapToGrid")
    grid.set(qn("w:val"), "0")
    put_in_order(paragraph._p.get_or_add_pPr(), grid)
    return paragraph


def _made(name: str, **attributes: str) -> Any:
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element
