"""Units as read: search, one unit's file, and the structure of the headquarters with who is on duty."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Loop, Unit
from tongchou.record.questions.territory import by_pinyin, like
from tongchou.record.territory.reach import condition, unit_in_reach

GROUPS: tuple[tuple[str, Text, tuple[str, ...]], ...] = (
    ("headquarters", Text("指挥部", "Headquarters"), ("headquarters",)),
    ("office", Text("办公室", "Office"), ("hq_office",)),
    ("departments", Text("工作部", "Departments of the headquarters"), ("hq_department",)),
    ("teams", Text("工作专班", "Special teams"), ("special_team",)),
    ("bureaus", Text("区直部门", "District departments"), ("department", "discipline")),
    ("streets", Text("街道（乡镇）", "Streets and towns"), ("street",)),
    ("supervision", Text("督导组", "Supervision groups"), ("supervision_group",)),
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a post today. active: False when the account is disabled, so that the post is in effect empty."""

    holding: int
    account: int
    name: str
    since: date
    until: date | None
    on_duty: bool
    active: bool


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post in force with its holders of today."""

    id: int
    unit: int
    title: str
    title_en: str
    role: str
    single: bool
    holders: tuple[Holder, ...]

    @property
    def empty(self) -> bool:
        return not any(h.active for h in self.holders)


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit in a list."""

    id: int
    name: str
    name_en: str
    kind: str
    code: str | None
    area: int
    area_name: str
    parent: int | None
    parent_name: str | None
    active_to: date | None
    area_code: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A responsibility of today: what kind, whose post answers, for what (area:1, unit:2, person:...)."""

    id: int
    kind: str
    post: int
    post_title: str
    unit: int
    unit_name: str
    subject: str
    subject_name: str
    since: date


@dataclass(frozen=True, slots=True)
class UnitFile:
    """One unit. answered_by: who answers for it; answers_for: what its posts answer for (persons without a name)."""

    unit: UnitLine
    posts: list[PostLine]
    children: list[UnitLine]
    open_loops: int
    answered_by: list[Answer]
    answers_for: list[Answer]


@dataclass(slots=True)
class Group:
    """A part of the headquarters' structure with its units and their posts; on_duty counts people, not holdings."""

    key: str
    title: Text
    units: list[tuple[UnitLine, list[PostLine]]] = field(default_factory=list)

    @property
    def on_duty(self) -> int:
        return len({h.account for _, posts in self.units for p in posts for h in p.holders if h.on_duty and h.active})

    @property
    def empty_posts(self) -> int:
        return sum(p.empty for _, posts in self.units for p in posts)


_LINE = """
select u.id, u.name, u.name_en, u.kind, u.code, u.area_id, a.name, u.parent_id, o.name, u.active_to, a.code
from record_unit u join record_area a on a.id = u.area_id left join record_unit o on o.id = u.parent_id
"""
_ACTIVE = "(u.active_to is null or u.active_to > %(on)s)"

_POSTS = """
select p.id, p.unit_id, p.title, p.title_en, p.role, p.single, h.id, h.account_id, c.display_name, h.from_date, h.to_date,
       h.on_duty, c.is_active
from record_post p
left join record_postholding h on h.post_id = p.id and h.from_date <= %(on)s and (h.to_date is null or h.to_date > %(on)s)
left join record_account c on c.id = h.account_id
where p.unit_id = any(%(units)s::bigint[]) and (p.ended_on is null or p.ended_on > %(on)s)
order by p.unit_id, p.id, h.from_date, h.id
"""

_ANSWERS = """
select r.id, r.kind, p.id, p.title, o.id, o.name,
       case when r.area_id is not null then 'area:' || r.area_id when r.unit_id is not null then 'unit:' || r.unit_id
            else 'person:' || r.person_id end,
       coalesce(a.name, u.name, ''), r.from_date
from record_responsibility r
join record_post p on p.id = r.post_id
join record_unit o on o.id = p.unit_id
left join record_area a on a.id = r.area_id
left join record_unit u on u.id = r.unit_id
where r.from_date <= %(on)s and (r.to_date is null or r.to_date > %(on)s) and {where}
order by r.kind, r.id
"""


def search_units(actor: Actor, text: str, on: date, *, kind: str = "", limit: int = 50, after: int = 0) -> list[UnitLine]:
    """Active units in the actor's reach by name, pinyin, initials or code; all of them without a text. after: how many to leave out."""
    values: dict[str, Any] = like(text) | {"on": on, "kind": kind, "limit": limit, "after": after, "text": text}
    reach = condition(actor, "unit.view", values, unit="u.id")
    return _lines(
        f"{_LINE} where {_ACTIVE} and {reach} and (%(kind)s = '' or u.kind = %(kind)s) and (%(text)s = '' or u.name ilike %(inside)s "
        f"or u.name_en ilike %(inside)s or u.code like %(start)s or {by_pinyin('u')}) "
        "order by u.kind, u.name_key, u.id limit %(limit)s offset %(after)s",
        values,
    )


def by_name_or_code(text: str, *, kinds: Sequence[str] = (), fits: Callable[[Unit], bool] | None = None, exact: bool = False, most: int = 10) -> list[Unit]:
    """Active units of exactly this name or code, else (unless exact) those whose name holds it; at most ten. fits: e.g. within reach."""
    plain = text.strip()
    if not plain:
        return []
    rows = Unit.objects.filter(active_to=None).select_related("area")
    rows = rows.filter(kind__in=kinds) if kinds else rows
    found = rows.filter(Q(code=plain.upper()) | Q(code=plain) | Q(name=plain)).order_by("pk")[:200]
    same = [u for u in found if fits is None or fits(u)][:most]
    if same or exact:
        return same
    near = rows.filter(Q(name__icontains=plain) | Q(name_key__istartswith=plain)).order_by("name", "pk")[:200]
    return [u for u in near if fits is None or fits(u)][:most]


def the_one(found: Sequence[Unit], text: str, field: str, none: Text, remedy: Text) -> Unit:
    """The only unit that fits what was typed; a Refusal names the candidates, or says `none` and its remedy."""
    if len(found) == 1:
        return found[0]
    value = text.strip()[:60] or None
    if found:
        names = "、".join(f"{u.name}（{u.area.name}）" for u in found)
        rule = Text("有多个单位相符：{all}。", "Several fit: {all}.").with_(all=names)
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请填写全称或代码。", "Give the full name or the code."), field=field, value=value)
    raise Refusal(Reason.NOT_FOUND if value else Reason.MISSING_VALUE, none, remedy=remedy, field=field, value=value)


def street_of(unit: Unit) -> int | None:
    """The street office of a unit: the active unit of kind street in the nearest area above it; None where there is none."""
    above = [int(p) for p in unit.area.path.split(".") if p]
    streets = Unit.objects.filter(kind="street", area_id__in=above, active_to=None).order_by("-area__path")
    return streets.values_list("pk", flat=True).first()


def unit_file(actor: Actor, unit: int, on: date) -> UnitFile:
    """Return one unit's file; outside the actor's reach it is not found."""
    row = unit_in_reach(actor, "unit.view", unit)
    values = {"on": on, "unit": row.pk}
    (line,) = _lines(f"{_LINE} where u.id = %(unit)s", values)
    children = _lines(f"{_LINE} where u.parent_id = %(unit)s and {_ACTIVE} order by u.name_key, u.id", values)
    return UnitFile(
        line,
        posts_of([unit], on).get(unit, []),
        children,
        Loop.objects.filter(owner_unit=row, closed_at=None).count(),
        _answers("r.unit_id = %(unit)s", values),
        _answers("p.unit_id = %(unit)s and (p.ended_on is null or p.ended_on > %(on)s)", values),
    )


def posts_of(units: list[int], on: date) -> dict[int, list[PostLine]]:
    """Posts in force of some units, with their holders on a day. One statement."""
    found: dict[int, dict[int, tuple[Any, list[Holder]]]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_POSTS, {"units": units, "on": on})
        for row in cursor.fetchall():
            _, holders = found[row[1]].setdefault(row[0], (row[:6], []))
            if row[6] is not None:
                holders.append(Holder(*row[6:]))
    return {unit: [PostLine(*head, tuple(holders)) for head, holders in posts.values()] for unit, posts in found.items()}  # type: ignore[call-arg]


def headquarters(actor: Actor, on: date) -> list[Group]:
    """Office, departments, teams, streets and supervision groups within the actor's reach: posts, holders, on duty or off.

    A headquarters officer sees the whole; a street its own part.
    """
    kinds = [k for _, _, some in GROUPS for k in some]
    values: dict[str, Any] = {"on": on, "kinds": kinds}
    reach = condition(actor, "unit.view", values, unit="u.id")
    lines = _lines(f"{_LINE} where {_ACTIVE} and u.kind = any(%(kinds)s) and {reach} order by a.code, u.name_key, u.id", values)
    posts = posts_of([u.id for u in lines], on)
    of_kind: dict[str, list[UnitLine]] = defaultdict(list)
    for line in lines:
        of_kind[line.kind].append(line)
    return [
        Group(key, title, [(u, posts.get(u.id, [])) for kind in some for u in of_kind[kind]]) for key, title, some in GROUPS
    ]


def kinds() -> list[str]:
    """Every kind of unit."""
    return list(Unit.Kind.values)


def _lines(sql: str, values: dict[str, Any]) -> list[UnitLine]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [UnitLine(*row) for row in cursor.fetchall()]


def _answers(where: str, values: dict[str, Any]) -> list[Answer]:
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERS.format(where=where), values)
        return [Answer(*row) for row in cursor.fetchall()]
