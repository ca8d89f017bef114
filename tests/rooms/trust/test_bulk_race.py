"""Two confirm the same cohort at the same moment: it is carried out once, and the other is told so. The twin reads without the lock."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.cast import Cast
from tests.meeting import meeting
from tests.record.test_concurrency import together
from tests.rooms.plans.drill import install
from tests.rooms.trust.test_bulk import asked, cohort
from tongchou.record.models import Event
from tongchou.rooms.trust.actions import answer
from tongchou.rooms.trust.bulk import carry
from tongchou.rooms.trust.models import BulkRun, Notice, OrderBatch, Restriction

PEOPLE = 21
"""So many orders at once take a second organisation."""


def _careless(context: Any, given: Any) -> list[Restriction]:
    return list(Restriction.objects.select_related("issuer", "person__area").filter(state="pending", batch=given.batch).order_by("pk"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_a_cohort_confirmed_twice_at_once_is_confirmed_once(real_cast: Cast, monkeypatch: pytest.MonkeyPatch, guarded: bool) -> None:
    install(real_cast)
    cohort(real_cast, PEOPLE)
    assert carry(asked(real_cast)) == "done"
    batch = str(OrderBatch.objects.get().pk)
    monkeypatch.setattr(answer, "_waiting", meeting(answer._waiting if guarded else _careless, 1 if guarded else 20))
    acts = together([lambda: real_cast.act("street", "restriction.confirm_queue", batch=batch, agree=True).result["run"] for _ in range(2)])
    states = together([lambda r=run: carry(uuid.UUID(r)) for run in acts])
    confirmed = Event.objects.filter(what="order_confirmed").count()
    if guarded:
        assert sorted(states) == ["done", "failed"]
        assert BulkRun.objects.get(state="failed").refusal["reason"] == "wrong_stage"
        assert (confirmed, Notice.objects.filter(what="issued").count()) == (PEOPLE, PEOPLE)
        assert Restriction.objects.filter(state="active", confirmed_by=real_cast.accounts["street"]).count() == PEOPLE
    else:
        assert confirmed == 2 * PEOPLE
