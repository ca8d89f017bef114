"""Meetings: those to come and past, the month, planning, one meeting with its attendance, minutes, and who was absent how often."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.territory.reach import reaches_unit
from tongchou.rooms.directives.meeting_questions import MeetingLine, meeting_list, owed, own_lines, unit_attendance
from tongchou.rooms.directives.models import Meeting
from tongchou.rooms.directives.names import ATTENDANCE, MEETING_KINDS, as_badge
from tongchou.rooms.directives.reach import PLAN, SEE
from tongchou.web.pages.months import month_after, month_sheet
from tongchou.web.pages.names import KINDS
from tongchou.web.pages.requests import actor_of, month, now
from tongchou.web.pages.spreadsheets import asked_for, sheet_file
from tongchou.web.permission import Nav, page

TITLE = Text("会议", "Meetings")


def _count(request: HttpRequest) -> tuple[int | str | None, bool]:
    number, soon = owed(actor_of(request), now())
    return number or None, soon


def day_start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def state_of(m: MeetingLine | Meeting, at: datetime) -> dict[str, Any]:
    """Where a meeting stands."""
    cancelled = m.cancelled if isinstance(m, MeetingLine) else m.cancelled_at is not None
    closed = m.closed if isinstance(m, MeetingLine) else m.closed_at is not None
    if cancelled:
        return as_badge((Text("已取消", "cancelled"), "", "x"))
    if closed:
        return as_badge((Text("出席已确定", "settled"), "ok", "circle-check"))
    if m.ends_at < at:
        return as_badge((Text("待确定出席", "attendance to be settled"), "warn", "clock"))
    if m.starts_at <= at:
        return as_badge((Text("进行中", "under way"), "info", "player-play"))
    return as_badge((Text("待召开", "to come"), "", "calendar"))


@page("meetings", "meetings", SEE, methods=("GET",), nav=Nav(TITLE, "users", count=_count))
def meetings(request: HttpRequest) -> HttpResponse:
    """What one's own unit owes to a meeting, those to come, and those of the last month."""
    actor, at = actor_of(request), now()
    past = request.GET.get("view") == "past"
    rows = meeting_list(actor, at - timedelta(days=60), at, latest_first=True) if past else meeting_list(actor, at - timedelta(hours=12), at + timedelta(days=120))
    context = {
        "title": TITLE,
        "own": [{"line": x, "badge": as_badge(ATTENDANCE[x.state]), "sign_in": x.starts_at - timedelta(hours=1) <= at <= x.ends_at} for x in own_lines(actor, at)],
        "rows": [{"line": r, "kind": MEETING_KINDS[r.kind], "badge": state_of(r, at)} for r in rows],
        "views": [
            {"key": "coming", "label": Text("将开和正在开", "To come"), "count": None, "active": not past},
            {"key": "past", "label": Text("近两月", "Last two months"), "count": None, "active": past},
        ],
        "can_plan": actor.permits(PLAN),
        "breadcrumbs": [{"url": "", "label": TITLE}],
    }
    return render(request, "directives/meetings.html", context)


@page("meetings_month", "meetings/month", SEE, methods=("GET",))
def meetings_month(request: HttpRequest) -> HttpResponse:
    """The month on one sheet."""
    first = month(request)
    rows = meeting_list(actor_of(request), day_start(first - timedelta(days=7)), day_start(month_after(first) + timedelta(days=7)))
    days: dict[date, list[MeetingLine]] = {}
    for r in rows:
        days.setdefault(r.starts_at.astimezone(SHANGHAI).date(), []).append(r)
    context = {
        **month_sheet(first, now().astimezone(SHANGHAI).date(), days),
        "breadcrumbs": [{"url": reverse("meetings"), "label": TITLE}, {"url": "", "label": Text("月历", "Month")}],
    }
    return render(request, "directives/month.html", context)


@page("meeting_units", "meetings/units", SEE, methods=("GET",))
def meeting_units(request: HttpRequest) -> HttpResponse:
    """Attendance unit by unit over a span of days; who was absent most stands first."""
    actor, today = actor_of(request), now().astimezone(SHANGHAI).date()
    first, last = _day(request, "first", today - timedelta(days=30)), _day(request, "last", today)
    rows = unit_attendance(actor, day_start(first), day_start(last + timedelta(days=1)))
    labels = (("unit", "单位", "Unit"), ("kind", "类别", "Kind"), ("asked", "应到", "Asked"), ("present", "准时", "In time"), ("late", "迟到", "Late"),
              ("substitute", "代会", "Substitutes"), ("leave", "请假", "Leave"), ("absent", "缺席", "Absent"), ("rate", "到会率（%）", "Attendance (%)"))  # fmt: skip
    told = Text("到会（含迟到）÷（应到－请假）；只算已确定出席的会议。", "There (also late) over asked less leave; settled meetings only.")
    columns = [{"key": k, "label": Text(z, e), "number": k not in ("unit", "kind")} for k, z, e in labels]
    lines = [[r.name, KINDS.get(r.kind, Text(r.kind, r.kind)), r.asked, r.present, r.late, r.substitutes, r.leave, r.absent, r.rate] for r in rows]
    title = Text("各单位到会情况", "Attendance by unit")
    if asked_for(request):
        return sheet_file(request, title, [Text(z, e) for _, z, e in labels], lines)
    sheet = {"key": "meeting_units", "caption": title, "columns": columns, "export": True, "rows": [{"cells": [{"value": v} for v in line]} for line in lines]}
    context = {
        "title": title, "sheet": sheet, "first": first, "last": last, "told": told,
        "empty": {
            "title": Text("没有已确定出席的会议", "No settled meetings"), "icon": "users",
            "text": Text("会后确定出席，这里才有数字。", "Figures stand here once attendance is settled."),
        },
        "breadcrumbs": [{"url": reverse("meetings"), "label": TITLE}, {"url": "", "label": title}],
    }  # fmt: skip
    return render(request, "directives/meeting_units.html", context)


def _day(request: HttpRequest, name: str, otherwise: date) -> date:
    given = request.GET.get(name, "")
    try:
        return date.fromisoformat(given) if given else otherwise
    except ValueError:
        rule = Text("不是有效的日期。", "This is no valid date.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请按“2026-11-23”的格式填写。", "Write it like 2026-11-23."), field=name, value=given[:20]) from None


def crumbs_of(row: Meeting, label: Text) -> list[dict[str, Any]]:
    return [{"url": reverse("meetings"), "label": TITLE}, {"url": reverse("meeting", args=[row.pk]), "label": row.title[:30]}, {"url": "", "label": label}]


def language() -> str:
    return get_language() or "zh-hans"


def runs(actor: Actor, row: Meeting) -> bool:
    """Whether the actor runs this meeting."""
    return reaches_unit(actor, PLAN, row.unit)
