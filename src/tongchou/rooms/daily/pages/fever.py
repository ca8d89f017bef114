"""Fever at the workplace: two readings on a phone, the clock, who was at the same place, and the list for streets and leaders."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.record.people.identity import open_identity
from tongchou.record.territory.reach import missing
from tongchou.rooms.daily.contacts import contacts_of, said_of
from tongchou.rooms.daily.fevers import FeverLine, fever_lines
from tongchou.rooms.daily.models import Fever
from tongchou.rooms.daily.numbers import local_day, number_of
from tongchou.rooms.daily.pages.overview import TITLE as ALL_TITLE
from tongchou.rooms.daily.pages.own import TITLE as OWN_TITLE
from tongchou.rooms.daily.pages.whom import who_field, who_given
from tongchou.rooms.daily.reach import REPORT, VIEW, enterprise_in_reach, own_enterprises
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.loops import STEP_OFFERS
from tongchou.web.pages.requests import actor_of, do, given, integer, moment, now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

_NEW = Text("登记发热", "Record a fever")


def _offered(loop: uuid.UUID) -> dict[str, str]:
    row = Fever.objects.filter(loop=loop).first()
    return {"contacts": said_of(row)} if row is not None else {}


STEP_OFFERS["workplace_fever", "contain"] = _offered
OUTCOMES = {
    "": (Text("待复测", "to be measured again"), "warn", "clock"), "phone": (Text("发热处置", "fever"), "act", "alert-triangle"),
    "normal": (Text("复测正常", "normal"), "ok", "circle-check"), "alone": (Text("已排除", "ruled out"), "ok", "circle-check"),
    "alone_over": (Text("已排除，期满", "ruled out, over"), "ok", "circle-check"),
    "suspected": (Text("疑似", "suspected"), "act", "alert-circle"), "close": (Text("确诊", "confirmed"), "act", "alert-circle"),
    "by_site_rule": (Text("按场所规定", "by the site's rule"), "info", "info-circle"),
}  # fmt: skip


@page("fever_new", "daily/fevers/new", REPORT)
def fever_new(request: HttpRequest) -> HttpResponse:
    """A first reading above the limit. The page then counts down to the second."""
    actor = actor_of(request)
    own, key = own_enterprises(actor), integer(request, "unit")
    unit = enterprise_in_reach(actor, REPORT, key) if key else own[0] if own else None
    if unit is None:  # the page of the enterprise says that none of the posts is in one
        return HttpResponseRedirect(reverse("daily"))

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("unit", Text("企业", "Enterprise"), "hidden"),
            d.field("first", Text("首次体温", "First reading"), "number", required=True, unit=Text("℃", "°C")),
            d.field("at", Text("测温时间", "When"), "datetime", required=True),
            who_field(d, unit),
            d.field("place", Text("车间或班组", "Workshop or line"), maxlength=120),
        ]

    def send() -> HttpResponse:
        at = moment(request, "at") or now()
        named = who_given(request, unit)
        whom = {"person": str(named.person_id)} if named is not None else {}
        payload = {"unit": unit.pk, "at": min(at, now()).isoformat(), **given(request, "first", "place"), **whom}
        made = do(request, "fever.first", payload).result["fever"]
        said = Text(
            "已登记，请将人员带离人群，到时复测。", "Recorded. Take the person aside and measure again in time."
        )
        return done(request, reverse("fever", args=[made]), said)

    day = local_day(now())
    note = Text(
        "超过 {t} ℃ 的先带离人群，{n} 分钟后复测；复测仍超过的，15 分钟内电话报告。",
        "Above {t} °C: take the person aside and measure again after {n} {n|minute|minutes}; still above it, phone within 15 minutes.",
    )
    return form_page(
        request, fields, send, title=_NEW, subtitle=unit.name, button=Text("登记", "Record"), back=reverse("daily"),
        on_record={"unit": unit.pk, "at": now().astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")},
        note=note.with_(t=number_of("fever", day), n=int(number_of("fever_minutes", day))),
        breadcrumbs=[{"url": reverse("daily"), "label": OWN_TITLE}, {"url": "", "label": _NEW}],
    )  # fmt: skip


def _own_fever(request: HttpRequest, key: uuid.UUID) -> Fever:
    row = Fever.objects.select_related("unit__area", "loop").filter(pk=key).first()
    if row is None or row.unit_id not in {u.pk for u in own_enterprises(actor_of(request))}:
        raise missing(Text("没有找到该发热记录。", "There is no such fever."), "fever", str(key))
    return row


@page("fever", "daily/fevers/<uuid:fever>", REPORT, methods=("GET",))
def fever(request: HttpRequest, fever: uuid.UUID) -> HttpResponse:
    """One fever: the readings, what is owed next, and how many were at the same place."""
    row = _own_fever(request, fever)
    minutes = int(number_of("fever_minutes", local_day(row.first_at)))
    return render(
        request, "daily/fever.html", _file(row) | {"again_at": row.first_at + timedelta(minutes=minutes), "at": now()}
    )


def _file(row: Fever) -> dict[str, Any]:
    label, tone, icon = (
        OUTCOMES.get(row.outcome, OUTCOMES["phone"]) if row.outcome or row.loop_id is None else OUTCOMES["phone"]
    )
    return {
        "title": Text("工作场所发热", "Fever at the workplace"), "row": row, "badges": [{"label": label, "tone": tone, "icon": icon}],
        "breadcrumbs": [{"url": reverse("daily"), "label": OWN_TITLE}, {"url": "", "label": Text("发热", "Fever")}],
        "who": open_identity(row.person.sealed, row.person_id).masked().name if row.person_id and row.person else None,
        "count": len(contacts_of(row)), "people": None,
    }  # fmt: skip


@page("fever_second", "daily/fevers/<uuid:fever>/second", REPORT, methods=("POST",))
def fever_second(request: HttpRequest, fever: uuid.UUID) -> HttpResponse:
    """The second reading."""
    _own_fever(request, fever)
    made = do(
        request, "fever.second", {"fever": str(fever), "at": now().isoformat(), **given(request, "second")}
    ).result
    if made["loop"]:
        said = Text(
            "复测仍超过，请立即隔离并电话报告，时限已开始计算。",
            "Still above: isolate and phone at once. The clock runs.",
        )
        return done(request, reverse("fever", args=[fever]), said)
    return done(request, reverse("fever", args=[fever]), Text("复测已登记。", "The second reading is recorded."))


@page("fever_contacts", "daily/fevers/<uuid:fever>/contacts", REPORT, methods=("POST",))
def fever_contacts(request: HttpRequest, fever: uuid.UUID) -> HttpResponse:
    """Who was at the same workplace, by name. That they were looked at is recorded for each of them."""
    row = _own_fever(request, fever)
    do(request, "fever.contacts", {"fever": str(fever)})
    people = [
        {"name": open_identity(c.sealed, c.person).name, "title": c.title, "last": c.last, "days": c.days, "section": c.section, "near": c.near}
        for c in contacts_of(row)
    ]  # fmt: skip
    return render(request, "daily/fever.html", _file(row) | {"people": people, "at": now()})


@page("fevers", "daily/fevers", VIEW, methods=("GET",))
def fevers(request: HttpRequest) -> HttpResponse:
    """Fevers at workplaces in reach, those being handled first; no names."""
    rows = fever_lines(actor_of(request), now() - timedelta(days=30))
    title = Text("工作场所发热", "Fevers at workplaces")
    sheet = _sheet(rows)
    if asked_for(request):
        return sheet_file(request, title, *cells_of(sheet))
    context = {
        "title": title, "sheet": sheet, "only": None, "breadcrumbs": [{"url": reverse("daily_overview"), "label": ALL_TITLE}, {"url": "", "label": title}],
        "empty": {"title": Text("近 30 天没有发热", "No fever in 30 days"), "text": Text("企业登记后显示在这里。", "They appear once recorded."), "icon": "circle-check"},
    }  # fmt: skip
    return render(request, "daily/list.html", context)


def _sheet(rows: list[FeverLine]) -> dict[str, Any]:
    labels = (
        ("unit", "企业", "Enterprise"), ("street", "街道", "Street"), ("at", "首次测温", "First reading"), ("first", "首次（℃）", "First, °C"),
        ("second", "复测（℃）", "Second, °C"), ("state", "结果", "Outcome"), ("stage", "处置阶段", "Stage"), ("phoned", "电话报告用时（分）", "Phoned after, minutes"),
    )  # fmt: skip
    lines = []
    for r in rows:
        label, tone, icon = (
            OUTCOMES.get(r.outcome, OUTCOMES["phone"]) if r.outcome or r.loop is None else OUTCOMES["phone"]
        )
        stage: dict[str, Any] = {"value": r.stage, "url": reverse("loop", args=[r.loop])} if r.loop else {"value": ""}
        lines.append(
            {
                "cells": [
                    {"value": r.name, "url": reverse("daily_unit", args=[r.unit])}, {"value": r.street}, {"value": r.first_at}, {"value": r.first},
                    {"value": r.second}, {"value": label, "tone": tone, "icon": icon}, stage, {"value": r.phoned_minutes},
                ]
            }
        )  # fmt: skip
    columns = [{"key": k, "label": Text(zh, en), "number": k in ("first", "second", "phoned")} for k, zh, en in labels]
    return {
        "key": "fevers",
        "caption": Text("工作场所发热", "Fevers at workplaces"),
        "columns": columns,
        "rows": lines,
        "export": True,
    }
