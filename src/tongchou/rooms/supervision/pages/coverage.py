"""Coverage: units by weeks, whom nobody visited, what was planned and not done, and how the load lies between groups."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.packs.checklists import UNIT_KINDS
from tongchou.rooms.supervision.pages.words import TITLE
from tongchou.rooms.supervision.questions import Covered, Load, coverage, covered_by, load, week_starts
from tongchou.rooms.supervision.reach import OVERSEE, PLAN, VIEW, group_in_reach
from tongchou.web.pages.names import KINDS
from tongchou.web.pages.requests import actor_of, now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

_TITLE = Text("覆盖情况", "Coverage")


@page("coverage", "supervision/coverage", VIEW, methods=("GET",))
def coverage_page(request: HttpRequest) -> HttpResponse:
    """What was covered and what was missed."""
    actor, at = actor_of(request), now()
    kind = request.GET.get("kind", "enterprise")
    kind = kind if kind in UNIT_KINDS else "enterprise"
    never = request.GET.get("never") == "1"
    most = 20_000 if asked_for(request) else 500
    if request.GET.get("group"):
        return _of_group(request, most)
    rows, total = coverage(actor, kind, at, never=never, most=most)
    sheet = _sheet(rows, at)
    if asked_for(request):
        return sheet_file(request, Text("督查覆盖情况（{kind}）", "Coverage, {kind}").with_(kind=KINDS[kind]), *cells_of(sheet))
    loads = load(actor, at) if actor.permits(PLAN) or actor.permits(OVERSEE) else []
    context = {
        "title": _TITLE,
        "sheet": sheet,
        "loads": _loads(loads) if loads else None,
        "kinds": [(k, KINDS[k]) for k in UNIT_KINDS],
        "kind": kind,
        "never": never,
        "total": total,
        "shown": len(rows),
        "empty": {"title": Text("没有单位", "No units"), "text": Text("辖区内没有，或都已督查。", "None in reach, or all were visited."), "icon": "eye-check"},
        "breadcrumbs": [{"url": reverse("supervision"), "label": TITLE}, {"url": "", "label": _TITLE}],
    }  # fmt: skip
    return render(request, "supervision/coverage.html", context)


def _of_group(request: HttpRequest, most: int) -> HttpResponse:
    """What one group covered and missed in the last weeks."""
    actor, at = actor_of(request), now()
    given = request.GET["group"]
    group = group_in_reach(actor, int(given) if given.isdigit() and len(given) < 19 else 0)
    missed = request.GET.get("missed") == "1"
    rows, total = covered_by(actor, group.pk, at, missed=missed, most=most)
    title = Text("{name}的覆盖情况", "Coverage by {name}").with_(name=group.name)
    sheet = _sheet(rows, at) | {"caption": title}
    if asked_for(request):
        return sheet_file(request, title, *cells_of(sheet))
    context = {
        "title": title,
        "sheet": sheet,
        "group": group,
        "missed": missed,
        "total": total,
        "shown": len(rows),
        "covered": sum(any(r.weeks) for r in rows),
        "lacking": sum(r.missed > 0 for r in rows),
        "empty": {"title": Text("没有单位", "No units"), "text": Text("近八周没有安排，或没有漏查。", "Nothing planned in eight weeks, or nothing missed."),
                  "icon": "eye-check"},
        "breadcrumbs": [{"url": reverse("supervision"), "label": TITLE}, {"url": reverse("coverage"), "label": _TITLE}, {"url": "", "label": group.name}],
    }  # fmt: skip
    return render(request, "supervision/coverage_group.html", context)


def _sheet(rows: list[Covered], at: Any) -> dict[str, Any]:
    weeks = week_starts(at.astimezone(SHANGHAI).date())
    columns: list[dict[str, Any]] = [
        {"key": "unit", "label": Text("单位", "Unit")},
        {"key": "area", "label": Text("区域", "Area")},
        {"key": "last", "label": Text("上次督查", "Last visit")},
        {"key": "missed", "label": Text("计划未查", "Planned, not done"), "number": True},
        {"key": "open", "label": Text("未销号问题", "Open findings"), "number": True},
        *({"key": f"w{n}", "label": Text(f"{d:%m-%d}周", f"week {d:%m-%d}"), "number": True} for n, d in enumerate(weeks)),
    ]
    lines = []
    for r in rows:
        last: dict[str, Any] = {"value": r.last} if r.last else {"value": Text("从未", "never"), "tone": "warn", "icon": "alert-triangle"}
        cells = [{"value": r.name}, {"value": r.area}, last, {"value": r.missed}, {"value": r.open_findings}, *({"value": n} for n in r.weeks)]
        lines.append({"cells": cells})
    return {"key": "coverage", "caption": _TITLE, "columns": columns, "rows": lines, "export": True}


def _loads(rows: list[Load]) -> dict[str, Any]:
    labels = (
        ("group", "督导组／人员", "Group or person"), ("planned", "待检查", "To be visited"), ("finished", "已检查", "Visited"),
        ("late", "到期未查", "Late"), ("cancelled", "取消", "Cancelled"), ("moved", "移交", "Handed over"), ("findings", "发现问题", "Findings"),
    )  # fmt: skip
    columns = [{"key": k, "label": Text(zh, en), "number": k != "group"} for k, zh, en in labels]
    lines = []
    for x in rows:
        url = f"{reverse('coverage')}?group={x.group}" if x.account is None else ""
        name: Any = x.name if x.account is None else Text("　{who}", "  {who}").with_(who=x.account or Text("（未指定）", "(nobody named)"))
        numbers: list[dict[str, Any]] = [{"value": v} for v in (x.planned, x.finished, x.late, x.cancelled, x.moved, x.findings)]
        if x.late and url:
            numbers[2]["url"] = f"{url}&missed=1"
        lines.append({"cells": [{"value": name, "url": url}, *numbers]})
    return {"key": "load", "caption": Text("近八周工作量", "Load of eight weeks"), "columns": columns, "rows": lines}
