"""The return and the leave in turns: by grade or by class, with the conflicts by name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.loops.engine import not_found
from tongchou.rooms.schools.models import School, SchoolClass, TurnPlan
from tongchou.rooms.schools.pages.parts import crumbs
from tongchou.rooms.schools.reach import MANAGE, VIEW, school_in_reach
from tongchou.rooms.schools.rules import school_rules
from tongchou.rooms.schools.words import PLANS, class_name, grade_name
from tongchou.web.pages.forms import done
from tongchou.web.pages.requests import actor_of, do
from tongchou.web.pages.spreadsheets import asked_for, sheet_file
from tongchou.web.permission import page

_HEADER = (
    Text("日期", "Day"),
    Text("时段", "Window"),
    Text("校门", "Gate"),
    Text("班级", "Classes"),
    Text("人数", "Pupils"),
)


@page("school_turns", "schools/<int:school>/turns/<slug:turns>", VIEW, methods=("GET",))
def school_turns(request: HttpRequest, school: int, turns: str) -> HttpResponse:
    """The plan in force, and for whoever keeps the school's file the form for another."""
    return _turns(request, school, turns)


@page("school_turns_plan", "schools/<int:school>/turns/<slug:turns>/plan", MANAGE, methods=("POST",))
def school_turns_plan(request: HttpRequest, school: int, turns: str) -> HttpResponse:
    """Put a plan in force; with conflicts the form comes back with each of them by name."""
    return _turns(request, school, turns)


def _turns(request: HttpRequest, school: int, turns: str) -> HttpResponse:
    actor = actor_of(request)
    kind = turns
    if kind not in PLANS:
        raise not_found()
    row = school_in_reach(actor, MANAGE if request.method == "POST" else VIEW, school)
    plan = TurnPlan.objects.filter(school=row, kind=kind, superseded_at=None).select_related("made_by").first()
    classes = list(row.classes.filter(ended_on=None, pupils__gt=0).order_by("grade", "name"))
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            do(request, "school.turns", {"school": school, "kind": kind, "windows": _given(request, classes)})
            return done(
                request, reverse("school_turns", args=[school, kind]), Text("安排已生效。", "The plan is in force.")
            )
        except Refusal as refusal:
            problem = refusal
    windows = _windows(plan, classes) if plan is not None else []
    if asked_for(request):
        return sheet_file(
            request,
            Text("{s}{k}", "{s}: {k}").with_(s=row.unit.name, k=PLANS[kind]),
            _HEADER,
            ([w["day"], w["hours"], w["gate"], w["classes"].zh, w["pupils"]] for w in windows),
        )
    limit = school_rules()["window_most"]
    context = {
        "unit": row.unit, "kind": kind, "title": PLANS[kind], "plan": plan, "windows": windows, "problem": problem, "limit": limit, "gates": row.gates,
        "rows": _rows(request, row, classes, plan) if actor.permits(MANAGE) else [], "by": request.GET.get("by", "grade"), "breadcrumbs": crumbs(row.unit, PLANS[kind]),
    }  # fmt: skip
    return render(request, "schools/turns.html", context, status=problem.status if problem else 200)


def _windows(plan: TurnPlan, classes: Sequence[SchoolClass]) -> list[dict[str, Any]]:
    names = {c.pk: class_name(c.grade, c.name) for c in classes}
    out = []
    for t in plan.turns.order_by("starts_at", "gate"):
        first, last = t.starts_at.astimezone(SHANGHAI), t.ends_at.astimezone(SHANGHAI)
        there = [names.get(c, Text("已撤销的班级", "a class that has ended")) for c in t.classes]
        shown = Text("、".join(n.zh for n in there), ", ".join(n.en for n in there))
        out.append(
            {
                "day": first.date(),
                "hours": f"{first:%H:%M}–{last:%H:%M}",
                "gate": t.gate,
                "classes": shown,
                "pupils": t.pupils,
            }
        )
    return out


def _groups(by: str, classes: Sequence[SchoolClass]) -> list[tuple[str, Text, list[SchoolClass]]]:
    """Key, name and classes of each row of the form."""
    if by == "class":
        return [(f"c{c.pk}", class_name(c.grade, c.name), [c]) for c in classes]
    grades = sorted({c.grade for c in classes})
    return [(f"g{g}", grade_name(g), [c for c in classes if c.grade == g]) for g in grades]


def _rows(
    request: HttpRequest, school: School, classes: Sequence[SchoolClass], plan: TurnPlan | None
) -> list[dict[str, Any]]:
    """What stands in the form: what was typed, else the plan in force."""
    held = {c: t for t in plan.turns.all() for c in t.classes} if plan is not None else {}
    by = request.POST.get("by") or request.GET.get("by", "grade")
    out = []
    for key, name, group in _groups(by, classes):
        turn = held.get(group[0].pk)
        values = {"day": "", "from": "", "to": "", "gate": school.gates[0] if school.gates else ""}
        if turn is not None:
            first, last = turn.starts_at.astimezone(SHANGHAI), turn.ends_at.astimezone(SHANGHAI)
            values = {"day": f"{first:%Y-%m-%d}", "from": f"{first:%H:%M}", "to": f"{last:%H:%M}", "gate": turn.gate}
        if request.method == "POST":
            values = {n: request.POST.get(f"{n}_{key}", "") for n in values}
        out.append({"key": key, "name": name, "pupils": sum(c.pupils for c in group), "values": values})
    return out


def _given(request: HttpRequest, classes: Sequence[SchoolClass]) -> list[dict[str, Any]]:
    windows = []
    for key, name, group in _groups(request.POST.get("by", "grade"), classes):
        day, first, last, gate = (request.POST.get(f"{n}_{key}", "").strip() for n in ("day", "from", "to", "gate"))
        if not (day or first or last):
            continue  # left out: the plan's own check names it
        windows.append(
            {
                "gate": gate,
                "starts_at": _at(day, first, f"{key}", name),
                "ends_at": _at(day, last, f"{key}", name),
                "classes": [c.pk for c in group],
            }
        )
    if not windows:
        raise Refusal(
            Reason.MISSING_VALUE, Text("还没有填写任何时段。", "No window is filled in yet."), field="windows"
        )
    return windows


def _at(day: str, hour: str, key: str, name: Text) -> str:
    try:
        return datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), SHANGHAI).isoformat()
    except ValueError:
        rule = Text(
            "{name}：请填写日期和起止时间，如 2026-03-02、08:00。",
            "{name}: give a day and times, such as 2026-03-02 and 08:00.",
        ).with_(name=name)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field=f"day_{key}", value=f"{day} {hour}".strip() or None) from None
