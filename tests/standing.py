"""The cast of a file's tests, built once: it stands in a transaction that stays open, and each test's own savepoint takes back what the test did.

Building it takes longer than most tests do. It is taken down before a test that does not ask for it, which finds an empty database.
"""

from __future__ import annotations

import pickle
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests import midnight
from tests.cast import Cast, build


class Standing:
    """At most one cast stands at a time, for one file."""

    def __init__(self) -> None:
        self.file = ""
        self._day: date | None = None
        self._made = b""
        self._blocker: Any = None
        self._atomic: Any = None

    def cast(self, file: str, blocker: Any) -> Cast | None:
        """The file's cast, as copies that a test may change; None where another transaction is open already: then it is built within that."""
        if self._atomic is not None and not connection.in_atomic_block:  # a test closed the connection
            self._atomic, self.file = None, ""
        if (self.file, self._day) != (file, timezone.localdate()):  # a cast of yesterday is another
            self.down()
            with blocker.unblock():
                if connection.in_atomic_block:
                    return None
                self._up(file, blocker)
        made: Cast = pickle.loads(self._made)
        return made

    def _up(self, file: str, blocker: Any) -> None:
        atomic = transaction.atomic()
        atomic._from_testcase = True  # so that what must be the outermost transaction is taken for it, as in Django's own TestCase
        atomic.__enter__()
        self._made = pickle.dumps(build())
        connection.check_constraints()  # nothing is left over for the end of the first test, or in the way of an ALTER TABLE
        self.file, self._day, self._atomic, self._blocker = file, timezone.localdate(), atomic, blocker

    def down(self) -> None:
        """Take it back; nothing where none stands."""
        atomic, self._atomic, self.file = self._atomic, None, ""
        if atomic is not None:
            with self._blocker.unblock():
                if connection.in_atomic_block:
                    transaction.set_rollback(True)
                    atomic.__exit__(None, None, None)


standing = Standing()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before a test of another file, and before one without the cast."""
    midnight.wait(item)
    if standing.file and (standing.file != str(item.path) or "cast" not in getattr(item, "fixturenames", ())):
        standing.down()


@pytest.fixture
def _stand(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Cast | None:
    return standing.cast(str(request.node.path), django_db_blocker)


@pytest.fixture
def cast(_stand: Cast | None, db: None) -> Cast:
    """The district and its people; what a test changes is rolled back. `_stand` comes first: the test's savepoint lies within its transaction."""
    return _stand or build()
