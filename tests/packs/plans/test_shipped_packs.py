"""Every shipped pack is sound, and says what the rule tables it was made from say."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tongchou.packs.plans.checks import check_pack
from tongchou.packs.plans.decide import decide
from tongchou.packs.plans.packfile import shipped_pack, shipped_packs
from tongchou.packs.plans.report import as_value
from tongchou.packs.plans.resolve import entry_on

RULES = Path(__file__).parents[4] / "shared" / "domain" / "rules.yaml"


@pytest.mark.parametrize("name", shipped_packs())
def test_it_is_sound(name: str) -> None:
    assert [p.sentence("en") for p in check_pack(shipped_pack(name))] == []


@pytest.mark.parametrize("name", shipped_packs())
def test_every_value_has_an_issuer(name: str) -> None:
    pack = shipped_pack(name)
    cited = {entry.source.document for p in pack.parameters.values() for entry in p.entries}
    assert all(pack.documents[key].issuer for key in cited)


def rows() -> list[dict[str, Any]]:
    if not RULES.is_file():
        return []
    found: list[dict[str, Any]] = yaml.safe_load(RULES.read_text("utf-8"))["editions"]
    return found


@pytest.fixture
def editions() -> list[dict[str, Any]]:
    found = rows()
    if not found:
        pytest.skip("the shared rule tables are not beside this project")
    return found


def value(name: str, day: date) -> Any:
    found = entry_on(shipped_pack("covid-19").parameters[name].entries, day, day)
    return None if found is None else found


def test_the_editions_begin_on_the_days_of_the_rule_tables(editions: list[dict[str, Any]]) -> None:
    pack = shipped_pack("covid-19")
    assert {e.key: e.from_ for e in pack.editions} == {e["id"]: e["effective"] for e in editions}


def test_periods_and_test_days_are_those_of_the_rule_tables(editions: list[dict[str, Any]]) -> None:
    compared = 0
    for edition in editions:
        contact, day = edition.get("close_contact"), edition["effective"]
        if not contact:
            continue
        stages = contact["isolation"]
        assert value("contact_first_days", day).value == stages[0]["days"]
        assert value("contact_second_days", day).value == (stages[1]["days"] if len(stages) > 1 else 0)
        tests = contact.get("test_days")
        if isinstance(tests, dict):
            first, second = tests.values()
            assert list(value("contact_first_tests", day).value) == first
            assert list(value("contact_second_tests", day).value) == second
        confirmed = contact["conf"] == "C"
        assert (value("contact_first_days", day).status == "confirmed") is confirmed
        compared += 1
    assert compared == 11


def test_look_back_is_that_of_the_rule_tables(editions: list[dict[str, Any]]) -> None:
    given = [
        (e["effective"], e["contact"]["lookback_days"], e["contact"].get("conf")) for e in editions if "contact" in e
    ]
    for day, days, mark in given:
        found = value("contact_lookback_days", day)
        assert found.value == days
        # Where the tables leave it open, nothing may be called confirmed that was not so before.
        assert mark is None or mark == "K" or found.status == "confirmed"


def resumption(table: str, day: str, area: str = "", **facts: object) -> dict[str, Any]:
    return as_value(decide(shipped_pack("resumption-2020"), table, facts, date.fromisoformat(day), None, area))


LOCAL: list[tuple[str, str, str, dict[str, object]]] = [
    ("employee", "2020-02-20", "520103", {"symptoms": False, "in_hard_hit_area": False, "last_risk": "2020-02-15"}),
    ("workplace_fever", "2020-02-24", "110105", {"first_reading": 37.4, "second_reading": 37.4, "minutes_between": 5}),
    ("mask_stock", "2020-02-20", "321202", {"masks": 1400, "staff": 100, "shift_hours": 8}),
    ("plate", "2020-02-20", "500120", {"approved": True, "problem_found": False}),
]


@pytest.mark.parametrize(("table", "day", "area", "facts"), LOCAL, ids=[t for t, *_ in LOCAL])
def test_the_rule_of_one_place_is_confirmed_there_and_nowhere_else(table: str, day: str, area: str, facts: dict[str, object]) -> None:
    there, elsewhere = resumption(table, day, area, **facts), resumption(table, day, "330106", **facts)
    assert there["outcome"] == elsewhere["outcome"]
    assert there["unconfirmed"] == []
    assert {u["what"] for u in elsewhere["unconfirmed"]} >= {"rule"}


def test_an_employee_is_isolated_by_guiyangs_rule_in_guiyang_only() -> None:
    facts = LOCAL[0][3]
    assert resumption("employee", "2020-02-20", "520103", **facts)["enforceable"] is True
    assert resumption("employee", "2020-02-20", "330106", **facts)["enforceable"] is False


def test_what_the_state_council_wrote_holds_everywhere() -> None:
    """The twin: a national rule stands confirmed without any overlay."""
    found = resumption("employee", "2020-04-10", symptoms=False, from_low_risk=True, temperature_normal=True)
    assert (found["rule"], found["unconfirmed"]) == ("low_risk_origin", [])


@pytest.mark.parametrize("grade", ["low", "medium", "high"])
def test_the_notice_of_march_2020_does_not_hold_in_hubei_and_beijing(grade: str) -> None:
    for area in ("420106", "110105"):
        assert resumption("regime", "2020-03-10", area, area_grade=grade, commitment=True)["outcome"] == "local_rule"
    assert resumption("regime", "2020-03-10", "330106", area_grade=grade, commitment=True)["outcome"] != "local_rule"


def test_every_ground_of_a_policy_names_a_clause_or_says_that_none_was_seen() -> None:
    """No number of a clause is made up: none was seen in print."""
    for table in shipped_pack("enterprise-policies").tables.values():
        for rule in table.rules:
            if rule.outcome in ("eligible", "not_eligible"):
                assert rule.source.clause == "条次未见", (table.key, rule.key)


@pytest.mark.parametrize(
    ("day", "area", "rule", "confirmed"),
    [
        ("2022-05-01", "", "territory_owner", False), ("2022-05-01", "110105", "territory_owner", True),
        ("2025-09-01", "", "territory_owner_2025", True),
    ],
)  # fmt: skip
def test_four_parties_are_responsible_by_beijings_rules_first_and_by_the_law_later(day: str, area: str, rule: str, confirmed: bool) -> None:
    facts = {f"{k}_owner": True for k in ("industry", "business", "operation", "party", "government")} | {"territory_owner": False, "individual_told": True}
    found = as_value(decide(shipped_pack("safety"), "responsibility", facts, date.fromisoformat(day), None, area))
    assert (found["outcome"], found["rule"]) == ("missing", rule)
    assert (found["unconfirmed"] == []) is confirmed


def test_guangdongs_word_on_essential_enterprises_is_confirmed_there_only() -> None:
    there, elsewhere = (resumption("regime", "2020-02-05", area, essential=True) for area in ("440606", "330106"))
    assert there["outcome"] == elsewhere["outcome"] == "allowed"
    assert [bool(x["unconfirmed"]) for x in (there, elsewhere)] == [False, True]


def test_only_those_known_to_have_stayed_in_the_province_return_first() -> None:
    facts: dict[str, object] = {"symptoms": False, "in_hard_hit_area": False}
    said = {left: resumption("employee", "2020-02-20", "520103", **facts, **({} if left is None else {"left_province": left})) for left in (False, True, None)}
    assert [v["gives"].get("first_to_return") for v in said.values()] == [True, None, None]
    assert ["rule" in {u["what"] for u in v["unconfirmed"]} for v in said.values()] == [False, True, True]


def covid(table: str, day: str, area: str = "", **facts: object) -> dict[str, Any]:
    return as_value(decide(shipped_pack("covid-19"), table, facts, date.fromisoformat(day), None, area))


@pytest.mark.parametrize(("area", "days", "confirmed"), [("320106", 4, True), ("310104", 4, True), ("440106", 4, False), ("330106", 2, False)])
def test_four_days_under_delta_are_confirmed_where_a_paper_was_seen(area: str, days: int, confirmed: bool) -> None:
    found = covid("contact_window", "2022-06-01", area, case_type="confirmed", onset="2022-05-30")
    assert found["measures"][0]["from"] == str(date(2022, 5, 30) - timedelta(days=days))
    assert ("contact_lookback_days" not in {u["name"] for u in found["unconfirmed"]}) is confirmed


def test_the_highest_of_the_city_never_beats_the_countys_own_higher_grade() -> None:
    own: dict[str, object] = {"cumulative_cases": 60, "cluster_14d": True, "new_cases_14d": 3}
    assert covid("area_grade", "2020-03-10", "420106", **own)["outcome"] == "high"
    found = covid("area_grade", "2020-03-10", "420106", **own, highest_in_city="medium")
    assert (found["outcome"], found["unconfirmed"]) == ("high", [])
    assert covid("area_grade", "2020-03-10", "420106", **(own | {"new_cases_14d": 0}), highest_in_city="medium")["outcome"] == "medium"


def test_a_grade_is_not_lowered_in_silence_where_nobody_said_whether_a_positive_was_found() -> None:
    facts: dict[str, object] = {"current": "high", "last_new_case": "2022-07-10", "round_negative": True}
    found = covid("area_grade", "2022-07-17", **facts)
    assert (found["outcome"], found["assumed"]["positive_found"]) == ("medium", False)
    assert any("区内新发现阳性" in r["zh"] and "未知" in r["zh"] for r in found["reasons"])
    assert "positive_found" not in covid("area_grade", "2022-07-17", **facts, positive_found=False)["assumed"]
    skipped: dict[str, object] = {"current": "none", "controlled": True, "place": "residence", "last_new_case": "2022-07-16"}
    assert [covid("area_grade", "2022-07-17", **skipped, **more)["outcome"] for more in ({}, {"positive_found": False})] == ["high", "not_graded"]


def test_the_last_round_is_on_the_day_by_which_a_grade_is_lowered() -> None:
    """Drawn on the day of the case: by the day of drawing alone, the last round would be a day too early to lower the grade."""
    rounds = [d for m in covid("area_rounds", "2022-07-10", grade="high", drawn_on="2022-07-10", last_new_case="2022-07-10")["measures"] for d in m["test_dates"]]
    facts: dict[str, object] = {"current": "high", "last_new_case": "2022-07-10", "round_negative": True}
    said = {d: covid("area_grade", "2022-07-17", **facts, round_on=d)["outcome"] for d in rounds[-2:]}
    assert said == {"2022-07-16": "high", "2022-07-17": "medium"}


def test_a_day_of_arrival_that_nobody_knows_is_told() -> None:
    unknown = covid("traveller", "2022-07-12", left_area="2022-07-10", area_risk="low")
    known = covid("traveller", "2022-07-12", left_area="2022-07-10", arrived="2022-07-11", area_risk="low")
    assert [v["outcome"] for v in (unknown, known)] == ["tests", "tests"]
    assert ["rule" in {u["what"] for u in v["unconfirmed"]} for v in (unknown, known)] == [True, False]
    assert known["measures"][0]["test_dates"] == ["2022-07-11", "2022-07-13"]
