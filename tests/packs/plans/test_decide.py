"""One person: rules in order, unknown facts, two clocks, late entry, two times, local rules, and why."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from tests.packs.plans.sample import broken, sample
from tongchou.kernel.errors import Refusal
from tongchou.packs.plans.batch import decide_people
from tongchou.packs.plans.decide import UNDETERMINED, Decision, decide
from tongchou.packs.plans.frames import BatchErrors
from tongchou.packs.plans.packfile import read_texts, shipped_pack
from tongchou.packs.plans.report import as_value
from tongchou.packs.plans.resolve import stand


def pupil(as_of: str, area: str = "", known_on: str = "", **facts: Any) -> Decision:
    return decide(
        sample(), "pupil", facts, date.fromisoformat(as_of), date.fromisoformat(known_on) if known_on else None, area
    )


def covid(table: str, as_of: str, area: str = "", **facts: Any) -> dict[str, Any]:
    return as_value(decide(shipped_pack("covid-19"), table, facts, date.fromisoformat(as_of), None, area))


def dates(found: Decision) -> list[list[str]]:
    return [[str(m.from_), str(m.until), *map(str, m.tests)] for m in found.measures]


def test_a_fact_that_must_be_known_is_asked_for() -> None:
    found = pupil("2022-05-02", crusted="all")
    assert found.outcome == UNDETERMINED
    assert as_value(found)["needs"] == ["rash_on"]
    assert found.measures == ()


def test_a_measure_without_its_day_does_not_take_the_outcome_away() -> None:
    found = as_value(pupil("2022-05-02"))
    assert (found["outcome"], found["rule"], found["needs"], found["held_up"]) == ("rest", "otherwise", ["rash_on"], [])
    assert [(m["mode"], m["from"], m["until"], m["test_dates"], m["waits_for"]) for m in found["measures"]] == [("home_rest", None, None, [], "rash_on")]
    assert found["until"] is None
    assert found["enforceable"] is False  # nobody is held for days that nobody knows
    assert any("not known before “Day of the rash” is" in r["en"] for r in found["reasons"])


def test_a_threshold_of_reporting_is_not_lost_for_want_of_a_date() -> None:
    found = as_value(decide(shipped_pack("influenza-school"), "outbreak", {"cases_7d": 10}, date(2023, 10, 10)))
    assert (found["outcome"], found["rule"], found["needs"], found["enforceable"]) == ("report", "report", ["latest_case"], True)
    assert found["measures"][0]["waits_for"] == "latest_case"
    with_symptoms = covid("close_contact", "2022-07-15", symptoms=True)
    assert (with_symptoms["outcome"], with_symptoms["needs"], with_symptoms["enforceable"]) == ("assess", ["last_exposure"], False)


def test_symptoms_do_not_lift_a_confirmed_stay() -> None:
    found = covid("close_contact", "2022-07-13", last_exposure="2022-07-10", measure_start="2022-07-11", symptoms=True)
    assert (found["outcome"], found["rule"], found["enforceable"]) == ("assess", "with_symptoms", True)
    assert [u["name"] for u in found["unconfirmed"]] == ["with_symptoms"]  # what it says besides the stay is not confirmed
    after = covid("close_contact", "2022-09-01", last_exposure="2022-07-10", symptoms=True, final_test="negative")
    assert (after["rule"], after["enforceable"]) == ("with_symptoms", False)  # by the confirmed rules the person is released
    found = covid("traveller", "2022-07-13", left_area="2022-07-10", area_risk="high", symptoms=True)
    assert (found["outcome"], found["enforceable"]) == ("assess", True)
    found = covid("secondary_contact", "2022-07-13", last_exposure="2022-07-10", symptoms=True, linked_contact="甲")
    assert (found["outcome"], found["enforceable"]) == ("assess", True)


def test_a_reason_tells_paper_number_and_clause() -> None:
    pack = shipped_pack("enterprise-policies")
    found = as_value(decide(pack, "insurance_sme", {"size": "large", "province": "shaanxi"}, date(2020, 3, 1)))
    told = next(r for r in found["reasons"] if "not medium, small or micro" in r["en"])
    assert (told["source"], told["number"], told["clause"]) == ("insurance_2020", "人社部发〔2020〕11号", "条次未见")
    assert told["document"]["zh"] == "关于阶段性减免企业社会保险费的通知"


def test_null_is_unknown_and_not_no() -> None:
    assert as_value(pupil("2022-05-02", rash_on=None, crusted="all"))["needs"] == ["rash_on"]


def test_an_assumed_value_is_said() -> None:
    value = as_value(pupil("2022-05-09", rash_on="2022-05-01"))
    assert value["outcome"] == "rest"
    assert value["assumed"] == {"crusted": "some"}
    assert any("is not known; the table takes it as “some”" in r["en"] for r in value["reasons"])


def test_the_first_rule_in_order_decides_and_all_that_fire_are_told() -> None:
    found = pupil("2022-05-09", rash_on="2022-05-01", crusted="all", temperature=38)
    assert found.rule is not None
    assert found.rule.key == "fever"
    assert [r.key for r in found.fired] == ["fever", "over", "otherwise"]


@pytest.mark.parametrize(
    ("as_of", "known_on", "until"),
    [("2024-03-02", "", "2024-03-08"), ("2024-03-02", "2024-03-05", "2024-03-06"), ("2024-03-05", "", "2024-03-06")],
)
def test_what_was_not_known_yet_does_not_count(as_of: str, known_on: str, until: str) -> None:
    assert str(pupil(as_of, known_on=known_on, rash_on="2024-03-01").until) == until


@pytest.mark.parametrize(
    ("area", "as_of", "days"),
    [
        ("330102", "2023-01-01", 10),
        ("330102001", "2023-06-01", 10),
        ("330103", "2023-01-01", 7),
        ("", "2023-01-01", 7),
        ("330102", "2022-12-31", 7),
        ("330102", "2024-03-01", 7),
    ],
)
def test_a_local_rule_holds_in_its_area_and_days_only(area: str, as_of: str, days: int) -> None:
    found = pupil(as_of, area, rash_on=as_of)
    assert found.until is not None
    assert (found.until - date.fromisoformat(as_of)).days == days
    assert (found.standing.overlays == ("east-county",)) is (days == 10)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (None, ["2022-07-11 2022-07-17 11 12 13 15 17", "2022-07-18 2022-07-20 20"]),
        ("2022-07-11", ["2022-07-11 2022-07-17 11 12 13 15 17", "2022-07-18 2022-07-20 20"]),
        ("2022-07-10", ["2022-07-10 2022-07-17 11 12 13 15 17", "2022-07-18 2022-07-20 20"]),
        ("2022-07-12", ["2022-07-12 2022-07-17 12 13 15 17", "2022-07-18 2022-07-20 20"]),
        ("2022-07-14", ["2022-07-14 2022-07-17 14 15 17", "2022-07-18 2022-07-20 20"]),
        ("2022-07-17", ["2022-07-17 2022-07-17 17", "2022-07-18 2022-07-20 20"]),
        ("2022-07-19", ["2022-07-19 2022-07-20 19 20"]),
        ("2022-07-20", ["2022-07-20 2022-07-20 20"]),
    ],
)
def test_who_is_placed_late_keeps_the_day_of_release(start: str | None, expected: list[str]) -> None:
    value = covid("close_contact", "2022-07-20", last_exposure="2022-07-10", measure_start=start)
    found = [" ".join([m["from"], m["until"], *(d[-2:] for d in m["test_dates"])]) for m in value["measures"]]
    assert found == expected
    assert value["until"] == "2022-07-20"


def test_test_days_may_be_counted_from_the_first_day_in_fact() -> None:
    pack = read_texts(broken("pack.yaml", "keep_schedule", "from_measure_start"))
    found = decide(pack, "pupil", {"rash_on": "2022-05-01", "rest_start": "2022-05-04"}, date(2022, 5, 4))
    assert dates(found) == [["2022-05-04", "2022-05-08", "2022-05-04", "2022-05-06"]]
    kept = decide(sample(), "pupil", {"rash_on": "2022-05-01", "rest_start": "2022-05-04"}, date(2022, 5, 4))
    assert dates(kept) == [["2022-05-04", "2022-05-08", "2022-05-04"]]


def test_the_last_test_of_the_first_stage_is_doubled_in_the_eighth_edition() -> None:
    first, second = covid("close_contact", "2021-06-02", last_exposure="2021-06-01")["measures"]
    assert (first["double_test"], second["double_test"]) == ("2021-06-15", None)


def test_what_no_source_confirms_is_named_and_cannot_restrict() -> None:
    value = covid("close_contact", "2020-10-02", last_exposure="2020-10-01")
    names = {u["name"] for u in value["unconfirmed"]}
    assert {"contact_first_days", "contact_first_tests"} <= names
    assert value["enforceable"] is False
    sure = covid("close_contact", "2022-07-11", last_exposure="2022-07-10")
    assert (sure["unconfirmed"], sure["enforceable"]) == ([], True)


def test_an_edition_is_unconfirmed_until_the_day_it_was_seen_in_print() -> None:
    assert [u["name"] for u in covid("close_contact", "2021-05-13", last_exposure="2021-05-12")["unconfirmed"]] == [
        "covid-e8"
    ]
    assert covid("close_contact", "2021-05-14", last_exposure="2021-05-12")["unconfirmed"] == []


def test_a_decision_pins_what_it_rests_on() -> None:
    value = covid("close_contact", "2022-05-05", "110105", last_exposure="2022-05-04")
    assert value["hash"] == shipped_pack("covid-19").digest
    assert (value["pack"], value["edition"], value["overlays"]) == ("covid-19", "covid-e8", ["beijing-2022"])
    assert value["facts"] == {"last_exposure": "2022-05-04"}
    assert any(r["source"] == "beijing_2022" for r in value["reasons"])


def test_what_would_change_the_outcome_does() -> None:
    """Every alternative that is told comes true when its fact is changed so."""
    pack = shipped_pack("covid-19")
    facts: dict[str, Any] = {"last_exposure": "2022-07-10", "linked_contact": "甲"}
    told = as_value(decide(pack, "secondary_contact", facts, date(2022, 7, 12)))["would_change"]
    assert {a["outcome"] for a in told} == {"release_due", "case", "upgraded", "assess"}
    for change in told:
        if change["fact"] == "days_since_exposure":
            changed = facts | {"last_exposure": date.fromordinal(date(2022, 7, 12).toordinal() - change["example"])}
        else:
            changed = facts | {change["fact"]: change["example"]}
        assert decide(pack, "secondary_contact", changed, date(2022, 7, 12)).outcome == change["outcome"]


def test_the_condition_of_an_alternative_is_told_with_its_value() -> None:
    told = covid("close_contact", "2022-07-12", last_exposure="2022-07-10")["would_change"]
    assert {"fact": "days_since_exposure", "if": "> 7+3"}.items() <= told[0].items() or "> 10" in told[0]["if"]


@pytest.mark.parametrize(
    ("facts", "field", "said"),
    [
        ({"rash_no": "2022-05-01"}, "rash_no", "Did you mean “rash_on”?"),
        ({"days": "3"}, "days", "whole number of days"),
        ({"days": -1}, "days", "whole number of days"),
        ({"days": 3, "rash_on": "2022-05-01"}, "days", "does not agree with “rash_on”"),
        ({"rash_on": "2022-02-30"}, "rash_on", "2022-02-30"),
        ({"rash_on": "2022-06-01"}, "rash_on", "may not be later than the day of the decision"),
        ({"rash_on": True}, "rash_on", "must be a date"),
        ({"rash_on": "0022-05-01"}, "rash_on", "between 1990 and 2100"),
        ({"temperature": "38"}, "temperature", "must be a number"),
        ({"temperature": float("nan")}, "temperature", "must be a number"),
        ({"crusted": "al"}, "crusted", "Did you mean “all”?"),
        ({"crusted": ["all"]}, "crusted", "not one of the choices"),
    ],
)
def test_bad_facts_are_refused_by_name(facts: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(Refusal) as caught:
        decide(sample(), "pupil", facts, date(2022, 5, 9))
    assert caught.value.field == field
    assert caught.value.remedy is not None
    assert said in caught.value.sentence("en")


@pytest.mark.parametrize(
    ("table", "day", "facts", "paper"),
    [
        ("secondary_contact", "2020-01-15", {}, "plan_1"),
        ("traveller", "2020-01-20", {"left_area": "2020-01-18", "area_risk": "high"}, "plan_1"),
        ("secondary_contact", "2022-07-12", {"last_exposure": "2022-07-10"}, "plan_9"),
    ],
)
def test_a_reason_cites_no_paper_that_was_not_out(table: str, day: str, facts: dict[str, Any], paper: str) -> None:
    assert {r["source"] for r in covid(table, day, **facts)["reasons"]} - {None} == {paper}


CONTRADICTIONS: list[tuple[str, str, dict[str, Any], str]] = [
    ("area_grade", "2020-02-20", {"cumulative_cases": -1}, "cumulative_cases"),
    ("area_grade", "2020-02-20", {"cumulative_cases": 3, "new_cases_14d": 5}, "cumulative_cases"),
    ("area_grade", "2020-02-20", {"cumulative_cases": 9, "new_cases_14d": 0, "last_new_case": "2020-02-19"}, "new_cases_14d"),
    ("area_grade", "2020-02-20", {"cumulative_cases": 9, "new_cases_14d": 2, "last_new_case": "2020-02-06"}, "new_cases_14d"),
    ("traveller", "2022-07-20", {"left_area": "2022-07-18", "arrived": "2022-07-17", "area_risk": "high"}, "arrived"),
    ("close_contact", "2022-07-12", {"last_exposure": "2022-07-10", "measure_start": "2022-07-08"}, "measure_start"),
]


@pytest.mark.parametrize(("table", "day", "facts", "field"), CONTRADICTIONS)
def test_facts_that_contradict_one_another_are_refused(table: str, day: str, facts: dict[str, Any], field: str) -> None:
    """For one person, and with the row for a file of people; unknown facts contradict nothing."""
    with pytest.raises(Refusal) as caught:
        covid(table, day, **facts)
    assert (caught.value.field, caught.value.value) == (field, facts[field])
    assert caught.value.remedy is not None
    standing = stand(shipped_pack("covid-19"), table, date.fromisoformat(day))
    rows = pl.DataFrame([dict.fromkeys(facts), facts], infer_schema_length=None)
    with pytest.raises(BatchErrors) as file:
        decide_people(standing, rows)
    assert [(p.field, p.line, p.rule.en) for p in file.value.problems] == [(field, 2, caught.value.rule.en)]
    covid(table, day, **{k: v for k, v in facts.items() if k != field})


def test_unknown_tables_and_days_without_an_edition_are_refused() -> None:
    with pytest.raises(Refusal, match="pupil"):
        decide(sample(), "pupils", {}, date(2022, 5, 9))
    with pytest.raises(Refusal, match="2022-01-01 or later"):
        decide(sample(), "pupil", {}, date(2021, 12, 31))


def test_a_table_that_collects_tells_every_failing_condition_and_asks_for_the_rest() -> None:
    facts = {
        "team_and_plan": False,
        "roster": True,
        "observation_room": True,
        "mask_stock_days": 6.5,
        "disinfection": True,
        "emergency_plan": True,
    }
    value = as_value(decide(shipped_pack("resumption-2020"), "readiness", facts, date(2020, 2, 20)))
    assert (value["outcome"], value["fired"], value["needs"]) == ("failing", ["team", "masks"], ["contact_person"])
    said = [r["en"] for r in value["reasons"]]
    assert said[-1] == "To be found out first: A contact person who reports."
    assert "The masks last less than seven days." in said


def test_a_local_rule_replaces_the_one_it_names() -> None:
    pack = shipped_pack("resumption-2020")
    found = {
        area: decide(pack, "regime", {"area_grade": "low"}, date(2020, 3, 10), None, area).outcome
        for area in ("110105", "420106", "440606", "")
    }
    assert found == {"110105": "local_rule", "420106": "local_rule", "440606": "no_procedure", "": "no_procedure"}


@pytest.mark.parametrize(("start", "late"), [("2022-07-11", False), ("2022-07-14", True)])
def test_days_are_numbered_from_the_planned_first_day_whenever_somebody_is_placed(start: str, late: bool) -> None:
    (first, second) = covid("close_contact", "2022-07-14", last_exposure="2022-07-10", measure_start=start)["measures"]
    assert (first["day_1"], first["from"], first["late"], first["until"]) == ("2022-07-11", start, late, "2022-07-17")
    assert (second["day_1"], second["test_dates"]) == ("2022-07-18", ["2022-07-20"])


def looked_back(day: date, met: str, reference: str, **facts: object) -> dict[str, object]:
    given = {"basis": "closed_place", "met_on": met, "reference_day": reference} | facts
    return as_value(decide(shipped_pack("covid-19"), "contact_judgement", given, day))


@pytest.mark.parametrize(
    ("day", "met", "reference", "open_"),
    [
        (date(2020, 7, 1), "2020-06-29", "2020-06-30", True), (date(2020, 10, 1), "2020-09-29", "2020-09-30", True),
        (date(2021, 6, 10), "2021-06-08", "2021-06-09", True), (date(2022, 7, 10), "2022-07-08", "2022-07-09", False),
    ],
)  # fmt: skip
def test_a_contact_rests_on_the_look_back_that_let_it_pass(day: date, met: str, reference: str, open_: bool) -> None:
    """The rule that decides names no look-back; the one before it did, and would have decided with another number."""
    value = looked_back(day, met, reference, distance_m=1)
    assert value["outcome"] == "close_contact"
    assert ("contact_lookback_days" in [u["name"] for u in value["unconfirmed"]]) is open_  # type: ignore[index,attr-defined]


def test_a_value_of_a_rule_about_something_else_is_not_rested_on() -> None:
    """Sabotage twin: a rule before it that also asks for another thing does not lend its value."""
    value = as_value(decide(shipped_pack("covid-19"), "traveller", {"area_risk": "none", "left_area": "2021-06-01"}, date(2021, 6, 10)))
    assert (value["rule"], value["unconfirmed"]) == ("ungraded", [])


def test_a_contact_of_a_contact_is_not_released_without_the_link() -> None:
    facts = {"last_exposure": "2022-07-10", "own_tests": "all_negative", "linked_tests": "first_two_negative"}
    assert covid("secondary_contact", "2022-07-20", **facts)["outcome"] == "release_due"
    assert covid("secondary_contact", "2022-07-20", linked_contact="甲", **facts)["outcome"] == "released"


def test_observation_of_a_traveller_ends_and_symptoms_are_seen_to_its_last_day() -> None:
    left: dict[str, Any] = {"left_area": "2020-01-31", "area_risk": "wuhan"}
    assert covid("traveller", "2020-02-14", **left)["outcome"] == "observe"
    assert covid("traveller", "2020-02-15", **left)["outcome"] == "released"
    beijing: dict[str, Any] = {"left_area": "2022-05-07", "measure_start": "2022-05-08", "area_risk": "high", "symptoms": True}
    assert covid("traveller", "2022-05-22", "110105", **beijing)["outcome"] == "assess"
    assert covid("traveller", "2022-05-25", "110105", **beijing)["outcome"] == "none"
