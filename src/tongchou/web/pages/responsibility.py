"""Responsibility: where nobody answers, laying it on a post, and ending it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.actions.responsibilities import KIND_NAMES, SUBJECTS
from tongchou.record.people.reach import person_in_reach
from tongchou.record.questions.people import read_file
from tongchou.record.questions.responsibility import MISSING, WHY, Gap, gaps
from tongchou.record.territory.reach import area_in_reach, unit_in_reach
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE, Choices, post_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.names import KINDS, LEVELS
from tongchou.web.pages.requests import actor_of, do, given, integer
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.pages.territory import address
from tongchou.web.permission import Nav, page

EDIT = "responsibility.edit"
MOST = 500
_GAPS = Text("责任空档", "Responsibility gaps")


@dataclass(frozen=True, slots=True)
class GapLink:
    """Of something that a room adds to the gaps: what it is called, its page, and where its gap is closed, with the permissions."""

    title: Text
    page: str
    view: str
    change: str
    manage: str


GAP_LINKS: dict[str, GapLink] = {}
"""What rooms add, by the gap's `what`."""


@page("gaps", "responsibility/gaps", "responsibility.view", methods=("GET",), nav=Nav(_GAPS, "hand-stop"))
def gaps_page(request: HttpRequest) -> HttpResponse:
    """Where nobody answers: counts by street, and one line for each gap with the way to close it."""
    actor = actor_of(request)
    found = gaps(actor, timezone.localdate())
    wanted, street = request.GET.get("missing", ""), request.GET.get("street", "")
    rows = [g for g in found.rows if wanted in ("", g.missing) and street in ("", str(g.street or 0))]
    columns = [
        {"key": "name", "label": Text("对象", "What")},
        {"key": "level", "label": Text("类别", "Kind")},
        {"key": "street", "label": Text("街道（镇）", "Street")},
        {"key": "missing", "label": Text("缺少", "Missing")},
        {"key": "why", "label": Text("原因", "Why")},
        {"key": "since", "label": Text("自何日", "Since")},
        {"key": "do", "label": Text("办理", "Do")},
    ]
    streets = sorted(found.totals, key=lambda t: -sum(found.totals[t].values()))
    filters = [
        {
            "key": "missing",
            "label": Text("缺少", "Missing"),
            "options": [{"value": k, "label": v} for k, v in MISSING.items()],
            "current": wanted,
        },
        {
            "key": "street",
            "label": Text("街道（镇）", "Street"),
            "options": [
                {
                    "value": str(key or 0),
                    "label": Text("{name}（{n}）", "{name} ({n})").with_(
                        name=name or Text("区级", "the district"), n=sum(found.totals[key, name].values())
                    ),
                }
                for key, name in streets
            ],
            "current": street,
        },
    ]
    told = Text("每个区域、单位和岗位都有责任人。", "Every area, unit and post has its responsible.")
    sheet = {
        "key": "gaps",
        "caption": _GAPS,
        "columns": columns,
        "rows": [{"cells": _cells(g, actor)} for g in rows[:MOST]],
    }
    if asked_for(request):
        whole = sheet | {"columns": columns[:-1], "rows": [{"cells": _cells(g, actor)[:-1]} for g in rows]}
        return sheet_file(request, _GAPS, *cells_of(whole))
    context = {
        "sheet": sheet | {"export": True},
        "count": len(rows),
        "shown": min(len(rows), MOST),
        "filters": filters,
        "empty": {"title": Text("没有责任空档", "No gaps"), "text": told, "icon": "circle-check"},
    }
    return render(request, "pages/gaps.html", context)


def _cells(g: Gap, actor: Actor) -> list[dict[str, Any]]:
    name: Any = g.name or Text("在管人员", "a person under control")
    added = GAP_LINKS.get(g.what)
    level: Any = added.title if added else LEVELS.get(g.level) or KINDS.get(g.level) or (Text("人员", "person") if g.what == "person" else Text("岗位", "post"))
    return [
        {"value": name, "url": _address(g, actor)},
        {"value": level},
        {"value": g.street_name or Text("区级", "the district")},
        {"value": MISSING[g.missing], "tone": "warn"},
        {"value": WHY[g.why]},
        {"value": g.since.isoformat()},
        _remedy(g, actor),
    ]


def _address(g: Gap, actor: Actor) -> str:
    if g.what == "area":
        return address(int(g.id)) if actor.permits("territory.view") else ""
    if g.what == "person":
        return reverse("person", args=[g.id]) if actor.permits("person.view") else ""
    if g.what in GAP_LINKS:
        link = GAP_LINKS[g.what]
        return reverse(link.page, args=[g.id]) if actor.permits(link.view) else ""
    return reverse("unit", args=[g.unit]) if actor.permits("unit.view") else ""


def _remedy(g: Gap, actor: Actor) -> dict[str, Any]:
    """Where the gap is closed: an empty post by the security administrator, any other by laying it on a post."""
    if g.missing == "holder":
        return {"value": Text("请安全管理员任职", "ask the security administrator")}
    if g.what in GAP_LINKS:
        link = GAP_LINKS[g.what]
        return {"value": Text("指定", "Name one"), "url": reverse(link.change, args=[g.id])} if actor.permits(link.manage) else {"value": "—"}
    if not actor.permits(EDIT):
        return {"value": "—"}
    return {
        "value": Text("落实", "Assign"),
        "url": f"{reverse('responsibility_assign')}?kind={g.missing}&{g.what}={g.id}",
    }


@page("responsibility_assign", "responsibility/assign", EDIT)
def responsibility_assign(request: HttpRequest) -> HttpResponse:
    """Lay the responsibility for an area, a unit or a person on a post."""
    actor = actor_of(request)
    subject = _subject(request, actor)
    if subject is None:
        return HttpResponseRedirect(reverse("gaps"))
    what, key, name, back = subject
    kinds: Choices = [PLEASE, *((k, KIND_NAMES[k]) for k, takes in SUBJECTS.items() if what in takes)]

    def fields(d: Draft) -> list[FieldParts]:
        told = Text("责任随岗位走，换人不断档。", "It is laid on the post and passes to whoever holds it.")
        posts = post_choices(actor, EDIT, timezone.localdate())
        return [
            FieldParts(what, Text("对象", "For"), "hidden", key),
            d.field("kind", Text("责任类别", "Kind"), "select", choices=kinds, required=True),
            d.field(
                "post", Text("由哪个岗位负责", "Which post answers"), "select", choices=posts, required=True, help=told
            ),
            d.field("from_date", Text("自何日起", "From"), "date", help=Text("留空即今天。", "Today when left empty.")),
            d.field("to_date", Text("至何日止", "Until"), "date", help=Text("留空即长期。", "No end when left empty.")),
            d.field("note", Text("说明", "Note"), maxlength=200),
            d.field("replace", Text("接替现责任岗位（原责任到新责任开始之日止）", "Take over from the post that answers now, which ends when this begins"), "checkbox"),
        ]

    def send() -> HttpResponse:
        payload = given(request, "kind", "post", "from_date", "to_date", "note")
        do(request, "responsibility.assign", {what: key, "replace": "replace" in request.POST} | payload)
        return done(request, back, Text("已落实。", "Assigned."))

    title = Text("落实责任人", "Assign a responsibility")
    crumbs = [{"url": reverse("gaps"), "label": _GAPS}, {"url": "", "label": title}]
    return form_page(
        request, fields, send, title=title, subtitle=name, button=Text("落实", "Assign"), back=back, breadcrumbs=crumbs
    )


def _subject(request: HttpRequest, actor: Actor) -> tuple[str, Any, str | Text, str] | None:
    """What it is for: (area | unit | person, key, name, the page of it). Outside the actor's reach it is not found."""
    area, unit = integer(request, "area"), integer(request, "unit")
    if area is not None:
        row = area_in_reach(actor, EDIT, area)
        return "area", row.pk, row.name, address(row.pk)
    if unit is not None:
        found = unit_in_reach(actor, EDIT, unit)
        return "unit", found.pk, found.name, reverse("unit", args=[found.pk])
    person = request.POST.get("person") or request.GET.get("person", "")
    if not person:
        return None
    try:
        found_person = person_in_reach(actor, EDIT, uuid.UUID(person))
    except ValueError:
        raise Refusal(Reason.NOT_FOUND, Text("没有找到该人员。", "There is no such person."), field="person") from None
    return "person", person, read_file(actor, found_person.pk).identity.name, reverse("person", args=[person])


@page("responsibility_end", "responsibility/<int:responsibility>/end", EDIT, methods=("POST",))
def responsibility_end(request: HttpRequest, responsibility: int) -> HttpResponse:
    """End a responsibility today; the gap that this leaves is listed."""
    do(request, "responsibility.end", {"responsibility": responsibility})
    return done(
        request, reverse("gaps"), Text("已解除；留下的空档列在此处。", "Ended; the gap it leaves is listed here.")
    )
