"""One matter of work without a right: what was told, what was on record then, what was found on the spot. For those who look into it and decide."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.clock import parse_datetime
from tongchou.kernel.text import Text
from tongchou.record.territory.reach import missing
from tongchou.rooms.daily.actions.breach import ABOUT, KIND, SEE
from tongchou.rooms.daily.lacking import UNITS
from tongchou.rooms.daily.models import Breach
from tongchou.rooms.daily.pages.breach import SOURCES, TITLE
from tongchou.rooms.daily.spots import RESULTS
from tongchou.web.pages.loops import LOOP_LINKS, LoopLink
from tongchou.web.pages.requests import actor_of
from tongchou.web.pages.shown import HAPPENED
from tongchou.web.pages.uploads import shown_photos
from tongchou.web.permission import page

LOOP_LINKS.append(
    LoopLink(
        "breach", Text("查看反映内容和当时的记录", "What was told, and the record then"), "eye",
        lambda file, actor: file.kind.key == KIND and actor.permits(SEE),
    )
)  # fmt: skip
HAPPENED["site_incident"] = Text("日报登记异常情况", "An incident in a daily report")


@page("breach", "loops/<uuid:loop>/breach", SEE, methods=("GET",))
def breach(request: HttpRequest, loop: uuid.UUID) -> HttpResponse:
    """What it rests on, without who told of it."""
    row = Breach.objects.select_related("unit__area", "loop").filter(loop=loop).first()
    if row is None or not actor_of(request).sees_path(SEE, row.unit.area.path):
        raise missing(Text("没有找到这件查处事项。", "There is no such matter."), "loop", str(loop))
    facts = row.evidence
    told = [{"at": row.at, "source": row.source, "about": facts.get("about", ""), "text": row.text}]
    told += [a | {"at": parse_datetime(a["at"])} for a in facts.get("also", ())]
    context = {
        "row": row, "title": TITLE, "record": facts.get("said", ""), "sheet": _measured(facts),
        "told": [t | {"source": SOURCES[t["source"]], "about": ABOUT.get(t["about"])} for t in told],
        "checks": [
            {"row": c, "badge": RESULTS[c.result], "photos": shown_photos("spot", c.pk, c.photos)}
            for c in row.spot_checks.select_related("account").order_by("at")
        ],
        "breadcrumbs": [
            {"url": reverse("breaches"), "label": TITLE}, {"url": reverse("loop", args=[loop]), "label": row.unit.name[:30]},
            {"url": "", "label": Text("反映内容和记录", "What it rests on")},
        ],
        "empty": {"title": Text("当时没有日报和信号", "No report and no signal then"), "text": Text("", ""), "icon": "file"},
    }  # fmt: skip
    return render(request, "daily/matter.html", context)


def _measured(facts: dict[str, Any]) -> dict[str, Any]:
    """Reports and signals of the days before, as they stood, day by day."""
    days: dict[str, dict[str, Any]] = {}
    for r in facts.get("reports", ()):
        said = Text("停工", "idle") if r["closed"] else Text("在岗 {n} 人", "{n} at work").with_(n=r["at_work"])
        days.setdefault(r["day"], {})["report"] = said
    for s in facts.get("signals", ()):
        days.setdefault(s["day"], {})[s["kind"]] = s["value"]
    labels = [("day", Text("日期", "Day")), ("report", Text("日报", "Report")), *UNITS.items()]
    rows = [{"cells": [{"value": day}, *({"value": days[day].get(k)} for k, _ in labels[1:])]} for day in sorted(days, reverse=True)]
    columns = [{"key": k, "label": t, "number": k in UNITS} for k, t in labels]
    return {"key": "measured", "caption": Text("此前的日报和信号", "Reports and signals of the days before"), "columns": columns, "rows": rows}
