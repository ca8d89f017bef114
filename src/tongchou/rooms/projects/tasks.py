"""Scheduled work of the projects' room. Safe to run twice, in several workers, and to die anywhere."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.rooms.projects.lateness import BATCH


@app.periodic(cron="17 * * * *")
@app.task(queue="clock")
def call_late_parts(timestamp: int) -> int:
    """Call to account for parts past their planned end; batch after batch. Returns how many loops were opened."""
    opened = 0
    while True:
        found = int(act("project.late", SYSTEM, new_id(), {"limit": BATCH}).result["opened"])
        opened += found
        if found < BATCH:
            return opened
