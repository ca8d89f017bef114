"""Incidents with their two clocks: when it was known, when it was told by telephone and in writing, and by when it should have been."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.loops.kinds import kind_of
from tongchou.record.questions.worklist import scope_condition

KIND = "incident"


@dataclass(frozen=True, slots=True)
class Report:
    """One of the two reports. due None: the kind's edition has no clock for it. minutes: what it took, or has taken so far."""

    at: datetime | None
    due: datetime | None
    minutes: int
    limit: int | None
    late: bool


@dataclass(frozen=True, slots=True)
class Incident:
    """known_at: when it was known, from which both clocks count; of an edition without that field, when it was entered."""

    id: uuid.UUID
    category: Text
    area: str
    owner: str
    known_at: datetime
    phoned: Report
    written: Report
    stage: Text
    closed_at: datetime | None


_INCIDENTS = """
select l.id, l.edition_id, l.data, a.name, o.name, l.stage, l.opened_at, l.closed_at, t.phoned, t.written
from record_loop l join record_area a on a.id = l.area_id join record_unit o on o.id = l.owner_unit_id
left join lateral (
  select min(e.at) filter (where e.from_stage = 'known' and e.to_stage = 'phoned') as phoned,
         min(e.at) filter (where e.from_stage = 'phoned' and e.to_stage <> 'phoned') as written
  from record_event e where e.loop_id = l.id) t on true
where l.area_id = any(array(select id from record_area)) and l.opened_at >= %(since)s and l.opened_at < %(until)s
  and l.kind = %(kind)s and l.end_reason in ('', 'done') and {scope}
order by l.opened_at desc, l.id limit %(most)s
"""
# all areas are named so that the index by area and time is used; what was withdrawn as mistaken is no incident


def incidents(actor: Actor, since: datetime, until: datetime, now: datetime, most: int = 500) -> list[Incident]:
    """Incidents entered between two moments that the actor may see, the latest first."""
    values: dict[str, Any] = {"since": since, "until": until, "kind": KIND, "most": most}
    scope = scope_condition(actor, "loop.view", values)
    with connection.cursor() as cursor:
        cursor.execute(_INCIDENTS.format(scope=scope), values)
        return [_incident(row, now) for row in cursor.fetchall()]


def _incident(row: tuple[Any, ...], now: datetime) -> Incident:
    key, edition, raw, area, owner, stage, opened, closed, phoned, written = row
    data = json.loads(raw) if isinstance(raw, str) else raw
    kind = kind_of(edition)
    known = datetime.fromisoformat(data["known_at"]) if data.get("known_at") else opened
    named = {choice: title for f in kind.fields if f.key == "category" for choice, title in f.choices}
    category = named.get(str(data.get("category")), Text("未分类", "No category"))
    told, wrote = (_report(kind.stages.get(name), data, known, at, now) for name, at in (("known", phoned), ("phoned", written)))
    return Incident(key, category, area, owner, known, told, wrote, kind.stages[stage].title, closed)


def _report(stage: Any, data: dict[str, Any], known: datetime, at: datetime | None, now: datetime) -> Report:
    clock = stage.clock if stage is not None else None
    due = clock.after(data) if clock is not None else None
    until = at or now
    limit = None if due is None else round((due - known) / timedelta(minutes=1))
    return Report(
        at, due, max(0, round((until - known) / timedelta(minutes=1))), limit, due is not None and until > due
    )
