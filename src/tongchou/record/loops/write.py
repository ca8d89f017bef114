"""Write what the engine decided: one statement for each group of equal moves, however many loops there are."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from tongchou.packs.kinds import Party
from tongchou.record.copytext import uuid_array
from tongchou.record.loops.engine import Move

_TURN = {
    Party.OWNER: "owner_unit_id",
    Party.OPENER: "coalesce(opener_unit_id, %(office)s)",
    Party.VERIFIER: "coalesce(verifier_unit_id, opener_unit_id, %(office)s)",
    Party.ADJUDICATOR: "%(office)s",
    Party.CO_UNIT: "owner_unit_id",
    Party.SUBJECT: "coalesce(subject_unit_id, opener_unit_id, owner_unit_id)",
    Party.SYSTEM: "owner_unit_id",
}

_MOVE = """
update record_loop set
  stage = %(stage)s,
  {owner}
  turn_unit_id = {turn},
  due_at = {due},
  deadline = {deadline},
  check_at = {check},
  level = case when %(same)s then level else 'none' end,
  returns = returns + %(returned)s,
  adjudicated = adjudicated or %(adjudicated)s,
  workers = case when %(account)s::bigint is null or %(account)s = any(workers) then workers else workers || %(account)s::bigint end,
  worker_units = case when %(unit)s::bigint is null or %(unit)s = any(worker_units) then worker_units
                      else worker_units || %(unit)s::bigint end,
  closed_at = %(closed_at)s,
  end_reason = %(end)s,
  follow_up_at = %(follow_up_at)s
where id = any(%(ids)s::uuid[])
"""


_CLOCK = "((data ->> %(since)s)::timestamptz + make_interval(mins => (%(table)s::jsonb ->> (data ->> %(by)s))::int))"


_OFFICE = """
select coalesce((select nullif(settings ->> 'office_unit', '')::bigint from record_district where id = 1),
                (select id from record_unit where kind = 'hq_office' and active_to is null order by id limit 1))
"""


def office_unit() -> int | None:
    """The headquarters office, which adjudicates: named in the district's settings, else the one unit of that kind."""
    with connection.cursor() as cursor:
        cursor.execute(_OFFICE)
        found: int | None = cursor.fetchone()[0]
    return found


def apply_moves(
    moves: Iterable[tuple[uuid.UUID, Move, int | None]], account: int | None, now: datetime
) -> None:
    """Write moves given as (loop, move, acting unit)."""
    groups: dict[tuple[int, int | None], tuple[Move, list[uuid.UUID]]] = {}
    for loop, move, unit in moves:
        group = groups.get((id(move), unit))  # loops that are alike share one Move
        if group is None:
            group = groups[id(move), unit] = (move, [])
        group[1].append(loop)
    office: list[int | None] = []  # asked for once, and only where a turn may fall to it
    for (_, unit), (move, ids) in groups.items():
        _apply(move, unit, ids, account, now, office)


def _apply(
    move: Move, unit: int | None, ids: Sequence[uuid.UUID], account: int | None, now: datetime, office: list[int | None]
) -> None:
    due = "due_at" if move.new_due_at is None else "%(new_due)s::timestamptz"
    if move.end is not None:
        turn, deadline, check = "null", "null", "null"
    else:
        turn = _TURN[move.turn or Party.OWNER]
        if move.same_stage and move.new_due_at is None:
            deadline, check, turn = "deadline", "check_at", "turn_unit_id"
        else:
            deadline = _CLOCK if move.clock else due if move.limit is None else "%(stage_due)s::timestamptz"
            check = "null" if move.first_rung_hours is None else f"{deadline} + %(rung)s::interval"
    if move.to_unit is not None and move.turn is Party.OWNER and move.end is None:
        turn = "%(to_unit)s"  # the right-hand side of an UPDATE still sees the old owner
    owner = "" if move.to_unit is None else "owner_unit_id = %(to_unit)s, owner_account_id = null,"
    sql = _MOVE.format(owner=owner, turn=turn, due=due, deadline=deadline, check=check)
    if "%(office)s" in turn and not office:
        office.append(office_unit())
    values: dict[str, Any] = {
        "stage": move.to_stage,
        "to_unit": move.to_unit,
        "office": office[0] if office else None,
        "new_due": move.new_due_at,
        "stage_due": None if move.limit is None else move.limit.after(now),
        "rung": timedelta(hours=move.first_rung_hours or 0),
        "same": move.same_stage,
        "returned": int(move.is_return),
        "adjudicated": move.adjudicated,
        "account": account if move.is_work else None,
        "unit": unit if move.is_work else None,
        "closed_at": now if move.end else None,
        "end": move.end or "",
        "follow_up_at": now + timedelta(hours=move.follow_up_hours) if move.follow_up_hours is not None else None,
        "ids": uuid_array(ids),
        "since": move.clock.since if move.clock else "",
        "by": move.clock.by if move.clock else "",
        "table": json.dumps(move.clock.table) if move.clock else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
