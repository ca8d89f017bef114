"""Custody: does the account balance, who holds what, and hand-overs that wait for an answer."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import act
from tongchou.record.questions.custody import Balance, Held, balances, held, masked_names, open_offers
from tongchou.web.hands import Asked, Figure, hand_figures
from tongchou.web.pages.requests import actor_of, do
from tongchou.web.permission import Nav, page

PURPOSES = {
    "isolation": Text("隔离", "Isolation"), "transfer": Text("转运", "Transfer"), "sample": Text("样本", "Samples"), "stock": Text("物资", "Stock"),
    "return_trip": Text("返岗专车", "Return trip"),
}  # fmt: skip
HOLDERS = {
    "site": Text("场所", "site"), "vehicle": Text("车辆", "vehicle"), "household": Text("家庭", "household"), "lab": Text("实验室", "laboratory"),
    "store": Text("仓库", "store"), "unit": Text("单位", "unit"), "unlocated": Text("去向不明", "unlocated"),
}  # fmt: skip
_ANSWERS = {"accept": "custody.accept", "refuse": "custody.refuse", "withdraw": "custody.withdraw"}


def _unlocated_count(request: HttpRequest) -> tuple[int | str | None, bool]:
    lost = sum(b.unlocated for b in balances(actor_of(request)))
    return lost or None, lost > 0


PEOPLE = ("isolation", "transfer", "return_trip")
"""Purposes for which people are held."""


@hand_figures("control", "custody.view", 3)
def people_held(asked: Asked) -> list[Figure]:
    """People in custody; whom nobody holds shouts."""
    found = [b for b in balances(asked.actor) if b.purpose in PEOPLE]
    lost = sum(b.unlocated for b in found)
    note = Text("去向不明 {n}", "{n} unlocated").with_(n=lost) if lost else Text("都有人接管", "all with a holder")
    url = reverse("custody") + ("?holder=unlocated" if lost else "")
    return [Figure(Text("在管人员", "People in custody"), sum(b.held for b in found), url, note, act=bool(lost))]


@page("custody", "custody", "custody.view", methods=("GET",), nav=Nav(Text("在管与移交", "Custody"), "truck", count=_unlocated_count))
def custody(request: HttpRequest) -> HttpResponse:
    """The balance of every purpose, open hand-overs, and what is held, the unlocated first."""
    actor = actor_of(request)
    mine = {g.unit_id for g in actor.grants_for("custody.act")}
    offers = [
        {"offer": o, "can_accept": o.to_unit_id in mine, "can_withdraw": o.from_unit_id in mine} for o in open_offers(actor)
    ]
    query = request.GET
    rows, after = held(actor, purpose=query.get("purpose", ""), kind=query.get("holder", ""), after=query.get("after", ""))
    names = names_of(actor, [h.person for h in rows])
    context = {
        "balance_sheet": _balance_sheet(balances(actor)),
        "offers": offers,
        "held": [_held(h, names, actor, mine) for h in rows],
        "next_after": after,
        "acting": bool(mine),
        "can_let_out": actor.permits("custody.let_out"),
        "empty": _empty(),
    }
    return render(request, "pages/custody.html", context)


def names_of(actor: Actor, people: list[Any]) -> dict[Any, str]:
    """Masked names of people in custody; that they were shown is recorded first. A page shows at most 200."""
    wanted = sorted({p for p in people if p is not None})
    if not wanted or actor.account_id is None:
        return {}
    act("custody.read", actor, new_id(), {"people": [str(p) for p in wanted]})
    return masked_names(wanted)


def _held(h: Held, names: dict[Any, str], actor: Actor, mine: set[int]) -> dict[str, Any]:
    lost = h.holder_kind == "unlocated"
    seen = h.person is not None and actor.permits("person.view")
    return {
        "id": h.custody, "what": names.get(h.person) or h.item, "url": reverse("person", args=[h.person]) if seen else "",
        "purpose": PURPOSES.get(h.purpose, h.purpose), "holder": HOLDERS.get(h.holder_kind, h.holder_kind), "tone": "act" if lost else "info",
        "icon": "alert-circle" if lost else "user-check", "unit": h.unit or Text("无人保管", "nobody"), "place": h.place, "since": h.since,
        "lost": lost, "mine": h.unit_id in mine,
    }  # fmt: skip


def _empty() -> dict[str, Any]:
    return {
        "title": Text("没有在管的人员或物品", "Nothing is in custody"),
        "text": Text("接收入管的人员、样本、车辆和物资会出现在这里。", "People, samples, vehicles and goods that are taken in appear here."),
        "icon": "package",
    }


def _balance_sheet(rows: list[Balance]) -> dict[str, Any]:
    columns = [
        {"key": "purpose", "label": Text("用途", "Purpose")},
        {"key": "in", "label": Text("入管", "Taken in"), "number": True},
        {"key": "held", "label": Text("在管", "Held"), "number": True},
        {"key": "out", "label": Text("解除", "Let out"), "number": True},
        {"key": "lost", "label": Text("去向不明", "Unlocated"), "number": True},
        {"key": "sound", "label": Text("账目", "Account"), "definition": Text("入管 = 在管 + 解除（每项均有原因）", "taken in = held + let out, each with a reason")},
    ]
    lines = []
    for b in rows:
        state = (Text("平", "balances"), "ok") if b.sound else (Text("不平", "does not balance"), "act")
        here = f"{reverse('custody')}?purpose={b.purpose}"
        cells: list[dict[str, Any]] = [{"value": PURPOSES.get(b.purpose, Text(b.purpose, b.purpose)), "url": here}]
        cells += [{"value": v} for v in (b.taken_in, b.held, b.let_out)]
        cells += [{"value": b.unlocated, "url": f"{here}&holder=unlocated"}, {"value": state[0], "tone": state[1]}]
        lines.append({"cells": cells})
    return {"key": "balance", "caption": Text("收支平衡", "Balance"), "columns": columns, "rows": lines}


@page("custody_answer", "custody/handovers/<uuid:handover>", "custody.act", methods=("POST",))
def custody_answer(request: HttpRequest, handover: uuid.UUID) -> HttpResponse:
    """Accept, refuse or withdraw a hand-over."""
    verb = _ANSWERS.get(request.POST.get("answer", ""))
    if verb is None:
        raise Refusal(Reason.INVALID_VALUE, Text("没有这种答复。", "There is no such answer."), field="answer")
    answer: dict[str, Any] = {"handover": str(handover), "note": request.POST.get("note", "")}
    if verb == "custody.accept":
        answer["missing"] = request.POST.getlist("missing")
    do(request, verb, answer)
    messages.success(request, Text("已记录。", "Recorded.").in_(get_language() or "zh-hans"))
    return HttpResponseRedirect(reverse("custody"))
