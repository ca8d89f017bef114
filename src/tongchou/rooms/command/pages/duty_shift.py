"""One shift: who came, what was handed over, cancelling it, putting somebody else in a place; one's own coming and going."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.loops.engine import not_found
from tongchou.record.territory.reach import reaches_unit, unit_in_reach
from tongchou.rooms.command.duty_questions import VIEW, ShiftLine, candidates, faults, log_lines, shift_file
from tongchou.rooms.command.pages.watch import crumbs, fault_shown, log_shown, shown, span
from tongchou.web.pages.forms import done
from tongchou.web.pages.requests import actor_of, do, integer, now
from tongchou.web.permission import page


@page("duty_shift", "duty/shifts/<uuid:shift>", VIEW, methods=("GET",))
def duty_shift(request: HttpRequest, shift: uuid.UUID) -> HttpResponse:
    """One shift: who, when they came, what was logged, what was handed over."""
    actor, at = actor_of(request), now()
    line = _shift(actor, shift)
    unit = unit_in_reach(actor, VIEW, line.unit)
    plans = actor.permits("duty.plan") and reaches_unit(actor, "duty.plan", unit)
    reads_log = actor.permits("duty.log") and reaches_unit(actor, "duty.log", unit)
    context = {
        "shift": shown(line, actor, at),
        "log": [log_shown(e) for e in reversed(log_lines(actor, line.unit, line.starts_at, line.ends_at))] if reads_log else None,
        "can_plan": plans and line.ends_at > at,
        "can_cancel": plans and line.starts_at > at,
        "people_choices": candidates(unit) if plans else [],
        "faults": [fault_shown(f) for f in faults([line], line.unit, line.unit_name, line.starts_at, line.ends_at, at)],
        "breadcrumbs": crumbs(line.unit, span(line)),
    }
    return render(request, "command/duty_shift.html", context)


def _shift(actor: Actor, key: uuid.UUID) -> ShiftLine:
    line = shift_file(actor, key)
    if line is None:
        raise not_found()
    return line


@page("duty_cancel", "duty/shifts/<uuid:shift>/cancel", "duty.plan", methods=("POST",))
def duty_cancel(request: HttpRequest, shift: uuid.UUID) -> HttpResponse:
    """Cancel a shift that has not begun."""
    line = _shift(actor_of(request), shift)
    do(request, "duty.cancel", {"shift": str(shift), "reason": request.POST.get("reason", "")})
    return done(request, f"{reverse('duty')}?unit={line.unit}", Text("班次已取消。", "The shift is cancelled."))


@page("duty_replace", "duty/shifts/<uuid:shift>/replace", "duty.plan", methods=("POST",))
def duty_replace(request: HttpRequest, shift: uuid.UUID) -> HttpResponse:
    """Put somebody else in a place."""
    payload = {
        "place": integer(request, "place"),
        "account": integer(request, "account"),
        "reason": request.POST.get("reason", ""),
    }
    do(request, "duty.replace", payload)
    return done(request, reverse("duty_shift", args=[shift]), Text("已换班。", "Replaced."))


_OWN: dict[str, tuple[str, Text]] = {
    "arrive": ("duty.arrive", Text("已签到。", "Signed in.")),
    "leave": ("duty.leave", Text("已签退。", "Signed out.")),
    "hand-over": ("duty.hand_over", Text("已交班，等待下一班接班。", "Handed over; the next shift takes it.")),
    "take-over": ("duty.take_over", Text("已接班。", "Taken over.")),
}


@page("duty_own", "duty/shifts/<uuid:shift>/own/<slug:what>", VIEW, methods=("POST",))
def duty_own(request: HttpRequest, shift: uuid.UUID, what: str) -> HttpResponse:
    """Come, go, hand over, take over."""
    if what not in _OWN:
        raise not_found()
    verb, said = _OWN[what]
    line = _shift(actor_of(request), shift)
    payload: dict[str, Any] = {"shift": str(shift)} if what.endswith("over") else {"place": integer(request, "place")}
    if what == "hand-over":
        payload["note"] = request.POST.get("note", "")
    do(request, verb, payload)
    return done(request, f"{reverse('duty')}?unit={line.unit}", said)
