"""A month as weeks of days: a sheet on a wide screen and on paper, one day below the other on a phone."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from tongchou.kernel.text import Text

WEEKDAYS = [Text("周" + zh, en) for zh, en in zip("一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True)]


def month_after(first: date) -> date:
    """The first day of the next month."""
    return (first + timedelta(days=32)).replace(day=1)


def month_sheet(first: date, today: date, days: Mapping[date, Sequence[Any]], empty_from: date | None = None) -> dict[str, Any]:
    """The context of components/month.html: what stands on which day, with the days of other months that fill the first and last week.

    empty_from: the day from which a day with nothing on it is told on a phone too; None: none but today.
    """
    weeks = [
        [
            {
                "day": day, "weekday": WEEKDAYS[n], "rows": days.get(day, ()), "in": day.month == first.month,
                "told": day in days or day == today or (empty_from is not None and day >= empty_from),
            }
            for n, day in enumerate(week)
        ]
        for week in calendar.Calendar(firstweekday=0).monthdatescalendar(first.year, first.month)
    ]  # fmt: skip
    return {
        "weeks": weeks, "weekdays": WEEKDAYS, "first": first, "today": today, "this_month": today.strftime("%Y-%m"),
        "previous": (first - timedelta(days=1)).strftime("%Y-%m"), "following": month_after(first).strftime("%Y-%m"),
        "nothing": not any(d["rows"] for week in weeks for d in week if d["in"]),
    }  # fmt: skip
