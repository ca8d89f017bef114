"""Decisions that were stored, decided again: by the pack, day, area and facts that each of them names, and compared in every date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tongchou.kernel.errors import Refusal
from tongchou.packs.plans.decide import decide
from tongchou.packs.plans.model import Pack
from tongchou.packs.plans.report import as_value

COMPARED = ("outcome", "rule", "fired", "measures", "until", "edition", "overlays", "unconfirmed", "enforceable")
"""What is compared of a decision that a pack of another hash made: its words are that pack's own."""
WORDS = ("edition_title", "outcome_title", "reasons")
"""Where only these differ, the decision is the same and its words are not: the program says it otherwise now, or somebody altered them."""
BY_NAME = ("gives", "assumed")
"""Whose keys are data, so that one that is lacking is a difference."""
NOT_COMPARED = ("pack", "hash", "table", "as_of", "known_on", "area", "facts", "would_change")
"""What a decision is made from, and what is worked out only for people to read. Everything else has to come out the same by the same pack."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored decision that comes out otherwise. number: its place, from 1. what: the parts that differ, each (stored, now)."""

    number: int
    what: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Replayed:
    """History decided again. other_pack: made by a pack of another hash, compared all the same; unreadable: cannot be decided again.

    words_only: how many of the differences lie in words alone (WORDS).
    """

    decisions: int
    equal: int
    other_pack: int
    unreadable: int
    differences: tuple[Difference, ...]

    @property
    def words_only(self) -> int:
        return sum(set(d.what) <= set(WORDS) for d in self.differences)


def as_told(stored: Any, now: Any) -> Any:
    """What is decided now in the words of the time: a decision stored before its JSON told a thing is not another decision for that."""
    if isinstance(stored, list) and isinstance(now, list) and len(stored) == len(now):
        return [as_told(s, n) for s, n in zip(stored, now, strict=True)]
    if isinstance(stored, dict) and isinstance(now, dict):
        return {k: as_told(stored[k], v) for k, v in now.items() if k in stored}
    return now


def replay(stored: Iterable[Mapping[str, Any]], pack_of: Callable[[str, str], Pack]) -> Replayed:
    """Decide each again. stored: decisions as `report.as_value` gives them. pack_of: from name and hash to the pack to decide by."""
    count = equal = other = bad = 0
    differences: list[Difference] = []
    for count, row in enumerate(stored, 1):
        try:
            pack = pack_of(str(row["pack"]), str(row["hash"]))
            known = date.fromisoformat(str(row["known_on"])) if row.get("known_on") else None
            as_of = date.fromisoformat(str(row["as_of"]))
            now = as_value(
                decide(pack, str(row["table"]), row["facts"], as_of, known, row.get("area") or "", explain=False)
            )
        except (Refusal, KeyError, TypeError, ValueError):
            bad += 1
            continue
        other += pack.digest != row["hash"]
        looked_at = COMPARED if pack.digest != row["hash"] else [key for key in now if key not in NOT_COMPARED]
        what = {key: (row[key], now[key]) for key in looked_at if key in row and row[key] != (now[key] if key in BY_NAME else as_told(row[key], now[key]))}
        if what:
            differences.append(Difference(count, what))
        else:
            equal += 1
    return Replayed(count, equal, other, bad, tuple(differences))
