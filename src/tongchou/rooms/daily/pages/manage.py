"""For streets and parks: a table of many enterprises' reports, and who need not report."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.rooms.daily.actions.table import COLUMNS, rejected_file
from tongchou.rooms.daily.numbers import local_day
from tongchou.rooms.daily.pages.overview import TITLE
from tongchou.rooms.daily.reach import MANAGE, enterprise_in_reach
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.imports import table_page
from tongchou.web.pages.requests import actor_of, do, given, now
from tongchou.web.permission import page


@page("daily_import", "daily/import", MANAGE)
def daily_import(request: HttpRequest) -> HttpResponse:
    """A table of many enterprises' reports: tried first, then imported; rejected rows come back with their reason."""
    title, back = Text("导入日报表", "Import daily reports"), reverse("daily_overview")

    told = Text(
        "列名：{all}。企业以信用代码识别；没有“日期”列的算今天。",
        "Columns: {all}. An enterprise is known by its code; without a day, today.",
    )
    note = told.with_(all=Text("、".join(w[1] for w in COLUMNS.values()), ", ".join(COLUMNS)))
    return table_page(
        request, "daily.import_table", title=title, back=back, parent=TITLE, note=note,
        rejected=lambda data, name, language: rejected_file(actor_of(request), data, name, None, now(), language),
    )  # fmt: skip


@page("daily_excuse", "daily/units/<int:unit>/excuse", MANAGE)
def daily_excuse(request: HttpRequest, unit: int) -> HttpResponse:
    """Say that an enterprise need not report, from when to when and why."""
    row = enterprise_in_reach(actor_of(request), MANAGE, unit)

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("from_date", Text("自", "From"), "date", required=True),
            d.field(
                "until", Text("至", "Until"), "date", help=Text("不填为另行通知。", "Empty: until further notice.")
            ),
            d.field(
                "reason",
                Text("理由", "Why"),
                required=True,
                maxlength=300,
                help=Text("如：停业、外迁、未复工。", "Closed, moved away, not resumed."),
            ),
        ]

    def send() -> HttpResponse:
        do(request, "daily.excuse", {"unit": unit, **given(request, "from_date", "until", "reason")})
        return done(request, reverse("daily_unit", args=[unit]), Text("已登记免报。", "Excused."))

    title = Text("登记免报", "Excuse from reporting")
    return form_page(
        request, fields, send, title=title, subtitle=row.name, button=Text("登记", "Record"), back=reverse("daily_unit", args=[unit]),
        on_record={"from_date": local_day(now())}, breadcrumbs=[{"url": reverse("daily_overview"), "label": TITLE}, {"url": "", "label": title}],
    )  # fmt: skip


@page("daily_excuse_end", "daily/units/<int:unit>/report-again", MANAGE, methods=("POST",))
def daily_excuse_end(request: HttpRequest, unit: int) -> HttpResponse:
    """The enterprise reports again from now on."""
    do(request, "daily.end_excuse", {"unit": unit})
    return done(request, reverse("daily_unit", args=[unit]), Text("已恢复日报。", "It reports again."))
