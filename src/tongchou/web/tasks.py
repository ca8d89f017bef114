"""Scheduled work of the pages. Safe to run twice, in several workers, and to die anywhere."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from tongchou.web.hands import keep_fresh


@app.periodic(cron="*/4 * * * *")
@app.task(queue="clock")
def refresh_boards(timestamp: int) -> int:
    """Work out again the boards of both hands that were asked for lately, so that nobody waits for them; returns how many."""
    return keep_fresh(timezone.now())
