"""The cells of decision tables: how they are written, and whether a value meets them.

`true` · `high` · `[high, medium]` · `not(low)` · `>= 5` · `< $lookback` · `1..7` · `(1..7]` · `> 2022-06-28` · `known` · `unknown` · `known(false)`
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from tongchou.packs.plans.model import Fact, Input, Test
from tongchou.packs.plans.values import Ref

_COMPARE = re.compile(r"(<=|>=|<|>|=)\s*(.+)")
_BETWEEN = re.compile(r"([\[(]?)\s*([^\[\]()]+?)\s*\.\.\s*([^\[\]()]+?)\s*([\])]?)")
_SURE = re.compile(r"known\((.+)\)")
_NOT = re.compile(r"not\((.+)\)")
_REF = re.compile(r"(-?)\$([a-z][a-z0-9_]*)(?:\s*\+\s*\$([a-z][a-z0-9_]*))?")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


class NotACondition(ValueError):
    """A cell that cannot be read; the message is the part at fault."""


def parse_ref(text: str) -> Ref | None:
    """Read `$name`, `-$name` or `$name+$other`."""
    found = _REF.fullmatch(text.strip())
    return Ref(found[2], bool(found[1]), found[3] or "") if found else None


def parse_test(cell: object, spec: Input) -> Test:
    """Read a cell for an input. cell: a scalar or a list of scalars as the file holds them. Raises NotACondition."""
    shown = ", ".join(map(_shown, cell)) if isinstance(cell, (list, tuple)) else _shown(cell)
    if isinstance(cell, (list, tuple)):
        return Test(shown, "in", tuple(_operand(item, spec) for item in cell))
    if cell in ("known", "unknown"):
        return Test(shown, "known" if cell == "known" else "unknown")
    if isinstance(cell, str) and (found := _SURE.fullmatch(cell.strip())):
        return replace(parse_test(found[1].strip(), spec), text=shown, sure=True)
    if isinstance(cell, str):
        text = cell.strip()
        if found := _NOT.fullmatch(text):
            return Test(shown, "not_in", tuple(_operand(part.strip(), spec) for part in found[1].split(",")))
        if found := _COMPARE.fullmatch(text):
            return _comparison(found[1], _operand(found[2].strip(), spec), shown, spec)
        if ".." in text and (found := _BETWEEN.fullmatch(text)):
            _ordered(spec, text)
            low, high = _operand(found[2], spec), _operand(found[3], spec)
            return Test(shown, "range", low=low, high=high, low_open=found[1] == "(", high_open=found[4] == ")")
    return Test(shown, "in", (_operand(cell, spec),))


def _shown(cell: object) -> str:
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _comparison(sign: str, bound: Fact | Ref, shown: str, spec: Input) -> Test:
    _ordered(spec, shown)
    if sign == "=":
        return Test(shown, "in", (bound,))
    if sign[0] == ">":
        return Test(shown, "range", low=bound, low_open=sign == ">")
    return Test(shown, "range", high=bound, high_open=sign == "<")


def _ordered(spec: Input, text: str) -> None:
    if spec.type not in ("number", "date", "days_since", "computed"):
        raise NotACondition(text)


def _operand(raw: object, spec: Input) -> Fact | Ref:
    if isinstance(raw, str) and (ref := parse_ref(raw)):
        return ref
    if spec.type == "boolean" and raw in (True, False, "true", "false"):
        return raw in (True, "true")
    if spec.type in ("number", "days_since", "computed") and not isinstance(raw, bool):
        if isinstance(raw, (int, float)):
            return raw
        if isinstance(raw, str) and _NUMBER.fullmatch(raw):
            return float(raw) if "." in raw else int(raw)
    if spec.type == "date" and isinstance(raw, str):
        try:
            return date.fromisoformat(raw)
        except ValueError:
            raise NotACondition(raw) from None
    if spec.type == "choice" and isinstance(raw, str) and raw in spec.choices:
        return raw
    raise NotACondition(str(raw))


def holds(test: Test, value: Fact | None) -> bool | None:
    """Whether a value meets a test without references; None where the value is unknown and the test does not ask about that."""
    if test.op == "known":
        return value is not None
    if test.op == "unknown":
        return value is None
    if value is None:
        return None
    if test.op == "in":
        return value in test.values
    if test.op == "not_in":
        return value not in test.values
    given: Any = value
    low: Any = test.low
    high: Any = test.high
    if low is not None and (given <= low if test.low_open else given < low):
        return False
    return not (high is not None and (given >= high if test.high_open else given > high))


def meets(spec: Input, test: Test, value: Fact | None) -> bool | None:
    """Whether a condition is met, with the input's own word on what unknown means. None: ask."""
    found = holds(test, value)
    if found is None and test.sure:
        return False
    if found is not None or spec.unknown == "ask":
        return found
    if spec.unknown == "assume":
        return holds(test, spec.assumed)
    return spec.unknown == "meets"


def references(test: Test) -> list[str]:
    """The parameters that a test names."""
    return [
        name for operand in (*test.values, test.low, test.high) if isinstance(operand, Ref) for name in operand.names
    ]


def bind(test: Test, value_of: Callable[[Ref], Any]) -> Test:
    """The test with every reference replaced by its value."""

    def bound(operand: Fact | Ref | None) -> Any:
        return value_of(operand) if isinstance(operand, Ref) else operand

    if not references(test):
        return test
    text = _REF.sub(lambda found: str(bound(parse_ref(found[0]))), test.text)
    return Test(
        text,
        test.op,
        tuple(bound(v) for v in test.values),
        bound(test.low),
        bound(test.high),
        test.low_open,
        test.high_open,
        test.sure,
    )


def cells(spec: Input, tests: Iterable[Test]) -> list[Fact | None]:
    """One representative of every part of the input's range that the tests tell apart; the last is None, the unknown.

    Numbers and dates: below, at and above every bound. A test holds for all values of a part or for none of them.
    """
    if spec.type == "boolean":
        return [False, True, None]
    if spec.type == "choice":
        return [*spec.choices, None]
    if spec.type == "text":
        return ["-", None]  # a text can only be known or not
    limits = bounds(tests)
    if not limits:
        return [date(2020, 1, 1) if spec.type == "date" else 0, None]
    return [*_parts(limits, whole=spec.type not in ("number", "computed")), None]


def bounds(tests: Iterable[Test]) -> list[Any]:
    """The values at which the answer of one of the tests may change, in order."""
    found = {operand for t in tests for operand in (*t.values, t.low, t.high) if operand is not None}
    return sorted(found, key=lambda v: v.toordinal() if isinstance(v, date) else v)


def _parts(limits: list[Any], *, whole: bool) -> list[Any]:
    step = timedelta(days=1) if isinstance(limits[0], date) else 1
    out = [limits[0] - step]
    for place, limit in enumerate(limits):
        out.append(limit)
        after = limits[place + 1] if place + 1 < len(limits) else None
        if after is None:
            out.append(limit + step)
        elif not whole:
            out.append((limit + after) / 2)
        elif after - limit > step:
            out.append(limit + step)
    return out
