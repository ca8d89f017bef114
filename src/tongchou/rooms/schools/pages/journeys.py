"""Teaching at home by day and grade; where pupils go when a holiday begins."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.text import Text
from tongchou.packs.grading.course import OF_RANK
from tongchou.packs.grading.scheme import rank
from tongchou.rooms.schools.families import away_by_family
from tongchou.rooms.schools.models import Travel
from tongchou.rooms.schools.pages.parts import crumbs, school_form
from tongchou.rooms.schools.questions import Goal, goals, online_days, travels
from tongchou.rooms.schools.reach import CHECK, MANAGE, VIEW, class_in_reach, school_in_reach
from tongchou.rooms.schools.words import class_name, grade_name
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE
from tongchou.web.pages.forms import Draft
from tongchou.web.pages.requests import actor_of, do
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

_ONLINE, _TRAVEL = Text("线上教学", "Teaching at home"), Text("离校去向", "Where pupils go")
_RISK = {
    "low": (Text("低风险", "low"), "ok", "circle-check"),
    "medium": (Text("中风险", "medium"), "warn", "alert-triangle"),
    "high": (Text("高风险", "high"), "act", "alert-circle"),
}


@page("school_online", "schools/<int:school>/online", MANAGE)
def school_online(request: HttpRequest, school: int) -> HttpResponse:
    """Report a grade's day."""
    row = school_in_reach(actor_of(request), MANAGE, school)
    grades = sorted(set(row.classes.filter(ended_on=None).values_list("grade", flat=True)))

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("on", Text("日期", "Day"), "date", required=True),
            d.field(
                "grade",
                Text("年级", "Grade"),
                "select",
                choices=[PLEASE, *((g, grade_name(g)) for g in grades)],
                required=True,
            ),
            d.field(
                "lessons",
                Text("上课节数", "Lessons"),
                "integer",
                required=True,
                help=Text("没有上课的填 0，并写明原因。", "None: 0, and say why."),
            ),
            d.field("reached", Text("收看学生", "Pupils reached"), "integer", required=True),
            d.field("not_reached", Text("未收看学生", "Not reached"), "integer", required=True),
            d.field("why", Text("未上课或未收看的原因", "Why not"), "textarea", rows=2, maxlength=500),
        ]

    def send() -> Text:
        do(
            request,
            "school.online",
            {"school": school}
            | {n: request.POST.get(n, "").strip() for n in ("on", "grade", "lessons", "reached", "not_reached", "why")},
        )
        return Text("已报送。", "Reported.")

    return school_form(
        request,
        row.unit,
        Text("报送线上教学", "Report teaching at home"),
        Text("报送", "Report"),
        fields,
        send,
        reverse("school_online_days", args=[school]),
        on_record={"on": timezone.localdate()},
    )


@page("school_online_days", "schools/<int:school>/online/days", VIEW, methods=("GET",))
def school_online_days(request: HttpRequest, school: int) -> HttpResponse:
    """Teaching at home of the last thirty days."""
    actor = actor_of(request)
    row = school_in_reach(actor, VIEW, school)
    labels = (
        ("on", "日期", "Day", 0),
        ("grade", "年级", "Grade", 0),
        ("lessons", "节数", "Lessons", 1),
        ("reached", "收看", "Reached", 1),
        ("not_reached", "未收看", "Not reached", 1),
        ("why", "原因", "Why", 0),
    )
    body = [
        {
            "cells": [
                {"value": o.on},
                {"value": grade_name(o.grade)},
                {"value": o.lessons},
                {"value": o.reached},
                {"value": o.not_reached},
                {"value": o.why or Text("—", "—")},
            ]
        }
        for o in online_days(school, timezone.localdate() - timedelta(days=30))
    ]
    sheet = {
        "key": "online",
        "caption": _ONLINE,
        "columns": [{"key": k, "label": Text(zh, en), "number": bool(n)} for k, zh, en, n in labels],
        "rows": body,
        "export": True,
    }
    if asked_for(request):
        return sheet_file(request, _ONLINE, *cells_of(sheet))
    context = {
        "unit": row.unit,
        "title": _ONLINE,
        "sheet": sheet,
        "breadcrumbs": crumbs(row.unit, _ONLINE),
        "add": (reverse("school_online", args=[school]), Text("报送线上教学", "Report teaching at home"))
        if actor.permits(MANAGE)
        else None,
        "empty": {
            "title": Text("没有记录", "Nothing yet"),
            "text": Text("线上教学按日、按年级报送。", "By day and grade."),
            "icon": "note",
        },
    }
    return render(request, "schools/list.html", context)


@page("school_travels", "schools/<int:school>/travel", VIEW, methods=("GET",))
def school_travels(request: HttpRequest, school: int) -> HttpResponse:
    """Where the pupils of a school go, by destination with its grade, and by class; the latest day of leaving, or the one asked for."""
    actor = actor_of(request)
    row = school_in_reach(actor, VIEW, school)
    found = travels(school)
    days = sorted(found, reverse=True)
    wanted = request.GET.get("leaves", "")
    day = next((d for d in days if d.isoformat() == wanted), days[0] if days else None)
    rows = found.get(day, []) if day else []
    shown = [_goal(g) for g in goals(school, day, timezone.localdate())] if day else []
    context = {
        "unit": row.unit,
        "title": _TRAVEL,
        "days": days,
        "day": day,
        "goals": shown,
        "rows": [{"line": t, "name": class_name(t.school_class.grade, t.school_class.name)} for t in rows],
        "staying": sum(t.staying for t in rows),
        "unknown": sum(t.unknown for t in rows),
        "can_check": actor.permits(CHECK),
        "breadcrumbs": crumbs(row.unit, _TRAVEL),
        "left": [
            {"key": c.pk, "name": class_name(c.grade, c.name)}
            for c in row.classes.filter(ended_on=None, pupils__gt=0)
            .exclude(pk__in=[t.school_class_id for t in rows])
            .order_by("grade", "name")
        ],
    }
    return render(request, "schools/travels.html", context)


def _goal(goal: Goal) -> dict[str, Any]:
    """A destination with its grade; without one on record it is not known, never low."""
    level = OF_RANK.get(rank(goal.grade)) if goal.grade else None
    word, tone, icon = _RISK.get(level or "", (Text("等级不明", "grade not known"), "", "help-circle"))
    return {"line": goal, "word": word, "tone": tone, "icon": icon}


@page("school_travel", "schools/classes/<int:school_class>/travel", CHECK)
def school_travel(request: HttpRequest, school_class: int) -> HttpResponse:
    """Report where the pupils of a class go: one destination a line, with how many."""
    row = class_in_reach(actor_of(request), CHECK, school_class)
    last = Travel.objects.filter(school_class=row).order_by("-leaves_on").first()

    def fields(d: Draft) -> list[FieldParts]:
        told = Text(
            "每行一个去向：区划代码或地名，空格，人数。如：990102 3",
            "One destination a line: an area's code or a place, a space, how many. Such as: 990102 3",
        )
        return [
            d.field("leaves_on", Text("离校日期", "Leaving on"), "date", required=True),
            d.field("staying", Text("不离开本地", "Staying"), "integer", required=True),
            d.field("to", Text("去向", "Destinations"), "textarea", rows=6, help=told),
            d.field("unknown", Text("去向不明", "Not known"), "integer", required=True),
        ]

    def send() -> Text:
        payload = {"school_class": school_class, "destinations": _destinations(request.POST.get("to", ""))}
        do(
            request,
            "school.travel",
            payload | {n: request.POST.get(n, "").strip() for n in ("leaves_on", "staying", "unknown")},
        )
        return Text("已报送。", "Reported.")

    on_record = {"unknown": 0, "leaves_on": last.leaves_on if last and last.leaves_on >= timezone.localdate() else ""}
    return school_form(
        request,
        row.school.unit,
        Text("{c}离校去向", "{c}: where pupils go").with_(c=class_name(row.grade, row.name)),
        Text("报送", "Report"),
        fields,
        send,
        reverse("school_travels", args=[row.school_id]),
        on_record=on_record,
        note=_by_family(away_by_family(row.pk, timezone.localdate() - timedelta(days=7))),
    )


def _by_family(told: list[tuple[str, int]]) -> Text | None:
    """Where families said that they go, above the form that counts all pupils."""
    if not told:
        return None
    words = [Text("{p} {n} 人", "{p} {n}").with_(p=place or Text("留在本地", "staying"), n=n) for place, n in told]
    return Text("家长报告：{w}。其余请逐一询问。", "Told by families: {w}. Ask the others one by one.").with_(w=Text.listed(words))


def _destinations(text: str) -> list[dict[str, Any]]:
    """One a line: a code or a name, and a number. What cannot be read goes on to the verb, which refuses it by its field."""
    out: list[dict[str, Any]] = []
    for line in text.splitlines():
        if line.strip():
            place, _, n = line.replace("\u3000", " ").strip().rpartition(" ")
            coded = place.strip().replace("-", "").isdigit()
            out.append({"code" if coded else "place": place.strip(), "pupils": n})
    return out
