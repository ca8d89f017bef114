"""Scheduled work of the schools' room. Safe to run twice, in several workers, and to die anywhere."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.loops.write import office_unit


@app.periodic(cron="*/5 * * * *")
@app.task(queue="clock")
def chase_checks(timestamp: int) -> int:
    """Chase the classes from which a check is late; settle what has come in. Returns how many loops were opened."""
    if office_unit() is None:
        return 0
    return int(act("school.chase", SYSTEM, new_id(), {}).result["opened"])


@app.periodic(cron="*/10 * * * *")
@app.task(queue="clock")
def evaluate_clusters(timestamp: int) -> int:
    """Hold the checks of all schools to the thresholds in force; returns how many loops were opened."""
    if office_unit() is None:
        return 0
    return int(act("school.evaluate", SYSTEM, new_id(), {"as_of": timezone.localdate().isoformat()}).result["opened"])


@app.periodic(cron="*/10 * * * *")
@app.task(queue="clock")
def chase_pupils(timestamp: int) -> int:
    """Chase absent pupils who were not asked after; settle what has been heard since. Returns how many loops were opened."""
    if office_unit() is None:
        return 0
    return int(act("school.pupils_chase", SYSTEM, new_id(), {}).result["opened"])


@app.periodic(cron="35 2 * * *")
@app.task(queue="clock")
def erase_pupils(timestamp: int) -> int:
    """Delete the names of pupils who are back for long; returns how many."""
    return int(act("school.pupils_erase", SYSTEM, new_id(), {}).result["pupils"])
