"""One world for all the tests here; each test's changes are taken back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tests import midnight
from tests.access.world import World, world
from tongchou.kernel.errors import Refusal
from tongchou.web import permission


class Shared:
    """The world of the day, in a transaction that stays open: built once, and once more where the tests go on over midnight, as much of it is of today."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._blocker: Any = None
        self._atomic: Any = None
        self.world: World | None = None

    def up(self, blocker: Any) -> None:
        """Build it."""
        self._blocker = blocker
        with blocker.unblock():
            self._atomic = transaction.atomic()
            self._atomic.__enter__()
            self._day, self.world = timezone.localdate(), world()

    def down(self) -> None:
        """Take it back."""
        with self._blocker.unblock():
            transaction.set_rollback(True)
            self._atomic.__exit__(None, None, None)
        self.world = None

    def of_today(self) -> None:
        """Another one where it stands and is of yesterday."""
        if self.world is not None and self._day != timezone.localdate():
            self.down()
            self.up(self._blocker)


shared = Shared()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before a test's own savepoint is set."""
    midnight.wait(item)
    shared.of_today()


@pytest.fixture(scope="module")
def shared_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Shared]:
    shared.up(django_db_blocker)
    yield shared
    shared.down()


@pytest.fixture
def w(shared_world: Shared, db: None) -> World:
    assert shared_world.world is not None
    return shared_world.world


@pytest.fixture
def bare_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is forbidden or not found answers without its page, which is the same every time; test_error_pages_show_nothing looks at it."""
    drawn = permission.error_page

    def bare(request: HttpRequest, status: int, refusal: Refusal | None = None) -> HttpResponse:
        return HttpResponse(status=status) if status in (403, 404) else drawn(request, status, refusal)

    monkeypatch.setattr(permission, "error_page", bare)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of refusals are what is asked for here; only what breaks is worth a line."""
    logger = logging.getLogger("django.request")
    before = logger.level
    logger.setLevel(logging.ERROR)
    yield
    logger.setLevel(before)
