"""Who is entitled and why not, what has to be asked once, who has not asked, applications until the money has arrived."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.policies.measures import TABLE, install
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.models import Enterprise, Loop
from tongchou.rooms.policies.catalogue import catalogue
from tongchou.rooms.policies.facts import facts_of, from_register
from tongchou.rooms.policies.matching import decide_all, match_one, match_unit, questions, today_for
from tongchou.rooms.policies.models import Application, Contact, Fact, Match, Run
from tongchou.rooms.policies.questions import applications, failing, figures, lacking, outcomes, unasked, unasked_count
from tongchou.rooms.policies.tasks import rematch


@pytest.fixture
def town(cast: Cast) -> Cast:
    """The cast with the pack and the district's own measure; two enterprises in the register: a caterer and a rival that makes steel."""
    install(cast)
    for name, industry in (("works", "H6210"), ("mill", "C3110")):
        Enterprise.objects.create(unit=cast.units[name], industry=industry, size="small", changed_at=timezone.now())
    do(
        cast,
        "hq",
        "policies.terms",
        policy=TABLE,
        unit=cast.units["department"].pk,
        benefit="paid",
        base="monthly_rent",
        formula="base * months * share",
        excludes="rent",
        papers=["租赁合同"],
    )
    return cast


def do(cast: Cast, who: str, verb: str, **payload: Any) -> dict[str, Any]:
    return act(verb, cast.as_(who), new_id(), payload).result


def refused(run: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def answer(cast: Cast, who: str = "enterprise", unit: str = "works", **answers: Any) -> dict[str, Any]:
    return do(cast, who, "policies.answer", unit=cast.units[unit].pk, answers=answers, source="企业填报")


def entitle(cast: Cast) -> None:
    answer(cast, landlord="state", monthly_rent=20000)


def applied(cast: Cast, **more: Any) -> str:
    return str(do(cast, "enterprise", "policies.apply", unit=cast.units["works"].pk, policy=TABLE, **more)["loop"])


def line(cast: Cast, unit: str = "works", policy: str = TABLE) -> Any:
    return next(one for one in today_for(catalogue(timezone.localdate()), cast.units[unit].pk) if one.policy == policy)


def test_the_register_answers_what_it_knows_and_unknown_is_never_no() -> None:
    found = from_register("610103001", "H6210", "small", None, [], "")
    assert found == {
        "size": "small",
        "sector": "catering",
        "high_energy": False,
        "province": "shaanxi",
        "city": "other",
    }
    assert from_register("", "", "", None, ["key"], "enterprise") == {}
    assert from_register("430302", "C3110", "large", True, ["national_guarantee"], "street") == {
        "size": "self_employed",
        "sector": "manufacturing",
        "high_energy": True,
        "province": "hunan",
        "city": "xiangtan",
        "on_guarantee_list": True,
        "landlord": "city_or_district_state",
    }


def test_each_policy_says_which_condition_fails_and_by_which_paper(town: Cast) -> None:
    one = line(town, "mill")
    assert (one.outcome, one.failed) == ("not_eligible", ["sector"])
    assert one.grounds[0].document.zh
    assert one.grounds[0].reason.en
    assert line(town).outcome == "undetermined"
    assert line(town).needs == ("landlord",)
    assert line(town, policy="insurance_sme").outcome == "expired"


def test_a_question_is_asked_once_and_settles_every_policy_that_waits_for_it(town: Cast) -> None:
    found = catalogue(timezone.localdate())
    asked = {q.fact: q.policies for q in questions(found, today_for(found, town.units["works"].pk))}
    assert TABLE in asked["landlord"]
    assert "cannot_pay_on_time" in asked
    made = answer(town, landlord="state", cannot_pay_on_time=False, monthly_rent=20000)
    assert made["answers"] == 3
    stored = {m.policy: m for m in Match.objects.filter(unit=town.units["works"])}
    assert (stored[TABLE].outcome, stored[TABLE].estimate) == ("eligible", Decimal("30000.00"))
    assert (stored["tax_later"].outcome, stored["tax_later"].failed) == ("not_eligible", ["difficulty"])
    assert answer(town, landlord="state")["answers"] == 0  # the same word again changes nothing
    answer(town, landlord="private")
    assert Fact.objects.filter(fact="landlord").count() == 2
    assert line(town).outcome == "not_eligible"


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"landlord": "moon"}, "landlord"),
        ({"weather": True}, "weather"),
        ({"monthly_rent": -1}, "monthly_rent"),
        ({"layoff_rate": "x"}, "layoff_rate"),
    ],
)
def test_a_wrong_answer_is_refused_by_name(town: Cast, answers: dict[str, Any], field: str) -> None:
    assert refused(lambda: answer(town, **answers)).field == field
    assert not Fact.objects.exists()


def test_a_competitor_sees_and_says_nothing(town: Cast) -> None:
    entitle(town)
    for verb, more in (
        ("answer", {"answers": {"landlord": "private"}, "source": "企业填报"}),
        ("contact", {"policy": TABLE, "answer": "no_answer"}),
        ("apply", {"policy": TABLE}),
    ):
        wrong = refused(
            lambda verb=verb, more=more: do(town, "rival", f"policies.{verb}", unit=town.units["works"].pk, **more)
        )
        assert wrong.reason is Reason.NOT_FOUND, verb
    loop = applied(town)
    for verb in ("withdraw", "not_arrived", "give_more"):
        assert (
            refused(lambda verb=verb: do(town, "rival", f"policies.{verb}", loop=loop, note="别家的")).reason
            is Reason.NOT_FOUND
        )
    assert applications(town.as_("rival"), timezone.now()) == []
    assert unasked(town.as_("rival")) == []
    assert [a.name for a in applications(town.as_("enterprise"), timezone.now())] == [town.units["works"].name]


def test_a_pass_over_all_writes_only_what_changed(town: Cast) -> None:
    entitle(town)
    assert rematch() > 0
    run = Run.objects.get()
    assert (run.done, run.enterprises) == (len(run.policies), 2)
    assert run.finished_at
    assert Match.objects.count() == 2 * len(run.policies)
    assert rematch() == 0
    assert Run.objects.count() == 1
    Enterprise.objects.filter(unit=town.units["mill"]).update(
        industry="H6210", changed_at=timezone.now() + timedelta(seconds=1)
    )
    assert rematch() >= 1
    assert Match.objects.get(unit=town.units["mill"], policy=TABLE).outcome == "undetermined"
    do(town, "hq", "policies.start")
    assert refused(lambda: do(town, "hq", "policies.start")).reason is Reason.CONFLICT


def test_all_at_once_gives_what_one_by_one_gives(town: Cast) -> None:
    entitle(town)
    found = catalogue(timezone.localdate())
    facts = facts_of(None)
    together = {
        p: decide_all(found, p, list(facts), list(facts.values())).rows_by_key("unit", named=True, unique=True)
        for p in found.standings
    }
    rematch()
    for unit, known in facts.items():
        assert match_unit(found, unit) == 0  # what the pass has stored, one enterprise by itself would not change
        for one in match_one(found, known):
            row = together[one.policy][unit]
            estimate = None if row["estimate"] is None else Decimal(row["estimate"])
            assert (row["outcome"], sorted(row["failed"]), sorted(row["needs"]), estimate) == (
                one.outcome,
                sorted(one.failed),
                list(one.needs),
                one.estimate,
            )


def test_who_is_entitled_and_has_not_asked(town: Cast) -> None:
    entitle(town)
    rows = unasked(town.as_("street"), policy=TABLE)
    assert [(r.unit, r.estimate, r.answer) for r in rows] == [(town.units["works"].pk, Decimal("30000.00"), "")]
    assert unasked(town.as_("next_street")) == []
    assert len(unasked(town.as_("dept"))) == 1
    do(town, "street", "policies.tell", policy=TABLE, units=[town.units["works"].pk])
    assert unasked(town.as_("street"), told="no", policy=TABLE) == []
    assert len(unasked(town.as_("street"), told="yes", policy=TABLE)) == 1
    assert (
        refused(lambda: do(town, "next_street", "policies.tell", policy=TABLE, units=[town.units["works"].pk])).reason
        is Reason.NOT_FOUND
    )
    assert (
        refused(lambda: do(town, "street", "policies.tell", policy="tax_later", units=[town.units["works"].pk])).reason
        is Reason.CONFLICT
    )
    wrong = refused(
        lambda: do(
            town,
            "enterprise",
            "policies.contact",
            unit=town.units["works"].pk,
            policy=TABLE,
            answer="declined",
            way="own",
        )
    )
    assert wrong.field == "reason"
    do(
        town,
        "enterprise",
        "policies.contact",
        unit=town.units["works"].pk,
        policy=TABLE,
        answer="declined",
        reason="已自行协商",
        way="own",
    )
    assert unasked(town.as_("street"), told="declined", policy=TABLE)[0].reason == "已自行协商"
    applied(town)
    assert unasked(town.as_("street"), policy=TABLE) == []


def test_it_is_done_when_the_enterprise_says_that_the_money_arrived(town: Cast) -> None:
    entitle(town)
    loop, today = applied(town), timezone.localdate().isoformat()
    assert Loop.objects.get(pk=loop).owner_unit_id == town.units["department"].pk
    assert refused(lambda: do(town, "dept", "policies.approve", loop=loop, amount=100)).field == "reason"
    do(town, "dept", "policies.approve", loop=loop, amount=30000)
    assert (
        refused(lambda: do(town, "dept", "policies.pay", loop=loop, amount=30001, on=today)).details["constraint"]
        == "policy_paid_within_approved"
    )
    do(town, "dept", "policies.pay", loop=loop, amount=30000, on=today)
    for who in ("dept", "hq", "street"):
        assert refused(lambda who=who: do(town, who, "policies.arrived", loop=loop, on=today)).reason in (
            Reason.NOT_ALLOWED,
            Reason.NOT_OWNER,
        )
    assert Loop.objects.get(pk=loop).closed_at is None
    do(town, "enterprise", "policies.not_arrived", loop=loop, note="账上没有")
    assert Loop.objects.get(pk=loop).stage == "paying"
    do(town, "dept", "policies.pay", loop=loop, amount=30000, on=today)
    do(town, "enterprise", "policies.arrived", loop=loop, on=today)
    assert Loop.objects.get(pk=loop).end_reason == "done"
    one = next(f for f in figures(town.as_("leader")) if f.key == TABLE)
    assert (one.entitled, one.applied, one.arrived, one.amount_arrived, one.days) == (1, 1, 1, Decimal("30000.00"), 0.0)
    assert [f.arrived for f in figures(town.as_("leader"), by="street", policy=TABLE)] == [1]


def test_a_refusal_names_the_condition_and_more_is_asked_for_once(town: Cast) -> None:
    entitle(town)
    loop = applied(town)
    assert (
        refused(lambda: do(town, "dept", "policies.refuse", loop=loop, criterion="mood", reason="就是不行")).field
        == "criterion"
    )
    assert (
        refused(lambda: do(town, "dept", "policies.refuse", loop=loop, criterion="papers", reason="材料不全")).reason
        is Reason.WRONG_STAGE
    )
    do(town, "dept", "policies.ask_more", loop=loop, note="请补租赁合同")
    do(town, "enterprise", "policies.give_more", loop=loop, note="已补")
    assert refused(lambda: do(town, "dept", "policies.ask_more", loop=loop, note="再补一份")).reason is Reason.CONFLICT
    do(town, "dept", "policies.refuse", loop=loop, criterion="landlord", reason="合同显示出租方为个人")
    row = Application.objects.get(pk=loop)
    assert (row.state, row.criterion) == ("refused", "landlord")
    assert "第三条" in row.clause
    applied(town)  # the facts may be shown better; a refusal does not bar another application


def test_the_loops_own_page_does_not_decide(town: Cast) -> None:
    entitle(town)
    loop = applied(town)
    piece = [{"key": "amount", "type": "number", "number": 1}]
    assert (
        refused(lambda: do(town, "dept", "loop.advance", loop=loop, step="approve", evidence=piece)).reason
        is Reason.NOT_ALLOWED
    )
    assert Application.objects.get(pk=loop).state == "submitted"


def test_who_does_not_qualify_is_told_why_when_applying(town: Cast) -> None:
    assert refused(lambda: applied(town)).reason is Reason.MISSING_VALUE
    answer(town, landlord="private")
    wrong = refused(lambda: applied(town))
    assert wrong.details["failed"] == ["landlord"]
    assert "第三条" in wrong.rule.zh
    assert (
        refused(lambda: do(town, "enterprise", "policies.apply", unit=town.units["works"].pk, policy="nothing")).reason
        is Reason.NOT_FOUND
    )


def test_no_benefit_twice(town: Cast) -> None:
    entitle(town)
    loop = applied(town)
    assert refused(lambda: applied(town)).details["constraint"] in ("policy_applied_once", "policy_no_double_benefit")
    row = Application.objects.get(pk=loop)
    twin = Loop.objects.get(pk=loop)
    twin.pk = new_id()
    twin.save(force_insert=True)
    row.pk, row.policy = twin.pk, "rent_2022"
    with pytest.raises(IntegrityError, match="policy_no_double_benefit"), transaction.atomic():
        row.save(force_insert=True)
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("drop index policy_no_double_benefit")
    row.save(force_insert=True)


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("policy_refusal_has_criterion", {"state": "refused", "reason": "不行"}),
        ("policy_approved_amount", {"state": "approved"}),
        (
            "policy_arrival_dated",
            {"state": "received", "approved": 1, "paid": 1, "paid_on": date(2026, 1, 1), "decided_at": datetime(2026, 1, 1, tzinfo=UTC)},
        ),
        (
            "policy_paid_within_approved",
            {"state": "paid", "approved": 1, "paid": 2, "paid_on": date(2026, 1, 1), "decided_at": datetime(2026, 1, 1, tzinfo=UTC)},
        ),
    ],
)
def test_the_database_refuses_half_an_application(town: Cast, constraint: str, change: dict[str, Any]) -> None:
    entitle(town)
    rows = Application.objects.filter(pk=applied(town))
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        rows.update(**change)
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("set constraints all immediate")
        cursor.execute(f"alter table policies_application drop constraint {constraint}")
    assert rows.update(**change) == 1


def test_declining_needs_its_reason_in_the_database_too(town: Cast) -> None:
    row = Contact(unit=town.units["works"], policy=TABLE, way="phone", told_at=timezone.now(), answer="declined")
    with pytest.raises(IntegrityError, match="policy_declined_has_reason"), transaction.atomic():
        row.save()
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("alter table policies_contact drop constraint policy_declined_has_reason")
    row.pk = None
    row.save()


def test_why_others_do_not_qualify(town: Cast) -> None:
    rematch()
    assert failing(town.as_("hq"), TABLE) == {"sector": 1}
    assert lacking(town.as_("hq"), TABLE) == {"landlord": 1}
    assert outcomes(town.as_("hq"), TABLE) == {TABLE: {"not_eligible": 1, "undetermined": 1}}
    assert outcomes(town.as_("rival"), TABLE) == {TABLE: {"not_eligible": 1}}


def test_what_holds_for_the_district_is_said_once(town: Cast) -> None:
    do(town, "hq", "policies.common", fact="landlord", value="state", source="区国资清单")
    assert line(town).outcome == "eligible"
    assert line(town, "mill").outcome == "not_eligible"
    answer(town, landlord="private")  # an enterprise's own word stands over it
    assert line(town).outcome == "not_eligible"
    assert (
        refused(lambda: do(town, "street", "policies.common", fact="landlord", value="state", source="x y")).reason
        is Reason.NOT_ALLOWED
    )


def test_terms_are_checked(town: Cast) -> None:
    base = {"policy": TABLE, "benefit": "paid", "base": "monthly_rent"}
    for change, field in (
        ({"formula": "base ** 9"}, "formula"),
        ({"benefit": "gold"}, "benefit"),
        ({"base": "gold"}, "base"),
        ({"policy": "x"}, "policy"),
    ):
        assert refused(lambda change=change: do(town, "hq", "policies.terms", **(base | change))).field == field
    assert refused(lambda: do(town, "hq", "policies.terms", **base, unit=town.units["mill"].pk)).field == "unit"


def test_who_asked_and_was_refused_is_not_told_again_that_it_has_not_asked(town: Cast) -> None:
    entitle(town)
    loop = applied(town)
    do(town, "dept", "policies.refuse", loop=loop, criterion="landlord", reason="合同显示出租方为个人")
    assert unasked(town.as_("street"), policy=TABLE) == []
    assert unasked_count(town.as_("street"), [town.units["works"].pk]).get(town.units["works"].pk, (0, 0))[0] == len(
        unasked(town.as_("street"))
    )
    one = next(f for f in figures(town.as_("leader")) if f.key == TABLE)
    assert (one.entitled, one.unasked, one.applied, one.refused) == (1, 0, 0, 1)
    clerk = signed_in(town, "enterprise")
    own = clerk.get(reverse("policies")).content.decode()
    assert "申请未获认定" in own
    assert "查看决定" in own
    assert "申请未获认定" not in signed_in(town, "rival").get(reverse("policies")).content.decode()
    assert "的申请未获认定" in clerk.get("/").content.decode()  # the clerk learns it at the first page
    Match.objects.filter(policy=TABLE).update(since=timezone.localdate() + timedelta(days=1))  # its facts changed since, and it qualifies anew
    assert len(unasked(town.as_("street"), policy=TABLE)) == 1
    withdrawn = applied(town)
    do(town, "enterprise", "policies.withdraw", loop=withdrawn, note="材料没有备齐")
    assert next(f for f in figures(town.as_("leader")) if f.key == TABLE).unasked == len(unasked(town.as_("leader"), policy=TABLE)) == 1


def test_a_refused_enterprise_objects_and_the_office_answers(town: Cast) -> None:
    entitle(town)
    loop = applied(town)
    assert refused(lambda: do(town, "enterprise", "policies.object", loop=loop, note="还没有决定")).reason is Reason.WRONG_STAGE
    do(town, "dept", "policies.refuse", loop=loop, criterion="landlord", reason="合同显示出租方为个人")
    clerk, page = signed_in(town, "enterprise"), reverse("policy_application", args=[loop])
    assert "再次申请" in clerk.get(page).content.decode()
    form = {"note": "出租方是国有公司", "client_id": str(new_id())}
    assert signed_in(town, "rival").post(reverse("policy_do", args=[loop, "object"]), form).status_code == 404
    assert signed_in(town, "dept").post(reverse("policy_do", args=[loop, "object"]), form).status_code == 404
    assert clerk.post(reverse("policy_do", args=[loop, "object"]), form).status_code == 302
    made = Loop.objects.get(origin="policy_objection")
    assert (made.kind, made.owner_unit_id, made.subject_unit_id) == ("request", town.units["office"].pk, town.units["works"].pk)
    shown = clerk.get(page).content.decode()
    assert made.title in shown
    assert reverse("policy_do", args=[loop, "object"]) not in shown  # one at a time
    assert refused(lambda: do(town, "enterprise", "policies.object", loop=loop, note="再提一次异议")).reason is Reason.CONFLICT
    do(town, "hq", "loop.advance", loop=str(made.pk), step="take_up")
    do(
        town, "hq", "loop.advance", loop=str(made.pk), step="answer",
        evidence=[{"key": "result", "type": "text", "text": "异议成立，请再次申请，重新认定。"}],
    )  # fmt: skip
    do(town, "enterprise", "loop.advance", loop=str(made.pk), step="confirm")
    again = applied(town)
    do(town, "dept", "policies.approve", loop=again, amount=30000)
    assert Application.objects.get(pk=again).state == "approved"


def test_what_was_written_on_record_in_chinese_by_the_program_is_said_in_english_too(town: Cast) -> None:
    answer(town, landlord="private", cannot_pay_on_time=True)
    clerk = signed_in(town, "enterprise")
    clerk.post("/settings/language", {"language": "en", "next": "/"})
    page = clerk.get(reverse("policies")).content.decode()
    assert "企业填报" not in page
    assert "条次未见" not in page
