"""Rounds: the list, a new one, one with its visits, adding visits by name or by lot, and checking a draw."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.packs.checklists import UNIT_KINDS
from tongchou.record.access import Actor
from tongchou.record.models import Account, Unit
from tongchou.rooms.supervision.checklists import checklist_of, in_force
from tongchou.rooms.supervision.models import Draw, Round, Visit
from tongchou.rooms.supervision.pages.words import ROUND_KINDS, TITLE, state_badge
from tongchou.rooms.supervision.reach import PLAN, VIEW, VISIT, days_of, round_in_reach, rounds_of, visits_of
from tongchou.rooms.supervision.sampling import draw as drawn_from
from tongchou.rooms.supervision.sampling import rank
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE, area_choices, unit_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.names import KINDS
from tongchou.web.pages.requests import actor_of, do, given, integer, now
from tongchou.web.permission import Nav, page

GROUPS = ("supervision_group", "discipline")
MOST = 200


@page("supervision", "supervision", VIEW, methods=("GET",), nav=Nav(TITLE, "eye-check"))
def supervision(request: HttpRequest) -> HttpResponse:
    """The rounds of one's groups, and the visits that one may know of."""
    actor = actor_of(request)
    rounds = rounds_of(actor).annotate(
        all=Count("visits", filter=~Q(visits__state__in=["cancelled", "moved"])), finished=Count("visits", filter=Q(visits__state="finished"))
    )
    planner = actor.permits(PLAN) or actor.permits("supervision.oversee")
    visits = visits_of(actor).annotate(faults=Count("findings")).order_by("-planned_on", "-pk")
    if actor.permits(PLAN):  # who opens a round finds its visits there
        visits = visits.none()
    context = {
        "title": TITLE,
        "planner": planner,
        "can_plan": actor.permits(PLAN),
        "can_visit": actor.permits(VISIT),
        "sees_leads": any(actor.permits(p) for p in ("lead.handle", "lead.answer", "lead.figures")),
        "rounds": [{"row": r, "kind": ROUND_KINDS[r.kind]} for r in rounds.order_by("-starts_on", "-pk")[:MOST]],
        "visits": [visit_line(v) for v in visits[:MOST]],
    }
    return render(request, "supervision/rounds.html", context)


def visit_line(row: Visit) -> dict[str, Any]:
    """A visit as lists show it."""
    return {"row": row, "badge": state_badge(row.state), "checklist": checklist_of(row.edition_id).title, "kind": ROUND_KINDS[row.round.kind]}


@page("round_new", "supervision/rounds/new", PLAN)
def round_new(request: HttpRequest) -> HttpResponse:
    """Plan a round."""
    actor = actor_of(request)
    own = [u for u in actor.unit_ids(PLAN) if Unit.objects.filter(pk=u, kind__in=GROUPS).exists()]
    today = now().astimezone(SHANGHAI).date()

    def fields(d: Draft) -> list[FieldParts]:
        groups = unit_choices(actor, PLAN, GROUPS)[1:]
        hidden = Text("明察暗访和纪律检查，开始检查前受检单位不知情。", "Of unannounced rounds the visited learn when their visit begins.")
        return [
            d.field("title", Text("名称", "Title"), required=True, maxlength=200),
            d.field("kind", Text("方式", "Kind"), "radio", choices=list(ROUND_KINDS.items()), required=True, help=hidden),
            d.field("group", Text("督导组", "Group"), "select", choices=[PLEASE, *groups], required=True),
            d.field("starts_on", Text("开始日期", "First day"), "date", required=True),
            d.field("ends_on", Text("结束日期", "Last day"), "date", required=True),
            d.field("note", Text("要求", "What to look for"), "textarea"),
        ]

    def send() -> HttpResponse:
        payload: dict[str, Any] = given(request, "title", "kind", "starts_on", "ends_on", "note")
        made = do(request, "round.open", payload | {"group": integer(request, "group")}).result["round"]
        return done(request, reverse("round", args=[made]), Text("已安排，请添加督查对象。", "Planned. Now add whom to visit."))

    title = Text("安排一轮督查", "Plan a round")
    crumbs = [{"url": reverse("supervision"), "label": TITLE}, {"url": "", "label": title}]
    on_record = {"kind": "planned", "group": own[0] if own else "", "starts_on": str(today), "ends_on": str(today)}
    return form_page(
        request, fields, send, title=title, button=Text("安排", "Plan"), back=reverse("supervision"), breadcrumbs=crumbs, on_record=on_record
    )


@page("round", "supervision/rounds/<uuid:round>", PLAN, methods=("GET",))
def round_page(request: HttpRequest, round: uuid.UUID) -> HttpResponse:
    """One round with its visits and draws."""
    actor = actor_of(request)
    row, today = round_in_reach(actor, round), now().astimezone(SHANGHAI).date()
    visits = visits_of(actor).filter(round=row).annotate(faults=Count("findings")).order_by("planned_on", "unit__name_key", "pk")
    context = {
        "row": row,
        "tally": _tally(row),
        "waiting": any(v.state == "planned" for v in visits),
        "badges": [{"label": ROUND_KINDS[row.kind], "tone": "info", "icon": "eye-off" if row.kind != "planned" else "eye-check"}],
        "visits": [visit_line(v) for v in visits],
        "kinds": [(k, KINDS[k]) for k in UNIT_KINDS],
        "draws": row.draws.order_by("at"),
        "can_visit": row.group_id in actor.unit_ids(VISIT),
        "can_repeat": row.closed_at is None and row.starts_on == row.ends_on,
        "days": [{"row": r, "all": n, "finished": done, "missed": r.starts_on < today and done < n} for r, n, done in days_of(row)],
        "breadcrumbs": [{"url": reverse("supervision"), "label": TITLE}, {"url": "", "label": row.title[:30]}],
    }
    return render(request, "supervision/round.html", context)


def _tally(row: Round) -> list[dict[str, Any]]:
    """How many visits are in which state; they add up to all that were ever planned."""
    count = dict(row.visits.values_list("state").annotate(n=Count("pk")))
    return [{"n": count[s], "badge": state_badge(s)} for s in Visit.State.values if s in count]


def _checklists() -> list[tuple[str, Text]]:
    return [(c.key, c.title) for c in in_force().values() if c.items]


def _people(row: Round) -> list[tuple[Any, Any]]:
    held = Account.objects.filter(holdings__post__unit=row.group_id, holdings__to_date=None, is_active=True).distinct().order_by("display_name")
    return [("", Text("组内任何人", "Anybody of the group")), *held.values_list("pk", "display_name")]


def crumbs(row: Round, title: Text) -> list[dict[str, Any]]:
    """The way back from a page of a round."""
    back = reverse("round", args=[row.pk])
    return [{"url": reverse("supervision"), "label": TITLE}, {"url": back, "label": row.title[:30]}, {"url": "", "label": title}]


@page("round_add", "supervision/rounds/<uuid:round>/add", PLAN)
def round_add(request: HttpRequest, round: uuid.UUID) -> HttpResponse:
    """Visits to units that are named."""
    actor, back = actor_of(request), reverse("round", args=[round])
    row = round_in_reach(actor, round)
    kind = request.GET.get("kind") or request.POST.get("unit_kind") or "enterprise"

    def fields(d: Draft) -> list[FieldParts]:
        units = unit_choices(actor, "unit.view", (kind,))[1:301]
        return [
            d.field("unit_kind", Text("单位类别", "Kind of unit"), "hidden"),
            d.field("checklist", Text("督查清单", "Checklist"), "select", choices=_checklists(), required=True),
            d.field("units", Text("督查对象", "Whom to visit"), "checkboxes", choices=units),
            d.field("planned_on", Text("日期", "Day"), "date", required=True),
            d.field("account", Text("由谁去", "Who goes"), "select", choices=_people(row)),
            d.field("place", Text("地点（区域、楼栋等）", "Place within it"), maxlength=120),
        ]

    def send() -> HttpResponse:
        units = [int(u) for u in request.POST.getlist("units") if u.isdigit()]
        payload: dict[str, Any] = given(request, "checklist", "planned_on", "place") | {"round": str(round), "units": units}
        made = do(request, "round.add", payload | {"account": integer(request, "account")}).result["visits"]
        return done(request, back, Text("已安排 {n} 个单位。", "{n} {n|unit is|units are} to be visited.").with_(n=len(made)))

    title = Text("指定督查对象", "Name whom to visit")
    record = {"unit_kind": kind, "planned_on": str(row.ends_on)}
    return form_page(request, fields, send, title=title, button=Text("加入", "Add"), back=back, breadcrumbs=crumbs(row, title), on_record=record)


@page("round_draw", "supervision/rounds/<uuid:round>/draw", PLAN)
def round_draw(request: HttpRequest, round: uuid.UUID) -> HttpResponse:
    """Visits drawn by lot."""
    actor, back = actor_of(request), reverse("round", args=[round])
    row = round_in_reach(actor, round)

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("checklist", Text("督查清单", "Checklist"), "select", choices=_checklists(), required=True),
            d.field("kinds", Text("单位类别", "Kinds of units"), "checkboxes", choices=[(k, KINDS[k]) for k in UNIT_KINDS], required=True),
            d.field("area", Text("区域", "Area"), "select", choices=[("", Text("全部", "All")), *area_choices(actor, "unit.view", ("street", "community"))[1:]]),
            d.field("wanted", Text("抽取数量", "How many"), "integer", required=True),
            d.field("unseen_days", Text("多少天内查过的不抽", "Leave out who was visited within"), "integer", unit=Text("天", "days")),
            d.field("planned_on", Text("日期", "Day"), "date", required=True),
        ]

    def send() -> HttpResponse:
        payload: dict[str, Any] = given(request, "checklist", "planned_on") | {"round": str(round), "kinds": request.POST.getlist("kinds")}
        numbers = {"area": integer(request, "area"), "wanted": integer(request, "wanted") or 0, "unseen_days": integer(request, "unseen_days") or 0}
        made = do(request, "round.draw", payload | numbers).result["draw"]
        return done(request, reverse("draw", args=[made]), Text("已抽取并记录。", "Drawn and recorded."))

    title = Text("随机抽取", "Draw by lot")
    note = Text("种子由系统产生，抽取范围和结果不可更改，可以复核。", "Nobody chooses the seed; pool and result cannot be changed and can be checked.")
    record = {"kinds": "enterprise", "wanted": "5", "unseen_days": "14", "planned_on": str(row.ends_on)}
    return form_page(
        request, fields, send, title=title, button=Text("抽取", "Draw"), back=back, breadcrumbs=crumbs(row, title), on_record=record, note=note
    )


@page("draw", "supervision/draws/<uuid:draw>", PLAN, methods=("GET",))
def draw_page(request: HttpRequest, draw: uuid.UUID) -> HttpResponse:
    """A draw with its seed and pool, done again here; and how to do it elsewhere."""
    actor = actor_of(request)
    row = Draw.objects.filter(pk=draw).select_related("by").first()
    found = _draw_round(actor, row)
    assert row is not None
    names = dict(Unit.objects.filter(pk__in=row.pool).values_list("pk", "name"))
    ranked = sorted(row.pool, key=lambda u: (rank(row.seed, u), u))
    context = {
        "row": row,
        "round": found,
        "agrees": drawn_from(row.seed, row.pool, row.wanted) == row.drawn,
        "units": [{"unit": u, "name": names.get(u, u), "hash": rank(row.seed, u)[:16], "drawn": u in row.drawn} for u in ranked[:MOST]],
        "kinds": [KINDS[k] for k in row.rule.get("kinds", [])],
        "breadcrumbs": crumbs(found, Text("抽取记录", "Draw")),
    }
    return render(request, "supervision/draw.html", context)


def _draw_round(actor: Actor, row: Draw | None) -> Round:
    return round_in_reach(actor, row.round_id if row else uuid.UUID(int=0))
