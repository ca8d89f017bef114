"""What the tests of the room share."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import Cast
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import Person, Staff, Unit, WorkPermit

DAY = timedelta(days=1)


def do(cast: Cast, who: str, verb: str, *, when: datetime | None = None, **payload: Any) -> dict[str, Any]:
    return act(verb, cast.as_(who), new_id(), payload, now=when).result


def system(verb: str, when: datetime | None = None, **payload: Any) -> dict[str, Any]:
    return act(verb, SYSTEM, new_id(), payload, now=when).result


def refused(run: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def today() -> date:
    return timezone.localdate()


def clock(hour: int, minute: int = 0, day: date | None = None) -> datetime:
    return datetime.combine(day or today(), time(hour, minute), SHANGHAI)


FIGURES = {
    "at_work": 80,
    "on_leave": 5,
    "abnormal": 0,
    "incidents": 0,
    "staff": 100,
    "returned": 90,
    "masks": 1600,
    "shift_hours": 8,
    "output": "12.5",
}


def reported(
    cast: Cast,
    who: str = "enterprise",
    unit: str = "works",
    at: datetime | None = None,
    day: date | None = None,
    **more: Any,
) -> str:
    payload = {"unit": cast.units[unit].pk, "day": str(day or today())} | FIGURES | more
    return str(do(cast, who, "daily.report", when=at, **payload)["report"])


def permit(unit: Unit, state: str = "in_force") -> WorkPermit:
    return WorkPermit.objects.create(
        id=new_id(), unit=unit, way="list", state=state, plate="blue", number=f"№{unit.pk}", from_date=today() - 30 * DAY, pack="resumption-2020",
        edition="guided", rule="by_list", changed_at=timezone.now(),
        reason="" if state == "in_force" else "停工整改",
    )  # fmt: skip


def hired(cast: Cast, unit: str, name: str, document: str = "", **more: Any) -> Person:
    """Somebody on record and in the staff file of an enterprise."""
    given = {"area": cast.areas["spring"].pk, "name": name} | ({"document": document} if document else {})
    person = Person.objects.get(pk=do(cast, "street", "person.register", **given)["person"])
    Staff.objects.create(
        unit=cast.units[unit],
        person=person,
        from_date=today() - 30 * DAY,
        act=new_id(),
        changed_at=timezone.now(),
        **more,
    )
    return person
