"""People of the right ages put together into households: couples, their children, old parents who live with them, and those alone.

Ages and sexes follow the shares exactly (largest remainder); who lives with whom is drawn, at gaps of age as they are found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongchou.sim.district.shares import AGE_BANDS

Ints = NDArray[np.int64]
ELDER, MIDDLE, CHILD = 0, 1, 2

# by age from 20 in steps of five: share of women, then of men, who live with a partner
_WOMEN = (0.16, 0.62, 0.83, 0.88, 0.88, 0.87, 0.86, 0.84, 0.80, 0.74, 0.64, 0.50, 0.34, 0.18)
_MEN = (0.08, 0.48, 0.77, 0.85, 0.87, 0.87, 0.88, 0.88, 0.87, 0.84, 0.79, 0.72, 0.60, 0.45)
# by age from 15: share of those without a partner who live with their parents
_AT_HOME = (1.0, 0.55, 0.42, 0.36, 0.28, 0.20)
_COUPLE_JOINS, _ALONE_JOINS, _SHARES = 0.28, 0.54, 0.16
"""Parents who live with a grown child's family, as couples and when left alone; others without a family who share a home."""


@dataclass(frozen=True, slots=True)
class Families:
    """One entry for each person, households together: age in whole years, male, number of the household, generation in it
    (ELDER, MIDDLE, CHILD), and the index of the person whose surname is borne, -1 for an own one."""

    age: Ints
    male: NDArray[np.bool_]
    household: Ints
    generation: Ints
    named_after: Ints


def make_families(rng: np.random.Generator, people: int, mothers_surname: float = 0.0) -> Families:
    """Build households for a number of people. mothers_surname: the share of children who bear their mother's surname."""
    age, male = _ages(rng, people)
    home = np.full(people, -1, dtype=np.int64)
    generation = np.full(people, MIDDLE, dtype=np.int64)
    parent = np.full(people, -1, dtype=np.int64)
    wives, husbands = _couples(rng, age, male)
    homes = len(wives)
    home[wives] = home[husbands] = np.arange(homes)
    single = _single_mothers(rng, age, male, home)
    home[single] = homes + np.arange(len(single))
    mothers = np.concatenate([wives, single])
    fathers = np.concatenate([husbands, single])
    children = _children(rng, age, home)
    slots = np.repeat(np.arange(len(mothers)), 1 + (rng.random(len(mothers)) < 0.75) + (rng.random(len(mothers)) < 0.10))
    gap: NDArray[np.float64] = np.clip(rng.normal(27.5, 4.0, len(children)), 21, 42)
    placed, slot = _match(rng, age[children] + gap, age[mothers][slots])
    left = np.setdiff1d(np.flatnonzero(age[children] < 18), placed)
    placed, slot = np.concatenate([placed, left]), np.concatenate([slots[slot], _with_grandparents(rng, age, mothers, len(left))])
    child, family = children[placed], slot
    home[child], generation[child] = family, CHILD
    parent[child] = np.where(rng.random(len(child)) < mothers_surname, mothers[family], fathers[family])
    _join_parents(rng, (wives, husbands), age, home, generation)
    _the_rest(rng, home, len(mothers))
    return _in_order(rng, age, male, home, generation, parent)


def _ages(rng: np.random.Generator, people: int) -> tuple[Ints, NDArray[np.bool_]]:
    shares = np.array([[b[2] * b[3], b[2] * (1 - b[3])] for b in AGE_BANDS]).ravel()
    counts = largest_remainder(shares, people)
    ages: list[Ints] = []
    for cell, count in enumerate(counts):
        low, high = AGE_BANDS[cell // 2][:2]
        drawn = rng.integers(low, high + 1, count)
        if low >= 85:  # each year about a sixth fewer
            drawn = np.minimum(low + rng.geometric(0.17, count) - 1, high)
        ages.append(drawn)
    return np.concatenate(ages), np.repeat(np.arange(len(counts)) % 2 == 0, counts)


def largest_remainder(shares: NDArray[np.float64], total: int) -> Ints:
    """Whole numbers in proportion to the shares that add up to the total."""
    exact = shares / shares.sum() * total
    counts: Ints = np.floor(exact).astype(np.int64)
    short = total - int(counts.sum())
    counts[np.argsort(counts - exact, kind="stable")[:short]] += 1
    return counts


def _couples(rng: np.random.Generator, age: Ints, male: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    step = np.clip((age - 20) // 5, 0, len(_WOMEN) - 1)
    odds = np.where(male, np.array(_MEN)[step], np.array(_WOMEN)[step])
    with_partner = (age >= 20) & (rng.random(len(age)) < odds)
    women, men = np.flatnonzero(with_partner & ~male), np.flatnonzero(with_partner & male)
    pairs = min(len(women), len(men))
    women, men = rng.permutation(women)[:pairs], rng.permutation(men)[:pairs]
    women = women[np.argsort(age[women] + rng.normal(0, 1.5, pairs), kind="stable")]
    men = men[np.argsort(age[men] + rng.normal(0, 1.5, pairs), kind="stable")]
    return women, men


def _single_mothers(rng: np.random.Generator, age: Ints, male: NDArray[np.bool_], home: Ints) -> Ints:
    free = (home < 0) & ~male & (age >= 26) & (age < 55)
    found: Ints = np.flatnonzero(free & (rng.random(len(age)) < 0.25))
    return found


def _children(rng: np.random.Generator, age: Ints, home: Ints) -> Ints:
    step = np.clip((age - 15) // 5, 0, len(_AT_HOME) - 1)
    odds = np.where(age < 18, 1.0, np.where(age < 45, np.array(_AT_HOME)[step], 0.0))
    found: Ints = np.flatnonzero((home < 0) & (rng.random(len(age)) < odds))
    return found


def _match(rng: np.random.Generator, wanted: NDArray[np.float64], offered: Ints) -> tuple[Ints, Ints]:
    """Pair those who want an age with places that offer it, at most two years off; returns places of both, those left over out."""
    year = np.rint(wanted).astype(np.int64)
    pairs: list[tuple[Ints, Ints]] = []
    asking, giving = rng.permutation(len(year)), rng.permutation(len(offered))
    for off in (0, 1, -1, 2, -2):
        pairs.append(_same_year(asking, giving, year + off, offered))
        asking = np.setdiff1d(asking, pairs[-1][0], assume_unique=True)
        giving = np.setdiff1d(giving, pairs[-1][1], assume_unique=True)
    return np.concatenate([a for a, _ in pairs]), np.concatenate([b for _, b in pairs])


def _same_year(asking: Ints, giving: Ints, year: Ints, offered: Ints) -> tuple[Ints, Ints]:
    one = asking[np.argsort(year[asking], kind="stable")]
    two = giving[np.argsort(offered[giving], kind="stable")]
    # the n-th who wants a year gets the n-th place of that year
    key_one, key_two = _nth(year[one]), _nth(offered[two])
    _, at_one, at_two = np.intersect1d(key_one, key_two, assume_unique=True, return_indices=True)
    return one[at_one], two[at_two]


def _nth(ordered: Ints) -> Ints:
    """Number equal values of an ordered array, and return value and number as one key."""
    start = np.searchsorted(ordered, ordered, side="left")
    return ordered * (1 << 32) + (np.arange(len(ordered)) - start)


def _with_grandparents(rng: np.random.Generator, age: Ints, mothers: Ints, count: int) -> Ints:
    """Homes for children whose parents live elsewhere: with a couple of 45 to 72, or with any."""
    fit = np.flatnonzero((age[mothers] >= 45) & (age[mothers] < 73))
    found: Ints = rng.choice(fit if len(fit) else np.arange(len(mothers)), count)
    return found


def _join_parents(rng: np.random.Generator, couples: tuple[Ints, Ints], age: Ints, home: Ints, generation: Ints) -> None:
    """Move some of the old to a grown child's family: couples without children at home, and those left alone."""
    wives, husbands = couples
    size = np.bincount(home[home >= 0], minlength=len(wives))[: len(wives)]
    bare = np.flatnonzero((size == 2) & (age[wives] >= 48))
    bare = bare[rng.random(len(bare)) < _COUPLE_JOINS]
    lone = np.flatnonzero((home < 0) & (age >= 55))
    lone = lone[rng.random(len(lone)) < _ALONE_JOINS]
    hosts = np.flatnonzero((size >= 2) & (age[wives] >= 24) & (age[wives] < 60))
    hosts = np.setdiff1d(hosts, bare)
    old = np.concatenate([age[wives[bare]], age[lone]])
    guest, host = _match(rng, old - rng.normal(27.0, 4.0, len(old)), age[wives[hosts]])
    couple = guest < len(bare)
    moved, to = bare[guest[couple]], hosts[host[couple]]
    for side in (wives, husbands):
        home[side[moved]] = to
        generation[side[moved]] = ELDER
    alone = lone[guest[~couple] - len(bare)]
    home[alone], generation[alone] = hosts[host[~couple]], ELDER


def _the_rest(rng: np.random.Generator, home: Ints, first: int) -> None:
    """Those without a family live alone, some two together."""
    rest = rng.permutation(np.flatnonzero(home < 0))
    together = int(len(rest) * _SHARES) // 2 * 2
    number = np.concatenate([np.arange(together) // 2, together // 2 + np.arange(len(rest) - together)])
    home[rest] = first + number


def _in_order(
    rng: np.random.Generator, age: Ints, male: NDArray[np.bool_], home: Ints, generation: Ints, parent: Ints
) -> Families:
    _, home = np.unique(home, return_inverse=True)  # homes that were left empty go
    home = rng.permutation(int(home.max()) + 1)[home] if len(home) else home
    order = np.lexsort((-age, generation == CHILD, home))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    named = np.where(parent >= 0, place[parent], -1)
    return Families(age[order], male[order], home[order], generation[order], named[order])
