"""Cleaning keeps the place of every character, says what it did, and invents nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intake.answers import Answer, answers
from tongchou.intake import Document, read, read_text
from tongchou.intake.damage import repair
from tongchou.intake.mapped import Mapped
from tongchou.intake.model import NOTE_KINDS
from tongchou.intake.notes import Notes

OWN = answers()
SEEDS = sorted((Path(__file__).resolve().parents[3] / "shared" / "seeds").glob("*.txt"))


def unexplained(document: Document) -> str:
    """Raw characters that neither stand in the clean text nor in a note (white space aside)."""
    told = bytearray(len(document.raw))
    for a, b in zip(document.places.starts, document.places.ends, strict=True):
        told[a:b] = b"\x01" * (b - a)
    for note in document.notes:
        told[note.raw_start : note.raw_end] = b"\x01" * (note.raw_end - note.raw_start)
    return "".join(
        c
        for c, known in zip(document.raw, told, strict=True)
        if not known and not c.isspace() and c not in "•·►▶◆■●*-|\u3000"
    )


def check(document: Document) -> None:
    assert len(document.places.starts) == len(document.clean)
    assert unexplained(document) == ""
    for d in document.directives:
        assert document.clean[d.start : d.end] == d.text
        for part in (*d.units, *d.deadlines, *d.quantities):
            assert document.clean[part.start : part.end] == part.text
            assert d.start <= part.start < part.end <= d.end
    for left in document.left_out:
        assert document.clean[left.start : left.end] == left.text
    for n in range(0, len(document.clean), 7):
        if document.clean[n] != "\n":
            start, end = document.places.raw_span(n, n + 1)
            assert 0 <= start < end <= len(document.raw)


@pytest.mark.parametrize("answer", OWN, ids=lambda a: a.name)
def test_every_character_is_kept_or_explained(answer: Answer) -> None:
    check(read(answer.data, answer.name))


@pytest.mark.skipif(not SEEDS, reason="the seeds (../shared/seeds) are not here")
def test_every_character_of_the_seeds_is_kept_or_explained() -> None:
    for path in SEEDS:
        document = read(path.read_bytes(), path.name)
        check(document)
        by_place = [
            document.raw[slice(*document.places.raw_span(n, n + 1))]
            for n in range(len(document.clean))
            if document.clean[n] == "疫"
        ]
        assert set(by_place) <= {"疫", "?！拔逡弧逼陂g"}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "各街道要做好排查。",
                "一是严格值守；",
                "\n",
                "　",
                "(fáng)",
                "區",
                "<p>",
                "&nbsp;",
                "\u200b",
                "212日",
                "记者 王一",
                "?",
                "A",
                "“",
                "”",
                "3月5日前",
                "（一）",
                "\r\n",
                "来源:某报",
            ]
        ),
        max_size=30,
    )
)
def test_any_mixture_is_read_and_explained(parts: list[str]) -> None:
    text = "".join(parts)
    check(read_text(text, "x.txt"))


def test_pinyin_in_brackets_goes_and_is_told() -> None:
    document = read_text("周口港區(qū)會(huì)議要求(qiú),各街道要排查。本區（含鎮）不變。")
    assert document.clean == "周口港区会议要求，各街道要排查。本区（含镇）不变。"
    assert [n.before for n in document.notes if n.kind == "pinyin"] == ["(qū)", "(huì)", "(qiú)"]


def test_a_shifted_byte_is_restored_only_where_it_makes_sense() -> None:
    damaged = "統籌好發展和安全?！拔逡弧逼陂g離盤必須報備。"
    notes = Notes()
    assert "。“五一”期間離盤" in repair(Mapped.of(damaged), notes).text
    assert [n.inferred for n in notes.sorted()] == [True]
    for sound in ("是否可行?各单位讨论a后再定。", "你去过哪里?武汉,还是b市。", "如何防控?一是排查,二是登记A楼。"):
        assert repair(Mapped.of(sound), Notes()).text == sound


def test_utf8_read_as_latin_is_told_back() -> None:
    garbled = "各街道要做好排查。".encode().decode("latin-1")
    assert repair(Mapped.of(garbled), Notes()).text == "各街道要做好排查。"


def test_lost_digits_are_offered_and_never_put_in() -> None:
    document = read_text(
        "2020年2月15日，会议传达了212日讲话精神，以及214日会议精神。自年2月9日起执行。共排查212日均数据。"
    )
    assert "212日" in document.clean
    assert [(p.written, p.proposed) for p in document.proposals] == [
        ("212日", "2月12日"),
        ("214日", "2月14日"),
        ("年2月9日", "2020年2月9日"),
    ]


def test_doubled_paragraphs_count_once() -> None:
    one = "会议要求，各街道要在3月5日前完成排查登记工作。"
    document = read_text(f"标题行在此\n{one}\n{one}\n")
    assert len(document.directives) == 1
    assert [n.kind for n in document.notes if n.kind == "doubled"] == ["doubled"]


def test_broken_lines_are_joined_and_new_paragraphs_are_not() -> None:
    document = read_text("题目一行\n会议要求，各街道要严格落实防控措\n\n施，做好排查。\n区卫健局要做好消毒。\n")
    assert document.clean == "会议要求，各街道要严格落实防控措施，做好排查。\n区卫健局要做好消毒。"


def test_markup_code_and_spam_go_and_every_note_has_its_reason() -> None:
    raw = "<p>会议要求，各街道要做好排查。</p>\nSELECT id FROM news WHERE catid=12;\n亚洲国产精品 免费高清在线观看 久久\n{display:none;color:#fff}\n"
    document = read_text(raw)
    assert document.clean == "会议要求，各街道要做好排查。"
    assert {n.kind for n in document.notes} >= {"tag", "code", "spam"}
    assert all(n.kind in NOTE_KINDS and n.why.zh and n.why.en for n in document.notes)


def test_traditional_text_becomes_simplified_and_names_in_a_simplified_one_stay() -> None:
    assert read_text("會議要求，各單位要嚴格執行，著力排查。").clean == "会议要求，各单位要严格执行，着力排查。"
    assert "李乾昇" in read_text("区长李乾昇要求，各街道要做好排查。" + "各社区要做好登记。" * 20).clean


def test_without_places_nothing_would_be_told() -> None:
    document = read_text("周口港區(qū)各街道要排查。")
    start = document.clean.index("各")
    assert document.raw[slice(*document.places.raw_span(start, start + 3))] == "各街道"
    assert document.places.clean_at(document.raw.index("(")) is None
    assert document.places.clean_at(document.raw.index("各")) == start
    with pytest.raises(ValueError, match="no clean characters"):
        document.places.raw_span(3, 3)
    assert re.search("[āáǎàēéěèīíǐìōóǒòūúǔù]", document.clean) is None


@pytest.mark.parametrize(
    "line",
    [
        "您是第23434位访问者", "阅读 123", "123人阅读", "点击 1234", "【点击数】1234", "访问人数：12", "评论 0", "1234 次浏览", "第 1 页 共 3 页", "浏览次数：12",
    ],
)  # fmt: skip
def test_counters_and_page_numbers_go(line: str) -> None:
    document = read_text(f"题目一行\n会议要求，各街道要做好排查登记工作。\n{line}\n区卫健局要做好消毒。\n")
    assert document.clean == "会议要求，各街道要做好排查登记工作。\n区卫健局要做好消毒。"


def test_what_only_looks_like_a_counter_stays() -> None:
    said = "会议要求，第1页的名单要当日核完，阅读量和评论要每日上报。"
    assert read_text(f"题目一行\n{said}\n").clean == said


@pytest.mark.parametrize("width", [20, 30, 40, 60])
def test_text_broken_at_a_width_loses_nothing(width: int) -> None:
    paragraphs = [
        "会议要求，各街道要严格落实防控措施，组织辖区企业有序复工复产，并做好返岗人员排查登记和健康监测工作。",
        "区卫健局要牵头做好重点场所消毒，每日下午五时前报送情况。",
    ]
    broken = "\n".join("　　" + p for p in paragraphs)
    lines = [line[n : n + width] for line in broken.split("\n") for n in range(0, len(line), width)]
    document = read_text("题目一行\n" + "\n".join(lines) + "\n")
    assert document.clean == "\n".join(paragraphs)


def test_several_syllables_in_one_bracket_go() -> None:
    assert read_text("会议要求，做好隔离（gé lí）和排查(pái chá)工作。").clean == "会议要求，做好隔离和排查工作。"


def test_a_day_that_no_month_has_is_not_offered() -> None:
    document = read_text("2020年2月15日，会议传达了230日和212日讲话精神，各街道要做好排查。")
    assert [p.proposed for p in document.proposals] == ["2月12日"]
