"""Absent pupils by name: with a check, where a class wants to name them, and followed until they are back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import act
from tongchou.rooms.schools.absentees import COUNTED, PUPILS, REASONS, WHERES, open_label, still_absent
from tongchou.rooms.schools.families import absent_by_family
from tongchou.rooms.schools.models import Absentee, Check
from tongchou.rooms.schools.pages.parts import crumbs
from tongchou.rooms.schools.reach import CHECK, school_in_reach
from tongchou.rooms.schools.rules import school_rules
from tongchou.rooms.schools.words import class_name
from tongchou.web.pages.forms import done
from tongchou.web.pages.requests import actor_of, do, integer
from tongchou.web.permission import page

TITLE = Text("缺勤学生跟踪", "Absent pupils")
BLANK = 4
"""Empty lines for names that a check's form offers."""
OFFERED = ("fever", "vomiting")
"""Signs that are filled in from the names where they were left empty."""


def named_rows(request: HttpRequest, school_class: int, on: date, session: str) -> list[dict[str, Any]]:
    """Lines of a check's form: who was absent before and may still be, who was named by this check, whom families told of for the day, and empty ones.
    Shown to the class's own school only."""
    held = {a.pk: a for a in still_absent(school_class, on)}
    stored = Check.objects.filter(school_class=school_class, on=on, session=session).first()
    if held:
        school = next(iter(held.values())).school_id
        act("school.pupils_look", actor_of(request), new_id(), {"school": school, "pupils": sorted(held)})
    rows = []
    for n, row in enumerate(held.values()):
        still = stored is None or row.last_on >= on
        said = request.POST.get(f"p_reason_{n}", row.reason if still else "")
        rows.append({"n": n, "who": open_label(row), "fixed": True, "reason": said, "since": row.from_on})
    told = _told(request, school_class, on, {a.who for a in held.values()}) if stored is None else []
    for n in range(len(held), len(held) + len(told) + BLANK):
        who, reason = told[n - len(held)] if n < len(held) + len(told) else ("", "")
        typed, why = request.POST.get(f"p_who_{n}", who), request.POST.get(f"p_reason_{n}", reason)
        rows.append({"n": n, "who": typed, "fixed": False, "reason": why, "since": None, "told": bool(who)})
    return rows


def _told(request: HttpRequest, school_class: int, on: date, known: set[str]) -> list[tuple[str, str]]:
    """Name and reason of who is absent by a family's word and not known to be. That they were shown is recorded."""
    words = {w.who: w for w in absent_by_family(school_class, on) if w.who not in known}
    if words:
        school = next(iter(words.values())).school_id
        act("school.family_look", actor_of(request), new_id(), {"school": school, "words": sorted(w.pk for w in words.values())})
    return [(open_label(w), w.reason) for w in words.values()]


def named_given(request: HttpRequest, school_class: int) -> list[dict[str, str]]:
    """Who a check's form names, with why; a line without a name or without a reason names nobody."""
    out = []
    for n in range(200):
        who, reason = request.POST.get(f"p_who_{n}", "").strip(), request.POST.get(f"p_reason_{n}", "")
        if who and reason:
            out.append({"who": who[:40], "reason": reason})
    return out


def counted(absent: list[dict[str, str]], numbers: dict[str, int | None]) -> dict[str, int]:
    """The numbers of a check as typed; those left empty follow from who is named."""
    named = {field: sum(a["reason"] in reasons for a in absent) for field, reasons in COUNTED.items()}
    return {field: named[field] if value is None else value for field, value in numbers.items()}


@page("school_pupils", "schools/<int:school>/pupils", PUPILS, methods=("GET",))
def school_pupils(request: HttpRequest, school: int) -> HttpResponse:
    """Who is absent from a school, since when, why, what was last heard; and who is back. The education department sees masked names."""
    actor, today = actor_of(request), timezone.localdate()
    row = school_in_reach(actor, PUPILS, school)
    since = today - timedelta(days=14)
    rows = list(
        Absentee.objects.filter(school=row)
        .select_related("school_class")
        .exclude(back_on__lt=since)
        .order_by("-back_on", "school_class__grade", "school_class__name", "from_on")[:500]
    )
    if rows:
        act("school.pupils_look", actor, new_id(), {"school": row.pk, "pupils": [r.pk for r in rows]})
    own = row.pk in actor.unit_ids(PUPILS) and actor.permits(CHECK)
    shown = [_shown(r, today, masked=not own) for r in rows]
    context = {
        "title": TITLE, "unit": row.unit, "absent": [s for s in shown if s["row"].back_on is None], "back": [s for s in shown if s["row"].back_on is not None],
        "can_follow": own, "today": today, "wheres": list(WHERES.items()), "kept": school_rules()["pupil_days"].value, "breadcrumbs": crumbs(row.unit, TITLE),
    }  # fmt: skip
    return render(request, "schools/pupils.html", context)


def _shown(row: Absentee, today: date, *, masked: bool) -> dict[str, Any]:
    heard = max(d for d in (row.last_on, row.followed_on) if d)
    return {
        "row": row, "who": open_label(row, masked=masked), "class": class_name(row.school_class.grade, row.school_class.name), "reason": REASONS[row.reason],
        "where": WHERES[row.where], "days": ((row.back_on or today) - row.from_on).days + (row.back_on is None), "heard": heard,
        "due": row.back_on is None and (today - heard).days > school_rules()["follow_up_days"].value,
    }  # fmt: skip


@page("school_pupil_follow", "schools/pupils/<int:pupil>/follow", CHECK, methods=("POST",))
def school_pupil_follow(request: HttpRequest, pupil: int) -> HttpResponse:
    """What was heard of an absent pupil today, or that it is back."""
    payload: dict[str, Any] = {"pupil": pupil, "where": request.POST.get("where", "")}
    if request.POST.get("back"):
        payload["back_on"] = request.POST.get("back_on") or timezone.localdate().isoformat()
    made = do(request, "school.pupil_follow", payload).result
    school = integer(request, "school")
    back = reverse("school_pupils", args=[school]) if school else reverse("school_day")
    return done(
        request, back, Text("已登记返校。", "Back at school.") if made["back"] else Text("已登记。", "Recorded.")
    )
