"""The balance of farm inputs: what each village needs, has, waits for and lacks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.rooms.rural.balance import Line, balance
from tongchou.rooms.rural.catalogue import rural_rules
from tongchou.rooms.rural.pages.parts import (
    FARM,
    farm_links,
    language,
    on_day,
    plain,
    season_choices,
    season_chosen,
    sheet,
)
from tongchou.rooms.rural.reach import REPORT, VIEW
from tongchou.rooms.rural.words import INPUTS
from tongchou.web.boundaries import map_of
from tongchou.web.pages.requests import actor_of
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

_GAP = Text("需求减去已签收、在途和已安排的数量。", "The need less what was received, is on the way or is ordered.")
_STOCK = Text(
    "全区经销单位该项农资的可供数量合计，各村共用；无人填报的为“未填报”。",
    "What all dealers of the district have left of it, for all villages together.",
)


@page("farm", "farm", VIEW, methods=("GET",), nav=Nav(FARM, "flag"))
def farm(request: HttpRequest) -> HttpResponse:
    """Villages and inputs, the nearest farming day first; as a map and as a spreadsheet too."""
    actor, season, kind = actor_of(request), season_chosen(request), request.GET.get("kind", "")
    lines = balance(actor, season, on_day()) if season is not None else []
    shown = [x for x in lines if (not kind or x.kind == kind) and (request.GET.get("gap") != "1" or x.gap > 0)]
    table = _sheet(shown)
    if asked_for(request):
        return sheet_file(request, FARM, *cells_of(table))
    tiles = _tiles(lines)
    rule = rural_rules()["gap_days"]
    context = {
        "title": FARM,
        "season": season,
        "seasons": season_choices(),
        "kinds": [("", Text("全部农资", "All inputs")), *INPUTS.items()],
        "kind": kind,
        "only_gaps": request.GET.get("gap") == "1",
        "cards": _cards(lines),
        "tiles": tiles,
        "map": map_of("farm", FARM, tiles, {str(x.area): x.code for x in lines}) if tiles else None,
        "columns": 5,
        "list_title": Text("有缺口的农资", "Inputs lacking"),
        "rule": rule,
        "sheet": table,
        "links": farm_links(request),
        "can_report": actor.permits(REPORT),
        "empty": {
            "title": Text("还没有需求", "No needs yet"),
            "text": Text("村里填报或导入农资需求后，这里显示余缺。", "It fills as villages report what they need."),
            "icon": "flag",
        },
    }
    return render(request, "rural/farm.html", context)


def _cards(lines: list[Line]) -> list[dict[str, Any]]:
    lacking = [x for x in lines if x.gap > 0]
    values = (
        (Text("填报需求的村", "Villages with needs"), len({x.area for x in lines}), False),
        (Text("需求项", "Needs"), len(lines), False),
        (Text("有缺口", "With a gap"), len(lacking), False),
        (Text("影响农时", "Threaten the season"), sum(x.threatens for x in lines), True),
        (Text("农时已过仍缺", "Farming day passed"), sum(x.days < 0 for x in lacking), True),
    )
    return [{"label": label, "value": value, "act": act} for label, value, act in values]


def _tiles(lines: list[Line]) -> list[dict[str, Any]]:
    """One place for each village: how many inputs it lacks."""
    names = {x.area: x for x in lines}
    out = []
    for area, first in names.items():
        mine = [x for x in lines if x.area == area]
        gaps, near = sum(x.gap > 0 for x in mine), any(x.threatens for x in mine)
        tone = "act" if near else "warn" if gaps else "ok"
        notes = {
            "act": Text("影响农时", "threatens the season"),
            "warn": Text("有缺口", "a gap"),
            "ok": Text("无缺口", "no gap"),
        }
        out.append(
            {
                "key": str(area),
                "label": first.area_name,
                "value": gaps,
                "tone": tone,
                "note": notes[tone],
                "url": "#balance",
            }
        )
    return out


def _sheet(lines: list[Line]) -> dict[str, Any]:
    labels = (
        ("area", "村", "Village", 0), ("input", "农资", "Input", 0), ("gap", "缺口", "Gap", 1), ("days", "距农时（天）", "Days left", 1),
        ("quantity", "需求", "Need", 1), ("received", "已签收", "Received", 1), ("way", "在途", "On the way", 1), ("ordered", "已安排", "Ordered", 1),
        ("stock", "全区可供", "Left in the district", 1), ("day", "农时", "Farming day", 0), ("street", "街道（镇）", "Town", 0), ("loop", "交办", "Loop", 0),
    )  # fmt: skip
    rows: list[list[Any]] = []
    for x in lines:
        gap: Any = (
            plain(x.gap)
            if x.gap <= 0
            else {"value": plain(x.gap), "tone": "act" if x.threatens else "warn", "icon": "alert-triangle"}
        )
        loop: Any = (
            {"value": Text("已交办", "handed out"), "url": reverse("loop", args=[x.loop])}
            if x.loop_open
            else Text("—", "—")
        )
        english = language() == "en"
        name, unit = (x.input_en or x.input_name, x.unit_en or x.unit) if english else (x.input_name, x.unit)
        rows.append([
            x.area_name, Text.aside(name, unit), gap, x.days, plain(x.quantity), plain(x.received), plain(x.under_way), plain(x.ordered),
            plain(x.stock), x.needed_on.isoformat(), x.street, loop,
        ])  # fmt: skip
    table = sheet("balance", Text("农资余缺", "Balance of inputs"), labels, rows)
    for column in table["columns"]:
        column["off"] = column["key"] == "street"
        what = {"gap": _GAP, "stock": _STOCK}.get(column["key"])
        if what is not None:
            column["definition"] = {
                "what": what,
                "unit": Text("农资单位", "the input's unit"),
                "source": Text("需求、配送和库存填报", "needs, deliveries, stock"),
            }
    return table
