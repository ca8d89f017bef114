"""Who answers for what, and where nobody does (责任链)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from tongchou.record.access import Actor

_GAPS = """
with held as (
  select r.kind, r.area_id, r.unit_id from record_responsibility r
  join record_post p on p.id = r.post_id and p.ended_on is null
  join record_postholding h on h.post_id = p.id and h.from_date <= %(on)s and (h.to_date is null or h.to_date > %(on)s)
  join record_account c on c.id = h.account_id and c.is_active
  where r.from_date <= %(on)s and (r.to_date is null or r.to_date > %(on)s)
)
select * from (
  select 'territorial' as missing, 'area' as what, a.id, a.name, a.level as kind, a.path, a.name as place
  from record_area a
  where a.valid_to is null and a.level in ('district', 'street', 'community')
    and not exists (select 1 from held h where h.kind = 'territorial' and h.area_id = a.id)
  union all
  select 'paired', 'unit', u.id, u.name, u.kind, a.path, a.name
  from record_unit u join record_area a on a.id = u.area_id
  where u.active_to is null and u.kind in ('enterprise', 'school')
    and not exists (select 1 from held h where h.kind = 'paired' and h.unit_id = u.id)
  union all
  select 'holder', 'post', p.id, p.title, u.kind, a.path, u.name
  from record_post p join record_unit u on u.id = p.unit_id join record_area a on a.id = u.area_id
  where p.ended_on is null and u.active_to is null and not exists (
    select 1 from record_postholding h join record_account c on c.id = h.account_id and c.is_active
    where h.post_id = p.id and h.from_date <= %(on)s and (h.to_date is null or h.to_date > %(on)s))
) g where g.path like any(%(paths)s::text[]) order by g.path, g.missing, g.id limit 5000
"""


@dataclass(frozen=True, slots=True)
class Gap:
    """missing: territorial (属地), paired (包联), holder (a post that nobody holds). what: area, unit or post."""

    missing: str
    what: str
    id: int
    name: str
    kind: str
    path: str
    place: str


def gaps(actor: Actor, on: date) -> list[Gap]:
    """Every area without a territorial responsible, every enterprise and school without a paired leader, every empty post."""
    paths = [""] if actor.system else list(actor.area_paths("responsibility.view"))
    units = actor.unit_ids("responsibility.view")
    if not paths and units:  # a department or supervision group sees the gaps of its unit's area
        paths = [g.path for g in actor.grants_for("responsibility.view")]
    with connection.cursor() as cursor:
        cursor.execute(_GAPS, {"on": on, "paths": [p + "%" for p in paths]})
        return [Gap(*row) for row in cursor.fetchall()]
