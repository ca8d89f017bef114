"""Scheduled work of the assessment room. Safe to run twice, in several workers, and to die anywhere."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from tongchou.record.models import District
from tongchou.rooms.assessment.definition import in_force
from tongchou.rooms.assessment.periods import recent
from tongchou.rooms.assessment.questions import refresh


@app.periodic(cron="*/4 * * * *")
@app.task(queue="clock")
def refresh_scores(timestamp: int) -> int:
    """Work out the scores that the page shows first, so that nobody waits for them; returns of how many kinds."""
    if not District.objects.exists():
        return 0
    now = timezone.now()
    over = recent(now)
    return len(refresh(in_force(over.last).ranked, over, now))
