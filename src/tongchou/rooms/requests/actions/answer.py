"""Verbs of the answering side: one entry fills every request that asks for it; 零报告 is said explicitly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from pydantic import Field as Limited

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM, Actor
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions import loops as steps
from tongchou.record.loops.references import Referable, referable
from tongchou.record.loops.titles import noted
from tongchou.record.models import Unit
from tongchou.record.territory.reach import missing, reaches_unit, unit_in_reach
from tongchou.rooms.requests.catalogue import fresh, read_value
from tongchou.rooms.requests.models import Answer, Field, UnitFact
from tongchou.rooms.requests.reach import requests_of

NUMBERS = (Field.Kind.INTEGER, Field.Kind.NUMBER)


class AnswerIn(Payload):
    """values: field -> what is answered. unknown: fields of which the unit says that it does not know. nil: answers that are 零报告.

    took_seconds: from opening the page to sending, as measured there.
    """

    unit: int
    values: dict[int, str | int | float | bool] = Limited(default_factory=dict, max_length=200)
    unknown: list[int] = Limited(default_factory=list, max_length=200)
    nil: list[int] = Limited(default_factory=list, max_length=100)
    took_seconds: int | None = Limited(None, ge=0, le=86_400)


@verb("request.answer", "request.answer", Text("填报数据", "Answer data requests"))
def answer(context: Context, given: AnswerIn) -> dict[str, Any]:
    """Record what a unit says about itself. Every open request of which all is known then is answered by it."""
    unit = unit_in_reach(context.actor, "request.answer", given.unit)
    waiting = waiting_of(unit.pk)
    nil = _nil(waiting, given.nil)
    fields = _fields(unit.pk, waiting, {*given.values, *given.unknown})
    facts = _facts(context, unit, given, fields, nil)
    if not facts and not nil:
        rule = Text("没有填写任何数据。", "Nothing was filled in.")
        remedy = Text(
            "请填写数据；没有发生的请点“零报告”。", "Fill it in; where nothing happened, say so with a nil report."
        )
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=remedy, field="values")
    UnitFact.objects.bulk_create(facts)
    _correct(context, unit.pk, facts)
    data = {"unit": unit.pk, "fields": [f.field_id for f in facts], "nil": [a.pk for a in nil]}
    context.event("answer", subject=f"unit:{unit.pk}", data=data)
    done = _complete(context, unit.pk, waiting, {a.pk for a in nil}, given.took_seconds)
    return {"unit": unit.pk, "facts": len(facts), "answered": [a.pk for a in done], "open": len(waiting) - len(done)}


def waiting_of(unit: int) -> list[Answer]:
    """What a unit still owes, locked."""
    rows = Answer.objects.select_for_update(of=("self",)).select_related("round__request", "loop")
    return list(rows.filter(unit=unit, state="waiting", loop__closed_at=None).order_by("pk"))


def _nil(waiting: list[Answer], keys: Iterable[int]) -> list[Answer]:
    by_key = {a.pk: a for a in waiting}
    out = []
    for key in keys:
        found = by_key.get(key)
        if found is None:
            raise missing(Text("没有这件待填报的事项。", "Nothing of this number is to be answered."), "nil", key)
        if not found.round.request.nil_allowed:
            rule = Text("“{title}”不接受零报告。", "“{title}” takes no nil report.").with_(
                title=found.round.request.title
            )
            raise Refusal(
                Reason.INVALID_VALUE, rule, remedy=Text("请逐项填写。", "Fill it in."), field="nil", value=key
            )
        out.append(found)
    return out


def _fields(unit: int, waiting: list[Answer], wanted: set[int]) -> dict[int, Field]:
    """The fields that a unit may answer: those it is asked for, and those of which it answered before (a correction)."""
    owed = {f for a in waiting for f in (*a.asked, *a.known)}
    strange = wanted - owed
    if strange:
        strange -= set(UnitFact.objects.filter(unit=unit, field__in=strange).values_list("field_id", flat=True))
    if strange:
        rule = Text("没有向本单位采集这一项。", "Nobody asks this unit for it.")
        raise Refusal(
            Reason.NOT_FOUND, rule, remedy=Text("请刷新页面。", "Reload the page."), field="values", value=min(strange)
        )
    return Field.objects.in_bulk({*wanted, *owed})


def _facts(
    context: Context, unit: Unit, given: AnswerIn, fields: dict[int, Field], nil: list[Answer]
) -> list[UnitFact]:
    today, account = timezone.localdate(context.now), context.actor.account_id
    said: dict[int, tuple[bool, Any]] = {k: (True, read_value(fields[k], v)) for k, v in given.values.items()}
    for key in given.unknown:
        if key in said:
            rule = Text(
                "“{title}”既填了数据又选了“不掌握”。", "“{title}” is both answered and said to be unknown."
            ).with_(title=fields[key].title)
            raise Refusal(Reason.CONFLICT, rule, remedy=Text("请二者选一。", "Choose one."), field=f"f{key}")
        said[key] = (False, None)
    for a in nil:
        for key in a.asked:
            if fields[key].kind in NUMBERS:
                said.setdefault(key, (True, 0))
    return [
        UnitFact(unit=unit, field_id=k, known=known, value=value, on=today, at=context.now, account_id=account)
        for k, (known, value) in said.items()
    ]


def latest_given(unit: int) -> QuerySet[Answer]:
    """What a unit answered in the present round of each running request: what it may still correct."""
    given = Answer.objects.filter(unit=unit, round__request__state="running").select_related("round__request")
    latest = given.order_by("round__request", "-round__period").distinct("round__request").values("pk")
    return given.filter(pk__in=latest, state__in=(Answer.State.GIVEN, Answer.State.KNOWN)).order_by("pk")


def _correct(context: Context, unit: int, facts: list[UnitFact]) -> None:
    """What was said anew takes the place of what it corrects in the answers of the present rounds; the old fact stays on record."""
    new = {f.field_id: f for f in facts}
    for a in latest_given(unit).select_for_update(of=("self",)):
        old = UnitFact.objects.in_bulk(a.facts)
        corrected = [k for k in a.facts if k in old and old[k].field_id in new]
        if not corrected:
            continue
        a.facts = [new[old[k].field_id].pk if k in corrected else k for k in a.facts]
        a.nil = a.nil and all(new[old[k].field_id].value == old[k].value for k in corrected)
        a.at, a.account_id = context.now, context.actor.account_id
        a.save(update_fields=["facts", "nil", "at", "account"])
        context.event("answer_corrected", subject=f"answer:{a.pk}", data={"fields": sorted(old[k].field_id for k in corrected)})


def _complete(context: Context, unit: int, waiting: list[Answer], nil: set[int], took: int | None) -> list[Answer]:
    """Close every answer of which all is known now. The program finds it complete: whoever answered does not judge that."""
    today = timezone.localdate(context.now)
    have = fresh([unit], {f for a in waiting for f in (*a.asked, *a.known)}, today, said_unknown=True)
    done = []
    for a in waiting:
        facts = [have[unit, f] for f in (*a.asked, *a.known) if (unit, f) in have]
        if len(facts) < len(a.asked) + len(a.known) and a.pk not in nil:
            continue
        a.state, a.facts, a.nil, a.at, a.account_id = (
            Answer.State.GIVEN,
            facts,
            a.pk in nil,
            context.now,
            context.actor.account_id,
        )
        done.append(a)
    for a in done:
        a.took_seconds = took // len(done) if took is not None else None
        a.save(update_fields=["state", "facts", "nil", "at", "account", "took_seconds"])
        _close(context, a)
    return done


def _close(context: Context, a: Answer) -> None:
    own = a.unit_id in context.actor.unit_ids("loop.act")
    evidence = [{"key": "answer", "type": "link", "link": f"answer:{a.pk}"}]
    if a.loop is not None and a.loop.stage == "disputed":
        _step(replace(context, actor=SYSTEM), a, "settle", **noted(Text("已填报", "Answered")))
    if a.loop is None or a.loop.stage != "checking":
        _step(
            context if own else replace(context, actor=SYSTEM),
            a,
            "give",
            evidence=evidence,
            **(noted(Text("零报告", "Nothing to report")) if a.nil else {}),
        )
    _step(replace(context, actor=SYSTEM), a, "take")


def _step(context: Context, a: Answer, step: str, **more: Any) -> None:
    steps.advance(context, steps.AdvanceIn.model_validate({"loop": str(a.loop_id), "step": step} | more))


def _named(actor: Actor, key: str) -> str | None:
    """What an answer is, for those who see its request or the unit's own."""
    found = Answer.objects.select_related("round__request", "unit__area").filter(pk=int(key)).first()
    if found is None:
        return None
    near = actor.system or any(reaches_unit(actor, p, found.unit) for p in ("request.answer", "request.view"))
    if not near and not requests_of(actor).filter(pk=found.round.request_id).exists():
        return None
    return f"{found.round.request.title} · {found.unit.name}"


referable(Referable("answer", Text("填报记录", "Answer"), _named, whole=True))
