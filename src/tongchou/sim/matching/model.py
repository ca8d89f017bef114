"""What goes into a match and what comes out. Quantities are whole units of the item (workers, pieces, vehicles, square metres)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Need:
    """points: higher is served first; needs of equal points share fairly. weight: percent of the quantity that counts for the share
    (above 100: served up to that much earlier among its equals). within_km: None for no limit of its own."""

    key: str
    item: str
    quantity: int
    first: date
    last: date
    place: tuple[float, float] | None = None   # latitude, longitude in degrees
    near: str = ""                             # community; "" where it is not known
    around: str = ""                           # street or town
    conditions: frozenset[str] = frozenset()
    size: int = 0
    within_km: int | None = None
    points: int = 0
    weight: int = 100
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """conditions: all that it fulfils. size: the least that one unit holds or carries."""

    key: str
    item: str
    quantity: int
    first: date
    last: date
    place: tuple[float, float] | None = None
    near: str = ""
    around: str = ""
    conditions: frozenset[str] = frozenset()
    size: int = 0
    within_km: int | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """most_km: no pair lies further apart. Taken for a distance where a point is not known: near_km within one community, around_km within
    one street or town, else unknown_km."""

    most_km: int
    unknown_km: int
    near_km: int = 2
    around_km: int = 6


@dataclass(frozen=True, slots=True)
class Wish:
    """What people have fixed: pinned pairs with their quantity, forbidden pairs; by keys (need, offer)."""

    pinned: dict[tuple[str, str], int] = field(default_factory=dict)
    forbidden: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A pair of the result. metres: its distance."""

    need: str
    offer: str
    quantity: int
    metres: int
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class NeedResult:
    """What became of a need. fair: the exact share of the quantity that fairness gives it (the whole number lies within one of it).

    reason: "" when covered; no_offer, conditions, dates, far, forbidden (the step at which its last candidate fell away), or taken.
    rivals: needs that compete for the same offers and received from them, by what they took, at most five: (need, quantity, points).
    candidates: offers that fit. group: how many needs share the same bottleneck.
    """

    need: str
    wanted: int
    covered: int
    fair: Fraction
    reason: str
    candidates: int
    group: int
    rivals: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: what was reached and the bound that proves that no more (or no less) is possible."""

    key: str
    value: int
    bound: int

    @property
    def proven(self) -> bool:
        return self.value == self.bound


@dataclass(frozen=True, slots=True)
class Result:
    """pairs, needs: in the order of their keys. unit_metres: the sum of quantity times metres."""

    pairs: tuple[Chosen, ...]
    needs: tuple[NeedResult, ...]
    stages: tuple[Stage, ...]
    candidates: int

    @property
    def proven(self) -> bool:
        return all(s.proven for s in self.stages)

    @property
    def covered(self) -> int:
        return sum(p.quantity for p in self.pairs)
