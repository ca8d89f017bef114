"""Fair shares by maximum flow, exactly.

What needs can receive from offers at once forms a polymatroid. Three things follow, on which the stages rest (docs/decisions/0031): serving
the higher points first loses no coverage of any weighting that agrees with their order; equal needs can be given the lexicographically
best shares without losing any total; and what is left for lower points does not depend on how the higher ones were served.
The shares are found by splitting at bottlenecks (Fujishige's decomposition): each split is one maximum flow in whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import max_flow, min_cost_flow

Ints = NDArray[np.int64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Block:
    """Needs that share one bottleneck: together they get exactly `total`, each `level` times its weight."""

    needs: tuple[int, ...]
    total: int
    level: Fraction


@dataclass(frozen=True, slots=True)
class _Part:
    """A part still to be divided: needs of one class, earlier needs that share offers with them, the offers left to both."""

    needs: Ints
    before: Ints
    offers: Marks


class Network:
    """Offers -> needs. caps, weights: by need, weights above 0; supply: by offer; need, offer: the pairs."""

    def __init__(self, caps: Ints, weights: Ints, supply: Ints, need: Ints, offer: Ints) -> None:
        self.caps, self.weights, self.supply, self.need, self.offer = caps, weights, supply, need, offer

    def blocks(self, classes: Sequence[Sequence[int]]) -> list[Block]:
        """Every need with a cap above 0 in one block. classes: needs of equal points, the highest points first."""
        done: list[Block] = []
        held = np.zeros(len(self.caps), dtype=np.int64)  # some whole-number serving of the classes before; which one does not matter
        before = np.zeros(0, dtype=np.int64)
        for n, group in enumerate(classes):
            active = np.array(sorted(i for i in group if self.caps[i] > 0), dtype=np.int64)
            if not len(active):
                continue
            done += self._divide(_Part(active, before, np.ones(len(self.supply), dtype=bool)), held)
            if n + 1 < len(classes):
                held = self._serve(active, before, held)
            before = np.union1d(before, active)
        return done

    def _divide(self, whole: _Part, held: Ints) -> list[Block]:
        """Divide needs of equal points at their bottlenecks until each part shares evenly."""
        done: list[Block] = []
        held = held.copy()
        parts = [whole]
        while parts:
            part = parts.pop()
            weight = int(self.weights[part.needs].sum())
            most = self._reach(part, held, self.caps[part.needs], 1)[0] - int(held[part.before].sum())
            level = Fraction(most, weight)
            due = self.weights[part.needs] * level.numerator
            ends = np.minimum(due, self.caps[part.needs] * level.denominator)
            reached, short, short_before, tight = self._reach(part, held, ends, level.denominator)
            if reached == int(held[part.before].sum()) * level.denominator + int(due.sum()):
                done.append(Block(tuple(int(i) for i in part.needs), most, level))
                continue
            capped = part.needs[(ends < due) & ~short]  # short by their own cap only: they get all they ask for
            for i in capped:
                held[i] = self.caps[i]
                done.append(Block((int(i),), int(self.caps[i]), Fraction(int(self.caps[i]), int(self.weights[i]))))
            rest = np.setdiff1d(part.needs[~short], capped)
            earlier = np.union1d(part.before[~short_before], capped)
            if len(rest):
                parts.append(_Part(rest, earlier, part.offers & ~tight))
            if short.any():
                parts.append(_Part(part.needs[short], part.before[short_before], part.offers & tight))
        return done

    def _reach(self, part: _Part, held: Ints, ends: Ints, scale: int) -> tuple[int, Marks, Marks, Marks]:
        """The maximum flow to a part, with quantities times `scale`, and the least set that cannot get its due: marks of the part's
        needs, of its earlier needs, and of the offers that bind them."""
        n, m = len(self.caps), len(self.supply)
        everyone = np.concatenate([part.needs, part.before])
        mine = np.zeros(n, dtype=bool)
        mine[everyone] = True
        pair = (mine[self.need] & part.offers[self.offer]).nonzero()[0]
        limits = np.concatenate([ends, held[part.before] * scale])
        limit = np.zeros(n, dtype=np.int64)
        limit[everyone] = limits
        some = part.offers.nonzero()[0]
        source, sink = n + m, n + m + 1
        solver = max_flow.SimpleMaxFlow()
        solver.add_arcs_with_capacity(np.full(len(some), source), n + some, self.supply[some] * scale)
        solver.add_arcs_with_capacity(n + self.offer[pair], self.need[pair], np.full(len(pair), int(limits.sum()) + 1))
        solver.add_arcs_with_capacity(everyone, np.full(len(everyone), sink), limits)
        if solver.solve(source, sink) != solver.OPTIMAL:  # pragma: no cover - a flow of nothing is always there
            raise ArithmeticError("the quantities are too large")
        side = np.zeros(n + m + 2, dtype=bool)
        side[solver.get_sink_side_min_cut()] = True
        return int(solver.optimal_flow()), side[part.needs], side[part.before], side[n : n + m] & part.offers

    def _serve(self, active: Ints, before: Ints, held: Ints) -> Ints:
        """A whole-number serving in which the classes before keep what they hold and this one gets the most it can."""
        n, m = len(self.caps), len(self.supply)
        everyone = np.concatenate([before, active])
        mine = np.zeros(n, dtype=bool)
        mine[everyone] = True
        pair = mine[self.need].nonzero()[0]
        ends = np.concatenate([held[before], self.caps[active]])
        price = np.concatenate([np.full(len(before), -2), np.full(len(active), -1)]).astype(np.int64)
        source, sink, supply = n + m, n + m + 1, int(self.supply.sum())
        solver = min_cost_flow.SimpleMinCostFlow()
        solver.add_arcs_with_capacity_and_unit_cost(np.full(m, source), n + np.arange(m), self.supply, np.zeros(m, dtype=np.int64))
        solver.add_arcs_with_capacity_and_unit_cost(
            n + self.offer[pair], self.need[pair], self.supply[self.offer[pair]], np.zeros(len(pair), dtype=np.int64)
        )
        arcs = solver.add_arcs_with_capacity_and_unit_cost(everyone, np.full(len(everyone), sink), ends, price)
        solver.add_arc_with_capacity_and_unit_cost(source, sink, supply, 0)
        solver.set_node_supply(source, supply)
        solver.set_node_supply(sink, -supply)
        if solver.solve() != solver.OPTIMAL:  # pragma: no cover - the arc from source to sink always takes all
            raise ArithmeticError("the quantities are too large")
        out = held.copy()
        out[everyone] = solver.flows(arcs)
        return out
