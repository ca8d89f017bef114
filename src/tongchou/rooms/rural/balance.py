"""The balance of farm inputs: need, delivered, on the way, ordered, what is left in the district, the gap, the days until the farming day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from tongchou.record.access import SYSTEM, Actor
from tongchou.record.models import District
from tongchou.record.territory.reach import area_above, condition
from tongchou.rooms.rural.catalogue import rural_rules
from tongchou.rooms.rural.models import Season
from tongchou.rooms.rural.reach import VIEW
from tongchou.rooms.rural.supply import AVAILABLE


@dataclass(frozen=True, slots=True)
class Line:
    """One village and input. stock: what dealers of the district have left of it, for all villages together; None: no dealer has reported.

    gap: need less what was received, is on the way or is ordered; never below nought. days: until the farming day.
    """

    need: int
    area: int
    code: str
    area_name: str
    street: str
    input: str
    input_name: str
    input_en: str
    kind: str
    unit: str
    unit_en: str
    quantity: Decimal
    needed_on: date
    received: Decimal
    under_way: Decimal
    ordered: Decimal
    stock: Decimal | None
    loop: Any
    loop_open: bool
    gap: Decimal
    days: int

    @property
    def threatens(self) -> bool:
        """Whether what is lacking threatens the season."""
        return self.gap > 0 and self.days <= rural_rules()["gap_days"].value


_BALANCE = f"""
with place as (
  select a.id, a.code, a.name, a.path from record_area a where {{reach}}
), given as (
  select area_id, input_id, coalesce(sum(received) filter (where state = 'received'), 0) as received,
    coalesce(sum(sent) filter (where state = 'sent'), 0) as under_way, coalesce(sum(ordered) filter (where state = 'planned'), 0) as ordered
  from rural_delivery where season_id = %(season)s and state <> 'cancelled' group by area_id, input_id
), held as (
  select v.input_id, sum(v.available) as stock from ({AVAILABLE}) v
  join record_unit u on u.id = v.unit_id and u.active_to is null join record_area h on h.id = u.area_id
  where h.path like %(district)s group by v.input_id
)
select n.id, p.id, p.code, p.name, coalesce(s.name, ''), i.key, i.name, i.name_en, i.kind, i.unit, i.unit_en, n.quantity, n.needed_on,
  coalesce(g.received, 0), coalesce(g.under_way, 0), coalesce(g.ordered, 0), h.stock, n.loop_id, l.id is not null and l.closed_at is null,
  greatest(n.quantity - coalesce(g.received, 0) - coalesce(g.under_way, 0) - coalesce(g.ordered, 0), 0), n.needed_on - %(on)s::date
from rural_need n
join place p on p.id = n.area_id
join rural_input i on i.key = n.input_id
left join record_loop l on l.id = n.loop_id
left join given g on g.area_id = n.area_id and g.input_id = n.input_id
left join held h on h.input_id = n.input_id
{area_above("street", "p.path")}
where n.season_id = %(season)s and n.quantity > 0
order by n.needed_on, p.path, i.kind, i.name
"""


def balance(actor: Actor, season: Season, on: date, permission: str = VIEW) -> list[Line]:
    """The villages and inputs in reach, the nearest farming day first."""
    district = District.objects.select_related("root").filter(pk=1).first()
    values: dict[str, Any] = {
        "season": season.pk,
        "on": on,
        "district": f"{district.root.path if district and district.root else ''}%",
    }
    sql = _BALANCE.format(reach=condition(actor, permission, values))
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Line(*row) for row in cursor.fetchall()]


def threatening(on: date) -> list[Line]:
    """What threatens a season that has not ended: everywhere, for the program itself."""
    seasons = Season.objects.filter(ends_on__gte=on)
    return [line for season in seasons for line in balance(SYSTEM, season, on) if line.threatens]
