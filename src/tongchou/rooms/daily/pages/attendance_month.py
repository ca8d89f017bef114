"""A month's attendance of one's own enterprise as a sheet, without names."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.clock import parse_date
from tongchou.kernel.text import Text
from tongchou.record.models import Unit
from tongchou.rooms.daily.attended import month_lines
from tongchou.rooms.daily.numbers import daily_rules, local_day
from tongchou.rooms.daily.pages.attendance import crumbs, own_unit
from tongchou.rooms.daily.reach import KEEP
from tongchou.web.pages.requests import now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page


@page("attendance_month", "attendance/month", KEEP, methods=("GET",))
def attendance_month(request: HttpRequest) -> HttpResponse:
    """A month as a sheet: who was there, or on leave, on which days, by work number or the number of the staff file, without names."""
    unit = own_unit(request)
    if unit is None:
        return HttpResponseRedirect(reverse("attendance"))
    typed, today = request.GET.get("month", ""), local_day(now())
    first = (parse_date(f"{typed}-01", "month") if len(typed) == 7 else today).replace(day=1)
    sheet = _month_sheet(unit, first)
    title = Text("{m} 考勤表", "Attendance of {m}").with_(m=f"{first:%Y-%m}")
    if asked_for(request):
        return sheet_file(request, title, *cells_of(sheet))
    context = {
        "title": title, "unit": unit, "sheet": sheet, "before": f"{first - timedelta(days=1):%Y-%m}",
        "after": f"{first + timedelta(days=32):%Y-%m}" if first < today.replace(day=1) else "",
        "breadcrumbs": crumbs(title, unit), "kept": daily_rules()["attendance_days"].value,
        "empty": {
            "title": Text("这个月没有考勤", "No attendance in this month"), "icon": "calendar",
            "text": Text("导入考勤机数据或扫码签到后显示。", "It appears after an import or signing in by code."),
        },
    }  # fmt: skip
    return render(request, "daily/attendance_month.html", context)


def _month_sheet(unit: Unit, first: date) -> dict[str, Any]:
    days = range(1, calendar.monthrange(first.year, first.month)[1] + 1)
    columns: list[dict[str, Any]] = [
        {"key": "who", "label": Text("工号或档案号", "Work or file number")}, {"key": "section", "label": Text("班组、车间", "Section")},
        {"key": "title", "label": Text("岗位", "Job")}, {"key": "total", "label": Text("天数", "Days"), "number": True},
        *({"key": f"d{n}", "label": Text(str(n), str(n))} for n in days),
    ]  # fmt: skip
    rows = [
        {
            "cells": [
                {"value": x.badge or (Text("档案 {n}", "file {n}").with_(n=x.staff) if x.staff else Text("不在档案", "on no file"))},
                {"value": x.section}, {"value": x.title}, {"value": len(x.days)},
                *({"value": "√" if n in x.days else Text("假", "L") if n in x.leave else ""} for n in days),
            ]
        }
        for x in month_lines(unit.pk, first)
    ]  # fmt: skip
    return {"key": "month", "caption": Text("考勤表", "Attendance"), "columns": columns, "rows": rows, "export": True}
