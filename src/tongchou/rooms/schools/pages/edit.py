"""The school's file: level, gates, classes; one by one or as a table."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.rooms.schools.actions.class_table import rejected_classes
from tongchou.rooms.schools.models import School
from tongchou.rooms.schools.pages.parts import school_form
from tongchou.rooms.schools.reach import MANAGE, class_in_reach, school_in_reach, school_unit
from tongchou.rooms.schools.words import LEVELS, SPANS, TITLE, class_name, grade_name
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE
from tongchou.web.pages.forms import Draft
from tongchou.web.pages.imports import table_page
from tongchou.web.pages.requests import actor_of, do, integer
from tongchou.web.permission import page

_PUPILS, _STAFF = Text("学生数", "Pupils"), Text("教职工数", "Staff")


@page("school_edit", "schools/<int:school>/file", MANAGE)
def school_edit(request: HttpRequest, school: int) -> HttpResponse:
    """Open a school's file, or change it."""
    unit = school_unit(actor_of(request), MANAGE, school)
    row = School.objects.filter(pk=school).first()

    def fields(d: Draft) -> list[FieldParts]:
        told = Text("每行一个校门，如：东门。", "One gate a line, such as: east gate.")
        return [
            FieldParts("seen_version", "", "hidden", d.value("seen_version")),
            d.field(
                "level", Text("学校类型", "Kind of school"), "select", choices=[PLEASE, *LEVELS.items()], required=True
            ),
            d.field("gates", Text("校门", "Gates"), "textarea", rows=3, required=True, help=told),
            d.field("boarding", Text("有寄宿学生", "There are boarders"), "checkbox"),
        ]

    def send() -> Text:
        gates = [g.strip() for g in request.POST.get("gates", "").splitlines() if g.strip()]
        payload: dict[str, Any] = {
            "school": school,
            "level": request.POST.get("level", ""),
            "gates": gates,
            "boarding": bool(request.POST.get("boarding")),
        }
        do(
            request,
            "school.file",
            payload | ({"seen_version": v} if (v := integer(request, "seen_version")) is not None else {}),
        )
        return Text("档案已保存。", "The file is saved.")

    on_record = (
        {"level": row.level, "gates": "\n".join(row.gates), "boarding": row.boarding, "seen_version": row.version}
        if row
        else {}
    )
    return school_form(
        request,
        unit,
        Text("学校档案", "The school's file"),
        Text("保存", "Save"),
        fields,
        send,
        reverse("school", args=[school]),
        on_record=on_record,
    )


@page("school_class_new", "schools/<int:school>/classes/new", MANAGE)
def school_class_new(request: HttpRequest, school: int) -> HttpResponse:
    """Add a class."""
    row = school_in_reach(actor_of(request), MANAGE, school)
    first, last = SPANS[row.level]

    def fields(d: Draft) -> list[FieldParts]:
        grades = [(g, grade_name(g)) for g in range(first, last + 1)]
        return [
            d.field("grade", Text("年级", "Grade"), "select", choices=[PLEASE, *grades], required=True),
            d.field("name", Text("班级", "Class"), required=True, maxlength=30, help=Text("如：1班。", "Such as: 1.")),
            d.field("pupils", _PUPILS, "integer", required=True),
            d.field("staff", _STAFF, "integer", required=True),
        ]

    def send() -> Text:
        do(
            request,
            "school.class_add",
            {"school": school} | {n: request.POST.get(n, "").strip() for n in ("grade", "name", "pupils", "staff")},
        )
        return Text("班级已增加。", "The class is added.")

    return school_form(
        request,
        row.unit,
        Text("增加班级", "Add a class"),
        Text("增加", "Add"),
        fields,
        send,
        reverse("school", args=[school]),
    )


@page("school_class", "schools/classes/<int:school_class>", MANAGE)
def school_class_page(request: HttpRequest, school_class: int) -> HttpResponse:
    """Change a class's numbers, or end it."""
    row = class_in_reach(actor_of(request), MANAGE, school_class)
    ways = [("change", Text("修改", "Change it")), ("end", Text("撤销班级", "End it"))]

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("way", Text("办理", "What to do"), "radio", choices=ways, required=True),
            d.field("name", Text("班级", "Class"), required=True, maxlength=30),
            d.field("pupils", _PUPILS, "integer", required=True),
            d.field("staff", _STAFF, "integer", required=True),
            d.field(
                "reason", Text("撤销原因", "Why it ends"), maxlength=200, help=Text("撤销时填写。", "When it ends.")
            ),
        ]

    def send() -> Text:
        if request.POST.get("way") == "end":
            do(request, "school.class_end", {"school_class": school_class, "reason": request.POST.get("reason", "")})
            return Text("班级已撤销。", "The class has ended.")
        do(
            request,
            "school.class_change",
            {"school_class": school_class} | {n: request.POST.get(n, "").strip() for n in ("name", "pupils", "staff")},
        )
        return Text("已修改。", "Changed.")

    on_record = {"way": "change", "name": row.name, "pupils": row.pupils, "staff": row.staff}
    return school_form(
        request,
        row.school.unit,
        class_name(row.grade, row.name),
        Text("提交", "Submit"),
        fields,
        send,
        reverse("school", args=[row.school_id]),
        on_record=on_record,
    )


@page("school_import", "schools/import", MANAGE)
def school_import(request: HttpRequest) -> HttpResponse:
    """Classes of one school or of many as a table."""
    title, back = Text("导入班级", "Import classes"), reverse("schools")

    note = Text(
        "列名：学校、年级、班级、学生数、教职工数（或 school、grade、class、pupils、staff）；只管一所学校的不用写“学校”列。班级以学校、年级、名称识别。",
        "Columns: school, grade, class, pupils, staff. Who keeps one school only needs no school column. A class is known by school, grade and name.",
    )
    return table_page(
        request, "school.import_classes", title=title, back=back, parent=TITLE, note=note,
        rejected=lambda data, name, language: rejected_classes(actor_of(request), data, name, language),
    )  # fmt: skip
