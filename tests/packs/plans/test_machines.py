"""The historical forms of grading areas as state machines over the table that proposes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tongchou.packs.plans.decide import decide
from tongchou.packs.plans.machines import machine_on
from tongchou.packs.plans.packfile import shipped_pack

COVID = shipped_pack("covid-19")


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2020-01-23", None), ("2020-01-24", "community_2020"), ("2020-02-16", "community_2020"), ("2020-02-17", "county_2020"),
        ("2021-05-10", "county_2020"), ("2021-05-11", "zones_2021"), ("2022-06-27", "zones_2021"), ("2022-06-28", "risk_9"),
        ("2022-11-10", "risk_9"), ("2022-11-11", "high_low_20"), ("2022-12-06", "high_low_20"), ("2022-12-07", "high_new10"),
        ("2023-01-07", "high_new10"), ("2023-01-08", None),
    ],
)  # fmt: skip
def test_which_form_holds(day: str, name: str | None) -> None:
    found = machine_on(COVID, date.fromisoformat(day))
    assert (found.key if found else None) == name


@pytest.mark.parametrize(
    ("day", "facts", "to"),
    [
        ("2022-03-12", {"current": "control", "positive_found": True, "last_new_case": "2022-03-12"}, "lockdown"),
        ("2022-07-12", {"current": "medium", "positive_found": True, "last_new_case": "2022-07-12"}, "high"),
        ("2022-07-17", {"current": "high", "last_new_case": "2022-07-10", "round_negative": True}, "medium"),
        ("2022-07-20", {"current": "medium", "was_high": True, "graded_on": "2022-07-17", "last_new_case": "2022-07-10"}, "low"),
        ("2022-11-25", {"current": "high", "last_new_case": "2022-11-20", "round_negative": True}, "released"),
        ("2022-12-15", {"current": "high", "last_new_case": "2022-12-10"}, "released"),
        ("2022-12-08", {"current": "low", "positive_found": True, "last_new_case": "2022-12-08"}, "high"),
    ],
)
def test_what_the_table_proposes_is_a_change_of_the_machine(day: str, facts: dict[str, Any], to: str) -> None:
    on = date.fromisoformat(day)
    found, machine = decide(COVID, "area_grade", facts, on), machine_on(COVID, on)
    assert found.outcome == to
    assert machine is not None
    assert found.rule is not None
    change = machine.change(facts["current"], to)
    assert change is not None
    assert found.rule.key in change.rules


def test_a_positive_in_a_controlled_area_is_proposed_at_once_and_not_a_silent_change() -> None:
    machine = machine_on(COVID, date(2022, 3, 12))
    assert machine is not None
    change = machine.change("control", "lockdown")
    assert change is not None
    assert (change.at_once, machine.approved_by.en) == (True, "Headquarters")


@pytest.mark.parametrize(
    ("facts", "grade"),
    [
        ({"cumulative_cases": 50, "new_cases_14d": 3, "cluster_14d": True}, "medium"),
        ({"cumulative_cases": 51, "new_cases_14d": 3, "cluster_14d": True}, "high"),
        ({"cumulative_cases": 51, "new_cases_14d": 3, "cluster_14d": False}, "medium"),
        ({"cumulative_cases": 51, "new_cases_14d": 0, "cluster_14d": True}, "low"),
        ({"cumulative_cases": 0}, "low"),
        ({"cumulative_cases": 51, "days_without_new": 13, "largest_cluster": 2}, "high"),
        ({"cumulative_cases": 51, "days_without_new": 14, "largest_cluster": 2}, "low"),
    ],
)
def test_the_edges_of_the_county_grades(facts: dict[str, Any], grade: str) -> None:
    assert decide(COVID, "area_grade", facts, date(2020, 2, 20)).outcome == grade


def test_every_day_from_january_2020_has_one_form() -> None:
    day = date(2020, 1, 24)
    while day < date(2023, 1, 8):
        assert machine_on(COVID, day) is not None
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "facts", "kept", "lowered"),
    [
        ("2022-03-24", {"current": "lockdown", "last_new_case": "2022-03-10", "last_contact_clear": True, "round_negative": True}, "lockdown", "released"),
        ("2022-07-17", {"current": "high", "last_new_case": "2022-07-10", "round_negative": True}, "high", "medium"),
        ("2022-11-25", {"current": "high", "last_new_case": "2022-11-20", "round_negative": True}, "high", "released"),
        ("2022-12-15", {"current": "high", "last_new_case": "2022-12-10"}, "high", "released"),
        ("2022-07-17", {"current": "none", "controlled": True, "place": "residence", "last_new_case": "2022-07-16"}, "high", "not_graded"),
    ],
)  # fmt: skip
def test_a_positive_inside_is_never_a_lower_grade(day: str, facts: dict[str, Any], kept: str, lowered: str) -> None:
    on = date.fromisoformat(day)
    assert decide(COVID, "area_grade", facts | {"positive_found": True}, on).outcome == kept
    assert decide(COVID, "area_grade", facts | {"positive_found": False}, on).outcome == lowered
