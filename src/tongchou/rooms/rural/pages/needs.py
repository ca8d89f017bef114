"""Reporting needs: a form, and a table."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.rooms.rural.actions.needs import import_needs
from tongchou.rooms.rural.pages.parts import crumbs, input_choices, season_choices, season_chosen, village_choices
from tongchou.rooms.rural.reach import REPORT
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.imports import counts_of, file_fields, tell_import, upload
from tongchou.web.pages.requests import actor_of, client_id, do, integer
from tongchou.web.permission import page

_NEW, _IMPORT = Text("填报农资需求", "Report what is needed"), Text("导入农资需求", "Import a table of needs")


@page("farm_need_new", "farm/needs/new", REPORT)
def farm_need_new(request: HttpRequest) -> HttpResponse:
    """Report a village's need of an input; reporting again replaces it."""
    actor, season = actor_of(request), season_chosen(request)

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("area", Text("村（社区）", "Village"), "select", choices=village_choices(actor, REPORT), required=True),
            d.field("input", Text("农资", "Input"), "select", choices=input_choices(), required=True),
            d.field("quantity", Text("需求数量", "Quantity"), "number", required=True,
                    help=Text("按农资后面的单位填；不需要的填 0。", "In the unit after its name; 0 where none is needed.")),
            d.field("needed_on", Text("农时：最迟到位日期", "Farming day: the last day"), "date", required=True),
            d.field("season", Text("季节", "Season"), "select", choices=season_choices(), required=True),
        ]  # fmt: skip

    def send() -> HttpResponse:
        names = ("input", "quantity", "needed_on")
        payload = {n: request.POST.get(n, "").strip() for n in names} | {
            "area": integer(request, "area") or 0,
            "season": season_id(request),
        }
        do(request, "farm.need", payload)
        return done(request, reverse("farm"), Text("已填报。", "Reported."))

    return form_page(
        request, fields, send, title=_NEW, button=Text("填报", "Report"), back=reverse("farm"), breadcrumbs=crumbs(("", _NEW)),
        on_record={"season": season.pk if season else "", "needed_on": season.starts_on if season else ""},
    )  # fmt: skip


def season_id(request: HttpRequest) -> int:
    """The season that the form names; a Refusal says when it names none."""
    found = integer(request, "season")
    if found is None:
        rule = Text("请先设定农时季节。", "A season has to be set first.")
        raise Refusal(
            Reason.MISSING_VALUE,
            rule,
            remedy=Text("由农业农村部门设定。", "The department in charge does it."),
            field="season",
        )
    return found


@page("farm_need_import", "farm/needs/import", REPORT)
def farm_need_import(request: HttpRequest) -> HttpResponse:
    """A table of needs: every row is accepted or comes back with its reason."""
    actor, season, back = actor_of(request), season_chosen(request), reverse("farm")

    def fields(d: Draft) -> list[FieldParts]:
        return [
            *file_fields(d),
            d.field("season", Text("季节", "Season"), "select", choices=season_choices(), required=True),
        ]

    def send() -> HttpResponse:
        data, name = upload(request)
        trial = request.POST.get("mode") != "import"
        made = import_needs(actor, client_id(request), season_id(request), data, name, dry_run=trial)
        assert made.outcome is not None
        r = made.outcome.result
        counts = counts_of(r, accepted=Text("可接收", "can be accepted") if trial else Text("已接收", "accepted"))
        return tell_import(
            request,
            _IMPORT,
            r,
            counts,
            lambda: made.rejected_file(get_language() or "zh-hans") if made.table else b"",
            back,
        )

    note = Text(
        "列名：村编码、农资（清单中的名称）、数量、农时。同一村同一农资再次导入的，以新数为准。",
        "Columns: area_code, input (its name on the list), quantity, needed_on. Importing a village and input again replaces it.",
    )
    return form_page(
        request, fields, send, title=_IMPORT, button=Text("上传", "Send"), back=back, note=note, breadcrumbs=crumbs(("", _IMPORT)),
        on_record={"mode": "try", "season": season.pk if season else ""},
    )  # fmt: skip
