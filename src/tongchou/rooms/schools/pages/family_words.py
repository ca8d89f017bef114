"""At the school: what families told, and what they are told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import act
from tongchou.rooms.schools.absentees import REASONS, WHERES, open_label
from tongchou.rooms.schools.families import KINDS, words_of
from tongchou.rooms.schools.models import FamilyNotice, FamilyWord
from tongchou.rooms.schools.pages.parts import crumbs, school_form
from tongchou.rooms.schools.reach import CHECK, MANAGE, school_in_reach
from tongchou.rooms.schools.words import class_name
from tongchou.web.fieldparts import FieldParts
from tongchou.web.news import News, news_source
from tongchou.web.pages.forms import Draft, done
from tongchou.web.pages.requests import actor_of, do, given
from tongchou.web.permission import page

TITLE = Text("家长报告", "Told by families")
_NOTICE = Text("告家长书", "Notice to families")


@page("school_words", "schools/<int:school>/families", CHECK, methods=("GET",))
def school_words(request: HttpRequest, school: int) -> HttpResponse:
    """Absences and holidays that families told, those that nobody read first. For the school itself; each showing is recorded."""
    actor = actor_of(request)
    row = school_in_reach(actor, CHECK, school)
    found = words_of(school, timezone.localdate())
    if found:
        act("school.family_look", actor, new_id(), {"school": school, "words": [w.pk for w in found]})
    context = {"title": TITLE, "unit": row.unit, "words": [_shown(w) for w in found], "breadcrumbs": crumbs(row.unit, TITLE)}
    return render(request, "schools/family_words.html", context)


def _shown(w: FamilyWord) -> dict[str, Any]:
    what = [REASONS[w.reason], *([WHERES[w.where]] if w.where else [])] if w.kind == "absence" else [w.place or Text("留在本地", "staying")]
    return {"row": w, "who": open_label(w), "kind": KINDS[w.kind], "what": what, "class": class_name(w.school_class.grade, w.school_class.name)}


@page("school_word_take", "schools/families/<int:family_word>/read", CHECK, methods=("POST",))
def school_word_take(request: HttpRequest, family_word: int) -> HttpResponse:
    """The school has read it."""
    do(request, "school.family_take", {"word": family_word})
    school = FamilyWord.objects.values_list("school_id", flat=True).get(pk=family_word)
    return done(request, reverse("school_words", args=[school]), Text("已阅，家长能看到。", "Read; the family sees that."))


@page("school_notice", "schools/<int:school>/notice", MANAGE)
def school_notice(request: HttpRequest, school: int) -> HttpResponse:
    """What families of the school read: whom to call, what has to be brought and done."""
    row = school_in_reach(actor_of(request), MANAGE, school)
    held = FamilyNotice.objects.filter(school=row).first()

    def fields(d: Draft) -> list[FieldParts]:
        told = Text("返校要带什么、做什么，校门口怎么走，不能来的情形。", "What to bring and do, how to come in, and when not to come.")
        return [
            d.field("phone", Text("家长联系电话", "Phone for families"), required=True, maxlength=60),
            d.field("text", Text("告知内容", "What they are told"), "textarea", rows=10, required=True, maxlength=4000, help=told),
        ]

    def send() -> Text:
        do(request, "school.notice", {"school": school} | given(request, "phone", "text"))
        return Text("已发布，家长现在能看到。", "Published; families see it now.")

    on_record = {"phone": held.phone, "text": held.text} if held else {}
    return school_form(request, row.unit, _NOTICE, Text("发布", "Publish"), fields, send, reverse("school", args=[school]), on_record=on_record)


@news_source
def of_families(actor: Actor, now: datetime) -> list[News]:
    """For the school's own accounts: how many words nobody has read."""
    own = actor.unit_ids(CHECK) if actor.permits(CHECK) else ()
    n = FamilyWord.objects.filter(school__in=own, taken_at=None, withdrawn_at=None).count() if own else 0
    if not n:
        return []
    said = Text("家长报告 {n} 条未阅", "{n} {n|word|words} of families not read yet").with_(n=n)
    return [News(said, Text("待阅", "to read"), "info", "message", reverse("school_words", args=[own[0]]))]
