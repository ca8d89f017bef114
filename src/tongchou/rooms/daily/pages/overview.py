"""For leaders, streets and departments: the day at a glance, who is silent, the reports behind each figure, one enterprise's days."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.clock import parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.rooms.daily.models import Excuse, Fever, Report
from tongchou.rooms.daily.numbers import local_day
from tongchou.rooms.daily.pages.own import happened_of
from tongchou.rooms.daily.questions import BY, ONLY, GlanceLine, ReportLine, days_of, glance, reports, series, silent
from tongchou.rooms.daily.reach import MANAGE, VIEW, enterprise_in_reach
from tongchou.rooms.daily.spots import checks_of
from tongchou.rooms.daily.words import group_name
from tongchou.web.pages.requests import actor_of, integer, now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

TITLE = Text("复工日况", "The day at work")
BY_NAMES = {
    "street": Text("按街道", "By street"),
    "industry": Text("按行业门类", "By section of industry"),
    "size": Text("按规模", "By size"),
}
ONLY_NAMES = {
    "": Text("全部日报", "All reports"), "abnormal": Text("体温异常", "Temperature abnormal"), "incidents": Text("有异常事件", "Incidents"),
    "masks": Text("口罩不足", "Short of masks"), "masks_unknown": Text("口罩未报", "Masks not reported"), "late": Text("迟报", "Late"),
    "closed": Text("当日停工", "No work that day"),
}  # fmt: skip
_SHARE = Text(
    "已返岗人数占员工总数，只算两项都报了的企业。",
    "Returned of staff on the books, of the enterprises that reported both.",
)
_RATE = Text("应报企业中已报的比例；免报的不算应报。", "Reported of those who owe a report; the excused owe none.")


def day_of(request: HttpRequest) -> date:
    """The day that is asked for; today when none is."""
    typed = request.GET.get("day", "")
    day = parse_date(typed, "day") if typed else local_day(now())
    if day > local_day(now()):
        raise Refusal(
            Reason.IMPOSSIBLE_DATE,
            Text("日期不能晚于今天。", "The day is not after today."),
            field="day",
            value=str(day),
        )
    return day


@page("daily_overview", "daily/overview", VIEW, methods=("GET",), nav=Nav(TITLE, "clipboard-list"))
def daily_overview(request: HttpRequest) -> HttpResponse:
    """Reporting rate, who is silent, at work, fevers, masks, capacity: by street, industry or size; every figure opens its list."""
    actor, day = actor_of(request), day_of(request)
    by = request.GET.get("by", "street")
    by = by if by in BY else "street"
    lines = glance(actor, day, by)
    sheet = _sheet(lines, day, by)
    if asked_for(request):
        return sheet_file(request, TITLE, *cells_of(sheet))
    context = {
        "title": TITLE, "day": day, "by": by, "by_choices": list(BY_NAMES.items()), "cards": _cards(lines, day), "sheet": sheet,
        "chart": _chart(actor, day), "can_manage": actor.permits(MANAGE),
        "empty": {"title": Text("辖区内没有企业", "No enterprise in your area"), "text": Text("登记后显示。", "They appear once on record."), "icon": "building"},
    }  # fmt: skip
    return render(request, "daily/overview.html", context)


def _cards(lines: list[GlanceLine], day: date) -> list[dict[str, Any]]:
    total = {
        k: sum(getattr(x, k) for x in lines)
        for k in ("obliged", "silent", "at_work", "fevers", "abnormal", "masks_short", "returned", "staff")
    }

    def listed(only: str) -> str:
        return f"{reverse('daily_reports')}?{urlencode({'day': day, 'only': only})}"

    rate = round(100 * (total["obliged"] - total["silent"]) / total["obliged"], 1) if total["obliged"] else None
    share = round(100 * total["returned"] / total["staff"], 1) if total["staff"] else None
    rows = (
        (Text("应报企业", "Owe a report"), total["obliged"], "", False, None),
        (Text("报送率 %", "Reported, %"), rate, "", False, _RATE),
        (Text("未报", "Silent"), total["silent"], f"{reverse('daily_silent')}?day={day}", True, None),
        (Text("在岗", "At work"), total["at_work"], listed(""), False, None),
        (Text("返岗率 %", "Returned, %"), share, "", False, _SHARE),
        (Text("体温异常", "Abnormal"), total["abnormal"], listed("abnormal"), True, None),
        (Text("发热处置", "Fevers"), total["fevers"], reverse("fevers"), True, None),
        (Text("口罩不足", "Short of masks"), total["masks_short"], listed("masks"), True, None),
    )
    return [
        {"label": label, "value": value, "url": url, "act": act and bool(value), "definition": d}
        for label, value, url, act, d in rows
    ]


def _sheet(lines: list[GlanceLine], day: date, by: str) -> dict[str, Any]:
    labels: list[tuple[str, str, str, str]] = [
        ("obliged", "应报", "Owe", ""), ("silent", "未报", "Silent", "silent"), ("late", "迟报", "Late", "late"), ("excused", "免报", "Excused", ""),
        ("at_work", "在岗", "At work", ""), ("abnormal", "体温异常", "Abnormal", "abnormal"), ("fevers", "发热处置", "Fevers", ""),
        ("incidents", "异常事件", "Incidents", "incidents"), ("masks_short", "口罩不足", "Short of masks", "masks"),
        ("masks_unknown", "口罩未报", "Masks unknown", "masks_unknown"), ("output", "当日产值（万元）", "Output, 10,000 yuan", ""),
    ]  # fmt: skip
    columns: list[dict[str, Any]] = [{"key": "name", "label": BY_NAMES[by]}]
    columns.append({"key": "rate", "label": Text("报送率 %", "Reported, %"), "number": True, "definition": _RATE})
    columns += [{"key": k, "label": Text(zh, en), "number": True} for k, zh, en, _ in labels]
    columns.append({"key": "returned", "label": Text("返岗率 %", "Returned, %"), "number": True, "definition": _SHARE})
    dash = Text("—", "—")
    rows = []
    for line in lines:
        where = {"day": day, "by": by, "key": line.key or ""}
        cells: list[dict[str, Any]] = [
            {"value": group_name(by, line.key, line.name), "url": f"{reverse('daily_reports')}?{urlencode(where)}" if line.key else ""}
        ]
        cells.append({"value": dash if line.rate is None else line.rate})
        for k, _, _, only in labels:
            value = getattr(line, k)
            url = ""
            if only == "silent" and value and by == "street" and line.key:
                url = f"{reverse('daily_silent')}?{urlencode({'day': day, 'street': line.key})}"
            elif only in ONLY and value and line.key:
                url = f"{reverse('daily_reports')}?{urlencode(where | {'only': only})}"
            cells.append({"value": value, "url": url})
        rows.append({"cells": [*cells, {"value": dash if line.returned_pct is None else line.returned_pct}]})
    obliged, quiet = sum(x.obliged for x in lines), sum(x.silent for x in lines)
    staff, returned = sum(x.staff for x in lines), sum(x.returned for x in lines)
    totals = [
        Text("合计", "Total"), round(100 * (obliged - quiet) / obliged, 1) if obliged else None,
        *(sum(getattr(x, k) for x in lines) for k, _, _, _ in labels), round(100 * returned / staff, 1) if staff else None,
    ]  # fmt: skip
    return {
        "key": "daily",
        "caption": TITLE,
        "columns": columns,
        "rows": rows,
        "totals": totals if rows else None,
        "export": True,
    }


def _chart(actor: Any, day: date) -> dict[str, Any] | None:
    lines = series(actor, day)
    if len(lines) < 2:
        return None
    language = get_language() or "zh-hans"
    share = [round(100 * x.returned / x.staff, 1) if x.staff else None for x in lines]
    days = [f"{x.day:%m-%d}" for x in lines]
    return {
        "key": "daily",
        "title": Text("近 30 天在岗人数与返岗率", "At work and returned, 30 days"),
        "columns": [
            Text("日期", "Day"),
            Text("已报企业", "Reported"),
            Text("在岗", "At work"),
            Text("返岗率 %", "Returned, %"),
        ],
        "rows": [
            [d, x.reported, x.at_work, s if s is not None else "—"] for d, x, s in zip(days, lines, share, strict=True)
        ],
        "option": {
            "tooltip": {"trigger": "axis"},
            "legend": {},
            "grid": {"containLabel": True, "left": 8, "right": 8, "top": 40, "bottom": 8},
            "xAxis": {"type": "category", "data": days},
            "yAxis": [{"type": "value"}, {"type": "value", "max": 100, "splitLine": {"show": False}}],
            "series": [
                {"name": Text("在岗", "at work").in_(language), "type": "bar", "data": [x.at_work for x in lines]},
                {"name": Text("返岗率 %", "returned, %").in_(language), "type": "line", "yAxisIndex": 1, "data": share},
            ],
        },
    }


@page("daily_silent", "daily/silent", VIEW, methods=("GET",))
def daily_silent(request: HttpRequest) -> HttpResponse:
    """Who owes the report of a day and is silent, by street, with the last report and what the street is doing."""
    actor, day = actor_of(request), day_of(request)
    rows = silent(actor, day, street=integer(request, "street"), limit=20_000 if asked_for(request) else 500)
    manage = actor.permits(MANAGE)
    columns = [
        {"key": "name", "label": Text("企业", "Enterprise")}, {"key": "street", "label": Text("街道", "Street")}, {"key": "area", "label": Text("社区", "Community")},
        {"key": "last", "label": Text("上次日报", "Last report")}, {"key": "reminded", "label": Text("已提醒", "Reminded")},
        {"key": "loop", "label": Text("街道核实", "Street looks")}, {"key": "excuse", "label": Text("免报", "Excuse")},
    ]  # fmt: skip
    none, opened = Text("尚未", "not yet"), Text("核实中", "in hand")
    lines = [
        {
            "cells": [
                {"value": r.name, "url": reverse("daily_unit", args=[r.unit])}, {"value": r.street}, {"value": r.area},
                {"value": r.last.isoformat() if r.last else Text("从未", "never")}, {"value": r.reminded_at or none},
                {"value": opened, "url": reverse("loop", args=[r.loop])} if r.loop else {"value": none},
                {"value": Text("登记免报", "Excuse"), "url": reverse("daily_excuse", args=[r.unit])} if manage else {"value": ""},
            ]
        }
        for r in rows
    ]  # fmt: skip
    title = Text("未报日报的企业", "Who is silent")
    sheet = {"key": "silent", "caption": title, "columns": columns, "rows": lines, "export": True}
    if asked_for(request):
        return sheet_file(request, title, *cells_of(sheet))
    context = {
        "title": title, "sheet": sheet, "day": day, "only": None, "breadcrumbs": _crumbs(title),
        "empty": {"title": Text("没有未报的企业", "Nobody is silent"), "text": Text("应报的都已报送。", "All who owe a report have sent it."), "icon": "circle-check"},
    }  # fmt: skip
    return render(request, "daily/list.html", context)


def _crumbs(*labels: Text | str) -> list[dict[str, Any]]:
    return [{"url": reverse("daily_overview"), "label": TITLE}, *({"url": "", "label": label} for label in labels)]


@page("daily_reports", "daily/reports", VIEW, methods=("GET",))
def daily_reports(request: HttpRequest) -> HttpResponse:
    """The reports behind a figure."""
    actor, day, only = actor_of(request), day_of(request), request.GET.get("only", "")
    by, key = request.GET.get("by", ""), request.GET.get("key", "")
    rows = reports(actor, day, only=only, by=by, key=key, limit=20_000 if asked_for(request) else 500)
    title = ONLY_NAMES.get(only, ONLY_NAMES[""])
    sheet = _reports_sheet(rows)
    if asked_for(request):
        return sheet_file(request, title, *cells_of(sheet))
    context = {
        "title": title, "sheet": sheet, "day": day, "only": only, "only_choices": list(ONLY_NAMES.items()), "by": by, "key": key, "breadcrumbs": _crumbs(title),
        "empty": {"title": Text("没有符合的日报", "No such report"), "text": Text("换一天或换一项看看。", "Try another day or another list."), "icon": "clipboard-check"},
    }  # fmt: skip
    return render(request, "daily/list.html", context)


def _reports_sheet(rows: list[ReportLine]) -> dict[str, Any]:
    numbers = (
        ("at_work", "在岗", "At work"), ("on_leave", "请假", "On leave"), ("abnormal", "体温异常", "Abnormal"), ("incidents", "异常事件", "Incidents"),
        ("staff", "员工总数", "Staff"), ("returned", "已返岗", "Returned"), ("masks", "口罩（只）", "Masks"), ("mask_days", "可用天数", "Days they last"),
        ("output", "产值（万元）", "Output, 10,000 yuan"), ("backlog", "在手订单（万元）", "Orders, 10,000 yuan"),
    )  # fmt: skip
    columns: list[dict[str, Any]] = [
        {"key": "name", "label": Text("企业", "Enterprise")},
        {"key": "street", "label": Text("街道", "Street")},
    ]
    columns += [{"key": k, "label": Text(zh, en), "number": True} for k, zh, en in numbers]
    columns += [{"key": "how", "label": Text("报送", "How")}, {"key": "at", "label": Text("时间", "When")}]
    lines = []
    for r in rows:
        marks = [
            Text("停工", "closed") if r.closed else None, Text("迟报", "late") if r.late else None, Text("与上次相同", "as before") if r.unchanged else None,
            Text("更正", "corrected") if r.corrected else None,
        ]  # fmt: skip
        said = [m for m in marks if m is not None]
        how = Text("、".join(m.zh for m in said), ", ".join(m.en for m in said))
        cells = [
            {"value": r.name, "url": reverse("daily_unit", args=[r.unit])},
            {"value": r.street},
            *({"value": getattr(r, k)} for k, _, _ in numbers),
        ]
        lines.append({"cells": [*cells, {"value": how}, {"value": r.reported_at}]})
    return {
        "key": "reports",
        "caption": Text("企业日报", "Daily reports"),
        "columns": columns,
        "rows": lines,
        "export": True,
    }


@page("daily_unit", "daily/units/<int:unit>", VIEW, methods=("GET",))
def daily_unit(request: HttpRequest, unit: int) -> HttpResponse:
    """One enterprise's last month: each day with what was corrected, fevers, whether it is excused."""
    actor, today = actor_of(request), local_day(now())
    row = enterprise_in_reach(actor, VIEW, unit)
    days = days_of(row.pk, today, 30)
    replaced: dict[date, list[Report]] = {}
    for old in Report.objects.filter(unit=row, day__in=[d.day for d in days], replaced_at__isnull=False).order_by(
        "reported_at"
    ):
        replaced.setdefault(old.day, []).append(old)
    context = {
        "title": row.name, "unit": row, "days": [{"row": d, "earlier": replaced.get(d.day, [])} for d in days],
        "happened": happened_of(row.pk),
        "fevers": Fever.objects.filter(unit=row).select_related("loop").order_by("-first_at")[:20],
        "excuse": Excuse.objects.filter(unit=row, ended_at=None).first(), "can_manage": actor.permits(MANAGE), "breadcrumbs": _crumbs(row.name),
        "spots": checks_of(row.pk),
    }  # fmt: skip
    return render(request, "daily/unit.html", context)
