"""Enterprises as read by every room: what is on record of one, its partners, how many of its staff may return. The caller has checked the reach."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from tongchou.record.access import Actor
from tongchou.record.origins import origin_levels
from tongchou.record.territory.reach import condition


@dataclass(frozen=True, slots=True)
class EnterpriseFile:
    """What the register holds of one enterprise; None is unknown. listed: False where only the unit is on record. Money in 10,000 yuan.

    street: the area of the street in which it lies, None outside of any.
    """

    unit: int
    name: str
    name_en: str
    code: str | None
    area: int
    area_name: str
    street: int | None
    street_name: str
    active_to: date | None
    listed: bool
    industry: str
    staff: int | None
    revenue: Decimal | None
    assets: Decimal | None
    size: str
    self_employed: bool | None
    above_scale: bool | None
    park: int | None
    park_name: str
    landlord: int | None
    landlord_name: str
    lists: tuple[str, ...]
    products: str
    has_contact: bool
    version: int


_FILE = """
select u.id, u.name, u.name_en, u.code, a.id, a.name, s.id, coalesce(s.name, ''), u.active_to, e.unit_id is not null, coalesce(e.industry, ''),
       e.staff, e.revenue, e.assets, coalesce(e.size, ''), e.self_employed, e.above_scale, p.id, coalesce(p.name, ''), l.id,
       coalesce(l.name, e.landlord_name, ''), coalesce(e.lists, '{}'), coalesce(e.products, ''), e.sealed_contact is not null, coalesce(e.version, 0)
from record_unit u join record_area a on a.id = u.area_id left join record_enterprise e on e.unit_id = u.id
left join record_area p on p.id = e.park_id left join record_unit l on l.id = e.landlord_id
left join lateral (
  select t.id, t.name from record_area t where t.id = any(string_to_array(rtrim(a.path, '.'), '.')::bigint[]) and t.level = 'street'
  order by length(t.path) desc limit 1) s on true
where u.id = any(%(units)s::bigint[]) and u.kind = 'enterprise'
"""


def enterprise_file(unit: int) -> EnterpriseFile | None:
    """What is on record of one enterprise; None when it is none."""
    return enterprise_files([unit]).get(unit)


def enterprise_files(units: Iterable[int]) -> dict[int, EnterpriseFile]:
    """The same for many in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_FILE, {"units": list(units)})
        return {r[0]: EnterpriseFile(*r[:21], tuple(r[21]), *r[22:]) for r in cursor.fetchall()}  # type: ignore[call-arg]


@dataclass(frozen=True, slots=True)
class Partner:
    """A supply that has not ended, or was denied lately. way: "supplier" delivers to the enterprise asked about, "buyer" buys from it. unit None: outside.

    state: claimed, confirmed or denied. mine: the enterprise asked about claims it. critical: the enterprise stops without it; None where the reader
    is not to know.
    said: the supplier claims that the buyer stops without it.
    """

    link: int
    way: str
    unit: int | None
    name: str
    outside_code: str
    product: str
    critical: bool | None
    state: str
    mine: bool
    said: bool
    answer: str


_PARTNERS = """
select l.id, case when l.buyer_id = %(unit)s then 'supplier' else 'buyer' end as way,
       case when l.buyer_id = %(unit)s then l.supplier_id else l.buyer_id end, coalesce(o.name, l.outside) as name, l.outside_code, l.product,
       case when l.buyer_id = %(unit)s or %(whole)s then l.critical end as critical, l.state, coalesce(l.claimed_by_id = %(unit)s, false),
       l.critical_said and l.state = 'claimed' and coalesce(l.claimed_by_id = l.supplier_id, false), l.answer
from record_supplylink l
left join record_unit o on o.id = case when l.buyer_id = %(unit)s then l.supplier_id else l.buyer_id end
where (l.supplier_id = %(unit)s or l.buyer_id = %(unit)s) and (l.ended_on is null or l.state = 'denied' and l.ended_on > current_date - 30)
order by l.state = 'claimed' and l.claimed_by_id <> %(unit)s desc, way desc, critical desc nulls last, name, l.id
"""


def partners(unit: int, *, whole: bool = False) -> list[Partner]:
    """Who delivers to an enterprise and whom it delivers to, what waits for its answer first. whole: for the administration, which also reads
    which of its buyers stop without it."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTNERS, {"unit": unit, "whole": whole})
        return [Partner(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Claim:
    """A supply that only one side has said. critical: that the buyer stops without it was said."""

    link: int
    supplier: str
    buyer: str
    product: str
    said_by: str
    critical: bool
    since: datetime | None
    loop: uuid.UUID | None


_CLAIMS = """
select k.id, coalesce(s.name, k.outside), coalesce(b.name, k.outside), k.product, c.name, k.critical_said, k.recorded_at,
  (select l.id from record_loop l where l.kind = 'supply_claim' and l.origin = 'supply_claim' and l.origin_ref = k.id::text and l.closed_at is null limit 1)
from record_supplylink k
join record_unit c on c.id = k.claimed_by_id
join record_area a on a.id = c.area_id
left join record_unit s on s.id = k.supplier_id
left join record_unit b on b.id = k.buyer_id
where k.state = 'claimed' and k.ended_on is null and {reach} order by k.recorded_at, k.id limit %(limit)s
"""


def claims(actor: Actor, permission: str, limit: int = 300) -> list[Claim]:
    """Supplies in reach that wait for the partner or the administration, the oldest first."""
    values: dict[str, Any] = {"limit": limit}
    reach = condition(actor, permission, values, unit="c.id")
    with connection.cursor() as cursor:
        cursor.execute(_CLAIMS.format(reach=reach), values)
        return [Claim(*row) for row in cursor.fetchall()]


@dataclass(slots=True)
class StaffCounts:
    """Files that have not ended. by_outcome: start, observe, postpone, clinic, undetermined, "" (not decided). by_origin: low, medium, high, "" (not known).

    returned: of all, those at work; returned_not_clear: of these, those who may not be.
    """

    total: int = 0
    returned: int = 0
    returned_not_clear: int = 0
    by_outcome: Counter[str] = field(default_factory=Counter)
    by_origin: Counter[str] = field(default_factory=Counter)


_COUNTS = """
select s.unit_id, s.outcome, s.origin, coalesce(s.returned_on <= %(on)s, false), count(*) from record_staff s
where s.unit_id = any(%(units)s::bigint[]) and s.to_date is null group by 1, 2, 3, 4
"""


def staff_counts(units: Iterable[int], on: date) -> dict[int, StaffCounts]:
    """How many staff of each enterprise there are, by what was decided and by the risk of where they come from. Every unit asked for is in it."""
    wanted = list(units)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"units": wanted, "on": on})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    levels = origin_levels({r[2] for r in rows}, on)
    out = {unit: StaffCounts() for unit in wanted}
    for unit, outcome, origin, returned, n in rows:
        one = out[unit]
        one.total += n
        one.by_outcome[outcome] += n
        one.by_origin[levels.get(origin, "")] += n
        if returned:
            one.returned += n
            one.returned_not_clear += 0 if outcome == "start" else n
    return out
