"""Spring ploughing as read besides the balance: stock and prices, deliveries, what is sown, produce for sale."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from tongchou.record.access import Actor
from tongchou.record.territory.reach import area_above, condition, within
from tongchou.rooms.rural.models import Delivery, Season
from tongchou.rooms.rural.reach import DEALER, MARKET, VIEW
from tongchou.rooms.rural.supply import AVAILABLE


@dataclass(frozen=True, slots=True)
class StockLine:
    """A dealer's latest report of an input; available: less what is ordered of it or was sent since."""

    dealer: int
    dealer_name: str
    area: str
    input: str
    input_name: str
    unit: str
    on: date
    quantity: Decimal
    available: Decimal
    price: Decimal | None


_STOCK = f"""
select u.id, u.name, a.name, i.key, i.name, i.unit, v.on, q.quantity, v.available, v.price
from ({AVAILABLE}) v
join rural_stock q on q.unit_id = v.unit_id and q.input_id = v.input_id and q."on" = v."on"
join rural_input i on i.key = v.input_id
join record_unit u on u.id = v.unit_id
join record_area a on a.id = u.area_id
where u.active_to is null and {{reach}}
order by i.kind, i.name, u.name limit 5000
"""


def stock_lines(actor: Actor, permission: str) -> list[StockLine]:
    """What dealers in reach have: under farm.dealer one's own, under farm.view those of the area."""
    values: dict[str, Any] = {}
    sql = _STOCK.format(reach=condition(actor, permission, values, unit="u.id"))
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [StockLine(*row) for row in cursor.fetchall()]


_PRICES = """
select s.on, sum(s.quantity), round(avg(s.price), 2)
from rural_stock s join record_unit u on u.id = s.unit_id join record_area a on a.id = u.area_id
where s.input_id = %(input)s and s.on > %(since)s and {reach} group by s.on order by s.on
"""


def prices(actor: Actor, key: str, on: date) -> list[tuple[date, Decimal, Decimal | None]]:
    """Day, stock as reported that day by all dealers in reach, mean price: of the last thirty days."""
    values: dict[str, Any] = {"input": key, "since": on - timedelta(days=30)}
    sql = _PRICES.format(reach=condition(actor, VIEW, values))
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def deliveries_of(actor: Actor, side: str) -> QuerySet[Delivery]:
    """Deliveries in reach, those that wait first: side "dealer" by the dealer's unit, else by the village under farm.view."""
    permission = DEALER if side == "dealer" else VIEW
    actor.require(permission)
    reach = within(actor, permission, "dealer__area__path", "dealer") if side == "dealer" else within(actor, permission, "area__path")
    rows = Delivery.objects.filter(reach).select_related(
        "dealer", "area__parent", "input", "season", "made_by", "sent_by", "received_by"
    )
    return rows.order_by("expect_on", "pk")


@dataclass(frozen=True, slots=True)
class SownLine:
    """A village's crop. plan: None where none was reported. mu: as of the last week that was reported; None: never. this_week: whether this week was."""

    area: int
    code: str
    area_name: str
    street: str
    crop: str
    plan: Decimal | None
    mu: Decimal | None
    week: date | None
    this_week: bool

    @property
    def percent(self) -> float | None:
        """Share of the plan that is sown; None where one of the two is unknown, or nothing is planned."""
        return None if self.mu is None or not self.plan else round(100 * float(self.mu) / float(self.plan), 1)


_SOWN = f"""
select a.id, a.code, a.name, coalesce(t.name, ''), k.crop, p.mu, s.mu, s.week, coalesce(s.week = %(week)s, false)
from (select area_id, crop from rural_sownplan where season_id = %(season)s
      union select area_id, crop from rural_sown where season_id = %(season)s) k
join record_area a on a.id = k.area_id
left join rural_sownplan p on p.season_id = %(season)s and p.area_id = k.area_id and p.crop = k.crop
left join lateral (select mu, week from rural_sown where season_id = %(season)s and area_id = k.area_id and crop = k.crop
  order by week desc limit 1) s on true
{area_above("street", found="t")}
where {{reach}} order by a.path, k.crop
"""


def sown_lines(actor: Actor, season: Season, on: date) -> list[SownLine]:
    """What is planned and sown by village and crop in reach."""
    values: dict[str, Any] = {"season": season.pk, "week": on - timedelta(days=on.weekday())}
    sql = _SOWN.format(reach=condition(actor, VIEW, values))
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [SownLine(*row) for row in cursor.fetchall()]


_WEEKS = """
with weeks as (select distinct week from rural_sown where season_id = %(season)s),
  crops as (select s.area_id, s.crop from rural_sown s join record_area a on a.id = s.area_id where s.season_id = %(season)s and {reach} group by 1, 2)
select w.week, coalesce(sum(v.mu), 0)
from weeks w cross join crops c
left join lateral (select mu from rural_sown where season_id = %(season)s and area_id = c.area_id and crop = c.crop and week <= w.week
  order by week desc limit 1) v on true
group by w.week order by w.week
"""


def sown_by_week(actor: Actor, season: Season) -> list[tuple[date, Decimal]]:
    """Week (its Monday) and all that was sown by its end, as last reported by then."""
    values: dict[str, Any] = {"season": season.pk}
    sql = _WEEKS.format(reach=condition(actor, VIEW, values))
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class LotLine:
    """A lot. promised: taken, the seller has not confirmed yet; offers: that wait."""

    id: uuid.UUID
    name: str
    measure: str
    seller: int
    seller_name: str
    area: str
    quantity: Decimal
    price: Decimal | None
    keeps_until: date
    note: str
    added_at: datetime
    sold: Decimal
    promised: Decimal
    lost: Decimal
    offers: int

    @property
    def left(self) -> Decimal:
        return self.quantity - self.sold - self.promised - self.lost


_LOTS = """
select p.id, p.name, p.measure, p.seller_id, u.name, a.name, p.quantity, p.price, p.keeps_until, p.note, p.added_at,
  coalesce(o.sold, 0), coalesce(o.promised, 0), coalesce(s.lost, 0), coalesce(o.waiting, 0)
from rural_produce p join record_unit u on u.id = p.seller_id join record_area a on a.id = u.area_id
left join lateral (
  select sum(o.quantity) filter (where l.end_reason = 'done') as sold, sum(o.quantity) filter (where l.id is not null and l.closed_at is null) as promised,
    count(*) filter (where o.loop_id is null)::int as waiting
  from rural_offer o left join record_loop l on l.id = o.loop_id where o.produce_id = p.id) o on true
left join lateral (select sum(quantity) as lost from rural_spoiled where produce_id = p.id) s on true
where {where}
order by p.keeps_until, p.added_at limit 2000
"""


def lots(actor: Actor, *, key: uuid.UUID | None = None, ids: Sequence[int] = ()) -> list[LotLine]:
    """Everything for sale in the district, or one lot: the market is open to all who may see it. ids: of these sellers alone."""
    actor.require(MARKET)
    where = "p.id = %(key)s" if key is not None else "p.seller_id = any(%(ids)s)" if ids else "true"
    with connection.cursor() as cursor:
        cursor.execute(_LOTS.format(where=where), {"key": key, "ids": list(ids)})
        return [LotLine(*row) for row in cursor.fetchall()]
