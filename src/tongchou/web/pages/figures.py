"""The picture of what is owed: by street as tiles and a sheet, by day as a chart. Every number leads to its list."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.text import Text
from tongchou.record.models import Area
from tongchou.record.questions.figures import AreaFigures, DayFigures, by_area, by_day, top_area
from tongchou.record.territory.reach import area_in_reach, within
from tongchou.web.boundaries import map_of
from tongchou.web.cards import cards_for
from tongchou.web.hands import part_url
from tongchou.web.pages.names import LEVELS
from tongchou.web.pages.requests import actor_of, integer, now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

_TITLE = Text("闭环态势", "Loops at a glance")
_LIST = Text("待办清单", "the work list")
_LOOPS = Text("件", "loops")
DEFINITIONS = {
    "open": {"what": Text("已交办、尚未办结的事项，含下级区域。", "Handed out and not closed, areas below included."), "unit": _LOOPS, "source": _LIST},
    "late": {"what": Text("在办事项中已超过本阶段时限的。", "Open and past the deadline of the present stage."), "unit": _LOOPS, "source": _LIST},
    "supervised": {"what": Text("逾期后已升级为督办的在办事项。", "Open and raised to supervision."), "unit": _LOOPS, "source": _LIST},
    "accountable": {"what": Text("逾期后已形成问责线索的在办事项。", "Open and raised to an accountability lead."), "unit": _LOOPS, "source": _LIST},
    "in_time": {
        "what": Text(
            "近三十天办结的事项中，在总时限内办结的比例；没有办结的不计。",
            "Of those closed in the last thirty days, the share closed before they were due; none where nothing was closed.",
        ),
        "unit": Text("%", "%"),
        "source": _LIST,
    },
}  # fmt: skip


@page("figures", "figures", "figures.view", methods=("GET",), nav=Nav(_TITLE, "chart-bar"))
def figures(request: HttpRequest) -> HttpResponse:
    """What is open, late and escalated in the actor's area, part by part."""
    actor, at = actor_of(request), now()
    wanted = integer(request, "area")
    top = area_in_reach(actor, "figures.view", wanted) if wanted is not None else top_area(actor)
    parts = by_area(actor, top, at)
    opens = set(Area.objects.filter(within(actor, "figures.view", "path"), pk__in=[p.area for p in parts]).values_list("pk", flat=True))
    sheet = _sheet(parts, top.pk, opens)
    if asked_for(request):
        return sheet_file(request, _TITLE, *cells_of(sheet))
    days = by_day(actor, top, at)
    tiles = [_tile(p, top.pk) for p in parts]
    codes = dict(Area.objects.filter(pk__in=[p.area for p in parts]).values_list("pk", "code"))
    places = [t for t in tiles if t["key"] != str(top.pk)]
    context = {
        "here": top.name,
        "tiles": tiles,
        "map": map_of("figures", top.name, places, {str(k): v for k, v in codes.items()}),
        "columns": 5,
        "list_title": Text("超时事项", "Late"),
        "sheet": sheet | {"export": True},
        "chart": _chart(days),
        "cards": [*_cards(parts), *cards_for(request, actor)],
        "empty": {
            "title": Text("没有事项", "Nothing is owed"),
            "text": Text("交办事项后这里会显示各区域的情况。", "It fills as loops are opened."),
            "icon": "chart-bar",
        },
    }
    return render(request, "pages/figures.html", context)


def _tile(p: AreaFigures, top: int) -> dict[str, Any]:
    url = part_url(p.area, top, late="1") if p.late else part_url(p.area, top)
    return {"key": str(p.area), "label": _name(p, top), "url": url, **late_tone(p)}


def late_tone(p: AreaFigures) -> dict[str, Any]:
    """What is late in an area as a place on a map: its number, its tone, and what the tone means."""
    tone = "act" if p.accountable else "warn" if p.late else "ok" if p.open else ""
    words = {
        "act": Text("有问责线索", "accountability leads"),
        "warn": Text("有超时", "late"),
        "ok": Text("无超时", "none late"),
        "": Text("无在办", "nothing open"),
    }
    return {"value": p.late, "tone": tone, "note": words[tone]}


def _name(p: AreaFigures, top: int) -> Any:
    return Text("{name}本级", "{name} itself").with_(name=p.name) if p.area == top else p.name


def _sheet(parts: list[AreaFigures], top: int, opens: set[int]) -> dict[str, Any]:
    labels: list[tuple[str, Text]] = [
        ("open", Text("在办", "Open")),
        ("late", Text("超时", "Late")),
        ("supervised", Text("督办", "Supervised")),
        ("accountable", Text("问责线索", "Accountability")),
        ("closed", Text("近三十天办结", "Closed in 30 days")),
        ("in_time", Text("按期办结率 %", "Closed in time, %")),
    ]
    columns = [{"key": "area", "label": Text("区域", "Area")}, {"key": "level", "label": Text("层级", "Level")}]
    columns += [{"key": k, "label": t, "number": True, "definition": DEFINITIONS.get(k)} for k, t in labels]
    rows = []
    for p in parts:
        below = {} if p.area == top or p.area not in opens else {"url": f"{reverse('figures')}?area={p.area}"}
        cells = [
            {"value": _name(p, top)} | below,
            {"value": LEVELS[p.level]},
            {"value": p.open, "url": part_url(p.area, top)},
            {"value": p.late, "url": part_url(p.area, top, late="1")},
            {"value": p.supervised, "url": part_url(p.area, top, level="supervise")},
            {"value": p.accountable, "url": part_url(p.area, top, level="accountability")},
            {"value": p.closed},
            {"value": p.in_time_share if p.closed else Text("—", "—")},
        ]
        rows.append({"cells": cells})
    closed, in_time = sum(p.closed for p in parts), sum(p.in_time for p in parts)
    sums = [sum(getattr(p, k) for p in parts) for k in ("open", "late", "supervised", "accountable")]
    share = round(100 * in_time / closed, 1) if closed else None
    return {
        "key": "figures",
        "caption": Text("各区域在办事项", "Open loops by area"),
        "columns": columns,
        "rows": rows,
        "totals": [Text("合计", "Total"), None, *sums, closed, share],
    }


def _cards(parts: list[AreaFigures]) -> list[dict[str, Any]]:
    return [
        {
            "label": Text(zh, en),
            "value": sum(getattr(p, key) for p in parts),
            "definition": DEFINITIONS[key],
            "act": act,
        }
        for key, zh, en, act in (
            ("open", "在办", "Open", False),
            ("late", "超时", "Late", True),
            ("supervised", "督办", "Supervised", True),
            ("accountable", "问责线索", "Accountability", True),
        )
    ]


def _chart(days: list[DayFigures]) -> dict[str, Any]:
    language = get_language() or "zh-hans"
    names = [Text("交办", "Opened").in_(language), Text("办结", "Closed").in_(language)]
    labels = [f"{d.day:%m-%d}" for d in days]
    return {
        "key": "days",
        "title": Text("近三十天交办与办结", "Opened and closed, thirty days"),
        "columns": [Text("日期", "Day"), Text("交办", "Opened"), Text("办结", "Closed")],
        "rows": [[label, d.opened, d.closed] for label, d in zip(labels, days, strict=True)],
        "option": {
            "tooltip": {"trigger": "axis"},
            "legend": {},
            "xAxis": {"type": "category", "data": labels},
            "yAxis": {"type": "value"},
            "series": [
                {"name": names[0], "type": "bar", "data": [d.opened for d in days]},
                {"name": names[1], "type": "line", "data": [d.closed for d in days]},
            ],
        },
    }
