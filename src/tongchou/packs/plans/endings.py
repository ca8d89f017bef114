"""Nobody is held by a day gone by: whatever still restricts has an end from the day asked on, or none until it is decided again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import product
from math import prod

import numpy as np

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.decide import Decision
from tongchou.packs.plans.facts import Facts
from tongchou.packs.plans.grid import MAX_POINTS, evaluate, parts_of
from tongchou.packs.plans.model import AS_OF, Fact
from tongchou.packs.plans.resolve import Standing, StandingRule, Stretch
from tongchou.packs.plans.schedule import plan

Fixed = dict[str, Fact | None]


def gone_by(decision: Decision) -> date | None:
    """The last day of what a decision restricts by, where that lies before the day asked; None where it is sound or restricts nobody."""
    modes = decision.standing.pack.modes
    ends = [m.until for m in decision.measures if modes[m.mode].restricts]
    if not ends or None in ends:
        return None
    last = max(end for end in ends if end is not None)
    return last if last < decision.standing.as_of else None


def told(last: date, day: date) -> tuple[Text, Text]:
    """Rule and remedy."""
    rule = Text("仍限制人身活动，但截止日 {last} 早于判定日 {day}。", "It still restricts, but ends on {last}, before the day asked, {day}.")
    remedy = Text(
        "请在该措施写 goes_on: open 或 test，或使规则在期满后不再适用。",
        "Give the measure `goes_on: open` or `test`, or let the rule not apply after its end.",
    )
    return rule.with_(last=last, day=day), remedy


def check_endings(standing: Standing) -> Iterator[Refusal]:
    """Every rule of a table that may decide on a day after all that it restricts by has ended."""
    for number, rule in enumerate(standing.rules):
        held = [m for m in rule.measures if standing.pack.modes[m.mode].restricts and AS_OF not in m.clock]
        if not held or any(m.goes_on and m is rule.measures[-1] for m in held):
            continue
        for fixed, last in _after(standing, rule, held):
            if _fires(standing, number, fixed):
                place = rule.rule.place
                said, remedy = told(last, standing.as_of)
                yield Refusal(Reason.IMPOSSIBLE_DATE, said, remedy=remedy, field="rule", value=rule.key, line=place.line, file=place.file)
                break


def _after(standing: Standing, rule: StandingRule, held: list[Stretch]) -> Iterator[tuple[Fixed, date]]:
    """Facts by which all that a rule restricts by ended the day before: one for each way in which its clocks may be known."""
    yesterday = standing.as_of - timedelta(days=1)
    dates: Facts = {k: yesterday if s.type == "date" and k not in {m.until for m in rule.measures} else None for k, s in standing.inputs.items()}
    lasting: dict[tuple[str, ...], int | None] = {}
    for clock in {m.clock for m in held}:
        planned = plan(rule.measures, dates, None, keep_schedule=True) or ()
        ends = [p.until for p, m in zip(planned, rule.measures, strict=False) if m in held and m.clock == clock and not m.until and p.until]
        lasting[clock] = max(((end - yesterday).days for end in ends), default=None)
    since = {spec.of: key for key, spec in standing.inputs.items() if spec.type == "days_since"}
    ended: Fixed = {m.until: yesterday for m in held if m.until}
    ended |= {since[name]: 1 for name in ended if name in since}
    for known in product(*(range(len(clock)) for clock in lasting)):
        fixed = dict(ended)
        for (clock, days), first in zip(lasting.items(), known, strict=True):
            for n, name in enumerate(clock[: first + 1]):
                day = None if n < first else yesterday - timedelta(days=days or 0)
                fixed[name] = day
                if name in since:
                    fixed[since[name]] = None if day is None else (standing.as_of - day).days
        yield fixed, yesterday


def _fires(standing: Standing, number: int, fixed: Mapping[str, Fact | None]) -> bool:
    """Whether a rule decides for anybody with these facts."""
    parts = parts_of(standing, fixed)
    if prod(len(p) for p in parts.values()) > MAX_POINTS:
        return False  # told already: a table that is too large to be checked
    fired = evaluate(standing, parts)
    found = fired.first == number if standing.table.hit == "first" else fired.fires(number)
    return bool(np.any(found))
