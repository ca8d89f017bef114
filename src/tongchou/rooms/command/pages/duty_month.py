"""A unit's month of shifts for the wall, and shifts as a calendar file."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.rooms.command.duty_calendar import own_calendar, unit_calendar
from tongchou.rooms.command.duty_questions import PARTS, VIEW, roster
from tongchou.rooms.command.pages.watch import DUTY, crumbs, local, start_of, unit_asked
from tongchou.web.pages.calendars import Entry, calendar_file
from tongchou.web.pages.months import month_after, month_sheet
from tongchou.web.pages.requests import actor_of, integer, month, now
from tongchou.web.permission import page


@page("duty_month", "duty/month", VIEW, methods=("GET",))
def duty_month(request: HttpRequest) -> HttpResponse:
    """A month of one unit's shifts as a calendar, for the wall."""
    actor = actor_of(request)
    unit = unit_asked(request, VIEW)
    first = month(request)
    shifts = roster(actor, unit.pk, start_of(first), start_of(month_after(first)))
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
    context = {
        "unit": unit,
        **month_sheet(first, local(now()).date(), days, empty_from=min(days, default=None)),
        "breadcrumbs": crumbs(unit.pk, Text("月历", "Month")),
    }
    return render(request, "command/duty_month.html", context)


@page("duty_calendar", "duty/calendar.ics", VIEW, methods=("GET",))
def duty_calendar(request: HttpRequest) -> HttpResponse:
    """The actor's own shifts, or a unit's, as a calendar file (RFC 5545); what was called off too, so that a calendar drops it."""
    actor, at, language = actor_of(request), now(), get_language() or "zh-hans"
    since, until = at - timedelta(days=31), at + timedelta(days=93)
    whole = integer(request, "unit") is not None
    shifts = unit_calendar(actor, unit_asked(request, VIEW).pk, since, until) if whole else own_calendar(actor, since, until)
    if not shifts:
        rule = Text("近期没有值班安排，没有可导出的日历。", "No shift is planned: there is nothing for a calendar.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("排班后再下载。", "Take it when shifts are planned."), field="unit")
    entries = [
        Entry(
            str(s.id), s.starts_at, s.ends_at, f"{DUTY.in_(language)} · {s.unit}", s.changes, s.off,
            description="\n".join([*(f"{PARTS[part].in_(language)}: {name}" for part, name in s.people), *([s.note] if s.note else [])]),
        )
        for s in shifts
    ]  # fmt: skip
    return calendar_file(entries, at, "Duty", "duty")
