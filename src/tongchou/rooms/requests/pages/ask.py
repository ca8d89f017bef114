"""The asking side: the list, declaring a request, one request with its rounds, one round as a sheet."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.clock import parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Unit
from tongchou.record.territory.names import told_apart
from tongchou.rooms.requests.catalogue import COMPUTED
from tongchou.rooms.requests.models import DataRequest, Field, Round
from tongchou.rooms.requests.owing import units_owing
from tongchou.rooms.requests.pages.words import (
    EVERY,
    KIND_WORDS,
    TITLE,
    badge,
    field_title,
)
from tongchou.rooms.requests.questions import Progress, rounds_of
from tongchou.rooms.requests.reach import requests_of
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.names import KINDS
from tongchou.web.pages.requests import actor_of, do, integer, now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

WHOLE = ("street", "community", "hq_department", "department", "enterprise", "school", "clinic", "site", "special_team")
SINGLE = ("street", "hq_department", "department", "community", "special_team", "clinic", "site")
PAGE = 100
_FIRST = Text(
    "向单位要数据前先看数据目录；系统没有的在这里提出，批准后发出。",
    "Look into the catalogue first; what it lacks is asked for here and goes out once approved.",
)
_BASIS = Text("文件名称和文号，或会议决定。", "The document and its number, or the decision.")
_NIL = Text("没有发生时由单位明确报零；不报不等于零。", "A unit says so when nothing happened; silence is not nought.")
_NOTE = Text(
    "先查数据目录：系统已有的不得再要。超出本单位的须经指挥部批准；到期自动失效。",
    "Look into the catalogue first: what is on record may not be asked for again. Beyond one's own unit the headquarters approves it; it ends by itself.",
)
_FIELD_LINE = Text(
    "每行一项：名称 | 类型（整数、数字、文字、选择、日期、是否）| 计量单位或选项（选项用、分开）| 填报分钟数 | 有效天数。后三项可不填。",
    "One a line: title | kind (integer, number, text, choice, date, boolean) | measure, or the options "
    "separated by commas | minutes to fill in | days for which it counts. The last three may be left out.",
)


def _owing(request: HttpRequest) -> tuple[int | str | None, bool]:
    """How many answers own units owe, and requests wait for the actor's approval."""
    actor = actor_of(request)
    owing = units_owing(actor)
    waiting = sum(n for _, _, n, _ in owing)
    if actor.permits("request.approve"):
        waiting += requests_of(actor).filter(state="asked").exclude(asked_by=actor.account_id).count()
    return waiting or None, any(late for *_, late in owing)


@page("requests", "requests", "request.view", methods=("GET",), nav=Nav(TITLE, "clipboard-list", count=_owing))
def requests(request: HttpRequest) -> HttpResponse:
    """What own units have to answer, then every request that one sees."""
    actor = actor_of(request)
    state = request.GET.get("state", "")
    rows = requests_of(actor)
    if state in DataRequest.State.values:
        rows = rows.filter(state=state)
    found = list(rows.order_by("-asked_at")[:PAGE])
    last = {}
    for p in _latest(found):
        last[p[0]] = p[1]
    lines = [_line(r, last.get(r.pk)) for r in found]
    labels = (("title", "需求", "Request"), ("asker", "提出单位", "Asked by"), ("every", "频次", "How often"), ("until", "失效日期", "Ends on"),
              ("units", "单位数", "Units"), ("state", "状态", "State"), ("answered", "本期已报", "Answered"), ("late", "逾期未报", "Late"))  # fmt: skip
    columns = [{"key": k, "label": Text(z, e), "number": k in ("units", "late")} for k, z, e in labels]
    sheet = {"key": "requests", "caption": TITLE, "columns": columns, "rows": lines, "export": True}
    if asked_for(request):
        return sheet_file(request, TITLE, *cells_of(sheet))
    context = {
        "title": TITLE,
        "sheet": sheet,
        "owing": units_owing(actor),
        "state": state,
        "states": [(k, badge(k)["label"]) for k in DataRequest.State.values],
        "can_ask": actor.permits("request.ask"),
        "sees_data": actor.permits("data.view"),
        "sees_burden": actor.permits("burden.view"),
        "empty": {"title": Text("没有数据需求", "No data requests"), "icon": "clipboard-list",
                  "text": _FIRST},
    }  # fmt: skip
    return render(request, "requests/requests.html", context)


def _latest(rows: list[DataRequest]) -> list[tuple[uuid.UUID, Progress]]:
    """The present round of each request."""
    keys = dict(
        Round.objects.filter(request__in=rows)
        .order_by("request", "-period")
        .distinct("request")
        .values_list("pk", "request")
    )
    found = rounds_of([r.pk for r in rows], now(), limit=10_000)
    return [(keys[p.round], p) for p in found if p.round in keys]


def _line(r: DataRequest, p: Progress | None) -> dict[str, Any]:
    state = badge(r.state)
    none = Text("—", "—")
    late = (
        {"value": p.late, "tone": "act", "icon": "clock-exclamation"}
        if p and p.late
        else {"value": p.late if p else none}
    )
    return {
        "cells": [
            {"value": r.title, "url": reverse("request", args=[r.pk])}, {"value": r.asker.name}, {"value": EVERY[r.every]}, {"value": str(r.until)},
            {"value": len(r.to_units)}, {"value": state["label"], "tone": state["tone"] or "info", "icon": state["icon"]},
            {"value": f"{p.answered + p.known}/{p.units - p.excused}", "url": reverse("request_round", args=[r.pk, p.round])} if p else {"value": none},
            late,
        ]
    }  # fmt: skip


def _fields(actor: Actor) -> Any:
    def fields(d: Draft) -> list[FieldParts]:
        known: list[tuple[Any, Any]] = [(f.pk, field_title(f)) for f in Field.objects.order_by("title")[:400]]
        computed = [(c.key, c.title) for c in COMPUTED.values()]
        kinds = [(k, KINDS[k]) for k in WHOLE]
        hours = [(h, f"{h:02}:00") for h in range(24)]
        return [
            d.field("title", Text("名称", "Title"), required=True, maxlength=120),
            d.field("purpose", Text("用途", "Why"), "textarea", required=True, rows=2, help=Text("数据用来决定什么。", "What will be decided with it.")),
            d.field("basis", Text("依据", "Basis"), required=True, maxlength=200, help=_BASIS),
            d.field("fields", Text("数据目录中的项", "From the catalogue"), "checkboxes", choices=known,
                    help=Text("已有且有效的自动带出，只向没有的单位采集。", "What is known is filled in; only units of which it is not known are asked.")),
            d.field("new_fields", Text("新增数据项", "New data"), "textarea", rows=4, help=_FIELD_LINE),
            d.field("computed", Text("系统已有，不再采集", "On record, not asked for"), "checkboxes", choices=computed,
                    help=Text("勾选会告诉您在哪里查看。", "Tick one to be told where it is.")),
            d.field("kinds", Text("向整类单位采集", "Whole kinds of units"), "checkboxes", choices=kinds),
            d.field("to", Text("单个单位", "Single units"), "checkboxes", choices=_single(actor)),
            d.field("every", Text("频次", "How often"), "select", choices=list(EVERY.items()), required=True),
            d.field("starts_on", Text("开始日期", "Begins on"), "date", required=True),
            d.field("until", Text("失效日期", "Ends on"), "date", required=True, help=Text("最长半年，到期自动停止。", "Half a year at most; then it stops by itself.")),
            d.field("due_days", Text("报送期限：期首日之后第几天", "Due: days after the period's first day"), "integer", min=0, max=30),
            d.field("due_hour", Text("报送时刻", "Due at"), "select", choices=hours),
            d.field("nil_allowed", Text("可零报告", "Takes a nil report"), "checkbox", help=_NIL),
        ]  # fmt: skip

    return fields


def _within(actor: Actor) -> Any:
    where = Q(pk__in=actor.unit_ids("request.ask"))
    for grant in actor.grants_for("request.ask"):
        where |= Q(area__path__startswith=grant.path)
    return Unit.objects.filter(where, active_to=None)


def _single(actor: Actor) -> list[tuple[int, str]]:
    rows = _within(actor).filter(kind__in=SINGLE).order_by("kind", "name_key", "pk")
    return told_apart(list(rows.values_list("pk", "name")[:120]))


@page("request_new", "requests/new", "request.ask")
def request_new(request: HttpRequest) -> HttpResponse:
    """Declare what is asked; refused, with where it is, when it is on record."""
    actor = actor_of(request)

    def send() -> HttpResponse:
        made = do(request, "request.declare", _payload(request, actor)).result
        said = (
            Text("已提出，待指挥部审批。", "Declared; the headquarters has to approve it.")
            if made["state"] == "asked"
            else Text("已发出。", "Issued.")
        )
        return done(request, reverse("request", args=[made["request"]]), said)

    today = timezone.localdate()
    title = Text("提出数据需求", "Ask for data")
    on_record = {
        "every": "once",
        "starts_on": str(today),
        "until": str(today + timedelta(days=14)),
        "due_days": 1,
        "due_hour": 18,
    }
    crumbs = [{"url": reverse("requests"), "label": TITLE}, {"url": "", "label": title}]
    return form_page(
        request, _fields(actor), send, title=title, button=Text("提出", "Declare"), back=reverse("requests"), note=_NOTE, breadcrumbs=crumbs,
        on_record=on_record, template="requests/request_new.html",
    )  # fmt: skip


def _payload(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    kinds, picked = (
        set(request.POST.getlist("kinds")) & set(WHOLE),
        [int(u) for u in request.POST.getlist("to") if u.isdigit()],
    )
    units = set(_within(actor).filter(kind__in=kinds).values_list("pk", flat=True)) if kinds else set()
    if not units and not picked:
        rule = Text("请选择向哪些单位采集。", "Choose whom to ask.")
        raise Refusal(Reason.MISSING_VALUE, rule, field="kinds")
    due = 24 * (integer(request, "due_days") or 0) + (integer(request, "due_hour") or 0)
    return {
        "title": request.POST.get("title", "").strip(), "purpose": request.POST.get("purpose", "").strip(), "basis": request.POST.get("basis", "").strip(),
        "fields": [int(f) for f in request.POST.getlist("fields") if f.isdigit()], "new_fields": read_fields(request.POST.get("new_fields", "")),
        "computed": request.POST.getlist("computed"), "to": sorted(units | set(picked)), "every": request.POST.get("every", "once"),
        "starts_on": parse_date(request.POST.get("starts_on", ""), "starts_on").isoformat(), "until": parse_date(request.POST.get("until", ""), "until").isoformat(),
        "due_hours": max(due, 1), "nil_allowed": "nil_allowed" in request.POST,
    }  # fmt: skip


_KINDS = {t.zh: k for k, t in KIND_WORDS.items() if k != "computed"} | {k: k for k in KIND_WORDS if k != "computed"}


def read_fields(text: str) -> list[dict[str, Any]]:
    """Read new data as it is typed, one a line. Raises a Refusal that names the line."""
    out = []
    for n, line in enumerate((x.strip() for x in text.splitlines()), 1):
        if not line:
            continue
        parts = [p.strip() for p in re.split(r"[|｜\t]", line)]
        parts += [""] * (5 - len(parts))
        kind = _KINDS.get(parts[1] or "integer")
        numbers = [p for p in parts[3:5] if p]
        if kind is None or len(parts) > 5 or not all(p.isdigit() for p in numbers):
            rule = Text("第 {n} 行看不懂。", "Line {n} cannot be read.").with_(n=n)
            raise Refusal(Reason.INVALID_VALUE, rule, remedy=_FIELD_LINE, field="new_fields", value=line[:60])
        one: dict[str, Any] = {"title": parts[0], "kind": kind}
        if kind == "choice":
            one["choices"] = [c.strip() for c in re.split(r"[、,，/]", parts[2]) if c.strip()]
        else:
            one["measure"] = parts[2]
        one |= {k: int(v) for k, v in (("minutes", parts[3]), ("fresh_days", parts[4])) if v}
        out.append(one)
    return out
