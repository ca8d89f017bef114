"""Home and the work list (待办)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.access import Actor, roles
from tongchou.record.actions.selections import NO_BULK
from tongchou.record.loops.kinds import current_kinds, kind_of
from tongchou.record.loops.selecting import BULK, ways_of
from tongchou.record.loops.selecting import MOST as MOST_SELECTED
from tongchou.record.models import Area, Unit
from tongchou.record.questions.worklist import VIEWS, Filter, Row, counts, work_list
from tongchou.record.territory.reach import within
from tongchou.web.fieldparts import FieldParts
from tongchou.web.first_things import FIRST, main_things
from tongchou.web.hands import board_of, has_board
from tongchou.web.news import news_of
from tongchou.web.owed import owed_today
from tongchou.web.pages.board import shown_board
from tongchou.web.pages.choices import area_choices
from tongchou.web.pages.loops import unit_choices
from tongchou.web.pages.requests import actor_of, integer, now
from tongchou.web.pages.shown import LEVELS, list_row
from tongchou.web.pages.spreadsheets import asked_for, sheet_file
from tongchou.web.permission import OWN, Nav, page


def _open_count(request: HttpRequest) -> tuple[int | str | None, bool]:
    total, late = counts(actor_of(request), now(), ("unit",))["unit"]
    return ("999+" if total >= 1000 else total or None), late > 0


FEW = 6
"""Rows of a list on the first page."""


@page("home", "", OWN, methods=("GET",))
def home(request: HttpRequest) -> HttpResponse:
    """Where a role starts: its three main things, what is late of what it handed out, what it owes; who answers for an area sees both hands."""
    actor = actor_of(request)
    first = bool(request.session.get(FIRST))
    if not actor.permits("loop.view"):
        if not first:
            return HttpResponseRedirect(reverse(_first_page(request)))
        return render(request, "pages/home.html", {"things": main_things(actor), "first": True, "posts": _posts(actor)})
    numbers = counts(actor, now())
    rows, _ = work_list(actor, Filter(view="unit"), now(), limit=FEW)
    cards = [
        {"label": VIEWS[view], "value": numbers[view][0], "late": numbers[view][1], "url": f"{reverse('work')}?view={view}"}
        for view in ("unit", "mine", "assigned", "co", "follow_up")
    ]
    late = numbers["assigned"][1]
    overdue, _ = work_list(actor, Filter(view="assigned", late=True), now(), limit=FEW) if late else ([], "")
    context = {
        "cards": cards,
        "rows": [list_row(r, actor, now()) for r in rows],
        "overdue": [list_row(r, actor, now()) for r in overdue],
        "overdue_count": "999+" if late >= 1000 else late,
        "board": shown_board(board_of(actor, now())) if has_board(actor) else None,
        "things": main_things(actor),
        "owed": owed_today(actor, now()),
        "news": news_of(actor, now()),
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
    kind, _, stage = request.GET.get("kind", "").partition(":")
    if stage:  # from the form of all filters: the address has them apart, as the chips do
        query = request.GET.copy()
        query["kind"], query["stage"] = kind, stage
        return HttpResponseRedirect(f"{reverse('work')}?{query.urlencode()}")
    actor, at = actor_of(request), now()
    wanted = filter_of(request)
    if asked_for(request):
        return _file(request, wanted)
    rows, after = work_list(actor, wanted, at, after=request.GET.get("after", ""))
    context = {
        **_filters(actor, wanted, at),
        "rows": [list_row(r, actor, at) for r in rows],
        "next_after": after,
        "owed": owed_today(actor, at) if wanted.view in ("unit", "mine") and not request.GET.get("after") else [],
        **_bulk(request, wanted, rows, after),
        "can_open": actor.permits("loop.open"),
        "empty": _empty(),
    }
    return render(request, "pages/work.html", context)


def filter_of(request: HttpRequest) -> Filter:
    """The filters in an address."""
    return Filter(
        view=request.GET.get("view", "unit"),
        kind=request.GET.get("kind", "")[:40],
        stage=request.GET.get("stage", "")[:40],
        level=request.GET.get("level", "")[:16],
        late=request.GET.get("late") == "1",
        urgent=request.GET.get("urgent") == "1",
        owner_unit=integer(request, "owner"),
        area=integer(request, "area"),
        text=request.GET.get("text", "").strip()[:60],
        here=request.GET.get("here") == "1",
    )


def _bulk(request: HttpRequest, wanted: Filter, rows: list[Row], after: str) -> dict[str, Any]:
    """What can be done for those ticked, by the kinds and stages on this page; and for all that fit, where there are more pages than this."""
    if not actor_of(request).permits(BULK) or wanted.view in NO_BULK:
        return {}
    ways = [w for w in ways_of([(*key, n) for key, n in Counter((r.edition, r.stage) for r in rows).items()]) if w.note != "required" and not (w.unit or w.person)]
    quick = sorted(ways, key=lambda w: -w.loops)[:3]  # what needs a reason, such as withdrawing, is asked on a page of its own
    query = request.GET.copy()
    query.pop("after", None)
    return {
        "bulk_url": f"{reverse('work_bulk')}?{query.urlencode()}",
        "bulk_actions": [{"key": w.key, "label": w.title, "primary": n == 0} for n, w in enumerate(quick)],
        "bulk_note": any(w.note != "none" for w in quick),
        "bulk_all": bool(after or request.GET.get("after")),
        "bulk_most": MOST_SELECTED,
        "bulk_runs": reverse("work_selections"),
    }


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
            r.title.zh, kind_of(r.edition).title, kind_of(r.edition).stages[r.stage].title, r.owner, r.person or "", r.turn or "", r.area,
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
    stages = _stages(wanted)
    return {
        "views": views,
        "more_filters": reverse("work_filters"),
        "filters": [
            {"key": "kind", "label": Text("类型", "Kind"), "options": kinds, "current": wanted.kind},
            {"key": "level", "label": Text("升级", "Level"), "options": levels, "current": wanted.level},
            *([{"key": "stage", "label": Text("阶段", "Stage"), "options": stages, "current": wanted.stage}] if stages else []),
            *_chosen(actor, wanted),
        ],
        "toggles": [
            {"key": "late", "label": Text("只看超时", "Late only"), "icon": "clock-exclamation", "on": wanted.late},
            {"key": "urgent", "label": Text("只看加急", "Urgent only"), "icon": "flame", "on": wanted.urgent},
        ],
        "search": {"key": "text", "value": wanted.text, "placeholder": Text("标题中的字", "Words of the title")},
    }


def _stages(wanted: Filter) -> list[dict[str, Any]]:
    """The open stages of the chosen kind; a stage chosen without its kind stays there to be taken off."""
    kind = current_kinds().get(wanted.kind)
    found = {s.key: s.title for s in kind[1].stages.values() if s.end is None} if kind else {}
    if wanted.stage:
        found.setdefault(wanted.stage, Text(wanted.stage, wanted.stage))
    return [{"value": key, "label": title} for key, title in found.items()]


def _chosen(actor: Actor, wanted: Filter) -> list[dict[str, Any]]:
    """Lead unit and area as chips that can be taken off. They are chosen on the page of all filters: lists of hundreds would weigh on this one."""
    out: list[dict[str, Any]] = []
    if wanted.owner_unit is not None:
        seen = Unit.objects.filter(within(actor, "loop.view", "area__path", "pk"), pk=wanted.owner_unit)
        name = seen.values_list("name", flat=True).first() or dict(unit_choices()).get(wanted.owner_unit)
        out.append({"key": "owner", "label": Text("牵头单位", "Lead unit"), "current": wanted.owner_unit, "name": name})
    if wanted.area is not None:
        name = Area.objects.filter(within(actor, "loop.view", "path"), pk=wanted.area).values_list("name", flat=True).first()
        out.append({"key": "area", "label": Text("区域", "Area"), "current": wanted.area, "name": name})
        if wanted.here:
            out.append({"key": "here", "label": Text("下级", "Below"), "current": "1", "name": Text("不含", "left out")})
    return [{**f, "options": [{"value": f["current"], "label": f.pop("name") or str(f["current"])}]} for f in out]


@page("work_filters", "work/filters", "loop.view", methods=("GET",))
def work_filters(request: HttpRequest) -> HttpResponse:
    """All filters of the work list in one form, whose answer is the list's address."""
    actor, wanted = actor_of(request), filter_of(request)
    anything = ("", Text("不限", "Any"))
    levels = [(k, v) for k, v in LEVELS.items() if k != "none"]
    fields = [
        FieldParts("view", Text("视图", "View"), "select", wanted.view, choices=list(VIEWS.items())),
        FieldParts("area", Text("区域", "Area"), "select", wanted.area, choices=[anything, *area_choices(actor, "loop.view")[1:]]),
        FieldParts("here", Text("只看所选区域本级，不含下级", "Of that area itself, without those below"), "checkbox", wanted.here),
        FieldParts("owner", Text("牵头单位", "Lead unit"), "select", wanted.owner_unit, choices=[anything, *unit_choices()[1:]]),
        FieldParts("kind", Text("类型和阶段", "Kind and stage"), "select", ":".join(filter(None, (wanted.kind, wanted.stage))), choices=[anything, *_kinds_and_stages()]),
        FieldParts("level", Text("升级", "Level"), "select", wanted.level, choices=[anything, *levels]),
        FieldParts("text", Text("标题中的字", "Words of the title"), "text", wanted.text, maxlength=60),
        FieldParts("late", Text("只看超时", "Late only"), "checkbox", wanted.late),
        FieldParts("urgent", Text("只看加急", "Urgent only"), "checkbox", wanted.urgent),
    ]  # fmt: skip
    crumbs = [{"url": reverse("work"), "label": Text("待办", "Work list")}, {"url": "", "label": Text("筛选", "Filters")}]
    return render(request, "pages/work_filters.html", {"fields": fields, "breadcrumbs": crumbs})


def _kinds_and_stages() -> list[tuple[str, Text]]:
    """Every kind, and behind it each of its open stages: KIND or KIND:STAGE."""
    out: list[tuple[str, Text]] = []
    for key, (_, kind) in current_kinds().items():
        out.append((key, kind.title))
        of_kind = (s for s in kind.stages.values() if s.end is None)
        out += [(f"{key}:{s.key}", Text("　{a}：{b}", "　{a}: {b}").with_(a=kind.title, b=s.title)) for s in of_kind]
    return out
