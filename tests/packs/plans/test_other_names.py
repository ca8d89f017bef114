"""The same fact under another name, another word for a choice, a number of days in place of a date: for one person and for a file."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from tongchou.kernel.errors import Refusal
from tongchou.packs.plans.batch import decide_people
from tongchou.packs.plans.decide import decide
from tongchou.packs.plans.frames import BatchErrors
from tongchou.packs.plans.packfile import shipped_pack
from tongchou.packs.plans.report import as_value
from tongchou.packs.plans.resolve import stand

DAY = date(2022, 7, 12)
PLAIN = {"left_area": "2022-07-10", "area_risk": "high"}


@pytest.mark.parametrize(
    "facts",
    [
        {"left_on": "2022-07-10", "risk_level": "high"},
        {"left_area": "2022-07-10", "area_risk": "高风险区"},
        {"left_area": "2022-07-10", "area_risk": "高风险"},
        {"left_area": "2022-07-10", "area_risk": " High_Risk "},
        {"days_since_left": 2, "area_risk": "high"},
        {"days_since_left": 2, "left_area": "2022-07-10", "area_risk": "high"},
    ],
)
def test_it_is_the_same_decision(facts: dict[str, Any]) -> None:
    pack = shipped_pack("covid-19")
    assert as_value(decide(pack, "traveller", facts, DAY)) == as_value(decide(pack, "traveller", PLAIN, DAY))
    if "left_area" not in facts or "days_since_left" not in facts:
        file = decide_people(stand(pack, "traveller", DAY), pl.DataFrame([facts]))
        assert file.row(0) == decide_people(stand(pack, "traveller", DAY), pl.DataFrame([PLAIN])).row(0)


@pytest.mark.parametrize(
    ("facts", "field", "said"),
    [
        ({"left_area": "2022-07-10", "left_on": "2022-07-10"}, "left_on", "given twice"),
        ({"left_area": "2022-07-10", "days_since_left": 3}, "days_since_left", "does not agree with “left_area”"),
        ({"days_since_left": -1}, "days_since_left", "whole number of days"),
        ({"leftarea": "2022-07-10"}, "leftarea", "Allowed: left_area, arrived"),
        ({"something_else": 1}, "something_else", "Allowed: left_area, arrived"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_names_that_do(facts: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(Refusal) as caught:
        decide(shipped_pack("covid-19"), "traveller", facts, DAY)
    assert caught.value.field == field
    assert said in caught.value.sentence("en")


def test_two_columns_of_one_fact_are_refused() -> None:
    people = pl.DataFrame({"left_area": ["2022-07-10"], "days_since_left": [2]})
    with pytest.raises(BatchErrors, match="same fact"):
        decide_people(stand(shipped_pack("covid-19"), "traveller", DAY), people)


def test_true_and_false_may_stand_for_a_choice_where_the_table_says_so() -> None:
    facts = {
        "last_exposure": "2022-07-01",
        "own_tests_all_negative": True,
        "linked_close_contact_first_2_tests_negative": True,
        "linked_contact": "known",
    }
    assert decide(shipped_pack("covid-19"), "secondary_contact", facts, DAY).outcome == "released"
    assert (
        decide(shipped_pack("covid-19"), "secondary_contact", facts | {"own_tests_all_negative": False}, DAY).outcome
        == "release_due"
    )
    with pytest.raises(Refusal):
        decide(shipped_pack("covid-19"), "traveller", {"area_risk": True}, DAY)


def test_a_measure_that_began_under_an_earlier_edition_is_told() -> None:
    facts = {"last_exposure": "2022-06-20", "measure_start": "2022-06-21"}
    value = as_value(decide(shipped_pack("covid-19"), "close_contact", facts, date(2022, 6, 28)))
    assert any("a new plan under the present one" in r["en"] for r in value["reasons"])
    before = as_value(decide(shipped_pack("covid-19"), "close_contact", facts, date(2022, 6, 27)))
    assert not any("a new plan under the present one" in r["en"] for r in before["reasons"])
