"""Where people work and learn: establishments by industry with their sizes, schools by the number of pupils, clinics, offices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongchou.sim.district.families import Families, Ints
from tongchou.sim.district.shares import EMPLOYED, INDUSTRIES, Industry
from tongchou.sim.district.territory import Place

_BRANDS = ("恒瑞启南翠晨望云清华永嘉德泰盛源鑫海金博", "泽禾程屏谷光达丰和顺成诚通元祥隆康晖宏创")
SCHOOLS: tuple[tuple[str, int, int, int], ...] = (
    ("幼儿园", 3, 5, 270), ("小学", 6, 11, 1100), ("初级中学", 12, 14, 1000), ("高级中学", 15, 17, 1500),
)  # fmt: skip
"""Kind of school, first and last age of its pupils, pupils in one school."""
_TIES = {"P": "school", "Q": "clinic", "S": "office"}


@dataclass(frozen=True, slots=True)
class Workplace:
    """One establishment. kind: as units are stored (enterprise, school, clinic, street, community). area: key of its place.
    known: the key of a unit that the district has anyway, "" for one of its own."""

    name: str
    kind: str
    area: str
    industry: str
    known: str = ""


@dataclass(frozen=True, slots=True)
class Economy:
    """workplaces, and for each person the number of the own one, -1 for none: workers, and pupils in their school."""

    workplaces: list[Workplace]
    of: Ints


def make_economy(rng: np.random.Generator, families: Families, areas: list[Place], fixed: list[Workplace]) -> Economy:
    """Give work to those who have it, by the shares of the industries, and a school to children of school age.

    fixed: establishments that are there anyway; each takes people of its industry like the others.
    """
    communities = [p for p in areas if p.level == "community"]
    streets = [p for p in areas if p.level == "street"]
    workplaces = list(fixed)
    of = np.full(len(families.age), -1, dtype=np.int64)
    _schools(rng, families.age, communities, workplaces, of)
    workplaces += [Workplace(f"{s.name}社区卫生服务中心", "clinic", s.key, "Q") for s in streets]
    workplaces += [Workplace(p.name, p.level, p.key, "S", p.key) for p in (*streets, *communities)]
    workers = _workers(rng, families)
    industry = rng.choice(len(INDUSTRIES), len(workers), p=_shares())
    inside = rng.random(len(workers)) < np.array([i.inside for i in INDUSTRIES])[industry]
    taken: set[str] = {w.name for w in workplaces}
    for n, one in enumerate(INDUSTRIES):
        whom = workers[(industry == n) & inside]
        if one.code not in _TIES:
            _establish(rng, one, len(whom), communities, workplaces, taken)
        there = np.array([k for k, w in enumerate(workplaces) if w.industry == one.code], dtype=np.int64)
        if len(there):
            weight = rng.lognormal(0.0, 0.8, len(there))
            of[whom] = rng.choice(there, len(whom), p=weight / weight.sum())
    return Economy(workplaces, of)


def _shares() -> NDArray[np.float64]:
    shares = np.array([i.share for i in INDUSTRIES])
    return np.asarray(shares / shares.sum())


def _workers(rng: np.random.Generator, families: Families) -> Ints:
    """Of those aged 16 and over so many as work, hardly any beyond the age of retirement."""
    age = families.age
    weight = np.select([age < 20, age < 25, age < 50, age < 60, age < 70], [0.15, 0.65, 1.0, 0.75, 0.3], 0.05)
    weight = np.where(~families.male & (age >= 50), weight * 0.6, weight) * (age >= 16)
    wanted = min(int((age >= 16).sum() * EMPLOYED), int((weight > 0).sum()))
    return rng.choice(len(age), wanted, replace=False, p=weight / weight.sum())


def _establish(
    rng: np.random.Generator, one: Industry, workers: int, communities: list[Place], workplaces: list[Workplace], taken: set[str]
) -> None:
    there = sum(w.industry == one.code for w in workplaces)
    for _ in range(max(0, round(workers / one.size) - there)):
        place = communities[int(rng.integers(len(communities)))]
        workplaces.append(Workplace(_name(rng, one, place, taken), "enterprise", place.key, one.code))


def _name(rng: np.random.Generator, one: Industry, place: Place, taken: set[str]) -> str:
    while True:
        first, second = (letters[int(rng.integers(len(letters)))] for letters in _BRANDS)
        product = one.products[int(rng.integers(len(one.products)))]
        form = one.forms[int(rng.integers(len(one.forms)))]
        for name in (f"{first}{second}{product}{form}", f"{place.name.removesuffix('社区')}{first}{second}{product}{form}"):
            if name not in taken:
                taken.add(name)
                return name


def _schools(rng: np.random.Generator, age: Ints, communities: list[Place], workplaces: list[Workplace], of: Ints) -> None:
    place_of = {p.key: n for n, p in enumerate(communities)}
    for kind, low, high, size in SCHOOLS:
        pupils = np.flatnonzero((age >= low) & (age <= high))
        there = [k for k, w in enumerate(workplaces) if w.kind == "school" and w.name.endswith(kind)]
        for n in range(max(0, -(-len(pupils) // size) - len(there))):
            place = communities[(n * 7 + low) % len(communities)]
            again = sum(w.kind == "school" and w.area == place.key and w.name.endswith(kind) for w in workplaces)
            name = place.name.removesuffix("社区") + (f"第{again + 1}" if again else "") + kind
            there.append(len(workplaces))
            workplaces.append(Workplace(name, "school", place.key, "P"))
        if there:
            there.sort(key=lambda k: place_of[workplaces[k].area])  # people are in the order of the map: near schools are chosen
            attends = pupils[rng.random(len(pupils)) < (0.9 if high < 6 or low >= 15 else 1.0)]
            of[attends] = np.array(there)[np.sort(rng.integers(0, len(there), len(attends)))]
