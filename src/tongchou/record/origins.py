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


def area_written(text: str) -> Area | None:
    """The area on record that a place as people write it names: a division code, or the longest tail that is the name of one area alone.

    None where the record has none, or several: it is not known then.
    """
    plain = text.strip()
    rows = Area.objects.filter(valid_to=None)
    if plain.isdigit():
        return rows.filter(code=plain).first()
    tails = [plain[start:] for start in range(len(plain) - 1)]
    named: dict[str, list[Area]] = {}
    for area in rows.filter(level__in=("province", "city", "district", "street"), name__in=tails):
        named.setdefault(area.name, []).append(area)
    return next((named[tail][0] for tail in tails if len(named.get(tail, ())) == 1), None)
