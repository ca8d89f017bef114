"""The list of projects and one project's file."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.record.loops.kinds import kind_of, may_open
from tongchou.record.models import Loop
from tongchou.record.territory.reach import missing
from tongchou.rooms.projects.actions import VISIT, not_ready
from tongchou.rooms.projects.gantt import draw
from tongchou.rooms.projects.models import Part, Progress, Project
from tongchou.rooms.projects.questions import Line, lines, project_file
from tongchou.rooms.projects.reach import MANAGE, REPORT, VIEW, project_in_reach
from tongchou.rooms.projects.words import EVENTS, KINDS, PARTS, STATES, TONES
from tongchou.web.pages.loops import LOOP_LINKS, LoopLink
from tongchou.web.pages.requests import actor_of, now
from tongchou.web.pages.shown import stage_badge
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.pages.uploads import shown_photos
from tongchou.web.permission import Nav, page

TITLE = Text("重大项目", "Projects")
_OFF = ("kind", "area", "invested", "reported")
"""Columns that are hidden at first."""
_LATE = Text("已过计划完成日仍未完成的环节。", "Parts past their planned end and not done.")


@page("projects", "projects", VIEW, methods=("GET",), nav=Nav(TITLE, "building"))
def projects(request: HttpRequest) -> HttpResponse:
    """Projects in reach: how far, what is late, what blocks them; as a spreadsheet too."""
    actor, state = actor_of(request), request.GET.get("state", "")
    on = now().astimezone(SHANGHAI).date()
    rows = lines(actor, on)
    shown = [r for r in rows if r.state == state] if state in STATES else rows
    sheet = _sheet(shown)
    if asked_for(request):
        return sheet_file(request, TITLE, *cells_of(sheet))
    context = {
        "title": TITLE,
        "cards": _cards(rows),
        "sheet": sheet,
        "state": state,
        "states": [("", Text("全部状态", "All states")), *STATES.items()],
        "can_manage": actor.permits(MANAGE),
        "empty": {"title": Text("没有项目", "No projects"), "text": Text("登记后显示进度、环节和障碍。", "They appear once added."), "icon": "building"},
    }
    return render(request, "projects/projects.html", context)


def _cards(rows: list[Line]) -> list[dict[str, Any]]:
    live = [r for r in rows if r.state != "dropped"]
    invested, plan = sum((r.invested or 0 for r in live), start=0), sum(r.invest for r in live)
    values = (
        (Text("项目", "Projects"), len(live), False),
        (Text("在建", "Under way"), sum(r.state == "started" for r in live), False),
        (Text("具备开工条件", "Ready to start"), sum(r.ready for r in live), False),
        (Text("有障碍制约", "Blocked"), sum(bool(r.blocking) for r in live), True),
        (Text("环节超期", "Parts late"), sum(r.late for r in live), True),
        (Text("完成投资 %", "Money spent, %"), round(100 * invested / plan, 1) if plan else None, False),
    )
    return [{"label": label, "value": value, "act": act, "definition": _LATE if label.zh == "环节超期" else None} for label, value, act in values]


def plain(number: Decimal | None) -> int | float | None:
    """A sum without needless zeros."""
    return None if number is None else int(number) if number == int(number) else float(number)


def _sheet(rows: list[Line]) -> dict[str, Any]:
    labels = (
        ("name", "项目", "Project", 0), ("state", "状态", "State", 0), ("kind", "类别", "Kind", 0), ("area", "区域", "Area", 0),
        ("lead", "责任单位", "Lead unit", 0), ("leader", "包联领导", "Paired leader", 0), ("invest", "总投资（万元）", "Investment, 10,000 yuan", 1),
        ("percent", "进度 %", "Progress, %", 1), ("invested", "完成投资（万元）", "Spent, 10,000 yuan", 1), ("parts", "环节", "Parts", 1),
        ("late", "超期", "Late", 1), ("obstacles", "障碍", "Obstacles", 1), ("reported", "最近报送", "Last report", 0), ("visited", "最近走访", "Last visit", 0),
    )  # fmt: skip
    columns = [{"key": k, "label": Text(zh, en), "number": bool(n), "off": k in _OFF} for k, zh, en, n in labels]
    body = []
    for r in rows:
        tone, icon = TONES[r.state]
        ready = Text("可开工", "ready") if r.ready else Text("缺 {n} 项", "{n} lacking").with_(n=r.lacking + r.blocking)
        state = Text("{s} · {r}", "{s} · {r}").with_(s=STATES[r.state], r=ready) if r.state == "preparing" else STATES[r.state]
        cells = [
            {"value": r.name, "url": reverse("project", args=[r.id])},
            {"value": state, "tone": "ok" if r.ready else tone or "info", "icon": "circle-check" if r.ready else icon},
            {"value": KINDS[r.kind]}, {"value": r.area}, {"value": r.lead}, {"value": r.leader or Text("未落实", "none")},
            {"value": plain(r.invest)}, {"value": plain(r.percent) if r.state != "preparing" else Text("—", "—")},
            {"value": plain(r.invested) if r.state != "preparing" else Text("—", "—")}, {"value": f"{r.done}/{r.parts}"},
            {"value": r.late, "tone": "warn", "icon": "alert-triangle"} if r.late else {"value": 0},
            {"value": Text("{n}（{b} 制约）", "{n} ({b} blocking)").with_(n=r.obstacles, b=r.blocking)} if r.blocking else {"value": r.obstacles},
            {"value": r.reported or Text("—", "—")}, {"value": r.visited_at or Text("从未", "never")},
        ]  # fmt: skip
        body.append({"cells": cells})
    return {"key": "projects", "caption": TITLE, "columns": columns, "rows": body, "export": True}


@page("project_loop", "loops/<uuid:project_loop>/project", VIEW, methods=("GET",))
def project_loop(request: HttpRequest, project_loop: uuid.UUID) -> HttpResponse:
    """From a loop of the work list, an obstacle or a late part, to its project."""
    row = Loop.objects.filter(pk=project_loop, kind__in=("obstacle", "part_late"), origin__in=("project", "project_part")).first()
    if row is None:
        raise missing(Text("没有找到这个项目。", "There is no such project."), "loop", str(project_loop))
    part = Part.objects.filter(late_loop=row).values_list("project_id", flat=True).first() if row.kind == "part_late" else None
    key = part or (uuid.UUID(row.origin_ref) if row.origin == "project" else None)
    if key is None:
        raise missing(Text("没有找到这个项目。", "There is no such project."), "loop", str(project_loop))
    return HttpResponseRedirect(reverse("project", args=[project_in_reach(actor_of(request), VIEW, key).pk]))


LOOP_LINKS.append(
    LoopLink(
        "project_loop", Text("打开项目", "Open the project"), "building",
        lambda file, actor: file.kind.key in ("obstacle", "part_late") and file.loop.origin in ("project", "project_part") and actor.permits(VIEW),
    )
)  # fmt: skip


@page("project", "projects/<uuid:project>", VIEW, methods=("GET",))
def project(request: HttpRequest, project: uuid.UUID) -> HttpResponse:
    """One project: plan, progress, what keeps it from starting, obstacles, visits, history."""
    actor, today = actor_of(request), now().astimezone(SHANGHAI).date()
    found = project_file(actor, project)
    row = found.project
    tone, icon = TONES[row.state]
    context = {
        "row": row,
        "kind": KINDS[row.kind],
        "badges": [{"label": STATES[row.state], "tone": tone, "icon": icon}],
        "lacking": not_ready(row) if row.state == "preparing" else [],
        "drawing": draw(found.parts, today),
        "parts": [_part(p, row, today) for p in found.parts],
        "last": found.progress[-1] if found.progress else None,
        "chart": _chart(found.progress),
        "visits": [{"line": v, "photos": shown_photos("site_visit", v.pk, v.photos)} for v in found.visits],
        "obstacles": [{"line": o, "badge": stage_badge(kind_of(o.edition_id), o.stage), "blocking": o.data.get("blocking")} for o in found.obstacles],
        "history": [{"at": at, "what": EVENTS.get(what, what), "who": who, "note": note} for at, what, who, note, _ in found.history],
        "can_manage": actor.permits(MANAGE),
        "can_report": actor.permits(REPORT) and row.state in ("started", "suspended"),
        "can_do": actor.permits(REPORT) and row.state not in ("completed", "dropped"),
        "can_visit": actor.permits(VISIT),
        "can_raise": may_open(actor, "obstacle") and row.state not in ("completed", "dropped"),
        "breadcrumbs": [{"url": reverse("projects"), "label": TITLE}, {"url": "", "label": row.name[:30]}],
    }
    return render(request, "projects/project.html", context)


def _part(p: Part, project: Project, today: date) -> dict[str, Any]:
    """A line of the plan. days: how many it is late, 0 where it is not; loop: with which its unit is called to account, where that is open."""
    late = p.done_on is None and p.planned_to < today
    loop = p.late_loop if p.late_loop is not None and p.late_loop.closed_at is None else None
    return {"line": p, "kind": PARTS[p.kind], "late": late, "days": (today - p.planned_to).days if late else 0, "loop": loop,
            "stage": stage_badge(kind_of(loop.edition_id), loop.stage) if loop else None}  # fmt: skip


def _chart(rows: list[Progress]) -> dict[str, Any] | None:
    if len(rows) < 2:
        return None
    language, days = get_language() or "zh-hans", [f"{r.on:%m-%d}" for r in rows]
    words = [Text("进度 %", "Progress, %").in_(language), Text("完成投资（万元）", "Spent, 10,000 yuan").in_(language)]
    return {
        "key": "progress",
        "title": Text("进度和投资", "Progress and money"),
        "columns": [Text("日期", "Day"), Text("进度 %", "Progress, %"), Text("完成投资（万元）", "Spent, 10,000 yuan")],
        "rows": [[day, float(r.percent), float(r.invested)] for day, r in zip(days, rows, strict=True)],
        "option": {
            "tooltip": {"trigger": "axis"},
            "legend": {},
            "grid": {"containLabel": True, "left": 8, "right": 8, "top": 36, "bottom": 8},
            "xAxis": {"type": "category", "data": days},
            "yAxis": [{"type": "value", "max": 100}, {"type": "value"}],
            "series": [
                {"name": words[0], "type": "line", "data": [float(r.percent) for r in rows]},
                {"name": words[1], "type": "bar", "yAxisIndex": 1, "data": [float(r.invested) for r in rows]},
            ],
        },
    }
