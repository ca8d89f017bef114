"""The nightly evaluation. Safe to run twice: what was proposed already is not proposed again."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.rooms.risk.evaluate import district_area


@app.periodic(cron="20 0 * * *")
@app.task(queue="clock")
def evaluate_nightly(timestamp: int) -> int:
    """Evaluate the day that has begun; returns how many changes were proposed."""
    if district_area() is None:
        return 0
    made = act("risk.evaluate", SYSTEM, new_id(), {"as_of": timezone.localdate().isoformat()}).result
    return len(made["proposed"])
