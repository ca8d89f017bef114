"""Verbs: what an enterprise answers, what holds for the whole district, and the terms of a policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone
from pydantic import Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.packs.plans.formula import NotAFormula, parse_formula
from tongchou.packs.plans.model import Input
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.territory.reach import unit_in_reach
from tongchou.rooms.policies.catalogue import bases, benefits, catalogue, known_policy
from tongchou.rooms.policies.facts import read_answer
from tongchou.rooms.policies.matching import match_unit
from tongchou.rooms.policies.models import Fact, Terms
from tongchou.rooms.policies.reach import ANSWER, MANAGE, enterprise_in_reach

explain_constraint(
    "policy_fact_once",
    Reason.CONFLICT,
    Text("他人刚刚回答了这个问题。", "Somebody has just answered this question."),
    Text("请刷新后核对。", "Reload and check."),
)
DECIDERS = ("department", "hq_department", "special_team", "hq_office", "street")


class AnswerIn(Payload):
    """answers: fact -> value; None takes an answer back. source: who said it or which paper says so. on: the day of which it is true."""

    unit: int
    answers: dict[str, bool | float | str | None] = Field(min_length=1, max_length=60)
    source: str = Field(min_length=2, max_length=200)
    on: date | None = None


class CommonIn(Payload):
    """A fact that is the same for every enterprise of the district, such as last year's unemployment rate. source: the paper."""

    fact: str = Field(max_length=60)
    value: bool | float | str | None
    source: str = Field(min_length=2, max_length=200)
    on: date | None = None


class TermsIn(Payload):
    """unit: who decides, None: the headquarters office. formula: of base and what the table gives, such as base * months * share."""

    policy: str = Field(max_length=60)
    unit: int | None = None
    benefit: str = Field(max_length=10)
    base: str = Field("", max_length=40)
    formula: str = Field("", max_length=200)
    excludes: str = Field("", max_length=30, pattern=r"^[a-z_]*$")
    repeats: str = Field("", pattern="^(month)?$")
    papers: list[str] = Field(default_factory=list, max_length=20)


@verb("policies.answer", ANSWER, Text("回答政策匹配问题", "Answer what policies ask"))
def answer(context: Context, given: AnswerIn) -> dict[str, Any]:
    """Keep the answers, each once for all policies, and match the enterprise again in the same act."""
    unit = enterprise_in_reach(context.actor, ANSWER, given.unit)
    today = timezone.localdate(context.now, SHANGHAI)
    found = catalogue(today)
    changed = _keep(context, unit.pk, given.answers, given.source, given.on or today, today, found.asked)
    moved = match_unit(found, unit.pk) if changed else 0
    context.event("policy_facts", subject=f"unit:{unit.pk}", data={"facts": changed})
    return {"unit": unit.pk, "answers": len(changed), "changed": moved}


@verb("policies.common", MANAGE, Text("登记全区通用的事实", "Record what holds for the whole district"))
def common(context: Context, given: CommonIn) -> dict[str, Any]:
    """Keep a fact for every enterprise that gave none; the next pass over all enterprises uses it."""
    today = timezone.localdate(context.now, SHANGHAI)
    changed = _keep(context, None, {given.fact: given.value}, given.source, given.on or today, today, catalogue(today).asked)
    context.event("policy_facts", subject="policy:common", data={"facts": changed})
    return {"answers": len(changed)}


def _keep(
    context: Context, unit: int | None, answers: dict[str, Any], source: str, on: date, today: date, asked: Mapping[str, Input]
) -> list[str]:
    if on > today:
        raise Refusal(
            Reason.IMPOSSIBLE_DATE,
            Text("日期不得晚于今天。", "The day may not lie ahead."),
            field="on",
            value=on.isoformat(),
        )
    read = {f: None if v is None else read_answer(f, v, asked.get(f), today) for f, v in answers.items()}
    held = {
        f.fact: f
        for f in Fact.objects.select_for_update().filter(
            Q(unit_id=unit) if unit else Q(unit=None), fact__in=read, ended_at=None
        )
    }
    changed = [f for f, v in read.items() if v != (held[f].value if f in held else None)]
    Fact.objects.filter(pk__in=[held[f].pk for f in changed if f in held]).update(ended_at=context.now)
    Fact.objects.bulk_create(
        Fact(
            id=new_id(),
            unit_id=unit,
            fact=f,
            value=read[f],
            source=source,
            on=on,
            account_id=context.actor.account_id,
            recorded_at=context.now,
        )
        for f in changed
        if read[f] is not None
    )
    return changed


@verb("policies.terms", MANAGE, Text("设定政策办理条件", "Set the terms of a policy"))
def terms(context: Context, given: TermsIn) -> dict[str, Any]:
    """Say who decides on a policy, its papers and how its amount is worked out. What was applied for keeps its own."""
    known_policy(catalogue(timezone.localdate(context.now, SHANGHAI)), given.policy)
    if given.unit is not None:
        unit = unit_in_reach(context.actor, MANAGE, given.unit)
        if unit.active_to is not None or unit.kind not in DECIDERS:
            rule = Text("办理部门应是在册的机关单位。", "Who decides is an active unit of the administration.")
            raise Refusal(
                Reason.INVALID_VALUE,
                rule,
                remedy=Text("请从清单中选择。", "Choose from the list."),
                field="unit",
                value=given.unit,
            )
    for field, value, known in (("benefit", given.benefit, benefits()), ("base", given.base, {"": "", **bases()})):
        if value not in known:
            raise Refusal(
                Reason.INVALID_VALUE,
                Text("不在可选的取值之内。", "This is not one of the choices."),
                field=field,
                value=value,
            )
    if given.formula:
        _formula(given.formula, given.base)
    row = given.model_dump(exclude={"policy", "unit"}) | {"unit_id": given.unit, "changed_at": context.now}
    Terms.objects.update_or_create(policy=given.policy, defaults=row)
    context.event("policy_terms", subject=f"policy:{given.policy}", data={"unit": given.unit, "formula": given.formula})
    return {"policy": given.policy}


def _formula(text: str, base: str) -> None:
    try:
        parse_formula(text)
    except NotAFormula:
        rule = Text("公式只能用数、名称、加减乘除、括号。", "A formula holds numbers, names, + - * / and brackets.")
        remedy = Text("例如 base * months * share。", "For example base * months * share.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="formula", value=text[:80]) from None
    if not base:
        raise Refusal(Reason.MISSING_VALUE, Text("有公式的须选择计算基数。", "A formula needs a base."), field="base")
