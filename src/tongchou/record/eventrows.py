"""The events of an act as rows: salted, committed to, and written."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from tongchou.kernel import chain
from tongchou.record.copytext import batched_lines

COPY_FROM = 200
"""Events from which COPY is faster than an INSERT of arrays."""

AHEAD = ThreadPoolExecutor(1, "event-rows")
"""Where rows are worked out while the database is busy. It touches neither the database nor anything but the events given."""

_COLUMNS = "act_id, n, at, loop_id, subject, what, from_stage, to_stage, note, data, salt, commitment"


@dataclass(slots=True)
class EventRow:
    what: str
    loop_id: uuid.UUID | None = None
    subject: str = ""
    from_stage: str = ""
    to_stage: str = ""
    note: str = ""
    data: dict[str, Any] | None = None


@dataclass(slots=True)
class EventRows:
    """Events as they are written: the lines of COPY or, where there are few, rows of values; their commitments, in order."""

    upto: int
    commitments: list[bytes] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    rows: list[Sequence[Any]] = field(default_factory=list)


def event_rows(act_id: uuid.UUID, at: datetime, events: Sequence[EventRow], first: int, upto: int) -> EventRows:
    """Work out what is written of an act's events from number `first` until (not including) `upto`."""
    found = EventRows(upto)
    many = upto - first >= COPY_FROM
    salts = os.urandom(16 * (upto - first))
    series = chain.EventSeries(act_id, at)
    for n in range(first, upto):
        event = events[n]
        salt = salts[16 * (n - first) : 16 * (n - first) + 16]
        data = event.data or {}
        texts = (event.subject, event.what, event.from_stage, event.to_stage, event.note)
        commitment = series.commit(salt, n, event.loop_id, texts, data)
        found.rows.append((act_id, n, at, event.loop_id, *texts, data, salt, commitment))
        found.commitments.append(commitment)
    if many:
        found.lines, found.rows = list(batched_lines(found.rows)), []
    return found


def copy_events(cursor: Any, part: EventRows) -> None:
    """Write the lines of a part with COPY; none where there are few events."""
    if part.lines:
        with cursor.copy(f"copy record_event ({_COLUMNS}) from stdin") as copy:
            for lines in part.lines:
                copy.write(lines)


def insert_of(rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
    """The statement that writes rows one by one, with its values; "" for none."""
    if not rows:
        return "", []
    marks = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"] * len(rows))
    return f"insert into record_event ({_COLUMNS}) values {marks}", [v for row in rows for v in (*row[:9], Jsonb(row[9]), *row[10:])]
