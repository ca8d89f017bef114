"""Which needs and offers go together, and for those that have no offer the step at which the last one fell away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongchou.sim.matching.model import Limits, Need, Offer, Wish

EARTH_M = 6_371_000.0
STEPS = ("no_offer", "conditions", "dates", "far", "forbidden")
Ints = NDArray[np.int64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Pairs:
    """need, offer: places in the lists, sorted; metres: their distance. reasons: place of a need without any pair -> why."""

    need: Ints
    offer: Ints
    metres: Ints
    reasons: dict[int, str]


def find_pairs(needs: Sequence[Need], offers: Sequence[Offer], limits: Limits, wish: Wish) -> Pairs:
    """Every pair of one item whose conditions, size, dates and distance fit, in the order of the lists; never one's own offer."""
    by_item: dict[str, list[int]] = defaultdict(list)
    for j, o in enumerate(offers):
        by_item[o.item].append(j)
    wanted: dict[str, list[int]] = defaultdict(list)
    for i, n in enumerate(needs):
        wanted[n.item].append(i)
    places = {o.key: j for j, o in enumerate(offers)}
    barred: dict[str, list[int]] = defaultdict(list)
    for need_key, offer_key in wish.forbidden:
        if offer_key in places:
            barred[need_key].append(places[offer_key])
    reasons: dict[int, str] = {}
    found: list[tuple[Ints, Ints, Ints]] = []
    for item, mine in sorted(wanted.items()):
        theirs = by_item.get(item, [])
        if not theirs:
            reasons |= dict.fromkeys(mine, "no_offer")
            continue
        found.append(_of_item(needs, offers, mine, theirs, limits, barred, reasons))
    if not found:
        empty = np.zeros(0, dtype=np.int64)
        return Pairs(empty, empty, empty, reasons)
    need, offer, metres = (np.concatenate([f[k] for f in found]) for k in range(3))
    order = np.lexsort((offer, need))
    return Pairs(need[order], offer[order], metres[order], reasons)


def _of_item(
    needs: Sequence[Need], offers: Sequence[Offer], mine: list[int], theirs: list[int], limits: Limits,
    barred: dict[str, list[int]], reasons: dict[int, str],
) -> tuple[Ints, Ints, Ints]:  # fmt: skip
    some, many = [needs[i] for i in mine], [offers[j] for j in theirs]
    words = {w: n for n, w in enumerate(sorted({c for n in some for c in n.conditions}))}
    asked, given = _marks([n.conditions for n in some], words), _marks([o.conditions for o in many], words)
    apart = np.array([n.owner for n in some])[:, None] != np.array([o.owner for o in many])[None, :]
    unowned = np.array([not n.owner for n in some])[:, None]
    fits = (asked[:, None, :] <= given[None, :, :]).all(axis=2) & (apart | unowned)
    fits &= np.array([n.size for n in some])[:, None] <= np.array([o.size for o in many])[None, :]
    steps = [fits]
    first_n, last_n = _days(n.first for n in some), _days(n.last for n in some)
    first_o, last_o = _days(o.first for o in many), _days(o.last for o in many)
    steps.append(steps[-1] & (first_n[:, None] <= last_o[None, :]) & (first_o[None, :] <= last_n[:, None]))
    metres = _metres(some, many, limits)
    most = np.minimum(_limit(some, limits.most_km)[:, None], _limit(many, limits.most_km)[None, :])
    steps.append(steps[-1] & (metres <= most * 1000))
    allowed = np.ones(fits.shape, dtype=bool)
    column = {j: n for n, j in enumerate(theirs)}
    for row, need in enumerate(some):
        for j in barred.get(need.key, ()):
            if j in column:
                allowed[row, column[j]] = False
    steps.append(steps[-1] & allowed)
    for row, place in enumerate(mine):
        failed = next((STEPS[n + 1] for n, step in enumerate(steps) if not step[row].any()), "")
        if failed:
            reasons[place] = failed
    rows, columns = np.nonzero(steps[-1])
    return np.array(mine, dtype=np.int64)[rows], np.array(theirs, dtype=np.int64)[columns], metres[rows, columns]


def _marks(sets: Iterable[frozenset[str]], words: dict[str, int]) -> Marks:
    rows = [[w in s for w in words] for s in sets]
    return np.array(rows, dtype=bool).reshape(len(rows), len(words))


def _days(days: Iterable[object]) -> Ints:
    return np.array([d.toordinal() for d in days], dtype=np.int64)  # type: ignore[attr-defined]


def _limit(rows: Sequence[Need] | Sequence[Offer], most: int) -> Ints:
    return np.array([most if r.within_km is None else min(r.within_km, most) for r in rows], dtype=np.int64)


def _metres(some: Sequence[Need], many: Sequence[Offer], limits: Limits) -> Ints:
    """Great-circle metres, to 100 m so that what is practically equal is equal; by community and street where a point is not known."""
    lat_n, lon_n = _radians([n.place for n in some])
    lat_o, lon_o = _radians([o.place for o in many])
    a = np.sin((lat_o[None, :] - lat_n[:, None]) / 2) ** 2
    a += np.cos(lat_n)[:, None] * np.cos(lat_o)[None, :] * np.sin((lon_o[None, :] - lon_n[:, None]) / 2) ** 2
    far = 2 * EARTH_M * np.arcsin(np.sqrt(np.clip(a, 0, 1)))
    known = ~np.isnan(far)
    told = np.where(_same([n.around for n in some], [o.around for o in many]), limits.around_km, limits.unknown_km)
    told = np.where(_same([n.near for n in some], [o.near for o in many]), limits.near_km, told)
    return np.where(known, np.rint(np.where(known, far, 0) / 100) * 100, told * 1000).astype(np.int64)


def distance(need: Need, offer: Offer, limits: Limits) -> int:
    """Metres between a need and an offer."""
    return int(_metres([need], [offer], limits)[0, 0])


def _same(some: Sequence[str], many: Sequence[str]) -> Marks:
    a = np.array(some, dtype=object)[:, None]
    return np.asarray((a == np.array(many, dtype=object)[None, :]) & (a != ""), dtype=bool)


def _radians(places: Sequence[tuple[float, float] | None]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    known = np.array([p if p is not None else (np.nan, np.nan) for p in places], dtype=np.float64).reshape(len(places), 2)
    return np.radians(known[:, 0]), np.radians(known[:, 1])
