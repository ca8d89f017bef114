"""Enterprises as read by every room: what is on record of one, its partners, how many of its staff may return. The caller has checked the reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from tongchou.record.origins import origin_levels


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
    """A supply that has not ended. way: "supplier" delivers to the enterprise asked about, "buyer" buys from it. unit None: outside, by name alone."""

    link: int
    way: str
    unit: int | None
    name: str
    outside_code: str
    product: str
    critical: bool


_PARTNERS = """
select l.id, case when l.buyer_id = %(unit)s then 'supplier' else 'buyer' end,
       case when l.buyer_id = %(unit)s then l.supplier_id else l.buyer_id end, coalesce(o.name, l.outside), l.outside_code, l.product, l.critical
from record_supplylink l
left join record_unit o on o.id = case when l.buyer_id = %(unit)s then l.supplier_id else l.buyer_id end
where (l.supplier_id = %(unit)s or l.buyer_id = %(unit)s) and l.ended_on is null
order by 2 desc, l.critical desc, 4, l.id
"""


def partners(unit: int) -> list[Partner]:
    """Who delivers to an enterprise and whom it delivers to, what it stops without first."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTNERS, {"unit": unit})
        return [Partner(*row) for row in cursor.fetchall()]


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
