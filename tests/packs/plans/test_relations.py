"""What facts may not say together: the same word for one person and for columns, over random and boundary values."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from tests.packs.plans.sample import broken, problems
from tongchou.kernel.errors import Refusal
from tongchou.packs.plans.facts import read_facts
from tongchou.packs.plans.frames import BatchErrors, columns_in
from tongchou.packs.plans.packfile import shipped_pack
from tongchou.packs.plans.resolve import Standing, stand

ON = date(2020, 2, 20)


def counts(dice: random.Random) -> dict[str, Any]:
    """Facts of a county near the edges: counts around nought, the latest case around the 14th day back."""
    day = ON - timedelta(days=dice.randrange(0, 30))
    return {
        "cumulative_cases": dice.choice([None, -1, 0, 1, 2, 60]), "new_cases_14d": dice.choice([None, -1, 0, 1, 2]),
        "last_new_case": dice.choice([None, day, ON - timedelta(days=13), ON - timedelta(days=14)]),
    }  # fmt: skip


def alone(standing: Standing, facts: dict[str, Any]) -> bool:
    try:
        read_facts(standing.table, facts, standing.as_of)
    except Refusal:
        return False
    return True


def in_a_file(standing: Standing, facts: dict[str, Any]) -> bool:
    schema = {"cumulative_cases": pl.Int64, "new_cases_14d": pl.Int64, "last_new_case": pl.Date}
    try:
        columns_in(standing, pl.DataFrame([facts], schema=schema))
    except BatchErrors:
        return False
    return True


def differing(standing: Standing) -> int:
    dice = random.Random(7)
    people = [counts(dice) for _ in range(600)]
    taken = [alone(standing, facts) for facts in people]
    assert 100 < sum(taken) < 500
    return sum(in_a_file(standing, facts) != said for facts, said in zip(people, taken, strict=True))


def test_one_person_and_a_file_are_refused_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    standing = stand(shipped_pack("covid-19"), "area_grade", ON)
    assert differing(standing) == 0
    monkeypatch.setattr("tongchou.packs.plans.frames.broken_rows", lambda table, columns, as_of: [])
    assert differing(standing) > 0  # the twin: columns that look at nothing are seen


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title: {zh: 体温（℃）", "not_before: [rash_on], title: {zh: 体温（℃）", "Only for inputs of type date"),
        ("title: {zh: 体温（℃）", "at_least: [rash_on], title: {zh: 体温（℃）", "of another type"),
        ("title: {zh: 体温（℃）", "within: {days: 3, of: rash_no}, title: {zh: 体温（℃）", "nothing of this name"),
        ("title: {zh: 体温（℃）", "min: low, title: {zh: 体温（℃）", "must be a number"),
        ("rest_start: {type: date,", "rest_start: {type: date, not_before: [temperature],", "of another type"),
    ],
)
def test_a_relation_that_cannot_be_is_found(old: str, new: str, said: str) -> None:
    assert any(said in p for p in problems(broken("tables/pupil.yaml", old, new)))
