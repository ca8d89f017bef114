"""Official documents: numbers, the numbering of headings, and the layout of GB/T 9704-2012 in both forms."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from pypdf import PdfReader

from tongchou.documents import layout, pdf
from tongchou.documents.model import (
    Heading,
    Number,
    OfficialDocument,
    Paragraph,
    Table,
    addressees,
    day_text,
    han_number,
    numbered,
    read_number,
)
from tongchou.documents.pdf import has_chinese_font, to_pdf
from tongchou.documents.word import to_word
from tongchou.kernel.errors import Reason, Refusal

needs_font = pytest.mark.skipif(not has_chinese_font(), reason="no Chinese font on this machine (Debian: apt-get install fonts-noto-cjk)")
LONG = "各街道要逐户排查返区人员并建立台账每日报送不得漏报瞒报迟报" * 40


def sample(**more: object) -> OfficialDocument:
    given: dict[str, object] = {
        "form": "document", "masthead": "清源区疫情防控指挥部办公室文件", "title": "关于做好返区人员排查工作的通知",
        "body": (Heading("工作要求"), Heading("排查范围", 2), Paragraph("十四日内到过中风险地区的人员。"), Heading("时限要求")),
        "issuer": "清源区疫情防控指挥部办公室", "dated": date(2026, 3, 5), "number": Number("清防指办", 2026, 12), "to": ("各街道", "各部门"),
    }  # fmt: skip
    return OfficialDocument(**(given | more))  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["清防指办〔2026〕12号", "清防指办[2026]12号", "清防指办（2026）12 号", " 清防指办【2026】第012号 "])
def test_numbers_are_read_in_all_their_brackets_and_written_in_one(text: str) -> None:
    assert str(read_number(text)) == "清防指办〔2026〕12号"


@pytest.mark.parametrize("text", ["清防指办〔26〕12号", "〔2026〕12号", "清防指办〔2026〕号", "清防指办2026年12号", ""])
def test_what_is_no_number_is_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_number(text)
    assert caught.value.field == "number"
    assert "〔2026〕12号" in caught.value.sentence()


def test_headings_are_numbered_by_their_place() -> None:
    body = (Heading("甲"), Heading("子", 2), Heading("丑", 2), Heading("一", 3), Heading("二", 3), Heading("细", 4), Heading("乙"), Heading("寅", 2))
    assert [n for _, n in numbered(body)] == ["一、", "（一）", "（二）", "1.", "2.", "（1）", "二、", "（一）"]
    assert [han_number(n) for n in (1, 10, 11, 20, 21, 99)] == ["一", "十", "十一", "二十", "二十一", "九十九"]
    assert day_text(date(2026, 3, 5)) == "2026年3月5日"


def text_of(content: bytes) -> str:
    """The text of a PDF without spaces: extraction puts them between characters."""
    return "\n".join(re.sub(r"[ \u3000]", "", page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages)


@needs_font
def test_a_page_has_22_lines_of_28_characters() -> None:
    content = to_pdf(sample(body=(Paragraph(LONG),)))
    pages = PdfReader(io.BytesIO(content)).pages
    box = pages[0].mediabox
    assert (round(float(box.width) / layout.MM), round(float(box.height) / layout.MM)) == (210, 297)
    lines = [line for line in re.sub(r"[ \u3000]", "", pages[1].extract_text()).splitlines() if line and not line.startswith("—")]
    lines = [line for line in lines if "送审稿" not in line]
    assert len(lines) == layout.LINES
    assert {len(line) for line in lines} == {layout.CHARACTERS}


@needs_font
def test_every_element_is_on_the_page() -> None:
    made = sample(
        signer="周明远", attachments=("排查台账样表", "报送联系人名单"), copies=("区委办公室", "区政府办公室"), printed_by="清源区疫情防控指挥部办公室",
        urgency="特急", note="联系人：办公室值班员", draft=False,
    )  # fmt: skip
    text = text_of(to_pdf(made))
    head = ("清源区疫情防控指挥部办公室文件", "清防指办〔2026〕12号", "签发人：周明远", "关于做好返区人员排查工作的通知", "特急", "—1—")
    body = ("各街道、各部门：", "一、工作要求", "（一）排查范围", "二、时限要求", "附件：1.排查台账样表", "2.报送联系人名单")
    for part in (*head, *body, "2026年3月5日", "抄送：区委办公室，区政府办公室。", "印发"):
        assert part in text, part
    assert "未签发" not in text
    assert "送审稿未签发" in text_of(to_pdf(sample()))


@needs_font
def test_text_is_data_never_markup() -> None:
    wild = "#panic() *粗* $x$ <a> @b \\n #set page(width: 1cm) “引号”[中括号]"
    text = text_of(to_pdf(sample(title=wild, body=(Paragraph(wild), Table(("项目", "数"), ((wild, "1"),)))))
    )  # fmt: skip
    assert text.count("#panic()") >= 2
    assert "#setpage(width:1cm)" in text


@needs_font
def test_a_long_table_goes_on_over_pages_with_its_header() -> None:
    rows = tuple((f"第{n}街道", str(n), "98.5") for n in range(80))
    content = to_pdf(sample(form="bulletin", body=(Table(("单位", "办结", "按期办结率"), rows, "各街道办理情况"),)))
    pages = PdfReader(io.BytesIO(content)).pages
    assert len(pages) >= 2
    assert all("按期办结率" in re.sub(r"\s", "", p.extract_text()) for p in pages[:2])


@needs_font
def test_minutes_and_briefs_bear_an_issue_and_no_number() -> None:
    text = text_of(to_pdf(sample(form="minutes", masthead="清源区疫情防控指挥部纪要", number=None, issue=7, to=(), present=("周明远", "林晓"))))
    assert "第7期" in text
    assert "出席：周明远、林晓" in text


def test_without_a_chinese_font_pdf_is_refused_and_word_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    has_chinese_font.cache_clear()
    monkeypatch.setattr(pdf, "_FOLDERS", (tmp_path,))
    try:
        with pytest.raises(Refusal) as caught:
            to_pdf(sample())
        assert caught.value.reason is Reason.UNAVAILABLE
        assert to_word(sample())
    finally:
        has_chinese_font.cache_clear()


def test_word_has_the_measures_and_the_elements() -> None:
    made = sample(signer="周明远", attachments=("排查台账样表",), copies=("区委办公室",), printed_by="办公室", body=(
        Heading("情况"), Paragraph("正文。"), Table(("单位", "数"), (("东街", "3"),), "表"),
    ))  # fmt: skip
    book = docx.Document(io.BytesIO(to_word(made)))
    section = book.sections[0]
    assert [round(v.mm) for v in (section.page_width, section.page_height, section.top_margin, section.left_margin, section.right_margin, section.bottom_margin)] == [
        210, 297, 37, 28, 26, 35,
    ]  # fmt: skip
    grid = section._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:linePitch")) == "579"
    text = "\n".join(p.text for p in book.paragraphs)
    for part in ("清源区疫情防控指挥部办公室文件", "清防指办〔2026〕12号\t签发人：周明远", "各街道、各部门：", "一、情况", "附件：排查台账样表", "2026年3月5日"):
        assert part in text, part
    assert [[c.text for c in row.cells] for row in book.tables[0].rows] == [["单位", "数"], ["东街", "3"]]
    body = next(p for p in book.paragraphs if p.text == "正文。")
    assert body.runs[0]._element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋"
    assert section.header.paragraphs[0].text == "送审稿　未签发"
    assert not docx.Document(io.BytesIO(to_word(sample(draft=False)))).sections[0].header.paragraphs[0].text


def test_many_addressees_stand_in_an_annex_and_few_do_not() -> None:
    names = tuple(f"{n}号街道" for n in range(1, 14))
    to, annexes = addressees(names)
    assert to == ("1号街道等13个单位",)
    assert [c for row in annexes[0].table.rows for c in row if c.endswith("街道")] == list(names)
    assert addressees(names[:12]) == (names[:12], ())
    assert addressees(()) == ((), ())


def test_the_annex_is_numbered_after_the_other_attachments() -> None:
    _, annexes = addressees(tuple(f"{n}号街道" for n in range(13)))
    assert sample(annexes=annexes).annex_mark(0) == "附件"
    both = sample(annexes=annexes, attachments=("名册",))
    assert (both.attached, both.annex_mark(0)) == (("名册", "主送单位名单"), "附件2")


@needs_font
def test_the_annex_has_a_page_of_its_own_before_the_imprint() -> None:
    names = tuple(f"{n}号街道" for n in range(1, 41))
    to, annexes = addressees(names)
    made = sample(to=to, annexes=annexes, copies=("区委办公室",), printed_by="区指挥部办公室", draft=False)
    pages = [re.sub(r"\s", "", p.extract_text()) for p in PdfReader(io.BytesIO(to_pdf(made))).pages]
    assert "1号街道等40个单位：" in pages[0]
    assert "附件：主送单位名单" in pages[0]
    (annexed,) = [p for p in pages if p.startswith("附件主送单位名单")]
    assert all(n in annexed for n in names)
    assert "抄送" in pages[-1]
    assert "抄送" not in pages[0]
    word = docx.Document(io.BytesIO(to_word(made)))
    (annex,) = [p for p in word.paragraphs if p.paragraph_format.page_break_before]
    assert annex.text == "附件"
    assert [c.text for c in word.tables[-1].rows[1].cells] == ["1", "1号街道", "2", "2号街道"]


@needs_font
def test_a_heading_does_not_stand_alone_at_the_foot_of_a_page() -> None:
    for lines in range(1, 24):
        body = (*(Paragraph(f"第{n}段。") for n in range(lines)), Heading("工作要求"), Paragraph("逐户排查。"))
        pages = [re.sub(r"\s", "", p.extract_text()) for p in PdfReader(io.BytesIO(to_pdf(sample(body=body)))).pages]
        (at,) = [n for n, p in enumerate(pages) if "一、工作要求" in p]
        assert "逐户排查。" in pages[at], lines
