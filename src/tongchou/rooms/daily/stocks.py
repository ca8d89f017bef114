"""Masks as the last daily report counts them, for permits that rest on them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection

from tongchou.kernel.text import Text
from tongchou.record.questions.stocks import MaskStock, mask_source
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
