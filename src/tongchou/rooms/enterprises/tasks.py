"""The nightly clearance: days pass, so that somebody's isolation ends. Safe to run twice: only what became another is written."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act


@app.periodic(cron="40 0 * * *")
@app.task(queue="clock")
def clear_nightly(timestamp: int) -> int:
    """Decide again for everybody; returns how many results became another."""
    return int(act("staff.clear", SYSTEM, new_id(), {}).result["changed"])
