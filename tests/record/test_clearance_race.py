"""Two officers have everybody decided again at the same moment, and two workers take it up: one pass for both. The twin takes the guards away."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.cast import Cast
from tests.meeting import meeting
from tests.record.test_clearance_due import two_files
from tests.record.test_concurrency import together
from tongchou.record import clearance_due
from tongchou.record.actions import facts
from tongchou.record.clearance_due import asked_by, due
from tongchou.record.models import ClearanceRequest, ClearanceRun, Staff
from tongchou.rooms.enterprises.tasks import work_off

INDEX = "create unique index clearance_one_at_a_time on record_clearancerun ((1)) where finished_at is null"


def asking(cast: Cast, who: str, file: Staff) -> Any:
    item = {"type": "symptom", "on": str(timezone.localdate()), "value": {"symptom": "fever"}, "person": str(file.person_id)}
    return lambda: cast.act(who, "fact.record_many", facts=[item])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_two_who_ask_at_once_make_one_pass(real_cast: Cast, monkeypatch: pytest.MonkeyPatch, guarded: bool) -> None:
    monkeypatch.setattr(facts, "MANY", 1)
    one, two = two_files(real_cast)
    asked = together([asking(real_cast, "street", one), asking(real_cast, "next_street", two)])
    assert [a for a in asked if isinstance(a, Exception)] == []
    assert len(asked_by(None)) == 2
    monkeypatch.setattr(clearance_due, "_waiting", meeting(clearance_due._waiting, 1 if guarded else 10))
    if not guarded:
        monkeypatch.setattr(clearance_due, "_one_at_a_time", lambda: None)
        with connection.cursor() as cursor:
            cursor.execute("drop index clearance_one_at_a_time")
    try:
        found = together([work_off, work_off])
        runs = ClearanceRun.objects.count()
        assert [f for f in found if isinstance(f, Exception)] == []
        if guarded:
            assert (runs, sum(found), len(asked_by(ClearanceRun.objects.get().pk)), due()) == (1, 2, 2, False)
        else:
            assert runs == 2
    finally:
        if not guarded:
            ClearanceRequest.objects.all().delete()
            ClearanceRun.objects.all().delete()
            with connection.cursor() as cursor:
                cursor.execute(INDEX)
