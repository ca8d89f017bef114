"""Leads: for the discipline unit all of it, for the unit concerned that it exists and how to answer, for the others figures without names."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record import files
from tongchou.record.access import Actor
from tongchou.record.act import act
from tongchou.record.files import take_in, too_large
from tongchou.record.loops.kinds import kind_of
from tongchou.record.questions.loopfile import Happening
from tongchou.rooms.supervision.actions.leads import HANDLE, no_such_lead
from tongchou.rooms.supervision.dossier import opened, text_of
from tongchou.rooms.supervision.models import Lead
from tongchou.rooms.supervision.pages.substitutes import without_taker
from tongchou.rooms.supervision.pages.words import LEAD_KINDS, OUTCOMES
from tongchou.rooms.supervision.questions import lead_figures
from tongchou.rooms.supervision.reach import OVERSEE
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE, unit_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.loops import LOOP_LINKS, LoopLink
from tongchou.web.pages.requests import actor_of, client_id, do, given, integer, now
from tongchou.web.pages.shown import happening, stage_badge
from tongchou.web.permission import OWN, Nav, page

_TITLE = Text("问责线索", "Accountability leads")
ANSWER, REPORT, FIGURES = "lead.answer", "lead.report", "lead.figures"
LOOP_LINKS.append(LoopLink("lead_by_loop", Text("打开线索", "Open the lead"), "flag", lambda file, actor: file.kind.key == "lead"))
LOOP_LINKS.append(
    LoopLink("lead_of_loop", Text("移送问责线索", "Hand on a lead"), "flag", lambda file, actor: actor.permits(REPORT) and not file.kind.confidential)
)


def leads_of(actor: Actor) -> QuerySet[Lead]:
    """Leads that the actor handles, and those about its own units."""
    where = Q(handler__in=actor.unit_ids(HANDLE)) | Q(unit__in=actor.unit_ids(ANSWER))
    return Lead.objects.filter(where).select_related("unit", "handler", "loop", "source")


def _lead(actor: Actor, key: uuid.UUID) -> Lead:
    row = leads_of(actor).filter(pk=key).first()
    if row is None:
        raise no_such_lead(key)
    return row


def _badge(row: Lead) -> dict[str, Any]:
    return stage_badge(kind_of(row.loop.edition_id), row.loop.stage)


@page("leads", "accountability", OWN, methods=("GET",))
def leads(request: HttpRequest) -> HttpResponse:
    """One's leads, and the figures for those who may see them."""
    actor = actor_of(request)
    if not any(actor.permits(p) for p in (HANDLE, ANSWER, REPORT, FIGURES)):
        actor.require(HANDLE)
    mine = set(actor.unit_ids(HANDLE))
    closed = request.GET.get("view") == "closed"
    found = leads_of(actor).filter(closed_at__isnull=not closed).order_by("-year", "-seq", "pk")
    rows = [{"row": r, "badge": _badge(r), "handles": r.handler_id in mine, "kind": LEAD_KINDS[r.kind]} for r in found[:300]]
    views = [
        {"key": "open", "label": Text("在办", "In hand"), "count": None, "active": not closed},
        {"key": "closed", "label": Text("已办结", "Closed"), "count": None, "active": closed},
    ]
    figures = [
        {"kind": LEAD_KINDS[k], "outcome": OUTCOMES.get(o, Text("办理中", "in hand")), "numbers": rest} for k, o, *rest in lead_figures(actor)
    ] if actor.permits(FIGURES) else None  # fmt: skip
    discipline = [pk for pk, _ in unit_choices(actor, OVERSEE, ("discipline",))[1:]] if actor.permits(OVERSEE) else []
    context = {
        "title": _TITLE, "rows": rows, "views": views, "figures": figures, "can_report": actor.permits(REPORT), "oversees": bool(discipline),
        "untaken": without_taker(discipline),
    }  # fmt: skip
    return render(request, "supervision/leads.html", context)


@page("lead_nav", "accountability/list", HANDLE, methods=("GET",), nav=Nav(_TITLE, "flag"))
def lead_nav(request: HttpRequest) -> HttpResponse:
    """The same list, in the navigation of the discipline unit."""
    return leads(request)


@page("lead_by_loop", "accountability/loops/<uuid:loop>", OWN, methods=("GET",))
def lead_by_loop(request: HttpRequest, loop: uuid.UUID) -> HttpResponse:
    """From a lead's loop in the work list to the lead."""
    row = leads_of(actor_of(request)).filter(loop=loop).first()
    if row is None:
        raise no_such_lead(loop)
    return HttpResponseRedirect(reverse("lead", args=[row.pk]))


@page("lead_of_loop", "accountability/new/<uuid:loop>", REPORT)
def lead_of_loop(request: HttpRequest, loop: uuid.UUID) -> HttpResponse:
    """Hand on a lead that rests on a loop."""
    from tongchou.record.files import loop_or_refuse

    found = loop_or_refuse(actor_of(request), loop)
    if found.kind.confidential:
        raise no_such_lead(loop)
    return _new(request, loop)


@page("lead_new", "accountability/new", REPORT)
def lead_new(request: HttpRequest) -> HttpResponse:
    """Hand on a lead about a unit."""
    return _new(request, None)


def _new(request: HttpRequest, loop: uuid.UUID | None) -> HttpResponse:
    actor = actor_of(request)
    back = reverse("loop", args=[loop]) if loop else reverse("leads")

    def fields(d: Draft) -> list[FieldParts]:
        unit = d.field("unit", Text("涉及单位", "Unit concerned"), "select", choices=[PLEASE, *unit_choices(actor, "unit.view")[1:]], required=loop is None)
        kinds = [k for k in LEAD_KINDS.items() if k[0] != "late"]
        kind = d.field("kind", Text("类别", "Kind"), "radio", choices=kinds, required=True)
        return [kind, unit, d.field("text", Text("情况", "What happened"), "textarea", rows=8, required=True)]

    def send() -> HttpResponse:
        payload: dict[str, Any] = given(request, "kind", "text") | {"loop": str(loop) if loop else None, "unit": integer(request, "unit")}
        number = do(request, "lead.open", payload).result["number"]
        return done(request, back, Text("已移送纪检监察机关，编号 {n}。", "Handed to discipline inspection as {n}.").with_(n=number))

    note = Text("移送后内容只有纪检监察机关可以查阅，您也不能再查看。", "Once handed on, only discipline inspection can read it; you cannot either.")
    title = Text("移送问责线索", "Hand on a lead")
    crumbs = [{"url": reverse("leads"), "label": _TITLE}, {"url": "", "label": title}]
    return form_page(request, fields, send, title=title, button=Text("移送", "Hand on"), back=back, breadcrumbs=crumbs, note=note)


@page("lead", "accountability/<uuid:lead>", OWN, methods=("GET",))
def lead_page(request: HttpRequest, lead: uuid.UUID) -> HttpResponse:
    """For the discipline unit: everything, and that it was read is on record. For the unit concerned: stage, clock, own words, outcome."""
    actor = actor_of(request)
    row = _lead(actor, lead)
    handles = row.handler_id in actor.unit_ids(HANDLE)
    if handles:
        act("lead.read", actor, new_id(), {"lead": str(lead)})
    decided = row.decided_at is not None
    stage = row.loop.stage
    context: dict[str, Any] = {
        "row": row,
        "handles": handles,
        "badges": [_badge(row)],
        "answer": text_of(row, "answer"),
        "appeal": text_of(row, "appeal"),
        "reason": text_of(row, "reason") if handles or decided else {},
        "review": text_of(row, "review"),
        "outcome": OUTCOMES.get(row.outcome) if handles or decided else None,
        "first_outcome": OUTCOMES.get(row.first_outcome),
        "files": row.files.select_related("file").defer("file__sealed") if handles else [],
        "doings": _doings(actor, row, handles, stage),
        "breadcrumbs": [{"url": reverse("leads"), "label": _TITLE}, {"url": "", "label": row.loop.heading}],
    }
    if handles:
        dossier, whole = opened(row)
        context |= {"dossier": dossier, "whole": whole, "kind": LEAD_KINDS[row.kind], "raw": json.dumps(dossier, ensure_ascii=False, indent=1)}
        context |= _told(row, dossier["loop"]) if row.source is not None and dossier["loop"] else {}
    return render(request, "supervision/lead.html", context)


def _told(row: Lead, frozen: dict[str, Any]) -> dict[str, Any]:
    """The frozen timeline in words, by the kind of the loop that it is of."""
    assert row.source is not None
    kind = kind_of(row.source.edition_id)
    lines = [
        Happening(datetime.fromisoformat(t["at"]), t["what"], t["who"], t["unit"], t["from"], t["to"], t["note"], t["data"], uuid.UUID(t["act"]), t["seq"])
        for t in frozen["timeline"]
    ]
    return {"timeline": [happening(x, kind) for x in lines], "due": datetime.fromisoformat(frozen["due_at"])}


_DO: dict[str, tuple[str, Text, str, str]] = {
    "answer": ("lead.answer", Text("说明情况", "Answer"), "say", "answering"),
    "propose": ("lead.propose", Text("提出处理意见", "Propose an outcome"), "outcome", "examining"),
    "return": ("lead.return", Text("退回补充核查", "Send back"), "reason", "deciding"),
    "decide": ("lead.decide", Text("审定并告知", "Decide and notify"), "", "deciding"),
    "appeal": ("lead.appeal", Text("申请复核", "Ask for a review"), "say", "notified"),
    "review": ("lead.review", Text("复核决定", "Decide the review"), "outcome", "reviewing"),
}


def _doings(actor: Actor, row: Lead, handles: bool, stage: str) -> list[dict[str, Any]]:
    out = []
    for what, (verb, label, _, at) in _DO.items():
        mine = handles if verb not in ("lead.answer", "lead.appeal") else row.unit_id in actor.unit_ids(ANSWER)
        late_answer = what == "answer" and stage == "examining" and row.answered_at is None
        barred = what == "decide" and row.proposed_by_id == actor.account_id
        if mine and (stage == at or late_answer):
            out.append({"what": what, "url": reverse("lead_do", args=[row.pk, what]), "label": label, "barred": barred})
    return out


@page("lead_do", "accountability/<uuid:lead>/do/<slug:what>", OWN)
def lead_do(request: HttpRequest, lead: uuid.UUID, what: str) -> HttpResponse:
    """One step, by whose it is."""
    actor, back = actor_of(request), reverse("lead", args=[lead])
    row = _lead(actor, lead)
    if what not in _DO:
        raise no_such_lead(lead)
    verb, title, form, _ = _DO[what]
    offered = {d["what"] for d in _doings(actor, row, row.handler_id in actor.unit_ids(HANDLE), row.loop.stage)}
    if request.method == "GET" and what not in offered:
        rule = Text("线索当前不在这一阶段，或这一步不由本单位办理。", "The lead is not in that stage, or the step is not yours.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请返回线索页面查看当前阶段。", "Go back to the lead."), field="lead", value=str(row.pk))

    def fields(d: Draft) -> list[FieldParts]:
        if form == "say":
            return [
                d.field("text", Text("情况说明", "What you have to say"), "textarea", rows=8, required=True),
                d.field("files", Text("证明材料", "Evidence"), "file", multiple=True),
            ]
        if form == "outcome":
            return [
                d.field("outcome", Text("处理结果", "Outcome"), "radio", choices=list(OUTCOMES.items()), required=True),
                d.field("reason", Text("理由", "Reason"), "textarea", required=True),
                d.field("basis", Text("依据（党纪法规条款）", "Basis: the rule it rests on"), "textarea", rows=3, required=True),
            ]
        return [d.field("reason", Text("理由", "Reason"), "textarea", required=True)] if form == "reason" else []

    def send() -> HttpResponse:
        payload: dict[str, Any] = given(request, "text", "outcome", "reason", "basis") | {"lead": str(lead)}
        if form == "say":
            payload["files"] = [_taken(request, f, n) for n, f in enumerate(request.FILES.getlist("files")) if f.size]
        do(request, verb, payload)
        return done(request, back, Text("已办理。", "Done."))

    crumbs = [{"url": reverse("leads"), "label": _TITLE}, {"url": back, "label": row.loop.heading}, {"url": "", "label": title}]
    return form_page(request, fields, send, title=title, button=title, back=back, breadcrumbs=crumbs)


def _taken(request: HttpRequest, file: Any, n: int) -> str:
    too_large(file.size or 0)
    key = uuid.uuid5(client_id(request), f"file {n}")
    return str(take_in(actor_of(request), key, file.name or "", file.content_type or "", file.read()).result["file"])


@page("lead_file", "accountability/<uuid:lead>/files/<uuid:file>", HANDLE, methods=("GET",))
def lead_file(request: HttpRequest, lead: uuid.UUID, file: uuid.UUID) -> HttpResponse:
    """A file that the unit gave; the reading is recorded."""
    actor = actor_of(request)
    row = _lead(actor, lead)
    if row.handler_id not in actor.unit_ids(HANDLE):
        raise no_such_lead(lead)
    act("lead.read_file", actor, new_id(), {"lead": str(lead), "file": str(file)}, now=now())
    shown = files.opened(file)
    return HttpResponse(shown.content, headers=shown.headers)
