"""Types of facts about a person (fact_types.yaml) and the check of one value against its type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text

FIELD_TYPES = ("choice", "number", "flag", "code")


@dataclass(frozen=True, slots=True)
class Field:
    key: str
    type: str
    title: Text
    required: bool
    choices: dict[str, Text]
    low: Decimal | None
    high: Decimal | None
    decimals: int
    unit: Text | None
    pattern: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class FactType:
    """on_required: the day must be given. until: none, past or planned."""

    key: str
    title: Text
    on_required: bool
    until: str
    fields: dict[str, Field]


@lru_cache(maxsize=1)
def fact_types() -> dict[str, FactType]:
    """Every type of fact by key."""
    return read_types(files("tongchou.record.people").joinpath("fact_types.yaml").read_text("utf-8"))


def read_types(text: str) -> dict[str, FactType]:
    """Read the file; raises ValueError naming the entry that contradicts itself."""
    out: dict[str, FactType] = {}
    for key, raw in yaml.safe_load(text).items():
        until, day = raw.get("until"), raw.get("day")  # not "on": YAML reads that as true
        if until not in ("none", "past", "planned") or day not in ("required", "optional"):
            raise ValueError(f"fact type {key}: day is {day!r}, until is {until!r}")
        fields = {name: _field(f"{key}.{name}", name, f) for name, f in raw["fields"].items()}
        out[key] = FactType(key, Text.from_dict(raw["title"]), day == "required", until, fields)
    return out


def _field(where: str, key: str, raw: dict[str, Any]) -> Field:
    kind = raw["type"]
    needed = {"choice": "choices", "code": "pattern"}.get(kind)
    if kind not in FIELD_TYPES or (needed and not raw.get(needed)):
        raise ValueError(f"fact type {where}: type {kind!r} is not known or lacks {needed}")
    low, high = (Decimal(str(raw[k])) if k in raw else None for k in ("min", "max"))
    if low is not None and high is not None and low > high:
        raise ValueError(f"fact type {where}: min is above max")
    choices = {str(k): Text.from_dict(v) for k, v in raw.get("choices", {}).items()}
    unit = Text.from_dict(raw["unit"]) if "unit" in raw else None
    pattern = re.compile(raw["pattern"]) if "pattern" in raw else None
    title = Text.from_dict(raw["title"])
    return Field(key, kind, title, bool(raw.get("required")), choices, low, high, int(raw.get("decimals", 0)), unit, pattern)


def type_of(key: str) -> FactType:
    """Return a type, or refuse a name that is not one."""
    found = fact_types().get(key)
    if found is None:
        rule = Text("没有这种信息类型。", "There is no such type of fact.")
        zh = "、".join(f"{t.key}（{t.title.zh}）" for t in fact_types().values())
        remedy = Text("可选：{all}。", "Choose from: {all}.").with_(all=Text(zh, ", ".join(fact_types())))
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="type", value=key[:40])
    return found


def check_value(of: FactType, given: dict[str, Any]) -> dict[str, Any]:
    """Return the value in stored form; refuses unknown fields, missing ones and values outside their list or range."""
    for name in given:
        if name not in of.fields:
            rule = Text("“{type}”没有这一项。", "“{type}” has no such field.").with_(type=of.title)
            known = Text("可填：{all}。", "Fields: {all}.").with_(all=", ".join(of.fields))
            raise Refusal(Reason.UNKNOWN_FIELD, rule, remedy=known, field=f"value.{name[:40]}")
    out: dict[str, Any] = {}
    for name, spec in of.fields.items():
        value = given.get(name)
        if value is None or value == "":
            if spec.required:
                rule = Text("“{type}”须填写{field}。", "“{type}” needs: {field}.").with_(type=of.title, field=spec.title)
                remedy = Text("请填写；确实不掌握的，请选“不详”等。", "Give it; where it is not known, record the fact as unknown.")
                raise Refusal(Reason.MISSING_VALUE, rule, remedy=remedy, field=f"value.{name}")
            continue
        out[name] = _read(spec, value)
    return out


def _read(spec: Field, value: Any) -> Any:
    if spec.type == "flag":
        if isinstance(value, bool):
            return value
        raise _wrong(spec, Text("应为是或否。", "This is true or false."), Text("请选择是或否。", "Choose true or false."))
    if spec.type == "number":
        return _number(spec, value)
    text = str(value)
    if spec.type == "choice":
        if text in spec.choices:
            return text
        zh = "、".join(f"{k}（{t.zh}）" for k, t in spec.choices.items())
        remedy = Text("可选：{all}。", "Choose from: {all}.").with_(all=Text(zh, ", ".join(spec.choices)))
        raise _wrong(spec, Text("不在可选范围内。", "This is not one of the choices."), remedy)
    assert spec.pattern is not None
    if spec.pattern.fullmatch(text):
        return text
    rule = Text("只能填写代码，不能填写文字说明。", "Only a code goes here, no text.")
    raise _wrong(spec, rule, Text("说明请写入密封备注。", "Text goes into the sealed note."))


def _number(spec: Field, value: Any) -> int | float:
    unit = spec.unit or Text("", "")
    rule = Text("应为 {low} 到 {high} {unit}，小数不超过 {n} 位。", "A number from {low} to {high} {unit}, with at most {n} {n|decimal|decimals}.")
    rule = rule.with_(low=spec.low, high=spec.high, unit=unit, n=spec.decimals)
    remedy = Text("请核对数值和单位。", "Check the number and its unit.")
    try:
        read = Decimal(str(value)) if not isinstance(value, bool) else Decimal("NaN")
    except InvalidOperation:
        read = Decimal("NaN")
    exponent = read.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > spec.decimals:
        raise _wrong(spec, rule, remedy)
    if (spec.low is not None and read < spec.low) or (spec.high is not None and read > spec.high):
        raise _wrong(spec, rule, remedy)
    return int(read) if spec.decimals == 0 else float(read)


def _wrong(spec: Field, rule: Text, remedy: Text) -> Refusal:
    # the value is not repeated: what does not fit a code may be text about a person
    return Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field=f"value.{spec.key}")
