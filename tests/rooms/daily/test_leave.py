"""Leave of single people: who is on leave is not missing, headcounts take it into account; work numbers from a table."""

from __future__ import annotations

import re
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from typer.testing import CliRunner

from tests.cast import Cast
from tests.rooms.daily.helping import DAY, clock, do, hired, refused, reported, system, today
from tests.rooms.daily.test_attendance import DOCUMENT, HEAD, brought, morning, staff  # noqa: F401
from tests.web.test_pages import signed_in
from tongchou.cli import main
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.models import Person, ReadSubject, Staff, Unit
from tongchou.rooms.daily.actions.badges import import_badges
from tongchou.rooms.daily.attended import day_lines, month_lines, sections, unit_lines
from tongchou.rooms.daily.models import Alarm, Attendance, Badge, Leave, Report

People = dict[str, Person]


def leave(cast: Cast, person: Person, *, who: str = "enterprise", kind: str = "sick", **more: Any) -> int:
    file = Staff.objects.get(person=person)
    given = {"unit": file.unit_id, "staff": file.pk, "kind": kind, "from_date": str(today())} | {k: str(v) for k, v in more.items()}
    return int(do(cast, who, "attendance.leave", **given)["leave"])


def states(cast: Cast, day: Any = None) -> dict[Any, str]:
    return {x.person: x.state for x in day_lines(cast.units["works"].pk, day or today())}


def test_who_is_on_leave_is_not_missing(cast: Cast, staff: People) -> None:  # noqa: F811
    brought(cast, HEAD + f"王小明,007,一车间,{morning(1)},,进,\n")
    works = cast.units["works"].pk
    assert states(cast)[staff["two"].pk] == "missing"
    leave(cast, staff["two"], until=today() + 2 * DAY)
    assert states(cast) == {staff["one"].pk: "here", staff["two"].pk: "leave", staff["late"].pk: "missing"}
    assert sections(works, today())[""] == {"here": 0, "left": 0, "missing": 1, "leave": 1, "other": 0}
    assert states(cast, today() + 3 * DAY)[staff["two"].pk] == "missing"
    (line,) = unit_lines(cast.as_("street"), today())
    assert (line.on_file, line.expected, line.on_leave, line.seen) == (3, 2, 1, 1)
    month = month_lines(works, today().replace(day=1))
    assert {(x.badge, today().day in x.days, today().day in x.leave) for x in month} == {("007", True, False), ("", False, True)}
    brought(cast, HEAD + f"李静,008,,{morning(2)},,进,\n")  # came all the same
    assert states(cast)[staff["two"].pk] == "here"


def test_leave_is_shortened_and_withdrawn_and_never_twice(cast: Cast, staff: People) -> None:  # noqa: F811
    key = leave(cast, staff["two"], until=today() + 5 * DAY)
    again = refused(lambda: leave(cast, staff["two"], from_date=today() + 5 * DAY))
    assert (again.reason, again.remedy is not None) == (Reason.DUPLICATE, True)
    do(cast, "enterprise", "attendance.end_leave", leave=key, last_day=str(today()))
    leave(cast, staff["two"], from_date=today() + DAY, kind="personal")
    assert refused(lambda: do(cast, "enterprise", "attendance.end_leave", leave=key, last_day=str(today() + DAY))).field == "last_day"
    do(cast, "enterprise", "attendance.end_leave", leave=key)
    assert refused(lambda: do(cast, "enterprise", "attendance.end_leave", leave=key)).reason is Reason.NOT_FOUND
    leave(cast, staff["two"])
    row = Leave.objects.get(from_date=today(), ended_at=None)
    with pytest.raises(IntegrityError, match="leave_no_overlap"), transaction.atomic():  # the twin: what keeps it so
        Leave.objects.create(unit=row.unit, person=row.person, from_date=today(), until=today(), kind="other", act=new_id(), at=timezone.now())


@pytest.mark.parametrize(
    ("more", "field"),
    [({"until": "2001-01-01"}, "until"), ({"from_date": "2001-01-01"}, "from_date"), ({"from_date": "2001-13-01"}, "from_date"), ({"kind": "tired"}, "kind")],
)
def test_what_cannot_be_is_refused_by_name(cast: Cast, staff: People, more: dict[str, Any], field: str) -> None:  # noqa: F811
    assert refused(lambda: leave(cast, staff["two"], **more)).field == field


def test_other_enterprises_and_streets_record_none(cast: Cast, staff: People) -> None:  # noqa: F811
    key = leave(cast, staff["two"])
    assert refused(lambda: leave(cast, staff["late"], who="rival")).reason is Reason.NOT_FOUND
    assert refused(lambda: do(cast, "rival", "attendance.end_leave", leave=key)).reason is Reason.NOT_FOUND
    assert refused(lambda: leave(cast, staff["late"], who="street")).reason is Reason.NOT_ALLOWED


def test_headcounts_take_leave_into_account(cast: Cast, staff: People) -> None:  # noqa: F811
    day = today() - DAY
    away = [hired(cast, "works", name, outcome="start", returned_on=today() - 5 * DAY) for name in ("郤一", "亓二", "禤三")]
    report = reported(cast, day=day, at=clock(17, day=day), at_work=6, on_leave=None, staff=6, returned=6)
    brought(cast, HEAD + "".join(f"{n},,,{day} 08:00,东门,进,\n" for n in ("王小明", "李静", "赵强")))
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.counted, alarm.reported, alarm.on_leave, alarm.state) == ("headcount", 3, 6, 0, "open")
    keys = [leave(cast, p, from_date=day) for p in away]
    alarm.refresh_from_db()
    assert alarm.state == "ended"  # the report may have counted those on leave
    told = {"abnormal": 0, "incidents": 0, "staff": 6, "returned": 6, "why": "核对"}
    do(cast, "enterprise", "daily.correct", report=report, at_work=3, on_leave=3, **told)
    assert not Alarm.objects.filter(state="open").exists()
    do(cast, "enterprise", "attendance.end_leave", leave=keys[0])
    assert not Alarm.objects.filter(state="open").exists()  # one apart is within the tolerance


def test_a_report_that_hides_leave_is_an_alarm(cast: Cast, staff: People) -> None:  # noqa: F811
    day = today() - DAY
    away = [hired(cast, "works", name, outcome="start", returned_on=today() - 5 * DAY) for name in ("郤一", "亓二", "禤三")]
    reported(cast, day=day, at=clock(17, day=day), at_work=3, on_leave=0, staff=6, returned=6)
    brought(cast, HEAD + "".join(f"{n},,,{day} 08:00,东门,进,\n" for n in ("王小明", "李静", "赵强")))
    assert not Alarm.objects.exists()
    for person in away:
        leave(cast, person, from_date=day)
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.counted, alarm.reported, alarm.on_leave) == ("headcount", 3, 3, 3)


def test_the_report_takes_leave_over(cast: Cast, staff: People) -> None:  # noqa: F811
    seen = reported(cast, day=today() - DAY, at=clock(17, day=today() - DAY))
    leave(cast, staff["two"])
    page = signed_in(cast, "enterprise").get(reverse("daily_new"), {"unit": cast.units["works"].pk}).content.decode()
    assert re.search(r'<input[^>]*value="1"[^>]*name="on_leave"|<input[^>]*name="on_leave"[^>]*value="1"', page)
    do(cast, "enterprise", "daily.same", unit=cast.units["works"].pk, day=str(today()), seen=seen)
    assert Report.objects.get(day=today()).on_leave == 1


def test_on_the_page_and_gone_in_time(cast: Cast, staff: People) -> None:  # noqa: F811
    client, works = signed_in(cast, "enterprise"), cast.units["works"].pk
    file = Staff.objects.get(person=staff["two"]).pk
    form = {"unit": works, "who": f"李* #{file}", "kind": "sick", "from_date": str(today()), "until": "2001-01-01", "client_id": str(new_id())}
    wrong = client.post(reverse("attendance_leave"), form).content.decode()
    assert "结束日期须在开始日期之后" in wrong
    assert f'value="李* #{file}"' in wrong  # what was chosen is still there
    form["until"] = str(today() + DAY)
    assert client.post(reverse("attendance_leave"), form).status_code == 302
    assert client.post(reverse("attendance_leave"), form).status_code == 302  # a second click
    row = Leave.objects.get()
    page = client.get(reverse("attendance")).content.decode()
    assert "病假" in page
    assert "李静" not in page
    assert ReadSubject.objects.filter(person_id=staff["two"].pk).exists()
    back = {"unit": works, "last_day": str(today()), "client_id": str(new_id())}
    assert client.post(reverse("attendance_leave_end", args=[row.pk]), back).status_code == 302
    row.refresh_from_db()
    assert row.until == today()
    assert signed_in(cast, "rival").post(reverse("attendance_leave_end", args=[row.pk]), back | {"client_id": str(new_id())}).status_code == 404
    assert system("attendance.erase", timezone.now() + 46 * DAY)["leaves"] == 1
    assert not Leave.objects.exists()


def numbers(cast: Cast, text: str, **more: Any) -> Any:
    return import_badges(cast.as_("enterprise"), new_id(), text.encode(), "工号.csv", unit=cast.units["works"].pk, **more)


def held(cast: Cast) -> set[tuple[Any, str]]:
    return set(Badge.objects.exclude(number="").values_list("person", "number"))


def test_a_machine_that_knows_numbers_only_is_read_after_the_table_of_numbers(cast: Cast, staff: People) -> None:  # noqa: F811
    passes = f"卡号,时间\nA1,{morning(1)}\nA2,{morning(2)}\n"
    assert brought(cast, passes).counts["accepted"] == 0
    assert Alarm.objects.filter(kind="stranger", state="open").count() == 2
    tried = numbers(cast, f"卡号,姓名,证件号码,部门\nA1,王小明,{DOCUMENT},一车间\nA2,李静,,\n", dry_run=True)
    assert (tried.counts["accepted"], Badge.objects.count()) == (2, 0)
    found = numbers(cast, f"卡号,姓名,证件号码,部门\nA1,王小明,{DOCUMENT},一车间\nA2,李静,,\n")
    assert (found.counts["new"], found.rejects) == (2, [])
    assert brought(cast, passes).counts["accepted"] == 2
    assert set(Attendance.objects.values_list("person", flat=True)) == {staff["one"].pk, staff["two"].pk}
    assert not Alarm.objects.filter(kind="stranger", state="open").exists()
    again = numbers(cast, f"卡号,姓名,证件号码\nA1,王小明,{DOCUMENT}\nA2,李静,\n")
    assert (again.counts["unchanged"], Badge.objects.get(number="A1").section) == (2, "一车间")


def test_every_row_of_numbers_is_accounted_for(cast: Cast, staff: People) -> None:  # noqa: F811
    numbers(cast, "工号,姓名\n1,王小明\n2,李静\n")
    text = "工号,姓名\n1,赵强\n1,王小明\n,李静\n3,周外人\n4,\n2,李静\n2,李静\n5,赵强\n"
    found = numbers(cast, text)
    assert [(n, r.field, r.reason) for n, r in found.rejects] == [
        (2, "number", Reason.CONFLICT), (4, "number", Reason.MISSING_VALUE), (5, "name", Reason.NOT_FOUND), (6, "name", Reason.MISSING_VALUE),
        (8, "number", Reason.DUPLICATE),
    ]  # fmt: skip
    assert found.counts["rows_in"] == found.counts["accepted"] + found.counts["rejected"]


def test_numbers_change_hands_in_one_table_only(cast: Cast, staff: People) -> None:  # noqa: F811
    numbers(cast, "工号,姓名\n1,王小明\n2,李静\n")
    found = numbers(cast, "工号,姓名\n1,赵强\n1,王小明\n")  # the refused row leaves its place to the next
    assert [(n, r.reason) for n, r in found.rejects] == [(2, Reason.CONFLICT)]
    swapped = numbers(cast, "工号,姓名\n2,王小明\n1,李静\n")
    assert (swapped.counts["changed"], swapped.rejects) == (2, [])
    assert held(cast) == {(staff["one"].pk, "2"), (staff["two"].pk, "1")}
    Staff.objects.filter(person=staff["two"]).update(to_date=today())
    assert numbers(cast, "工号,姓名\n1,赵强\n").rejects == []
    assert held(cast) == {(staff["one"].pk, "2"), (staff["late"].pk, "1")}
    assert refused(lambda: import_badges(cast.as_("rival"), new_id(), "工号,姓名\n1,赵强\n".encode(), "x.csv", unit=cast.units["works"].pk)).reason is Reason.NOT_FOUND


def test_numbers_on_the_command_line_and_the_page(cast: Cast, staff: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    from django.core.files.uploadedfile import SimpleUploadedFile

    monkeypatch.setattr(main, "database", nullcontext)
    Unit.objects.filter(pk=cast.units["works"].pk).update(code="91990101MA00000017")
    file = tmp_path / "numbers.csv"
    file.write_text("工号,姓名\n1,王小明\n2,周外人\n", "utf-8")
    done = CliRunner().invoke(main.app, ["attendance", "numbers", str(file), "--enterprise", "91990101MA00000017", "--lang", "en"])
    assert (done.exit_code, "rows in 2  accepted 1  rejected 1" in done.stdout) == (2, True)
    upload = {"table": SimpleUploadedFile("工号.csv", "工号,姓名\n2,李静\n3,周外人\n".encode()), "mode": "import", "client_id": str(new_id())}
    page = signed_in(cast, "enterprise").post(reverse("attendance_badges"), upload).content.decode()
    assert "不在本单位员工档案中" in page
    assert held(cast) == {(staff["one"].pk, "1"), (staff["two"].pk, "2")}
