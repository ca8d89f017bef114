"""Facts as they are given, made into values that a table can compare. A fact that is absent or null is unknown, never "no"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tongchou.kernel.clock import parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.model import Fact, Input, Table
from tongchou.packs.yamllines import nearest

Facts = dict[str, Fact | None]
_SAY = {
    "boolean": (
        Text("须为 true 或 false。", "This must be true or false."),
        Text("不知道的请不要填写。", "Leave it out where it is not known."),
    ),
    "number": (
        Text("须为数字。", "This must be a number."),
        Text("请填写数字，不加引号。", "Write a number without quotes."),
    ),
    "text": (Text("须为文字。", "This must be text."), Text("请填写文字。", "Write text.")),
}
_LATER = Text("不得晚于判定日期 {day}。", "This may not be later than the day of the decision, {day}.")
_LATER_REMEDY = Text("请核对日期，或改判定日期。", "Check the date, or decide as of a later day.")
MAX_DAYS = 30_000
_FAR = Text("须在 1990 年至 2100 年之间。", "This must lie between 1990 and 2100.")


def read_facts(table: Table, given: Mapping[str, object], as_of: date) -> Facts:
    """Every input of the table, known or None. Raises Refusal naming field, value, rule and remedy; nothing is guessed."""
    for name in given:
        spec = table.inputs.get(name)
        if spec is None or spec.type == "days_since":
            rule = Text("“{table}”不使用这个事实。", "“{table}” does not use this fact.").with_(table=table.key)
            known = [key for key, s in table.inputs.items() if s.type != "days_since"]
            raise Refusal(Reason.UNKNOWN_FIELD, rule, remedy=nearest(name, known), field=name, value=given[name])
    facts: Facts = {}
    for key, spec in table.inputs.items():
        if spec.type != "days_since":
            facts[key] = None if given.get(key) is None else read_fact(spec, given[key], as_of)
    for key, spec in table.inputs.items():
        if spec.type == "days_since":
            start = facts[spec.of]
            facts[key] = (as_of - start).days if isinstance(start, date) else None
    return facts


def read_fact(spec: Input, raw: object, as_of: date) -> Fact:
    """One fact that is not null. Raises Refusal."""
    if spec.type == "date":
        if isinstance(raw, bool) or not isinstance(raw, (str, date)):
            rule = Text("须为日期。", "This must be a date.")
            raise _refused(spec, raw, rule, Text("请写成 2022-07-10。", "Write it as 2022-07-10."))
        day = parse_date(raw, spec.key)
        if spec.not_after_as_of and day > as_of:
            raise _refused(spec, day, _LATER.with_(day=as_of), _LATER_REMEDY, Reason.IMPOSSIBLE_DATE)
        if not 1990 <= day.year <= 2100:
            raise _refused(spec, day, _FAR, Text("请核对日期。", "Check the date."), Reason.IMPOSSIBLE_DATE)
        return day
    if spec.type == "boolean" and isinstance(raw, bool):
        return raw
    if (
        spec.type == "number"
        and isinstance(raw, (int, float))
        and not isinstance(raw, bool)
        and raw == raw
        and abs(raw) < 1e15
    ):
        return raw
    if spec.type == "text" and isinstance(raw, str) and raw:
        return raw
    if spec.type == "choice":
        if isinstance(raw, str) and raw in spec.choices:
            return raw
        raise _refused(
            spec, raw, Text("不在可选的取值之内。", "This is not one of the choices."), nearest(raw, spec.choices)
        )
    rule, remedy = _SAY[spec.type]
    raise _refused(spec, raw, rule, remedy)


def _refused(spec: Input, raw: object, rule: Text, remedy: Text, reason: Reason = Reason.INVALID_VALUE) -> Refusal:
    shown = raw.isoformat() if isinstance(raw, date) else raw
    return Refusal(reason, rule, remedy=remedy, field=spec.key, value=shown[:120] if isinstance(shown, str) else shown)
