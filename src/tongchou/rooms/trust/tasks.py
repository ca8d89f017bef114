"""Work in the queue: lapsing orders, carrying out bulk acts. Safe to run twice, in several workers, and to die anywhere."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.rooms.trust.bulk import carry
from tongchou.rooms.trust.models import BulkRun

BATCH = 20_000
FORGOTTEN = timedelta(minutes=2)
"""A run that is still open so long after it was asked for may have lost its worker; one that has not is locked by it."""


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


@app.task(queue="orders")
def carry_out(run: str) -> str:
    """Carry out one bulk act; how far it is stands on the run itself."""
    return carry(uuid.UUID(run))


@app.periodic(cron="* * * * *")
@app.task(queue="orders")
def carry_out_forgotten(timestamp: int) -> int:
    """Runs whose worker died are carried out after all; those that somebody is at are left to them."""
    old = timezone.now() - FORGOTTEN
    keys = list(BulkRun.objects.filter(state__in=("waiting", "running"), asked_at__lt=old).order_by("asked_at").values_list("pk", flat=True)[:20])
    for key in keys:
        carry(key)
    return len(keys)
