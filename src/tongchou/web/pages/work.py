"""Home and the work list (待办)."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor, roles
from tongchou.record.loops.kinds import current_kinds, kind_of
from tongchou.record.questions.worklist import VIEWS, Filter, counts, work_list
from tongchou.web.first_things import FIRST, main_things
from tongchou.web.owed import owed_today
from tongchou.web.pages.requests import actor_of, do, integer, now
from tongchou.web.pages.shown import LEVELS, list_row
from tongchou.web.pages.spreadsheets import asked_for, sheet_file
from tongchou.web.permission import OWN, Nav, page

BULK_STEPS = ("sign", "take_up", "verify", "confirm", "recheck", "accept")
"""Steps that may be offered for a whole selection: they need no evidence of their own."""


def _open_count(request: HttpRequest) -> tuple[int | str | None, bool]:
    total, late = counts(actor_of(request), now(), ("unit",))["unit"]
    return ("999+" if total >= 1000 else total or None), late > 0


@page("home", "", OWN, methods=("GET",))
def home(request: HttpRequest) -> HttpResponse:
    """Where a role starts: its three main things, then what is late."""
    actor = actor_of(request)
    first = bool(request.session.get(FIRST))
    if not actor.permits("loop.view"):
        if not first:
            return HttpResponseRedirect(reverse(_first_page(request)))
        return render(request, "pages/home.html", {"things": main_things(actor), "first": True, "posts": _posts(actor)})
    numbers = counts(actor, now())
    rows, _ = work_list(actor, Filter(view="unit"), now(), limit=8)
    cards = [
        {"label": VIEWS[view], "value": numbers[view][0], "late": numbers[view][1], "url": f"{reverse('work')}?view={view}"}
        for view in ("unit", "mine", "assigned", "co", "follow_up")
    ]
    context = {
        "cards": cards,
        "rows": [list_row(r, actor, now()) for r in rows],
        "things": main_things(actor),
        "owed": owed_today(actor, now()),
        "first": first,
        "posts": _posts(actor),
        "can_open": actor.permits("loop.open"),
        "empty": _empty(),
    }
    return render(request, "pages/home.html", context)


def _posts(actor: Actor) -> list[dict[str, Any]]:
    table = roles()
    return [{"title": table[g.role].title, "unit": g.unit_name} for g in actor.grants]


def _first_page(request: HttpRequest) -> str:
    """Administrators see no cases: they start where their own work is."""
    actor = actor_of(request)
    if actor.permits("audit.view"):
        return "audit"
    return "territory" if actor.permits("territory.view") else "units" if actor.permits("unit.view") else "password_change"


def _empty() -> dict[str, Any]:
    return {
        "title": Text("没有待办", "Nothing to do"),
        "text": Text(
            "交给本单位的任务、督查问题、诉求和移交会出现在这里，最急的在最前。",
            "Tasks, findings, requests and hand-overs for your unit appear here, the most urgent first.",
        ),
        "action_url": "",
        "icon": "clipboard-check",
    }


@page("work", "work", "loop.view", methods=("GET",), nav=Nav(Text("待办", "Work list"), "list-check", count=_open_count))
def work(request: HttpRequest) -> HttpResponse:
    """The work list: views, filters in the URL, one page by cursor."""
    actor, at = actor_of(request), now()
    wanted = Filter(
        view=request.GET.get("view", "unit"),
        kind=request.GET.get("kind", ""),
        level=request.GET.get("level", ""),
        late=request.GET.get("late") == "1",
        urgent=request.GET.get("urgent") == "1",
        owner_unit=integer(request, "owner"),
        area=integer(request, "area"),
        text=request.GET.get("text", "").strip()[:60],
    )
    if asked_for(request):
        return _file(request, wanted)
    rows, after = work_list(actor, wanted, at, after=request.GET.get("after", ""))
    context = {
        **_filters(actor, wanted, at),
        "rows": [list_row(r, actor, at) for r in rows],
        "next_after": after,
        "owed": owed_today(actor, at) if wanted.view in ("unit", "mine") and not request.GET.get("after") else [],
        "bulk_url": reverse("work_bulk") if actor.permits("loop.bulk") and wanted.view != "closed" else "",
        "bulk_actions": _bulk_actions(rows),
        "bulk_note": True,
        "can_open": actor.permits("loop.open"),
        "empty": _empty(),
    }
    return render(request, "pages/work.html", context)


MOST = 20_000
"""Rows of a work list in one file."""


def _file(request: HttpRequest, wanted: Filter) -> HttpResponse:
    """The list as a spreadsheet: what the page shows, all of it up to MOST rows."""
    rows, _ = work_list(actor_of(request), wanted, now(), limit=MOST)
    columns = [
        Text("事项", "Title"), Text("类型", "Kind"), Text("阶段", "Stage"), Text("牵头单位", "Lead unit"), Text("经办人", "Handler"),
        Text("待办单位", "Whose turn"), Text("区域", "Area"), Text("本阶段时限", "Stage deadline"), Text("总时限", "Due"),
        Text("升级", "Level"), Text("加急", "Urgent"), Text("交办时间", "Opened"), Text("办结时间", "Closed"), Text("编号", "Id"),
    ]  # fmt: skip
    lines = (
        [
            r.title, kind_of(r.edition).title, kind_of(r.edition).stages[r.stage].title, r.owner, r.person or "", r.turn or "", r.area,
            r.deadline, r.due_at, LEVELS[r.level], r.urgent, r.opened_at, r.closed_at, str(r.id),
        ]
        for r in rows
    )  # fmt: skip
    return sheet_file(request, Text("待办", "Work list"), columns, lines)


def _filters(actor: Any, wanted: Filter, at: Any) -> dict[str, Any]:
    numbers = counts(actor, at)
    views = []
    for key, label in VIEWS.items():
        count, late = numbers.get(key, (None, 0))
        views.append({"key": key, "label": label, "count": count or "", "alert": late > 0, "active": key == wanted.view})
    kinds = [{"value": k, "label": v.title} for k, (_, v) in current_kinds().items()]
    levels = [
        {"value": "remind", "label": Text("提醒", "Reminder")},
        {"value": "supervise", "label": Text("督办", "Supervision")},
        {"value": "accountability", "label": Text("问责线索", "Accountability lead")},
    ]
    return {
        "views": views,
        "filters": [
            {"key": "kind", "label": Text("类型", "Kind"), "options": kinds, "current": wanted.kind},
            {"key": "level", "label": Text("升级", "Level"), "options": levels, "current": wanted.level},
        ],
        "toggles": [
            {"key": "late", "label": Text("只看超时", "Late only"), "icon": "clock-exclamation", "on": wanted.late},
            {"key": "urgent", "label": Text("只看加急", "Urgent only"), "icon": "flame", "on": wanted.urgent},
        ],
        "search": {"key": "text", "value": wanted.text, "placeholder": Text("标题中的字", "Words of the title")},
    }


def _bulk_actions(rows: list[Any]) -> list[dict[str, Any]]:
    """The steps without evidence of their own that loops on this page can take."""
    found: dict[str, Text] = {}
    for row in rows:
        for step in kind_of(row.edition).steps_from(row.stage):
            if step.key in BULK_STEPS and not step.needs:
                found.setdefault(step.key, step.title)
    return [{"key": key, "label": title, "primary": n == 0} for n, (key, title) in enumerate(found.items())]


@page("work_bulk", "work/bulk", "loop.bulk", methods=("POST",))
def work_bulk(request: HttpRequest) -> HttpResponse:
    """Take one step for the selection; what could not take it is listed with its reason."""
    picked = request.POST.getlist("pick")
    if not picked:
        rule = Text("没有选中任何事项。", "Nothing was selected.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请先勾选。", "Tick some first."), field="pick")
    loops = [str(uuid.UUID(p)) for p in picked]
    payload = {"loops": loops, "step": request.POST.get("action", ""), "note": request.POST.get("note", ""), "mode": "listed"}
    result = do(request, "loop.advance_many", payload).result
    done, refused = result["done"], result["refused"]
    language = get_language() or "zh-hans"
    messages.success(request, Text("已办理 {n} 项。", "{n} done.").with_(n=done).in_(language))
    for item in refused[:5]:
        messages.warning(request, Text(item["zh"], item["en"]).in_(language))
    if len(refused) > 5:
        more = Text("另有 {n} 项未能办理。", "{n} more could not be done.").with_(n=len(refused) - 5)
        messages.warning(request, more.in_(language))
    return HttpResponseRedirect(reverse("work") + "?view=" + request.GET.get("view", "unit"))
