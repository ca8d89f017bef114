"""Orders: none without rule, evidence, legal basis and end; two organisations where it takes two; they end by themselves; an appeal lifts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import Error
from django.urls import reverse
from django.utils import timezone

from tests.cast import SINCE, Cast
from tests.rooms.plans.drill import LAW, PACK, TABLE, contact, decide, fact, install, order, person, today
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.packs.plans.decide import decide as decide_by
from tongchou.packs.plans.packfile import shipped_pack
from tongchou.packs.plans.report import as_value
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.loops import references
from tongchou.record.models import Event, Loop, Post, PostHolding, Responsibility, Unit
from tongchou.record.questions.responsibility import gaps
from tongchou.rooms.plans.models import Decision, PackVersion
from tongchou.rooms.plans.store import install_shipped_packs
from tongchou.rooms.trust.actions.care import reviewer
from tongchou.rooms.trust.models import CarePass, Notice, OutsideList, Restriction, Reversal
from tongchou.rooms.trust.orders import REVIEW, allowed, organisation, restricts

SIGNS = "安平宁静和顺康健福寿春夏秋冬东南西北山川河湖海江"
pytestmark = pytest.mark.django_db


@pytest.fixture
def town(cast: Cast) -> Cast:
    install(cast)
    return cast


def refused(run: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


@pytest.mark.parametrize("facts", [{"last_exposure": "2022-07-10"}, {"last_exposure": "2022-07-10", "symptoms": True}])
def test_what_goes_on_after_its_days_allows_an_order_that_ends_after_today(facts: dict[str, Any]) -> None:
    day = date(2022, 8, 1)
    found = allowed(as_value(decide_by(shipped_pack("covid-19"), "close_contact", facts, day)), day)
    assert found is not None
    assert (found.mode, found.starts_on, found.ends_on) == ("home_monitoring", date(2022, 7, 11), day + REVIEW)


def only() -> Restriction:
    return Restriction.objects.get()


def test_an_order_comes_out_of_a_decision_and_holds_what_the_rule_says(town: Cast) -> None:
    key = contact(town, days_ago=2)
    done = order(town, key)
    row = only()
    exposed = today() - timedelta(days=2)
    assert done == {"order": str(row.pk), "state": "active", "until": str(exposed + timedelta(days=10))}
    assert (row.kind, row.mode, row.rule) == ("isolation", "central_isolation", "in_period")
    assert (row.starts_on, row.ends_on) == (exposed + timedelta(days=1), exposed + timedelta(days=10))
    assert [e[:5] for e in row.evidence] == ["fact:", "fact:"]
    assert row.decision.digest == PackVersion.objects.get(pack=PACK).digest
    assert list(Notice.objects.values_list("what", flat=True)) == ["issued"]
    assert Event.objects.filter(what="order_issued", subject=f"person:{key}").exists()


def test_who_has_no_ground_on_record_cannot_be_restricted(town: Cast) -> None:
    key = person(town)
    decision = decide(town, key)
    assert decision["outcome"] == "undetermined"
    assert refused(lambda: order(town, key)).reason is Reason.INVALID_VALUE
    tested = contact(town, days_ago=14, name="何安")
    fact(town, tested, "test", 1, method="pcr", result="negative")
    assert decide(town, tested)["outcome"] == "released"
    assert refused(lambda: order(town, tested)).reason is Reason.INVALID_VALUE
    assert not Restriction.objects.exists()


def test_it_may_end_earlier_but_never_later_than_the_rule(town: Cast) -> None:
    key = contact(town)
    late = today() + timedelta(days=60)
    assert refused(lambda: order(town, key, until=str(late))).field == "until"
    assert order(town, key, until=str(today() + timedelta(days=1)))["until"] == str(today() + timedelta(days=1))


def test_an_open_end_is_looked_at_again_after_a_fortnight(cast: Cast) -> None:
    """A patient stays until the tests allow it, on no day that the rule could name: the order ends all the same."""
    install_shipped_packs()
    key = person(cast)
    fact(cast, key, "symptom", 3, symptom="fever")
    fact(cast, key, "test", 2, method="pcr", result="positive", target="chikv")
    said = cast.act("street", "plan.decide", person=key, pack="chikungunya", table="case").result
    order = {"decision": said["decision"], "legal_basis": LAW}
    last = today() + REVIEW
    late = refused(lambda: cast.act("street", "restriction.issue", **order, until=str(last + timedelta(days=1))))
    assert (late.field, late.reason) == ("until", Reason.INVALID_VALUE)
    cast.act("street", "restriction.issue", **order)
    assert (only().kind, only().mode, only().ends_on, only().rule_ends_on) == ("isolation", "mosquito_proof", last, last)
    row = only()
    row.pk, row.code, row.rule_ends_on = new_id(), "X" * 12, last + timedelta(days=1)
    with pytest.raises(Error), transaction.atomic():  # nor past the application
        Restriction(**{f.attname: getattr(row, f.attname) for f in Restriction._meta.concrete_fields}).save(force_insert=True)


def test_what_no_source_confirms_restricts_nobody_until_it_is_signed_for(cast: Cast) -> None:
    from tests.rooms.plans.drill import files

    texts = files()
    texts["parameters/stay_days.yaml"] = texts["parameters/stay_days.yaml"].replace(
        "value: 7, source: drill_1, status: confirmed", "value: 7, source: drill_1, status: unconfirmed"
    )
    install(cast, texts)
    key = contact(cast)
    assert decide(cast, key)["binding"] is False
    assert refused(lambda: order(cast, key)).reason is Reason.APPROVAL_MISSING
    signing: dict[str, Any] = {
        "pack": PACK,
        "what": "parameter",
        "name": "stay_days",
        "document": "清防指办〔2026〕3号",
        "dated": str(today()),
    }
    assert (
        refused(lambda: act("plan.sign_off", cast.as_("leader"), new_id(), signing | {"value": 9})).reason
        is Reason.NOT_FOUND
    )
    act("plan.sign_off", cast.as_("leader"), new_id(), signing | {"value": 7})
    assert order(cast, key)["state"] == "active"
    assert Decision.objects.latest("at").signed


def test_facts_typed_by_hand_need_another_organisation(town: Cast) -> None:
    key = person(town)
    stated = {"last_exposure": str(today() - timedelta(days=1))}
    made = decide(town, key, facts=stated)["decision"]
    issue: dict[str, Any] = {"decision": made, "legal_basis": LAW}
    assert refused(lambda: town.act("street", "restriction.issue", **issue)).reason is Reason.EVIDENCE_MISSING
    done = town.act("street", "restriction.issue", **issue, evidence=["流调报告 12 号"]).result
    assert done["state"] == "pending"
    assert not restricts(only(), today())
    assert not Notice.objects.exists()
    for who, reason in (
        ("street", Reason.SAME_PERSON),
        ("street_colleague", Reason.SAME_UNIT),
        ("next_street", Reason.NOT_FOUND),
    ):
        assert (
            refused(lambda w=who: town.act(w, "restriction.confirm", order=done["order"], agree=True)).reason is reason
        )
    assert refused(lambda: town.act("hq", "restriction.confirm", order=done["order"], agree=False)).field == "note"
    town.act("hq", "restriction.confirm", order=done["order"], agree=True)
    assert restricts(only(), today())
    assert only().confirmed_org == organisation(town.units["office"].pk)


def test_the_offices_of_the_headquarters_are_one_organisation(town: Cast) -> None:
    top = Unit.objects.create(name="指挥部", kind="headquarters", area=town.areas["district"], active_from=SINCE)
    assert organisation(town.units["office"].pk) == top.pk
    assert organisation(town.units["east_street"].pk) == town.units["east_street"].pk


def test_a_subordinate_unit_does_not_confirm_for_the_one_above(town: Cast) -> None:
    below = town.units["spring_community"]
    below.parent = town.units["east_street"]
    below.save()
    post = Post.objects.create(unit=below, title="x", role="street_officer")
    PostHolding.objects.create(post=post, account=town.accounts["grid_worker"], from_date=SINCE)
    key = person(town)
    made = decide(town, key, facts={"last_exposure": str(today())})["decision"]
    done = town.act("street", "restriction.issue", decision=made, legal_basis=LAW, evidence=["口头报告"]).result
    found = refused(lambda: town.act("grid_worker", "restriction.confirm", order=done["order"], agree=True))
    assert found.reason is Reason.SAME_UNIT


def test_who_has_a_post_in_the_issuing_organisation_confirms_by_no_other_post(town: Cast) -> None:
    post = Post.objects.create(unit=town.units["east_street"], title="x", role="grid_worker")
    second = PostHolding.objects.create(post=post, account=town.accounts["hq"], from_date=SINCE)
    made = decide(town, person(town), facts={"last_exposure": str(today())})["decision"]
    done = town.act("street", "restriction.issue", decision=made, legal_basis=LAW, evidence=["口头报告"]).result
    assert refused(lambda: town.act("hq", "restriction.confirm", order=done["order"], agree=True)).reason is Reason.SAME_UNIT
    assert reverse("order_confirm", args=[done["order"]]) not in signed_in(town, "hq").get(reverse("order", args=[done["order"]])).content.decode()
    second.delete()  # the twin: it was that post
    assert reverse("order_confirm", args=[done["order"]]) in signed_in(town, "hq").get(reverse("order", args=[done["order"]])).content.decode()
    town.act("hq", "restriction.confirm", order=done["order"], agree=True)
    assert only().state == "active"


def test_who_confirmed_an_order_does_not_answer_the_appeal(town: Cast) -> None:
    office, street = town.units["office"].pk, town.units["east_street"].pk
    assert reviewer(street) == office
    assert reviewer(street, office) not in (None, office, street)


def cohort(cast: Cast, many: int, area: str = "spring") -> list[str]:
    return [contact(cast, days_ago=1, area=area, name=f"何{SIGNS[n]}") for n in range(many)]


def issue_batch(cast: Cast, who: str = "hq", area: str = "district", **more: Any) -> dict[str, Any]:
    payload = {
        "title": "六月一日密接",
        "pack": PACK,
        "table": TABLE,
        "area": cast.areas[area].pk,
        "legal_basis": LAW,
    } | more
    return cast.act(who, "restriction.batch", **payload).result


def test_a_small_batch_binds_at_once_and_a_large_one_only_when_confirmed(town: Cast) -> None:
    cohort(town, 3)
    free = person(town, "何必")
    tried = act(
        "restriction.batch",
        town.as_("hq"),
        new_id(),
        {"title": "先试一试", "pack": PACK, "table": TABLE, "area": town.areas["district"].pk, "legal_basis": LAW},
        dry_run=True,
    )
    assert (tried.result["orders"], Restriction.objects.count()) == (3, 0)
    assert issue_batch(town, people=[free])["not_on_table"] == 1
    done = issue_batch(town)
    assert (done["orders"], done["pending"]) == (3, False)
    assert issue_batch(town)["left_out"] == {"under_order": 3}
    more = cohort(town, 21)
    large = issue_batch(town, people=more)
    assert (large["orders"], large["pending"]) == (21, True)
    assert Restriction.objects.filter(state="active").count() == 3
    assert (
        refused(lambda: town.act("hq", "restriction.confirm", batch=large["batch"], agree=True)).reason
        is Reason.SAME_PERSON
    )


def test_a_batch_of_one_street_is_confirmed_by_the_office(town: Cast) -> None:
    cohort(town, 21)
    large = issue_batch(town, "street", "east")
    assert town.act("hq", "restriction.confirm", batch=large["batch"], agree=True).result == {
        "confirmed": 21,
        "refused": 0,
    }
    assert Restriction.objects.filter(state="active").count() == 21
    assert Notice.objects.count() == 21


def test_a_street_confirms_its_own_part_of_what_was_issued_for_the_district(town: Cast) -> None:
    cohort(town, 11)
    cohort(town, 11, "reed")
    large = issue_batch(town)
    assert town.act("street", "restriction.confirm", batch=large["batch"], agree=True).result["confirmed"] == 11
    assert Restriction.objects.filter(state="pending").count() == 11
    assert (
        refused(lambda: town.act("street", "restriction.confirm", batch=large["batch"], agree=True)).reason
        is Reason.WRONG_STAGE
    )
    assert (
        town.act(
            "next_street", "restriction.confirm", batch=large["batch"], agree=False, note="名单有误，未核实"
        ).result["refused"]
        == 11
    )
    assert set(Restriction.objects.filter(person__area=town.areas["reed"]).values_list("state", flat=True)) == {
        "refused"
    }


def test_an_order_ends_by_itself_and_then_restricts_nobody(town: Cast) -> None:
    order(town, contact(town))
    row = only()
    assert not restricts(row, row.ends_on + timedelta(days=1))  # before any job has run
    later = timezone.now() + timedelta(days=30)
    assert act("restriction.lapse", SYSTEM, new_id(), {}, now=later).result == {"lapsed": 1}
    assert (only().state, only().end_reason) == ("lapsed", "lapsed")
    assert list(Notice.objects.order_by("pk").values_list("what", flat=True)) == ["issued", "lapsed"]


def test_it_goes_on_only_by_a_new_decision(town: Cast) -> None:
    key = contact(town, days_ago=5)
    first = order(town, key)["order"]
    old = only().decision_id
    assert (
        refused(lambda: town.act("street", "restriction.renew", order=first, decision=str(old), legal_basis=LAW)).field
        == "decision"
    )
    fact(town, key, "exposure", 1, setting="household", closeness="close")
    fresh = decide(town, key)["decision"]
    done = town.act("street", "restriction.renew", order=first, decision=fresh, legal_basis=LAW).result
    assert done["until"] == str(today() + timedelta(days=9))
    assert list(Restriction.objects.order_by("issued_at").values_list("state", flat=True)) == ["renewed", "active"]


def test_the_next_street_neither_sees_nor_lifts(town: Cast) -> None:
    done = order(town, contact(town))
    for verb, more in (
        ("restriction.release", {"reason": "rule_met", "note": "解除"}),
        ("restriction.confirm", {"agree": True}),
    ):
        assert (
            refused(lambda v=verb, m=more: town.act("next_street", v, order=done["order"], **m)).reason
            is Reason.NOT_FOUND
        )
    town.act("street", "restriction.release", order=done["order"], reason="rule_met", note="达到标准")
    assert only().state == "lifted"
    assert (
        refused(
            lambda: town.act("street", "restriction.release", order=done["order"], reason="rule_met", note="达到标准")
        ).reason
        is Reason.WRONG_STAGE
    )


def test_an_upheld_appeal_lifts_the_order_in_the_same_act(town: Cast) -> None:
    key, other = contact(town), contact(town, name="何安")
    first = order(town, key)["order"]
    payload = {
        "kind": "appeal",
        "title": "对隔离措施的申诉",
        "owner_unit": town.units["east_street"].pk,
        "origin": "order",
        "origin_ref": first,
    }
    wrong = town.act("community", "loop.open", **payload, person=other).result["loop"]
    right = town.act("community", "loop.open", **payload, person=key).result["loop"]
    for loop in (wrong, right):
        assert only().state == "active"
        town.act(
            "street",
            "loop.advance",
            loop=loop,
            step="state",
            evidence=[{"key": "grounds", "type": "text", "text": "依据在册暴露史"}],
        )
        assert (
            refused(
                lambda x=loop: town.act(
                    "street",
                    "loop.advance",
                    loop=x,
                    step="uphold",
                    evidence=[{"key": "answer", "type": "text", "text": "同意"}],
                )
            ).reason
            is Reason.NOT_OWNER
        )
        town.act(
            "hq",
            "loop.advance",
            loop=loop,
            step="uphold",
            evidence=[{"key": "answer", "type": "text", "text": "核实为误判，予以解除"}],
        )
    assert (only().state, only().end_reason) == ("lifted", "appeal")


def test_care_always_passes_and_is_reviewed_within_a_day(town: Cast) -> None:
    key = contact(town)
    order(town, key)
    done = town.act("site_officer", "care.pass", need="dialysis", code=only().code, place="东门").result
    town.act("grid_worker", "care.pass", need="emergency")
    assert CarePass.objects.get(pk=done["pass"]).person_id is not None
    loop = Loop.objects.get(pk=done["loop"])
    assert (loop.kind, loop.owner_unit_id, loop.due_at - loop.opened_at) == (
        "care_review",
        town.units["site"].pk,
        timedelta(hours=24),
    )
    town.act(
        "site_officer",
        "loop.advance",
        loop=done["loop"],
        step="note",
        evidence=[{"key": "care", "type": "text", "text": "区医院血透室"}],
    )
    town.act(
        "hq",
        "loop.advance",
        loop=done["loop"],
        step="review",
        evidence=[{"key": "found", "type": "text", "text": "已透析，返回"}],
    )
    assert Loop.objects.get(pk=done["loop"]).closed_at is not None


def test_a_list_of_1317_names_restricts_nobody_and_an_outside_party_is_told(town: Cast) -> None:
    """Zhengzhou, June 2022: 1,317 people were given red codes by a list. Here the list is stopped, and those who watch hear of it."""
    real = contact(town)
    names = [person(town, f"何{c}") for c in SIGNS[:5]]
    payload = {
        "source": "某专班",
        "claim": "赋红码",
        "people": [real, *names],
        "unknown": 1311,
        "pack": PACK,
        "table": TABLE,
    }
    done = town.act("hq", "restriction.check_list", **payload).result
    assert (done["people"], done["blocked"], done["ground"]) == (1317, True, [])
    assert not Restriction.objects.exists()
    row = OutsideList.objects.get()
    assert (row.with_ground, row.told_id) == (1, town.units["discipline_unit"].pk)
    loop = Loop.objects.get(origin="outside_list")
    assert (loop.owner_unit_id, loop.opener_account_id, loop.urgent) == (town.units["discipline_unit"].pk, None, True)
    assert "1,317" in loop.detail
    quiet = town.act("hq", "restriction.check_list", **payload | {"claim": "", "unknown": 0, "people": [real]}).result
    assert (quiet["blocked"], quiet["ground"]) == (False, [real])


def test_a_wrong_cohort_is_reversed_in_one_act_by_two_people(town: Cast) -> None:
    cohort(town, 4)
    cohort(town, 2, "reed")
    batch = issue_batch(town)["batch"]
    area = town.areas["district"].pk
    assert (
        refused(lambda: town.act("hq", "restriction.reverse", area=area, reason="取数错误，全部作废")).reason
        is Reason.MISSING_VALUE
    )
    assert (
        refused(
            lambda: town.act("street", "restriction.reverse", area=area, batch=batch, reason="取数错误，全部作废")
        ).reason
        is Reason.NOT_FOUND
    )
    done = town.act("hq", "restriction.reverse", area=area, batch=batch, reason="取数错误，全部作废").result
    assert done["orders"] == 6
    assert Restriction.objects.filter(state="active").count() == 6
    assert (
        refused(lambda: town.act("hq", "restriction.reverse_confirm", reversal=done["reversal"], agree=True)).reason
        is Reason.SAME_PERSON
    )
    assert (
        refused(lambda: town.act("street", "restriction.reverse_confirm", reversal=done["reversal"], agree=True)).reason
        is Reason.NOT_FOUND
    )
    assert (
        town.act("leader", "restriction.reverse_confirm", reversal=done["reversal"], agree=True).result["lifted"] == 6
    )
    assert set(Restriction.objects.values_list("state", "end_reason")) == {("lifted", "reversed")}
    assert Notice.objects.filter(what="lifted", text="取数错误，全部作废").count() == 6
    assert Event.objects.filter(what="order_lifted").count() == 6
    assert Reversal.objects.get().lifted == 6


# sabotage: past the program, straight at the database


def _sql(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("decision_id", None, "binding decision"), ("evidence", "[]", "evidence says something"), ("legal_basis", "  ", "order_has_legal_basis"),
        ("rule", "", "binding decision"), ("ends_on", None, "ends_on"), ("ends_on", "2099-01-01", "order_within_rule"),
        ("rule_ends_on", "2099-01-01", "binding decision"), ("legal_basis", None, "legal_basis"), ("evidence", None, "evidence"),
        ("by_hand", True, "order_by_hand_needs_two"), ("state", "pending", "order_by_hand_needs_two"), ("person_id", "other", "binding decision"),
    ],
)  # fmt: skip
def test_the_database_refuses_an_order_without_ground(town: Cast, column: str, value: Any, constraint: str) -> None:
    order(town, contact(town))
    row = only()
    value = person(town, "何安") if value == "other" else value
    town.act("street", "restriction.release", order=str(row.pk), reason="rule_met", note="解除")
    names = [f.column for f in Restriction._meta.concrete_fields]
    given = {
        "id": "gen_random_uuid()",
        "code": "'OTHERCODE'",
        "state": "'active'",
        "ended_at": "null",
        "ended_by_id": "null",
        "end_reason": "''",
        "end_note": "''",
        "renews_id": "null",
    }
    given[column] = "%s"
    select = ", ".join(given.get(n, f'"{n}"') for n in names)
    insert = f"insert into trust_restriction ({', '.join(chr(34) + n + chr(34) for n in names)}) select {select} from trust_restriction"
    with pytest.raises(Error, match=constraint):
        _sql(insert, value)
    given[column] = f'"{column}"' if column not in ("state",) else "'active'"
    select = ", ".join(given.get(n, f'"{n}"') for n in names)
    _sql(
        f"insert into trust_restriction ({', '.join(chr(34) + n + chr(34) for n in names)}) select {select} from trust_restriction"
    )  # the twin: unspoilt it goes in


def test_the_database_refuses_a_single_organisation_and_a_second_life(town: Cast) -> None:
    key = person(town)
    made = decide(town, key, facts={"last_exposure": str(today())})["decision"]
    town.act("street", "restriction.issue", decision=made, legal_basis=LAW, evidence=["口头报告"])
    same = (
        "update trust_restriction set state = 'active', confirmed_at = now(), confirmed_by_id = %s, confirmed_org = %s"
    )
    colleague, office = town.accounts["street_colleague"].pk, town.units["office"].pk
    with pytest.raises(Error, match="order_two_organisations"):
        _sql("update trust_restriction set state = 'active'")
    with pytest.raises(Error, match="order_two_organisations"):
        _sql(same, colleague, town.units["east_street"].pk)
    with pytest.raises(Error, match="order_two_organisations"):
        _sql(same, town.accounts["street"].pk, office)
    with pytest.raises(Error, match=r"order_frozen|not changed"):
        _sql("update trust_restriction set ends_on = ends_on - 1")
    with pytest.raises(Error, match="not deleted"):
        _sql("delete from trust_restriction")
    _sql(same, town.accounts["hq"].pk, office)
    _sql("update trust_restriction set state = 'lifted', ended_at = now(), end_reason = 'x'")
    with pytest.raises(Error, match=r"not begin again|not changed"):
        _sql("update trust_restriction set state = 'active', ended_at = null, end_reason = ''")


def test_the_database_refuses_a_decision_that_changes(town: Cast) -> None:
    order(town, contact(town))
    for statement in (
        "update plans_decision set binding = false",
        "delete from plans_decision",
        "update plans_explanation set content = '{}'",
    ):
        with pytest.raises(Error, match="not changed"):
            _sql(statement)
    with pytest.raises(Error, match="not changed"):
        _sql("update plans_packversion set files = '{}'")


def test_merging_two_files_of_one_person_keeps_the_order_and_its_decision(town: Cast) -> None:
    key, twice = contact(town), person(town, "禤静姝")
    order(town, key)
    town.act("hq", "person.merge", kept=twice, folded=key, reason="registered_twice")
    row = only()
    assert str(row.person_id) == str(row.decision.person_id) == twice
    other = contact(town, name="何安")
    order(town, other)
    two = refused(lambda: town.act("hq", "person.merge", kept=twice, folded=other, reason="registered_twice"))
    assert two.reason is Reason.DUPLICATE  # two live orders of one kind: one of them has to be lifted first


def test_a_repeated_click_issues_once(town: Cast) -> None:
    made = decide(town, contact(town))["decision"]
    client, payload = new_id(), {"decision": made, "legal_basis": LAW}
    first = act("restriction.issue", town.as_("street"), client, payload)
    again = act("restriction.issue", town.as_("street"), client, payload)
    assert again.repeated
    assert again.result == first.result
    assert Restriction.objects.count() == 1
    assert refused(lambda: town.act("street", "restriction.issue", **payload)).reason is Reason.DUPLICATE


def test_evidence_refers_to_an_order_without_naming_whom_it_is_about(town: Cast) -> None:
    made = order(town, contact(town, days_ago=2))["order"]
    found = references.parse(f"/orders/{made}")
    assert found is not None
    assert references.resolved(town.as_("hq"), f"/orders/{made}", "link") == f"order:{made}"
    title = references.title_of(town.as_("street"), *found)
    assert isinstance(title, Text)
    assert str(only().ends_on) in title.zh
    assert "禤" not in title.zh
    for who in ("next_street", "dept", "enterprise"):
        assert references.title_of(town.as_(who), *found) is None


def test_whoever_is_under_an_order_needs_somebody_who_answers_for_him(town: Cast) -> None:
    key = contact(town)
    found = lambda who: [g.why for g in gaps(town.as_(who), today()).rows if (g.what, g.id, g.missing) == ("person", str(key), "personal")]  # noqa: E731
    assert found("street") == []
    done = order(town, key)
    assert (found("hq"), found("street"), found("next_street")) == (["never"], ["never"], [])
    page = signed_in(town, "street").get(reverse("gaps"), {"missing": "personal"}).content.decode()
    assert f"kind=personal&amp;person={key}" in page
    post = Post.objects.get(holdings__account=town.accounts["community"])
    town.act("street", "responsibility.assign", kind="personal", person=str(key), post=post.pk)
    assert found("street") == []
    town.act("street", "responsibility.end", responsibility=Responsibility.objects.get().pk)
    assert found("street") == ["ended"]
    town.act("street", "restriction.release", order=done["order"], reason="rule_met", note="达到标准")
    assert found("street") == []
