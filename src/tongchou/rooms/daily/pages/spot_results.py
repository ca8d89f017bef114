"""What spot checks found, as a sheet, a spreadsheet and a small chart by street."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.text import Text
from tongchou.record.questions.permits import STATES
from tongchou.rooms.daily.pages.breach import TITLE
from tongchou.rooms.daily.spots import RESULTS, SEE, Found, counts, found
from tongchou.web.pages.requests import actor_of, integer, now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

_NAME = Text("抽查结果", "Results of spot checks")
_SPANS = (30, 90, 365)
_STAGES = {
    "": Text("未立案", "none"), "open": Text("查处中", "under way"), "done": Text("已办结", "closed"), "cancelled": Text("已撤销", "dropped"),
    "refused": Text("不成立", "not upheld"), "expired": Text("已到期", "expired"), "merged": Text("已并案", "merged"),
}  # fmt: skip


@page("spot_results", "daily/spot-checks", SEE, methods=("GET",))
def spot_results(request: HttpRequest) -> HttpResponse:
    """Every check in reach of a span of days, by result; the chart counts by street."""
    actor, at = actor_of(request), now()
    days = integer(request, "days") or _SPANS[0]
    days = days if days in _SPANS else _SPANS[0]
    result = request.GET.get("result", "")
    result = result if result in RESULTS else ""
    rows = found(actor, at - timedelta(days=days), result=result, limit=10_000 if asked_for(request) else 300)
    sheet = _sheet(rows)
    if asked_for(request):
        return sheet_file(request, _NAME, *cells_of(sheet))
    by_street = counts(actor, at, days)
    context = {
        "title": _NAME, "sheet": sheet, "chart": _chart(by_street, days) if by_street else None,
        "filters": [
            {"key": "days", "label": Text("近多少天", "Days"), "current": str(days),
             "options": [{"value": str(n), "label": Text("{n} 天", "{n} {n|day|days}").with_(n=n)} for n in _SPANS]},
            {"key": "result", "label": Text("结果", "Result"), "current": result, "options": [{"value": k, "label": w[0]} for k, w in RESULTS.items()]},
        ],
        "empty": {"title": Text("没有抽查结果", "No results"), "text": Text("登记抽查结果后显示在这里。", "They appear once recorded."), "icon": "scan"},
        "breadcrumbs": [{"url": reverse("breaches"), "label": TITLE}, {"url": "", "label": _NAME}],
    }  # fmt: skip
    return render(request, "daily/spot_results.html", context)


def _sheet(rows: list[Found]) -> dict[str, Any]:
    labels = (
        ("unit", "企业", "Enterprise", 0), ("street", "街道", "Street", 0), ("at", "时间", "When", 0), ("result", "结果", "Result", 0),
        ("why", "抽查理由", "Drawn", 0), ("people", "现场人数", "People", 1), ("permit", "许可", "Permit", 0), ("seen", "现场情况", "What was seen", 0),
        ("photos", "照片", "Photos", 1), ("who", "检查人", "By", 0), ("matter", "立案", "Matter", 0),
    )  # fmt: skip
    dash = Text("—", "—")
    body = []
    for f in rows:
        word, tone, icon = RESULTS[f.result]
        matter: dict[str, Any] = {"value": _STAGES.get(f.stage, _STAGES["done"])}
        body.append({"cells": [
            {"value": f.name, "url": reverse("spot", args=[f.draw])}, {"value": f.street}, {"value": f.at}, {"value": word, "tone": tone, "icon": icon},
            {"value": Text("有线索", "for a sign") if f.signed else Text("随机", "by lot")}, {"value": dash if f.people is None else f.people},
            {"value": STATES[f.permit] if f.permit else Text("没有", "none")}, {"value": f.seen}, {"value": f.photos}, {"value": f.who},
            matter | ({"url": reverse("loop", args=[f.loop])} if f.loop else {}),
        ]})  # fmt: skip
    columns = [{"key": k, "label": Text(zh, en), "number": bool(n), "words": k == "seen"} for k, zh, en, n in labels]
    return {"key": "spot_results", "caption": _NAME, "columns": columns, "rows": body, "export": True}


_HATCHED = {"itemStyle": {"decal": {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [2, 4], "rotation": -0.785, "color": "rgba(255,255,255,.6)"}}}
"""Two results call for action, in one colour: the second is hatched."""


def _chart(rows: list[tuple[Any, ...]], days: int) -> dict[str, Any]:
    language = get_language() or "zh-hans"
    names = [w[0] for w in RESULTS.values()]
    return {
        "key": "spot_results",
        "title": Text("近 {n} 天各街道抽查结果", "Spot checks of {n} {n|day|days} by street").with_(n=days),
        "columns": [Text("街道", "Street"), *names],
        "rows": [[r[0], *r[2:]] for r in rows],
        "option": {
            "tooltip": {}, "legend": {}, "grid": {"containLabel": True, "left": 8, "right": 24, "top": 32, "bottom": 8},
            "xAxis": {"type": "value", "minInterval": 1}, "yAxis": {"type": "category", "inverse": True, "data": [r[0] for r in rows]},
            "series": [
                {"name": word.in_(language), "type": "bar", "tone": tone, "stack": "n", "data": [r[n] for r in rows]} | (_HATCHED if key == "no_right" else {})
                for n, (key, (word, tone, _)) in enumerate(RESULTS.items(), 2)
            ],
        },
    }  # fmt: skip
