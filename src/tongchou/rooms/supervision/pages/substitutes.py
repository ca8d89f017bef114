"""Who takes leads about the discipline inspection unit itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.models import Unit
from tongchou.rooms.supervision.actions.substitutes import able, handler_for
from tongchou.rooms.supervision.models import LeadSubstitute
from tongchou.rooms.supervision.reach import OVERSEE
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE, unit_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, given, integer
from tongchou.web.permission import page

TITLE = Text("回避受理单位", "Leads about discipline inspection")


@page("lead_substitute", "accountability/substitute", OVERSEE)
def lead_substitute(request: HttpRequest) -> HttpResponse:
    """Name the unit that takes leads about a discipline inspection unit."""
    actor = actor_of(request)
    units = unit_choices(actor, OVERSEE, ("discipline",))[1:]
    named = {s.unit_id: s for s in LeadSubstitute.objects.filter(unit__in=[pk for pk, _ in units])}
    first = named.get(units[0][0]) if units else None

    def fields(d: Draft) -> list[FieldParts]:
        told = Text("涉及该机关的线索由谁受理；不能是其自己。", "Who takes leads about it; never itself.")
        others = able().order_by("name_key", "name").values_list("pk", "name")
        return [
            d.field("unit", Text("纪检监察机关", "Discipline inspection unit"), "select", choices=[PLEASE, *units], required=True),
            d.field("substitute", Text("受理单位", "Who takes them"), "select", choices=[PLEASE, *others], required=True, help=told),
            d.field("basis", Text("依据", "On what it rests"), required=True, maxlength=300),
        ]

    def send() -> HttpResponse:
        payload = {"unit": integer(request, "unit"), "substitute": integer(request, "substitute")}
        do(request, "lead.name_substitute", payload | given(request, "basis"))
        return done(request, reverse("leads"), Text("已指定。", "Named."))

    record = {"unit": units[0][0], "substitute": first.substitute_id if first else "", "basis": first.basis if first else ""} if units else {}
    crumbs = [{"url": reverse("leads"), "label": Text("问责线索", "Accountability leads")}, {"url": "", "label": TITLE}]
    return form_page(request, fields, send, title=TITLE, button=Text("指定", "Name"), back=reverse("leads"), breadcrumbs=crumbs, on_record=record)


def without_taker(units: list[int]) -> list[Unit]:
    """Active discipline inspection units about which nobody here could take a lead."""
    rows = Unit.objects.filter(pk__in=units, kind="discipline", active_to=None).select_related("area")
    return [u for u in rows if handler_for(u) is None]
