"""Verbs of the morning and noon check: everybody of a class accounted for, signs with how many are new; and its correction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from pydantic import AwareDatetime, Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, Payload, act, explain_constraint, verb
from tongchou.rooms.schools import absentees
from tongchou.rooms.schools.actions.files import today
from tongchou.rooms.schools.models import Absentee, Check, SchoolClass, Sign
from tongchou.rooms.schools.reach import CHECK, class_in_reach
from tongchou.rooms.schools.rules import school_rules
from tongchou.rooms.schools.words import SIGNS, class_name

explain_constraint(
    "school_check_once",
    Reason.DUPLICATE,
    Text("该班这次检查已报。", "This check of the class is on record."),
    Text("如有错误，请用“更正”。", "Use the correction if it is wrong."),
)


class SignIn(Payload):
    """pupils: with this as their main sign; fresh: of these, new since the check before."""

    sign: str
    pupils: int = Field(ge=1, le=2000)
    fresh: int = Field(ge=0, le=2000)


class AbsentIn(Payload):
    """One absent pupil: name or number, and why."""

    who: str = Field(min_length=1, max_length=40)
    reason: Absentee.Reason


class CheckIn(Payload):
    """A check of one class. nothing: said explicitly where nobody is absent and nobody shows a sign. taken_at: when it was made. absent: who they are, all
    of them or nobody; it has to agree with the numbers."""

    school_class: int
    on: date
    session: Check.Session
    ill: int = Field(ge=0, le=2000)
    other: int = Field(0, ge=0, le=2000)
    unknown: int = Field(0, ge=0, le=2000)
    signs: list[SignIn] = Field(default_factory=list, max_length=len(SIGNS))
    nothing: bool = False
    absent: list[AbsentIn] = Field(default_factory=list, max_length=200)
    taken_at: AwareDatetime | None = None


class CorrectIn(CheckIn):
    reason: str = Field(min_length=2, max_length=200)


def due_at(on: date, session: str) -> datetime:
    """When a check has to be in."""
    minutes = school_rules()[f"{session}_due_minutes"].value
    return datetime.combine(on, time(), SHANGHAI) + timedelta(minutes=minutes)


@verb("school.check", CHECK, Text("报送晨午检", "Report a check"))
def report(context: Context, given: CheckIn) -> dict[str, Any]:
    """Report one check of one class, once. What thresholds it reaches is worked out after it is stored."""
    row = _fitting(context, given)
    assert context.actor.account_id is not None
    made = Check.objects.create(
        school=row.school, school_class=row, on=given.on, session=given.session, pupils=row.pupils, ill=given.ill, other=given.other, unknown=given.unknown,
        account_id=context.actor.account_id, taken_at=_taken(context, given), recorded_at=context.now,
    )  # fmt: skip
    _signs(made, given)
    absentees.put(made, _named(given), everybody_here=given.nothing)
    context.event(
        "check",
        subject=f"unit:{row.school_id}",
        data=_told(given) | {"late": context.now > due_at(given.on, given.session)},
    )
    then_evaluate(context, row.school_id)
    return {"check": made.pk}


@verb("school.check_correct", CHECK, Text("更正晨午检", "Correct a check"))
def correct(context: Context, given: CorrectIn) -> dict[str, Any]:
    """Put other numbers in the place of those reported; what was reported before stays in the audit record."""
    row = _fitting(context, given)
    made = Check.objects.select_for_update().filter(school_class=row, on=given.on, session=given.session).first()
    if made is None:
        raise Refusal(
            Reason.NOT_FOUND,
            Text("这次检查还没有报。", "This check is not on record yet."),
            field="session",
            value=given.session.value,
            remedy=Text("请先报送。", "Report it first."),
        )
    before = {
        "ill": made.ill,
        "other": made.other,
        "unknown": made.unknown,
        "signs": {s.sign: [s.pupils, s.fresh] for s in made.signs.all()},
    }
    made.ill, made.other, made.unknown, made.pupils = given.ill, given.other, given.unknown, row.pupils
    made.recorded_at, made.account_id, made.corrected = (
        context.now,
        context.actor.account_id or made.account_id,
        made.corrected + 1,
    )
    made.save()
    made.signs.all().delete()
    _signs(made, given)
    absentees.undo(made)
    absentees.put(made, _named(given), everybody_here=given.nothing)
    context.event(
        "check_corrected", subject=f"unit:{row.school_id}", note=given.reason, data=_told(given) | {"before": before}
    )
    then_evaluate(context, row.school_id)
    return {"check": made.pk}


def _fitting(context: Context, given: CheckIn) -> SchoolClass:
    """The class, where day and numbers are possible."""
    row, now = class_in_reach(context.actor, CHECK, given.school_class), today(context)
    back = school_rules()["back_days"].value
    if given.on > now or given.on < now - timedelta(days=back):
        rule = Text("只能报今天或前 {n} 天的检查。", "A check is of today or of the {n} {n|day|days} before.").with_(n=back)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="on", value=given.on.isoformat())
    absent = given.ill + given.other + given.unknown
    if absent > row.pupils:
        rule = Text("缺勤 {a} 人，超过{c}在册 {n} 人。", "{a} {a|is|are} absent, but {c} has {n} {n|pupil|pupils}.").with_(
            a=absent, c=class_name(row.grade, row.name), n=row.pupils
        )
        raise Refusal(
            Reason.INVALID_VALUE,
            rule,
            field="ill",
            value=absent,
            remedy=Text(
                "请核对缺勤人数；班级人数有变的先改档案。",
                "Check the numbers; change the class's file first if it has changed.",
            ),
        )
    _check_signs(given, row)
    if given.absent:
        numbers = {"ill": given.ill, "other": given.other, "unknown": given.unknown}
        absentees.check_counts(_named(given), numbers, {s.sign: s.pupils for s in given.signs})
    if bool(given.nothing) == bool(absent or given.signs):
        rule = Text(
            "没有缺勤和症状的须点明“全部到校、无症状”；有的不能同时点。",
            "Where nobody is absent or ill that is said; where somebody is, it is not.",
        )
        raise Refusal(Reason.MISSING_VALUE if not given.nothing else Reason.INVALID_VALUE, rule, field="nothing")
    return row


def _named(given: CheckIn) -> list[tuple[str, str]]:
    return [(a.who, a.reason.value) for a in given.absent]


def _check_signs(given: CheckIn, row: SchoolClass) -> None:
    seen = set()
    for n, s in enumerate(given.signs):
        if s.sign not in SIGNS or s.sign in seen:
            raise Refusal(
                Reason.INVALID_VALUE,
                Text("不认识的症状，或重复。", "This sign is not known, or comes twice."),
                field=f"signs.{n}.sign",
                value=s.sign[:20],
            )
        if s.fresh > s.pupils:
            rule = Text("“{s}”新增 {f} 人，多于现有 {p} 人。", "“{s}”: {f} {f|is|are} new, of {p}.").with_(
                s=SIGNS[s.sign], f=s.fresh, p=s.pupils
            )
            raise Refusal(Reason.INVALID_VALUE, rule, field=f"signs.{n}.fresh", value=s.fresh)
        seen.add(s.sign)
    if sum(s.pupils for s in given.signs) > row.pupils - given.other:
        rule = Text(
            "各症状人数合计超过班级人数；每名学生只按最主要的一项计。",
            "The signs add up to more than the class: each pupil counts once, under the main sign.",
        )
        raise Refusal(Reason.INVALID_VALUE, rule, field="signs")


def _taken(context: Context, given: CheckIn) -> datetime:
    """When it was made: on a phone without a network that is before it comes in; never after."""
    taken = given.taken_at or context.now
    return min(taken, context.now)


def _signs(made: Check, given: CheckIn) -> None:
    Sign.objects.bulk_create(
        Sign(
            check_taken=made,
            school_id=made.school_id,
            school_class_id=made.school_class_id,
            on=made.on,
            sign=s.sign,
            pupils=s.pupils,
            fresh=s.fresh,
        )
        for s in given.signs
    )


def _told(given: CheckIn) -> dict[str, Any]:
    signs = {s.sign: [s.pupils, s.fresh] for s in given.signs}
    return {
        "class": given.school_class,
        "on": given.on.isoformat(),
        "session": given.session.value,
        "ill": given.ill,
        "other": given.other,
        "unknown": given.unknown,
        "signs": signs,
        "named": len(given.absent),
    }


def then_evaluate(context: Context, school: int) -> None:
    """Look at the school's thresholds once the check is stored."""
    context.effect(_Evaluate(school, today(context).isoformat()))


@dataclass(frozen=True)
class _Evaluate:
    school: int
    as_of: str

    def __call__(self) -> None:
        act("school.evaluate", SYSTEM, new_id(), {"school": self.school, "as_of": self.as_of})
