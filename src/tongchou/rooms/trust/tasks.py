"""Scheduled work of the room. Safe to run twice, in several workers, and to die anywhere."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act

BATCH = 20_000


@app.periodic(cron="*/5 * * * *")
@app.task(queue="clock")
def lapse_orders(timestamp: int) -> int:
    """Note which orders have lapsed. They restrict nobody after their last day, whether this runs or not."""
    total = 0
    while True:
        done = int(act("restriction.lapse", SYSTEM, new_id(), {"limit": BATCH}).result["lapsed"])
        total += done
        if done < BATCH:
            return total
