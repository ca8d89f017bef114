"""Visits: one's list for the phone, the field card that works without a network, the result, and the worker that keeps the card."""

from __future__ import annotations

import uuid
from importlib.resources import files
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.packs.checklists import Item
from tongchou.record.access import Actor
from tongchou.record.loops.kinds import kind_of
from tongchou.rooms.supervision.checklists import checklist_of
from tongchou.rooms.supervision.models import Answer, Visit
from tongchou.rooms.supervision.pages.rounds import visit_line
from tongchou.rooms.supervision.pages.words import ROUND_KINDS, SEVERITIES, TITLE, VERDICTS, state_badge
from tongchou.rooms.supervision.reach import PLAN, VIEW, VISIT, no_such_visit, visit_in_reach, visits_of
from tongchou.web.pages.forms import done
from tongchou.web.pages.requests import actor_of, do, now
from tongchou.web.pages.shown import stage_badge
from tongchou.web.permission import Nav, page

_MINE = Text("现场检查", "Visits")


@page("visits", "supervision/visits", VISIT, methods=("GET",), nav=Nav(_MINE, "clipboard-check"))
def my_visits(request: HttpRequest) -> HttpResponse:
    """What one's group has to visit: under way first, then by day. Opening the list keeps their cards on the device."""
    actor = actor_of(request)
    open_ = visits_of(actor).filter(round__group__in=actor.unit_ids(VISIT), state__in=["planned", "begun"])
    rows = open_.filter(Q(account=None) | Q(account=actor.account_id)).order_by("state", "planned_on", "pk")[:100]
    return render(request, "supervision/visits.html", {"title": _MINE, "visits": [visit_line(v) for v in rows], "today": now().date()})


@page("visit", "supervision/visits/<uuid:visit>", VIEW, methods=("GET",))
def visit_page(request: HttpRequest, visit: uuid.UUID) -> HttpResponse:
    """What was seen, item by item, and what became of the faults."""
    actor = actor_of(request)
    row = visit_in_reach(actor, visit)
    checklist = checklist_of(row.edition_id)
    answers = {a.item: a for a in row.answers.select_related("by")}
    loops = {f.item: f for f in row.findings.select_related("loop")}
    lines = []
    for item in checklist.items:
        said = answers.get(item.key)
        found = loops.get(item.key)
        verdict = VERDICTS[said.verdict] if said else None
        stage = stage_badge(kind_of(found.loop.edition_id), found.loop.stage) if found else None
        lines.append(
            {"item": item, "answer": said, "verdict": verdict, "finding": found, "stage": stage, "severity": SEVERITIES[item.severity], "short": _short(item, said)}
        )  # fmt: skip
    mine = row.round.group_id in actor.unit_ids(VISIT)
    context = {
        "row": row,
        "badges": [state_badge(row.state), {"label": ROUND_KINDS[row.round.kind], "tone": "", "icon": "eye-check"}],
        "checklist": checklist,
        "lines": lines,
        "can_visit": mine and row.state in ("planned", "begun"),
        "can_cancel": row.state == "planned" and actor.permits(PLAN),
        "sees_round": actor.permits(PLAN) and (mine or actor.permits("supervision.oversee")),
        "breadcrumbs": [{"url": reverse("supervision"), "label": TITLE}, {"url": "", "label": row.unit.name}],
    }
    return render(request, "supervision/visit.html", context)


def _short(item: Item, answer: Answer | None) -> Text | None:
    """That fewer were sampled than the checklist asks for, or that nobody said how many; there may be fewer in all."""
    if item.sample is None or answer is None or answer.verdict == Answer.Verdict.NA or (answer.sampled or 0) >= item.sample.least:
        return None
    if answer.sampled is None:
        return Text("未填抽查数，要求不少于 {n}", "how many were sampled is not said: {n} at least are asked for").with_(n=item.sample.least)
    return Text("少于要求的 {n}", "fewer than the {n} asked for").with_(n=item.sample.least)


@page("visit_cancel", "supervision/visits/<uuid:visit>/cancel", PLAN, methods=("POST",))
def visit_cancel(request: HttpRequest, visit: uuid.UUID) -> HttpResponse:
    """Cancel a visit that has not begun."""
    row = visit_in_reach(actor_of(request), visit)
    do(request, "visit.cancel", {"visit": str(visit), "reason": request.POST.get("reason", "")})
    return done(request, reverse("round", args=[row.round_id]), Text("已取消。", "Cancelled."))


@page("visit_card", "supervision/visits/<uuid:visit>/card", VISIT, methods=("GET",))
def visit_card(request: HttpRequest, visit: uuid.UUID) -> HttpResponse:
    """The field card. Its script keeps every answer on the device and sends it when there is a network."""
    actor = actor_of(request)
    row = visits_of(actor).filter(pk=visit, round__group__in=actor.unit_ids(VISIT)).first()
    if row is None:
        raise no_such_visit(visit)
    checklist = checklist_of(row.edition_id)
    context = {
        "row": row,
        "checklist": checklist,
        "data": _card(actor, row, checklist.items),
        "breadcrumbs": [{"url": reverse("visits"), "label": _MINE}, {"url": "", "label": row.unit.name}],
    }
    return render(request, "supervision/card.html", context)


def _card(actor: Actor, row: Visit, items: tuple[Item, ...]) -> dict[str, Any]:
    """All that the script needs: the items in both languages, and what the server knows so far."""
    answers = {a.item: _answer(a) for a in row.answers.select_related("by")}
    return {
        "visit": str(row.pk), "account": actor.account_id, "state": row.state, "now": now().isoformat(), "answers": answers,
        "worker": reverse("supervision_worker"), "list": reverse("visits"), "result": reverse("visit", args=[row.pk]), "signIn": reverse("account_login"),
        "items": [
            {"key": i.key, "title": i.title.as_dict(), "how": i.how.as_dict(), "severity": SEVERITIES[i.severity].as_dict(), "photo": i.photo,
             "number": {"unit": i.number.unit.as_dict(), "least": i.number.least, "most": i.number.most, "limits": i.number.limits.as_dict()} if i.number else None,
             "sample": {"of": i.sample.of.as_dict(), "least": i.sample.least} if i.sample else None}
            for i in items
        ],
    }  # fmt: skip


def _answer(a: Answer) -> dict[str, Any]:
    return {
        "verdict": a.verdict, "note": a.note, "number": a.number, "sampled": a.sampled, "failing": a.failing, "photos": [str(p) for p in a.photos],
        "revision": a.revision, "who": a.by.display_name,
    }  # fmt: skip


@page("supervision_worker", "supervision/worker.js", VISIT, methods=("GET",))
def supervision_worker(request: HttpRequest) -> HttpResponse:
    """The service worker: its address decides that it keeps pages below /supervision/ only."""
    text = files("tongchou.rooms.supervision").joinpath("static/supervision/worker.js").read_text("utf-8")
    return HttpResponse(text, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})
