"""Numbers worked out of other facts: the same for one person and for columns; what cannot be worked out is unknown."""

from __future__ import annotations

import random
from datetime import date

import numpy as np
import polars as pl
import pytest

from tongchou.packs.plans.batch import decide_people
from tongchou.packs.plans.decide import decide
from tongchou.packs.plans.formula import NotAFormula, parse_formula
from tongchou.packs.plans.packfile import shipped_pack
from tongchou.packs.plans.report import as_value
from tongchou.packs.plans.resolve import stand

DAY = date(2020, 2, 20)


@pytest.mark.parametrize(
    ("text", "facts", "value"),
    [
        ("a / b", {"a": 3, "b": 4}, 0.75),
        ("a - b", {"a": 3, "b": 4}, -1),
        ("masks / (staff * ceil(hours / 4))", {"masks": 1400, "staff": 100, "hours": 8}, 7),
        ("masks / (staff * ceil(hours / 4))", {"masks": 1400, "staff": 100, "hours": 8.5}, 1400 / 300),
        ("a / b", {"a": 3, "b": 0}, None),
        ("a / b", {"a": None, "b": 4}, None),
        ("a * a * a", {"a": 1e200}, None),
    ],
)
def test_one_value(text: str, facts: dict[str, float | None], value: float | None) -> None:
    assert parse_formula(text).one(facts) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 + 2",
        "a ** 2",
        "a // b",
        "open('x')",
        "a.b",
        "a[0]",
        "a if b else c",
        "ceil(a, b)",
        "a +",
        "'a' * 3",
        "lambda: a",
        "-a",
        "a" * 300,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(NotAFormula):
        parse_formula(text)


def test_columns_say_what_one_person_is_told() -> None:
    formula = parse_formula("a / (b * ceil(c / 4)) - 1")
    dice = random.Random(3)
    rows = [
        {k: None if dice.random() < 0.1 else dice.choice([0, 1, 4, 4.5, 7, -3, 1e308]) for k in "abc"}
        for _ in range(2000)
    ]
    columns = {k: np.array([np.nan if r[k] is None else float(r[k]) for r in rows]) for k in "abc"}  # type: ignore[arg-type]
    found = formula.column(columns)
    for row, value in zip(rows, found, strict=True):
        one = formula.one(row)
        assert (one is None and np.isnan(value)) or one == value


def test_a_file_and_one_enterprise_get_the_same() -> None:
    pack = shipped_pack("resumption-2020")
    dice = random.Random(5)
    rows = [
        {
            "masks": dice.choice([None, 1399, 1400, 2100]),
            "staff": dice.choice([None, 0, 100, 150]),
            "shift_hours": dice.choice([None, 8, 9]),
        }
        for _ in range(300)
    ]
    found = decide_people(
        stand(pack, "mask_stock", DAY),
        pl.DataFrame(rows, schema={"masks": pl.Int64, "staff": pl.Int64, "shift_hours": pl.Float64}),
    )
    assert found["outcome"].to_list() == [decide(pack, "mask_stock", row, DAY).outcome for row in rows]
    assert {"enough", "short", "undetermined"} == set(found["outcome"])


def test_what_is_missing_for_a_number_is_asked_for() -> None:
    value = as_value(decide(shipped_pack("resumption-2020"), "mask_stock", {"masks": 1400}, DAY))
    assert (value["outcome"], value["needs"]) == ("undetermined", ["staff", "shift_hours"])
    assert value["facts"] == {"masks": 1400}
