"""Classes as a table: read, accepted or rejected row by row."""

from __future__ import annotations

from typing import Any

from pydantic import Base64Bytes, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.rejects import Tally, write_rejected
from tongchou.kernel.tables import Table, read_table
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, verb
from tongchou.rooms.schools.actions.files import grade_fits
from tongchou.rooms.schools.models import School, SchoolClass
from tongchou.rooms.schools.reach import MANAGE, schools_of
from tongchou.rooms.schools.words import read_grade

LARGEST = 4 << 20


class TableIn(Payload):
    content: Base64Bytes = Field(max_length=LARGEST * 4 // 3)
    filename: str = Field(max_length=200)


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
    table = read_table(given.content, given.filename, titled=True)
    wanted, rejects = read_classes(context.actor, table)
    schools = {row[1].pk for row in wanted}
    list(School.objects.select_for_update().filter(pk__in=schools).order_by("pk"))
    known = {
        (c.school_id, c.grade, c.name): c
        for c in SchoolClass.objects.select_for_update().filter(school__in=schools, ended_on=None)
    }
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
        context.event(
            "classes_imported",
            subject=f"unit:{key}",
            data={"added": sum(c.school_id == key for c in added), "changed": sum(c.school_id == key for c in changed)},
        )
    tally = Tally(table.rows_in, len(added) + len(changed) + unchanged, len(rejects))
    return {
        "rows_in": tally.rows_in, "accepted": tally.accepted, "rejected": tally.rejected, "new": len(added), "changed": len(changed), "unchanged": unchanged,
        "rejects": [{"row": n} | r.as_dict() for n, r in sorted(rejects, key=lambda pair: pair[0])[:500]],
    }  # fmt: skip


def rejected_classes(actor: Actor, data: bytes, filename: str, language: str) -> bytes:
    """The rejected rows as CSV, with why. Computed anew: nothing of it is stored."""
    table = read_table(data, filename, titled=True)
    return write_rejected(table, read_classes(actor, table)[1], language)


def read_classes(actor: Actor, table: Table) -> tuple[list[Row], list[tuple[int, Refusal]]]:
    """Usable rows, and the rows refused with why. Refuses the table when a column is missing. Without a school column: the actor's one school."""
    place = {key: next((c for c in table.header if c.strip().lower() in names), None) for key, names in COLUMNS.items()}
    reached = list(schools_of(actor, MANAGE)[:2000])
    only = reached[0] if len(reached) == 1 else None
    absent = [names[1] for key, names in COLUMNS.items() if place[key] is None and not (key == "school" and only)]
    if absent:
        rule = Text("缺少列：{columns}。", "Columns are missing: {columns}.").with_(columns="、".join(absent))
        raise Refusal(
            Reason.MISSING_VALUE,
            rule,
            field="header",
            remedy=Text("请补上列名后重新上传。", "Add them and send it again."),
            file=table.filename,
        )
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
                raise Refusal(
                    Reason.DUPLICATE,
                    Text("与第 {row} 行重复。", "Row {row} already gives it.").with_(row=first),
                    field="class",
                    value=row[3],
                )
        except Refusal as refusal:
            rejects.append((number, refusal))
            continue
        wanted.append(row)
    return wanted, rejects


def _row(number: int, values: dict[str, str], named: dict[str, list[School]], only: School | None) -> Row:
    found = named.get(values["school"], []) if values["school"] else [only] if only else []
    if len(found) != 1:
        rule = (
            Text("有几所学校同名，请用代码。", "Several schools have this name: give the code.")
            if found
            else Text(
                "管理范围内没有这所学校，或尚未建档。", "There is no such school within your reach, or it has no file."
            )
        )
        raise Refusal(
            Reason.NOT_FOUND if not found else Reason.INVALID_VALUE,
            rule,
            field="school",
            value=values["school"][:40],
            remedy=Text("请核对校名或代码。", "Check the name or the code."),
        )
    grade = read_grade(values["grade"])
    if grade is None:
        raise Refusal(
            Reason.INVALID_VALUE,
            Text("不认识的年级。", "This is no grade."),
            field="grade",
            value=values["grade"][:20],
            remedy=Text("请写“三年级”或 3。", "Write grade 3 or 3."),
        )
    grade_fits(found[0], grade)
    if not 1 <= len(values["name"]) <= 30:
        raise Refusal(
            Reason.MISSING_VALUE,
            Text("班级名称为 1 至 30 个字。", "A class's name has 1 to 30 characters."),
            field="class",
            value=values["name"][:40] or None,
        )
    return (
        number,
        found[0],
        grade,
        values["name"],
        _count(values["pupils"], "pupils", 2000),
        _count(values["staff"], "staff", 200),
    )


def _count(text: str, field: str, most: int) -> int:
    plain = text.removesuffix(".0")
    if not (plain.isascii() and plain.isdigit() and int(plain) <= most):
        rule = Text("须是 0 至 {most} 的整数。", "This must be a whole number from 0 to {most}.").with_(most=most)
        raise Refusal(
            Reason.INVALID_VALUE if text else Reason.MISSING_VALUE,
            rule,
            field=field,
            value=text[:20] or None,
            remedy=Text("请更正人数。", "Correct the number."),
        )
    return int(plain)
