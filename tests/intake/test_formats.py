"""Files of every kind that are read, and those that are refused with a reason."""

from __future__ import annotations

import io
from datetime import date

import docx
import pytest
from pypdf import PdfReader, PdfWriter

from tongchou.documents.model import Heading, OfficialDocument, Paragraph
from tongchou.documents.pdf import has_chinese_font, to_pdf
from tongchou.documents.word import to_word
from tongchou.intake import read
from tongchou.intake.formats import MAX_CHARACTERS, decode
from tongchou.kernel.errors import Reason, Refusal

TEXT = "某区召开会议\n会议要求，各街道要在3月5日前完成排查登记工作。\n"
ITEM = "各街道要在3月5日前完成排查登记工作。"
OFFICIAL = OfficialDocument(
    form="document", masthead="清源区疫情防控指挥部文件", title="关于做好返区人员排查工作的通知", to=("各街道", "各部门"),
    body=(Heading("工作要求"), Paragraph("各街道要逐户排查十四日内到过中风险地区的人员，3月8日前完成登记。"), Paragraph("各部门要加强检查。")),
    issuer="清源区疫情防控指挥部", dated=date(2022, 3, 5),
)  # fmt: skip


CODECS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8-sig",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
}


@pytest.mark.parametrize(("codec", "told"), CODECS.items())
def test_encodings_are_told(codec: str, told: str) -> None:
    document = read((TEXT * 3).encode(codec), "a.txt")
    assert document.encoding == told
    assert document.directives[0].text == ITEM


def test_big5_is_told_from_gbk() -> None:
    text = "某區召開會議\n會議要求，各街道要做好排查登記工作，嚴格落實防控措施。\n"
    assert decode(text.encode("big5"))[1] == "big5hkscs"
    assert decode(text.encode("gb18030"))[1] == "gb18030"
    assert read(text.encode("big5"), "a.txt").directives[0].text == "各街道要做好排查登记工作，严格落实防控措施。"


def test_a_page_gives_its_text_and_not_its_menus() -> None:
    page = (
        "<html><head><meta charset=gbk><title>首页</title><script>var a='要做好';</script></head>"
        "<body><ul><li><a href=/>首页</a></li><li><a href=/x>要闻动态</a></li></ul>"
        "<h1>某区召开会议</h1><p>会议要求，各街道要在<b>3月5日</b>前完成排查登记工作。</p><!-- 各社区要 --><footer>版权所有</footer></body></html>"
    )
    document = read(page.encode("gbk"), "a.html")
    assert (document.media, document.encoding, document.clean) == ("html", "gb18030", f"会议要求，{ITEM}")
    assert document.header.title == "某区召开会议"
    start, end = document.places.raw_span(document.clean.index("3月5日"), document.clean.index("3月5日") + 4)
    assert document.raw[start:end] == "3月5日"


def test_a_word_file_with_a_table() -> None:
    made = docx.Document()
    made.add_paragraph("关于做好排查工作的通知")
    made.add_paragraph("各街道要在3月5日前完成排查。")
    table = made.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "责任单位", "各社区要每日报送。"
    made.add_paragraph("某区指挥部")
    out = io.BytesIO()
    made.save(out)
    document = read(out.getvalue(), "a.docx")
    assert (document.media, document.kind) == ("docx", "order")
    assert "各街道要在3月5日前完成排查。" in [d.text for d in document.directives]
    assert "责任单位 各社区要每日报送。" in document.raw


NUMBERING = """<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="·"/></w:lvl></w:abstractNum>
<w:num w:numId="31"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="32"><w:abstractNumId w:val="8"/></w:num></w:numbering>"""


def _numbered(rows: list[tuple[str, int | None, str]]) -> bytes:
    """A Word file whose paragraphs have (list, level, text): the numbers stand in word/numbering.xml alone."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn

    made = docx.Document()
    root = made.part.numbering_part.element
    for element in list(root):
        root.remove(element)
    for element in list(parse_xml(NUMBERING)):
        root.append(element)
    for number, level, text in rows:
        paragraph = made.add_paragraph(text)
        if level is not None:
            properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().set(qn("w:val"), str(level))
            properties.get_or_add_numId().set(qn("w:val"), number)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_the_automatic_numbers_of_a_word_file_are_ordinals() -> None:
    rows: list[tuple[str, int | None, str]] = [
        ("", None, "关于做好春节期间疫情防控工作的通知"), ("", None, "各街道："), ("", None, "现就有关事项通知如下："),
        ("31", 0, "强化人员排查"), ("31", 1, "各街道要摸清返乡人员底数，登记造册。"), ("31", 1, "各社区要逐户走访，不漏一人。"),
        ("31", 0, "强化场所管理"), ("31", 1, "商场、超市要落实扫码测温，做好记录。"), ("32", 0, "各单位要做好值班值守。"), ("", None, "某区指挥部"),
    ]  # fmt: skip
    document = read(_numbered(rows), "a.docx")
    assert [d.ordinal for d in document.directives] == ["（一）", "（二）", "（一）", None]
    assert "二、强化场所管理" in document.raw
    assert document.directives[2].text == "（一）商场、超市要落实扫码测温，做好记录。"
    assert document.directives[2].heading == ("强化场所管理",)


def test_our_own_official_documents_are_read_back() -> None:
    document = read(to_word(OFFICIAL), "a.docx")
    assert [d.text for d in document.directives] == [
        "各街道要逐户排查十四日内到过中风险地区的人员，3月8日前完成登记。",
        "各部门要加强检查。",
    ]
    assert [m.text for m in document.directives[0].units] == ["各街道"]


@pytest.mark.skipif(
    not has_chinese_font(), reason="no Chinese font on this machine (Debian: apt-get install fonts-noto-cjk)"
)
def test_the_text_layer_of_a_pdf_and_an_encrypted_one() -> None:
    data = to_pdf(OFFICIAL)
    document = read(data, "a.pdf")
    assert document.media == "pdf"
    assert [d.text for d in document.directives] == [
        "各街道要逐户排查十四日内到过中风险地区的人员，3月8日前完成登记。",
        "各部门要加强检查。",
    ]
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(Refusal) as caught:
        read(out.getvalue(), "locked.pdf")
    assert caught.value.reason is Reason.NOT_ALLOWED


def blank_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(("data", "reason"), [
    (b"", Reason.MISSING_VALUE),
    (b" \n\t ", Reason.MISSING_VALUE),
    (bytes(range(256)) * 40, Reason.BAD_ENCODING),
    (b"\x00\x01\x02\x03" * 500, Reason.BAD_ENCODING),
    (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, Reason.WRONG_FILE_TYPE),
    (b"PK\x03\x04 broken", Reason.WRONG_FILE_TYPE),
    (b"MZ\x90\x00", Reason.WRONG_FILE_TYPE),
    (b"%PDF-1.4 nothing", Reason.BROKEN_RECORD),
    (blank_pdf(), Reason.BROKEN_RECORD),
    (b"only latin letters here, no Chinese at all", Reason.BROKEN_RECORD),
    (("各街道要排查。\n" * (MAX_CHARACTERS // 8 + 1)).encode(), Reason.TOO_LARGE),
    ("排".encode() * 3_500_000, Reason.TOO_LARGE),
])  # fmt: skip
def test_what_cannot_be_read_is_refused_with_reason_and_remedy(data: bytes, reason: Reason) -> None:
    with pytest.raises(Refusal) as caught:
        read(data, "file.txt")
    assert caught.value.reason is reason
    assert caught.value.file == "file.txt"
    assert caught.value.remedy is not None


@pytest.mark.parametrize(("right", "wrong"), [("gbk", "latin-1"), ("utf-8", "latin-1")])
def test_a_file_saved_in_a_wrong_encoding_is_told_back_with_a_warning(right: str, wrong: str) -> None:
    document = read((TEXT * 3).encode(right).decode(wrong).encode(), "a.txt")
    assert document.directives[0].text == ITEM
    assert document.warnings
    assert not read(TEXT.encode(), "a.txt").warnings


@pytest.mark.parametrize("garbled", ["锟斤拷" * 60, "\ufffd\ufffd要\ufffd排\ufffd" * 30, "ÿþÿþ要ÿ" * 40])
def test_text_that_is_garbled_past_telling_back_is_refused(garbled: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(garbled.encode(), "garbled.txt")
    assert caught.value.reason is Reason.BAD_ENCODING


def test_the_longest_text_that_is_taken_is_read_in_seconds() -> None:
    text = "某区召开会议\n" + "".join(
        f"会议要求，各街道要在3月{n % 28 + 1}日前完成第{n}批排查登记工作，落实测温消毒。\n" for n in range(3000)
    )
    assert len(read(text.encode(), "long.txt").directives) == 3000
