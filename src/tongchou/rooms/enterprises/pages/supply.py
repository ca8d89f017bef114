"""Supplies by form: the partner is found by name or code; a claim is confirmed or denied by the other side, or vouched for by the administration."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.actions.supply_answers import KIND, no_such
from tongchou.record.enterprises import SUPPLY, VIEW, VOUCH, enterprise_in_reach
from tongchou.record.models import Loop, SupplyLink, Unit
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.loops import LOOP_LINKS, LoopLink
from tongchou.web.pages.requests import actor_of, do, yes_or_no
from tongchou.web.permission import page

FOUND = 20
"""Partners that a search shows."""
_YES_NO = [("yes", Text("是", "Yes")), ("no", Text("否", "No"))]
_CRITICAL = Text("缺货即停产", "The buyer stops without it")
LOOP_LINKS.append(
    LoopLink(
        "supply_loop", Text("打开供应关系核对", "Open the supply"), "link", lambda file, actor: file.kind.key == KIND and (actor.permits(SUPPLY) or actor.permits(VOUCH))
    )
)


def _back(actor: Actor, link: SupplyLink) -> str:
    """The file that this reader came from: the own one, else that of the side which recorded it."""
    if {link.supplier_id, link.buyer_id} & set(actor.unit_ids(SUPPLY)) or not actor.permits(VIEW):
        return reverse("enterprise_own")
    return reverse("enterprise", args=[link.claimed_by_id or link.supplier_id or link.buyer_id])


@page("supply_new", "enterprises/<int:enterprise>/supply/new", SUPPLY)
def supply_new(request: HttpRequest, enterprise: int) -> HttpResponse:
    """Record who delivers to an enterprise, or to whom it delivers; the partner is looked for by a part of its name, or by its code."""
    actor = actor_of(request)
    row = enterprise_in_reach(actor, enterprise, SUPPLY)
    title, own = Text("登记供应关系", "Record a supply"), enterprise in actor.unit_ids(SUPPLY)
    back = reverse("enterprise", args=[enterprise]) if actor.permits(VIEW) else reverse("enterprise_own")
    ways = [
        PLEASE,
        ("supplier", Text("对方供货给{n}", "The partner delivers to {n}").with_(n=row.name)),
        ("buyer", Text("{n}供货给对方", "{n} delivers to the partner").with_(n=row.name)),
    ]
    sought = request.GET.get("q", "").strip()[:60]

    def fields(d: Draft) -> list[FieldParts]:
        known = Text("在册企业的全称或信用代码，可在上方查找。", "Full name or credit code of one on record; look for it above.")
        said = Text("供应方填“是”的，须采购方确认。", "Said by the supplier it waits for the buyer.")
        return [
            d.field("way", Text("方向", "Which way"), "select", choices=ways, required=True),
            d.field("partner", Text("对方企业", "Partner"), required=True, maxlength=160, help=known),
            d.field("outside", Text("区外企业（只填名称）", "Outside of the district: just its name"), "checkbox"),
            d.field("product", Text("产品", "Product"), required=True, maxlength=120),
            d.field("critical", _CRITICAL, "select", choices=[_YES_NO[1], _YES_NO[0]], help=said),
        ]

    def send() -> HttpResponse:
        way = request.POST.get("way", "")
        if way not in ("supplier", "buyer"):
            raise Refusal(Reason.MISSING_VALUE, Text("请选择方向。", "Choose which way it goes."), remedy=Text("请选择。", "Choose."), field="way")
        payload = {"unit": enterprise, "way": way, "partner": request.POST.get("partner", ""), "product": request.POST.get("product", ""),
                   "outside": bool(request.POST.get("outside")), "critical": request.POST.get("critical") == "yes"}  # fmt: skip
        made = do(request, "supply.add", payload).result
        told = Text("已登记，对方确认后作数。", "Recorded; it counts once the partner confirms it.") if made["state"] == "claimed" else Text("已保存。", "Saved.")
        return done(request, back, told)

    crumbs = [{"url": back, "label": row.name[:30]}, {"url": "", "label": title}]
    return form_page(
        request, fields, send, title=title, button=Text("登记", "Record"), back=back, breadcrumbs=crumbs, template="enterprises/supply_new.html",
        subtitle=row.name, q=sought, found=_found(sought, enterprise), own=own,
    )  # fmt: skip


def _found(text: str, own: int) -> list[Unit]:
    """Active enterprises by a part of their name or by their code: what the public register says of them, no more."""
    if len(text) < 2:
        return []
    rows = Unit.objects.filter(kind="enterprise", active_to=None).exclude(pk=own).select_related("area")
    return list(rows.filter(code=text.upper())[:1]) or list(rows.filter(name__icontains=text).order_by("name_key", "pk")[:FOUND])


@page("supply_end", "supply/<int:supply>/end", SUPPLY, methods=("POST",))
def supply_end(request: HttpRequest, supply: int) -> HttpResponse:
    """A supply is over."""
    do(request, "supply.end", {"link": supply})
    row = SupplyLink.objects.get(pk=supply)
    return done(request, _back(actor_of(request), row), Text("已结束。", "Ended."))


@page("supply_mark", "supply/<int:supply>/mark", SUPPLY, methods=("POST",))
def supply_mark(request: HttpRequest, supply: int) -> HttpResponse:
    """The buyer says whether it stops without it."""
    do(request, "supply.mark", {"link": supply, "critical": yes_or_no(request, "critical")})
    return done(request, reverse("enterprise_own"), Text("已保存。", "Saved."))


def _note(row: SupplyLink, own: bool) -> Text:
    supplier, buyer = (u.name if u else row.outside for u in (row.supplier, row.buyer))
    said = Text("{s} 向 {b} 供应{p}。", "{s} delivers {p} to {b}.").with_(s=supplier, b=buyer, p=row.product)
    if row.state == "claimed" and row.claimed_by:
        said = Text("{c} 登记：{w}", "{c} says: {w}").with_(c=row.claimed_by.name, w=said)
        if row.critical_said and row.claimed_by_id == row.supplier_id:
            said = Text("{w}该供应方称采购方缺货即停产。", "{w} It also says that the buyer stops without it.").with_(w=said)
    return said


@page("supply_answer", "supply/<int:supply>/answer", SUPPLY)
def supply_answer(request: HttpRequest, supply: int) -> HttpResponse:
    """The partner confirms or denies what was recorded about it."""
    actor = actor_of(request)
    row = SupplyLink.objects.select_related("supplier", "buyer", "claimed_by").filter(pk=supply).first()
    if row is None or row.partner_id not in actor.unit_ids(SUPPLY):
        raise no_such(supply)
    back, title, buyer = reverse("enterprise_own"), Text("核对供应关系", "A supply to be confirmed"), row.partner_id == row.buyer_id
    if request.method == "GET" and (row.state != "claimed" or row.ended_on is not None):
        return done(request, back, Text("该供应关系已经核对过或已结束。", "It was answered already, or is over."))

    def fields(d: Draft) -> list[FieldParts]:
        answers = [("yes", Text("确认，情况属实", "It is so")), ("no", Text("否认", "It is not so"))]
        shown = [d.field("confirm", Text("答复", "Answer"), "radio", choices=answers, required=True)]
        if buyer:
            shown.append(d.field("critical", Text("缺货是否停产（确认时填写）", "Do you stop without it; when you confirm"), "radio", choices=_YES_NO))
        return [*shown, d.field("reason", Text("理由（否认时必填）", "Reason, needed to deny"), "textarea", rows=2, maxlength=300)]

    def send() -> HttpResponse:
        confirm = request.POST.get("confirm", "")
        if confirm not in ("yes", "no"):
            raise Refusal(Reason.MISSING_VALUE, Text("请选择确认或否认。", "Confirm or deny."), remedy=Text("请选择。", "Choose."), field="confirm")
        payload: dict[str, Any] = {"link": supply, "confirm": confirm == "yes", "reason": request.POST.get("reason", "").strip()}
        if buyer and request.POST.get("critical") in ("yes", "no"):
            payload["critical"] = request.POST["critical"] == "yes"
        do(request, "supply.answer", payload)
        return done(request, back, Text("已答复。", "Answered."))

    crumbs = [{"url": back, "label": Text("本企业", "Our enterprise")}, {"url": "", "label": title}]
    return form_page(request, fields, send, title=title, button=Text("答复", "Answer"), back=back, note=_note(row, True), breadcrumbs=crumbs)


@page("supply_vouch", "supply/<int:supply>/vouch", VOUCH)
def supply_vouch(request: HttpRequest, supply: int) -> HttpResponse:
    """The street or a department confirms, denies or ends a supply, with what was found."""
    actor = actor_of(request)
    row = SupplyLink.objects.select_related("supplier__area", "buyer__area", "claimed_by").filter(pk=supply).first()
    if row is None or not any(actor.sees_path(VOUCH, u.area.path) for u in (row.supplier, row.buyer) if u):
        raise no_such(supply)
    back, title = _back(actor, row), Text("核实供应关系", "Vouch for a supply")
    if request.method == "GET" and row.ended_on is not None:
        return done(request, back, Text("该供应关系已结束。", "It is over."))
    hows = [("confirm", Text("属实", "It is so")), ("deny", Text("不属实", "It is not so")), ("end", Text("已不再供应", "It is over"))]

    def fields(d: Draft) -> list[FieldParts]:
        shown = [d.field("how", Text("核实结果", "Found"), "radio", choices=hows if row.state == "claimed" else [hows[0], hows[2]], required=True)]
        if row.buyer_id:
            shown.append(d.field("critical", _CRITICAL, "select", choices=[("", Text("不改变", "As it is")), *_YES_NO]))
        return [*shown, d.field("reason", Text("如何核实的", "How it was found"), "textarea", rows=2, required=True, maxlength=300)]

    def send() -> HttpResponse:
        payload: dict[str, Any] = {"link": supply, "how": request.POST.get("how", ""), "reason": request.POST.get("reason", "").strip()}
        if request.POST.get("critical") in ("yes", "no"):
            payload["critical"] = request.POST["critical"] == "yes"
        do(request, "supply.vouch", payload)
        return done(request, back, Text("已登记。", "Recorded."))

    crumbs = [{"url": back, "label": Text("企业", "Enterprise")}, {"url": "", "label": title}]
    return form_page(request, fields, send, title=title, button=Text("登记", "Record"), back=back, note=_note(row, False), breadcrumbs=crumbs)


@page("supply_loop", "loops/<uuid:supply_loop>/supply", "loop.view", methods=("GET",))
def supply_loop(request: HttpRequest, supply_loop: uuid.UUID) -> HttpResponse:
    """From a loop of the work list to the supply: where it is answered, vouched for, or just read."""
    actor, ref = actor_of(request), Loop.objects.filter(pk=supply_loop, kind=KIND).values_list("origin_ref", flat=True).first()
    row = SupplyLink.objects.select_related("supplier__area", "buyer__area").filter(pk=int(ref)).first() if ref else None
    if row is not None and {row.supplier_id, row.buyer_id} & set(actor.unit_ids(SUPPLY)):
        return HttpResponseRedirect(reverse("supply_answer", args=[row.pk]) if row.partner_id in actor.unit_ids(SUPPLY) else reverse("enterprise_own"))
    if row is not None and any(actor.sees_path(VOUCH, u.area.path) for u in (row.supplier, row.buyer) if u):
        return HttpResponseRedirect(reverse("supply_vouch", args=[row.pk]))
    raise no_such(0)
