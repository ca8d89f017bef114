"""How many have turned, by area, kept between two openings of the first page: after a large change counting them takes a second of the processor.

Counted when a pass of clearance has ended and by the clock; whoever shows the numbers says of which moment they are. They name nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.cache import cache

from tongchou.kernel.clock import SHANGHAI
from tongchou.record.access import Actor
from tongchou.record.staffing import COUNTS
from tongchou.rooms.enterprises.turned import GROUPS, turned_by_area

KEPT_FOR = timedelta(minutes=10)
"""The clock counts more often than that; where it stands still, the page counts itself."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Of each group (may, must, ask): how many enterprises and how many of their staff. at: the moment of the count."""

    at: datetime
    enterprises: dict[str, int]
    staff: dict[str, int]


def refresh(now: datetime) -> tuple[datetime, dict[str, tuple[int, ...]]]:
    """Count for every area, and keep it."""
    today = _day(now)
    value = (now, turned_by_area(today))
    cache.set(_key(today), value, KEPT_FOR.total_seconds())
    return value


def turned_near(actor: Actor, now: datetime) -> Sums:
    """The sums of the areas for which an actor answers, as last counted."""
    found: Any = cache.get(_key(_day(now))) or refresh(now)
    at, areas = found
    actor.require(COUNTS)
    near = [numbers for path, numbers in areas.items() if actor.sees_path(COUNTS, path)]
    units, staff = ({g: sum(n[place + 2 * i] for n in near) for i, g in enumerate(GROUPS)} for place in (0, 1))
    return Sums(at, units, staff)


def _day(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()


def _key(today: date) -> str:
    return f"turned:{today}"
