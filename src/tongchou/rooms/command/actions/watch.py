"""Verbs of the watch itself: come and go, hand over and take over, write the log."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from pydantic import AwareDatetime, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions.loop_settling import settle_gaps
from tongchou.record.loops.state import load, visible
from tongchou.record.models import Loop
from tongchou.record.territory.reach import missing, unit_in_reach
from tongchou.rooms.command.models import LogEntry, Place, Shift
from tongchou.rooms.command.rules import ORIGIN, duty_rules

LOG = "duty.log"

explain_constraint(
    "shift_two_people",
    Reason.SAME_PERSON,
    Text("交班人和接班人不能是同一人。", "Who hands over may not take over."),
    Text("请由下一班人员接班。", "Somebody of the next shift must do it."),
)


class PresentIn(Payload):
    place: int


class HandOverIn(Payload):
    shift: uuid.UUID
    note: str = Field(min_length=1, max_length=5_000)


class TakeOverIn(Payload):
    shift: uuid.UUID


class LogIn(Payload):
    unit: int
    at: AwareDatetime
    kind: LogEntry.Kind
    text: str = Field(min_length=1, max_length=5_000)
    corrects: uuid.UUID | None = None
    loop: uuid.UUID | None = None


@verb("duty.arrive", "settings.own", Text("到岗签到", "Come on duty"))
def arrive(context: Context, given: PresentIn) -> dict[str, Any]:
    """One's own; up to an hour before the shift, and until it ends."""
    place = _own(context, given.place)
    if not place.starts_at - timedelta(hours=1) <= context.now < place.ends_at:
        rule = Text("只能在开班前一小时至结束前签到。", "One signs in from an hour before the shift until it ends.")
        raise Refusal(Reason.CONFLICT, rule, field="place", value=place.pk)
    if place.arrived_at is None:
        place.arrived_at = context.now
        place.save(update_fields=["arrived_at"])
        context.event("duty_arrived", subject=f"shift:{place.shift_id}")
        settle_gaps(context, ORIGIN, [place.pk], Text("已到岗签到。", "Has come on duty."))
    return {"place": place.pk, "arrived_at": place.arrived_at.isoformat()}


@verb("duty.leave", "settings.own", Text("离岗签退", "Go off duty"))
def leave(context: Context, given: PresentIn) -> dict[str, Any]:
    place = _own(context, given.place)
    if place.arrived_at is None:
        rule = Text("还没有签到。", "You have not signed in.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请先签到。", "Sign in first."), field="place", value=place.pk)
    if place.left_at is None:
        place.left_at = context.now
        place.save(update_fields=["left_at"])
        context.event("duty_left", subject=f"shift:{place.shift_id}")
    return {"place": place.pk}


def _locked(shift: uuid.UUID) -> Shift | None:
    """A shift that was not called off, held until the act ends."""
    return Shift.objects.select_for_update(of=("self",)).select_related("unit__area").filter(pk=shift, cancelled_at=None).first()


@verb("duty.hand_over", "settings.own", Text("交班", "Hand over"))
def hand_over(context: Context, given: HandOverIn) -> dict[str, Any]:
    """Somebody of the shift writes what the next one must know. The watch is handed over when the next shift takes it."""
    shift = _locked(given.shift)
    if shift is None or not _on(shift, context.actor):
        raise missing(Text("没有找到您的这个班次。", "You have no such shift."), "shift", given.shift)
    if shift.starts_at > context.now:
        raise Refusal(
            Reason.CONFLICT, Text("班次还没有开始。", "The shift has not begun."), field="shift", value=str(shift.pk)
        )
    if shift.taken_over_at is not None:
        raise Refusal(
            Reason.CONFLICT,
            Text("已经由下一班接班。", "The next shift has taken over."),
            field="shift",
            value=str(shift.pk),
        )
    shift.handover_note, shift.handed_over_at, shift.handed_over_by_id = (
        given.note,
        context.now,
        context.actor.account_id,
    )
    shift.save(update_fields=["handover_note", "handed_over_at", "handed_over_by"])
    context.event("duty_handed_over", subject=f"shift:{shift.pk}", note=given.note)
    return {"shift": str(shift.pk)}


@verb("duty.take_over", "settings.own", Text("接班", "Take over"))
def take_over(context: Context, given: TakeOverIn) -> dict[str, Any]:
    """Somebody of a later shift of the unit takes the watch, having read the note."""
    shift = _locked(given.shift)
    after = (
        shift
        and Shift.objects.filter(unit=shift.unit, starts_at__gte=shift.starts_at, cancelled_at=None)
        .exclude(pk=shift.pk)
        .order_by("starts_at")
        .first()
    )
    if shift is None or after is None or not _on(after, context.actor):
        raise missing(
            Text("没有找到可由您接的班。", "There is no such shift for you to take over."), "shift", given.shift
        )
    if shift.handed_over_at is None:
        rule = Text("上一班还没有交班。", "The shift before has not handed over.")
        raise Refusal(
            Reason.CONFLICT, rule, remedy=Text("请联系上一班人员。", "Call them."), field="shift", value=str(shift.pk)
        )
    if shift.taken_over_at is None:
        shift.taken_over_at, shift.taken_over_by_id = context.now, context.actor.account_id
        shift.save(update_fields=["taken_over_at", "taken_over_by"])
        context.event("duty_taken_over", subject=f"shift:{shift.pk}")
    return {"shift": str(shift.pk)}


@verb("duty.log", LOG, Text("记值班日志", "Write the duty log"))
def log(context: Context, given: LogIn) -> dict[str, Any]:
    """One line, to the minute: not in the future, and not further back than the rule lets a late entry reach."""
    unit = unit_in_reach(context.actor, LOG, given.unit)
    if context.actor.account_id is None:
        raise Refusal(Reason.NOT_ALLOWED, Text("日志须由本人记。", "A person writes the log."))
    back = timedelta(hours=duty_rules()["latest_log_hours"].value)
    if given.at > context.now + timedelta(minutes=1) or given.at < context.now - back:
        rule = Text("时间应在最近 {n} 小时之内。", "The time lies within the last {n} {n|hour|hours}.").with_(
            n=duty_rules()["latest_log_hours"].value
        )
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="at", value=given.at.isoformat())
    corrected = LogEntry.objects.filter(pk=given.corrects, unit=unit).first() if given.corrects else None
    if given.corrects and corrected is None:
        raise missing(Text("没有找到要更正的记录。", "There is no such entry to correct."), "corrects", given.corrects)
    if given.loop is not None:
        found = next(iter(load([given.loop])), None)
        if found is None or not visible(context.actor, found):
            raise missing(Text("没有找到该事项。", "There is no such loop."), "loop", given.loop)
    shift = Shift.objects.filter(unit=unit, cancelled_at=None, starts_at__lte=given.at, ends_at__gt=given.at).first()
    entry = LogEntry.objects.create(
        id=new_id(), unit=unit, shift=shift, at=given.at.replace(second=0, microsecond=0), kind=given.kind.value, text=given.text,
        corrects=corrected, loop=Loop.objects.filter(pk=given.loop).first() if given.loop else None, account_id=context.actor.account_id,
        recorded_at=context.now,
    )  # fmt: skip
    context.event(
        "duty_logged",
        subject=f"duty_log:{entry.pk}",
        note=given.text,
        data={"unit": unit.pk, "kind": entry.kind, "at": entry.at.isoformat()},
    )
    return {"entry": str(entry.pk)}


def _on(shift: Shift, actor: Actor) -> bool:
    return Place.objects.filter(shift=shift, account_id=actor.account_id or 0, dropped_at=None).exists()


def _own(context: Context, key: int) -> Place:
    rows = Place.objects.select_for_update(of=("self",)).select_related("shift")
    place = rows.filter(
        pk=key, account_id=context.actor.account_id or 0, dropped_at=None, shift__cancelled_at=None
    ).first()
    if place is None:
        raise missing(Text("没有找到您的这个值班安排。", "You have no such place."), "place", key)
    return place
