"""Who answers in person: the holder of the post that the chain of responsibility names, if the post is one of the unit that would lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from tongchou.kernel.text import Text
from tongchou.rooms.directives.names import THEMES

SECTOR = {"resumption": "enterprise", "enterprise_service": "enterprise", "project": "enterprise", "school": "school", "isolation": "site"}
"""Theme -> the kind of unit whose sector responsible answers for it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """An active account that holds a responsible post today."""

    unit: int
    unit_name: str
    account: int
    name: str
    title: str
    n: int = 1


@dataclass
class Answering:
    """entity: by unit; area: by area; sector: by (kind of unit, the post's unit); only: the one person of a unit."""

    entity: dict[int, Holder] = field(default_factory=dict)
    area: dict[int, Holder] = field(default_factory=dict)
    sector: dict[tuple[str, int], Holder] = field(default_factory=dict)
    only: dict[int, Holder] = field(default_factory=dict)
    seat: dict[int, int] = field(default_factory=dict)


_HELD = """
held as materialized (
  select p.id as post, p.title, pu.id as unit, pu.name as unit_name, c.id as account, c.display_name as name
  from record_post p join record_unit pu on pu.id = p.unit_id and pu.active_to is null and pu.kind not in ('enterprise', 'volunteer_team')
  join record_area a on a.id = pu.area_id and a.path like %(path)s
  join record_postholding h on h.post_id = p.id and h.from_date <= %(on)s and (h.to_date is null or h.to_date > %(on)s)
  join record_account c on c.id = h.account_id and c.is_active
  where p.ended_on is null or p.ended_on > %(on)s
), told as materialized (
  select r.* from record_responsibility r where r.from_date <= %(on)s and (r.to_date is null or r.to_date > %(on)s)
)
"""
_ALL = f"""
with {_HELD}
select 'entity', t.unit_id::text, h.unit, h.unit_name, h.account, h.name, h.title, 1
from told t join record_unit u on u.id = t.unit_id and u.kind <> 'enterprise' join held h on h.post = t.post_id and h.unit = t.unit_id
where t.kind = 'entity'
union all
select 'area', t.area_id::text, h.unit, h.unit_name, h.account, h.name, h.title, 1
from told t join record_area b on b.id = t.area_id and b.level in ('district', 'street', 'community') join held h on h.post = t.post_id
where t.kind = 'territorial'
union all
select 'sector', u.kind, h.unit, h.unit_name, h.account, h.name, h.title, count(*)
from told t join record_unit u on u.id = t.unit_id and u.active_to is null join held h on h.post = t.post_id
where t.kind = 'sector' group by u.kind, h.unit, h.unit_name, h.account, h.name, h.title
union all
select 'only', unit::text, unit, unit_name, min(account), min(name), min(title), 1 from held group by unit, unit_name having count(distinct account) = 1
order by 8 desc, 5
"""
_SEATS = """
select u.id, u.area_id from record_unit u join record_area a on a.id = u.area_id and a.path like %(path)s
where u.active_to is null and u.kind in ('street', 'community')
"""


def read_answering(path: str, on: date) -> Answering:
    """Two statements for everything below a path."""
    found = Answering()
    values: dict[str, Any] = {"path": path + "%", "on": on}
    with connection.cursor() as cursor:
        cursor.execute(_ALL, values)
        for how, key, *rest in cursor.fetchall():
            holder = Holder(*rest)
            if how == "entity":
                found.entity.setdefault(int(key), holder)
            elif how == "area":
                found.area.setdefault(int(key), holder)
            elif how == "sector":
                found.sector.setdefault((key, holder.unit), holder)
            else:
                found.only.setdefault(int(key), holder)
        cursor.execute(_SEATS, values)
        found.seat = dict(cursor.fetchall())
    return found


def person_of(answers: Answering, unit: int, areas: Sequence[tuple[int, str]], themes: Sequence[str]) -> tuple[Holder, Text] | None:
    """The first responsible person that a unit would send, and why. areas: those that the text names, the innermost first."""
    for area, name in areas:
        held = answers.area.get(area)
        if held is not None and held.unit == unit:
            return held, Text("“{a}”的属地责任人（{t}）", "Answers for “{a}” ({t})").with_(a=name, t=held.title)
    held = answers.entity.get(unit)
    if held is not None:
        return held, Text("单位主体责任人（{t}）", "Answers for the unit ({t})").with_(t=held.title)
    for theme in themes:
        held = answers.sector.get((SECTOR.get(theme, ""), unit))
        if held is not None:
            why = Text("“{k}”行业责任人（{t}），责任链上 {n} 个单位", "Answers for the sector “{k}” ({t}): {n} {n|unit|units} in the chain of responsibility")
            return held, why.with_(k=THEMES.get(theme, theme), t=held.title, n=held.n)
    held = answers.area.get(answers.seat.get(unit, 0))
    if held is not None and held.unit == unit:
        return held, Text("本辖区属地责任人（{t}）", "Answers for the unit's own area ({t})").with_(t=held.title)
    held = answers.only.get(unit)
    if held is not None:
        why = Text("该单位只有一名在任人员（{t}）；责任链上没有指定", "The only one who holds a post there ({t}); the chain of responsibility names nobody")
        return held, why.with_(t=held.title)
    return None
