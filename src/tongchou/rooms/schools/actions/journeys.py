"""Verbs of teaching at home and of where pupils go when a holiday begins."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Sum
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.record.models import Area
from tongchou.rooms.schools.actions.files import today
from tongchou.rooms.schools.models import Destination, OnlineDay, Travel
from tongchou.rooms.schools.reach import CHECK, MANAGE, class_in_reach, school_in_reach
from tongchou.rooms.schools.rules import school_rules
from tongchou.rooms.schools.words import class_name, grade_name

AHEAD = timedelta(days=60)


class OnlineIn(Payload):
    """One grade on one day. reached and not_reached add up to the grade's pupils; no lessons and pupils not reached need a reason."""

    school: int
    grade: int
    on: date
    lessons: int = Field(ge=0, le=20)
    reached: int = Field(ge=0, le=100_000)
    not_reached: int = Field(ge=0, le=100_000)
    why: str = Field("", max_length=500)


class DestinationIn(Payload):
    """area: a code (six digits or more), where it is known; place: its name otherwise."""

    code: str = Field("", max_length=40)
    place: str = Field("", max_length=80)
    pupils: int = Field(ge=1, le=2000)


class TravelIn(Payload):
    """One class and one holiday: staying + unknown + all destinations are all its pupils."""

    school_class: int
    leaves_on: date
    staying: int = Field(ge=0, le=2000)
    unknown: int = Field(0, ge=0, le=2000)
    destinations: list[DestinationIn] = Field(default_factory=list, max_length=100)


@verb("school.online", MANAGE, Text("报送线上教学", "Report teaching at home"))
def online(context: Context, given: OnlineIn) -> dict[str, Any]:
    """Record a day of a grade, or correct it."""
    school, now = school_in_reach(context.actor, MANAGE, given.school, lock=True), today(context)
    back = school_rules()["back_days"].value
    if not now - timedelta(days=back) <= given.on <= now:
        raise Refusal(
            Reason.IMPOSSIBLE_DATE,
            Text("只能报今天或前 {n} 天。", "Today, or the {n} {n|day|days} before.").with_(n=back),
            field="on",
            value=given.on.isoformat(),
        )
    pupils = school.classes.filter(ended_on=None, grade=given.grade).aggregate(n=Sum("pupils"))["n"]
    if pupils is None:
        raise Refusal(
            Reason.NOT_FOUND,
            Text("该校没有这个年级的班级。", "The school has no classes of this grade."),
            field="grade",
            value=given.grade,
        )
    if given.reached + given.not_reached != pupils:
        rule = Text(
            "{g}共 {n} 人，收看和未收看合计 {m} 人。", "{g} has {n} {n|pupil|pupils}; reached and not reached are {m}."
        ).with_(g=grade_name(given.grade), n=pupils, m=given.reached + given.not_reached)
        raise Refusal(
            Reason.INVALID_VALUE,
            rule,
            field="reached",
            value=given.reached,
            remedy=Text("两项合计须等于在册人数。", "The two must add up."),
        )
    if (given.not_reached or not given.lessons) and len(given.why) < 2:
        raise Refusal(
            Reason.MISSING_VALUE,
            Text(
                "没有上课或有学生未收看的，须写明原因。",
                "Where no lesson was held, or pupils were not reached, say why.",
            ),
            field="why",
        )
    if not given.lessons and given.reached:
        raise Refusal(
            Reason.INVALID_VALUE,
            Text("没有上课，不会有学生收看。", "Without a lesson nobody was reached."),
            field="reached",
            value=given.reached,
        )
    assert context.actor.account_id is not None
    values = given.model_dump(include={"lessons", "reached", "not_reached", "why"})
    row, made = OnlineDay.objects.update_or_create(
        school=school,
        grade=given.grade,
        on=given.on,
        defaults=values | {"account_id": context.actor.account_id, "recorded_at": context.now},
    )
    context.event(
        "online" if made else "online_corrected",
        subject=f"unit:{school.pk}",
        data=values | {"grade": given.grade, "on": given.on.isoformat()},
    )
    return {"online": row.pk}


@verb("school.travel", CHECK, Text("报送离校去向", "Report where pupils go"))
def travel(context: Context, given: TravelIn) -> dict[str, Any]:
    """Record where the pupils of a class go, or correct it: counts only, no names."""
    row, now = class_in_reach(context.actor, CHECK, given.school_class, lock=True), today(context)
    if not now - AHEAD <= given.leaves_on <= now + AHEAD:
        raise Refusal(
            Reason.IMPOSSIBLE_DATE,
            Text("离校日期须在前后 60 天之内。", "The day lies within sixty days."),
            field="leaves_on",
            value=given.leaves_on.isoformat(),
        )
    total = given.staying + given.unknown + sum(d.pupils for d in given.destinations)
    if total != row.pupils:
        rule = Text("{c}共 {n} 人，各去向合计 {m} 人。", "{c} has {n} {n|pupil|pupils}; the destinations add up to {m}.").with_(
            c=class_name(row.grade, row.name), n=row.pupils, m=total
        )
        raise Refusal(
            Reason.INVALID_VALUE,
            rule,
            field="staying",
            value=given.staying,
            remedy=Text("去向不明的填入“不明”。", "Put those not known under “not known”."),
        )
    codes = {d.code for d in given.destinations if d.code}
    areas = {a.code: a for a in Area.objects.filter(code__in=codes, valid_to=None)}
    assert context.actor.account_id is not None
    made, _ = Travel.objects.update_or_create(
        school_class=row, leaves_on=given.leaves_on,
        defaults={"staying": given.staying, "unknown": given.unknown, "account_id": context.actor.account_id, "recorded_at": context.now},
    )  # fmt: skip
    made.destinations.all().delete()
    for n, d in enumerate(given.destinations):
        area = areas.get(d.code)
        place = d.place or (area.name if area else "")
        if not place:
            raise Refusal(
                Reason.NOT_FOUND,
                Text("区划中没有这个代码，请写地名。", "No area has this code: give the place's name."),
                field=f"destinations.{n}.place",
                value=d.code or None,
            )
        Destination.objects.create(travel=made, area=area, place=place, pupils=d.pupils)
    context.event("travel", subject=f"unit:{row.school_id}", data=given.model_dump(mode="json"))
    return {"travel": made.pk}
