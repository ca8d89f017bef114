"""Duty: planned without overlap, watched, handed over by two, logged to the minute; who does not come raises an alarm."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import Event, Loop, PostHolding
from tongchou.rooms.command.duty_questions import faults, own_shifts, roster, unwatched
from tongchou.rooms.command.models import LogEntry, Place, Shift
from tongchou.rooms.command.rules import duty_rules
from tongchou.rooms.command.tasks import raise_missed

HOUR = timedelta(hours=1)


def do(cast: Cast, who: str, verb: str, **payload: Any) -> dict[str, Any]:
    return act(verb, cast.as_(who), new_id(), payload).result


def refused(run: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def shift(cast: Cast, starts: datetime, hours: float = 12, **people: list[str]) -> uuid.UUID:
    """Plan one shift of the east street; people: leaders=[names], staff=[names]."""
    wanted = {"starts_at": starts.isoformat(), "ends_at": (starts + hours * HOUR).isoformat()}
    wanted |= {part: [cast.accounts[n].pk for n in names] for part, names in people.items()}  # type: ignore[misc]
    made = do(cast, "street", "duty.plan", unit=cast.units["east_street"].pk, shifts=[wanted])
    return uuid.UUID(made["shifts"][0])


def place(cast: Cast, key: uuid.UUID, who: str) -> int:
    return Place.objects.get(shift=key, account=cast.accounts[who], dropped_at=None).pk


def found(cast: Cast, now: datetime, days: int = 1) -> list[str]:
    unit = cast.units["east_street"]
    shifts = roster(cast.as_("hq"), unit.pk, now - timedelta(days=1), now + timedelta(days=days))
    since = min([now, *(s.starts_at for s in shifts)])
    return [f.what for f in faults(shifts, unit.pk, unit.name, since, now + timedelta(days=days), now)]


def test_two_shifts_of_a_unit_do_not_overlap_and_nobody_is_in_two_places(cast: Cast) -> None:
    start = timezone.now() + HOUR
    shift(cast, start, leaders=["street"], staff=["street_colleague"])
    overlap = refused(lambda: shift(cast, start + 6 * HOUR, staff=["street_colleague"]))
    assert (overlap.reason, overlap.details["constraint"]) == (Reason.OVERLAP, "shift_unit_overlap")
    shift(cast, start + 12 * HOUR, staff=["street_colleague"])  # one begins at the moment at which the other ends
    wanted = {"starts_at": start.isoformat(), "ends_at": (start + HOUR).isoformat(), "staff": [cast.accounts["street"].pk]}
    twice = refused(lambda: do(cast, "hq", "duty.plan", unit=cast.units["east_street"].pk, shifts=[wanted]))
    assert twice.reason is Reason.OVERLAP
    assert Shift.objects.count() == 2


def test_the_database_itself_refuses_a_double_booking(cast: Cast) -> None:
    start = timezone.now() + HOUR
    key = shift(cast, start, staff=["street"])
    other = Shift.objects.create(id=new_id(), unit=cast.units["office"], starts_at=start, ends_at=start + HOUR)
    with pytest.raises(IntegrityError), transaction.atomic():
        Place.objects.create(shift=other, account=cast.accounts["street"], part="staff", starts_at=start, ends_at=start + HOUR)
    with connection.cursor() as cursor:  # the sabotage twin: without the constraint it goes through
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table command_place drop constraint place_account_overlap")
    Place.objects.create(shift=other, account=cast.accounts["street"], part="staff", starts_at=start, ends_at=start + HOUR)
    assert Place.objects.filter(account=cast.accounts["street"]).count() == 2
    assert Place.objects.filter(shift=key).exists()


def test_a_plan_is_all_or_nothing(cast: Cast) -> None:
    start = timezone.now() + HOUR
    hours = [(0, 12), (12, 24), (20, 30)]
    shifts = [{"starts_at": (start + a * HOUR).isoformat(), "ends_at": (start + b * HOUR).isoformat()} for a, b in hours]
    refused(lambda: do(cast, "street", "duty.plan", unit=cast.units["east_street"].pk, shifts=shifts))
    assert not Shift.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ends_at": -1}, "shifts.0.ends_at"),
        ({"ends_at": 40}, "shifts.0.ends_at"),
        ({"staff": ["next_street"]}, "shifts"),
        ({"staff": ["street", "street"]}, "shifts.0"),
    ],
    ids=["ends before it begins", "longer than 36 hours", "somebody of another street", "one person twice"],
)
def test_bad_plans_are_refused_with_the_field(cast: Cast, change: dict[str, Any], field: str) -> None:
    start = timezone.now() + HOUR
    wanted = {"starts_at": start.isoformat(), "ends_at": (start + change.get("ends_at", 8) * HOUR).isoformat()}
    wanted["staff"] = [cast.accounts[n].pk for n in change.get("staff", [])]
    answer = refused(lambda: do(cast, "street", "duty.plan", unit=cast.units["east_street"].pk, shifts=[wanted]))
    assert answer.field == field
    assert not Shift.objects.exists()


def test_what_is_wrong_with_a_watch_is_listed(cast: Cast) -> None:
    now = timezone.now()
    assert found(cast, now) == ["gap"]
    shift(cast, now - HOUR, 4, leaders=["street"], staff=["street_colleague"])
    assert found(cast, now) == ["few_staff", "missed", "missed", "gap"]
    for who in ("street", "street_colleague"):
        do(cast, who, "duty.arrive", place=place(cast, Shift.objects.get().pk, who))
    assert found(cast, now) == ["few_staff", "gap"]
    assert found(cast, now + 4 * HOUR) == ["few_staff", "not_handed_over", "gap"]
    cast.accounts["street"].is_active = False
    cast.accounts["street"].save()
    assert "no_post" in found(cast, now)


def test_who_holds_no_post_any_more_on_the_day_of_the_shift_is_listed(cast: Cast) -> None:
    now = timezone.now()
    shift(cast, now + 24 * HOUR, 12, leaders=["street"], staff=["street_colleague"])
    assert "no_post" not in found(cast, now, 3)
    held = PostHolding.objects.get(account=cast.accounts["street"], to_date=None)
    held.to_date = timezone.localdate() + timedelta(days=9)  # the post goes on beyond the shift
    held.save()
    assert "no_post" not in found(cast, now, 3)
    held.to_date = timezone.localdate()
    held.save()
    assert found(cast, now, 3).count("no_post") == 1  # the account is still active


def test_units_without_a_shift_now_or_tomorrow_are_one_list_for_headquarters(cast: Cast) -> None:
    now = timezone.now()
    assert unwatched(cast.as_("hq"), now) == []  # who has never planned is not on watch
    shift(cast, now - HOUR, 4, leaders=["street"], staff=["street_colleague"])
    (gap,) = unwatched(cast.as_("hq"), now)
    assert (gap.unit, gap.now, gap.since) == (cast.units["east_street"].pk, False, now + 3 * HOUR)
    (none,) = unwatched(cast.as_("hq"), now + 3 * HOUR)
    assert none.now
    shift(cast, now + 3 * HOUR, 36, leaders=["street"], staff=["street_colleague"])
    shift(cast, now + 39 * HOUR, 36, leaders=["street"], staff=["street_colleague"])
    assert unwatched(cast.as_("hq"), now) == []
    assert unwatched(cast.as_("next_street"), now + 3 * HOUR) == []
    Shift.objects.filter(starts_at__gt=now).update(cancelled_at=now)
    assert "east_street 单位" in signed_in(cast, "hq").get(reverse("duty")).content.decode().split('id="unwatched"')[1]


def test_handing_over_takes_two_people(cast: Cast) -> None:
    now = timezone.now()
    first = shift(cast, now - 11 * HOUR, 12, staff=["street"])
    refused(lambda: do(cast, "street_colleague", "duty.hand_over", shift=str(first), note="平稳"))
    early = refused(lambda: do(cast, "street_colleague", "duty.take_over", shift=str(first)))
    assert early.reason is Reason.NOT_FOUND
    shift(cast, now + HOUR, 12, staff=["street_colleague"])
    not_yet = refused(lambda: do(cast, "street_colleague", "duty.take_over", shift=str(first)))
    assert not_yet.reason is Reason.CONFLICT
    do(cast, "street", "duty.hand_over", shift=str(first), note="3 号楼停水，已报修，8 时前回访")
    assert refused(lambda: do(cast, "street", "duty.take_over", shift=str(first))).reason is Reason.NOT_FOUND
    do(cast, "street_colleague", "duty.take_over", shift=str(first))
    row = Shift.objects.get(pk=first)
    assert (row.handed_over_by_id, row.taken_over_by_id) == (cast.accounts["street"].pk, cast.accounts["street_colleague"].pk)
    refused(lambda: do(cast, "street", "duty.hand_over", shift=str(first), note="再交一次"))


def test_who_does_not_come_raises_one_alarm(cast: Cast) -> None:
    now = timezone.now()
    key = shift(cast, now - HOUR / 6, 8, leaders=["street"], staff=["street_colleague"])
    assert raise_missed(now) == 0  # ten minutes late: not yet
    late = now + timedelta(minutes=duty_rules()["missed_after_minutes"].value)
    do(cast, "street", "duty.arrive", place=place(cast, key, "street"))
    assert raise_missed(late) == 1
    assert raise_missed(late + HOUR / 60) == 0
    loop = Loop.objects.get(kind="gap")
    assert (loop.origin, loop.urgent, loop.owner_unit_id) == ("duty", True, cast.units["east_street"].pk)
    assert "street_colleague" in loop.title


def test_the_alarm_ends_when_somebody_comes_or_another_takes_the_place(cast: Cast) -> None:
    now = timezone.now()
    late = now + timedelta(minutes=duty_rules()["missed_after_minutes"].value)
    key = shift(cast, now - HOUR / 6, 8, leaders=["street"])
    assert raise_missed(late) == 1
    open_ = lambda: Loop.objects.filter(origin="duty", closed_at=None).count()  # noqa: E731
    do(cast, "street", "duty.replace", place=place(cast, key, "street"), account=cast.accounts["street_colleague"].pk, reason="突发疾病")
    assert open_() == 0
    assert raise_missed(late) == 1, "who took the place has not come either"
    do(cast, "street_colleague", "duty.arrive", place=place(cast, key, "street_colleague"))
    assert open_() == 0
    notes = Event.objects.filter(loop_id__isnull=False, to_stage="cancelled").values_list("note", flat=True)
    assert set(notes) == {"已换人值班。", "已到岗签到。"}


def test_nobody_is_present_on_a_shift_that_is_over(cast: Cast) -> None:
    now = timezone.now()
    key = shift(cast, now - HOUR, 2, staff=["street"])
    do(cast, "street", "duty.arrive", place=place(cast, key, "street"))
    url = reverse("duty_shift", args=[key])
    assert "在岗" in signed_in(cast, "street").get(url).content.decode()
    Place.objects.filter(shift=key).update(starts_at=now - 3 * HOUR, ends_at=now - HOUR / 2)
    Shift.objects.filter(pk=key).update(starts_at=now - 3 * HOUR, ends_at=now - HOUR / 2)
    page = signed_in(cast, "street").get(url).content.decode()
    assert "在岗" not in page
    assert "已到岗" in page


def test_the_log_of_a_shift_stands_on_its_page_and_whoever_may_reports_an_incident(cast: Cast) -> None:
    now = timezone.now()
    key = shift(cast, now - HOUR, 8, staff=["street"])
    do(cast, "street", "duty.log", unit=cast.units["east_street"].pk, at=now.isoformat(), kind="call", text="居民来电反映停水")
    street = signed_in(cast, "street")
    page = street.get(reverse("duty_shift", args=[key])).content.decode()
    assert "居民来电反映停水" in page
    assert "data-print" in page
    link = f"{reverse('loop_new')}?kind=incident"
    assert link in street.get(reverse("duty")).content.decode()
    assert "获知时间" in street.get(link).content.decode()


def test_somebody_is_replaced_and_stays_on_record(cast: Cast) -> None:
    key = shift(cast, timezone.now() + HOUR, staff=["street"])
    old = place(cast, key, "street")
    do(cast, "street", "duty.replace", place=old, account=cast.accounts["street_colleague"].pk, reason="家中有事")
    assert [s.id for s in own_shifts(cast.as_("street_colleague"), timezone.now())] == [key]
    assert own_shifts(cast.as_("street"), timezone.now()) == []
    assert Place.objects.get(pk=old).drop_reason == "家中有事"


def test_the_log_is_never_changed_only_corrected(cast: Cast) -> None:
    unit, now = cast.units["east_street"].pk, timezone.now()
    first = do(cast, "street", "duty.log", unit=unit, at=now.isoformat(), kind="call", text="群众反映 2 号楼漏水")["entry"]
    do(cast, "street", "duty.log", unit=unit, at=now.isoformat(), kind="call", text="更正：应为 3 号楼", corrects=first)
    assert LogEntry.objects.get(pk=first).text == "群众反映 2 号楼漏水"
    for at in (now + HOUR, now - timedelta(days=4)):
        wrong = refused(lambda at=at: do(cast, "street", "duty.log", unit=unit, at=at.isoformat(), kind="call", text="……"))
        assert (wrong.reason, wrong.field) == (Reason.IMPOSSIBLE_DATE, "at")
    west = refused(lambda: do(cast, "street", "duty.log", unit=cast.units["west_street"].pk, at=now.isoformat(), kind="call", text="……"))
    assert west.reason is Reason.NOT_FOUND


def test_in_the_browser_a_fortnight_is_planned_watched_and_printed(cast: Cast) -> None:
    street, unit = signed_in(cast, "street"), cast.units["east_street"].pk
    day = timezone.localdate() + timedelta(days=1)
    people = [cast.accounts[n].pk for n in ("street", "street_colleague")]
    form = {
        "client_id": str(new_id()), "unit": unit, "first": day.isoformat(), "last": (day + timedelta(days=13)).isoformat(), "pattern": "12",
        "leaders": [], "staff": people, "each": "1",
    }  # fmt: skip
    answer = street.post(reverse("duty_plan"), form)
    assert answer.status_code == 302, answer.content.decode()
    assert Shift.objects.count() == 28
    assert Place.objects.filter(account=cast.accounts["street"]).count() == 14
    month = street.get(answer["Location"]).content.decode()
    assert "street_colleague 同志" in month
    page = street.get(reverse("duty")).content.decode()
    assert "没有带班领导" in page
    again = street.post(reverse("duty_plan"), form | {"client_id": str(new_id())})
    assert again.status_code == 409
    assert "已有值班安排" in again.content.decode()
    book = Calendar.from_ical(street.get(reverse("duty_calendar"), {"unit": unit}).content)
    assert len(book.walk("VEVENT")) == 28
    key = Shift.objects.order_by("starts_at").first()
    assert key is not None
    assert street.get(reverse("duty_shift", args=[key.pk])).status_code == 200
    assert signed_in(cast, "next_street").get(reverse("duty_shift", args=[key.pk])).status_code == 404
    assert street.post(reverse("duty_cancel", args=[key.pk]), {"client_id": str(new_id()), "reason": "重排"}).status_code == 302
    assert Shift.objects.filter(cancelled_at=None).count() == 27
    logged = street.post(reverse("duty_log"), {"client_id": str(new_id()), "unit": unit, "kind": "call", "text": "区疾控来电询问"})
    assert logged.status_code == 302
    assert "区疾控来电询问" in street.get(reverse("duty")).content.decode()
    assert "区疾控来电询问" not in signed_in(cast, "inspector").get(reverse("duty"), {"unit": unit}).content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"last": "2020-01-01"}, "last"), ({"first": "明天"}, "first"), ({"each": "9"}, "each"), ({"pattern": "7"}, "pattern")],
)
def test_what_is_wrong_in_the_form_is_said_beside_the_field(cast: Cast, wrong: dict[str, str], field: str) -> None:
    day = (timezone.localdate() + timedelta(days=1)).isoformat()
    form = {
        "client_id": str(new_id()), "unit": cast.units["east_street"].pk, "first": day, "last": day, "pattern": "24",
        "staff": [cast.accounts["street"].pk], "each": "1",
    }  # fmt: skip
    answer = signed_in(cast, "street").post(reverse("duty_plan"), form | wrong)
    assert answer.status_code == 422
    assert f'href="#id_{field}"' in answer.content.decode()


def incident(cast: Cast, category: str, minutes_ago: float, **more: Any) -> Loop:
    known = (timezone.now() - timedelta(minutes=minutes_ago)).isoformat()
    data = {"happened": "8 时许，清源路 5 号", "category": category, "known_at": known, **more}
    given = {"kind": "incident", "title": "燃气泄漏", "owner_unit": cast.units["east_street"].pk, "data": data}
    return Loop.objects.get(pk=do(cast, "street", "loop.open", **given)["loop"])


def minutes_after_known(row: Loop) -> int:
    assert row.deadline is not None
    return round((row.deadline - datetime.fromisoformat(row.data["known_at"])).total_seconds() / 60)


TOLD = [{"key": "told", "type": "text", "text": "8 时 06 分报区值班室"}]


@pytest.mark.parametrize(
    ("category", "phone", "written"),
    [("outbreak", 20, 120), ("accident", 20, 40), ("disaster", 20, 40), ("public_order", 20, 40), ("other", 30, 60)],
)
def test_both_reports_are_due_by_category_from_the_moment_it_was_known(cast: Cast, category: str, phone: int, written: int) -> None:
    row = incident(cast, category, 7)
    assert minutes_after_known(row) == phone
    do(cast, "street", "loop.advance", loop=row.pk, step="phone", evidence=TOLD)
    row.refresh_from_db()
    assert minutes_after_known(row) == written


def test_an_incident_entered_late_is_late_at_once_and_rises_at_the_next_look(cast: Cast) -> None:
    row = incident(cast, "accident", 30)
    assert row.deadline is not None
    assert row.deadline < timezone.now()
    assert row.check_at is not None
    assert row.check_at <= timezone.now()
    page = signed_in(cast, "street").get(reverse("loop", args=[row.pk])).content.decode()
    assert "已超 10 分钟" in page
    act("loop.escalate", SYSTEM, new_id(), {"limit": 50})
    row.refresh_from_db()
    assert row.level == "remind"  # ten minutes late: the quarter of an hour of the next rung is not over
    do(cast, "street", "loop.advance", loop=row.pk, step="phone", evidence=TOLD)
    row.refresh_from_db()
    assert minutes_after_known(row) == 40


def test_nothing_is_known_in_the_future_or_before_it_happened(cast: Cast) -> None:
    assert refused(lambda: incident(cast, "accident", -5)).field == "data.known_at"
    before = (timezone.now() - timedelta(minutes=3)).isoformat()
    assert refused(lambda: incident(cast, "accident", 10, happened_at=before)).field == "data.known_at"
    assert refused(lambda: incident(cast, "accident", 10, happened_at="2026-11-26T08:00")).reason is Reason.INVALID_VALUE
    assert incident(cast, "accident", 2, happened_at=before).data["happened_at"] == before


def test_an_incident_is_reported_by_telephone_then_in_writing_and_closed_by_another(cast: Cast) -> None:
    loop = incident(cast, "accident", 2).pk
    do(cast, "street", "loop.advance", loop=loop, step="phone", evidence=TOLD)
    due = Loop.objects.get(pk=loop).deadline
    assert refused(lambda: do(cast, "street", "loop.advance", loop=loop, step="correct")).field == "note"
    do(cast, "street", "loop.advance", loop=loop, step="correct", note="地点更正为二号阀门井")
    assert (Loop.objects.get(pk=loop).stage, Loop.objects.get(pk=loop).deadline) == ("phoned", due), "a correction moves no clock"
    report = [{"key": "report", "type": "text", "text": "8 时许巡查发现……"}]
    do(cast, "street", "loop.advance", loop=loop, step="write", evidence=report)
    do(cast, "street", "loop.advance", loop=loop, step="finish", evidence=[{"key": "outcome", "type": "text", "text": "已关阀抢修，无伤亡。"}])
    refused(lambda: do(cast, "street", "loop.advance", loop=loop, step="close"))
    do(cast, "hq", "loop.advance", loop=loop, step="close")
    assert Loop.objects.get(pk=loop).closed_at is not None


def test_the_clocks_of_an_incident_stand_on_its_page_and_on_the_duty_page(cast: Cast) -> None:
    early, late = incident(cast, "accident", 5), incident(cast, "disaster", 30)
    do(cast, "street", "loop.advance", loop=early.pk, step="phone", evidence=TOLD)
    do(cast, "street", "loop.advance", loop=late.pk, step="phone", evidence=TOLD)
    hq = signed_in(cast, "hq")
    page = hq.get(reverse("loop", args=[early.pk])).content.decode()
    assert re.search(r"20 分钟，应于 \d\d-\d\d \d\d:\d\d 前，按时", page)
    assert re.search(r"40 分钟，应于 \d\d-\d\d \d\d:\d\d 前<", page)
    assert "20 分钟，应于" in hq.get(reverse("loop", args=[late.pk])).content.decode().replace("前，超时", "")
    duty = hq.get(reverse("duty")).content.decode()
    assert "5 分钟" in duty
    assert "30 分钟，超时" in duty
    do(cast, "hq", "loop.advance", loop=early.pk, step="withdraw", note="误报")
    assert "应于" not in hq.get(reverse("loop", args=[early.pk])).content.decode()


def test_the_next_streets_incidents_are_not_on_the_duty_page(cast: Cast) -> None:
    incident(cast, "accident", 5)
    assert "安全事故" in signed_in(cast, "street").get(reverse("duty")).content.decode()
    assert "安全事故" not in signed_in(cast, "next_street").get(reverse("duty")).content.decode()


def test_an_empty_line_is_not_logged_and_the_page_says_what_to_write(cast: Cast) -> None:
    answer = signed_in(cast, "street").post(reverse("duty_log"), {"client_id": str(new_id()), "unit": cast.units["east_street"].pk, "kind": "call", "text": "  "})
    assert answer.status_code in (302, 422)
    assert not LogEntry.objects.exists()
