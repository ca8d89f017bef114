"""Leave of single people: recorded, shortened or withdrawn by the enterprise; who is on leave is not missing at the gate."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import Staff
from tongchou.record.territory.reach import missing
from tongchou.rooms.daily.alarms import look
from tongchou.rooms.daily.models import Attendance, Leave
from tongchou.rooms.daily.numbers import daily_rules, local_day
from tongchou.rooms.daily.reach import KEEP, enterprise_in_reach

LONGEST = timedelta(days=366)
KINDS: dict[str, Text] = {"sick": Text("病假", "Sick leave"), "personal": Text("事假", "Personal leave"), "other": Text("其他", "Other leave")}
explain_constraint(
    "leave_no_overlap",
    Reason.DUPLICATE,
    Text("该员工这几天已登记请假。", "This person is on leave already on some of these days."),
    Text("请先改短或撤销原来的请假。", "Shorten or withdraw the other leave first."),
)


class LeaveIn(Payload):
    """staff: a file of the enterprise. until: the last day of leave; one day where left out."""

    unit: int
    staff: int
    kind: Leave.Kind
    from_date: date
    until: date | None = None


class EndLeaveIn(Payload):
    """last_day: the leave ends earlier, with this day; None: it is withdrawn as a whole."""

    leave: int
    last_day: date | None = None


@verb("attendance.leave", KEEP, Text("登记请假", "Record leave"))
def record(context: Context, given: LeaveIn) -> dict[str, Any]:
    """Put a member of staff on leave for a day or from one day to another."""
    unit = enterprise_in_reach(context.actor, KEEP, given.unit)
    staff = Staff.objects.filter(pk=given.staff, unit=unit, to_date=None).first()
    if staff is None:
        raise missing(Text("没有找到这份员工档案。", "There is no such staff file."), "staff", given.staff)
    until = given.until or given.from_date
    _check_days(context, given.from_date, until)
    row = Leave.objects.create(
        unit=unit, person_id=staff.person_id, from_date=given.from_date, until=until, kind=given.kind, account_id=context.actor.account_id,
        at=context.now, act=context.act_id,
    )  # fmt: skip
    context.event("leave_recorded", subject=f"unit:{unit.pk}", data={"leave": row.pk, "days": (until - given.from_date).days + 1})
    _compare(context, unit.pk, given.from_date, until)
    return {"leave": row.pk}


@verb("attendance.end_leave", KEEP, Text("改短、撤销请假", "Shorten or withdraw leave"))
def end(context: Context, given: EndLeaveIn) -> dict[str, Any]:
    """Somebody is back earlier, or was never on leave."""
    row = Leave.objects.select_for_update(of=("self",)).filter(pk=given.leave, ended_at=None).first()
    try:
        if row is not None:
            enterprise_in_reach(context.actor, KEEP, row.unit_id)
    except Refusal:
        row = None
    if row is None:
        raise missing(Text("没有找到这次请假，或已撤销。", "There is no such leave, or it was withdrawn."), "leave", given.leave)
    first, last = row.from_date, row.until
    if given.last_day is None:
        row.ended_at = context.now
    elif first <= given.last_day < last:
        row.until = given.last_day
    else:
        rule = Text("须在 {a} 至 {b} 之间。", "This must lie between {a} and {b}.").with_(a=first, b=last - timedelta(days=1))
        remedy = Text("要延长的，另登记一次；没有请假的，撤销。", "To make it longer record another; to take it back withdraw it.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field="last_day", value=str(given.last_day))
    row.save(update_fields=["until", "ended_at"])
    context.event("leave_ended", subject=f"unit:{row.unit_id}", data={"leave": row.pk, "withdrawn": row.ended_at is not None})
    _compare(context, row.unit_id, first, last)
    return {"leave": row.pk, "until": None if row.ended_at else str(row.until)}


def _check_days(context: Context, first: date, last: date) -> None:
    today = local_day(context.now)
    earliest = today - timedelta(days=daily_rules()["attendance_days"].value)
    if last < first or last - first > LONGEST:
        rule = Text("结束日期须在开始日期之后，最长一年。", "The last day comes after the first, at most a year later.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请核对日期。", "Check the days."), field="until", value=str(last))
    if not earliest <= first <= today + LONGEST:
        rule = Text("须在 {a} 至 {b} 之间。", "This must lie between {a} and {b}.").with_(a=earliest, b=today + LONGEST)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请核对日期。", "Check the day."), field="from_date", value=str(first))


def _compare(context: Context, unit: int, first: date, last: date) -> None:
    """Hold the headcounts of days that have been against each other once more."""
    days = Attendance.objects.filter(unit=unit, day__range=(first, min(last, local_day(context.now)))).values_list("day", flat=True)
    look(context, unit, set(days))
