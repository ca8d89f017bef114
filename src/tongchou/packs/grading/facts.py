"""From a case history to the facts that the table of grades asks for, and the day on which a lower grade becomes possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tongchou.kernel.errors import Refusal
from tongchou.packs.grading.scheme import Scheme, rank, scheme_of, standing_on
from tongchou.packs.plans.decide import Decision, decide_standing
from tongchou.packs.plans.facts import read_facts
from tongchou.packs.plans.model import Pack

RECENT = timedelta(days=14)
FARTHEST = 60
ROUND, ROUND_ON = "round_negative", "round_on"
SINCE = frozenset({ROUND_ON, "graded_on"})
"""Days that a district's own edition of an earlier pack may not ask for."""
COUNTS_ANEW = frozenset({"high", "lockdown"})
"""Nothing stands above these: a case that came after they were drawn is among the numbers, and the days run anew from it, for as long as the
plan says and no longer. Told as a positive found on top of that, it would hold the grade for ever."""
CONDITIONS = (ROUND, "last_contact_clear")
"""What has to be found out besides the days: a round of tests, the last close contact."""


@dataclass(frozen=True, slots=True)
class Day:
    """What was reported of one day. None: not reported, which is not zero."""

    day: date
    cases: int
    unknown_source: int | None = None
    largest_cluster: int | None = None


@dataclass(frozen=True, slots=True)
class Numbers:
    """A case history summed up on a day. cumulative None: nothing was ever reported. reported_until: the last day with a report."""

    cumulative: int | None
    recent: int
    last_new: date | None
    unknown_source: int | None
    largest_cluster: int | None
    reported_until: date | None


@dataclass(frozen=True, slots=True)
class Found:
    """What was found out about a place. None: not known. round_on: the day of that round, which the rules may find too early. graded_on: the
    day on which the present grade began."""

    place: str | None = None
    round_negative: bool | None = None
    last_contact_clear: bool | None = None
    controlled: bool | None = None
    positive_found: bool | None = None
    was_high: bool | None = None
    others_released: bool | None = None
    round_on: date | None = None
    graded_on: date | None = None


@dataclass(frozen=True, slots=True)
class Countdown:
    """The first day on which the rules known today allow a lower grade, if no further case comes; and what has to be found out besides."""

    on: date
    outcome: str
    rule: str
    missing: tuple[str, ...]


def sum_up(days: Sequence[Day], on: date) -> Numbers:
    """The numbers on a day; reports of later days are left out. Days may come in any order, several for one day."""
    known = [d for d in days if d.day <= on]
    if not known:
        return Numbers(None, 0, None, None, None, None)
    late = [d for d in known if d.day > on - RECENT]
    sources = [d.unknown_source for d in late if d.cases]
    clusters = [d.largest_cluster for d in late if d.largest_cluster is not None]
    recent = sum(d.cases for d in late)
    unknown = None if any(s is None for s in sources) else sum(s or 0 for s in sources)
    cluster = max(clusters) if clusters else (recent if recent < 2 else None)  # one case alone is no cluster of two
    return Numbers(
        sum(d.cases for d in known), recent, max((d.day for d in known if d.cases), default=None), unknown, cluster, max(d.day for d in known)
    )


def facts_of(scheme: Scheme, current: str | None, numbers: Numbers, found: Found) -> dict[str, object]:
    """The table's facts; what is not known is left out."""
    facts: dict[str, object] = {"last_new_case": numbers.last_new}
    if scheme.what in ("district", "community"):
        facts |= {"cumulative_cases": numbers.cumulative, "largest_cluster": numbers.largest_cluster, "unknown_source": numbers.unknown_source}
    else:
        facts |= {"current": current or "none", "place": found.place} | {
            name: getattr(found, name)
            for name in ("round_negative", "last_contact_clear", "controlled", "positive_found", "was_high", "others_released", "round_on", "graded_on")
        }
        if current in COUNTS_ANEW and found.positive_found:
            facts["positive_found"] = False
    return {name: value for name, value in facts.items() if value is not None}


def grade(pack: Pack, on: date, known_on: date, code: str, facts: Mapping[str, object], *, explain: bool = False) -> Decision:
    """What the rules of a day say. Raises Refusal."""
    standing = standing_on(pack, on, known_on, code)
    facts = {name: value for name, value in facts.items() if name in standing.inputs or name not in SINCE}
    return decide_standing(standing, read_facts(standing.table, facts, on), explain=explain)


def countdown(pack: Pack, on: date, known_on: date, code: str, facts: Mapping[str, object], current: str) -> Countdown | None:
    """When a lower grade becomes possible; None where it does not depend on days (the rest of a county), or lies too far off."""
    met = dict(facts) | dict.fromkeys(CONDITIONS, True) if "cumulative_cases" not in facts else dict(facts)
    met.pop("positive_found", None)
    told = {ROUND_ON: met.pop(ROUND_ON)} if ROUND_ON in met else {}
    for n in range(FARTHEST + 1):
        day = on + timedelta(days=n)
        try:
            found = grade(pack, day, max(known_on, on), code, met)
        except Refusal:
            return None
        if found.rule is not None and rank(found.outcome) < rank(current):
            again = {ROUND} if told and grade(pack, day, max(known_on, on), code, met | told).rule != found.rule else set()
            missing = tuple(f for f in CONDITIONS if f in found.rule.when and (facts.get(f) is not True or f in again))
            return Countdown(day, found.outcome, found.rule.key, missing)
    return None


def scheme_on(pack: Pack, on: date, known_on: date | None = None, code: str = "") -> Scheme:
    """The scheme in force on a day. Raises Refusal for a day before the first edition."""
    return scheme_of(standing_on(pack, on, known_on, code))
