"""Who is expected back by day and by where they come from, how all staff stand, and which enterprises have not said."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from tongchou.kernel.text import Text
from tongchou.record.staffing import CLEAR, COUNTS, OUTCOMES, VIEW
from tongchou.rooms.enterprises.passes import job_of, last_pass
from tongchou.rooms.enterprises.questions import Expected
from tongchou.rooms.enterprises.return_kept import count, returns_of
from tongchou.rooms.enterprises.turned import TurnedUnit
from tongchou.rooms.enterprises.words import LEVELS, TONES
from tongchou.web.pages.forms import done
from tongchou.web.pages.requests import actor_of, do
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

TITLE = Text("员工返岗", "Return of staff")
_SILENT = Text(
    "登记的从业人员多于员工档案的企业，差额最大的在前。",
    "Enterprises that say they have more staff than they have given files for, the largest gap first.",
)


_TURNED = {"must": Text("须等待、隔离或就医", "Must wait"), "ask": Text("须重新核实", "To be asked again"), "may": Text("可以返岗", "May return")}
MOST = 100
"""Enterprises whose turned staff the page lists."""


@page("staff_return", "staff/return", COUNTS, methods=("GET",), nav=Nav(TITLE, "users"))
def staff_return(request: HttpRequest) -> HttpResponse:
    """How staff stand within reach as last counted: by result, by day expected, and who is silent. `anew` counts at this moment."""
    actor, at = actor_of(request), timezone.now()
    found = count(actor, at) if request.GET.get("anew") else returns_of(actor, at)
    days, totals, turned = found.days, found.totals, found.turned
    sheet = _sheet(found.silent)
    if asked_for(request):
        return sheet_file(request, Text("未报齐员工档案的企业", "Enterprises with files lacking"), *cells_of(sheet))
    cards = [
        {"label": OUTCOMES[k], "value": totals[k][0], "back": totals[k][1], "act": k != "start" and bool(totals[k][1]), "tone": TONES[k]}
        for k in OUTCOMES if k in totals
    ]  # fmt: skip
    context = {
        "title": TITLE, "at": found.at, "cards": cards, "total": sum(n for n, _ in totals.values()), "at_work": sum(b for _, b in totals.values()),
        "turned": _turned(turned[:MOST], actor.permits(VIEW)) if turned else None, "turned_n": len(turned), "turned_cut": len(turned) > MOST,
        "chart": _chart(days) if any(d.total for d in days) else None, "sheet": sheet, "can_clear": actor.permits(CLEAR), "job": job_of(), "last": last_pass(),
        "empty": {"title": Text("都已报齐", "Nothing is lacking"), "text": Text("", ""), "icon": "circle-check"},
    }  # fmt: skip
    return render(request, "enterprises/return.html", context)


@page("staff_clear", "staff/clear", CLEAR, methods=("POST",))
def staff_clear(request: HttpRequest) -> HttpResponse:
    """Decide again for everybody within reach."""
    made = do(request, "staff.clear", {}).result
    count(actor_of(request), timezone.now())
    said = Text(
        "已判定 {n} 人，{c} 人结果有变化。", "{n} {n|person|people} decided again, {c} of them otherwise than before."
    ).with_(n=made["looked_at"], c=made["changed"])
    return done(request, reverse("staff_return"), said)


def _chart(days: list[Expected]) -> dict[str, Any]:
    language = get_language() or "zh-hans"
    labels = [f"{d.day:%m-%d}" for d in days]
    series = [(LEVELS[k], [getattr(d, k or "unknown") for d in days]) for k in ("high", "medium", "low", "")]
    return {
        "key": "expected",
        "title": Text("未来 14 天计划返岗人数（按来源地风险）", "Expected back in 14 days, by risk of origin"),
        "columns": [Text("日期", "Day"), *(name for name, _ in series), Text("其中可返岗", "May start")],
        "rows": [[f"{d.day:%m-%d}", d.high, d.medium, d.low, d.unknown, d.clear] for d in days],
        "option": {
            "tooltip": {"trigger": "axis"}, "legend": {}, "grid": {"containLabel": True, "left": 8, "right": 8, "top": 36, "bottom": 8},
            "xAxis": {"type": "category", "data": labels}, "yAxis": {"type": "value", "minInterval": 1},
            "series": [
                {"name": name.in_(language), "type": "bar", "tone": tone, "stack": "n", "data": values}
                for (name, values), tone in zip(series, ("act", "warn", "ok", "muted"), strict=True)
            ],
        },
    }  # fmt: skip


def _turned(rows: list[TurnedUnit], opens: bool) -> dict[str, Any]:
    """Enterprises whose staff have turned; each number leads to those people where the reader may see them."""
    columns = [
        {"key": "name", "label": Text("企业", "Enterprise")}, {"key": "street", "label": Text("街道", "Street"), "nowrap": True},
        *({"key": g, "label": _TURNED[g], "number": True} for g in _TURNED),
    ]  # fmt: skip

    def cell(r: TurnedUnit, group: str) -> dict[str, Any]:
        n = getattr(r, group)
        return {"value": n, "url": f"{reverse('staff', args=[r.unit])}?turned={group}"} if n and opens else {"value": n}

    body = [{"cells": [{"value": r.name, "url": reverse("enterprise", args=[r.unit])}, {"value": r.street}, *(cell(r, g) for g in _TURNED)]} for r in rows]
    return {"key": "turned", "caption": Text("昨天以来判定有变化", "Turned since yesterday"), "columns": columns, "rows": body}


def _sheet(rows: list[Any]) -> dict[str, Any]:
    labels = (
        ("name", "企业", "Enterprise", 0), ("street", "街道", "Street", 0), ("said", "从业人员", "Staff", 1), ("files", "员工档案", "Files", 1),
        ("gap", "差", "Lacking", 1),
    )  # fmt: skip
    columns = [{"key": k, "label": Text(zh, en), "number": bool(n)} for k, zh, en, n in labels]
    body = [
        {
            "cells": [
                {"value": r.name, "url": reverse("enterprise", args=[r.unit])},
                *({"value": v} for v in (r.street, r.said, r.files, r.said - r.files)),
            ]
        }
        for r in rows
    ]
    return {
        "key": "silent",
        "caption": Text("未报齐员工档案的企业", "Enterprises with files lacking"),
        "columns": columns,
        "rows": body,
        "export": True,
    }
