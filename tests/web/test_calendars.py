"""Calendar files are sound by RFC 5545, keep their UID over changes and take out what was called off."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.web.ical import events, faults
from tests.web.test_pages import signed_in
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.rooms.command.models import Place, Shift
from tongchou.rooms.directives.models import Meeting
from tongchou.web.pages.calendars import Entry, calendar_file

AT = datetime(2026, 3, 5, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
WILD = "调度会；第一项, 复工; 路径 C:\\表\r\n第二项：“口罩”🙂\u2028END:VEVENT\x0b尾" + "很长的议程" * 60


def made(**more: Any) -> bytes:
    given: dict[str, Any] = {"uid": "7", "starts_at": AT, "ends_at": AT + timedelta(hours=2), "summary": WILD, "description": WILD, "location": "三楼, 东"}
    return calendar_file([Entry(**(given | more))], AT, "Test", "test").content


def test_wild_text_is_folded_and_escaped_and_read_back() -> None:
    content = made(remind=timedelta(hours=1))
    assert faults(content) == []
    (event,) = events(content)
    assert event["SUMMARY"] == WILD.replace("\r\n", "\n").replace("\u2028", "\n").replace("\x0b", "")
    assert (event["DTSTART"], event["DTEND"], event["LOCATION"]) == ("20260305T000000Z", "20260305T020000Z", "三楼, 东")
    assert content.count(b"BEGIN:VALARM") == 1
    assert b"VALARM" not in made(cancelled=True, remind=timedelta(hours=1))


@pytest.mark.parametrize(
    ("of", "to", "fault"),
    [
        (b"\r\n", b"\n", "line end"), (b"\r\n ", b"", "line of more than 75 octets"), (b"UID:", b"X-UID:", "no UID"), (b"DTSTAMP:", b"X-S:", "no DTSTAMP"),
        (b"20260305T000000Z\r\nDTEND", b"20260305T080000\r\nDTEND", "DTSTART not in UTC"), (b"\\,", b",", "LOCATION not escaped"),
        (b"END:VCALENDAR\r\n", b"", "no end"), (b"STATUS:CONFIRMED", b"STATUS:YES", "STATUS"), (b"PRODID", b"X-PRODID", "no PRODID"),
    ],
)  # fmt: skip
def test_the_check_finds_what_is_wrong(of: bytes, to: bytes, fault: str) -> None:
    spoilt = made().replace(of, to)
    assert spoilt != made()
    assert fault in faults(spoilt)


def do(cast: Cast, who: str, verb: str, **payload: Any) -> dict[str, Any]:
    return act(verb, cast.as_(who), new_id(), payload).result


def taken(cast: Cast, who: str, page: str, *args: Any, **get: Any) -> dict[str, dict[str, str]]:
    answer = signed_in(cast, who).get(reverse(page, args=args), get)
    assert answer["Content-Type"].startswith("text/calendar")
    assert faults(answer.content) == []
    return {e["UID"]: e for e in events(answer.content)}


def planned(cast: Cast) -> tuple[int, list[str]]:
    start, unit = timezone.now() + timedelta(days=1), cast.units["east_street"].pk
    shifts = [
        {"starts_at": (start + timedelta(hours=12 * n)).isoformat(), "ends_at": (start + timedelta(hours=12 * n + 12)).isoformat(),
         "leaders": [cast.accounts["street"].pk], "note": "值守, 防汛；双岗"}
        for n in range(2)
    ]  # fmt: skip
    return unit, do(cast, "street", "duty.plan", unit=unit, shifts=shifts)["shifts"]


def test_a_shift_keeps_its_uid_and_is_taken_out_when_called_off(cast: Cast) -> None:
    unit, (first, second) = planned(cast)
    before = taken(cast, "street", "duty_calendar", unit=unit)
    assert {e["STATUS"] for e in before.values()} == {"CONFIRMED"}
    assert before[f"{first}@tongchou"]["DESCRIPTION"] == "带班领导: street 同志\n值守, 防汛；双岗"
    do(cast, "street", "duty.cancel", shift=first, reason="重排")
    after = taken(cast, "street", "duty_calendar", unit=unit)
    assert {k: e["STATUS"] for k, e in after.items()} == {f"{first}@tongchou": "CANCELLED", f"{second}@tongchou": "CONFIRMED"}
    assert int(after[f"{first}@tongchou"]["SEQUENCE"]) > int(before[f"{first}@tongchou"]["SEQUENCE"])
    assert after.keys() == before.keys()


def test_who_is_replaced_loses_the_shift_and_who_takes_it_has_it(cast: Cast) -> None:
    _, (first, _) = planned(cast)
    uid, before = f"{first}@tongchou", taken(cast, "street", "duty_calendar")
    place = Place.objects.get(shift=first, dropped_at=None)
    do(cast, "street", "duty.replace", place=place.pk, account=cast.accounts["street_colleague"].pk, reason="出差")
    after, colleague = taken(cast, "street", "duty_calendar"), taken(cast, "street_colleague", "duty_calendar")
    assert (before[uid]["STATUS"], after[uid]["STATUS"], colleague[uid]["STATUS"]) == ("CONFIRMED", "CANCELLED", "CONFIRMED")
    assert int(after[uid]["SEQUENCE"]) == int(before[uid]["SEQUENCE"]) + 1
    assert len(colleague) == 1  # nobody else's


def test_without_a_shift_there_is_no_file_but_a_sentence(cast: Cast) -> None:
    answer = signed_in(cast, "street").get(reverse("duty_calendar"))
    assert answer.status_code == 409
    assert "没有可导出的日历" in answer.content.decode()
    assert "别人改动" not in answer.content.decode()  # nobody changed anything
    assert Shift.objects.count() == 0


def test_a_meeting_that_moves_or_is_called_off_says_so_under_its_uid(cast: Cast) -> None:
    starts = timezone.now() + timedelta(days=1)
    said = {"kind": "headquarters", "title": "调度会, 第一次；含\\", "chair": "", "agenda": WILD, "ends_at": (starts + timedelta(hours=3)).isoformat()}
    made_ = do(cast, "hq", "meeting.plan", **said, starts_at=starts.isoformat(), main_venue="三楼", asked=[{"unit": cast.units["east_street"].pk}])
    key, uid = made_["meeting"], f"{made_['meeting']}@tongchou"
    first = taken(cast, "street", "meeting_calendar", key)
    do(cast, "hq", "meeting.change", meeting=key, seen_version=made_["version"], **said, starts_at=(starts + timedelta(hours=1)).isoformat())
    moved = taken(cast, "street", "meeting_calendar", key)
    do(cast, "hq", "meeting.cancel", meeting=key, reason="改期")
    off = taken(cast, "street", "meeting_calendar", key)
    assert list(first) == list(moved) == list(off) == [uid]
    assert first[uid]["DTSTART"] < moved[uid]["DTSTART"]
    assert [int(e[uid]["SEQUENCE"]) for e in (first, moved, off)] == sorted({int(e[uid]["SEQUENCE"]) for e in (first, moved, off)})
    assert [e[uid]["STATUS"] for e in (first, moved, off)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert Meeting.objects.get().cancelled_at is not None
