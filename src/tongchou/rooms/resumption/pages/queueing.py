"""The queue with reasons, why one application stands where it does, and batches: put together, changed, approved and announced."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.territory.reach import missing
from tongchou.rooms.resumption.masks import covers
from tongchou.rooms.resumption.models import Application, Batch
from tongchou.rooms.resumption.pages.application import crumbs, seen
from tongchou.rooms.resumption.place import place_of
from tongchou.rooms.resumption.questions import streets
from tongchou.rooms.resumption.queue import PARTS, SHORT, Ranked, chain_told, ranking
from tongchou.rooms.resumption.reach import DECIDE, VIEW, no_such
from tongchou.rooms.resumption.ways import rules_on
from tongchou.rooms.resumption.words import STANDS, TITLE
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer, now, yes_or_no
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

_QUEUE = Text("复工排序", "Queue")
_FOUND = (("ok", Text("合格项", "In order")), ("bad", Text("不合格项", "Not in order")), ("unchecked", Text("未核查项", "Not checked")))
_BATCHES = Text("复工批次", "Batches")


def _top(last: Text) -> list[dict[str, Any]]:
    return [{"url": reverse("resumption"), "label": TITLE}, {"url": "", "label": last}]


@page("resumption_queue", "resumption/queue", DECIDE, methods=("GET",))
def resumption_queue(request: HttpRequest) -> HttpResponse:
    """All that wait, by their score with each part; as a spreadsheet too."""
    actor, today = actor_of(request), now().astimezone(SHANGHAI).date()
    rows = ranking(actor, today, rules_on(today)["weights"])
    sheet = _sheet(rows if asked_for(request) else rows[:300])
    if asked_for(request):
        return sheet_file(request, _QUEUE, *cells_of(sheet))
    context = {
        "title": _QUEUE, "sheet": sheet, "n": len(rows), "weights": [(t, rules_on(today)["weights"].get(k, 0)) for k, t in PARTS.items()],
        "reviews": sum(s.reviews for s in streets(actor, now())),
        "ready": sum(r.stage == "deciding" and not r.hold and r.batch is None for r in rows), "breadcrumbs": _top(_QUEUE),
        "empty": {"title": Text("没有等待的申请", "Nothing waits"), "text": Text("企业提交的复工申请在这里排序。", "Submitted applications are ranked here."),
                  "icon": "list-check"},
    }  # fmt: skip
    return render(request, "resumption/queue.html", context)


def _sheet(rows: list[Ranked]) -> dict[str, Any]:
    columns: list[dict[str, Any]] = [
        {"key": "unit", "label": Text("企业", "Enterprise")},
        {"key": "place", "label": Text("位次", "Place"), "number": True},
    ]
    columns += [
        {"key": "score", "label": Text("得分", "Score"), "number": True},
        {"key": "street", "label": Text("街道", "Street"), "nowrap": True},
        {"key": "stage", "label": Text("阶段", "Stage"), "nowrap": True},
        {"key": "deadline", "label": Text("时限", "Deadline")},
    ]
    columns += [{"key": k, "label": SHORT[k], "number": True, "definition": t} for k, t in PARTS.items()]
    columns += [{"key": k, "label": t, "number": True} for k, t in _FOUND]
    columns.append({"key": "by", "label": Text("人工调整", "By a person"), "brief": True})
    body = []
    for r in rows:
        points = [{"value": round(p.points) if p.points is not None else Text("—", "—")} for p in r.parts]
        person = r.hold or (f"{r.lift:+d} {r.lift_reason}" if r.lift else "")
        body.append({"cells": [
            {"value": r.name, "url": reverse("resumption_why", args=[r.application])}, {"value": r.place}, {"value": r.score}, {"value": r.street},
            {"value": STANDS[r.stage]}, {"value": r.deadline},
            *points, *({"value": n} for n in r.found), {"value": person},
        ]})  # fmt: skip
    return {"key": "queue", "caption": _QUEUE, "columns": columns, "rows": body, "export": True}


@page("resumption_why", "resumption/<uuid:application>/place", VIEW, methods=("GET",))
def resumption_why(request: HttpRequest, application: uuid.UUID) -> HttpResponse:
    """Why an application stands where it does: each part, its weight and its reason. Nothing of anybody else's.

    To whom the part of the chain is hidden, the total is as well: with all other parts it would give the hidden one away.
    """
    actor = actor_of(request)
    row = seen(actor, application)
    placed = place_of(row.pk, now().astimezone(SHANGHAI).date())
    if placed is None:
        raise Refusal(Reason.WRONG_STAGE, Text("该申请不在排队。", "It is not in the queue."), field="application")
    title = Text("位次和理由", "Place and why")
    found = placed.found
    total = sum(p.weight for p in found.parts if p.points is not None)
    whole = actor.sees_path(VIEW, row.unit.area.path)
    parts = [
        {
            "hidden": p.key == "chain" and not whole,
            "title": PARTS[p.key],
            "points": p.points,
            "weight": p.weight,
            "share": round(p.points * p.weight / total, 1) if p.points is not None and total else None,
            "why": p.why if whole or p.key != "chain" else chain_told(found.facts),
        }
        for p in found.parts
    ]
    context = {
        "row": row, "title": title, "found": found, "placed": placed, "parts": parts,
        "total_shown": not any(p["hidden"] and p["points"] is not None for p in parts), "breadcrumbs": crumbs(row, title),
        "can_adjust": actor.permits(DECIDE) and actor.sees_path(DECIDE, row.unit.area.path),
    }  # fmt: skip
    return render(request, "resumption/why.html", context)


@page("resumption_adjust", "resumption/<uuid:application>/adjust", DECIDE)
def resumption_adjust(request: HttpRequest, application: uuid.UUID) -> HttpResponse:
    """Move an application up or down, hold it, or let it go on; the enterprise sees the reason."""
    row = seen(actor_of(request), application, DECIDE)
    if row.loop is None:
        raise no_such(application)
    title = Text("调整顺序", "Move in the queue")

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("what", Text("做什么", "What"), "radio", required=True,
                    choices=[("lift", Text("加减分", "Points")), ("hold", Text("暂缓", "Hold")), ("go", Text("恢复排队", "Let it go on"))]),
            d.field("lift", Text("加减分（-100 至 100，0 为取消）", "Points, -100 to 100; 0 takes them back"), "integer"),
            d.field("reason", Text("理由（企业可见）", "Reason; the enterprise sees it"), required=True, maxlength=300),
        ]  # fmt: skip

    def send() -> HttpResponse:
        what = request.POST.get("what", "")
        if what not in ("lift", "hold", "go"):
            raise Refusal(Reason.MISSING_VALUE, Text("请选择做什么。", "Choose what to do."), remedy=Text("请选择。", "Choose."), field="what")
        change: dict[str, Any] = {"lift": integer(request, "lift") or 0} if what == "lift" else {"hold": what == "hold"}
        do(
            request,
            "resumption.adjust",
            {"application": str(row.pk), "reason": request.POST.get("reason", "")} | change,
        )
        return done(request, reverse("resumption_why", args=[row.pk]), Text("已调整。", "Done."))

    return form_page(
        request, fields, send, title=title, button=title, back=reverse("resumption_why", args=[row.pk]), breadcrumbs=crumbs(row, title), subtitle=row.unit.name,
        on_record={"what": "lift", "lift": row.lift},
    )  # fmt: skip


def batch_seen(actor: Actor, key: uuid.UUID) -> tuple[Batch, list[Application]]:
    """A batch all of whose applications lie in reach."""
    batch = Batch.objects.select_related("proposed_by", "decided_by").filter(pk=key).first()
    rows = list(Application.objects.filter(batch_id=key).select_related("unit__area", "loop").order_by("place"))
    if (
        batch is None
        or not actor.area_paths(DECIDE)
        or not all(actor.sees_path(DECIDE, r.unit.area.path) for r in rows)
    ):
        raise missing(Text("没有找到这一批。", "There is no such batch."), "batch", str(key))
    return batch, rows


@page("resumption_batches", "resumption/batches", DECIDE)
def resumption_batches(request: HttpRequest) -> HttpResponse:
    """Batches, and a form that puts the first of the queue together."""
    actor = actor_of(request)

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("title", Text("批次名称", "Name of the batch"), required=True, maxlength=120),
            d.field("n", Text("取排在前面的几家", "How many from the top"), "integer", required=True, min=1, max=500),
        ]

    def send() -> HttpResponse:
        made = do(
            request, "resumption.batch", {"title": request.POST.get("title", ""), "n": integer(request, "n")}
        ).result
        return done(
            request,
            reverse("resumption_batch", args=[made["batch"]]),
            Text("已拟定，待另一人批准。", "Put together; another person approves it."),
        )

    shown = []
    for b in Batch.objects.select_related("proposed_by").order_by("-proposed_at")[:60]:
        rows = list(Application.objects.filter(batch=b).select_related("unit__area"))
        if actor.area_paths(DECIDE) and all(actor.sees_path(DECIDE, r.unit.area.path) for r in rows):
            shown.append({"row": b, "n": len(rows)})
    return form_page(
        request, fields, send, title=_BATCHES, button=Text("按排序拟定一批", "Put a batch together"), back=reverse("resumption_queue"), breadcrumbs=_top(_BATCHES),
        template="resumption/batches.html", batches=shown, on_record={"n": 20},
    )  # fmt: skip


@page("resumption_batch", "resumption/batches/<uuid:lot>", DECIDE, methods=("GET",))
def resumption_batch(request: HttpRequest, lot: uuid.UUID) -> HttpResponse:
    """One batch: its applications in order, each with its place in the queue; what a person changed is on record."""
    actor = actor_of(request)
    row, applications = batch_seen(actor, lot)
    today = now().astimezone(SHANGHAI).date()
    ranked = (
        {r.application: r for r in ranking(actor, today, rules_on(today)["weights"])} if row.state == "proposed" else {}
    )
    masks = covers(applications, today) if row.state == "proposed" else {}
    lines = [{"row": a, "ranked": ranked.get(a.pk), "cover": masks.get(str(a.pk))} for a in applications]
    context = {
        "row": row, "lines": lines, "short": sum(c.is_short for c in masks.values()), "open": row.state == "proposed",
        "can_approve": row.state == "proposed" and row.proposed_by_id != actor.account_id,
        "breadcrumbs": [*_top(_BATCHES)[:1], {"url": reverse("resumption_batches"), "label": _BATCHES}, {"url": "", "label": row.title}],
    }  # fmt: skip
    return render(request, "resumption/batch.html", context)


@page("resumption_batch_change", "resumption/batches/<uuid:lot>/change", DECIDE, methods=("POST",))
def resumption_batch_change(request: HttpRequest, lot: uuid.UUID) -> HttpResponse:
    """Move one within the batch, or take it out."""
    batch_seen(actor_of(request), lot)
    payload = {
        "batch": str(lot),
        "application": request.POST.get("application", ""),
        "place": integer(request, "place"),
        "reason": request.POST.get("reason", ""),
    }
    do(request, "resumption.batch_change", payload)
    return done(request, reverse("resumption_batch", args=[lot]), Text("已调整。", "Changed."))


@page("resumption_batch_decide", "resumption/batches/<uuid:lot>/decide", DECIDE, methods=("POST",))
def resumption_batch_decide(request: HttpRequest, lot: uuid.UUID) -> HttpResponse:
    """Approve and announce, or give up."""
    row, _ = batch_seen(actor_of(request), lot)
    if not yes_or_no(request, "approve"):
        do(request, "resumption.batch_drop", {"batch": str(lot), "reason": request.POST.get("reason", "").strip()})
        return done(
            request,
            reverse("resumption_batches"),
            Text("已取消，申请回到排序。", "Dropped; they are back in the queue."),
        )
    made = do(
        request,
        "resumption.batch_approve",
        {
            "batch": str(lot),
            "seen_version": integer(request, "seen_version") or row.version,
            "limit_short": request.POST.get("limit_short") == "1",
        },
    ).result
    said = Text("已批准并公布 {n} 家。", "{n} approved and announced.").with_(n=made["approved"])
    return done(request, reverse("resumption_batch", args=[lot]), said)
