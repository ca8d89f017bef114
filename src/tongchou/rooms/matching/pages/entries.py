"""Needs and offers: entering one in a minute on the phone, the pool as a sheet, a table of many, change and withdrawal."""

from __future__ import annotations

import base64
import uuid
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Unit
from tongchou.rooms.matching.catalogue import Item, catalogue
from tongchou.rooms.matching.entry_table import DAYS, rejected_entries
from tongchou.rooms.matching.models import Entry, Match
from tongchou.rooms.matching.pages.overview import SIDES, TITLE, own_line
from tongchou.rooms.matching.questions import entries, state_of
from tongchou.rooms.matching.reach import MANAGE, POST, VIEW, entry_in_reach
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE, Choices, unit_choices
from tongchou.web.pages.forms import Draft, change_page, done, form_page
from tongchou.web.pages.imports import counts_of, file_fields, tell_import, upload
from tongchou.web.pages.requests import actor_of, do, given, integer
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

_POOL = Text("供需清单", "Needs and offers")
_STATES: Choices = [("open", Text("待对接", "To be matched")), ("over", Text("已对接或过期", "Matched or expired")), ("withdrawn", Text("已撤回", "Withdrawn")),
                    ("all", Text("全部", "All"))]  # fmt: skip


def crumbs(*more: Any) -> list[dict[str, Any]]:
    """The way from the room's first page."""
    return [{"url": reverse("matching"), "label": TITLE}, *more]


def own_units(actor: Actor, permission: str) -> list[Unit]:
    """The enterprises, schools or stores whose account it is."""
    kinds = (Unit.Kind.ENTERPRISE, Unit.Kind.SCHOOL, Unit.Kind.STORE, Unit.Kind.CLINIC)
    return list(Unit.objects.filter(pk__in=actor.unit_ids(permission), kind__in=kinds, active_to=None).order_by("pk"))


def unit_field(d: Draft, actor: Actor, permission: str, name: str, label: Text) -> list[FieldParts]:
    """Whose it is: not asked of an account that has one unit only."""
    own = own_units(actor, permission)
    if len(own) == 1:
        return []
    listed: Choices = [PLEASE, *((u.pk, u.name) for u in own)] if own else unit_choices(actor, permission)
    return [d.field(name, label, "select", choices=listed, required=True)]


def unit_given(request: HttpRequest, actor: Actor, permission: str, name: str) -> int:
    own = own_units(actor, permission)
    return integer(request, name) or (own[0].pk if len(own) == 1 else 0)


@page("match_new", "matching/new", POST)
def match_new(request: HttpRequest) -> HttpResponse:
    """Four answers for an enterprise's clerk: what, how many, from when, to when; the rest may stay empty."""
    actor, book = actor_of(request), catalogue()
    side = request.POST.get("side") or request.GET.get("side", "need")
    side = side if side in SIDES else "need"
    items: Choices = [PLEASE, *((i.key, _named(i)) for i in book.items.values())]

    def fields(d: Draft) -> list[FieldParts]:
        more = [
            d.field("conditions", Text("条件", "Conditions"), "checkboxes", choices=list(book.conditions.items())),
            d.field("size", Text("规格（吨或座，用于车辆）", "Size (tonnes or seats, for vehicles)"), "integer", min=0),
            d.field("within_km", Text("最远距离", "At most"), "integer", unit=Text("公里", "km"), min=1),
            d.field("price", Text("单价", "Price of one"), "number", unit=Text("元", "yuan")),
            d.field("note", Text("说明", "Note"), maxlength=300),
        ]
        manage = [d.field("essential", Text("属保供或防疫物资企业", "On the essential list"), "checkbox")] if side == "need" and actor.permits(MANAGE) else []
        return [
            FieldParts("side", Text("供需", "Side"), "hidden", side),
            *unit_field(d, actor, POST, "unit", Text("单位", "Unit")),
            d.field("item", Text("品名或工种", "What"), "select", choices=items, required=True),
            d.field("quantity", Text("数量", "How many"), "integer", min=1, required=True),
            d.field("first", Text("从", "From"), "date", required=True),
            d.field("last", Text("到", "To"), "date", required=True),
            *more, *manage,
        ]  # fmt: skip

    def send() -> HttpResponse:
        payload: dict[str, Any] = given(request, "item", "first", "last", "note", "price") | {
            "side": side, "unit": unit_given(request, actor, POST, "unit"), "quantity": integer(request, "quantity") or 0,
            "conditions": request.POST.getlist("conditions"), "essential": bool(request.POST.get("essential")),
        }  # fmt: skip
        payload |= {n: v for n in ("size", "within_km") if (v := integer(request, n)) is not None}
        key = do(request, "match.post", payload).result["entry"]
        return done(request, reverse("match_entry", args=[key]), Text("已登记，进入待对接清单。", "Entered; it is in the pool now."))

    today = timezone.localdate()
    title = Text("登记需求", "Enter a need") if side == "need" else Text("登记供给", "Enter an offer")
    return form_page(
        request, fields, send, title=title, button=Text("登记", "Enter"), back=reverse("matching"),
        breadcrumbs=crumbs({"url": "", "label": title}), on_record={"first": str(today), "last": str(today + timedelta(days=DAYS))},
    )  # fmt: skip


def _named(item: Item) -> Text:
    kind = catalogue().kinds[item.kind]
    return Text(f"{kind.zh} · {item.title.zh}（{item.unit.zh}）", f"{kind.en} · {item.title.en} ({item.unit.en})")


@page("match_pool", "matching/pool", VIEW, methods=("GET",))
def match_pool(request: HttpRequest) -> HttpResponse:
    """The pool within reach, as a sheet and a spreadsheet."""
    actor, on = actor_of(request), timezone.localdate()
    side, kind, state = (request.GET.get(n, "") for n in ("side", "kind", "state"))
    state = state or "open"
    side, kind = side if side in SIDES else "", kind if kind in catalogue().kinds else ""
    rows = entries(actor, on, side=side, kind=kind, state="" if state == "all" else state, limit=20_000 if asked_for(request) else 300)
    sheet = _sheet(rows)
    if asked_for(request):
        return sheet_file(request, _POOL, *cells_of(sheet))
    context = {
        "title": _POOL, "sheet": sheet, "side": side, "kind": kind, "state": state, "can_post": actor.permits(POST),
        "sides": [("", Text("需求和供给", "Needs and offers")), *SIDES.items()], "kinds": [("", Text("全部类别", "All kinds")), *catalogue().kinds.items()],
        "states": _STATES, "breadcrumbs": crumbs({"url": "", "label": _POOL}),
        "empty": {
            "icon": "arrows-sort", "title": Text("没有符合的供需", "Nothing here"), "text": Text("登记或导入后会显示。", "What is entered or imported appears here."),
        },
    }  # fmt: skip
    return render(request, "matching/pool.html", context)


def _sheet(rows: list[Entry]) -> dict[str, Any]:
    on, book = timezone.localdate(), catalogue()
    labels = (
        ("item", "品名", "Item"), ("side", "供需", "Side"), ("unit", "单位", "Unit"), ("quantity", "数量", "Quantity"), ("left", "待对接", "Left"),
        ("measure", "计量", "In"), ("first", "从", "From"), ("last", "到", "To"), ("conditions", "条件", "Conditions"), ("state", "状态", "State"),
    )  # fmt: skip
    lines = []
    for e in rows:
        item, (label, tone, icon) = book.items[e.item], state_of(e, on)
        words = [book.conditions[c] for c in e.conditions if c in book.conditions]
        cells: list[dict[str, Any]] = [
            {"value": item.title, "url": reverse("match_entry", args=[e.pk])}, {"value": SIDES[e.side]}, {"value": e.unit.name}, {"value": e.quantity},
            {"value": e.quantity - e.committed}, {"value": item.unit}, {"value": e.first}, {"value": e.last},
            {"value": Text("、".join(w.zh for w in words), ", ".join(w.en for w in words)) if words else ""}, {"value": label, "tone": tone or "info", "icon": icon},
        ]  # fmt: skip
        lines.append({"cells": cells})
    columns = [{"key": k, "label": Text(zh, en), "number": k in ("quantity", "left")} for k, zh, en in labels]
    return {"key": "pool", "caption": _POOL, "columns": columns, "rows": lines, "export": True}


@page("match_entry", "matching/entries/<uuid:entry>", VIEW, methods=("GET",))
def match_entry(request: HttpRequest, entry: uuid.UUID) -> HttpResponse:
    """One need or offer, and what was matched of it."""
    actor, on = actor_of(request), timezone.localdate()
    row = entry_in_reach(actor, entry)
    item, book = catalogue().items[row.item], catalogue()
    words = [book.conditions[c] for c in row.conditions if c in book.conditions]
    side = "need" if row.side == Entry.Side.NEED else "offer"
    matches = Match.objects.filter(**{side: row}).select_related("loop", "need__unit", "offer__unit").order_by("-issued_at")[:200]
    none = Text("—", "—")
    facts: list[dict[str, Any]] = [
        {"label": Text("单位", "Unit"), "value": row.unit.name}, {"label": Text("地点", "Where"), "value": row.area.name},
        {"label": Text("数量", "Quantity"), "value": Text(f"{row.quantity:,} {item.unit.zh}", f"{row.quantity:,} {item.unit.en}")},
        {"label": Text("已对接", "Matched"), "value": row.committed}, {"label": Text("从", "From"), "value": row.first}, {"label": Text("到", "To"), "value": row.last},
        {"label": Text("条件", "Conditions"), "value": Text("、".join(w.zh for w in words), ", ".join(w.en for w in words)) if words else none},
        {"label": Text("规格", "Size"), "value": row.size or none}, {"label": Text("单价", "Price"), "value": row.price if row.price is not None else none},
        {"label": Text("说明", "Note"), "value": row.note or none},
    ]  # fmt: skip
    may = actor.permits(POST) and row.withdrawn_at is None
    context = {
        "line": own_line(row, on), "row": row, "item": item, "facts": facts, "matches": matches, "may": may,
        "breadcrumbs": crumbs({"url": reverse("match_pool"), "label": _POOL}, {"url": "", "label": item.title}),
    }  # fmt: skip
    return render(request, "matching/entry.html", context)


@page("match_change", "matching/entries/<uuid:entry>/change", POST)
def match_change(request: HttpRequest, entry: uuid.UUID) -> HttpResponse:
    """Change quantity, days or conditions."""
    actor = actor_of(request)
    row, back = entry_in_reach(actor, entry), reverse("match_entry", args=[entry])
    title = Text("变更登记", "Change it")

    def fields(d: Draft) -> list[FieldParts]:
        manage = [d.field("essential", Text("属保供或防疫物资企业", "On the essential list"), "checkbox")] if row.side == "need" and actor.permits(MANAGE) else []
        return [
            d.field("quantity", Text("数量", "How many"), "integer", min=1, required=True),
            d.field("first", Text("从", "From"), "date", required=True), d.field("last", Text("到", "To"), "date", required=True),
            d.field("conditions", Text("条件", "Conditions"), "checkboxes", choices=list(catalogue().conditions.items())),
            d.field("note", Text("说明", "Note"), maxlength=300), *manage,
        ]  # fmt: skip

    def send() -> HttpResponse:
        payload: dict[str, Any] = given(request, "first", "last") | {
            "entry": str(entry), "seen_version": integer(request, "seen_version") or 0, "quantity": integer(request, "quantity") or 0,
            "conditions": request.POST.getlist("conditions"), "note": request.POST.get("note", ""),
        }  # fmt: skip
        if row.side == "need" and actor.permits(MANAGE):
            payload["essential"] = bool(request.POST.get("essential"))
        do(request, "match.change", payload)
        return done(request, back, Text("已变更。", "Changed."))

    held = {
        "quantity": row.quantity, "first": str(row.first), "last": str(row.last), "conditions": row.conditions, "note": row.note,
        "essential": "1" if row.essential else "",
    }  # fmt: skip
    return change_page(
        request, fields, send, held=held, version=row.version, title=title, subtitle=catalogue().items[row.item].title, back=back,
        breadcrumbs=crumbs({"url": back, "label": catalogue().items[row.item].title}, {"url": "", "label": title}),
    )  # fmt: skip


@page("match_withdraw", "matching/entries/<uuid:entry>/withdraw", POST)
def match_withdraw(request: HttpRequest, entry: uuid.UUID) -> HttpResponse:
    """Take it out of the pool."""
    row, back = entry_in_reach(actor_of(request), entry), reverse("match_entry", args=[entry])
    title = Text("撤回登记", "Withdraw it")

    def fields(d: Draft) -> list[FieldParts]:
        return [d.field("reason", Text("原因", "Why"), required=True, maxlength=200)]

    def send() -> HttpResponse:
        do(request, "match.withdraw", {"entry": str(entry), "reason": request.POST.get("reason", "")})
        return done(request, back, Text("已撤回；已对接的继续办理。", "Withdrawn; what is matched goes on."))

    return form_page(
        request, fields, send, title=title, subtitle=catalogue().items[row.item].title, button=Text("撤回", "Withdraw"), back=back,
        breadcrumbs=crumbs({"url": back, "label": catalogue().items[row.item].title}, {"url": "", "label": title}),
    )  # fmt: skip


@page("match_import", "matching/import", POST)
def match_import(request: HttpRequest) -> HttpResponse:
    """A table of needs and offers: try it first; what cannot be used comes back with its reason."""
    actor = actor_of(request)
    title = Text("导入供需", "Import needs and offers")

    def fields(d: Draft) -> list[FieldParts]:
        listed: Choices = [("", Text("表中“单位”列", "as the table says")), *unit_choices(actor, POST)[1:]]
        told = Text("表中没有“单位”列时选择。", "For tables without that column.")
        return [*file_fields(d), d.field("unit", Text("单位", "Unit"), "select", choices=listed, help=told)]

    def send() -> HttpResponse:
        data, name = upload(request)
        unit, trial = integer(request, "unit"), request.POST.get("mode") != "import"
        payload = {"content": base64.b64encode(data).decode(), "filename": name} | ({} if unit is None else {"unit": unit})
        r = do(request, "match.import_table", payload, dry_run=trial).result
        counts = counts_of(r, needs=Text("需求", "needs"), offers=Text("供给", "offers"))
        rejected = lambda: rejected_entries(actor, data, name, unit, get_language() or "zh-hans")  # noqa: E731
        return tell_import(request, title, r, counts, rejected, reverse("match_pool"))

    note = Text(
        "列名：供需（需求/供给）、品名、数量、单位、起、止、条件、规格、距离、单价、纬度、经度、备注。",
        "Columns: side (need/offer), item, quantity, unit, first, last, conditions, size, within_km, price, latitude, longitude, note.",
    )
    return form_page(
        request, fields, send, title=title, button=Text("上传", "Send"), back=reverse("match_pool"), note=note, on_record={"mode": "try"},
        breadcrumbs=crumbs({"url": reverse("match_pool"), "label": _POOL}, {"url": "", "label": title}),
    )  # fmt: skip
