"""Who has resumed, under each way: by permit, filing or commitment on record, or where nothing is needed by what the enterprise reports."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.daily.helping import clock, hired, permit, reported, system, today
from tests.rooms.resumption.flow import graded
from tests.web.test_pages import signed_in
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context
from tongchou.record.actions.work_orders import Wanted, issue
from tongchou.rooms.daily.models import Attendance, Report, Silence
from tongchou.rooms.resumption.freedom import free_areas
from tongchou.rooms.resumption.questions import RateLine, resumed


def total(cast: Cast, who: str = "hq", by: str = "street") -> tuple[int, int, int]:
    rows: list[RateLine] = resumed(cast.as_(who), by)
    return sum(r.total for r in rows), sum(r.permits for r in rows), sum(r.free for r in rows)


def low(cast: Cast) -> None:
    """Low risk, in which the plan of today asks for nothing."""
    graded(cast, "low", on=timezone.now())
    assert set(free_areas(today())[0]) == {u.area_id for u in (cast.units["works"], cast.units["mill"])}


def at_the_gate(cast: Cast, days: int = 1) -> None:
    person = hired(cast, "works", "工一")
    at = timezone.now() - timedelta(days=days)
    Attendance.objects.create(unit=cast.units["works"], person=person, day=timezone.localdate(at), at=at, direction="in", way="phone", act=new_id())


def test_without_a_grade_nothing_is_free_and_nobody_is_assumed_to_work(cast: Cast) -> None:
    assert free_areas(today()) == ([], [])
    reported(cast)
    assert total(cast) == (2, 0, 0)


def test_where_nothing_is_needed_the_daily_report_says_who_works(cast: Cast) -> None:
    low(cast)
    assert total(cast) == (2, 0, 0)  # not known is not at work
    reported(cast)
    assert total(cast) == (2, 0, 1)
    assert {sum(r.resumed for r in resumed(cast.as_("hq"), by)) for by in ("street", "industry", "size")} == {1}
    assert total(cast, "street") == (1, 0, 1)
    assert total(cast, "next_street") == (1, 0, 0)


@pytest.mark.parametrize("figures", [{"closed": True, "at_work": 0, "on_leave": 0}, {"at_work": 0, "on_leave": 0}])
def test_a_report_of_no_work_is_no_work(cast: Cast, figures: dict[str, object]) -> None:
    low(cast)
    reported(cast, **figures)
    assert total(cast)[2] == 0


def test_an_old_report_says_nothing(cast: Cast) -> None:
    low(cast)
    reported(cast)
    Report.objects.update(day=today() - timedelta(days=8))
    assert total(cast)[2] == 0


def test_a_permit_counts_once_and_who_is_stopped_or_suspended_does_not(cast: Cast) -> None:
    low(cast)
    permit(cast.units["works"])
    reported(cast)
    reported(cast, "rival", "mill")
    assert total(cast) == (2, 1, 1)
    issue(Context(new_id(), SYSTEM, timezone.now(), ()), [Wanted("stop", cast.units["mill"].pk, cast.units["office"].pk, "夜间开工")])
    assert total(cast) == (2, 1, 0)


def test_the_pages_say_what_it_means(cast: Cast) -> None:
    low(cast)
    reported(cast)
    for name in ("resumption", "resumption_rate"):
        page = signed_in(cast, "hq").get(reverse(name)).content.decode()
        assert "按现行规定免办手续的，近 7 日日报或考勤显示有人在岗" in page


def test_who_works_without_a_permit_owes_the_daily_report(cast: Cast) -> None:
    at_the_gate(cast)
    system("daily.chase", clock(19))
    assert list(Silence.objects.values_list("unit", flat=True)) == [cast.units["works"].pk]
    low(cast)
    assert total(cast)[2] == 1  # by attendance, without any report


def test_nobody_at_the_gate_owes_nothing(cast: Cast) -> None:
    system("daily.chase", clock(19))
    assert not Silence.objects.exists()
