"""The risk of where somebody comes from: the grade on record of a division, or of the nearest one above it. None on record is not known, never low."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tongchou.packs.grading.course import OF_RANK
from tongchou.packs.grading.scheme import rank
from tongchou.record.models import Area
from tongchou.record.questions.grades import grades_of

LEVELS = ("low", "medium", "high")


def origin_levels(codes: Iterable[str], on: date) -> dict[str, str]:
    """Division code -> low, medium or high, for those of which the record knows it."""
    wanted = {c for c in codes if c}
    above = {c: [c[:n] for n in (len(c), 12, 9, 6, 4, 2) if n <= len(c)] for c in wanted}
    some = {p for parts in above.values() for p in parts}
    known = dict(Area.objects.filter(code__in=some, valid_to=None).values_list("code", "pk"))
    nearest = {c: next((known[p] for p in parts if p in known), None) for c, parts in above.items()}
    grades = grades_of({a for a in nearest.values() if a is not None}, on)
    out = {}
    for code, area in nearest.items():
        level = OF_RANK.get(rank(grades[area].grade)) if area in grades else None
        if level is not None:
            out[code] = level
    return out
