"""The territory as read: one area with what lies below it, what became of it, and what an ended area has left behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from tongchou.record.access import Actor
from tongchou.record.territory.reach import area_in_reach, condition


@dataclass(frozen=True, slots=True)
class AreaLine:
    """One area in a list; below: areas in force directly below it."""

    id: int
    code: str
    name: str
    level: str
    kind: str
    civil: bool
    below: int


@dataclass(frozen=True, slots=True)
class Became:
    """A change that an area went through: what it was before (code, name) and when it changed."""

    kind: str
    on: date
    code: str
    name: str
    edition: str


@dataclass(frozen=True, slots=True)
class AreaFile:
    """One area: the line above it (top first), what lies below, its history."""

    area: AreaLine
    valid_from: date
    valid_to: date | None
    above: list[AreaLine]
    children: list[AreaLine]
    history: list[Became]


@dataclass(frozen=True, slots=True)
class Stranded:
    """An ended area, or one whose parent has ended, that something still belongs to. Every count is of what must be reassigned."""

    area: int
    code: str
    name: str
    level: str
    ended_on: date | None
    people: int
    units: int
    open_loops: int
    in_custody: int
    areas_below: int


_LINE = """
a.id, a.code, a.name, a.level, a.kind, a.civil,
(select count(*) from record_area c where c.parent_id = a.id and c.valid_to is null)
"""

_HISTORY = """
select ch.kind, ch."on", o.code, o.name, coalesce(e.name, '')
from record_areachange ch join record_area o on o.id = ch.old_id left join record_edition e on e.id = ch.edition_id
where ch.new_id = %(area)s or (ch.old_id = %(area)s and ch.new_id is null)
order by ch."on", ch.id
"""

_STRANDED = """
select * from (
  select a.id, a.code, a.name, a.level, a.valid_to,
    (select count(*) from record_person p where p.area_id = a.id and p.merged_into_id is null and p.erased_at is null) as people,
    (select count(*) from record_unit u where u.area_id = a.id and (u.active_to is null or u.active_to > current_date)) as units,
    (select count(*) from record_loop l where l.area_id = a.id and l.closed_at is null) as loops,
    (select count(*) from record_custody k where k.area_id = a.id and k.let_out_at is null) as custodies,
    (select count(*) from record_area c where c.parent_id = a.id and c.valid_to is null) as below
  from record_area a
  where a.valid_to is not null and {reach}
) t
where people + units + loops + custodies + below > 0
order by code, id
"""


def area_file(actor: Actor, area: int) -> AreaFile:
    """Return one area; outside the actor's area it is not found."""
    row = area_in_reach(actor, "territory.view", area)
    chain = [int(p) for p in row.path.split(".") if p]
    with connection.cursor() as cursor:
        cursor.execute(f"select {_LINE} from record_area a where a.id = any(%s) order by length(a.path)", [chain])
        lines = [AreaLine(*r) for r in cursor.fetchall()]
        cursor.execute(
            f"select {_LINE} from record_area a where a.parent_id = %s and a.valid_to is null order by a.code, a.id", [area]
        )
        children = [AreaLine(*r) for r in cursor.fetchall()]
        cursor.execute(_HISTORY, {"area": area})
        history = [Became(*r) for r in cursor.fetchall()]
    return AreaFile(lines[-1], row.valid_from, row.valid_to, lines[:-1], children, history)


def search_areas(actor: Actor, text: str, limit: int = 50) -> list[AreaLine]:
    """Areas in force within the actor's reach whose name, pinyin, initials or code begins with or holds the text."""
    values: dict[str, Any] = like(text) | {"limit": limit}
    reach = condition(actor, "territory.view", values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {_LINE} from record_area a where a.valid_to is null and {reach} and (a.name ilike %(inside)s "
            f"or a.code like %(start)s or {by_pinyin('a')}) order by a.code, a.id limit %(limit)s",
            values,
        )
        return [AreaLine(*r) for r in cursor.fetchall()]


def stranded(actor: Actor) -> list[Stranded]:
    """Ended areas in the actor's reach to which people, units, loops, custody or areas in force still belong."""
    values: dict[str, Any] = {}
    reach = condition(actor, "territory.view", values)
    with connection.cursor() as cursor:
        cursor.execute(_STRANDED.format(reach=reach), values)
        return [Stranded(*r) for r in cursor.fetchall()]


def by_pinyin(table: str) -> str:
    """SQL: the pinyin without spaces holds the letters, or the initials begin with them. Needs the values of `like`."""
    initials = rf"regexp_replace({table}.name_key, '(\S)\S*\s*', '\1', 'g')"
    return f"(%(letters)s <> '-' and (replace({table}.name_key, ' ', '') like %(letters)s or {initials} like %(initials)s))"


def like(text: str) -> dict[str, str]:
    """Patterns for a search: inside a name, at the start of a code, letters of the pinyin without spaces, its initials."""
    plain = text.replace("\x00", "").strip()[:60]
    safe = plain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    letters = safe.replace(" ", "").lower()
    latin = bool(letters) and letters.isascii()
    return {
        "inside": f"%{safe}%",
        "start": f"{safe.upper()}%",
        "letters": f"%{letters}%" if latin else "-",
        "initials": f"{letters}%" if latin else "-",
    }
