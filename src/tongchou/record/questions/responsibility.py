"""Who answers for what: the gaps, and the chain from one place, unit or person up to the district (三级书记).

A responsibility counts on a day only if its post is in force and held on that day by an active account: a name on a list is not enough.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Person
from tongchou.record.territory.reach import area_in_reach, condition, missing, reaches_path, unit_in_reach

MISSING: dict[str, Text] = {
    "territorial": Text("属地责任人", "territorial responsible"),
    "sector": Text("行业（部门）责任人", "sector responsible"),
    "entity": Text("单位主体责任人", "the entity's own responsible"),
    "paired": Text("包联领导", "paired leader"),
    "personal": Text("个人责任人", "named personal responsible"),
    "holder": Text("岗位任职人员", "holder of the post"),
}
WHY: dict[str, Text] = {
    "never": Text("从未落实", "never assigned"),
    "vacant": Text("已指定岗位，但岗位空缺或任职人员已停用", "assigned to a post that nobody active holds"),
    "ended": Text("原责任或任职已结束", "the earlier one has ended"),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """Something without a responsible. what: area, unit, person, post, or what a room adds (project); name is empty for a person (a door that may, names him).

    since: the first day of the gap. street: id of the street it lies in, None at the district itself.
    """

    what: str
    id: str
    name: str
    level: str
    area: int
    path: str
    missing: str
    why: str
    since: date
    unit: int | None
    street: int | None = None
    street_name: str = ""

    @property
    def subject(self) -> str:
        """What a door links to, as `chain` takes it; a post's unit for a post."""
        return f"unit:{self.unit}" if self.what == "post" else f"{self.what}:{self.id}"


@dataclass(frozen=True, slots=True)
class GapSheet:
    """All gaps in the actor's reach. totals: (street id or None, its name) -> {missing: count}; the sum of them is len(rows)."""

    rows: list[Gap]
    totals: dict[tuple[int | None, str], Counter[str]]


_TODAY = "{t}.from_date <= %(on)s and ({t}.to_date is null or {t}.to_date > %(on)s)"
_ALIVE = "(p.ended_on is null or p.ended_on > %(on)s) and (pu.active_to is null or pu.active_to > %(on)s)"

_HELD = f"""
held as materialized (
  select distinct h.post_id from record_postholding h join record_account c on c.id = h.account_id and c.is_active
  where {_TODAY.format(t="h")}
),
told as materialized (
  select r.kind, r.area_id, r.unit_id, r.person_id, r.post_id,
         {_TODAY.format(t="r")} as today,
         {_ALIVE} and held.post_id is not null as held,
         least(r.to_date, p.ended_on, pu.active_to, l.last) as over
  from record_responsibility r
  join record_post p on p.id = r.post_id
  join record_unit pu on pu.id = p.unit_id
  left join held on held.post_id = r.post_id
  left join lateral (select case when bool_or(h.to_date is null) then null else max(h.to_date) end as last
                     from record_postholding h where h.post_id = r.post_id) l on true
  where r.from_date <= %(on)s
),
state as materialized (
  select kind, area_id, unit_id, person_id, bool_or(today and held) as covered, bool_or(today) as named, max(over) as over
  from told group by kind, area_id, unit_id, person_id
)
"""

_REASON = "case when s.kind is null then 'never' when s.named then 'vacant' else 'ended' end"

UNDER_ORDER: list[str] = []
"""Selects of (person_id, area_id, since) by rooms: who is restricted outside custody, and so needs somebody who answers for him. %(on)s is the day."""
MORE_GAPS: list[Callable[[Actor, dict[str, Any]], str]] = []
"""By rooms: a select of a gap's eleven columns for what this actor reaches by the room's own rules, over `held` (posts held today); adds its values; "" for none."""
SERVING = ("clinic", "lab", "sampling", "checkpoint", "store")
"""Kinds of units at which somebody must answer for the unit itself; enterprises, schools and sites need all three parties."""
_GAPS = f"""
with {_HELD}
select 'area', a.id::text, a.name, a.level, a.id, a.path, 'territorial', {_REASON}, coalesce(s.over, a.valid_from), null::bigint
from record_area a left join state s on s.area_id = a.id and s.kind = 'territorial'
where a.valid_to is null and a.level in ('district', 'street', 'community', 'grid') and not coalesce(s.covered, false) and {{area_reach}}
union all
select 'area', a.id::text, a.name, a.level, a.id, a.path, 'paired', {_REASON}, coalesce(s.over, a.valid_from), null::bigint
from record_area a left join state s on s.area_id = a.id and s.kind = 'paired'
where a.valid_to is null and a.level in ('street', 'community') and not coalesce(s.covered, false) and {{area_reach}}
union all
select 'unit', u.id::text, u.name, u.kind, a.id, a.path, k.kind, {_REASON}, coalesce(s.over, u.active_from), u.id
from record_unit u join record_area a on a.id = u.area_id
cross join (values ('sector'), ('entity'), ('paired')) k(kind)
left join state s on s.unit_id = u.id and s.kind = k.kind
where (u.kind in ('enterprise', 'school', 'site') or (u.kind = any(%(serving)s::text[]) and k.kind = 'entity'))
  and u.active_from <= %(on)s and (u.active_to is null or u.active_to > %(on)s)
  and not coalesce(s.covered, false) and {{unit_reach}}
union all
select 'person', c.person_id::text, '', '', a.id, a.path, 'personal', {_REASON}, coalesce(s.over, c.since), null
from (select person_id, min(area_id) as area_id, min(since) as since from (
        select person_id, area_id, (taken_in_at at time zone 'Asia/Shanghai')::date as since
        from record_custody where let_out_at is null and person_id is not null {{under_order}}) o group by person_id) c
join record_area a on a.id = c.area_id
left join state s on s.person_id = c.person_id and s.kind = 'personal'
where not coalesce(s.covered, false) and {{area_reach}}
union all
select 'post', p.id::text, p.title, p.role, a.id, a.path, 'holder',
       case when l.id is null then 'never' when l.to_date is null or l.to_date > %(on)s then 'vacant' else 'ended' end,
       coalesce(l.to_date, l.from_date, u.active_from), u.id
from record_post p join record_unit u on u.id = p.unit_id join record_area a on a.id = u.area_id
left join lateral (select h.id, h.from_date, h.to_date from record_postholding h where h.post_id = p.id and h.from_date <= %(on)s
                   order by coalesce(h.to_date, 'infinity') desc, h.id desc limit 1) l on true
where (p.ended_on is null or p.ended_on > %(on)s) and u.active_from <= %(on)s and (u.active_to is null or u.active_to > %(on)s)
  and not exists (select 1 from held where held.post_id = p.id) and {{unit_reach}}
{{more}}
order by 6, 1, 3, 2, 7
"""


def gaps(actor: Actor, on: date) -> GapSheet:
    """Everything in the actor's reach that nobody answers for on a day: areas (and their paired leaders), enterprises, schools, sites, units that
    serve, projects, people in custody and under orders at home, posts. One statement.
    """
    values: dict[str, Any] = {"on": on, "serving": list(SERVING)}
    area_reach = condition(actor, "responsibility.view", values)
    unit_reach = condition(actor, "responsibility.view", values, unit="u.id")
    with connection.cursor() as cursor:
        reach = {"area_reach": area_reach, "unit_reach": unit_reach}
        more = "".join(f"union all\n{select}\n" for room in MORE_GAPS if (select := room(actor, values)))
        under_order = " ".join(f"union all {select}" for select in UNDER_ORDER)
        cursor.execute(_GAPS.format(**reach, more=more, under_order=under_order), values)
        found = cursor.fetchall()
        cursor.execute("select id, name from record_area where level = 'street'")
        streets = dict(cursor.fetchall())
    rows: list[Gap] = []
    totals: dict[tuple[int | None, str], Counter[str]] = {}
    for row in found:
        street = next((i for i in map(int, row[5].split(".")[:-1]) if i in streets), None)
        name = streets[street] if street is not None else ""
        rows.append(Gap(*row, street, name))  # type: ignore[call-arg]
        totals.setdefault((street, name), Counter())[row[6]] += 1
    return GapSheet(rows, totals)


@dataclass(frozen=True, slots=True)
class Responsible:
    """A post that answers, and who holds it today; holder None when nobody active does."""

    kind: str
    post: int
    title: str
    unit: int
    unit_name: str
    holder: str | None
    on_duty: bool | None
    since: date


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a chain: a person, unit or area, and who answers for it. missing: kinds nobody answers for."""

    what: str
    id: str
    name: str
    level: str
    responsible: tuple[Responsible, ...]
    missing: tuple[str, ...]


_STEP = f"""
select r.kind, p.id, p.title, pu.id, pu.name, c.display_name, h.on_duty, r.from_date
from record_responsibility r
join record_post p on p.id = r.post_id
join record_unit pu on pu.id = p.unit_id
left join record_postholding h on h.post_id = p.id and {_TODAY.format(t="h")}
     and exists (select 1 from record_account x where x.id = h.account_id and x.is_active)
left join record_account c on c.id = h.account_id
where {_TODAY.format(t="r")} and {_ALIVE} and r.{{column}} = %(key)s
order by r.kind, r.from_date, r.id, c.id
"""


def chain(actor: Actor, subject: str, on: date) -> list[Step]:
    """Who answers for one thing, from itself up to the district. subject: "area:1", "unit:2" or "person:<uuid>"."""
    what, _, key = subject.partition(":")
    steps: list[Step] = []
    if what == "area" and key.isdigit():
        path = area_in_reach(actor, "responsibility.view", int(key), "subject").path
    elif what == "unit" and key.isdigit():
        unit = unit_in_reach(actor, "responsibility.view", int(key), "subject")
        path = unit.area.path
        wanted = ("sector", "entity", "paired") if unit.kind in ("enterprise", "school", "site") else ("entity",) if unit.kind in SERVING else ()
        steps.append(_step("unit", unit.pk, unit.name, unit.kind, wanted, on))
    elif what == "person":
        person = _person(actor, key)
        path = person.area.path
        steps.append(_step("person", person.pk, "", "", ("personal",), on))
    else:
        rule = Text("责任对象应写作 area:编号、unit:编号 或 person:编号。", "A subject is area:id, unit:id or person:id.")
        raise Refusal(Reason.INVALID_VALUE, rule, field="subject", value=subject[:60])
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, name, level from record_area where id = any(%s) and level not in ('province', 'city') "
            "order by length(path) desc",
            [[int(p) for p in path.split(".") if p]],
        )
        areas = cursor.fetchall()
    return steps + [_step("area", i, name, level, _wanted(level), on) for i, name, level in areas]


def _wanted(level: str) -> tuple[str, ...]:
    return () if level == "building" else ("territorial", "paired") if level in ("street", "community") else ("territorial",)


def _step(what: str, key: Any, name: str, level: str, wanted: tuple[str, ...], on: date) -> Step:
    with connection.cursor() as cursor:
        cursor.execute(_STEP.format(column=f"{what}_id"), {"on": on, "key": key})
        found = tuple(Responsible(*row) for row in cursor.fetchall())
    answered = {r.kind for r in found if r.holder is not None}
    return Step(what, str(key), name, level, found, tuple(k for k in wanted if k not in answered))


def _person(actor: Actor, key: str) -> Person:
    try:
        person = Person.objects.select_related("area").filter(pk=uuid.UUID(key), merged_into=None, erased_at=None).first()
    except ValueError:
        person = None
    if person is None or not reaches_path(actor, "responsibility.view", person.area.path):
        raise missing(Text("没有找到该人员。", "There is no such person."), "subject", key[:40])
    return person
