"""Verbs of the school's file: level, gates, classes with their numbers; one by one or as a table."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.rooms.schools.models import School, SchoolClass
from tongchou.rooms.schools.reach import MANAGE, class_in_reach, school_in_reach, school_unit
from tongchou.rooms.schools.words import LEVELS, SPANS, grade_name

MOST_CLASSES = 400
explain_constraint(
    "school_class_name_once",
    Reason.DUPLICATE,
    Text("该年级已有同名班级。", "The grade has a class of this name already."),
    Text("请核对后改名。", "Check, and choose another name."),
)


class FileIn(Payload):
    """school: the unit. gates: names of the gates through which pupils come and go."""

    school: int
    level: School.Level
    gates: list[str] = Field(min_length=1, max_length=20)
    boarding: bool = False
    seen_version: int | None = None


class ClassIn(Payload):
    school: int
    grade: int = Field(ge=-3, le=20)
    name: str = Field(min_length=1, max_length=30)
    pupils: int = Field(ge=0, le=2000)
    staff: int = Field(ge=0, le=200)


class ClassChangeIn(Payload):
    school_class: int
    name: str = Field(min_length=1, max_length=30)
    pupils: int = Field(ge=0, le=2000)
    staff: int = Field(ge=0, le=200)


class ClassEndIn(Payload):
    school_class: int
    reason: str = Field(min_length=2, max_length=200)


def today(context: Context) -> date:
    return context.now.astimezone(SHANGHAI).date()


@verb("school.file", MANAGE, Text("建立学校档案", "Keep a school's file"))
def set_file(context: Context, given: FileIn) -> dict[str, Any]:
    """Open a school's file, or change it; a change by somebody else in between is not overwritten."""
    unit = school_unit(context.actor, MANAGE, given.school)
    gates = list(dict.fromkeys(g.strip() for g in given.gates if g.strip()))
    if not gates or any(len(g) > 30 for g in gates):
        rule = Text("校门名称为 1 至 30 个字。", "A gate's name has 1 to 30 characters.")
        raise Refusal(Reason.INVALID_VALUE, rule, field="gates", remedy=Text("例如：东门。", "Such as: east gate."))
    row = School.objects.select_for_update().filter(pk=unit.pk).first()
    if row is None:
        row = School(unit=unit, version=0)
    elif given.seen_version is not None and row.version != given.seen_version:
        raise Refusal(
            Reason.CONFLICT,
            Text("档案已被他人修改。", "Somebody else has changed the file."),
            remedy=Text("请刷新后重新修改。", "Reload and change it again."),
            field="seen_version",
        )
    first, last = SPANS[given.level]
    beyond = (
        SchoolClass.objects.filter(school=unit.pk, ended_on=None)
        .exclude(grade__gte=first, grade__lte=last)
        .order_by("grade")
        .first()
    )
    if beyond is not None:
        rule = Text(
            "{level}没有{grade}，但现有该年级的班级。", "A {level} has no {grade}, but there are classes of it."
        ).with_(level=LEVELS[given.level], grade=grade_name(beyond.grade))
        raise Refusal(
            Reason.CONFLICT,
            rule,
            field="level",
            value=given.level.value,
            remedy=Text("请先撤销这些班级。", "End those classes first."),
        )
    row.level, row.gates, row.boarding, row.changed_at = given.level, gates, given.boarding, context.now
    row.version += 1
    row.save()
    context.event(
        "school_file", subject=f"unit:{unit.pk}", data={"level": row.level, "gates": gates, "boarding": row.boarding}
    )
    return {"school": unit.pk, "version": row.version}


def grade_fits(school: School, grade: int) -> None:
    first, last = SPANS[school.level]
    if grade == 0 or not first <= grade <= last:
        rule = Text("{level}的年级从{a}到{b}。", "The grades of a {level} run from {a} to {b}.")
        rule = rule.with_(level=LEVELS[school.level], a=grade_name(first), b=grade_name(last))
        raise Refusal(
            Reason.INVALID_VALUE,
            rule,
            field="grade",
            value=grade,
            remedy=Text("请核对学校类型或年级。", "Check the kind of school, or the grade."),
        )


@verb("school.class_add", MANAGE, Text("增加班级", "Add a class"))
def add_class(context: Context, given: ClassIn) -> dict[str, Any]:
    school = school_in_reach(context.actor, MANAGE, given.school, lock=True)
    grade_fits(school, given.grade)
    if school.classes.filter(ended_on=None).count() >= MOST_CLASSES:
        raise Refusal(
            Reason.TOO_MANY,
            Text("班级过多（上限 {n}）。", "Too many classes (at most {n}).").with_(n=MOST_CLASSES),
            field="school",
        )
    row = SchoolClass.objects.create(school=school, **given.model_dump(exclude={"school"}))
    context.event(
        "class_added",
        subject=f"unit:{school.pk}",
        data={"class": row.pk, "grade": row.grade, "name": row.name, "pupils": row.pupils, "staff": row.staff},
    )
    return {"school_class": row.pk}


@verb("school.class_change", MANAGE, Text("修改班级", "Change a class"))
def change_class(context: Context, given: ClassChangeIn) -> dict[str, Any]:
    row = class_in_reach(context.actor, MANAGE, given.school_class, lock=True)
    before = {"name": row.name, "pupils": row.pupils, "staff": row.staff}
    row.name, row.pupils, row.staff = given.name, given.pupils, given.staff
    row.save(update_fields=["name", "pupils", "staff"])
    context.event(
        "class_changed",
        subject=f"unit:{row.school_id}",
        data={"class": row.pk, "before": before, "after": given.model_dump(exclude={"school_class"})},
    )
    return {"school_class": row.pk}


@verb("school.class_end", MANAGE, Text("撤销班级", "End a class"))
def end_class(context: Context, given: ClassEndIn) -> dict[str, Any]:
    """A class that has ended is checked no more; its record stays."""
    row = class_in_reach(context.actor, MANAGE, given.school_class, lock=True)
    row.ended_on = today(context)
    row.save(update_fields=["ended_on"])
    context.event("class_ended", subject=f"unit:{row.school_id}", note=given.reason, data={"class": row.pk})
    return {"school_class": row.pk}
