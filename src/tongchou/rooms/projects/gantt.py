"""The bars of a plan as numbers for an SVG: no script, no inline style."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tongchou.rooms.projects.models import Part

WIDTH, LEFT, ROW = 600, 4, 38
LONGEST = 3_660


@dataclass(frozen=True, slots=True)
class Bar:
    """x, width in the units of the drawing. late_from: where the part that runs over its planned end begins; None when it does not.

    days: how many days an unfinished part is late today.
    """

    part: Part
    y: int
    x: float
    width: float
    tone: str
    late_x: float | None
    late_width: float
    days: int = 0


@dataclass(frozen=True, slots=True)
class Drawing:
    bars: list[Bar]
    months: list[tuple[float, str]]
    today: float | None
    height: int


def draw(parts: list[Part], today: date) -> Drawing | None:
    """Lay the parts out from the first planned day to the last planned or actual one; None without parts."""
    if not parts:
        return None
    first = min(p.planned_from for p in parts).replace(day=1)
    last = max([*(max(p.planned_to, p.done_on or p.planned_to) for p in parts), today if any(p.done_on is None for p in parts) else first])
    last = min(last, first + timedelta(days=LONGEST)) + timedelta(days=5)
    days = max((last - first).days, 1)

    def x(day: date) -> float:
        return round(LEFT + (WIDTH - 2 * LEFT) * min(max((day - first).days, 0), days) / days, 1)

    bars = []
    for n, p in enumerate(parts):
        end = p.done_on or p.planned_to
        over = (p.done_on or today) > p.planned_to
        tone = "done" if p.done_on else "late" if p.planned_to < today else "open"
        start, stop = x(p.planned_from), x(max(min(end, p.planned_to), p.planned_from) + timedelta(days=1))
        late_from = x(p.planned_to + timedelta(days=1)) if over else None
        late_to = x((p.done_on or today) + timedelta(days=1))
        width = round(max(stop - start, 3), 1)
        late = round(max(late_to - late_from, 2), 1) if late_from is not None else 0
        bars.append(Bar(p, n * ROW, start, width, tone, late_from, late, (today - p.planned_to).days if tone == "late" else 0))
    return Drawing(bars, _months(first, last, x, days), x(today) if first <= today <= last else None, len(parts) * ROW + 22)


def _months(first: date, last: date, x: object, days: int) -> list[tuple[float, str]]:
    assert callable(x)
    step = 1 if days < 400 else 3 if days < 1200 else 12
    out, day, n = [], first, 0
    while day <= last:
        if n % step == 0:
            out.append((x(day), f"{day:%Y-%m}"))
        day, n = (day + timedelta(days=32)).replace(day=1), n + 1
    return out
