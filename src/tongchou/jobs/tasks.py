"""Scheduled work. Each task is safe to run twice, in several workers, and to die anywhere."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone
from procrastinate.contrib.django import app

from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.custody_alarm import raise_alarms
from tongchou.record.loops.selecting import carry
from tongchou.record.models import LoopSelection

ESCALATION_BATCH = 500
CLEARED_AT_ONCE = 50
FORGOTTEN = timedelta(minutes=2)
"""A selection that is still open so long after it was asked for may have lost its worker; one that has not is locked by it."""


@app.periodic(cron="*/20 * * * * *")
@app.task(queue="clock", pass_context=False)
def escalate(timestamp: int) -> int:
    """Raise what is late, batch after batch, until nothing is due to be looked at."""
    raised = 0
    while True:
        result = escalate_once()
        raised += int(result["raised"])
        if int(result["looked_at"]) < ESCALATION_BATCH:
            return raised


def escalate_once() -> dict[str, Any]:
    """One batch, in one act."""
    return act("loop.escalate", SYSTEM, new_id(), {"limit": ESCALATION_BATCH}).result


@app.periodic(cron="*/5 * * * *")
@app.task(queue="clock")
def reconcile_custody(timestamp: int) -> int:
    """Open a loop for everything that nobody holds, and for an account that does not balance."""
    return raise_alarms()


@app.periodic(cron="*/5 * * * *")
@app.task(queue="clock")
def lapse_exports(timestamp: int) -> int:
    """Erase exports whose time is over, and let unused approvals lapse."""
    result = act("export.lapse", SYSTEM, new_id(), {}).result
    return int(result["erased"]) + int(result["lapsed"])


@app.periodic(cron="17 * * * *")
@app.task(queue="clock")
def expire_permits(timestamp: int) -> int:
    """End permits to work that have passed their last day."""
    return int(act("permit.expire", SYSTEM, new_id(), {}).result["expired"])


@app.periodic(cron="*/10 * * * *")
@app.task(queue="clock")
def check_permits(timestamp: int) -> int:
    """Send to review the permits that no longer rest on the facts that they were given for, batch after batch."""
    return check_all_permits()


@app.periodic(cron="37 * * * *")
@app.task(queue="clock")
def open_supply_claims(timestamp: int) -> int:
    """Claims of supply of before they had loops enter a work list, batch after batch; returns how many."""
    opened = 0
    while made := int(act("supply.open_claims", SYSTEM, new_id(), {}).result["opened"]):
        opened += made
    return opened


def check_all_permits() -> int:
    """Every live permit once; returns how many were sent to review."""
    sent, after = 0, None
    while True:
        result = act("permit.check", SYSTEM, new_id(), {"after": after} if after else {}).result
        sent, after = sent + int(result["sent"]), result["last"]
        if after is None:
            return sent


@app.task(queue="bulk")
def carry_selection(selection: str) -> str:
    """Deal with the loops of a selection; how far it is can be read from them."""
    return carry(uuid.UUID(selection))


@app.periodic(cron="* * * * *")
@app.task(queue="bulk")
def carry_forgotten(timestamp: int) -> int:
    """Selections whose worker died are carried on; those that somebody is at are left to them."""
    old = timezone.now() - FORGOTTEN
    waiting = LoopSelection.objects.filter(state__in=("waiting", "running"), asked_at__lt=old)
    keys = list(waiting.order_by("asked_at").values_list("pk", flat=True)[:20])
    for key in keys:
        carry(key)
    return len(keys)


@app.periodic(cron="50 2 * * *")
@app.task(queue="clock")
def clear_selections(timestamp: int) -> int:
    """Delete selections of the work list that are past their time, batch after batch."""
    deleted = 0
    while True:
        more = int(act("loop.clear_selections", SYSTEM, new_id(), {"limit": CLEARED_AT_ONCE}).result["deleted"])
        deleted += more
        if more < CLEARED_AT_ONCE:
            return deleted
