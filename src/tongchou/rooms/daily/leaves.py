"""Leave as the enterprise sees it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tongchou.record.people.identity import open_identity
from tongchou.rooms.daily.actions.leave import KINDS
from tongchou.rooms.daily.models import Leave

PAST = timedelta(days=7)
"""How long a leave that is over is still listed."""


def leaves_of(unit: int, today: date) -> list[dict[str, Any]]:
    """Leaves of one enterprise that are under way, to come or just over, with masked names. The caller logs the reading."""
    rows = Leave.objects.filter(unit=unit, ended_at=None, until__gte=today - PAST).select_related("person").order_by("from_date", "pk")[:300]
    return [{"row": r, "name": open_identity(r.person.sealed, r.person_id).masked().name, "kind": KINDS[r.kind]} for r in rows]
