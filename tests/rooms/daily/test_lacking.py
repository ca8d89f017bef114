"""Signs of what is lacking: a permit that the rule of the day asks for, files of people who are there. No data, no sign."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.daily.helping import DAY, hired, permit, reported, today
from tongchou.kernel.ids import new_id
from tongchou.record.models import AreaGrade
from tongchou.rooms.daily import lacking
from tongchou.rooms.daily.evidence import evidence_of, signs
from tongchou.rooms.daily.models import Alarm, Attendance, Report, Signal


@pytest.fixture
def graded(cast: Cast) -> Any:
    def grade(level: str) -> None:
        AreaGrade.objects.all().delete()
        AreaGrade.objects.create(**_grade(cast, level))

    return grade


def _grade(cast: Cast, level: str) -> dict[str, Any]:
    return {
        "area": cast.areas["district"], "grade": level, "pack": "x", "edition": "x", "rule": "x", "from_date": today() - 9 * DAY,
        "known_from": timezone.now() - 9 * DAY, "proposal": new_id(),
    }  # fmt: skip


def of(cast: Cast, who: str = "street") -> list[lacking.Sign]:
    return signs(cast.as_(who), today(), "breach.handle")


def was_there(cast: Cast, name: str, days: int = 1, **more: Any) -> None:
    person = hired(cast, "works", name, **more)
    for n in range(days):
        at = timezone.now() - n * DAY
        Attendance.objects.create(unit=cast.units["works"], person=person, day=today() - n * DAY, at=at, direction="in", way="machine", act=new_id())


def test_at_work_without_any_permit_where_the_rule_asks_for_one(cast: Cast, graded: Any) -> None:
    reported(cast)
    assert of(cast) == []  # no grade on record: the rule is not known
    graded("low")
    assert of(cast) == []  # nothing may be asked for
    graded("high")
    (sign,) = of(cast)
    said = "；".join(t.zh for t in sign.why)
    assert "清单管理" in said
    assert "日报在岗 80 人" in said
    assert of(cast, "next_street") == []
    permit(cast.units["works"])
    assert of(cast) == []


def test_a_meter_that_starts_is_a_sign_and_one_within_its_history_is_none(cast: Cast, graded: Any) -> None:
    graded("high")

    def measure(last: str) -> None:
        Signal.objects.all().delete()
        for n in range(14):
            Signal.objects.create(unit=cast.units["works"], day=today() - n * DAY, kind="power", value=last if n < 2 else 100 + n % 3, act=new_id())

    measure("103")
    assert of(cast) == []
    measure("900")
    (sign,) = of(cast)
    assert (sign.score or 0) > lacking.SUSPECT
    assert "900" in sign.why[-1].zh
    Report.objects.create(
        id=new_id(), unit=cast.units["works"], day=today() - 4 * DAY, at_work=50, abnormal=0, incidents=0, late=False, via="own", reported_at=timezone.now()
    )
    assert len(of(cast)) == 1  # a day at work is left out of the history, the others are enough


def test_people_on_no_file_and_people_whose_file_says_not_back(cast: Cast) -> None:
    was_there(cast, "甲一", returned_on=today() - 9 * DAY)
    was_there(cast, "乙二", 2)
    assert of(cast) == []  # one may be a day's delay
    was_there(cast, "丙三")
    (sign,) = of(cast)
    assert "2 人在场，最多的到场 2 天" in sign.why[0].zh
    for n in range(3):
        common: dict[str, Any] = {"unit": cast.units["works"], "day": today(), "kind": "stranger", "act": new_id(), "at": timezone.now()}
        visitor = {"state": "answered", "how": "visitor"} if n == 0 else {}
        Alarm.objects.create(who=f"{n}", **common, **visitor)
    (sign,) = of(cast)
    assert "2 人不在员工档案" in sign.why[0].zh  # the visitor is none
    assert lacking.file_counts(cast.units["works"].pk, today()) == (2, 2)
    assert "不在员工档案的 2 人" in evidence_of(cast.units["works"].pk, today())["said"]
    assert of(cast, "next_street") == []
