"""The grade of an area on a day, as the record says now or said at an earlier moment. Grades are public: no reach is asked for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade that holds on a day. area: whose row it is, which may be an area above the one asked for."""

    area: int
    code: str
    name: str
    grade: str
    since: date
    until: date | None
    pack: str
    edition: str
    rule: str
    proposal: uuid.UUID
    known_from: datetime


_COLUMNS = "g.area_id, a.code, a.name, g.grade, g.from_date, g.to_date, g.pack, g.edition, g.rule, g.proposal, g.known_from"
_HOLDS = """g.from_date <= %(on)s and (g.to_date is null or g.to_date > %(on)s)
  and (case when %(at)s::timestamptz is null then g.known_to is null
       else g.known_from <= %(at)s and (g.known_to is null or g.known_to > %(at)s) end)"""


def grade_of(area: int, on: date, at: datetime | None = None) -> Grade | None:
    """The grade of an area: its own, else that of the nearest area above it. None: none is on record, which does not mean low.

    at: as the record said then; None for what it says now.
    """
    return grades_of([area], on, at).get(area)


def grades_of(areas: Iterable[int], on: date, at: datetime | None = None) -> dict[int, Grade]:
    """The same for many areas in one statement; areas without a grade are absent."""
    values: dict[str, Any] = {"areas": list(areas), "on": on, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select distinct on (w.id) w.id, {_COLUMNS} from record_area w
                cross join lateral unnest(string_to_array(rtrim(w.path, '.'), '.')::bigint[]) up(id) join record_areagrade g on g.area_id = up.id
                join record_area a on a.id = g.area_id
                where w.id = any(%(areas)s) and {_HOLDS} order by w.id, length(a.path) desc""",
            values,
        )
        return {row[0]: Grade(*row[1:]) for row in cursor.fetchall()}


def grades_on(on: date, at: datetime | None = None) -> list[Grade]:
    """Every grade that holds on a day, by code."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from record_areagrade g join record_area a on a.id = g.area_id where {_HOLDS} order by a.code, a.id",
            {"on": on, "at": at},
        )
        return [Grade(*row) for row in cursor.fetchall()]


def grade_history(area: int, at: datetime | None = None) -> list[Grade]:
    """Every grade that an area itself has had, the latest first."""
    known = "g.known_to is null" if at is None else "g.known_from <= %(at)s and (g.known_to is null or g.known_to > %(at)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from record_areagrade g join record_area a on a.id = g.area_id where g.area_id = %(area)s and {known} order by g.from_date desc",
            {"area": area, "at": at},
        )
        return [Grade(*row) for row in cursor.fetchall()]
