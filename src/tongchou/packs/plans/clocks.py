"""Report clocks: who must report what to whom, and by when. A clock starts with an event; its limit depends on the day and the area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.model import Pack, code_stem
from tongchou.packs.plans.refusals import no_such
from tongchou.packs.plans.values import Place, Source, Status

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Limit:
    """How long, from a day on: so many minutes, or the next day at an hour, or the next of these weekdays at an hour.

    areas: codes where it holds; empty: everywhere. until: the first day on which it no longer holds.
    """

    from_: date
    until: date | None
    areas: tuple[str, ...]
    minutes: int | None
    at: time | None
    weekdays: tuple[int, ...]
    source: Source
    status: Status
    place: Place

    def covers(self, area: str) -> int:
        """How closely it fits an area, in digits; 0 where it does not hold for everywhere, -1 where it does not hold at all."""
        if not self.areas:
            return 0
        return max((len(code_stem(a)) for a in self.areas if area.startswith(code_stem(a))), default=-1)


@dataclass(frozen=True, slots=True)
class ClockCase:
    """A worked case of a clock. due None: no limit is in force then."""

    key: str
    start: datetime
    area: str
    due: datetime | None
    place: Place


@dataclass(frozen=True, slots=True)
class Clock:
    """A duty to report. after: the clock that must be met before this one starts; empty: it starts with its own event."""

    key: str
    title: Text
    starts: Text
    by: Text
    to: Text
    after: str
    limits: tuple[Limit, ...]
    cases: tuple[ClockCase, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Due:
    """When a report is due, and by which limit."""

    clock: Clock
    start: datetime
    due: datetime
    limit: Limit


def limit_on(clock: Clock, day: date, area: str = "") -> Limit | None:
    """The limit on a day in an area: the closest area first, then the latest; None where there is none."""
    held = [x for x in clock.limits if x.from_ <= day and (x.until is None or day < x.until) and x.covers(area) >= 0]
    return max(held, key=lambda x: (x.covers(area), x.from_)) if held else None


def due(pack: Pack, clock: str, start: datetime, area: str = "") -> Due:
    """When a clock that starts at `start` (aware) runs out. Raises Refusal where there is no such clock or no limit that day."""
    if clock not in pack.clocks:
        raise no_such("clock", clock, pack.clocks)
    local = start.astimezone(SHANGHAI)
    found = limit_on(pack.clocks[clock], local.date(), area)
    if found is None:
        rule = Text("该日没有规定时限。", "No limit is in force on that day.")
        remedy = Text("请核对日期和地区。", "Check the day and the area.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field="start", value=local.isoformat())
    return Due(pack.clocks[clock], local, _runs_out(found, local), found)


def clocks_on(pack: Pack, day: date, area: str = "") -> Mapping[str, Limit]:
    """The limits of all clocks that have one on that day."""
    found = {key: limit_on(clock, day, area) for key, clock in pack.clocks.items()}
    return {key: limit for key, limit in found.items() if limit is not None}


def _runs_out(limit: Limit, start: datetime) -> datetime:
    if limit.minutes is not None:
        return start + timedelta(minutes=limit.minutes)
    hour = limit.at or time(23, 59)
    day = start.date() + timedelta(days=1)
    if limit.weekdays:
        day = start.date()
        while day.weekday() not in limit.weekdays or datetime.combine(day, hour, SHANGHAI) < start:
            day += timedelta(days=1)
    return datetime.combine(day, hour, SHANGHAI)
