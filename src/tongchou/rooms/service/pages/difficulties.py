"""Difficulties: raising one, the list, and who takes up which topic."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.clock import parse_date
from tongchou.kernel.text import Text
from tongchou.record.loops.kinds import kind_of
from tongchou.record.models import Area, Unit
from tongchou.rooms.service.actions import MANAGE, RAISE
from tongchou.rooms.service.difficulties import NO_TOPIC, Difficulty, difficulties
from tongchou.rooms.service.models import TopicUnit
from tongchou.rooms.service.pages.overview import TITLE, own_served
from tongchou.rooms.service.pages.visits import enterprise_field, served_chosen, topic_choices
from tongchou.rooms.service.questions import VIEW
from tongchou.rooms.service.topics import topic_name, topics
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import Choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.loops import KIND_PAGES
from tongchou.web.pages.requests import actor_of, do, given, integer
from tongchou.web.pages.shown import stage_badge
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

_RAISE = Text("提出困难", "Raise a difficulty")
_LIST = Text("企业困难", "Difficulties")
KIND_PAGES["difficulty"] = "difficulty_new"
ONLY_NAMES = {
    "open": Text("在办", "Open"), "late": Text("超时未解决", "Late"),
    "waiting": Text("按期答复、待企业确认", "Answered in time, enterprise to confirm"),
    "unanswered": Text("未按期答复而结案", "Ended without an answer in time"),
    "confirmed": Text("企业确认解决", "Confirmed"),
    "in_time": Text("按期确认解决", "Confirmed in time"),
    "unconfirmed": Text("未获确认结案", "Ended unconfirmed"), "raised": Text("全部交办（撤回的除外）", "All handed out, but withdrawn ones"),
}  # fmt: skip


@page("difficulty_new", "service/difficulties/new", RAISE)
def difficulty_new(request: HttpRequest) -> HttpResponse:
    """An enterprise says what it lacks; an officer says it for one. Who takes it up follows from the topic."""
    actor = actor_of(request)
    own = own_served(actor)

    def fields(d: Draft) -> list[FieldParts]:
        which = (
            [enterprise_field(d)] if not own
            else [d.field("unit", Text("企业", "Enterprise"), "select", choices=[(u.pk, u.name) for u in own], required=True)] if len(own) > 1
            else []
        )  # fmt: skip
        return [
            *which,
            d.field("topic", Text("类别", "Topic"), "select", choices=topic_choices(), required=True),
            d.field("title", Text("困难", "What is the matter"), required=True, maxlength=200,
                    help=Text("一句话，例如：返岗员工缺 30 人。", "One sentence, such as: 30 workers are missing.")),
            d.field("needed", Text("需要什么、多少", "What is needed and how much"), maxlength=200),
            d.field("detail", Text("详细情况", "Details"), "textarea", maxlength=5000),
        ]  # fmt: skip

    def send() -> HttpResponse:
        unit = (integer(request, "unit") or own[0].pk) if own else served_chosen(request, actor, RAISE)
        loop = do(request, "service.raise", {"unit": unit, **given(request, "topic", "title", "needed", "detail")}).result["loop"]
        said = Text("已交办。承办单位答复后，由企业确认是否解决。", "Handed out. When it is answered, the enterprise says whether it is solved.")
        return done(request, reverse("loop", args=[loop]), said)

    crumbs = [{"url": reverse("service"), "label": TITLE}, {"url": "", "label": _RAISE}]
    note = Text(
        "按类别自动交给承办单位，自现在起计时；解决与否以企业确认为准。",
        "It goes to the unit for its topic, the clock starts now; solved is what the enterprise confirms.",
    )
    return form_page(request, fields, send, title=_RAISE, button=Text("提交", "Submit"), back=reverse("service"), breadcrumbs=crumbs, note=note)


@page("difficulties", "service/difficulties", VIEW, methods=("GET",))
def difficulty_list(request: HttpRequest) -> HttpResponse:
    """Difficulties by topic, street or enterprise, open ones first; as a spreadsheet too."""
    actor, topic = actor_of(request), request.GET.get("topic", "")
    street, unit = integer(request, "street"), integer(request, "unit")
    only = request.GET.get("only", "")
    first, last = (parse_date(typed, n) if (typed := request.GET.get(n, "")) else None for n in ("first", "last"))
    rows = difficulties(actor, topic=topic, unit=unit, street=street, only=only, first=first, last=last, limit=5_000 if asked_for(request) else 300)
    sheet = _sheet(rows)
    if asked_for(request):
        return sheet_file(request, _LIST, *cells_of(sheet))
    named = Unit.objects.filter(pk=unit, pk__in=[d.unit for d in rows]).first() if unit else None
    place = Area.objects.filter(pk=street).first() if street and rows else None
    context = {
        "title": _LIST,
        "subtitle": named.name if named else place.name if place else "",
        "sheet": sheet,
        "topic": topic,
        "topics": [("", Text("全部类别", "All topics")), *topics().items(), (NO_TOPIC, topic_name(""))],
        "only": only,
        "only_choices": [("", Text("全部", "All")), *ONLY_NAMES.items()],
        "first": first or "",
        "last": last or "",
        "street": street or "",
        "unit": unit or "",
        "can_raise": actor.permits(RAISE),
        "breadcrumbs": [{"url": reverse("service"), "label": TITLE}, {"url": "", "label": _LIST}],
        "empty": {
            "title": Text("没有困难", "No difficulties"),
            "text": Text("走访发现的和企业提出的都在这里。", "What visits find and enterprises raise is listed here."),
            "icon": "circle-check",
        },
    }
    return render(request, "service/difficulties.html", context)


def _sheet(rows: list[Difficulty]) -> dict[str, Any]:
    labels = (
        ("title", "困难", "Difficulty"), ("topic", "类别", "Topic"), ("unit", "企业", "Enterprise"), ("owner", "承办", "Taken up by"),
        ("stage", "阶段", "Stage"), ("deadline", "时限", "Deadline"), ("opened", "交办", "Handed out"), ("case", "专案", "Case"),
    )  # fmt: skip
    lines = []
    for d in rows:
        badge = stage_badge(kind_of(d.edition), d.stage)
        cells: list[dict[str, Any]] = [
            {"value": d.title, "url": reverse("loop", args=[d.id])},
            {"value": topic_name(d.topic or "")},
            {"value": d.unit_name},
            {"value": d.owner},
            {"value": badge["label"], "tone": badge["tone"] or "info", "icon": badge["icon"]},
            {"value": d.closed_at or d.deadline},
            {"value": d.opened_at},
            {"value": Text("专案", "case"), "url": reverse("loop", args=[d.parent])} if d.parent else {"value": ""},
        ]
        lines.append({"cells": cells})
    columns = [{"key": k, "label": Text(zh, en)} for k, zh, en in labels]
    return {"key": "difficulties", "caption": _LIST, "columns": columns, "rows": lines, "export": True}


@page("service_topics", "service/topics", MANAGE)
def service_topics(request: HttpRequest) -> HttpResponse:
    """Who takes up which topic."""
    title = Text("困难承办单位", "Who takes up which topic")
    rows = Unit.objects.filter(kind__in=("department", "hq_department", "special_team", "hq_office"), active_to=None).order_by("kind", "name_key")
    actor = actor_of(request)
    units: Choices = [("", Text("企业所在街道", "the enterprise's street"))]
    units += [(u.pk, u.name) for u in rows.select_related("area") if actor.sees_path(MANAGE, u.area.path)]
    current = {f"topic_{t.topic}": t.unit_id for t in TopicUnit.objects.all()}

    def fields(d: Draft) -> list[FieldParts]:
        return [d.field(f"topic_{key}", name, "select", choices=units) for key, name in topics().items()]

    def send() -> HttpResponse:
        changed = {t: integer(request, f"topic_{t}") for t in topics() if integer(request, f"topic_{t}") != current.get(f"topic_{t}")}
        do(request, "service.topics", {"topics": [{"topic": t, "unit": u} for t, u in changed.items()]})
        return done(request, reverse("service"), Text("已保存。", "Saved."))

    crumbs = [{"url": reverse("service"), "label": TITLE}, {"url": "", "label": title}]
    return form_page(
        request, fields, send, title=title, button=Text("保存", "Save"), back=reverse("service"), breadcrumbs=crumbs, on_record=current,
    )  # fmt: skip
