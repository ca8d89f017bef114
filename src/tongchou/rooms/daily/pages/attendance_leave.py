"""Leave of single people of one's own enterprise: recorded, shortened, withdrawn."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.rooms.daily.actions.leave import KINDS
from tongchou.rooms.daily.numbers import local_day
from tongchou.rooms.daily.pages.attendance import crumbs, own_unit
from tongchou.rooms.daily.pages.whom import staff_given, who_field
from tongchou.rooms.daily.reach import KEEP
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import do, given, integer, now
from tongchou.web.permission import page


@page("attendance_leave", "attendance/leave", KEEP)
def attendance_leave(request: HttpRequest) -> HttpResponse:
    """Put a member of staff on leave for a day or several."""
    unit = own_unit(request)
    if unit is None:
        return HttpResponseRedirect(reverse("attendance"))

    def fields(d: Draft) -> list[FieldParts]:
        one = Text("请假一天的不填。", "Leave empty for a single day.")
        return [
            d.field("unit", Text("企业", "Enterprise"), "hidden"),
            who_field(d, unit, required=True),
            d.field("kind", Text("类别", "Kind"), "radio", choices=list(KINDS.items()), required=True),
            d.field("from_date", Text("第一天", "First day"), "date", required=True),
            d.field("until", Text("最后一天", "Last day"), "date", help=one),
        ]

    def send() -> HttpResponse:
        do(request, "attendance.leave", {"unit": unit.pk, "staff": staff_given(request, unit), **given(request, "kind", "from_date", "until")})
        return done(request, _back(request), Text("已登记请假。这些天未到的不计为“应到未见”。", "Recorded. On these days this person is not counted as missing."))

    title = Text("登记请假", "Record leave")
    return form_page(
        request, fields, send, title=title, subtitle=unit.name, button=Text("登记", "Record"), back=_back(request),
        on_record={"unit": unit.pk, "from_date": local_day(now())}, breadcrumbs=crumbs(title, unit),
    )  # fmt: skip


@page("attendance_leave_end", "attendance/leave/<int:leave>/end", KEEP, methods=("POST",))
def attendance_leave_end(request: HttpRequest, leave: int) -> HttpResponse:
    """Back earlier than recorded, or never on leave."""
    more: dict[str, Any] = {} if request.POST.get("withdraw") else {"last_day": request.POST.get("last_day", "")}
    made = do(request, "attendance.end_leave", {"leave": leave, **more}).result
    said = Text("请假已改短。", "The leave is shorter now.") if made["until"] else Text("请假已撤销。", "The leave was withdrawn.")
    return done(request, _back(request), said)


def _back(request: HttpRequest) -> str:
    key = integer(request, "unit")
    return reverse("attendance") + (f"?unit={key}" if key else "")
