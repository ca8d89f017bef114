"""Families and a school: what they are shown, what they tell, and who alone reads it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import SINCE, Cast
from tests.rooms.schools.place import DAY, Place, make, noon, today
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import Account, Event, Post, PostHolding, Unit
from tongchou.record.territory.levels import name_key
from tongchou.rooms.schools.families import away_by_family, coming, schools_named
from tongchou.rooms.schools.models import Absentee, FamilyWord, Measure, SchoolClass
from tongchou.rooms.schools.words import class_name
from tongchou.web.news import news_of


@pytest.fixture
def place(cast: Cast) -> Place:
    """The school, and a resident."""
    account = cast.accounts["resident"] = Account.objects.create(username="resident", display_name="居民")
    post = Post.objects.create(unit=cast.units["spring_community"], title="resident", role="resident")
    PostHolding.objects.create(post=post, account=account, from_date=SINCE)
    return make(cast)


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


def tells(at: Place, /, who: str = "resident", **more: Any) -> int:
    given = {"school_class": at.classes[0], "kind": "absence", "pupil": "王小明", "reason": "fever", "where": "doctor", "from_on": str(today())} | more
    return int(at.do(who, "school.family_tell", **given)["word"])


def test_a_family_reads_whether_and_when_and_whom_to_call(place: Place) -> None:
    browser, url = signed_in(place.cast, "resident"), reverse("family_class", args=[place.classes[0]])
    assert "没有同意到校上课" in text(browser, url)
    place.opened()
    tomorrow = today() + DAY
    windows = [
        {"gate": "东门", "starts_at": noon(tomorrow, 8 + n).isoformat(), "ends_at": noon(tomorrow, 9 + n).isoformat(), "classes": place.classes[2 * n : 2 * n + 2]}
        for n in range(2)
    ]
    place.do("school", "school.turns", school=place.school, kind="return", windows=windows)
    place.do("school", "school.notice", school=place.school, phone="0990-5550123", text="带口罩两只")
    page = text(browser, url)
    for said in ("起到校上课", f"{tomorrow} 08:00", "东门", "带口罩两只", "0990-5550123"):
        assert said in page
    assert [c.starts_at.hour for c in coming(SchoolClass.objects.get(pk=place.classes[2]), today())] == [9]  # each class its own window
    assert reverse("family_class", args=[place.classes[0]]) in text(browser, reverse("family") + "?q=school")
    Account.objects.update(language="en")
    page = text(signed_in(place.cast, "resident"), url)
    assert "Lessons at school since" in page
    assert "现在" not in page


def test_a_suspended_class_is_told_not_to_come(place: Place) -> None:
    place.opened()
    place.ill(place.classes[0], "vomiting", 3)
    act("school.evaluate", SYSTEM, new_id(), {"as_of": str(today())})
    one = Measure.objects.get(kind="suspend_class")
    place.do("education", "school.measure", measure=one.pk, decision="order", from_day=str(today()), to_day=str(today() + 3 * DAY))
    browser = signed_in(place.cast, "resident")
    assert "请不要到校" in text(browser, reverse("family_class", args=[one.school_class_id]))
    other = next(c for c in place.classes if c != one.school_class_id)
    assert "请不要到校" not in text(browser, reverse("family_class", args=[other]))
    rest = Measure.objects.get(kind="home_rest")
    assert "患病学生居家休息" not in text(browser, reverse("family_class", args=[other]))  # proposed is not ordered
    place.do("education", "school.measure", measure=rest.pk, decision="order", from_day=str(today()), to_day=str(today() + 3 * DAY))
    assert "患病学生居家休息" in text(browser, reverse("family_class", args=[other]))


def test_what_a_family_tells_stands_in_the_check_and_is_read_by_the_school_alone(place: Place) -> None:
    """The teacher retypes nothing; who told it sees that it was read; no other school, office or family sees the name."""
    place.opened()
    word = tells(place)
    said = [n.text.zh for n in news_of(place.cast.as_("teacher"), timezone.now())]
    assert any("家长报告 1 条未阅" in s for s in said)
    page = text(signed_in(place.cast, "teacher"), reverse("school_words", args=[place.school]))
    assert "王小明" in page
    assert Event.objects.filter(what="personal_read", data__how="pupils").exists()
    check = reverse("school_check", args=[place.classes[0], str(today()), "morning"])
    form = text(signed_in(place.cast, "teacher"), check)
    assert 'value="王小明"' in form
    assert "家长报告" in form
    sent = {"client_id": str(new_id()), "p_who_0": "王小明", "p_reason_0": "fever"}
    assert signed_in(place.cast, "teacher").post(check, sent).status_code == 302
    assert Absentee.objects.get().reason == "fever"
    place.do("teacher", "school.family_take", word=word)
    assert "学校已阅" in text(signed_in(place.cast, "resident"), reverse("family"))
    assert signed_in(place.cast, "other_school").get(reverse("school_words", args=[place.school])).status_code == 404
    for who in ("education", "health", "leader", "hq", "street"):
        assert signed_in(place.cast, who).get(reverse("school_words", args=[place.school])).status_code in (403, 404)
    assert place.refused("other_school", "school.family_take", word=word).reason is Reason.NOT_FOUND
    assert place.refused("other_school", "school.family_take_back", word=word).reason is Reason.NOT_ALLOWED


def test_only_the_own_word_is_taken_back(place: Place) -> None:
    word = tells(place)
    place.cast.accounts["neighbour"] = account = Account.objects.create(username="neighbour", display_name="邻居")
    post = PostHolding.objects.get(account=place.cast.accounts["resident"]).post
    PostHolding.objects.create(post=post, account=account, from_date=today() - DAY)
    assert place.refused("neighbour", "school.family_take_back", word=word).reason is Reason.NOT_FOUND
    assert "王小明" not in text(signed_in(place.cast, "neighbour"), reverse("family"))
    again = {"school_class": place.classes[0], "kind": "absence", "pupil": "王小明", "reason": "ill", "from_on": str(today())}
    assert place.refused("resident", "school.family_tell", **again).reason is Reason.DUPLICATE
    place.do("resident", "school.family_take_back", word=word)
    assert tells(place, reason="ill") != word


def test_bad_input_is_refused_by_its_field(place: Place) -> None:
    def field(**more: Any) -> str:
        given = {"school_class": place.classes[0], "kind": "absence", "pupil": "王小明", "reason": "fever", "from_on": str(today())} | more
        return str(place.refused("resident", "school.family_tell", **given).field)

    assert field(reason="") == "reason"
    assert field(pupil="　") == "pupil"
    assert field(from_on=str(today() - 10 * DAY)) == "from_on"
    assert field(from_on=str(today() + 90 * DAY)) == "from_on"
    assert field(to_on=str(today() - DAY)) == "to_on"
    assert field(school_class=0) == "school_class"
    browser, url = signed_in(place.cast, "resident"), reverse("family_tell", args=[place.classes[0], "absence"])
    page = browser.post(url, {"client_id": str(new_id()), "pupil": "王小明", "reason": "fever", "from_on": "2026-02-30"})
    assert page.status_code == 422
    assert 'id="id_from_on_error"' in page.content.decode()
    assert 'value="王小明"' in page.content.decode()  # what was typed is still there


def test_holidays_are_tallied_for_the_class_report(place: Place) -> None:
    """One pupil once, by the latest word; the report of the class counts all, and asks the others."""
    leaves = str(today() + 20 * DAY)
    tells(place, kind="travel", reason="", where="", place="外省某县", from_on=leaves)
    tells(place, kind="travel", reason="", where="", place="", pupil="李小红", from_on=leaves)
    room = SchoolClass.objects.get(pk=place.classes[0])
    assert away_by_family(room.pk, today()) == [("", 1), ("外省某县", 1)]
    page = text(signed_in(place.cast, "teacher"), reverse("school_travel", args=[room.pk]))
    assert "家长报告：留在本地 1 人、外省某县 1 人" in page
    assert "王小明" not in page


def test_words_are_deleted_in_time(place: Place) -> None:
    tells(place)
    act("school.pupils_erase", SYSTEM, new_id(), {}, now=timezone.now() + timedelta(days=29))
    assert FamilyWord.objects.exists()
    act("school.pupils_erase", SYSTEM, new_id(), {}, now=timezone.now() + timedelta(days=32))
    assert not FamilyWord.objects.exists()


def test_a_school_is_found_by_name_and_pinyin(place: Place) -> None:
    Unit.objects.filter(pk=place.school).update(name="清源第一小学", name_key=name_key("清源第一小学"))
    for typed in ("第一小学", "qingyuan", "qydyxx"):
        assert [s.pk for s in schools_named(typed)] == [place.school], typed
    assert schools_named(" ") == []
    assert schools_named("%") == []


def test_a_class_has_its_name_in_english() -> None:
    assert class_name(2, "1班").en == "grade 2 class 1"
    assert class_name(2, "1班").zh == "二年级1班"
    assert class_name(-1, "向日葵班").en == "K3 向日葵班"
