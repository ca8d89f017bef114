"""Figures of relief for leaders, the files of watched households, who should be looked at, the watch line."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.rooms.rural.balance import balance
from tongchou.rooms.rural.pages.parts import language, link, on_day, sheet
from tongchou.rooms.rural.reach import CARE, COUNTS, VIEW, WATCH, current_season
from tongchou.rooms.rural.watched import Counted, counts
from tongchou.web.boundaries import map_of
from tongchou.web.pages.requests import actor_of, integer, now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

TITLE = Text("防返贫监测", "Relief")
_FILES, _PROPOSED, _LINES = (
    Text("监测户", "Watched households"),
    Text("待研判", "To be looked at"),
    Text("监测线", "Watch line"),
)
_SUMS = ("files", "open", "removed", "problems", "late", "closed", "in_time", "working", "lost", "fallen")


def trail(*steps: tuple[str, Text | str]) -> list[dict[str, Any]]:
    """Breadcrumbs: (address, label); the first is the room's own page."""
    return [{"url": url, "label": label} for url, label in ((reverse("relief"), TITLE), *steps)]


def _links(request: HttpRequest) -> list[dict[str, Any]]:
    may = actor_of(request).permits
    found = [
        (WATCH, link("relief_files", "监测户档案", "Files", "home-heart")),
        (CARE, link("relief_proposals", "待研判", "To be looked at", "search")),
        (CARE, link("relief_income", "登记收入变动", "Record a change of income", "numbers")),
        (COUNTS, link("relief_lines", "监测线", "Watch line", "settings")),
    ]
    return [shown for permission, shown in found if may(permission)]


@page("relief", "relief", COUNTS, methods=("GET",), nav=Nav(TITLE, "home-heart"))
def relief(request: HttpRequest) -> HttpResponse:
    """Figures by town, and by village within one: counts alone, which may be exported freely."""
    actor, town = actor_of(request), integer(request, "town")
    rows = counts(actor, now(), on_day())
    season = current_season(on_day())
    lines = balance(actor, season, on_day()) if season is not None and actor.permits(VIEW) else []
    gaps = Counter(x.area for x in lines if x.threatens)
    streets = {r.street for r in rows}
    by_village = town is not None or len(streets) == 1
    shown = [r for r in rows if town is None or r.street == town]
    parts = _parts(shown, by_village)
    table = _sheet(parts, gaps, by_village)
    if asked_for(request):
        return sheet_file(request, TITLE, *cells_of(table))
    tiles = [_tile(p, by_village) for p in parts]
    context = {
        "title": TITLE,
        "subtitle": next((r.street_name for r in shown if r.street == town), None) if town is not None else None,
        "cards": _cards(shown, sum(gaps[r.area] for r in shown)),
        "tiles": tiles,
        "map": map_of("relief", TITLE, tiles, {t["key"]: t["code"] for t in tiles}) if tiles else None,
        "columns": 5,
        "list_title": Text("未消除风险的户", "Risks that stand"),
        "chart": _chart(parts),
        "sheet": table,
        "links": _links(request),
        "action": {"url": reverse("relief_open"), "label": Text("纳入监测", "Open a file")}
        if actor.permits(CARE)
        else None,
        "note": Text(
            "只显示数量；户和人的信息由所在街道、村在档案中查看，每次查看都有记录。",
            "Counts only; who it is stands in the files, for the town and the village, and every look is recorded.",
        ),
        "empty": {
            "title": Text("没有村（社区）", "No villages"),
            "text": Text("辖区内没有村（社区）。", "There is none in your area."),
            "icon": "home-heart",
        },
    }
    return render(request, "rural/sown.html", context)


def _parts(rows: list[Counted], by_village: bool) -> list[dict[str, Any]]:
    """Rows of the sheet: one for each village, or for each town with its villages' sums."""
    parts: dict[Any, dict[str, Any]] = {}
    for r in rows:
        key = r.area if by_village or r.street is None else r.street
        new = {
            "key": key,
            "name": r.name if key == r.area else r.street_name,
            "code": r.code if key == r.area else r.street_code,
            "areas": [],
        }
        part = parts.setdefault(key, new | dict.fromkeys(_SUMS, 0))
        part["areas"].append(r.area)
        for name in _SUMS:
            part[name] += getattr(r, name)
    return list(parts.values())


def _tile(p: dict[str, Any], by_village: bool) -> dict[str, Any]:
    tone = "act" if p["late"] else "warn" if p["open"] else "ok" if p["files"] else ""
    notes = {
        "act": Text("有问题超时", "a problem is late"),
        "warn": Text("有未消除风险", "risks stand"),
        "ok": Text("全部消除", "all removed"),
        "": Text("无监测户", "none"),
    }
    url = "#relief" if by_village else f"{reverse('relief')}?town={p['key']}"
    return {
        "key": str(p["key"]),
        "label": p["name"],
        "value": p["open"],
        "tone": tone,
        "note": notes[tone],
        "url": url,
        "code": p["code"],
    }


def _cards(rows: list[Counted], gaps: int) -> list[dict[str, Any]]:
    total = {name: sum(getattr(r, name) for r in rows) for name in _SUMS}
    values = (
        (Text("监测户", "Households"), total["files"], False), (Text("未消除风险", "Risks that stand"), total["open"], False),
        (Text("问题超时", "Problems late"), total["late"], True), (Text("收入下降户", "Income fell"), total["fallen"], True),
        (Text("在岗就业", "In work"), total["working"], False), (Text("失业未再就业", "Job lost"), total["lost"], True),
        (Text("影响农时的缺口", "Gaps in ploughing"), gaps, True),
    )  # fmt: skip
    return [{"label": label, "value": value, "act": act} for label, value, act in values]


def _sheet(parts: list[dict[str, Any]], gaps: Counter[int], by_village: bool) -> dict[str, Any]:
    labels = (
        ("name", "村（社区）" if by_village else "街道（镇）", "Village" if by_village else "Town", 0), ("files", "监测户", "Households", 1),
        ("open", "未消除", "Risks that stand", 1), ("removed", "已消除", "Removed", 1), ("problems", "未解决问题", "Problems open", 1), ("late", "超时", "Late", 1),
        ("closed", "已解决", "Put right", 1), ("share", "按期解决 %", "In time, %", 1), ("working", "在岗就业", "In work", 1), ("lost", "失业未再就业", "Job lost", 1),
        ("fallen", "收入下降户", "Income fell", 1), ("gaps", "农资缺口", "Ploughing gaps", 1),
    )  # fmt: skip
    body: list[list[Any]] = []
    for p in parts:
        url = "" if by_village else f"{reverse('relief')}?town={p['key']}"
        share = round(100 * p["in_time"] / p["closed"], 1) if p["closed"] else Text("—", "—")
        body.append([
            {"value": p["name"], "url": url}, p["files"], p["open"], p["removed"], p["problems"],
            {"value": p["late"], "tone": "act", "icon": "alert-triangle"} if p["late"] else 0, p["closed"], share, p["working"], p["lost"], p["fallen"],
            sum(gaps[a] for a in p["areas"]),
        ])  # fmt: skip
    sums = {name: sum(p[name] for p in parts) for name in _SUMS}
    share = round(100 * sums["in_time"] / sums["closed"], 1) if sums["closed"] else None
    names = ("files", "open", "removed", "problems", "late", "closed")
    totals = [Text("合计", "Total"), *(sums[n] for n in names), share, sums["working"], sums["lost"], sums["fallen"]]
    return sheet(
        "relief",
        TITLE,
        labels,
        body,
        totals=[*totals, sum(gaps[a] for p in parts for a in p["areas"])] if parts else [],
    )


def _chart(parts: list[dict[str, Any]]) -> dict[str, Any] | None:
    some = [p for p in parts if p["files"]]
    if not some:
        return None
    names = [Text("未消除风险", "Risks that stand"), Text("已消除", "Removed")]
    parts_of = (("open", "warn"), ("removed", "ok"))
    return {
        "key": "relief",
        "title": Text("监测户风险消除情况", "Risks, standing and removed"),
        "columns": [Text("区域", "Area"), *names],
        "rows": [[p["name"], p["open"], p["removed"]] for p in some],
        "option": {
            "tooltip": {"trigger": "axis"},
            "legend": {},
            "xAxis": {"type": "category", "data": [p["name"] for p in some]},
            "yAxis": {"type": "value"},
            "series": [
                {"name": name.in_(language()), "type": "bar", "tone": tone, "stack": "all", "data": [p[k] for p in some]}
                for name, (k, tone) in zip(names, parts_of, strict=True)
            ],
        },
    }


def joined(keys: list[str], names: dict[str, Text]) -> Text:
    """Several codes in words."""
    found = [names.get(k, Text(k, k)) for k in keys]
    return Text("、".join(t.zh for t in found), ", ".join(t.en for t in found))
