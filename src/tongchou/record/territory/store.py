"""Store a plan as an edition. An area keeps its id through every change, so people, units and loops follow it; what it was called
before stays as a row of its own that has ended, linked by AreaChange."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.copytext import batched_lines
from tongchou.record.territory.levels import ORDER, name_key
from tongchou.record.territory.plan import Change, Plan, Standing

_LOCK = 7216003

_STANDING = """
select id, code, name, level, parent_id, kind, civil, path from record_area
where valid_to is null and level = any(%s) order by id
"""

_KEEP_OLD = """
with n as (select id as old, nextval(pg_get_serial_sequence('record_area', 'id')) as id from unnest(%(ids)s::bigint[]) as id),
kept as (
  insert into record_area (id, code, name, level, kind, civil, parent_id, path, name_key, edition_id, valid_from, valid_to)
  select n.id, a.code, a.name, a.level, a.kind, a.civil, a.parent_id,
         regexp_replace(a.path, '[0-9]+[.]$', '') || n.id || '.', a.name_key, a.edition_id, a.valid_from, %(on)s
  from n join record_area a on a.id = n.old
)
select old, id from n
"""

_FREE_CODES = "update record_area set code = '~' || id where id = any(%s::bigint[])"

_UPDATE = """
update record_area a set code = t.code, name = t.name, parent_id = t.parent, kind = t.kind, civil = t.civil,
       name_key = t.key, edition_id = %(edition)s, valid_from = %(on)s
from unnest(%(ids)s::bigint[], %(codes)s::text[], %(names)s::text[], %(parents)s::bigint[], %(kinds)s::text[],
            %(civils)s::boolean[], %(keys)s::text[]) as t(id, code, name, parent, kind, civil, key)
where a.id = t.id
"""

_PATHS = """
with recursive t(id, path) as (
  select id, id || '.' from record_area where parent_id is null
  union all
  select a.id, t.path || a.id || '.' from record_area a join t on a.parent_id = t.id
)
update record_area a set path = t.path from t where a.id = t.id and a.path <> t.path
"""

_INSERT = (
    "copy record_area (id, code, name, level, kind, civil, parent_id, path, name_key, edition_id, valid_from) from stdin"
)

_CHANGES = """
insert into record_areachange (old_id, new_id, kind, "on", edition_id)
select t.old, t.new, t.kind, %(on)s, %(edition)s
from unnest(%(olds)s::bigint[], %(news)s::bigint[], %(kinds)s::text[]) as t(old, new, kind)
"""


def lock_territory() -> None:
    """One change of the territory at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])


def standing_areas(lowest: str) -> list[Standing]:
    """Every area in force down to a level."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [list(ORDER[: ORDER.index(lowest) + 1])])
        return [Standing(*row) for row in cursor.fetchall()]


def check_dates(changed: list[Standing], on: date) -> None:
    """Refuse to change an area as of a day before it began."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select code, name, valid_from from record_area where id = any(%s) and valid_from > %s order by code limit 1",
            [[s.id for s in changed], on],
        )
        late = cursor.fetchone()
    if late:
        rule = Text("{name}（{code}）自 {since} 起有效，晚于 {on}。", "{name} ({code}) is in force only since {since}, after {on}.")
        remedy = Text("请填写不早于该日的日期。", "Give a date that is not before it.")
        raise Refusal(
            Reason.IMPOSSIBLE_DATE,
            rule.with_(name=late[1], code=late[0], since=late[2], on=on),
            remedy=remedy,
            field="in_force",
            value=str(on),
        )


def store(plan: Plan, standing: list[Standing], edition: int | None, on: date) -> None:
    """Write a plan: old names kept, codes freed, areas changed, ended and added, paths made right in one statement."""
    altered = [c for c in plan.changes if c.old is not None and c.new is not None]
    ended = [c.old.id for c in plan.changes if c.new is None and c.old is not None]
    ids = _new_ids(plan)
    with connection.cursor() as cursor:
        if altered or ended:
            check_dates([c.old for c in plan.changes if c.old is not None], on)
        kept = _keep_old(cursor, altered, on)
        if ended:
            cursor.execute("update record_area set valid_to = %s where id = any(%s)", [on, ended])
        _add(cursor, plan, standing, ids, edition, on)
        _alter(cursor, altered, plan.matched | ids, edition, on)
        if any("moved" in c.kinds for c in altered):
            cursor.execute(_PATHS)
        rows: list[tuple[int, int | None, str]] = [(a, None, "ended") for a in ended]
        rows += [(kept[c.old.id], c.old.id, kind) for c in altered if c.old for kind in c.kinds]
        if rows:
            olds, news, kinds = (list(column) for column in zip(*rows, strict=True))
            cursor.execute(_CHANGES, {"on": on, "edition": edition, "olds": olds, "news": news, "kinds": kinds})


def _new_ids(plan: Plan) -> dict[str, int]:
    codes = [c.new.code for c in plan.changes if c.old is None and c.new is not None]
    if not codes:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence('record_area', 'id')) from generate_series(1, %s)", [len(codes)]
        )
        return dict(zip(codes, (row[0] for row in cursor.fetchall()), strict=True))


def _keep_old(cursor: Any, altered: list[Change], on: date) -> dict[int, int]:
    ids = [c.old.id for c in altered if c.old]
    if not ids:
        return {}
    cursor.execute(_KEEP_OLD, {"ids": ids, "on": on})
    kept = dict(cursor.fetchall())
    cursor.execute(_FREE_CODES, [[c.old.id for c in altered if c.old and "recoded" in c.kinds]])
    return kept


def _add(cursor: Any, plan: Plan, standing: list[Standing], ids: dict[str, int], edition: int | None, on: date) -> None:
    """Add the new areas by COPY, from the top down, each with its path."""
    path = {s.id: s.path for s in standing}
    rows: list[tuple[Any, ...]] = []
    for change in plan.changes:
        one = change.new
        if one is None or change.old is not None:
            continue
        key = ids[one.code]
        parent = None if one.parent is None else ids.get(one.parent) or plan.matched[one.parent]
        path[key] = f"{path[parent] if parent else ''}{key}."
        rows.append(
            (key, one.code, one.name, one.level, one.kind, one.civil, parent, path[key], name_key(one.name), edition, on)
        )
    if rows:
        with connection.wrap_database_errors, cursor.copy(_INSERT) as copy:  # Django does not wrap COPY by itself
            for part in batched_lines(rows):
                copy.write(part)


def _alter(cursor: Any, altered: list[Change], ids: dict[str, int], edition: int | None, on: date) -> None:
    pairs = [(c.old, c.new) for c in altered if c.old and c.new]
    if not pairs:
        return
    values = {
        "edition": edition,
        "on": on,
        "ids": [old.id for old, _ in pairs],
        "codes": [new.code for _, new in pairs],
        "names": [new.name for _, new in pairs],
        "parents": [ids[new.parent] if new.parent else None for _, new in pairs],
        "kinds": [new.kind for _, new in pairs],
        "civils": [new.civil for _, new in pairs],
        "keys": [name_key(new.name) for _, new in pairs],
    }
    cursor.execute(_UPDATE, values)
