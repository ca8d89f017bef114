"""The first page: an enterprise's own policies; for everybody else what became of each policy, by policy and street."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.text import Text
from tongchou.rooms.policies.catalogue import Catalogue
from tongchou.rooms.policies.models import Run
from tongchou.rooms.policies.pages.enterprise import of_enterprise
from tongchou.rooms.policies.pages.words import TITLE, streets_seen, today_catalogue, yuan
from tongchou.rooms.policies.questions import Figure, figures, unasked_count
from tongchou.rooms.policies.reach import DECIDE, MANAGE, TELL, VIEW, own_enterprises
from tongchou.web.pages.requests import actor_of, integer
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

_COUNTS = (
    ("entitled", "应享", "Entitled"),
    ("told", "已告知未申请", "Told, not applied"),
    ("unasked", "应享未申请", "Not applied"),
    ("applied", "已申请", "Applied"),
    ("approved", "已认定", "Approved"),
    ("refused", "不予认定", "Refused"),
    ("paid", "已兑现", "Paid"),
    ("arrived", "企业确认到账", "Arrived"),
)
_SUMS = (
    ("amount", "认定金额（元）", "Approved, yuan"),
    ("amount_paid", "兑现金额（元）", "Paid, yuan"),
    ("amount_arrived", "到账金额（元）", "Arrived, yuan"),
)


def _unasked(request: HttpRequest) -> tuple[int | None, bool]:
    actor = actor_of(request)
    own = [u.pk for u in own_enterprises(actor)]
    n = sum(count for count, _ in unasked_count(actor, own).values()) if own else 0
    return n or None, False


@page("policies", "policies", VIEW, methods=("GET",), nav=Nav(TITLE, "note", _unasked))
def policies(request: HttpRequest) -> HttpResponse:
    """One's own where one is an enterprise's, else the overview."""
    actor = actor_of(request)
    own = own_enterprises(actor)
    if len(own) == 1:
        return of_enterprise(request, actor, own[0])
    if own:
        return HttpResponseRedirect(reverse("policy_enterprise", args=[own[0].pk]))
    street, found = integer(request, "street"), today_catalogue()
    by_policy = figures(actor, street=street)
    sheet = _sheet(by_policy, found, "policy")
    if asked_for(request):
        return sheet_file(request, Text("惠企政策落实情况", "How the policies are carried out"), *cells_of(sheet))
    run = Run.objects.order_by("-started_at").first()
    context = {
        "title": TITLE,
        "sheet": sheet,
        "by_street": _sheet(figures(actor, by="street", street=street), found, "street"),
        "chart": _chart(by_policy, found),
        "cards": _cards(by_policy),
        "run": run,
        "street": street or "",
        "streets": [
            ("", Text("全部街道", "All streets")),
            *streets_seen(actor.area_paths(VIEW), all_=actor.permits(DECIDE)),
        ],
        "can_tell": actor.permits(TELL),
        "can_manage": actor.permits(MANAGE),
        "empty": {
            "title": Text("还没有匹配结果", "Nothing is matched yet"),
            "icon": "note",
            "text": Text(
                "匹配全部企业后显示应享、申请和兑现情况。",
                "Once all enterprises are matched, who is entitled, applied and was paid stands here.",
            ),
        },
    }
    return render(request, "policies/overview.html", context)


def _cards(rows: list[Figure]) -> list[dict[str, Any]]:
    total = {k: sum(getattr(f, k) for f in rows) for k in ("entitled", "unasked", "applied", "arrived")}
    money = sum((f.amount_arrived for f in rows), Decimal(0))
    words = (
        ("entitled", "应享（户次）", "Entitled (cases)"),
        ("unasked", "应享未申请", "Not applied"),
        ("applied", "已申请", "Applied"),
        ("arrived", "确认到账", "Arrived"),
    )
    cards = [{"label": Text(zh, en), "value": total[k], "act": k == "unasked"} for k, zh, en in words]
    return [*cards, {"label": Text("到账金额（元）", "Arrived, yuan"), "value": int(money), "act": False}]


def _sheet(rows: list[Figure], found: Catalogue, by: str) -> dict[str, Any]:
    first = Text("政策", "Policy") if by == "policy" else Text("街道", "Street")
    days = Text(
        "申请至兑现的平均天数，未兑现的不计。",
        "Mean of days from applying to payment; what is not paid does not count.",
    )
    columns: list[dict[str, Any]] = [{"key": "name", "label": first}]
    columns += [{"key": k, "label": Text(zh, en), "number": True} for k, zh, en in (*_COUNTS, *_SUMS)]
    columns.append({"key": "days", "label": Text("平均天数", "Mean days"), "number": True, "definition": days})
    lines = []
    for f in rows:
        name = (
            {"value": found.title(f.key), "url": reverse("policy", args=[f.key])}
            if by == "policy"
            else {"value": f.name or Text("区直属", "no street")}
        )
        listed = f"{reverse('policy_unasked')}?{urlencode({'policy' if by == 'policy' else 'street': f.key})}"
        counts = [
            {"value": getattr(f, k), "url": listed}
            if k == "unasked" and f.unasked and f.key
            else {"value": getattr(f, k)}
            for k, _, _ in _COUNTS
        ]
        sums = [{"value": yuan(getattr(f, k))} for k, _, _ in _SUMS]
        lines.append({"cells": [name, *counts, *sums, {"value": f.days if f.days is not None else Text("—", "—")}]})
    totals = [
        Text("合计", "Total"),
        *(sum(getattr(f, k) for f in rows) for k, _, _ in _COUNTS),
        *(yuan(sum((getattr(f, k) for f in rows), Decimal(0))) for k, _, _ in _SUMS),
        None,
    ]
    caption = Text("各项政策落实情况", "By policy") if by == "policy" else Text("各街道落实情况", "By street")
    return {
        "key": f"policies_{by}",
        "caption": caption,
        "columns": columns,
        "rows": lines,
        "totals": totals,
        "export": by == "policy",
    }


def _chart(rows: list[Figure], found: Catalogue) -> dict[str, Any] | None:
    if not rows:
        return None
    language = get_language() or "zh-hans"
    words = [found.title(f.key).in_(language) for f in rows]
    series = (
        (Text("到账", "arrived"), "ok", [f.arrived for f in rows]),
        (Text("已申请未到账", "applied, not arrived"), "info", [f.applied - f.arrived for f in rows]),
        (Text("应享未申请", "not applied"), "warn", [f.unasked for f in rows]),
    )
    return {
        "key": "policies",
        "title": Text("应享企业走到哪一步", "How far the entitled have come"),
        "columns": [Text("政策", "Policy"), *(name for name, *_ in series)],
        "rows": [[w, *(values[n] for *_, values in series)] for n, w in enumerate(words)],
        "option": {
            "tooltip": {},
            "legend": {},
            "grid": {"containLabel": True, "left": 8, "right": 24, "top": 32, "bottom": 8},
            "xAxis": {"type": "value", "minInterval": 1},
            "yAxis": {"type": "category", "inverse": True, "data": words},
            "series": [
                {"name": name.in_(language), "type": "bar", "tone": tone, "stack": "n", "data": values} for name, tone, values in series
            ],
        },
    }
