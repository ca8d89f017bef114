"""Praise: what is published, what waits to be reviewed, and a nomination that rests on the record."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.models import Evidence
from tongchou.record.territory.reach import unit_in_reach
from tongchou.rooms.supervision.actions.praise import NOMINATE, closed_loops
from tongchou.rooms.supervision.questions import published
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE, unit_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, given, integer
from tongchou.web.permission import Nav, page

_TITLE = Text("典型选树", "Praise")


@page("praise", "praise", "praise.view", methods=("GET",), nav=Nav(_TITLE, "flag"))
def praise(request: HttpRequest) -> HttpResponse:
    """Units whose work was found to stand out, with what the record says of it."""
    actor = actor_of(request)
    rows = published(actor)
    opinions = dict(Evidence.objects.filter(loop__in=[r.pk for r in rows], key="opinion").values_list("loop_id", "text"))
    context = {
        "title": _TITLE,
        "rows": [{"row": r, "opinion": opinions.get(r.pk, ""), "count": len(r.record)} for r in rows],
        "can_nominate": actor.permits(NOMINATE),
    }
    return render(request, "supervision/praise.html", context)


@page("praise_unit", "praise/new", NOMINATE)
def praise_unit(request: HttpRequest) -> HttpResponse:
    """Choose whom to nominate."""
    actor = actor_of(request)

    def fields(d: Draft) -> list[FieldParts]:
        return [d.field("unit", Text("推荐单位", "Whom"), "select", choices=[PLEASE, *unit_choices(actor, "unit.view")[1:]], required=True)]

    def send() -> HttpResponse:
        unit = unit_in_reach(actor, "unit.view", integer(request, "unit") or 0)
        return done(request, reverse("praise_new", args=[unit.pk]), Text("请选择办理记录。", "Now what the record holds."))

    title = Text("推荐典型", "Nominate")
    crumbs = [{"url": reverse("praise"), "label": _TITLE}, {"url": "", "label": title}]
    return form_page(request, fields, send, title=title, button=Text("下一步", "Next"), back=reverse("praise"), breadcrumbs=crumbs)


@page("praise_new", "praise/new/<int:unit>", NOMINATE)
def praise_new(request: HttpRequest, unit: int) -> HttpResponse:
    """What was done, and the loops that show it."""
    actor = actor_of(request)
    found = unit_in_reach(actor, "unit.view", unit)

    def fields(d: Draft) -> list[FieldParts]:
        loops = [(str(x.pk), f"{x.title} · {x.closed_at:%m-%d}") for x in closed_loops(actor, unit)[:60]]
        reviewers = unit_choices(actor, "unit.view", ("hq_office", "department", "hq_department", "supervision_group"))[1:]
        return [
            d.field("deeds", Text("主要事迹", "What was done"), "textarea", rows=6, required=True),
            d.field("record", Text("系统中的办理记录", "What the record holds"), "checkboxes", choices=loops, required=True),
            d.field("reviewer", Text("评议单位", "Who reviews"), "select", choices=[("", Text("指挥部办公室", "The headquarters office")), *reviewers]),
        ]

    def send() -> HttpResponse:
        record = [str(uuid.UUID(r)) for r in request.POST.getlist("record") if len(r) == 36]
        payload: dict[str, Any] = given(request, "deeds") | {"unit": unit, "record": record, "reviewer": integer(request, "reviewer")}
        made = do(request, "praise.nominate", payload).result["loop"]
        return done(request, reverse("loop", args=[made]), Text("已推荐，等待评议。", "Nominated; it waits for its review."))

    title = Text("推荐{name}", "Nominate {name}").with_(name=found.name)
    crumbs = [{"url": reverse("praise"), "label": _TITLE}, {"url": "", "label": title}]
    return form_page(request, fields, send, title=title, button=Text("推荐", "Nominate"), back=reverse("praise"), breadcrumbs=crumbs)
