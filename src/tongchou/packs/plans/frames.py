"""A file of people made into a table's columns; what is wrong of a row is found for every row, not only for the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time

import numpy as np
import numpy.typing as npt
import polars as pl

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.columns import UNKNOWN_WHOLE, Array
from tongchou.packs.plans.facts import MAX_DAYS, MAX_NUMBER, names_of
from tongchou.packs.plans.model import Input
from tongchou.packs.plans.relations import broken_rows, looked_at, refusal
from tongchou.packs.plans.resolve import Standing
from tongchou.packs.yamllines import nearest

_CHECK = Text("请核对。", "Check it.")
NO_DATE = UNKNOWN_WHOLE[np.dtype(np.int32)]
EPOCH = date(1970, 1, 1).toordinal()


class BatchErrors(Exception):
    """A file of people that was refused, with one problem for every fault of a column; `line` is the first row at fault, from 1."""

    def __init__(self, problems: list[Refusal]) -> None:
        self.problems = problems
        super().__init__("\n".join(p.sentence("en") for p in problems))


@dataclass
class Faults:
    """What is wrong of single rows: for every fault the rows that have it, in order, each with its refusal (`line` from 1)."""

    found: list[list[Refusal]] = field(default_factory=list)

    @property
    def rows(self) -> npt.NDArray[np.intp]:
        """The rows at fault, from 0, each once and in order."""
        return np.unique(np.array([p.line - 1 for fault in self.found for p in fault if p.line], np.intp))

    def of_rows(self) -> list[Refusal]:
        """Everything that is wrong, row by row."""
        return sorted((p for fault in self.found for p in fault), key=lambda p: (p.line or 0, p.field or ""))

    def cells(self, spec: Input, values: pl.Series, bad: pl.Series, rule: Text, remedy: Text | None = None, reason: Reason = Reason.IMPOSSIBLE_DATE) -> None:
        """Note the cells that are wrong; a remedy that is not given names the nearest of the choices."""
        rows = bad.fill_null(False).arg_true()
        if len(rows):
            said = [str(v) for v in values.gather(rows).to_list()]
            remedies = {v: remedy or nearest(v, spec.choices) for v in dict.fromkeys(said)}
            self.found.append([
                Refusal(reason, rule, remedy=remedies[v], field=spec.key, value=v, line=row + 1) for row, v in zip(rows.to_list(), said, strict=True)
            ])  # fmt: skip

    def told(self) -> list[Refusal]:
        """One refusal for each fault, with its first row and how many there are."""
        count = Text("{remedy}（该列共 {n} 行有误。）", "{remedy} ({n} {n|row|rows} of this column at fault.)")
        return [
            Refusal(p.reason, p.rule, remedy=count.with_(remedy=p.remedy or p.rule, n=len(fault)), field=p.field, value=p.value, line=p.line)
            if len(fault) > 1 else p
            for fault in self.found for p in fault[:1]
        ]  # fmt: skip


def columns_in(standing: Standing, people: pl.DataFrame, carried: Sequence[str] = (), faults: Faults | None = None) -> dict[str, Array]:
    """The table's columns out of a frame; dates as day numbers, booleans and choices as codes.

    faults: takes what is wrong of single rows, whose cells are then unknown. Without it a row at fault refuses the file, as a column that cannot
    be read always does. Raises BatchErrors.
    """
    problems: list[Refusal] = []
    noted = Faults() if faults is None else faults
    out: dict[str, Array] = {}
    for name in people.columns:
        if name in carried:
            continue
        try:
            key = _key_of(standing, name, out)
            spec = standing.inputs[key]
            past = spec.type == "days_since" and spec.of in standing.inputs and standing.inputs[spec.of].not_after_as_of
            out[key] = _days(spec, people[name], noted, past) if spec.type == "days_since" else _column(spec, people[name], standing.as_of, noted)
        except Refusal as problem:
            problems.append(problem)
    if problems or (faults is None and noted.found):
        raise BatchErrors([*problems, *noted.told()])
    _derive(standing, out)
    _contradictions(standing, {name: _decimal(out[name]) for name in looked_at(standing.table) if name in out}, noted)
    if faults is None and noted.found:
        raise BatchErrors(noted.told())
    return out


def _contradictions(standing: Standing, columns: dict[str, npt.NDArray[np.float64]], noted: Faults) -> None:
    table = standing.table
    for spec, rule, other, bad in broken_rows(table, columns, standing.as_of):
        fault = []
        for row in np.flatnonzero(bad).tolist():
            value, against = (_as_given(table.inputs[k], columns[k][row]) if k else None for k in (spec.key, other))
            fault.append(refusal(table, spec, rule, other, value, against, row + 1))
        noted.found.append(fault)


def _as_given(spec: Input, value: float) -> object:
    return date.fromordinal(int(value)) if spec.type == "date" else int(value) if value == int(value) else float(value)


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
                out[target] = np.where(values == NO_DATE, NO_DATE, today - values).astype(np.int32)
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


def _column(spec: Input, values: pl.Series, as_of: date, noted: Faults) -> Array:
    if spec.type == "date":
        return _dates(spec, _midnights(spec, values, noted), as_of, noted)
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
        return _choices(spec, values, noted)
    if spec.type == "text":
        empty = values.cast(pl.String) == ""
        noted.cells(spec, values, empty, Text("须为文字。", "This must be text."), Text("不知道的留空。", "Leave it empty where it is not known."), Reason.INVALID_VALUE)
        return np.where(values.is_null().to_numpy(), -128, 0).astype(np.int8)
    _typed(
        spec,
        values,
        values.dtype.is_numeric() or values.dtype == pl.Null,
        Text("须为数字列。", "This must be a column of numbers."),
    )
    numbers = values.cast(pl.Float64)
    huge = (numbers.abs() >= MAX_NUMBER) & numbers.is_not_nan()
    noted.cells(spec, values, huge, Text("须为数字。", "This must be a number."), _CHECK, Reason.INVALID_VALUE)
    return numbers.set(huge.fill_null(False), None).fill_null(float("nan")).to_numpy()


def _typed(spec: Input, values: pl.Series, good: bool, rule: Text) -> None:
    if not good:
        remedy = Text("请改列的类型；不知道的留空。", "Change the column's type; leave unknown values empty.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field=spec.key, value=str(values.dtype))


def _choices(spec: Input, values: pl.Series, noted: Faults) -> Array:
    texts = values.cast(pl.String)
    numbers = {name: n for n, name in enumerate(spec.choices)}
    said = {word: numbers[choice] for word, choice in spec.words.items() if word not in numbers}
    folded = texts.str.strip_chars().str.to_lowercase()
    codes = texts.replace_strict(numbers, default=folded.replace_strict(said, default=-1, return_dtype=pl.Int8), return_dtype=pl.Int8)
    bad = (codes == -1) & texts.is_not_null()
    noted.cells(spec, texts, bad, Text("不在可选的取值之内。", "This is not one of the choices."), reason=Reason.INVALID_VALUE)
    return pl.select(pl.when(texts.is_null() | bad).then(pl.lit(-128, pl.Int8)).otherwise(codes)).to_series().to_numpy()


def _days(spec: Input, values: pl.Series, noted: Faults, past: bool) -> Array:
    """Numbers of days. past: the date that they are counted from lies not after the day of the decision."""
    whole = values.dtype.is_integer() or values.dtype == pl.Null
    _typed(spec, values, whole, Text("须为整数列。", "This must be a column of whole numbers."))
    days = values.cast(pl.Int64)
    far = ((days.abs() > MAX_DAYS) | (past & (days < 0))).fill_null(False)
    rule = Text("天数过大，或不得为负。", "These are too many days, or they may not be below 0.")
    noted.cells(spec, values, far, rule, _CHECK)
    return days.set(far, None).cast(pl.Int32).fill_null(NO_DATE).to_numpy()


def _midnights(spec: Input, values: pl.Series, noted: Faults) -> pl.Series:
    """Dates that came as moments (pandas knows no dates), each at midnight; a moment within a day is refused."""
    if not isinstance(values.dtype, pl.Datetime):
        return values
    within = (values.dt.time() != time()).fill_null(False)
    noted.cells(spec, values, within, Text("须为日期，不带时刻。", "This must be a date, without a time of day."), _CHECK)
    return values.dt.date().set(within, None)


def _dates(spec: Input, values: pl.Series, as_of: date, noted: Faults) -> Array:
    if values.dtype == pl.String:
        days = values.str.to_date("%Y-%m-%d", strict=False)
        bad, rule = days.is_null() & values.is_not_null(), Text("不是日期。", "This is not a date.")
        noted.cells(spec, values, bad, rule, Text("请写成 2022-07-10。", "Write it as 2022-07-10."))
    else:
        rule = Text("须为日期列，或 2022-07-10 样式的文字。", "This must be a column of dates, or of texts such as 2022-07-10.")
        _typed(spec, values, values.dtype in (pl.Date, pl.Null), rule)
        days = values.cast(pl.Date)
    if spec.not_after_as_of:
        late = (days > as_of).fill_null(False)
        rule = Text("不得晚于判定日期 {day}。", "This may not be later than the day of the decision, {day}.").with_(day=as_of)
        noted.cells(spec, days, late, rule, _CHECK)
        days = days.set(late, None)
    far = ((days < date(1990, 1, 1)) | (days > date(2100, 12, 31))).fill_null(False)
    noted.cells(spec, days, far, Text("须在 1990 年至 2100 年之间。", "This must lie between 1990 and 2100."), _CHECK)
    numbers = days.set(far, None).to_physical().cast(pl.Int32) + EPOCH
    return numbers.fill_null(NO_DATE).to_numpy()
