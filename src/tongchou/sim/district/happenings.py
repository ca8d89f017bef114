"""What is on record about an invented population: arrivals, exposures, contacts, tests, vaccinations. Coded values, no text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from tongchou.sim.district.families import Ints
from tongchou.sim.district.generate import District

ARRIVED, EXPOSED, TESTED, VACCINATED = 0.02, 0.012, 0.05, 0.12
"""Shares of the population; of the exposed at most so many:"""
MOST_EXPOSED = 2000
_ORIGINS = ("9902", "9903", "9904", "9802", "9701")
"""Codes of places from which people came: of no province, like the district's own."""
_RISKS, _MEANS = ("low", "low", "low", "medium", "high"), ("rail", "car", "road", "air")
_SETTINGS = ("household", "work", "transport", "venue", "healthcare")


@dataclass(frozen=True, slots=True)
class Happening:
    """A fact about the person of that number in the district, in the form in which facts are recorded."""

    person: int
    type: str
    on: date
    value: dict[str, str | int | bool] = field(default_factory=dict)


def happenings(district: District, seed: int, as_of: date) -> Iterator[Happening]:
    """What happened in the three weeks before a day, and the vaccinations of the two years before that."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, len(district), 6]))
    for n in _some(rng, district, ARRIVED, 3):
        risk = _one(rng, _RISKS)
        value: dict[str, str | int | bool] = {"from_place": _one(rng, _ORIGINS), "means": _one(rng, _MEANS), "risk": risk}
        on = _before(rng, as_of, 14)
        yield Happening(n, "arrival", on, value)
        if risk != "low":
            yield Happening(n, "test", min(as_of, on + timedelta(days=1)), {"method": "pcr", "result": "negative", "mixed": 1})
    for n in _some(rng, district, min(EXPOSED, MOST_EXPOSED / len(district)), 3):
        yield from _exposure(rng, int(n), as_of)
    for n in _some(rng, district, TESTED, 3):
        result = "pending" if rng.random() < 0.1 else "negative"
        on = as_of if result == "pending" else _before(rng, as_of, 10)
        yield Happening(n, "test", on, {"method": "pcr", "result": result, "mixed": int(rng.choice((1, 5, 10)))})
    for n in _some(rng, district, VACCINATED, 18):
        first = _before(rng, as_of - timedelta(days=120), 600)
        yield Happening(n, "vaccination", first, {"dose": 1})
        if rng.random() < 0.8:
            yield Happening(n, "vaccination", first + timedelta(days=int(rng.integers(21, 56))), {"dose": 2})


def _exposure(rng: np.random.Generator, n: int, as_of: date) -> Iterator[Happening]:
    on = _before(rng, as_of, 8)
    close = rng.random() < 0.6
    value: dict[str, str | int | bool] = {
        "setting": _one(rng, _SETTINGS), "closeness": "close" if close else "same_place", "minutes": int(rng.integers(5, 240)),
    }  # fmt: skip
    yield Happening(n, "exposure", on, value)
    yield Happening(n, "contact", min(as_of, on + timedelta(days=1)), {"grade": "close" if close else "general"})
    positive = close and rng.random() < 0.08
    test: dict[str, str | int | bool] = {"method": "pcr", "result": "positive" if positive else "negative", "mixed": 1}
    yield Happening(n, "test", min(as_of, on + timedelta(days=2)), test)
    if positive:
        yield Happening(n, "symptom", min(as_of, on + timedelta(days=3)), {"symptom": "fever", "severity": "mild"})


def _some(rng: np.random.Generator, district: District, share: float, youngest: int) -> list[int]:
    fit: Ints = np.flatnonzero(district.families.age >= youngest)
    count = min(len(fit), max(1, round(share * len(district))))
    return [int(n) for n in np.sort(rng.choice(fit, count, replace=False))]


def _before(rng: np.random.Generator, as_of: date, days: int) -> date:
    return as_of - timedelta(days=int(rng.integers(1, days + 1)))


def _one(rng: np.random.Generator, choices: tuple[str, ...]) -> str:
    return choices[int(rng.integers(len(choices)))]
