"""Visits: recording one from a phone, with what it found; the list."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Unit
from tongchou.record.questions.units import by_name_or_code, the_one
from tongchou.record.territory.reach import reaches_unit
from tongchou.rooms.service.actions import RAISE, SERVED, VISIT
from tongchou.rooms.service.difficulties import found_at
from tongchou.rooms.service.pages.overview import TITLE
from tongchou.rooms.service.questions import VIEW, VisitLine, visit_in_reach, visits
from tongchou.rooms.service.topics import topics
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE, Choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer, moment, now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.pages.uploads import photo_field, photos_given, shown_photos
from tongchou.web.permission import page

WAYS = {"on_site": Text("上门", "on site"), "phone": Text("电话", "by phone"), "video": Text("视频", "by video")}
AT_ONCE = 3
"""Difficulties that the form of a visit takes; more are raised from the enterprise's list."""
_LIST = Text("走访记录", "Visits")
_NO_NETWORK = Text("没有网络也可以拍照、填写、提交：先存在本机，联网后自动上传，只登记一次。",
                   "Works without a network: it is kept on this device, sent when there is one, and recorded once.")  # fmt: skip


def served_named(actor: Actor, permission: str, text: str) -> list[Unit]:
    """Enterprises and schools within reach of this name or code."""
    return by_name_or_code(text, kinds=SERVED, fits=lambda u: reaches_unit(actor, permission, u))


def served_chosen(request: HttpRequest, actor: Actor, permission: str) -> int:
    """The enterprise that was typed; a Refusal says when none or several fit."""
    typed = request.POST.get("enterprise", "")
    none = Text("辖区内没有这家企业。", "No such enterprise in your area.")
    remedy = Text("请填写登记的全称或统一社会信用代码。", "Give its registered name or code.")
    return the_one(served_named(actor, permission, typed), typed, "enterprise", none, remedy).pk


def enterprise_field(d: Draft) -> FieldParts:
    return d.field(
        "enterprise", Text("企业", "Enterprise"), "search", required=True, maxlength=160, lookup=reverse("service_lookup"),
        help=Text("输入名称或信用代码的开头。", "Type the beginning of its name or code."),
    )  # fmt: skip


@page("service_lookup", "service/lookup", VIEW, methods=("GET",))
def service_lookup(request: HttpRequest) -> HttpResponse:
    """Names of enterprises within reach for a field that is being typed in."""
    actor, typed = actor_of(request), request.GET.get("enterprise", "")
    permission = VISIT if actor.permits(VISIT) else VIEW
    found = served_named(actor, permission, typed) if len(typed.strip()) >= 2 else []
    return render(request, "components/options.html", {"options": [(u.name, u.area.name) for u in found]})


def topic_choices() -> Choices:
    return [PLEASE, *topics().items()]


@page("service_visit_new", "service/visits/new", VISIT)
def service_visit_new(request: HttpRequest) -> HttpResponse:
    """Record a visit: where, when, what was seen, and up to three difficulties, which go out at once."""
    actor = actor_of(request)

    def fields(d: Draft) -> list[FieldParts]:
        shown = [
            enterprise_field(d),
            photo_field(d, help=_NO_NETWORK),
            d.field("at", Text("走访时间", "When"), "datetime", required=True),
            d.field("way", Text("方式", "How"), "select", choices=list(WAYS.items()), required=True),
            d.field("seen", Text("了解到的情况", "What was seen"), "textarea", required=True, maxlength=5000,
                    help=Text("生产、返岗、防疫措施、经营情况。", "Production, returned staff, precautions, business.")),
            d.field("brought", Text("送去的政策、物资、服务", "Policies, goods or services brought"), "textarea", rows=2, maxlength=2000),
        ]  # fmt: skip
        for n in range(1, AT_ONCE + 1):
            fold: Text | str = Text("再登记一件困难（第 {n} 件）", "One more difficulty (number {n})").with_(n=n) if n > 1 else ""
            shown += [
                d.field(f"topic{n}", Text("困难 {n}：类别", "Difficulty {n}: topic").with_(n=n), "select", choices=topic_choices(), fold=fold),
                d.field(f"title{n}", Text("困难 {n}：一句话", "Difficulty {n}: in a sentence").with_(n=n), maxlength=200, fold=fold),
                d.field(f"needed{n}", Text("困难 {n}：需要什么、多少", "Difficulty {n}: what and how much").with_(n=n), maxlength=200, fold=fold),
            ]
        return shown

    def send() -> HttpResponse:
        at = moment(request, "at")
        if at is None:
            raise Refusal(Reason.MISSING_VALUE, Text("请填写走访时间。", "Say when."), field="at")
        payload = {
            "unit": served_chosen(request, actor, VISIT), "at": at.isoformat(), "way": request.POST.get("way", ""),
            "seen": request.POST.get("seen", ""), "brought": request.POST.get("brought", ""), "difficulties": _found(request), "photos": photos_given(request),
        }  # fmt: skip
        made = do(request, "service.visit", payload).result
        said = Text("已登记走访，交办困难 {n} 件。", "The visit is recorded; {n} {n|difficulty is|difficulties are} handed out.").with_(n=len(made["difficulties"]))
        return done(request, reverse("service_visit", args=[made["visit"]]), said)

    crumbs = [{"url": reverse("service"), "label": TITLE}, {"url": "", "label": Text("登记走访", "Record a visit")}]
    return form_page(
        request, fields, send, template="pages/kept_form.html", title=Text("登记走访", "Record a visit"), button=Text("登记", "Record"), back=reverse("service"),
        breadcrumbs=crumbs, on_record={"way": "on_site", "at": now().astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")},
    )  # fmt: skip


def _found(request: HttpRequest) -> list[dict[str, str]]:
    """The difficulties that were filled in; a half of one is refused."""
    out = []
    for n in range(1, AT_ONCE + 1):
        topic, title = request.POST.get(f"topic{n}", ""), request.POST.get(f"title{n}", "").strip()
        if not topic and not title:
            continue
        if not topic or not title:
            rule = Text("困难的类别和内容都要填写。", "A difficulty needs both a topic and a sentence.")
            raise Refusal(Reason.MISSING_VALUE, rule, field=f"title{n}" if topic else f"topic{n}")
        out.append({"topic": topic, "title": title, "needed": request.POST.get(f"needed{n}", "").strip()})
    return out


@page("service_visit", "service/visits/<uuid:visit_made>", VIEW, methods=("GET",))
def service_visit(request: HttpRequest, visit_made: uuid.UUID) -> HttpResponse:
    """One visit: what was seen, its photos, and the difficulties that it handed out."""
    actor = actor_of(request)
    row = visit_in_reach(actor, visit_made)
    context = {
        "title": row.unit_name, "row": row, "way": WAYS[row.way], "photos": shown_photos("visit", row.id, row.photos), "found": found_at(actor, row.id),
        "breadcrumbs": [{"url": reverse("service"), "label": TITLE}, {"url": reverse("service_visits"), "label": _LIST}, {"url": "", "label": row.unit_name}],
    }  # fmt: skip
    return render(request, "service/visit.html", context)


@page("service_visits", "service/visits", VIEW, methods=("GET",))
def service_visits(request: HttpRequest) -> HttpResponse:
    """Visits of the last ninety days in reach, or one's own, or of one enterprise; as a spreadsheet too."""
    actor, mine, unit = actor_of(request), request.GET.get("mine") == "1", integer(request, "unit")
    rows = visits(actor, unit=unit, mine=mine, since=now() - timedelta(days=90), limit=5_000 if asked_for(request) else 200)
    sheet = _sheet(rows)
    if asked_for(request):
        return sheet_file(request, _LIST, *cells_of(sheet))
    context = {
        "title": _LIST,
        "sheet": sheet,
        "mine": mine,
        "can_visit": actor.permits(VISIT),
        "can_raise": actor.permits(RAISE),
        "breadcrumbs": [{"url": reverse("service"), "label": TITLE}, {"url": "", "label": _LIST}],
        "empty": {
            "title": Text("近九十天没有走访", "No visits in ninety days"),
            "text": Text("登记走访后显示在这里。", "They appear once recorded."),
            "icon": "user-check",
        },
    }
    return render(request, "service/visits.html", context)


def _sheet(rows: list[VisitLine]) -> dict[str, Any]:
    labels = (
        ("unit", "企业", "Enterprise"), ("at", "时间", "When"), ("street", "街道", "Street"), ("who", "走访人", "Who"), ("from", "单位", "Of"),
        ("way", "方式", "How"), ("seen", "情况", "What was seen"), ("brought", "送去", "Brought"), ("n", "困难", "Difficulties"), ("photos", "照片", "Photos"),
    )  # fmt: skip
    columns = [{"key": k, "label": Text(zh, en), "number": k in ("n", "photos"), "words": k in ("seen", "brought")} for k, zh, en in labels]
    lines = [
        {
            "cells": [
                {"value": v.unit_name, "url": f"{reverse('difficulties')}?unit={v.unit}"}, {"value": v.at, "url": reverse("service_visit", args=[v.id])},
                {"value": v.street}, {"value": v.who},
                {"value": v.from_unit}, {"value": WAYS[v.way]}, {"value": v.seen}, {"value": v.brought}, {"value": v.difficulties}, {"value": len(v.photos)},
            ]
        }
        for v in rows
    ]  # fmt: skip
    return {"key": "visits", "caption": _LIST, "columns": columns, "rows": lines, "export": True}
