"""Scheduled work of the command room. Safe to run twice, in several workers, and to die anywhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from procrastinate.contrib.django import app

from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.loops.titles import written
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Loop
from tongchou.rooms.command.models import Place
from tongchou.rooms.command.rules import ORIGIN, duty_rules


@app.periodic(cron="* * * * *")
@app.task(queue="clock")
def watch_the_watch(timestamp: int) -> int:
    """Open a loop for everybody who has not come on duty in time."""
    return raise_missed()


def raise_missed(now: datetime | None = None) -> int:
    """One loop for each missed place, opened once; returns how many. It goes to the unit, and to headquarters when that is late."""
    now = now or timezone.now()
    if office_unit() is None:
        return 0
    late = now - timedelta(minutes=duty_rules()["missed_after_minutes"].value)
    rows = (
        Place.objects.filter(
            dropped_at=None, arrived_at=None, starts_at__lte=late, ends_at__gt=now, shift__cancelled_at=None
        )
        .select_related("shift__unit", "account")
        .order_by("pk")[:500]
    )
    known = set(
        Loop.objects.filter(origin=ORIGIN, origin_ref__in=[str(p.pk) for p in rows]).values_list(
            "origin_ref", flat=True
        )
    )
    items: list[dict[str, Any]] = [
        {
            "kind": "gap", **written(Text("值班未到岗：{who}", "Not on duty: {who}").with_(who=p.account.display_name)),
            "owner_unit": p.shift.unit_id, "unit": p.shift.unit_id,
            "origin": ORIGIN, "origin_ref": str(p.pk), "urgent": True, "due_at": (now + timedelta(hours=1)).isoformat(),
        }
        for p in rows
        if str(p.pk) not in known
    ]  # fmt: skip
    if items:
        act("loop.open_many", SYSTEM, new_id(), {"items": items}, now=now)
    return len(items)


@app.periodic(cron="*/5 * * * *")
@app.task(queue="clock")
def issue_standing(timestamp: int) -> int:
    """Issue the standing tasks whose hour has come."""
    if office_unit() is None:
        return 0
    return int(act("standing.issue", SYSTEM, new_id(), {}).result["issued"])
