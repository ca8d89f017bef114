"""What the enterprise does about an alarm of attendance, and the street's word on it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.loops import after_step
from tongchou.record.models import Staff
from tongchou.record.territory.reach import missing
from tongchou.rooms.daily.actions.fever import FirstIn
from tongchou.rooms.daily.actions.fever import first as first_reading
from tongchou.rooms.daily.alarms import KIND, settle
from tongchou.rooms.daily.models import Alarm, Fever
from tongchou.rooms.daily.reach import KEEP, REPORT, enterprise_in_reach

HOW: dict[str, dict[str, Text]] = {
    "not_cleared": {
        "sent_home": Text("已劝离，按要求隔离或等候", "Sent away, isolates or waits as told"),
        "cleared": Text("情况已变，档案已更正", "Things have changed; the file was corrected"),
        "mistaken": Text("代刷或误刷，本人未到", "Somebody else's pass; the person was not there"),
    },
    "stranger": {
        "filed": Text("已补登员工档案", "A staff file was made"), "visitor": Text("访客或外来施工，已登记", "A visitor or contractor, entered"),
        "mistaken": Text("姓名或工号有误", "Wrong name or number"), "sent_home": Text("已劝离", "Sent away"),
    },
    "fever": {"procedure": Text("按发热处置", "Handled as a fever"), "mistaken": Text("复测正常", "Normal when measured again")},
    "headcount": {"corrected": Text("已更正日报", "The report was corrected"), "explained": Text("说明差异", "The difference is explained")},
}  # fmt: skip
"""Kind -> what may be answered."""


class AnswerIn(Payload):
    """how: one of HOW for the alarm's kind. note: what was done, by whom, when."""

    alarm: int
    how: str = Field(max_length=12)
    note: str = Field(min_length=2, max_length=300)


class AlarmIn(Payload):
    alarm: int


@verb("attendance.answer", KEEP, Text("处理考勤预警", "Answer an alarm of attendance"))
def answer(context: Context, given: AnswerIn) -> dict[str, Any]:
    """Say what was done. When nothing is open any more in the enterprise's loop, it goes to the street."""
    row = _open(context, given.alarm)
    if given.how not in HOW[row.kind]:
        rule = Text("这种预警不能这样处理。", "This is no answer to such an alarm.")
        remedy = Text("可选：{all}。", "One of: {all}.").with_(all="、".join(HOW[row.kind]))
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="how", value=given.how)
    _check(row, given.how)
    row.how, row.note = given.how, given.note
    return _answered(context, row)


def _check(row: Alarm, how: str) -> None:
    """An answer that the record contradicts is refused."""
    files = (
        Staff.objects.filter(unit=row.unit_id, person=row.person_id, to_date=None)
        if row.person_id
        else Staff.objects.none()
    )
    wrong: Text | None = None
    if how == "filed" and row.person_id and not files.exists():
        wrong = Text("员工档案中还没有这个人。", "There is no staff file of this person yet.")
    elif how == "filed" and not row.person_id:
        wrong = Text(
            "补登档案后请重新导入考勤，预警会自行消除。",
            "After adding the file import the attendance again; the alarm then ends by itself.",
        )
    elif how == "cleared" and not files.filter(outcome="start").exists():
        wrong = Text("档案的判定仍不是“可以返岗”。", "By the file this person still may not start.")
    elif how == "procedure" and row.fever_id is None:
        wrong = Text("还没有开始发热处置。", "The fever procedure has not been started.")
    if wrong is not None:
        raise Refusal(
            Reason.CONFLICT,
            wrong,
            remedy=Text("请先办理，或选择实际情况。", "Do that first, or say what really is."),
            field="how",
            value=how,
        )


@verb("attendance.fever", REPORT, Text("转入发热处置", "Start the fever procedure"))
def to_fever(context: Context, given: AlarmIn) -> dict[str, Any]:
    """One tap: the reading at the gate becomes the first reading of the fever procedure; whoever has one of that day already keeps it."""
    row = _open(context, given.alarm)
    if row.kind != Alarm.Kind.FEVER or row.reading is None or row.seen_at is None or row.person_id is None:
        raise Refusal(
            Reason.WRONG_STAGE,
            Text("这不是体温预警。", "This is no alarm of a temperature."),
            field="alarm",
            value=row.pk,
        )
    held = (
        Fever.objects.filter(unit=row.unit_id, person=row.person_id, first_at__gte=row.seen_at - timedelta(hours=12))
        .order_by("first_at")
        .first()
    )
    if held is None:
        on_file = Staff.objects.filter(unit=row.unit_id, person=row.person_id, to_date=None).exists()
        person = row.person_id if on_file else None
        made = first_reading(
            context, FirstIn(unit=row.unit_id, person=person, place=row.section, first=row.reading, at=row.seen_at)
        )
        held = Fever.objects.get(pk=uuid.UUID(str(made["fever"])))
    row.fever, row.how, row.note = held, "procedure", "已转入发热处置"
    return _answered(context, row) | {"fever": str(held.pk)}


def _open(context: Context, key: int) -> Alarm:
    row = Alarm.objects.select_for_update(of=("self",)).filter(pk=key).first()
    try:
        if row is not None:
            enterprise_in_reach(context.actor, KEEP, row.unit_id)
    except Refusal:
        row = None
    if row is None:
        raise missing(Text("没有找到该预警。", "There is no such alarm."), "alarm", key)
    if row.state != Alarm.State.OPEN:
        raise Refusal(
            Reason.WRONG_STAGE,
            Text("该预警已处理。", "This alarm is answered already."),
            remedy=Text("请刷新。", "Reload."),
            field="alarm",
            value=key,
        )
    return row


def _answered(context: Context, row: Alarm) -> dict[str, Any]:
    row.state, row.account_id, row.answered_at = Alarm.State.ANSWERED, context.actor.account_id, context.now
    row.save()
    context.event(
        "attendance_alarm_answered",
        subject=f"unit:{row.unit_id}",
        loop_id=row.loop_id,
        data={"alarm": row.pk, "kind": row.kind, "how": row.how},
    )
    settle(context, row.unit_id)
    return {"alarm": row.pk, "state": row.state}


@after_step(KIND, "answered")
def _all_answered(context: Context, loops: list[uuid.UUID]) -> None:
    """To the street only when nothing is open any more."""
    left = Alarm.objects.filter(loop__in=loops, state="open").count()
    if left:
        rule = Text("还有 {n} 条预警没有处理。", "{n} {n|alarm is|alarms are} not answered yet.").with_(n=left)
        raise Refusal(
            Reason.CONFLICT,
            rule,
            remedy=Text("请在考勤页逐条处理。", "Answer each on the page of attendance."),
            field="loop",
        )


@after_step(KIND, "accept")
def _accepted(context: Context, loops: list[uuid.UUID]) -> None:
    Alarm.objects.filter(loop__in=loops, state="answered").update(state="ended")


@after_step(KIND, "send_back")
def _sent_back(context: Context, loops: list[uuid.UUID]) -> None:
    """The street is not content: what was answered is open again, with what was said."""
    Alarm.objects.filter(loop__in=loops, state="answered").update(state="open", answered_at=None)
