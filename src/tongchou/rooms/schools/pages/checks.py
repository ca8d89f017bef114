"""Morning and noon checks on a phone: the classes of a day, and one class in under a minute."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.loops.engine import not_found
from tongchou.record.territory.reach import missing
from tongchou.rooms.schools.absentees import REASONS
from tongchou.rooms.schools.actions.checks import due_at
from tongchou.rooms.schools.models import Check, School
from tongchou.rooms.schools.pages.parts import asked_day, crumbs
from tongchou.rooms.schools.pages.pupils import OFFERED, counted, named_given, named_rows
from tongchou.rooms.schools.questions import ClassDay, class_day, previous_signs
from tongchou.rooms.schools.reach import CHECK, VIEW, class_in_reach, school_in_reach, schools_of
from tongchou.rooms.schools.words import DIAGNOSES, SESSIONS, SIGNS, SYMPTOMS, class_name
from tongchou.web.pages.forms import done
from tongchou.web.pages.requests import actor_of, do, integer, now
from tongchou.web.permission import Nav, page

_DAY = Text("晨午检", "Checks")


def session_now() -> str:
    """The check that is on: the morning's until its time for noon has come near."""
    return "noon" if timezone.localtime(now()).hour >= 12 else "morning"


@page("school_day", "schools/day", CHECK, methods=("GET",), nav=Nav(_DAY, "check"))
def school_day(request: HttpRequest) -> HttpResponse:
    """The classes of the actor's school on a day: which have reported, which are to."""
    actor, on = actor_of(request), asked_day(request)
    own = list(schools_of(actor, CHECK).order_by("unit__name_key", "pk")[:50])
    wanted = integer(request, "school")
    row = next((s for s in own if s.pk == wanted), own[0] if own else None)
    if wanted is not None and (row is None or row.pk != wanted):
        raise missing(Text("没有找到这所学校。", "There is no such school."), "school", wanted)
    session = request.GET.get("session", "")
    session = session if session in SESSIONS else session_now()
    context: dict[str, Any] = {
        "title": _DAY,
        "school": row,
        "own": own,
        "on": on,
        "session": session,
        "sessions": SESSIONS.items(),
        "today": timezone.localdate(),
    }
    if row is not None:
        rows = class_day(row.pk, on)
        context |= {
            "classes": [_shown(c, session) for c in rows],
            "owed": sum(not _of(c, session) and not c.suspended and c.pupils > 0 for c in rows),
            "due": due_at(on, session),
            "breadcrumbs": crumbs(row.unit, _DAY),
        }
    return render(request, "schools/day.html", context)


def _of(row: ClassDay, session: str) -> tuple[int, int, int, int] | None:
    return row.morning if session == "morning" else row.noon


def _shown(row: ClassDay, session: str) -> dict[str, Any]:
    found = _of(row, session)
    return {
        "line": row,
        "name": class_name(row.grade, row.name),
        "found": found,
        "absent": sum(found[:3]) if found else None,
        "corrected": bool(found and found[3]),
    }


@page("school_check", "schools/classes/<int:school_class>/checks/<slug:check_day>/<slug:session>", CHECK)
def school_check(request: HttpRequest, school_class: int, check_day: str, session: str) -> HttpResponse:
    """One class: everybody here at one touch, or numbers. A check that is on record is corrected with a reason."""
    row, on = class_in_reach(actor_of(request), CHECK, school_class), _read_day(check_day)
    if session not in SESSIONS:
        raise not_found()
    stored = Check.objects.filter(school_class=row, on=on, session=session).prefetch_related("signs").first()
    before = previous_signs(row.pk, on, session)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            payload = _payload(request, school_class, on, session, before)
            if stored is not None and request.POST.get("correct"):
                do(request, "school.check_correct", payload | {"reason": request.POST.get("reason", "")})
            else:
                do(request, "school.check", payload)
            return _next(request, row.school, on, session)
        except Refusal as refusal:
            problem = refusal
    context = {
        "row": row, "title": class_name(row.grade, row.name),
        "subtitle": Text("{d} {s} · {n} 人", "{d} {s} · {n} {n|pupil|pupils}").with_(d=on, s=SESSIONS[session], n=row.pupils),
        "on": on, "session": session, "stored": stored, "problem": problem, "before": before,
        "symptoms": _signs(request, SYMPTOMS, stored, before), "diagnoses": _signs(request, DIAGNOSES, stored, before),
        "numbers": _numbers(request, stored), "named": named_rows(request, row.pk, on, session), "reasons": list(REASONS.items()),
        "correct": stored is not None, "breadcrumbs": crumbs(row.school.unit, SESSIONS[session]),
    }  # fmt: skip
    return render(request, "schools/check.html", context, status=problem.status if problem else 200)


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise not_found() from None


def _numbers(request: HttpRequest, stored: Check | None) -> list[dict[str, Any]]:
    labels = {
        "ill": Text("因病缺勤", "Absent ill"),
        "other": Text("因事缺勤", "Absent otherwise"),
        "unknown": Text("缺勤原因不明", "Absent, not known why"),
    }
    return [
        {"name": n, "label": label, "value": request.POST.get(n, getattr(stored, n) if stored else "")}
        for n, label in labels.items()
    ]


def _signs(
    request: HttpRequest, words: dict[str, Text], stored: Check | None, before: dict[str, int]
) -> list[dict[str, Any]]:
    held = {s.sign: s for s in stored.signs.all()} if stored else {}
    return [
        {
            "key": key, "label": label, "before": before.get(key, 0), "n": request.POST.get(f"n_{key}", held[key].pupils if key in held else ""),
            "f": request.POST.get(f"f_{key}", held[key].fresh if key in held else ""),
        }
        for key, label in words.items()
    ]  # fmt: skip


def _payload(request: HttpRequest, school_class: int, on: date, session: str, before: dict[str, int]) -> dict[str, Any]:
    """What the form says. Where only the number of a sign is given, those above the number at the check before are new."""
    base: dict[str, Any] = {"school_class": school_class, "on": on.isoformat(), "session": session}
    if request.POST.get("nothing"):
        return base | {"ill": 0, "nothing": True}
    absent = named_given(request, school_class)
    numbers = counted(absent, {n: integer(request, n) for n in ("ill", "other", "unknown")})
    signs = []
    for key in SIGNS:
        there, fresh = integer(request, f"n_{key}"), integer(request, f"f_{key}")
        if there is None and fresh is None and key in OFFERED:
            there = sum(a["reason"] == key for a in absent) if integer(request, "n_fever_cough") is None or key != "fever" else None
        if there or fresh:
            signs.append(
                {
                    "sign": key,
                    "pupils": there or fresh,
                    "fresh": max(0, (there or 0) - before.get(key, 0)) if fresh is None else fresh,
                }
            )
    if not any(numbers.values()) and not signs:
        raise Refusal(
            Reason.MISSING_VALUE,
            Text(
                "没有填写任何数字。全部到校且无症状的，请点上面的大按钮。",
                "No number was given. Where all are here and well, use the button above.",
            ),
            field="ill",
        )
    return base | numbers | {"signs": signs, "absent": absent}


def _next(request: HttpRequest, school: School, on: date, session: str) -> HttpResponse:
    """On to the next class that is owed, else back to the day."""
    left = [c for c in class_day(school.pk, on) if not _of(c, session) and not c.suspended and c.pupils > 0]
    day = f"{reverse('school_day')}?school={school.pk}&on={on.isoformat()}&session={session}"
    said = (
        Text("已报送。还有 {n} 个班未报。", "Reported. {n} {n|class is|classes are} left.").with_(n=len(left))
        if left
        else Text("已报送，全部班级已报齐。", "Reported; all classes are in.")
    )
    if request.POST.get("then") == "next" and left:
        messages.success(request, said.in_(get_language() or "zh-hans"))
        return HttpResponseRedirect(reverse("school_check", args=[left[0].key, on.isoformat(), session]))
    return done(request, day, said)


@page("school_checks", "schools/<int:school>/checks", VIEW, methods=("GET",))
def school_checks(request: HttpRequest, school: int) -> HttpResponse:
    """What was reported of every class of a school on a day, with the signs; for those who look at schools."""
    row, on = school_in_reach(actor_of(request), VIEW, school), asked_day(request)
    signs: dict[tuple[int, str], list[Text]] = {}
    for check in Check.objects.filter(school=row, on=on).prefetch_related("signs"):
        for s in check.signs.all():
            said = Text("{s} {n}（新增 {f}）", "{s} {n} ({f} new)").with_(s=SIGNS[s.sign], n=s.pupils, f=s.fresh)
            signs.setdefault((check.school_class_id, check.session), []).append(said)
    rows = [
        {
            "name": class_name(c.grade, c.name),
            "line": c,
            "sessions": [
                {"title": SESSIONS[s], "found": _of(c, s), "signs": signs.get((c.key, s), [])} for s in SESSIONS
            ],
        }
        for c in class_day(row.pk, on)
    ]
    title = Text("{on} 晨午检", "Checks of {on}").with_(on=on)
    return render(
        request,
        "schools/checks.html",
        {"unit": row.unit, "title": title, "rows": rows, "on": on, "breadcrumbs": crumbs(row.unit, title)},
    )
