"""For families: a school and a class, whether and when it is back, what has to be done, whom to call; and their word about their own child."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.text import Text
from tongchou.record.loops.engine import not_found
from tongchou.rooms.schools.absentees import WHERES
from tongchou.rooms.schools.actions.opening import latest_opening
from tongchou.rooms.schools.families import (
    FAMILY,
    KINDS,
    SAID,
    at_home,
    class_for_family,
    coming,
    measures_of,
    schools_named,
    suspended,
    told_by,
)
from tongchou.rooms.schools.models import FamilyNotice, FamilyWord, SchoolClass
from tongchou.rooms.schools.words import LEVELS, MEASURES, PLANS, STATES, class_name, grade_name
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, given
from tongchou.web.permission import Nav, page

TITLE = Text("孩子的学校", "My child’s school")


@page("family", "my/school", FAMILY, methods=("GET",), nav=Nav(TITLE, "users"))
def family(request: HttpRequest) -> HttpResponse:
    """Find the school and the class; what one has told, and whether the school has read it."""
    text = request.GET.get("q", "").strip()[:80]
    found = schools_named(text)
    rooms: dict[int, list[SchoolClass]] = {}
    for c in SchoolClass.objects.filter(school__in=[s.pk for s in found], ended_on=None).order_by("grade", "name"):
        rooms.setdefault(c.school_id, []).append(c)
    context = {
        "title": TITLE, "q": text,
        "found": [
            {"school": s, "level": LEVELS[s.level], "grades": _grades(rooms.get(s.pk, []))} for s in found
        ],
        "told": [_told(w) for w in told_by(actor_of(request).account_id)],
    }  # fmt: skip
    return render(request, "schools/family.html", context)


def _grades(rooms: list[SchoolClass]) -> list[dict[str, Any]]:
    return [{"name": grade_name(g), "classes": [c for c in rooms if c.grade == g]} for g in sorted({c.grade for c in rooms})]


def _told(w: FamilyWord) -> dict[str, Any]:
    """One's own word. The pupil is not named: who told it knows."""
    what = SAID[w.reason] if w.kind == "absence" else Text("留在本地", "staying") if not w.place else Text("{p}", "{p}").with_(p=w.place)
    return {"row": w, "kind": KINDS[w.kind], "class": class_name(w.school_class.grade, w.school_class.name), "what": what}


@page("family_class", "my/school/<int:school_class>", FAMILY, methods=("GET",))
def family_class(request: HttpRequest, school_class: int) -> HttpResponse:
    """One class as its families need it."""
    row, today = class_for_family(school_class), timezone.localdate()
    opening = latest_opening(row.school)
    word, tone, icon = STATES[opening.state if opening else "none"]
    off = suspended(row, today)
    context = {
        "row": row, "name": class_name(row.grade, row.name), "today": today, "opening": opening, "word": word, "tone": tone, "icon": icon,
        "is_open": opening is not None and opening.state == "open", "begun": opening is not None and opening.opens_on <= today,
        "off": off, "coming": [{"turn": c, "kind": PLANS[c.kind]} for c in coming(row, today)], "home": at_home(row),
        "measures": [{"row": m, "kind": MEASURES[m.kind], "basis": Text.from_dict(m.basis)} for m in measures_of(row, today)],
        "notice": FamilyNotice.objects.filter(school=row.school_id).first(),
        "breadcrumbs": [{"url": reverse("family"), "label": TITLE}, {"url": "", "label": row.school.unit.name[:30]}],
    }  # fmt: skip
    return render(request, "schools/family_class.html", context)


@page("family_tell", "my/school/<int:school_class>/<slug:family_kind>", FAMILY)
def family_tell(request: HttpRequest, school_class: int, family_kind: str) -> HttpResponse:
    """Tell of an absence, or of where the family goes in the holidays."""
    row, what = class_for_family(school_class), family_kind
    if what not in KINDS:
        raise not_found()
    absence, back = what == "absence", reverse("family_class", args=[school_class])

    def fields(d: Draft) -> list[FieldParts]:
        out = [d.field("pupil", Text("学生姓名或学号", "The pupil’s name or number"), required=True, maxlength=40)]
        if absence:
            out += [
                d.field("reason", Text("原因", "Why"), "radio", choices=list(SAID.items()), required=True),
                d.field("where", Text("现在何处", "Where the child is"), "select", choices=[PLEASE, *((k, v) for k, v in WHERES.items() if k != "unheard")]),
                d.field("from_on", Text("从哪天起", "From"), "date", required=True),
                d.field("to_on", Text("到哪天（含）", "To, the last day"), "date",
                        help=Text("还不知道的不填，每天再报。", "Not known yet: leave it empty and tell again each day.")),
            ]  # fmt: skip
        else:
            out += [
                d.field("place", Text("去哪里", "Where to"), maxlength=80, help=Text("省、市、县。留在本地的不填。", "Province, city, county. Empty: you stay.")),
                d.field("from_on", Text("离开日期（留在本地的填放假日期）", "Leaving on (staying: the first day of the holidays)"), "date", required=True),
                d.field("to_on", Text("返回日期", "Back on"), "date"),
            ]
        return out

    def send() -> HttpResponse:
        names = ("pupil", "reason", "where") if absence else ("pupil", "place")
        payload = given(request, *names) | {"from_on": request.POST.get("from_on", ""), "to_on": request.POST.get("to_on") or None}
        do(request, "school.family_tell", {"school_class": school_class, "kind": what} | payload)
        return done(request, reverse("family"), Text("已报学校，只有学校能看到。", "The school is told; nobody else sees it."))

    name = class_name(row.grade, row.name)
    return form_page(
        request, fields, send, title=KINDS[what], subtitle=Text("{s} {c}", "{s} {c}").with_(s=row.school.unit.name, c=name),
        button=Text("报告学校", "Tell the school"), back=back, on_record={"from_on": timezone.localdate()} if absence else {},
        note=Text("只有学校能看到孩子的姓名，到期自动删除。", "Only the school sees the child’s name; it is deleted in time."),
        breadcrumbs=[{"url": reverse("family"), "label": TITLE}, {"url": back, "label": name}, {"url": "", "label": KINDS[what]}],
    )  # fmt: skip


@page("family_take_back", "my/school/words/<int:family_word>/back", FAMILY, methods=("POST",))
def family_take_back(request: HttpRequest, family_word: int) -> HttpResponse:
    """Take one's own word back."""
    do(request, "school.family_take_back", {"word": family_word})
    return done(request, reverse("family"), Text("已撤回。", "Taken back."))
