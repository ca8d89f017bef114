"""A directive from where it was handed out down to who does it: the tree of loops below one, with what is late where."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.loops.engine import not_found
from tongchou.record.loops.state import load, visible
from tongchou.record.loops.titles import SQL as TITLE
from tongchou.record.loops.titles import paired
from tongchou.record.questions.worklist import scope_condition

DEEPEST = 12
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Branch:
    """One loop of a tree. depth: 0 for the one at the top. below, below_open, below_late: of everything under it that the actor sees."""

    id: uuid.UUID
    depth: int
    edition: int
    kind: str
    title: Text
    stage: str
    owner: str
    person: str
    level: str
    deadline: datetime | None
    due_at: datetime
    closed_at: datetime | None
    below: int
    below_open: int
    below_late: int

    @property
    def below_closed(self) -> int:
        return self.below - self.below_open


_TREE = f"""
with recursive tree as (
  select l.id, 0 as depth, array[l.id] as way from record_loop l where l.id = %(root)s
  union all
  select c.id, t.depth + 1, t.way || c.id from tree t join record_loop c on c.parent_id = t.id where t.depth < %(deepest)s
)
select l.id, t.depth, l.edition_id, l.kind, {TITLE}, l.stage, o.name, coalesce(a.display_name, ''), l.level, l.deadline, l.due_at, l.closed_at,
       t.way
from tree t
join record_loop l on l.id = t.id
join record_unit o on o.id = l.owner_unit_id
left join record_account a on a.id = l.owner_account_id
where t.depth = 0 or {{scope}}
order by t.depth, l.area_id, o.kind, o.name_key, l.id
limit %(most)s
"""


def tree(actor: Actor, root: uuid.UUID, now: datetime) -> list[Branch]:
    """The loop and all below it that the actor may see, each followed by what lies under it. Not found outside the actor's reach."""
    found = load([root])
    if not found or not visible(actor, found[0]):
        raise not_found()
    values: dict[str, Any] = {"root": root, "deepest": DEEPEST, "most": MOST}
    scope = scope_condition(actor, "loop.view", values)
    with connection.cursor() as cursor:
        cursor.execute(_TREE.format(scope=scope), values)
        rows = cursor.fetchall()
    under: dict[uuid.UUID, list[int]] = {row[0]: [0, 0, 0] for row in rows}
    children: dict[uuid.UUID, list[tuple[Any, ...]]] = {}
    for row in rows:
        above = [key for key in row[12][:-1] if key in under]
        late = row[11] is None and row[9] is not None and row[9] < now
        for key in above:
            counted = under[key]
            counted[0] += 1
            counted[1] += row[11] is None
            counted[2] += late
        if above:
            children.setdefault(above[-1], []).append(row)
    out: list[Branch] = []

    def add(row: tuple[Any, ...], depth: int) -> None:
        out.append(Branch(row[0], depth, *paired(row[2:12], 2), *under[row[0]]))
        for child in children.get(row[0], ()):
            add(child, depth + 1)

    add(rows[0], 0)
    return out
