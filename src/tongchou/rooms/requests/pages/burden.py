"""What reports cost: by day, by who asks, by who answers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.rooms.requests.pages.words import TITLE
from tongchou.rooms.requests.questions import Burden, burden, repeats_refused
from tongchou.web.pages.requests import actor_of
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

_TITLE = Text("填报负担", "Burden of reports")
DAYS = 30
_EMPTY = {
    "title": Text("近三十天没有填报", "No reports in thirty days"),
    "text": Text("数据需求发出后会统计负担。", "It fills once data requests go out."),
    "icon": "chart-bar",
}
_ZERO = date(2000, 1, 1)


@page("burden", "requests/burden", "burden.view", methods=("GET",))
def burden_page(request: HttpRequest) -> HttpResponse:
    """How much of whose time reports took in the last thirty days, and what reuse saved."""
    actor = actor_of(request)
    today = timezone.localdate()
    until = datetime.combine(today + timedelta(days=1), time(), SHANGHAI)
    since = until - timedelta(days=DAYS)
    by_unit, by_asker = burden(actor, "unit", since, until), burden(actor, "asker", since, until)
    if asked_for(request):
        return sheet_file(request, _TITLE, *cells_of(_sheet("unit", by_unit)))
    days = {_ZERO + timedelta(days=b.key): b for b in burden(actor, "day", since, until)}
    minutes, saved = sum(b.minutes for b in by_unit), sum(b.saved for b in by_unit)
    units = len(by_unit) or 1
    cards = [
        {
            "label": Text("要报件数（近三十天）", "Reports asked for, thirty days"),
            "value": sum(b.asks for b in by_unit),
        },
        {
            "label": Text("每单位每天件数", "Reports a unit and day"),
            "value": f"{sum(b.asks for b in by_unit) / units / DAYS:.2f}",
        },
        {"label": Text("每单位每天分钟", "Minutes a unit and day"), "value": f"{minutes / units / DAYS:.1f}"},
        {"label": Text("复用免填（分钟）", "Minutes saved by reuse"), "value": saved},
        {"label": Text("驳回重复采集（次）", "Repeats refused"), "value": repeats_refused(since)},
    ]
    context = {
        "title": _TITLE,
        "cards": cards,
        "chart": _chart([today - timedelta(days=n) for n in reversed(range(DAYS))], days),
        "askers": _sheet("asker", by_asker),
        "sheet": _sheet("unit", by_unit),
        "empty": _EMPTY,
        "breadcrumbs": [{"url": reverse("requests"), "label": TITLE}, {"url": "", "label": _TITLE}],
    }  # fmt: skip
    return render(request, "requests/burden.html", context)


def _sheet(what: str, rows: list[Burden]) -> dict[str, Any]:
    labels = [
        ("name", Text("提出单位", "Asked by") if what == "asker" else Text("填报单位", "Unit")),
        ("asks", Text("件数", "Reports")),
        ("fields", Text("数据项", "Fields")),
        ("minutes", Text("预计分钟", "Minutes, estimated")),
        ("day", Text("每天分钟", "Minutes a day")),
        ("took", Text("实测每件分钟", "Minutes a report, measured")),
        ("saved", Text("复用免填分钟", "Minutes saved")),
        ("waiting", Text("未报", "Not yet answered")),
    ]
    columns = [{"key": k, "label": t, "number": k != "name"} for k, t in labels]
    lines = []
    for b in rows:
        took = f"{b.took_seconds / b.measured / 60:.1f}" if b.measured else Text("—", "—")
        lines.append(
            {
                "cells": [
                    {"value": v}
                    for v in (b.name, b.asks, b.fields, b.minutes, f"{b.minutes / DAYS:.1f}", took, b.saved, b.waiting)
                ]
            }
        )
    return {
        "key": f"burden_{what}",
        "caption": labels[0][1],
        "columns": columns,
        "rows": lines,
        "export": what == "unit",
    }


def _chart(days: list[date], found: dict[date, Burden]) -> dict[str, Any]:
    language = get_language() or "zh-hans"
    names = [Text("预计分钟", "Minutes"), Text("复用免填分钟", "Minutes saved")]
    rows = [[f"{d:%m-%d}", found[d].minutes if d in found else 0, found[d].saved if d in found else 0] for d in days]
    series = [
        {"name": n.in_(language), "type": "bar", "stack": "m", "data": [r[i] for r in rows]}
        for i, n in enumerate(names, 1)
    ]
    return {
        "key": "burden",
        "title": Text("每天的填报负担", "The burden by day"),
        "columns": [Text("日期", "Day"), *names],
        "rows": rows,
        "option": {
            "tooltip": {"trigger": "axis"},
            "legend": {},
            "xAxis": {"type": "category", "data": [r[0] for r in rows]},
            "yAxis": {"type": "value"},
            "series": series,
        },
    }
