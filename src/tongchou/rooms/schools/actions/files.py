"""Verbs of the school's file: level, gates, classes with their numbers; one by one or as a table."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Base64Bytes, Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.rejects import Tally, write_rejected
from tongchou.kernel.tables import Table, read_table
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.rooms.schools.models import School, SchoolClass
from tongchou.rooms.schools.reach import MANAGE, class_in_reach, school_in_reach, school_unit, schools_of
from tongchou.rooms.schools.words import LEVELS, SPANS, grade_name, read_grade

MOST_CLASSES = 400
LARGEST = 4 << 20
explain_constraint(
    "class_name_once", Reason.DUPLICATE, Text("该年级已有同名班级。", "The grade has a class of this name already."), Text("请核对后改名。", "Check, and choose another name.")
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


class TableIn(Payload):
    content: Base64Bytes = Field(max_length=LARGEST * 4 // 3)
    filename: str = Field(max_length=200)


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
        raise Refusal(Reason.CONFLICT, Text("档案已被他人修改。", "Somebody else has changed the file."), remedy=Text("请刷新后重新修改。", "Reload and change it again."), field="seen_version")
    first, last = SPANS[given.level]
    beyond = SchoolClass.objects.filter(school=unit.pk, ended_on=None).exclude(grade__gte=first, grade__lte=last).order_by("grade").first()
    if beyond is not None:
        rule = Text("{level}没有{grade}，但现有该年级的班级。", "A {level} has no {grade}, but there are classes of it.").with_(level=LEVELS[given.level], grade=grade_name(beyond.grade))
        raise Refusal(Reason.CONFLICT, rule, field="level", value=given.level.value, remedy=Text("请先撤销这些班级。", "End those classes first."))
    row.level, row.gates, row.boarding, row.changed_at = given.level, gates, given.boarding, context.now
    row.version += 1
    row.save()
    context.event("school_file", subject=f"unit:{unit.pk}", data={"level": row.level, "gates": gates, "boarding": row.boarding})
    return {"school": unit.pk, "version": row.version}


def _grade_fits(school: School, grade: int) -> None:
    first, last = SPANS[school.level]
    if grade == 0 or not first <= grade <= last:
        rule = Text("{level}的年级从{a}到{b}。", "The grades of a {level} run from {a} to {b}.")
        rule = rule.with_(level=LEVELS[school.level], a=grade_name(first), b=grade_name(last))
        raise Refusal(Reason.INVALID_VALUE, rule, field="grade", value=grade, remedy=Text("请核对学校类型或年级。", "Check the kind of school, or the grade."))


@verb("school.class_add", MANAGE, Text("增加班级", "Add a class"))
def add_class(context: Context, given: ClassIn) -> dict[str, Any]:
    school = school_in_reach(context.actor, MANAGE, given.school, lock=True)
    _grade_fits(school, given.grade)
    if school.classes.filter(ended_on=None).count() >= MOST_CLASSES:
        raise Refusal(Reason.TOO_MANY, Text("班级过多（上限 {n}）。", "Too many classes (at most {n}).").with_(n=MOST_CLASSES), field="school")
    row = SchoolClass.objects.create(school=school, **given.model_dump(exclude={"school"}))
    context.event("class_added", subject=f"unit:{school.pk}", data={"class": row.pk, "grade": row.grade, "name": row.name, "pupils": row.pupils, "staff": row.staff})
    return {"school_class": row.pk}


@verb("school.class_change", MANAGE, Text("修改班级", "Change a class"))
def change_class(context: Context, given: ClassChangeIn) -> dict[str, Any]:
    row = class_in_reach(context.actor, MANAGE, given.school_class, lock=True)
    before = {"name": row.name, "pupils": row.pupils, "staff": row.staff}
    row.name, row.pupils, row.staff = given.name, given.pupils, given.staff
    row.save(update_fields=["name", "pupils", "staff"])
    context.event("class_changed", subject=f"unit:{row.school_id}", data={"class": row.pk, "before": before, "after": given.model_dump(exclude={"school_class"})})
    return {"school_class": row.pk}


@verb("school.class_end", MANAGE, Text("撤销班级", "End a class"))
def end_class(context: Context, given: ClassEndIn) -> dict[str, Any]:
    """A class that has ended is checked no more; its record stays."""
    row = class_in_reach(context.actor, MANAGE, given.school_class, lock=True)
    row.ended_on = today(context)
    row.save(update_fields=["ended_on"])
    context.event("class_ended", subject=f"unit:{row.school_id}", note=given.reason, data={"class": row.pk})
    return {"school_class": row.pk}


COLUMNS = {
    "school": ("school", "学校", "学校名称", "学校代码", "code"),
    "grade": ("grade", "年级"),
    "name": ("class", "name", "班级", "班级名称"),
    "pupils": ("pupils", "学生数", "学生人数"),
    "staff": ("staff", "教职工数", "教职工人数", "教师数"),
}
"""What a column may be called."""
Row = tuple[int, School, int, str, int, int]


@verb("school.import_classes", MANAGE, Text("导入班级", "Import classes"))
def import_classes(context: Context, given: TableIn) -> dict[str, Any]:
    """Add and change classes from a table: a class is known again by school, grade and name. Rows that cannot be used are listed."""
    table = read_table(given.content, given.filename)
    wanted, rejects = read_classes(context.actor, table)
    schools = {row[1].pk for row in wanted}
    list(School.objects.select_for_update().filter(pk__in=schools).order_by("pk"))
    known = {(c.school_id, c.grade, c.name): c for c in SchoolClass.objects.select_for_update().filter(school__in=schools, ended_on=None)}
    added, changed, unchanged = [], [], 0
    for _, school, grade, name, pupils, staff in wanted:
        old = known.get((school.pk, grade, name))
        if old is None:
            added.append(SchoolClass(school=school, grade=grade, name=name, pupils=pupils, staff=staff))
        elif (old.pupils, old.staff) == (pupils, staff):
            unchanged += 1
        else:
            old.pupils, old.staff = pupils, staff
            changed.append(old)
    SchoolClass.objects.bulk_create(added, batch_size=1000)
    SchoolClass.objects.bulk_update(changed, ["pupils", "staff"], batch_size=1000)
    for key in sorted(schools):
        context.event("classes_imported", subject=f"unit:{key}", data={"added": sum(c.school_id == key for c in added), "changed": sum(c.school_id == key for c in changed)})
    tally = Tally(table.rows_in, len(added) + len(changed) + unchanged, len(rejects))
    return {
        "rows_in": tally.rows_in, "accepted": tally.accepted, "rejected": tally.rejected, "new": len(added), "changed": len(changed), "unchanged": unchanged,
        "rejects": [{"row": n} | r.as_dict() for n, r in sorted(rejects, key=lambda pair: pair[0])[:500]],
    }  # fmt: skip


def rejected_classes(actor: Actor, data: bytes, filename: str, language: str) -> bytes:
    """The rejected rows as CSV, with why. Computed anew: nothing of it is stored."""
    table = read_table(data, filename)
    return write_rejected(table, read_classes(actor, table)[1], language)


def read_classes(actor: Actor, table: Table) -> tuple[list[Row], list[tuple[int, Refusal]]]:
    """Usable rows, and the rows refused with why. Refuses the table when a column is missing. Without a school column: the actor's one school."""
    place = {key: next((c for c in table.header if c.strip().lower() in names), None) for key, names in COLUMNS.items()}
    reached = list(schools_of(actor, MANAGE)[:2000])
    only = reached[0] if len(reached) == 1 else None
    absent = [names[1] for key, names in COLUMNS.items() if place[key] is None and not (key == "school" and only)]
    if absent:
        rule = Text("缺少列：{columns}。", "Columns are missing: {columns}.").with_(columns="、".join(absent))
        raise Refusal(Reason.MISSING_VALUE, rule, field="header", remedy=Text("请补上列名后重新上传。", "Add them and send it again."), file=table.filename)
    named: dict[str, list[School]] = {}
    for school in reached:
        for word in {school.unit.name, school.unit.code or school.unit.name}:
            named.setdefault(word, []).append(school)
    rejects, wanted, seen = list(table.faults), [], dict[tuple[int, int, str], int]()
    for number, record in table.records():
        values = {key: record[column].strip() if column else "" for key, column in place.items()}
        try:
            row = _row(number, values, named, only)
            first = seen.setdefault((row[1].pk, row[2], row[3]), number)
            if first != number:
                raise Refusal(Reason.DUPLICATE, Text("与第 {row} 行重复。", "Row {row} already gives it.").with_(row=first), field="class", value=row[3])
        except Refusal as refusal:
            rejects.append((number, refusal))
            continue
        wanted.append(row)
    return wanted, rejects


def _row(number: int, values: dict[str, str], named: dict[str, list[School]], only: School | None) -> Row:
    found = named.get(values["school"], []) if values["school"] else [only] if only else []
    if len(found) != 1:
        rule = Text("有几所学校同名，请用代码。", "Several schools have this name: give the code.") if found else Text("管理范围内没有这所学校，或尚未建档。", "There is no such school within your reach, or it has no file.")
        raise Refusal(Reason.NOT_FOUND if not found else Reason.INVALID_VALUE, rule, field="school", value=values["school"][:40], remedy=Text("请核对校名或代码。", "Check the name or the code."))
    grade = read_grade(values["grade"])
    if grade is None:
        raise Refusal(Reason.INVALID_VALUE, Text("不认识的年级。", "This is no grade."), field="grade", value=values["grade"][:20], remedy=Text("请写“三年级”或 3。", "Write grade 3 or 3."))
    _grade_fits(found[0], grade)
    if not 1 <= len(values["name"]) <= 30:
        raise Refusal(Reason.MISSING_VALUE, Text("班级名称为 1 至 30 个字。", "A class's name has 1 to 30 characters."), field="class", value=values["name"][:40] or None)
    return number, found[0], grade, values["name"], _count(values["pupils"], "pupils", 2000), _count(values["staff"], "staff", 200)


def _count(text: str, field: str, most: int) -> int:
    plain = text.removesuffix(".0")
    if not (plain.isascii() and plain.isdigit() and int(plain) <= most):
        rule = Text("须是 0 至 {most} 的整数。", "This must be a whole number from 0 to {most}.").with_(most=most)
        raise Refusal(Reason.INVALID_VALUE if text else Reason.MISSING_VALUE, rule, field=field, value=text[:20] or None, remedy=Text("请更正人数。", "Correct the number."))
    return int(plain)
