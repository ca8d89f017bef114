"""The regime of resumption: the same enterprise on four days, in areas of different grade, with the document that says so."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.cast import Cast
from tongchou.kernel.errors import Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.models import AreaGrade
from tongchou.record.regime import regime

DISTRICT = "990101"
MARCH = date(2020, 3, 10)


def graded(cast: Cast, grade: str) -> None:
    AreaGrade.objects.create(
        area=cast.areas["district"], grade=grade, pack="covid-19", edition="covid-e6", rule="r", from_date=date(2020, 3, 2), known_from="2020-03-02T00:00:00Z",
        proposal=new_id(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "day", "outcome", "number"),
    [
        ("440606", date(2020, 2, 5), "banned", ""), ("321202", date(2020, 2, 20), "approval", "第6号"), ("520115", date(2020, 2, 20), "filing", "筑府办发电〔2020〕5号"),
        (DISTRICT, date(2020, 2, 20), "approval_or_filing", "第6号"),
    ],
)  # fmt: skip
def test_before_grades_count_the_day_and_the_place_decide(
    cast: Cast, code: str, day: date, outcome: str, number: str
) -> None:
    found = regime(code, day, essential=False)
    assert found.outcome == outcome
    assert found.document is not None
    assert found.document[1] == number


def test_in_a_low_risk_area_no_approval_may_delay_it(cast: Cast) -> None:
    graded(cast, "low")
    found = regime(cast.areas["spring"].code, MARCH)  # a community has its county's grade
    assert (found.outcome, found.level) == ("no_procedure", "low")
    assert found.document is not None
    assert found.document[1] == "国办发明电〔2020〕6号"


def test_elsewhere_by_list_or_on_a_commitment(cast: Cast) -> None:
    graded(cast, "high")
    assert regime(DISTRICT, MARCH, commitment=False).outcome == "list"
    assert regime(DISTRICT, MARCH, commitment=True).outcome == "commitment"
    assert regime(DISTRICT, MARCH, level="low").outcome == "no_procedure"


def test_no_grade_on_record_is_not_low(cast: Cast) -> None:
    found = regime(DISTRICT, MARCH)
    assert (found.outcome, found.level, len(found.needs)) == ("undetermined", None, 1)


def test_the_exception_of_hubei_and_beijing(cast: Cast) -> None:
    assert regime("110105", MARCH, level="low").outcome == "local_rule"


def test_a_day_before_the_first_rule_is_refused(cast: Cast) -> None:
    with pytest.raises(Refusal):
        regime(DISTRICT, date(2020, 1, 1))


def test_the_page_says_it_to_everybody_with_the_document(cast: Cast, client: Any) -> None:
    graded(cast, "low")
    page = client.get("/regime?on=2020-03-10").content.decode()
    assert "不得设置审批、备案延缓开工" in page
    assert "国办发明电〔2020〕6号" in page
    assert "不等于低风险" in client.get("/regime?on=2020-02-20").content.decode()
    assert client.get("/regime?on=x").status_code == 422
    assert client.get("/regime?on=2019-01-01").status_code == 422
