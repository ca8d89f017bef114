"""What cannot change the outcome is not asked for, and what can is: for one person and over columns."""

from __future__ import annotations

from datetime import date
from itertools import islice

import pytest

from tests.packs.plans import peers
from tongchou.packs.plans.columns import UNSURE, Sheet, columns_of
from tongchou.packs.plans.decide import decide, decide_standing
from tongchou.packs.plans.facts import read_facts
from tongchou.packs.plans.packfile import shipped_pack
from tongchou.packs.plans.report import as_value
from tongchou.packs.plans.resolve import StandingRule, stand

DAY = date(2022, 11, 1)
SHARED = [
    ("influenza-school", "illness", DAY, {"temperature": 38, "sore_throat": True}, "case", "sore_throat"),
    ("influenza-school", "outbreak", DAY, {"hospitalised_7d": 5}, "event", "event_by_hospital"),
    ("safety", "hazard_grade", DAY, {"beyond_unit": True}, "major", "beyond"),
    ("covid-19", "area_grade", date(2020, 3, 1), {"new_cases_14d": 0}, "low", "county_clear_by_count"),
]


@pytest.mark.parametrize(("pack", "table", "day", "facts", "outcome", "rule"), SHARED)
def test_a_rule_that_is_met_decides_where_earlier_ones_would_do_the_same(
    pack: str, table: str, day: date, facts: dict[str, object], outcome: str, rule: str
) -> None:
    found = as_value(decide(shipped_pack(pack), table, facts, day))
    assert (found["outcome"], found["rule"], found["needs"], found["trace"][-1]["rule"]) == (outcome, rule, [], rule)
    standing = stand(shipped_pack(pack), table, day)
    fired = Sheet(standing).evaluate(columns_of(standing, [read_facts(standing.table, facts, day)]), 1)
    assert standing.rules[int(fired.first[0])].key == rule


@pytest.mark.parametrize(
    ("pack", "table", "day", "facts", "asked"),
    [
        ("influenza-school", "illness", DAY, {"temperature": 38, "cough": False}, ["sore_throat"]),
        (
            "covid-19",
            "traveller",
            date(2022, 7, 11),
            {"left_area": "2022-07-10"},
            ["area_risk"],
        ),  # each grade has measures of its own
        (
            "covid-19",
            "mass_testing",
            date(2022, 7, 15),
            {"spread_risk": True},
            ["region"],
        ),  # all begin, but each in an area of its own
    ],
)
def test_what_makes_a_difference_is_asked_for(
    pack: str, table: str, day: date, facts: dict[str, object], asked: list[str]
) -> None:
    found = as_value(decide(shipped_pack(pack), table, facts, day))
    assert (found["outcome"], found["needs"]) == ("undetermined", asked)


@pytest.mark.parametrize(("pack", "table", "day"), [row[:3] for row in SHARED])
def test_nobody_is_asked_in_vain_and_nobody_decided_too_soon(pack: str, table: str, day: date) -> None:
    """A person decided with facts missing gets the same outcome, measures and results with them, whatever they are."""
    standing = stand(shipped_pack(pack), table, day)
    told = islice(peers.people(standing, 17), 400)
    for facts in told:
        one = decide_standing(standing, facts, explain=False)
        if one.rule is None:
            continue
        for key, spec in standing.inputs.items():
            if facts[key] is None and spec.unknown == "ask" and not spec.derived and spec.type == "boolean":
                for value in (True, False):
                    again = decide_standing(standing, facts | {key: value}, explain=False)
                    assert again.rule is not None
                    assert again.rule.does_as(one.rule), (key, value, facts)


def test_the_comparison_sees_rules_taken_for_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: only outcomes are compared, so that who starts where no longer counts."""
    monkeypatch.setattr(StandingRule, "does_as", lambda self, other: self.rule.outcome == other.rule.outcome)
    standing = stand(shipped_pack("covid-19"), "mass_testing", date(2022, 7, 15))
    facts = read_facts(standing.table, {"spread_risk": True, "source_known": False}, date(2022, 7, 15))
    assert decide_standing(standing, facts).outcome == "start"
    assert Sheet(standing).evaluate(columns_of(standing, [facts]), 1).first.tolist() != [UNSURE]
