"""Why a value does not fit its field, in both languages: what the payloads' checks say is English only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text

_EMPTY = Text("没有填写", "nothing was given")
_INTEGER = Text("须为整数", "a whole number is needed")
_NUMBER = Text("须为数字", "a number is needed")
_MOMENT = Text("日期或时间的格式不对", "this is no date or time")
_FORM = Text("格式不对", "the form is not right")
_WORDS: dict[str, Text] = {
    "string_too_short": Text("至少 {min_length} 个字", "at least {min_length} {min_length|character|characters}"),
    "string_too_long": Text("不得超过 {max_length} 个字", "at most {max_length} {max_length|character|characters}"),
    "too_short": Text("至少 {min_length} 项", "at least {min_length} are needed"),
    "too_long": Text("不得超过 {max_length} 项", "at most {max_length} are taken"),
    "greater_than_equal": Text("不得小于 {ge}", "at least {ge}"),
    "greater_than": Text("须大于 {gt}", "more than {gt}"),
    "less_than_equal": Text("不得大于 {le}", "at most {le}"),
    "less_than": Text("须小于 {lt}", "less than {lt}"),
    "decimal_max_places": Text("小数不得超过 {decimal_places} 位", "at most {decimal_places} {decimal_places|decimal|decimals}"),
    "literal_error": Text("只能是 {expected}", "one of {expected}"),
    "enum": Text("只能是 {expected}", "one of {expected}"),
    "int_parsing": _INTEGER, "int_type": _INTEGER, "int_from_float": _INTEGER, "int_parsing_size": _INTEGER,
    "float_parsing": _NUMBER, "float_type": _NUMBER, "decimal_parsing": _NUMBER, "decimal_type": _NUMBER, "finite_number": _NUMBER,
    "string_type": Text("须为文字", "a text is needed"),
    "bool_parsing": Text("须为是或否", "yes or no is needed"), "bool_type": Text("须为是或否", "yes or no is needed"),
    "uuid_parsing": Text("编号的格式不对", "this is no id"), "uuid_type": Text("编号的格式不对", "this is no id"),
    "list_type": Text("须为一组值", "a list is needed"), "dict_type": Text("须为一组字段", "fields with values are needed"),
    "model_type": Text("须为一组字段", "fields with values are needed"),
    "string_pattern_mismatch": _FORM,
}  # fmt: skip


def why(error: Mapping[str, Any]) -> Text:
    """The reason of one error of a payload's check. A kind of error without words of its own keeps its English ones."""
    kind, given = str(error.get("type", "")), error.get("input")
    if given is None or given == "":
        return _EMPTY
    if kind.startswith(("date", "time")):
        return _MOMENT
    words = _WORDS.get(kind)
    if words is None:
        return Text(_FORM.zh, str(error.get("msg", _FORM.en)))
    return words.with_(**{k: str(v) for k, v in (error.get("ctx") or {}).items() if "{" + k + "}" in words.zh})


def as_refusal(first: Any) -> Refusal:
    """One error of a payload's check as a refusal that names the field, the value, the rule and the remedy."""
    inner = first.get("ctx", {}).get("error")
    path = ".".join(str(p) for p in first["loc"]) or None
    if isinstance(inner, Refusal):
        return inner
    kind = str(first["type"])
    given = first.get("input")
    shown = None if given is None or isinstance(given, (dict, list)) else str(given)[:80]
    if kind == "missing":
        rule = Text("缺少必填项。", "A required field is missing.")
        return Refusal(Reason.MISSING_VALUE, rule, field=path, remedy=Text("请补充该项。", "Give this field."))
    if kind == "extra_forbidden":
        rule = Text("不认识的字段。", "This field is not known.")
        return Refusal(Reason.UNKNOWN_FIELD, rule, field=path, remedy=Text("请删除该字段。", "Remove it."))
    rule = Text("取值不符合要求（{why}）。", "The value does not fit: {why}.").with_(why=why(first))
    remedy = Text("请按要求更正。", "Correct the value.")
    return Refusal(Reason.INVALID_VALUE, rule, field=path, value=shown, remedy=remedy)
