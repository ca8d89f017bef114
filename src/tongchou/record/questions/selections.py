"""How a selection of the work list stands: how many are done and refused, and every refusal with its loop."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.actions.selections import no_selection
from tongchou.record.loops.titles import SQL as TITLE
from tongchou.record.models import LoopSelection
from tongchou.record.questions.worklist import scope_condition


@dataclass(frozen=True, slots=True)
class Tally:
    """done + refused + left = selected."""

    done: int
    refused: int
    left: int


@dataclass(frozen=True, slots=True)
class RefusedLoop:
    """A loop that was not dealt with. title, stage ... are None where the actor may not, or no longer, see it."""

    place: int
    loop: uuid.UUID
    title: Text | None
    edition: int | None
    stage: str | None
    owner: str | None
    rule: Text
    remedy: Text | None


def own_selection(actor: Actor, key: uuid.UUID) -> LoopSelection:
    """One's own selection; anybody else's is not found."""
    row = LoopSelection.objects.filter(pk=key, account_id=actor.account_id or 0).first()
    if row is None:
        raise no_selection(key)
    return row


def tally(selection: uuid.UUID) -> Tally:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(done_at), count(refusal), count(*) filter (where done_at is null and refusal is null) from record_selectedloop where selection_id = %s",
            [selection],
        )
        return Tally(*cursor.fetchone())


_REFUSED = f"""
select s.place, s.loop, {TITLE}, l.edition_id, l.stage, o.name, s.refusal -> 'rule', s.refusal -> 'remedy'
from record_selectedloop s
left join (select l.* from record_loop l where l.id = any(array(select x.loop from record_selectedloop x where x.selection_id = %(selection)s and x.refusal is not null))
           and {{scope}}) l on l.id = s.loop
left join record_unit o on o.id = l.owner_unit_id
where s.selection_id = %(selection)s and s.refusal is not null order by s.place limit %(limit)s
"""


def refused_loops(actor: Actor, selection: uuid.UUID, limit: int | None = None) -> list[RefusedLoop]:
    """Every refusal of a selection in its order, one statement. What lies outside the actor's reach keeps its number only."""
    values: dict[str, Any] = {"selection": selection, "limit": limit}
    sql = _REFUSED.format(scope=scope_condition(actor, "loop.view", values))
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    return [RefusedLoop(*_parts(row)) for row in rows]


def _parts(row: tuple[Any, ...]) -> list[Any]:
    return [*row[:2], None if row[3] is None else Text(*row[2]), *row[3:6], _text(row[6]) or Text("", ""), _text(row[7])]


def _text(kept: Any) -> Text | None:
    found = json.loads(kept) if isinstance(kept, str) else kept
    return Text.from_dict(found) if found else None


def owners_of(selection: uuid.UUID) -> list[int]:
    """Lead units of the open loops of a selection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct l.owner_unit_id from record_selectedloop s join record_loop l on l.id = s.loop where s.selection_id = %s and l.closed_at is null",
            [selection],
        )
        return [row[0] for row in cursor.fetchall()]
