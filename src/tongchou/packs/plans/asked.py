"""What has to be asked of everybody in a column, before the rule that would decide can be said. Held to `decide`, which asks one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tongchou.packs.plans.columns import UNKNOWN_WHOLE, UNSURE, Array, Fired
from tongchou.packs.plans.resolve import Standing


def all_asked(standing: Standing) -> list[str]:
    """Every fact that may have to be asked for, by name."""
    return sorted({name for key in standing.inputs for name in asked_as(standing, key)})


def held_up(standing: Standing, fired: Fired) -> Array:
    """One bit for each rule that only unknown facts hold back and that would decide; nought where something decides."""
    one = fired.possible.dtype.type(1)
    held = fired.possible & ~fired.bits if standing.table.hit == "collect" else fired.possible & (~fired.possible + one)
    return np.where(fired.first == UNSURE, held, fired.possible.dtype.type(0))


def asked_as(standing: Standing, key: str) -> list[str]:
    """The facts by which an input is asked for: a number of days by its date, a computed one by what it is computed from."""
    return [standing.inputs[base].of or base for base in standing.inputs[key].bases]


def needs(
    standing: Standing, facts: dict[str, Array], fired: Fired, asked: list[str], count: int
) -> npt.NDArray[np.uint64]:
    """One bit for each fact that holds a rule back which would decide."""
    held = held_up(standing, fired)
    unsure = fired.first == UNSURE
    out = np.zeros(count, np.uint64)
    for key, spec in standing.inputs.items():
        rules = sum(
            1 << n for n, r in enumerate(standing.rules) if key in r.when and r.when[key].op not in ("known", "unknown") and not r.when[key].sure
        )
        if spec.unknown != "ask" or not rules:
            continue
        open_ = unsure & _unknown(facts.get(key), count) & ((held & fired.possible.dtype.type(rules)) != 0)
        none_lacks = ~np.any([_unknown(facts.get(base), count) for base in spec.bases], axis=0)  # a division by zero
        for base in spec.bases:
            name = standing.inputs[base].of or base
            lacking = open_ if base == key else open_ & (_unknown(facts.get(base), count) | none_lacks)
            out |= np.where(lacking, np.uint64(1 << asked.index(name)), np.uint64(0))
    return out


def _unknown(column: Array | None, count: int) -> npt.NDArray[np.bool_]:
    if column is None:
        return np.ones(count, np.bool_)
    if column.dtype.kind == "f":
        return np.isnan(column)
    found: npt.NDArray[np.bool_] = column == UNKNOWN_WHOLE[column.dtype]
    return found
