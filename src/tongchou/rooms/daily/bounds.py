"""The room's numbers as the district's page of rules lists them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tongchou.kernel.text import Text
from tongchou.rooms.daily.anomaly import LEAST
from tongchou.rooms.daily.lacking import BACK, SUSPECT
from tongchou.rooms.daily.numbers import daily_rules
from tongchou.rooms.daily.spots import DAYS
from tongchou.web.bounds import PROPOSED, Bound, bounds, of_kinds, of_parameters


@bounds(Text("日报和考勤", "Daily reports and attendance"))
def of_daily(day: date) -> Iterable[Bound]:
    """Every parameter of the daily room."""
    return of_parameters(daily_rules())


@bounds(Text("擅自复工线索和抽查", "Signs of work without a right, and spot checks"))
def of_signs(day: date) -> Iterable[Bound]:
    """From when on a meter is put before people, and how far back it is compared."""
    for title, value in (
        (Text("用电用水高出停工日多少个稳健标准差列为线索", "Robust deviations above its idle days from which a meter is a sign"), f"{SUSPECT:g}"),
        (Text("与此前多少天内的停工日比较", "Days back within which idle days are compared"), str(BACK)),
        (Text("少于多少个停工日不作判断", "Idle days below which nothing is said"), str(LEAST)),
        (Text("抽查名单多少天内未查列为待查", "Days for which a drawn enterprise stays to be looked at"), str(DAYS)),
    ):
        yield Bound(title, value, "unconfirmed", PROPOSED)


@bounds(Text("办理期限", "Time limits"))
def of_clocks(day: date) -> Iterable[Bound]:
    """How long silence, a fever at the workplace, an alarm and a matter of unapproved work may take."""
    return of_kinds("daily_missing", "workplace_fever", "attendance_alarm", "resumption_breach")
