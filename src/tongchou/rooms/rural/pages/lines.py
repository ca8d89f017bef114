"""The watch line."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.rooms.rural.models import WatchLine
from tongchou.rooms.rural.pages.parts import on_day, plain, sheet
from tongchou.rooms.rural.pages.relief import _LINES, trail
from tongchou.rooms.rural.reach import COUNTS, LINES, in_charge
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import area_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page


@page("relief_lines", "relief/lines", COUNTS, methods=("GET",))
def relief_lines(request: HttpRequest) -> HttpResponse:
    """The lines that are set; where there is none, nothing is compared."""
    actor = actor_of(request)
    labels = (
        ("area", "适用区域", "Area", 0),
        ("year", "年度", "Year", 0),
        ("line", "人均纯收入（元）", "Per head, yuan", 1),
        ("basis", "依据", "Basis", 0),
    )
    rows: list[list[Any]] = [
        [w.area.name, str(w.year), plain(w.per_head), w.basis]
        for w in WatchLine.objects.select_related("area").order_by("-year", "area__path")
    ]
    may = actor.permits(LINES) and in_charge(actor, LINES, "relief")
    context: dict[str, Any] = {
        "title": _LINES,
        "sheet": sheet("lines", _LINES, labels, rows),
        "action": {"url": reverse("relief_line"), "label": Text("设定监测线", "Set a line")} if may else None,
        "note": Text(
            "监测线由本地按年度文件设定；系统不预置数值。",
            "The district sets the line by its document of the year; the program brings none.",
        ),
        "breadcrumbs": trail(("", _LINES)),
        "empty": {
            "title": Text("还没有设定监测线", "No line is set"),
            "text": Text("设定之前不作收入比较。", "Until then no income is compared."),
            "icon": "settings",
        },
    }
    if asked_for(request):
        return sheet_file(request, _LINES, *cells_of(context["sheet"]))
    return render(request, "rural/list.html", context)


@page("relief_line", "relief/lines/set", LINES)
def relief_line(request: HttpRequest) -> HttpResponse:
    """Set the line of an area and a year."""
    actor = actor_of(request)

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field(
                "area",
                Text("适用区域", "Area"),
                "select",
                choices=area_choices(actor, LINES, ("district", "street")),
                required=True,
            ),
            d.field("year", Text("年度", "Year"), "integer", required=True),
            d.field(
                "per_head", Text("人均纯收入", "Income per head"), "number", unit=Text("元", "yuan"), required=True
            ),
            d.field("basis", Text("依据文件", "Document"), required=True, maxlength=200),
        ]

    def send() -> HttpResponse:
        given = {n: request.POST.get(n, "").strip() for n in ("per_head", "basis")}
        do(
            request,
            "relief.line",
            given | {"area": integer(request, "area") or 0, "year": integer(request, "year") or 0},
        )
        return done(request, reverse("relief_lines"), Text("已设定。", "Set."))

    return form_page(
        request, fields, send, title=Text("设定监测线", "Set a line"), button=Text("设定", "Set"), back=reverse("relief_lines"),
        on_record={"year": on_day().year - 1}, breadcrumbs=trail((reverse("relief_lines"), _LINES), ("", Text("设定监测线", "Set a line"))),
    )  # fmt: skip
