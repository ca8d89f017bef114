"""One report a day, an explicit zero with one tap, corrections that keep what was said, silence that is chased, tables that balance."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from tests.cast import SINCE, Cast
from tests.rooms.daily.helping import DAY, FIGURES, clock, do, permit, refused, reported, system, today
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import Event, Loop, Post, Responsibility, WorkPermit
from tongchou.record.questions.permits import change_words
from tongchou.record.questions.worklist import Filter, work_list
from tongchou.rooms.daily.models import Excuse, Report, Silence
from tongchou.rooms.daily.numbers import mask_stock
from tongchou.rooms.daily.questions import glance, reports, series, silent


def test_a_day_is_reported_once_and_corrected_without_losing_what_was_said(cast: Cast) -> None:
    first = reported(cast)
    assert refused(lambda: reported(cast)).reason is Reason.DUPLICATE
    second = do(cast, "enterprise", "daily.correct", report=first, why="漏报两人", **FIGURES | {"at_work": 82})[
        "report"
    ]
    assert list(Report.objects.filter(replaced_at=None).values_list("at_work", flat=True)) == [82]
    old = Report.objects.get(pk=first)
    assert (old.at_work, old.replaced_at is not None) == (80, True)
    assert str(old.replaced_by.pk) == second
    assert (
        refused(lambda: do(cast, "enterprise", "daily.correct", report=first, why="再改", **FIGURES)).reason
        is Reason.CONFLICT
    )


def test_the_database_keeps_one_report_a_day(cast: Cast) -> None:
    reported(cast)
    row = Report.objects.get()
    row.pk = new_id()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("drop index report_one_a_day")
    row.save(force_insert=True)
    assert Report.objects.count() == 2


def test_one_tap_says_zero_and_copies_nothing_it_should_not(cast: Cast) -> None:
    before = reported(cast, day=today() - DAY, abnormal=2, incidents=1, incident_note="一人擦伤")
    do(cast, "enterprise", "daily.same", unit=cast.units["works"].pk, day=str(today()), seen=before)
    row = Report.objects.get(day=today())
    assert (row.at_work, row.masks, row.abnormal, row.incidents, row.unchanged) == (80, 1600, 0, 0, True)
    stale = refused(
        lambda: do(cast, "enterprise", "daily.same", unit=cast.units["works"].pk, day=str(today() - DAY), seen=before)
    )
    assert stale.field == "seen"


def test_masks_last_as_long_as_the_packs_formula_says(cast: Cast) -> None:
    reported(cast)  # 1600 / (80 people * 2 masks of a shift of eight hours)
    assert Report.objects.get().mask_days == 10
    assert mask_stock(1600, 80, 9, today())[1] is False  # three masks a shift
    assert mask_stock(None, 80, 8, today()) == (None, None)  # unknown is not none


def test_more_at_work_than_the_masks_carried_sends_the_permit_to_review(cast: Cast) -> None:
    held = permit(cast.units["works"])
    WorkPermit.objects.filter(pk=held.pk).update(bound={"most_staff": 80})
    state = lambda: WorkPermit.objects.values_list("state", flat=True).get(pk=held.pk)  # noqa: E731
    reported(cast, at_work=80, masks=10, day=today() - 3 * DAY)
    reported(cast, at_work=81, masks=100_000, returned=95, day=today() - 2 * DAY)  # the stock has grown
    assert state() == "in_force"
    reported(cast, at_work=81, masks=10, returned=95, day=today() - DAY)
    held.refresh_from_db()
    assert (held.state, held.changes) == ("review", [{"fact": "most_staff", "was": 80, "now": 81}])
    assert [str(t.zh) for t in change_words(held.changes)] == ["返岗人数不超过（按口罩存量）：80 → 81"]
    page = signed_in(cast, "hq").get(reverse("permit", args=[held.pk])).content.decode()
    assert "返岗人数不超过（按口罩存量）" in page
    assert "most_staff" not in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"at_work": 101}, "at_work"), ({"returned": 101}, "returned"), ({"closed": True}, "at_work"), ({"incidents": 1}, "incident_note"),
        ({"abnormal": 86}, "abnormal"), ({"at_work": -1}, "at_work"), ({"abnormal": None}, "abnormal"), ({"shift_hours": 0}, "shift_hours"),
        ({"day": "2020-02-30"}, "day"), ({"day": "2020-02-10"}, "day"), ({"day": "tomorrow"}, "day"),
    ],
)  # fmt: skip
def test_figures_that_contradict_each_other_are_refused_by_name(cast: Cast, change: dict[str, Any], field: str) -> None:
    if change.get("day") == "tomorrow":
        change = {"day": str(today() + DAY)}
    assert (
        refused(
            lambda: do(
                cast,
                "enterprise",
                "daily.report",
                **{"unit": cast.units["works"].pk, "day": str(today())} | FIGURES | change,
            )
        ).field
        == field
    )
    assert not Report.objects.exists()


def test_late_is_marked_and_stays_marked(cast: Cast) -> None:
    yesterday = today() - DAY
    row = reported(cast, day=yesterday, at=clock(9))
    assert Report.objects.get(pk=row).late
    fixed = do(cast, "enterprise", "daily.correct", when=clock(10), report=row, why="核对", **FIGURES)["report"]
    assert Report.objects.get(pk=fixed).late
    assert not Report.objects.get(pk=reported(cast, day=today(), at=clock(17))).late


def test_silence_is_reminded_once_handed_to_the_street_and_ended_by_the_report(cast: Cast) -> None:
    permit(cast.units["works"])
    assert system("daily.chase", clock(17), day=str(today()))["reminded"] == 0  # not yet
    assert system("daily.chase", clock(18, 5))["reminded"] == 1
    assert system("daily.chase", clock(18, 15))["reminded"] == 0
    assert not Loop.objects.exists()
    assert [system("daily.chase", clock(20, 5))["handed_on"], system("daily.chase", clock(20, 15))["handed_on"]] == [
        1,
        0,
    ]
    loop = Loop.objects.get()
    assert (loop.kind, loop.owner_unit_id, loop.subject_unit_id) == (
        "daily_missing",
        cast.units["east_street"].pk,
        cast.units["works"].pk,
    )
    (line,) = silent(cast.as_("street"), today())
    assert (line.unit, line.last, line.loop) == (cast.units["works"].pk, None, loop.pk)
    assert silent(cast.as_("next_street"), today()) == []
    found = [{"key": "found", "type": "text", "text": "门卫称填报人休假"}]
    do(cast, "street", "loop.advance", loop=str(loop.pk), step="visit", evidence=found)
    reported(cast, at=clock(21))
    loop.refresh_from_db()
    assert (loop.stage, loop.end_reason) == ("reported", "done")
    assert silent(cast.as_("street"), today()) == []


def test_a_late_report_rises_to_the_department_of_the_sector(cast: Cast) -> None:
    """The street looks, the department that answers for the sector is told; where nobody answers for it, the headquarters office is."""
    post = Post.objects.get(unit=cast.units["department"], role="dept_officer")
    Responsibility.objects.create(kind="sector", unit=cast.units["works"], post=post, from_date=SINCE)
    permit(cast.units["works"])
    permit(cast.units["mill"])
    system("daily.chase", clock(18, 5))
    assert system("daily.chase", clock(20, 5))["handed_on"] == 2
    told = dict(Loop.objects.values_list("subject_unit_id", "verifier_unit_id"))
    assert told[cast.units["works"].pk] == cast.units["department"].pk
    assert told[cast.units["mill"].pk] != cast.units["department"].pk
    loop = Loop.objects.get(subject_unit_id=cast.units["works"].pk)
    when = clock(20, 5) + timedelta(hours=4 + 12, minutes=5)
    act("loop.escalate", SYSTEM, new_id(), {"limit": 500}, now=when)
    loop.refresh_from_db()
    assert loop.level == "supervise"
    assert "verifier" in Event.objects.get(loop_id=loop.pk, what="escalate", data__to="supervise").data["told"]
    rows = work_list(cast.as_("dept"), Filter(view="assigned"), when)[0] + work_list(cast.as_("dept"), Filter(view="area"), when)[0]
    assert {r.id for r in rows} == {loop.pk}


def test_the_owed_report_is_on_the_first_page_with_one_tap(cast: Cast) -> None:
    works = cast.units["works"]
    permit(works)
    client = signed_in(cast, "enterprise")
    for page in ("home", "work"):
        shown = client.get(reverse(page)).content.decode()
        assert "今天要办的" in shown, page
        assert f"{reverse('daily_new')}?unit={works.pk}" in shown
        assert reverse("daily_same") not in shown  # nothing to be the same as
    reported(cast, day=today() - DAY, at=clock(9))
    shown = client.get(reverse("home")).content.decode()
    assert reverse("daily_same") in shown
    assert 'name="seen"' in shown  # the one tap sends which report it repeats
    seen = Report.objects.get().pk
    assert client.post(reverse("daily_same"), {"unit": works.pk, "day": str(today()), "seen": str(seen)}).status_code == 302
    assert Report.objects.filter(day=today()).count() == 1
    for page in ("home", "work"):
        assert "今天要办的" not in client.get(reverse(page)).content.decode(), page
    assert "今天要办的" not in signed_in(cast, "street").get(reverse("home")).content.decode()


def test_who_is_excused_or_works_by_no_right_owes_nothing(cast: Cast) -> None:
    client = signed_in(cast, "enterprise")
    assert "今天要办的" not in client.get(reverse("home")).content.decode()
    permit(cast.units["works"])
    do(cast, "street", "daily.excuse", unit=cast.units["works"].pk, from_date=str(today()), reason="设备检修停工")
    assert "今天要办的" not in client.get(reverse("home")).content.decode()


def test_without_the_constraint_a_second_clock_would_remind_again(cast: Cast) -> None:
    permit(cast.units["works"])
    system("daily.chase", clock(18, 5))
    again = Silence(unit=cast.units["works"], day=today(), reminded_at=clock(18, 6))
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table daily_silence drop constraint silence_once")
    again.save()


def test_who_is_closed_is_excused_and_owes_nothing(cast: Cast) -> None:
    permit(cast.units["works"])
    system("daily.chase", clock(20, 5))
    system("daily.chase", clock(20, 6))
    loop = Loop.objects.get()
    assert (
        refused(
            lambda: do(
                cast, "next_street", "daily.excuse", unit=cast.units["works"].pk, from_date=str(today()), reason="停业"
            )
        ).reason
        is Reason.NOT_FOUND
    )
    do(cast, "street", "daily.excuse", unit=cast.units["works"].pk, from_date=str(today()), reason="已停业")
    loop.refresh_from_db()
    assert loop.stage == "excused"
    assert silent(cast.as_("street"), today()) == []
    again = refused(
        lambda: do(cast, "street", "daily.excuse", unit=cast.units["works"].pk, from_date=str(today()), reason="停业")
    )
    assert again.reason is Reason.DUPLICATE
    do(cast, "street", "daily.end_excuse", unit=cast.units["works"].pk)
    assert [s.unit for s in silent(cast.as_("street"), today())] == [cast.units["works"].pk]
    assert Excuse.objects.get().ended_at is not None


def table(rows: str) -> str:
    return base64.b64encode(
        ("企业名称,日期,在岗人数,体温异常人数,异常事件,员工总数,口罩存量,每班小时数\n" + rows).encode()
    ).decode()


def test_a_park_reports_for_many_and_every_row_is_accounted_for(cast: Cast) -> None:
    works = cast.units["works"].name
    rows = f"{works},{today()},50,0,0,60,700,8\n{works},{today()},50,0,0,60,700,8\n没有的厂,,1,0,0,,,\n{cast.units['mill'].name},,9,0,0,,,\n"
    rows += f"{works},{today() - DAY},x,0,0,,,\n{works},{today() - DAY},5,,0,,,\n"
    tried = do(cast, "street", "daily.import_table", content=table(rows), filename="日报.csv")
    assert (tried["rows_in"], tried["accepted"], tried["rejected"]) == (6, 1, 5)
    assert [r["row"] for r in tried["rejects"]] == [3, 4, 5, 6, 7]
    assert {r["field"] for r in tried["rejects"]} == {
        "day",
        "code",
        "at_work",
        "abnormal",
    }  # an empty cell is not a zero
    row = Report.objects.get()
    assert (row.at_work, row.via, row.mask_days) == (50, "table", 7)
    both = do(
        cast,
        "hq",
        "daily.import_table",
        content=table(f"{works},{today()},50,0,0,60,,\n{cast.units['mill'].name},,9,0,0,,,\n"),
        filename="日报.csv",
    )
    assert (both["accepted"], both["rejected"]) == (1, 1)


def test_the_overview_adds_up_and_each_figure_has_its_list(cast: Cast) -> None:
    permit(cast.units["works"])
    permit(cast.units["mill"])
    reported(cast, masks=100, abnormal=1, at=clock(10))
    lines = {line.name: line for line in glance(cast.as_("hq"), today())}
    east, west = lines["east 区域"], lines["west 区域"]
    assert (east.obliged, east.reported, east.silent, east.at_work, east.abnormal, east.fevers, east.masks_short) == (
        1,
        1,
        0,
        80,
        1,
        1,
        1,
    )
    assert (east.rate, east.returned_pct, west.rate, west.silent, west.returned_pct) == (100.0, 90.0, 0.0, 1, None)
    assert [r.unit for r in reports(cast.as_("hq"), today(), only="masks")] == [cast.units["works"].pk]
    assert reports(cast.as_("hq"), today(), only="masks_unknown") == []
    assert [d.at_work for d in series(cast.as_("leader"), today())] == [80]
    for by in ("industry", "size"):
        assert sum(line.at_work for line in glance(cast.as_("dept"), today(), by)) == 80
    assert sum(line.at_work for line in glance(cast.as_("next_street"), today())) == 0


def test_a_competitor_sees_nothing(cast: Cast) -> None:
    mine = reported(cast)
    assert refused(lambda: reported(cast, who="rival")).reason is Reason.NOT_FOUND
    assert (
        refused(lambda: do(cast, "rival", "daily.correct", report=mine, why="改数", **FIGURES)).reason
        is Reason.NOT_FOUND
    )
    rival = signed_in(cast, "rival")
    assert rival.get(reverse("daily_correct", args=[mine])).status_code == 404
    assert rival.get(reverse("daily_overview")).status_code == 403
    assert cast.units["works"].name not in rival.get(reverse("daily")).content.decode()


def test_on_the_pages_the_clerk_taps_once_and_the_street_sees_it(cast: Cast) -> None:
    clerk, street = signed_in(cast, "enterprise"), signed_in(cast, "street")
    form = {k: str(v) for k, v in FIGURES.items()} | {
        "unit": cast.units["works"].pk,
        "day": str(today() - DAY),
        "client_id": str(new_id()),
    }
    half = clerk.post(reverse("daily_new"), form | {"abnormal": "", "client_id": str(new_id())})
    assert half.status_code == 422
    assert "12.5" in half.content.decode()
    for _ in range(2):
        assert clerk.post(reverse("daily_new"), form).status_code == 302
    page = clerk.get(reverse("daily")).content.decode()
    assert "无发热、无异常" in page
    before = Report.objects.get()
    tap = {"unit": cast.units["works"].pk, "day": str(today()), "seen": str(before.pk), "client_id": str(new_id())}
    assert clerk.post(reverse("daily_same"), tap).status_code == 302
    assert Report.objects.get(day=today()).unchanged
    assert cast.units["works"].name in street.get(reverse("daily_reports")).content.decode()
    assert street.get(reverse("daily_unit", args=[cast.units["works"].pk])).status_code == 200
    assert street.get(reverse("daily_unit", args=[cast.units["mill"].pk])).status_code == 404
    for name in ("daily_overview", "daily_silent", "daily_reports", "fevers"):
        assert street.get(reverse(name), {"export": "xlsx"})["Content-Type"].startswith("application/vnd.openxml")
        assert street.get(reverse(name), headers={"Accept-Language": "en"}).status_code == 200
    assert street.get(reverse("daily_overview"), {"day": "2099-01-01"}).status_code == 422
