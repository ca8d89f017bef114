"""The same tables for a file of people: a frame in, a frame of decisions out, row by row in the same order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from tongchou.kernel.errors import Refusal
from tongchou.packs.plans.asked import all_asked, held_up, needs
from tongchou.packs.plans.columns import NO_ROW, UNSURE, Array, Fired, Sheet
from tongchou.packs.plans.decide import NO_RULE, UNDETERMINED, Decision, order, without_unconfirmed
from tongchou.packs.plans.facts import Facts
from tongchou.packs.plans.frames import NO_DATE, Faults, columns_in
from tongchou.packs.plans.report import enforceable, unconfirmed
from tongchou.packs.plans.resolve import Standing
from tongchou.packs.plans.schedule import Planned

CARRIED = ("id", "person", "name")
REJECTED = "rejected"
"""The outcome of a row whose facts are not usable: nothing was decided of it."""
_MEASURES = pl.List(pl.Struct({"mode": pl.String, "from": pl.Date, "until": pl.Date, "test_dates": pl.List(pl.Date)}))
_SCHEMA: dict[str, Any] = {
    "outcome": pl.String, "rule": pl.String, "held_up": pl.List(pl.String), "needs": pl.List(pl.String), "fired": pl.List(pl.String),
    "measures": _MEASURES, "until": pl.Date, "ended": pl.Date, "enforceable": pl.Boolean,
    "unconfirmed": pl.List(pl.Struct({"what": pl.String, "name": pl.String, "value": pl.String})),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """What people with the same rules and dates have in common."""

    outcome: str
    measures: tuple[Planned, ...]
    until: date | None
    enforceable: bool
    unconfirmed: list[dict[str, str]]
    needed: tuple[str, ...] = ()


def decide_people(standing: Standing, people: pl.DataFrame, keep: Sequence[str] = (), only: Sequence[str] = ()) -> pl.DataFrame:
    """Decide for every row. A column is an input of the table, is carried through (named in `keep`, or id, person, name, *_id), or is refused.

    Out: the carried columns, outcome, rule, held_up (the rules that wait for facts), needs (those facts), fired (all rules that fire), measures,
    until, ended (the last day by the plan, of what goes on after it), enforceable,
    unconfirmed (what it rests on that no source confirms). only: of these no others. Raises BatchErrors.
    """
    carried = carried_of(standing, people, keep)
    facts = columns_in(standing, people, carried)
    decided = _decided(standing, facts, people.height, only)
    return people.select(carried).hstack(decided) if carried else decided


def decide_or_reject(standing: Standing, people: pl.DataFrame, keep: Sequence[str] = ()) -> tuple[pl.DataFrame, list[Refusal]]:
    """As decide_people, but a row whose facts are not usable is rejected by itself and the rest is decided.

    Out: one row for each given, in order, a rejected one with the outcome REJECTED and nothing else; and everything that is wrong, row by row
    (`line` from 1). Raises BatchErrors for a column that is unknown, double, or of another type: of such a file nothing can be said.
    """
    carried, faults = carried_of(standing, people, keep), Faults()
    facts = columns_in(standing, people, carried, faults)
    good = np.setdiff1d(np.arange(people.height), faults.rows)
    decided = _decided(standing, {key: values[good] for key, values in facts.items()}, len(good), ())
    rows = pl.DataFrame({"row": np.arange(people.height)}).join(decided.with_columns(row=pl.Series(good, dtype=pl.Int64)), on="row", how="left", maintain_order="left")
    whole = rows.drop("row").with_columns(pl.col("outcome").fill_null(REJECTED))
    return (people.select(carried).hstack(whole) if carried else whole), faults.of_rows()


def usable(standings: Iterable[Standing], people: pl.DataFrame, keep: Sequence[str] = ()) -> tuple[pl.DataFrame, list[Refusal]]:
    """The rows whose facts all of these can use, and what is wrong of the others. Raises BatchErrors for a column that cannot be read."""
    faults = Faults()
    for standing in standings:
        columns_in(standing, people, carried_of(standing, people, keep), faults)
    told = {(p.line, p.field, p.rule.zh): p for p in faults.of_rows()}
    return (people.filter(~pl.Series(np.isin(np.arange(people.height), faults.rows))), list(told.values())) if told else (people, [])


def carried_of(standing: Standing, people: pl.DataFrame, keep: Sequence[str] = ()) -> list[str]:
    """The columns that are no facts and are carried through: named in `keep`, or id, person, name, *_id."""
    return [c for c in people.columns if c in keep or (c not in standing.inputs and (c in CARRIED or c.endswith("_id")))]


def _decided(standing: Standing, facts: dict[str, Array], count: int, only: Sequence[str]) -> pl.DataFrame:
    return _decisions(standing, facts, Sheet(standing).evaluate(facts, count), count, only or list(_SCHEMA))


def _decisions(standing: Standing, facts: dict[str, Array], fired: Fired, count: int, only: Sequence[str]) -> pl.DataFrame:
    """Everybody's decision. People with the same rule and the same dates have the same plan, which is made once."""
    dates = [k for k in _dates_used(standing) if k in facts]
    asked = all_asked(standing)
    waiting = {}
    if (fired.first == UNSURE).any():
        waiting = {"held": held_up(standing, fired), "asks": needs(standing, facts, fired, asked, count)}
    if any(r.rule.status == "unconfirmed" and r.measures for r in standing.rules):
        waiting["possible"] = fired.possible  # what the confirmed rules alone would say
    keys = pl.DataFrame({"first": fired.first, "bits": fired.bits} | waiting | {k: facts[k] for k in dates})
    kinds = keys.unique(maintain_order=True).with_row_index("kind")
    kind = keys.join(kinds, on=keys.columns, how="left", maintain_order="left")["kind"]
    plans, names, sets, held = [], [], [], []
    for row in kinds.iter_rows(named=True):
        fires = [rule for n, rule in enumerate(standing.rules) if row["bits"] >> n & 1]
        known: Facts = dict.fromkeys(standing.inputs) | {
            k: None if row[k] == NO_DATE else date.fromordinal(row[k]) for k in dates
        }
        answers = [True if row["bits"] >> n & 1 else None if row.get("possible", 0) >> n & 1 else False for n, _ in enumerate(standing.rules)]
        plans.append(_plan(standing, row["first"], answers, known))
        names.append(standing.rules[row["first"]].key if row["first"] >= 0 and plans[-1].outcome != UNDETERMINED else None)
        sets.append([rule.key for rule in fires])
        held.append(_waits(standing, row, plans[-1], asked))
    table = pl.DataFrame(
        {
            "outcome": [p.outcome for p in plans], "rule": names, "held_up": [h for h, _ in held], "needs": [n for _, n in held], "fired": sets,
            "measures": [[_shown(m) for m in p.measures] for p in plans],
            "until": [p.until for p in plans], 
            "ended": [next((m.ended for m in p.measures if m.ended), None) for p in plans],
            "enforceable": [p.enforceable for p in plans], "unconfirmed": [p.unconfirmed for p in plans],
        },
        schema=_SCHEMA,
    ).select(only)  # fmt: skip
    return table[kind] if count else table.clear()


def _waits(standing: Standing, row: dict[str, Any], plan: Plan, asked: list[str]) -> tuple[list[str], list[str]]:
    """The rules that wait, and the facts that they wait for."""
    if row["first"] == UNSURE:
        return [r.key for n, r in enumerate(standing.rules) if row["held"] >> n & 1], [k for n, k in enumerate(asked) if row["asks"] >> n & 1]
    return [], list(plan.needed)  # the rule decides, but no day is known that its measures run from


def _dates_used(standing: Standing) -> list[str]:
    used = {name for rule in standing.rules for m in rule.measures for name in (*m.clock, *m.begins, m.until)} | {
        standing.table.start
    }
    return [key for key, spec in standing.inputs.items() if spec.type == "date" and key in used]


def _plan(standing: Standing, first: int, answers: list[bool | None], facts: Facts) -> Plan:
    fired = tuple(rule for rule, met in zip(standing.rules, answers, strict=True) if met)
    if first in (UNSURE, NO_ROW):
        outcome = UNDETERMINED if first == UNSURE else NO_RULE
        return Plan(outcome, (), None, True, _open_points(Decision(standing, facts, outcome, None, fired, (), (), {}, (), ())))
    outcome, measures, needed = order(standing, standing.rules[first], fired, facts)
    decision = Decision(standing, facts, outcome, standing.rules[first], fired, measures, needed, {}, (), (), beside=without_unconfirmed(standing, answers))
    return Plan(outcome, measures, decision.until, enforceable(decision), _open_points(decision), needed)


def _open_points(decision: Decision) -> list[dict[str, str]]:
    """What no source confirms: of what kind, its name, its value as JSON."""
    return [{"what": u["what"], "name": u["name"], "value": json.dumps(u["value"], ensure_ascii=False)} for u in unconfirmed(decision)]


def _shown(measure: Planned) -> dict[str, Any]:
    return {"mode": measure.mode, "from": measure.from_, "until": measure.until, "test_dates": list(measure.tests)}
