"""Scheduled work of data requests. Safe to run twice, in several workers, and to die anywhere."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.loops.write import office_unit


@app.periodic(cron="*/5 * * * *")
@app.task(queue="clock")
def issue_requests(timestamp: int) -> int:
    """Issue the rounds that are due, end what is over."""
    if office_unit() is None:
        return 0
    return int(act("request.issue", SYSTEM, new_id(), {}).result["opened"])
