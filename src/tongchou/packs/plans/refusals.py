"""How the evaluator says no: always the input, the value, the rule and the remedy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.model import Pack
from tongchou.packs.yamllines import nearest


def no_such(field: str, value: str, allowed: Iterable[str]) -> Refusal:
    """A name that the pack does not have."""
    return Refusal(
        Reason.NOT_FOUND,
        Text("没有这个名称。", "There is no such name."),
        remedy=nearest(value, allowed),
        field=field,
        value=value,
    )


def no_edition(pack: Pack, as_of: date) -> Refusal:
    """A day before the pack's first edition, or on which none was known."""
    rule = Text("该日没有生效的版本。", "No edition is in force on that day.")
    remedy = Text("请选择 {day} 或以后的日期。", "Choose {day} or later.").with_(day=pack.editions[0].from_)
    return Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field="as_of", value=as_of.isoformat())


def no_value(parameter: str, as_of: date) -> Refusal:
    """A parameter that a rule needs and that has no value on that day."""
    rule = Text("该参数在 {day} 没有取值。", "This parameter has no value on {day}.").with_(day=as_of)
    remedy = Text("请在参数文件中补充取值和来源。", "Add a value with its source to the parameter's file.")
    return Refusal(Reason.MISSING_VALUE, rule, remedy=remedy, field=parameter)
