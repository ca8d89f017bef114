"""Standing tasks: the list, declaring one, and its page with what comes next and what was issued."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.clock import parse_date
from tongchou.kernel.text import Text
from tongchou.record.models import Loop
from tongchou.rooms.command.models import StandingIssue, StandingTask
from tongchou.rooms.command.pages.cascade import LISTED, MOST_LISTED, WHOLE_KINDS
from tongchou.rooms.command.standing import coming, standing_in_reach, standings_of, targets
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import unit_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.loop_facts import asked_names
from tongchou.web.pages.loops import asked_field
from tongchou.web.pages.names import KINDS
from tongchou.web.pages.requests import actor_of, do, integer, now
from tongchou.web.permission import Nav, page

_TITLE = Text("常态任务", "Standing tasks")
_SUCH = Text("如台账、照片、检测报告。", "Such as a register, photos, a report.")
_FOLLOW = Text("每周、每月的按这一天推算。", "Weekly and monthly ones follow this day.")
EVERY = {
    "day": Text("每日", "daily"),
    "week": Text("每周", "weekly"),
    "month": Text("每月", "monthly"),
    "event": Text("按事件启动", "when called for"),
}
STATES: dict[str, tuple[Text, str, str]] = {
    "running": (Text("运行中", "running"), "ok", "player-play"),
    "paused": (Text("已暂停", "paused"), "warn", "player-pause"),
    "ended": (Text("已结束", "ended"), "info", "x"),
}


def _badge(row: StandingTask) -> dict[str, Any]:
    label, tone, icon = STATES[row.state]
    return {"label": label, "tone": tone, "icon": icon}


@page("standings", "tasks/standing", "loop.bulk", methods=("GET",), nav=Nav(_TITLE, "refresh"))
def standings(request: HttpRequest) -> HttpResponse:
    """Duties that come again, with their next issue."""
    actor, at = actor_of(request), now()
    labels = (("title", "任务", "Task"), ("unit", "交办单位", "Given by"), ("every", "频次", "How often"), ("next", "下次发出", "Next issue"),
              ("told", "承办单位", "Units"), ("issues", "已发期数", "Issued"), ("state", "状态", "State"))  # fmt: skip
    none = Text("—", "—")
    rows = []
    for row in standings_of(actor).annotate(times=Count("issues")).order_by("state", "title")[:300]:
        following, state = coming(row, at, 1), _badge(row)
        cells = [
            {"value": row.title, "url": reverse("standing", args=[row.pk])}, {"value": row.unit.name}, {"value": EVERY[row.every]},
            {"value": following[0] if following else none}, {"value": targets(row).count()}, {"value": row.times},
            {"value": state["label"], "tone": state["tone"], "icon": state["icon"]},
        ]  # fmt: skip
        rows.append({"cells": cells})
    columns = [{"key": k, "label": Text(z, e), "number": k in ("told", "issues")} for k, z, e in labels]
    context = {
        "title": _TITLE,
        "sheet": {"key": "standings", "caption": _TITLE, "columns": columns, "rows": rows},
        "empty": {
            "title": Text("还没有常态任务", "No standing tasks"),
            "text": Text("每日排查、每周检查等常态工作设一次，到时自动交办。", "Set up once what comes every day or week; it is handed out by itself."),
            "icon": "refresh",
        },
    }  # fmt: skip
    return render(request, "command/standings.html", context)


@page("standing_new", "tasks/standing/new", "loop.bulk")
def standing_new(request: HttpRequest) -> HttpResponse:
    """Declare one."""
    actor = actor_of(request)

    def fields(d: Draft) -> list[FieldParts]:
        kinds = [(k, KINDS[k]) for k in WHOLE_KINDS]
        listed = unit_choices(actor, "loop.bulk", LISTED)[1:]
        hours = [(h, f"{h:02}:00") for h in range(24)]
        told = Text("发出当日在册的全部该类单位。", "Every active unit of the kind, as it is on the day.")
        return [
            d.field("title", Text("任务名称", "Title"), required=True, maxlength=200),
            d.field("detail", Text("工作要求", "What is asked"), "textarea"),
            asked_field(request.POST.getlist("asked"), d.problem.rule if d.problem and (d.problem.field or "").startswith("asked") else ""),
            d.field("evidence", Text("材料的具体要求", "What the evidence must show"), maxlength=300, help=_SUCH),
            d.field("kinds", Text("整类单位", "Whole kinds of units"), "checkboxes", choices=kinds, help=told),
            d.field("units", Text("单个单位", "Single units"), "checkboxes", choices=listed[:MOST_LISTED]),
            d.field("every", Text("频次", "How often"), "select", choices=list(EVERY.items()), required=True),
            d.field("starts_on", Text("开始日期", "Begins on"), "date", required=True, help=_FOLLOW),
            d.field("until", Text("结束日期", "Ends on"), "date"),
            d.field("issue_hour", Text("发出时刻", "Issued at"), "select", choices=hours),
            d.field("due_hours", Text("办结时限（发出后小时数）", "Due: hours after the issue"), "integer", min=1, max=2160, required=True),
            d.field("urgent", Text("加急", "Urgent"), "checkbox"),
        ]  # fmt: skip

    def send() -> HttpResponse:
        until = request.POST.get("until", "").strip()
        payload = {
            "title": request.POST.get("title", ""), "detail": request.POST.get("detail", ""), "evidence": request.POST.get("evidence", ""),
            "asked": request.POST.getlist("asked"),
            "kinds": request.POST.getlist("kinds"), "units": [int(u) for u in request.POST.getlist("units") if u.isdigit()],
            "every": request.POST.get("every", ""), "starts_on": parse_date(request.POST.get("starts_on", ""), "starts_on").isoformat(),
            "until": parse_date(until, "until").isoformat() if until else None, "issue_hour": integer(request, "issue_hour") or 0,
            "due_hours": integer(request, "due_hours"), "urgent": "urgent" in request.POST,
        }  # fmt: skip
        made = do(request, "standing.add", payload).result["standing"]
        return done(request, reverse("standing", args=[made]), Text("已设置，到时自动交办。", "Set up; it is handed out by itself."))

    title = Text("设置常态任务", "Set up a standing task")
    crumbs = [{"url": reverse("standings"), "label": _TITLE}, {"url": "", "label": title}]
    on_record = {"every": "day", "starts_on": str(timezone.localdate() + timedelta(days=1)), "issue_hour": 8, "due_hours": 10}
    return form_page(request, fields, send, title=title, button=Text("设置", "Set up"), back=reverse("standings"), breadcrumbs=crumbs, on_record=on_record)


@page("standing", "tasks/standing/<uuid:standing_id>", "loop.bulk", methods=("GET",))
def standing(request: HttpRequest, standing_id: uuid.UUID) -> HttpResponse:
    """What it asks of whom, what comes next, and how each issue stands."""
    actor, at = actor_of(request), now()
    row = standing_in_reach(actor, standing_id)
    issues = list(StandingIssue.objects.filter(standing=row).select_related("loop").order_by("-period", "-n")[:60])
    parents = [i.loop_id for i in issues if i.loop_id]
    late = Q(closed_at=None, deadline__lt=at)
    counted = Loop.objects.filter(parent__in=parents).values("parent").annotate(n=Count("pk"), closed=Count("closed_at"), late=Count("pk", filter=late))
    below = {r["parent"]: r for r in counted}
    names = list(targets(row).values_list("name", flat=True)[:13])
    told = Text.listed([*names[:12], *([Text("……", "…")] if len(names) > 12 else [])])
    context = {
        "row": row,
        "badges": [_badge(row)],
        "every": EVERY[row.every],
        "facts": [
            {"label": Text("交办单位", "Given by"), "value": row.unit.name},
            {"label": Text("负责人", "Kept by"), "value": row.keeper.display_name},
            {"label": Text("频次", "How often"), "value": EVERY[row.every]},
            {"label": Text("发出时刻", "Issued at"), "value": Text("事件发生时", "when called for") if row.every == "event" else f"{row.issue_hour:02}:00"},
            {"label": Text("办结时限", "Due"), "value": Text("发出后 {n} 小时", "{n} {n|hour|hours} after the issue").with_(n=row.due_hours)},
            {"label": Text("须提交", "Evidence"), "value": asked_names(row.asked) if row.asked else Text("办理结果", "the result")},
            *([{"label": Text("材料要求", "It must show"), "value": row.evidence}] if row.evidence else []),
            {"label": Text("起止", "From, until"), "value": f"{row.starts_on} — {row.until or '…'}"},
            {"label": Text("承办单位", "Units"), "value": told},
        ],
        "coming": coming(row, at),
        "issues": [{"row": i, "below": below.get(i.loop_id), "url": _tree(i)} for i in issues],
        "breadcrumbs": [{"url": reverse("standings"), "label": _TITLE}, {"url": "", "label": row.title[:30]}],
    }
    return render(request, "command/standing.html", context)


def _tree(i: StandingIssue) -> str:
    return "" if i.loop_id is None else reverse("loop_tree" if i.told > 1 else "loop", args=[i.loop_id])


@page("standing_set", "tasks/standing/<uuid:standing_id>/set", "loop.bulk", methods=("POST",))
def standing_set(request: HttpRequest, standing_id: uuid.UUID) -> HttpResponse:
    """Pause, resume or end it."""
    do(request, "standing.set", {"standing": str(standing_id), "state": request.POST.get("state", ""), "reason": request.POST.get("reason", "").strip()})
    return done(request, reverse("standing", args=[standing_id]), Text("已保存。", "Kept."))


@page("standing_call", "tasks/standing/<uuid:standing_id>/call", "loop.bulk", methods=("POST",))
def standing_call(request: HttpRequest, standing_id: uuid.UUID) -> HttpResponse:
    """Issue it now, because of an event."""
    told = do(request, "standing.call", {"standing": str(standing_id), "note": request.POST.get("note", "").strip()}).result["told"]
    return done(request, reverse("standing", args=[standing_id]), Text("已交办 {n} 个单位。", "Handed out to {n} {n|unit|units}.").with_(n=told))
