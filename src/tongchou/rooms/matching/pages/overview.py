"""The room's first page: for an enterprise its own needs and offers, for an office how far needs are met."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from tongchou.kernel.text import Text
from tongchou.rooms.matching.catalogue import catalogue
from tongchou.rooms.matching.models import Entry, Match
from tongchou.rooms.matching.questions import KindLine, by_kind, entries, state_of, ways
from tongchou.rooms.matching.reach import MANAGE, POST, VIEW, runs_of
from tongchou.web.pages.requests import actor_of
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

TITLE = Text("供需对接", "Needs and offers")


@page("matching", "matching", VIEW, methods=("GET",), nav=Nav(TITLE, "arrows-sort"))
def matching(request: HttpRequest) -> HttpResponse:
    """What stands open, what was met, and the way to the pool, the runs and the trips."""
    actor, on = actor_of(request), timezone.localdate()
    lines = by_kind(actor, on)
    sheet = _sheet(lines)
    if asked_for(request):
        return sheet_file(request, TITLE, *cells_of(sheet))
    manages = actor.permits(MANAGE)
    served = not manages and not actor.area_paths(VIEW)
    runs = runs_of(actor).order_by("-asked_at")[:5] if manages else []
    context = {
        "title": TITLE, "served": served, "manages": manages, "can_post": actor.permits(POST), "ways": ways(actor), "sheet": sheet,
        "mine": [own_line(e, on) for e in entries(actor, on, state="", limit=60)] if served else [],
        "matches": _matches(actor) if served else [], "runs": runs, "chart": None if served else _chart(lines),
        "empty": {"title": TITLE, "text": Text("还没有登记。", "Nothing has been entered yet."), "icon": "arrows-sort"},
    }  # fmt: skip
    return render(request, "matching/matching.html", context)


def own_line(e: Entry, on: Any) -> dict[str, Any]:
    """An entry as a list shows it."""
    label, tone, icon = state_of(e, on)
    item = catalogue().items[e.item]
    return {"row": e, "item": item, "side": SIDES[e.side], "label": label, "tone": tone, "icon": icon, "left": e.quantity - e.committed}


SIDES = {"need": Text("需求", "need"), "offer": Text("供给", "offer")}


def _matches(actor: Any) -> list[Match]:
    units = actor.unit_ids(VIEW)
    rows = Match.objects.select_related("loop", "need__unit", "offer__unit").order_by("-issued_at")
    return list((rows.filter(need__unit__in=units) | rows.filter(offer__unit__in=units))[:40])


def _sheet(lines: list[KindLine]) -> dict[str, Any]:
    met = Text("每项需求实际收到的数量占所需的比例，取平均；以需方确认为准。", "Of each need, what really came as the needing side confirmed; the mean of all.")
    labels = (
        ("kind", "类别", "Kind", None), ("needs", "需求", "Needs", None), ("share", "满足率 %", "Met %", met), ("open", "未满足", "Open", None),
        ("week", "一周内", "Under a week", None), ("fortnight", "1–2 周", "1–2 weeks", None), ("older", "两周以上", "Over two weeks", None),
        ("oldest", "最久（天）", "Oldest (days)", None), ("offers", "可用供给", "Offers left", None),
    )  # fmt: skip
    rows = []
    for k in lines:
        url = f"{reverse('match_pool')}?kind={k.kind}"
        cells: list[dict[str, Any]] = [
            {"value": catalogue().kinds[k.kind], "url": url}, {"value": k.needs}, {"value": Text("—", "—") if k.share is None else k.share},
            {"value": k.open, "url": url + "&side=need"}, {"value": k.week}, {"value": k.fortnight}, {"value": k.older},
            {"value": Text("—", "—") if k.oldest is None else k.oldest}, {"value": k.offers, "url": url + "&side=offer"},
        ]  # fmt: skip
        rows.append({"cells": cells})
    columns = [{"key": k, "label": Text(zh, en), "number": k != "kind"} | ({"definition": d} if d else {}) for k, zh, en, d in labels]
    return {"key": "kinds", "caption": Text("按类别", "By kind"), "columns": columns, "rows": rows, "export": True}


def _chart(lines: list[KindLine]) -> dict[str, Any]:
    language = get_language() or "zh-hans"
    words = [catalogue().kinds[k.kind].in_(language) for k in lines]
    ages = (
        ("week", Text("一周内", "under a week"), "info"), ("fortnight", Text("1–2 周", "1–2 weeks"), "warn"),
        ("older", Text("两周以上", "over two weeks"), "act"),
    )  # fmt: skip
    return {
        "key": "open", "title": Text("未满足的需求，按等待时间", "Open needs by age"),
        "columns": [Text("类别", "Kind"), *(t for _, t, _ in ages)], "rows": [[w, k.week, k.fortnight, k.older] for w, k in zip(words, lines, strict=True)],
        "option": {
            "tooltip": {}, "legend": {}, "grid": {"containLabel": True, "left": 8, "right": 24, "top": 32, "bottom": 8},
            "xAxis": {"type": "value", "minInterval": 1}, "yAxis": {"type": "category", "inverse": True, "data": words},
            "series": [{"name": t.in_(language), "type": "bar", "tone": tone, "stack": "n", "data": [getattr(k, n) for k in lines]} for n, t, tone in ages],
        },
    }  # fmt: skip
