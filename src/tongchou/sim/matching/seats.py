"""Seats of return trips: as many travel as can, in as few vehicles as will do, those of one enterprise together, and early."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

STAGES = ("seated", "vehicles", "together", "waiting")


@dataclass(frozen=True, slots=True)
class Party:
    """People who are alike: same origin, days and destination. first, last: ordinal days."""

    key: str
    size: int
    origin: str
    first: int
    last: int
    areas: frozenset[str] = frozenset()        # the areas in which the destination lies


@dataclass(frozen=True, slots=True)
class Bus:
    """free: seats that may still be given. begun: somebody sits in it already, so that it runs anyway. day: ordinal day of departure."""

    key: str
    free: int
    origin: str
    day: int
    area: str
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Seating:
    """given: (party, bus, people), by key. values, proven: of each stage in the order of STAGES."""

    given: tuple[tuple[str, str, int], ...]
    values: tuple[int, ...]
    proven: tuple[bool, ...]


def seat(parties: Sequence[Party], buses: Sequence[Bus], seconds: float = 8.0) -> Seating:
    """Give seats in stages; each stage keeps what the one before has reached. `seconds` is deterministic time of the solver for each stage:
    what it cannot prove by then is marked as not proven."""
    # imported here: it brings pandas along, a third of the program's start, for what one page and one job need
    from ortools.sat.python import cp_model

    parties, buses = sorted(parties, key=lambda p: p.key), sorted(buses, key=lambda b: (b.day, b.key))
    fits = {(p.key, b.key): (p, b) for p in parties for b in buses if _fits(p, b)}
    model = cp_model.CpModel()
    number = {k: model.new_int_var(0, min(p.size, b.free), "") for k, (p, b) in fits.items()}
    together = {k: model.new_bool_var("") for k in fits}
    runs = {b.key: model.new_bool_var("") for b in buses}
    for p in parties:
        model.add(sum(number[p.key, b.key] for b in buses if (p.key, b.key) in fits) <= p.size)
    for b in buses:
        model.add(sum(number[p.key, b.key] for p in parties if (p.key, b.key) in fits) <= b.free * (1 if b.begun else runs[b.key]))
    for k, (p, b) in fits.items():
        model.add(number[k] <= min(p.size, b.free) * together[k])
    aims = (
        -sum(number.values()),
        sum(runs[b.key] for b in buses if not b.begun),
        sum(together.values()),
        sum(number[k] * (b.day - p.first) for k, (p, b) in fits.items()),
    )
    values, proven = [], []
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.random_seed = 1, 1
    solver.parameters.max_deterministic_time = seconds
    best: dict[tuple[str, str], int] = dict.fromkeys(fits, 0)
    for aim in aims:
        model.minimize(aim)
        status = solver.solve(model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            proven.append(False)
            values.append(0)
            continue
        best = {k: solver.value(v) for k, v in number.items()}
        reached = round(solver.objective_value)
        values.append(abs(reached))
        proven.append(status == cp_model.OPTIMAL)
        model.add(aim <= reached)
        model.clear_hints()  # type: ignore[no-untyped-call]
        for some in (number, together, runs):
            for var in some.values():
                model.add_hint(var, solver.value(var))
    return Seating(tuple((p, b, n) for (p, b), n in sorted(best.items()) if n), tuple(values), tuple(proven))


def _fits(p: Party, b: Bus) -> bool:
    return b.free > 0 and p.origin == b.origin and p.first <= b.day <= p.last and b.area in p.areas
