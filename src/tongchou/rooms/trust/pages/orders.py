"""Orders: the list, one order's file, counts by street, and the card on a person's file."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from tongchou.documents.notice import to_pdf
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import act
from tongchou.record.models import Fact
from tongchou.record.people.fact_types import fact_types
from tongchou.record.questions.person_file import is_open
from tongchou.rooms.trust.models import Restriction
from tongchou.rooms.trust.orders import order_in_reach, organisation, organisations
from tongchou.rooms.trust.questions import (
    VIEWS,
    appeals,
    counts,
    in_force,
    name_of,
    orders,
    orders_of,
    recent_runs,
    state_on,
    view_counts,
    waiting_batches,
)  # fmt: skip
from tongchou.rooms.trust.shown import badge, dashed, facts, notice, reasons, stages
from tongchou.rooms.trust.words import KINDS, RELEASE_REASONS, STATES
from tongchou.web.pages.forms import done
from tongchou.web.pages.people import PERSON_CARDS
from tongchou.web.pages.requests import actor_of, do, integer, yes_or_no
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

TITLE = Text("管控措施", "Orders")
_VIEWS = {
    "active": Text("执行中", "In force"), "pending": Text("待确认", "To be confirmed"), "soon": Text("即将到期", "Ending soon"), "ended": Text("已结束", "Ended"),
}  # fmt: skip
RUN_STATES = {
    "waiting": (Text("排队中", "waiting"), "", "hourglass"), "running": (Text("办理中", "running"), "info", "refresh"),
    "done": (Text("已完成", "done"), "ok", "circle-check"), "failed": (Text("未办理", "not done"), "act", "alert-circle"),
}  # fmt: skip


def today() -> Any:
    return timezone.localdate()


def _waiting(request: HttpRequest) -> tuple[int | str | None, bool]:
    actor = actor_of(request)
    found = view_counts(actor, today())["pending"] if actor.permits("restriction.confirm") else 0
    return found or None, found > 0


@page("orders", "orders", "restriction.view", methods=("GET",), nav=Nav(TITLE, "shield-lock", count=_waiting))
def orders_page(request: HttpRequest) -> HttpResponse:
    """Who is under which order, those that end first on top."""
    actor = actor_of(request)
    view = request.GET.get("view", "active")
    view = view if view in VIEWS else "active"
    kind = request.GET.get("kind", "")
    number = max(0, integer(request, "after") or 0)
    lines, more = orders(actor, view, today(), kind=kind if kind in KINDS else "", page=number)
    held = view_counts(actor, today())
    labels = (("name", "姓名", "Name"), ("area", "所在区域", "Area"), ("kind", "措施", "Order"), ("from", "自", "From"), ("until", "至", "Until"),
              ("issuer", "下达单位", "Issued by"), ("state", "状态", "State"))  # fmt: skip
    rows = []
    for x in lines:
        label, tone, icon = STATES["lapsed" if x.state in ("pending", "active") and x.ends_on < today() else x.state]
        rows.append({"cells": [
            {"value": x.name, "url": reverse("order", args=[x.id])}, {"value": x.area}, {"value": KINDS[x.kind]}, {"value": str(x.starts_on)},
            {"value": str(x.ends_on)}, {"value": x.issuer}, {"value": label, "tone": tone, "icon": icon},
        ]})  # fmt: skip
    context = {
        "title": TITLE,
        "views": [{"key": k, "label": t, "count": held.get(k), "active": k == view, "alert": k == "pending" and bool(held.get(k))} for k, t in _VIEWS.items()],
        "filters": [{"key": "kind", "label": Text("类别", "Kind"), "current": kind, "options": [{"value": k, "label": t} for k, t in KINDS.items()]}],
        "sheet": {"key": "orders", "caption": _VIEWS[view], "columns": [{"key": k, "label": Text(z, e)} for k, z, e in labels], "rows": rows},
        "next_after": str(number + 1) if more else "",
        "batches": _batches(actor),
        "runs": [{"row": r, "badge": dict(zip(("label", "tone", "icon"), RUN_STATES[r.state], strict=True))} for r in recent_runs(actor)],
        "can_issue": actor.permits("restriction.issue"),
        "can_reverse": actor.permits("restriction.reverse"),
        "empty": {
            "title": Text("没有管控措施", "No orders here"),
            "text": Text("按方案判定并下达的措施列在这里，到期自动解除。", "Orders issued out of decisions are listed here; they end by themselves."),
            "icon": "shield-check",
        },
    }  # fmt: skip
    return render(request, "trust/orders.html", context)


def _batches(actor: Actor) -> list[dict[str, Any]]:
    if not actor.permits("restriction.confirm"):
        return []
    mine = organisations(actor)
    return [
        {"row": row, "count": n, "can_confirm": row.issued_by_id != actor.account_id and organisation(row.issuer_id) not in mine}
        for row, n in waiting_batches(actor)
    ]


@page("order", "orders/<uuid:order>", "restriction.view", methods=("GET",))
def order_page(request: HttpRequest, order: uuid.UUID) -> HttpResponse:
    """One order: what, why, by whom, until when; what may be done with it."""
    actor = actor_of(request)
    row = order_in_reach(actor, "restriction.view", order)
    act("person.read", actor, new_id(), {"people": [str(row.person_id)], "what": "file"})
    live = state_on(row, today()) in ("pending", "active")
    name = name_of(row.person, masked=not is_open(actor, row.person_id))
    context = {
        "row": row,
        "name": name,
        "badges": [badge(row, today())] + ([{"label": Text("人工认定", "by hand"), "tone": "warn", "icon": "writing"}] if row.by_hand else []),
        "facts": facts(row, today()),
        "stages": stages(row),
        "reasons": reasons(row),
        "code": dashed(row.code),
        "notices": list(row.notices.order_by("at")),
        "appeals": appeals([row]).get(row.pk, []),
        "evidence": _evidence(row),
        "renewed_by": getattr(row, "renewed_by", None),
        "can_confirm": row.state == "pending" and live and row.issued_by_id != actor.account_id
        and actor.permits("restriction.confirm") and row.issuer_org not in organisations(actor),
        "must_wait": row.state == "pending" and live,
        "can_release": live and actor.sees_path("restriction.issue", row.person.area.path),
        "can_renew": row.state == "active" and live and actor.sees_path("restriction.issue", row.person.area.path),
        "release_reasons": list(RELEASE_REASONS.items()),
        "breadcrumbs": [{"url": reverse("orders"), "label": TITLE}, {"url": "", "label": name}],
    }
    return render(request, "trust/order.html", context)


def _evidence(row: Restriction) -> list[Any]:
    """What an order rests on: facts on record by kind and day, and what was written."""
    keys = [e[5:] for e in row.evidence if e.startswith("fact:")]
    facts = {str(f.pk): f for f in Fact.objects.filter(pk__in=keys, person_id=row.person_id)}
    out: list[Any] = []
    for piece in row.evidence:
        fact = facts.get(piece[5:]) if piece.startswith("fact:") else None
        if fact is not None:
            known = fact_types().get(fact.type)
            said = Text("在册：{t} {d}", "On record: {t} {d}").with_(t=known.title if known else fact.type, d=fact.on or "")
            out.append(said if fact.withdrawn_at is None else Text("{s}（已撤回）", "{s} (withdrawn since)").with_(s=said))
        elif not piece.startswith("fact:"):
            out.append(piece)
    return out


@page("order_confirm", "orders/<uuid:order>/confirm", "restriction.confirm", methods=("POST",))
def order_confirm(request: HttpRequest, order: uuid.UUID) -> HttpResponse:
    """Confirm or not, for another organisation."""
    agree = yes_or_no(request, "agree")
    do(request, "restriction.confirm", {"order": str(order), "agree": agree, "note": request.POST.get("note", "")})
    return done(request, reverse("order", args=[order]), Text("已确认。", "Confirmed.") if agree else Text("未予确认。", "Not confirmed."))


@page("batch_confirm", "orders/batches/<uuid:batch>/confirm", "restriction.confirm", methods=("POST",))
def batch_confirm(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
    """The same for a whole batch."""
    agree = yes_or_no(request, "agree")
    made = do(request, "restriction.confirm_queue", {"batch": str(batch), "agree": agree, "note": request.POST.get("note", "")}).result
    return HttpResponseRedirect(reverse("order_run", args=[made["run"]]))


@page("order_release", "orders/<uuid:order>/release", "restriction.issue", methods=("POST",))
def order_release(request: HttpRequest, order: uuid.UUID) -> HttpResponse:
    """Lift it."""
    payload = {"order": str(order), "reason": request.POST.get("reason", ""), "note": request.POST.get("note", "")}
    do(request, "restriction.release", payload)
    return done(request, reverse("order", args=[order]), Text("已解除。", "Lifted."))


@page("order_notice", "orders/<uuid:order>/notice", "restriction.view", methods=("GET",))
def order_notice(request: HttpRequest, order: uuid.UUID) -> HttpResponse:
    """The printed notice with the whole name, for who has no account; that it was printed is on record."""
    actor = actor_of(request)
    row = order_in_reach(actor, "restriction.view", order)
    act("person.read", actor, new_id(), {"people": [str(row.person_id)], "what": "print"})
    return pdf(request, row, name_of(row.person, masked=False))


def pdf(request: HttpRequest, row: Any, name: str) -> HttpResponse:
    """The notice as a file."""
    address = request.build_absolute_uri(reverse("notice_verify")) + f"?code={row.code}"
    language = "en" if (get_language() or "").startswith("en") else "zh"
    answer = HttpResponse(to_pdf(notice(row, name, address, today()), language), content_type="application/pdf")
    file = quote(f"告知书-{row.code[:4]}.pdf", safe="")
    answer["Content-Disposition"] = f"attachment; filename=\"notice.pdf\"; filename*=UTF-8''{file}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@page("order_counts", "orders/counts", "restriction.counts", methods=("GET",), nav=Nav(Text("管控人数", "People under orders"), "chart-bar"))
def order_counts(request: HttpRequest) -> HttpResponse:
    """How many, by street; nobody's name."""
    found = counts(actor_of(request), today())
    labels = (("street", "街道", "Street"), ("isolation", "隔离", "Isolation"), ("monitoring", "健康监测", "Monitoring"), ("movement", "限制活动", "Movement"),
              ("pending", "待确认", "To be confirmed"), ("soon", "两日内到期", "End within two days"), ("lapsed", "七日内到期解除", "Lapsed in 7 days"),
              ("lifted", "七日内提前解除", "Lifted in 7 days"), ("by_hand", "人工认定", "By hand"))  # fmt: skip
    names = [k for k, _, _ in labels[1:]]
    rows = [{"cells": [{"value": c.street or Text("未划街道", "no street")}, *({"value": getattr(c, n)} for n in names)]} for c in found]
    sheet = {
        "key": "order_counts", "caption": Text("管控人数", "People under orders"), "rows": rows, "export": True,
        "columns": [{"key": k, "label": Text(z, e), "number": k != "street"} for k, z, e in labels],
        "totals": [Text("合计", "Total"), *(sum(getattr(c, n) for c in found) for n in names)] if found else None,
    }  # fmt: skip
    if asked_for(request):
        return sheet_file(request, Text("管控人数", "People under orders"), *cells_of(sheet))
    empty = {"title": Text("没有管控措施", "No orders"), "text": Text("辖区内没有人在管控中。", "Nobody in your area is under an order."), "icon": "shield-check"}
    return render(request, "trust/counts.html", {"title": Text("管控人数", "People under orders"), "sheet": sheet, "empty": empty})


def person_card(actor: Actor, person: uuid.UUID) -> dict[str, Any] | None:
    """The order on a person's file, and the way to a decision."""
    if not actor.permits("restriction.view"):
        return None
    rows = list(orders_of(person)[:50])
    held = in_force(rows, today())
    links = []
    if rows:
        latest = held or rows[0]
        links.append({"url": reverse("order", args=[latest.pk]), "label": Text("查看措施", "See the order"), "icon": "shield-lock"})
    if actor.permits("plan.decide"):
        links.append({"url": f"{reverse('plan_decide')}?person={person}", "label": Text("按方案判定", "Decide by the plan"), "icon": "gavel"})
    lines: list[Any] = []
    if held is not None:
        said = Text("{k}，{a} 至 {b}，{u}下达", "{k}, {a} to {b}, issued by {u}")
        lines.append(said.with_(k=KINDS[held.kind], a=held.starts_on, b=held.ends_on, u=held.issuer.name))
    else:
        lines.append(Text("现在不受任何管控。", "Under no order now."))
    badges = [badge(held, today())] if held else [badge(r, today()) for r in rows[:1] if r.state == "pending"]
    return {"title": TITLE, "badges": badges, "lines": lines, "links": links}


PERSON_CARDS.append(person_card)
