"""Verbs of meetings: plan, change, ask units, cancel, minutes, settle, remind."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from pydantic import AwareDatetime, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions.loop_settling import settle_gaps
from tongchou.record.actions.open_loops import OpenIn, OpenManyIn, open_many
from tongchou.record.loops.titles import written
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Account, Unit
from tongchou.record.territory.reach import missing, reaches_unit
from tongchou.rooms.directives.actions.attendance import ORIGIN
from tongchou.rooms.directives.models import Attendance, Meeting, Venue
from tongchou.rooms.directives.reach import PLAN, meeting_in_reach, own_unit

LONGEST = timedelta(hours=24)
REMIND_BEFORE = timedelta(hours=2)

explain_constraint(
    "attendance_unit_once",
    Reason.DUPLICATE,
    Text("该单位已在参会名单中。", "The unit is asked already."),
    Text("请在名单中修改。", "Change its line instead."),
)
explain_constraint(
    "venue_once",
    Reason.DUPLICATE,
    Text("会场名称重复。", "Two venues have one name."),
    Text("请换一个名称。", "Choose another name."),
)


class AskedIn(Payload):
    """A unit that is asked; venue by its name, the main one unless given; account: the person asked for."""

    unit: int
    venue: str = Field("", max_length=120)
    account: int | None = None


class MeetingIn(Payload):
    kind: Meeting.Kind
    title: str = Field(min_length=2, max_length=200)
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    chair: str = Field("", max_length=80)
    agenda: str = Field("", max_length=20_000)


class PlanIn(MeetingIn):
    unit: int | None = None
    main_venue: str = Field(min_length=2, max_length=120)
    branches: list[str] = Field(default_factory=list, max_length=60)
    asked: list[AskedIn] = Field(default_factory=list, max_length=2000)


class ChangeIn(MeetingIn):
    meeting: uuid.UUID
    seen_version: int


class AskIn(Payload):
    meeting: uuid.UUID
    asked: list[AskedIn] = Field(min_length=1, max_length=2000)


class CancelIn(Payload):
    meeting: uuid.UUID
    reason: str = Field(min_length=2, max_length=200)


class MinutesIn(Payload):
    meeting: uuid.UUID
    text: str = Field(min_length=10, max_length=500_000)
    seen_version: int


class SettleIn(Payload):
    meeting: uuid.UUID


class RemindIn(Payload):
    """limit: meetings looked at."""

    limit: int = Field(200, ge=1, le=1000)


@verb("meeting.plan", PLAN, Text("安排会议", "Plan a meeting"))
def plan(context: Context, given: PlanIn) -> dict[str, Any]:
    """Plan it, with its venues and the units that are asked; they see it on their page of meetings at once."""
    unit = own_unit(context, given.unit)
    check_times(given.starts_at, given.ends_at, context.now)
    row = Meeting(id=new_id(), unit_id=unit, created_by_id=context.actor.account_id, created_at=context.now, **_said(given))
    row.save(force_insert=True)
    venues = [Venue(meeting=row, name=given.main_venue.strip(), main=True)]
    venues += [Venue(meeting=row, name=name.strip()) for name in given.branches if name.strip()]
    Venue.objects.bulk_create(venues)
    count = _ask(context, row, given.asked)
    context.event("plan", subject=f"meeting:{row.pk}", data={"unit": unit, "starts_at": row.starts_at.isoformat(), "asked": count, "venues": len(venues)})
    return {"meeting": str(row.pk), "version": row.version, "asked": count}


def _said(given: MeetingIn) -> dict[str, Any]:
    return {
        "kind": given.kind.value, "title": given.title, "starts_at": given.starts_at, "ends_at": given.ends_at, "chair": given.chair, "agenda": given.agenda,
    }  # fmt: skip


def check_times(starts: datetime, ends: datetime, now: datetime) -> None:
    if ends <= starts or ends - starts > LONGEST:
        rule = Text("结束须晚于开始，且不超过 24 小时。", "It ends after it begins, within 24 hours.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请更正时间。", "Correct the times."), field="ends_at", value=ends.isoformat())
    if ends <= now:
        rule = Text("会议时间已过。", "The meeting lies in the past.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请填写将来的时间。", "Give a time to come."), field="starts_at", value=starts.isoformat())


def _ask(context: Context, row: Meeting, asked: list[AskedIn]) -> int:
    """Put units on the list. A unit lies where the actor sees units; a named person is of that unit."""
    venues = {v.name: v.pk for v in row.venues.all()}
    main = next(v.pk for v in row.venues.all() if v.main)
    units = {u.pk: u for u in Unit.objects.filter(pk__in=[a.unit for a in asked], active_to=None).select_related("area")}
    rows = []
    for n, one in enumerate(asked):
        unit = units.get(one.unit)
        if unit is None or not may_ask(context.actor, unit):
            raise missing(Text("没有这个在册单位，或不在管理范围。", "There is no such active unit within your reach."), f"asked.{n}.unit", one.unit)
        if one.venue and one.venue not in venues:
            rule = Text("没有“{v}”这个会场。", "There is no venue “{v}”.").with_(v=one.venue)
            raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请先添加会场。", "Add the venue first."), field=f"asked.{n}.venue", value=one.venue)
        if one.account is not None and not Account.objects.filter(pk=one.account, holdings__post__unit=unit, holdings__to_date=None).exists():
            rule = Text("所选人员不在该单位任职。", "This person holds no post in the unit.")
            raise Refusal(Reason.INVALID_VALUE, rule, field=f"asked.{n}.account", value=one.account)
        rows.append(Attendance(meeting=row, venue_id=venues.get(one.venue, main), unit=unit, account_id=one.account))
    Attendance.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def may_ask(actor: Actor, unit: Unit) -> bool:
    """Whether the actor sees the unit, and so may ask it to a meeting."""
    return actor.system or reaches_unit(actor, "unit.view", unit)


def open_meeting(context: Context, key: uuid.UUID) -> Meeting:
    """A meeting that the actor runs, locked; not cancelled."""
    row = meeting_in_reach(context.actor, PLAN, key, lock=True)
    if row.cancelled_at is not None:
        raise Refusal(Reason.WRONG_STAGE, Text("会议已取消。", "The meeting is cancelled."), remedy=Text("请另行安排。", "Plan another."), field="meeting")
    return row


def _seen(row: Meeting, version: int) -> None:
    if row.version != version:
        rule = Text("别人刚刚改动了会议。", "Somebody has just changed the meeting.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请刷新后重新填写。", "Reload and do it again."), field="seen_version", value=version)


@verb("meeting.change", PLAN, Text("修改会议", "Change a meeting"))
def change(context: Context, given: ChangeIn) -> dict[str, Any]:
    """Another time takes the units' answers back: they have to say again that they have the notice."""
    row = open_meeting(context, given.meeting)
    _seen(row, given.seen_version)
    if row.closed_at is not None:
        raise Refusal(Reason.WRONG_STAGE, Text("出席已经确定，不能再改。", "Attendance is settled; it does not change."), field="meeting")
    said, changed = _said(given), {}
    moved = (row.starts_at, row.ends_at) != (given.starts_at, given.ends_at)
    if moved:
        check_times(given.starts_at, given.ends_at, context.now)
    for name, value in said.items():
        old = getattr(row, name)
        if old != value:
            changed[name] = [str(old), str(value)]
            setattr(row, name, value)
    row.version += 1
    if moved:
        row.reminded_at = None
        settle_gaps(context, ORIGIN, _line_keys(row), Text("会议时间已改，须重新回执。", "The meeting was moved; it is asked anew."))
        row.attendance.filter(state="expected").update(answered_at=None, answered_by=None)
    row.save()
    context.event("change", subject=f"meeting:{row.pk}", data=changed)
    return {"meeting": str(row.pk), "version": row.version}


@verb("meeting.ask", PLAN, Text("增加参会单位", "Ask more units"))
def ask(context: Context, given: AskIn) -> dict[str, Any]:
    row = open_meeting(context, given.meeting)
    if row.closed_at is not None:
        raise Refusal(Reason.WRONG_STAGE, Text("出席已经确定。", "Attendance is settled."), field="meeting")
    count = _ask(context, row, given.asked)
    context.event("ask", subject=f"meeting:{row.pk}", data={"units": [a.unit for a in given.asked]})
    return {"meeting": str(row.pk), "asked": count}


def _line_keys(row: Meeting) -> list[int]:
    return list(row.attendance.values_list("pk", flat=True))


@verb("meeting.cancel", PLAN, Text("取消会议", "Cancel a meeting"))
def cancel(context: Context, given: CancelIn) -> dict[str, Any]:
    row = open_meeting(context, given.meeting)
    if row.starts_at <= context.now:
        rule = Text("会议已经开始，不能取消。", "The meeting has begun.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请如实记录出席情况。", "Record who is there."), field="meeting")
    row.cancelled_at, row.cancel_reason = context.now, given.reason
    row.save(update_fields=["cancelled_at", "cancel_reason"])
    settle_gaps(context, ORIGIN, _line_keys(row), Text("会议已取消。", "The meeting is cancelled."))
    context.event("cancel", subject=f"meeting:{row.pk}", note=given.reason)
    return {"meeting": str(row.pk)}


@verb("meeting.minutes", PLAN, Text("写会议纪要", "Write the minutes"))
def minutes(context: Context, given: MinutesIn) -> dict[str, Any]:
    row = open_meeting(context, given.meeting)
    _seen(row, given.seen_version)
    if row.starts_at > context.now:
        raise Refusal(Reason.CONFLICT, Text("会议还没有开始。", "The meeting has not begun."), field="text")
    row.minutes, row.minutes_by_id, row.minutes_at = given.text, context.actor.account_id, context.now
    row.version += 1
    row.save()
    context.event("minutes", subject=f"meeting:{row.pk}", data={"characters": len(given.text), "version": row.version})
    return {"meeting": str(row.pk), "version": row.version}


@verb("meeting.settle", PLAN, Text("确定出席情况", "Settle attendance"))
def settle(context: Context, given: SettleIn) -> dict[str, Any]:
    """Whoever has not signed in and has no leave was absent; from now on attendance does not change."""
    row = open_meeting(context, given.meeting)
    if row.closed_at is not None:
        return {"meeting": str(row.pk), "absent": row.attendance.filter(state="absent").count()}
    if row.starts_at > context.now:
        raise Refusal(Reason.CONFLICT, Text("会议还没有开始。", "The meeting has not begun."), field="meeting")
    absent = row.attendance.filter(state="expected").update(state="absent", recorded_by=context.actor.account_id)
    row.closed_at = context.now
    row.save(update_fields=["closed_at"])
    settle_gaps(context, ORIGIN, _line_keys(row), Text("会议已结束，未到会的记为缺席。", "The meeting is over; who was not there counts as absent."))
    context.event("settle", subject=f"meeting:{row.pk}", data={"absent": absent})
    return {"meeting": str(row.pk), "absent": absent}


@verb("meeting.remind", PLAN, Text("会前提醒", "Remind before a meeting"), system_only=True, recurs=True)
def remind(context: Context, given: RemindIn) -> dict[str, Any]:
    """Two hours before, units that have not said that they have the notice get a loop of their own; once for each meeting."""
    until = context.now + REMIND_BEFORE
    coming = Meeting.objects.select_for_update(of=("self",)).filter(cancelled_at=None, closed_at=None, reminded_at=None, starts_at__gt=context.now, starts_at__lte=until)
    items: list[OpenIn] = []
    found = list(coming.order_by("starts_at")[: given.limit])
    for row in found:
        title = written(Text("会议通知未回执：{title}", "Meeting not acknowledged: {title}").with_(title=row.title))
        for line in row.attendance.filter(answered_at=None, state="expected").select_related("unit"):
            items.append(
                OpenIn.model_validate(
                    {"kind": "gap", **title, "id": new_id(), "owner_unit": line.unit_id, "unit": line.unit_id, "verifier_unit": row.unit_id,
                     "due_at": row.starts_at, "origin": ORIGIN, "origin_ref": str(line.pk), "urgent": True}
                )
            )  # fmt: skip
        row.reminded_at = context.now
        row.save(update_fields=["reminded_at"])
        context.event("remind", subject=f"meeting:{row.pk}")
    if items and office_unit() is not None:
        open_many(context, OpenManyIn(items=items))
    return {"meetings": len(found), "reminded": len(items)}
