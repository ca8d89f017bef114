"""The shortest way to hand out what the shares say: one minimum-cost flow, its proof, and as few hand-outs as a tree has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ortools.graph.python import min_cost_flow

from tongchou.sim.matching.fair import Block, Ints, Network


def assign(network: Network, metres: Ints, blocks: Sequence[Block]) -> tuple[Ints, int, int]:
    """Quantities of the pairs, their unit-metres and the lower bound that proves them least.

    Every block gets exactly its total and every need its fair quantity rounded down or up: which way is decided by distance.
    """
    n, m, b = len(network.caps), len(network.supply), len(blocks)
    low, up, block_of = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    for k, block in enumerate(blocks):
        for i in block.needs:
            exact = block.level * int(network.weights[i])
            low[i], up[i], block_of[i] = exact.__floor__(), exact.__ceil__(), k
    served = (block_of >= 0).nonzero()[0]
    pair = (up[network.need] > 0).nonzero()[0]
    demand = np.array([block.total for block in blocks], dtype=np.int64)
    inside = np.bincount(block_of[served], weights=low[served], minlength=b).astype(np.int64) if len(served) else np.zeros(b, dtype=np.int64)
    source, total = n + m + b, int(demand.sum())
    tails = [np.full(m, source), n + network.offer[pair], served]
    heads = [n + np.arange(m), network.need[pair], n + m + block_of[served]]
    most = np.minimum(network.supply[network.offer[pair]], up[network.need[pair]])
    capacity = [network.supply, most, up[served] - low[served]]
    cost = [np.zeros(m, dtype=np.int64), metres[pair] // 100, np.zeros(len(served), dtype=np.int64)]
    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(*(np.concatenate(c) for c in (tails, heads, capacity, cost)))
    nodes = np.concatenate([served, n + m + np.arange(b), [source]])
    solver.set_nodes_supplies(nodes, np.concatenate([-low[served], inside - demand, [total]]))
    if solver.solve() != solver.OPTIMAL:  # pragma: no cover - the shares were proven to fit
        raise ArithmeticError("the shares do not fit")
    flows = np.array(solver.flows(arcs), dtype=np.int64)
    ends = (np.concatenate(tails), np.concatenate(heads), np.concatenate(capacity), np.concatenate(cost))
    bound = _dual(source + 1, ends, flows, nodes, np.concatenate([-low[served], inside - demand, [total]]))
    quantity = np.zeros(len(network.need), dtype=np.int64)
    quantity[pair] = flows[m : m + len(pair)]
    _untangle(network, quantity)
    return quantity, int((quantity * metres).sum()), bound * 100


def _dual(size: int, arcs: tuple[Ints, Ints, Ints, Ints], flow: Ints, nodes: Ints, supply: Ints) -> int:
    """The value of dual prices read off the residual network by shortest paths: no solution can cost less, whoever found the flow.

    Where the flow is not the cheapest the residual network has a negative cycle, prices do not settle, and the bound stays below the cost.
    """
    tail, head, capacity, cost = arcs
    forward, backward = flow < capacity, flow > 0
    t, h = np.concatenate([tail[forward], head[backward]]), np.concatenate([head[forward], tail[backward]])
    c = np.concatenate([cost[forward], -cost[backward]])
    price = np.zeros(size, dtype=np.int64)
    for _ in range(size + 1):
        new = price.copy()
        np.minimum.at(new, h, price[t] + c)
        if (new == price).all():
            break
        price = new
    reduced = cost + price[tail] - price[head]
    return int(-(supply * price[nodes]).sum() + (np.minimum(reduced, 0) * capacity).sum())


def _untangle(network: Network, quantity: Ints) -> None:
    """Remove cycles among the pairs in use, in place: totals and unit-metres stay, and a group of n needs and m offers is left with
    at most n + m - 1 hand-outs. Along a cycle of a cheapest flow both ways cost the same."""
    base = len(network.caps)
    tree: dict[int, dict[int, int]] = {}
    for k in (quantity > 0).nonzero()[0]:
        i, j = int(network.need[k]), base + int(network.offer[k])
        path = _path(tree, i, j)
        tree.setdefault(i, {})[j] = int(k)
        tree.setdefault(j, {})[i] = int(k)
        if path is None:
            continue
        # the cycle is k followed by the path from j back to i; every second pair gives what the others take
        cycle = [int(k), *path]
        give, take = cycle[0::2], cycle[1::2]
        if min(int(quantity[g]) for g in give) > min(int(quantity[t]) for t in take):
            give, take = take, give
        amount = min(int(quantity[g]) for g in give)
        quantity[give] -= amount
        quantity[take] += amount
        for g in give:
            if quantity[g] == 0:
                a, c = int(network.need[g]), base + int(network.offer[g])
                del tree[a][c], tree[c][a]


def _path(tree: dict[int, dict[int, int]], start: int, goal: int) -> list[int] | None:
    """The pairs on the way from goal to start in a forest; None where there is none."""
    if start not in tree or goal not in tree:
        return None
    came: dict[int, tuple[int, int]] = {start: (-1, -1)}
    queue = [start]
    while queue:
        node = queue.pop()
        if node == goal:
            out = []
            while node != start:
                node, pair = came[node]
                out.append(pair)
            return out
        for other, pair in tree[node].items():
            if other not in came:
                came[other] = (node, pair)
                queue.append(other)
    return None
