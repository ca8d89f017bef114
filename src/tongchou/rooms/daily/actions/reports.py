"""Reporting a day and correcting it. One report for each enterprise and day; what was corrected stays."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions.loops import AdvanceIn, advance
from tongchou.record.actions.permits import send_to_review
from tongchou.record.models import Loop, Unit, WorkPermit
from tongchou.record.permit_facts import MOST_STAFF
from tongchou.record.questions.work_orders import must_stop
from tongchou.record.territory.reach import missing
from tongchou.rooms.daily.actions.fever import open_untold
from tongchou.rooms.daily.actions.happenings import check_happened, store_happened
from tongchou.rooms.daily.alarms import look
from tongchou.rooms.daily.models import Attendance, Fever, Leave, Report
from tongchou.rooms.daily.numbers import daily_rules, due_at, local_day, mask_stock
from tongchou.rooms.daily.reach import REPORT, enterprise_in_reach

MISSING, ORIGIN = "daily_missing", "daily_missing"
COPIED = ("closed", "at_work", "on_leave", "staff", "returned", "masks", "shift_hours", "output", "backlog")
"""What a one-tap report takes over from the report before."""
_CORRECT = Text("请打开当日日报，用“更正”修改。", "Open the day's report and correct it.")
explain_constraint(
    "report_one_a_day",
    Reason.DUPLICATE,
    Text("该企业这一天已有日报。", "This enterprise's day is reported already."),
    _CORRECT,
)
_PEOPLE = 1_000_000


class HappenedIn(Payload):
    """Incidents of one kind. what: a choice of the loop kind `site_incident`."""

    what: str = Field(max_length=20)
    n: int = Field(1, ge=1, le=10_000)
    note: str = Field("", max_length=2000)


class FiguresIn(Payload):
    """The figures of a day. A figure left out is unknown; an explicit 0 is a zero. Money in 10,000 yuan. differs: why at_work is not the number that
    attendance shows. happened: the incidents by kind, together as many as `incidents`; without it they are of no kind that is named."""

    closed: bool = False
    at_work: int = Field(ge=0, le=_PEOPLE)
    on_leave: int | None = Field(None, ge=0, le=_PEOPLE)
    abnormal: int = Field(ge=0, le=_PEOPLE)
    incidents: int = Field(ge=0, le=10_000)
    incident_note: str = Field("", max_length=2000)
    happened: list[HappenedIn] = Field(default_factory=list, max_length=20)
    staff: int | None = Field(None, ge=0, le=_PEOPLE)
    returned: int | None = Field(None, ge=0, le=_PEOPLE)
    masks: int | None = Field(None, ge=0, le=1_000_000_000)
    shift_hours: int | None = Field(None, ge=1, le=24)
    output: Decimal | None = Field(None, ge=0, max_digits=14, decimal_places=2)
    backlog: Decimal | None = Field(None, ge=0, max_digits=14, decimal_places=2)
    differs: str = Field("", max_length=200)


class ReportIn(FiguresIn):
    """day: today, or one of the last days, which is then marked as late."""

    unit: int
    day: date


class SameIn(Payload):
    """“As the day before, nothing abnormal”: one tap. seen: the report whose figures were offered."""

    unit: int
    day: date
    seen: uuid.UUID


class CorrectIn(FiguresIn):
    report: uuid.UUID
    why: str = Field(min_length=2, max_length=300)


@verb("daily.report", REPORT, Text("报当日情况", "Report the day"))
def report(context: Context, given: ReportIn) -> dict[str, Any]:
    """Report a day. With somebody's temperature abnormal the workplace's fever clock starts at once."""
    unit = enterprise_in_reach(context.actor, REPORT, given.unit)
    check_day(context, given.day)
    return _told(context, store(context, unit, given.day, _compared(unit.pk, given.day, figures(given)), Report.Via.OWN))


@verb("daily.same", REPORT, Text("与上次相同，无异常", "As before, nothing abnormal"))
def same(context: Context, given: SameIn) -> dict[str, Any]:
    """Report a day with the figures of the report that was offered, nobody's temperature abnormal, no incident: said, not left out. How many are at work
    is what attendance shows, where there is any."""
    unit = enterprise_in_reach(context.actor, REPORT, given.unit)
    check_day(context, given.day)
    before = previous(unit.pk, given.day)
    if before is None or before.pk != given.seen:
        rule = Text("上次的数字已有变化，或没有可沿用的日报。", "The figures offered have changed, or there are none.")
        raise Refusal(
            Reason.CONFLICT,
            rule,
            remedy=Text("请刷新后核对，或逐项填写。", "Reload and look, or fill them in."),
            field="seen",
        )
    if before.at_work and must_stop(unit.pk):
        rule = Text("须停工期间，在岗情况不能沿用上次的数字。", "While work has to stop, who is at work is not taken over from the last report.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请逐项填写。", "Fill the figures in."), field="seen")
    taken = {name: getattr(before, name) for name in COPIED} | {
        "abnormal": 0,
        "incidents": 0,
        "incident_note": "",
        "unchanged": True,
    }
    counted = attended(unit.pk, given.day)
    if counted is not None:
        taken["at_work"] = counted
    away = on_leave(unit.pk, given.day)
    if away is not None:
        taken["on_leave"] = away
    return _told(context, store(context, unit, given.day, taken, Report.Via.OWN))


@verb("daily.correct", REPORT, Text("更正日报", "Correct a report"))
def correct(context: Context, given: CorrectIn) -> dict[str, Any]:
    """Put new figures in place of a report; the earlier one stays with the reason."""
    row = Report.objects.select_for_update(of=("self",)).filter(pk=given.report).first()
    if row is None:
        raise missing(Text("没有找到该日报。", "There is no such report."), "report", str(given.report))
    try:
        unit = enterprise_in_reach(context.actor, REPORT, row.unit_id)
    except Refusal:
        raise missing(Text("没有找到该日报。", "There is no such report."), "report", str(given.report)) from None
    if row.replaced_at is not None:
        rule = Text("这份日报已被更正过。", "This report was corrected already.")
        raise Refusal(
            Reason.CONFLICT,
            rule,
            remedy=Text("请刷新，在最新的一份上更正。", "Reload and correct the latest."),
            field="report",
        )
    check_day(context, row.day)
    row.replaced_at = context.now
    row.save(update_fields=["replaced_at"])
    made = store(
        context, unit, row.day, _compared(unit.pk, row.day, figures(given)) | {"replaces": row, "why": given.why, "late": row.late}, Report.Via.OWN
    )
    return _told(context, made)


def figures(given: FiguresIn) -> dict[str, Any]:
    return given.model_dump(include=set(FiguresIn.model_fields))


def attended(unit: int, day: date) -> int | None:
    """How many people attendance shows on a day; None where there is none, which is not zero."""
    return Attendance.objects.filter(unit=unit, day=day).values("person").distinct().count() or None


def on_leave(unit: int, day: date) -> int | None:
    """How many people are on leave on a day by what was recorded, and were not seen; None where nobody's leave is."""
    seen = Attendance.objects.filter(unit=unit, day=day).values("person")
    return Leave.objects.filter(unit=unit, ended_at=None, from_date__lte=day, until__gte=day).exclude(person__in=seen).count() or None


def _compared(unit: int, day: date, taken: dict[str, Any]) -> dict[str, Any]:
    """Figures that may be sent: another number at work than attendance shows has to be explained."""
    counted = attended(unit, day)
    if counted is None or counted == taken["at_work"]:
        return taken | {"differs": ""}
    if not taken["differs"]:
        rule = Text("考勤显示 {n} 人到场，填报在岗 {m} 人，相差 {d} 人。", "Attendance shows {n} {n|person|people}, {m} {m|is|are} reported at work: {d} apart.").with_(
            n=counted, m=taken["at_work"], d=abs(counted - taken["at_work"])
        )
        remedy = Text("请核对；确有不同的，在“与考勤不符的原因”中写明。", "Check it; if it is so, say why under “why it differs from attendance”.")
        raise Refusal(Reason.CONFLICT, rule, remedy=remedy, field="at_work", value=str(taken["at_work"]))
    return taken


def check_day(context: Context, day: date) -> None:
    """Today or one of the last days; else refused."""
    today, back = local_day(context.now), daily_rules()["report_back_days"].value
    if not today - timedelta(days=back) <= day <= today:
        rule = Text("只能报今天和近 {n} 天的情况。", "Today and the last {n} {n|day|days} can be reported.").with_(n=back)
        raise Refusal(
            Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请核对日期。", "Check the day."), field="day", value=str(day)
        )


def check_figures(taken: dict[str, Any]) -> None:
    """Figures that contradict each other are refused by name."""
    staff, at_work, returned = taken["staff"], taken["at_work"], taken["returned"]
    wrong: tuple[str, Text] | None = None
    if staff is not None and at_work > staff:
        wrong = "at_work", Text("在岗人数不能多于员工总数。", "More are at work than there are staff.")
    elif staff is not None and returned is not None and returned > staff:
        wrong = "returned", Text("已返岗人数不能多于员工总数。", "More have returned than there are staff.")
    elif taken["closed"] and at_work:
        wrong = "at_work", Text("停工当日在岗人数应为 0。", "Nobody is at work on a day without work.")
    elif taken["incidents"] and not taken["incident_note"] and not all(h["note"] for h in taken.get("happened") or [{"note": ""}]):
        wrong = "incident_note", Text("有异常事件的，须写明情况。", "An incident has to be told.")
    elif taken["abnormal"] > at_work + (taken["on_leave"] or 0) and not taken["closed"]:
        wrong = (
            "abnormal",
            Text("体温异常人数不能多于在岗和请假人数之和。", "More are abnormal than there are at work and on leave."),
        )
    if wrong is not None:
        raise Refusal(
            Reason.INVALID_VALUE,
            wrong[1],
            remedy=Text("请核对后更正。", "Compare and correct."),
            field=wrong[0],
            value=str(taken[wrong[0]]),
        )


def store(context: Context, unit: Unit, day: date, taken: dict[str, Any], via: str) -> Report:
    """Write a checked report, start the fever clock and the loops of incidents for what it tells, and end the street's loop about its silence."""
    check_figures(taken)
    told = check_happened(taken["incidents"], taken["incident_note"], taken.pop("happened", []))
    taken["incident_note"] = taken["incident_note"] or "；".join(t["note"] for t in told)[:2_000]
    days, enough = mask_stock(taken["masks"], taken["at_work"], taken["shift_hours"], day)
    late = taken.pop("late", context.now > due_at(day))
    row = Report.objects.create(
        id=new_id(),
        unit=unit,
        day=day,
        mask_days=days,
        late=late,
        via=via,
        account_id=context.actor.account_id,
        reported_at=context.now,
        attended=attended(unit.pk, day),
        **taken,
    )
    data = {"report": str(row.pk), "day": str(day), "via": via} | (
        {"replaces": str(row.replaces_id)} if row.replaces_id else {}
    )
    context.event("daily_report", subject=f"unit:{unit.pk}", data=data)
    fevers = Fever.objects.filter(unit=unit, first_at__date=day).count()
    if row.abnormal > fevers:
        open_untold(context, unit, row.abnormal - fevers)
    store_happened(context, row, told)
    end_silence(context, [unit.pk])
    if not enough:
        _within_approval(context, row)
    if row.attended is not None:
        look(context, unit.pk, [day])
    return row


def _within_approval(context: Context, row: Report) -> None:
    """An approval that was limited by the masks goes back to review when more are at work than they carried and the stock has not grown."""
    limited = Q(bound__most_staff__lt=row.at_work, state__in=("in_force", "review"))
    permit = WorkPermit.objects.select_for_update().filter(limited, unit=row.unit_id).first()
    if permit is not None:
        beyond = {"fact": MOST_STAFF, "was": permit.bound[MOST_STAFF], "now": row.at_work}
        send_to_review(context, permit, "在岗人数超过按口罩存量核定的人数，口罩没有补足", [beyond])


def previous(unit: int, day: date) -> Report | None:
    """The latest report of an earlier day."""
    return Report.objects.filter(unit_id=unit, day__lt=day, replaced_at=None).order_by("-day").first()


def one_tap(before: Report) -> bool:
    """Whether a report may be repeated by one tap: not that of an idle day, nor people at work where there must be none."""
    return not before.closed and not (before.at_work and must_stop(before.unit_id))


def end_silence(context: Context, units: list[int]) -> None:
    """Close the street's loops about these enterprises: the report has come."""
    found = Loop.objects.filter(kind=MISSING, closed_at=None, subject_unit_id__in=units).values_list("pk", "stage")
    for loop, stage in found:
        step = "come" if stage == "silent" else "report"
        advance(replace(context, actor=SYSTEM, grants=()), AdvanceIn.model_validate({"loop": loop, "step": step}))


def _told(context: Context, row: Report) -> dict[str, Any]:
    enough = mask_stock(row.masks, row.at_work, row.shift_hours, row.day)[1]
    return {
        "report": str(row.pk),
        "late": row.late,
        "mask_days": None if row.mask_days is None else float(row.mask_days),
        "masks_enough": enough,
    }
