"""What became of the loops of a period, by area: what the monthly report begins with."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI, parse_date
from tongchou.kernel.text import Text
from tongchou.record.questions.figures import PeriodFigures, over_period, top_area
from tongchou.record.questions.papers import Span
from tongchou.rooms.assessment.compose import monthly_kinds
from tongchou.rooms.assessment.definition import in_force
from tongchou.rooms.assessment.periods import Period, period
from tongchou.web.pages.names import KINDS
from tongchou.web.pages.requests import actor_of, now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

_TITLE = Text("月度情况", "The month")
_SOURCE = Text("办理记录", "the record of loops")
_MEANINGS: dict[str, Text] = {
    "opened": Text("期内交办的。", "Handed out in the period."),
    "closed": Text("期内按要求办结的；撤销的不计。", "Closed as done in the period; what was cancelled is not counted."),
    "verified": Text("其中办结这一步由承办单位以外的单位作出的。", "Of these, closed by a unit other than the one that did the work."),
    "late": Text("期内到期、到期时没有办结的；此后办结的也计。", "Fell due in the period and were not closed by then, closed since or not."),
    "reopened": Text("办结后在期内又重开的。", "Closed and opened again in the period."),
    "share": Text("期内办结的事项中，到期前办结的比例。", "Of those closed in the period, the share closed before they were due."),
}


def month_of(request: HttpRequest) -> Period:
    """The period that is asked for; without one the present month, in its first ten days the one before."""
    today = now().astimezone(SHANGHAI).date()
    first, last = request.GET.get("first", ""), request.GET.get("last", "")
    if first or last:
        begin = parse_date(first, "first") if first else parse_date(last, "last").replace(day=1)
        return period(begin, parse_date(last, "last") if last else _end(begin))
    within = today if today.day > 10 else today.replace(day=1) - timedelta(days=1)
    return Period(within.replace(day=1), _end(within))


def kinds_of(request: HttpRequest, over: Period) -> list[str]:
    """The kinds of units whose scores the report is to hold; monthly_kinds where the question is not put at all."""
    if "kinds" not in request.GET:
        return monthly_kinds(over)
    return [k for part in request.GET.getlist("kinds") for k in part.split(",") if k]


def _end(day: date) -> date:
    """The last day of a month."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


@page("month", "figures/month", "figures.view", methods=("GET",))
def month(request: HttpRequest) -> HttpResponse:
    """Loops handed out, closed, verified, late and opened again, area by area; as a spreadsheet too."""
    actor, at = actor_of(request), now()
    over = month_of(request)
    span = Span(over.first, over.last, at)
    rows = over_period(actor, top_area(actor), span.since, span.until)
    sheet = _sheet(rows)
    if asked_for(request):
        return sheet_file(request, Text("{a} 至 {b} 事项办理情况", "Loops, {a} to {b}").with_(a=over.first, b=over.last), *cells_of(sheet))
    context = {
        "title": _TITLE, "over": over, "sheet": sheet, "can_draft": actor.permits("bulletin.draft"), "at": span.until if span.until < at else at,
        "cards": _cards(rows),
        "ranked": [(k, KINDS[k]) for k in in_force(over.last).ranked] if actor.permits("scores.view") else [],
        "kinds": kinds_of(request, over),
        "before": over.first.replace(day=1) - timedelta(days=1),
        "empty": {"title": Text("没有区域", "No areas"), "text": Text("", ""), "icon": "chart-bar"},
        "breadcrumbs": [{"url": reverse("figures"), "label": Text("闭环态势", "Loops at a glance")}, {"url": "", "label": _TITLE}],
    }  # fmt: skip
    return render(request, "assessment/month.html", context)


_LABELS = (
    ("opened", Text("交办", "Handed out")), ("closed", Text("办结", "Closed")), ("verified", Text("核验办结", "Verified")),
    ("late", Text("到期未按时", "Not in time")), ("reopened", Text("重开", "Opened again")), ("share", Text("按期办结率 %", "In time, %")),
)  # fmt: skip


def _meaning(key: str) -> dict[str, Text]:
    return {"what": _MEANINGS[key], "unit": Text("%", "%") if key == "share" else Text("件", "loops"), "source": _SOURCE}


def _sheet(rows: list[PeriodFigures]) -> dict[str, Any]:
    columns: list[dict[str, Any]] = [{"key": "area", "label": Text("区域", "Area")}]
    columns += [{"key": k, "label": label, "number": True, "definition": _meaning(k)} for k, label in _LABELS]
    lines = [{"cells": [{"value": p.name}, *({"value": _value(p, k)} for k, _ in _LABELS)]} for p in rows]
    closed, in_time = sum(p.closed for p in rows), sum(p.in_time for p in rows)
    sums = [sum(getattr(p, k) for p in rows) for k, _ in _LABELS if k != "share"]
    totals = [Text("合计", "Total"), *sums, round(100 * in_time / closed, 1) if closed else None]
    return {"key": "month", "caption": Text("各区域事项办理情况", "Loops by area"), "columns": columns, "rows": lines, "totals": totals, "export": True}


def _value(p: PeriodFigures, key: str) -> Any:
    if key != "share":
        return getattr(p, key)
    return Text("—", "—") if p.in_time_share is None else p.in_time_share


def _cards(rows: list[PeriodFigures]) -> list[dict[str, Any]]:
    return [
        {"label": label, "value": sum(getattr(p, k) for p in rows), "definition": _meaning(k), "act": k in ("late", "reopened")}
        for k, label in _LABELS if k != "share"
    ]  # fmt: skip
