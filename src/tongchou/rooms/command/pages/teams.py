"""Special teams: the list, making one, and a team's page with its people and its work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.clock import parse_date
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.loops.kinds import kind_of
from tongchou.record.models import Loop
from tongchou.record.territory.reach import missing, reaches_unit
from tongchou.rooms.command.models import Secondment, Team
from tongchou.rooms.command.teams import MAY, NO_SUCH, candidates
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE, unit_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer, now
from tongchou.web.pages.shown import stage_badge
from tongchou.web.permission import Nav, page

_TITLE = Text("工作专班", "Special teams")
_SEVERAL = Text("可多选；原任职不变。", "Several may be chosen; they keep their own posts.")
_EMPTY = {
    "title": Text("没有专班", "No teams"),
    "text": Text("从各单位抽调人员组建，任务结束后归建。", "People are lent by their units and go back afterwards."),
    "icon": "users",
}


def _teams_of(actor: Actor) -> Any:
    """Teams in own areas, and those in which one works."""
    where = Q(unit__in=actor.unit_ids("unit.view"))
    for path in actor.area_paths("unit.view"):
        where |= Q(unit__area__path__startswith=path)
    return Team.objects.filter(where).select_related("unit__area")


@page("teams", "teams", "unit.view", methods=("GET",), nav=Nav(_TITLE, "users"))
def teams(request: HttpRequest) -> HttpResponse:
    """Teams with their lead, people and open work."""
    actor, today = actor_of(request), timezone.localdate()
    labels = (("name", "专班", "Team"), ("lead", "负责人", "Lead"), ("people", "人数", "People"), ("open", "在办事项", "Open work"),
              ("until", "期限", "Until"), ("state", "状态", "State"))  # fmt: skip
    found = list(_teams_of(actor).order_by("dissolved_at", "-made_at")[:200])
    people = dict(Secondment.objects.filter(team__in=found, ended_at=None).values_list("team").annotate(n=Count("pk")))
    leads = dict(Secondment.objects.filter(team__in=found, lead=True, ended_at=None).values_list("team", "account__display_name"))
    open_ = dict(Loop.objects.filter(owner_unit__in=[t.unit_id for t in found], closed_at=None).values_list("owner_unit").annotate(n=Count("pk")))
    rows = []
    for t in found:
        state = _state(t, today)
        cells = [
            {"value": t.unit.name, "url": reverse("team", args=[t.pk])}, {"value": leads.get(t.pk, Text("—", "—"))}, {"value": people.get(t.pk, 0)},
            {"value": open_.get(t.unit_id, 0)}, {"value": str(t.until)}, {"value": state["label"], "tone": state["tone"], "icon": state["icon"]},
        ]  # fmt: skip
        rows.append({"cells": cells})
    context = {
        "title": _TITLE,
        "sheet": {"key": "teams", "caption": _TITLE, "columns": [{"key": k, "label": Text(z, e), "number": k in ("people", "open")} for k, z, e in labels], "rows": rows},
        "can_make": actor.permits(MAY),
        "empty": _EMPTY,
    }  # fmt: skip
    return render(request, "command/teams.html", context)


def _state(t: Team, today: Any) -> dict[str, Any]:
    if t.dissolved_at is not None:
        return {"label": Text("已撤销", "dissolved"), "tone": "info", "icon": "x"}
    if t.until <= today:
        return {"label": Text("已到期，待撤销", "over, to be dissolved"), "tone": "act", "icon": "clock-exclamation"}
    return {"label": Text("运行中", "at work"), "tone": "ok", "icon": "circle-check"}


@page("team_new", "teams/new", MAY)
def team_new(request: HttpRequest) -> HttpResponse:
    """Make a team: what for, until when, who leads, who is lent by whom."""
    people = candidates(actor_of(request), timezone.localdate())

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("name", Text("专班名称", "Name"), required=True, maxlength=160),
            d.field("purpose", Text("任务", "What for"), "textarea", rows=2, required=True),
            d.field("until", Text("期限", "Until"), "date", required=True),
            d.field("lead", Text("负责人", "Lead"), "select", choices=[PLEASE, *people], required=True),
            d.field("members", Text("抽调人员", "People lent"), "checkboxes", choices=people, help=_SEVERAL),
        ]  # fmt: skip

    def send() -> HttpResponse:
        payload = {
            "name": request.POST.get("name", ""), "purpose": request.POST.get("purpose", ""), "until": parse_date(request.POST.get("until", ""), "until").isoformat(),
            "lead": integer(request, "lead"), "members": [int(m) for m in request.POST.getlist("members") if m.isdigit()],
        }  # fmt: skip
        made = do(request, "team.make", payload).result["team"]
        return done(request, reverse("team", args=[made]), Text("专班已组建。", "The team is made."))

    title = Text("组建专班", "Make a special team")
    crumbs = [{"url": reverse("teams"), "label": _TITLE}, {"url": "", "label": title}]
    on_record = {"until": str(timezone.localdate() + timedelta(days=30))}
    return form_page(request, fields, send, title=title, button=Text("组建", "Make"), back=reverse("teams"), breadcrumbs=crumbs, on_record=on_record)


@page("team", "teams/<int:team_id>", "unit.view", methods=("GET",))
def team(request: HttpRequest, team_id: int) -> HttpResponse:
    """Its people with the units that lent them, and its work."""
    actor, today = actor_of(request), timezone.localdate()
    row = _found(actor, team_id)
    works = actor.permits("loop.view") and (row.unit_id in actor.unit_ids("loop.view") or actor.sees_path("loop.view", row.unit.area.path))
    loops = list(Loop.objects.filter(owner_unit=row.unit, closed_at=None).order_by("deadline")[:200]) if works else []
    at = now()
    leads = actor.sees_path(MAY, row.unit.area.path) and row.dissolved_at is None
    context = {
        "row": row,
        "badges": [_state(row, today)],
        "members": row.members.select_related("account", "home").order_by("ended_at", "-lead", "pk"),
        "today": today,
        "works": works,
        "loops": [{"loop": x, "badge": stage_badge(kind_of(x.edition_id), x.stage), "late": x.deadline is not None and x.deadline < at} for x in loops],
        "closed": Loop.objects.filter(owner_unit=row.unit, closed_at__isnull=False).count() if works else 0,
        "can_lead": leads,
        "can_issue": actor.permits("loop.bulk") and row.dissolved_at is None,
        "people": candidates(actor, today) if leads else [],
        "units": unit_choices(actor, "unit.view", ("hq_office", "hq_department", "department", "street", "special_team")) if leads else [],
        "until": str(row.until),
        "breadcrumbs": [{"url": reverse("teams"), "label": _TITLE}, {"url": "", "label": row.unit.name}],
    }
    return render(request, "command/team.html", context)


def _found(actor: Actor, key: int) -> Team:
    row = Team.objects.select_related("unit__area", "handed_to").filter(pk=key).first()
    if row is None or not reaches_unit(actor, "unit.view", row.unit):
        raise missing(NO_SUCH, "team", key)
    return row


@page("team_change", "teams/<int:team_id>/<slug:change_team>", MAY, methods=("POST",))
def team_change(request: HttpRequest, team_id: int, change_team: str) -> HttpResponse:
    """Lend somebody, give somebody back, dissolve."""
    _found(actor_of(request), team_id)
    change = change_team
    if change == "lend":
        to = request.POST.get("to_date", "").strip()
        payload = {"team": team_id, "account": integer(request, "account"), "to_date": parse_date(to, "to_date").isoformat() if to else None}
        do(request, "team.lend", payload)
        said = Text("已抽调到专班。", "Lent to the team.")
    elif change == "back":
        do(request, "team.give_back", {"member": integer(request, "member"), "reason": request.POST.get("reason", "")})
        said = Text("已归建。", "Given back.")
    elif change == "dissolve":
        payload = {"team": team_id, "hand_to": integer(request, "hand_to"), "result": request.POST.get("result", "")}
        handed = do(request, "team.dissolve", payload).result["handed_back"]
        said = Text("专班已撤销，移交 {n} 件在办事项。", "Dissolved; {n} open {n|loop was|loops were} handed on.").with_(n=handed)
    else:
        raise missing(Text("没有这个操作。", "There is no such change."), "change", change)
    return done(request, reverse("team", args=[team_id]), said)
