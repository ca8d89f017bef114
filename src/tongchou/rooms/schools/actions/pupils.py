"""Single absent pupils: asked after, back, looked at, and deleted in time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.record.territory.reach import missing
from tongchou.rooms.schools.absentees import PUPILS
from tongchou.rooms.schools.actions.files import today
from tongchou.rooms.schools.models import Absentee, FamilyWord
from tongchou.rooms.schools.reach import CHECK, school_in_reach, schools_of
from tongchou.rooms.schools.rules import school_rules


class FollowIn(Payload):
    """where: what was heard today. back_on: since when the pupil is back; None: still absent."""

    pupil: int
    where: Absentee.Where
    back_on: date | None = None


class LookIn(Payload):
    """pupils: those whose names were shown, of one school."""

    school: int
    pupils: list[int] = Field(min_length=1, max_length=1_000)


class EraseIn(Payload):
    """Nothing to say: the number of days is a parameter."""


@verb("school.pupil_follow", CHECK, Text("跟踪缺勤学生", "Ask after an absent pupil"))
def follow(context: Context, given: FollowIn) -> dict[str, Any]:
    """Record where an absent pupil is today, or that it is back."""
    row = Absentee.objects.select_for_update(of=("self",)).filter(pk=given.pupil).first()
    if row is None or not schools_of(context.actor, CHECK).filter(pk=row.school_id).exists():
        raise missing(Text("没有找到这名学生。", "There is no such pupil."), "pupil", given.pupil)
    if row.back_on is not None:
        raise Refusal(
            Reason.WRONG_STAGE,
            Text("该生已返校。", "This pupil is back."),
            remedy=Text("请刷新。", "Reload."),
            field="pupil",
            value=row.pk,
        )
    now = today(context)
    if given.back_on is not None and not row.from_on <= given.back_on <= now:
        rule = Text("返校日期须在缺勤之日至今天之间。", "The day lies between the first day of absence and today.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="back_on", value=str(given.back_on))
    row.where, row.followed_on, row.back_on = given.where, now, given.back_on
    row.save(update_fields=["where", "followed_on", "back_on"])
    context.event(
        "pupil_followed",
        subject=f"unit:{row.school_id}",
        data={"class": row.school_class_id, "where": given.where.value, "back": given.back_on is not None},
    )
    return {"pupil": row.pk, "back": given.back_on is not None}


@verb("school.pupils_look", PUPILS, Text("查看缺勤学生", "Look at absent pupils"))
def look(context: Context, given: LookIn) -> dict[str, Any]:
    """Record that pupils were shown by name. Shows none itself."""
    school_in_reach(context.actor, PUPILS, given.school)
    wanted = set(given.pupils)
    if Absentee.objects.filter(pk__in=wanted, school=given.school).count() != len(wanted):
        raise missing(Text("没有找到这名学生。", "There is no such pupil."), "pupils", min(wanted))
    context.event(
        "personal_read",
        subject=f"unit:{given.school}",
        data={"how": "pupils", "people": len(wanted), "pupils": sorted(wanted)[:200]},
    )
    return {"pupils": len(wanted)}


@verb(
    "school.pupils_erase",
    "loop.bulk",
    Text("删除到期的缺勤学生姓名", "Delete names of pupils past their time"),
    system_only=True,
)
def erase(context: Context, given: EraseIn) -> dict[str, Any]:
    """Delete who is back for so many days, of whom nothing was heard for three times as long, and families' words so long after. The numbers of the checks stay."""
    days, now = school_rules()["pupil_days"].value, today(context)
    old = Q(back_on__lt=now - timedelta(days=days)) | Q(back_on=None, last_on__lt=now - timedelta(days=3 * days))
    told = Q(to_on__lt=now - timedelta(days=days)) | Q(to_on=None, from_on__lt=now - timedelta(days=days)) | Q(withdrawn_at__date__lt=now - timedelta(days=days))
    gone = Absentee.objects.filter(old).delete()[1].get("schools.Absentee", 0) + FamilyWord.objects.filter(told).delete()[1].get("schools.FamilyWord", 0)
    if gone:
        context.event("pupils_erased", data={"pupils": gone})
    return {"pupils": gone}
