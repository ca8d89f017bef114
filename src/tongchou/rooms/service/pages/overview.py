"""The room's first page: whom I am paired with, what is open by topic, how the streets do."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.clock import SHANGHAI, parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Unit
from tongchou.rooms.service.actions import MANAGE, RAISE, SERVED, VISIT
from tongchou.rooms.service.difficulties import NO_TOPIC, ONLY, Case, TopicLine, by_topic, difficulties, open_cases
from tongchou.rooms.service.questions import VIEW, Paired, StreetLine, paired_with, streets, visits
from tongchou.rooms.service.topics import service_rules, topic_name
from tongchou.web.pages.requests import actor_of, now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

TITLE = Text("企业服务", "Service to enterprises")
LONGEST = 400


def own_served(actor: Actor) -> list[Unit]:
    """The enterprises and schools whose accounts the actor has."""
    return list(Unit.objects.filter(pk__in=actor.unit_ids(RAISE), kind__in=SERVED, active_to=None).order_by("pk"))


@page("service", "service", VIEW, methods=("GET",), nav=Nav(TITLE, "building-factory-2"))
def service(request: HttpRequest) -> HttpResponse:
    """For a leader the enterprises to visit, for an office the topics and streets, for an enterprise its own difficulties."""
    actor, at = actor_of(request), now()
    first, last = _period(request, at)
    lines = streets(actor, first, last, at)
    if asked_for(request):
        return sheet_file(request, Text("企业困难办理情况", "Difficulties by street"), *cells_of(_sheet(lines, first, last)))
    mine, own = paired_with(actor, at), own_served(actor)
    topic_lines = [] if own else by_topic(actor, at)
    cases = open_cases(actor) if not own and actor.permits(MANAGE) else []
    context = {
        "title": TITLE,
        "own": own,
        "own_difficulties": [d for u in own for d in difficulties(actor, unit=u.pk, limit=50)],
        "own_visits": [v for u in own for v in visits(actor, unit=u.pk, limit=20)],
        "paired": [_paired(p, at) for p in mine],
        "due": sum(p.due(at) for p in mine),
        "every": service_rules()["visit_every_days"],
        "topics": [_topic(t, cases) for t in topic_lines],
        "chart": _chart(topic_lines),
        "sheet": _sheet(lines, first, last) if lines else None,
        "first": first,
        "last": last,
        "late": _LATE,
        "scores": f"{reverse('scores')}?kind=street" if actor.permits("scores.view") else "",
        "can_visit": actor.permits(VISIT),
        "can_policies": actor.permits("policy.view"),
        "can_raise": actor.permits(RAISE),
        "can_manage": actor.permits(MANAGE),
        "empty": {"title": Text("辖区内没有街道", "No street in your area"), "text": Text("", ""), "icon": "building"},
    }
    return render(request, "service/service.html", context)


def _period(request: HttpRequest, at: datetime) -> tuple[Any, Any]:
    today = at.astimezone(SHANGHAI).date()
    first, last = request.GET.get("first", ""), request.GET.get("last", "")
    since, until = (parse_date(first, "first") if first else today - timedelta(days=29)), (parse_date(last, "last") if last else today)
    if until < since or (until - since).days > LONGEST:
        rule = Text("结束日期应在开始日期之后 {n} 天以内。", "The last day lies within {n} {n|day|days} after the first.").with_(n=LONGEST)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="last", value=until.isoformat())
    return since, until


def _paired(p: Paired, at: datetime) -> dict[str, Any]:
    url = f"{reverse('service_visit_new')}?{urlencode({'enterprise': p.name})}"
    return {"line": p, "due": p.due(at), "days": p.days(at), "url": url, "list": f"{reverse('difficulties')}?unit={p.unit}"}


def _topic(t: TopicLine, cases: list[Case]) -> dict[str, Any]:
    listed = f"{reverse('difficulties')}?{urlencode({'topic': t.topic or NO_TOPIC})}"
    case = f"{reverse('service_case_new')}?topic={t.topic}"
    return {"line": t, "title": topic_name(t.topic), "url": listed, "case": case, "cases": [c for c in cases if c.topic == t.topic] if t.apart else []}


def _chart(lines: list[TopicLine]) -> dict[str, Any] | None:
    if not lines:
        return None
    language = get_language() or "zh-hans"
    names = [topic_name(t.topic) for t in lines]
    words = [n.in_(language) for n in names]
    series = (("info", Text("未超时", "not late"), [t.open - t.late for t in lines]), ("act", Text("超时", "late"), [t.late for t in lines]))
    return {
        "key": "topics",
        "title": Text("在办与超时", "Open and late"),
        "columns": [Text("类别", "Topic"), Text("在办", "Open"), Text("超时", "Late")],
        "rows": [[w, t.open, t.late] for w, t in zip(words, lines, strict=True)],
        "option": {
            "tooltip": {},
            "legend": {},
            "grid": {"containLabel": True, "left": 8, "right": 24, "top": 32, "bottom": 8},
            "xAxis": {"type": "value", "minInterval": 1},
            "yAxis": {"type": "category", "inverse": True, "data": words},
            "series": [{"name": name.in_(language), "type": "bar", "tone": tone, "stack": "n", "data": data} for tone, name, data in series],
        },
    }


_SHARE = Text(
    "企业确认解决且按期答复的，占已确认、超时未解决和未按期答复而结案之和的比例。按期答复后等待企业确认的、企业始终没有答复而结案的，不计入；企业否认的，以最后一次答复为准。",
    "Confirmed by the enterprise and answered before it was due, of all confirmed, late, or ended without an answer in time. Where the answer came in time "
    "and the enterprise is yet to say, or never did, it counts neither way; where it said no, the last answer counts.",
)
_LATE = Text(
    "交办时给的总时限已过而企业还没有确认解决的，按期答复、只等企业确认的除外；各环节的催办时限见事项。",
    "Past the whole time that was given when it was handed out and not confirmed yet, but for what was answered in time and awaits the enterprise; "
    "the deadlines of single stages stand on the loop.",
)
_RANK = Text(
    "按期确认率从高到低；比例相同的并列。还没有到期或办结的不排名。",
    "By the share confirmed in time, the highest first; equal shares share a rank. Where nothing is due or ended yet there is none.",
)


def _sheet(lines: list[StreetLine], first: date, last: date) -> dict[str, Any]:
    labels: list[tuple[str, str, str]] = [
        ("raised", "交办", "Handed out"), ("confirmed", "企业确认解决", "Confirmed"), ("in_time", "其中按期", "In time"), ("open", "在办", "Open"),
        ("waiting", "其中按期答复、待企业确认", "Answered in time, enterprise to confirm"), ("late", "超时未解决", "Late"),
        ("unconfirmed", "未获确认结案", "Unconfirmed"),
        ("unanswered", "其中未按期答复", "Of those not answered in time"), ("visits", "走访", "Visits"),
    ]  # fmt: skip
    columns: list[dict[str, Any]] = [
        {"key": "street", "label": Text("街道", "Street")}, {"key": "rank", "label": Text("名次", "Rank"), "number": True, "definition": _RANK},
        {"key": "share", "label": Text("按期确认率 %", "Confirmed in time, %"), "number": True, "definition": _SHARE},
    ]  # fmt: skip
    columns += [{"key": k, "label": Text(zh, en), "number": True} for k, zh, en in labels]
    shares, dash, rows = [s.share for s in lines], Text("—", "—"), []
    for s in lines:
        listed = f"{reverse('difficulties')}?{urlencode({'street': s.street, 'first': first, 'last': last})}"
        rank = dash if s.share is None else shares.index(s.share) + 1  # lines come the best first
        cells: list[dict[str, Any]] = [{"value": s.name, "url": listed}, {"value": rank}, {"value": dash if s.share is None else s.share}]
        for k, _, _ in labels:
            n = getattr(s, k)
            cells.append({"value": n, "url": f"{listed}&only={k}" if n and k in ONLY else ""})
        rows.append({"cells": cells})
    sums = {k: sum(getattr(s, k) for s in lines) for k, _, _ in labels}
    whole = StreetLine(0, "", *(sums[k] for k in ("visits", "raised", "confirmed", "in_time", "open", "waiting", "late", "unconfirmed", "unanswered")))
    return {
        "key": "streets",
        "caption": Text("各街道企业困难办理情况", "Difficulties by street"),
        "columns": columns,
        "rows": rows,
        "totals": [Text("合计", "Total"), None, whole.share, *sums.values()],
        "export": True,
    }
