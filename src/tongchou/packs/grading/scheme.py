"""How areas are graded on a day: which grades there are, from the lowest, and what is graded (a county, a community, a place)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from tongchou.kernel.text import Text
from tongchou.packs.plans.model import Pack
from tongchou.packs.plans.resolve import Standing, stand

TABLE = "area_grade"
ENDED = frozenset({"released", "not_graded"})
RANK = {
    "no_case": 0, "low": 0, "prevention": 0,
    "cases": 1, "medium": 1, "control": 1,
    "spread": 2, "high": 2, "lockdown": 2,
}  # fmt: skip
"""How severe a grade is. What is not listed is no grade."""
NONE = -1
What = Literal["district", "community", "place", "nothing"]


@dataclass(frozen=True, slots=True)
class Scheme:
    """what: which areas the rules grade; "place": those drawn around cases, and the district as the rest of the county."""

    key: str
    title: Text
    what: What
    grades: tuple[str, ...]


COMMUNITIES = Scheme("communities", Text("按社区分类", "by community"), "community", ("no_case", "cases", "spread"))
COUNTIES = Scheme("counties", Text("按县（市、区）分级", "by county"), "district", ("low", "medium", "high"))
ZONES = Scheme("zones", Text("封控区、管控区、防范区", "lockdown, control and prevention areas"), "place", ("prevention", "control", "lockdown"))
PLACES = Scheme("places", Text("按最小单元划定高中低风险区", "high, medium and low, drawn as small as can be"), "place", ("low", "medium", "high"))
HIGH_LOW = Scheme("high_low", Text("只划高低风险区", "high and low only"), "place", ("low", "high"))
NOTHING = Scheme("nothing", Text("不划定风险等级", "no grades"), "nothing", ())


def rank(grade: str | None) -> int:
    """0, 1 or 2, the higher the more severe; -1 where there is no grade."""
    return RANK.get(grade or "", NONE)


def scheme_of(standing: Standing) -> Scheme:
    """The scheme that a table's standing rules make: by the outcomes that they can have and the facts that they look at."""
    looks = {fact for rule in standing.rules for fact in rule.when}
    gives = {rule.rule.outcome for rule in standing.rules}
    if "high" in gives and "cumulative_cases" in looks:
        return COUNTIES
    if "spread" in gives:
        return COMMUNITIES
    if "lockdown" in gives:
        return ZONES
    if "high" in gives:
        return PLACES if "medium" in gives else HIGH_LOW
    return NOTHING


def standing_on(pack: Pack, on: date, known_on: date | None = None, code: str = "") -> Standing:
    """The table of grades on a day as it was known then. Raises Refusal for a day before the pack's first edition."""
    return stand(pack, TABLE, on, known_on, code)


def carried(grade: str | None, scheme: Scheme) -> str | None:
    """What a grade drawn under an earlier scheme counts as. Places keep their severity; a county's grade is no place's. None: nothing.

    That a lockdown area counts as a high-risk area (and so on) follows from the measures; no document was found that says so.
    """
    if grade is None or scheme.what == "nothing":
        return None
    if grade in scheme.grades or (grade == "medium" and scheme is HIGH_LOW):
        return grade
    if scheme.what != "place" or grade not in {*ZONES.grades, *PLACES.grades}:
        return None
    same = [g for g in scheme.grades if rank(g) == rank(grade)]
    return same[0] if same else None
