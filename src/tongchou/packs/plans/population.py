"""One table over a column of subjects, with what has to be asked of each. Held to `decide`, which decides for one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from tongchou.packs.plans.asked import all_asked, needs
from tongchou.packs.plans.columns import UNSURE, Array, Sheet
from tongchou.packs.plans.decide import NO_RULE, UNDETERMINED
from tongchou.packs.plans.frames import columns_in
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
    asked = all_asked(standing)
    return pl.DataFrame(
        {
            "outcome": _named(place, lambda n: outcomes[n], pl.String),
            "rule": _named(place, lambda n: keys[n] if n < len(keys) else None, pl.String),
            "fired": _named(
                fired.bits, lambda bits: [k for n, k in enumerate(keys) if bits >> n & 1], pl.List(pl.String)
            ),
            "needs": _named(
                needs(standing, facts, fired, asked, count),
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
