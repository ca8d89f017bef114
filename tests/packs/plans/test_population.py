"""One table over a column gives for every row what deciding one by one gives: outcome, rule, all rules that fire, and what has to be asked."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import polars as pl
import pytest

from tongchou.packs.plans.decide import UNDETERMINED, decide_standing
from tongchou.packs.plans.facts import read_facts
from tongchou.packs.plans.packfile import shipped_pack
from tongchou.packs.plans.population import decide_columns
from tongchou.packs.plans.report import needs
from tongchou.packs.plans.resolve import Standing, stand

DTYPES: dict[str, Any] = {"boolean": pl.Boolean, "choice": pl.String, "number": pl.Float64}


def invented(standing: Standing, count: int) -> list[dict[str, Any]]:
    rng = random.Random(standing.table.key)

    def value(spec: Any) -> Any:
        if rng.random() < 0.3:
            return None
        return {
            "boolean": rng.random() < 0.5,
            "choice": rng.choice([*spec.choices, None]),
            "number": rng.choice([n for n in (0.0, 0.052, 0.2, 0.21, 30.0, 31.0) if spec.most is None or n <= spec.most]),
        }[spec.type]

    return [{k: value(s) for k, s in standing.inputs.items() if not s.derived} for _ in range(count)]


def frame_of(standing: Standing, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        {k: pl.Series([r[k] for r in rows], dtype=DTYPES[s.type]) for k, s in standing.inputs.items() if not s.derived}
    )


def one_by_one(standing: Standing, rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    out = []
    for row in rows:
        found = decide_standing(
            standing,
            read_facts(standing.table, {k: v for k, v in row.items() if v is not None}, standing.as_of),
            explain=False,
        )
        undecided = found.outcome == UNDETERMINED
        rule = None if undecided or found.rule is None else found.rule.key
        out.append((found.outcome, rule, sorted(r.key for r in found.fired), sorted(needs(found)) if undecided else []))
    return out


def by_columns(standing: Standing, rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    found = decide_columns(standing, frame_of(standing, rows))
    return [(o, r, sorted(f), sorted(n)) for o, r, f, n in found.iter_rows()]


@pytest.mark.parametrize("day", [date(2020, 3, 1), date(2022, 3, 1)])
@pytest.mark.parametrize("table", sorted(shipped_pack("enterprise-policies").tables))
def test_columns_and_one_by_one_agree(table: str, day: date) -> None:
    standing = stand(shipped_pack("enterprise-policies"), table, day)
    rows = invented(standing, 400)
    assert by_columns(standing, rows) == one_by_one(standing, rows)


def test_a_fact_that_is_lost_on_the_way_would_be_seen() -> None:
    """The sabotage twin: with one column emptied the two no longer agree."""
    standing = stand(shipped_pack("enterprise-policies"), "rent_2022", date(2022, 3, 1))
    rows = invented(standing, 400)
    assert by_columns(standing, [r | {"sector": None} for r in rows]) != one_by_one(standing, rows)


def test_nobody_gives_nothing() -> None:
    standing = stand(shipped_pack("enterprise-policies"), "rent_2022", date(2022, 3, 1))
    assert decide_columns(standing, frame_of(standing, [])).height == 0
