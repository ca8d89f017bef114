"""Single absent pupils: named or not, held to the numbers, followed until back, seen by the school and the education department, deleted in time."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.schools.place import DAY, Place, make, noon, today
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import Event
from tongchou.rooms.schools.absentees import open_label
from tongchou.rooms.schools.models import Absentee, Check


@pytest.fixture
def place(cast: Cast) -> Place:
    return make(cast)


def named(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"who": who, "reason": reason} for who, reason in pairs]


FEVER = [{"sign": "fever", "pupils": 1, "fresh": 1}]


def test_names_have_to_agree_with_the_numbers(place: Place) -> None:
    one = place.classes[0]
    base: dict[str, Any] = {"school_class": one, "on": str(today()), "session": "morning", "ill": 1, "other": 1, "signs": FEVER}
    assert place.refused("teacher", "school.check", **base, absent=named(("王小明", "fever"))).field == "other"
    assert place.refused("teacher", "school.check", **base, absent=named(("王小明", "ill"), ("李静", "ill"))).field == "ill"
    assert place.refused("teacher", "school.check", **base | {"signs": []}, absent=named(("王小明", "fever"), ("李静", "leave"))).field == "signs"
    twice = place.refused("teacher", "school.check", **base, absent=named(("王小明", "fever"), (" 王小明", "leave")))
    assert (twice.reason, "王小明" in str(twice.as_dict())) == (Reason.DUPLICATE, False)
    assert not Check.objects.exists()
    place.do("teacher", "school.check", **base, absent=named(("王小明", "fever"), ("李静", "leave")))
    assert sorted(open_label(a) for a in Absentee.objects.all()) == ["李静", "王小明"]
    assert all("王小明".encode() not in bytes(a.sealed) for a in Absentee.objects.all())
    assert not Event.objects.filter(data__icontains="王小明").exists()


def test_a_pupil_is_followed_from_check_to_check_until_back(place: Place) -> None:
    one, before = place.classes[0], today() - DAY
    place.check(one, before, ill=1, signs=FEVER, absent=named(("王小明", "fever")))
    place.check(one, before, "noon", ill=2, absent=named(("王小明", "ill"), ("21", "ill")))
    first = Absentee.objects.get(reason="ill", first_check__session="morning")
    assert (first.from_on, first.back_on) == (before, None)
    place.check(one, ill=1, absent=named(("21", "ill")))
    first.refresh_from_db()
    assert first.back_on == today()
    place.check(one, session="noon")  # all are here
    assert not Absentee.objects.filter(back_on=None).exists()
    again = place.classes[1]
    place.check(again, ill=1, absent=named(("赵强", "ill")))
    place.check(again, session="noon", ill=1)  # numbers only: nobody is taken for back
    assert Absentee.objects.get(school_class=again).back_on is None


def test_a_late_check_brings_nobody_back_and_a_correction_takes_its_names_back(place: Place) -> None:
    one, before = place.classes[0], today() - DAY
    place.check(one, ill=1, absent=named(("王小明", "ill")))
    place.do("teacher", "school.check", noon(today(), 12), school_class=one, on=str(before), session="noon", ill=0, nothing=True)
    assert Absentee.objects.get().back_on is None
    correction: dict[str, Any] = {"school_class": one, "on": str(today()), "session": "morning", "ill": 1, "reason": "写错了人"}
    place.do("teacher", "school.check_correct", **correction, absent=named(("王晓明", "ill")))
    assert [open_label(a) for a in Absentee.objects.all()] == ["王晓明"]
    place.check(one, session="noon")
    place.do("teacher", "school.check_correct", **correction | {"session": "noon"}, absent=named(("王晓明", "ill")))
    assert [(open_label(a), a.back_on) for a in Absentee.objects.all()] == [("王晓明", None)]


def test_a_pupil_is_open_once(place: Place) -> None:
    place.check(place.classes[0], ill=1, absent=named(("王小明", "ill")))
    row = Absentee.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError, match="absentee_open_once"), transaction.atomic():
        row.save(force_insert=True)


def test_only_the_school_and_the_education_department_see_them_and_looking_is_recorded(place: Place) -> None:
    cast = place.cast
    place.check(place.classes[0], ill=1, absent=named(("王小明", "ill")))
    address = reverse("school_pupils", args=[place.school])
    assert "王小明" in signed_in(cast, "teacher").get(address).content.decode()
    masked = signed_in(cast, "education").get(address).content.decode()
    assert "王小明" not in masked
    assert "王" in masked
    assert Event.objects.filter(what="personal_read", data__how="pupils").count() == 2
    assert [signed_in(cast, who).get(address).status_code for who in ("other_school", "street", "health", "hq")] == [404, 403, 403, 403]
    pupil = Absentee.objects.get().pk
    assert place.refused("other_school", "school.pupil_follow", pupil=pupil, where="home").reason is Reason.NOT_FOUND
    page = signed_in(cast, "street").get(reverse("school_checks", args=[place.school])).content.decode()
    assert "王小明" not in page


def test_in_the_form_names_fill_in_the_numbers(place: Place) -> None:
    client, one = signed_in(place.cast, "teacher"), place.classes[0]
    form = {"p_who_0": "王小明", "p_reason_0": "fever", "p_who_1": "李静", "p_reason_1": "leave", "p_who_2": "", "p_reason_2": ""}
    address = reverse("school_check", args=[one, str(today()), "morning"])
    assert client.get(address).status_code == 200
    assert client.post(address, form).status_code == 302
    check = Check.objects.get()
    assert (check.ill, check.other, [(s.sign, s.pupils, s.fresh) for s in check.signs.all()]) == (1, 1, [("fever", 1, 1)])
    shown = client.get(reverse("school_check", args=[one, str(today()), "noon"])).content.decode()
    assert "王小明" in shown
    follow = reverse("school_pupil_follow", args=[Absentee.objects.get(reason="fever").pk])
    assert client.post(follow, {"where": "doctor", "school": place.school}).status_code == 302
    assert client.post(follow, {"where": "doctor", "back": "1", "school": place.school}).status_code == 302
    assert Absentee.objects.get(reason="fever").back_on == today()


def test_names_are_deleted_in_time(place: Place) -> None:
    place.check(place.classes[0], ill=1, absent=named(("王小明", "ill")))
    Absentee.objects.update(from_on=today() - 40 * DAY, last_on=today() - 35 * DAY, back_on=today() - 30 * DAY)
    assert act("school.pupils_erase", SYSTEM, new_id(), {}).result["pupils"] == 0
    Absentee.objects.update(back_on=today() - 31 * DAY)
    assert act("school.pupils_erase", SYSTEM, new_id(), {}).result["pupils"] == 1
    assert Check.objects.get().ill == 1
