"""From a rule's measures to dates: two clocks, day numbers, and the person who is placed late.

Day 1 is the day after the clock's day (the last exposure), so a measure of N days ends N days after it. A person placed later
keeps that end: the first day in fact has a test of its own, test days already past are left out, the last one stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tongchou.packs.plans.facts import Facts
from tongchou.packs.plans.resolve import Stretch

_MOST = 400


@dataclass(frozen=True, slots=True)
class Planned:
    """One measure with its dates. until None: open. double: the test that is taken twice. late: began after its planned first day.

    day_1: the day that the plan's test days are counted from. Somebody placed late begins on a later day of the same count.
    """

    key: str
    mode: str
    from_: date
    until: date | None
    tests: tuple[date, ...]
    double: date | None
    late: bool
    day_1: date


def clock_of(stretch: Stretch, facts: Facts) -> date | None:
    """The first of its clock's dates that is known."""
    return next((d for name in stretch.clock if isinstance(d := facts.get(name), date)), None)


def plan(
    measures: tuple[Stretch, ...], facts: Facts, start: date | None, *, keep_schedule: bool
) -> tuple[Planned, ...] | None:
    """The measures with their dates; None when the clock's date is not known. start: the day the person was placed, if known.

    keep_schedule: test days are counted from the planned first day; otherwise from the first day in fact.
    """
    out: list[Planned] = []
    elapsed: dict[tuple[str, ...], int] = {}
    arrived, missed = False, False
    for stretch in measures:
        clock = clock_of(stretch, facts)
        if clock is None:
            return None
        before = elapsed.get(stretch.clock, 0)
        first = clock + timedelta(days=stretch.from_day + before)
        last = _last(stretch, clock, before, facts)
        if stretch.days is not None:
            elapsed[stretch.clock] = before + stretch.days
        began = first
        if start is not None and not arrived:
            if last is not None and start > last:
                missed = True
                continue
            began, arrived = (start if start > first or not out else first), True
        out.append(_placed(stretch, first, began, last, keep_schedule, late=began > first or (missed and not out)))
    return tuple(out)


def _last(stretch: Stretch, clock: date, before: int, facts: Facts) -> date | None:
    if stretch.until:
        end = facts.get(stretch.until)
        return end if isinstance(end, date) else None
    if stretch.days is None:
        return None
    return clock + timedelta(days=stretch.from_day + before + stretch.days - 1)


def _placed(
    stretch: Stretch, first: date, began: date, last: date | None, keep_schedule: bool, *, late: bool
) -> Planned:
    origin = first if keep_schedule or not late else began
    days = [origin + timedelta(days=n - 1) for n in stretch.tests if n <= _MOST]
    tests = {d for d in days if d >= began and (last is None or d <= last)}
    double = None
    if stretch.tests:
        if late:
            tests.add(began)
        if last is not None and stretch.days is not None and max(stretch.tests) >= stretch.days:
            tests.add(last)
        double = max(tests) if stretch.double_last and tests else None
    return Planned(stretch.key, stretch.mode, began, last, tuple(sorted(tests)), double, late, origin)
