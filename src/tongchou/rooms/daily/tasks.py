"""Scheduled work of the room. Safe to run twice, in several workers, and to die anywhere."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.loops.write import office_unit
from tongchou.rooms.daily.actions.inspection import tell_inspection


@app.periodic(cron="*/10 * * * *")
@app.task(queue="clock")
def chase_reports(timestamp: int) -> int:
    """Remind who has not reported, and ask the streets to look; returns how many were reminded or handed on."""
    if office_unit() is None:
        return 0
    done = act("daily.chase", SYSTEM, new_id(), {}).result
    return int(done["reminded"]) + int(done["handed_on"])


@app.periodic(cron="*/10 * * * *")
@app.task(queue="clock")
def end_hearings(timestamp: int) -> int:
    """Take up what was told and not opened yet; matters whose time to answer is over are looked at without an answer."""
    act("breach.take_up", SYSTEM, new_id(), {})
    tell_inspection()
    return int(act("breach.unheard", SYSTEM, new_id(), {}).result["moved"])


@app.periodic(cron="* * * * *")
@app.task(queue="clock")
def start_fever_clocks(timestamp: int) -> int:
    """First readings without a second one in time are handled as a fever."""
    if office_unit() is None:
        return 0
    return int(act("fever.overdue", SYSTEM, new_id(), {}).result["opened"])


@app.periodic(cron="20 2 * * *")
@app.task(queue="clock")
def erase_attendance(timestamp: int) -> int:
    """Delete who was at work longer ago than it is kept; returns how many passes."""
    return int(act("attendance.erase", SYSTEM, new_id(), {}).result["passes"])
