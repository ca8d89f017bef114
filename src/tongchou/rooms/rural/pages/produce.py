"""Produce that needs buyers: the list, one lot with its offers, what was lost."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.measures import measure_text
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.loops.kinds import kind_of
from tongchou.record.models import Unit
from tongchou.record.territory.reach import missing, reaches_unit
from tongchou.rooms.rural.actions.produce import SELLERS
from tongchou.rooms.rural.models import Offer, Spoiled
from tongchou.rooms.rural.pages.parts import on_day, plain, sheet
from tongchou.rooms.rural.questions import LotLine, lots
from tongchou.rooms.rural.reach import BUY, MARKET, SELL
from tongchou.rooms.rural.words import SPOILED
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE, unit_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer
from tongchou.web.pages.shown import stage_badge
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

TITLE, _NEW = Text("农产品产销", "Produce for sale"), Text("登记滞销农产品", "Put produce up for sale")
_OFFER, _LOST = Text("求购报价", "Offer to buy"), Text("登记损失", "Record what was lost")
_WHICH = [("", Text("待售", "for sale")), ("1", Text("全部", "all"))]
_SOON = 3
"""Days before its last day from which a lot is urgent."""


@page("produce", "produce", MARKET, methods=("GET",), nav=Nav(TITLE, "package"))
def produce(request: HttpRequest) -> HttpResponse:
    """What is for sale in the district, what keeps shortest first."""
    actor, every = actor_of(request), request.GET.get("all") == "1"
    rows = [x for x in lots(actor) if every or (x.left > 0 and x.keeps_until >= on_day())]
    table = _sheet(rows)
    if asked_for(request):
        return sheet_file(request, TITLE, *cells_of(table))
    context = {
        "title": TITLE,
        "sheet": table,
        "action": {"url": reverse("produce_new"), "label": _NEW} if actor.permits(SELL) else None,
        "filters": [{"name": "all", "label": Text("范围", "Which"), "choices": _WHICH, "value": "1" if every else ""}],
        "empty": {
            "title": Text("没有待售的农产品", "Nothing is for sale"),
            "text": Text(
                "村里或企业登记滞销农产品后显示在这里。", "It appears once a village or an enterprise puts it up."
            ),
            "icon": "package",
        },
    }
    return render(request, "rural/list.html", context)


def _sheet(rows: list[LotLine]) -> dict[str, Any]:
    labels = (
        ("name", "农产品", "Produce", 0), ("left", "待售", "Left", 1), ("measure", "单位", "Measure", 0), ("price", "要价（元）", "Price, yuan", 1),
        ("keeps", "可售至", "Keeps until", 0), ("seller", "卖方", "Seller", 0), ("area", "产地", "Where", 0), ("offers", "待定报价", "Offers", 1),
        ("sold", "已卖出", "Sold", 1), ("promised", "成交待确认", "Promised", 1), ("lost", "损失", "Lost", 1),
    )  # fmt: skip
    body: list[list[Any]] = []
    for x in rows:
        days = (x.keeps_until - on_day()).days
        keeps: Any = x.keeps_until.isoformat()
        if x.left > 0 and days <= _SOON:
            keeps = {"value": keeps, "tone": "act" if days < 0 else "warn", "icon": "alert-triangle"}
        name = {"value": x.name, "url": reverse("produce_lot", args=[x.id])}
        price = plain(x.price) if x.price is not None else Text("面议", "open")
        body.append(
            [
                name,
                plain(x.left),
                measure_text(x.measure),
                price,
                keeps,
                x.seller_name,
                x.area,
                x.offers,
                plain(x.sold),
                plain(x.promised),
                plain(x.lost),
            ]
        )
    return sheet("produce", TITLE, labels, body)


def _lot(actor: Actor, key: uuid.UUID) -> LotLine:
    found = lots(actor, key=key)
    if not found:
        raise missing(Text("没有找到这批农产品。", "There is no such lot."), "produce", str(key))
    return found[0]


def _sells(actor: Actor, lot: LotLine) -> bool:
    """Whether the actor acts for the seller, or has the seller in its area."""
    return actor.permits(SELL) and reaches_unit(actor, SELL, Unit.objects.select_related("area").get(pk=lot.seller))


@page("produce_lot", "produce/<uuid:produce>", MARKET)
def produce_lot(request: HttpRequest, produce: uuid.UUID) -> HttpResponse:
    """One lot. The seller's side sees every offer and takes one by a POST; a buyer sees its own alone."""
    actor = actor_of(request)
    lot = _lot(actor, produce)
    if request.method == "POST":
        do(request, "produce.take", {"offer": request.POST.get("offer", "")})
        return done(
            request,
            reverse("produce_lot", args=[produce]),
            Text("已接受，待买方提货付款。", "Taken; the buyer collects and pays."),
        )
    sells = _sells(actor, lot)
    offers = Offer.objects.filter(produce=produce).select_related("buyer", "loop").order_by("-price", "made_at")
    if not sells:
        offers = offers.filter(buyer__in=actor.unit_ids(MARKET))
    context = {
        "lot": lot,
        "left": plain(lot.left),
        "sells": sells,
        "open": lot.left > 0,
        "can_buy": actor.permits(BUY) and lot.left > 0 and lot.keeps_until >= on_day(),
        "offers": [
            {"line": o, "badge": stage_badge(kind_of(o.loop.edition_id), o.loop.stage) if o.loop else None}
            for o in offers
        ],
        "measure": measure_text(lot.measure),
        "lost": [{"line": s, "why": SPOILED[s.why]} for s in Spoiled.objects.filter(produce=produce).order_by("-on")],
        "facts": [
            {"label": Text("卖方", "Seller"), "value": lot.seller_name},
            {"label": Text("产地", "Where"), "value": lot.area},
            {"label": Text("数量", "Quantity"), "value": Text("{n} {m}", "{n} {m}").with_(n=plain(lot.quantity), m=measure_text(lot.measure))},
            {"label": Text("待售", "Left"), "value": Text("{n} {m}", "{n} {m}").with_(n=plain(lot.left), m=measure_text(lot.measure))},
            {"label": Text("已卖出", "Sold"), "value": plain(lot.sold)},
            {"label": Text("损失", "Lost"), "value": plain(lot.lost)},
            {
                "label": Text("要价（元）", "Price, yuan"),
                "value": plain(lot.price) if lot.price is not None else Text("面议", "open"),
            },
            {"label": Text("可售至", "Keeps until"), "value": lot.keeps_until.isoformat()},
            {"label": Text("说明", "Note"), "value": lot.note or Text("—", "—")},
        ],
        "breadcrumbs": [{"url": reverse("produce"), "label": TITLE}, {"url": "", "label": lot.name}],
    }
    return render(request, "rural/lot.html", context)


@page("produce_new", "produce/new", SELL)
def produce_new(request: HttpRequest) -> HttpResponse:
    """Put a lot up for sale."""
    sellers = unit_choices(actor_of(request), SELL, SELLERS)

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("seller", Text("卖方", "Seller"), "select", choices=sellers, required=True,
                    help=Text("企业、合作社；农户的由村里代为登记，不写姓名电话。", "An enterprise or cooperative; a village for its farmers, without names.")),
            d.field("name", Text("农产品", "Produce"), required=True, maxlength=60),
            d.field("quantity", Text("数量", "Quantity"), "number", required=True),
            d.field("measure", Text("计量单位", "Measure"), required=True, maxlength=12),
            d.field("price", Text("单价", "Price"), "number", unit=Text("元", "yuan"), help=Text("不填为面议。", "Empty: open to offers.")),
            d.field("keeps_until", Text("可售至", "Keeps until"), "date", required=True),
            d.field("note", Text("说明", "Note"), "textarea", maxlength=500),
        ]  # fmt: skip

    def send() -> HttpResponse:
        payload: dict[str, object] = {
            n: request.POST.get(n, "").strip() for n in ("name", "quantity", "measure", "keeps_until", "note")
        }
        price = request.POST.get("price", "").strip()
        made = do(
            request,
            "produce.add",
            payload | {"seller": integer(request, "seller") or 0} | ({"price": price} if price else {}),
        ).result
        return done(request, reverse("produce_lot", args=[made["produce"]]), Text("已登记。", "It is up for sale."))

    record = {"measure": Text("公斤", "kg").in_("zh-hans")} | ({"seller": sellers[1][0]} if len(sellers) == 2 else {})
    return _page(request, fields, send, _NEW, Text("登记", "Put up"), reverse("produce"), record)


def _page(
    request: HttpRequest, fields: Any, send: Any, title: Text, button: Text, back: str, record: dict[str, Any]
) -> HttpResponse:
    trail = [{"url": reverse("produce"), "label": TITLE}, {"url": "", "label": title}]
    return form_page(request, fields, send, title=title, button=button, back=back, on_record=record, breadcrumbs=trail)


@page("produce_offer", "produce/<uuid:produce>/offer", BUY)
def produce_offer(request: HttpRequest, produce: uuid.UUID) -> HttpResponse:
    """Offer to buy some of a lot."""
    actor = actor_of(request)
    lot, buyers = _lot(actor, produce), unit_choices(actor, BUY, ("enterprise", "school", "store"))

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("buyer", Text("买方", "Buyer"), "select", choices=buyers, required=True),
            d.field("quantity", Text("数量", "Quantity"), "number", unit=measure_text(lot.measure), required=True),
            d.field("price", Text("单价", "Price"), "number", unit=Text("元", "yuan"), required=True),
            d.field("collect_on", Text("提货日期", "Collected on"), "date", required=True),
        ]

    def send() -> HttpResponse:
        payload: dict[str, object] = {n: request.POST.get(n, "").strip() for n in ("quantity", "price", "collect_on")}
        do(request, "produce.offer", payload | {"produce": str(produce), "buyer": integer(request, "buyer") or 0})
        return done(
            request,
            reverse("produce_lot", args=[produce]),
            Text("已报价，待卖方接受。", "Offered; the seller decides."),
        )

    record = {"quantity": plain(lot.left), "price": plain(lot.price) or "", "collect_on": on_day()} | (
        {"buyer": buyers[1][0]} if len(buyers) == 2 else {}
    )
    return _page(request, fields, send, _OFFER, Text("报价", "Offer"), reverse("produce_lot", args=[produce]), record)


@page("produce_spoiled", "produce/<uuid:produce>/lost", SELL)
def produce_spoiled(request: HttpRequest, produce: uuid.UUID) -> HttpResponse:
    """Record what of a lot was lost, and why."""
    actor = actor_of(request)
    lot = _lot(actor, produce)
    if not _sells(actor, lot):
        raise missing(Text("没有找到这批农产品。", "There is no such lot."), "produce", str(produce))

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("quantity", Text("损失数量", "Lost"), "number", unit=measure_text(lot.measure), required=True),
            d.field("why", Text("原因", "Why"), "select", choices=[PLEASE, *SPOILED.items()], required=True),
            d.field("on", Text("日期", "Day"), "date", required=True),
            d.field("note", Text("说明", "Note"), "textarea", maxlength=500),
        ]

    def send() -> HttpResponse:
        payload = {n: request.POST.get(n, "").strip() for n in ("quantity", "why", "on", "note")}
        do(request, "produce.spoiled", payload | {"produce": str(produce)})
        return done(request, reverse("produce_lot", args=[produce]), Text("已登记。", "Recorded."))

    return _page(
        request,
        fields,
        send,
        _LOST,
        Text("登记", "Record"),
        reverse("produce_lot", args=[produce]),
        {"on": on_day().isoformat()},
    )
