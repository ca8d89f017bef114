"""The evaluator for a population: the same tables over columns.

Every column is turned into one bit pattern per person (which rules its value meets) by looking its value up; the patterns of all columns
are joined with AND. What a value meets is asked of the same `meets` that decides for one person, once for every value or part of the range.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from tongchou.packs.plans.conditions import bounds, meets
from tongchou.packs.plans.model import Fact, Input, Test
from tongchou.packs.plans.resolve import Standing

Array = npt.NDArray[Any]
Bits = npt.NDArray[np.uint64]
NO_ROW = -1
UNSURE = -2
_CHUNK = 1 << 15
UNKNOWN_WHOLE = {np.dtype(t): np.iinfo(t).min for t in (np.int8, np.int16, np.int32, np.int64)}
"""The value that stands for unknown in columns of whole numbers; in columns of decimal numbers it is NaN."""


@dataclass(frozen=True, slots=True)
class Fired:
    """What fired. first: number of the rule that decides, NO_ROW, or UNSURE where a fact must be asked for first.

    bits: one pattern per person, bit n set where rule n fires. possible: as `bits`, with rules that only an unknown fact holds back.
    """

    first: npt.NDArray[np.int8]
    bits: Array
    possible: Array

    def fires(self, rule: int) -> npt.NDArray[np.bool_]:
        """Whether the rule of that number fires, for every person."""
        one = self.bits.dtype.type(1)
        found: npt.NDArray[np.bool_] = (self.bits >> self.bits.dtype.type(rule)) & one == one
        return found


class TooManyRules(ValueError):
    """More rules than one pattern holds."""


class Sheet:
    """A standing table made ready for columns."""

    def __init__(self, standing: Standing) -> None:
        if len(standing.rules) > 64:
            raise TooManyRules(f"{standing.table.key}: {len(standing.rules)} rules in force, at most 64")
        self.standing = standing
        self.word = np.dtype(np.uint32 if len(standing.rules) <= 32 else np.uint64)
        self.all = self.word.type((1 << len(standing.rules)) - 1)
        used = {key for rule in standing.rules for key in rule.when}
        self.columns = {key: _Column(standing, key, self.word) for key in standing.inputs if key in used}
        self.others = self._others()

    def _others(self) -> Array | None:
        """For every rule the earlier ones that do something else, as a pattern; None where no two rules do the same."""
        rules = self.standing.rules
        if self.standing.table.hit != "first" or not any(a.does_as(b) for n, a in enumerate(rules) for b in rules[:n]):
            return None
        return np.array([sum(1 << k for k, b in enumerate(rules[:n]) if not a.does_as(b)) for n, a in enumerate(rules)], self.word)

    def evaluate(self, facts: Mapping[str, Array], count: int) -> Fired:
        """Evaluate `count` people. facts: columns by input as `columns_of` makes them; a column that is absent is unknown for all."""
        bits = np.empty(count, self.word)
        possible = np.empty(count, self.word)
        first = np.empty(count, np.int8)
        given = [(c, facts[k]) for k, c in self.columns.items() if k in facts]
        plain = [(c.lookup(v.dtype), v) for c, v in given if not c.asks]
        asking = [(c.lookup(v.dtype), v) for c, v in given if c.asks]
        base, open_base = self.all, self.all
        for key, column in self.columns.items():
            if key not in facts:
                base, open_base = base & column.unknown_sure, open_base & column.unknown_open
        for start in range(0, count, _CHUNK):
            part = slice(start, min(start + _CHUNK, count))
            self._part(plain, asking, part, (base, open_base), (bits[part], possible[part]))
            _choose(self.standing.table.hit, bits[part], possible[part], first[part], self.others)
        return Fired(first, bits, possible)

    def _part(
        self, plain: _Steps, asking: _Steps, part: slice, bases: tuple[Any, Any], out: tuple[Array, Array]
    ) -> None:
        bits, possible = out
        bits[:] = self.all
        for lookup, values in plain:
            bits &= lookup.sure.take(lookup.codes(values[part]))
        np.bitwise_and(bits, bases[1], out=possible)
        bits &= bases[0]
        for lookup, values in asking:
            codes = lookup.codes(values[part])
            bits &= lookup.sure.take(codes)
            possible &= lookup.open.take(codes)

    def renew(self, before: Fired, facts: Mapping[str, Array], rows: npt.NDArray[np.intp]) -> None:
        """Evaluate only these people again, in place, after some of their facts changed."""
        fresh = self.evaluate({key: values[rows] for key, values in facts.items()}, len(rows))
        before.first[rows], before.bits[rows], before.possible[rows] = fresh.first, fresh.bits, fresh.possible


def _choose(hit: str, bits: Array, possible: Array, first: Array, others: Array | None) -> None:
    sure, maybe = _lowest(bits), _lowest(possible)
    if hit == "first":
        first[:] = np.where(sure == maybe, sure, UNSURE)
        if others is not None and (open_ := np.flatnonzero((sure != maybe) & (sure >= 0))).size:
            # A rule that is met decides all the same where every earlier one that may be met would do no other thing.
            same = open_[possible[open_] & others[sure[open_]] == 0]
            first[same] = sure[same]
    else:
        first[:] = np.where(sure >= 0, sure, np.where(maybe >= 0, UNSURE, NO_ROW))


def _lowest(bits: Array) -> npt.NDArray[np.int32]:
    """The number of the lowest bit that is set; NO_ROW where none is. Read off a float's exponent: powers of two are exact."""
    lowest = bits & (~bits + bits.dtype.type(1))
    exponent: npt.NDArray[np.int32] = lowest.astype(np.float32).view(np.int32)
    exponent >>= 23
    exponent -= 127
    np.maximum(exponent, NO_ROW, out=exponent)
    return exponent


@dataclass(frozen=True, slots=True)
class _Lookup:
    """For one type of column: from values to codes, and from codes to patterns."""

    sure: Array
    open: Array
    limits: tuple[Any, ...] | None  # None: the values themselves, taken as unsigned, are the codes
    unknown: Any

    def codes(self, values: Array) -> Array:
        if self.limits is None:
            return values.view(np.uint8 if values.dtype.itemsize == 1 else np.uint16)
        codes = np.zeros(len(values), np.uint8)
        for limit in self.limits:
            codes += values >= limit
            codes += values > limit
        missing = np.isnan(values) if values.dtype.kind == "f" else values == self.unknown
        codes[missing] = len(self.sure) - 1
        return codes


_Steps = list[tuple[_Lookup, Array]]


class _Column:
    """One input: which rules every part of its range meets."""

    def __init__(self, standing: Standing, key: str, word: np.dtype[Any]) -> None:
        self.spec: Input = standing.inputs[key]
        self.tests: list[Test | None] = [rule.when.get(key) for rule in standing.rules]
        self.word = word
        self.asks = self.spec.unknown == "ask"
        self.unknown_sure, self.unknown_open = self._patterns(None)
        self._lookups: dict[np.dtype[Any], _Lookup] = {}

    def _patterns(self, value: Fact | None) -> tuple[Any, Any]:
        answers = [True if t is None else meets(self.spec, t, value) for t in self.tests]
        sure = sum(1 << n for n, met in enumerate(answers) if met)
        open_ = sum(1 << n for n, met in enumerate(answers) if met is not False)
        return self.word.type(sure), self.word.type(open_)

    def lookup(self, dtype: np.dtype[Any]) -> _Lookup:
        """The look-up for columns of that type, made once."""
        if dtype not in self._lookups:
            small = dtype.itemsize <= 2 and dtype.kind in "bi"
            self._lookups[dtype] = self._direct(dtype) if small else self._by_limits(dtype)
        return self._lookups[dtype]

    def _direct(self, dtype: np.dtype[Any]) -> _Lookup:
        size = 256**dtype.itemsize
        unknown = UNKNOWN_WHOLE.get(dtype)
        choices: list[Fact] = [False, True] if self.spec.type == "boolean" else [*self.spec.choices]
        sure, open_ = np.full(size, self.unknown_sure), np.full(size, self.unknown_open)
        if choices:
            for code, value in enumerate(choices):
                sure[code], open_[code] = self._patterns(value)
            return _Lookup(sure, open_, None, unknown)
        wide = self._by_limits(np.dtype(np.int64))
        every = np.arange(size).astype(np.uint16 if dtype.itemsize == 2 else np.uint8).view(dtype).astype(np.int64)
        codes = wide.codes(every)
        sure, open_ = wide.sure[codes], wide.open[codes]
        if unknown is not None:
            sure[unknown], open_[unknown] = self.unknown_sure, self.unknown_open
        return _Lookup(sure, open_, None, unknown)

    def _by_limits(self, dtype: np.dtype[Any]) -> _Lookup:
        tests = [t for t in self.tests if t is not None]
        limits = bounds(tests)
        if len(limits) > 126:
            raise TooManyRules(f"{self.spec.key}: {len(limits)} bounds, at most 126")
        numbers = [v.toordinal() if isinstance(v, date) else v for v in limits]
        parts: list[Any] = [numbers[0] - 1] if numbers else [1]
        for place, limit in enumerate(numbers):
            after = numbers[place + 1] if place + 1 < len(numbers) else limit + 2
            parts += [limit, (limit + after) / 2]
        values = [date.fromordinal(int(p)) if self.spec.type == "date" and p == int(p) else p for p in parts]
        if self.spec.type == "date":
            values = [v if isinstance(v, date) else date.fromordinal(int(v) + 1) for v in values]
        patterns = [*(self._patterns(v) for v in values), (self.unknown_sure, self.unknown_open)]
        sure, open_ = (np.array(side, self.word) for side in zip(*patterns, strict=True))
        return _Lookup(sure, open_, tuple(numbers), UNKNOWN_WHOLE.get(dtype))


def columns_of(standing: Standing, people: Iterable[Mapping[str, Fact | None]]) -> dict[str, Array]:
    """Columns out of facts that were read (`read_facts`). Booleans and choices as int8 codes, dates as int32 day numbers, numbers as float64."""
    rows = list(people)
    return {key: column_of(spec, [row[key] for row in rows]) for key, spec in standing.inputs.items()}


def column_of(spec: Input, values: list[Fact | None]) -> Array:
    """One column; None is unknown."""
    if spec.type in ("boolean", "choice"):
        codes: dict[Any, int] = {name: n for n, name in enumerate(spec.choices or (False, True))}
        return np.array([-128 if v is None else codes[v] for v in values], np.int8)
    if spec.type == "date":
        unknown = UNKNOWN_WHOLE[np.dtype(np.int32)]
        return np.array([v.toordinal() if isinstance(v, date) else unknown for v in values], np.int32)
    if spec.type == "text":
        return np.array([-128 if v is None else 0 for v in values], np.int8)
    return np.array([np.nan if v is None else v for v in values], np.float64)
