"""The best matching in stages: as much as possible by points, fair among equals, then the shortest ways. The same input gives the same result."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
from ortools.graph.python import max_flow

from tongchou.sim.matching.fair import Ints, Network
from tongchou.sim.matching.model import Chosen, Limits, Need, NeedResult, Offer, Result, Stage, Wish
from tongchou.sim.matching.pairs import Pairs, distance, find_pairs
from tongchou.sim.matching.transport import assign

Progress = Callable[[int, int], None]
RIVALS = 5


def match(needs: Sequence[Need], offers: Sequence[Offer], limits: Limits, wish: Wish | None = None, told: Progress | None = None) -> Result:
    """Match needs with offers. told(done, total): called after each group of connected needs and offers.

    Raises ValueError when a pin names what is not there or more than both sides have: what people have fixed is not bent in silence.
    """
    wish = wish or Wish()
    needs, offers = sorted(needs, key=lambda n: n.key), sorted(offers, key=lambda o: o.key)
    caps, supply = _after_pins(needs, offers, wish)
    pairs = find_pairs(needs, offers, limits, wish)
    weights = np.array([max(1, n.quantity * n.weight) for n in needs], dtype=np.int64)
    quantity = np.zeros(len(pairs.need), dtype=np.int64)
    fair: dict[int, tuple[Fraction, int]] = {}
    least = bound = most = 0
    groups = _groups(len(needs), len(offers), pairs)
    for n, (mine, theirs, pair) in enumerate(groups):
        at_need, at_offer = _places(len(needs), mine), _places(len(offers), theirs)
        network = Network(caps[mine], weights[mine], supply[theirs], at_need[pairs.need[pair]], at_offer[pairs.offer[pair]])
        blocks = network.blocks(_classes([needs[i] for i in mine]))
        quantity[pair], cost, proven = assign(network, pairs.metres[pair], blocks)
        least, bound, most = least + cost, bound + proven, most + _cut(network)
        for block in blocks:
            for i in block.needs:
                fair[int(mine[i])] = (block.level * int(network.weights[i]), len(block.needs))
        if told is not None:
            told(n + 1, len(groups))
    pinned = _pinned(needs, offers, limits, wish)
    return _result(needs, offers, pairs, quantity, pinned, fair, (least, bound, most))


def _after_pins(needs: Sequence[Need], offers: Sequence[Offer], wish: Wish) -> tuple[Ints, Ints]:
    caps = np.array([n.quantity for n in needs], dtype=np.int64)
    supply = np.array([o.quantity for o in offers], dtype=np.int64)
    at_need, at_offer = {n.key: k for k, n in enumerate(needs)}, {o.key: k for k, o in enumerate(offers)}
    for (need, offer), amount in sorted(wish.pinned.items()):
        if need not in at_need or offer not in at_offer:
            raise ValueError(f"pinned: {need} {offer}")
        caps[at_need[need]] -= amount
        supply[at_offer[offer]] -= amount
        if amount <= 0 or caps[at_need[need]] < 0 or supply[at_offer[offer]] < 0:
            raise ValueError(f"pinned: {need} {offer}")
    return caps, supply


def _pinned(needs: Sequence[Need], offers: Sequence[Offer], limits: Limits, wish: Wish) -> list[Chosen]:
    by_need, by_offer = {n.key: n for n in needs}, {o.key: o for o in offers}
    return [Chosen(n, o, q, distance(by_need[n], by_offer[o], limits), True) for (n, o), q in sorted(wish.pinned.items())]


def _groups(n: int, m: int, pairs: Pairs) -> list[tuple[Ints, Ints, Ints]]:
    """Connected needs, offers and pairs, by the first need."""
    label = np.arange(n + m)
    while True:
        low = np.minimum(label[pairs.need], label[n + pairs.offer])
        new = label.copy()
        np.minimum.at(new, pairs.need, low)
        np.minimum.at(new, n + pairs.offer, low)
        new = new[new]
        if (new == label).all():
            break
        label = new
    out = []
    order = np.argsort(label[pairs.need], kind="stable")
    for part in np.split(order, np.nonzero(np.diff(label[pairs.need][order]))[0] + 1) if len(order) else []:
        out.append((np.unique(pairs.need[part]), np.unique(pairs.offer[part]), np.sort(part)))
    return out


def _places(size: int, some: Ints) -> Ints:
    out = np.zeros(size, dtype=np.int64)
    out[some] = np.arange(len(some))
    return out


def _classes(needs: Sequence[Need]) -> list[list[int]]:
    by_points: dict[int, list[int]] = defaultdict(list)
    for i, n in enumerate(needs):
        by_points[n.points].append(i)
    return [by_points[p] for p in sorted(by_points, reverse=True)]


def _cut(network: Network) -> int:
    """The capacity of a cut between offers and needs: nothing that anybody does can hand out more."""
    n, m = len(network.caps), len(network.supply)
    solver = max_flow.SimpleMaxFlow()
    solver.add_arcs_with_capacity(np.full(m, n + m), n + np.arange(m), network.supply)
    solver.add_arcs_with_capacity(n + network.offer, network.need, np.full(len(network.need), int(network.caps.sum()) + 1))
    solver.add_arcs_with_capacity(np.arange(n), np.full(n, n + m + 1), network.caps)
    solver.solve(n + m, n + m + 1)
    side = np.zeros(n + m + 2, dtype=bool)
    side[solver.get_source_side_min_cut()] = True
    return int(network.supply[~side[n : n + m]].sum() + network.caps[side[:n]].sum())


def _result(
    needs: Sequence[Need], offers: Sequence[Offer], pairs: Pairs, quantity: Ints, pinned: list[Chosen], fair: dict[int, tuple[Fraction, int]],
    proof: tuple[int, int, int],
) -> Result:  # fmt: skip
    used = (quantity > 0).nonzero()[0]
    chosen = [
        Chosen(needs[i].key, offers[j].key, int(q), int(d))
        for i, j, q, d in zip(pairs.need[used], pairs.offer[used], quantity[used], pairs.metres[used], strict=True)
    ]
    by_need = np.bincount(pairs.need, weights=quantity, minlength=len(needs)).astype(np.int64)
    fixed: dict[str, int] = defaultdict(int)
    for p in pinned:
        fixed[p.need] += p.quantity
    told = []
    start = np.searchsorted(pairs.need, np.arange(len(needs) + 1))
    takers, points = _takers(offers, pairs, quantity), np.array([n.points for n in needs], dtype=np.int64)
    for i, n in enumerate(needs):
        got = int(by_need[i]) + fixed[n.key]
        share, group = fair.get(i, (Fraction(0), 0))
        reason = "" if got >= n.quantity else pairs.reasons.get(i, "taken")
        rivals = _rivals(i, needs, points, pairs.offer[start[i] : start[i + 1]], takers) if reason == "taken" else ()
        told.append(NeedResult(n.key, n.quantity, got, share + fixed[n.key], reason, int(start[i + 1] - start[i]), group, rivals))
    least, bound, most = proof
    stages = (Stage("cover", int(quantity.sum()), most), Stage("distance", least, bound))
    return Result(tuple(sorted([*chosen, *pinned], key=lambda c: (c.need, c.offer))), tuple(told), stages, len(pairs.need))


Takers = list[tuple[Ints, Ints]]


def _takers(offers: Sequence[Offer], pairs: Pairs, quantity: Ints) -> Takers:
    """By offer: the needs that it serves and how much each takes."""
    used = (quantity > 0).nonzero()[0]
    used = used[np.argsort(pairs.offer[used], kind="stable")]
    ends = np.searchsorted(pairs.offer[used], np.arange(len(offers) + 1))
    need, amount = pairs.need[used], quantity[used]
    return [(need[a:b], amount[a:b]) for a, b in itertools.pairwise(ends)]


def _rivals(i: int, needs: Sequence[Need], points: Ints, offers: Ints, takers: Takers) -> tuple[tuple[str, int, int], ...]:
    """Who took what this need could have had, the highest points first."""
    who = np.concatenate([takers[j][0] for j in offers])
    took = np.bincount(who, weights=np.concatenate([takers[j][1] for j in offers]), minlength=len(needs)).astype(np.int64)
    took[i] = 0
    some = took.nonzero()[0]
    top = some[np.lexsort((some, -took[some], -points[some]))][:RIVALS]
    return tuple((needs[k].key, int(took[k]), int(points[k])) for k in top)
