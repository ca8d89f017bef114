"""Work in the queue: computing runs of many needs and offers. Safe to run twice, in several workers, and to die anywhere."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.rooms.matching.models import Run
from tongchou.rooms.matching.runs import solve_run

EVERY = 0.5
"""Seconds between two notes of how far a run is."""


@app.task(queue="documents", retry=1)
def compute_run(run: str) -> None:
    """Compute one run; how far it is stands on the run itself. What cannot be computed says so there."""
    key, last = uuid.UUID(run), 0.0

    def told(done: int, total: int) -> None:
        nonlocal last
        if done == total or time.monotonic() - last > EVERY:
            last = time.monotonic()
            Run.objects.filter(pk=key).update(done=done, total=total)

    Run.objects.filter(pk=key, state=Run.State.WAITING).update(state=Run.State.RUNNING, started_at=timezone.now())
    try:
        solve_run(SYSTEM, key, told)
    except (ArithmeticError, ValueError, MemoryError) as error:
        act("match.fail", SYSTEM, new_id(), {"run": run, "why": f"{type(error).__name__}: {error}"[:300]})


@app.periodic(cron="*/5 * * * *")
@app.task(queue="documents")
def compute_forgotten(timestamp: int) -> int:
    """Runs whose worker died are computed after all."""
    old = timezone.now() - timedelta(minutes=5)
    keys = list(Run.objects.filter(state__in=("waiting", "running"), asked_at__lt=old).order_by("asked_at").values_list("pk", flat=True)[:20])
    for key in keys:
        compute_run(run=str(key))
    return len(keys)
