"""Scheduled work of the policies. Safe to run twice, in several workers, and to die anywhere: a pass goes on where it stopped."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from procrastinate.contrib.django import app

from tongchou.kernel.errors import Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import District
from tongchou.rooms.policies.catalogue import catalogue
from tongchou.rooms.policies.matching import mark_of
from tongchou.rooms.policies.models import Run


@app.periodic(cron="*/5 * * * *")
@app.task(queue="clock")
def match_again(timestamp: int) -> int:
    """Match all enterprises when the pack, the register, an answer or the day has changed since the last pass; returns the changes."""
    return rematch()


def rematch() -> int:
    """Go on with the pass that is under way, else begin one where it is needed."""
    if not District.objects.exists():
        return 0
    open_ = Run.objects.filter(finished_at=None).first()
    if open_ is None:
        try:
            day = timezone.localdate()
            mark = mark_of(catalogue(day), day)
        except Refusal:
            return 0  # no pack is on record yet
        last = Run.objects.order_by("-started_at").values_list("mark", flat=True).first()
        if last == mark:
            return 0
        return int(
            work_off(uuid.UUID(act("policies.start", SYSTEM, new_id(), {"why": "changed"}).result["run"]))["changed"]
        )
    return int(work_off(open_.pk)["changed"])


def work_off(run: uuid.UUID, say: Callable[[dict[str, Any]], None] = lambda done: None) -> dict[str, Any]:
    """Match policy after policy, each in a transaction of its own; says how far it is."""
    while True:
        done = act("policies.match", SYSTEM, new_id(), {"run": str(run)}).result
        say(done)
        if done["finished"]:
            return done


@app.task(queue="clock")
def match_all(run: str) -> int:
    """Work off a pass that somebody asked for; returns the changes."""
    return int(work_off(uuid.UUID(run))["changed"])
