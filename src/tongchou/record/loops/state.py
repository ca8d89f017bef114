"""A loop's state as the engine sees it, and who the actor is to it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from tongchou.packs.kinds import LoopKind, Party
from tongchou.record.access import Actor, Grant
from tongchou.record.copytext import uuid_array
from tongchou.record.loops.kinds import kind_of

_COLUMNS = """
l.id, l.edition_id, l.stage, l.owner_unit_id, l.owner_account_id, l.opener_unit_id, l.opener_account_id, l.verifier_unit_id,
l.turn_unit_id, l.subject_person_id, l.subject_unit_id, l.due_at, l.deadline, l.level, l.top_level, l.returns, l.adjudicated,
l.workers, l.worker_units, l.closed_at, l.follow_up_at, l.follow_up_done, l.opened_at, l.parent_id, a.path,
array(select c.unit_id from record_counit c where c.loop_id = l.id) as co_units, l.asked
"""
_TIMES = ("l.due_at", "l.deadline", "l.follow_up_at", "l.opened_at")
_SELECT = f"select {_COLUMNS} from record_loop l join record_area a on a.id = l.area_id where l.id = any(%s::uuid[]) order by l.id"


class LoopState(NamedTuple):
    """One loop, as locked for a change. Times are aware; ids are the database's."""

    id: uuid.UUID
    edition_id: int
    stage: str
    owner_unit: int
    owner_account: int | None
    opener_unit: int | None
    opener_account: int | None
    verifier_unit: int | None
    turn_unit: int | None
    subject_person: uuid.UUID | None
    subject_unit: int | None
    due_at: datetime
    deadline: datetime | None
    level: str
    top_level: str
    returns: int
    adjudicated: bool
    workers: Sequence[int]
    worker_units: Sequence[int]
    closed_at: datetime | None
    follow_up_at: datetime | None
    follow_up_done: bool
    opened_at: datetime
    parent: uuid.UUID | None
    path: str
    co_units: Sequence[int]
    asked: Sequence[str]

    @property
    def signature(self) -> tuple[Any, ...]:
        """All that a verdict on a step depends on, apart from what is still open below the loop."""
        return (
            self.edition_id, self.stage, self.owner_unit, self.opener_unit, self.verifier_unit, self.turn_unit, self.subject_person,
            self.subject_unit, self.returns, self.adjudicated, tuple(self.workers), tuple(self.worker_units), self.closed_at is None,
            self.path, tuple(self.co_units), tuple(self.asked),
        )  # fmt: skip

    @property
    def kind(self) -> LoopKind:
        return kind_of(self.edition_id)


def load(ids: Iterable[uuid.UUID], *, lock: bool = False, times: bool = True) -> list[LoopState]:
    """Read loops in the order of their ids (the one order in which rows are locked, so that no two acts wait for each other).

    times=False leaves the times out (None): a step's verdict does not need them, and reading them is a third of a bulk act.
    """
    query = _SELECT + (" for update of l" if lock else "")
    if not times:
        for column in _TIMES:
            query = query.replace(column, "null")
    with connection.cursor() as cursor:
        cursor.execute(query, [uuid_array(ids)])
        return [LoopState._make(row) for row in cursor.fetchall()]


def parties(actor: Actor, state: LoopState, permission: str = "loop.act") -> dict[Party, Grant | None]:
    """Say what the actor is to a loop, and by which post."""
    found: dict[Party, Grant | None] = {}
    if actor.system:
        found[Party.SYSTEM] = None
    verifier = state.verifier_unit or state.opener_unit
    for grant in actor.grants_for(permission):
        unit = grant.unit_id
        if unit == state.owner_unit:
            found.setdefault(Party.OWNER, grant)
        if unit == state.opener_unit:
            found.setdefault(Party.OPENER, grant)
        if unit == verifier:
            found.setdefault(Party.VERIFIER, grant)
        if unit in state.co_units:
            found.setdefault(Party.CO_UNIT, grant)
        if unit == state.subject_unit:
            found.setdefault(Party.SUBJECT, grant)
    for grant in () if state.kind.confidential else actor.grants_for("loop.adjudicate"):
        found.setdefault(Party.ADJUDICATOR, grant)
        if state.opener_unit is None:  # opened by the program: the headquarters stands in for the opener
            found.setdefault(Party.OPENER, grant)
            if verifier is None:
                found.setdefault(Party.VERIFIER, grant)
    if actor.person_id is not None and actor.person_id == state.subject_person:
        found.setdefault(Party.SUBJECT, actor.grants[0] if actor.grants else None)
    return found


def visible(actor: Actor, state: LoopState, permission: str = "loop.view") -> bool:
    """Whether the actor may know that the loop exists. One of a confidential kind: only its parties, whatever their area."""
    if actor.system or (actor.sees_path(permission, state.path) and not state.kind.confidential):
        return True
    units = set(actor.unit_ids(permission))
    involved = {state.owner_unit, state.opener_unit, state.verifier_unit, state.turn_unit, *state.co_units}
    if units & involved:
        return True
    if units and state.subject_unit in units:
        return True
    return actor.person_id is not None and actor.permits(permission) and actor.person_id == state.subject_person
