"""Gaps, overlaps, rows that never decide, and dates without a case are found."""

from __future__ import annotations

import pytest

from tests.packs.plans.sample import FILES, broken, problems

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
    base = broken("cases/pupil.yaml", ", rule: fever", "")
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
        ("second_edition", "No worked case from 2024-03-05"),
        ("east", "a case of its area"),
        ("east_before", "a case of its area"),
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
        ("rule: fever}", "rule: over}", "rule"),
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
