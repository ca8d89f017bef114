"""Clearance of everybody: each night, as days pass, and at once when something that it rests on has changed; how many have turned, counted by the clock.

Safe to run twice and to die anywhere.
"""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.clearance_due import due
from tongchou.record.models import District
from tongchou.rooms.enterprises.return_kept import count_again
from tongchou.rooms.enterprises.turned_kept import refresh


@app.periodic(cron="40 0 * * *")
@app.task(queue="clock")
def clear_nightly(timestamp: int) -> int:
    """Decide again for everybody; returns how many results became another."""
    act("staff.clear_day", SYSTEM, new_id(), {})
    return work_off()


@app.task(queue="clock")
def clear_due() -> int:
    """Work off what was asked for; started by the change itself."""
    return work_off()


@app.periodic(cron="* * * * *")
@app.task(queue="clock")
def clear_again(timestamp: int) -> int:
    """Go on where a worker died, and see to what its job missed."""
    return work_off()


@app.periodic(cron="*/4 * * * *")
@app.task(queue="clock")
def count_turned(timestamp: int) -> int:
    """Count who has turned and how all staff stand, so that nobody waits who opens a first page or that of returns; returns in how many areas some have turned."""
    if not District.objects.exists():
        return 0
    now = timezone.now()
    count_again(now)
    return len(refresh(now)[1])


def work_off() -> int:
    """Step after step, each in a transaction of its own, until nothing waits; returns how many results became another.

    What turned is counted at once: first pages tell it.
    """
    changed = 0
    while due():
        found = act("staff.clear_step", SYSTEM, new_id(), {}).result
        changed += int(found["changed"])
        if not found["going_on"]:
            break
    if changed:
        now = timezone.now()
        refresh(now)
        count_again(now)
    return changed
