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
from tongchou.documents.model import Heading, OfficialDocument, Paragraph, Table, day_text, numbered


def to_word(document: OfficialDocument) -> bytes:
    """The document as .docx. Fonts are named as the standard names them; a machine without them shows its own."""
    book = docx.Document()
    _page(book, document)
    _head(book, document)
    _line(book, document.title, font="title", size=layout.TITLE, align=ALIGN.CENTER, indent=False, exact=False)
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


def _page(book: Any, document: OfficialDocument) -> None:
    section = book.sections[0]
    section.page_width, section.page_height = Mm(layout.PAGE[0]), Mm(layout.PAGE[1])
    section.top_margin, section.bottom_margin = Mm(layout.TOP), Mm(layout.BOTTOM)
    section.left_margin, section.right_margin = Mm(layout.LEFT), Mm(layout.RIGHT)
    section.footer_distance = Mm(layout.BOTTOM - 7 - layout.SMALL / layout.MM)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "linesAndChars")
    grid.set(qn("w:linePitch"), str(int(layout.LINE_PITCH * 20)))
    grid.set(qn("w:charSpace"), str(round((layout.CHARACTER_PITCH - layout.BODY) * 4096)))
    style = book.styles["Normal"]
    style.font.size = Pt(layout.BODY)
    _face(style.element.get_or_add_rPr(), "body")
    if document.draft:
        said = section.header.paragraphs[0]
        said.alignment = ALIGN.RIGHT
        run = said.add_run("送审稿　未签发")
        run.font.size, run.font.color.rgb = Pt(10.5), RGBColor.from_string(layout.RED)
        _face(run._element.get_or_add_rPr(), "black")
    _page_number(section.footer.paragraphs[0])


def _page_number(paragraph: Any) -> None:
    paragraph.alignment = ALIGN.CENTER
    for kind, text in (("text", "— "), ("begin", ""), ("code", "PAGE"), ("end", ""), ("text", " —")):
        run = paragraph.add_run(text if kind == "text" else "")
        run.font.size = Pt(layout.SMALL)
        _face(run._element.get_or_add_rPr(), "figures")
        if kind == "code":
            code = OxmlElement("w:instrText")
            code.text = text
            run._element.append(code)
        elif kind != "text":
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._element.append(mark)


def _face(properties: Any, font: str) -> None:
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for place in ("w:eastAsia", "w:ascii", "w:hAnsi"):
        fonts.set(qn(place), layout.WORD_FONTS[font])


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
        shape.first_line_indent = Pt(2 * layout.CHARACTER_PITCH)
    if right:
        shape.right_indent = Pt(right * layout.CHARACTER_PITCH)
    if align is not None:
        paragraph.alignment = align
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    if color:
        run.font.color.rgb = RGBColor.from_string(color)
    _face(run._element.get_or_add_rPr(), font)
    return paragraph


def _head(book: Any, document: OfficialDocument) -> None:
    if document.form == "letter":
        _letter_head(book, document)
        return
    if document.urgency:
        _line(book, document.urgency, font="black", indent=False)
    size = layout.MASTHEAD * min(1, 11 / max(1, len(document.masthead)))
    mark = _line(book, document.masthead, font="title", size=size, align=ALIGN.CENTER, indent=False, exact=False, color=layout.RED)
    mark.paragraph_format.space_before = Mm(layout.MASTHEAD_DOWN) - (Pt(layout.LINE_PITCH) if document.urgency else Pt(0))
    for _ in range(2):
        _line(book, "", indent=False)
    if document.form in ("minutes", "brief"):
        if document.issue:
            _line(book, f"第{document.issue}期", align=ALIGN.CENTER, indent=False)
        ruled = _two_sides(book, document.issuer, day_text(document.dated))
    elif document.signer:
        ruled = _two_sides(book, str(document.number or ""), f"签发人：{document.signer}")
    else:
        ruled = _line(book, str(document.number or ""), align=ALIGN.CENTER, indent=False)
    _rule(ruled)
    for _ in range(2):
        _line(book, "", indent=False)


def _letter_head(book: Any, document: OfficialDocument) -> None:
    """信函格式 (10.1): masthead without 文件, a red double line below it, the number at the right; another double line at the foot of page 1."""
    section = book.sections[0]
    section.top_margin, section.header_distance = Mm(30), Mm(15)
    section.different_first_page_header_footer = True
    size = layout.MASTHEAD * min(1, 12 / max(1, len(document.masthead)))
    _rule(_line(book, document.masthead, font="title", size=size, align=ALIGN.CENTER, indent=False, exact=False, color=layout.RED), "thickThinSmallGap", 4)
    _two_sides(book, document.urgency, str(document.number or ""))
    for _ in range(2):
        _line(book, "", indent=False)
    foot = section.first_page_footer.paragraphs[0]
    _rule(foot, "thinThickSmallGap", 1)
    if document.draft:
        said = section.first_page_header.paragraphs[0].add_run("送审稿　未签发")
        said.font.size, said.font.color.rgb = Pt(10.5), RGBColor.from_string(layout.RED)


def _two_sides(book: Any, left: str, right: str) -> Any:
    paragraph = _line(book, f"{left}\t{right}", indent=False)
    paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(layout.TYPE_AREA[0]), WD_TAB_ALIGNMENT.RIGHT)
    return paragraph


def _rule(paragraph: Any, kind: str = "single", space: int = 11) -> None:
    """A red line below a paragraph."""
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", kind), ("sz", "12" if kind == "single" else "24"), ("space", str(space)), ("color", layout.RED)):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)


def _table(book: Any, block: Table) -> None:
    if block.caption:
        _line(book, block.caption, font="black", size=12, align=ALIGN.CENTER, indent=False).paragraph_format.keep_with_next = True
    table = book.add_table(rows=1, cols=len(block.header))
    table.style = "Table Grid"
    rows = [block.header, *block.rows]
    for place, row in enumerate(rows):
        cells = table.rows[0].cells if place == 0 else table.add_row().cells
        for n, value in enumerate(row):
            paragraph = cells[n].paragraphs[0]
            paragraph.alignment = ALIGN.RIGHT if place and re.fullmatch(r"[-+0-9.,%]+", value) else ALIGN.CENTER
            run = paragraph.add_run(value)
            run.font.size = Pt(10.5)
            _face(run._element.get_or_add_rPr(), "black" if place == 0 else "body")
    header = table.rows[0]._tr.get_or_add_trPr()
    header.append(OxmlElement("w:tblHeader"))


def _foot(book: Any, document: OfficialDocument) -> None:
    if document.attached:
        _line(book, "", indent=False)
        for n, name in enumerate(document.attached, 1):
            number = f"{n}." if len(document.attached) > 1 else ""
            _line(book, ("附件：" if n == 1 else "　　　") + number + name)
    if document.form not in ("minutes", "brief"):
        for _ in range(2):
            _line(book, "", indent=False)
        _line(book, document.issuer, align=ALIGN.RIGHT, indent=False, right=4)
        _line(book, day_text(document.dated), align=ALIGN.RIGHT, indent=False, right=4)
    if document.present:
        _line(book, "", indent=False)
        _line(book, "出席：" + "、".join(document.present))
    if document.note:
        _line(book, f"（{document.note}）")
    for n, annex in enumerate(document.annexes):
        _line(book, document.annex_mark(n), font="black", indent=False).paragraph_format.page_break_before = True
        _line(book, annex.title, font="title", size=layout.TITLE, align=ALIGN.CENTER, indent=False, exact=False)
        _table(book, annex.table)
    if document.copies:
        _line(book, f"抄送：{'，'.join(document.copies)}。", size=layout.SMALL, indent=False)
    if document.printed_by and document.form != "letter":
        _two_sides(book, document.printed_by, f"{day_text(document.dated)}印发")
