"""Real-name attendance: gate machines row by row, codes that do not hold tomorrow, alarms that reach enterprise and street, headcounts compared, deletion in time."""

from __future__ import annotations

import io
from contextlib import nullcontext
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from typer.testing import CliRunner

from tests.cast import Cast
from tests.rooms.daily.helping import DAY, FIGURES, clock, do, hired, refused, reported, system, today
from tests.web.test_pages import signed_in
from tongchou.cli import main
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import Account, Loop, Person, Post, PostHolding, ReadSubject, Staff, Unit
from tongchou.rooms.daily.actions.attendance import import_attendance
from tongchou.rooms.daily.attended import alarm_lines, day_lines, month_lines, sections, unit_lines
from tongchou.rooms.daily.contacts import contacts_of, said_of
from tongchou.rooms.daily.gate import code_of, gate_of
from tongchou.rooms.daily.models import Alarm, Attendance, Badge, Fever, Report

DOCUMENT = "11010119900307811X"
HEAD = "姓名,工号,部门,时间,设备,进出,体温\n"


def morning(minute: int = 0) -> str:
    return f"{today()} 00:{minute:02d}:07"


def brought(cast: Cast, text: str, *, who: str = "enterprise", dry_run: bool = False, encoding: str = "utf-8", name: str = "gate.csv") -> Any:
    return import_attendance(cast.as_(who), new_id(), text.encode(encoding), name, unit=cast.units["works"].pk, dry_run=dry_run)


def worker(cast: Cast, person: Person) -> Any:
    """The account of somebody on record, as a resident."""
    account = Account(username=f"w{person.pk.hex[:8]}", display_name="职工", person=person)
    account.set_unusable_password()
    account.save()
    post, _ = Post.objects.get_or_create(unit=cast.units["spring_community"], title="居民", role="resident")
    PostHolding.objects.create(post=post, account=account, from_date=today() - 9 * DAY)
    cast.accounts[account.username] = account
    return cast.as_(account.username, person_id=person.pk)


def signs(cast: Cast, actor: Any, when: datetime | None = None, **more: Any) -> dict[str, Any]:
    works = cast.units["works"].pk
    given = {"unit": works, "code": code_of(gate_of(works), when or timezone.now()), "direction": "in"} | more
    return act("attendance.sign", actor, new_id(), given, now=when).result


@pytest.fixture
def staff(cast: Cast) -> dict[str, Person]:
    return {
        "one": hired(cast, "works", "王小明", DOCUMENT, outcome="start", returned_on=today() - 5 * DAY),
        "two": hired(cast, "works", "李静", outcome="start", returned_on=today() - 5 * DAY),
        "late": hired(cast, "works", "赵强", outcome="start", returned_on=today() - 5 * DAY),
    }


def test_a_gate_machines_table_is_accounted_for_row_by_row(cast: Cast, staff: dict[str, Person]) -> None:
    text = HEAD + (
        f"王小明,007,一车间,{morning(1)},东门,进,36.5℃\n李 静,008,二车间,{morning(2)},东门,进,--\n王小明,007,一车间,{morning(9)},东门,出,\n"
        f"周外人,009,,{morning(3)},东门,进,36.4\n王小明,007,,2031-01-01 08:00,东门,进,\n李静,008,,{morning(4)},东门,侧,\n李静,008,,{morning(5)},东门,进,99\n"
    )
    tried = brought(cast, text, dry_run=True)
    assert not Attendance.objects.exists()
    assert not Alarm.objects.exists()
    found = brought(cast, text)
    assert tried.counts == found.counts
    assert {k: found.counts[k] for k in ("rows_in", "accepted", "rejected", "new")} == {"rows_in": 7, "accepted": 3, "rejected": 4, "new": 3}
    assert [(n, r.field) for n, r in found.rejects] == [(5, "name"), (6, "at"), (7, "direction"), (8, "temperature")]
    file = found.rejected_file().decode("utf-8-sig")
    assert file.count("\n") == 5
    assert "不在本单位员工档案中" in file
    assert set(Badge.objects.values_list("person", "number", "section")) == {(staff["one"].pk, "007", "一车间"), (staff["two"].pk, "008", "二车间")}


def test_the_same_file_twice_changes_nothing(cast: Cast, staff: dict[str, Person]) -> None:
    text = HEAD + f"王小明,007,一车间,{morning(1)},东门,进,36.5\n周外人,009,,{morning(3)},东门,进,36.4\n"
    brought(cast, text)
    before = (Attendance.objects.count(), Alarm.objects.count(), Badge.objects.count(), Loop.objects.count())
    again = brought(cast, text)
    assert (again.counts["new"], again.counts["unchanged"], again.counts["alarms"]) == (0, 1, 0)
    assert before == (Attendance.objects.count(), Alarm.objects.count(), Badge.objects.count(), Loop.objects.count())
    row = Attendance.objects.get()
    with pytest.raises(IntegrityError, match="attendance_once"), transaction.atomic():  # the twin: what keeps it so
        Attendance.objects.create(unit_id=row.unit_id, person_id=row.person_id, day=row.day, at=row.at, direction="in", way="machine", act=new_id())


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("人员姓名,身份证号,日期,上班时间,下班时间", "王小明,{doc},{day},00:01,00:02"),
        ("姓名,手机尾号,打卡时间,通道", "王小明,,{day} 00:03,一号入口"),
        ("工号,日期,时间", "007,{day},00:04:00"),
        ("Full Name,Date Time,Direction,Temp", "王小明,{day}T00:05:00,IN,36.6"),
    ],
)
def test_the_usual_layouts_are_read(cast: Cast, staff: dict[str, Person], header: str, row: str) -> None:
    Badge.objects.create(unit=cast.units["works"], person=staff["one"], number="007")
    line = row.format(doc=DOCUMENT, day=today())
    found = brought(cast, f"考勤明细表\n{header}\n{line}\n", encoding="gb18030")
    assert found.rejects == []
    assert set(Attendance.objects.values_list("person", flat=True)) == {staff["one"].pk}


def test_a_workbook_with_a_heading_is_read(cast: Cast, staff: dict[str, Person]) -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    for line in (["二月考勤"], ["姓名", "日期", "时间", "体温"], ["李静", today(), time(0, 1), 36.4]):
        sheet.append(line)
    book.save(out)
    found = import_attendance(cast.as_("enterprise"), new_id(), out.getvalue(), "机器.xlsx", unit=cast.units["works"].pk)
    assert (found.counts["accepted"], found.rejects) == (1, [])


def test_two_of_one_name_are_told_apart_or_come_back(cast: Cast, staff: dict[str, Person]) -> None:
    other = hired(cast, "works", "王小明", outcome="start")
    found = brought(cast, f"姓名,时间\n王小明,{morning(1)}\n")
    assert [r.reason for _, r in found.rejects] == [Reason.CONFLICT]
    assert "王小明" not in found.rejects[0][1].sentence("zh-hans")
    brought(cast, f"姓名,证件号码,时间\n王小明,{DOCUMENT[-6:]},{morning(2)}\n")
    assert Attendance.objects.get().person_id == staff["one"].pk
    Badge.objects.create(unit=cast.units["works"], person=other, number="9")
    wrong = brought(cast, f"姓名,工号,时间\n李静,9,{morning(3)}\n")
    assert [(r.reason, r.field) for _, r in wrong.rejects] == [(Reason.CONFLICT, "number")]


def test_a_number_goes_over_to_who_has_it_now(cast: Cast, staff: dict[str, Person]) -> None:
    brought(cast, f"姓名,工号,时间\n李静,9,{morning(1)}\n")
    Staff.objects.filter(person=staff["two"]).update(to_date=today())
    brought(cast, f"姓名,工号,时间\n赵强,9,{morning(2)}\n")
    assert Badge.objects.get(number="9").person_id == staff["late"].pk
    brought(cast, f"工号,时间\n9,{morning(3)}\n")
    assert Attendance.objects.filter(person=staff["late"]).count() == 2


def test_a_code_holds_today_and_a_photograph_of_it_not_tomorrow(cast: Cast, staff: dict[str, Person]) -> None:
    actor, works = worker(cast, staff["one"]), cast.units["works"]
    code = code_of(gate_of(works.pk), timezone.now())
    assert signs(cast, actor, code=code, temperature="36.6")["stop"] is False
    first = Attendance.objects.get()
    assert (first.way, first.unit_id) == ("phone", works.pk)
    assert refused(lambda: signs(cast, actor, code=code)).reason is Reason.DUPLICATE  # a second tap
    tomorrow = timezone.now() + DAY
    assert refused(lambda: signs(cast, actor, tomorrow, code=code)).field == "code"
    assert refused(lambda: signs(cast, actor, code=code_of(gate_of(cast.units["mill"].pk), timezone.now()))).field == "code"
    do(cast, "enterprise", "attendance.gate", unit=works.pk, changing=True)
    soon = timezone.now() + timedelta(minutes=20)
    shown = code_of(gate_of(works.pk), soon)
    assert refused(lambda: signs(cast, actor, soon, code=code)).field == "code"  # the day's code no longer
    assert refused(lambda: signs(cast, actor, soon + timedelta(minutes=7), code=shown)).field == "code"
    signs(cast, actor, soon, code=shown)
    do(cast, "enterprise", "attendance.gate", unit=works.pk, changing=True, renew=True)
    assert refused(lambda: signs(cast, actor, soon + timedelta(minutes=2), code=shown, direction="out")).field == "code"


def test_who_may_not_be_there_is_told_so_and_enterprise_and_street_are_alarmed(cast: Cast, staff: dict[str, Person]) -> None:
    Staff.objects.filter(person=staff["two"]).update(outcome="observe")
    assert signs(cast, worker(cast, staff["two"]))["stop"] is True
    alarm = Alarm.objects.get()
    loop = alarm.loop
    assert (alarm.kind, alarm.person_id) == ("not_cleared", staff["two"].pk)
    assert loop is not None
    assert (loop.owner_unit, loop.verifier_unit, loop.stage) == (cast.units["works"], cast.units["east_street"], "seeing")
    assert "李" not in loop.title
    (line,) = alarm_lines(cast.as_("street"), today())
    assert (line.kind, line.people, line.open) == ("not_cleared", 1, 1)
    assert alarm_lines(cast.as_("next_street"), today()) == []
    assert refused(lambda: do(cast, "rival", "attendance.answer", alarm=alarm.pk, how="sent_home", note="已劝离")).reason is Reason.NOT_FOUND
    assert refused(lambda: do(cast, "enterprise", "attendance.answer", alarm=alarm.pk, how="cleared", note="说可以了")).field == "how"
    assert refused(lambda: do(cast, "enterprise", "loop.advance", loop=str(loop.pk), step="answered")).reason is Reason.CONFLICT
    do(cast, "enterprise", "attendance.answer", alarm=alarm.pk, how="sent_home", note="8:10 保安劝离")
    loop.refresh_from_db()
    assert loop.stage == "checking"
    do(cast, "street", "loop.advance", loop=str(loop.pk), step="send_back", note="请写明去向")
    alarm.refresh_from_db()
    assert alarm.state == "open"
    do(cast, "enterprise", "attendance.answer", alarm=alarm.pk, how="sent_home", note="回宿舍隔离")
    do(cast, "street", "loop.advance", loop=str(loop.pk), step="accept", evidence=[{"key": "seen", "type": "text", "text": "电话核实"}])
    alarm.refresh_from_db()
    loop.refresh_from_db()
    assert (alarm.state, loop.end_reason) == ("ended", "done")


def test_somebody_on_no_file_is_an_alarm_until_the_file_is_made(cast: Cast, staff: dict[str, Person]) -> None:
    text = HEAD + f"周外人,099,,{morning(3)},东门,进,36.4\n"
    brought(cast, text)
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.person, alarm.state) == ("stranger", None, "open")
    assert "周外人".encode() not in bytes(alarm.sealed or b"")
    assert refused(lambda: do(cast, "enterprise", "attendance.answer", alarm=alarm.pk, how="filed", note="已补")).reason is Reason.CONFLICT
    hired(cast, "works", "周外人", outcome="start")
    brought(cast, text)
    alarm.refresh_from_db()
    assert (alarm.state, alarm.how) == ("ended", "filed")
    assert Loop.objects.get().end_reason == "cancelled"
    passer = hired(cast, "mill", "钱过客")
    assert signs(cast, worker(cast, passer))["on_file"] is False
    assert Alarm.objects.get(person=passer).kind == "stranger"
    assert refused(lambda: do(cast, "enterprise", "attendance.answer", alarm=Alarm.objects.get(person=passer).pk, how="filed", note="没有补")).field == "how"


def test_a_fever_at_the_gate_leads_to_the_procedure_with_its_contacts(cast: Cast, staff: dict[str, Person]) -> None:
    at = timezone.now() - timedelta(minutes=20)
    works = cast.units["works"]
    for name, section in (("one", "一车间"), ("two", "一车间"), ("late", "食堂")):
        Badge.objects.create(unit=works, person=staff[name], number=name, section=section)
        file = Staff.objects.get(person=staff[name])
        warm = "37.9" if name == "one" else "36.5"
        do(cast, "enterprise", "attendance.sign_for", unit=works.pk, staff=file.pk, direction="in", at=at.isoformat(), temperature=warm)
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.person_id) == ("fever", staff["one"].pk)
    made = do(cast, "enterprise", "attendance.fever", alarm=alarm.pk)["fever"]
    row = Fever.objects.get(pk=made)
    assert (row.person_id, float(row.first or 0), row.place, row.first_at) == (staff["one"].pk, 37.9, "一车间", at)
    people = contacts_of(row)
    assert [(c.person, c.near) for c in people] == [(staff["two"].pk, True), (staff["late"].pk, False)]
    assert "2 人，其中同班组、车间 1 人" in said_of(row)
    assert "李" not in said_of(row)
    assert refused(lambda: do(cast, "enterprise", "attendance.fever", alarm=alarm.pk)).reason is Reason.WRONG_STAGE
    assert Fever.objects.count() == 1


def test_another_number_than_attendance_is_shown_before_it_is_sent(cast: Cast, staff: dict[str, Person]) -> None:
    brought(cast, HEAD + "".join(f"{n},,,{morning(1)},东门,进,\n" for n in ("王小明", "李静", "赵强")))
    found = refused(lambda: reported(cast, at_work=80))
    assert (found.field, found.reason) == ("at_work", Reason.CONFLICT)
    assert "3 人到场" in found.sentence("zh-hans")
    reported(cast, at_work=80, differs="77 人在分厂，未打卡")
    row = Report.objects.get()
    assert (row.attended, row.differs) == (3, "77 人在分厂，未打卡")
    assert not Alarm.objects.exists()  # explained


def test_headcounts_that_turn_out_apart_are_an_alarm_and_end_when_corrected(cast: Cast, staff: dict[str, Person]) -> None:
    day = today() - DAY
    report = reported(cast, day=day, at=clock(17, day=day), at_work=30)
    text = HEAD + "".join(f"{n},,,{day} 08:00,东门,进,\n" for n in ("王小明", "李静", "赵强"))
    brought(cast, text)
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.counted, alarm.reported) == ("headcount", 3, 30)
    do(cast, "enterprise", "daily.correct", report=report, why="误报", **FIGURES | {"at_work": 3})
    alarm.refresh_from_db()
    assert (alarm.state, alarm.how) == ("ended", "corrected")


def test_one_tap_takes_the_number_that_attendance_shows(cast: Cast, staff: dict[str, Person]) -> None:
    seen = reported(cast, day=today() - DAY, at=clock(17, day=today() - DAY))
    brought(cast, HEAD + f"王小明,,,{morning(1)},东门,进,\n")
    do(cast, "enterprise", "daily.same", unit=cast.units["works"].pk, day=str(today()), seen=seen)
    assert Report.objects.get(day=today()).at_work == 1


def test_a_day_by_section_a_month_and_enterprises_in_numbers(cast: Cast, staff: dict[str, Person]) -> None:
    waits = hired(cast, "works", "孙等等", outcome="observe")
    brought(cast, HEAD + f"王小明,007,一车间,{morning(1)},,进,\n王小明,007,一车间,{morning(2)},,出,\n李静,008,一车间,{morning(1)},,进,\n")
    works = cast.units["works"].pk
    assert sections(works, today()) == {
        "一车间": {"here": 1, "left": 1, "missing": 0, "leave": 0, "other": 0}, "": {"here": 0, "left": 0, "missing": 1, "leave": 0, "other": 1},
    }  # fmt: skip
    states = {x.person: x.state for x in day_lines(works, today())}
    assert states == {staff["one"].pk: "left", staff["two"].pk: "here", staff["late"].pk: "missing"}
    assert [x.person for x in day_lines(works, today(), state="other")] == [waits.pk]
    assert [(x.badge, x.days) for x in month_lines(works, today().replace(day=1))] == [("007", frozenset({today().day})), ("008", frozenset({today().day}))]
    (line,) = unit_lines(cast.as_("street"), today())
    assert (line.on_file, line.expected, line.seen, line.reported) == (4, 3, 2, None)
    assert unit_lines(cast.as_("next_street"), today()) == []


def test_names_are_masked_and_looking_is_recorded(cast: Cast, staff: dict[str, Person]) -> None:
    brought(cast, HEAD + f"王小明,007,一车间,{morning(1)},,进,\n周外人,099,,{morning(3)},东门,进,36.4\n")
    client = signed_in(cast, "enterprise")
    page = client.get(reverse("attendance")).content.decode()
    assert "王小明" not in page
    assert "周外人" not in page
    assert set(ReadSubject.objects.values_list("person_id", flat=True)) >= {staff["one"].pk, staff["late"].pk}
    month = client.get(reverse("attendance_month"), {"export": "csv"}).content.decode("utf-8-sig")
    assert "007" in month
    assert "王" not in month
    for name in ("attendance_gate", "attendance_import", "attendance_by_hand"):
        assert client.get(reverse(name)).status_code == 200
    rival = signed_in(cast, "rival").get(reverse("attendance"), {"unit": cast.units["works"].pk})
    assert rival.status_code == 404
    street = signed_in(cast, "street")
    for name in ("attendance_overview", "attendance_alarms"):
        page = street.get(reverse(name)).content.decode()
        assert "works 单位" in page
        assert "王" not in page
    assert "works 单位" not in signed_in(cast, "next_street").get(reverse("attendance_alarms")).content.decode()
    loop = Loop.objects.get(kind="attendance_alarm")
    assert signed_in(cast, "street").get(reverse("attendance_of_loop", args=[loop.pk])).status_code == 302


def test_who_was_there_is_deleted_in_time(cast: Cast, staff: dict[str, Person]) -> None:
    brought(cast, HEAD + f"王小明,007,,{morning(1)},,进,\n周外人,099,,{morning(3)},东门,进,36.4\n")
    assert system("attendance.erase", timezone.now() + 40 * DAY)["passes"] == 0
    assert system("attendance.erase", timezone.now() + 46 * DAY) == {"before": str(today() + DAY), "passes": 1, "alarms": 1, "leaves": 0}
    assert not Attendance.objects.exists()
    row = Alarm.objects.get()  # that there was one stays, who it was does not
    assert (row.sealed, row.person, row.who) == (None, None, f"x{row.pk}")
    assert system("attendance.erase", timezone.now() + 46 * DAY)["alarms"] == 0
    old = brought(cast, HEAD + f"王小明,007,,{today() - 46 * DAY} 08:00,,进,\n")
    assert [r.field for _, r in old.rejects] == ["at"]


def test_the_program_imports_for_an_enterprise(cast: Cast, staff: dict[str, Person]) -> None:
    found = import_attendance(SYSTEM, new_id(), (HEAD + f"王小明,007,,{morning(1)},,进,\n").encode(), "gate.csv", unit=cast.units["works"].pk)
    assert found.counts["accepted"] == 1
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from daily_attendance where way = 'machine'")
        assert cursor.fetchone() == (1,)
    assert refused(lambda: brought(cast, HEAD + f"王小明,,,{morning(1)},,进,\n", who="rival")).reason is Reason.NOT_FOUND


def test_on_the_command_line(cast: Cast, staff: dict[str, Person], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "database", nullcontext)
    Unit.objects.filter(pk=cast.units["works"].pk).update(code="91990101MA00000017")
    file, rejected = tmp_path / "gate.csv", tmp_path / "rejected.csv"
    file.write_text(HEAD + f"王小明,007,一车间,{morning(1)},东门,进,36.5\n周外人,099,,{morning(3)},东门,进,36.4\n", "utf-8")
    base = ["attendance", "import", str(file), "--enterprise", "91990101MA00000017"]
    tried = CliRunner().invoke(main.app, [*base, "--dry-run"])
    assert (tried.exit_code, Attendance.objects.count()) == (2, 0)
    done = CliRunner().invoke(main.app, [*base, "--rejected", str(rejected), "--lang", "en"])
    assert done.exit_code == 2
    assert "rows in 2  accepted 1  rejected 1" in done.stdout
    assert rejected.read_text("utf-8-sig").count("\n") == 2
    assert Attendance.objects.count() == 1
    assert CliRunner().invoke(main.app, ["attendance", "import", str(file), "--enterprise", "X"]).exit_code == 1
