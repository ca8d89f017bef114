"""The same tables for a file of people: a frame in, a frame of decisions out, row by row in the same order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import numpy as np
import polars as pl

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.asked import all_asked, held_up, needs
from tongchou.packs.plans.columns import NO_ROW, UNKNOWN_WHOLE, UNSURE, Array, Fired, Sheet
from tongchou.packs.plans.decide import NO_RULE, UNDETERMINED, Decision, order, without_unconfirmed
from tongchou.packs.plans.facts import MAX_DAYS, Facts, names_of
from tongchou.packs.plans.model import Input
from tongchou.packs.plans.relations import contradicted, looked_at
from tongchou.packs.plans.report import enforceable, unconfirmed
from tongchou.packs.plans.resolve import Standing
from tongchou.packs.plans.schedule import Planned
from tongchou.packs.yamllines import nearest

CARRIED = ("id", "person", "name")
_EPOCH = date(1970, 1, 1).toordinal()
_NO_DATE = UNKNOWN_WHOLE[np.dtype(np.int32)]
_MEASURES = pl.List(pl.Struct({"mode": pl.String, "from": pl.Date, "until": pl.Date, "test_dates": pl.List(pl.Date)}))
_SCHEMA: dict[str, Any] = {
    "outcome": pl.String, "rule": pl.String, "held_up": pl.List(pl.String), "needs": pl.List(pl.String), "fired": pl.List(pl.String),
    "measures": _MEASURES, "until": pl.Date, "ended": pl.Date, "enforceable": pl.Boolean,
    "unconfirmed": pl.List(pl.Struct({"what": pl.String, "name": pl.String, "value": pl.String})),
}  # fmt: skip


class BatchErrors(Exception):
    """A file of people that was refused, with one problem for every column at fault; `line` is the first row at fault, from 1."""

    def __init__(self, problems: list[Refusal]) -> None:
        self.problems = problems
        super().__init__("\n".join(p.sentence("en") for p in problems))


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
    carried = [
        c for c in people.columns if c in keep or (c not in standing.inputs and (c in CARRIED or c.endswith("_id")))
    ]
    facts = columns_in(standing, people, carried)
    fired = Sheet(standing).evaluate(facts, people.height)
    decided = _decisions(standing, facts, fired, people.height, only or list(_SCHEMA))
    return people.select(carried).hstack(decided) if carried else decided


def columns_in(standing: Standing, people: pl.DataFrame, carried: Sequence[str] = ()) -> dict[str, Array]:
    """The table's columns out of a frame; dates as day numbers, booleans and choices as codes. Raises BatchErrors."""
    problems: list[Refusal] = []
    out: dict[str, Array] = {}
    for name in people.columns:
        if name in carried:
            continue
        try:
            key = _key_of(standing, name, out)
            out[key] = _column(standing.inputs[key], people[name], standing.as_of)
        except Refusal as refusal:
            problems.append(refusal)
    if problems:
        raise BatchErrors(problems)
    _derive(standing, out)
    if found := contradicted(standing.table, {name: _decimal(out[name]) for name in looked_at(standing.table) if name in out}, standing.as_of):
        raise BatchErrors(found)
    return out


def _key_of(standing: Standing, name: str, known: dict[str, Array]) -> str:
    """The input that a column holds; refuses what the table does not know, and the same fact in two columns."""
    others = {other: key for key, spec in standing.inputs.items() for other in spec.also}
    key = others.get(name, name)
    names = names_of(standing.table)
    if key not in names:
        rule = Text("“{table}”不使用这一列。", "“{table}” does not use this column.").with_(table=standing.table.key)
        raise Refusal(Reason.UNKNOWN_FIELD, rule, remedy=nearest(name, [*names, *others]), field=name)
    spec = standing.inputs[key]
    if key in known or (spec.of and spec.of in known) or any(standing.inputs[k].of == key for k in known):
        rule = Text("另一列是同一个事实。", "Another column holds the same fact.")
        raise Refusal(Reason.DUPLICATE, rule, remedy=Text("请删除其中一列。", "Delete one of the two."), field=name)
    return key


def _derive(standing: Standing, out: dict[str, Array]) -> None:
    """Put in what is worked out: numbers of days from dates (and dates from numbers of days), then what is computed."""
    today = standing.as_of.toordinal()
    for key, spec in standing.inputs.items():
        if spec.type == "days_since":
            source, target = (spec.of, key) if spec.of in out else (key, spec.of)
            if source in out:
                values = out[source]
                out[target] = np.where(values == _NO_DATE, _NO_DATE, today - values).astype(np.int32)
    for key, spec in standing.inputs.items():
        if spec.formula:
            count = next((len(v) for v in out.values()), 0)
            given = {n: _decimal(out[n]) if n in out else np.full(count, np.nan) for n in spec.formula.names}
            out[key] = spec.formula.column(given)


def _decimal(values: Array) -> Array:
    found = values.astype(np.float64)
    if values.dtype.kind == "i":
        found[values == UNKNOWN_WHOLE[values.dtype]] = np.nan
    return found


def _column(spec: Input, values: pl.Series, as_of: date) -> Array:
    if spec.type == "date":
        return _dates(spec, _midnights(spec, values), as_of)
    if spec.type == "boolean":
        if values.dtype == pl.Null:
            return np.full(len(values), -128, np.int8)
        _typed(
            spec,
            values,
            values.dtype == pl.Boolean,
            Text("须为布尔列（true/false）。", "This must be a column of true and false."),
        )
        return values.cast(pl.Int8).fill_null(-128).to_numpy()
    if spec.type == "choice":
        texts = values.cast(pl.String)
        numbers = {name: n for n, name in enumerate(spec.choices)}
        said = {word: numbers[choice] for word, choice in spec.words.items() if word not in numbers}
        folded = texts.str.strip_chars().str.to_lowercase()
        codes = texts.replace_strict(
            numbers, default=folded.replace_strict(said, default=-1, return_dtype=pl.Int8), return_dtype=pl.Int8
        )
        codes = pl.select(pl.when(texts.is_null()).then(pl.lit(-128, pl.Int8)).otherwise(codes)).to_series()
        bad = (codes == -1).arg_max() if (codes == -1).any() else None
        if bad is not None:
            rule = Text("不在可选的取值之内。", "This is not one of the choices.")
            raise Refusal(
                Reason.INVALID_VALUE,
                rule,
                remedy=nearest(texts[bad], spec.choices),
                field=spec.key,
                value=texts[bad],
                line=bad + 1,
            )
        return codes.to_numpy()
    if spec.type == "text":
        return np.where(values.is_null().to_numpy(), -128, 0).astype(np.int8)
    if spec.type == "days_since":
        return _days(spec, values)
    _typed(
        spec,
        values,
        values.dtype.is_numeric() or values.dtype == pl.Null,
        Text("须为数字列。", "This must be a column of numbers."),
    )
    return values.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _typed(spec: Input, values: pl.Series, good: bool, rule: Text) -> None:
    if not good:
        remedy = Text("请改列的类型；不知道的留空。", "Change the column's type; leave unknown values empty.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field=spec.key, value=str(values.dtype))


def _days(spec: Input, values: pl.Series) -> Array:
    whole = values.dtype.is_integer() or values.dtype == pl.Null
    _typed(spec, values, whole, Text("须为整数列。", "This must be a column of whole numbers."))
    far = values.cast(pl.Int64).abs() > MAX_DAYS
    _first(spec, values, far.fill_null(False), Text("天数过大。", "These are too many days."))
    return values.cast(pl.Int32).fill_null(_NO_DATE).to_numpy()


def _midnights(spec: Input, values: pl.Series) -> pl.Series:
    """Dates that came as moments (pandas knows no dates), each at midnight; a moment within a day is refused."""
    if not isinstance(values.dtype, pl.Datetime):
        return values
    days = values.dt.date()
    within = Text("须为日期，不带时刻。", "This must be a date, without a time of day.")
    _first(spec, values, (values.dt.time() != time()).fill_null(False), within)
    return days


def _dates(spec: Input, values: pl.Series, as_of: date) -> Array:
    if values.dtype == pl.String:
        days = values.str.to_date("%Y-%m-%d", strict=False)
        _first(spec, values, days.is_null() & values.is_not_null(), Text("不是日期。", "This is not a date."))
    else:
        good = values.dtype in (pl.Date, pl.Null)
        _typed(
            spec,
            values,
            good,
            Text(
                "须为日期列，或 2022-07-10 样式的文字。",
                "This must be a column of dates, or of texts such as 2022-07-10.",
            ),
        )
        days = values.cast(pl.Date)
    if spec.not_after_as_of:
        late = Text("不得晚于判定日期 {day}。", "This may not be later than the day of the decision, {day}.").with_(
            day=as_of
        )
        _first(spec, values, (days > as_of).fill_null(False), late)
    far = (days < date(1990, 1, 1)) | (days > date(2100, 12, 31))
    _first(
        spec, values, far.fill_null(False), Text("须在 1990 年至 2100 年之间。", "This must lie between 1990 and 2100.")
    )
    numbers = days.to_physical().cast(pl.Int32) + _EPOCH
    return numbers.fill_null(_NO_DATE).to_numpy()


def _first(spec: Input, values: pl.Series, bad: pl.Series, rule: Text) -> None:
    if bad.any():
        row = bad.arg_max() or 0
        remedy = Text("请核对该列（共 {n} 行）。", "Check this column ({n} {n|row|rows}).").with_(n=int(bad.sum()))
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field=spec.key, value=str(values[row]), line=row + 1)


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
            k: None if row[k] == _NO_DATE else date.fromordinal(row[k]) for k in dates
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
