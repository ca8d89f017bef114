"""Households: the shares of ages hold exactly, those of household sizes and generations nearly; nobody lives in an impossible family."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from tongchou.sim.district.families import CHILD, ELDER, Families, largest_remainder, make_families
from tongchou.sim.district.shares import AGE_BANDS, ALONE, GENERATIONS, INDUSTRIES, MEAN_HOUSEHOLD

PEOPLE = 20_000


@pytest.fixture(scope="module")
def families() -> Families:
    return make_families(default_rng(3), PEOPLE, mothers_surname=0.1)


def test_ages_and_sexes_follow_the_census(families: Families) -> None:
    total = sum(b[2] for b in AGE_BANDS)
    for low, high, share, males in AGE_BANDS:
        inside = (families.age >= low) & (families.age <= high)
        assert abs(inside.sum() - PEOPLE * share / total) < 2
        assert abs(families.male[inside].mean() - males) < 0.01
    assert abs(families.male.mean() - 0.5124) < 0.01  # communiqué no. 4


def test_households_are_of_the_sizes_of_the_census(families: Families) -> None:
    sizes = np.bincount(families.household)
    assert sizes.min() == 1
    assert abs(sizes.mean() - MEAN_HOUSEHOLD) < 0.15
    assert abs((sizes == 1).mean() - ALONE) < 0.04
    assert sizes.max() < 10


def test_generations_live_together_as_in_the_census(families: Families) -> None:
    lives = np.zeros((families.household.max() + 1, 3), dtype=bool)
    lives[families.household, families.generation] = True
    for number, share in GENERATIONS.items():
        assert abs((lives.sum(axis=1) == number).mean() - share) < 0.04


def test_no_child_lives_alone_and_parents_are_older(families: Families) -> None:
    oldest = np.zeros(families.household.max() + 1)
    np.maximum.at(oldest, families.household, families.age)
    assert oldest.min() >= 18
    child = families.named_after >= 0
    parent = families.named_after[child]
    assert (families.household[child] == families.household[parent]).all()
    assert (families.age[parent] - families.age[child]).min() >= 12
    assert (families.generation[child] == CHILD).all()
    assert families.age[families.generation == ELDER].min() >= 45


def test_people_of_a_household_stand_together(families: Families) -> None:
    assert (np.diff(families.household) >= 0).all()
    assert set(families.household.tolist()) == set(range(int(families.household[-1]) + 1))


def test_the_seed_decides(families: Families) -> None:
    again = make_families(default_rng(3), PEOPLE, mothers_surname=0.1)
    other = make_families(default_rng(4), PEOPLE, mothers_surname=0.1)
    assert (again.age == families.age).all()
    assert (again.household == families.household).all()
    assert not (other.household[:1000] == families.household[:1000]).all()


def test_whole_numbers_add_up() -> None:
    counts = largest_remainder(np.array([1.0, 1.0, 1.0]), 100)
    assert (sorted(counts.tolist()), counts.sum()) == ([33, 33, 34], 100)


def test_the_shares_are_whole() -> None:
    assert abs(sum(b[2] for b in AGE_BANDS) - 100) < 0.1
    assert abs(sum(i.share for i in INDUSTRIES) - 1) < 0.02
    assert abs(sum(GENERATIONS.values()) - 1) < 0.01
    assert [b[0] for b in AGE_BANDS[1:]] == [b[1] + 1 for b in AGE_BANDS[:-1]]
