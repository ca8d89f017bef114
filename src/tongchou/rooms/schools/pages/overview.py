"""The district's schools: which are open, what is lacking, attendance, silent classes, clusters; as table, chart and spreadsheet."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.text import Text
from tongchou.rooms.schools.actions.checks import due_at
from tongchou.rooms.schools.pages.parts import asked_day
from tongchou.rooms.schools.questions import Line, attendance, clusters, overview
from tongchou.rooms.schools.reach import MANAGE, VIEW
from tongchou.rooms.schools.rules import diseases, school_rules
from tongchou.rooms.schools.words import LEVELS, SESSIONS, STATES, TITLE
from tongchou.web.pages.requests import actor_of, now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

_COLUMNS = (
    ("name", "学校", "School", 0),
    ("state", "开学", "Opening", 0),
    ("lacking", "缺条件", "Lacking", 1),
    ("clusters", "聚集性疫情", "Clusters", 1),
    ("rate", "出勤率 %", "Attendance, %", 1),
    ("ill", "因病缺勤", "Absent ill", 1),
    ("unknown", "原因不明", "Not known why", 1),
    ("morning", "晨检未报班级", "No morning check", 1),
    ("noon", "午检未报班级", "No noon check", 1),
    ("classes", "班级", "Classes", 1),
    ("pupils", "学生", "Pupils", 1),
    ("staff", "教职工", "Staff", 1),
    ("level", "类型", "Kind", 0),
    ("area", "区域", "Area", 0),
    ("opens", "开学日期", "Opens on", 0),
)
_OFF = ("staff", "level", "opens")
_RATE = Text(
    "当天最后一次检查中到校人数占受检班级学生数的比例；没有报的不计入，也不当作到校。",
    "Present at the day's last check as a share of the pupils of the classes that reported; who did not report is not counted, neither way.",
)


@page("schools", "schools", VIEW, methods=("GET",), nav=Nav(TITLE, "building"))
def schools(request: HttpRequest) -> HttpResponse:
    """Every school in reach on a day."""
    actor, on = actor_of(request), asked_day(request)
    rows = overview(actor, on)
    late = [now() >= due_at(on, session) for session in SESSIONS]
    wanted = request.GET.get("state", "")
    shown = [r for r in rows if not wanted or r.state == wanted]
    sheet = _sheet(shown, late)
    if asked_for(request):
        return sheet_file(request, Text("学校 {on}", "Schools {on}").with_(on=on), *cells_of(sheet))
    context = {
        "title": TITLE,
        "on": on,
        "cards": _cards(rows, late),
        "sheet": sheet,
        "chart": attendance_chart(attendance(actor, on, school_rules()["overview_days"].value)),
        "clusters": [
            {"line": c, "disease": diseases()[c.disease].title} for c in clusters(actor) if c.ended_on is None
        ],
        "state": wanted,
        "states": [("", Text("全部", "All")), *((k, v[0]) for k, v in STATES.items())],
        "can_import": actor.permits(MANAGE),
        "empty": {
            "title": Text("没有学校", "No schools"),
            "text": Text("在“单位与岗位”中登记类型为学校的单位后显示。", "Units of the kind school appear here."),
            "icon": "building",
        },
    }
    return render(request, "schools/schools.html", context)


def _cards(rows: list[Line], late: list[bool]) -> list[dict[str, Any]]:
    counted, present = sum(r.counted for r in rows), sum(r.present for r in rows)
    missing = sum(r.expected - min(r.morning, r.expected) for r in rows) if late[0] else None
    values = (
        (Text("学校", "Schools"), len(rows), False, None),
        (Text("已开学", "Open"), sum(r.state == "open" for r in rows), False, None),
        (Text("材料审核中", "Being reviewed"), sum(r.state == "collecting" for r in rows), False, None),
        (Text("出勤率 %", "Attendance, %"), round(100 * present / counted, 1) if counted else None, False, _RATE),
        (Text("晨检未报班级", "Classes without a morning check"), missing, True, None),
        (Text("聚集性疫情", "Clusters"), sum(r.clusters for r in rows), True, None),
        (Text("措施待决定", "Measures to be decided"), sum(r.proposals for r in rows), True, None),
    )
    return [
        {"label": label, "value": value, "act": act, "definition": definition}
        for label, value, act, definition in values
    ]


def _sheet(rows: list[Line], late: list[bool]) -> dict[str, Any]:
    columns = [
        {
            "key": k,
            "label": Text(zh, en),
            "number": bool(n),
            "off": k in _OFF,
            "definition": _RATE if k == "rate" else None,
        }
        for k, zh, en, n in _COLUMNS
    ]
    body = []
    for r in rows:
        word, tone, icon = STATES[r.state]
        silent = [
            r.expected - min(n, r.expected) if due else None for n, due in zip((r.morning, r.noon), late, strict=True)
        ]
        cells: list[dict[str, Any]] = [
            {"value": r.name, "url": reverse("school", args=[r.school])},
            {"value": word if r.level else Text("未建档", "no file"), "tone": tone or "warn", "icon": icon},
            {"value": r.lacking, "url": reverse("school_opening", args=[r.school])} if r.lacking else {"value": 0},
            {"value": r.clusters, "tone": "act", "icon": "alert-triangle"} if r.clusters else {"value": 0},
            {"value": r.attendance if r.expected or r.counted else Text("—", "—")},
            {"value": r.ill if r.counted else Text("—", "—")},
            {"value": r.unknown if r.counted else Text("—", "—")},
            *(
                {"value": n, "tone": "warn", "icon": "clock"}
                if n
                else {"value": Text("—", "—") if not r.expected else Text("未到时", "not due") if n is None else 0}
                for n in silent
            ),
            {"value": r.classes},
            {"value": r.pupils},
            {"value": r.staff},
            {"value": LEVELS[r.level] if r.level else None},
            {"value": r.area},
            {"value": r.opens_on or Text("—", "—")},
        ]
        body.append({"cells": cells})
    return {"key": "schools", "caption": TITLE, "columns": columns, "rows": body, "export": True}


def attendance_chart(rows: list[tuple[date, int, int, int]]) -> dict[str, Any] | None:
    """Attendance and absence for illness by day; None where there are fewer than two days."""
    if len(rows) < 2:
        return None
    language, days = get_language() or "zh-hans", [f"{on:%m-%d}" for on, *_ in rows]
    labels = [Text("出勤率 %", "Attendance, %"), Text("因病缺勤", "Absent ill")]
    rates = [round(100 * present / counted, 1) if counted else None for _, counted, present, _ in rows]
    return {
        "key": "attendance",
        "title": Text("晨检出勤率和因病缺勤", "Attendance and illness at the morning check"),
        "definition": _RATE,
        "columns": [Text("日期", "Day"), *labels],
        "rows": [[day, rate, ill] for day, rate, (_, _, _, ill) in zip(days, rates, rows, strict=True)],
        "option": {
            "tooltip": {"trigger": "axis"},
            "legend": {},
            "grid": {"containLabel": True, "left": 8, "right": 8, "top": 36, "bottom": 8},
            "xAxis": {"type": "category", "data": days},
            "yAxis": [{"type": "value", "max": 100, "scale": True}, {"type": "value", "minInterval": 1}],
            "series": [
                {"name": labels[0].in_(language), "type": "line", "data": rates},
                {"name": labels[1].in_(language), "type": "bar", "yAxisIndex": 1, "data": [ill for *_, ill in rows]},
            ],
        },
    }
