"""Periods over which units are scored and reports are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text

LONGEST = timedelta(days=370)


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both included, in Asia/Shanghai."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), SHANGHAI)

    @property
    def until(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(), SHANGHAI)

    @property
    def before(self) -> Period:
        """The period of the same length that ends the day before."""
        days = self.last - self.first
        return Period(self.first - days - timedelta(days=1), self.first - timedelta(days=1))


def period(first: date, last: date) -> Period:
    """Check and make a period. Raises a Refusal."""
    if first > last:
        rule = Text("起始日期晚于截止日期。", "The first day is after the last.")
        raise Refusal(
            Reason.INVALID_VALUE, rule, remedy=Text("请调整日期。", "Change the dates."), field="last", value=str(last)
        )
    if last - first > LONGEST:
        rule = Text("考核期不得超过一年。", "A period may not be longer than a year.")
        raise Refusal(
            Reason.INVALID_VALUE,
            rule,
            remedy=Text("请缩短日期范围。", "Choose a shorter one."),
            field="first",
            value=str(first),
        )
    return Period(first, last)


def recent(now: datetime) -> Period:
    """What the page of scores shows first: the last thirty days."""
    today = now.astimezone(SHANGHAI).date()
    return Period(today - timedelta(days=29), today)
