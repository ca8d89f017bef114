"""Fever at the workplace: the plan's two readings, its quarter of an hour, contacts by attendance, what the diagnosis brings."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.daily.helping import DAY, do, hired, permit, refused, reported, system, today
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.models import Loop, Person, ReadSubject, Staff, WorkPermit
from tongchou.rooms.daily.contacts import contacts_of
from tongchou.rooms.daily.fevers import fever_lines
from tongchou.rooms.daily.models import Attendance, Fever

MINUTE = timedelta(minutes=1)


def first(cast: Cast, value: str = "37.8", ago: int = 6, **more: Any) -> str:
    at = timezone.now() - ago * MINUTE
    return str(
        do(cast, "enterprise", "fever.first", unit=cast.units["works"].pk, first=value, at=at.isoformat(), **more)[
            "fever"
        ]
    )


def second(cast: Cast, fever: str, value: str = "37.6") -> dict[str, Any]:
    return do(cast, "enterprise", "fever.second", fever=fever, second=value, at=timezone.now().isoformat())


def text(**given: str) -> list[dict[str, str]]:
    return [{"key": k, "type": "text", "text": v} for k, v in given.items()]


def fevered(cast: Cast, **more: Any) -> Loop:
    return Loop.objects.get(pk=second(cast, first(cast, **more))["loop"])


def advance(cast: Cast, who: str, loop: Loop, step: str, **evidence: str) -> None:
    do(cast, who, "loop.advance", loop=str(loop.pk), step=step, evidence=text(**evidence))
    loop.refresh_from_db()


def test_two_readings_start_the_plans_quarter_of_an_hour(cast: Cast) -> None:
    loop = fevered(cast)
    row = Fever.objects.get()
    assert (loop.kind, loop.owner_unit, loop.verifier_unit) == (
        "workplace_fever",
        cast.units["works"],
        cast.units["east_street"],
    )
    assert row.second_at is not None
    assert loop.deadline == row.second_at + 15 * MINUTE
    assert (row.outcome, row.rule) == ("phone", "fever")
    system("loop.escalate", row.second_at + 21 * MINUTE)
    loop.refresh_from_db()
    assert loop.level == "supervise"  # by minutes, not hours


def test_one_reading_is_not_two_and_five_minutes_are_five(cast: Cast) -> None:
    assert refused(lambda: first(cast, "37.3")).field == "first"
    early = first(cast, ago=3)
    assert refused(lambda: second(cast, early)).field == "at"
    told = second(cast, first(cast), "36.9")
    assert (told["outcome"], told["loop"]) == ("normal", None)
    assert not Loop.objects.exists()
    assert refused(lambda: second(cast, str(Fever.objects.get(outcome="normal").pk))).reason is Reason.CONFLICT


def test_without_a_second_reading_in_time_it_is_handled_as_a_fever(cast: Cast) -> None:
    first(cast, ago=9)
    assert system("fever.overdue")["opened"] == 0
    assert system("fever.overdue", timezone.now() + 2 * MINUTE)["opened"] == 1
    assert system("fever.overdue", timezone.now() + 3 * MINUTE)["opened"] == 0


def test_an_abnormal_temperature_in_the_daily_report_starts_the_clock_too(cast: Cast) -> None:
    reported(cast, abnormal=2)
    assert Fever.objects.get().loop is not None
    assert Loop.objects.get().kind == "workplace_fever"


def test_ruled_out_lives_alone_for_the_plans_days_and_another_unit_ends_it(cast: Cast) -> None:
    loop = fevered(cast)
    advance(cast, "enterprise", loop, "phone", told="10:02 报街道、卫健", isolated="隔离室，由班长看护")
    advance(cast, "enterprise", loop, "hand_over", clinic="中心医院 10:40")
    advance(cast, "enterprise", loop, "contain", contacts="同班 12 人居家", disinfected="一车间 11:00")
    assert refused(lambda: advance(cast, "enterprise", loop, "rule_out", result="阴性")).reason is Reason.NOT_OWNER
    advance(cast, "street", loop, "rule_out", result="阴性 2026-1")
    row = Fever.objects.get()
    assert (row.diagnosis, row.until) == ("excluded", today() + 14 * DAY)
    assert loop.due_at.date() >= today() + 14 * DAY
    advance(cast, "street", loop, "end_alone", seen="无症状")
    assert loop.end_reason == "done"
    (line,) = fever_lines(cast.as_("street"), timezone.now() - DAY)
    assert line.phoned_minutes == 0
    assert fever_lines(cast.as_("next_street"), timezone.now() - DAY) == []


@pytest.mark.parametrize(("step", "state"), [("suspect", "review"), ("confirm_case", "suspended")])
def test_a_case_takes_the_right_to_work(cast: Cast, step: str, state: str) -> None:
    held = permit(cast.units["works"])
    loop = fevered(cast)
    advance(cast, "enterprise", loop, "phone", told="10:02 报街道", isolated="隔离室")
    advance(cast, "street", loop, step, result="核酸结果 1")
    held.refresh_from_db()
    assert (held.state, bool(held.reason)) == (state, True)
    assert loop.stage == "stopped"
    assert WorkPermit.objects.count() == 1


def came(cast: Cast, person: Person, days: int) -> None:
    at = timezone.now() - days * DAY
    Attendance.objects.create(
        unit=cast.units["works"],
        person=person,
        day=today() - days * DAY,
        at=at,
        direction="in",
        way="machine",
        act=new_id(),
    )


def test_contacts_are_those_of_the_same_days_and_looking_is_recorded(cast: Cast) -> None:
    ill, near, other, old = (hired(cast, "works", name) for name in ("甲一", "乙二", "丙三", "丁四"))
    came(cast, ill, 1)
    came(cast, near, 1)
    came(cast, other, 0)  # another day than the ill one
    came(cast, old, 9)
    row = Fever.objects.get(pk=first(cast, person=str(ill.pk), ago=0))  # of today, at five past midnight too
    assert [c.person for c in contacts_of(row)] == [near.pk]
    row.person = None  # not named: everybody of those days
    assert {c.person for c in contacts_of(row)} == {ill.pk, near.pk, other.pk}
    clerk = signed_in(cast, "enterprise")
    page = clerk.get(reverse("fever", args=[row.pk])).content.decode()
    assert "乙二" not in page
    assert "乙二" in clerk.post(reverse("fever_contacts", args=[row.pk]), {"client_id": str(new_id())}).content.decode()
    assert list(ReadSubject.objects.values_list("person_id", flat=True)) == [near.pk]
    assert signed_in(cast, "rival").get(reverse("fever", args=[row.pk])).status_code == 404
    assert refused(lambda: do(cast, "rival", "fever.contacts", fever=str(row.pk))).reason is Reason.NOT_FOUND


def test_a_stranger_is_not_taken_for_staff(cast: Cast) -> None:
    outsider = hired(cast, "mill", "外人")
    assert refused(lambda: first(cast, person=str(outsider.pk))).field == "person"


def test_the_database_keeps_the_readings_in_order(cast: Cast) -> None:
    row = Fever.objects.get(pk=first(cast))
    row.second, row.second_at = row.first, row.first_at - MINUTE
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table daily_fever drop constraint fever_readings_in_order")
    row.save()


def test_on_the_phone_from_the_first_reading_to_the_clock(cast: Cast) -> None:
    clerk = signed_in(cast, "enterprise")
    assert "37.3" in clerk.get(reverse("fever_new")).content.decode()
    at = (timezone.localtime() - 6 * MINUTE).strftime("%Y-%m-%dT%H:%M")
    form = {"unit": cast.units["works"].pk, "first": "38.1", "at": at, "client_id": str(new_id())}
    assert clerk.post(reverse("fever_new"), form | {"first": "99"}).status_code == 422
    assert clerk.post(reverse("fever_new"), form | {"client_id": str(new_id())}).status_code == 302
    row = Fever.objects.get()
    assert "到时间了" in clerk.get(reverse("fever", args=[row.pk])).content.decode()
    clerk.post(reverse("fever_second", args=[row.pk]), {"second": "38.0", "client_id": str(new_id())})
    row.refresh_from_db()
    assert row.loop is not None
    assert "按步骤处置" in clerk.get(reverse("fever", args=[row.pk])).content.decode()


def test_whom_the_form_offers_is_recorded_as_looked_at(cast: Cast) -> None:
    """The names stand there masked: it is a reading all the same, told to those whom it concerns."""
    worker, other, stranger = hired(cast, "works", "王建国"), hired(cast, "works", "李静"), hired(cast, "mill", "王建国")
    client, works = signed_in(cast, "enterprise"), cast.units["works"].pk
    assert "王" not in client.get(reverse("fever_new")).content.decode()
    assert not ReadSubject.objects.exists()  # a form that nobody has typed in shows nobody

    def offered(typed: str, unit: int = works) -> list[str]:
        return re.findall(r'value="([^"]*)"', client.get(reverse("staff_lookup"), {"unit": unit, "who": typed}).content.decode())

    file = Staff.objects.get(person=worker).pk
    assert offered("王") == offered("") == offered("建国 1") == []  # too little, or not to be searched for: no list of everybody
    assert offered("王建国") == offered("wjg") == offered("wangjianguo") == [f"王** #{file}"]
    assert list(ReadSubject.objects.values_list("person_id", flat=True).distinct()) == [worker.pk]
    assert client.get(reverse("staff_lookup"), {"unit": cast.units["mill"].pk, "who": "王建国"}).status_code == 404
    assert not ReadSubject.objects.filter(person_id__in=[other.pk, stranger.pk]).exists()


def test_who_is_typed_on_the_form_is_one_of_the_enterprises_own(cast: Cast) -> None:
    worker = hired(cast, "works", "王建国")
    hired(cast, "works", "王建国")
    hired(cast, "mill", "外人")
    client = signed_in(cast, "enterprise")
    at = (timezone.localtime() - 6 * MINUTE).strftime("%Y-%m-%dT%H:%M")

    def send(who: str) -> str:
        form = {"unit": cast.units["works"].pk, "first": "38.1", "at": at, "who": who, "client_id": str(new_id())}
        return client.post(reverse("fever_new"), form).content.decode()

    assert "有多人相符" in send("王建国")
    assert "没有此人" in send("外人")
    assert "没有此人" in send(f"外* #{Staff.objects.get(unit=cast.units['mill']).pk}")
    assert not Fever.objects.exists()
    send(f"王** #{Staff.objects.get(person=worker).pk}")
    assert Fever.objects.get().person_id == worker.pk
