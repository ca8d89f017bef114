"""Notices to workers as PDF: one, many of an enterprise, one's own. Each print is a reading on record."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from tongchou.documents.notice import to_pdf_of_many
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import act
from tongchou.record.enterprises import enterprise_in_reach
from tongchou.record.models import District, Staff
from tongchou.record.questions.permits import Permit, permit_of
from tongchou.record.staffing import VIEW, staff_in_reach
from tongchou.record.territory.reach import missing
from tongchou.rooms.enterprises.notices import DUTIES, notice_of
from tongchou.rooms.enterprises.words import plan_words
from tongchou.web.pages.requests import actor_of, integer
from tongchou.web.permission import page

BATCH = 100
"""Notices in one file."""


@page("staff_notice", "staff/<int:staff>/notice", VIEW, methods=("GET",))
def staff_notice(request: HttpRequest, staff: int) -> HttpResponse:
    """One worker's notice."""
    actor = actor_of(request)
    row = staff_in_reach(actor, VIEW, staff)
    act("staff.read", actor, new_id(), {"staff": [staff]})
    return _pdf(request, [row])


@page("staff_notices", "enterprises/<int:enterprise>/staff/notices", VIEW, methods=("GET",))
def staff_notices(request: HttpRequest, enterprise: int) -> HttpResponse:
    """Those of an enterprise's staff for whom something is decided, by result, a hundred in a file."""
    actor = actor_of(request)
    unit = enterprise_in_reach(actor, enterprise, VIEW)
    outcome, after = request.GET.get("outcome", "")[:20], integer(request, "after") or 0
    wanted = [outcome] if outcome in DUTIES else list(DUTIES)
    rows = Staff.objects.filter(unit=unit, to_date=None, person__erased_at=None, outcome__in=wanted).select_related("unit", "person")
    found = list(rows.order_by("pk")[max(after, 0) : max(after, 0) + BATCH])
    if not found:
        rule = Text("没有可以出具告知单的员工。", "There is nobody to give a notice to.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请先登记员工档案。", "Register staff first."), field="enterprise", value=unit.pk)
    act("staff.read", actor, new_id(), {"staff": [r.pk for r in found]})
    return _pdf(request, found)


@page("my_work_notice", "my/work/<int:staff>/notice", "status.own", methods=("GET",))
def my_work_notice(request: HttpRequest, staff: int) -> HttpResponse:
    """One's own notice, and nobody else's."""
    key: Any = actor_of(request).person_id
    rows = Staff.objects.select_related("unit", "person").filter(pk=staff, person_id=key, to_date=None, person__erased_at=None)
    row = rows.first() if key else None
    if row is None:
        raise missing(Text("没有找到您的这份档案。", "You have no such file."), "staff", staff)
    return _pdf(request, [row])


def _pdf(request: HttpRequest, rows: list[Staff]) -> HttpResponse:
    permit = permit_of(rows[0].unit_id, timezone.localdate())
    issuer = District.objects.filter(pk=1).values_list("name", flat=True).first() or rows[0].unit.name

    def address(found: Permit | None) -> str:
        return request.build_absolute_uri(reverse("plate", args=[found.id]) if found else f"{reverse('permit_register')}?q={quote(rows[0].unit.name)}")

    words, language = plan_words(), "en" if (get_language() or "").startswith("en") else "zh"
    made = to_pdf_of_many([notice_of(r, words, permit, address, issuer) for r in rows], language)
    answer = HttpResponse(made, content_type="application/pdf")
    name = quote("返岗告知单.pdf", safe="")
    answer["Content-Disposition"] = f"attachment; filename=\"notice.pdf\"; filename*=UTF-8''{name}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
