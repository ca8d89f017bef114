"""One table over a column of subjects, with what has to be asked of each. Held to `decide`, which decides for one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

from tongchou.packs.plans.batch import columns_in
from tongchou.packs.plans.columns import UNKNOWN_WHOLE, UNSURE, Array, Fired, Sheet
from tongchou.packs.plans.decide import NO_RULE, UNDETERMINED
from tongchou.packs.plans.resolve import Standing


def decide_columns(standing: Standing, subjects: pl.DataFrame) -> pl.DataFrame:
    """Decide for every row; the columns are inputs of the table. Raises BatchErrors.

    Out, row by row in the same order: outcome, rule (None where none decides), fired (every rule that fires), needs (facts to be asked
    first, only where undetermined). Measures and their dates are not worked out: `batch.decide_people` does that.
    """
    count = subjects.height
    facts = columns_in(standing, subjects)
    fired = Sheet(standing).evaluate(facts, count)
    keys = [rule.key for rule in standing.rules]
    outcomes = [*(rule.rule.outcome for rule in standing.rules), UNDETERMINED, NO_RULE]
    place = np.where(fired.first >= 0, fired.first, np.where(fired.first == UNSURE, len(keys), len(keys) + 1))
    asked = sorted({name for key in standing.inputs for name in _asked_as(standing, key)})
    return pl.DataFrame(
        {
            "outcome": _named(place, lambda n: outcomes[n], pl.String),
            "rule": _named(place, lambda n: keys[n] if n < len(keys) else None, pl.String),
            "fired": _named(
                fired.bits, lambda bits: [k for n, k in enumerate(keys) if bits >> n & 1], pl.List(pl.String)
            ),
            "needs": _named(
                _needs(standing, facts, fired, asked, count),
                lambda bits: [k for n, k in enumerate(asked) if bits >> n & 1],
                pl.List(pl.String),
            ),
        }
    )


def _named(codes: Array, name: Callable[[int], object], dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    """Equal codes are named once."""
    kinds, where = np.unique(codes, return_inverse=True)
    return (
        pl.Series([name(int(k)) for k in kinds], dtype=dtype).gather(where)
        if len(codes)
        else pl.Series([], dtype=dtype)
    )


def _asked_as(standing: Standing, key: str) -> list[str]:
    """The facts by which an input is asked for: a number of days by its date, a computed one by what it is computed from."""
    return [standing.inputs[base].of or base for base in standing.inputs[key].bases]


def _needs(
    standing: Standing, facts: dict[str, Array], fired: Fired, asked: list[str], count: int
) -> npt.NDArray[np.uint64]:
    """One bit for each fact that holds a rule back which would decide."""
    one = fired.possible.dtype.type(1)
    held = fired.possible & ~fired.bits if standing.table.hit == "collect" else fired.possible & (~fired.possible + one)
    unsure = fired.first == UNSURE
    out = np.zeros(count, np.uint64)
    for key, spec in standing.inputs.items():
        rules = sum(
            1 << n for n, r in enumerate(standing.rules) if key in r.when and r.when[key].op not in ("known", "unknown")
        )
        if spec.unknown != "ask" or not rules:
            continue
        open_ = unsure & _unknown(facts.get(key), count) & ((held & fired.possible.dtype.type(rules)) != 0)
        for base in spec.bases:
            name = standing.inputs[base].of or base
            lacking = open_ if base == key else open_ & _unknown(facts.get(base), count)
            out |= np.where(lacking, np.uint64(1 << asked.index(name)), np.uint64(0))
    return out


def _unknown(column: Array | None, count: int) -> npt.NDArray[np.bool_]:
    if column is None:
        return np.ones(count, np.bool_)
    if column.dtype.kind == "f":
        return np.isnan(column)
    found: npt.NDArray[np.bool_] = column == UNKNOWN_WHOLE[column.dtype]
    return found
