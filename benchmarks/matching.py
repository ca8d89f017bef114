"""Matching of needs and offers: time and quality beside what an office does by hand and beside the linear programme of another solver.

    python benchmarks/matching.py [NEEDS] [OFFERS]

Random markets (seeded) of 2,000 needs and 500 offers: 20 items within 30 km; 5 items within 20 km; one single item within 100 km, so that every offer fits
every need (1,000,000 pairs). Then the public supplies list of hospitals in Hubei and factories (`../shared/data/supplies`, skipped where it is absent); its
quantities are mostly placeholders of 1, so only the counts of that part mean something. Wanted: every stage proven optimal, 10 s at most.

greedy: needs in turn, the more urgent first, each from the nearest offer left. LP: GLOP maximises coverage with the points as weights (essential 1,000 times
the plain), without fairness or distance: an independent upper bound of what can be covered. HiGHS: the same programme, where the build has it.
"""

from __future__ import annotations

import csv
import random
import sys
import time
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from ortools.linear_solver import pywraplp  # noqa: E402

from tongchou.sim.matching.greedy import greedy  # noqa: E402
from tongchou.sim.matching.model import Limits, Need, Offer, Wish  # noqa: E402
from tongchou.sim.matching.pairs import find_pairs  # noqa: E402
from tongchou.sim.matching.solve import match  # noqa: E402

DAY = date(2026, 3, 2)
SUPPLIES = ROOT.parent / "shared" / "data" / "supplies"
MOST_LP = 100_000
"""Pairs above which the linear programme is left out: it would take minutes."""


def market(needs: int, offers: int, items: int, seed: int) -> tuple[list[Need], list[Offer]]:
    """A random market on a square of about 55 km."""
    draw = random.Random(seed)

    def common(key: str, most: int) -> dict[str, object]:
        place = (23 + draw.random() / 2, 113 + draw.random() / 2)
        last = DAY + timedelta(days=draw.randint(1, 20))
        return {"key": key, "item": f"i{draw.randrange(items)}", "quantity": draw.randint(1, most), "first": DAY, "last": last, "place": place}

    wanted = [Need(**common(f"n{n:05}", 200), points=draw.randrange(3) * 10, weight=draw.choice([100, 120])) for n in range(needs)]  # type: ignore[arg-type]
    given = [Offer(**common(f"o{n:05}", 600)) for n in range(offers)]  # type: ignore[arg-type]
    return wanted, given


def bound(needs: list[Need], offers: list[Offer], limits: Limits, name: str) -> tuple[int, float] | None:
    """Coverage by the linear programme of another solver, and its seconds."""
    found = find_pairs(sorted(needs, key=lambda n: n.key), sorted(offers, key=lambda o: o.key), limits, Wish())
    lp = pywraplp.Solver.CreateSolver(name)
    if lp is None or len(found.need) > MOST_LP:
        return None
    ordered, given = sorted(needs, key=lambda n: n.key), sorted(offers, key=lambda o: o.key)
    rows = [lp.Constraint(0, n.quantity) for n in ordered]
    columns = [lp.Constraint(0, o.quantity) for o in given]
    aim = lp.Objective()
    every = []
    for i, j in zip(found.need.tolist(), found.offer.tolist(), strict=True):
        x = lp.NumVar(0, lp.infinity(), "")
        rows[i].SetCoefficient(x, 1)
        columns[j].SetCoefficient(x, 1)
        aim.SetCoefficient(x, 1 + 1000 * ordered[i].points)
        every.append(x)
    aim.SetMaximization()
    start = time.perf_counter()
    lp.Solve()
    return round(sum(x.solution_value() for x in every)), time.perf_counter() - start


def report(title: str, needs: list[Need], offers: list[Offer], limits: Limits) -> None:
    """Run all and print one block."""
    start, used = time.perf_counter(), time.process_time()
    result = match(needs, offers, limits)
    seconds, used = time.perf_counter() - start, time.process_time() - used
    start = time.perf_counter()
    by_hand = greedy(needs, offers, limits)
    hand_seconds = time.perf_counter() - start
    print(f"{title}: {len(needs):,} needs, {len(offers):,} offers, {result.candidates:,} pairs that fit")
    stages = ", ".join(f"{s.key} {s.value:,} (bound {s.bound:,}, {'proven' if s.proven else 'NOT PROVEN'})" for s in result.stages)
    print(f"  optimiser {seconds:6.2f} s ({used:.2f} on the CPU)  covered {result.covered:,}  {stages}  {len(result.pairs):,} hand-outs"
          f"  least share {least(needs, result_of(result)):.3f}")  # fmt: skip
    taken: dict[str, int] = defaultdict(int)
    for c in by_hand:
        taken[c.need] += c.quantity
    km = sum(c.quantity * c.metres for c in by_hand)
    print(f"  greedy    {hand_seconds:6.2f} s  covered {sum(taken.values()):,}  distance {km:,}  {len(by_hand):,} hand-outs  least share {least(needs, taken):.3f}")
    for name in ("GLOP", "HIGHS"):
        other = bound(needs, offers, limits, name)
        told = "left out (too many pairs, or not in this build)" if other is None else f"{other[1]:6.2f} s  covered {other[0]:,}"
        print(f"  {name:9} {told}")


def result_of(result: object) -> dict[str, int]:
    return {n.need: n.covered for n in result.needs}  # type: ignore[attr-defined]


def least(needs: list[Need], got: dict[str, int]) -> float:
    """The least share among needs of the lowest points that are served at all by anybody: what fairness looks after, as a mean over items."""
    by_item: dict[str, list[float]] = defaultdict(list)
    for n in needs:
        by_item[f"{n.item} {n.points}"].append(got.get(n.key, 0) / n.quantity)
    served = [min(shares) for shares in by_item.values() if max(shares) > 0]
    return sum(served) / len(served) if served else 0.0


def supplies() -> tuple[list[Need], list[Offer]] | None:
    """The public list: hospitals' needs and factories, brought together by the catalogue; words that it does not know are counted, not guessed."""
    if not SUPPLIES.is_dir():
        return None
    from tongchou.kernel.errors import Refusal
    from tongchou.rooms.matching.catalogue import item_of

    needs, offers, strange = [], [], 0
    year = DAY + timedelta(days=365)
    with open(SUPPLIES / "wuhan2020_hospital_needs.csv", encoding="utf-8") as file:
        for n, row in enumerate(csv.DictReader(file)):
            try:
                item = item_of(row["item"]).key
            except Refusal:
                strange += 1
                continue
            quantity = max(1, round(float(row["quantity"] or 1)))
            needs.append(Need(f"n{n:05}", item, quantity, DAY, year, owner=row["hospital_id"]))
    with open(SUPPLIES / "wuhan2020_factories.csv", encoding="utf-8") as file:
        for n, row in enumerate(csv.DictReader(file)):
            try:
                item = item_of(row["specification"]).key
            except Refusal:
                strange += 1
                continue
            offers.append(Offer(f"o{n:05}", item, max(1, round(float(row["daily_capacity"] or 1))), DAY, year, owner=row["factory"]))
    print(f"supplies list: {len(needs):,} needs and {len(offers):,} offers known to the catalogue, {strange:,} rows not")
    return needs, offers


def main() -> None:
    needs, offers = (int(a) for a in (*sys.argv[1:3], "2000", "500")[:2]) if len(sys.argv) > 2 else (2000, 500)
    for items, km in ((20, 30), (5, 20), (1, 100)):
        report(f"{items} items within {km} km", *market(needs, offers, items, 1), Limits(km, 30))
    found = supplies()
    if found is None:
        print(f"supplies list: left out, {SUPPLIES} is not there")
    else:
        report("supplies list", *found, Limits(20_000, 500))


if __name__ == "__main__":
    main()
