"""Matching invented enterprises with every policy of the shipped pack: by columns, and one by one; both must give the same, or the run fails.

    python benchmarks/policies.py [ENTERPRISES] [ONE_BY_ONE]

ENTERPRISES (20,000) with facts of which three in ten are unknown go through the 15 tables as they stand on a day on which most are in force. ONE_BY_ONE (2,000) of
them are decided by the interpreter too, and outcome, rule, every rule that fires and what has to be asked are compared. No database: storing is one statement a policy
(`rooms/policies/matching.py`), shown by `tongchou policies match`. Seconds of processor time, and of the clock in brackets.
"""

from __future__ import annotations

import random
import sys
import time
from datetime import date
from typing import Any

import polars as pl

from tongchou.packs.plans.decide import UNDETERMINED, decide_standing
from tongchou.packs.plans.facts import read_facts
from tongchou.packs.plans.packfile import shipped_pack
from tongchou.packs.plans.population import decide_columns
from tongchou.packs.plans.report import needs
from tongchou.packs.plans.resolve import stand

DAY = date(2020, 6, 1)
DTYPES: dict[str, Any] = {"boolean": pl.Boolean, "choice": pl.String, "number": pl.Float64}


def main() -> None:
    given = [int(v) for v in sys.argv[1:]]
    count, some = (given + [20_000, 2_000][len(given) :])[:2]
    rng, pack = random.Random(7), shipped_pack("enterprise-policies")
    standings = {key: stand(pack, key, DAY) for key in pack.tables}
    specs = {k: s for st in standings.values() for k, s in st.inputs.items() if not s.derived}
    facts = {k: [_value(rng, s) for _ in range(count)] for k, s in specs.items()}
    began, clock, together = time.process_time(), time.perf_counter(), {}
    for key, standing in standings.items():
        frame = pl.DataFrame({k: pl.Series(facts[k], dtype=DTYPES[s.type]) for k, s in standing.inputs.items() if not s.derived})
        together[key] = decide_columns(standing, frame)
    print(f"columns     {count:>7,} x {len(standings)}: {time.process_time() - began:6.2f} s ({time.perf_counter() - clock:.2f})")
    began, clock, wrong = time.process_time(), time.perf_counter(), 0
    for key, standing in standings.items():
        for n, row in enumerate(together[key].head(some).iter_rows()):
            given = {k: facts[k][n] for k, s in standing.inputs.items() if not s.derived and facts[k][n] is not None}
            found = decide_standing(standing, read_facts(standing.table, given, DAY), explain=False)
            undecided = found.outcome == UNDETERMINED
            rule = None if undecided or found.rule is None else found.rule.key
            want = (found.outcome, rule, sorted(r.key for r in found.fired), sorted(needs(found)) if undecided else [])
            wrong += (row[0], row[1], sorted(row[2]), sorted(row[3])) != want
    print(f"one by one  {min(some, count):>7,} x {len(standings)}: {time.process_time() - began:6.2f} s ({time.perf_counter() - clock:.2f})")
    if wrong:
        raise SystemExit(f"{wrong} decisions differ")
    print("the same decisions")


def _value(rng: random.Random, spec: Any) -> Any:
    if rng.random() < 0.3:
        return None
    return {"boolean": rng.random() < 0.5, "choice": rng.choice([*spec.choices, None]), "number": rng.choice([0.0, 0.052, 0.2, 0.21, 30.0, 31.0])}[spec.type]


if __name__ == "__main__":
    main()
