"""Who blocks whom: critical suppliers that are not back at work, ranked by how many wait for them. Not known is not the same as not back.

Only supplies that were confirmed are facts here; what one side says alone is listed apart.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from tongchou.record.access import Actor
from tongchou.record.territory.reach import condition
from tongchou.rooms.daily.reach import VIEW

LATEST = 7
"""Days for which a report says whether an enterprise is at work."""

_LINKS = """
with link as (
  select k.id, k.supplier_id, k.buyer_id, k.outside, k.outside_code, k.product, b.name as buyer, a.path, b.area_id
  from record_supplylink k
  join record_unit b on b.id = k.buyer_id and b.active_to is null
  join record_area a on a.id = b.area_id
  where k.critical and k.state = 'confirmed' and k.ended_on is null and {reach}
), state as (
  select u.id, case
    when p.state in ('suspended', 'withdrawn', 'expired') then 'not_back'
    when r.id is null then 'unknown'
    when r.closed or r.at_work = 0 then 'not_back'
    else 'back' end as state
  from record_unit u
  left join lateral (
    select r.id, r.closed, r.at_work from daily_report r
    where r.unit_id = u.id and r.replaced_at is null and r.day > %(since)s and r.day <= %(day)s order by r.day desc limit 1) r on true
  left join lateral (
    select w.state from record_workpermit w where w.unit_id = u.id
    order by w.state in ('in_force', 'review', 'suspended') desc, w.from_date desc, w.changed_at desc limit 1) p on true
  where u.id in (select supplier_id from link where supplier_id is not null)
)
select l.id, l.supplier_id, coalesce(s.name, l.outside) as name, l.outside_code, l.product, l.buyer_id, l.buyer,
  coalesce(st.state, case when o.back then 'back' when not o.back then 'not_back' else 'unknown' end) as state, o.asked_on, coalesce(o.note, '')
from link l
left join record_unit s on s.id = l.supplier_id
left join state st on st.id = l.supplier_id
left join daily_partner o on o.link_id = l.id
"""


@dataclass(frozen=True, slots=True)
class Link:
    """A critical supply. state: back, not_back, or unknown. supplier None: outside of the district."""

    id: int
    supplier: int | None
    name: str
    outside_code: str
    product: str
    buyer: int
    buyer_name: str
    state: str
    asked_on: date | None
    note: str

    @property
    def key(self) -> str:
        return f"unit:{self.supplier}" if self.supplier else f"outside:{self.name}"


@dataclass(frozen=True, slots=True)
class Block:
    """A critical supplier that is not back, or of which it is not known. waiting: enterprises in reach that wait. loop: the department's, if open."""

    key: str
    unit: int | None
    name: str
    outside_code: str
    state: str
    products: str
    waiting: int
    loop: uuid.UUID | None


def links(actor: Actor, day: date, *, permission: str = VIEW) -> list[Link]:
    """The critical supplies of enterprises in reach, with whether the supplier is back on a day; one statement."""
    values: dict[str, Any] = {"day": day, "since": day - timedelta(days=LATEST)}
    reach = condition(actor, permission, values, unit="b.id")
    with connection.cursor() as cursor:
        cursor.execute(_LINKS.format(reach=reach), values)
        return [Link(*row) for row in cursor.fetchall()]


def blocks(actor: Actor, day: date, *, permission: str = VIEW) -> list[Block]:
    """Suppliers that are not back, the one for which most wait first; those of which it is not known after them."""
    grouped: dict[str, list[Link]] = {}
    for link in links(actor, day, permission=permission):
        if link.state != "back":
            grouped.setdefault(link.key, []).append(link)
    opened = _opened()
    out = []
    for key, found in grouped.items():
        state = "not_back" if any(x.state == "not_back" for x in found) else "unknown"
        products = "、".join(dict.fromkeys(x.product for x in found))
        waiting = len({x.buyer for x in found})
        out.append(
            Block(
                key,
                found[0].supplier,
                found[0].name,
                found[0].outside_code,
                state,
                products,
                waiting,
                opened.get(key[:120]),
            )
        )
    return sorted(out, key=lambda b: (b.state != "not_back", -b.waiting, b.name))


@dataclass(frozen=True, slots=True)
class Waiting:
    unit: int
    name: str
    product: str


def waiting_for(actor: Actor, key: str, day: date, *, permission: str = VIEW) -> list[Waiting]:
    """Who in reach waits for a supplier."""
    found = [x for x in links(actor, day, permission=permission) if x.key == key and x.state != "back"]
    return [Waiting(x.buyer, x.buyer_name, x.product) for x in sorted(found, key=lambda x: x.buyer_name)]


def _opened() -> dict[str, uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select origin_ref, id from record_loop where kind = 'chain_block' and closed_at is null and origin = 'chain'"
        )
        return dict(cursor.fetchall())
