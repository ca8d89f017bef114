"""Every shipped pack is sound, and says what the rule tables it was made from say."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from tongchou.packs.plans.checks import check_pack
from tongchou.packs.plans.packfile import shipped_pack, shipped_packs
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
