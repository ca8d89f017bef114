"""How far a day's signal lies from what an enterprise's own history explains. A high score is a reason to look, never a finding. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from statistics import median

LEAST = 7
"""Days of history below which nothing is said."""
_SCALE = 1.4826
_FLOOR = 0.05
"""Spread that is assumed at least, as a share of the middle: meters round, and a constant history is no proof of precision."""


@dataclass(frozen=True, slots=True)
class Score:
    """z: robust standard deviations (median, MAD) above the middle of `days` days of history."""

    z: float
    value: float
    middle: float
    spread: float
    days: int


def score(history: Sequence[float], value: float) -> Score | None:
    """Score a value against a history of comparable days; None where there are too few of them."""
    if len(history) < LEAST:
        return None
    middle = median(history)
    spread = max(_SCALE * median(abs(v - middle) for v in history), _FLOOR * abs(middle), 1e-9)
    return Score(round((value - middle) / spread, 1), value, round(middle, 1), round(spread, 1), len(history))


def draw(pool: Sequence[int], seed: str, wanted: int) -> list[int]:
    """Draw from a pool: the numbers with the smallest SHA-256 of "seed:number". The same pool and seed give the same draw."""
    return sorted(sorted(set(pool)), key=lambda n: sha256(f"{seed}:{n}".encode()).digest())[:wanted]
