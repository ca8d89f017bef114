"""Facts as they are given, made into values that a table can compare. A fact that is absent or null is unknown, never "no"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from tongchou.kernel.clock import parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.model import Fact, Input, Table
from tongchou.packs.plans.relations import broken
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
MAX_NUMBER = 1e15
_FAR = Text("须在 1990 年至 2100 年之间。", "This must lie between 1990 and 2100.")


def read_facts(table: Table, given: Mapping[str, object], as_of: date) -> Facts:
    """Every input of the table, known or None. Raises Refusal naming field, value, rule and remedy; nothing is guessed.

    A fact may come under another name that the table lists, and a number of days in place of the date it is counted from.
    """
    named = _by_name(table, given)
    facts: Facts = {}
    for key, spec in table.inputs.items():
        if not spec.derived:
            facts[key] = None if named.get(key) is None else read_fact(spec, named[key], as_of)
    for key, spec in table.inputs.items():
        if spec.type == "days_since":
            facts.setdefault(spec.of, None)
            if named.get(key) is not None and spec.of in table.inputs:
                facts[spec.of] = _counted_back(
                    spec, named[key], facts[spec.of], table.inputs[spec.of].not_after_as_of, as_of
                )
            start = facts[spec.of]
            facts[key] = (as_of - start).days if isinstance(start, date) else None
    for key, spec in table.inputs.items():
        if spec.type == "computed":
            facts[key] = spec.formula.one(facts) if spec.formula else None
    if (found := broken(table, facts, as_of)) is not None:
        raise found
    return facts


def names_of(table: Table) -> list[str]:
    """The names under which facts may be given, without the other names for the same."""
    return [key for key, spec in table.inputs.items() if spec.type != "computed"]


def _by_name(table: Table, given: Mapping[str, object]) -> dict[str, object]:
    """The facts under the table's own names. Refuses what the table does not know, and a fact that comes under two names."""
    others = {other: key for key, spec in table.inputs.items() for other in spec.also}
    out: dict[str, object] = {}
    for name, value in given.items():
        key = others.get(name, name)
        if key not in table.inputs or table.inputs[key].type == "computed":
            raise _unused(table, name, value, others)
        if key in out:
            rule = Text(
                "与“{other}”是同一个事实，写了两次。", "This is the same fact as “{other}” and is given twice."
            ).with_(other=key)
            remedy = Text("请删除其中一个。", "Delete one of them.")
            raise Refusal(Reason.DUPLICATE, rule, remedy=remedy, field=name, value=shown(value))
        out[key] = value
    return out


def _unused(table: Table, name: str, value: object, others: Mapping[str, str]) -> Refusal:
    rule = Text("“{table}”不使用这个事实。", "“{table}” does not use this fact.").with_(table=table.key)
    known = names_of(table)
    near = nearest(name, [*known, *others])
    listed = Text("可用：{all}。", "Allowed: {all}.").with_(all=", ".join(known))
    remedy = near if "“" not in near.en else Text("{a}{b}", "{a} {b}").with_(a=near, b=listed)
    return Refusal(Reason.UNKNOWN_FIELD, rule, remedy=remedy, field=name, value=shown(value))


def _counted_back(spec: Input, raw: object, known: Fact | None, past: bool, as_of: date) -> date:
    """The date so many days before `as_of`; refused where it is another than the date that is given."""
    if isinstance(raw, bool) or not isinstance(raw, int) or not (0 if past else -MAX_DAYS) <= raw <= MAX_DAYS:
        raise _refused(
            spec,
            raw,
            Text("须为整数天数。", "This must be a whole number of days."),
            Text("请填写整数。", "Write a whole number."),
        )
    day = as_of - timedelta(days=raw)
    if known is not None and known != day:
        rule = Text("与“{of}”不一致。", "This does not agree with “{of}”.").with_(of=spec.of)
        raise _refused(spec, raw, rule, Text("请只填写其中一个。", "Give only one of the two."), Reason.CONFLICT)
    return day


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
        and abs(raw) < MAX_NUMBER
    ):
        return raw
    if spec.type == "text" and isinstance(raw, str) and raw:
        return raw
    if spec.type == "choice":
        said = str(raw).casefold() if isinstance(raw, bool) else raw  # `words` may say what true and false mean
        if isinstance(said, str) and (
            found := said if said in spec.choices else spec.words.get(said.strip().casefold())
        ):
            return found
        raise _refused(
            spec, raw, Text("不在可选的取值之内。", "This is not one of the choices."), nearest(raw, spec.choices)
        )
    rule, remedy = _SAY[spec.type]
    raise _refused(spec, raw, rule, remedy)


def _refused(spec: Input, raw: object, rule: Text, remedy: Text, reason: Reason = Reason.INVALID_VALUE) -> Refusal:
    return Refusal(reason, rule, remedy=remedy, field=spec.key, value=shown(raw))


def shown(raw: object) -> object:
    """A value as a refusal holds it."""
    plain = raw.isoformat() if isinstance(raw, date) else raw
    return plain[:120] if isinstance(plain, str) else plain
