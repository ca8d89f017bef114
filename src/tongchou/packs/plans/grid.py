"""Every combination of the parts that a standing table's conditions tell apart, decided at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np

from tongchou.packs.plans.columns import Array, Fired, Sheet, column_of
from tongchou.packs.plans.conditions import cells
from tongchou.packs.plans.model import Fact
from tongchou.packs.plans.resolve import Standing

MAX_POINTS = 4_000_000
Parts = dict[str, list[Fact | None]]


def parts_of(standing: Standing, fixed: Mapping[str, Fact | None] | None = None) -> Parts:
    """One value for every part of each input that the rules look at; a fixed input has that value only."""
    keys = [key for key in standing.inputs if any(key in rule.when for rule in standing.rules)]
    parts = {key: cells(standing.inputs[key], [r.when[key] for r in standing.rules if key in r.when]) for key in keys}
    return parts | {key: [value] for key, value in (fixed or {}).items() if key in parts}


def evaluate(standing: Standing, parts: Mapping[str, Sequence[Fact | None]]) -> Fired:
    """Decide every combination, the last input changing fastest."""
    count = repeat = prod(len(p) for p in parts.values())
    grid: dict[str, Array] = {}
    for key, values in parts.items():
        repeat //= len(values)
        column = column_of(standing.inputs[key], list(values))
        grid[key] = np.tile(np.repeat(column, repeat), count // (repeat * len(values)))
    return Sheet(standing).evaluate(grid, count)


def deciding(standing: Standing, fixed: Mapping[str, Fact]) -> set[str]:
    """The rules that decide for somebody with these facts. Raises ValueError for a table with too many combinations."""
    parts = parts_of(standing, fixed)
    if prod(len(p) for p in parts.values()) > MAX_POINTS:
        raise ValueError(f"{standing.table.key}: too many combinations")
    return {standing.rules[n].key for n in np.unique(evaluate(standing, parts).first) if n >= 0}
