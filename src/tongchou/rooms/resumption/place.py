"""Where one application stands in the queue, without ranking the whole queue for every page.

The ranks of all that wait are kept for a while, as numbers; a job keeps them fresh. An application's own score is always worked out anew, so that what a
person has just changed shows at once; of the others it knows what was so at `at`, at most KEPT_FOR ago.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.core.cache import cache
from django.utils import timezone

from tongchou.record.access import SYSTEM
from tongchou.rooms.resumption.queue import Ranked, ranking
from tongchou.rooms.resumption.ways import rules_on

KEPT_FOR = timedelta(minutes=10)
_RANK = np.dtype([("held", "?"), ("minus", "f8"), ("submitted", "f8"), ("id", "u8")])
"""As the queue sorts: held ones last, then by the score (negated), then by who came first, then by id (its first eight bytes)."""


@dataclass(frozen=True, slots=True)
class Place:
    """One application's place (from 1) among `of` that wait. at: when the others were last ranked."""

    found: Ranked
    place: int
    of: int
    at: datetime


def place_of(application: uuid.UUID, on: date) -> Place | None:
    """Its place among all that wait in the district; None when it does not wait."""
    weights = rules_on(on)["weights"]
    own = ranking(SYSTEM, on, weights, only=application)
    if not own:
        return None
    at, ranks = kept(on, weights)
    others = ranks[ranks["id"] != _number(application)]
    mine = _rows(own)[0]
    before = others["held"] < mine["held"]
    level = others["held"] == mine["held"]
    for name in ("minus", "submitted", "id"):
        before |= level & (others[name] < mine[name])
        level &= others[name] == mine[name]
    return Place(own[0], int(before.sum()) + 1, len(others) + 1, at)


def kept(on: date, weights: Mapping[str, float], *, anew: bool = False) -> tuple[datetime, npt.NDArray[Any]]:
    """When all were ranked, and their ranks; ranks them where nothing is kept, or `anew`."""
    mark = hashlib.sha256(json.dumps(weights, sort_keys=True).encode()).hexdigest()[:16]
    key = f"resumption:ranks:{on}:{mark}"
    known = None if anew else cache.get(key)
    if known is None:
        known = (timezone.now(), _rows(ranking(SYSTEM, on, weights)).tobytes())
        cache.set(key, known, KEPT_FOR.total_seconds())
    return known[0], np.frombuffer(known[1], _RANK)


def _rows(ranked: list[Ranked]) -> npt.NDArray[Any]:
    return np.array(
        [(bool(r.hold), -r.score, r.submitted_at.timestamp(), _number(r.application)) for r in ranked], _RANK
    )


def _number(key: uuid.UUID) -> int:
    return int.from_bytes(key.bytes[:8], "big")
