"""The room's first page: an enterprise's own application and permit; for others what waits, how the streets do."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Loop, Unit
from tongchou.record.questions.permits import PLATES, STATES, change_words, permits_of
from tongchou.record.questions.work_orders import stops_in_force
from tongchou.rooms.resumption.pages.orders import orders_of, shown_order
from tongchou.rooms.resumption.questions import Line, StreetLine, lines, resumed, streets
from tongchou.rooms.resumption.queue import counted
from tongchou.rooms.resumption.reach import APPLY, DECIDE, RULES, VIEW
from tongchou.rooms.resumption.words import (
    GROUPS,
    PERMIT_TONES,
    REVIEW_ASKS,
    STANDS,
    TITLE,
    TONES,
    group_name,
    named_way,
)
from tongchou.web.pages.requests import actor_of, now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

_LIST = Text("复工申请", "Applications")


def own_enterprises(actor: Actor, permission: str = VIEW) -> list[Unit]:
    """The enterprises whose accounts the actor has."""
    return list(
        Unit.objects.filter(pk__in=actor.unit_ids(permission), kind="enterprise", active_to=None)
        .select_related("area")
        .order_by("pk")
    )


@page("resumption", "resumption", VIEW, methods=("GET",), nav=Nav(TITLE, "gavel"))
def resumption(request: HttpRequest) -> HttpResponse:
    """What one has to do with it: the own permit, or what waits and how the streets stand."""
    actor = actor_of(request)
    own, applies = own_enterprises(actor), set(actor.unit_ids(APPLY))
    today = now().astimezone(SHANGHAI).date()
    held = permits_of([u.pk for u in own])
    by_street = [] if own else streets(actor, now())
    if asked_for(request):
        return sheet_file(request, Text("各街道复工情况", "Resumption by street"), *cells_of(_sheet(by_street)))
    mine = [_own(u, held.get(u.pk), lines(actor, unit=u.pk, limit=20), applies=u.pk in applies) for u in own]
    waiting = [] if own else [x for x in lines(actor, limit=200) if x.ended_at is None and x.stands != "draft"][:20]
    context = {
        "title": TITLE,
        "own": mine,
        "today": today,
        "cards": _cards(by_street, sum(r.resumed for r in resumed(actor))) if by_street else [],
        "resumed_is": RESUMED,
        "waiting": [shown(x) for x in waiting],
        "sheet": _sheet(by_street) if by_street else None,
        "chart": _chart(by_street) if by_street else None,
        "can_apply": any(o["may_apply"] for o in mine) if own else actor.permits(APPLY),
        "can_decide": actor.permits(DECIDE) and bool(actor.area_paths(DECIDE)),
        "can_rule": actor.permits(RULES),
        "empty": {"title": Text("辖区内没有街道", "No street in your area"), "text": Text("", ""), "icon": "building"},
    }
    return render(request, "resumption/resumption.html", context)


@page("resumption_rate", "resumption/rate", VIEW, methods=("GET",))
def resumption_rate(request: HttpRequest) -> HttpResponse:
    """Enterprises that work by right, by street, industry or size: the figures of the daily report. As a spreadsheet too."""
    by = request.GET.get("by", "street")
    by = by if by in GROUPS else "street"
    title, rows = Text("复工率", "Resumed"), resumed(actor_of(request), by)
    labels = (("name", GROUPS[by], 0), ("total", Text("企业数", "Enterprises"), 1), ("resumed", Text("已复工", "Resumed"), 1),
              ("permits", Text("其中持证", "With a permit"), 1), ("free", Text("其中免办在产", "Free, at work"), 1),
              ("share", Text("复工率 %", "Resumed, %"), 1),
              ("reviews", Text("复核中", "Under review"), 1), ("suspended", Text("暂停", "Suspended"), 1),
              ("stopped", Text("责令停工", "Ordered to stop"), 1))  # fmt: skip
    kept = [k for k, _, n in labels if n]
    lines = [{"cells": [{"value": group_name(by, r.key, r.name)}, *({"value": getattr(r, k)} for k in kept)]} for r in rows]
    total, back = sum(r.total for r in rows), sum(r.resumed for r in rows)
    sums = [round(100 * back / total, 1) if k == "share" and total else sum(getattr(r, k) for r in rows) if k != "share" else None for k in kept]
    sheet: dict[str, Any] = {
        "key": f"rate_{by}", "caption": title, "rows": lines, "export": True, "totals": [Text("合计", "Total"), *sums] if total else None,
        "columns": [{"key": k, "label": t, "number": bool(n), "definition": RESUMED if k in ("resumed", "share") else None} for k, t, n in labels],
    }  # fmt: skip
    if asked_for(request):
        return sheet_file(request, title, *cells_of(sheet))
    context = {
        "title": title, "sheet": sheet, "resumed_is": RESUMED, "can_draft": actor_of(request).permits("bulletin.draft"),
        "filters": [{"key": "by", "label": Text("分组", "By"), "current": by, "options": [{"value": k, "label": t} for k, t in GROUPS.items()]}],
        "empty": {"title": Text("辖区内没有在册企业", "No enterprise in your area"), "text": Text("请先导入名册。", "Import the register."), "icon": "building"},
        "breadcrumbs": [{"url": reverse("resumption"), "label": TITLE}, {"url": "", "label": title}],
    }  # fmt: skip
    return render(request, "resumption/rate.html", context)


RESUMED = Text(
    "已复工：持有效或复核中的许可（审批、备案、承诺都算）；按现行规定免办手续的，近 7 日日报或考勤显示有人在岗。责令停工、暂停的不算。",
    "Resumed: with a permit in force or under review, approved, filed or on a commitment; where nothing is needed, a daily report or attendance of the last 7 days "
    "shows people at work. Not who is suspended or ordered to stop.",
)
"""What counts as resumed, under each way; said wherever the figure stands."""


def permit_badge(state: str) -> dict[str, Any]:
    tone, icon = PERMIT_TONES[state]
    return {"label": STATES[state], "tone": tone, "icon": icon}


def _own(unit: Unit, permit: Any, rows: list[Line], *, applies: bool) -> dict[str, Any]:
    live = permit is not None and permit.state in ("in_force", "review", "suspended")
    open_ = next((x for x in rows if x.ended_at is None), None)
    stop = stops_in_force([unit.pk]).get(unit.pk)
    return {
        "orders": orders_of(unit.pk, 5), "stop": shown_order(stop) if stop else None, "review": _review(permit),
        "unit": unit, "permit": permit, "badge": permit_badge(permit.state) if permit else None, "plate": PLATES[permit.plate] if permit else None,
        "way": named_way(permit.way) if permit else None, "open": shown(open_) if open_ else None,
        "none": not live and open_ is None, "may_apply": applies and not live and open_ is None and stop is None,
        "past": [shown(x) for x in rows if x.ended_at is not None],
    }  # fmt: skip


def _review(permit: Any) -> dict[str, Any] | None:
    """What the enterprise has to know of a review: what changed, until when it is concluded."""
    if permit is None or permit.state != "review":
        return None
    loop = Loop.objects.filter(kind="permit_review", origin="permit_review", origin_ref=str(permit.id), closed_at=None).first()
    return {"changes": change_words(permit.changes), "loop": loop, "to_do": [Text(*pair) for pair in REVIEW_ASKS]}


def shown(x: Line) -> dict[str, Any]:
    tone, icon = TONES[x.stands]
    return {
        "line": x,
        "badge": {"label": STANDS[x.stands], "tone": tone, "icon": icon},
        "way": named_way(x.way),
        "url": reverse("resumption_application", args=[x.id]),
        "counted": counted(x.items_of, x.items_ok, x.items_bad),
    }


def _cards(rows: list[StreetLine], back: int) -> list[dict[str, Any]]:
    names = (
        ("permits", Text("其中持证", "Of these with a permit"), False),
        ("checking", Text("核查审核中", "Being checked"), False), ("supplement", Text("企业补正中", "Being completed"), False),
        ("deciding", Text("待决定", "To be decided"), False), ("late", Text("已超时限", "Late"), True),
        ("reviews", Text("复核中", "Under review"), False), ("reviews_late", Text("复核超时", "Reviews late"), True),
        ("suspended", Text("暂停", "Suspended"), True), ("stopped", Text("责令停工", "Ordered to stop"), True), ("refused", Text("不予复工", "Refused"), False),
    )  # fmt: skip
    cards = [{"label": label, "value": sum(getattr(r, k) for r in rows), "act": act} for k, label, act in names]
    return [{"label": Text("已复工", "Resumed"), "value": back, "act": False}, *cards]


_SHARE = Text(
    "作出决定的申请中，在时限内决定的比例；企业补正期间不计。",
    "Of the decided applications, those decided in time; while the enterprise completes its papers the clock stands still.",
)


def _sheet(rows: list[StreetLine]) -> dict[str, Any]:
    labels = (
        ("drafts", "填写中", "Drafts"), ("checking", "核查审核", "Checked"), ("supplement", "补正中", "Completed"), ("deciding", "待决定", "To decide"),
        ("late", "超时", "Late"), ("permits", "持证", "With permit"), ("reviews", "复核中", "Under review"), ("reviews_late", "复核超时", "Reviews late"),
        ("suspended", "暂停", "Suspended"), ("stopped", "责令停工", "To stop"), ("refused", "不予复工", "Refused"),
        ("asked", "告知补正次数", "Times asked"),
        ("decided", "已决定", "Decided"), ("share", "按时 %", "In time, %"),
    )  # fmt: skip
    columns: list[dict[str, Any]] = [{"key": "street", "label": Text("街道", "Street")}]
    columns += [
        {"key": k, "label": Text(zh, en), "number": True, "definition": _SHARE if k == "share" else None}
        for k, zh, en in labels
    ]
    body = []
    for r in rows:
        values = [
            {"value": getattr(r, k) if k != "share" or r.share is not None else Text("—", "—")} for k, _, _ in labels
        ]
        body.append({"cells": [{"value": r.name}, *values]})
    sums = [sum(getattr(r, k) for r in rows) if k != "share" else None for k, _, _ in labels]
    return {
        "key": "resumption_streets", "caption": Text("各街道复工情况", "Resumption by street"), "columns": columns, "rows": body,
        "totals": [Text("合计", "Total"), *sums], "export": True,
    }  # fmt: skip


def _chart(rows: list[StreetLine]) -> dict[str, Any]:
    language = get_language() or "zh-hans"
    parts = (
        ("permits", Text("持证", "With permit"), "ok"),
        ("checking", STANDS["checking"], TONES["checking"][0]),
        ("deciding", STANDS["deciding"], "warn"),
        ("refused", STANDS["refused"], TONES["refused"][0]),
    )
    return {
        "key": "resumption",
        "title": Text("各街道申请和许可", "Applications and permits by street"),
        "columns": [Text("街道", "Street"), *(t for _, t, _ in parts)],
        "rows": [[r.name, *(getattr(r, k) for k, *_ in parts)] for r in rows],
        "option": {
            "tooltip": {}, "legend": {}, "grid": {"containLabel": True, "left": 8, "right": 24, "top": 32, "bottom": 8},
            "xAxis": {"type": "value", "minInterval": 1}, "yAxis": {"type": "category", "inverse": True, "data": [r.name for r in rows]},
            "series": [{"name": t.in_(language), "type": "bar", "tone": tone, "stack": "n", "data": [getattr(r, k) for r in rows]} for k, t, tone in parts],
        },
    }  # fmt: skip


@page("resumption_list", "resumption/applications", VIEW, methods=("GET",))
def resumption_list(request: HttpRequest) -> HttpResponse:
    """Applications in reach by where they stand; as a spreadsheet too."""
    actor, stands = actor_of(request), request.GET.get("stands", "")
    rows = lines(actor, stands=stands if stands in STANDS else "", limit=5_000 if asked_for(request) else 300)
    sheet = _list_sheet(rows)
    if asked_for(request):
        return sheet_file(request, _LIST, *cells_of(sheet))
    context = {
        "title": _LIST, "sheet": sheet, "stands": stands, "choices": [("", Text("全部", "All")), *STANDS.items()], "can_apply": actor.permits(APPLY),
        "breadcrumbs": [{"url": reverse("resumption"), "label": TITLE}, {"url": "", "label": _LIST}],
        "empty": {
            "title": Text("没有申请", "No applications"), "text": Text("企业提交后显示在这里。", "They appear once enterprises apply."), "icon": "clipboard-check",
        },
    }  # fmt: skip
    return render(request, "resumption/list.html", context)


def _found(x: Line) -> list[dict[str, Any]]:
    """Items in order, not in order, not checked yet; dashes where nothing is checked at all."""
    return [{"value": n if x.how == "approval" else Text("—", "—")} for n in (x.items_ok, x.items_bad, x.items_of - x.items_ok - x.items_bad)]


def _list_sheet(rows: list[Line]) -> dict[str, Any]:
    labels = (
        ("unit", "企业", "Enterprise", 0), ("street", "街道", "Street", 0), ("stands", "状态", "State", 0), ("way", "方式", "Way", 0),
        ("ready", "合格项", "In order", 1), ("bad", "不合格项", "Not in order", 1), ("unchecked", "未核查项", "Not checked", 1),
        ("submitted", "提交", "Submitted", 0), ("deadline", "时限", "Deadline", 0), ("days", "用时（工作日）", "Working days", 1), ("asked", "告知补正", "Asked", 1),
        ("reason", "理由", "Reason", 0),
    )  # fmt: skip
    body = []
    for x in rows:
        s = shown(x)
        body.append({"cells": [
            {"value": x.name, "url": s["url"]}, {"value": x.street}, {"value": s["badge"]["label"], "tone": s["badge"]["tone"] or "info", "icon": s["badge"]["icon"]},
            {"value": s["way"]}, *_found(x), {"value": x.submitted_at or Text("—", "—")},
            {"value": x.deadline or Text("—", "—")}, {"value": x.days if x.days is not None else Text("—", "—")}, {"value": x.asked}, {"value": x.reason},
        ]})  # fmt: skip
    columns = [{"key": k, "label": Text(zh, en), "number": bool(n), "brief": k == "reason"} for k, zh, en, n in labels]
    return {"key": "applications", "caption": _LIST, "columns": columns, "rows": body, "export": True}
