"""The work list (待办): what is owed, overdue first."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db import connection

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.kindfile import confidential_kinds
from tongchou.record.access import Actor
from tongchou.record.loops.titles import SQL as TITLE
from tongchou.record.loops.titles import paired
from tongchou.record.models import Area
from tongchou.record.questions.cursor import mark, read

View = Literal["mine", "unit", "assigned", "area", "co", "follow_up", "closed"]
VIEWS: dict[str, Text] = {
    "mine": Text("我经办的", "Mine"),
    "unit": Text("本单位待办", "My unit's"),
    "co": Text("协办", "Co-unit"),
    "assigned": Text("我单位交办的", "Assigned by us"),
    "area": Text("辖区全部", "All in my area"),
    "follow_up": Text("待回访", "To follow up"),
    "closed": Text("已办结", "Closed"),
}
PAGE = 50


@dataclass(frozen=True, slots=True)
class Filter:
    """Filters of a list; all are optional and kept in the URL."""

    view: str = "unit"
    kind: str = ""
    stage: str = ""
    level: str = ""
    late: bool = False
    urgent: bool = False
    owner_unit: int | None = None
    area: int | None = None
    text: str = ""
    here: bool = False
    """Of the area itself, without those below it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a work list."""

    id: uuid.UUID
    edition: int
    kind: str
    title: Text
    stage: str
    deadline: datetime | None
    due_at: datetime
    level: str
    urgent: bool
    owner: str
    owner_unit: int
    person: str | None
    turn: str | None
    area: str
    opened_at: datetime
    closed_at: datetime | None
    reopened: int


_COLUMNS = f"""
select l.id, l.edition_id, l.kind, {TITLE}, l.stage, l.deadline, l.due_at, l.level, l.urgent, o.name, l.owner_unit_id, c.display_name,
       t.name, a.name, l.opened_at, l.closed_at, l.reopened
"""
_NAMES = """
join record_unit o on o.id = l.owner_unit_id
join record_area a on a.id = l.area_id
left join record_unit t on t.id = l.turn_unit_id
left join record_account c on c.id = l.owner_account_id
"""
_LIST = f"""{_COLUMNS}, {{key}}
from (select l.* from record_loop l where {{where}} order by {{order}} limit {{limit}}) l
{_NAMES}
order by {{order}}
"""
_SEARCH = f"""
with hit as materialized (select l.id, l.deadline, l.closed_at from record_loop l where {{where}}),
first as (
  (select h.id from hit h where h.closed_at is null order by h.deadline, h.id limit %(limit)s) union all
  (select h.id from hit h where h.closed_at is not null order by h.closed_at desc, h.id desc limit %(limit)s)
)
{_COLUMNS}
from record_loop l join first f on f.id = l.id
{_NAMES}
order by l.closed_at desc nulls first, l.deadline, l.id
"""


def work_list(
    actor: Actor, wanted: Filter, now: datetime, *, after: str = "", limit: int = PAGE
) -> tuple[list[Row], str]:
    """Return one page of rows and the cursor of the next ("" at the end). Order: what is due first, first."""
    where, values = conditions(actor, wanted, now)
    key = "l.closed_at" if wanted.view == "closed" else "l.follow_up_at" if wanted.view == "follow_up" else "l.deadline"
    descending = wanted.view == "closed"
    if after:
        at, last = read(after, datetime.fromisoformat, uuid.UUID)
        where.append(f"({key}, l.id) {'<' if descending else '>'} (%(after_at)s, %(after_id)s)")
        values |= {"after_at": at, "after_id": last}
    direction = " desc" if descending else ""
    sql = _LIST.format(key=key, where=" and ".join(where), order=f"{key}{direction}, l.id{direction}", limit=limit + 1)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = cursor.fetchall()
    rows = [_row(r[:-1]) for r in found[:limit]]
    return rows, mark(found[limit - 1][-1], rows[-1].id) if len(found) > limit else ""


def search_titles(actor: Actor, text: str, limit: int) -> list[Row]:
    """Loops in reach whose title holds the text: up to `limit` open ones, what is due first before others, then as many closed, the latest first.

    The titles are gone through once, by their trigrams where the text has three characters.
    """
    values: dict[str, Any] = {"limit": limit}
    where = [_titled(text, values), _in_scope(actor, "loop.view", values, hashed=True), discreet(actor, "loop.view", values)]
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH.format(where=" and ".join(where)), values)
        return [_row(r) for r in cursor.fetchall()]


def _row(r: tuple[Any, ...]) -> Row:
    return Row(*paired(r, 3))


def counts(actor: Actor, now: datetime, views: Sequence[str] = ("mine", "unit", "co", "assigned", "follow_up")) -> dict[str, tuple[int, int]]:
    """For each view: how many, and how many of them are late. Counting stops at 1,000 (shown as 999+)."""
    out: dict[str, tuple[int, int]] = {}
    with connection.cursor() as cursor:
        for view in views:
            where, values = conditions(actor, Filter(view=view), now)
            cursor.execute(
                f"""select count(*), count(*) filter (where deadline < %(now)s)
                    from (select l.deadline from record_loop l where {" and ".join(where)} limit 1000) t""",
                values | {"now": now},
            )
            out[view] = cursor.fetchone()
    return out


def conditions(actor: Actor, wanted: Filter, now: datetime) -> tuple[list[str], dict[str, Any]]:
    """SQL conditions (all must hold) with their values, scope included."""
    units = list(actor.unit_ids("loop.view"))
    values: dict[str, Any] = {"units": units, "account": actor.account_id, "now": now, "person": actor.person_id}
    where = ["l.closed_at is not null" if wanted.view in ("closed", "follow_up") else "l.closed_at is null"]
    by_scope = wanted.view in ("area", "closed")
    if not by_scope:
        where.append(_view(actor, wanted.view, values))
    simple = {"kind": wanted.kind, "stage": wanted.stage, "level": wanted.level}
    for column, value in simple.items():
        if value:
            where.append(f"l.{column} = %({column})s")
            values[column] = value
    if wanted.late:
        where.append("l.deadline < %(now)s")
    if wanted.urgent:
        where.append("l.urgent")
    if wanted.owner_unit is not None:
        where.append("l.owner_unit_id = %(owner_unit)s")
        values["owner_unit"] = wanted.owner_unit
    if wanted.area is not None:
        below = "any(array(select s.id from record_area s join record_area t on s.path like t.path || '%%' where t.id = %(area)s))"
        where.append(f"l.area_id = {'%(area)s' if wanted.here else below}")
        values["area"] = wanted.area
    if wanted.text:
        where.append(_titled(wanted.text, values))
    if by_scope and not within(actor, wanted.area):
        # of one kind and stage they are found by those, in the order of their deadlines
        where.append(_in_scope(actor, "loop.view", values, hashed=bool(wanted.kind and wanted.stage)))
    if by_scope:
        where.append(discreet(actor, "loop.view", values))
    return where, values


def _titled(text: str, values: dict[str, Any]) -> str:
    """The condition that a title holds a text."""
    values["text"] = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    # below three characters the index of trigrams is slower than looking at every title; like costs a third of ilike
    title = "l.title" if len(text) >= 3 else "(l.title || '')"
    return f"{title} {'ilike' if text.lower() != text.upper() else 'like'} %(text)s"


def within(actor: Actor, area: int | None) -> bool:
    """Whether an area lies in the actor's own subtrees, so that its loops need no further check of scope."""
    if area is None:
        return False
    path = Area.objects.filter(pk=area).values_list("path", flat=True).first()
    return path is not None and actor.sees_path("loop.view", path)


def _view(actor: Actor, view: str, values: dict[str, Any]) -> str:
    units, subject = "any(%(units)s::bigint[])", "(%(person)s::uuid is not null and l.subject_person_id = %(person)s)"
    match view:
        case "mine":
            return f"(l.owner_account_id = %(account)s or {subject})"
        case "unit":
            return f"l.turn_unit_id = {units}"
        case "co":
            return f"exists (select 1 from record_counit k where k.loop_id = l.id and k.unit_id = {units} and k.done_at is null)"
        case "assigned":
            return f"l.opener_unit_id = {units}"
        case "follow_up":
            return f"l.follow_up_at <= %(now)s and not l.follow_up_done and l.opener_unit_id = {units}"
    raise Refusal(
        Reason.INVALID_VALUE,
        Text("没有这种视图。", "There is no such view."),
        remedy=Text("可用视图：{all}", "Views: {all}").with_(all=", ".join(VIEWS)),
        field="view",
        value=view,
    )


def scope_condition(actor: Actor, permission: str, values: dict[str, Any]) -> str:
    """What the actor may see at all, as one condition."""
    return f"{_in_scope(actor, permission, values)} and {discreet(actor, permission, values)}"


def _in_scope(actor: Actor, permission: str, values: dict[str, Any], *, hashed: bool = False) -> str:
    return "(" + " or ".join(_scope_parts(actor, permission, values, hashed)) + ")"


def discreet(actor: Actor, permission: str, values: dict[str, Any]) -> str:
    """Loops of confidential kinds are for their parties alone, whatever area they lie in. Belongs to every condition by area."""
    if actor.system:
        return "true"
    values["discreet"], values["discreet_units"] = sorted(confidential_kinds()), list(actor.unit_ids(permission))
    own = " or ".join(f"l.{c} = any(%(discreet_units)s::bigint[])" for c in ("owner_unit_id", "opener_unit_id", "verifier_unit_id", "turn_unit_id", "subject_unit_id"))
    return f"(l.kind <> all(%(discreet)s::text[]) or {own})"


def _scope_parts(actor: Actor, permission: str, values: dict[str, Any], hashed: bool) -> list[str]:
    """What the actor may see: its areas' subtrees, its units' loops, its own. A loop is in scope when one of the conditions holds.

    hashed: for many loops that were found otherwise: areas and parts are looked up in a hash. As arrays an index can be asked for them, but
    they are gone through for each loop.
    """
    if actor.system:
        return ["true"]
    paths = actor.area_paths(permission)
    if any(p == _root_path() for p in paths):
        return ["true"]
    values["scope_units"] = list(actor.unit_ids(permission))
    parts = [
        f"l.{column} = any(%(scope_units)s)"
        for column in ("owner_unit_id", "opener_unit_id", "verifier_unit_id", "turn_unit_id", "subject_unit_id")
    ]
    among = "in ({})" if hashed else "= any(array({}))"
    parts.append("l.id " + among.format("select k.loop_id from record_counit k where k.unit_id = any(%(scope_units)s)"))
    if paths:
        values["paths"] = [p + "%" for p in paths]
        parts.insert(0, "l.area_id " + among.format("select s.id from record_area s where s.path like any(%(paths)s)"))
    if actor.person_id is not None:
        values["person"] = actor.person_id
        parts.append("l.subject_person_id = %(person)s")
    return parts


_ROOT = """
select r.path from record_district d join record_area r on r.id = d.root_id
where d.id = 1 and not exists (
    select 1 from record_area a where (a.path < r.path or a.path > r.path || '~') and exists (select 1 from record_loop l where l.area_id = a.id)
)
"""
# a path is made of digits and dots, all of which sort before "~": what sorts outside these two does not lie below the root


def _root_path() -> str:
    """Path of the district's root area: who has the whole of it needs no filter, unless a loop lies beside the district."""
    with connection.cursor() as cursor:
        cursor.execute(_ROOT)
        row = cursor.fetchone()
    return str(row[0]) if row else "-"
