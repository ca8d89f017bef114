"""What the room says of an enterprise to others: its masks by the last daily report, and whether it works."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection

from tongchou.kernel.text import Text
from tongchou.record.questions.stocks import MaskStock, mask_source
from tongchou.record.questions.working import works_by
from tongchou.rooms.daily.numbers import daily_rules

_LAST = """
select distinct on (r.unit_id) r.unit_id, r.masks, r.shift_hours, r.day from daily_report r
where r.unit_id = any(%(units)s) and r.replaced_at is null and r.masks is not null and r.shift_hours is not null and r.day > %(since)s and r.day <= %(on)s
order by r.unit_id, r.day desc
"""


def counted(units: list[int], on: date) -> dict[int, MaskStock]:
    """The last count of each enterprise that is not older than the days for which a report still obliges."""
    values: dict[str, Any] = {"units": units, "on": on, "since": on - timedelta(days=daily_rules()["obliged_days"].value)}
    with connection.cursor() as cursor:
        cursor.execute(_LAST, values)
        return {
            unit: MaskStock(masks, hours, day, Text("企业日报 {d}", "daily report of {d}").with_(d=day.isoformat()))
            for unit, masks, hours, day in cursor.fetchall()
        }


mask_source(counted)
works_by(
    """(select not r.closed and r.at_work > 0 from daily_report r where r.unit_id = u.id and r.replaced_at is null
  and r.day > %(works_since)s and r.day <= %(works_on)s order by r.day desc limit 1)"""
)
works_by("nullif(exists (select from daily_attendance t where t.unit_id = u.id and t.day > %(works_since)s and t.day <= %(works_on)s), false)")
