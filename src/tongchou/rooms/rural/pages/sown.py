"""Sown area against plan, by village and week."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.rooms.rural.catalogue import crops
from tongchou.rooms.rural.models import Season
from tongchou.rooms.rural.pages.needs import season_id
from tongchou.rooms.rural.pages.parts import (
    crop_choices,
    crumbs,
    language,
    on_day,
    plain,
    season_choices,
    season_chosen,
    sheet,
    village_choices,
)
from tongchou.rooms.rural.questions import SownLine, sown_by_week, sown_lines
from tongchou.rooms.rural.reach import REPORT, VIEW
from tongchou.web.boundaries import map_of
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

_TITLE, _REPORT, _PLAN = (
    Text("播种进度", "Sown area"),
    Text("填报播种进度", "Report what is sown"),
    Text("填报播种计划", "Plan what is sown"),
)


@page("farm_sown", "farm/sown", VIEW, methods=("GET",))
def farm_sown(request: HttpRequest) -> HttpResponse:
    """What is planned and sown, village by village, with the weeks as a chart."""
    actor, season = actor_of(request), season_chosen(request)
    lines = sown_lines(actor, season, on_day()) if season is not None else []
    table = _sheet(lines)
    if asked_for(request):
        return sheet_file(request, _TITLE, *cells_of(table))
    tiles = _tiles(lines)
    plan, mu = sum((x.plan or 0 for x in lines), start=0), sum((x.mu or 0 for x in lines), start=0)
    cards = [
        (Text("计划（亩）", "Planned, mu"), plain(plan), False),  # type: ignore[arg-type]
        (Text("已播（亩）", "Sown, mu"), plain(mu), False),  # type: ignore[arg-type]
        (Text("进度 %", "Progress, %"), round(100 * float(mu) / float(plan), 1) if plan else None, False),
        (Text("本周未填报", "Not reported this week"), sum(not x.this_week for x in lines), True),
    ]
    context = {
        "title": _TITLE,
        "season": season,
        "seasons": season_choices(),
        "cards": [{"label": label, "value": value, "act": act} for label, value, act in cards],
        "tiles": tiles,
        "map": map_of("sown", _TITLE, tiles, {str(x.area): x.code for x in lines}) if tiles else None,
        "columns": 5,
        "list_title": Text("播种进度 %", "Progress, %"),
        "chart": _chart(actor_of(request), season, plain(plan)) if season and lines else None,  # type: ignore[arg-type]
        "sheet": table,
        "action": {"url": reverse("farm_sown_report"), "label": _REPORT} if actor.permits(REPORT) else None,
        "links": [{"url": reverse("farm_sown_plan"), "label": _PLAN, "icon": "edit"}] if actor.permits(REPORT) else [],
        "breadcrumbs": crumbs(("", _TITLE)),
        "empty": {
            "title": Text("还没有计划和进度", "No plan and no report yet"),
            "text": Text("村里填报计划和每周进度后显示在这里。", "It fills as villages report."),
            "icon": "chart-bar",
        },
    }
    return render(request, "rural/sown.html", context)


def _tiles(lines: list[SownLine]) -> list[dict[str, Any]]:
    out = []
    for area in dict.fromkeys(x.area for x in lines):
        mine = [x for x in lines if x.area == area]
        known = [x for x in mine if x.mu is not None]
        plan = sum((x.plan or 0 for x in known), start=0)
        share = round(100 * float(sum((x.mu or 0 for x in known), start=0)) / float(plan)) if plan else None
        silent = any(not x.this_week for x in mine)
        tone = "warn" if silent else "ok"
        note = Text("本周未填报", "not reported this week") if silent else Text("已填报", "reported")
        value = f"{share}%" if share is not None else Text("未填报", "none").in_(language())
        out.append(
            {"key": str(area), "label": mine[0].area_name, "value": value, "tone": tone, "note": note, "url": "#sown"}
        )
    return out


def _sheet(lines: list[SownLine]) -> dict[str, Any]:
    labels = (
        ("area", "村", "Village", 0), ("crop", "作物", "Crop", 0), ("percent", "进度 %", "Progress, %", 1), ("plan", "计划（亩）", "Planned, mu", 1),
        ("mu", "已播（亩）", "Sown, mu", 1), ("week", "最近一周（周一）", "Last week (Monday)", 0), ("this", "本周", "This week", 0), ("street", "街道（镇）", "Town", 0),
    )  # fmt: skip
    rows: list[list[Any]] = []
    for x in lines:
        said = (
            (Text("已填报", "reported"), "ok", "circle-check")
            if x.this_week
            else (Text("未填报", "not reported"), "warn", "alert-triangle")
        )
        rows.append([
            x.area_name, crops().get(x.crop, Text(x.crop, x.crop)), x.percent if x.percent is not None else Text("—", "—"), plain(x.plan), plain(x.mu),
            x.week.isoformat() if x.week else None, {"value": said[0], "tone": said[1], "icon": said[2]}, x.street,
        ])  # fmt: skip
    return sheet("sown", _TITLE, labels, rows)


def _chart(actor: Any, season: Season, plan: int | float | None) -> dict[str, Any] | None:
    weeks = sown_by_week(actor, season)
    if not weeks:
        return None
    names, labels = (
        [Text("累计已播（亩）", "Sown, mu"), Text("计划（亩）", "Planned, mu")],
        [f"{w:%m-%d}" for w, _ in weeks],
    )
    return {
        "key": "sown",
        "title": Text("逐周播种面积", "Sown area by week"),
        "columns": [Text("周（周一）", "Week (Monday)"), *names],
        "rows": [[label, plain(mu), plan] for label, (_, mu) in zip(labels, weeks, strict=True)],
        "option": {
            "tooltip": {"trigger": "axis"},
            "legend": {},
            "xAxis": {"type": "category", "data": labels},
            "yAxis": {"type": "value"},
            "series": [
                {"name": names[0].in_(language()), "type": "bar", "data": [plain(mu) for _, mu in weeks]},
                {"name": names[1].in_(language()), "type": "line", "data": [plan for _ in weeks]},
            ],
        },
    }


def _form(request: HttpRequest, verb: str, title: Text, weekly: bool) -> HttpResponse:
    actor, season = actor_of(request), season_chosen(request)

    def fields(d: Draft) -> list[FieldParts]:
        shown = [
            d.field("area", Text("村（社区）", "Village"), "select", choices=village_choices(actor, REPORT), required=True),
            d.field("crop", Text("作物", "Crop"), "select", choices=crop_choices(), required=True),
            d.field("mu", Text("累计已播面积", "Sown so far") if weekly else Text("计划面积", "Planned area"), "number", unit=Text("亩", "mu"), required=True,
                    help=Text("还没有播种的填 0，不要空着。", "0 where nothing is sown; do not leave it empty.") if weekly else ""),
        ]  # fmt: skip
        if weekly:
            shown += [
                d.field(
                    "week",
                    Text("所在周", "Week"),
                    "date",
                    required=True,
                    help=Text("填该周任一天。", "Any day of the week."),
                ),
                d.field(
                    "note",
                    Text("说明", "Note"),
                    maxlength=300,
                    help=Text("比上周少时必填。", "Needed where it is less than before."),
                ),
            ]
        return [*shown, d.field("season", Text("季节", "Season"), "select", choices=season_choices(), required=True)]

    def send() -> HttpResponse:
        names = ("crop", "mu", "week", "note") if weekly else ("crop", "mu")
        payload: dict[str, object] = {n: request.POST.get(n, "").strip() for n in names}
        do(request, verb, payload | {"area": integer(request, "area") or 0, "season": season_id(request)})
        return done(request, reverse("farm_sown"), Text("已填报。", "Reported."))

    return form_page(
        request, fields, send, title=title, button=Text("填报", "Report"), back=reverse("farm_sown"),
        on_record={"season": season.pk if season else "", "week": on_day().isoformat()}, breadcrumbs=crumbs(("farm_sown", _TITLE), ("", title)),
    )  # fmt: skip


@page("farm_sown_report", "farm/sown/report", REPORT)
def farm_sown_report(request: HttpRequest) -> HttpResponse:
    """Report a week."""
    return _form(request, "farm.sown", _REPORT, True)


@page("farm_sown_plan", "farm/sown/plan", REPORT)
def farm_sown_plan(request: HttpRequest) -> HttpResponse:
    """Report a plan."""
    return _form(request, "farm.sown_plan", _PLAN, False)
