"""Meetings: units are asked, answer, sign in by phone; who was absent is settled once; minutes become a document."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from tests.cast import Cast
from tests.rooms.directives.texts import rename, report
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import Event, Loop
from tongchou.rooms.directives.meeting_questions import meeting_list, owed, own_lines, unit_attendance
from tongchou.rooms.directives.models import Attendance, Document, Meeting

HOUR = timedelta(hours=1)
ASKED = ("east_street", "west_street", "department")


def do(cast: Cast, who: str, verb: str, at: datetime | None = None, /, **payload: Any) -> dict[str, Any]:
    return act(verb, cast.as_(who), new_id(), payload, now=at).result


def refused(run: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def plan(cast: Cast, starts: datetime, at: datetime | None = None, who: str = "hq", **more: Any) -> Meeting:
    asked = [{"unit": cast.units[u].pk, "venue": "望河分会场" if u == "east_street" else ""} for u in ASKED]
    given: dict[str, Any] = {
        "kind": "dispatch", "title": "疫情防控调度会", "starts_at": starts.isoformat(), "ends_at": (starts + HOUR).isoformat(), "chair": "副区长",
        "main_venue": "指挥中心", "branches": ["望河分会场"], "asked": asked,
    }  # fmt: skip
    return Meeting.objects.get(pk=do(cast, who, "meeting.plan", at, **(given | more))["meeting"])


def line(cast: Cast, meeting: Meeting, unit: str) -> Attendance:
    return Attendance.objects.get(meeting=meeting, unit=cast.units[unit])


def test_a_unit_is_asked_answers_and_signs_in(cast: Cast) -> None:
    starts = timezone.now() + 30 * timedelta(minutes=1)
    meeting = plan(cast, starts)
    assert owed(cast.as_("street"), timezone.now()) == (1, True)
    assert [x.venue for x in own_lines(cast.as_("street"), timezone.now())] == ["望河分会场"]
    row = line(cast, meeting, "east_street")
    do(cast, "street", "meeting.answer", attendance=row.pk, coming=True)
    do(cast, "street", "meeting.sign_in", attendance=row.pk)
    again = do(cast, "street_colleague", "meeting.sign_in", attendance=row.pk)
    row.refresh_from_db()
    assert (row.state, row.who, again["state"]) == ("present", "street 同志", "present")
    assert owed(cast.as_("street"), timezone.now()) == (0, False)
    assert Event.objects.filter(subject=f"meeting:{meeting.pk}", what="sign_in").count() == 1


def test_who_signs_in_after_the_grace_is_late_and_nobody_before_the_hour(cast: Cast) -> None:
    starts = timezone.now() + 5 * HOUR
    meeting = plan(cast, starts)
    row = line(cast, meeting, "east_street")
    assert refused(lambda: do(cast, "street", "meeting.sign_in", starts - 2 * HOUR, attendance=row.pk)).reason is Reason.CONFLICT
    assert do(cast, "street", "meeting.sign_in", starts + timedelta(minutes=6), attendance=row.pk)["state"] == "late"
    other = line(cast, meeting, "west_street")
    assert refused(lambda: do(cast, "next_street", "meeting.sign_in", starts + 2 * HOUR, attendance=other.pk)).reason is Reason.CONFLICT


def test_nobody_signs_in_or_answers_for_another_unit(cast: Cast) -> None:
    meeting = plan(cast, timezone.now() + 30 * timedelta(minutes=1))
    row = line(cast, meeting, "east_street")
    for verb, more in (("meeting.sign_in", {}), ("meeting.answer", {"coming": True})):
        assert refused(lambda v=verb, m=more: do(cast, "next_street", v, attendance=row.pk, **m)).reason is Reason.NOT_FOUND
    assert refused(lambda: do(cast, "street", "meeting.mark", attendance=row.pk, state="present", who="x")).reason is Reason.NOT_FOUND


def test_leave_needs_a_reason_and_a_substitute_a_name(cast: Cast) -> None:
    meeting = plan(cast, timezone.now() + 3 * HOUR)
    row = line(cast, meeting, "department")
    assert refused(lambda: do(cast, "dept", "meeting.answer", attendance=row.pk, coming=False)).field == "reason"
    assert refused(lambda: do(cast, "dept", "meeting.answer", attendance=row.pk, coming=True, substitute=True)).field == "who"
    do(cast, "dept", "meeting.answer", attendance=row.pk, coming=False, reason="参加市级会议")
    row.refresh_from_db()
    assert (row.state, row.reason) == ("leave", "参加市级会议")


def test_absence_is_known_only_when_attendance_is_settled_and_counted_per_unit(cast: Cast) -> None:
    starts = timezone.now() - 2 * HOUR
    meeting = plan(cast, starts, starts - 24 * HOUR)
    do(cast, "street", "meeting.sign_in", starts, attendance=line(cast, meeting, "east_street").pk)
    do(cast, "hq", "meeting.mark", starts + timedelta(minutes=20), attendance=line(cast, meeting, "department").pk, state="late", who="周某", substitute=True)
    assert unit_attendance(cast.as_("hq"), starts - HOUR, timezone.now()) == []
    assert do(cast, "hq", "meeting.settle", meeting=str(meeting.pk))["absent"] == 1
    found = {x.unit: (x.present, x.late, x.substitutes, x.absent, x.rate) for x in unit_attendance(cast.as_("hq"), starts - HOUR, timezone.now())}
    assert found == {
        cast.units["west_street"].pk: (0, 0, 0, 1, 0.0), cast.units["east_street"].pk: (1, 0, 0, 0, 100.0), cast.units["department"].pk: (0, 1, 1, 0, 100.0),
    }  # fmt: skip
    assert [x.unit for x in unit_attendance(cast.as_("street"), starts - HOUR, timezone.now())] == [cast.units["east_street"].pk]
    late = refused(lambda: do(cast, "hq", "meeting.mark", attendance=line(cast, meeting, "west_street").pk, state="present", who="x"))
    assert late.reason is Reason.WRONG_STAGE
    client = signed_in(cast, "hq")
    assert client.get(reverse("meeting", args=[meeting.pk]), {"export": "xlsx"}).content[:2] == b"PK"
    assert client.get(reverse("meeting_units"), {"export": "csv"}).status_code == 200


def test_the_database_refuses_presence_without_a_name_and_a_unit_twice(cast: Cast) -> None:
    meeting = plan(cast, timezone.now() + HOUR)
    row = line(cast, meeting, "east_street")
    with pytest.raises(IntegrityError), transaction.atomic():
        Attendance.objects.filter(pk=row.pk).update(state="present")
    with pytest.raises(IntegrityError), transaction.atomic():
        Attendance.objects.create(meeting=meeting, venue=row.venue, unit=row.unit)
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table directives_attendance drop constraint attendance_came_with_name_and_time")
    assert Attendance.objects.filter(pk=row.pk).update(state="present") == 1


def test_another_time_takes_the_answers_back(cast: Cast) -> None:
    starts = timezone.now() + 30 * HOUR
    meeting = plan(cast, starts)
    row = line(cast, meeting, "east_street")
    do(cast, "street", "meeting.answer", attendance=row.pk, coming=True)
    later = {"starts_at": (starts + HOUR).isoformat(), "ends_at": (starts + 2 * HOUR).isoformat(), "kind": "dispatch", "title": "疫情防控调度会"}
    do(cast, "hq", "meeting.change", meeting=str(meeting.pk), seen_version=1, **later)
    row.refresh_from_db()
    assert row.answered_at is None
    assert refused(lambda: do(cast, "hq", "meeting.change", meeting=str(meeting.pk), seen_version=1, **later)).field == "seen_version"


def test_bad_meetings_are_refused_with_the_field(cast: Cast) -> None:
    now = timezone.now()
    assert refused(lambda: plan(cast, now + HOUR, ends_at=now.isoformat())).field == "ends_at"
    assert refused(lambda: plan(cast, now - 5 * HOUR)).field == "starts_at"
    assert refused(lambda: plan(cast, now + HOUR, branches=["指挥中心"])).reason is Reason.DUPLICATE
    nowhere = [{"unit": cast.units["east_street"].pk, "venue": "没有的会场"}]
    assert refused(lambda: plan(cast, now + HOUR, asked=nowhere)).field == "asked.0.venue"
    beyond = [{"unit": cast.units["west_street"].pk}]
    assert refused(lambda: plan(cast, now + HOUR, who="street", asked=beyond)).field == "asked.0.unit"
    assert refused(lambda: plan(cast, now + HOUR, asked=[{"unit": cast.units["east_street"].pk}] * 2)).reason is Reason.DUPLICATE
    assert not Meeting.objects.exists()


def test_two_hours_before_units_that_have_not_answered_get_a_loop_once(cast: Cast) -> None:
    cast_office = cast.units["office"]
    starts = timezone.now() + timedelta(minutes=90)
    meeting = plan(cast, starts)
    do(cast, "street", "meeting.answer", attendance=line(cast, meeting, "east_street").pk, coming=True)
    assert act("meeting.remind", SYSTEM, new_id(), {}).result == {"meetings": 1, "reminded": 2}
    assert act("meeting.remind", SYSTEM, new_id(), {}).result == {"meetings": 0, "reminded": 0}
    assert set(Loop.objects.values_list("owner_unit", "verifier_unit")) == {(cast.units[u].pk, cast_office.pk) for u in ("west_street", "department")}


def test_the_reminder_ends_when_the_unit_answers_signs_in_or_the_meeting_is_called_off(cast: Cast) -> None:
    """A notice that was answered late is answered: nothing climbs to accountability for it."""
    starts = timezone.now() + timedelta(minutes=50)
    meeting = plan(cast, starts)
    act("meeting.remind", SYSTEM, new_id(), {})
    waiting = lambda: set(Loop.objects.filter(origin="meeting", closed_at=None).values_list("owner_unit", flat=True))  # noqa: E731
    east, west, department = (cast.units[u].pk for u in ("east_street", "west_street", "department"))
    assert waiting() == {east, west, department}
    do(cast, "street", "meeting.answer", attendance=line(cast, meeting, "east_street").pk, coming=True)
    assert waiting() == {west, department}
    do(cast, "next_street", "meeting.sign_in", attendance=line(cast, meeting, "west_street").pk)
    assert waiting() == {department}
    do(cast, "hq", "meeting.cancel", meeting=str(meeting.pk), reason="改为书面部署")
    assert waiting() == set()
    own = own_lines(cast.as_("street"), timezone.now())
    assert [(x.cancelled, x.cancel_reason) for x in own] == [(True, "改为书面部署")]
    assert owed(cast.as_("street"), timezone.now()) == (0, False)
    page = signed_in(cast, "street").get(reverse("meetings")).content.decode()
    assert "改为书面部署" in page
    assert reverse("meeting_answer", args=[meeting.pk]) not in page


def test_an_answer_that_says_neither_is_no_leave(cast: Cast) -> None:
    meeting = plan(cast, timezone.now() + timedelta(hours=5))
    street = signed_in(cast, "street")
    payload = {"client_id": str(new_id()), "attendance": line(cast, meeting, "east_street").pk, "reason": "没有说明"}
    assert street.post(reverse("meeting_answer", args=[meeting.pk]), payload).status_code == 302
    row = line(cast, meeting, "east_street")
    assert (row.state, row.answered_at) == ("expected", None)


def test_the_minutes_become_a_document_in_one_click(cast: Cast) -> None:
    rename(cast)
    starts = timezone.now() - 2 * HOUR
    meeting = plan(cast, starts, starts - 24 * HOUR)
    do(cast, "hq", "meeting.minutes", meeting=str(meeting.pk), seen_version=1, text=report())
    client = signed_in(cast, "hq")
    answer = client.post(reverse("meeting_to_document", args=[meeting.pk]), {"client_id": str(new_id())})
    document = Document.objects.get()
    assert answer["Location"] == reverse("directive_document", args=[document.pk])
    assert (document.meeting_id, document.directives.count()) == (meeting.pk, 3)
    assert reverse("directive_document", args=[document.pk]) in client.get(reverse("meeting", args=[meeting.pk])).content.decode()


def test_who_is_not_asked_sees_nothing(cast: Cast) -> None:
    meeting = plan(cast, timezone.now() + HOUR)
    only_east = plan(cast, timezone.now() + HOUR, title="望河街道专题会", asked=[{"unit": cast.units["spring_community"].pk}], branches=[], who="street")
    seen = {
        who: {m.title for m in meeting_list(cast.as_(who), timezone.now(), timezone.now() + 2 * HOUR)}
        for who in ("hq", "street", "next_street", "community", "dept", "enterprise")
    }
    both = {meeting.title, only_east.title}
    assert seen == {"hq": both, "street": both, "next_street": {meeting.title}, "community": {only_east.title}, "dept": {meeting.title}, "enterprise": set()}
    page = signed_in(cast, "next_street").get(reverse("meeting", args=[meeting.pk])).content.decode()
    assert "west_street 单位" in page
    assert "east_street 单位" not in page  # the sheet of attendance is the organiser's
    assert signed_in(cast, "enterprise").get(reverse("meeting", args=[meeting.pk])).status_code == 404


def test_the_calendar_file_reminds_and_the_poster_leads_to_the_sign_in_page(cast: Cast) -> None:
    meeting = plan(cast, timezone.now() + timedelta(minutes=30))
    event = Calendar.from_ical(signed_in(cast, "street").get(reverse("meeting_calendar", args=[meeting.pk])).content).walk("VEVENT")[0]
    assert (str(event["summary"]), len(event.walk("VALARM"))) == ("视频调度会 · 疫情防控调度会", 1)
    venue = meeting.venues.get(main=False)
    poster = signed_in(cast, "hq").get(reverse("meeting_venue", args=[meeting.pk, venue.pk])).content.decode()
    address = f"{reverse('meeting_sign_in', args=[meeting.pk])}?venue={venue.pk}"
    assert address in poster
    assert "<svg" in poster
    assert "望河分会场" in signed_in(cast, "street").get(address).content.decode()


def test_the_month_shows_the_meeting_on_its_day(cast: Cast) -> None:
    meeting = plan(cast, timezone.now() + HOUR)
    page = signed_in(cast, "street").get(reverse("meetings_month"), {"month": f"{timezone.localtime(meeting.starts_at):%Y-%m}"}).content.decode()
    assert reverse("meeting", args=[meeting.pk]) in page
    assert signed_in(cast, "street").get(reverse("meetings_month"), {"month": "x"}).status_code == 422


def test_a_person_of_the_unit_may_be_asked_for_and_another_who_comes_is_a_substitute(cast: Cast) -> None:
    meeting = plan(cast, timezone.now() + timedelta(minutes=30), asked=[])
    client, url = signed_in(cast, "hq"), reverse("meeting_ask", args=[meeting.pk])
    given = {"client_id": str(new_id()), "units": [str(cast.units["east_street"].pk)], "person": "nobody"}
    assert client.post(url, given).status_code == 422
    client.post(url, given | {"client_id": str(new_id()), "person": "street"})
    row = line(cast, meeting, "east_street")
    assert row.account_id == cast.accounts["street"].pk
    do(cast, "street_colleague", "meeting.sign_in", attendance=row.pk)
    row.refresh_from_db()
    assert (row.substitute, row.who) == (True, "street_colleague 同志")


def imported(cast: Cast, meeting: Meeting, text: str, at: datetime | None = None, who: str = "hq") -> dict[str, Any]:
    content = base64.b64encode(text.encode()).decode()
    return do(cast, who, "meeting.import_attendance", at, meeting=str(meeting.pk), content=content, filename="名单.csv")


def test_a_whole_list_is_imported_and_every_row_is_accounted_for(cast: Cast) -> None:
    starts = timezone.now() + 3 * HOUR
    meeting = plan(cast, starts)
    named = {n: cast.units[n].name for n in ("spring_community", "east_street", "discipline_unit")}
    rows = [
        "单位,会场,出席,到会人", f"{named['spring_community']},望河分会场,,", f"{named['discipline_unit']},,,", f"{named['spring_community']},,,",
        "没有这个单位,,,", f"{named['east_street']},火星会场,,", f"{named['east_street']},,出席,王某",
    ]  # fmt: skip
    told = imported(cast, meeting, "\n".join(rows))
    assert (told["rows_in"], told["accepted"], told["rejected"], told["new"]) == (6, 2, 4, 2)
    assert [(r["row"], r["reason"]) for r in told["rejects"]] == [(4, "duplicate"), (5, "not_found"), (6, "invalid_value"), (7, "conflict")]
    assert line(cast, meeting, "spring_community").venue.name == "望河分会场"
    assert line(cast, meeting, "east_street").state == "expected"  # not before it has begun


def test_after_the_meeting_the_sheet_says_who_came(cast: Cast) -> None:
    now = timezone.now()
    meeting = plan(cast, now + HOUR / 2)
    names = [cast.units[u].name for u in ASKED]
    table = f"单位,出席,到会人,代会,原因\n{names[0]},出席,王某,是,\n{names[1]},请假,,,外出招商\n{names[2]},来了,,,\n"
    told = imported(cast, meeting, table, now + HOUR)
    assert (told["rows_in"], told["accepted"], told["rejected"], told["changed"]) == (3, 2, 1, 2)
    east, west = line(cast, meeting, "east_street"), line(cast, meeting, "west_street")
    assert (east.state, east.who, east.substitute, east.at is not None) == ("present", "王某", True, True)
    assert (west.state, west.reason, west.at) == ("leave", "外出招商", None)
    again = imported(cast, meeting, f"单位,会场\n{names[0]},望河分会场\n", now + HOUR)  # an empty cell changes nothing
    assert (again["changed"], line(cast, meeting, "east_street").state) == (1, "present")
    assert refused(lambda: imported(cast, meeting, "名称\n甲\n", now + HOUR)).field == "table"
    assert refused(lambda: imported(cast, meeting, table, now + HOUR, "next_street")).reason is Reason.NOT_FOUND


def test_the_page_tries_first_and_gives_the_rejected_rows_back(cast: Cast) -> None:
    meeting = plan(cast, timezone.now() + 3 * HOUR)
    client, address = signed_in(cast, "hq"), reverse("meeting_import", args=[meeting.pk])
    table = f"单位\n{cast.units['spring_community'].name}\n查无此单位\n"
    for mode, count in (("try", 3), ("import", 4)):
        file = SimpleUploadedFile("名单.csv", table.encode())
        page = client.post(address, {"client_id": str(new_id()), "table": file, "mode": mode})
        assert page.status_code == 200
        assert "管理范围" in page.content.decode()
        assert meeting.attendance.count() == count
