"""Plan tables over a population, beside NumPy written by hand for the same table and beside zen-engine, on the same people in the same run.

    python benchmarks/packs.py [PEOPLE] [ZEN_PEOPLE]

PEOPLE (1,000,000) with 12 facts, some of them unknown, go through one table of 20 rules: the first rule that fires and the pattern of all that fire. The three
must give the same answer, or the run fails. Then 10,000 people change one fact and are evaluated again; one person is decided with the full explanation; and the
evaluator over columns is compared with the interpreter for one person on as many people as PEOPLE says, every boundary value among them, by
`tests/packs/plans/peers.py`. CPU time is that of the process, best of five.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.packs.plans.peers import compare  # noqa: E402

from tongchou.packs.plans.columns import Sheet  # noqa: E402
from tongchou.packs.plans.decide import decide  # noqa: E402
from tongchou.packs.plans.packfile import read_texts, shipped_pack  # noqa: E402
from tongchou.packs.plans.report import as_value  # noqa: E402
from tongchou.packs.plans.resolve import stand  # noqa: E402

DAY = date(2022, 7, 15)
FLAGS = ("symptoms", "vaccinated", "pregnant", "lives_alone")
CHOICES = {
    "grade": ("high", "medium", "low", "none"),
    "test": ("negative", "positive", "pending"),
    "post": ("port", "hospital", "market", "school", "other"),
    "home": ("own_room", "shared", "dormitory", "none"),
}
NUMBERS = {"days": np.int16, "age": np.int16, "stay_hours": np.int16, "temperature": np.float32}
# Conditions as the table holds them; the last rule takes whoever is left.
RULES: list[dict[str, Any]] = [
    {"test": "positive"},
    {"symptoms": True, "temperature": ">= 38"},
    {"symptoms": True, "days": "<= 14"},
    {"temperature": ">= 37.3", "post": ["port", "hospital"]},
    {"grade": "high", "days": "<= 7", "pregnant": True},
    {"grade": "high", "days": "<= 7", "age": ">= 70"},
    {"grade": "high", "days": "<= 7", "age": "< 14"},
    {"grade": "high", "days": "<= 7", "home": "own_room", "stay_hours": "< 4"},
    {"grade": "high", "days": "<= 7"},
    {"grade": "medium", "days": "<= 7", "home": ["dormitory", "none"]},
    {"grade": "medium", "days": "<= 7", "stay_hours": ">= 24"},
    {"grade": "medium", "days": "<= 7"},
    {"grade": "low", "days": "<= 3", "test": "not(negative)"},
    {"post": "port", "days": "<= 10", "lives_alone": False},
    {"post": "hospital", "test": "pending"},
    {"post": "market", "vaccinated": False, "age": "60..120"},
    {"post": "school", "temperature": "(37..38)"},
    {"days": "8..14", "grade": ["high", "medium"], "test": "pending"},
    {"vaccinated": False, "age": ">= 80"},
    {},
]


def pack_files() -> dict[str, bytes]:
    """A pack of one table, as the plan writer would write it. JSON is YAML."""
    both = {"zh": "测试", "en": "test"}
    inputs: dict[str, Any] = {f: {"type": "boolean", "title": both, "unknown": "fails"} for f in FLAGS}
    for name, words in CHOICES.items():
        unknown = "ask" if name == "grade" else "fails"
        inputs[name] = {"type": "choice", "title": both, "unknown": unknown, "choices": dict.fromkeys(words, both)}
    inputs |= {n: {"type": "number", "title": both, "unknown": "fails"} for n in NUMBERS}
    rules = [
        {"rule": f"r{n}", "when": w, "outcome": f"o{n}", "reason": both, "source": "paper"} for n, w in enumerate(RULES)
    ]
    table = {
        "table": "people",
        "title": both,
        "hit": "first",
        "inputs": inputs,
        "outcomes": {f"o{n}": {"title": both} for n in range(20)},
        "rules": rules,
    }
    head = {
        "pack": "bench", "version": 1, "title": both, "modes": {"none": {"title": both}},
        "schedule": {"late_entry": "keep_schedule", "note": both, "status": "confirmed"},
        "editions": {"only": {"title": both, "from": "2020-01-01", "source": "paper", "confirmed_from": "2020-01-01"}},
    }  # fmt: skip
    papers = {"documents": {"paper": {"title": both, "issuer": "test"}}}
    return {"pack.yaml": _json(head), "documents.yaml": _json(papers), "tables/people.yaml": _json(table)}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def population(count: int, seed: int = 7) -> dict[str, Any]:
    """Twelve columns; about one value in fifty is unknown, save for the grade."""
    random = np.random.default_rng(seed)
    out: dict[str, Any] = {f: random.integers(0, 2, count).astype(np.int8) for f in FLAGS}
    out |= {n: random.integers(0, len(w), count).astype(np.int8) for n, w in CHOICES.items()}
    out["days"] = random.integers(0, 30, count).astype(np.int16)
    out["age"] = random.integers(0, 100, count).astype(np.int16)
    out["stay_hours"] = random.integers(0, 72, count).astype(np.int16)
    out["temperature"] = np.round(random.normal(36.8, 0.6, count), 1).astype(np.float32)
    for name, values in out.items():
        if name != "grade":
            values[random.random(count) < 0.02] = np.nan if values.dtype.kind == "f" else np.iinfo(values.dtype).min
    return out


def by_hand(p: dict[str, Any]) -> tuple[Any, Any]:
    """The same table as somebody would write it in NumPy for this one purpose. Unknown is the least whole number, or NaN."""
    days, age, stay, heat = p["days"], p["age"], p["stay_hours"], p["temperature"]
    symptoms, vaccinated, pregnant, alone = (p[f] for f in FLAGS)
    grade, test, post, home = (p[c] for c in CHOICES)
    day_known, recent = days >= 0, (days >= -32767) & (days <= 7)
    high, medium = (grade == 0) & recent, (grade == 1) & recent
    old, unvaccinated = age >= 70, vaccinated == 0
    masks = [
        test == 1,
        (symptoms == 1) & (heat >= 38),
        (symptoms == 1) & (days <= 14) & day_known,
        (heat >= np.float32(37.3)) & ((post == 0) | (post == 1)),
        high & (pregnant == 1),
        high & old,
        high & (age < 14) & (age >= 0),
        high & (home == 0) & (stay < 4) & (stay >= 0),
        high,
        medium & ((home == 2) | (home == 3)),
        medium & (stay >= 24),
        medium,
        (grade == 2) & (days <= 3) & day_known & (test > 0),
        (post == 0) & (days <= 10) & day_known & (alone == 0),
        (post == 1) & (test == 2),
        (post == 2) & unvaccinated & (age >= 60) & (age <= 120),
        (post == 3) & (heat > 37) & (heat < 38),
        (days >= 8) & (days <= 14) & (grade <= 1) & (grade >= 0) & (test == 2),
        unvaccinated & (age >= 80),
        np.ones(len(days), bool),
    ]
    bits = np.zeros(len(days), np.uint32)
    first = np.full(len(days), 19, np.int8)
    for n in range(19, -1, -1):
        bits |= masks[n].astype(np.uint32) << np.uint32(n)
        first[masks[n]] = n
    return first, bits


def zen_decision() -> Any:
    """The same table for zen-engine, hit policy first."""
    import zen

    names = [*FLAGS, *CHOICES, *NUMBERS]

    def cell(name: str, test: Any) -> str:
        if isinstance(test, bool):
            return str(test).lower()
        if isinstance(test, list):
            return ", ".join(f'"{w}"' for w in test)
        if name in CHOICES:
            return f'not in ["{test[4:-1]}"]' if test.startswith("not(") else f'"{test}"'
        return test if not test[0].isdigit() else f"[{test}]"

    inputs = [{"id": n, "name": n, "type": "expression", "field": n} for n in names]
    rules = [
        {"_id": f"r{k}", "out": str(k), **{n: cell(n, w[n]) if n in w else "" for n in names}}
        for k, w in enumerate(RULES)
    ]
    content = {
        "hitPolicy": "first",
        "inputs": inputs,
        "outputs": [{"id": "out", "name": "out", "type": "expression", "field": "out"}],
        "rules": rules,
    }
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
        {"id": "table", "name": "table", "type": "decisionTableNode", "position": {"x": 0, "y": 0}, "content": content},
        {"id": "end", "name": "end", "type": "outputNode", "position": {"x": 0, "y": 0}},
    ]
    edges = [
        {"id": "a", "type": "edge", "sourceId": "in", "targetId": "table"},
        {"id": "b", "type": "edge", "sourceId": "table", "targetId": "end"},
    ]
    return zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))


def person(columns: dict[str, Any], row: int) -> dict[str, Any]:
    """One person's facts in words; unknown ones are left out."""
    out: dict[str, Any] = {}
    for name, values in columns.items():
        value = values[row]
        if np.isnan(value) if values.dtype.kind == "f" else value == np.iinfo(values.dtype).min:
            continue
        out[name] = (
            bool(value) if name in FLAGS else CHOICES[name][value] if name in CHOICES else round(float(value), 1)
        )
    return out


def best(run: Callable[[], object], times: int = 5) -> tuple[float, float]:
    """Least CPU and wall seconds."""
    found = []
    for _ in range(times):
        cpu, wall = time.process_time(), time.perf_counter()
        run()
        found.append((time.process_time() - cpu, time.perf_counter() - wall))
    return min(c for c, _ in found), min(w for _, w in found)


def main(people: int, zen_people: int) -> None:
    pack = read_texts(pack_files())
    standing = stand(pack, "people", DAY)
    sheet = Sheet(standing)
    columns = population(people)
    ours, hand = sheet.evaluate(columns, people), by_hand(columns)
    if not (np.array_equal(ours.first, hand[0]) and np.array_equal(ours.bits, hand[1])):
        raise SystemExit("the table and the NumPy written by hand differ")
    cpu, wall = best(lambda: sheet.evaluate(columns, people))
    hand_cpu, hand_wall = best(lambda: by_hand(columns))
    print(f"table over columns   {people:>9,} people  {cpu * 1000:8.1f} ms CPU  {wall * 1000:8.1f} ms wall")
    print(
        f"NumPy by hand        {people:>9,} people  {hand_cpu * 1000:8.1f} ms CPU  {hand_wall * 1000:8.1f} ms wall   ours/hand {cpu / hand_cpu:.2f}"
    )
    _beside_zen(columns, ours.first, zen_people, cpu / people)
    rows = np.random.default_rng(1).choice(people, min(10_000, people), replace=False)
    columns["days"][rows] = 1
    renew_cpu, renew_wall = best(lambda: sheet.renew(ours, columns, rows))
    if not np.array_equal(ours.first, sheet.evaluate(columns, people).first):
        raise SystemExit("evaluating again in part and in whole differ")
    print(
        f"{len(rows):,} changed facts                     {renew_cpu * 1000:8.2f} ms CPU  {renew_wall * 1000:8.2f} ms wall"
    )
    _one(pack)
    start = time.perf_counter()
    compared = compare(people)
    print(f"columns against the interpreter: {compared:,} people, no difference ({time.perf_counter() - start:.0f} s)")


def _beside_zen(columns: dict[str, Any], first: Any, count: int, ours: float) -> None:
    decision = zen_decision()
    facts = [person(columns, n) for n in range(count)]
    names = [*FLAGS, *CHOICES, *NUMBERS]
    given = [{**dict.fromkeys(names), **f} for f in facts]
    start = time.process_time()
    answers = [decision.evaluate(g)["result"] for g in given]
    cpu = (time.process_time() - start) / count
    # Zen takes an unknown value as meeting `not in`; where everything is known the two must agree.
    same = [int(a["out"]) == f for a, f in zip(answers, first.tolist(), strict=False)]
    if not all(s for s, f in zip(same, facts, strict=True) if len(f) == len(names)):
        raise SystemExit("zen-engine and the table differ about somebody of whom everything is known")
    print(
        f"zen-engine           {count:>9,} people  {cpu * 1e6:8.1f} µs CPU each; ours {ours * 1e9:.0f} ns each: {cpu / ours:,.0f} times; same rule for {sum(same):,}"
    )


def _one(bench: Any) -> None:
    covid = shipped_pack("covid-19")
    cases = [
        (bench, "people", person(population(1, 3), 0) | {"grade": "low"}),
        (covid, "close_contact", {"last_exposure": "2022-07-10", "measure_start": "2022-07-14"}),
    ]
    for pack, table, facts in cases:
        as_value(decide(pack, table, facts, DAY))

        def run(pack: Any = pack, table: str = table, facts: dict[str, Any] = facts) -> None:
            for _ in range(200):
                as_value(decide(pack, table, facts, DAY))

        cpu, _ = best(run)
        print(f"one decision with its explanation ({table})  {cpu / 200 * 1000:.3f} ms CPU")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, int(sys.argv[2]) if len(sys.argv) > 2 else 5_000)
