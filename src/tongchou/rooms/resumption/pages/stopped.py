"""An enterprise that has to stop: its first page tells of the order or the suspended permit, and it asks to have the order lifted."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import WorkPermit
from tongchou.record.questions.work_orders import number_of, stops_in_force
from tongchou.rooms.resumption.actions.lifting import asked_to_lift
from tongchou.rooms.resumption.pages.applying import stored
from tongchou.rooms.resumption.pages.orders import order_crumbs, order_seen
from tongchou.rooms.resumption.reach import APPLY, VIEW
from tongchou.web.fieldparts import FieldParts
from tongchou.web.news import News, news_source
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do
from tongchou.web.permission import page

_STOP = Text("{u}：被责令停工（{n}），解除前不得生产经营", "{u}: ordered to stop ({n}); no work until it is lifted")
_SUSPENDED = Text("{u}：复工许可 {n} 已暂停，恢复前不得生产经营", "{u}: permit {n} is suspended; no work until it is restored")


@news_source
def of_stopped(actor: Actor, now: datetime) -> list[News]:
    """For the enterprise's own accounts, with the page that says why and what is to be done."""
    if not actor.permits("enterprise.own") or not actor.permits(VIEW):
        return []
    own = actor.unit_ids("enterprise.own")
    stops = stops_in_force(own)
    out = [
        News(_STOP.with_(u=o.unit.name, n=number_of(o)), Text("责令停工", "Stop"), "act", "hand-stop", reverse("work_order", args=[o.pk])) for o in stops.values()
    ]
    for p in WorkPermit.objects.filter(unit_id__in=own, state="suspended").exclude(unit_id__in=stops).select_related("unit"):
        out.append(News(_SUSPENDED.with_(u=p.unit.name, n=p.number), Text("已暂停", "Suspended"), "act", "hand-stop", reverse("permit", args=[p.pk])))
    return out


@page("work_order_ask", "resumption/orders/<uuid:work_order>/ask", APPLY)
def work_order_ask(request: HttpRequest, work_order: uuid.UUID) -> HttpResponse:
    """The enterprise says how it was put right, with what shows it, and asks to have the order lifted."""
    actor = actor_of(request)
    row = order_seen(actor, work_order, APPLY)
    back, title = reverse("work_order", args=[row.pk]), Text("申请解除停工令", "Ask to have the order lifted")
    if request.method == "GET" and (row.kind != "stop" or row.lifted_at is not None or asked_to_lift(row.pk) is not None):
        return done(request, back, Text("没有可以申请解除的停工令，或已申请。", "There is no order to ask for, or it was asked for already."))

    def fields(d: Draft) -> list[FieldParts]:
        told = Text("逐条写明：{p}", "Point by point: {p}").with_(p="；".join(row.points))
        return [
            d.field("how", Text("整改情况", "How it was put right"), "textarea", required=True, maxlength=2000, help=told),
            d.field("files", Text("证明（照片或文件）", "What shows it"), "file", multiple=True),
        ]

    def send() -> HttpResponse:
        files = [stored(actor, f) for f in request.FILES.getlist("files") if f.size]
        do(request, "work_order.ask_lift", {"order": str(row.pk), "how": request.POST.get("how", "").strip(), "files": files})
        return done(request, back, Text("已交{o}核实。", "{o} looks into it.").with_(o=row.organ.name))

    return form_page(request, fields, send, title=title, button=title, back=back, subtitle=f"{row.unit.name} {number_of(row)}", breadcrumbs=order_crumbs(row, title))
