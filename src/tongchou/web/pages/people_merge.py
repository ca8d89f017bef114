"""Files that may be one person: compared side by side, merged by a person, and separated again."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import act
from tongchou.record.actions.people_merge import REASONS
from tongchou.record.models import Area
from tongchou.record.questions.duplicates import Side, suggestions
from tongchou.record.territory.reach import area_in_reach
from tongchou.web.pages.choices import area_choices
from tongchou.web.pages.forms import done
from tongchou.web.pages.people import SEXES
from tongchou.web.pages.requests import actor_of, do, integer
from tongchou.web.permission import page

MERGE = "person.merge"


@page("people_duplicates", "people/duplicates", MERGE, methods=("GET",))
def people_duplicates(request: HttpRequest) -> HttpResponse:
    """Possible duplicates of one street or community, the likeliest first, each with what speaks for and against it."""
    actor = actor_of(request)
    areas = area_choices(actor, MERGE, ("street", "community"))
    chosen = integer(request, "area") or (areas[1][0] if len(areas) > 1 else None)
    here: Area | None = area_in_reach(actor, MERGE, chosen) if chosen else None
    found = suggestions(actor, under=here.path) if here else []
    shown = sorted({str(s.id) for pair in found for s in (pair.older, pair.newer)})
    if shown:
        act("person.read", actor, new_id(), {"people": shown, "what": "duplicates"})
    context = {
        "areas": areas,
        "chosen": chosen,
        "reasons": list(REASONS.items()),
        "pairs": [
            {
                "older": p.older,
                "newer": p.newer,
                "sides": [_side(p.older), _side(p.newer)],
                "score": p.score,
                "reasons": p.reasons,
            }
            for p in found
        ],
        "empty": {
            "title": Text("没有疑似重复的档案", "No possible duplicates"),
            "icon": "circle-check",
            "text": Text(
                "证件相同，或姓名与电话、出生年份相近的档案会出现在这里。",
                "Files with the same document, or of like name with one phone or year of birth, appear here.",
            ),
        },
        "breadcrumbs": [
            {"url": reverse("people"), "label": Text("人员", "People")},
            {"url": "", "label": Text("疑似重复档案", "Possible duplicates")},
        ],
    }
    return render(request, "pages/people_duplicates.html", context)


def _side(side: Side) -> dict[str, Any]:
    return {
        "id": side.id,
        "url": reverse("person", args=[side.id]),
        "name": side.name,
        "area": side.area,
        "facts": [
            {"label": Text("证件", "Document"), "value": side.document or None},
            {"label": Text("电话", "Phone"), "value": side.phone or None},
            {"label": Text("出生年份", "Year of birth"), "value": str(side.birth_year) if side.birth_year else None},
            {"label": Text("性别", "Sex"), "value": SEXES[side.sex]},
        ],
    }


@page("person_merge", "people/<uuid:person>/merge", MERGE, methods=("POST",))
def person_merge(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Fold the other file into this one, which is kept."""
    payload = {"kept": str(person), "folded": request.POST.get("folded", ""), "reason": request.POST.get("reason", "")}
    do(request, "person.merge", payload)
    return done(
        request,
        reverse("person", args=[person]),
        Text("已合并；合错了可在档案中撤销。", "Merged; it can be undone in the file."),
    )


@page("person_unmerge", "people/<uuid:person>/merges/<int:merge>/undo", MERGE, methods=("POST",))
def person_unmerge(request: HttpRequest, person: uuid.UUID, merge: int) -> HttpResponse:
    """Separate what a merge joined; what was recorded since stays with the kept file and is counted."""
    result = do(request, "person.unmerge", {"merge": merge, "reason": request.POST.get("reason", "")}).result
    stayed = sum(len(v) for v in result["stay"].values())
    said = Text("已撤销合并。", "The merge is undone.")
    if stayed:
        said = Text(
            "已撤销合并；合并后新登记的 {n} 条仍在保留的档案，请核对归属。",
            "The merge is undone; {n} {n|entry|entries} made since {n|stays|stay} with the kept file: check whose {n|it is|they are}.",
        ).with_(n=stayed)
    return done(request, reverse("person", args=[person]), said)
