"""Progress to capacity: how far, against what is aimed at, and where it goes; who is behind."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.industries import section_name
from tongchou.kernel.text import Text
from tongchou.record.models import Area
from tongchou.rooms.daily.pages.overview import BY_NAMES, day_of
from tongchou.rooms.daily.pages.progress_chart import figure
from tongchou.rooms.daily.progress import ProgressLine, UnitLine, course, progress, progress_units, whole_of
from tongchou.rooms.daily.questions import BY
from tongchou.rooms.daily.reach import MANAGE, VIEW
from tongchou.rooms.daily.targets import Aim, Aims, aim_of, aims, gap, paths_of, targets_seen
from tongchou.rooms.daily.words import NOT_ON_RECORD, group_name
from tongchou.web.pages.requests import actor_of, integer
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

TITLE = Text("达产进度", "Progress to capacity")
SHOWN = 300
"""Enterprises on the page of a group; the spreadsheet has all."""
RETURNED = Text(
    "已返岗人数占正常员工数（未登记正常水平的，占在册员工数）；只算两项都有的企业。",
    "Returned of the staff of normal times, or of the books where those are not recorded; of enterprises that gave both.",
)
OUTPUT = Text(
    "当日产值占正常日产值；只算两项都有的企业。", "Output of the day of a normal day's; of enterprises that gave both."
)
_AIM = Text(
    "与本月底目标相差的百分点，负数为落后。没有专门目标的，按上级区域的目标算。",
    "Points from what is aimed at by the end of the month, behind where negative. Where nothing of its own is aimed at, by the area above.",
)
_DASH = Text("—", "—")
ONLY = {"": Text("全部企业", "All"), "behind": Text("低于目标", "Below what is aimed at"), "unknown": Text("进度不明", "Not known")}


@page("progress", "daily/progress", VIEW, methods=("GET",), nav=Nav(TITLE, "target-arrow"))
def progress_page(request: HttpRequest) -> HttpResponse:
    """Returned staff, output and orders by street, industry or size; the last month, targets, and a forecast with its bounds."""
    actor, day = actor_of(request), day_of(request)
    by = request.GET.get("by", "street")
    by = by if by in BY else "street"
    aimed = aims(actor, day)
    sheet = _sheet(progress(actor, day, by), by, day, aimed)
    if asked_for(request):
        return sheet_file(request, TITLE, *cells_of(sheet))
    span, returned, output = course(actor, day)
    context = {
        "title": TITLE, "day": day, "by": by, "by_choices": list(BY_NAMES.items()), "sheet": sheet, "can_manage": actor.permits(MANAGE),
        "targets": [_target(t, actor.permits(MANAGE) and actor.sees_path(MANAGE, t.area.path)) for t in targets_seen(actor, day)],
        "behind": f"{reverse('progress_units')}?{urlencode({'day': day, 'only': 'behind'})}",
        "figures": [
            figure("returned", Text("返岗率 %", "Returned, %"), RETURNED, span, returned, aimed.of().returned),
            figure("output", Text("产值率 %", "Output, %"), OUTPUT, span, output, aimed.of().output),
        ],
        "empty": {"title": Text("辖区内没有企业", "No enterprise in your area"), "text": Text("登记后显示。", "They appear once on record."), "icon": "building"},
    }  # fmt: skip
    return render(request, "daily/progress.html", context)


def _target(t: Any, may: bool) -> dict[str, Any]:
    change = urlencode({"area": t.area_id, "section": t.section, "month": t.month})
    return {"line": t, "section": section_name(t.section) if t.section else None, "url": f"{reverse('progress_target')}?{change}" if may else ""}


def gap_cell(value: float | None) -> dict[str, Any]:
    """Points from what is aimed at: word, sign and tone say the same."""
    if value is None:
        return {"value": _DASH}
    tone, icon = ("warn", "alert-triangle") if value < 0 else ("ok", "circle-check")
    return {"value": f"{value:+g}", "tone": tone, "icon": icon}


def _sheet(lines: list[ProgressLine], by: str, day: date, aimed: Aims) -> dict[str, Any]:
    labels: tuple[tuple[str, str, str, Text | None], ...] = (
        ("returned_pct", "返岗率 %", "Returned, %", RETURNED), ("returned_gap", "距目标", "From target", _AIM), ("output_pct", "产值率 %", "Output, %", OUTPUT),
        ("output_gap", "距目标", "From target", _AIM), ("backlog", "在手订单（万元）", "Orders, 10,000 yuan", None), ("enterprises", "企业", "Enterprises", None),
        ("known", "近 7 天有报告", "Reported in 7 days", None), ("returned", "已返岗", "Returned", None), ("measured", "可比产值企业", "Measured", None),
        ("output", "产值（万元）", "Output, 10,000 yuan", None),
    )  # fmt: skip
    columns: list[dict[str, Any]] = [{"key": "name", "label": BY_NAMES[by]}]
    columns += [{"key": k, "label": Text(zh, en), "number": True, "definition": d} for k, zh, en, d in labels]
    paths = paths_of([int(x.key) for x in lines if x.key]) if by == "street" else {}
    rows = []
    for line in sorted(lines, key=lambda x: _behind(x, aim_of(by, x.key, aimed, paths))):
        aim = aim_of(by, line.key, aimed, paths)
        shown = {"returned_gap": gap_cell(gap(line.returned_pct, aim.returned)), "output_gap": gap_cell(gap(line.output_pct, aim.output))}
        url = f"{reverse('progress_units')}?{urlencode({'day': day, 'by': by, 'key': line.key})}" if line.key else ""
        cells = [shown.get(k) or {"value": _DASH if (v := getattr(line, k)) is None else v} for k, *_ in labels]
        rows.append({"cells": [{"value": group_name(by, line.key, line.name), "url": url}, *cells]})
    return {"key": "progress", "caption": TITLE, "columns": columns, "rows": rows, "totals": _totals(lines, aimed) if rows else None, "export": True}


def _behind(line: ProgressLine, aim: Aim) -> tuple[float, str]:
    """Those furthest behind first."""
    found = [g for g in (gap(line.returned_pct, aim.returned), gap(line.output_pct, aim.output)) if g is not None]
    return min(found, default=0.0), line.name


def _totals(lines: list[ProgressLine], aimed: Aims) -> list[Any]:
    whole = whole_of(lines)
    aim = aimed.of()
    gaps = [gap(whole.returned_pct, aim.returned), gap(whole.output_pct, aim.output)]
    back, out = (None if g is None else f"{g:+g}" for g in gaps)
    shown = (whole.returned_pct, back, whole.output_pct, out, whole.backlog, whole.enterprises, whole.known, whole.returned, whole.measured, whole.output)
    return [Text("合计", "Total"), *shown]


@page("progress_units", "daily/progress/enterprises", VIEW, methods=("GET",))
def progress_units_page(request: HttpRequest) -> HttpResponse:
    """The enterprises behind a line of the progress: who is furthest behind first, and where the group goes."""
    actor, day = actor_of(request), day_of(request)
    by, key, only = (request.GET.get(n, "") for n in ("by", "key", "only"))
    by, only = (by if by in BY and key and (by != "street" or integer(request, "key") is not None) else ""), (only if only in ONLY else "")
    key = key if by else ""
    rows = progress_units(actor, day, by, key)
    shown = [u for u in rows if only == "" or (u.behind if only == "behind" else u.unknown)]
    label: Text | str = _label(by, key) if by else Text("全部企业", "All enterprises")
    title = Text("达产进度：{g}", "Progress: {g}").with_(g=label)
    if asked_for(request):
        return sheet_file(request, title, *cells_of(_units_sheet(shown)))
    aim = aim_of(by, key, aims(actor, day), paths_of([int(key)]) if by == "street" else {})
    span, returned, output = course(actor, day, by=by, key=key)
    context = {
        "title": title, "day": day, "by": by, "key": key, "only": only, "only_choices": list(ONLY.items()), "sheet": _units_sheet(shown[:SHOWN]),
        "counts": {"all": len(rows), "behind": sum(u.behind for u in rows), "unknown": sum(u.unknown for u in rows)}, "cut": max(0, len(shown) - SHOWN), "most": SHOWN,
        "figures": [
            figure("returned", Text("返岗率 %", "Returned, %"), RETURNED, span, returned, aim.returned),
            figure("output", Text("产值率 %", "Output, %"), OUTPUT, span, output, aim.output),
        ] if rows else [],
        "breadcrumbs": [{"url": reverse("progress"), "label": TITLE}, {"url": "", "label": label}],
        "empty": {"title": Text("没有这样的企业", "There is none"), "text": Text("换一项清单看看。", "Try another list."), "icon": "building"},
    }  # fmt: skip
    return render(request, "daily/progress_units.html", context)


def _label(by: str, key: str) -> Text | str:
    """The group in words; an area that is not there, or not of this kind, has no name and no enterprises either."""
    if by != "street":
        return group_name(by, key, key)
    return Area.objects.filter(pk=int(key), level="street").values_list("name", flat=True).first() or NOT_ON_RECORD


def _units_sheet(rows: list[UnitLine]) -> dict[str, Any]:
    labels = (
        ("returned_pct", "返岗率 %", "Returned, %"), ("returned_gap", "距目标", "From target"), ("output_pct", "产值率 %", "Output, %"),
        ("output_gap", "距目标", "From target"), ("backlog", "在手订单（万元）", "Orders, 10,000 yuan"), ("returned", "已返岗", "Returned"),
        ("output", "产值（万元）", "Output, 10,000 yuan"),
    )  # fmt: skip
    columns: list[dict[str, Any]] = [{"key": "name", "label": Text("企业", "Enterprise")}]
    columns += [{"key": k, "label": Text(zh, en), "number": True, "definition": _AIM if k.endswith("gap") else None} for k, zh, en in labels]
    columns += [{"key": "section", "label": Text("行业", "Industry")}, {"key": "day", "label": Text("最近日报", "Last report")}]
    lines = []
    for u in rows:
        shown = {"returned_gap": gap_cell(gap(u.returned_pct, u.aim.returned)), "output_gap": gap_cell(gap(u.output_pct, u.aim.output))}
        cells = [shown.get(k) or {"value": getattr(u, k) if u.day is not None else _DASH} for k, *_ in labels]
        last: dict[str, Any] = {"value": Text("7 天未报", "none in 7 days"), "tone": "warn", "icon": "help-circle"}
        if u.day is not None:
            last = {"value": Text("{d} 停工", "{d} closed").with_(d=u.day), "tone": "act", "icon": "alert-circle"} if u.closed else {"value": u.day}
        name = {"value": u.name, "url": reverse("daily_unit", args=[u.unit])}
        lines.append({"cells": [name, *cells, {"value": section_name(u.section) if u.section else NOT_ON_RECORD}, last]})
    return {"key": "progress_units", "caption": TITLE, "columns": columns, "rows": lines, "export": True}
