"""Gaps, overlaps, rows that never decide, and dates without a case are found."""

from __future__ import annotations

from datetime import date

import pytest

from tests.packs.plans.sample import FILES, broken, line_of, problems
from tongchou.packs.plans.dates import standings
from tongchou.packs.plans.packfile import read_texts

OTHERWISE = FILES["tables/pupil.yaml"].decode().split("  - rule: otherwise")[1]


def without_otherwise(**more: str) -> dict[str, bytes]:
    text = FILES["tables/pupil.yaml"].decode().split("  - rule: otherwise")[0]
    for old, new in more.items():
        text = text.replace({"hit": "hit: first"}[old], new)
    return FILES | {"tables/pupil.yaml": text.encode()}


def test_a_gap_is_found_with_an_example() -> None:
    found = [p for p in problems(without_otherwise()) if "combinations have no rule" in p]
    assert found
    assert "days = 6, temperature = 36.3, crusted = all" in found[0]
    assert found[0].startswith("tables/pupil.yaml:1:")


def test_an_overlap_is_found_where_only_one_rule_may_fire() -> None:
    found = [p for p in problems(broken("tables/pupil.yaml", "hit: first", "hit: unique")) if "overlaps rule" in p]
    assert any("rule = 'otherwise'" in p for p in found)


def test_rules_that_exclude_one_another_do_not_overlap() -> None:
    text = FILES["tables/pupil.yaml"].decode().replace("hit: first", "hit: unique").split("rules:\n")[0]
    row = "  - {{rule: {0}, when: {{days: '{1}'}}, outcome: {2}, reason: {{zh: 一, en: one}}, source: edition}}\n"
    rules = row.format("young", "<= $rest_days", "rest") + row.format("old", "> $rest_days", "back")
    base = broken("cases/pupil.yaml", "      rule: fever\n", "")
    files = base | {"tables/pupil.yaml": f"{text}rules:\n{rules}".encode()}
    assert not [p for p in problems(files) if "overlaps" in p or "no rule" in p or "never decide" in p]
    touching = base | {"tables/pupil.yaml": f"{text}rules:\n{rules.replace('> $', '>= $')}".encode()}
    assert [p for p in problems(touching) if "overlaps rule “young”" in p and "days = 7" in p]


@pytest.mark.parametrize(
    "when",
    ["{temperature: '>= 37.5'}", "{temperature: '(37.3..38)', crusted: all}", "{days: '> 3', temperature: '>= 38'}"],
)
def test_a_rule_that_an_earlier_one_covers_is_found(when: str) -> None:
    row = f"  - {{rule: hidden, when: {when}, outcome: rest, reason: {{zh: 一, en: one}}, source: edition}}\n"
    found = problems(broken("tables/pupil.yaml", "  - rule: over\n", row + "  - rule: over\n"))
    assert [p for p in found if "rule = 'hidden'" in p and "can never decide" in p]


def test_a_rule_that_decides_for_a_single_value_is_not_called_hidden() -> None:
    row = "  - {rule: seen, when: {temperature: '(37.2..37.3]'}, outcome: rest, reason: {zh: 一, en: one}, source: edition}\n"
    found = problems(broken("tables/pupil.yaml", "  - rule: fever\n", row + "  - rule: fever\n"))
    assert not [p for p in found if "never decide" in p]


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("second_edition", "No worked case within 14 days from 2024-03-05"),
        ("east", "within 14 days before 2023-01-01"),
        ("east_before", "within 14 days before 2023-01-01"),
        ("east_last_day", "within 14 days before 2024-03-01"),
        ("east_after", "within 14 days before 2024-03-01"),
    ],
)
def test_a_date_without_a_case_is_found(case: str, said: str) -> None:
    text = FILES["cases/pupil.yaml"].decode()
    kept = [part for part in text.split("  - case: ") if not part.startswith(f"{case}\n")]
    found = problems(FILES | {"cases/pupil.yaml": "  - case: ".join(kept).encode()})
    assert [p for p in found if said in p], found


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("until: 2022-05-08\n", "until: 2022-05-09\n", "until"),
        ("outcome: back", "outcome: rest", "outcome"),
        ("tests: [2022-05-04]", "tests: [2022-05-05]", "measures[0].tests"),
        ("rule: fever\n", "rule: over\n", "rule"),
        ("measures: []", "measures: [{mode: watch}]", "measures"),
    ],
)
def test_a_case_that_comes_out_otherwise_is_found(old: str, new: str, field: str) -> None:
    found = problems(broken("cases/pupil.yaml", old, new))
    assert [p for p in found if f": {field} = " in p or f": {field}: " in p or (f"{field}" in p and "differs" in p)], (
        found
    )
    assert all(p.startswith("cases/pupil.yaml:") for p in found)


def test_a_value_that_starts_too_late_is_found() -> None:
    found = problems(broken("parameters/rest_days.yaml", "from: 2022-01-01", "from: 2022-02-01"))
    assert any("rest_days" in p or "first day" in p or "No worked case" in p for p in found)


OVERLAY = """rules:
  pupil:
    - {rule: %s, when: {%s}, outcome: rest, reason: {zh: 一, en: one}, source: guide_1}
"""


def with_local_row(rule: str, when: str) -> list[str]:
    east = FILES["overlays/east.yaml"].decode()
    return problems(FILES | {"overlays/east.yaml": (east + OVERLAY % (rule, when)).encode()})


def test_a_row_of_an_overlay_that_can_never_decide_is_found() -> None:
    found = [p for p in with_local_row("over", "temperature: '>= 38'") if "can never decide" in p]
    assert [p.split(":")[0] for p in found] == ["overlays/east.yaml"], found
    assert not [p for p in with_local_row("over", "temperature: '< 36'") if "can never decide" in p]


def test_a_local_area_is_looked_at_on_every_change_while_it_holds() -> None:
    """A row of the table that ends while the overlay holds leaves a gap only from that day on, and only there."""
    text = FILES["tables/pupil.yaml"].decode().replace("  - rule: otherwise\n", "  - rule: otherwise\n    until: 2023-06-01\n")
    later = "  - rule: afterwards\n    from: 2023-06-01\n    when: {temperature: '< 40'}\n    outcome: rest\n    reason: {zh: 一, en: one}\n    source: edition\n"
    found = problems(FILES | {"tables/pupil.yaml": (text + later).encode()})
    assert any("2023-06-01: " in p and "combinations have no rule" in p for p in found), found


def test_a_local_gap_after_the_first_day_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: looked at on its first day only, as before, the area's later change would not be seen."""
    east = FILES["overlays/east.yaml"].decode().replace("rest_days: {value: 10", "rest_days: {value: 2")
    narrow = "  - {rule: narrow, when: {days: '<= $rest_days'}, from: 2023-06-01, outcome: rest, reason: {zh: 一, en: one}, source: edition}\n"
    text = FILES["tables/pupil.yaml"].decode().replace("  - rule: otherwise\n", narrow + "  - rule: otherwise\n    until: 2023-06-01\n")
    files = FILES | {"overlays/east.yaml": east.encode(), "tables/pupil.yaml": text.encode()}
    pack = read_texts(files)
    days = {(s.as_of, s.overlays) for s in standings(pack, pack.tables["pupil"])}
    assert (date(2023, 6, 1), ("east-county",)) in days
    assert (date(2023, 1, 1), ("east-county",)) in days


def test_a_case_far_from_the_date_does_not_show_it() -> None:
    far = FILES["cases/pupil.yaml"].decode().replace("as_of: 2024-03-06\n    facts: {rash_on: 2024-03-01}", "as_of: 2024-03-25\n    facts: {rash_on: 2024-03-24}")
    found = problems(FILES | {"cases/pupil.yaml": far.replace("until: 2024-03-06}\n  - case: back", "until: 2024-03-29}\n  - case: back").encode()})
    assert [p for p in found if "No worked case within 14 days from 2024-03-05" in p], found


@pytest.mark.parametrize(
    ("file", "old", "new", "said", "at"),
    [
        ("tables/pupil.yaml", "outcomes:\n",
         "  shoe: {type: number, title: {zh: 鞋, en: Shoe}, unknown: fails}\noutcomes:\n", "No rule or measure uses this input", "  shoe:"),
        ("tables/pupil.yaml", "measures:\n  rest:", "  moved: {title: {zh: 转学, en: Moved}}\nmeasures:\n  rest:", "No rule gives this outcome", "  moved:"),
        ("tables/pupil.yaml", "rules:\n", "  never: {mode: watch, clock: [rash_on], days: 1}\nrules:\n", "No rule orders this measure", "  never:"),
        ("tables/pupil.yaml", "tests: [3]  ", "tests: [3, 8] ", "a test on day 8 comes after the last day, 7", "  rest:\n    mode"),
        ("documents.yaml", "    effective: 2024-03-01\n    link: https://example.org/guide-2\n", "", "no date, no number and no link", "  guide_2:"),
    ],
)  # fmt: skip
def test_what_is_never_used_or_never_found_is_told(file: str, old: str, new: str, said: str, at: str) -> None:
    files = broken(file, old, new)
    hits = [p for p in problems(files) if said in p]
    assert hits
    assert hits[0].startswith(f"{file}:{line_of(file, at, files)}: "), hits
    assert not [p for p in problems(FILES) if said in p]


def test_a_paper_without_any_of_them_says_where_it_was_seen() -> None:
    gone = "    effective: 2024-03-01\n    link: https://example.org/guide-2\n"
    assert problems(broken("documents.yaml", gone, "    seen: {zh: 见于转引, en: As quoted elsewhere}\n")) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "at"),
    [
        ("parameters/rest_days.yaml", "{from: 2022-01-01, value: 7, source: guide_1,", "{from: 2022-01-01, value: 7, source: guide_2,", "  - {from: 2022-01-01"),
        ("overlays/east.yaml", "value: 10, source: guide_1", "value: 10, source: guide_2", "  rest_days:"),
        ("clocks/reports.yaml", "{from: 2022-01-01, hours: 24, source: guide_1", "{from: 2022-01-01, hours: 24, source: guide_2", "      - {from: 2022-01-01, hours"),
    ],
)  # fmt: skip
def test_a_value_does_not_cite_a_paper_before_it_was_out(file: str, old: str, new: str, at: str) -> None:
    files = broken(file, old, new)
    hits = [p for p in problems(files) if "was out only on 2024-03-01" in p]
    assert [h.split(": ")[0] for h in hits] == [f"{file}:{line_of(file, at, files)}"]


def test_a_paper_that_nobody_saw_confirms_nothing() -> None:
    gone = "    effective: 2024-03-01\n    link: https://example.org/guide-2\n"
    files = broken("documents.yaml", gone, "    not_seen: {zh: 未见, en: Not seen}\n")
    assert any(p.startswith("pack.yaml:") and "confirms nothing" in p for p in problems(files))  # the second edition says that it is confirmed
    pack = FILES["pack.yaml"].decode().replace("    confirmed_from: 2024-03-01\n", "")
    assert not [p for p in problems(files | {"pack.yaml": pack.encode()}) if "confirms nothing" in p]
    value = FILES["parameters/rest_days.yaml"].decode().replace("status: unconfirmed", "status: confirmed")
    found = problems(files | {"pack.yaml": pack.encode(), "parameters/rest_days.yaml": value.encode()})
    assert any(p.startswith("parameters/rest_days.yaml:") and "confirms nothing" in p for p in found)


def test_a_clocks_date_needs_a_case_on_both_sides() -> None:
    text = FILES["clocks/reports.yaml"].decode()
    kept = "\n".join(line for line in text.split("\n") if "east_before" not in line)
    assert any("within 14 days before 2022-06-01" in p for p in problems(FILES | {"clocks/reports.yaml": kept.encode()}))
    ends = text.replace("{from: 2022-01-01, hours: 24,", "{from: 2022-01-01, until: 2022-12-01, hours: 24,")
    assert ends != text
    assert any("before 2022-12-01" in p for p in problems(FILES | {"clocks/reports.yaml": ends.encode()}))
    both = ends.replace(
        "      - {case: a_day,",
        "      - {case: its_last_day, start: '2022-11-30 08:00', due: '2022-12-01 08:00'}\n"
        "      - {case: no_longer, start: '2022-12-01 08:00', due: none}\n      - {case: a_day,",
    )
    assert problems(FILES | {"clocks/reports.yaml": both.encode()}) == []
    wrong = both.replace("start: '2022-12-01 08:00', due: none", "start: '2022-12-01 08:00', due: '2022-12-02 08:00'")
    assert any("expected 2022-12-02" in p for p in problems(FILES | {"clocks/reports.yaml": wrong.encode()}))


def test_the_day_from_which_an_edition_is_confirmed_needs_a_case_on_both_sides() -> None:
    later = FILES["pack.yaml"].decode().replace("confirmed_from: 2022-01-01", "confirmed_from: 2022-05-09")
    assert any("confirmed_from, 2022-05-09" in p for p in problems(FILES | {"pack.yaml": later.encode()}))
    cases = FILES["cases/pupil.yaml"].decode()
    told = cases.replace("      outcome: rest\n      until: 2022-05-08\n", "      outcome: rest\n      unconfirmed: [first]\n      until: 2022-05-08\n")
    told = told.replace("expect: {outcome: back, measures: []}", "expect: {outcome: back, measures: [], unconfirmed: []}")
    assert problems(FILES | {"pack.yaml": later.encode(), "cases/pupil.yaml": told.encode()}) == []
    assert any("unconfirmed" in p and "differs" in p for p in problems(FILES | {"cases/pupil.yaml": told.encode()}))


@pytest.mark.parametrize(
    ("area", "start", "value", "fault"),
    [
        ("330102", "2023-06-01", 12, True), ("330102", "2023-06-01", 10, False), ("330102", "2024-03-01", 12, False),
        ("330100", "2023-06-01", 12, False), ("330103", "2023-06-01", 12, False),
    ],
)  # fmt: skip
def test_two_local_changes_of_one_area_may_not_contradict(area: str, start: str, value: int, fault: bool) -> None:
    """The same area and time: refused. Another area, another time, the same value: not. Of nested areas the narrower holds."""
    other = FILES["overlays/east.yaml"].decode().replace("east-county", "other").replace("'330102'", f"'{area}'")
    other = other.replace("from: 2023-01-01", f"from: {start}").replace("until: 2024-03-01", "until: 2024-09-01").replace("value: 10", f"value: {value}")
    found = [p for p in problems(FILES | {"overlays/other.yaml": other.encode()}) if "says otherwise of" in p]
    assert bool(found) is fault, found
    assert all(p.startswith("overlays/other.yaml:") and "east-county" in p and "rest_days" in p for p in found)
