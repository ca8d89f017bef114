"""From an application to its permit: the closed list, who checks what, asked once, the clock, the decision, and what the rule forbids."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.cast import Cast
from tests.rooms.resumption.flow import LATER, STAGED, answers, checked, do, graded, refused, submitted, upload
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import CoUnit, Enterprise, Loop, WorkPermit
from tongchou.rooms.resumption.models import Application, RuleEdition, Supplement, Verdict
from tongchou.rooms.resumption.ways import default_rules

DAY = timedelta(days=1)


def reviewed_by_department(cast: Cast, items: list[str]) -> None:
    rules = default_rules() | {"reviewers": [{"unit": cast.units["department"].pk, "items": items}]}
    RuleEdition.objects.create(
        from_date=STAGED.date(), rules=rules, reason="测试", state="adopted", proposed_by=cast.accounts["hq"], proposed_at=STAGED,
        decided_by=cast.accounts["leader"], decided_at=STAGED,
    )  # fmt: skip


def test_the_closed_list_is_what_the_plan_of_the_day_asks_for(cast: Cast) -> None:
    row = submitted(cast)
    assert (row.way, row.how) == ("approval_or_filing", "approval")
    keys = list(row.items.order_by("n").values_list("key", flat=True))
    assert keys == [
        "application", "site_audit", "commitment", "roster", "plan", "emergency_and_safety",
        "team_and_plan", "observation_room", "mask_stock_days", "disinfection", "emergency_plan", "contact_person",
    ]  # fmt: skip
    assert row.items.get(key="mask_stock_days").least == 7
    loop = Loop.objects.get(pk=row.loop_id)
    assert (loop.owner_unit, loop.verifier_unit, loop.stage) == (
        cast.units["east_street"],
        cast.units["office"],
        "checking",
    )
    assert loop.due_at == datetime(2020, 2, 24, 18, tzinfo=SHANGHAI)  # Thursday: Friday, then Monday


def test_nothing_beyond_the_list_can_be_given_or_demanded(cast: Cast) -> None:
    made = do(cast, "enterprise", "resumption.start", unit=cast.units["works"].pk)
    extra = refused(
        lambda: do(
            cast,
            "enterprise",
            "resumption.fill",
            application=made["application"],
            items=[{"key": "deposit", "number": 1}],
        )
    )
    assert (extra.reason, extra.value) == (Reason.INVALID_VALUE, "deposit")
    short = refused(lambda: do(cast, "enterprise", "resumption.submit", application=made["application"]))
    assert short.reason is Reason.MISSING_VALUE
    assert len(short.details["items"]) == 10  # all of them at once
    row = Application.objects.get()
    do(cast, "enterprise", "resumption.fill", application=str(row.pk), items=answers(cast, row, "enterprise"))
    do(cast, "enterprise", "resumption.submit", application=str(row.pk))
    demanded = refused(
        lambda: do(cast, "street", "resumption.ask", application=str(row.pk), items=["deposit"], what="请缴纳保证金")
    )
    assert (demanded.reason, demanded.value) == (Reason.INVALID_VALUE, "deposit")


def test_street_and_department_check_side_by_side_and_the_office_decides(cast: Cast) -> None:
    reviewed_by_department(cast, ["emergency_plan", "emergency_and_safety"])
    row = submitted(cast)
    assert CoUnit.objects.get().unit == cast.units["department"]
    early = refused(lambda: do(cast, "hq", "resumption.decide", application=str(row.pk), approve=True))
    assert early.reason is Reason.WRONG_STAGE
    checked(cast, row)
    left = refused(lambda: do(cast, "hq", "resumption.decide", application=str(row.pk), approve=True))
    assert left.reason is Reason.CO_UNITS_OPEN
    found = [{"key": k, "ok": True} for k in ("emergency_plan", "emergency_and_safety")]
    do(cast, "dept", "resumption.review", application=str(row.pk), items=found)
    assert CoUnit.objects.get().done_at is not None
    until = (STAGED.date() + 30 * DAY).isoformat()
    done = do(
        cast, "hq", "resumption.decide", application=str(row.pk), approve=True, until=until, conditions=["错峰就餐"]
    )
    permit = WorkPermit.objects.get()
    assert (permit.number, permit.state, permit.plate, permit.conditions) == (
        done["permit"],
        "in_force",
        "blue",
        ["错峰就餐"],
    )
    assert permit.bound["mask_stock_days"] == 10
    assert Loop.objects.get(pk=row.loop_id).end_reason == "done"
    again = refused(lambda: do(cast, "enterprise", "resumption.start", unit=cast.units["works"].pk))
    assert again.reason is Reason.DUPLICATE


def test_an_item_not_in_order_stands_in_the_way_of_approval_and_is_in_the_refusal(cast: Cast) -> None:
    row = submitted(cast)
    checked(cast, row, bad="disinfection")
    no = refused(lambda: do(cast, "hq", "resumption.decide", application=str(row.pk), approve=True))
    assert no.reason is Reason.EVIDENCE_MISSING
    silent = refused(lambda: do(cast, "hq", "resumption.decide", application=str(row.pk), approve=False))
    assert (silent.reason, silent.field) == (Reason.MISSING_VALUE, "note")
    do(cast, "hq", "resumption.decide", application=str(row.pk), approve=False, reason="消毒点没有设立")
    row.refresh_from_db()
    assert (row.ended, row.reason) == ("refused", "消毒点没有设立")
    assert not WorkPermit.objects.exists()
    do(cast, "enterprise", "resumption.start", unit=cast.units["works"].pk)  # and it may apply again


def test_who_gave_an_item_does_not_check_it(cast: Cast) -> None:
    row = submitted(cast, who="street")
    site = [{"key": "disinfection", "ok": True}]
    own = refused(lambda: do(cast, "street", "resumption.check", application=str(row.pk), items=site))
    assert own.reason is Reason.SAME_PERSON
    do(cast, "street_colleague", "resumption.check", application=str(row.pk), items=site)
    verdict = Verdict.objects.get()
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table resumption_verdict drop constraint resumption_verdict_other_person")
    do(cast, "street", "resumption.check", application=str(row.pk), items=site)
    assert Verdict.objects.get(current=True) != verdict


def test_missing_items_are_asked_for_once_and_the_clock_stands_still(cast: Cast) -> None:
    row = submitted(cast)
    checked(cast, row, bad="disinfection")
    part = refused(lambda: do(cast, "hq", "resumption.ask", application=str(row.pk), items=["plan"], what="方案不完整"))
    assert (part.reason, part.field) == (
        Reason.MISSING_VALUE,
        "items",
    )  # what is known to be wrong is asked for as well
    asked = do(
        cast,
        "hq",
        "resumption.ask",
        STAGED + DAY,
        application=str(row.pk),
        items=["plan", "disinfection"],
        what="方案不完整，消毒点未设",
    )
    assert asked["workdays_left"] == 1
    other = refused(
        lambda: do(
            cast,
            "enterprise",
            "resumption.fill",
            STAGED + 5 * DAY,
            application=str(row.pk),
            items=[{"key": "contact_person", "text": "张某"}],
        )
    )
    assert other.value == "contact_person"
    half = answers(cast, row, "enterprise", {"plan"})
    do(cast, "enterprise", "resumption.fill", STAGED + 5 * DAY, application=str(row.pk), items=half)
    assert (
        refused(lambda: do(cast, "enterprise", "resumption.supply", STAGED + 5 * DAY, application=str(row.pk))).field
        == "item_disinfection"
    )
    do(
        cast,
        "enterprise",
        "resumption.fill",
        STAGED + 5 * DAY,
        application=str(row.pk),
        items=answers(cast, row, "enterprise", {"disinfection"}),
    )
    do(cast, "enterprise", "resumption.supply", STAGED + 5 * DAY, application=str(row.pk))
    loop = Loop.objects.get(pk=row.loop_id)
    assert (loop.stage, loop.due_at) == (
        "checking",
        datetime(2020, 2, 26, 18, tzinfo=SHANGHAI),
    )  # completed on Tuesday, one day left
    again = refused(
        lambda: do(
            cast, "street", "resumption.ask", STAGED + 5 * DAY, application=str(row.pk), items=["plan"], what="再补一次"
        )
    )
    assert again.field == "new_fact"
    do(
        cast,
        "street",
        "resumption.ask",
        STAGED + 5 * DAY,
        application=str(row.pk),
        items=["plan"],
        what="新增车间未列入",
        new_fact="昨日新开二车间",
    )
    assert Supplement.objects.filter(new_fact="").count() == 1


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ((2020, 4, 3), (2020, 4, 8)),  # a Friday before Qingming: Saturday to Monday are off
        ((2020, 4, 24), (2020, 4, 27)),  # Sunday 26 April is worked for the May holiday
        ((2020, 4, 30), (2020, 5, 7)),  # five days off
        ((2020, 9, 29), (2020, 10, 9)),  # eight days of National Day and Mid-autumn; the 30th is worked
    ],
)
def test_the_two_working_days_follow_the_chinese_calendar(cast: Cast, day: tuple[int, int, int], due: tuple[int, int, int]) -> None:
    at = datetime(*day, 10, tzinfo=SHANGHAI)
    graded(cast, "high", on=at)
    row = submitted(cast, at=at)
    assert Loop.objects.get(pk=row.loop_id).due_at == datetime(*due, 18, tzinfo=SHANGHAI)


def test_asked_once_is_the_databases_word(cast: Cast) -> None:
    row = submitted(cast)
    do(cast, "street", "resumption.ask", application=str(row.pk), items=["plan"], what="方案不完整")
    first = Supplement.objects.get()
    Supplement.objects.update(answered_at=STAGED)
    twin = Supplement(
        application=row,
        items=["plan"],
        what="再补",
        unit=first.unit,
        by=first.by,
        asked_at=STAGED,
        workdays_left=1,
        answered_at=STAGED,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("drop index resumption_asked_once")
    twin.pk = None
    twin.save()


def test_steps_of_the_loop_itself_do_not_go_around_the_items(cast: Cast) -> None:
    row = submitted(cast)
    loop = {"loop": str(row.loop_id)}
    conclusion = [{"key": "conclusion", "type": "text", "text": "都好"}]
    assert (
        refused(lambda: do(cast, "street", "loop.advance", **loop, step="site_done", evidence=conclusion)).reason
        is Reason.WRONG_STAGE
    )
    assert (
        refused(lambda: do(cast, "street", "loop.advance", **loop, step="ask", note="请补")).reason
        is Reason.WRONG_STAGE
    )
    checked(cast, row, bad="disinfection")
    assert refused(lambda: do(cast, "hq", "loop.advance", **loop, step="approve")).reason is Reason.EVIDENCE_MISSING
    bare = do(
        cast,
        "enterprise",
        "loop.open",
        kind="resumption_application",
        title="另开一件",
        unit=cast.units["works"].pk,
        owner_unit=cast.units["east_street"].pk,
    )
    assert (
        refused(lambda: do(cast, "enterprise", "loop.advance", loop=bare["loop"], step="withdraw", note="算了")).reason
        is Reason.CONFLICT
    )


def test_no_approval_where_the_rule_forbids_it(cast: Cast) -> None:
    row = submitted(cast)
    checked(cast, row)
    graded(cast, "low")
    forbidden = refused(lambda: do(cast, "hq", "resumption.decide", LATER, application=str(row.pk), approve=True))
    assert forbidden.reason is Reason.NOT_ALLOWED
    made = act("resumption.follow", SYSTEM, new_id(), {}, now=LATER).result
    assert made == {"changed": 1, "effective": 1}
    row.refresh_from_db()
    permit = WorkPermit.objects.get()
    assert (row.ended, permit.way, Loop.objects.get(pk=row.loop_id).stage) == ("followed", "no_procedure", "followed")
    assert act("resumption.follow", SYSTEM, new_id(), {}, now=LATER).result == {"changed": 0, "effective": 0}


def test_in_a_low_risk_area_it_takes_effect_when_it_is_submitted(cast: Cast) -> None:
    graded(cast, "low")
    made = do(cast, "enterprise", "resumption.start", LATER, unit=cast.units["works"].pk)
    assert made["how"] == "at_once"
    done = do(cast, "enterprise", "resumption.submit", LATER, application=made["application"])
    assert WorkPermit.objects.get().number == done["permit"]
    assert not Loop.objects.filter(kind="resumption_application").exists()


def test_on_a_signed_commitment_in_a_medium_risk_area_and_by_list_without(cast: Cast) -> None:
    graded(cast, "medium")
    made = do(cast, "enterprise", "resumption.start", LATER, unit=cast.units["works"].pk, commitment=True)
    assert (
        refused(lambda: do(cast, "enterprise", "resumption.submit", LATER, application=made["application"])).field
        == "item_commitment"
    )
    signed = [{"key": "commitment", "text": "李某（法定代表人）"}]
    do(cast, "enterprise", "resumption.fill", LATER, application=made["application"], items=signed)
    do(cast, "enterprise", "resumption.submit", LATER, application=made["application"])
    assert WorkPermit.objects.get().way == "commitment"
    other = do(cast, "rival", "resumption.start", LATER, unit=cast.units["mill"].pk)
    row = Application.objects.get(pk=other["application"])
    assert (row.way, row.how) == ("list", "approval")
    assert "isolation_room" in set(row.items.values_list("key", flat=True))


def test_an_unknown_grade_is_not_low(cast: Cast) -> None:
    made = do(cast, "enterprise", "resumption.start", LATER, unit=cast.units["works"].pk)
    assert (made["way"], made["how"]) == ("undetermined", "unknown")
    assert (
        refused(lambda: do(cast, "enterprise", "resumption.submit", LATER, application=made["application"])).reason
        is Reason.UNAVAILABLE
    )
    graded(cast, "high")
    act("resumption.follow", SYSTEM, new_id(), {}, now=LATER)
    assert Application.objects.get().way == "list"  # the draft follows


def test_earlier_answers_and_the_record_fill_the_next_application(cast: Cast) -> None:
    row = submitted(cast)
    do(cast, "enterprise", "resumption.withdraw", application=str(row.pk), reason="先等等")
    made = do(cast, "enterprise", "resumption.start", STAGED + DAY, unit=cast.units["works"].pk)
    items = {i.key: i for i in Application.objects.get(pk=made["application"]).items.all()}
    assert (items["mask_stock_days"].number, items["mask_stock_days"].record["from"]) == (10, "earlier")
    assert items["disinfection"].files == []


def test_a_competitor_and_the_next_street_find_nothing(cast: Cast) -> None:
    row = submitted(cast)
    for who, verb, more in (
        ("rival", "resumption.fill", {"items": [{"key": "plan", "text": "偷看"}]}), ("rival", "resumption.withdraw", {"reason": "捣乱"}),
        ("next_street", "resumption.check", {"items": [{"key": "disinfection", "ok": True}]}), ("next_street", "resumption.conclude", {"conclusion": "可以"}),
        ("rival", "resumption.ask", {"items": ["plan"], "what": "请补材料"}), ("dept", "resumption.review", {"items": [{"key": "plan", "ok": True}]}),
    ):  # fmt: skip
        assert (
            refused(lambda who=who, verb=verb, more=more: do(cast, who, verb, application=str(row.pk), **more)).reason
            is Reason.NOT_FOUND
        )
    assert (
        refused(lambda: do(cast, "enterprise", "resumption.decide", application=str(row.pk), approve=True)).reason
        is Reason.NOT_ALLOWED
    )
    assert (
        refused(lambda: do(cast, "rival", "resumption.start", unit=cast.units["works"].pk)).reason is Reason.NOT_FOUND
    )


@pytest.mark.parametrize("given", [{"number": 3}, {"text": "写的"}, {}])
def test_a_photo_is_a_photo(cast: Cast, given: dict[str, object]) -> None:
    made = do(cast, "enterprise", "resumption.start", unit=cast.units["works"].pk)
    wrong = refused(
        lambda: do(
            cast,
            "enterprise",
            "resumption.fill",
            application=made["application"],
            items=[{"key": "disinfection"} | given],
        )
    )
    assert wrong.field == "item_disinfection"


def test_somebody_elses_file_is_none(cast: Cast) -> None:
    made = do(cast, "enterprise", "resumption.start", unit=cast.units["works"].pk)
    foreign = [{"key": "disinfection", "files": [upload(cast, "rival")]}]
    assert (
        refused(
            lambda: do(cast, "enterprise", "resumption.fill", application=made["application"], items=foreign)
        ).reason
        is Reason.NOT_FOUND
    )


def test_essential_enterprises_are_not_held_back(cast: Cast) -> None:
    Enterprise.objects.create(unit=cast.units["works"], lists=["essential"], changed_at=STAGED)
    held = datetime(2020, 2, 5, 10, tzinfo=SHANGHAI)
    assert do(cast, "enterprise", "resumption.start", held, unit=cast.units["works"].pk)["way"] == "allowed"
    assert do(cast, "rival", "resumption.start", held, unit=cast.units["mill"].pk)["how"] == "approval"


def test_an_enterprise_does_not_set_its_own_clock(cast: Cast) -> None:
    row = submitted(cast)
    later = (STAGED + 9 * DAY).isoformat()
    own = refused(lambda: do(cast, "enterprise", "loop.set_due", loop=str(row.loop_id), due_at=later, note="再宽几天"))
    assert own.reason is Reason.NOT_OWNER
    do(cast, "hq", "loop.set_due", loop=str(row.loop_id), due_at=later, note="春运改签，统一顺延")
