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
        ("title: {zh: 体温（℃）", "max: high, title: {zh: 体温（℃）", "must be a number"),
        ("title: {zh: 体温（℃）", "min: 45, max: 30, title: {zh: 体温（℃）", "lies below the smallest"),
        ("rest_start: {type: date,", "rest_start: {type: date, not_before: [temperature],", "of another type"),
    ],
)
def test_a_relation_that_cannot_be_is_found(old: str, new: str, said: str) -> None:
    assert any(said in p for p in problems(broken("tables/pupil.yaml", old, new)))


@pytest.mark.parametrize(("rate", "said"), [(5, "不得大于 1"), (1.0001, "不得大于 1"), (-0.1, "不得小于 0"), (0, ""), (1, ""), (None, "")])
def test_a_share_lies_between_nought_and_one(rate: float | None, said: str) -> None:
    """Five hundred per cent laid off was decided upon as if it were a number like another."""
    standing = stand(shipped_pack("enterprise-policies"), "jobs_small_shaanxi", ON)
    facts = {"layoff_rate": rate}
    frame = pl.DataFrame([facts], schema={"layoff_rate": pl.Float64})
    if not said:
        read_facts(standing.table, facts, ON)
        columns_in(standing, frame)
        return
    with pytest.raises(Refusal) as one:
        read_facts(standing.table, facts, ON)
    assert (one.value.field, one.value.value) == ("layoff_rate", rate)
    assert said in one.value.rule.zh
    assert one.value.remedy
    with pytest.raises(BatchErrors) as many:
        columns_in(standing, frame)
    assert said in many.value.problems[0].rule.zh


@pytest.mark.parametrize(("pack", "table", "fact", "good", "bad"), [
    ("resumption-2020", "workplace_fever", "first_reading", 37.3, 373), ("influenza-school", "illness", "temperature", 45, 46),
    ("resumption-2020", "mask_stock", "shift_hours", 24, 25), ("covid-19", "health_monitoring", "temperature", 30, 3),
])  # fmt: skip
def test_what_nobody_can_measure_is_refused(pack: str, table: str, fact: str, good: float, bad: float) -> None:
    spec = shipped_pack(pack).tables[table]
    read_facts(spec, {fact: good}, date(2022, 12, 1))
    with pytest.raises(Refusal) as refused:
        read_facts(spec, {fact: bad}, date(2022, 12, 1))
    assert refused.value.field == fact
