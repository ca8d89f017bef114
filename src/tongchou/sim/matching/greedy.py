"""What an office does by hand: the needs in turn, the more urgent first, each from the nearest offer that is left. For comparison only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tongchou.sim.matching.model import Chosen, Limits, Need, Offer, Wish
from tongchou.sim.matching.pairs import find_pairs


def greedy(needs: Sequence[Need], offers: Sequence[Offer], limits: Limits) -> list[Chosen]:
    """Pairs as they come out; needs of equal points in the order of their keys."""
    needs, offers = sorted(needs, key=lambda n: n.key), sorted(offers, key=lambda o: o.key)
    pairs = find_pairs(needs, offers, limits, Wish())
    near: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for i, j, d in zip(pairs.need.tolist(), pairs.offer.tolist(), pairs.metres.tolist(), strict=True):
        near[i].append((d, j))
    left = [o.quantity for o in offers]
    out = []
    for i in sorted(near, key=lambda k: (-needs[k].points, needs[k].key)):
        wanted = needs[i].quantity
        for d, j in sorted(near[i]):
            amount = min(wanted, left[j])
            if amount > 0:
                out.append(Chosen(needs[i].key, offers[j].key, amount, d))
                wanted, left[j] = wanted - amount, left[j] - amount
    return out
