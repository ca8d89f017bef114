"""Passes of clearance as read: the one under way, those before, and whose result one of them turned."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.clearance_due import asked_by
from tongchou.record.models import ClearanceRun
from tongchou.record.people.identity import open_identity
from tongchou.record.staffing import VIEW
from tongchou.record.territory.reach import condition

LABEL = Text("全员返岗判定", "Deciding for all staff")


def last_pass() -> ClearanceRun | None:
    """The pass that was finished last."""
    return ClearanceRun.objects.exclude(finished_at=None).order_by("-started_at").first()


def job_of() -> dict[str, Any] | None:
    """The pass that is under way or asked for, as the progress component takes it; None where there is none."""
    run = ClearanceRun.objects.filter(finished_at=None).first()
    url = reverse("clearances")
    if run is not None:
        return {"label": LABEL, "done": run.done, "total": run.total, "state": "running", "url": url}
    return {"label": LABEL, "done": 0, "total": None, "state": "queued", "url": url} if asked_by(None) else None


@dataclass(frozen=True, slots=True)
class Turned:
    """Somebody whose result became another outcome in a pass; the name masked."""

    id: int
    staff: int
    name: str
    unit: str
    was: str
    outcome: str
    rule: str
    until: date | None


_TURNED = """
select h.id, s.id, s.person_id, p.sealed, u.name, coalesce(w.outcome, ''), h.outcome, h.rule, h.until from record_staffoutcome h
join record_staff s on s.id = h.staff_id join record_person p on p.id = s.person_id join record_unit u on u.id = s.unit_id join record_area a on a.id = u.area_id
left join lateral (select o.outcome from record_staffoutcome o where o.staff_id = h.staff_id and o.id < h.id order by o.id desc limit 1) w on true
where h.act = any(%(acts)s) and h.at >= %(since)s and h.id > %(after)s and p.erased_at is null and w.outcome is distinct from h.outcome and {reach}
order by h.id limit %(limit)s
"""


def turned(actor: Actor, run: ClearanceRun, *, after: int = 0, limit: int = 100) -> list[Turned]:
    """Staff within reach whose result a pass turned into another outcome. The caller records the reading."""
    values: dict[str, Any] = {"acts": run.acts, "since": run.started_at, "after": after, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_TURNED.format(reach=condition(actor, VIEW, values, unit="s.unit_id")), values)
        rows = cursor.fetchall()
    return [Turned(r[0], r[1], _name(r[3], r[2]), *r[4:]) for r in rows]


def _name(sealed: bytes, person: uuid.UUID) -> str:
    return open_identity(sealed, person).masked().name
