"""Absent pupils who were not asked after in time: the class teacher, then the school, then the education department."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from tests.rooms.schools.place import DAY, Place, noon, today
from tests.rooms.schools.test_pupils import named, place  # noqa: F401
from tests.web.test_pages import signed_in
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import Loop, PostHolding
from tongchou.rooms.schools.actions import pupil_chase
from tongchou.rooms.schools.models import Absentee, PupilChase


def chase(at: datetime | None = None) -> dict[str, Any]:
    return act("school.pupils_chase", SYSTEM, new_id(), {}, now=at).result


@pytest.fixture(autouse=True)
def _workday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pupil_chase, "is_workday", lambda day: True)


def absent(place: Place, days: int = 2) -> Absentee:  # noqa: F811
    place.check(place.classes[0], ill=1, absent=named(("王小明", "ill")))
    Absentee.objects.update(from_on=today() - days * DAY, last_on=today() - days * DAY)
    return Absentee.objects.get()


def test_who_was_not_asked_after_is_chased_once_and_settled_when_heard_of(place: Place) -> None:  # noqa: F811
    row = absent(place, days=1)
    assert chase() == {"opened": 0, "settled": 0}  # a day is not too long
    Absentee.objects.update(from_on=today() - 2 * DAY, last_on=today() - 2 * DAY)
    assert chase() == {"opened": 1, "settled": 0}
    assert chase() == {"opened": 0, "settled": 0}
    loop = PupilChase.objects.get().loop
    assert (loop.owner_unit_id, loop.owner_account, loop.verifier_unit) == (place.school, place.cast.accounts["teacher"], place.cast.units["education"])
    assert "王" not in loop.title + loop.detail
    place.do("teacher", "school.pupil_follow", pupil=row.pk, where="doctor")
    assert chase() == {"opened": 0, "settled": 1}
    loop.refresh_from_db()
    assert loop.end_reason == "done"
    assert chase(noon(today() + 2 * DAY)) == {"opened": 1, "settled": 0}  # silent again
    with pytest.raises(IntegrityError, match="pupil_chase_open_once"), transaction.atomic():  # the twin: what keeps it so
        PupilChase.objects.create(school_class_id=place.classes[0], pupils=1, loop=loop)


def test_it_climbs_from_the_teacher_to_the_school_to_the_education_department(place: Place) -> None:  # noqa: F811
    absent(place)
    chase()
    loop = Loop.objects.get(kind="pupil_follow")
    assert loop.deadline is not None
    reached = []
    for hours in (0, 4, 20):
        act("loop.escalate", SYSTEM, new_id(), {"limit": 10}, now=loop.deadline + timedelta(hours=hours, minutes=1))
        reached.append(Loop.objects.get(pk=loop.pk).level)
    assert reached == ["remind", "supervise", "accountability"]
    education = signed_in(place.cast, "education").get(reverse("loop", args=[loop.pk]))
    assert education.status_code == 200
    assert signed_in(place.cast, "other_school").get(reverse("loop", args=[loop.pk])).status_code == 404


def test_the_school_is_asked_as_a_whole_where_the_teacher_has_gone(place: Place) -> None:  # noqa: F811
    absent(place)
    PostHolding.objects.filter(account=place.cast.accounts["teacher"]).update(to_date=today())
    chase()
    assert PupilChase.objects.get().loop.owner_account is None


def test_nobody_is_chased_on_a_day_off(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    absent(place)
    monkeypatch.setattr(pupil_chase, "is_workday", lambda day: False)
    assert chase()["opened"] == 0
    monkeypatch.setattr(pupil_chase, "is_workday", lambda day: True)
    assert chase()["opened"] == 1


def test_the_schools_page_shows_it_until_it_is_settled(place: Place) -> None:  # noqa: F811
    row, address = absent(place), reverse("school", args=[place.school])
    chase()
    page = signed_in(place.cast, "school").get(address).content.decode()
    assert "缺勤学生未跟踪" in page
    assert reverse("loop", args=[PupilChase.objects.get().loop_id]) in page
    assert "缺勤学生未跟踪" in signed_in(place.cast, "education").get(address).content.decode()
    place.do("teacher", "school.pupil_follow", pupil=row.pk, where="home", back_on=str(today()))
    chase()
    assert "缺勤学生未跟踪" not in signed_in(place.cast, "school").get(address).content.decode()
