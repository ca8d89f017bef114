"""The fields of a loop's own data, as its kind declares them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.kinds import FieldSpec, LoopKind


def fields_refused(data: dict[str, Any], kind: LoopKind, now: datetime) -> Refusal | None:
    """Check the kind's own fields; unknown ones are refused."""
    specs = {f.key: f for f in kind.fields}
    for key in data:
        if key not in specs:
            return Refusal(Reason.UNKNOWN_FIELD, Text("不认识的字段。", "This field is not known."), field=f"data.{key}")
    for key, spec in specs.items():
        value = data.get(key)
        if value is None or value == "":
            if spec.required:
                rule = Text("须填写“{what}”。", "“{what}” is required.").with_(what=spec.title)
                return Refusal(Reason.MISSING_VALUE, rule, field=f"data.{key}")
            continue
        if not _fits(spec.type, value, {c for c, _ in spec.choices}):
            rule = Text("“{what}”取值不符合要求。", "“{what}” does not fit.").with_(what=spec.title)
            return Refusal(Reason.INVALID_VALUE, rule, field=f"data.{key}", value=str(value)[:60])
    return next(filter(None, (_order(spec, specs, data, now) for spec in kind.fields if spec.type == "moment")), None)


def _order(spec: FieldSpec, specs: dict[str, FieldSpec], data: dict[str, Any], now: datetime) -> Refusal | None:
    """A moment lies neither in the future, where it may not, nor before the one that it follows."""
    if not data.get(spec.key):
        return None
    at, earlier = _moment(data[spec.key]), data.get(spec.not_before)
    if spec.past and at > now:
        rule = Text("“{what}”不能晚于现在。", "“{what}” lies in the future.").with_(what=spec.title)
    elif spec.not_before and earlier and at < _moment(earlier):
        other = specs[spec.not_before].title
        rule = Text("“{what}”不能早于“{other}”。", "“{what}” lies before “{other}”.").with_(what=spec.title, other=other)
    else:
        return None
    return Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请核对时间。", "Check the time."), field=f"data.{spec.key}", value=str(data[spec.key]))


def _moment(value: Any) -> datetime:
    return datetime.fromisoformat(str(value))


def _fits(kind: str, value: Any, choices: set[str]) -> bool:
    if kind == "choice":
        return value in choices
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "number":
        return isinstance(value, (int, float, str)) and not isinstance(value, bool) and _is_number(value)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "moment":
        return _is_moment(value)
    if kind == "date":
        try:
            date.fromisoformat(str(value))
        except ValueError:
            return False
        return True
    return isinstance(value, str) and len(value) <= 20_000


def _is_moment(value: Any) -> bool:
    """Year to second with an offset from UTC, of a century in which the program may be used."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return False
    return isinstance(value, str) and found.tzinfo is not None and 1949 <= found.year <= 2200


def _is_number(value: Any) -> bool:
    try:
        return abs(float(value)) < 1e15
    except ValueError:
        return False
