"""Who should deliver how much to whom: a transport problem, solved to its optimum as a flow of least cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

SCALE = 100
"""Quantities have two decimals; the flow is in whole hundredths."""
LACKING = 1_000_000
"""What a hundredth that is not served costs, above any way: as much as can be is served."""


@dataclass(frozen=True, slots=True)
class Supply:
    """What a dealer has left of an input."""

    dealer: int
    input: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Demand:
    """What a village lacks of an input. days: until the farming day; below nought it has passed."""

    area: int
    input: str
    quantity: Decimal
    days: int


@dataclass(frozen=True, slots=True)
class Shipment:
    dealer: int
    area: int
    input: str
    quantity: Decimal
    minutes: int


def propose(
    supplies: Sequence[Supply], demands: Sequence[Demand], minutes: Callable[[int, int], int]
) -> list[Shipment]:
    """The shipments that serve the most, the nearest farming day first where it does not suffice for all, over the least quantity x minutes.

    minutes: (dealer, area) -> the way, 0 to 10,000. The inputs do not compete: each is a problem of its own.
    """
    out: list[Shipment] = []
    for key in sorted({d.input for d in demands}):
        mine = [s for s in supplies if s.input == key and s.quantity > 0]
        wanted = [d for d in demands if d.input == key and d.quantity > 0]
        if mine and wanted:
            out += _one(key, mine, wanted, minutes)
    return out


def _one(key: str, supplies: list[Supply], demands: list[Demand], minutes: Callable[[int, int], int]) -> list[Shipment]:
    """One input: source -> dealers -> villages -> sink, and a way past the dealers for what cannot be served."""
    flow = SimpleMinCostFlow()
    source, sink = 0, 1
    dealers = {n: 2 + n for n in range(len(supplies))}
    villages = {n: 2 + len(supplies) + n for n in range(len(demands))}
    total = sum(_whole(d.quantity) for d in demands)
    for n, s in enumerate(supplies):
        flow.add_arc_with_capacity_and_unit_cost(source, dealers[n], _whole(s.quantity), 0)
    ways: list[tuple[int, Supply, Demand, int]] = []
    for v, d in enumerate(demands):
        for n, s in enumerate(supplies):
            way = max(0, min(10_000, minutes(s.dealer, d.area)))
            arc = flow.add_arc_with_capacity_and_unit_cost(
                dealers[n], villages[v], min(_whole(s.quantity), _whole(d.quantity)), way
            )
            ways.append((arc, s, d, way))
        flow.add_arc_with_capacity_and_unit_cost(
            source, villages[v], _whole(d.quantity), LACKING - 20_000 * max(-1, min(30, d.days))
        )
        flow.add_arc_with_capacity_and_unit_cost(villages[v], sink, _whole(d.quantity), 0)
    flow.set_node_supply(source, total)
    flow.set_node_supply(sink, -total)
    if flow.solve() != flow.OPTIMAL:  # every demand has its way past the dealers: there is always a solution
        raise RuntimeError("the flow has no optimum")
    found = [(s, d, way, flow.flow(arc)) for arc, s, d, way in ways]
    return [Shipment(s.dealer, d.area, key, Decimal(n) / SCALE, way) for s, d, way, n in found if n]


def _whole(quantity: Decimal) -> int:
    return int(quantity * SCALE)
