"""A permit: what it says and rests on, what became of it; suspend, restore, withdraw; the plate to print."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe

from tongchou.documents.qr import qr
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.record.models import Event, Loop, WorkPermit
from tongchou.record.permit_facts import HASH, OWN_FACTS, digest, fact_rules
from tongchou.record.questions.permits import LIVE, PLATES, STATES, bound_value, change_words
from tongchou.record.territory.reach import within
from tongchou.rooms.resumption.models import Item
from tongchou.rooms.resumption.pages.application import history
from tongchou.rooms.resumption.pages.orders import orders_of
from tongchou.rooms.resumption.pages.overview import permit_badge
from tongchou.rooms.resumption.pages.permit_life import days_left, may_ask, may_renew, permit_crumbs, requests_of
from tongchou.rooms.resumption.permit_letters import LETTERS
from tongchou.rooms.resumption.reach import DECIDE, SUSPEND, VIEW, permit_seen
from tongchou.rooms.resumption.words import TITLE, named_way
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer, now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

_LIST = Text("复工许可清单", "List of permits")


@page("permit", "permits/<uuid:permit>", VIEW, methods=("GET",))
def permit(request: HttpRequest, permit: uuid.UUID) -> HttpResponse:
    """One permit with its history."""
    actor = actor_of(request)
    row = permit_seen(actor, permit)
    rules = fact_rules()
    asked = {i.key: Text.from_dict(i.title) for i in Item.objects.filter(application__loop=row.loop_id)} if row.loop_id else {}
    bound = [
        (rules[k].title if k in rules else OWN_FACTS.get(k) or asked.get(k, Text(k, k)), bound_value(k, v)) for k, v in row.bound.items() if k not in (HASH, "items")
    ]
    live = row.state in LIVE
    may = live and actor.permits(SUSPEND) and actor.sees_path(SUSPEND, row.unit.area.path)
    context = {
        "row": row,
        "badges": [permit_badge(row.state), {"label": PLATES[row.plate], "tone": "", "icon": "flag"}],
        "way": named_way(row.way),
        "bound": bound,
        "intact": row.bound.get(HASH) == digest(row.bound),
        "hash": str(row.bound.get(HASH, ""))[:16],
        "changes": change_words(row.changes),
        "history": [h | {"letter": h["key"] in LETTERS} for h in history(None, f"permit:{row.pk}")],
        "can_suspend": may and row.state != "suspended",
        "can_resume": may and row.state == "suspended",
        "can_settle": may and row.state == "review",
        "review": Loop.objects.filter(kind="permit_review", origin="permit_review", origin_ref=str(row.pk), closed_at=None).first(),
        "explained": _explained(row),
        "orders": orders_of(row.unit_id),
        "can_renew": may_renew(actor, row),
        "can_withdraw": live and actor.permits(DECIDE) and actor.sees_path(DECIDE, row.unit.area.path),
        "live": live,
        "requests": requests_of(actor, row),
        "may_ask": may_ask(actor, row),
        "days_left": days_left(row, now().astimezone(SHANGHAI).date()),
        "breadcrumbs": permit_crumbs(row),
    }
    return render(request, "resumption/permit.html", context)


def _explained(row: WorkPermit) -> list[Event]:
    """What the enterprise has said in the open review."""
    loops = Loop.objects.filter(kind="permit_review", origin="permit_review", origin_ref=str(row.pk), closed_at=None).values("pk")
    return list(Event.objects.filter(loop_id__in=loops, what="explain").order_by("id")[:20])


@page("permit_settle", "permits/<uuid:permit>/settle", SUSPEND)
def permit_settle(request: HttpRequest, permit: uuid.UUID) -> HttpResponse:
    """Conclude a review: keep the permit, keep it with conditions, or suspend it; with the reason, which the enterprise reads."""
    row = permit_seen(actor_of(request), permit, SUSPEND)
    title, back = Text("作出复核结论", "Conclude the review"), reverse("permit", args=[row.pk])
    if request.method == "GET" and row.state != "review":
        return done(request, back, Text("该许可不在复核中。", "The permit is not under review."))

    def fields(d: Draft) -> list[FieldParts]:
        hows = [("keep", Text("维持许可", "Keep it")), ("conditions", Text("附条件维持", "Keep it with conditions")), ("suspend", Text("暂停许可", "Suspend it"))]
        each = Text("每行一条。", "One a line.")
        return [
            FieldParts("seen_version", title, "hidden", str(integer(request, "seen_version") or row.version)),
            d.field("how", Text("结论", "Conclusion"), "radio", choices=hows, required=True),
            d.field("conditions", Text("增加的条件（附条件维持时填写）", "Conditions added, to keep it with conditions"), "textarea", rows=3, maxlength=4000, help=each),
            d.field("must_show", Text("恢复前要提供什么（暂停时填写）", "What has to be shown, to suspend it"), "textarea", rows=3, maxlength=4000, help=each),
            d.field("reason", Text("理由（告知企业）", "Reason; the enterprise reads it"), "textarea", required=True, maxlength=2000),
        ]

    def send() -> HttpResponse:
        listed = {k: [x.strip() for x in request.POST.get(k, "").splitlines() if x.strip()] for k in ("conditions", "must_show")}
        payload = {"unit": row.unit_id, "how": request.POST.get("how", ""), "reason": request.POST.get("reason", "").strip(),
                   "seen_version": integer(request, "seen_version"), **listed}  # fmt: skip
        made = do(request, "permit.settle", payload).result
        return done(request, back, Text("复核已结束：{s}。", "The review is over: {s}.").with_(s=STATES[made["state"]]))

    words = [*change_words(row.changes), *(Text("企业说明：{n}", "The enterprise says: {n}").with_(n=e.note) for e in _explained(row))]
    note = Text("；".join(w.zh for w in words), "; ".join(w.en for w in words)) if words else None
    return form_page(
        request, fields, send, title=title, button=title, back=back, breadcrumbs=permit_crumbs(row, title), subtitle=f"{row.unit.name} {row.number}", note=note,
    )  # fmt: skip


@page("permit_list", "permits", VIEW, methods=("GET",))
def permit_list(request: HttpRequest) -> HttpResponse:
    """Permits in reach by state; as a spreadsheet too."""
    actor, state = actor_of(request), request.GET.get("state", "")
    rows = WorkPermit.objects.filter(within(actor, VIEW, "unit__area__path", "unit")).select_related("unit").order_by("-changed_at")
    rows = rows.filter(state=state) if state in STATES else rows
    shown = rows[: 20_000 if asked_for(request) else 300]
    labels = (
        ("unit", "企业", "Enterprise"), ("number", "编号", "Number"), ("state", "状态", "State"), ("plate", "牌", "Plate"), ("way", "方式", "Way"),
        ("from", "自", "From"),
        ("until", "至", "Until"), ("reason", "说明", "Reason"),
    )  # fmt: skip
    body = []
    for r in shown:
        badge = permit_badge(r.state)
        body.append({"cells": [
            {"value": r.unit.name}, {"value": r.number, "url": reverse("permit", args=[r.pk])}, {"value": badge["label"], "tone": badge["tone"] or "info",
             "icon": badge["icon"]},
            {"value": PLATES[r.plate]}, {"value": named_way(r.way)}, {"value": r.from_date}, {"value": r.until or Text("长期", "open")}, {"value": r.reason},
        ]})  # fmt: skip
    sheet = {
        "key": "permits",
        "caption": _LIST,
        "columns": [{"key": k, "label": Text(zh, en), "brief": k == "reason"} for k, zh, en in labels],
        "rows": body,
        "export": True,
    }
    if asked_for(request):
        return sheet_file(request, _LIST, *cells_of(sheet))
    context = {
        "title": _LIST, "sheet": sheet, "stands": state, "choices": [("", Text("全部", "All")), *STATES.items()],
        "breadcrumbs": [{"url": reverse("resumption"), "label": TITLE}, {"url": "", "label": _LIST}], "permits": True,
        "empty": {"title": Text("没有许可", "No permits"), "text": Text("复工生效或获准后显示在这里。", "They appear once given."), "icon": "flag"},
    }  # fmt: skip
    return render(request, "resumption/list.html", context)


@page("permit_suspend", "permits/<uuid:permit>/suspend", SUSPEND)
def permit_suspend(request: HttpRequest, permit: uuid.UUID) -> HttpResponse:
    """Suspend, with the reason and what has to be shown before work goes on."""
    row = permit_seen(actor_of(request), permit, SUSPEND)
    title = Text("暂停许可", "Suspend")

    def fields(d: Draft) -> list[FieldParts]:
        return [
            FieldParts("seen_version", title, "hidden", str(integer(request, "seen_version") or row.version)),
            d.field("reason", Text("原因", "Reason"), "textarea", required=True, maxlength=2000),
            d.field(
                "must_show",
                Text("恢复前要提供什么（每行一条）", "What has to be shown before work goes on, one a line"),
                "textarea",
                required=True,
                maxlength=4000,
            ),
        ]

    def send() -> HttpResponse:
        lines = [line.strip() for line in request.POST.get("must_show", "").splitlines() if line.strip()]
        payload = {
            "unit": row.unit_id,
            "reason": request.POST.get("reason", ""),
            "must_show": lines,
            "seen_version": integer(request, "seen_version"),
        }
        do(request, "permit.suspend", payload)
        return done(request, reverse("permit", args=[row.pk]), Text("已暂停，红牌。", "Suspended; the plate is red."))

    return form_page(
        request, fields, send, title=title, button=title, back=reverse("permit", args=[row.pk]), breadcrumbs=permit_crumbs(row, title), subtitle=row.unit.name,
    )  # fmt: skip


@page("permit_resume", "permits/<uuid:permit>/resume", SUSPEND)
def permit_resume(request: HttpRequest, permit: uuid.UUID) -> HttpResponse:
    """Restore: each thing that had to be shown, with how it was shown."""
    row = permit_seen(actor_of(request), permit, SUSPEND)
    title = Text("恢复许可", "Restore")

    def fields(d: Draft) -> list[FieldParts]:
        shown = [
            d.field(
                f"shown_{n}", Text("{m}：核实情况", "{m}: how it was shown").with_(m=m), required=True, maxlength=1000
            )
            for n, m in enumerate(row.must_show)
        ]
        version = FieldParts("seen_version", title, "hidden", str(integer(request, "seen_version") or row.version))
        return [version, *shown, d.field("reason", Text("理由", "Reason"), "textarea", required=True, maxlength=2000)]

    def send() -> HttpResponse:
        shown = [
            {"what": m, "found": f}
            for n, m in enumerate(row.must_show)
            if (f := request.POST.get(f"shown_{n}", "").strip())
        ]
        payload = {
            "unit": row.unit_id,
            "reason": request.POST.get("reason", ""),
            "shown": shown,
            "seen_version": integer(request, "seen_version"),
        }
        do(request, "permit.resume", payload)
        return done(
            request,
            reverse("permit", args=[row.pk]),
            Text("已恢复，按现在的情况继续有效。", "Restored; it rests on the facts as they are now."),
        )

    note = (
        Text("变化：{c}", "Changed: {c}").with_(
            c=Text(
                "；".join(w.zh for w in change_words(row.changes)), "; ".join(w.en for w in change_words(row.changes))
            )
        )
        if row.changes
        else None
    )
    return form_page(
        request, fields, send, title=title, button=title, back=reverse("permit", args=[row.pk]), breadcrumbs=permit_crumbs(row, title), subtitle=row.unit.name, note=note,
    )  # fmt: skip


@page("permit_withdraw", "permits/<uuid:permit>/withdraw", DECIDE)
def permit_withdraw(request: HttpRequest, permit: uuid.UUID) -> HttpResponse:
    """Withdraw for good; work then needs another permit."""
    row = permit_seen(actor_of(request), permit, DECIDE)
    title = Text("撤销许可", "Withdraw")

    def fields(d: Draft) -> list[FieldParts]:
        version = FieldParts("seen_version", title, "hidden", str(integer(request, "seen_version") or row.version))
        return [version, d.field("reason", Text("原因", "Reason"), "textarea", required=True, maxlength=2000)]

    def send() -> HttpResponse:
        payload = {"unit": row.unit_id, "reason": request.POST.get("reason", ""), "seen_version": integer(request, "seen_version")}
        do(request, "permit.withdraw", payload)
        return done(request, reverse("permit", args=[row.pk]), Text("已撤销。", "Withdrawn."))

    return form_page(
        request, fields, send, title=title, button=title, back=reverse("permit", args=[row.pk]), breadcrumbs=permit_crumbs(row, title), subtitle=row.unit.name,
    )  # fmt: skip


@page("permit_plate", "permits/<uuid:permit>/plate", VIEW, methods=("GET",))
def permit_plate(request: HttpRequest, permit: uuid.UUID) -> HttpResponse:
    """The plate to print and put up at the gate, in the colour of the present state; its code opens the public page."""
    row = permit_seen(actor_of(request), permit)
    address = request.build_absolute_uri(reverse("plate", args=[row.pk]) + f"?p={row.plate}")
    context = {
        "row": row, "state": STATES[row.state], "plate": PLATES[row.plate], "way": named_way(row.way), "address": address, "code": mark_safe(qr(address)),
        "breadcrumbs": permit_crumbs(row, Text("复工牌", "Plate")),
    }  # fmt: skip
    return render(request, "resumption/plate.html", context)
