"""Matching is what independent ways find: every allocation tried one by one, and fair shares by linear programmes of another solver."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.linear_solver import pywraplp

from tongchou.sim.matching import fair, transport
from tongchou.sim.matching.greedy import greedy
from tongchou.sim.matching.model import Limits, Need, Offer, Result, Wish
from tongchou.sim.matching.pairs import find_pairs
from tongchou.sim.matching.solve import match

DAY = date(2026, 3, 2)
LIMITS = Limits(most_km=50, unknown_km=20)
PLACES = [(23.0 + 0.05 * a, 113.0 + 0.07 * b) for a, b in product(range(3), range(3))]


def need(key: str, quantity: int, **more: Any) -> Need:
    given = {"item": "mask", "first": DAY, "last": DAY + timedelta(days=5), "place": PLACES[0]} | more
    return Need(key=key, quantity=quantity, **given)


def offer(key: str, quantity: int, **more: Any) -> Offer:
    given = {"item": "mask", "first": DAY, "last": DAY + timedelta(days=5), "place": PLACES[1]} | more
    return Offer(key=key, quantity=quantity, **given)


@st.composite
def markets(draw: st.DrawFn) -> tuple[list[Need], list[Offer], Wish]:
    """Up to three needs and three offers, so far apart in conditions that not all fit, of up to three units each."""
    some = st.frozensets(st.sampled_from(["cold", "steel"]), max_size=2)
    needs = [
        need(f"n{k}", draw(st.integers(1, 3)), points=draw(st.integers(0, 1)), weight=draw(st.sampled_from([100, 120, 200])),
             place=draw(st.sampled_from(PLACES)), conditions=draw(some))
        for k in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    offers = [
        offer(f"o{k}", draw(st.integers(1, 3)), place=draw(st.sampled_from(PLACES)), conditions=draw(some))
        for k in range(draw(st.integers(1, 3)))
    ]
    pairs = [(n.key, o.key) for n in needs for o in offers]
    return needs, offers, Wish(forbidden=frozenset(draw(st.lists(st.sampled_from(pairs), max_size=2))))


def everything(needs: list[Need], offers: list[Offer], wish: Wish) -> tuple[list[tuple[int, int, int]], list[tuple[int, ...]]]:
    """The pairs, and every allocation to them in whole numbers."""
    found = find_pairs(needs, offers, LIMITS, wish)
    pairs = list(zip(found.need.tolist(), found.offer.tolist(), found.metres.tolist(), strict=True))
    ranges = [range(min(needs[i].quantity, offers[j].quantity) + 1) for i, j, _ in pairs]
    out = []
    for x in product(*ranges):
        got, gave = [0] * len(needs), [0] * len(offers)
        for (i, j, _), q in zip(pairs, x, strict=True):
            got[i], gave[j] = got[i] + q, gave[j] + q
        if all(g <= n.quantity for g, n in zip(got, needs, strict=True)) and all(g <= o.quantity for g, o in zip(gave, offers, strict=True)):
            out.append(x)
    return pairs, out


def by_need(needs: list[Need], pairs: list[tuple[int, int, int]], x: tuple[int, ...]) -> list[int]:
    got = [0] * len(needs)
    for (i, _, _), q in zip(pairs, x, strict=True):
        got[i] += q
    return got


def points_totals(needs: list[Need], got: list[int]) -> tuple[int, ...]:
    return tuple(sum(g for n, g in zip(needs, got, strict=True) if n.points == p) for p in (1, 0))


def leximin(needs: list[Need], offers: list[Offer], pairs: list[tuple[int, int, int]]) -> list[float]:
    """Fair quantities by linear programmes one after the other (GLOP): raise the least share, fix whoever cannot have more."""
    settled: dict[int, float] = {}
    for points in sorted({n.points for n in needs}, reverse=True):
        active = [i for i, n in enumerate(needs) if n.points == points]
        total = _solve(needs, offers, pairs, settled, {}, maximise=active)
        fixed: dict[int, float] = {}
        while len(fixed) < len(active):
            free = [i for i in active if i not in fixed]
            level = _solve(needs, offers, pairs, settled, fixed, level=free)
            before = len(fixed)
            for i in free:
                due = level * needs[i].quantity * needs[i].weight
                floors = {k: level * needs[k].quantity * needs[k].weight for k in free}
                if _solve(needs, offers, pairs, settled, fixed, maximise=[i], floors=floors) < due + 1e-6:
                    fixed[i] = due
            assert len(fixed) > before
        assert sum(fixed.values()) == pytest.approx(total, abs=1e-5)  # fairness costs no coverage
        settled |= fixed
    return [settled[i] for i in range(len(needs))]


def _solve(
    needs: list[Need], offers: list[Offer], pairs: list[tuple[int, int, int]], settled: dict[int, float], fixed: dict[int, float], *,
    maximise: list[int] | None = None, level: list[int] | None = None, floors: dict[int, float] | None = None,
) -> float:  # fmt: skip
    lp = pywraplp.Solver.CreateSolver("GLOP")
    x = [lp.NumVar(0, lp.infinity(), "") for _ in pairs]
    got = [lp.Sum([x[k] for k, p in enumerate(pairs) if p[0] == i]) for i in range(len(needs))]
    for i, n in enumerate(needs):
        lp.Add(got[i] <= n.quantity)
    for j, o in enumerate(offers):
        lp.Add(lp.Sum([x[k] for k, p in enumerate(pairs) if p[1] == j]) <= o.quantity)
    for i, q in (settled | fixed).items():
        lp.Add(got[i] >= q - 1e-7)
    for i, q in (floors or {}).items():
        lp.Add(got[i] >= q - 1e-7)
    if level is not None:
        t = lp.NumVar(0, lp.infinity(), "")
        for i in level:
            lp.Add(got[i] >= t * needs[i].quantity * needs[i].weight)
        lp.Maximize(t)
    else:
        lp.Maximize(lp.Sum([got[i] for i in maximise or []]))
    assert lp.Solve() == pywraplp.Solver.OPTIMAL
    return float(lp.Objective().Value())


def components(needs: list[Need], pairs: list[tuple[int, int, int]]) -> list[int]:
    label = list(range(len(needs)))
    for _ in needs:
        for i, j, _ in pairs:
            for k, other, _ in pairs:
                if other == j:
                    label[i] = label[k] = min(label[i], label[k])
    return label


def check(needs: list[Need], offers: list[Offer], wish: Wish, result: Result) -> None:
    """Coverage, fairness and distance against every allocation there is."""
    pairs, all_of_them = everything(needs, offers, wish)
    got = [r.covered for r in result.needs]
    best = max((points_totals(needs, by_need(needs, pairs, x)) for x in all_of_them), default=(0, 0))
    assert points_totals(needs, got) == best
    due = leximin(needs, offers, pairs)
    for r, q in zip(result.needs, due, strict=True):
        assert float(r.fair) == pytest.approx(q, abs=1e-4)
        assert abs(r.covered - r.fair) < 1
    label = components(needs, pairs)
    groups = [(n.points, label[i], r.fair / (n.quantity * n.weight)) for i, (n, r) in enumerate(zip(needs, result.needs, strict=True))]

    def allowed(x: tuple[int, ...]) -> bool:
        mine = by_need(needs, pairs, x)
        if any(not math.floor(r.fair) <= g <= math.ceil(r.fair) for g, r in zip(mine, result.needs, strict=True)):
            return False
        left: dict[Any, Fraction] = defaultdict(Fraction)
        for g, r, key in zip(mine, result.needs, groups, strict=True):
            left[key] += g - r.fair
        return not any(left.values())

    costs = [sum(q * d for q, (_, _, d) in zip(x, pairs, strict=True)) for x in all_of_them if allowed(x)]
    assert sum(p.quantity * p.metres for p in result.pairs) == min(costs)


@settings(max_examples=120, deadline=None)
@given(markets())
def test_no_other_allocation_is_better_at_any_stage(market: tuple[list[Need], list[Offer], Wish]) -> None:
    needs, offers, wish = market
    result = match(needs, offers, LIMITS, wish)
    assert result.proven
    check(needs, offers, wish, result)
    pairs, _ = everything(needs, offers, wish)
    for r in result.needs:
        assert (r.reason == "") == (r.covered == r.wanted)
        assert (r.reason == "taken") == (r.covered < r.wanted and any(needs[i].key == r.need for i, _, _ in pairs))


SCARCE = ([need("a", 3), need("b", 3), need("c", 2, place=PLACES[8])], [offer("o", 3), offer("p", 1, place=PLACES[8])], Wish())


@pytest.mark.parametrize("part", ["fairness", "distance", "coverage"])
def test_a_solver_that_leaves_a_stage_out_is_found_out(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sabotage twins."""
    needs, offers, wish = SCARCE
    check(needs, offers, wish, match(needs, offers, LIMITS, wish))
    real = fair.Network.blocks
    if part == "fairness":  # the first comes first
        monkeypatch.setattr(fair.Network, "blocks", lambda self, classes: real(self, [[i] for group in classes for i in group]))
    elif part == "coverage":
        halved = lambda self, classes: [fair.Block(b.needs, b.total // 2, b.level / b.total * (b.total // 2)) for b in real(self, classes)]  # noqa: E731
        monkeypatch.setattr(fair.Network, "blocks", halved)
    else:
        straight = transport.assign
        monkeypatch.setattr("tongchou.sim.matching.solve.assign", lambda n, m, b: straight(n, m.max() - m, b))
    with pytest.raises(AssertionError):
        check(needs, offers, wish, match(needs, offers, LIMITS, wish))


def test_nobody_gets_all_while_others_get_nothing() -> None:
    needs = [need("big", 900), need("small", 90), need("tiny", 10)]
    result = match(needs, [offer("o", 100)], LIMITS)
    assert {r.need: r.covered for r in result.needs} == {"big": 90, "small": 9, "tiny": 1}
    assert [g.need for g in greedy(needs, [offer("o", 100)], LIMITS)] == ["big"]
    raised = match([need("big", 900), need("small", 100, weight=200)], [offer("o", 110)], LIMITS)
    assert {r.need: r.covered for r in raised.needs} == {"big": 90, "small": 20}


def test_higher_points_come_first_and_the_lower_learn_who_took_it() -> None:
    result = match([need("late", 8, points=5), need("plain", 8)], [offer("o", 10)], LIMITS)
    late, plain = result.needs
    assert (late.covered, plain.covered, plain.reason, plain.rivals) == (8, 2, "taken", (("late", 8, 5),))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"item": "gloves"}, "no_offer"), ({"conditions": frozenset({"n95"})}, "conditions"), ({"size": 5}, "conditions"), ({"owner": "same"}, "conditions"),
        ({"first": DAY + timedelta(days=9), "last": DAY + timedelta(days=9)}, "dates"), ({"place": (30.0, 120.0)}, "far"), ({"within_km": 1}, "far"),
        ({"key": "barred"}, "forbidden"),
    ],
)  # fmt: skip
def test_every_need_without_an_offer_learns_why(change: dict[str, Any], reason: str) -> None:
    given = {"key": "n", "quantity": 1} | change
    result = match([need(**given)], [offer("o", 5, owner="same")], LIMITS, Wish(forbidden=frozenset({("barred", "o")})))
    assert [(r.reason, r.covered) for r in result.needs] == [(reason, 0)]


def test_pins_hold_and_what_cannot_be_pinned_is_an_error() -> None:
    needs, offers = [need("a", 5), need("b", 5)], [offer("o", 5)]
    result = match(needs, offers, LIMITS, Wish(pinned={("b", "o"): 4}))
    assert next((p.need, p.quantity, p.pinned) for p in result.pairs if p.need == "b") == ("b", 4, True)
    assert sum(p.quantity for p in result.pairs) == 5
    for wrong in ({("b", "o"): 6}, {("x", "o"): 1}, {("b", "o"): 0}):
        with pytest.raises(ValueError, match="pinned"):
            match(needs, offers, LIMITS, Wish(pinned=wrong))


def test_order_of_the_input_does_not_matter_and_few_handouts_remain() -> None:
    needs = [need(f"n{k:02}", 3 + k % 4, place=PLACES[k % 9], points=k % 2) for k in range(24)]
    offers = [offer(f"o{k:02}", 7, place=PLACES[(k * 4) % 9]) for k in range(9)]
    one, two = match(needs, offers, LIMITS), match(needs[::-1], offers[::-1], LIMITS)
    assert one == two
    assert len(one.pairs) <= len(needs) + len(offers) - 1


def test_the_bound_gives_away_a_flow_that_is_not_the_shortest() -> None:
    import numpy as np

    arcs = tuple(np.array(a, dtype=np.int64) for a in ([0, 0, 1, 2], [1, 2, 3, 3], [1, 1, 1, 1], [1, 5, 1, 1]))
    supply = np.array([1, -1], dtype=np.int64)
    nodes = np.array([0, 3])
    good, bad = np.array([1, 0, 1, 0]), np.array([0, 1, 0, 1])
    assert transport._dual(4, arcs, good, nodes, supply) == 2  # type: ignore[arg-type]
    assert transport._dual(4, arcs, bad, nodes, supply) < 6  # type: ignore[arg-type]
