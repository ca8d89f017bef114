"""The Word form: the same elements and measures, to be edited where a person must."""

from __future__ import annotations

import io
import re
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from tongchou.documents import layout
from tongchou.documents.imprint import imprint
from tongchou.documents.lines import signature, title_lines
from tongchou.documents.model import Heading, OfficialDocument, Paragraph, Table, day_text, numbered
from tongchou.documents.wordpage import face, put_in_order, set_page

CHARACTER = layout.CHARACTER_PITCH
MARK = 3
"""Characters of 附件： and 出席：."""
BEYOND = (layout.LETTER_RULE - layout.TYPE_AREA[0]) / 2
"""Millimetres by which a letter's lines reach beyond the type area at either side."""


def to_word(document: OfficialDocument) -> bytes:
    """The document as .docx. Fonts are named as the standard names them; a machine without them shows its own."""
    book = docx.Document()
    set_page(book, document)
    _head(book, document)
    _title(book, document.title)
    _line(book, "", indent=False)
    if document.to:
        _line(book, "、".join(document.to) + "：", indent=False)
    for block, number in numbered(document.body):
        match block:
            case Heading(text, level):
                _line(book, number + text, font=layout.HEADING_FONTS[level - 1]).paragraph_format.keep_with_next = True
            case Paragraph(text):
                _line(book, text)
            case Table():
                _table(book, block)
    _foot(book, document)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _line(
    book: Any,
    text: str,
    *,
    font: str = "body",
    size: float = layout.BODY,
    align: Any = None,
    indent: bool = True,
    exact: bool = True,
    color: str = "",
    right: float = 0,
) -> Any:
    """One paragraph. indent: two characters at the first line. right: characters kept free at the right."""
    paragraph = book.add_paragraph()
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    if exact:
        shape.line_spacing = Pt(layout.LINE_PITCH)
    if indent:
        shape.first_line_indent = Pt(2 * CHARACTER)
    if right:
        shape.right_indent = Pt(right * CHARACTER)
    if align is not None:
        paragraph.alignment = align
    _run(paragraph, text, font, size, color)
    return paragraph


def _run(paragraph: Any, text: str, font: str, size: float = layout.BODY, color: str = "") -> Any:
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    if color:
        run.font.color.rgb = RGBColor.from_string(color)
    face(run._element.get_or_add_rPr(), font)
    return run


def _hanging(book: Any, mark: str, mark_font: str, text: str, hang: float) -> None:
    """A mark two characters from the left and its text, whose next lines stand below its first character. hang: the mark's width in characters."""
    paragraph = _line(book, mark, font=mark_font, indent=False)
    paragraph.paragraph_format.left_indent = Pt((2 + hang) * CHARACTER)
    paragraph.paragraph_format.first_line_indent = Pt(-hang * CHARACTER)
    _run(paragraph, text, "body")


def _head(book: Any, document: OfficialDocument) -> None:
    if document.form == "letter":
        _letter_head(book, document)
        return
    if document.urgency:
        _line(book, document.urgency, font="black", indent=False)
    mark = _masthead(book, document.masthead, 11)
    mark.paragraph_format.space_before = Mm(layout.MASTHEAD_DOWN) - (
        Pt(layout.LINE_PITCH) if document.urgency else Pt(0)
    )
    for _ in range(2):
        _line(book, "", indent=False)
    if document.form in ("minutes", "brief"):
        if document.issue:
            _line(book, f"第{document.issue}期", align=ALIGN.CENTER, indent=False)
        ruled = _two_sides(book, document.issuer, day_text(document.dated))
    elif document.signer:
        ruled = _two_sides(book, str(document.number or ""), "签发人：", inset=CHARACTER)
        _run(ruled, document.signer, "kai")
    else:
        ruled = _line(book, str(document.number or ""), align=ALIGN.CENTER, indent=False)
    _rule(ruled)
    for _ in range(2):
        _line(book, "", indent=False)


def _letter_head(book: Any, document: OfficialDocument) -> None:
    """信函格式 (10.1): masthead without 文件, a red double line below it, the number at the right; another double line at the foot of page 1."""
    section = book.sections[0]
    mark = _masthead(book, document.masthead, 12)
    _rule(_wider(mark), "thickThinSmallGap", 4)
    _two_sides(book, document.urgency, str(document.number or "")).paragraph_format.space_before = Pt(7)
    for _ in range(2):
        _line(book, "", indent=False)
    _rule(_wider(section.first_page_footer.paragraphs[0]), "thinThickSmallGap", 1)


def _masthead(book: Any, text: str, full: int) -> Any:
    """The red name of the organ on one line. full: characters that stand on it at full size; more are set smaller."""
    size = layout.MASTHEAD * min(1, full / max(1, len(text)))
    return _line(book, text, font="title", size=size, align=ALIGN.CENTER, indent=False, exact=False, color=layout.RED)


def _wider(paragraph: Any) -> Any:
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm(-BEYOND)
    return paragraph


def _two_sides(book: Any, left: str, right: str, *, inset: float = 0) -> Any:
    """inset: points that stay free at both sides."""
    paragraph = _line(book, f"{left}\t{right}", indent=False)
    shape = paragraph.paragraph_format
    shape.tab_stops.add_tab_stop(Mm(layout.TYPE_AREA[0]) - Pt(inset), WD_TAB_ALIGNMENT.RIGHT)
    if inset:
        shape.first_line_indent = Pt(inset)
    return paragraph


def _rule(paragraph: Any, kind: str = "single", space: int = 11) -> None:
    """A red line below a paragraph."""
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (
        ("val", kind),
        ("sz", "12" if kind == "single" else "24"),
        ("space", str(space)),
        ("color", layout.RED),
    ):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    put_in_order(paragraph._p.get_or_add_pPr(), borders)


def _title(book: Any, title: str) -> Any:
    first, *more = title_lines(title)
    paragraph = _line(book, first, font="title", size=layout.TITLE, align=ALIGN.CENTER, indent=False)
    paragraph.paragraph_format.line_spacing = Pt(layout.LINE_PITCH + 3)
    for line in more:
        paragraph.runs[-1].add_break()
        _run(paragraph, line, "title", layout.TITLE)
    return paragraph


def _table(book: Any, block: Table) -> None:
    if block.caption:
        _line(
            book, block.caption, font="black", size=12, align=ALIGN.CENTER, indent=False
        ).paragraph_format.keep_with_next = True
    table = book.add_table(rows=1, cols=len(block.header))
    table.style = "Table Grid"
    rows = [block.header, *block.rows]
    for place, row in enumerate(rows):
        cells = table.rows[0].cells if place == 0 else table.add_row().cells
        for n, value in enumerate(row):
            paragraph = cells[n].paragraphs[0]
            paragraph.alignment = ALIGN.RIGHT if place and re.fullmatch(r"[-+0-9.,%]+", value) else ALIGN.CENTER
            _run(paragraph, value, "black" if place == 0 else "body", 10.5)
    header = table.rows[0]._tr.get_or_add_trPr()
    header.append(OxmlElement("w:tblHeader"))


def _foot(book: Any, document: OfficialDocument) -> None:
    if document.attached:
        _line(book, "", indent=False)
        several = len(document.attached) > 1
        hang = MARK + len(str(len(document.attached))) / 2 + 0.75 if several else MARK
        for n, name in enumerate(document.attached, 1):
            _hanging(book, "附件：" if n == 1 else "　" * MARK, "body", f"{n}.\t{name}" if several else name, hang)
    if document.form not in ("minutes", "brief"):
        for _ in range(2):
            _line(book, "", indent=False)
        issuer_right, date_right = signature(document.issuer, day_text(document.dated))
        _line(
            book, document.issuer, align=ALIGN.RIGHT, indent=False, right=issuer_right
        ).paragraph_format.keep_with_next = True
        _line(book, day_text(document.dated), align=ALIGN.RIGHT, indent=False, right=date_right)
    if document.present:
        _line(book, "", indent=False)
        _hanging(book, "出席：", "black", "、".join(document.present), MARK)
    if document.note:
        _line(book, f"（{document.note}）")
    for n, annex in enumerate(document.annexes):
        _line(book, document.annex_mark(n), font="black", indent=False).paragraph_format.page_break_before = True
        _title(book, annex.title)
        _table(book, annex.table)
    imprint(book, document)
