"""Every rule of a kind file, broken alone: the refusal names the line, the field and the reason, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.packs.breaks import BAD, BREAKS, EXTRA, PLACES, SPARE, TWICE, WORK
from tests.packs.sample import VALID
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.workdays import Limit
from tongchou.packs.kindfile import KindErrors, read_kind, read_kinds
from tongchou.packs.kinds import Party


def problems_of(text: str) -> list[Refusal]:
    with pytest.raises(KindErrors) as caught:
        read_kind(text, "visit.yaml")
    return caught.value.problems


def line_of(text: str, name: str) -> int:
    place = PLACES.get(name, "# HERE")
    if "first line" in place:
        return 1
    found = [
        n
        for n, line in enumerate(text.splitlines(), 1)
        if (place in line if place == "# HERE" else line.startswith(place))
    ]
    assert len(found) == 1, (name, found)
    return found[0]


def changed(text: str, old: str, new: str) -> str:
    assert old in text, old
    return text.replace(old, new, 1)


@pytest.mark.parametrize("name", BREAKS)
def test_each_rule_is_refused_alone_with_its_line(name: str) -> None:
    old, new, reason, field, rule = BREAKS[name]
    text = changed(VALID, old, new)
    if name in EXTRA:
        text = changed(text, *EXTRA[name])
    found = problems_of(text)
    shown = [p.sentence("en") for p in found]
    assert len(found) == 1 or name == "no end", shown
    first = found[0]
    assert (first.reason, first.field, first.line, first.file) == (reason, field, line_of(text, name), "visit.yaml"), (
        shown
    )
    assert any(rule in p.rule.en for p in found), shown
    for problem in found:
        assert problem.remedy is not None
        for part in (problem.rule, problem.remedy):
            assert re.search("[一-鿿]", part.zh)
            assert not re.search("[一-鿿]", part.en)


def test_the_sample_is_right() -> None:
    kind = read_kind(VALID, "visit.yaml")
    assert (kind.key, kind.version, kind.start, kind.limit) == ("visit", 3, "planned", Limit(48.0))
    assert (kind.return_limit, kind.adjudicate_stage) == (1, "ruling")
    assert kind.stages["planned"].keeps_deadline
    assert kind.stages["planned"].limit is None
    assert kind.stages["checking"].limit == Limit(24.5)
    assert [r.after_hours for r in kind.stages["planned"].ladder] == [0.0, 24.0]
    assert kind.steps["progress"].to_stage == "="
    assert [(n.key, n.type, n.at_least) for n in kind.steps["report"].needs] == [
        ("result", "text", 1),
        ("picture", "photo", 2),
    ]
    assert kind.steps["rule"].roles == ("leader",)
    assert kind.follow_up is not None
    assert (kind.follow_up.after_hours, kind.follow_up.by) == (168.0, Party.OPENER)
    assert [c for c, _ in kind.fields[1].choices] == ["small", "large"]
    assert kind.self_closing is None


def test_all_problems_of_a_file_come_together_in_the_order_of_lines() -> None:
    text = changed(
        changed(changed(VALID, "version: 3", "version: 0"), "owner: verifier", "owner: nobody"),
        "to: closed",
        "to: clsed",
    )
    found = problems_of(text)
    assert [p.field for p in found] == ["version", "stages.checking.owner", "steps.verify.to"]
    assert [p.line for p in found] == sorted(p.line or 0 for p in found)


def test_nearest_word_is_suggested() -> None:
    (found,) = problems_of(changed(VALID, "to: withdrawn", "to: withdrwan"))
    assert found.remedy is not None
    assert (found.remedy.en, found.remedy.zh) == ("Did you mean “withdrawn”?", "是否应为“withdrawn”？")
    assert found.value == "withdrwan"


def test_work_after_verifying_must_be_verified_again() -> None:
    redo = "  redo:\n    title: {zh: 返工, en: Redo}\n    from: [approved]\n    to: approved\n    by: [owner]\n"
    finish = "  finish:\n    title: {zh: 办结, en: Finish}\n    from: [approved]\n    to: closed\n    by: [owner]\n"
    stage = SPARE.replace("spare", "approved")
    text = changed(VALID, "  closed:\n", stage + "  closed:\n")
    text = changed(text, "to: closed", "to: approved")
    read_kind(changed(text, "steps:\n", "steps:\n" + finish), "approved.yaml")  # done after approval: right
    (found,) = problems_of(changed(text, "steps:\n", "steps:\n" + finish + redo + WORK))
    assert (found.field, found.rule.en) == ("stages.closed", "It can be closed as done without being verified.")


def test_a_reason_allows_self_closing() -> None:
    text = changed(VALID, "    verifies: other_person\n", "")
    kind = read_kind(text + "self_closing: {why: {zh: 仅作登记。, en: A mere register.}}\n", "register.yaml")
    assert kind.self_closing is not None
    assert kind.self_closing.en == "A mere register."


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "key: value"),
        ("- a\n- b\n", 1, "key: value"),
        ("kind: visit\nversion: [1\n", 3, "not valid YAML"),
        ("kind: visit\n\tversion: 1\n", 2, "not valid YAML"),
        ("kind: visit\ntitle: \x07\n", 2, "not valid YAML"),
        ("kind: a\n---\nkind: b\n", 2, "not valid YAML"),
        ("kind: visit\ntitle: &a {zh: 一, en: One}\n", 2, "Anchors"),
        ("kind: visit\ntitle: *a\n", 2, "Anchors"),
        ("kind: visit\nversion: !!int '1'\n", 2, "tags"),
        ("kind: visit\ntitle: !!python/object:os.system {}\n", 2, "tags"),
        ("kind: visit\ntitle: " + "[" * 500 + "]" * 500, 2, "Nesting"),
        ("kind: visit\ntitle:\n  " + "- " * 500, 3, "Nesting"),
        ("#" * 200_001, 1, "at most"),
        ('kind: "\\UFFFFFFFF"\n', 1, "not valid YAML"),
    ],
)
def test_what_is_no_usable_yaml(text: str, line: int, words: str) -> None:
    (found,) = problems_of(text)
    assert found.line == line
    assert words in found.rule.en


def test_a_billion_laughs_is_refused_before_it_is_built() -> None:
    rows = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 60)]
    (found,) = problems_of("\n".join(rows))
    assert found.line == 1


@pytest.mark.parametrize(("given", "field"), [('"\\uD800"', None), ('"\\0"', "title.en"), ('"a\\eb"', "title.en")])
def test_characters_that_cannot_be_shown_are_refused(given: str, field: str | None) -> None:
    """Half a surrogate pair is no YAML to begin with; the others are read, and refused where they stand."""
    text = changed(VALID, "en: Visit}", f"en: {given}}}")
    assert [(p.line, p.field) for p in problems_of(text)] == [(3, field)]


def test_words_that_yaml_reads_as_booleans_may_be_names() -> None:
    text = changed(VALID, "      small: {zh: 小, en: Small}\n", "      no: {zh: 小, en: No}\n")
    kind = read_kind(text, "visit.yaml")
    assert kind.fields[1].choices[0][0] == "no"
    assert kind.fields[1].choices[0][1].en == "No"


def test_the_sign_for_staying_needs_no_quotes() -> None:
    kind = read_kind(changed(VALID, 'to: "="', "to: ="), "visit.yaml")
    assert kind.steps["progress"].to_stage == "="


def test_a_folder_reports_the_problems_of_all_its_files(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(VALID, "utf-8")
    assert list(read_kinds(tmp_path)) == ["visit"]
    (tmp_path / "b.yml").write_text(VALID, "utf-8")
    (tmp_path / "c.yaml").write_text(VALID.replace("version: 3", "version: 0"), "utf-8")
    (tmp_path / "d.yaml").write_bytes("kind: visit\ntitle: {zh: 走访}".encode("gb18030"))
    with pytest.raises(KindErrors) as caught:
        read_kinds(tmp_path)
    assert [(p.file, p.line, p.reason) for p in caught.value.problems] == [
        ("b.yml", 1, TWICE),
        ("c.yaml", 2, BAD),
        ("d.yaml", 2, Reason.BAD_ENCODING),
    ]
    with pytest.raises(KindErrors):
        read_kinds(tmp_path / "nowhere")
