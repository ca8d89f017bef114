"""Fevers at workplaces as streets and leaders see them: how far, and how fast the phone was picked up. No names."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.loops.kinds import kind_of
from tongchou.record.territory.reach import condition
from tongchou.rooms.daily.reach import STREET_OF, VIEW


@dataclass(frozen=True, slots=True)
class FeverLine:
    """One fever. phoned_minutes: from the second reading, else from when the clock started, to the phone report; None: not phoned."""

    id: uuid.UUID
    unit: int
    name: str
    street: str
    first: Decimal | None
    first_at: datetime
    second: Decimal | None
    outcome: str
    loop: uuid.UUID | None
    stage: Text | str
    phoned_minutes: int | None


_LINES = f"""
select f.id, u.id, u.name, coalesce(s.name, ''), f.first, f.first_at, f.second, f.outcome, l.id, l.edition_id, l.stage,
  (select round(extract(epoch from min(e.at) - coalesce(f.second_at, l.opened_at)) / 60)::int from record_event e where e.loop_id = l.id and e.what = 'phone')
from daily_fever f
join record_unit u on u.id = f.unit_id
join record_area a on a.id = u.area_id
{STREET_OF}
left join record_loop l on l.id = f.loop_id
where f.first_at >= %(since)s and {{reach}}
order by (l.id is not null and l.closed_at is null) desc, f.first_at desc limit 1000
"""


def fever_lines(actor: Actor, since: datetime) -> list[FeverLine]:
    """Fevers since a time, those being handled first."""
    values: dict[str, Any] = {"since": since}
    reach = condition(actor, VIEW, values, unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(_LINES.format(reach=reach), values)
        rows = cursor.fetchall()
    out = []
    for *plain, edition, stage, phoned in rows:
        plain += [kind_of(edition).stages[stage].title if edition else "", phoned]
        out.append(FeverLine(*plain))
    return out
