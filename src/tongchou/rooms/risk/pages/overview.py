"""All grades of a day: the map with the list beside it, what waits for a decision, the rule in force; and the list for everybody."""

from __future__ import annotations

import math
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from tongchou.kernel.errors import Refusal
from tongchou.kernel.text import Text
from tongchou.packs.grading.scheme import rank
from tongchou.record.access import Actor
from tongchou.record.models import Area
from tongchou.record.questions.grades import Grade, grades_of, grades_on
from tongchou.record.territory.reach import reaches_path
from tongchou.rooms.risk.actions.grades import VIEW
from tongchou.rooms.risk.evaluate import Assessment, Picture, district_area, picture
from tongchou.rooms.risk.models import Proposal
from tongchou.rooms.risk.pages.asked import RISK, Asked, ahead, asked, badge, cell
from tongchou.rooms.risk.proposals import waiting
from tongchou.rooms.risk.words import grade_title, triggers
from tongchou.web.boundaries import map_of
from tongchou.web.pages.forms import done
from tongchou.web.pages.names import LEVELS
from tongchou.web.pages.requests import actor_of, do
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import PUBLIC, Nav, page

_LABELS = (
    ("area", "区域", "Area"), ("level", "层级", "Level"), ("grade", "现行等级", "Grade"), ("since", "自", "Since"), ("rules", "按规定应为", "By the rules"),
    ("recent", "14 天内新增", "New in 14 days"), ("last", "最近新增", "Latest case"), ("ahead", "最早可降级", "Earliest change"),
)  # fmt: skip
_EMPTY = {
    "title": Text("没有划定等级的区域", "No area is graded"),
    "text": Text(
        "填报病例数并评估后，按当日规定应划定的区域列在这里；可选择日期查看历史。", "Areas appear once numbers are reported and evaluated; choose a day to look back."
    ),
    "icon": "map",
}


def _to_decide(request: HttpRequest) -> tuple[int | str | None, bool]:
    """How many proposals wait for this actor: to be checked, or to be decided."""
    actor = actor_of(request)
    rows = [p for p in waiting(actor.area_paths("risk.propose") or actor.area_paths("risk.approve")) if _mine(actor, p)]
    return len(rows) or None, bool(rows)


def _mine(actor: Actor, row: Proposal) -> bool:
    if row.submitted_by_id is None:
        return reaches_path(actor, "risk.propose", row.area.path)
    return row.submitted_by_id != actor.account_id and reaches_path(actor, "risk.approve", row.area.path)


@page("risk", "risk", VIEW, methods=("GET",), nav=Nav(RISK, "alert-triangle", count=_to_decide))
def risk(request: HttpRequest) -> HttpResponse:
    """The grades of a day within reach, with what the rules give; ?on= another day, ?known= by what was known then."""
    actor, ask = actor_of(request), asked(request)
    seen = picture(ask.on, ask.at)
    found = [] if seen is None else [a for a in seen.assessments if reaches_path(actor, VIEW, a.area.path) or a.area.pk == seen.root.pk]
    sheet = _sheet(found, ask, actor)
    if asked_for(request):
        columns, rows = cells_of(sheet)
        return sheet_file(request, RISK, columns, rows)
    sees = actor.area_paths("risk.propose") or actor.area_paths("risk.approve")
    context = {
        "ask": ask, "today": timezone.localdate(), "sheet": sheet, "empty": _EMPTY, "rule": _rule(seen),
        "proposals": [_proposal(p, actor, ask) for p in waiting(sees)], "can_record": actor.permits("risk.record"),
        "can_evaluate": actor.permits("risk.propose") and ask.on <= timezone.localdate(),
        "silent": seen is not None and any(a.silent and rank(a.held) > 0 for a in found), "until": seen.reported_until if seen else None,
        "breadcrumbs": [{"url": "", "label": RISK}],
    } | street_map(ask, actor)  # fmt: skip
    return render(request, "risk/risk.html", context)


def _rule(seen: Picture | None) -> dict[str, Any] | None:
    if seen is None:
        return None
    pack, edition = seen.standing.pack, seen.standing.edition
    document = pack.documents[edition.source.document]
    grades = [badge(g, seen.on) for g in reversed(seen.scheme.grades)]
    return {"edition": edition.title, "document": f"{document.title.zh}{document.number}", "scheme": seen.scheme.title, "grades": grades}


def _sheet(found: list[Assessment], ask: Asked, actor: Actor) -> dict[str, Any]:
    numbers = {"recent"}
    rows = []
    for a in found:
        link = {"url": area_url(a.area.pk, ask)} if reaches_path(actor, VIEW, a.area.path) else {}
        rows.append(
            {
                "cells": [
                    {"value": a.area.name} | link,
                    {"value": LEVELS[a.area.level]},
                    cell(a.current.grade if a.current else None, ask.on),
                    {"value": a.current.since if a.current else Text("—", "—")},
                    _by_rules(a, ask),
                    {"value": a.numbers.recent if a.numbers.cumulative is not None else None},
                    {"value": a.numbers.last_new or Text("—", "—")},
                    {"value": ahead(a, ask.on) or Text("—", "—")},
                ]
            }
        )
    columns = [{"key": k, "label": Text(zh, en), "number": k in numbers} for k, zh, en in _LABELS]
    return {"key": "risk", "caption": Text("各区域风险等级", "Grades of areas"), "columns": columns, "rows": rows, "export": True}


def _by_rules(a: Assessment, ask: Asked) -> dict[str, Any]:
    if a.outcome == "undetermined":
        return {"value": Text("事实不足", "facts are missing"), "tone": "warn", "icon": "alert-triangle"}
    return cell(a.target, ask.on) if a.target else {"value": grade_title("released", ask.on) if a.current else grade_title("", ask.on)}


def area_url(area: int, ask: Asked) -> str:
    """The page of one area on the same day."""
    return reverse("risk_area", args=[area]) + (f"?{ask.query}" if ask.query else "")


def _proposal(p: Proposal, actor: Actor, ask: Asked) -> dict[str, Any]:
    return {
        "row": p, "before": badge(p.from_grade, p.as_of), "after": badge(p.to_grade, p.as_of), "mine": _mine(actor, p),
        "url": area_url(p.area_id, Asked(p.as_of, None)), "reason": p.evidence.get("reasons", []),
    }  # fmt: skip


def street_map(ask: Asked, actor: Actor | None) -> dict[str, Any]:
    """The streets with the most severe grade in each, as outlines where the district has given them, else as a scheme; and the same as a list.

    For an actor those within reach lead to their page.
    """
    root = district_area()
    if root is None:
        return {"map": None}
    streets = list(Area.objects.filter(path__startswith=root.path, level="street", valid_to=None).order_by("code"))
    graded = grades_on(ask.on, ask.at)
    paths = dict(Area.objects.filter(pk__in=[g.area for g in graded]).values_list("pk", "path"))
    above = grades_of([s.pk for s in streets], ask.on, ask.at)
    places = []
    for street in streets:
        inside = [g for g in graded if paths[g.area].startswith(street.path)]
        worst = max([*inside, *([above[street.pk]] if street.pk in above else [])], key=lambda g: rank(g.grade), default=None)
        shown = badge(worst.grade if worst else None, ask.on)
        value = sum(rank(g.grade) > 0 for g in inside)
        url = area_url(street.pk, ask) if actor is not None and reaches_path(actor, VIEW, street.path) else ""
        places.append({"key": str(street.pk), "label": street.name, "value": value or "", "tone": shown["tone"], "note": shown["label"], "url": url})
    title = Text("街道（镇）风险示意图", "Streets and towns by grade")
    drawn = map_of("risk", title, places, {str(s.pk): s.code for s in streets})
    listed = Text("各街道（镇）最高等级和中高风险区数", "Highest grade and number of graded places")
    return {"list_title": listed, "map": drawn or _scheme(title, places), "places": places, "schematic": drawn is None}


def _scheme(title: Text, places: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The same as squares in rows, where the district has given no outlines, or not all of them."""
    features = []
    for n, place in enumerate(places):
        told = {"key": place["key"], "name": place["label"].removesuffix("街道"), "value": place["value"], "tone": place["tone"]}
        features.append({"type": "Feature", "properties": told, "geometry": _tile(n, len(places))})
    return {"key": "risk", "title": title, "geojson": {"type": "FeatureCollection", "features": features}} if features else None


def _tile(n: int, count: int) -> dict[str, Any]:
    """A square of a scheme: it says which street, not where it lies."""
    wide = max(3, math.ceil(math.sqrt(count)))
    x, y = (n % wide) * 1.1, -(n // wide) * 1.1
    return {"type": "Polygon", "coordinates": [[[x, y], [x + 1, y], [x + 1, y - 1], [x, y - 1], [x, y]]]}


@page("risk_evaluate", "risk/evaluate", "risk.propose", methods=("POST",))
def risk_evaluate(request: HttpRequest) -> HttpResponse:
    """Evaluate the day that the page shows."""
    on = request.POST.get("as_of", "")
    made = do(request, "risk.evaluate", {"as_of": on}).result
    said = Text("评估完成：新提请 {n} 项，失效 {m} 项。", "Evaluated: {n} {n|change|changes} proposed, {m} lapsed.").with_(n=len(made["proposed"]), m=made["lapsed"])
    return done(request, f"{reverse('risk')}?on={on}", said)


@page("grades", "grades", PUBLIC, methods=("GET",))
def grades(request: HttpRequest) -> HttpResponse:
    """The grades in force, for everybody: which area, which grade, since when, what it brings, by which rule."""
    ask = asked(request)
    ask = Asked(min(ask.on, timezone.localdate()), None)
    rows = grades_on(ask.on)
    rows.sort(key=lambda g: -rank(g.grade))
    lines = [_public(g, ask) for g in rows]
    edition: Any = ""
    try:
        seen = picture(ask.on)
        edition = _rule(seen) if seen else None
    except Refusal:
        edition = None
    context = {"ask": ask, "today": timezone.localdate(), "lines": lines, "rule": edition, "language": get_language()} | street_map(ask, None)
    return render(request, "risk/grades.html", context)


def _public(g: Grade, ask: Asked) -> dict[str, Any]:
    return {"grade": g, "badge": badge(g.grade, ask.on), "brings": triggers(g.grade, ask.on)}
