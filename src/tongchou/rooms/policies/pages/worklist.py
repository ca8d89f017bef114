"""Entitled and has not asked: the list to work, and telling many at once."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.rooms.policies.catalogue import ELIGIBLE, Catalogue
from tongchou.rooms.policies.pages.words import ANSWERS, crumbs, day_of, streets_seen, today_catalogue, yuan
from tongchou.rooms.policies.questions import Unasked, unasked
from tongchou.rooms.policies.reach import ANSWER, DECIDE, TELL, VIEW
from tongchou.web.pages.forms import done
from tongchou.web.pages.requests import actor_of, do, integer
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

_TITLE = Text("应享未申请", "Entitled and has not asked")
SHOWN, MOST = 200, 20_000


@page("policy_unasked", "policies/unasked", TELL, methods=("GET",))
def policy_unasked(request: HttpRequest) -> HttpResponse:
    """By policy, street, amount and what they said, the largest sums first."""
    actor, found = actor_of(request), today_catalogue()
    wanted = _wanted(request)
    rows = unasked(actor, **wanted, limit=MOST if asked_for(request) else SHOWN)
    sheet = _sheet(rows, found, actor)
    if asked_for(request):
        return sheet_file(request, _TITLE, *cells_of(sheet))
    context = {
        "title": _TITLE,
        "sheet": sheet,
        "chosen": {k: "" if v is None else v for k, v in wanted.items()},
        "policies": [
            ("", Text("全部政策", "All policies")),
            *((k, s.table.title) for k, s in found.standings.items() if _can(s)),
        ],
        "streets": [
            ("", Text("全部街道", "All streets")),
            *streets_seen(actor.area_paths(VIEW), all_=actor.permits(DECIDE)),
        ],
        "states": [
            ("", Text("全部", "All")),
            ("no", Text("未告知", "Not told")),
            ("yes", Text("已告知未答复", "Told, no word")),
            *((k, v) for k, v in ANSWERS.items() if k),
        ],
        "query": urlencode({k: v for k, v in wanted.items() if v not in (None, "")}),
        "full": len(rows) >= SHOWN,
        "n": len(rows),
        "breadcrumbs": crumbs(("", _TITLE)),
        "empty": {
            "title": Text("没有应享未申请的企业", "Nobody is entitled without having asked"),
            "icon": "circle-check",
            "text": Text(
                "待补充信息的企业补充后可能符合条件。", "Those whose facts are missing may qualify once they answer."
            ),
        },
    }
    return render(request, "policies/unasked.html", context)


def _can(standing: Any) -> bool:
    return any(r.rule.outcome == ELIGIBLE for r in standing.rules)


def _wanted(request: HttpRequest) -> dict[str, Any]:
    least = (request.POST.get("least") or request.GET.get("least", "")).replace(",", "").strip()
    try:
        amount = Decimal(least) if least else None
    except InvalidOperation:
        amount = Decimal("NaN")
    if amount is not None and not amount.is_finite():
        raise Refusal(
            Reason.INVALID_VALUE,
            Text("金额须为数字。", "The amount must be a number."),
            field="least",
            value=least[:40],
        )
    text = {k: request.POST.get(k) or request.GET.get(k, "") for k in ("policy", "told")}
    return {**text, "street": integer(request, "street"), "least": amount}


def _sheet(rows: list[Unasked], found: Catalogue, actor: Actor) -> dict[str, Any]:
    labels = (
        ("name", "企业", "Enterprise"),
        ("street", "街道", "Street"),
        ("policy", "政策", "Policy"),
        ("estimate", "预计金额（元）", "About, yuan"),
        ("since", "符合自", "Since"),
        ("told", "告知", "Told"),
        ("answer", "意愿", "What it says"),
        ("reason", "原因", "Why"),
        ("do", "登记", "Record"),
    )
    columns = [{"key": k, "label": Text(zh, en), "number": k == "estimate"} for k, zh, en in labels]
    lines = []
    for r in rows:
        told: Any = r.told_at or Text("未告知", "not told")
        cells: list[dict[str, Any]] = [
            {"value": r.name, "url": reverse("policy_enterprise", args=[r.unit])},
            {"value": r.street},
            {"value": found.title(r.policy), "url": reverse("policy", args=[r.policy])},
            {"value": yuan(r.estimate) or Text("待测算", "to be worked out")},
            {"value": day_of(r.since)},
            {"value": told},
            {"value": ANSWERS.get(r.answer, r.answer) if r.told_at else ""},
            {"value": r.reason},
            {"value": Text("登记意愿", "record"), "url": reverse("policy_contact", args=[r.unit, r.policy])}
            if actor.permits(ANSWER)
            else {"value": ""},
        ]
        lines.append({"cells": cells})
    return {"key": "unasked", "caption": _TITLE, "columns": columns, "rows": lines, "export": True}


@page("policy_tell", "policies/tell", TELL, methods=("POST",))
def policy_tell(request: HttpRequest) -> HttpResponse:
    """Tell everybody whom the filter shows; for one policy at a time."""
    actor, wanted = actor_of(request), _wanted(request)
    if not wanted["policy"]:
        raise Refusal(Reason.MISSING_VALUE, Text("请先选择一项政策。", "Choose one policy first."), field="policy")
    rows = unasked(actor, **wanted, limit=MOST)
    if not rows:
        raise Refusal(Reason.NOT_FOUND, Text("没有符合筛选的企业。", "Nobody fits the filter."), field="policy")
    made = do(request, "policies.tell", {"policy": wanted["policy"], "units": [r.unit for r in rows]}).result
    back = f"{reverse('policy_unasked')}?{urlencode({k: v for k, v in wanted.items() if v not in (None, '', 'no')})}"
    return done(
        request,
        back,
        Text(
            "已告知 {n} 家企业，企业在“惠企政策”页看到。", "{n} {n|enterprise is told; it sees it on its page|enterprises are told; they see it on their page}."
        ).with_(n=made["told"]),
    )
