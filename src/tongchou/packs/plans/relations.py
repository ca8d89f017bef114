"""What facts may not say together: a smallest and a greatest value, a number not below others, a date not before others, a count that a date contradicts.

Declared with the inputs of a table as data; held to for one person and for columns, with the same words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.model import Fact, Input, Table

Known = npt.NDArray[np.float64]
"""A column as numbers, dates as day numbers; NaN is unknown."""
_LEAST = Text("不得小于 {least}。", "This may not be less than {least}.")
_MOST = Text("不得大于 {most}。", "This may not be more than {most}.")
_AT_LEAST = Text("不得小于“{other}”（{value}）。", "This may not be less than “{other}” ({value}).")
_NOT_BEFORE = Text("不得早于“{other}”（{value}）。", "This may not be before “{other}” ({value}).")
_NONE_WITHIN = Text(
    "与“{other}”（{value}）矛盾：该日在最近 {days} 天内，不能为 0。",
    "“{other}” ({value}) lies within the last {days} {days|day|days}: this cannot be 0.",
)
_SOME_BEFORE = Text(
    "与“{other}”（{value}）矛盾：该日距判定日已满 {days} 天，须为 0。",
    "“{other}” ({value}) lies {days} {days|day|days} back or more: this must be 0.",
)
_CHECK = Text("请核对这两项；不知道的不填。", "Check the two; leave out what is not known.")
_CORRECT = Text("请核对这个数。", "Check this number.")


def broken(table: Table, facts: Mapping[str, Fact | None], as_of: date) -> Refusal | None:
    """The first relation that one person's facts break; unknown facts break none."""
    for spec in related(table):
        value = facts.get(spec.key)
        if value is None:
            continue
        for rule, other, breaks in _held(spec, as_of):
            against = facts.get(other) if other else None
            if (other and against is None) or not breaks(_number(value), _number(against)):
                continue
            return refusal(table, spec, rule, other, value, against)
    return None


def looked_at(table: Table) -> set[str]:
    """The inputs that a relation looks at."""
    return {name for s in related(table) for name in (s.key, *s.at_least, *s.not_before, s.within_of) if name}


def broken_rows(
    table: Table, columns: Mapping[str, Known], as_of: date
) -> Iterator[tuple[Input, Text, str, npt.NDArray[np.bool_]]]:
    """(input, rule, the other input, which rows break it) for every relation that a row breaks."""
    for spec in related(table):
        if spec.key not in columns:
            continue
        for rule, other, breaks in _held(spec, as_of):
            if other and other not in columns:
                continue
            values = columns[spec.key]
            against = columns[other] if other else np.zeros(len(values))
            bad = breaks(values, against) & ~np.isnan(values) & ~np.isnan(against)
            if bad.any():
                yield spec, rule, other, bad


def related(table: Table) -> list[Input]:
    """The inputs that say something of this kind."""
    return [s for s in table.inputs.values() if s.least is not None or s.most is not None or s.at_least or s.not_before or s.within]


def refusal(
    table: Table, spec: Input, rule: Text, other: str, value: object, against: object, line: int | None = None
) -> Refusal:
    """The same words for one person and for a row of a file. line: the row, from 1."""
    told = (
        rule.with_(other=table.inputs[other].title, value=against, days=spec.within)
        if other
        else rule.with_(least=spec.least, most=spec.most)
    )
    shown = value.isoformat() if isinstance(value, date) else value
    return Refusal(
        Reason.CONFLICT if other else Reason.INVALID_VALUE,
        told,
        remedy=_CHECK if other else _CORRECT,
        field=spec.key,
        value=shown,
        line=line,
    )


def _held(spec: Input, as_of: date) -> Iterator[tuple[Text, str, Any]]:
    """(rule, the other input, what breaks it): numbers and arrays alike."""
    if spec.least is not None:
        least = spec.least
        yield _LEAST, "", lambda a, b: a < least
    if spec.most is not None:
        most = spec.most
        yield _MOST, "", lambda a, b: a > most
    for other in spec.at_least:
        yield _AT_LEAST, other, lambda a, b: a < b
    for other in spec.not_before:
        yield _NOT_BEFORE, other, lambda a, b: a < b
    if spec.within:
        after = as_of.toordinal() - spec.within
        yield _NONE_WITHIN, spec.within_of, lambda a, b: (a <= 0) & (b > after)
        yield _SOME_BEFORE, spec.within_of, lambda a, b: (a > 0) & (b <= after)


def _number(value: Fact | None) -> Any:
    return value.toordinal() if isinstance(value, date) else value
