"""The Word form as a word processor reads it: 28 characters fit a line and 29 do not, elements in the schema's order, numbers outside, the imprint's lines."""

from __future__ import annotations

import io
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from tests.documents.test_official import sample
from tongchou.documents import layout
from tongchou.documents.lines import ON_A_TITLE_LINE, signature, title_lines, width
from tongchou.documents.model import Annex, Heading, Paragraph, Table
from tongchou.documents.word import to_word
from tongchou.documents.wordpage import ORDER

FORMS = ("document", "bulletin", "letter", "brief", "minutes")


def book(**more: object) -> Any:
    return docx.Document(
        io.BytesIO(
            to_word(sample(copies=("区委办公室", "区政府办公室"), printed_by="清源区疫情防控指挥部办公室", **more))
        )
    )


def full(form: str) -> Any:
    table = Table(("单位", "数", "单位", "数"), (("东街", "3", "西街", "4"),))
    return book(
        form=form, signer="周明远", urgency="特急", attachments=("样表", "名单"), annexes=(Annex("名册", table),), present=("周明远", "林晓"), note="联系人",
        body=(Heading("情况"), Paragraph("正文。"), table), issue=7,
    )  # fmt: skip


def out_of_order(properties: Any) -> bool:
    places = [ORDER.index(e.tag.rpartition("}")[2]) for e in properties]
    return places != sorted(places)


def test_28_characters_fit_a_line_and_29_do_not() -> None:
    made = book()
    look = made.styles["Normal"].element.rPr
    pitch = int(look.find(qn("w:sz")).get(qn("w:val"))) / 2 + int(look.find(qn("w:spacing")).get(qn("w:val"))) / 20
    room = layout.TYPE_AREA[0] * layout.MM
    assert layout.CHARACTERS * pitch <= room < (layout.CHARACTERS + 1) * pitch
    grid = made.sections[0]._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:charSpace"))) == (
        "lines",
        None,
    )  # a grid of characters gives two cells to each
    lines = int(grid.get(qn("w:linePitch"))) / 20
    assert layout.LINES * lines <= layout.TYPE_AREA[1] * layout.MM < (layout.LINES + 1) * lines


@pytest.mark.parametrize("form", FORMS)
def test_the_elements_stand_in_the_order_of_the_schema(form: str) -> None:
    made = full(form)
    every = [p for p in made.element.body.iter(qn("w:pPr")) if p.getparent().tag == qn("w:p")]
    every += [
        p
        for s in made.sections
        for f in (s.footer, s.even_page_footer, s.first_page_footer)
        for p in f._element.iter(qn("w:pPr"))
    ]
    assert len(every) > 15
    assert not [p.xml for p in every if out_of_order(p)]
    ruled = next(p for p in every if p.find(qn("w:pBdr")) is not None)
    ruled.append(ruled.find(qn("w:pBdr")))  # as it was once: behind spacing and jc
    assert out_of_order(ruled)


def test_signs_are_those_of_the_mainland_and_figures_stand_close() -> None:
    style = book().styles["Normal"].element
    assert style.rPr.find(qn("w:lang")).get(qn("w:eastAsia")) == "zh-CN"
    assert {style.pPr.find(qn(n)).get(qn("w:val")) for n in ("w:autoSpaceDE", "w:autoSpaceDN")} == {"0"}


def test_the_number_of_the_page_stands_outside() -> None:
    made = full("document")
    assert made.settings.odd_and_even_pages_header_footer
    odd, even = made.sections[0].footer.paragraphs[0], made.sections[0].even_page_footer.paragraphs[0]
    assert [str(p.alignment).split()[0] for p in (odd, even)] == ["RIGHT", "LEFT"]
    assert all("PAGE" in p._p.xml for p in (odd, even))
    assert made.sections[0].even_page_header.paragraphs[0].text == "送审稿　未签发"


@pytest.mark.parametrize("form", FORMS)
def test_the_imprint_has_its_lines_at_the_foot_and_a_letters_has_none(form: str) -> None:
    made = full(form)
    anchor = made.paragraphs[-1]
    box = next(anchor._p.iter(qn("wp:anchor")))
    place = {e.get("relativeFrom"): e[0].text for e in box if e.get("relativeFrom")}, box.find(qn("wp:positionV"))[0].text
    assert place == ({"margin": "bottom"}, "bottom")  # at the foot of the type area, in Word and in LibreOffice alike
    assert next(e for e in box.iter() if e.tag.endswith("}bodyPr")).get("anchor") == "b"
    height = int(box.find(qn("wp:extent")).get("cy"))
    assert anchor.text == ""
    assert anchor.paragraph_format.line_spacing == pytest.approx(height, abs=700)
    inside = list(next(box.iter(qn("w:txbxContent"))))
    text = ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in inside]
    borders = [int(e.get(qn("w:sz"))) for p in inside for e in p.iter(qn("w:bottom"))]
    assert "抄送：区委办公室，区政府办公室。" in text
    if form == "letter":
        assert (len(inside), borders) == (1, [])
    else:
        assert text[3].endswith("印发")
        assert borders == [8, 6, 8]
        ruled = [p.find(qn("w:pPr")) for p in inside if p.find(qn("w:pPr")).find(qn("w:pBdr")) is not None]
        assert all(r.find(qn("w:ind")) is None for r in ruled)  # as wide as the type area


def test_copies_of_several_lines_have_room_in_the_imprint() -> None:
    one, many = (
        next(docx.Document(io.BytesIO(to_word(sample(copies=tuple(f"区某某单位第{n}办公室" for n in range(k)), printed_by="办公室")))).element.iter(qn("wp:extent")))
        for k in (1, 20)
    )
    more = (int(many.get("cy")) - int(one.get("cy"))) / 12700 / layout.LINE_PITCH
    assert round(more) == pytest.approx(more)
    assert more >= 20 * 10.5 / 26 - 1 > 6


def test_what_goes_on_stands_below_its_first_character() -> None:
    made = full("minutes")
    present = next(p for p in made.paragraphs if p.text.startswith("出席："))
    assert present.runs[0]._element.rPr.rFonts.get(qn("w:eastAsia")) == "黑体"
    assert present.paragraph_format.left_indent + present.paragraph_format.first_line_indent == pytest.approx(
        2 * layout.CHARACTER_PITCH * 12700, abs=20000
    )
    assert "附件：1.样表" in [p.text.replace("\t", "") for p in full("document").paragraphs]


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("关于做好返区人员排查工作的通知", ["关于做好返区人员排查工作的通知"]),
        (
            "关于做好返区人员排查工作和企业复工复产服务保障工作的通知",
            ["关于做好返区人员排查工作", "和企业复工复产服务保障工作的通知"],
        ),
        ("关于2020年3月5日至3月11日全区督查情况的通报", ["关于2020年3月5日", "至3月11日全区督查情况的通报"]),
    ],
)
def test_a_title_breaks_between_words(title: str, lines: list[str]) -> None:
    assert title_lines(title) == lines


@pytest.mark.parametrize("title", ["甲" * 200, "a" * 200, "《" * 50, "的" * 90, "〔2026〕" * 20])
def test_no_title_is_lost_or_too_wide(title: str) -> None:
    lines = title_lines(title)
    assert "".join(lines) == title
    assert all(width(line) <= ON_A_TITLE_LINE for line in lines)


@pytest.mark.parametrize(
    "issuer", ["区政府", "清源区疫情防控指挥部办公室", "清源区统筹推进疫情防控和经济社会发展工作领导小组"]
)
def test_the_issuer_is_centred_over_the_date(issuer: str) -> None:
    dated = "2026年3月5日"
    issuer_right, date_right = signature(issuer, dated)
    assert issuer_right >= 0
    assert date_right >= 4
    assert issuer_right + width(issuer) / 2 == pytest.approx(date_right + width(dated) / 2)
