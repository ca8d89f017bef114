"""Fever at the workplace: two readings, the clock of the plan, what the diagnosis brings."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from pydantic import AwareDatetime, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.packs.plans.clocks import due
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.loops import after_step
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.actions.permit_settling import clear_fact
from tongchou.record.actions.permits import SuspendIn, send_to_review, suspend
from tongchou.record.loops.titles import written
from tongchou.record.models import Loop, Staff, Unit, WorkPermit
from tongchou.record.plans import pack_in_force
from tongchou.record.questions.permits import SUSPECTED
from tongchou.record.questions.units import street_of
from tongchou.record.territory.reach import missing
from tongchou.rooms.daily.models import Fever
from tongchou.rooms.daily.numbers import PACK, daily_rules, judge_fever, local_day
from tongchou.rooms.daily.reach import REPORT, enterprise_in_reach

KIND = "workplace_fever"
_TENTH = Decimal("0.1")


class FirstIn(Payload):
    """A first reading. person: of the enterprise's staff file, None while unnamed. at: when it was taken, at most a day back."""

    unit: int
    person: uuid.UUID | None = None
    place: str = Field("", max_length=120)
    first: Decimal = Field(ge=30, le=45, decimal_places=1)
    at: AwareDatetime


class SecondIn(Payload):
    fever: uuid.UUID
    second: Decimal = Field(ge=30, le=45, decimal_places=1)
    at: AwareDatetime


class OverdueIn(Payload):
    limit: int = Field(200, ge=1, le=2000)


@verb("fever.first", REPORT, Text("登记首次测温异常", "Record a first reading"))
def first(context: Context, given: FirstIn) -> dict[str, Any]:
    """Record a first reading above the plan's limit. A second one is due minutes later; without it the clock starts by itself."""
    unit = enterprise_in_reach(context.actor, REPORT, given.unit)
    _reading_time(context, given.at)
    if given.person is not None and not Staff.objects.filter(unit=unit, person_id=given.person, to_date=None).exists():
        rule = Text("该人不在本单位员工档案中。", "This person is not in the enterprise's staff file.")
        remedy = Text("请先补登员工档案，或先不填人员。", "Add the staff file first, or leave the person out for now.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field="person", value=str(given.person))
    verdict = judge_fever(local_day(given.at), unit.area.code, first_reading=float(given.first))
    if verdict.outcome == "normal":
        rule = Text(
            "{t} ℃ 未超过预案规定的体温，不必登记。",
            "{t} °C is not above the plan's limit; there is nothing to record.",
        ).with_(t=given.first)
        raise Refusal(Reason.INVALID_VALUE, rule, field="first", value=str(given.first))
    row = Fever.objects.create(
        id=new_id(), unit=unit, person_id=given.person, place=given.place, first=given.first.quantize(_TENTH), first_at=given.at,
        account_id=context.actor.account_id,
    )  # fmt: skip
    context.event("fever_first", subject=f"unit:{unit.pk}", data={"fever": str(row.pk)})
    return {"fever": str(row.pk)}


@verb("fever.second", REPORT, Text("登记复测", "Record the second reading"))
def second(context: Context, given: SecondIn) -> dict[str, Any]:
    """Record the second reading, so many minutes after the first as the plan asks; above the limit the clock starts."""
    row = fever_in_reach(context, given.fever, lock=True)
    if row.second is not None or row.first is None:
        raise Refusal(
            Reason.CONFLICT, Text("复测已登记。", "The second reading is recorded."), remedy=_RELOAD, field="fever"
        )
    _reading_time(context, given.at)
    minutes = (given.at - row.first_at).total_seconds() / 60
    verdict = judge_fever(
        local_day(given.at),
        row.unit.area.code,
        first_reading=float(row.first),
        second_reading=float(given.second),
        minutes_between=minutes,
    )
    if verdict.outcome == "measure_again":
        rule = Text(
            "复测应在首次测温满规定间隔之后进行。", "The second reading comes when the plan's interval is over."
        )
        raise Refusal(
            Reason.INVALID_VALUE,
            rule,
            remedy=Text("请到时再测。", "Measure again then."),
            field="at",
            value=given.at.isoformat(),
        )
    row.second, row.second_at = given.second.quantize(_TENTH), given.at
    row.outcome, row.rule, row.pack = verdict.outcome, verdict.rule.key if verdict.rule else "", PACK
    row.edition = verdict.standing.edition.key
    row.save(update_fields=["second", "second_at", "outcome", "rule", "pack", "edition"])
    context.event("fever_second", subject=f"unit:{row.unit_id}", data={"fever": str(row.pk), "outcome": row.outcome})
    if verdict.outcome == "phone" and row.loop_id is None:
        start(context, row, given.at)
    return {"fever": str(row.pk), "outcome": row.outcome, "loop": str(row.loop_id) if row.loop_id else None}


@verb("fever.overdue", "loop.act", Text("复测超时按发热处置", "No second reading in time"), system_only=True, recurs=True)
def overdue(context: Context, given: OverdueIn) -> dict[str, Any]:
    """A first reading above the limit without a second in time is handled as a fever: not measured is not normal."""
    before = context.now - timedelta(minutes=daily_rules()["second_reading_minutes"].value)
    rows = Fever.objects.select_for_update(of=("self",), skip_locked=True).select_related("unit__area")
    opened = 0
    for row in rows.filter(loop=None, second=None, first_at__lte=before, outcome="").order_by("first_at")[
        : given.limit
    ]:
        start(context, row, context.now)
        opened += 1
    return {"opened": opened}


def open_untold(context: Context, unit: Unit, people: int) -> None:
    """A daily report told of abnormal temperatures that nobody has recorded: the clock starts for them together."""
    row = Fever.objects.create(
        id=new_id(), unit=unit, first_at=context.now, place=f"日报 {people} 人", account_id=context.actor.account_id
    )
    start(context, row, context.now)


def start(context: Context, row: Fever, at: datetime) -> None:
    """Open the loop; its first limit is the plan's clock, counted from the reading."""
    unit = row.unit
    given = {
        "kind": KIND, **written(Text("工作场所发热：{name}", "Fever at the workplace: {name}").with_(name=unit.name)),
        "detail": row.place, "unit": unit.pk, "owner_unit": unit.pk, "urgent": True,
        "verifier_unit": street_of(unit), "origin": "fever", "origin_ref": str(row.pk),
    }  # fmt: skip
    loop = uuid.UUID(str(open_one(replace(context, actor=SYSTEM, grants=()), OpenIn.model_validate(given))["loop"]))
    by = due(pack_in_force(PACK, timezone.localdate(at)), "site_fever", at, unit.area.code[:6]).due
    Loop.objects.filter(pk=loop).update(deadline=by, check_at=by)
    row.loop_id = loop
    row.save(update_fields=["loop"])


def fever_in_reach(context: Context, key: uuid.UUID, *, lock: bool = False) -> Fever:
    rows = Fever.objects.select_for_update(of=("self",)) if lock else Fever.objects
    row = rows.select_related("unit__area").filter(pk=key).first()
    try:
        if row is not None:
            enterprise_in_reach(context.actor, REPORT, row.unit_id)
            return row
    except Refusal:
        pass
    raise missing(Text("没有找到该发热记录。", "There is no such fever."), "fever", str(key))


_RELOAD = Text("请刷新页面。", "Reload the page.")


def _reading_time(context: Context, at: datetime) -> None:
    if not context.now - timedelta(days=1) <= at <= context.now + timedelta(minutes=1):
        rule = Text("测温时间应在过去一天之内。", "The reading was taken within the last day.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="at", value=at.isoformat())


def _diagnosed(context: Context, loops: list[uuid.UUID], diagnosis: str) -> list[Fever]:
    rows = list(Fever.objects.select_for_update(of=("self",)).select_related("unit__area").filter(loop_id__in=loops))
    today = local_day(context.now)
    for row in rows:
        verdict = judge_fever(today, row.unit.area.code, diagnosis=diagnosis, diagnosed_on=today)
        row.diagnosis, row.diagnosed_on, row.until = diagnosis, today, verdict.until
        row.outcome, row.rule, row.pack, row.edition = (
            verdict.outcome,
            verdict.rule.key if verdict.rule else "",
            PACK,
            verdict.standing.edition.key,
        )
        row.save(update_fields=["diagnosis", "diagnosed_on", "until", "outcome", "rule", "pack", "edition"])
        data = {"fever": str(row.pk), "diagnosis": diagnosis, "outcome": verdict.outcome, "until": str(row.until or "")}
        context.event("fever_diagnosed", loop_id=row.loop_id, data=data)
    return rows


@after_step(KIND, "rule_out")
@after_step(KIND, "rule_out_later")
def _ruled_out(context: Context, loops: list[uuid.UUID]) -> None:
    """Ruled out: alone for as long as the plan says; the loop is due when those days are over. The enterprise's permit is rid of the suspicion,
    unless another case at the same workplace is still suspected."""
    rows = _diagnosed(context, loops, Fever.Diagnosis.EXCLUDED)
    for row in rows:
        if row.until is not None and row.loop_id is not None:
            over = timezone.make_aware(datetime.combine(row.until + timedelta(days=1), datetime.min.time()))
            Loop.objects.filter(pk=row.loop_id).update(due_at=over, deadline=over, check_at=over)
    for permit in _permits(rows, WorkPermit.State.REVIEW):
        still = Fever.objects.filter(unit_id=permit.unit_id, diagnosis=Fever.Diagnosis.SUSPECTED, loop__closed_at=None)
        if not still.exists():
            clear_fact(context, permit, SUSPECTED, "工作场所疑似病例已排除")


@after_step(KIND, "suspect")
def _suspected(context: Context, loops: list[uuid.UUID]) -> None:
    rows = _diagnosed(context, loops, Fever.Diagnosis.SUSPECTED)
    for permit in _permits(rows, WorkPermit.State.IN_FORCE, WorkPermit.State.REVIEW):
        found = {"fact": SUSPECTED, "was": None, "now": local_day(context.now).isoformat()}
        send_to_review(context, permit, "工作场所出现疑似病例，停工消毒，复工资格复核。", [found])


@after_step(KIND, "confirm_case")
def _confirmed(context: Context, loops: list[uuid.UUID]) -> None:
    rows = _diagnosed(context, loops, Fever.Diagnosis.CONFIRMED)
    for permit in _permits(rows, WorkPermit.State.IN_FORCE, WorkPermit.State.REVIEW):
        given = {
            "unit": permit.unit_id, "reason": "工作场所出现确诊病例，停工封闭。", "must_show": ["终末消毒和评估意见", "密切接触者处置结果"],
        }  # fmt: skip
        suspend(replace(context, actor=SYSTEM, grants=()), SuspendIn.model_validate(given))


def _permits(rows: list[Fever], *states: str) -> list[WorkPermit]:
    """The permits of the enterprises concerned that are in one of these states, locked."""
    found = WorkPermit.objects.select_for_update().filter(unit_id__in={r.unit_id for r in rows}, state__in=states)
    return list(found.order_by("pk"))
