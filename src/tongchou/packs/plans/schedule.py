"""From a rule's measures to dates: two clocks, day numbers, and the person who is placed late.

Day 1 is the day after the clock's day (the last exposure), so a measure of N days ends N days after it. A person placed later
keeps that end: the first day in fact has a test of its own, test days already past are left out, the last one stays.

A rule may order a measure whose last day is past: symptoms at the end, no negative last test. What the plan marks `goes_on` then has no end
until it is decided again, so that nobody is held by a day gone by.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from tongchou.packs.plans.facts import Facts
from tongchou.packs.plans.model import AS_OF
from tongchou.packs.plans.resolve import Stretch

_MOST = 400


@dataclass(frozen=True, slots=True)
class Planned:
    """One measure with its dates. until None: open. double: the test that is taken twice. late: began after its planned first day.
    ended: the last day that the plan gave, where the measure goes on after it.

    day_1: the day that the plan's test days are counted from. Somebody placed late begins on a later day of the same count.
    waits_for: the fact without which its days are not known; they are None then, and empty where they are known.
    """

    key: str
    mode: str
    from_: date | None
    until: date | None
    tests: tuple[date, ...]
    double: date | None
    late: bool
    day_1: date | None
    ended: date | None = None
    waits_for: str = ""


def clock_of(stretch: Stretch, facts: Facts, as_of: date | None = None) -> date | None:
    """The first of its clock's dates that is known."""
    return first_known(stretch.clock, facts, as_of)


def first_known(names: tuple[str, ...], facts: Facts, as_of: date | None) -> date | None:
    """The first of these dates that is known; AS_OF is the day asked."""
    found = (as_of if name == AS_OF else facts.get(name) for name in names)
    return next((d for d in found if isinstance(d, date)), None)


def undated(measures: tuple[Stretch, ...], facts: Facts, as_of: date | None) -> tuple[Planned, ...]:
    """What a rule orders while no date is known that it runs from: the measures, and the fact that is asked for."""
    missing = next(m.clock[0] for m in measures if clock_of(m, facts, as_of) is None)
    return tuple(Planned(m.key, m.mode, first_known(m.begins, facts, as_of), None, (), None, False, None, None, missing) for m in measures)


def plan(
    measures: tuple[Stretch, ...], facts: Facts, start: date | None, *, keep_schedule: bool, as_of: date | None = None
) -> tuple[Planned, ...] | None:
    """The measures with their dates; None when the clock's date is not known. start: the day the person was placed, if known.

    keep_schedule: test days are counted from the planned first day; otherwise from the first day in fact. as_of: the day asked; the last
    measure goes on after its end where it says so. None: every measure as it is planned.
    """
    out: list[Planned] = []
    elapsed: dict[tuple[str, ...], int] = {}
    arrived, missed = False, False
    for stretch in measures:
        clock = clock_of(stretch, facts, as_of)
        if clock is None:
            return None
        before = elapsed.get(stretch.clock, 0)
        first = first_known(stretch.begins, facts, as_of) or clock + timedelta(days=stretch.from_day + before)
        last = _last(stretch, clock, before, facts)
        if stretch.days is not None:
            elapsed[stretch.clock] = before + stretch.days
        began = first
        if start is not None and not arrived:
            over = last is not None and start > last
            if over and not (stretch is measures[-1] and _is_over(stretch, last, as_of)):
                missed = True
                continue
            began, arrived = (start if start > first or not out else first), True
        if stretch is measures[-1] and _is_over(stretch, last, as_of):
            out.append(_going_on(stretch, first, began, last, as_of, keep_schedule))
            continue
        out.append(_placed(stretch, first, began, last, keep_schedule, late=began > first or (missed and not out)))
    return tuple(out)


def _is_over(stretch: Stretch, last: date | None, as_of: date | None) -> bool:
    return bool(stretch.goes_on) and last is not None and as_of is not None and last < as_of


def _going_on(stretch: Stretch, first: date, began: date, last: date | None, as_of: date | None, keep_schedule: bool) -> Planned:
    """A measure that is ordered after its last day: open, and with a test on the day asked where its end hangs on one."""
    placed_after = last is not None and began > last
    found = _placed(stretch, first, began, None if placed_after else last, keep_schedule, late=began > first)
    days = set(found.tests)
    if stretch.goes_on == "test" and as_of is not None:
        days.add(max(as_of, began))
    return replace(found, until=None, tests=tuple(sorted(days)), ended=last)


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
