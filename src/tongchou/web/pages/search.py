"""Search across what the actor may see: loops by title, units by name, pinyin or code."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tongchou.kernel.text import Text
from tongchou.record.questions.units import search_units
from tongchou.record.questions.worklist import search_titles
from tongchou.web.pages.names import KINDS
from tongchou.web.pages.requests import actor_of, now
from tongchou.web.pages.shown import list_row
from tongchou.web.permission import OWN, page

MOST = 30


@page("search", "search", OWN, methods=("GET",))
def search(request: HttpRequest) -> HttpResponse:
    """Results by kind, each within the actor's reach."""
    actor, text = actor_of(request), request.GET.get("q", "").strip()[:60]
    rows = search_titles(actor, text, MOST) if text and actor.permits("loop.view") else []
    units = []
    if text and actor.permits("unit.view"):
        units = [(u, KINDS[u.kind]) for u in search_units(actor, text, timezone.localdate(), limit=MOST)]
    nothing = {
        "title": Text("没有找到", "Nothing found"),
        "text": Text("请换一个词，或核对是否在您的管理范围内。", "Try another word; it may also lie outside your reach."),
        "icon": "search",
    }
    context = {"query": text, "rows": [list_row(r, actor, now()) for r in rows], "units": units, "empty": nothing, "people": actor.permits("person.search")}
    return render(request, "pages/search.html", context)
