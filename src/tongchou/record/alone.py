"""One session at a time at a piece of work that spans transactions."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def alone(run: uuid.UUID) -> Iterator[bool]:
    """Whether this session is the only one at a run. The lock goes with the session: who dies leaves none behind."""
    key = run.int % 2**63
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [key])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s)", [key])
