"""Chasing absent pupils who were not asked after: one open loop for each class, settled when every one has been heard of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.db.models.functions import Coalesce, Greatest

from tongchou.kernel.text import Text
from tongchou.kernel.workdays import is_workday
from tongchou.record.access import roles
from tongchou.record.act import Context, verb
from tongchou.record.actions.loops import AdvanceIn, advance
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops.titles import written
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Loop, PostHolding
from tongchou.rooms.schools.actions.files import today
from tongchou.rooms.schools.actions.silence import ChaseIn
from tongchou.rooms.schools.models import Absentee, Check, PupilChase, SchoolClass
from tongchou.rooms.schools.reach import CHECK, DECIDE, VIEW, office
from tongchou.rooms.schools.rules import school_rules
from tongchou.rooms.schools.words import class_name

KIND, ORIGIN = "pupil_follow", "pupil_follow"


def overdue(context: Context) -> dict[int, int]:
    """Class -> how many absent pupils of it were not heard of in time; of active schools and classes that have not ended."""
    before = today(context) - timedelta(days=school_rules()["follow_up_days"].value)
    rows = Absentee.objects.filter(back_on=None, school_class__ended_on=None, school__unit__active_to=None)
    heard = rows.annotate(heard=Greatest("last_on", Coalesce("followed_on", "last_on"))).filter(heard__lt=before)
    return dict(heard.values_list("school_class").annotate(n=Count("pk")).order_by("school_class"))


@verb("school.pupils_chase", VIEW, Text("催办缺勤学生跟踪", "Chase absent pupils not asked after"), system_only=True, recurs=True)
def chase(context: Context, given: ChaseIn) -> dict[str, Any]:
    """On a working day open a loop for each class with an absent pupil who is overdue, once; settle those in which nobody is any more."""
    late, opened = overdue(context), 0
    settled = _settle(context, late, given.limit)
    if is_workday(today(context)):
        known = set(PupilChase.objects.filter(settled_at=None).values_list("school_class", flat=True))
        rows = SchoolClass.objects.select_for_update(of=("self",)).select_related("school__unit__area").order_by("pk")
        for row in rows.filter(pk__in=set(late) - known)[: given.limit]:
            _open(context, row, late[row.pk])
            opened += 1
    return {"opened": opened, "settled": settled}


_TO_DO = Text(
    "请联系学生或家长，在“缺勤学生跟踪”中登记去向；已返校的登记返校。",
    "Ask the pupil or the parents and enter where the pupil is under “Absent pupils”; who is back is entered as back.",
)


def _open(context: Context, row: SchoolClass, pupils: int) -> None:
    """A loop of the school's, in the hands of whoever reports the class. Names no pupil."""
    unit = row.school.unit
    title = Text("缺勤学生未跟踪：{school} {one} {n} 人", "Absent pupils not followed up: {school}, {one}, {n} {n|pupil|pupils}")
    title = title.with_(school=unit.name, one=class_name(row.grade, row.name), n=pupils)
    given: dict[str, Any] = {
        "kind": KIND, **written(title, _TO_DO),
        "owner_unit": unit.pk, "owner_account": teacher_of(context, row), "unit": unit.pk,
        "verifier_unit": office(DECIDE, unit.area.path) or office_unit(), "origin": ORIGIN, "origin_ref": str(row.pk),
    }  # fmt: skip
    loop = open_one(context, OpenIn.model_validate(given))["loop"]
    PupilChase.objects.create(school_class=row, pupils=pupils, loop_id=loop)


def teacher_of(context: Context, row: SchoolClass) -> int | None:
    """Who reported the class last and still may; None: nobody, so that the school as a whole is asked."""
    account = Check.objects.filter(school_class=row).order_by("-on", "-pk").values_list("account_id", flat=True).first()
    checking = [key for key, role in roles().by_key.items() if CHECK in role.permissions]
    held = PostHolding.objects.filter(account=account, post__unit=row.school_id, post__role__in=checking, from_date__lte=today(context))
    return account if account is not None and held.exclude(to_date__lte=today(context)).exists() else None


def _settle(context: Context, late: dict[int, int], limit: int) -> int:
    """Close the loops of classes in which nobody is overdue any more. One that a person has closed counts as settled too."""
    done = 0
    for row in PupilChase.objects.select_for_update().filter(settled_at=None).order_by("pk")[:limit]:
        loop = Loop.objects.get(pk=row.loop_id)
        if loop.closed_at is None and row.school_class_id in late:
            continue
        if loop.closed_at is None:
            for step in ("explain", "accept") if loop.stage == "asking" else ("accept",):
                evidence = [{"key": "reason", "type": "text", "text": "各生均已跟踪或返校"}] if step == "explain" else []
                advance(context, AdvanceIn.model_validate({"loop": row.loop_id, "step": step, "evidence": evidence}))
        row.settled_at = context.now
        row.save(update_fields=["settled_at"])
        done += 1
    return done
