"""Drawing whom to visit so that anybody can check it: the units of the pool are put in the order of SHA-256("seed:unit"), the first are drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def rank(seed: str, unit: int) -> str:
    """What decides a unit's place: `printf %s "SEED:UNIT" | sha256sum` gives the same."""
    return hashlib.sha256(f"{seed}:{unit}".encode()).hexdigest()


def draw(seed: str, pool: Iterable[int], wanted: int) -> list[int]:
    """The units drawn, in order; all of them where the pool is smaller."""
    return sorted(set(pool), key=lambda unit: (rank(seed, unit), unit))[:wanted]
