"""Attendance as streets and leaders see it: enterprises in numbers, and alarms with their state. No names."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.questions.loopfile import loop_file
from tongchou.record.territory.reach import missing
from tongchou.rooms.daily.actions.alarm_answers import HOW
from tongchou.rooms.daily.alarms import KIND
from tongchou.rooms.daily.attended import AlarmLine, UnitLine, alarm_lines, unit_lines
from tongchou.rooms.daily.numbers import local_day
from tongchou.rooms.daily.pages.attendance import KINDS
from tongchou.rooms.daily.pages.overview import TITLE as PARENT
from tongchou.rooms.daily.pages.overview import day_of
from tongchou.rooms.daily.reach import KEEP, VIEW
from tongchou.web.pages.loops import LOOP_LINKS, LoopLink
from tongchou.web.pages.requests import actor_of, integer, now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

TITLE = Text("企业考勤", "Attendance of enterprises")
ALARMS = Text("考勤预警", "Alarms of attendance")
_NONE = Text("没有数据", "no data")


@page("attendance_overview", "daily/attendance", VIEW, methods=("GET",))
def attendance_overview(request: HttpRequest) -> HttpResponse:
    """Enterprises at work on a day: on file, expected, seen at the gate, reported, the difference, open alarms."""
    actor, day = actor_of(request), day_of(request)
    sheet = _units(unit_lines(actor, day, 20_000 if asked_for(request) else 500))
    if asked_for(request):
        return sheet_file(request, TITLE, *cells_of(sheet))
    context = {
        "title": TITLE, "sheet": sheet, "day": day, "only": None,
        "breadcrumbs": [{"url": reverse("daily_overview"), "label": PARENT}, {"url": "", "label": TITLE}],
        "links": [{"url": reverse("attendance_alarms"), "label": ALARMS, "icon": "alert-triangle"}],
        "empty": {
            "title": Text("这一天没有考勤", "No attendance on this day"), "icon": "user-check",
            "text": Text("企业导入或扫码后显示。没有考勤不等于没有人上班。", "It appears once enterprises import or sign in. No attendance is not nobody at work."),
        },
    }  # fmt: skip
    return render(request, "daily/list.html", context)


def _units(rows: list[UnitLine]) -> dict[str, Any]:
    labels = (
        ("name", "企业", "Enterprise"), ("street", "街道", "Street"), ("file", "在册员工", "On file"), ("expected", "应到", "Expected"), ("leave", "请假", "On leave"),
        ("seen", "考勤到场", "Seen"),
        ("reported", "日报在岗", "Reported"), ("apart", "相差", "Apart"), ("alarms", "待处理预警", "Open alarms"),
    )  # fmt: skip
    lines = []
    for r in rows:
        apart = None if r.seen is None or r.reported is None else r.seen - r.reported
        lines.append(
            {
                "cells": [
                    {"value": r.name, "url": reverse("daily_unit", args=[r.unit])}, {"value": r.street}, {"value": r.on_file}, {"value": r.expected},
                    {"value": r.on_leave},
                    {"value": _NONE if r.seen is None else r.seen}, {"value": _NONE if r.reported is None else r.reported}, {"value": "—" if apart is None else apart},
                    {"value": r.alarms, "url": f"{reverse('attendance_alarms')}?unit={r.unit}" if r.alarms else ""},
                ]
            }
        )  # fmt: skip
    columns = [{"key": k, "label": Text(zh, en), "number": k not in ("name", "street")} for k, zh, en in labels]
    return {"key": "attendance", "caption": TITLE, "columns": columns, "rows": lines, "export": True}


@page("attendance_alarms", "daily/attendance/alarms", VIEW, methods=("GET",))
def attendance_alarms(request: HttpRequest) -> HttpResponse:
    """Alarms of the last thirty days by enterprise, day and kind, with how far they are."""
    actor = actor_of(request)
    only_open, unit = request.GET.get("open") == "1", integer(request, "unit")
    rows = alarm_lines(
        actor, local_day(now()), only_open=only_open, unit=unit, limit=20_000 if asked_for(request) else 500
    )
    sheet = _alarms(rows)
    if asked_for(request):
        return sheet_file(request, ALARMS, *cells_of(sheet))
    context = {
        "title": ALARMS, "sheet": sheet, "only": None,
        "breadcrumbs": [{"url": reverse("daily_overview"), "label": PARENT}, {"url": reverse("attendance_overview"), "label": TITLE}, {"url": "", "label": ALARMS}],
        "links": [{"url": "?" if only_open else "?open=1", "label": Text("全部", "All") if only_open else Text("只看待处理", "Open only"), "icon": "filter"}],
        "empty": {
            "title": Text("没有预警", "No alarm"), "icon": "circle-check",
            "text": Text("考勤与员工档案、体温和日报相符的不出预警。", "Where attendance agrees with files, temperatures and reports there is none."),
        },
    }  # fmt: skip
    return render(request, "daily/list.html", context)


def _alarms(rows: list[AlarmLine]) -> dict[str, Any]:
    labels = (
        ("unit", "企业", "Enterprise"), ("street", "街道", "Street"), ("day", "日期", "Day"), ("kind", "预警", "Alarm"), ("people", "人数", "People"),
        ("what", "情况", "What"), ("state", "状态", "State"), ("how", "企业处理", "What was done"),
    )  # fmt: skip
    lines = []
    for r in rows:
        label, _, icon = KINDS[r.kind]
        heads = r.kind == "headcount"
        what = (
            Text("考勤 {a} 人，日报 {b} 人", "{a} by attendance, {b} reported").with_(a=r.counted, b=r.reported)
            if heads
            else ""
        )
        done = [HOW[r.kind][h] for h in r.how if h in HOW[r.kind]]
        state = Text("待处理 {n}", "{n} open").with_(n=r.open) if r.open else Text("已处理", "answered")
        lines.append(
            {
                "cells": [
                    {"value": r.name, "url": reverse("daily_unit", args=[r.unit])}, {"value": r.street}, {"value": r.day.isoformat()},
                    {"value": label, "tone": KINDS[r.kind][1], "icon": icon}, {"value": "—" if heads else r.people}, {"value": what},
                    {"value": state, "url": reverse("loop", args=[r.loop]) if r.loop else ""},
                    {"value": Text("、".join(t.zh for t in done), ", ".join(t.en for t in done))},
                ]
            }
        )  # fmt: skip
    columns = [{"key": k, "label": Text(zh, en), "number": k == "people"} for k, zh, en in labels]
    return {"key": "alarms", "caption": ALARMS, "columns": columns, "rows": lines, "export": True}


LOOP_LINKS.append(
    LoopLink(
        "attendance_of_loop",
        ALARMS,
        "user-check",
        lambda loop, actor: loop.kind.key == KIND and (actor.permits(KEEP) or actor.permits(VIEW)),
    )
)


@page("attendance_of_loop", "daily/attendance/loops/<uuid:loop>", "loop.view", methods=("GET",))
def attendance_of_loop(request: HttpRequest, loop: uuid.UUID) -> HttpResponse:
    """From a loop to its alarms: the enterprise's own page, or the list of who looks after it."""
    actor = actor_of(request)
    found = loop_file(actor, loop)
    if found.kind.key != KIND:
        raise missing(Text("没有找到该预警。", "There is no such alarm."), "loop", str(loop))
    where = "attendance" if actor.permits(KEEP) else "attendance_alarms"
    return HttpResponseRedirect(f"{reverse(where)}?unit={found.loop.subject_unit_id}")
