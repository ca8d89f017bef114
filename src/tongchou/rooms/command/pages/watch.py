"""What the pages of duty share: which unit is asked for, the way back, a shift, a fault and a line of the log as shown."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.loops.engine import not_found
from tongchou.record.territory.reach import unit_in_reach
from tongchou.rooms.command.duty_questions import FAULTS, LOG_KINDS, PARTS, Fault, LogLine, ShiftLine
from tongchou.web.pages.requests import actor_of, integer

DUTY = Text("值班", "Duty")


def local(at: datetime) -> datetime:
    return at.astimezone(SHANGHAI)


def start_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def unit_asked(request: HttpRequest, permission: str) -> Any:
    """The unit asked for, else the actor's first."""
    actor = actor_of(request)
    chosen = integer(request, "unit")
    if chosen is None:
        own = actor.unit_ids(permission)
        if not own:
            raise not_found()
        chosen = own[0]
    return unit_in_reach(actor, permission, chosen)


def crumbs(unit: int, title: Text | str) -> list[dict[str, Any]]:
    return [{"url": f"{reverse('duty')}?unit={unit}", "label": DUTY}, {"url": "", "label": title}]


def own_place(shift: ShiftLine, actor: Actor) -> Any:
    return next((p for p in shift.people if p.account == actor.account_id), None)


def shown(s: ShiftLine, actor: Actor, at: datetime) -> dict[str, Any]:
    mine = own_place(s, actor)
    return {
        "line": s,
        "hours": span(s),
        "over": s.ends_at <= at,
        "parts": [(PARTS[part], s.of(part)) for part in PARTS],
        "mine": mine,
        "can_arrive": mine is not None
        and mine.arrived_at is None
        and s.starts_at - timedelta(hours=1) <= at < s.ends_at,
        "can_leave": mine is not None and mine.arrived_at is not None and mine.left_at is None,
        "can_hand_over": mine is not None
        and s.starts_at <= at
        and s.taken_over_at is None
        and mine.arrived_at is not None,
    }


def span(s: ShiftLine) -> str:
    """11-23 08:00 – 11-24 08:00, the second day only where it differs."""
    a, b = local(s.starts_at), local(s.ends_at)
    return f"{a:%m-%d %H:%M} – {b:%H:%M}" if a.date() == b.date() else f"{a:%m-%d %H:%M} – {b:%m-%d %H:%M}"


def fault_shown(f: Fault) -> dict[str, Any]:
    a, b = local(f.since), local(f.until)
    return {"line": f, "what": FAULTS[f.what], "hours": f"{a:%m-%d %H:%M} – {b:%m-%d %H:%M}"}


def log_shown(e: LogLine) -> dict[str, Any]:
    return {"line": e, "kind": LOG_KINDS[e.kind], "late": e.recorded_at - e.at > timedelta(minutes=30)}
