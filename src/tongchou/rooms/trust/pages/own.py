"""What a person is told about oneself: the status, the notice, the appeal, who looked; and the page that verifies a printed notice."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.loops.titles import written
from tongchou.record.models import Loop, Person
from tongchou.record.questions.people import who_looked
from tongchou.rooms.trust.actions.answer import ORIGIN
from tongchou.rooms.trust.actions.care import reviewer
from tongchou.rooms.trust.models import Notice, Restriction
from tongchou.rooms.trust.orders import no_such_order, order_in_reach
from tongchou.rooms.trust.pages.orders import TITLE, pdf, today
from tongchou.rooms.trust.questions import appeals, by_code, facts_of_order, in_force, name_of, orders_of, state_on
from tongchou.rooms.trust.shown import appeal_phone, badge, dashed, facts, reasons, stages, what_ends_it
from tongchou.rooms.trust.words import KINDS, STATES
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.people import HOW
from tongchou.web.pages.requests import actor_of, do
from tongchou.web.permission import PUBLIC, Nav, page

_MINE = Text("我的状态", "My status")


def own_person(request: HttpRequest) -> Person | None:
    """The person of the account; None where the account is linked to nobody."""
    key: Any = actor_of(request).person_id
    return Person.objects.select_related("area").filter(pk=key, erased_at=None).first() if key else None


@page("my_status", "my/status", "status.own", methods=("GET",), nav=Nav(_MINE, "user-check"))
def my_status(request: HttpRequest) -> HttpResponse:
    """One's own order: what, why, by whom, until when, what ends it, how to appeal, who looked. Nobody else's."""
    person = own_person(request)
    rows = list(orders_of(person.pk)[:20]) if person else []
    now = today()
    told = [
        r for r in rows if r.confirmed_at is not None or not r.two_needed
    ]  # what waits for a second organisation binds nobody yet
    held = in_force(told, now)
    filed = appeals(told)
    context: dict[str, Any] = {"title": _MINE, "linked": person is not None, "held": held, "phone": appeal_phone()}
    if held is not None:
        open_appeal = next((x for x in filed.get(held.pk, []) if x.closed_at is None), None)
        context |= {
            "badges": [badge(held, now)], "kind": KINDS[held.kind], "facts": facts(held, now), "reasons": reasons(held), "stages": stages(held),
            "ends": what_ends_it(held), "days_left": (held.ends_on - now).days, "code": dashed(held.code), "open_appeal": open_appeal,
            "changes": _changes(held),
        }  # fmt: skip
    context |= {
        "past": [{"row": r, "badge": badge(r, now), "kind": KINDS[r.kind]} for r in told if r is not held],
        "appeals": [{"loop": x, "answer": _answer(x)} for found in filed.values() for x in found],
        "looks": [{"look": x, "how": HOW.get(x.how, x.how)} for x in who_looked(person.pk, limit=30)] if person else [],
    }
    if held is not None:
        Notice.objects.filter(restriction=held, seen_at=None).update(seen_at=timezone.now())
    return render(request, "trust/my_status.html", context)


def _changes(row: Restriction) -> list[Text]:
    return [
        Text("检测日：{d}", "Test on {d}").with_(d=day)
        for m in facts_of_order(row)["measures"]
        for day in m["test_dates"]
        if day >= str(today())
    ]


def _answer(loop: Loop) -> dict[str, Any]:
    """What became of an appeal, and the answer given."""
    state = {
        "upheld": (Text("申诉成立", "upheld"), "ok", "circle-check"), "rejected": (Text("申诉不成立", "rejected"), "", "circle-x"),
        "withdrawn": (Text("已撤回", "withdrawn"), "", "x"),
    }.get(loop.stage, (Text("办理中", "being answered"), "info", "hourglass"))  # fmt: skip
    said = (
        loop.evidence.filter(key="answer").order_by("-at").values_list("text", flat=True).first()
        if loop.closed_at
        else ""
    )
    return {
        "label": state[0],
        "tone": state[1],
        "icon": state[2],
        "text": said or "",
        "due": None if loop.closed_at else loop.due_at,
    }


def _mine(request: HttpRequest, order: uuid.UUID) -> Restriction:
    person = own_person(request)
    row = (
        Restriction.objects.select_related("issuer", "person", "decision__explanation", "confirmed_unit")
        .filter(pk=order)
        .first()
    )
    if row is None or person is None or row.person_id != person.pk or (row.two_needed and row.confirmed_at is None):
        raise no_such_order(order)
    return row


@page("my_notice", "my/orders/<uuid:order>/notice", "status.own", methods=("GET",))
def my_notice(request: HttpRequest, order: uuid.UUID) -> HttpResponse:
    """One's own notice as a file."""
    row = _mine(request, order)
    return pdf(request, row, name_of(row.person, masked=False))


@page("my_appeal", "my/orders/<uuid:order>/appeal", "status.own")
def my_appeal(request: HttpRequest, order: uuid.UUID) -> HttpResponse:
    """Appeal against one's own order."""
    return _appeal(request, _mine(request, order), reverse("my_status"))


@page("order_appeal", "orders/<uuid:order>/appeal", "restriction.view")
def order_appeal(request: HttpRequest, order: uuid.UUID) -> HttpResponse:
    """Take down an appeal that somebody makes on paper or by phone."""
    row = order_in_reach(actor_of(request), "restriction.view", order)
    return _appeal(request, row, reverse("order", args=[order]))


def _appeal(request: HttpRequest, row: Restriction, back: str) -> HttpResponse:
    if state_on(row, today()) not in ("active", "pending"):
        rule = Text("该措施已结束。", "This order has ended already.")
        raise Refusal(
            Reason.WRONG_STAGE,
            rule,
            remedy=Text("对已结束措施的意见，请提交诉求。", "For one that has ended, send a request."),
            field="order",
        )
    if any(x.closed_at is None for x in appeals([row]).get(row.pk, [])):
        return done(request, back, Text("申诉已在办理中。", "An appeal is being answered already."))

    def fields(d: Draft) -> list[FieldParts]:
        told = Text(
            "写清楚哪里不对，例如日期、接触情况、已有的检测结果。",
            "Say what is wrong: dates, the contact, tests you already have.",
        )
        return [
            d.field("detail", Text("申诉理由", "Why"), "textarea", required=True, rows=6, maxlength=2000, help=told)
        ]

    def send() -> HttpResponse:
        payload = {
            "kind": "appeal", **written(Text("对{kind}措施的申诉", "Appeal against {kind}").with_(kind=KINDS[row.kind])),
            "detail": request.POST.get("detail", ""), "person": str(row.person_id),
            "owner_unit": row.issuer_id, "verifier_unit": reviewer(row.issuer_id, row.confirmed_unit_id), "origin": ORIGIN, "origin_ref": str(row.pk), "urgent": True,
        }  # fmt: skip
        do(request, "loop.open", payload)
        return done(
            request,
            back,
            Text("已提交，24 小时内由其他单位的人员答复。", "Sent: somebody of another unit answers within 24 hours."),
        )

    title = Text("申诉", "Appeal")
    note = Text(
        "由下达单位说明依据，由其他单位的人员在 24 小时内答复；申诉成立的，立即解除。",
        "The issuer states its grounds, somebody of another unit answers within 24 hours; if upheld, the order ends at once.",
    )
    crumbs = [{"url": back, "label": _MINE if back == reverse("my_status") else TITLE}, {"url": "", "label": title}]
    return form_page(
        request,
        fields,
        send,
        title=title,
        button=Text("提交申诉", "Send the appeal"),
        back=back,
        note=note,
        breadcrumbs=crumbs,
    )


@page("notice_verify", "verify", PUBLIC, methods=("GET",))
def notice_verify(request: HttpRequest) -> HttpResponse:
    """Whether a printed notice is genuine and still in force. Shows nobody's name."""
    code = request.GET.get("code", "")[:20]
    row = by_code(code) if code else None
    if row is not None and row.two_needed and row.confirmed_at is None:
        row = None
    context: dict[str, Any] = {
        "title": Text("核验告知书", "Check a notice"),
        "code": code,
        "row": row,
        "asked": bool(code),
    }
    if row is not None:
        label, tone, icon = STATES[state_on(row, today())]
        context |= {
            "kind": KINDS[row.kind],
            "state": {"label": label, "tone": tone, "icon": icon},
            "number": dashed(row.code),
        }
    return render(request, "trust/verify.html", context)
