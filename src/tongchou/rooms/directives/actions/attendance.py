"""Verbs of who comes to a meeting: the unit's answer, signing in by phone, and what the organiser records."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.loop_settling import settle_gaps
from tongchou.record.territory.reach import missing, reaches_unit
from tongchou.rooms.directives.models import Attendance, Meeting
from tongchou.rooms.directives.reach import PLAN, SEE

SIGN_IN_BEFORE = timedelta(hours=1)
ORIGIN = "meeting"
"""Origin of the reminders to answer a notice; its reference is the line of attendance."""
GRACE = timedelta(minutes=5)
"""Who signs in later than this after the beginning is late."""
_GONE = Text("没有找到这条参会记录。", "There is no such line of attendance.")


class AnswerIn(Payload):
    """coming: the unit comes; else it asks leave with a reason. who: who comes; substitute: instead of the person asked for."""

    attendance: int
    coming: bool
    who: str = Field("", max_length=80)
    substitute: bool = False
    reason: str = Field("", max_length=200)


class SignInIn(Payload):
    """venue: where one is; the venue planned unless given. who: one's own name unless given."""

    attendance: int
    venue: int | None = None
    who: str = Field("", max_length=80)
    substitute: bool = False


class MarkIn(Payload):
    attendance: int
    state: Literal["expected", "present", "late", "leave", "absent"]
    who: str = Field("", max_length=80)
    substitute: bool = False
    at: AwareDatetime | None = None
    reason: str = Field("", max_length=200)


def _line(key: int) -> Attendance | None:
    meeting = Attendance.objects.filter(pk=key).values_list("meeting", flat=True).first()
    if meeting is None:
        return None
    Meeting.objects.select_for_update().get(pk=meeting)  # settling and signing in follow one another
    return Attendance.objects.select_related("meeting__unit__area", "unit").get(pk=key)


def _own(context: Context, key: int) -> Attendance:
    """A line of one's own unit."""
    row = _line(key)
    if row is None or row.unit_id not in context.actor.unit_ids(SEE):
        raise missing(_GONE, "attendance", key)
    context.grant = next((g for g in context.grants if g.unit_id == row.unit_id), None)
    _still_open(row)
    return row


def _still_open(row: Attendance) -> None:
    if row.meeting.cancelled_at is not None:
        raise Refusal(Reason.WRONG_STAGE, Text("会议已取消。", "The meeting is cancelled."), field="attendance")
    if row.meeting.closed_at is not None:
        rule = Text("出席情况已经确定。", "Attendance is settled.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("有出入的请联系会议组织单位。", "Tell the unit that convened it if it is wrong."), field="attendance")


@verb("meeting.answer", SEE, Text("会议回执", "Answer a notice of a meeting"))
def answer(context: Context, given: AnswerIn) -> dict[str, Any]:
    """The unit has the notice: it comes, perhaps with a substitute, or asks leave with a reason."""
    row = _own(context, given.attendance)
    if row.state in ("present", "late"):
        raise Refusal(Reason.WRONG_STAGE, Text("已经签到。", "It has signed in."), field="attendance")
    if not given.coming and len(given.reason) < 2:
        rule = Text("请假须写明原因。", "Leave needs a reason.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请填写原因。", "Give the reason."), field="reason")
    if given.substitute and not given.who:
        raise Refusal(Reason.MISSING_VALUE, Text("代会须写明代会人。", "A substitute has a name."), field="who")
    row.state = "expected" if given.coming else "leave"
    row.reason, row.who, row.substitute = given.reason, given.who, given.substitute
    row.answered_at, row.answered_by_id = context.now, context.actor.account_id
    row.save()
    context.event("answer", subject=f"meeting:{row.meeting_id}", note=given.reason, data={"unit": row.unit_id, "coming": given.coming, "substitute": given.substitute})
    settle_gaps(context, ORIGIN, [row.pk], Text("已回执。", "Answered."))
    return {"attendance": row.pk, "state": row.state}


@verb("meeting.sign_in", SEE, Text("会议签到", "Sign in to a meeting"))
def sign_in(context: Context, given: SignInIn) -> dict[str, Any]:
    """From an hour before the beginning to the end. Signing in twice changes nothing."""
    row = _own(context, given.attendance)
    if row.state in ("present", "late"):
        return {"attendance": row.pk, "state": row.state, "at": row.at.isoformat() if row.at else ""}
    meeting = row.meeting
    if not meeting.starts_at - SIGN_IN_BEFORE <= context.now <= meeting.ends_at:
        rule = Text("只能在会前一小时至会议结束签到。", "One signs in from an hour before it begins until it ends.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请在会议时间签到，或联系会议组织单位补记。", "Sign in at the time, or have it recorded."), field="attendance")
    if given.venue is not None and not meeting.venues.filter(pk=given.venue).exists():
        raise missing(Text("没有这个会场。", "There is no such venue."), "venue", given.venue)
    row.venue_id = given.venue or row.venue_id
    row.who = given.who or row.who or context.actor.name
    row.substitute = given.substitute or row.substitute or (row.account_id is not None and row.account_id != context.actor.account_id)
    row.at, row.state = context.now, "late" if context.now > meeting.starts_at + GRACE else "present"
    row.answered_at = row.answered_at or context.now
    row.recorded_by_id = context.actor.account_id
    row.save()
    settle_gaps(context, ORIGIN, [row.pk], Text("已签到。", "Signed in."))
    context.event("sign_in", subject=f"meeting:{row.meeting_id}", data={"unit": row.unit_id, "venue": row.venue_id, "state": row.state})
    return {"attendance": row.pk, "state": row.state, "at": row.at.isoformat()}


@verb("meeting.mark", PLAN, Text("记录出席", "Record attendance"))
def mark(context: Context, given: MarkIn) -> dict[str, Any]:
    """What the organiser records at the venue: who came in whose place, who was late or not there, and why."""
    row = _line(given.attendance)
    if row is None or not reaches_unit(context.actor, PLAN, row.meeting.unit):
        raise missing(_GONE, "attendance", given.attendance)
    _still_open(row)
    if given.state == "leave" and len(given.reason) < 2:
        raise Refusal(Reason.MISSING_VALUE, Text("请假须写明原因。", "Leave needs a reason."), field="reason")
    if given.state in ("present", "late") and not (given.who or row.who or row.account_id):
        raise Refusal(Reason.MISSING_VALUE, Text("请写明到会人。", "Say who came."), field="who")
    if given.state != "expected" and given.state != "leave" and row.meeting.starts_at - SIGN_IN_BEFORE > context.now:
        raise Refusal(Reason.CONFLICT, Text("会议还没有开始。", "The meeting has not begun."), field="state")
    before = row.state
    came = given.state in ("present", "late")
    row.state, row.reason, row.substitute = given.state, given.reason, given.substitute
    row.who = (given.who or row.who or (row.account.display_name if row.account else "")) if came else given.who
    row.at = (given.at or row.at or context.now) if came else None
    row.recorded_by_id = context.actor.account_id
    row.save()
    if row.state != "expected":
        settle_gaps(context, ORIGIN, [row.pk], Text("会议组织单位已记录出席情况。", "The organiser recorded attendance."))
    context.event("mark", subject=f"meeting:{row.meeting_id}", note=given.reason, data={"unit": row.unit_id, "state": [before, row.state]})
    return {"attendance": row.pk, "state": row.state}
