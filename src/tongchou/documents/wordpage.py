"""The page of the Word form: measures, grid, faces, page numbers, the mark of a draft."""

from __future__ import annotations

from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from tongchou.documents import layout
from tongchou.documents.model import OfficialDocument

ORDER = (
    "pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "numPr", "suppressLineNumbers", "pBdr", "shd", "tabs",
    "suppressAutoHyphens", "kinsoku", "wordWrap", "overflowPunct", "topLinePunct", "autoSpaceDE", "autoSpaceDN", "bidi", "adjustRightInd", "snapToGrid",
    "spacing", "ind", "contextualSpacing", "mirrorIndents", "suppressOverlap", "jc", "textDirection", "textAlignment", "textboxTightWrap", "outlineLvl",
    "divId", "cnfStyle", "rPr", "sectPr", "pPrChange",
)  # fmt: skip
"""Of what a paragraph's properties consist (ECMA-376, 17.3.1.26): Word calls a file damaged whose elements stand in another order."""
DRAFT = "送审稿　未签发"


def set_page(book: Any, document: OfficialDocument) -> None:
    """A4, 22 lines of 28 characters; the page's number outside, one character from the edge of the type area (7.5)."""
    section = book.sections[0]
    section.page_width, section.page_height = Mm(layout.PAGE[0]), Mm(layout.PAGE[1])
    section.top_margin, section.bottom_margin = Mm(layout.TOP), Mm(layout.BOTTOM)
    section.left_margin, section.right_margin = Mm(layout.LEFT), Mm(layout.RIGHT)
    section.footer_distance = Mm(layout.BOTTOM - 7 - layout.SMALL / layout.MM)
    book.settings.odd_and_even_pages_header_footer = True
    _grid(section)
    _normal(book.styles["Normal"].element)
    headers = [section.header, section.even_page_header]
    if document.form == "letter":
        section.top_margin, section.header_distance = Mm(30), Mm(15)
        section.different_first_page_header_footer = True
        headers.append(section.first_page_header)
    if document.draft:
        for header in headers:
            _mark(header.paragraphs[0])
    _page_number(section.footer.paragraphs[0], odd=True)
    _page_number(section.even_page_footer.paragraphs[0], odd=False)


def _grid(section: Any) -> None:
    """Lines only: programs that keep to a grid of characters give two cells to each whose size is above the pitch."""
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(int(layout.LINE_PITCH * 20)))
    grid.attrib.pop(qn("w:charSpace"), None)


def _normal(style: Any) -> None:
    """3号 set as close as 28 need; Chinese, so that signs take their mainland shapes; no space between Chinese and figures."""
    shape, look = style.get_or_add_pPr(), style.get_or_add_rPr()
    for name in ("w:autoSpaceDE", "w:autoSpaceDN"):
        off = OxmlElement(name)
        off.set(qn("w:val"), "0")
        put_in_order(shape, off)
    face(look, "body")
    closer, size, language = OxmlElement("w:spacing"), OxmlElement("w:sz"), OxmlElement("w:lang")
    closer.set(qn("w:val"), str(round(-layout.CLOSER * 20)))
    size.set(qn("w:val"), str(round(layout.BODY * 2)))
    for place in ("w:val", "w:eastAsia"):
        language.set(qn(place), "zh-CN")
    for old in ("w:spacing", "w:sz", "w:lang"):
        for element in look.findall(qn(old)):
            look.remove(element)
    for element in (closer, size, language):  # the order that the schema wants
        look.append(element)


def _mark(paragraph: Any) -> None:
    paragraph.alignment = ALIGN.RIGHT
    run = paragraph.add_run(DRAFT)
    run.font.size, run.font.color.rgb = Pt(10.5), RGBColor.from_string(layout.RED)
    face(run._element.get_or_add_rPr(), "black")


def _page_number(paragraph: Any, *, odd: bool) -> None:
    paragraph.alignment = ALIGN.RIGHT if odd else ALIGN.LEFT
    shape = paragraph.paragraph_format
    if odd:
        shape.right_indent = Pt(layout.SMALL)
    else:
        shape.left_indent = Pt(layout.SMALL)
    for kind, text in (("text", "— "), ("begin", ""), ("code", "PAGE"), ("end", ""), ("text", " —")):
        run = paragraph.add_run(text if kind == "text" else "")
        run.font.size = Pt(layout.SMALL)
        face(run._element.get_or_add_rPr(), "figures")
        if kind == "code":
            code = OxmlElement("w:instrText")
            code.text = text
            run._element.append(code)
        elif kind != "text":
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._element.append(mark)


def put_in_order(properties: Any, element: Any) -> None:
    """Put an element among a paragraph's properties where the schema wants it."""
    name = element.tag.rpartition("}")[2]
    properties.insert_element_before(element, *(f"w:{n}" for n in ORDER[ORDER.index(name) + 1 :]))


def face(properties: Any, font: str) -> None:
    """Set the face of a run or a style, for Chinese and for what is not."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for attribute in list(fonts.attrib):  # a theme's face would win
        del fonts.attrib[attribute]
    for place in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(place), layout.WORD_FONTS[font])
