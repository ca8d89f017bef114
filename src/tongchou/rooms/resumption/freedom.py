"""Where an enterprise may work without anything on record: the areas in which the way that holds today asks for nothing."""

from __future__ import annotations

from datetime import date

from django.db import connection

from tongchou.kernel.errors import Refusal
from tongchou.packs.grading.course import OF_RANK
from tongchou.packs.grading.scheme import rank
from tongchou.record.questions.grades import grades_of
from tongchou.rooms.resumption.ways import FREE, rules_on, way_of


def free_areas(on: date) -> tuple[list[int], list[int]]:
    """(areas in which every enterprise, areas in which one that stands on a list) needs nothing on a day. Areas with enterprises only.

    Areas of the same grade and county are alike: the pack is asked once for each sort, not once for each area. A grade that is not on record is unknown.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select a.id, a.code from record_area a where exists (select from record_unit u where u.area_id = a.id and u.kind = 'enterprise' and u.active_to is null)"
        )
        areas: list[tuple[int, str]] = cursor.fetchall()
    grades, rules = grades_of({a for a, _ in areas}, on), rules_on(on)
    known: dict[tuple[str, str | None, bool], bool] = {}
    out: tuple[list[int], list[int]] = ([], [])
    for area, code in areas:
        held = grades.get(area)
        level = OF_RANK.get(rank(held.grade)) if held else None
        for listed in (False, True):
            key = (code[:6], level, listed)
            if key not in known:
                known[key] = _free(code, on, rules, level, listed)
            if known[key]:
                out[listed].append(area)
    return out


def _free(code: str, on: date, rules: dict[str, object], level: str | None, listed: bool) -> bool:
    try:
        return way_of(code, on, rules, essential=listed or None, level=level).used in FREE
    except Refusal:  # before the first edition of the pack nothing is known
        return False
