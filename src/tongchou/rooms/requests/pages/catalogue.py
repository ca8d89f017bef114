"""The data catalogue: what is on record, and unit by unit what it says."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.measures import measure_text
from tongchou.kernel.text import Text
from tongchou.record.territory.reach import missing
from tongchou.rooms.requests.catalogue import COMPUTED
from tongchou.rooms.requests.pages.words import KIND_WORDS, TITLE, UNKNOWN, data_url, value_text
from tongchou.rooms.requests.questions import catalogue, values_of
from tongchou.web.pages.names import KINDS
from tongchou.web.pages.requests import actor_of
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import PAGES, page

_DATA = Text("数据目录", "Data catalogue")
_EMPTY = {
    "title": Text("还没有数据", "No data yet"),
    "text": Text("单位填报后会显示在这里。", "What units answer is listed here."),
    "icon": "archive",
}


@page("data", "data", "data.view", methods=("GET",))
def data(request: HttpRequest) -> HttpResponse:
    """What is on record about units, so that nobody asks for it again."""
    actor = actor_of(request)
    labels = (("title", "数据项", "Data"), ("measure", "计量单位", "Measure"), ("kind", "类型", "Kind"), ("units", "有效数据的单位数", "Units with valid data"),
              ("last", "最近填报", "Latest"), ("fresh", "有效天数", "Counts for days"), ("by", "首次提出", "First asked by"))  # fmt: skip
    none, now = Text("—", "—"), Text("随时", "at any time")
    rows = [
        {
            "cells": [
                {"value": e.title, "url": data_url(e.key)}, {"value": measure_text(e.measure) if e.measure else none}, {"value": KIND_WORDS[e.kind]},
                {"value": e.units if e.units is not None else Text("全部", "all")}, {"value": str(e.last) if e.last else now if e.units is None else none},
                {"value": e.fresh_days or none}, {"value": e.asked_by or none},
            ]
        }
        for e in catalogue(actor, timezone.localdate())
    ]  # fmt: skip
    sheet = {
        "key": "data",
        "caption": _DATA,
        "columns": [{"key": k, "label": Text(z, e), "number": k in ("units", "fresh")} for k, z, e in labels],
        "rows": rows,
        "export": True,
    }
    if asked_for(request):
        return sheet_file(request, _DATA, *cells_of(sheet))
    crumbs = [{"url": reverse("requests"), "label": TITLE}, {"url": "", "label": _DATA}]
    sub = Text(
        "系统已有的数据在这里直接取用，不再向单位要。",
        "Take from here what is on record; no unit is asked for it again.",
    )
    return render(
        request,
        "requests/sheet.html",
        {"title": _DATA, "sub": sub, "sheet": sheet, "empty": _EMPTY, "breadcrumbs": crumbs},
    )


@page("data_entry", "data/<slug:source>/<slug:entry_key>", "data.view", methods=("GET",))
def data_entry(request: HttpRequest, source: str, entry_key: str) -> HttpResponse:
    """One entry of the catalogue, unit by unit."""
    actor, today = actor_of(request), timezone.localdate()
    entry = next((e for e in catalogue(actor, today) if e.key == f"{source}:{entry_key}"), None)
    if entry is None:
        raise missing(Text("数据目录中没有这一项。", "The catalogue has no such data."), "entry_key", entry_key)
    labels = (
        ("unit", "单位", "Unit"),
        ("kind", "类别", "Kind"),
        ("area", "区域", "Area"),
        ("value", "数据", "Value"),
        ("on", "日期", "As of"),
        ("state", "状态", "State"),
    )
    rows: list[dict[str, Any]] = []
    for r in values_of(actor, entry.key, today):
        good = (
            {"value": Text("有效", "valid"), "tone": "ok", "icon": "circle-check"}
            if r.fresh
            else {"value": Text("已过有效期", "out of date"), "tone": "warn", "icon": "clock"}
        )
        value = UNKNOWN if r.said_unknown else value_text(r.value)
        rows.append(
            {
                "cells": [
                    {"value": r.name},
                    {"value": KINDS[r.kind]},
                    {"value": r.area},
                    {"value": value},
                    {"value": str(r.on)},
                    good,
                ]
            }
        )
    number = entry.kind in ("integer", "number", "computed") and all(
        not isinstance(row["cells"][3]["value"], str) for row in rows
    )
    columns = [{"key": k, "label": Text(z, e), "number": number and k == "value"} for k, z, e in labels]
    sheet = {"key": "data_entry", "caption": entry.title, "columns": columns, "rows": rows, "export": True}
    if asked_for(request):
        return sheet_file(request, entry.title, *cells_of(sheet))
    crumbs = [
        {"url": reverse("requests"), "label": TITLE},
        {"url": reverse("data"), "label": _DATA},
        {"url": "", "label": entry.title},
    ]
    sub = (
        Text("由系统记录实时生成。", "Worked out from the record at this moment.")
        if source == "computed"
        else Text("各单位最近一次填报。", "What each unit said last.")
    )
    context = {"title": entry.title, "sub": sub, "sheet": sheet, "empty": _EMPTY, "breadcrumbs": crumbs}
    if source == "computed":
        where = COMPUTED[entry_key].page
        if actor.permits(PAGES[where].permission):
            context |= {"more_url": reverse(where), "more": Text("查看明细", "See the details")}
    return render(request, "requests/sheet.html", context)
