"""Two approve the same edition at the same moment: one does, the other is told that it is no draft any more. The twin takes away the lock and the
trigger that keeps what was approved."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests.cast import Cast
from tests.meeting import meeting
from tests.record.test_concurrency import together
from tests.rooms.plans.drill import install, today
from tests.rooms.plans.test_packs import draft, edited
from tongchou.kernel.errors import Reason, Refusal
from tongchou.record.models import Event
from tongchou.rooms.plans import drafts
from tongchou.rooms.plans.models import PackVersion


def _careless(key: uuid.UUID, seen: int) -> PackVersion:
    return PackVersion.objects.get(pk=key, revision=seen, approved_at=None)


@contextmanager
def frozen(guarded: bool) -> Iterator[None]:
    """With or without the trigger by which an approved edition does not change."""
    if guarded:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("alter table plans_packversion disable trigger plans_version_frozen")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("alter table plans_packversion enable trigger plans_version_frozen")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_an_edition_is_approved_by_one(real_cast: Cast, monkeypatch: pytest.MonkeyPatch, guarded: bool) -> None:
    install(real_cast)
    made = edited(real_cast, draft(real_cast))
    which = {"version": made["version"], "seen_revision": made["revision"]}
    real_cast.act("hq", "pack.shadow", **which)
    monkeypatch.setattr(drafts, "open_draft", meeting(drafts.open_draft if guarded else _careless, 1 if guarded else 10))
    days = [str(today() + timedelta(days=n)) for n in (1, 2)]

    def approving(day: str) -> Any:
        return lambda: real_cast.act("leader", "pack.approve", **which, from_day=day).result["from_day"]

    with frozen(guarded):
        found = together([approving(day) for day in days])
    won = [f for f in found if not isinstance(f, Exception)]
    approvals = Event.objects.filter(what="approve", subject=f"pack:{made['version']}").count()
    if guarded:
        assert (len(won), approvals) == (1, 1)
        assert [f.reason for f in found if isinstance(f, Refusal)] == [Reason.WRONG_STAGE]
        assert str(PackVersion.objects.get(pk=made["version"]).from_day) == won[0]
    else:
        assert approvals == 2
