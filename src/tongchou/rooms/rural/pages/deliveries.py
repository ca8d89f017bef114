"""Deliveries as the villages and the department see them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.rooms.rural.actions.deliveries import no_such_delivery
from tongchou.rooms.rural.models import Delivery
from tongchou.rooms.rural.pages.needs import season_id
from tongchou.rooms.rural.pages.parts import (
    crumbs,
    farm_links,
    input_choices,
    input_name,
    input_unit,
    on_day,
    place_name,
    plain,
    season_choices,
    season_chosen,
    sheet,
    village_choices,
)
from tongchou.rooms.rural.pages.supply import _LIST, _NEW
from tongchou.rooms.rural.questions import deliveries_of
from tongchou.rooms.rural.reach import DEALERS, MANAGE, REPORT, VIEW, in_charge
from tongchou.rooms.rural.words import DELIVERIES
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import unit_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page


def delivery_rows(rows: list[Delivery], page_name: str) -> dict[str, Any]:
    """The sheet of deliveries; each leads to its own page."""
    labels = (
        ("what", "农资", "Input", 0), ("state", "状态", "State", 0), ("to", "送到", "To", 0), ("from", "供货单位", "From", 0), ("expect", "应送达", "Due", 0),
        ("ordered", "安排", "Ordered", 1), ("sent", "发出", "Sent", 1), ("received", "签收", "Received", 1), ("reason", "差异说明", "Difference", 0),
    )  # fmt: skip
    body: list[list[Any]] = []
    for d in rows:
        word, tone, icon = DELIVERIES[d.state]
        late = d.state in ("planned", "sent") and d.expect_on < on_day()
        state = {
            "value": Text("逾期未到", "late") if late else word,
            "tone": "act" if late else tone or "info",
            "icon": "alert-triangle" if late else icon,
        }
        none = Text("—", "—")
        body.append([
            {"value": Text.aside(input_name(d.input), input_unit(d.input)), "url": reverse(page_name, args=[d.pk])}, state, place_name(d.area), d.dealer.name,
            d.expect_on.isoformat(), plain(d.ordered), plain(d.sent) if d.sent is not None else none,
            plain(d.received) if d.received is not None else none, d.reason or none,
        ])  # fmt: skip
    return sheet("deliveries", _LIST, labels, body)


@page("farm_deliveries", "farm/deliveries", VIEW, methods=("GET",))
def farm_deliveries(request: HttpRequest) -> HttpResponse:
    """Deliveries to villages in reach; what waits first."""
    actor, state = actor_of(request), request.GET.get("state", "")
    rows = deliveries_of(actor, "village")
    rows = rows.filter(state=state) if state in DELIVERIES else rows
    states = [("", Text("全部", "All")), *((k, v[0]) for k, v in DELIVERIES.items())]
    table = delivery_rows(list(rows[: 5000 if asked_for(request) else 500]), "farm_delivery")
    if asked_for(request):
        return sheet_file(request, _LIST, *cells_of(table))
    context = {
        "title": _LIST,
        "sheet": table,
        "filters": [{"name": "state", "label": Text("状态", "State"), "choices": states, "value": state}],
        "links": farm_links(request),
        "action": {"url": reverse("farm_delivery_new"), "label": _NEW} if actor.permits(MANAGE) else None,
        "breadcrumbs": crumbs(("", _LIST)),
        "empty": {
            "title": Text("还没有配送", "No deliveries yet"),
            "text": Text("按方案安排后显示在这里。", "They appear once ordered."),
            "icon": "truck",
        },
    }
    return render(request, "rural/list.html", context)


@page("farm_delivery", "farm/deliveries/<uuid:delivery>", VIEW)
def farm_delivery(request: HttpRequest, delivery: uuid.UUID) -> HttpResponse:
    """One delivery as the village sees it: receive it, or cancel what has not been sent."""
    actor = actor_of(request)
    row = deliveries_of(actor, "village").filter(pk=delivery).first()
    if row is None:
        raise no_such_delivery(delivery)
    back = reverse("farm_delivery", args=[delivery])

    def fields(d: Draft) -> list[FieldParts]:
        unit = input_unit(row.input)
        if row.state == "sent" and actor.permits(REPORT):
            return [
                d.field("quantity", Text("实收数量", "What came"), "number", unit=unit, required=True),
                d.field(
                    "reason",
                    Text("差异说明", "Difference"),
                    maxlength=300,
                    help=Text("与发货量不符时必填。", "Needed where it is not what was sent."),
                ),
            ]
        if row.state == "planned" and in_charge(actor, MANAGE, "farm") and actor.permits(MANAGE):
            return [d.field("reason", Text("取消原因", "Why it is cancelled"), required=True, maxlength=300)]
        return []

    def send() -> HttpResponse:
        if not fields(Draft(request)):
            rule = Text("这笔配送现在没有由您办理的事。", "There is nothing for you to do with this delivery.")
            raise Refusal(Reason.WRONG_STAGE, rule, field="delivery")
        reason = request.POST.get("reason", "").strip()
        if row.state == "sent":
            do(
                request,
                "farm.receive",
                {"delivery": str(delivery), "quantity": request.POST.get("quantity", "").strip(), "reason": reason},
            )
            return done(request, back, Text("已签收。", "Received."))
        do(request, "farm.cancel", {"delivery": str(delivery), "reason": reason})
        return done(request, back, Text("已取消。", "Cancelled."))

    button = Text("确认收货", "Confirm receipt") if row.state == "sent" else Text("取消配送", "Cancel it")
    return delivery_page(
        request,
        row,
        fields,
        send,
        button,
        reverse("farm_deliveries"),
        crumbs(("farm_deliveries", _LIST), ("", input_name(row.input))),
    )


def delivery_page(
    request: HttpRequest,
    row: Delivery,
    fields: Any,
    send: Any,
    button: Text,
    back: str,
    breadcrumbs: list[dict[str, Any]],
) -> HttpResponse:
    """A delivery's facts with the form that is due, for either side."""
    word, tone, icon = DELIVERIES[row.state]
    unit = input_unit(row.input)
    facts = [
        {"label": Text("农资", "Input"), "value": Text.aside(input_name(row.input), unit)},
        {"label": Text("供货单位", "From"), "value": row.dealer.name},
        {"label": Text("送到", "To"), "value": place_name(row.area)},
        {"label": Text("安排", "Ordered"), "value": plain(row.ordered)},
        {"label": Text("应送达", "Due"), "value": row.expect_on.isoformat()},
    ]
    if row.sent is not None and row.sent_by is not None:
        facts += [
            {"label": Text("发出", "Sent"), "value": plain(row.sent)},
            {"label": Text("发货", "Sent by"), "value": row.sent_by.display_name},
        ]
    if row.received is not None and row.received_by is not None:
        facts += [
            {"label": Text("签收", "Received"), "value": plain(row.received)},
            {"label": Text("签收人", "Received by"), "value": row.received_by.display_name},
        ]
    if row.reason:
        facts.append({"label": Text("说明", "Note"), "value": row.reason})
    return form_page(
        request, fields, send, title=input_name(row.input), subtitle=place_name(row.area), button=button, back=back, breadcrumbs=breadcrumbs,
        template="rural/delivery.html", facts=facts, badges=[{"label": word, "tone": tone, "icon": icon}],
        on_record={"quantity": plain(row.sent if row.state == "sent" else row.ordered)},
    )  # fmt: skip


@page("farm_delivery_new", "farm/deliveries/new", MANAGE)
def farm_delivery_new(request: HttpRequest) -> HttpResponse:
    """Order one delivery by hand."""
    actor, season = actor_of(request), season_chosen(request)

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field(
                "dealer",
                Text("供货单位", "Dealer"),
                "select",
                choices=unit_choices(actor, MANAGE, DEALERS),
                required=True,
            ),
            d.field("area", Text("送到", "To"), "select", choices=village_choices(actor, MANAGE), required=True),
            d.field("input", Text("农资", "Input"), "select", choices=input_choices(), required=True),
            d.field("quantity", Text("数量", "Quantity"), "number", required=True),
            d.field("expect_on", Text("应送达日期", "Due"), "date", required=True),
            d.field("season", Text("季节", "Season"), "select", choices=season_choices(), required=True),
        ]

    def send() -> HttpResponse:
        one = {n: request.POST.get(n, "").strip() for n in ("input", "quantity", "expect_on")}
        one |= {"dealer": integer(request, "dealer") or 0, "area": integer(request, "area") or 0}  # type: ignore[dict-item]
        do(request, "farm.deliver", {"season": season_id(request), "deliveries": [one]})
        return done(request, reverse("farm_deliveries"), Text("已安排。", "Ordered."))

    record = {"season": season.pk if season else "", "expect_on": (on_day() + timedelta(days=2)).isoformat()}
    return form_page(
        request, fields, send, title=_NEW, button=Text("安排", "Order"), back=reverse("farm_deliveries"), on_record=record,
        breadcrumbs=crumbs(("farm_deliveries", _LIST), ("", _NEW)),
    )  # fmt: skip
