"""Scheduled work of the resumption of work. Safe to run twice, in several workers, and to die anywhere."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act


@app.periodic(cron="*/5 * * * *")
@app.task(queue="clock")
def follow_rules(timestamp: int) -> int:
    """Let open applications take the way that holds now."""
    return int(act("resumption.follow", SYSTEM, new_id(), {}).result["changed"])
