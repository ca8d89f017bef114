"""Time limits, in hours or in working days of the Chinese calendar with its moved holidays.

Counting: the day on which a limit begins is not counted, and the last day ends when offices close (Civil Code, articles 201 and 203).
The calendar (`chinese_calendar`) holds the holidays that the State Council has announced; for a year that it does not hold yet Monday to
Friday count, and `announced` says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import chinese_calendar
from chinese_calendar.constants import Holiday, holidays, workdays

from tongchou.kernel.clock import SHANGHAI, aware, due
from tongchou.kernel.text import Text

CLOSE = time(18, 0)
"""When offices close."""
LONGEST = 250
"""Working days: about a year."""
_ANNOUNCED = frozenset(day.year for day in (*holidays, *workdays))


def announced(day: date) -> bool:
    """Whether the holidays of that day's year are known."""
    return day.year in _ANNOUNCED


def is_workday(day: date) -> bool:
    """Whether offices work on that day, working week-ends included."""
    return bool(chinese_calendar.is_workday(day)) if announced(day) else day.weekday() < 5


def holiday(name: str, year: int) -> tuple[date, date] | None:
    """First and last day off of a holiday (春节, 国庆节, ...) in a year, with the days off that join it; None where it is not announced.

    Mid-autumn in a year in which it falls on National Day is that holiday.
    """
    named = [day for day, feast in holidays.items() if day.year == year and Holiday(feast).chinese == name]
    if not named:
        return holiday("国庆节", year) if name == "中秋" and announced(date(year, 1, 1)) else None
    first = last = min(named)
    while first - timedelta(days=1) in holidays:
        first -= timedelta(days=1)
    while last + timedelta(days=1) in holidays:
        last += timedelta(days=1)
    return first, last


def end_of_workday(start: datetime, days: int) -> datetime:
    """When the `days`-th working day (1 or more) after the day of `start` ends, in Shanghai time."""
    day, left = aware(start, "from").astimezone(SHANGHAI).date(), days
    while left > 0:
        day += timedelta(days=1)
        left -= is_workday(day)
    return datetime.combine(day, CLOSE, SHANGHAI)


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may take: `hours` of elapsed time, or, when that is None, so many working days."""

    hours: float | None = None
    workdays: int = 0

    def after(self, start: datetime) -> datetime:
        """The deadline, in Shanghai time."""
        return end_of_workday(start, self.workdays) if self.hours is None else due(start, self.hours)

    @property
    def text(self) -> Text:
        """For people: 15 分钟, 24 小时, 2 个工作日."""
        if self.hours is not None and self.hours < 1:
            return Text("{n} 分钟", "{n} {n|minute|minutes}").with_(n=f"{self.hours * 60:g}")
        if self.hours is not None:
            return Text("{n} 小时", "{n} {n|hour|hours}").with_(n=f"{self.hours:g}")
        return Text("{n} 个工作日", "{n} working {n|day|days}").with_(n=self.workdays)
