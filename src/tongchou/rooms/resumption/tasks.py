"""Scheduled work of the resumption of work. Safe to run twice, in several workers, and to die anywhere."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import District
from tongchou.rooms.resumption.actions.permit_watch import BATCH
from tongchou.rooms.resumption.place import kept
from tongchou.rooms.resumption.ways import rules_on


@app.periodic(cron="*/5 * * * *")
@app.task(queue="clock")
def follow_rules(timestamp: int) -> int:
    """Let open applications take the way that holds now."""
    return int(act("resumption.follow", SYSTEM, new_id(), {}).result["changed"])


@app.periodic(cron="*/5 * * * *")
@app.task(queue="clock")
def rank_queue(timestamp: int) -> int:
    """Rank all that wait, so that pages need not; returns how many."""
    if not District.objects.exists():
        return 0
    today = timezone.localdate()
    return len(kept(today, rules_on(today)["weights"], anew=True)[1])


@app.periodic(cron="27 * * * *")
@app.task(queue="clock")
def permit_life(timestamp: int) -> int:
    """Warn of permits that end soon, and close what is no longer needed; batch after batch."""
    warned = 0
    while True:
        found = int(act("permit.life", SYSTEM, new_id(), {"limit": BATCH}).result["warned"])
        warned += found
        if found < BATCH:
            return warned
