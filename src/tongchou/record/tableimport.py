"""A table in one act: its refused rows are handed to the caller in memory, as nothing of them is stored."""

from __future__ import annotations

import base64
import uuid
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from tongchou.kernel.errors import Refusal
from tongchou.kernel.rejects import write_rejected
from tongchou.kernel.tables import Table
from tongchou.record.access import Actor
from tongchou.record.act import Outcome, act


@dataclass(slots=True)
class Imported:
    """An import as its caller sees it. `rejects` is in memory only: of the rows that were refused nothing is stored."""

    outcome: Outcome | None = None
    table: Table | None = None
    rejects: list[tuple[int, Refusal]] = field(default_factory=list)

    def rejected_file(self, language: str = "zh-hans") -> bytes:
        """The rejected rows as CSV with row, field, reason, rule and remedy."""
        assert self.table is not None
        return write_rejected(self.table, self.rejects, language)


_in_hand: ContextVar[Imported | None] = ContextVar("table_in_hand", default=None)


def import_table(
    verb: str, actor: Actor, client_id: uuid.UUID, data: bytes, filename: str, *, dry_run: bool = False, **more: Any
) -> Imported:
    """Run a verb that takes content and filename on a file's bytes and keep the rejected rows. more: the payload's other fields."""
    imported = Imported()
    token = _in_hand.set(imported)
    try:
        payload = {"content": base64.b64encode(data).decode(), "filename": filename} | more
        imported.outcome = act(verb, actor, client_id, payload, dry_run=dry_run)
    finally:
        _in_hand.reset(token)
    return imported


def hand_over(table: Table, rejects: list[tuple[int, Refusal]]) -> None:
    """What such a verb calls with what it read: the caller of import_table gets it, any other door does not need it."""
    imported = _in_hand.get()
    if imported is not None:
        imported.table, imported.rejects = table, rejects
