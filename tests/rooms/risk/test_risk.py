"""Grades: proposed by the rule of the day, put forward by one, approved by another, never two at a time, true at their time."""

from __future__ import annotations

import base64
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import AreaGrade, Loop
from tongchou.record.questions.grades import grade_of, grades_of, grades_on
from tongchou.rooms.risk.evaluate import picture
from tongchou.rooms.risk.models import CaseCount, Proposal
from tongchou.rooms.risk.tasks import evaluate_nightly

JULY = date(2022, 7, 5)


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


def do(cast: Cast, who: str, verb: str, when: datetime | None = None, **payload: Any) -> dict[str, Any]:
    return act(verb, cast.as_(who), new_id(), payload, now=when).result


def refused(run: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def report(cast: Cast, day: date, cases: int, area: str = "district", **more: Any) -> None:
    do(cast, "hq", "risk.count", at(day), area=cast.areas[area].pk, day=day.isoformat(), cases=cases, source="疾控日报", **more)


def find(cast: Cast, day: date, fact: str, value: str, area: str = "spring") -> None:
    do(cast, "hq", "risk.find", at(day), area=cast.areas[area].pk, fact=fact, value=value, day=day.isoformat(), source="流调报告 1 号")


def evaluate(cast: Cast, day: date) -> dict[str, Any]:
    return do(cast, "hq", "risk.evaluate", at(day, 10), as_of=day.isoformat())


def waiting(cast: Cast, area: str = "spring") -> Proposal:
    return Proposal.objects.get(area=cast.areas[area], decided_at=None)


def carry(cast: Cast, day: date, area: str = "spring") -> Proposal:
    """Put the open proposal of an area forward and approve it."""
    row = waiting(cast, area)
    do(cast, "hq", "risk.submit", at(day, 11), proposal=str(row.pk))
    do(cast, "leader", "risk.approve", at(day, 12), proposal=str(row.pk), document="区指〔2022〕7号")
    row.refresh_from_db()
    return row


def graded_high(cast: Cast) -> None:
    """A case lives in the community: high from 5 July 2022 on."""
    report(cast, JULY, 1, "spring")
    find(cast, JULY, "place", "residence")
    evaluate(cast, JULY)
    carry(cast, JULY)


def test_a_proposal_waits_in_the_headquarters_work_list_until_it_is_decided(cast: Cast) -> None:
    report(cast, JULY, 1, "spring")
    find(cast, JULY, "place", "residence")
    evaluate(cast, JULY)
    loop = Loop.objects.get(kind="grade_change", area=cast.areas["spring"])
    assert (loop.stage, loop.owner_unit_id, loop.area_id) == ("proposed", cast.units["office"].pk, cast.areas["spring"].pk)
    carry(cast, JULY)
    loop.refresh_from_db()
    assert (loop.stage, loop.end_reason) == ("approved", "done")
    page = signed_in(cast, "hq").get(reverse("risk_of_loop", args=[loop.pk]))
    assert page.status_code == 302
    assert page["Location"].startswith(reverse("risk_area", args=[cast.areas["spring"].pk]))


def test_it_is_put_forward_and_approved_in_the_work_list_by_two_people(cast: Cast) -> None:
    report(cast, JULY, 1, "spring")
    find(cast, JULY, "place", "residence")
    evaluate(cast, JULY)
    loop = str(Loop.objects.get(kind="grade_change", area=cast.areas["spring"]).pk)
    do(cast, "hq", "loop.advance", at(JULY, 11), loop=loop, step="forward")
    paper = [{"key": "document", "type": "text", "text": "区指〔2022〕7号"}]
    with pytest.raises(Refusal):
        do(cast, "hq", "loop.advance", at(JULY, 12), loop=loop, step="approve", evidence=paper)
    assert grade(cast, JULY) is None
    do(cast, "leader", "loop.advance", at(JULY, 12), loop=loop, step="approve", evidence=paper)
    assert grade(cast, JULY) == "high"
    row = Proposal.objects.get(area=cast.areas["spring"])
    assert (row.document, row.submitted_by_id, row.decided_by_id) == ("区指〔2022〕7号", cast.accounts["hq"].pk, cast.accounts["leader"].pk)


def test_a_proposal_that_lapses_ends_its_loop(cast: Cast) -> None:
    report(cast, JULY, 1, "spring")
    find(cast, JULY, "place", "residence")
    evaluate(cast, JULY)
    find(cast, JULY, "place", "rest")
    evaluate(cast, JULY)
    lapsed = Proposal.objects.get(area=cast.areas["spring"], decision="lapsed")
    assert lapsed.loop is not None
    assert (lapsed.loop.stage, lapsed.loop.end_reason) == ("lapsed", "cancelled")


def quiet(cast: Cast, first: date, days: int) -> None:
    for n in range(days):
        report(cast, first + timedelta(days=n), 0)


def grade(cast: Cast, day: date, area: str = "spring", known: datetime | None = None) -> str | None:
    found = grade_of(cast.areas[area].pk, day, known)
    return found.grade if found else None


def test_the_course_of_the_ninth_edition_proposed_approved_lowered_released(cast: Cast) -> None:
    graded_high(cast)
    assert (grade(cast, JULY), grade(cast, JULY - timedelta(days=1))) == ("high", None)
    quiet(cast, JULY + timedelta(days=1), 7)
    day7 = JULY + timedelta(days=7)
    seen = picture(day7)
    assert seen is not None
    found = seen.of(cast.areas["spring"].pk)
    assert found is not None
    assert not found.changes
    assert found.countdown is not None
    assert (found.countdown.on, found.countdown.outcome, found.countdown.missing) == (day7, "medium", ("round_negative",))
    find(cast, day7, "round_negative", "yes")
    evaluate(cast, day7)
    row = carry(cast, day7)
    assert (row.from_grade, row.to_grade, row.rule, row.edition) == ("high", "medium", "high_to_medium", "covid-e9")
    quiet(cast, day7 + timedelta(days=1), 3)
    day10 = JULY + timedelta(days=10)
    evaluate(cast, day10)
    assert carry(cast, day10).rule == "medium_to_low_after_high"
    evaluate(cast, day10 + timedelta(days=1))
    assert carry(cast, day10 + timedelta(days=1)).to_grade == "released"
    days = [grade(cast, JULY + timedelta(days=n)) for n in range(13)]
    assert days == ["high"] * 7 + ["medium"] * 3 + ["low"] + [None] * 2


def test_what_is_kept_with_a_proposal_says_which_numbers_and_which_rule(cast: Cast) -> None:
    graded_high(cast)
    evidence = Proposal.objects.get(area=cast.areas["spring"]).evidence
    assert evidence["numbers"]["cumulative"] == 1
    assert evidence["numbers"]["last_new"] == "2022-07-05"
    assert evidence["decision"]["rule"] == "to_high"
    assert evidence["decision"]["hash"]
    assert any("第九版" in r["document"] or "第九版" in r["zh"] for r in evidence["reasons"])


def test_who_puts_forward_does_not_approve_and_nothing_is_approved_unchecked(cast: Cast) -> None:
    report(cast, JULY, 1, "spring")
    find(cast, JULY, "place", "residence")
    act("risk.evaluate", SYSTEM, new_id(), {"as_of": JULY.isoformat()})
    row = waiting(cast)
    assert refused(lambda: do(cast, "leader", "risk.approve", proposal=str(row.pk), document="区指令")).reason is Reason.WRONG_STAGE
    do(cast, "hq", "risk.submit", proposal=str(row.pk))
    assert refused(lambda: do(cast, "hq", "risk.approve", proposal=str(row.pk), document="区指令")).reason is Reason.SAME_PERSON
    assert grade(cast, JULY) is None
    with pytest.raises(IntegrityError), transaction.atomic():  # and the database itself says so
        Proposal.objects.filter(pk=row.pk).update(decision="approved", decided_at=timezone.now(), decided_by=row.submitted_by_id or cast.accounts["hq"].pk)
    do(cast, "leader", "risk.approve", proposal=str(row.pk), document="区指令")
    assert grade(cast, JULY) == "high"
    assert refused(lambda: do(cast, "leader", "risk.refuse", proposal=str(row.pk), note="重复办理")).reason is Reason.WRONG_STAGE


def test_an_approval_is_refused_when_the_numbers_no_longer_bear_it(cast: Cast) -> None:
    report(cast, JULY, 1, "spring")
    find(cast, JULY, "place", "residence")
    evaluate(cast, JULY)
    row = waiting(cast)
    do(cast, "hq", "risk.submit", proposal=str(row.pk))
    find(cast, JULY, "place", "rest")
    assert refused(lambda: do(cast, "leader", "risk.approve", proposal=str(row.pk), document="区指令")).reason is Reason.CONFLICT
    assert evaluate(cast, JULY)["lapsed"] == 1
    row.refresh_from_db()
    assert row.decision == "lapsed"
    assert grade(cast, JULY) is None


def test_no_report_is_not_no_case(cast: Cast) -> None:
    graded_high(cast)
    find(cast, JULY + timedelta(days=7), "round_negative", "yes")
    evaluate(cast, JULY + timedelta(days=7))
    assert not Proposal.objects.filter(area=cast.areas["spring"], decided_at=None).exists()  # nothing came in since the case
    quiet(cast, JULY + timedelta(days=1), 7)
    evaluate(cast, JULY + timedelta(days=7))
    assert waiting(cast).to_grade == "medium"


def test_a_new_case_starts_the_days_again_and_voids_the_round_before_it(cast: Cast) -> None:
    graded_high(cast)
    quiet(cast, JULY + timedelta(days=1), 3)
    find(cast, JULY + timedelta(days=3), "round_negative", "yes")
    report(cast, JULY + timedelta(days=4), 2, "spring")
    quiet(cast, JULY + timedelta(days=5), 4)
    seen = picture(JULY + timedelta(days=8))
    found = seen.of(cast.areas["spring"].pk) if seen else None
    assert found is not None
    assert found.found.round_negative is None
    assert found.countdown is not None
    assert found.countdown.on == JULY + timedelta(days=11)
    assert not found.changes


def test_a_round_before_the_last_day_of_the_plan_does_not_lower_a_grade(cast: Cast) -> None:
    graded_high(cast)
    quiet(cast, JULY + timedelta(days=1), 7)
    day7 = JULY + timedelta(days=7)
    find(cast, day7 - timedelta(days=1), "round_negative", "yes")
    seen = picture(day7)
    found = seen.of(cast.areas["spring"].pk) if seen else None
    assert found is not None
    assert (found.rule, found.changes) == ("high_round_early", False)
    assert found.countdown is not None
    assert found.countdown.missing == ("round_negative",)
    find(cast, day7, "round_negative", "yes")
    evaluate(cast, day7)
    assert waiting(cast).to_grade == "medium"


def test_a_case_inside_a_high_area_lengthens_its_days_but_does_not_hold_it_for_ever(cast: Cast) -> None:
    graded_high(cast)
    report(cast, JULY + timedelta(days=1), 1, "spring")
    quiet(cast, JULY + timedelta(days=2), 7)
    find(cast, JULY + timedelta(days=8), "round_negative", "yes")
    evaluate(cast, JULY + timedelta(days=7))
    assert not Proposal.objects.filter(area=cast.areas["spring"], decided_at=None).exists()
    evaluate(cast, JULY + timedelta(days=8))
    assert waiting(cast).to_grade == "medium"


def test_a_case_in_a_lower_area_draws_it_again(cast: Cast) -> None:
    graded_high(cast)
    quiet(cast, JULY + timedelta(days=1), 7)
    find(cast, JULY + timedelta(days=7), "round_negative", "yes")
    evaluate(cast, JULY + timedelta(days=7))
    carry(cast, JULY + timedelta(days=7))
    report(cast, JULY + timedelta(days=8), 1, "spring")
    evaluate(cast, JULY + timedelta(days=8))
    assert carry(cast, JULY + timedelta(days=8)).rule == "to_high"


def test_history_stays_true_at_its_time(cast: Cast) -> None:
    graded_high(cast)
    late = JULY + timedelta(days=12)
    quiet(cast, JULY + timedelta(days=1), 12)
    find(cast, JULY + timedelta(days=7), "round_negative", "yes")
    do(cast, "hq", "risk.evaluate", at(late), as_of=(JULY + timedelta(days=7)).isoformat())
    row = waiting(cast)
    do(cast, "hq", "risk.submit", at(late, 11), proposal=str(row.pk))
    do(cast, "leader", "risk.approve", at(late, 12), proposal=str(row.pk), document="区指令")
    day8 = JULY + timedelta(days=8)
    assert grade(cast, day8) == "medium"  # as the record says now
    assert grade(cast, day8, known=at(day8, 20)) == "high"  # as it said on that day
    assert AreaGrade.objects.filter(area=cast.areas["spring"], known_to=None).count() == 2


def test_a_late_entry_for_an_earlier_day_leaves_later_grades_alone(cast: Cast) -> None:
    graded_high(cast)
    quiet(cast, JULY + timedelta(days=1), 7)
    find(cast, JULY + timedelta(days=7), "round_negative", "yes")
    evaluate(cast, JULY + timedelta(days=7))
    carry(cast, JULY + timedelta(days=7))
    earlier = JULY - timedelta(days=2)
    report(cast, earlier, 1, "spring")
    find(cast, earlier, "place", "possible")
    evaluate(cast, earlier)
    carry(cast, JULY + timedelta(days=8))
    assert [grade(cast, earlier + timedelta(days=n)) for n in (0, 1, 2, 8, 9, 10)] == ["medium", "medium", "high", "high", "medium", "medium"]


def test_the_database_refuses_two_grades_on_one_day(cast: Cast) -> None:
    graded_high(cast)
    same = {"area": cast.areas["spring"], "grade": "low", "pack": "p", "edition": "e", "rule": "r", "proposal": new_id(), "known_from": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        AreaGrade.objects.create(from_date=JULY + timedelta(days=3), **same)
    with connection.cursor() as cursor:  # the sabotage twin: without the constraint it goes through
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table record_areagrade drop constraint grade_one_at_a_time")
    AreaGrade.objects.create(from_date=JULY + timedelta(days=3), **same)
    assert AreaGrade.objects.filter(area=cast.areas["spring"], known_to=None).count() == 2


def test_counties_are_graded_in_2020_and_an_unreported_county_is_not_low(cast: Cast) -> None:
    feb = date(2020, 2, 20)
    assert evaluate(cast, feb)["proposed"] == []
    report(cast, feb - timedelta(days=1), 0)
    evaluate(cast, feb)
    assert carry(cast, feb, "district").to_grade == "low"
    assert grade(cast, feb, "grid") == "low"  # what lies inside has the county's grade
    report(cast, feb + timedelta(days=1), 3, "reed")
    evaluate(cast, feb + timedelta(days=1))
    assert carry(cast, feb + timedelta(days=1), "district").rule == "county_medium"
    report(cast, feb + timedelta(days=2), 60, "spring")  # more than fifty, and nobody said how large a cluster
    assert evaluate(cast, feb + timedelta(days=2))["proposed"] == []
    report(cast, feb + timedelta(days=2), 60, "spring", largest_cluster=8)
    evaluate(cast, feb + timedelta(days=2))
    assert carry(cast, feb + timedelta(days=2), "district").to_grade == "high"


def test_class_b_ends_every_grade(cast: Cast) -> None:
    graded_high(cast)
    day = date(2023, 1, 9)
    report(cast, day, 0)
    evaluate(cast, day)
    row = carry(cast, day)
    assert (row.to_grade, row.rule) == ("released", "class_b")
    assert grades_on(day) == []


def test_a_correction_keeps_what_was_reported_first(cast: Cast) -> None:
    report(cast, JULY, 5, "spring")
    report(cast, JULY, 4, "spring")
    assert list(CaseCount.objects.order_by("pk").values_list("cases", "known_to")) == [(5, at(JULY)), (4, None)]


def test_a_table_of_numbers_comes_in_with_every_row_accounted_for(cast: Cast) -> None:
    lines = [
        "区划代码,日期,病例数,来源不明,来源", "990101001001,2022-07-05,2,1,日报", "990101001001,2022-07-06,,,日报", "999999,2022-07-05,1,,", "990101,2099-01-01,0,,",
        "990101001001,2022-07-05,3,,", "990101,2022-07-06,0,,", "990101,2022-07-07,1,2,",
    ]  # fmt: skip
    content = base64.b64encode("\n".join(lines).encode()).decode()
    r = do(cast, "hq", "risk.import_counts", content=content, filename="counts.csv")
    assert (r["rows_in"], r["accepted"], r["rejected"], r["new"]) == (7, 2, 5, 2)
    assert [x["row"] for x in r["rejects"]] == [3, 4, 5, 6, 8]
    again = do(cast, "hq", "risk.import_counts", content=content, filename="counts.csv")
    assert (again["new"], again["unchanged"]) == (0, 2)


def test_bad_input_is_refused_by_name(cast: Cast) -> None:
    later = (timezone.localdate() + timedelta(days=1)).isoformat()
    area = cast.areas["spring"].pk
    assert refused(lambda: do(cast, "hq", "risk.count", area=area, day=later, cases=1, source="日报")).field == "day"
    assert refused(lambda: do(cast, "hq", "risk.count", area=area, day="2022-07-05", cases=-1, source="日报")).field == "cases"
    assert refused(lambda: do(cast, "hq", "risk.count", area=area, day="2022-07-05", cases=1, unknown_source=2, source="日报")).reason is Reason.INVALID_VALUE
    assert refused(lambda: do(cast, "hq", "risk.find", area=area, fact="place", value="yes", day="2022-07-05", source="流调")).field == "value"
    assert refused(lambda: do(cast, "hq", "risk.evaluate", as_of="2019-01-01")).reason is Reason.IMPOSSIBLE_DATE
    assert refused(lambda: do(cast, "street", "risk.count", area=area, day="2022-07-05", cases=1, source="日报")).reason is Reason.NOT_ALLOWED


def test_the_night_proposes_and_proposes_nothing_twice(cast: Cast) -> None:
    graded_high(cast)
    assert evaluate_nightly(0) == 1  # today no areas are graded any more
    assert evaluate_nightly(0) == 0


def test_the_grade_of_many_areas_comes_in_one_statement(cast: Cast, django_assert_num_queries: Any) -> None:
    graded_high(cast)
    with django_assert_num_queries(1):
        found = grades_of([a.pk for a in cast.areas.values()], JULY)
    assert {cast.areas[n].pk for n in ("spring", "grid")} == set(found)


def test_pages_show_the_day_that_is_asked_for(cast: Cast) -> None:
    graded_high(cast)
    client = signed_in(cast, "hq")
    spring = cast.areas["spring"]
    page = client.get("/risk?on=2022-07-05").content.decode()
    assert spring.name in page
    assert "高风险" in page
    assert "防控方案（第九版）" in page
    today = client.get("/risk").content.decode()
    assert "不划定风险等级" in today
    file = client.get(f"/risk/areas/{spring.pk}?on=2022-07-06").content.decode()
    assert "区域封闭" in file
    assert "2022-07-12" in file
    assert "区指〔2022〕7号" in file
    assert client.get(f"/risk/areas/{spring.pk}?on=2022-07-32").status_code == 422
    assert client.get("/risk?on=2019-01-01").status_code == 422
    sheet = client.get("/risk?on=2022-07-05&export=csv").content.decode("utf-8-sig")
    assert sheet.splitlines()[1].startswith("spring 区域") or "spring 区域" in sheet


def test_everybody_sees_the_public_list_and_nothing_else(cast: Cast, client: Any) -> None:
    graded_high(cast)
    page = client.get("/grades?on=2022-07-05").content.decode()
    assert cast.areas["spring"].name in page
    assert "高风险" in page
    assert "流调" not in page
    assert "提请" not in page
    assert client.get("/risk").status_code == 302


def test_a_street_sees_its_own_file_only(cast: Cast) -> None:
    graded_high(cast)
    assert signed_in(cast, "street").get(f"/risk/areas/{cast.areas['spring'].pk}").status_code == 200
    assert signed_in(cast, "next_street").get(f"/risk/areas/{cast.areas['spring'].pk}").status_code == 404
    row = Proposal.objects.get(area=cast.areas["spring"])
    assert signed_in(cast, "street").post(f"/risk/proposals/{row.pk}/approve", {"document": "令令"}).status_code == 403


def test_the_page_carries_a_change_through(cast: Cast) -> None:
    report(cast, JULY, 1, "spring")
    find(cast, JULY, "place", "residence")
    hq, leader = signed_in(cast, "hq"), signed_in(cast, "leader")
    assert hq.post("/risk/evaluate", {"as_of": "2022-07-05"}).status_code == 302
    row = waiting(cast)
    hq.post(f"/risk/proposals/{row.pk}/submit", {})
    page = leader.get(f"/risk/areas/{row.area_id}?on=2022-07-05").content.decode()
    assert "批准文件或会议" in page
    leader.post(f"/risk/proposals/{row.pk}/approve", {"document": "区指令 1 号"})
    assert grade(cast, JULY) == "high"
