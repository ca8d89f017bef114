"""Working days with moved holidays. The days around the holidays of 2020: the State Council's notices for that year."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.workdays import Limit, announced, end_of_workday, holiday, is_workday


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2020, 1, 19), True),  # a Sunday worked for the Spring Festival
        (date(2020, 1, 31), False),  # the festival, made longer by the outbreak
        (date(2020, 2, 2), False),
        (date(2020, 2, 3), True),
        (date(2020, 5, 4), False),
        (date(2020, 5, 9), True),  # a Saturday worked for the Labour Day holiday
        (date(2022, 10, 8), True),
        (date(2022, 10, 7), False),
    ],
)
def test_holidays_are_moved(day: date, works: bool) -> None:
    assert is_workday(day) is works


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (datetime(2020, 2, 14, 9, 0, tzinfo=SHANGHAI), 2, datetime(2020, 2, 18, 18, 0, tzinfo=SHANGHAI)),  # Friday: Monday, Tuesday
        (datetime(2020, 4, 30, 23, 59, tzinfo=SHANGHAI), 2, datetime(2020, 5, 7, 18, 0, tzinfo=SHANGHAI)),  # over the holiday
        (datetime(2020, 5, 8, 17, 0, tzinfo=SHANGHAI), 1, datetime(2020, 5, 9, 18, 0, tzinfo=SHANGHAI)),  # into a working Saturday
    ],
)
def test_a_limit_begins_the_next_day_and_ends_when_offices_close(start: datetime, days: int, end: datetime) -> None:
    assert end_of_workday(start, days) == end
    assert Limit(workdays=days).after(start) == end


def test_a_year_that_is_not_announced_counts_monday_to_friday() -> None:
    day = date(2039, 10, 3)  # a Monday in what will be the National Day holiday
    assert not announced(day)
    assert is_workday(day)
    assert announced(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("name", "year", "first", "last"),
    [
        ("春节", 2020, date(2020, 1, 24), date(2020, 2, 2)),
        ("国庆节", 2023, date(2023, 9, 29), date(2023, 10, 6)),  # with Mid-autumn before it
        ("中秋", 2020, date(2020, 10, 1), date(2020, 10, 8)),  # on National Day
        ("元旦", 2023, date(2022, 12, 31), date(2023, 1, 2)),
    ],
)
def test_a_holiday_has_its_first_and_last_day(name: str, year: int, first: date, last: date) -> None:
    assert holiday(name, year) == (first, last)
    assert holiday(name, 2039) is None
