"""What reports cost: by day, by who asks, by who answers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.rooms.requests.pages.words import TITLE
from tongchou.rooms.requests.questions import Burden, burden, repeats_refused
from tongchou.web.cards import figure_card
from tongchou.web.pages.requests import actor_of
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

_TITLE = Text("填报负担", "Burden of reports")
DAYS = 30
WEEK = 7
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
    most = 20_000 if asked_for(request) else 200
    by_unit, by_asker = burden(actor, "unit", since, until, most=most), burden(actor, "asker", since, until)
    if asked_for(request):
        return sheet_file(request, _TITLE, *cells_of(_sheet("unit", by_unit)))
    days = {_ZERO + timedelta(days=b.key): b for b in burden(actor, "day", since, until)}
    whole = _whole(burden(actor, "all", since, until))
    units = whole.units or 1
    cards = [
        {
            "label": Text("要报件数（近三十天）", "Reports asked for, thirty days"),
            "value": whole.asks,
        },
        {
            "label": Text("每单位每天件数", "Reports a unit and day"),
            "value": f"{whole.asks / units / DAYS:.2f}",
        },
        {"label": Text("每单位每天数据项", "Fields a unit and day"), "value": f"{whole.fields / units / DAYS:.1f}"},
        {"label": Text("每单位每天分钟", "Minutes a unit and day"), "value": f"{whole.minutes / units / DAYS:.1f}"},
        {"label": Text("复用免填（分钟）", "Minutes saved by reuse"), "value": whole.saved},
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


def _whole(rows: list[Burden]) -> Burden:
    return rows[0] if rows else Burden(0, "", 0, 0, 0, 0, 0, 0, 0, 0)


@figure_card("burden.view")
def burden_card(request: HttpRequest) -> dict[str, Any]:
    """What reports cost a unit on a day of the last week, for the headquarters' page; kept for some minutes."""
    actor = actor_of(request)
    until = datetime.combine(timezone.localdate(), time(), SHANGHAI)
    key = f"burden:{until:%Y%m%d}:{','.join(sorted(actor.area_paths('burden.view')))}:{sorted(actor.unit_ids('burden.view'))}"
    found = cache.get(key)
    if found is None:
        found = _whole(burden(actor, "all", until - timedelta(days=WEEK), until))
        cache.set(key, found, 600)
    units = found.units or 1
    told = Text("每单位每天填报的数据项；约 {m} 分钟。数据需求和企业、学校每日报告都计。",
                "Fields a unit and day; about {m} {m|minute|minutes}. Data requests and the daily reports of enterprises and schools.")  # fmt: skip
    return {
        "label": Text("填报负担（项／单位·天）", "Burden of reports (fields a unit and day)"),
        "value": f"{found.fields / units / WEEK:.1f}",
        "url": reverse("burden"),
        "definition": {"what": told.with_(m=f"{found.minutes / units / WEEK:.1f}"), "unit": Text("项", "fields"), "source": _TITLE},
    }


def _sheet(what: str, rows: list[Burden]) -> dict[str, Any]:
    labels = [
        ("name", Text("提出单位", "Asked by") if what == "asker" else Text("填报单位", "Unit")),
        ("asks", Text("件数", "Reports")),
        ("fields", Text("数据项", "Fields")),
        ("minutes", Text("预计分钟", "Minutes, estimated")),
        ("fields_day", Text("每天数据项", "Fields a day")),
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
                    for v in (b.name, b.asks, b.fields, b.minutes, f"{b.fields / DAYS:.1f}", f"{b.minutes / DAYS:.1f}", took, b.saved, b.waiting)
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
