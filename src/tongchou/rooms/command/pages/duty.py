"""Duty: who watches now, what is wrong in the coming week, the log."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.loops.engine import not_found
from tongchou.record.loops.kinds import current_kinds
from tongchou.record.territory.reach import reaches_unit, unit_in_reach
from tongchou.rooms.command.duty_questions import (
    LOG_KINDS,
    VIEW,
    ShiftLine,
    faults,
    log_lines,
    own_shifts,
    roster,
    unwatched,
    watched_units,
    watching,
)
from tongchou.rooms.command.incidents import KIND, incidents
from tongchou.rooms.command.pages.watch import DUTY, fault_shown, local, log_shown, own_place, shown, unit_asked
from tongchou.web.pages.forms import done
from tongchou.web.pages.requests import actor_of, do, given, integer, moment, now
from tongchou.web.permission import Nav, page

AHEAD = timedelta(days=7)
INCIDENT_DAYS = timedelta(days=7)


def _faulty(_: HttpRequest) -> tuple[int | str | None, bool]:
    """How many own shifts wait for the actor to come."""
    at = now()
    waiting = [
        s for s in own_shifts(actor_of(_), at, 1) if s.starts_at <= at < s.ends_at and own_place(s, actor_of(_)) is not None
    ]
    late = [s for s in waiting if (own_place(s, actor_of(_)) or s.people[0]).arrived_at is None]
    return len(late) or None, bool(late)


@page("duty", "duty", VIEW, methods=("GET",), nav=Nav(DUTY, "phone", count=_faulty))
def duty(request: HttpRequest) -> HttpResponse:
    """Who watches now, one's own shifts, what is wrong in the coming week, today's log."""
    actor, at = actor_of(request), now()
    units = watched_units(actor)
    chosen = integer(request, "unit") or (units[0][0] if units else None)
    if chosen is None:
        raise not_found()
    unit = unit_in_reach(actor, VIEW, chosen)
    ahead = roster(actor, unit.pk, at - timedelta(days=1), at + AHEAD)
    logs = actor.permits("duty.log") and reaches_unit(actor, "duty.log", unit)
    since = at if not ahead else min(at, max(ahead[0].starts_at, at - timedelta(days=1)))
    context = {
        "unit": unit,
        "unit_key": str(unit.pk),
        "units": units,
        "present": [shown(s, actor, at) for s in ahead if s.starts_at <= at < s.ends_at],
        "next": [shown(s, actor, at) for s in ahead if s.starts_at > at][:3],
        "own": [shown(s, actor, at) for s in own_shifts(actor, at)],
        "to_take": [
            shown(s, actor, at)
            for s in ahead
            if s.handed_over_at and not s.taken_over_at and _follows(s, ahead, actor)
        ],
        "faults": [fault_shown(f) for f in faults(ahead, unit.pk, unit.name, since, at + AHEAD, at)] if ahead else [],
        "unwatched": [{"line": u, "hours": f"{local(u.since):%m-%d %H:%M} — {local(u.until):%m-%d %H:%M}"} for u in unwatched(actor, at)] if len(units) > 1 else None,
        "others": [shown(s, actor, at) for s in watching(actor, at) if s.unit != unit.pk][:60],
        "incidents": incidents(actor, at - INCIDENT_DAYS, at + timedelta(minutes=1), at, most=20),
        "log": [log_shown(e) for e in log_lines(actor, unit.pk, at - timedelta(days=2), at + timedelta(minutes=1))]
        if logs
        else [],
        "can_report": _may_report(actor),
        "can_log": logs,
        "log_kinds": LOG_KINDS.items(),
        "log_now": local(at).strftime("%Y-%m-%dT%H:%M"),
        "can_plan": actor.permits("duty.plan") and reaches_unit(actor, "duty.plan", unit),
        "planned": bool(ahead),
        "breadcrumbs": [{"url": "", "label": DUTY}],
    }
    return render(request, "command/duty.html", context)


def _may_report(actor: Actor) -> bool:
    """Whether one of the actor's posts opens incident reports."""
    found = current_kinds().get(KIND)
    return found is not None and actor.permits("loop.open") and bool({g.role for g in actor.grants_for("loop.open")} & set(found[1].opened_by))


def _follows(shift: ShiftLine, ahead: list[ShiftLine], actor: Actor) -> bool:
    """Whether the actor is on the shift that comes next."""
    after = next((s for s in sorted(ahead, key=lambda s: s.starts_at) if s.starts_at >= shift.ends_at), None)
    return after is not None and own_place(after, actor) is not None


@page("duty_log", "duty/log", "duty.log", methods=("POST",))
def duty_log(request: HttpRequest) -> HttpResponse:
    """Add a line to the log."""
    unit = unit_asked(request, "duty.log")
    at = moment(request, "at") or now()
    if not request.POST.get("text", "").strip():
        rule = Text("没有写明内容，未记入日志。", "Nothing was written: nothing was logged.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请写明来电单位、事由和处理情况。", "Write who called, what about, and what was done."))
    payload = {"unit": unit.pk, "at": at.isoformat()} | given(request, "kind", "text", "corrects")
    do(request, "duty.log", payload)
    return done(request, f"{reverse('duty')}?unit={unit.pk}#log", Text("已记入日志。", "Logged."))
