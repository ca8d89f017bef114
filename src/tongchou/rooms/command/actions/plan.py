"""Verbs of planning duty: shifts, cancelling one, putting somebody else in a place."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone
from pydantic import AwareDatetime, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions.loop_settling import settle_gaps
from tongchou.record.models import Account, PostHolding, Unit
from tongchou.record.territory.reach import missing, reaches_unit, unit_in_reach
from tongchou.rooms.command.models import Place, Shift
from tongchou.rooms.command.rules import ORIGIN

PLAN = "duty.plan"
LONGEST = timedelta(hours=36)

explain_constraint(
    "shift_unit_overlap",
    Reason.OVERLAP,
    Text("该单位在这段时间已有值班安排。", "The unit has a shift at that time already."),
    Text("请调整时间，或先取消原班次。", "Change the times, or cancel the other shift first."),
)
explain_constraint(
    "place_account_overlap",
    Reason.OVERLAP,
    Text("同一人在这段时间已排班。", "One of these people is on another shift at that time."),
    Text("请换人，或先从原班次中调出。", "Choose somebody else, or take them off the other shift first."),
)


class ShiftIn(Payload):
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    leaders: list[int] = Field(default_factory=list, max_length=5)
    staff: list[int] = Field(default_factory=list, max_length=30)
    note: str = Field("", max_length=200)


class PlanIn(Payload):
    """shifts: all are planned, or none."""

    unit: int
    shifts: list[ShiftIn] = Field(min_length=1, max_length=400)


class CancelIn(Payload):
    shift: uuid.UUID
    reason: str = Field(min_length=2, max_length=200)


class ReplaceIn(Payload):
    """place: whose place somebody else takes."""

    place: int
    account: int
    reason: str = Field(min_length=2, max_length=200)


@verb("duty.plan", PLAN, Text("排班", "Plan shifts"))
def plan(context: Context, given: PlanIn) -> dict[str, Any]:
    """Plan a unit's shifts. What lacks a leader or staff is planned all the same and shows as a fault; overlaps are refused."""
    unit = unit_in_reach(context.actor, PLAN, given.unit)
    if unit.active_to is not None:
        rule = Text("{name} 已撤销。", "{name} has ended.").with_(name=unit.name)
        raise Refusal(Reason.CONFLICT, rule, field="unit", value=unit.pk)
    _check_people(unit, {a for s in given.shifts for a in (*s.leaders, *s.staff)}, "shifts")
    made = []
    for n, wanted in enumerate(given.shifts):
        _check_times(context, wanted, n)
        shift = Shift(id=new_id(), unit=unit, starts_at=wanted.starts_at, ends_at=wanted.ends_at, note=wanted.note)
        shift.save(force_insert=True)
        people = [(a, Place.Part.LEADER) for a in wanted.leaders] + [(a, Place.Part.STAFF) for a in wanted.staff]
        if len({a for a, _ in people}) < len(people):
            rule = Text("同一人在一个班次中只能有一个位置。", "Nobody has two places on one shift.")
            raise Refusal(Reason.DUPLICATE, rule, remedy=Text("请去掉重复的人员。", "Take out who stands there twice."), field=f"shifts.{n}")
        Place.objects.bulk_create(
            [
                Place(shift=shift, account_id=a, part=p, starts_at=shift.starts_at, ends_at=shift.ends_at)
                for a, p in people
            ]
        )
        context.event(
            "shift_planned",
            subject=f"shift:{shift.pk}",
            data={"unit": unit.pk, "from": shift.starts_at.isoformat(), "to": shift.ends_at.isoformat()},
        )
        made.append(str(shift.pk))
    return {"shifts": made}


def _check_times(context: Context, wanted: ShiftIn, n: int) -> None:
    field = f"shifts.{n}.ends_at"
    if wanted.ends_at <= wanted.starts_at:
        rule = Text("结束须晚于开始。", "A shift ends after it begins.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field=field, value=wanted.ends_at.isoformat())
    if wanted.ends_at - wanted.starts_at > LONGEST:
        rule = Text("一个班次不得超过 36 小时。", "A shift lasts 36 hours at most.")
        raise Refusal(
            Reason.INVALID_VALUE,
            rule,
            remedy=Text("请分成几个班次。", "Split it."),
            field=field,
            value=wanted.ends_at.isoformat(),
        )
    if wanted.ends_at <= context.now:
        rule = Text("班次已经过去。", "The shift lies in the past.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field=field, value=wanted.ends_at.isoformat())


def _check_people(unit: Unit, accounts: set[int], field: str) -> None:
    """Whoever watches for a unit holds a post in it or in a unit above it today."""
    above, up = {unit.pk}, unit.parent
    while up is not None:
        above.add(up.pk)
        up = up.parent
    today = timezone.localdate()
    held = PostHolding.objects.filter(
        account__in=accounts, account__is_active=True, post__unit__in=above, post__ended_on=None, from_date__lte=today
    )
    strangers = accounts - set(held.exclude(to_date__lte=today).values_list("account_id", flat=True))
    if strangers:
        names = "、".join(
            Account.objects.filter(pk__in=strangers).order_by("pk").values_list("display_name", flat=True)[:5]
        ) or str(min(strangers))
        rule = Text(
            "{names} 在本单位及上级单位没有任职，不能排班。",
            "{names}: no post in this unit or one above it, so no shift.",
        ).with_(names=names)
        raise Refusal(
            Reason.NOT_ALLOWED, rule, remedy=Text("请从本单位人员中选择。", "Choose people of the unit."), field=field
        )


@verb("duty.cancel", PLAN, Text("取消班次", "Cancel a shift"))
def cancel(context: Context, given: CancelIn) -> dict[str, Any]:
    shift = _shift(context.actor, PLAN, given.shift, lock=True)
    if shift.starts_at <= context.now:
        rule = Text("班次已经开始，不能取消。", "The shift has begun and cannot be cancelled.")
        raise Refusal(
            Reason.CONFLICT,
            rule,
            remedy=Text("可以换人。", "People can be replaced."),
            field="shift",
            value=str(shift.pk),
        )
    shift.cancelled_at, shift.cancel_reason = context.now, given.reason
    shift.save(update_fields=["cancelled_at", "cancel_reason"])
    Place.objects.filter(shift=shift, dropped_at=None).update(dropped_at=context.now, drop_reason=given.reason)
    context.event("shift_cancelled", subject=f"shift:{shift.pk}", note=given.reason)
    return {"shift": str(shift.pk)}


@verb("duty.replace", PLAN, Text("换班", "Replace somebody on a shift"))
def replace(context: Context, given: ReplaceIn) -> dict[str, Any]:
    """Somebody else takes a place; the one who had it stays on record with the reason."""
    place = _place(context, given.place, PLAN)
    if place.ends_at <= context.now:
        rule = Text("班次已经结束。", "The shift is over.")
        raise Refusal(Reason.CONFLICT, rule, field="place", value=place.pk)
    _check_people(place.shift.unit, {given.account}, "account")
    place.dropped_at, place.drop_reason = context.now, given.reason
    place.save(update_fields=["dropped_at", "drop_reason"])
    new = Place.objects.create(
        shift=place.shift, account_id=given.account, part=place.part, starts_at=place.starts_at, ends_at=place.ends_at
    )
    data = {"from": place.account_id, "to": given.account}
    context.event("duty_replaced", subject=f"shift:{place.shift_id}", note=given.reason, data=data)
    settle_gaps(context, ORIGIN, [place.pk], Text("已换人值班。", "Somebody else has the watch."))
    return {"place": new.pk}


def _shift(actor: Actor, permission: str, key: uuid.UUID, *, lock: bool = False) -> Shift:
    rows = Shift.objects.select_for_update(of=("self",)) if lock else Shift.objects
    shift = rows.select_related("unit__area").filter(pk=key, cancelled_at=None).first()
    if shift is None or not reaches_unit(actor, permission, shift.unit):
        raise missing(Text("没有找到该班次。", "There is no such shift."), "shift", key)
    return shift


def _place(context: Context, key: int, permission: str) -> Place:
    rows = Place.objects.select_for_update(of=("self",)).select_related("shift__unit__area")
    place = rows.filter(pk=key, dropped_at=None, shift__cancelled_at=None).first()
    if place is None or not reaches_unit(context.actor, permission, place.shift.unit):
        raise missing(Text("没有找到该值班安排。", "There is no such place."), "place", key)
    return place
