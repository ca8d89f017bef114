"""Orders and notices to enterprises: the register of one's area, one order with its letter, lifting a stop."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import WorkOrder
from tongchou.record.questions.work_orders import KINDS, number_of
from tongchou.record.territory.reach import missing, reaches_unit, within
from tongchou.rooms.resumption.actions.lifting import asked_to_lift
from tongchou.rooms.resumption.order_letters import order_letter
from tongchou.rooms.resumption.reach import APPLY, SUSPEND, VIEW
from tongchou.rooms.resumption.words import TITLE
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.papers import FORMATS, paper_file
from tongchou.web.pages.requests import actor_of, do
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

ORDERS = Text("责令文书", "Orders")
MOST = 20_000


def order_seen(actor: Actor, key: uuid.UUID, permission: str = VIEW) -> WorkOrder:
    """An order within reach; otherwise it is not found."""
    row = WorkOrder.objects.select_related("unit__area", "organ", "permit", "by", "lifted_by", "loop").filter(pk=key).first()
    if row is None or not reaches_unit(actor, permission, row.unit):
        raise missing(Text("没有找到这份文书。", "There is no such order."), "order", str(key))
    return row


def order_badge(row: WorkOrder) -> dict[str, Any]:
    """What an order says and whether it holds."""
    if row.kind == "stop":
        holds = row.lifted_at is None
        return {"label": KINDS["stop"], "tone": "act", "icon": "hand-stop"} if holds else {"label": Text("已解除", "lifted"), "tone": "ok", "icon": "circle-check"}
    return {"label": KINDS[row.kind], "tone": "warn", "icon": "alert-triangle"}


def orders_of(unit: int, limit: int = 10) -> list[dict[str, Any]]:
    """The last orders to an enterprise, as its page shows them."""
    rows = WorkOrder.objects.filter(unit=unit).select_related("organ", "unit").order_by("-issued_at")[:limit]
    return [shown_order(r) for r in rows]


def shown_order(row: WorkOrder) -> dict[str, Any]:
    return {"row": row, "number": number_of(row), "badge": order_badge(row)}


@page("work_orders", "resumption/orders", VIEW, methods=("GET",))
def work_orders(request: HttpRequest) -> HttpResponse:
    """Orders and notices in reach, the latest first; as a spreadsheet too."""
    actor, kind = actor_of(request), request.GET.get("kind", "")
    rows = WorkOrder.objects.filter(within(actor, VIEW, "unit__area__path", "unit")).select_related("unit", "organ").order_by("-issued_at", "-pk")
    rows = rows.filter(kind=kind) if kind in KINDS else rows
    shown = rows[: MOST if asked_for(request) else 300]
    labels = (("number", "文号", "Number"), ("kind", "文书", "What"), ("unit", "企业", "Enterprise"), ("at", "签发", "Issued"), ("state", "状态", "State"),
              ("reason", "理由", "Reason"))  # fmt: skip
    body = []
    for r in shown:
        badge = order_badge(r)
        body.append({"cells": [
            {"value": number_of(r), "url": reverse("work_order", args=[r.pk])}, {"value": KINDS[r.kind]}, {"value": r.unit.name}, {"value": r.issued_at},
            {"value": badge["label"], "tone": badge["tone"], "icon": badge["icon"]}, {"value": r.reason},
        ]})  # fmt: skip
    columns = [{"key": k, "label": Text(zh, en), "brief": k == "reason"} for k, zh, en in labels]
    sheet = {"key": "work_orders", "caption": ORDERS, "columns": columns, "rows": body, "export": True}
    if asked_for(request):
        return sheet_file(request, ORDERS, *cells_of(sheet))
    options = [{"value": "", "label": Text("全部", "All")}, *({"value": k, "label": t} for k, t in KINDS.items())]
    context = {
        "title": ORDERS, "sheet": sheet, "filters": [{"key": "kind", "label": Text("文书", "What"), "current": kind, "options": options}],
        "breadcrumbs": [{"url": reverse("resumption"), "label": TITLE}, {"url": "", "label": ORDERS}],
        "empty": {
            "title": Text("没有文书", "No orders"), "text": Text("责令停工、责令改正和转入复核的文书在这里。", "Orders to stop, to correct, notices of reviews."),
            "icon": "file-text",
        },
    }  # fmt: skip
    return render(request, "resumption/orders.html", context)


@page("work_order", "resumption/orders/<uuid:work_order>", VIEW, methods=("GET",))
def work_order(request: HttpRequest, work_order: uuid.UUID) -> HttpResponse:
    """One order: what it says, its letter, how it was lifted."""
    actor = actor_of(request)
    row = order_seen(actor, work_order)
    stands = row.kind == "stop" and row.lifted_at is None
    asked = asked_to_lift(row.pk) if stands else None
    context = {
        "row": row, "number": number_of(row), "kind": KINDS[row.kind], "badge": order_badge(row),
        "can_lift": stands and actor.sees_path(SUSPEND, row.unit.area.path),
        "asked": asked, "can_ask": stands and asked is None and row.unit_id in actor.unit_ids(APPLY),
        "breadcrumbs": order_crumbs(None, number_of(row)),
    }  # fmt: skip
    return render(request, "resumption/order.html", context)


def order_crumbs(row: WorkOrder | None, last: Any) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = [{"url": reverse("resumption"), "label": TITLE}, {"url": reverse("work_orders"), "label": ORDERS}]
    if row is not None:
        out.append({"url": reverse("work_order", args=[row.pk]), "label": number_of(row)})
    return [*out, {"url": "", "label": last}]


@page("work_order_lift", "resumption/orders/<uuid:work_order>/lift", SUSPEND)
def work_order_lift(request: HttpRequest, work_order: uuid.UUID) -> HttpResponse:
    """Lift an order to stop, with the reason."""
    row = order_seen(actor_of(request), work_order, SUSPEND)
    back, title = reverse("work_order", args=[row.pk]), Text("解除停工令", "Lift the order to stop")
    if request.method == "GET" and (row.kind != "stop" or row.lifted_at is not None):
        return done(request, back, Text("没有可以解除的停工令。", "There is no order to stop to lift."))

    def fields(d: Draft) -> list[FieldParts]:
        return [d.field("reason", Text("理由（如何整改、谁核实的）", "Reason: how it was put right, who looked"), "textarea", required=True, maxlength=2000)]

    def send() -> HttpResponse:
        do(request, "work_order.lift", {"order": str(row.pk), "reason": request.POST.get("reason", "").strip()})
        return done(request, back, Text("已解除。同时暂停的许可须另行恢复。", "Lifted. A permit that was suspended with it is restored by itself."))

    return form_page(
        request, fields, send, title=title, button=title, back=back, subtitle=f"{row.unit.name} {number_of(row)}", breadcrumbs=order_crumbs(row, title),
    )  # fmt: skip


@page("work_order_letter", "resumption/orders/<uuid:work_order>/letter/<slug:format>", VIEW, methods=("GET",))
def work_order_letter(request: HttpRequest, work_order: uuid.UUID, format: str) -> HttpResponse:
    """The letter of an order, as Word or PDF."""
    row = order_seen(actor_of(request), work_order)
    if format not in FORMATS:
        raise missing(Text("没有这份文书。", "There is no such letter."), "letter", format[:20])
    document = order_letter(row)
    return paper_file(document, format, f"{document.title}（{row.unit.name}）")
