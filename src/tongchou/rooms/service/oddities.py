"""Visits that look made for the count: many that find no difficulty; several in one minute by one person, or with the same words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.questions.oddities import Counted, Instance, Watch, watch
from tongchou.record.territory.reach import condition

VIEW = "service.view"
_MADE = """
select v.id, v.visitor_unit_id as unit, v.unit_id, v.account_id, v.at, v.seen,
       not exists (select 1 from record_loop l where l.origin = 'service_visit' and l.origin_ref = v.id::text) as barren,
       count(*) over (partition by v.account_id, date_trunc('minute', v.at)) > 1
       or count(*) over (partition by v.visitor_unit_id, btrim(v.seen)) >= %(least)s as same
from service_visit v where v.at >= %(since)s and v.at < %(until)s {unit}
"""
_BEHIND = """
select u.name, m.at, c.display_name, m.seen from ({made}) m
join record_unit u on u.id = m.unit_id join record_area a on a.id = u.area_id join record_account c on c.id = m.account_id
where m.unit = %(unit)s and m.{which} and ({reach} or m.account_id = %(account)s) order by m.at desc, m.id limit %(limit)s
"""


def _count(which: str, since: datetime, until: datetime, least: int) -> Counted:
    with connection.cursor() as cursor:
        sql = f"select unit, count(*) filter (where {which}), count(*) from ({_MADE.format(unit='')}) m group by unit"
        cursor.execute(sql, {"since": since, "until": until, "least": least})
        return {unit: (n, of) for unit, n, of in cursor.fetchall()}


def _behind(which: str, actor: Actor, unit: int, since: datetime, until: datetime, least: int, limit: int) -> list[Instance]:
    if not actor.permits(VIEW):
        return []
    values: dict[str, Any] = {"since": since, "until": until, "least": least, "unit": unit, "limit": limit, "account": actor.account_id}
    made = _MADE.format(unit="")  # the same minute may be another unit's as well
    sql = _BEHIND.format(made=made, which=which, reach=condition(actor, VIEW, values, unit="u.id"))
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Instance(name, at, who, seen) for name, at, who, seen in cursor.fetchall()]


watch(
    Watch(
        "visits",
        Text("走访没有发现困难", "Visits that found no difficulty"),
        lambda since, until, least: _count("barren", since, until, least),
        lambda actor, unit, since, until, least, limit: _behind("barren", actor, unit, since, until, least, limit),
    )
)
watch(
    Watch(
        "same_visits",
        Text("同一分钟或同样文字的走访", "Visits of the same minute or with the same words"),
        lambda since, until, least: _count("same", since, until, least),
        lambda actor, unit, since, until, least, limit: _behind("same", actor, unit, since, until, least, limit),
    )
)
