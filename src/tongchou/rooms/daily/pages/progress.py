"""Progress to capacity: how far, against what is aimed at, and where it goes; normal times and targets."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.clock import parse_date
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.rooms.daily.forecast import LEAST, Forecast, damped
from tongchou.rooms.daily.models import Baseline, Target
from tongchou.rooms.daily.numbers import local_day
from tongchou.rooms.daily.pages.overview import BY_NAMES, SIZES, day_of
from tongchou.rooms.daily.pages.own import TITLE as OWN_TITLE
from tongchou.rooms.daily.progress import ProgressLine, course, progress
from tongchou.rooms.daily.questions import BY
from tongchou.rooms.daily.reach import MANAGE, REPORT, VIEW, enterprise_in_reach, own_enterprises
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import area_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, given, integer, now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

TITLE = Text("达产进度", "Progress to capacity")
AHEAD = 14
RETURNED = Text(
    "已返岗人数占正常员工数（未登记正常水平的，占在册员工数）；只算两项都有的企业。",
    "Returned of the staff of normal times, or of the books where those are not recorded; of enterprises that gave both.",
)
OUTPUT = Text(
    "当日产值占正常日产值；只算两项都有的企业。", "Output of the day of a normal day's; of enterprises that gave both."
)


@page("progress", "daily/progress", VIEW, methods=("GET",), nav=Nav(TITLE, "target-arrow"))
def progress_page(request: HttpRequest) -> HttpResponse:
    """Returned staff, output and orders by street, industry or size; the last month, targets, and a forecast with its bounds."""
    actor, day = actor_of(request), day_of(request)
    by = request.GET.get("by", "street")
    by = by if by in BY else "street"
    lines = progress(actor, day, by)
    sheet = _sheet(lines, by)
    if asked_for(request):
        return sheet_file(request, TITLE, *cells_of(sheet))
    span, returned, output = course(actor, day)
    ahead = {"returned": damped(returned, AHEAD, most=100), "output": damped(output, AHEAD)}
    context = {
        "title": TITLE, "day": day, "by": by, "by_choices": list(BY_NAMES.items()), "sheet": sheet, "can_manage": actor.permits(MANAGE),
        "targets": _targets(actor, day), "least": LEAST, "ahead": AHEAD,
        "figures": [
            _figure("returned", Text("返岗率 %", "Returned, %"), RETURNED, span, returned, ahead["returned"]),
            _figure("output", Text("产值率 %", "Output, %"), OUTPUT, span, output, ahead["output"]),
        ],
        "empty": {"title": Text("辖区内没有企业", "No enterprise in your area"), "text": Text("登记后显示。", "They appear once on record."), "icon": "building"},
    }  # fmt: skip
    return render(request, "daily/progress.html", context)


def _sheet(lines: list[ProgressLine], by: str) -> dict[str, Any]:
    dash = Text("—", "—")
    labels: tuple[tuple[str, str, str, Text | None], ...] = (
        ("enterprises", "企业", "Enterprises", None), ("known", "近 7 天有报告", "Reported in 7 days", None), ("returned", "已返岗", "Returned", None),
        ("returned_pct", "返岗率 %", "Returned, %", RETURNED), ("measured", "可比产值企业", "Measured", None), ("output", "产值（万元）", "Output, 10,000 yuan", None),
        ("output_pct", "产值率 %", "Output, %", OUTPUT), ("backlog", "在手订单（万元）", "Orders, 10,000 yuan", None),
    )  # fmt: skip
    columns: list[dict[str, Any]] = [{"key": "name", "label": BY_NAMES[by]}]
    columns += [{"key": k, "label": Text(zh, en), "number": True, "definition": d} for k, zh, en, d in labels]
    rows = []
    for line in lines:
        name: Text | str = (
            Text("未登记", "not on record")
            if line.key is None
            else SIZES.get(line.name, line.name)
            if by == "size"
            else line.name
        )
        values = [getattr(line, k) for k, *_ in labels]
        rows.append({"cells": [{"value": name}, *({"value": dash if v is None else v} for v in values)]})
    return {"key": "progress", "caption": TITLE, "columns": columns, "rows": rows, "export": True}


def _targets(actor: Actor, day: date) -> list[dict[str, Any]]:
    rows = (
        Target.objects.filter(month__gte=day.replace(day=1) - timedelta(days=31))
        .select_related("area")
        .order_by("area__path", "month")
    )
    return [
        {"area": t.area.name, "month": t.month, "returned": t.returned, "output": t.output}
        for t in rows
        if actor.sees_path(VIEW, t.area.path)
    ]


def _figure(
    key: str, title: Text, told: Text, span: list[date], values: list[float | None], found: Forecast | None
) -> dict[str, Any]:
    """A chart of what was and, as far as can be said, what comes, with its bounds. Its table holds the same."""
    language = get_language() or "zh-hans"
    later = [span[-1] + timedelta(days=n + 1) for n in range(AHEAD)] if found else []
    days = [f"{d:%m-%d}" for d in [*span, *later]]
    gap = [None] * len(span)
    series: list[dict[str, Any]] = [
        {"name": title.in_(language), "type": "line", "data": [*values, *[None] * len(later)], "connectNulls": False}
    ]
    rows: list[list[Any]] = [[d, "—" if v is None else v, "—", "—"] for d, v in zip(days, values, strict=False)]
    if found:
        names = (Text("预测", "forecast"), Text("下限", "low"), Text("上限", "high"))
        for name, data in zip(names, (found.points, found.low, found.high), strict=True):
            style = {"type": "dashed"} if name.zh != "预测" else {"type": "solid"}
            series.append(
                {
                    "name": name.in_(language),
                    "type": "line",
                    "data": [*gap, *data],
                    "lineStyle": style,
                    "symbol": "none",
                }
            )
        rows += [
            [d, p, lo, hi] for d, p, lo, hi in zip(days[len(span) :], found.points, found.low, found.high, strict=True)
        ]
    option = {
        "tooltip": {"trigger": "axis"}, "legend": {}, "grid": {"containLabel": True, "left": 8, "right": 8, "top": 40, "bottom": 8},
        "xAxis": {"type": "category", "data": days}, "yAxis": {"type": "value"}, "series": series,
    }  # fmt: skip
    columns = [Text("日期", "Day"), title, Text("下限", "Low"), Text("上限", "High")]
    chart = {"key": key, "title": title, "definition": told, "columns": columns, "rows": rows, "option": option}
    return {"chart": chart, "found": found, "known": sum(v is not None for v in values)}


@page("progress_baseline", "daily/progress/normal", REPORT)
def progress_baseline(request: HttpRequest) -> HttpResponse:
    """An enterprise says what normal times are for it."""
    actor = actor_of(request)
    own, key = own_enterprises(actor), integer(request, "unit")
    unit = enterprise_in_reach(actor, REPORT, key) if key else own[0] if own else None
    if unit is None:
        return HttpResponseRedirect(reverse("daily"))
    held = Baseline.objects.filter(unit=unit).order_by("-from_date").first()

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("unit", Text("企业", "Enterprise"), "hidden"),
            d.field("from_date", Text("自何日起", "From"), "date", required=True),
            d.field("staff", Text("正常员工数", "Staff in normal times"), "integer"),
            d.field("output", Text("正常日产值", "Output of a normal day"), "number", unit=Text("万元", "10,000 yuan")),
            d.field(
                "source",
                Text("依据", "Where from"),
                required=True,
                maxlength=200,
                help=Text("如：去年四季度日均。", "Such as: mean of the last quarter."),
            ),
        ]

    def send() -> HttpResponse:
        do(request, "progress.baseline", {"unit": unit.pk, **given(request, "from_date", "staff", "output", "source")})
        return done(request, reverse("daily"), Text("已登记正常水平。", "Normal times are recorded."))

    title = Text("正常水平", "Normal times")
    on_record = {
        "unit": unit.pk,
        "from_date": local_day(now()),
        "staff": held.staff if held else "",
        "output": held.output if held else "",
    }
    return form_page(
        request, fields, send, title=title, subtitle=unit.name, button=Text("登记", "Record"), back=reverse("daily"), on_record=on_record,
        breadcrumbs=[{"url": reverse("daily"), "label": OWN_TITLE}, {"url": "", "label": title}],
    )  # fmt: skip


@page("progress_target", "daily/progress/target", MANAGE)
def progress_target(request: HttpRequest) -> HttpResponse:
    """What an area aims at by the end of a month."""
    actor = actor_of(request)

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field(
                "area",
                Text("区域", "Area"),
                "select",
                choices=area_choices(actor, MANAGE, ("district", "street")),
                required=True,
            ),
            d.field("month", Text("月份（任一天）", "Month, any day of it"), "date", required=True),
            d.field("returned", Text("返岗率", "Returned"), "number", unit=Text("%", "%")),
            d.field("output", Text("产值率", "Output"), "number", unit=Text("%", "%")),
        ]

    def send() -> HttpResponse:
        month = parse_date(request.POST.get("month", ""), "month")
        payload = {"area": integer(request, "area"), "month": str(month), **given(request, "returned", "output")}
        do(request, "progress.target", payload)
        return done(request, reverse("progress"), Text("目标已保存。", "The target is saved."))

    title = Text("设定目标", "Set a target")
    return form_page(
        request, fields, send, title=title, button=Text("保存", "Save"), back=reverse("progress"), on_record={"month": local_day(now())},
        breadcrumbs=[{"url": reverse("progress"), "label": TITLE}, {"url": "", "label": title}],
    )  # fmt: skip
