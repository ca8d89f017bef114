"""The demo district's case numbers and grades: the county's of February 2020, outbreaks of July and November 2022, all through act().

Numbers and places are invented. The rules are those of the days: by county, the ninth edition, the twenty measures; today no areas are
graded.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from tongchou.cli.demo_cast import Demo
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.rooms.risk.models import Proposal

_SPRING, _ZONES = date(2020, 2, 17), date(2021, 5, 11)
_SUMMER, _AUTUMN = date(2022, 7, 4), date(2022, 11, 14)
_CASES: dict[date, tuple[tuple[str, int, str], ...]] = {
    _SPRING: (("community:1", 2, ""),),
    _SUMMER: (("community:0", 2, "residence"), ("community:3", 1, "possible")),
    _SUMMER + timedelta(days=1): (("community:0", 3, ""),),
    _SUMMER + timedelta(days=2): (("community:5", 1, "residence"),),
    _AUTUMN: (("community:8", 1, "residence"), ("community:20", 2, "likely")),
}
"""Day -> (community, cases, what the place was, where it is new)."""
_ROUNDS = {_SUMMER + timedelta(days=n): ("community:0", "community:3", "community:5") for n in (7, 8, 9)} | {
    _AUTUMN + timedelta(days=5): ("community:8", "community:20")
}
_SPANS = ((_SPRING, 17), (_ZONES, 1), (_SUMMER - timedelta(days=3), 22), (_AUTUMN - timedelta(days=2), 12))


def make_risk(demo: Demo) -> None:
    """Day by day: numbers with explicit zeros, findings, the evaluation, and the two steps of every change that it proposes."""
    for first, length in _SPANS:
        for n in range(length):
            _day(demo, first + timedelta(days=n))


def _day(demo: Demo, day: date) -> None:
    when = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)

    def do(who: str, verb: str, minutes: int, **payload: Any) -> None:
        act(verb, demo.actor(who), new_id(), payload, now=when + timedelta(minutes=minutes))

    def area(key: str) -> int:
        kind, _, n = key.partition(":")
        return demo.areas[demo.at(kind, int(n))].pk if n else demo.areas[key].pk

    do("hq", "risk.count", 0, area=area("district"), day=day.isoformat(), cases=0, source="区疾控中心日报")
    for key, cases, place in _CASES.get(day, ()):
        known = {"unknown_source": 0, "largest_cluster": cases} if cases > 1 else {}
        do("hq", "risk.count", 5, area=area(key), day=day.isoformat(), cases=cases, source="区疾控中心日报", **known)
        if place:
            do("hq", "risk.find", 10, area=area(key), fact="place", value=place, day=day.isoformat(), source=f"流调报告 {day:%m%d}-1 号")
    for key in _ROUNDS.get(day, ()):
        do("hq", "risk.find", 15, area=area(key), fact="round_negative", value="yes", day=day.isoformat(), source=f"{day:%m}月{day:%d}日区域核酸第三轮")
    do("hq", "risk.evaluate", 30, as_of=day.isoformat())
    for row in Proposal.objects.filter(decided_at=None, submitted_at=None).order_by("proposed_at", "pk"):
        do("hq", "risk.submit", 60, proposal=str(row.pk))
        with suppress(Refusal):  # what rests on a rule that nobody has signed for waits for that
            do("leader", "risk.approve", 90, proposal=str(row.pk), document=f"区疫情防控指挥部令〔{day.year}〕{day:%m%d}号")
