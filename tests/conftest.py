"""Fixtures for all tests. The database server: tests/server.py."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.db import connection, connections
from hypothesis import HealthCheck
from hypothesis import settings as examples

from tests.cast import Cast, build
from tests.server import TEMPLATE
from tests.standing import _stand, cast, pytest_runtest_setup, standing

__all__ = ["_stand", "cast", "pytest_runtest_setup"]

APPEND_ONLY = ("record_act", "record_ledgerentry", "record_storedrefusal", "record_readsubject", "record_headexport")


examples.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("any machine")  # an example that takes a fifth of a second on a busy machine is no fault

LONGEST = (
    "cli/test_drills", "cli/test_demo", "record/test_migrations", "access/test_matrix", "web/test_browser", "command/test_task_browser", "test_resumption_browser",
)  # fmt: skip
"""Files that take minutes, the longest first: begun last, they would keep one worker busy while the other has nothing left."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; with --no-loadscope-reorder the workers take them in this order."""
    items.sort(key=lambda item: next((n for n, name in enumerate(LONGEST) if name in item.nodeid), len(LONGEST)))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Each worker's database is a copy of the one that was migrated when the run began; on a server of one's own each migrates."""
    connections["default"].settings_dict["TEST"]["TEMPLATE"] = os.environ.get(TEMPLATE)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Tests that commit are cleaned up by TRUNCATE, which the append-only tables refuse: switch that one guard off here.

    tests/record/test_ledger.py switches it on again and shows that it holds.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in APPEND_ONLY:
            cursor.execute(f"alter table {table} disable trigger {table}_no_truncate")
    yield
    standing.down()


@pytest.fixture
def real_cast(transactional_db: None) -> Cast:
    """The same, committed, for tests with several connections."""
    return build()


@pytest.fixture(autouse=True)
def _plain_static(settings: Any) -> None:
    """Pages in tests: static files by their plain names, as nobody has collected them."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}


class QuickArgon2(Argon2PasswordHasher):
    """The same scheme at the least cost: what a password costs in use is not what the tests are about."""

    time_cost = 1
    memory_cost = 64
    parallelism = 1

    def must_update(self, encoded: str) -> bool:
        """What was made at full cost stays as it is."""
        return False


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.QuickArgon2"]


@pytest.fixture(autouse=True)
def _nothing_kept(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """What pages kept (counts, boards) in a test that commits is not read by the next one: the table is no model's, and no flush empties it."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction")):
        with django_db_blocker.unblock():
            cache.clear()
