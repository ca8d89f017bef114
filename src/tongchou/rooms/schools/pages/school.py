"""One school: its file, its classes today, opening, turns, clusters, teaching at home, destinations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tongchou.record.models import Unit
from tongchou.rooms.schools.absentees import PUPILS
from tongchou.rooms.schools.actions.opening import latest_opening
from tongchou.rooms.schools.models import PupilChase, School, Silence, TurnPlan
from tongchou.rooms.schools.pages.overview import attendance_chart
from tongchou.rooms.schools.pages.parts import crumbs
from tongchou.rooms.schools.questions import attendance, class_day, clusters, online_days, travels
from tongchou.rooms.schools.reach import CHECK, DECIDE, INVESTIGATE, MANAGE, VIEW, school_unit
from tongchou.rooms.schools.rules import diseases, school_rules
from tongchou.rooms.schools.words import LEVELS, PLANS, SESSIONS, STATES, class_name, grade_name
from tongchou.web.pages.requests import actor_of
from tongchou.web.permission import page


@page("school", "schools/<int:school>", VIEW, methods=("GET",))
def school_page(request: HttpRequest, school: int) -> HttpResponse:
    """Everything that is on record of one school."""
    actor, on = actor_of(request), timezone.localdate()
    unit = school_unit(actor, VIEW, school)
    row = School.objects.filter(pk=school).first()
    context: dict[str, Any] = {
        "unit": unit,
        "row": row,
        "on": on,
        "can_manage": actor.permits(MANAGE),
        "can_check": actor.permits(CHECK),
        "can_words": row is not None and actor.permits(CHECK),
        "can_state": actor.permits(INVESTIGATE) or actor.permits(MANAGE),
        "can_pupils": actor.permits(PUPILS),
        "can_decide": actor.permits(DECIDE),
        "breadcrumbs": crumbs(unit),
    }
    if row is not None:
        context |= _file(row, unit, actor_of(request), on)
    return render(request, "schools/school.html", context)


def _file(row: School, unit: Unit, actor: Any, on: Any) -> dict[str, Any]:
    opening = latest_opening(row)
    word, tone, icon = STATES[opening.state if opening else "none"]
    rows = class_day(row.pk, on)
    return {
        "level": LEVELS[row.level],
        "badges": [{"label": word, "tone": tone, "icon": icon}],
        "opening": opening,
        "classes": [{"line": c, "name": class_name(c.grade, c.name)} for c in rows],
        "pupils": sum(c.pupils for c in rows),
        "plans": [
            {"line": p, "title": PLANS[p.kind]}
            for p in TurnPlan.objects.filter(school=row, superseded_at=None).order_by("kind")
        ],
        "clusters": [{"line": c, "disease": diseases()[c.disease].title} for c in clusters(actor, row.pk)[:20]],
        "chart": attendance_chart(attendance(actor, on, school_rules()["overview_days"].value, row.pk)),
        "online": [
            {"line": o, "grade": grade_name(o.grade)} for o in online_days(row.pk, on - timedelta(days=14))[:20]
        ],
        "travels": [{"on": day, "classes": len(found)} for day, found in travels(row.pk).items()][:5],
        "chases": [
            {"line": c, "name": class_name(c.school_class.grade, c.school_class.name)}
            for c in PupilChase.objects.filter(school_class__school=row, settled_at=None).select_related("school_class", "loop").order_by("pk")
        ],
        "silences": [
            {"line": s, "session": SESSIONS[s.session]}
            for s in Silence.objects.filter(school=row, settled_at=None).order_by("-on")[:10]
        ],
    }
