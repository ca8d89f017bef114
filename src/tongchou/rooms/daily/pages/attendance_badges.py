"""A table of work numbers of one's own enterprise: tried first, then imported."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.rooms.daily.actions.badges import import_badges
from tongchou.rooms.daily.pages.attendance import crumbs, own_unit
from tongchou.rooms.daily.reach import KEEP
from tongchou.web.pages.forms import form_page
from tongchou.web.pages.imports import file_fields, send_rows
from tongchou.web.permission import page


@page("attendance_badges", "attendance/numbers", KEEP)
def attendance_badges(request: HttpRequest) -> HttpResponse:
    """Who has which work number, for gate machines that know nothing else."""
    unit = own_unit(request)
    if unit is None:
        return HttpResponseRedirect(reverse("attendance"))
    title, back = Text("导入工号对照表", "Import work numbers"), f"{reverse('attendance')}?unit={unit.pk}"
    note = Text(
        "列名可用：工号（卡号）、姓名、证件号码、手机号或尾号、部门、班次。考勤机只有工号、卡号的，先导入对照表，再导入考勤。换号的写在同一张表里；空格不清除已有内容。",
        "Columns: number (card), name, document, phone or its tail, department, shift. Where the machine knows numbers only, import this first, then its table. "
        "Numbers that change hands stand in one table; an empty cell erases nothing.",
    )
    return form_page(
        request, lambda d: [d.field("unit", Text("企业", "Enterprise"), "hidden"), *file_fields(d)],
        lambda: send_rows(request, import_badges, title, back, unit=unit.pk), title=title, subtitle=unit.name, button=Text("上传", "Send"), back=back,
        note=note, on_record={"mode": "try", "unit": unit.pk}, breadcrumbs=crumbs(title, unit),
    )  # fmt: skip
