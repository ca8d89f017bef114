"""Data requests: what is on record is not asked for, one entry answers all, silence is owed, and what it costs is measured."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.measures import measure_text
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import Account, Event, Loop, Post, PostHolding
from tongchou.record.questions.worklist import Filter, work_list
from tongchou.rooms.requests.actions.issue import period_of
from tongchou.rooms.requests.catalogue import alike, on_record, title_key
from tongchou.rooms.requests.models import Answer, DataRequest, Field, Round, UnitFact
from tongchou.rooms.requests.pages.ask import read_fields
from tongchou.rooms.requests.questions import burden, rounds_of

MASKS = {"title": "口罩库存", "kind": "integer", "measure": "只", "minutes": 3, "fresh_days": 5}
WORKERS = {"title": "返岗职工数", "kind": "integer", "measure": "人", "minutes": 4, "fresh_days": 1}


def declare(
    cast: Cast, who: str = "dept", units: tuple[str, ...] = ("east_street", "west_street"), **more: Any
) -> dict[str, Any]:
    today = timezone.localdate()
    payload = {
        "title": "防护物资摸底", "purpose": "决定调拨数量", "basis": "指挥部第3次会议", "new_fields": [MASKS], "to": [cast.units[u].pk for u in units],
        "starts_on": str(today), "until": str(today + timedelta(days=10)), "due_hours": 40,
    } | more  # fmt: skip
    if "fields" in more and "new_fields" not in more:
        payload["new_fields"] = []
    return cast.act(who, "request.declare", **payload).result


def approved(cast: Cast, **more: Any) -> dict[str, Any]:
    made = declare(cast, **more)
    cast.act("hq", "request.approve", request=made["request"])
    return made


def refused(call: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as found:
        call()
    return found.value


def test_beyond_ones_own_unit_somebody_of_the_headquarters_approves_it_first(cast: Cast) -> None:
    made = declare(cast)
    assert made["state"] == "asked"
    assert not Answer.objects.exists()
    assert refused(lambda: cast.act("dept", "request.approve", request=made["request"])).reason is Reason.NOT_ALLOWED
    cast.act("hq", "request.approve", request=made["request"])
    assert refused(lambda: cast.act("hq", "request.approve", request=made["request"])).reason is Reason.WRONG_STAGE
    loops = Loop.objects.filter(kind="data_request")
    assert {x.owner_unit_id for x in loops} == {cast.units["east_street"].pk, cast.units["west_street"].pk}
    assert {x.verifier_unit_id for x in loops} == {cast.units["department"].pk}
    own = declare(cast, units=("department",), new_fields=[WORKERS])
    assert own["state"] == "running"
    assert Answer.objects.filter(unit=cast.units["department"]).count() == 1


def test_the_decision_is_owed_by_the_headquarters_and_climbs_the_ladder(cast: Cast) -> None:
    made = declare(cast)
    loop = DataRequest.objects.get(pk=made["request"]).loop
    assert loop is not None
    assert (loop.kind, loop.owner_unit_id, loop.subject_unit_id) == ("request_approval", cast.units["office"].pk, cast.units["department"].pk)
    rows, _ = work_list(cast.as_("hq"), Filter(view="unit"), timezone.now())
    assert loop.pk in {r.id for r in rows}
    later = timezone.now() + timedelta(hours=49)
    act("loop.escalate", SYSTEM, new_id(), {}, now=later)
    loop.refresh_from_db()
    assert loop.level == "supervise"
    assert refused(lambda: cast.act("dept", "loop.advance", loop=str(loop.pk), step="approve")).reason is Reason.NOT_OWNER
    assert refused(lambda: cast.act("hq", "loop.advance", loop=str(loop.pk), step="withdraw", note="直接办结")).reason is Reason.NOT_OWNER
    client = signed_in(cast, "hq")
    assert reverse("request_by_loop", args=[loop.pk]) in client.get(reverse("loop", args=[loop.pk])).content.decode()
    assert client.get(reverse("request_by_loop", args=[loop.pk]))["Location"] == reverse("request", args=[made["request"]])
    cast.act("hq", "request.refuse", request=made["request"], reason="已有同类数据")
    loop.refresh_from_db()
    assert (loop.stage, loop.end_reason) == ("refused", "refused")


def test_within_ones_own_unit_nothing_is_to_be_decided(cast: Cast) -> None:
    own = declare(cast, units=("department",), new_fields=[WORKERS])
    assert DataRequest.objects.get(pk=own["request"]).loop is None
    made = declare(cast)
    cast.act("hq", "request.approve", request=made["request"])
    assert DataRequest.objects.get(pk=made["request"]).loop.stage == "approved"


def test_a_decision_on_the_loop_is_the_decision_on_the_request(cast: Cast) -> None:
    for step, state in (("approve", "running"), ("refuse", "refused")):
        row = DataRequest.objects.get(pk=declare(cast, title=f"防护物资摸底{step}", new_fields=[MASKS | {"title": f"物资{step}"}])["request"])
        cast.act("hq", "loop.advance", loop=str(row.loop_id), step=step, note="照此办理")
        row.refresh_from_db()
        assert (row.state, row.decided_by_id) == (state, cast.accounts["hq"].pk)
    own = DataRequest.objects.get(pk=declare(cast, who="hq", title="指挥部自提", new_fields=[MASKS | {"title": "自提物资"}])["request"])
    assert refused(lambda: cast.act("hq", "loop.advance", loop=str(own.loop_id), step="approve")).reason is Reason.SAME_PERSON


def test_who_asks_does_not_approve_not_even_in_the_database(cast: Cast) -> None:
    made = declare(cast, who="hq")
    assert refused(lambda: cast.act("hq", "request.approve", request=made["request"])).reason is Reason.SAME_PERSON
    row = DataRequest.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        DataRequest.objects.update(decided_by=row.asked_by, state="running")
    with connection.cursor() as cursor:  # without the constraint it would
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table requests_datarequest drop constraint data_request_two_people")
    cast.act("hq", "request.approve", request=made["request"])
    assert DataRequest.objects.get().state == "running"


@pytest.mark.parametrize("title", ["在册人数", "辖区 登记人数", "逾期任务数", "当前在办任务数", "企业数量"])
def test_what_the_record_gives_is_refused_with_where_it_is(cast: Cast, title: str) -> None:
    no = refused(lambda: declare(cast, new_fields=[MASKS | {"title": title}]))
    assert no.reason is Reason.DUPLICATE
    assert no.details["where"].startswith("computed:")
    assert not DataRequest.objects.exists()
    assert not Field.objects.exists()
    assert refused(lambda: declare(cast, computed=["residents"])).details["where"] == "computed:residents"


def test_titles_that_mean_the_same_are_known_and_others_are_not() -> None:
    assert alike(title_key("口罩库存"), title_key("当前口罩的库存情况"))
    assert alike(title_key("口罩库存数量"), title_key("口罩库存总数量"))
    for one, other in (
        ("今日新增确诊数", "今日新增疑似数"),
        ("企业在岗人数", "企业返岗人数"),
        ("口罩库存", "防护服库存"),
    ):
        assert not alike(title_key(one), title_key(other)), (one, other)


def test_the_catalogue_is_used_instead_of_a_second_name(cast: Cast) -> None:
    approved(cast)
    no = refused(lambda: declare(cast, title="再摸一遍", new_fields=[MASKS | {"title": "目前的口罩库存"}]))
    assert (no.reason, no.details["where"]) == (Reason.DUPLICATE, f"field:{Field.objects.get().pk}")
    assert on_record("口罩库存") == Field.objects.get()


def test_one_entry_answers_all_and_the_next_request_asks_only_who_is_not_known(cast: Cast) -> None:
    first = approved(cast)
    masks = first["fields"][0]
    second = approved(cast, title="物资与返岗", fields=[masks], new_fields=[WORKERS])
    workers = second["fields"][1]
    east = cast.units["east_street"].pk
    done = cast.act(
        "street", "request.answer", unit=east, values={str(masks): "1,200", str(workers): 35}, took_seconds=61
    ).result
    assert (len(done["answered"]), done["open"]) == (2, 0)
    assert set(Loop.objects.filter(kind="data_request", owner_unit=east).values_list("stage", "end_reason")) == {
        ("given", "done")
    }
    assert UnitFact.objects.filter(unit=east).count() == 2
    third = approved(cast, title="又要口罩数", fields=[masks], every="day")
    by_unit = dict(Answer.objects.filter(round__request=third["request"]).values_list("unit", "state"))
    assert by_unit == {east: "known", cast.units["west_street"].pk: "waiting"}
    assert Answer.objects.get(round__request=third["request"], unit=east).saved_minutes == 3
    cast.act("next_street", "request.answer", unit=cast.units["west_street"].pk, values={str(masks): 40})
    no = refused(lambda: declare(cast, title="还要一次", fields=[masks]))
    assert (no.reason, no.field) == (Reason.DUPLICATE, "fields")
    for key in (third["request"], first["request"]):
        cast.act("hq", "request.withdraw", request=key, reason="以目录数据为准")
    UnitFact.objects.filter(unit=east).update(
        on=timezone.localdate() - timedelta(days=5)
    )  # it counts for five days, today is the sixth
    fourth = approved(cast, title="还要一次", fields=[masks])
    assert Answer.objects.get(round__request=fourth["request"], unit=east).state == "waiting"


def test_a_running_request_for_the_same_is_not_asked_twice(cast: Cast) -> None:
    daily = approved(cast, every="day", new_fields=[WORKERS])
    for every in ("day", "week"):
        no = refused(lambda e=every: declare(cast, who="hq", title="返岗周报", fields=daily["fields"], every=e))
        assert no.reason is Reason.DUPLICATE
        assert "防护物资摸底" in no.rule.zh


def test_nothing_happened_is_said_and_silence_is_not_nought(cast: Cast) -> None:
    made = approved(
        cast, nil_allowed=True, every="day", new_fields=[MASKS, {"title": "异常说明", "kind": "text", "fresh_days": 1}]
    )
    east, west = cast.units["east_street"].pk, cast.units["west_street"].pk
    owed = Answer.objects.get(unit=east)
    assert refused(lambda: cast.act("street", "request.answer", unit=east)).reason is Reason.MISSING_VALUE
    cast.act("street", "request.answer", unit=east, nil=[owed.pk])
    owed.refresh_from_db()
    assert (owed.state, owed.nil) == ("given", True)
    assert UnitFact.objects.get(unit=east).value == 0  # the number, not the text
    assert not UnitFact.objects.filter(unit=west).exists()
    silent = Loop.objects.get(owner_unit=west, kind="data_request")
    assert silent.deadline is not None
    later = silent.deadline + timedelta(hours=48)
    act("loop.escalate", SYSTEM, new_id(), {}, now=later)
    assert Loop.objects.get(pk=silent.pk).level == "supervise"
    assert rounds_of([uuid.UUID(made["request"])], later)[0].late == 1
    plain = approved(cast, title="不接受零报告", new_fields=[WORKERS])
    other = Answer.objects.get(round__request=plain["request"], unit=west)
    assert refused(lambda: cast.act("next_street", "request.answer", unit=west, nil=[other.pk])).field == "nil"


def test_unknown_is_an_answer_but_nothing_to_build_on(cast: Cast) -> None:
    first = approved(cast)
    east, masks = cast.units["east_street"].pk, first["fields"][0]
    cast.act("street", "request.answer", unit=east, unknown=[masks])
    assert Answer.objects.get(unit=east).state == "given"
    again = approved(cast, title="再问一次数量", fields=[masks], every="day")
    assert Answer.objects.get(round__request=again["request"], unit=east).state == "waiting"
    with pytest.raises(IntegrityError), transaction.atomic():
        UnitFact.objects.update(value=7)


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [("integer", "１２", 12), ("integer", "-1", None), ("integer", "12.5", None), ("number", "3.5", 3.5), ("number", "三", None), ("date", "2026年3月5日", "2026-03-05"),
     ("date", "2026-02-30", None), ("boolean", "是", True), ("boolean", "也许", None), ("choice", "足够", "足够"), ("choice", "很多", None), ("text", "x" * 501, None)],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_name(cast: Cast, kind: str, given: str, kept: Any) -> None:
    new = {"title": "某项数据", "kind": kind} | ({"choices": ["足够", "不足"]} if kind == "choice" else {})
    key = approved(cast, new_fields=[new])["fields"][0]
    east = cast.units["east_street"].pk
    if kept is None:
        assert refused(lambda: cast.act("street", "request.answer", unit=east, values={str(key): given})).field in (
            f"f{key}",
            f"f{key}.date",
        )
        assert not UnitFact.objects.exists()
        return
    cast.act("street", "request.answer", unit=east, values={str(key): given})
    assert UnitFact.objects.get().value == kept


def test_nobody_answers_for_another_and_nobody_sees_another_s_answer(cast: Cast) -> None:
    made = approved(cast, units=("works", "mill"))
    works, mill, key = cast.units["works"].pk, cast.units["mill"].pk, made["fields"][0]
    assert (
        refused(lambda: cast.act("enterprise", "request.answer", unit=mill, values={str(key): 1})).reason
        is Reason.NOT_FOUND
    )
    cast.act("rival", "request.answer", unit=mill, values={str(key): 777})
    cast.act(
        "street", "request.answer", unit=works, values={str(key): 555}
    )  # the street answers for an enterprise of its own
    one = Round.objects.get()
    url = reverse("request_round", args=[made["request"], one.pk])
    text = signed_in(cast, "enterprise").get(url).content.decode()
    assert "555" in text
    assert ">777<" not in text
    assert ">777<" in signed_in(cast, "dept").get(url).content.decode()
    assert signed_in(cast, "street").get(url).status_code == 200
    assert signed_in(cast, "enterprise").get(reverse("data")).status_code == 403
    assert signed_in(cast, "inspector").get(reverse("request", args=[made["request"]])).status_code == 404
    entry = signed_in(cast, "street").get(reverse("data_entry", args=["field", key])).content.decode()
    assert not re.search('[>"]777[<"]', entry)  # the bare digits may be part of a time


def test_rounds_come_by_themselves_once_and_end(cast: Cast) -> None:
    made = approved(cast, every="day", new_fields=[WORKERS])
    start = timezone.now()
    for days, rounds in ((0, 1), (1, 2), (1, 2), (3, 3)):
        act("request.issue", SYSTEM, new_id(), {}, now=start + timedelta(days=days))
        assert Round.objects.count() == rounds  # days that were missed are not asked for afterwards
    act("request.issue", SYSTEM, new_id(), {}, now=start + timedelta(days=11))
    assert (Round.objects.count(), DataRequest.objects.get().state) == (3, "ended")
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.create(request_id=made["request"], period=timezone.localdate(), opened_at=start, due_at=start)


@pytest.mark.parametrize(
    ("every", "day", "period"),
    [("once", "2026-03-09", "2026-01-31"), ("day", "2026-03-09", "2026-03-09"), ("week", "2026-02-13", "2026-02-07"), ("month", "2026-02-28", "2026-02-28"),
     ("month", "2026-02-27", "2026-01-31"), ("month", "2026-03-30", "2026-02-28"), ("day", "2026-01-30", None)],
)  # fmt: skip
def test_the_period_that_a_day_lies_in(every: str, day: str, period: str | None) -> None:
    found = period_of(DataRequest(every=every, starts_on=date(2026, 1, 31)), date.fromisoformat(day))
    assert found == (date.fromisoformat(period) if period else None)


def test_withdrawing_excuses_those_who_have_not_answered(cast: Cast) -> None:
    made = approved(cast)
    cast.act("street", "request.answer", unit=cast.units["east_street"].pk, values={str(made["fields"][0]): 9})
    assert (
        refused(lambda: cast.act("next_street", "request.withdraw", request=made["request"], reason="不想报了")).reason
        is Reason.NOT_FOUND
    )
    assert cast.act("dept", "request.withdraw", request=made["request"], reason="已从仓库取数").result["excused"] == 1
    assert set(Loop.objects.filter(kind="data_request").values_list("stage", flat=True)) == {"given", "excused"}
    assert UnitFact.objects.count() == 1


def test_a_unit_objects_and_the_asker_decides_or_an_answer_settles_it(cast: Cast) -> None:
    made = approved(cast)
    east = Loop.objects.get(owner_unit=cast.units["east_street"], kind="data_request")
    west = Loop.objects.get(owner_unit=cast.units["west_street"], kind="data_request")
    for who, loop in (("street", east), ("next_street", west)):
        cast.act(who, "loop.advance", loop=str(loop.pk), step="object", note="仓库已有此数")
    cast.act("dept", "loop.advance", loop=str(east.pk), step="excuse", note="属实")
    cast.act("next_street", "request.answer", unit=cast.units["west_street"].pk, values={str(made["fields"][0]): 3})
    assert set(Loop.objects.filter(kind="data_request").values_list("stage", flat=True)) == {"excused", "given"}
    assert rounds_of([uuid.UUID(made["request"])], timezone.now())[0].excused == 1


def test_no_step_of_the_loop_closes_it_without_data(cast: Cast) -> None:
    approved(cast)
    loop = Loop.objects.get(owner_unit=cast.units["east_street"], kind="data_request")
    cast.act(
        "street",
        "loop.advance",
        loop=str(loop.pk),
        step="give",
        evidence=[{"key": "answer", "type": "link", "link": f"loop:{loop.pk}"}],
    )
    loop.refresh_from_db()
    assert (loop.stage, loop.closed_at) == ("checking", None)
    assert (
        refused(lambda: cast.act("street", "loop.advance", loop=str(loop.pk), step="take")).reason is Reason.NOT_OWNER
    )
    cast.act("street", "request.answer", unit=loop.owner_unit_id, values={str(Field.objects.get().pk): 5})
    loop.refresh_from_db()
    assert loop.stage == "given"


def test_the_burden_is_counted_by_who_bears_it_and_who_makes_it(cast: Cast) -> None:
    made = approved(cast)
    cast.act(
        "street",
        "request.answer",
        unit=cast.units["east_street"].pk,
        values={str(made["fields"][0]): 9},
        took_seconds=90,
    )
    approved(cast, title="口罩日报", fields=made["fields"], every="day")
    refused(lambda: declare(cast, computed=["residents"]))
    since, until = timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=1)
    by_unit = {b.name: b for b in burden(cast.as_("hq"), "unit", since, until)}
    east, west = by_unit["east_street 单位"], by_unit["west_street 单位"]
    assert (east.asks, east.fields, east.minutes, east.saved, east.took_seconds) == (1, 1, 3, 3, 90)
    assert (west.asks, west.minutes, west.waiting, west.saved) == (2, 6, 2, 0)
    (asker,) = burden(cast.as_("hq"), "asker", since, until)
    assert (asker.name, asker.asks, asker.minutes) == ("department 单位", 3, 9)
    page = signed_in(cast, "hq").get(reverse("burden")).content.decode()
    for word in ("驳回重复采集", "department 单位", "east_street 单位", "1.5"):
        assert word in page


def test_daily_reports_of_enterprises_and_schools_are_part_of_the_burden(cast: Cast) -> None:
    from tongchou.rooms.daily.models import Report

    today, works = timezone.localdate(), cast.units["works"]
    common: dict[str, Any] = {"unit": works, "at_work": 5, "abnormal": 0, "incidents": 0, "late": False, "reported_at": timezone.now()}
    for n, more in ((1, {"via": "own"}), (2, {"via": "own", "unchanged": True}), (3, {"via": "table"})):
        Report.objects.create(id=new_id(), day=today - timedelta(days=n), **common, **more)
    since, until = timezone.now() - timedelta(days=10), timezone.now() + timedelta(days=1)
    (mine,) = burden(cast.as_("hq"), "unit", since, until)
    assert (mine.name, mine.asks, mine.fields, mine.minutes, mine.units) == ("works 单位", 2, 11, 5, 1)  # a park's table costs the enterprise nothing
    (asked,) = burden(cast.as_("hq"), "asker", since, until)
    assert (str(asked.name.zh if hasattr(asked.name, "zh") else asked.name), asked.asks) == ("企业日报告", 2)
    assert refused(lambda: burden(cast.as_("next_street"), "unit", since, until)).reason is Reason.NOT_ALLOWED
    page = signed_in(cast, "hq").get(reverse("burden")).content.decode()
    assert "企业日报告" in page
    assert "每单位每天数据项" in page
    cache.clear()
    card = signed_in(cast, "hq").get(reverse("figures")).content.decode()
    assert f'<a href="{reverse("burden")}">填报负担' in card
    assert "<b>1.6</b>" in card


def form(**more: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "client_id": str(new_id()), "title": "复工企业口罩日报", "purpose": "决定调拨", "basis": "第3次会议", "every": "day", "starts_on": str(today),
        "until": str(today + timedelta(days=9)), "due_days": "0", "due_hour": "18",
    } | more  # fmt: skip


def test_in_the_browser_from_asking_to_the_sheet(cast: Cast) -> None:
    dept, hq, street = (signed_in(cast, who) for who in ("dept", "hq", "street"))
    no = dept.post(reverse("request_new"), form(kinds=["street"], new_fields="在册人数 | 整数"))
    assert no.status_code == 409
    assert "系统已有" in no.content.decode()
    assert reverse("data") in no.content.decode()
    assert (
        "第 1 行"
        in dept.post(reverse("request_new"), form(kinds=["street"], new_fields="口罩 | 整个")).content.decode()
    )
    sent = dept.post(
        reverse("request_new"),
        form(
            kinds=["street"],
            new_fields="口罩库存 | 整数 | 只 | 3 | 1\n防护是否足够 | 选择 | 足够、不足",
            nil_allowed="on",
        ),
    )
    assert sent.status_code == 302, sent.content.decode()
    row = DataRequest.objects.get()
    assert hq.post(reverse("request_decide", args=[row.pk, "approve"]), {"client_id": str(new_id())}).status_code == 302
    assert "待填报" in street.get(reverse("requests")).content.decode()
    loop = Loop.objects.get(owner_unit=cast.units["east_street"], kind="data_request")
    assert street.get(reverse("answer_loop", args=[loop.pk]), follow=True).status_code == 200
    unit = cast.units["east_street"].pk
    masks, enough = Field.objects.order_by("pk")
    wrong = street.post(
        reverse("answer"), {"client_id": str(new_id()), "unit": unit, f"f{masks.pk}": "很多", f"f{enough.pk}": "足够"}
    )
    assert wrong.status_code == 422
    assert "很多" in wrong.content.decode()
    good = {"client_id": str(new_id()), "unit": unit, f"f{masks.pk}": "1200", f"f{enough.pk}": "足够", "started": "1"}
    assert street.post(reverse("answer"), good).status_code == 302
    assert "没有待填报" in street.get(reverse("answer")).content.decode()
    one = Round.objects.get()
    url = reverse("request_round", args=[row.pk, one.pk])
    page = dept.get(url).content.decode()
    assert "已报 1 / 2" in page
    assert "1,200" in page
    file = dept.get(url, {"export": "csv"}).content.decode("utf-8-sig")
    assert "1200" in file
    assert dept.post(reverse("request_remind", args=[row.pk, one.pk]), {"client_id": str(new_id())}).status_code == 302
    assert Loop.objects.get(owner_unit=cast.units["west_street"], kind="data_request").level == "remind"
    english = signed_in(cast, "hq")
    english.cookies["django_language"] = "en"
    for name in ("requests", "request_new", "answer", "answer_table", "data", "burden"):
        assert english.get(reverse(name)).status_code == 200, name


@pytest.mark.parametrize("title", ["在岗人数（男）", "在岗人数(女)", "零报告", "单位"])
def test_a_title_heads_a_column_that_can_be_read_back(cast: Cast, title: str) -> None:
    assert refused(lambda: declare(cast, new_fields=[MASKS | {"title": title}])).field == "new_fields"


def test_what_was_answered_by_mistake_is_corrected_and_the_round_shows_it(cast: Cast) -> None:
    made = approved(cast, units=("east_street",), nil_allowed=True)
    unit, masks = cast.units["east_street"].pk, Field.objects.get()
    street = signed_in(cast, "street")
    one = Answer.objects.get()
    assert street.post(reverse("answer"), {"client_id": str(new_id()), "unit": unit, "nil": one.pk}).status_code == 302
    one.refresh_from_db()
    assert (one.nil, [f.value for f in UnitFact.objects.filter(pk__in=one.facts)]) == (True, [0])
    page = street.get(reverse("answer")).content.decode()
    assert "更正本期已报的数据" in page
    url = reverse("answer") + f"?unit={unit}&correct=1"
    assert f'name="f{masks.pk}"' in street.get(url).content.decode()
    unchanged = street.post(url, {"client_id": str(new_id()), "unit": unit, f"f{masks.pk}": "0"})
    assert unchanged.status_code == 422
    assert street.post(url, {"client_id": str(new_id()), "unit": unit, f"f{masks.pk}": "1200"}).status_code == 302
    one.refresh_from_db()
    assert (one.nil, one.state) == (False, "given")
    sheet = signed_in(cast, "dept").get(reverse("request_round", args=[made["request"], one.round_id])).content.decode()
    assert "1,200" in sheet
    assert "零报告" not in sheet
    assert sorted(UnitFact.objects.values_list("value", flat=True)) == [0, 1200], "what was there stays on record"
    assert Event.objects.filter(what="answer_corrected", subject=f"answer:{one.pk}").count() == 1
    cast.act("dept", "request.withdraw", request=made["request"], reason="不再需要")
    assert "更正本期已报的数据" not in street.get(reverse("answer")).content.decode()


def send_table(client: Any, text: str, mode: str = "import") -> Any:
    return client.post(reverse("answer_table"), {"client_id": str(new_id()), "pasted": text, "mode": mode})


def test_a_pasted_table_answers_for_many_and_gives_back_what_it_cannot_take(cast: Cast) -> None:
    made = approved(cast, units=("east_street", "spring_community", "works"))
    street = signed_in(cast, "street")
    head = "单位\t口罩库存（只）\t备注\n"
    for wrong, word in (("单位\t防护服\nx\t1", "没有数据目录里的数据项"), ("", "没有粘贴"), ("单位\t口罩库存\t口罩库存（只）\nx\t1\t2", "两列都是")):
        answer = send_table(street, wrong)
        assert answer.status_code in (409, 422), word
        assert word in answer.content.decode()
    rows = "east_street 单位\t10\t\nwest_street 单位\t5\t\nspring_community 单位\t几个\t\nworks 单位\t\t\neast_street 单位\t11\t\n"
    tried = send_table(street, head + rows, "try").content.decode()
    assert "未使用的列：备注" in tried
    assert not UnitFact.objects.exists(), "a trial writes nothing"
    told = send_table(street, head + rows).content.decode()
    for word in ("不在管理范围", "须是不小于 0 的整数", "没有填写任何数据", "与第 2 行重复", "口罩库存"):
        assert word in told, word
    assert list(UnitFact.objects.values_list("value", flat=True)) == [10], "what is sound is taken, the rest comes back"
    event = Event.objects.filter(what="answer")
    assert event.count() == 1, "a row that is refused leaves no event behind"
    assert send_table(street, head + "spring_community 单位\t20\t\nworks 单位\t30\t").status_code == 200
    assert sorted(UnitFact.objects.values_list("value", flat=True)) == [10, 20, 30]
    assert not Answer.objects.filter(round__request=made["request"], state="waiting").exists()


def test_the_table_to_fill_in_goes_out_and_comes_back(cast: Cast) -> None:
    approved(cast, units=("east_street", "spring_community", "works"), nil_allowed=True)
    street = signed_in(cast, "street")
    file = street.get(reverse("answer_table"), {"export": "csv"}).content.decode("utf-8-sig")
    head, *rows = file.strip().splitlines()
    assert head.startswith("单位,单位代码,口罩库存（只）")
    assert head.endswith("零报告")
    assert {r.split(",")[0] for r in rows} == {f"{n} 单位" for n in ("east_street", "spring_community", "works")}
    width = head.count(",")
    filled = ["east_street 单位," + "," * (width - 2) + ",是", "spring_community 单位,," + ",".join(["不掌握"] * (width - 2)) + ","]
    told = send_table(street, "\n".join([head, *filled, "works 单位" + "," * (width - 1) + ",也许"])).content.decode()
    assert "填“是”或留空" in told
    done = {a.unit.name: a for a in Answer.objects.filter(state="given").select_related("unit")}
    assert set(done) == {"east_street 单位", "spring_community 单位"}
    assert done["east_street 单位"].nil
    assert not done["spring_community 单位"].nil
    assert UnitFact.objects.filter(unit__name="spring_community 单位", known=False).exists(), "not known is said, and is no nought"
    assert signed_in(cast, "next_street").get(reverse("answer_table"), {"export": "csv"}).status_code == 409


def test_without_the_savepoint_a_refused_row_would_leave_its_facts(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import nullcontext

    from tongchou.rooms.requests.actions import answer, table

    approved(cast, units=("east_street", "spring_community"))
    monkeypatch.setattr(answer, "_complete", lambda *_: (_ for _ in ()).throw(Refusal(Reason.CONFLICT, Text("不行。", "No."))))
    for guarded, left in ((True, 0), (False, 1)):
        with monkeypatch.context() as broken:
            if not guarded:
                broken.setattr(table.transaction, "atomic", lambda *_, **__: nullcontext())
            send_table(signed_in(cast, "street"), "单位\t口罩库存（只）\neast_street 单位\t10")
        assert UnitFact.objects.count() == left


def test_new_data_as_it_is_typed() -> None:
    assert read_fields("口罩 | 整数 | 只 | 3 | 7\n\n是否停产｜是否") == [
        {"title": "口罩", "kind": "integer", "measure": "只", "minutes": 3, "fresh_days": 7},
        {"title": "是否停产", "kind": "boolean", "measure": ""},
    ]
    assert read_fields("状态|选择|好、差")[0]["choices"] == ["好", "差"]
    assert refused(lambda: read_fields("口罩|整数|只|三")).field == "new_fields"


def test_two_posts_do_not_make_one_person_two(cast: Cast) -> None:
    post = Post.objects.create(unit=cast.units["office"], title="兼任", role="hq_officer")
    PostHolding.objects.create(post=post, account=cast.accounts["dept"], from_date=date(2020, 1, 1))
    made = declare(cast)
    assert refused(lambda: cast.act("dept", "request.approve", request=made["request"])).reason is Reason.SAME_PERSON
    assert Account.objects.filter(pk=DataRequest.objects.get().asked_by_id).exists()


def test_the_time_by_which_it_is_due(cast: Cast) -> None:
    approved(cast, every="day", due_hours=18)
    one = Round.objects.get()
    begins = datetime.combine(one.period, datetime.min.time(), SHANGHAI)
    assert one.due_at == max(begins + timedelta(hours=18), one.opened_at + timedelta(hours=2))


def test_a_unit_of_measure_is_called_in_the_language_of_the_page(cast: Cast) -> None:
    masks = {"title": "口罩日用量", "title_en": "Masks a day", "title_key": "口罩日用量", "kind": "integer", "measure": "只/天"}
    Field.objects.create(**masks, minutes=1, fresh_days=1, added_at=timezone.now())
    client = signed_in(cast, "hq")
    assert "只/天" in client.get(reverse("data")).content.decode()
    Account.objects.filter(pk=cast.accounts["hq"].pk).update(language="en")
    page = client.get(reverse("data")).content.decode()
    assert "pieces/day" in page
    assert "people" in page
    assert not re.search("[只人件家所]<", page)
    assert measure_text("捆").en == "捆"  # what is not known is shown as it was written
