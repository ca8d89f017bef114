"""The supply chain: who blocks whom as a picture and as a list, partners outside, and a department asked to clear a block."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.enterprises import VOUCH
from tongchou.record.models import Unit
from tongchou.record.questions.enterprises import claims
from tongchou.rooms.daily.chain import Block, Link, blocks, links, waiting_for
from tongchou.rooms.daily.chainmap import HEIGHT, NAMED, WIDTH, Box, draw
from tongchou.rooms.daily.numbers import local_day
from tongchou.rooms.daily.pages.progress import TITLE as PROGRESS
from tongchou.rooms.daily.reach import MANAGE, VIEW
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, given, integer, now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

TITLE = Text("产业链堵点", "Supply chain")
DRAWN = 20
"""Suppliers in the picture; the list holds all."""
BOX_ROOM = WIDTH - 16
LISTED = 100
"""Suppliers in the list beside the picture, and names below each; the spreadsheet has all."""
STATES = {
    "not_back": (Text("未复工", "not back"), "act", "alert-circle"),
    "unknown": (Text("情况不明", "not known"), "warn", "help-circle"),
    "back": (Text("已复工", "back"), "ok", "circle-check"),
}


@page("chain", "daily/chain", VIEW, methods=("GET",), nav=Nav(TITLE, "network"))
def chain(request: HttpRequest) -> HttpResponse:
    """Critical suppliers that are not back, the one for which most wait first; outside partners too."""
    actor, day = actor_of(request), local_day(now())
    found, manage = blocks(actor, day), actor.permits(MANAGE)
    all_links = links(actor, day)
    sheet = _sheet(found, all_links, manage, actor.permits("bulletin.draft"))
    if asked_for(request):
        return sheet_file(request, TITLE, *cells_of(sheet))
    outside = [x for x in all_links if x.supplier is None]
    context = {
        "title": TITLE, "sheet": sheet, "picture": _picture(found, all_links), "waiting": _waiting(found, all_links), "can_manage": manage,
        "outside": [{"link": x, "badge": STATES[x.state]} for x in sorted(outside, key=lambda x: (x.state == "back", x.name))[:300]],
        "claims": claims(actor, VIEW), "can_vouch": actor.permits(VOUCH),
        "counts": {k: len({x.key for x in all_links if x.state == k}) for k in STATES},
        "empty": {
            "title": Text("没有堵点", "Nothing blocks"),
            "text": Text("登记关键供应关系后，未复工的供应方显示在这里。", "Critical suppliers that are not back appear here once supplies are on record."),
            "icon": "circle-check",
        },
    }  # fmt: skip
    return render(request, "daily/chain.html", context)


def _sheet(found: list[Block], all_links: list[Link], manage: bool, may_write: bool) -> dict[str, Any]:
    labels: tuple[tuple[str, str, str], ...] = (
        ("name", "供应方", "Supplier"), ("where", "所在地", "Where"), ("state", "状态", "State"), ("waiting", "等待企业", "Who wait"),
        ("names", "等待的企业名单", "Their names"), ("products", "产品", "Products"), ("loop", "协调", "Worked on"),
    )  # fmt: skip
    if may_write:
        labels = (*labels, ("letter", "商请函", "Letter"))
    here, outside = Text("本区", "here"), Text("外地 {c}", "outside {c}")
    names: dict[str, set[str]] = {b.key: set() for b in found}
    for x in all_links:
        if x.state != "back" and x.key in names:
            names[x.key].add(x.buyer_name)
    rows = []
    for n, b in enumerate(found, 1):
        label, tone, icon = STATES[b.state]
        hand: dict[str, Any] = {"value": Text("未交办", "not yet")}
        if b.loop:
            hand = {"value": Text("协调中", "in hand"), "url": reverse("loop", args=[b.loop])}
        elif manage:
            hand = {
                "value": Text("交办部门", "Have it cleared"),
                "url": f"{reverse('chain_open')}?{urlencode({'supplier': b.key})}",
            }
        rows.append(
            {
                "cells": [
                    {"value": b.name, "url": reverse("daily_unit", args=[b.unit]) if b.unit else ""},
                    {"value": here if b.unit else outside.with_(c=b.outside_code)}, {"value": label, "tone": tone, "icon": icon},
                    {"value": b.waiting, "url": f"#waits-{n}" if n <= LISTED else ""}, {"value": Text.listed(sorted(names[b.key]))},
                    {"value": b.products}, hand, *([_letter(b)] if may_write else []),
                ]
            }
        )  # fmt: skip
    columns = [{"key": k, "label": Text(zh, en), "number": k == "waiting", "off": k == "names", "words": k == "names"} for k, zh, en in labels]
    return {"key": "chain", "caption": TITLE, "columns": columns, "rows": rows, "export": True}


def _letter(b: Block) -> dict[str, Any]:
    """Where the letter to another government or department is drafted, once the block is being worked on."""
    if b.loop is None:
        return {"value": Text("交办后起草", "once handed out")}
    return {"value": Text("起草函", "Draft it"), "url": f"{reverse('bulletin_new')}?{urlencode({'loop': str(b.loop)})}"}


def _key(buyer: int) -> str:
    return f"unit:{buyer}"


def _picture(found: list[Block], all_links: list[Link]) -> dict[str, Any] | None:
    """Suppliers that are not back and those who wait, as boxes; what a box says of its state is what the badges say."""
    shown = {b.key: b for b in found[:DRAWN]}
    names = {_key(x.buyer): x.buyer_name for x in all_links}
    picture = draw({k: b.name for k, b in shown.items()}, [(x.key, _key(x.buyer)) for x in all_links if x.state != "back"], names)
    if picture is None:
        return None
    boxes = [_box(box, shown.get(box.key)) for box in picture.boxes]
    return {"of": picture, "boxes": boxes, "box": (WIDTH, HEIGHT), "legend": [STATES["not_back"], STATES["unknown"]], "n": len(shown)}


def _box(box: Box, block: Block | None) -> dict[str, Any]:
    """A box in words. Of several: two names and how many."""
    more = len(box.names) - NAMED
    name = Text.listed(box.names[:NAMED])
    below = Text("等待", "wait") if len(box.names) > 1 else Text("等待", "waits")
    if more > 0:
        below = Text("等 {n} 家，只等这一家", "{n} in all, for this one alone").with_(n=len(box.names))
    if block is not None:
        below = Text("{s}，{n} 家等待", "{s}, {n} {n|waits|wait}").with_(s=STATES[block.state][0], n=block.waiting)
    return {
        "at": box, "name": _cut(name), "below": below, "all": Text.listed(box.names), "tone": STATES[block.state][1] if block else "",
        "url": reverse("daily_unit", args=[block.unit]) if block and block.unit else "",
    }  # fmt: skip


def _cut(name: Text) -> Text:
    """As much of a name as a box is wide; the whole of it is on hover and in the list."""

    def short(words: str) -> str:
        taken = 0.0
        for n, letter in enumerate(words):
            taken += 12 if ord(letter) > 255 else 6.6
            if taken > BOX_ROOM:
                return words[: n - 1] + "…"
        return words

    return Text(short(name.zh), short(name.en))


def _waiting(found: list[Block], all_links: list[Link]) -> list[dict[str, Any]]:
    """The same as a list: each supplier with the names of those who wait for it."""
    by_key: dict[str, dict[int, Link]] = {}
    for x in all_links:
        if x.state != "back":
            by_key.setdefault(x.key, {}).setdefault(x.buyer, x)
    return [
        {"block": b, "badge": STATES[b.state], "who": sorted(by_key.get(b.key, {}).values(), key=lambda x: x.buyer_name)[:LISTED], "more": max(0, b.waiting - LISTED)}
        for b in found[:LISTED]
    ]  # fmt: skip


def _crumbs(label: Text) -> list[dict[str, Any]]:
    return [
        {"url": reverse("progress"), "label": PROGRESS},
        {"url": reverse("chain"), "label": TITLE},
        {"url": "", "label": label},
    ]


@page("chain_partner", "daily/chain/partner", MANAGE)
def chain_partner(request: HttpRequest) -> HttpResponse:
    """What was heard of a partner outside the district."""
    actor, key = actor_of(request), integer(request, "link")
    outside = [x for x in links(actor, local_day(now()), permission=MANAGE) if x.supplier is None]
    choices = [(x.id, f"{x.name}　{x.product} → {x.buyer_name}") for x in outside]
    answers = [
        ("yes", Text("已复工", "back")),
        ("no", Text("未复工", "not back")),
        ("unknown", Text("没问到", "could not be learnt")),
    ]

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("link", Text("外地伙伴", "Partner"), "select", choices=choices, required=True),
            d.field("back", Text("复工情况", "Whether it is back"), "radio", choices=answers, required=True),
            d.field("note", Text("说明", "Note"), maxlength=300),
        ]

    def send() -> HttpResponse:
        back = {"yes": True, "no": False}.get(request.POST.get("back", ""))
        do(request, "chain.partner", {"link": integer(request, "link"), "back": back, **given(request, "note")})
        return done(request, reverse("chain"), Text("已登记。", "Recorded."))

    title = Text("外地伙伴复工情况", "A partner outside")
    return form_page(
        request, fields, send, title=title, button=Text("登记", "Record"), back=reverse("chain"), on_record={"link": key or ""}, breadcrumbs=_crumbs(title),
    )  # fmt: skip


@page("chain_open", "daily/chain/open", MANAGE)
def chain_open(request: HttpRequest) -> HttpResponse:
    """Ask a department to clear a block; who waits goes with it."""
    actor, day = actor_of(request), local_day(now())
    key = request.POST.get("supplier") or request.GET.get("supplier", "")
    waits = waiting_for(actor, key, day, permission=MANAGE)
    units = Unit.objects.filter(
        kind__in=("department", "hq_department", "special_team", "hq_office"), active_to=None
    ).order_by("kind", "name_key")
    choices = [("", Text("请选择", "Choose")), *((u.pk, u.name) for u in units)]

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("supplier", Text("供应方", "Supplier"), "hidden"),
            d.field("department", Text("责任部门", "Department"), "select", choices=choices, required=True),
            d.field("note", Text("要求", "What is asked"), "textarea", maxlength=2000),
        ]

    def send() -> HttpResponse:
        loop = do(
            request,
            "chain.open",
            {"supplier": key, "department": integer(request, "department") or 0, **given(request, "note")},
        ).result["loop"]
        return done(
            request,
            reverse("loop", args=[loop]),
            Text("已交办，等待的企业名单一并附上。", "Handed out, with the list of who waits."),
        )

    title = Text("交办产业链堵点", "Have a block cleared")
    told = Text("{n} 家企业等待：{names}", "{n} {n|enterprise waits|enterprises wait}: {names}").with_(
        n=len({w.unit for w in waits}), names=Text.listed(w.name for w in waits[:20])
    )
    return form_page(
        request, fields, send, title=title, button=Text("交办", "Hand out"), back=reverse("chain"), on_record={"supplier": key}, note=told if waits else "",
        breadcrumbs=_crumbs(title),
    )  # fmt: skip
