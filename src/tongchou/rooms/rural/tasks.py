"""Scheduled work of the room. Safe to run twice, in several workers, and to die anywhere."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act


@app.periodic(cron="15 * * * *")
@app.task(queue="clock")
def hand_out_gaps(timestamp: int) -> int:
    """Hand out what threatens the season; returns how many loops were opened."""
    return int(act("farm.open_gaps", SYSTEM, new_id(), {}).result["opened"])
