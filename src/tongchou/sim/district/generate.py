"""The whole district from one seed: places, households, workplaces, and everybody with name, document, phone and address."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tongchou.sim.district import identities
from tongchou.sim.district.economy import Economy, Workplace, make_economy
from tongchou.sim.district.families import Families, make_families
from tongchou.sim.district.shares import MOTHERS_SURNAME
from tongchou.sim.district.territory import Below, Place, divide, door

FEWEST = 100
_PHONE_FROM = 12


@dataclass(frozen=True, slots=True)
class Resident:
    """One invented person. area: key of the building. household: the label of the home in that building.
    workplace: number in `District.economy.workplaces`, -1 for none (pupils: their school)."""

    id: uuid.UUID
    name: str
    document: str
    phone: str
    address: str
    area: str
    household: str
    workplace: int


@dataclass(frozen=True, slots=True)
class District:
    """An invented district. `above`: province to communities; `below`: grids and buildings. Arrays have one entry a person."""

    above: list[Place]
    below: Below
    families: Families
    economy: Economy
    names: identities.Texts
    documents: identities.Texts
    phones: identities.Texts
    born: NDArray[np.datetime64]
    ids: list[uuid.UUID]

    def __len__(self) -> int:
        return len(self.names)

    def residents(self, first: int = 0, last: int | None = None) -> Iterator[Resident]:
        """People from one number up to another, household by household."""
        last = len(self) if last is None else min(last, len(self))
        families, below = self.families, self.below
        columns = (self.names, self.documents, self.phones, families.household, families.age, self.economy.of)
        for n, (name, document, phone, home, age, work) in enumerate(zip(*(c[first:last].tolist() for c in columns), strict=True), first):
            place = below.buildings[below.building[home]]
            label, end = door(int(below.door[home]), place.kind.startswith("village"))
            number = phone if age >= _PHONE_FROM else ""
            yield Resident(self.ids[n], name, document, number, place.address + end, place.key, label, work)


def make_district(seed: int, people: int, as_of: date, above: list[Place], fixed: list[Workplace] | None = None) -> District:
    """Make a district with so many people on a day, within the places given (province to communities).

    The same seed, number, day and places give the same district. ValueError below 100 people.
    """
    if people < FEWEST:
        raise ValueError(f"a district has at least {FEWEST} people, not {people}")
    rngs = [np.random.default_rng(s) for s in np.random.SeedSequence([seed, people]).spawn(5)]
    families = make_families(rngs[0], people, MOTHERS_SURNAME)
    below = divide(rngs[1], above, int(families.household[-1]) + 1)
    economy = make_economy(rngs[2], families, above, fixed or [])
    born = identities.birthdays(rngs[3], families.age, as_of)
    years = born.astype("datetime64[Y]").astype(np.int64) + 1970
    return District(
        above, below, families, economy,
        identities.names(rngs[3], families, years),
        identities.documents(born, families.male),
        identities.phones(rngs[3], people),
        born,
        _ids(rngs[4], people, as_of),
    )  # fmt: skip


def _ids(rng: np.random.Generator, people: int, as_of: date) -> list[uuid.UUID]:
    """UUIDs of version 7 that say the given day: in order, and the same each time."""
    start = (as_of - date(1970, 1, 1)).days * 86_400_000
    stamp = (start + np.arange(people) // 1000).astype(">u8").view(np.uint8).reshape(people, 8)[:, 2:]
    counter = (np.arange(people) % 1000 + (7 << 12)).astype(">u2").view(np.uint8).reshape(people, 2)
    rest = rng.integers(0, 256, (people, 8), dtype=np.uint8)
    rest[:, 0] = rest[:, 0] & 0x3F | 0x80
    raw = np.hstack([stamp, counter, rest]).tobytes()
    return [uuid.UUID(bytes=raw[16 * n : 16 * n + 16]) for n in range(people)]
