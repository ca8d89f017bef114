"""One world for all the tests here; each test's changes are taken back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from tests.access.world import World, world
from tongchou.kernel.errors import Refusal
from tongchou.web import permission


@pytest.fixture(scope="module")
def shared_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield world()
        transaction.set_rollback(True)


@pytest.fixture
def w(shared_world: World, db: None) -> World:
    return shared_world


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
