"""Pages of duty: who watches now, the month, planning, one shift, the log, the calendar file."""

from __future__ import annotations

import calendar
import uuid
from datetime import date, datetime, timedelta
from itertools import cycle, islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.loops.engine import not_found
from tongchou.record.territory.reach import reaches_unit, unit_in_reach
from tongchou.rooms.command.duty_calendar import own_calendar, unit_calendar
from tongchou.rooms.command.duty_questions import (
    FAULTS,
    LOG_KINDS,
    PARTS,
    VIEW,
    Fault,
    LogLine,
    ShiftLine,
    candidates,
    faults,
    log_lines,
    own_shifts,
    roster,
    shift_file,
    unwatched,
    watched_units,
    watching,
)
from tongchou.rooms.command.incidents import incidents
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.calendars import Entry, calendar_file
from tongchou.web.pages.choices import PLEASE, Choices, unit_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, given, integer, moment, month, now
from tongchou.web.permission import Nav, page

_DUTY = Text("值班", "Duty")
AHEAD = timedelta(days=7)
INCIDENT_DAYS = timedelta(days=7)
PATTERNS: dict[str, tuple[Text, tuple[tuple[int, int], ...]]] = {
    "24": (Text("一班 24 小时（8:00 起）", "one shift of 24 hours from 8:00"), ((8, 24),)),
    "12": (Text("两班各 12 小时（8:00、20:00）", "two of 12 hours from 8:00 and 20:00"), ((8, 12), (20, 12))),
    "8": (
        Text("三班各 8 小时（0:00、8:00、16:00）", "three of 8 hours from 0:00, 8:00, 16:00"),
        ((0, 8), (8, 8), (16, 8)),
    ),
}
LONGEST_PLAN = 62


def local(at: datetime) -> datetime:
    return at.astimezone(SHANGHAI)


def start_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def _faulty(_: HttpRequest) -> tuple[int | str | None, bool]:
    """How many own shifts wait for the actor to come."""
    at = now()
    waiting = [
        s for s in own_shifts(actor_of(_), at, 1) if s.starts_at <= at < s.ends_at and _mine(s, actor_of(_)) is not None
    ]
    late = [s for s in waiting if (_mine(s, actor_of(_)) or s.people[0]).arrived_at is None]
    return len(late) or None, bool(late)


def _mine(shift: ShiftLine, actor: Actor) -> Any:
    return next((p for p in shift.people if p.account == actor.account_id), None)


@page("duty", "duty", VIEW, methods=("GET",), nav=Nav(_DUTY, "phone", count=_faulty))
def duty(request: HttpRequest) -> HttpResponse:
    """Who watches now, one's own shifts, what is wrong in the coming week, today's log."""
    actor, at = actor_of(request), now()
    units = watched_units(actor)
    chosen = integer(request, "unit") or (units[0][0] if units else None)
    if chosen is None:
        raise not_found()
    unit = unit_in_reach(actor, VIEW, chosen)
    ahead = roster(actor, unit.pk, at - timedelta(days=1), at + AHEAD)
    logs = actor.permits("duty.log") and reaches_unit(actor, "duty.log", unit)
    since = at if not ahead else min(at, max(ahead[0].starts_at, at - timedelta(days=1)))
    context = {
        "unit": unit,
        "unit_key": str(unit.pk),
        "units": units,
        "present": [_shown(s, actor, at) for s in ahead if s.starts_at <= at < s.ends_at],
        "next": [_shown(s, actor, at) for s in ahead if s.starts_at > at][:3],
        "own": [_shown(s, actor, at) for s in own_shifts(actor, at)],
        "to_take": [
            _shown(s, actor, at)
            for s in ahead
            if s.handed_over_at and not s.taken_over_at and _follows(s, ahead, actor)
        ],
        "faults": [_fault(f) for f in faults(ahead, unit.pk, unit.name, since, at + AHEAD, at)] if ahead else [],
        "unwatched": [{"line": u, "hours": f"{local(u.since):%m-%d %H:%M} — {local(u.until):%m-%d %H:%M}"} for u in unwatched(actor, at)] if len(units) > 1 else None,
        "others": [_shown(s, actor, at) for s in watching(actor, at) if s.unit != unit.pk][:60],
        "incidents": incidents(actor, at - INCIDENT_DAYS, at + timedelta(minutes=1), at, most=20),
        "log": [_line(e) for e in log_lines(actor, unit.pk, at - timedelta(days=2), at + timedelta(minutes=1))]
        if logs
        else [],
        "can_log": logs,
        "log_kinds": LOG_KINDS.items(),
        "log_now": local(at).strftime("%Y-%m-%dT%H:%M"),
        "can_plan": actor.permits("duty.plan") and reaches_unit(actor, "duty.plan", unit),
        "planned": bool(ahead),
        "breadcrumbs": [{"url": "", "label": _DUTY}],
    }
    return render(request, "command/duty.html", context)


def _follows(shift: ShiftLine, ahead: list[ShiftLine], actor: Actor) -> bool:
    """Whether the actor is on the shift that comes next."""
    after = next((s for s in sorted(ahead, key=lambda s: s.starts_at) if s.starts_at >= shift.ends_at), None)
    return after is not None and _mine(after, actor) is not None


def _shown(s: ShiftLine, actor: Actor, at: datetime) -> dict[str, Any]:
    mine = _mine(s, actor)
    return {
        "line": s,
        "hours": span(s),
        "parts": [(PARTS[part], s.of(part)) for part in PARTS],
        "mine": mine,
        "can_arrive": mine is not None
        and mine.arrived_at is None
        and s.starts_at - timedelta(hours=1) <= at < s.ends_at,
        "can_leave": mine is not None and mine.arrived_at is not None and mine.left_at is None,
        "can_hand_over": mine is not None
        and s.starts_at <= at
        and s.taken_over_at is None
        and mine.arrived_at is not None,
    }


def span(s: ShiftLine) -> str:
    """11-23 08:00 – 11-24 08:00, the second day only where it differs."""
    a, b = local(s.starts_at), local(s.ends_at)
    return f"{a:%m-%d %H:%M} – {b:%H:%M}" if a.date() == b.date() else f"{a:%m-%d %H:%M} – {b:%m-%d %H:%M}"


def _fault(f: Fault) -> dict[str, Any]:
    a, b = local(f.since), local(f.until)
    return {"line": f, "what": FAULTS[f.what], "hours": f"{a:%m-%d %H:%M} – {b:%m-%d %H:%M}"}


def _line(e: LogLine) -> dict[str, Any]:
    return {"line": e, "kind": LOG_KINDS[e.kind], "late": e.recorded_at - e.at > timedelta(minutes=30)}


@page("duty_month", "duty/month", VIEW, methods=("GET",))
def duty_month(request: HttpRequest) -> HttpResponse:
    """A month of one unit's shifts as a calendar, for the wall."""
    actor = actor_of(request)
    unit = _unit(request, VIEW)
    first = month(request)
    after = (first + timedelta(days=32)).replace(day=1)
    shifts = roster(actor, unit.pk, start_of(first), start_of(after))
    days: dict[date, list[dict[str, Any]]] = {}
    for s in shifts:
        day = max(local(s.starts_at).date(), first)
        days.setdefault(day, []).append(
            {
                "line": s,
                "hours": f"{local(s.starts_at):%H:%M}–{local(s.ends_at):%H:%M}",
                "parts": [(PARTS[p], s.of(p)) for p in PARTS],
            }
        )
    weeks = [
        [{"day": day, "shifts": days.get(day, []), "in": day.month == first.month} for day in week]
        for week in calendar.Calendar(firstweekday=0).monthdatescalendar(first.year, first.month)
    ]
    context = {
        "unit": unit,
        "weeks": weeks,
        "first": first,
        "today": local(now()).date(),
        "previous": (first - timedelta(days=1)).strftime("%Y-%m"),
        "following": after.strftime("%Y-%m"),
        "names": [
            Text("周" + zh, en)
            for zh, en in zip("一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True)
        ],
        "breadcrumbs": _crumbs(unit.pk, Text("月历", "Month")),
    }
    return render(request, "command/duty_month.html", context)


def _unit(request: HttpRequest, permission: str) -> Any:
    """The unit asked for, else the actor's first."""
    actor = actor_of(request)
    chosen = integer(request, "unit")
    if chosen is None:
        own = actor.unit_ids(permission)
        if not own:
            raise not_found()
        chosen = own[0]
    return unit_in_reach(actor, permission, chosen)


def _crumbs(unit: int, title: Text | str) -> list[dict[str, Any]]:
    return [{"url": f"{reverse('duty')}?unit={unit}", "label": _DUTY}, {"url": "", "label": title}]


@page("duty_calendar", "duty/calendar.ics", VIEW, methods=("GET",))
def duty_calendar(request: HttpRequest) -> HttpResponse:
    """The actor's own shifts, or a unit's, as a calendar file (RFC 5545); what was called off too, so that a calendar drops it."""
    actor, at, language = actor_of(request), now(), get_language() or "zh-hans"
    since, until = at - timedelta(days=31), at + timedelta(days=93)
    whole = integer(request, "unit") is not None
    shifts = unit_calendar(actor, _unit(request, VIEW).pk, since, until) if whole else own_calendar(actor, since, until)
    if not shifts:
        rule = Text("近期没有值班安排，没有可导出的日历。", "No shift is planned: there is nothing for a calendar.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("排班后再下载。", "Take it when shifts are planned."), field="unit")
    entries = [
        Entry(
            str(s.id), s.starts_at, s.ends_at, f"{_DUTY.in_(language)} · {s.unit}", s.changes, s.off,
            description="\n".join([*(f"{PARTS[part].in_(language)}: {name}" for part, name in s.people), *([s.note] if s.note else [])]),
        )
        for s in shifts
    ]  # fmt: skip
    return calendar_file(entries, at, "Duty", "duty")


@page("duty_plan", "duty/plan", "duty.plan")
def duty_plan(request: HttpRequest) -> HttpResponse:
    """Plan a span of days: a pattern of shifts, leaders and staff taking turns in the order in which they are ticked."""
    unit = _unit(request, "duty.plan")
    people: Choices = list(candidates(unit))
    back = f"{reverse('duty')}?unit={unit.pk}"

    def fields(d: Draft) -> list[FieldParts]:
        tomorrow = local(now()).date() + timedelta(days=1)
        turns = Text("按勾选顺序轮流。", "They take turns in this order.")
        return [
            FieldParts("unit", Text("单位", "Unit"), "hidden", unit.pk),
            d.field("first", Text("从哪一天", "From"), "date", required=True, min=tomorrow.isoformat()),
            d.field(
                "last",
                Text("到哪一天", "To"),
                "date",
                required=True,
                help=Text("一次最多排 {n} 天。", "At most {n} {n|day|days} at a time.").with_(n=LONGEST_PLAN),
            ),
            d.field(
                "pattern",
                Text("班次", "Shifts"),
                "select",
                choices=[(k, t) for k, (t, _) in PATTERNS.items()],
                required=True,
            ),
            d.field("leaders", Text("带班领导", "Leaders on duty"), "checkboxes", choices=people, help=turns),
            d.field("staff", Text("值班人员", "Staff on duty"), "checkboxes", choices=people, help=turns),
            d.field(
                "each",
                Text("每班值班人员", "Staff on each shift"),
                "integer",
                unit=Text("人", "persons"),
                min=1,
                max=10,
                required=True,
            ),
            d.field("note", Text("说明", "Note"), maxlength=200),
        ]

    def send() -> HttpResponse:
        shifts = _planned(request)
        made = do(request, "duty.plan", {"unit": unit.pk, "shifts": shifts}).result
        planned = request.POST.get("first", "")[:7]
        said = Text("已排 {n} 个班次。", "{n} {n|shift is|shifts are} planned.").with_(n=len(made["shifts"]))
        return done(request, f"{reverse('duty_month')}?unit={unit.pk}&month={planned}", said)

    title = Text("排班", "Plan shifts")
    return form_page(
        request, fields, send, title=title, subtitle=unit.name, button=Text("排班", "Plan"), back=back, breadcrumbs=_crumbs(unit.pk, title),
        on_record={"each": 2, "pattern": "24"},
    )  # fmt: skip


def _planned(request: HttpRequest) -> list[dict[str, Any]]:
    """The shifts that the form describes."""
    first, last = _day(request, "first"), _day(request, "last")
    if last < first or (last - first).days >= LONGEST_PLAN:
        rule = Text(
            "结束日期应在开始日期之后 {n} 天以内。", "The last day lies within {n} {n|day|days} after the first."
        ).with_(n=LONGEST_PLAN)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="last", value=last.isoformat())
    pattern = PATTERNS.get(request.POST.get("pattern", ""))
    if pattern is None:
        raise Refusal(Reason.INVALID_VALUE, Text("请选择班次。", "Choose the shifts."), field="pattern")
    leaders, staff = request.POST.getlist("leaders"), request.POST.getlist("staff")
    each = integer(request, "each") or 0
    if staff and each < 1:
        rule = Text("选了值班人员，每班至少 1 人。", "Staff are ticked: one on each shift at least.")
        raise Refusal(Reason.INVALID_VALUE, rule, field="each", value=each)
    if staff and each > len(staff):
        rule = Text("每班人数多于所选的 {n} 人。", "More on each shift than the {n} who are ticked.").with_(
            n=len(staff)
        )
        raise Refusal(Reason.INVALID_VALUE, rule, field="each", value=each)
    leading, watching_now = cycle(leaders or [None]), cycle(staff or [None])
    shifts = []
    for n in range((last - first).days + 1):
        for hour, hours in pattern[1]:
            starts = start_of(first + timedelta(days=n)) + timedelta(hours=hour)
            lead = next(leading)
            people = [p for p in islice(watching_now, each if staff else 0) if p is not None]
            shifts.append(
                {
                    "starts_at": starts.isoformat(),
                    "ends_at": (starts + timedelta(hours=hours)).isoformat(),
                    "leaders": [lead] if lead else [],
                    "staff": people,
                    "note": request.POST.get("note", ""),
                }
            )
    return shifts


def _day(request: HttpRequest, name: str) -> date:
    text = request.POST.get(name, "").strip()
    try:
        return date.fromisoformat(text)
    except ValueError:
        rule = Text("请填写日期，如 2026-11-24。", "Give a date such as 2026-11-24.")
        raise Refusal(
            Reason.IMPOSSIBLE_DATE if text else Reason.MISSING_VALUE, rule, field=name, value=text[:20] or None
        ) from None


@page("duty_shift", "duty/shifts/<uuid:shift>", VIEW, methods=("GET",))
def duty_shift(request: HttpRequest, shift: uuid.UUID) -> HttpResponse:
    """One shift: who, when they came, what was handed over."""
    actor, at = actor_of(request), now()
    line = _shift(actor, shift)
    unit = unit_in_reach(actor, VIEW, line.unit)
    plans = actor.permits("duty.plan") and reaches_unit(actor, "duty.plan", unit)
    context = {
        "shift": _shown(line, actor, at),
        "can_plan": plans and line.ends_at > at,
        "can_cancel": plans and line.starts_at > at,
        "people_choices": candidates(unit) if plans else [],
        "faults": [_fault(f) for f in faults([line], line.unit, line.unit_name, line.starts_at, line.ends_at, at)],
        "breadcrumbs": _crumbs(line.unit, span(line)),
    }
    return render(request, "command/duty_shift.html", context)


def _shift(actor: Actor, key: uuid.UUID) -> ShiftLine:
    line = shift_file(actor, key)
    if line is None:
        raise not_found()
    return line


@page("duty_cancel", "duty/shifts/<uuid:shift>/cancel", "duty.plan", methods=("POST",))
def duty_cancel(request: HttpRequest, shift: uuid.UUID) -> HttpResponse:
    """Cancel a shift that has not begun."""
    line = _shift(actor_of(request), shift)
    do(request, "duty.cancel", {"shift": str(shift), "reason": request.POST.get("reason", "")})
    return done(request, f"{reverse('duty')}?unit={line.unit}", Text("班次已取消。", "The shift is cancelled."))


@page("duty_replace", "duty/shifts/<uuid:shift>/replace", "duty.plan", methods=("POST",))
def duty_replace(request: HttpRequest, shift: uuid.UUID) -> HttpResponse:
    """Put somebody else in a place."""
    payload = {
        "place": integer(request, "place"),
        "account": integer(request, "account"),
        "reason": request.POST.get("reason", ""),
    }
    do(request, "duty.replace", payload)
    return done(request, reverse("duty_shift", args=[shift]), Text("已换班。", "Replaced."))


_OWN: dict[str, tuple[str, Text]] = {
    "arrive": ("duty.arrive", Text("已签到。", "Signed in.")),
    "leave": ("duty.leave", Text("已签退。", "Signed out.")),
    "hand-over": ("duty.hand_over", Text("已交班，等待下一班接班。", "Handed over; the next shift takes it.")),
    "take-over": ("duty.take_over", Text("已接班。", "Taken over.")),
}


@page("duty_own", "duty/shifts/<uuid:shift>/own/<slug:what>", VIEW, methods=("POST",))
def duty_own(request: HttpRequest, shift: uuid.UUID, what: str) -> HttpResponse:
    """Come, go, hand over, take over."""
    if what not in _OWN:
        raise not_found()
    verb, said = _OWN[what]
    line = _shift(actor_of(request), shift)
    payload: dict[str, Any] = {"shift": str(shift)} if what.endswith("over") else {"place": integer(request, "place")}
    if what == "hand-over":
        payload["note"] = request.POST.get("note", "")
    do(request, verb, payload)
    return done(request, f"{reverse('duty')}?unit={line.unit}", said)


@page("duty_log", "duty/log", "duty.log", methods=("POST",))
def duty_log(request: HttpRequest) -> HttpResponse:
    """Add a line to the log."""
    unit = _unit(request, "duty.log")
    at = moment(request, "at") or now()
    if not request.POST.get("text", "").strip():
        rule = Text("没有写明内容，未记入日志。", "Nothing was written: nothing was logged.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请写明来电单位、事由和处理情况。", "Write who called, what about, and what was done."))
    payload = {"unit": unit.pk, "at": at.isoformat()} | given(request, "kind", "text", "corrects")
    do(request, "duty.log", payload)
    return done(request, f"{reverse('duty')}?unit={unit.pk}#log", Text("已记入日志。", "Logged."))


@page("duty_unit", "duty/unit", "duty.plan")
def duty_unit(request: HttpRequest) -> HttpResponse:
    """Choose the unit for which to plan."""
    actor = actor_of(request)

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field(
                "unit",
                Text("单位", "Unit"),
                "select",
                choices=[PLEASE, *unit_choices(actor, "duty.plan")[1:]],
                required=True,
            )
        ]

    def send() -> HttpResponse:
        unit = integer(request, "unit")
        if unit is None:
            raise Refusal(Reason.MISSING_VALUE, Text("请选择单位。", "Choose a unit."), field="unit")
        return done(request, f"{reverse('duty_plan')}?unit={unit}", Text("请填写班次。", "Now the shifts."))

    title = Text("为哪个单位排班", "For which unit")
    crumbs = [{"url": reverse("duty"), "label": _DUTY}, {"url": "", "label": title}]
    return form_page(
        request, fields, send, title=title, button=Text("下一步", "Next"), back=reverse("duty"), breadcrumbs=crumbs
    )
