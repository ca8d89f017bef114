"""A worker's own page: may I start, why, until when, what is still to be asked; and asking for a correction."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.text import Text
from tongchou.record.models import Loop, Staff
from tongchou.record.staffing import OUTCOMES, open_itinerary
from tongchou.rooms.enterprises.actions import ORIGIN
from tongchou.rooms.enterprises.notices import DUTIES
from tongchou.rooms.enterprises.pages.staff import told
from tongchou.rooms.enterprises.turned import OwnTurn, own_turns
from tongchou.rooms.enterprises.words import outcome_badge
from tongchou.web.pages.forms import done
from tongchou.web.pages.requests import actor_of, do
from tongchou.web.permission import Nav, page

TITLE = Text("我的返岗", "My return to work")
_SHOWN_DAYS = 14
"""So long the page shows that a result became another."""


@page("my_work", "my/work", "status.own", methods=("GET",), nav=Nav(TITLE, "id"))
def my_work(request: HttpRequest) -> HttpResponse:
    """One's own staff files, and nobody else's."""
    key: Any = actor_of(request).person_id
    rows = (
        list(Staff.objects.filter(person_id=key, to_date=None, person__erased_at=None).select_related("unit", "person"))
        if key
        else []
    )
    asked_for = {
        x.origin_ref: x
        for x in Loop.objects.filter(origin=ORIGIN, origin_ref__in=[str(r.pk) for r in rows]).order_by("opened_at")
    }
    turns = {t.staff: t for t in own_turns(key, timezone.localdate(), days=_SHOWN_DAYS)} if key else {}
    context = {
        "title": TITLE,
        "linked": key is not None,
        "files": [told(r) | {"itinerary": open_itinerary(r), "loop": asked_for.get(str(r.pk)), "turn": _turn(turns.get(r.pk))} for r in rows],
    }
    return render(request, "enterprises/my_work.html", context)


def _turn(found: OwnTurn | None) -> dict[str, Any] | None:
    """The notice that the result became another, with what to do now."""
    if found is None:
        return None
    badge = outcome_badge(found.now)
    return {"row": found, "badge": badge, "was": OUTCOMES.get(found.was, Text(found.was, found.was)), "must": DUTIES.get(found.now, ())}


@page("my_work_correct", "my/work/<int:staff>/correct", "status.own", methods=("POST",))
def my_work_correct(request: HttpRequest, staff: int) -> HttpResponse:
    """Say what is wrong in one's own file."""
    do(request, "staff.ask_correction", {"staff": staff, "what": request.POST.get("what", "").strip()})
    return done(
        request,
        reverse("my_work"),
        Text("已交企业核实，处理结果会在这里显示。", "Sent to the enterprise; the answer will be shown here."),
    )
