"""Scheduled work of supervision. Safe to run twice, in several workers, and to die anywhere."""

from __future__ import annotations

from datetime import datetime

from procrastinate.contrib.django import app

from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act

BATCH = 200


@app.periodic(cron="*/2 * * * *")
@app.task(queue="clock")
def hand_leads_on(timestamp: int) -> int:
    """Hand on what the ladder has taken to its end, and move on leads whose time is over."""
    return raise_leads()


@app.periodic(cron="*/10 * * * *")
@app.task(queue="clock")
def hold_daily_rounds(timestamp: int) -> int:
    """Open the day's rounds of what comes every day."""
    return open_daily_rounds()


def open_daily_rounds(now: datetime | None = None) -> int:
    """Returns how many rounds were opened."""
    return int(act("round.open_daily", SYSTEM, new_id(), {}, now=now).result["opened"])


def raise_leads(now: datetime | None = None) -> int:
    """One lead for each loop at the ladder's end; returns how many were raised."""
    raised = int(act("lead.raise", SYSTEM, new_id(), {"limit": BATCH}, now=now).result["raised"])
    act("lead.lapse", SYSTEM, new_id(), {}, now=now)
    return raised
