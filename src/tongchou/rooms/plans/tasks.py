"""What an edition of a plan brings begins on its first day. Safe to run twice: what is in force already is left."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act


@app.periodic(cron="3 0 * * *")
@app.task(queue="clock")
def bring_parts_nightly(timestamp: int) -> int:
    """Put in force the loop kinds and checklists of the plans that are in force from today; returns how many plans changed something."""
    return len(act("pack.bring", SYSTEM, new_id(), {}).result["changed"])
