"""The dealer's own side: stock to report, deliveries to send."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.rooms.rural.actions.deliveries import no_such_delivery
from tongchou.rooms.rural.pages.deliveries import delivery_page, delivery_rows
from tongchou.rooms.rural.pages.parts import input_choices, input_name, input_unit, link, on_day
from tongchou.rooms.rural.pages.stocks import stock_sheet
from tongchou.rooms.rural.questions import deliveries_of, stock_lines
from tongchou.rooms.rural.reach import DEALER, DEALERS
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import unit_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

TITLE, _STOCK = Text("农资经销", "Farm input dealers"), Text("填报库存和价格", "Report stock and price")
_SENT = Text("本单位配送", "Our deliveries")


@page("dealer", "dealer", DEALER, methods=("GET",), nav=Nav(TITLE, "truck"))
def dealer(request: HttpRequest) -> HttpResponse:
    """What the dealers in reach have left; for a dealer itself alone."""
    actor = actor_of(request)
    table = stock_sheet(stock_lines(actor, DEALER))
    if asked_for(request):
        return sheet_file(request, TITLE, *cells_of(table))
    waiting = deliveries_of(actor, "dealer").filter(state="planned").count()
    context = {
        "title": TITLE,
        "subtitle": Text("待发货 {n} 笔", "{n} to be sent").with_(n=waiting),
        "sheet": table,
        "action": {"url": reverse("dealer_stock"), "label": _STOCK},
        "links": [
            link("dealer_deliveries", "配送和发货", "Deliveries to send", "truck"),
            link("produce", "产销对接", "Produce", "package"),
        ],
        "empty": {
            "title": Text("还没有填报库存", "No stock reported"),
            "text": Text(
                "经营种子、化肥、农药等农资的，请按日填报库存和价格。",
                "If you deal in seed, fertiliser or the like, report stock and price by day.",
            ),
            "icon": "archive",
        },
    }
    return render(request, "rural/list.html", context)


@page("dealer_stock", "dealer/stock", DEALER)
def dealer_stock(request: HttpRequest) -> HttpResponse:
    """Report a day's stock and price of an input."""
    units = unit_choices(actor_of(request), DEALER, DEALERS)

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("unit", Text("经销单位", "Dealer"), "select", choices=units, required=True),
            d.field("input", Text("农资", "Input"), "select", choices=input_choices(), required=True),
            d.field(
                "quantity",
                Text("库存数量", "In stock"),
                "number",
                required=True,
                help=Text("没有库存的填 0。", "0 where there is none."),
            ),
            d.field("price", Text("单价", "Price"), "number", unit=Text("元", "yuan")),
            d.field("on", Text("日期", "Day"), "date", required=True),
        ]

    def send() -> HttpResponse:
        payload: dict[str, object] = {n: request.POST.get(n, "").strip() for n in ("input", "quantity", "on")}
        price = request.POST.get("price", "").strip()
        do(
            request,
            "farm.stock",
            payload | {"unit": integer(request, "unit") or 0} | ({"price": price} if price else {}),
        )
        return done(request, reverse("dealer"), Text("已填报。", "Reported."))

    only = {"unit": units[1][0]} if len(units) == 2 else {}
    return form_page(
        request, fields, send, title=_STOCK, button=Text("填报", "Report"), back=reverse("dealer"), on_record={"on": on_day().isoformat(), **only},
        breadcrumbs=[{"url": reverse("dealer"), "label": TITLE}, {"url": "", "label": _STOCK}],
    )  # fmt: skip


@page("dealer_deliveries", "dealer/deliveries", DEALER, methods=("GET",))
def dealer_deliveries(request: HttpRequest) -> HttpResponse:
    """Deliveries that the dealers in reach send."""
    rows = deliveries_of(actor_of(request), "dealer")
    table = delivery_rows(list(rows[: 5000 if asked_for(request) else 500]), "dealer_delivery")
    if asked_for(request):
        return sheet_file(request, _SENT, *cells_of(table))
    context = {
        "title": _SENT,
        "sheet": table,
        "breadcrumbs": [{"url": reverse("dealer"), "label": TITLE}, {"url": "", "label": _SENT}],
        "empty": {
            "title": Text("没有配送", "No deliveries"),
            "text": Text("农业农村部门安排后显示在这里。", "They appear once ordered."),
            "icon": "truck",
        },
    }
    return render(request, "rural/list.html", context)


@page("dealer_delivery", "dealer/deliveries/<uuid:delivery>", DEALER)
def dealer_delivery(request: HttpRequest, delivery: uuid.UUID) -> HttpResponse:
    """One delivery as the dealer sees it: say what goes out."""
    row = deliveries_of(actor_of(request), "dealer").filter(pk=delivery).first()
    if row is None:
        raise no_such_delivery(delivery)

    def fields(d: Draft) -> list[FieldParts]:
        if row.state != "planned":
            return []
        return [
            d.field("quantity", Text("发货数量", "What goes out"), "number", unit=input_unit(row.input), required=True)
        ]

    def send() -> HttpResponse:
        do(request, "farm.send", {"delivery": str(delivery), "quantity": request.POST.get("quantity", "").strip()})
        return done(
            request,
            reverse("dealer_delivery", args=[delivery]),
            Text("已发货，待村里签收。", "Sent; the village confirms receipt."),
        )

    trail: list[dict[str, Any]] = [
        {"url": reverse("dealer"), "label": TITLE},
        {"url": reverse("dealer_deliveries"), "label": _SENT},
        {"url": "", "label": input_name(row.input)},
    ]
    return delivery_page(request, row, fields, send, Text("确认发货", "Send"), reverse("dealer_deliveries"), trail)
