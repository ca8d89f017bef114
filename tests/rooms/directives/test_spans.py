"""Places in the clean and the raw text: nothing is lost on the way there and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tongchou.rooms.directives.reading import due_of, level_of, title_of
from tongchou.rooms.directives.spans import cuts, paragraph, pieces, raw_span, runs_of


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3)), min_size=1, max_size=60), st.data())
def test_runs_find_what_single_places_find(steps: list[tuple[int, int]], data: st.DataObject) -> None:
    """steps: for each clean character how many raw ones were removed before it, and for how many it stands."""
    starts, ends, at = [], [], 0
    for removed, width in steps:
        at += removed
        starts.append(at)
        at += width
        ends.append(at)
    start = data.draw(st.integers(0, len(starts) - 1))
    end = data.draw(st.integers(start + 1, len(starts)))
    assert raw_span(runs_of(starts, ends), start, end) == (min(starts[start:end]), max(ends[start:end]))


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.sampled_from("abc")), max_size=8))
def test_pieces_put_together_are_the_text(text: str, marks: list[tuple[int, int, str]]) -> None:
    named = [(a, b, f"{key}{n}") for n, (a, b, key) in enumerate(marks)]
    found = pieces(text, named)
    assert "".join(piece for piece, _ in found) == text
    at = 0
    for piece, keys in found:
        over = {key for a, b, key in named if a < b and a < len(text) and a <= at < b}
        assert set(keys) == over
        at += len(piece)


def test_a_directive_is_cut_after_a_mark_only() -> None:
    text = "一是要逐户排查，建立台账；要每日上报。"
    assert [text[:at] for at in cuts(text)] == ["一是要逐户排查，", "一是要逐户排查，建立台账；"]


def test_a_paragraph_is_what_stands_between_line_feeds() -> None:
    clean = "甲乙。\n丙丁戊己。\n庚。"
    assert clean[slice(*paragraph(clean, 5, 7))] == "丙丁戊己。"


def test_a_short_title_leaves_the_ordinal_and_the_rest_out() -> None:
    assert title_of("一是各街道要逐户排查返区人员，建立台账，于3月1日前报指挥部办公室。") == "各街道要逐户排查返区人员，建立台账，于3月1日前报指挥部办公室"
    assert title_of("（二）加强值班。严格执行带班制度。") == "加强值班"
    assert len(title_of("要" + "落实各项防控措施" * 30)) <= 80


def test_the_level_of_the_organ() -> None:
    cases = {
        "国务院应对新冠肺炎疫情联防联控机制": "centre", "某某省疫情防控指挥部": "province", "云水市委市政府": "city", "甲乙街道办事处": "street",
        "丙丁县疫情防控指挥部": "district", "会议": "unknown",
    }  # fmt: skip
    assert {text: level_of(text) for text in cases} == cases
    assert level_of(None, "", "清源区召开会议", district="清源区") == "district"


def test_no_deadline_is_not_an_event() -> None:
    assert due_of(None) == (None, "")
