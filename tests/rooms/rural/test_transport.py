"""The proposal is the optimum: as good as every other way to do it, and better than taking the nearest first."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongchou.rooms.rural.transport import Demand, Shipment, Supply, propose

WAY = {(1, 10): 10, (1, 20): 20, (2, 10): 15, (2, 20): 90}


def way(dealer: int, area: int) -> int:
    return WAY[dealer, area]


def supplies(*quantities: int) -> list[Supply]:
    return [Supply(n + 1, "urea", Decimal(q)) for n, q in enumerate(quantities)]


def demands(*quantities: int, days: tuple[int, ...] = (9, 9)) -> list[Demand]:
    return [Demand(10 * (n + 1), "urea", Decimal(q), days[n]) for n, q in enumerate(quantities)]


def cost(shipments: list[Shipment]) -> Decimal:
    return sum((s.quantity * s.minutes for s in shipments), Decimal(0))


def nearest_first(
    given_supplies: list[Supply], wanted: list[Demand], minutes: Callable[[int, int], int]
) -> list[Shipment]:
    """What a hurried person does."""
    left, out = {s.dealer: s.quantity for s in given_supplies}, []
    for d in wanted:
        lacking = d.quantity
        for dealer in sorted(left, key=lambda s: minutes(s, d.area)):
            take = min(left[dealer], lacking)
            if take:
                out.append(Shipment(dealer, d.area, d.input, take, minutes(dealer, d.area)))
                left[dealer] -= take
                lacking -= take
    return out


def served(shipments: list[Shipment]) -> Decimal:
    return sum((s.quantity for s in shipments), Decimal(0))


def test_it_is_better_than_the_nearest_first() -> None:
    have, lack = supplies(10, 10), demands(10, 10)
    best, hurried = propose(have, lack, way), nearest_first(have, lack, way)
    assert served(best) == served(hurried) == 20
    assert cost(best) == 350
    assert cost(hurried) == 1000  # the twin: the check below tells the two apart


@settings(max_examples=40, deadline=None)
@given(st.tuples(st.integers(0, 3), st.integers(0, 3)), st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_no_other_way_is_better(have: tuple[int, int], lack: tuple[int, int]) -> None:
    found = propose(supplies(*have), demands(*lack), way)
    most, least = 0, 0
    for a, b, c, d in product(range(4), repeat=4):  # by brute force: all ways to ship
        if a + b <= have[0] and c + d <= have[1] and a + c <= lack[0] and b + d <= lack[1]:
            total, minutes = a + b + c + d, 10 * a + 20 * b + 15 * c + 90 * d
            if (total, -minutes) > (most, -least) or most == 0 == total:
                most, least = total, minutes
    assert (served(found), cost(found)) == (most, least)


def test_where_it_does_not_suffice_the_nearest_farming_day_comes_first() -> None:
    found = propose(supplies(10), demands(10, 10, days=(20, 2)), lambda dealer, area: 10 if area == 10 else 90)
    assert [(s.area, s.quantity) for s in found] == [(20, 10)]
    later = propose(supplies(10), demands(10, 10, days=(2, 20)), lambda dealer, area: 10 if area == 10 else 90)
    assert [(s.area, s.quantity) for s in later] == [(10, 10)]


def test_inputs_do_not_mix_and_hundredths_are_kept() -> None:
    have = [Supply(1, "urea", Decimal("2.25")), Supply(1, "film", Decimal(5))]
    lack = [Demand(10, "urea", Decimal("1.75"), 3), Demand(10, "diesel", Decimal(4), 3)]
    assert propose(have, lack, way) == [Shipment(1, 10, "urea", Decimal("1.75"), 10)]
    assert propose([], lack, way) == []


@pytest.mark.parametrize("minutes", [-5, 99_999])
def test_a_strange_way_breaks_nothing(minutes: int) -> None:
    assert served(propose(supplies(3), demands(2), lambda dealer, area: minutes)) == 2
