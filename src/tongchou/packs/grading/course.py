"""The grades that a place goes through when the rules alone decide: from the day on which it was drawn, or along its case history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from tongchou.kernel.errors import Refusal
from tongchou.packs.grading.facts import Day, Found, facts_of, grade, sum_up
from tongchou.packs.grading.scheme import ENDED, carried, rank, scheme_of, standing_on
from tongchou.packs.plans.decide import NO_RULE, UNDETERMINED
from tongchou.packs.plans.model import Pack
from tongchou.packs.plans.resolve import Standing

LONGEST = 90
OF_RANK = {0: "low", 1: "medium", 2: "high"}
"""The names of the published lists, whatever the scheme calls its grades."""


class Rules:
    """A pack's table of grades day by day, each day as it was known on that day."""

    def __init__(self, pack: Pack, code: str = "") -> None:
        self.pack, self.code = pack, code
        self._standing: dict[date, Standing | None] = {}

    def on(self, day: date) -> Standing | None:
        """The table on a day; None before the first edition."""
        if day not in self._standing:
            try:
                self._standing[day] = standing_on(self.pack, day, None, self.code)
            except Refusal:
                self._standing[day] = None
        return self._standing[day]


def drawn(rules: Rules, on: date, level: str) -> list[tuple[date, str]]:
    """(day, level) while a place drawn on a day stays graded medium or high, if its last case is of that day and every further condition
    is met in time: the shortest course that the rules allow."""
    out: list[tuple[date, str]] = []
    current: str | None = level
    was_high = level == "high"
    since = on
    for n in range(LONGEST):
        day = on + timedelta(days=n)
        standing = rules.on(day)
        scheme = None if standing is None else scheme_of(standing)
        if scheme is None or scheme.what == "nothing":
            return out
        held = carried(current, scheme)
        if scheme.what == "place" and held is None:
            return out
        if n:
            numbers = sum_up([Day(on, 1)], day)
            met = Found("possible", True, True, None, False, was_high, False, graded_on=since)
            outcome = grade(rules.pack, day, day, rules.code, facts_of(scheme, held, numbers, met)).outcome
            held = None if outcome in ENDED else outcome
        if rank(held) < 1:
            return out
        since = since if rank(held) == rank(current) else day
        current = held
        was_high = was_high or rank(held) == 2
        out.append((day, OF_RANK[rank(held)]))
    return out


def along(rules: Rules, history: Sequence[Day], last: date, place: str = "residence") -> Iterator[tuple[date, str]]:
    """(day, outcome) from the first report to a last day: what the rules give each day by the reports up to that day.

    Under schemes that draw places, an area in which a case is found is drawn as `place`, and tests are taken as negative from the day
    on which no case is found. outcome: the table's, or undetermined; "none" where nothing is drawn. On a day on which, as on the day before,
    nothing was reported, no grade falls: no report is not no case.
    """
    current: str | None = None
    was_high = False
    since: date | None = None
    start = min(d.day for d in history)
    reported = {d.day for d in history}
    for n in range((last - start).days + 1):
        day = start + timedelta(days=n)
        standing = rules.on(day)
        if standing is None:
            yield day, "none"
            continue
        scheme = scheme_of(standing)
        numbers = sum_up(history, day)
        held = carried(current, scheme)
        if scheme.what == "nothing" or (scheme.what == "place" and held is None and numbers.last_new != day):
            current, was_high = None, False
            yield day, "none"
            continue
        found = Found(place, True, True, None, numbers.last_new == day, was_high, False, graded_on=since if held else None)
        outcome = grade(rules.pack, day, day, rules.code, facts_of(scheme, held, numbers, found)).outcome
        if scheme.what == "place" and numbers.last_new == day and rank(outcome) < 2 and outcome != UNDETERMINED:
            again = grade(rules.pack, day, day, rules.code, facts_of(scheme, None, numbers, found)).outcome
            outcome = again if rank(again) > rank(outcome) else outcome  # a new case draws it anew
        silent = not reported & {day, day - timedelta(days=1)}
        if silent and held is not None and outcome not in (UNDETERMINED, NO_RULE) and rank(outcome) < rank(held):
            outcome = held
        before, current = current, None if outcome in ENDED or outcome in (UNDETERMINED, NO_RULE) else outcome
        since = since if rank(current) == rank(before) else day
        was_high = current is not None and (was_high or rank(current) == 2)
        yield day, "none" if outcome in ENDED else outcome
