"""Scores: the table of units by rank, what every number means, and the loops behind it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.clock import parse_date, parse_datetime
from tongchou.kernel.text import Text
from tongchou.record.models import Unit
from tongchou.record.questions.oddities import watches
from tongchou.rooms.assessment.compose import oddity
from tongchou.rooms.assessment.definition import LOOP_WARNINGS, MEASURES, Definition, in_force
from tongchou.rooms.assessment.periods import Period, period, recent
from tongchou.rooms.assessment.questions import Line, behind, instances, lost_points, ranking, share_of
from tongchou.web.pages.names import KINDS
from tongchou.web.pages.requests import actor_of, integer, now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

PAGE = 100
"""Units on one page: a district has hundreds of communities and thousands of enterprises, each with a link behind every number."""
_TITLE = Text("考核排名", "Scores")
_CHECK = Text("不影响得分，但可能说明数字不实，请核查。", "It does not change the score, but may mean that a number is not real: to be checked.")


def period_of(request: HttpRequest) -> Period:
    """The period that the page is asked for; without one, the last thirty days."""
    shown = recent(now())
    first, last = request.GET.get("first", ""), request.GET.get("last", "")
    return period(parse_date(first, "first") if first else shown.first, parse_date(last, "last") if last else shown.last)


@page("scores", "scores", "scores.view", methods=("GET",), nav=Nav(_TITLE, "numbers"))
def scores(request: HttpRequest) -> HttpResponse:
    """Units of one kind, the best first, with what the score is made of."""
    over = period_of(request)
    how = in_force(over.last)
    kind = request.GET.get("kind") or how.ranked[0]
    found = ranking(actor_of(request), kind, over, now(), kept=True)
    if asked_for(request):
        everybody = _sheet(found.lines, how, over, kind, found.at)
        return sheet_file(request, Text("{kind}考核排名", "Scores, {kind}").with_(kind=KINDS[kind]), *cells_of(everybody))
    after = max(0, integer(request, "after") or 0)
    lines = found.lines[after : after + PAGE]
    context = {
        "title": _TITLE,
        "sheet": _sheet(lines, how, over, kind, found.at),
        "next_after": str(after + PAGE) if len(found.lines) > after + PAGE else "",
        "count": len(found.lines),
        "kinds": [(k, KINDS[k]) for k in how.ranked],
        "kind": kind,
        "over": over,
        "at": found.at,
        "how": how,
        "parts": [(MEASURES[k], w) for k, w in how.weights.items()],
        "own": _own(found.lines, set(actor_of(request).unit_ids("scores.view")), how, over, kind, found.at),
        "chart": _chart(found.lines),
        "warned": [
            (x, [{"label": oddity(o), "url": _behind(x.unit, kind, o.key, over, found.at)} for o in x.warnings]) for x in lines if x.warnings
        ],
        "warned_count": sum(bool(x.warnings) for x in found.lines),
        "can_draft": actor_of(request).permits("bulletin.draft"),
        "can_set": actor_of(request).permits("scores.set"),
        "empty": {"title": Text("没有可以考核的单位", "No unit to score"), "text": Text("您的辖区内没有该类单位。", "None in your area."), "icon": "numbers"},
    }  # fmt: skip
    return render(request, "assessment/scores.html", context)


def _sheet(lines: list[Line], how: Definition, over: Period, kind: str, at: datetime) -> dict[str, Any]:
    columns: list[dict[str, Any]] = [
        {"key": "unit", "label": Text("单位", "Unit")},
        {"key": "rank", "label": Text("位次", "Rank"), "number": True},
        {"key": "score", "label": Text("得分", "Score"), "number": True},
    ]
    for key, weight in how.weights.items():
        m = MEASURES[key]
        columns.append({"key": key, "label": Text("{t}（{w} 分）", "{t} ({w})").with_(t=m.title, w=weight), "number": True, "definition": m.meaning})
    columns.append({"key": "warnings", "label": Text("提示", "To be checked")})
    rows = []
    for x in lines:
        cells: list[dict[str, Any]] = [
            {"value": x.name},
            {"value": x.rank or Text("不排名", "not ranked")},
            {"value": x.score if x.score is not None else Text("—", "—")},
        ]
        for key in how.weights:
            share = x.shares[key]
            text = Text.aside(f"{share.per_cent}%", f"{share.counted}/{share.judged}") if share.judged else Text("—", "—")
            cells.append({"value": text} | ({"url": _behind(x.unit, kind, key, over, at)} if share.judged else {}))
        said = [oddity(o) for o in x.warnings]
        links = [{"label": t, "url": _behind(x.unit, kind, o.key, over, at)} for o, t in zip(x.warnings, said, strict=True)]
        cells.append({"value": Text("；".join(t.zh for t in said), "; ".join(t.en for t in said)) if said else Text("无", "none"), "links": links})
        rows.append({"cells": cells})
    return {"key": "scores", "caption": Text("考核排名", "Scores"), "columns": columns, "rows": rows, "export": True}


def _own(lines: list[Line], units: set[int], how: Definition, over: Period, kind: str, at: datetime) -> list[dict[str, Any]]:
    """For each ranked unit of the reader's own: where its points were lost, the most first, beside the mean of all, with the loops that cost them."""
    ranked = [x for x in lines if x.score is not None]
    out = []
    for x in ranked:
        if x.unit not in units:
            continue
        lost: list[dict[str, Any]] = [
            {"title": MEASURES[key].title, "points": points, "share": x.shares[key], "mean": _mean(ranked, key), "missed": x.shares[key].judged - x.shares[key].counted,
             "url": _behind(x.unit, kind, key, over, at)}
            for key, points in lost_points(x, how).items() if points
        ]  # fmt: skip
        out.append({"line": x, "of": len(ranked), "lost": sorted(lost, key=lambda p: -p["points"])})
    return out


def _mean(ranked: list[Line], key: str) -> float | None:
    """A measure of all ranked units taken together, per cent."""
    judged = sum(x.shares[key].judged for x in ranked)
    return round(100 * sum(x.shares[key].counted for x in ranked) / judged, 1) if judged else None


def _behind(unit: int, kind: str, measure: str, over: Period, at: datetime) -> str:
    query = {"unit": unit, "kind": kind, "measure": measure, "first": str(over.first), "last": str(over.last), "at": at.isoformat()}
    return f"{reverse('score_loops')}?{urlencode(query)}"


def _chart(lines: list[Line]) -> dict[str, Any] | None:
    scored = [x for x in lines if x.score is not None][:30]
    if not scored:
        return None
    language = get_language() or "zh-hans"
    return {
        "key": "scores",
        "title": Text("得分", "Score"),
        "columns": [Text("单位", "Unit"), Text("得分", "Score")],
        "rows": [[x.name, x.score] for x in scored],
        "option": {
            "tooltip": {},
            "grid": {"containLabel": True, "left": 8, "right": 24, "top": 8, "bottom": 8},
            "xAxis": {"type": "value", "max": 100},
            "yAxis": {"type": "category", "inverse": True, "data": [x.name for x in scored]},
            "series": [
                {
                    "name": Text("得分", "Score").in_(language),
                    "type": "bar",
                    "data": [x.score for x in scored],
                    "label": {"show": True, "position": "right"},
                }
            ],
        },
    }


@page("score_loops", "scores/loops", "scores.view", methods=("GET",))
def score_loops(request: HttpRequest) -> HttpResponse:
    """The loops behind one number: which count, which do not, and why."""
    over, key, kind = period_of(request), request.GET.get("measure", ""), request.GET.get("kind", "")
    if not key:  # the address alone, without a number that led here
        return redirect("scores")
    unit = Unit.objects.filter(pk=integer(request, "unit") or 0).first()
    at = parse_datetime(request.GET["at"], "at") if request.GET.get("at") else now()
    if key in watches():
        return _instances(request, unit, kind, key, over, min(at, now()))
    rows = behind(actor_of(request), unit.pk if unit else 0, kind, key, over, min(at, now()))
    what = LOOP_WARNINGS[key] if key in LOOP_WARNINGS else MEASURES[key].title
    meaning = _CHECK if key in LOOP_WARNINGS else MEASURES[key].meaning
    labels = (
        ("title", "事项", "Loop"),
        ("due", "应办结", "Due"),
        ("closed", "办结", "Closed"),
        ("reopened", "打回次数", "Opened again"),
        ("counts", "是否计入", "Counts"),
    )
    columns = [{"key": k, "label": Text(zh, en), "number": k == "reopened"} for k, zh, en in labels]
    lines = []
    for r in rows:
        tone = {"tone": "ok", "icon": "circle-check"} if r.counts else {"tone": "warn", "icon": "x"}
        counts = {"value": Text("待核查", "to be checked"), "tone": "warn", "icon": "alert-triangle"} if key in LOOP_WARNINGS else {
            "value": Text("计入", "yes") if r.counts else Text("不计入", "no")} | tone  # fmt: skip
        cells = [
            {"value": r.title, "url": reverse("loop", args=[r.id])},
            {"value": r.due_at},
            {"value": r.closed_at or Text("未办结", "open")},
            {"value": r.reopened},
            counts,
        ]
        lines.append({"cells": cells})
    whole = share_of(actor_of(request), unit.pk, kind, key, over, min(at, now())) if key in MEASURES and unit is not None else None
    context = {
        "warning": key in LOOP_WARNINGS,
        "counted": whole.counted if whole else sum(r.counts for r in rows),
        "judged": whole.judged if whole else len(rows),
        "listed": len(rows),
        "sheet": {"key": "score_loops", "caption": what, "columns": columns, "rows": lines},
    }
    return _shown(request, unit, kind, over, what, meaning, context)


def _instances(request: HttpRequest, unit: Unit | None, kind: str, key: str, over: Period, at: datetime) -> HttpResponse:
    """What a room's own warning is about."""
    what = watches()[key].title
    rows = instances(actor_of(request), unit.pk if unit else 0, kind, key, over, at)
    labels = (("title", "对象", "About"), ("at", "时间", "When"), ("who", "人员", "Who"), ("words", "记录", "What was written"))
    columns = [{"key": k, "label": Text(zh, en)} for k, zh, en in labels]
    lines = [{"cells": [{"value": r.title, "url": r.url}, {"value": r.at}, {"value": r.who}, {"value": r.words[:200]}]} for r in rows]
    context = {"warning": True, "judged": len(rows), "sheet": {"key": "score_loops", "caption": what, "columns": columns, "rows": lines}}
    return _shown(request, unit, kind, over, what, _CHECK, context)


def _shown(request: HttpRequest, unit: Unit | None, kind: str, over: Period, what: Text, meaning: Text, more: dict[str, Any]) -> HttpResponse:
    back = f"{reverse('scores')}?{urlencode({'kind': kind, 'first': over.first, 'last': over.last})}"
    context = more | {
        "title": Text("{unit}：{what}", "{unit}: {what}").with_(unit=unit.name if unit else "", what=what),
        "meaning": meaning,
        "over": over,
        "empty": {"title": Text("没有您能看到的记录", "Nothing that you may see"), "text": Text("只列出您能查看的记录。", "What you may see."), "icon": "list-check"},
        "breadcrumbs": [{"url": back, "label": _TITLE}, {"url": "", "label": what}],
    }  # fmt: skip
    return render(request, "assessment/score_loops.html", context)
