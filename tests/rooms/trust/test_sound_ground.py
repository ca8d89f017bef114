"""What the database refuses of an order whatever the program says; and a large cohort that is cut in small batches."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import Error

from tests.cast import Cast
from tests.rooms.plans.drill import LAW, contact, decide, install, order, person, today
from tests.rooms.trust.test_orders import cohort, issue_batch, only, refused
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.models import Loop
from tongchou.rooms.trust.models import OrderBatch, Restriction

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(cast: Cast) -> Cast:
    install(cast)
    return cast


def again(row: Restriction, **changed: Any) -> Restriction:
    """Store a copy of an order past every verb."""
    fields = {f.attname: getattr(row, f.attname) for f in Restriction._meta.concrete_fields}
    copy = Restriction(**(fields | {"id": new_id(), "code": f"C{str(new_id())[-10:]}", "state": "active", "ended_at": None, "ended_by_id": None,
                                    "end_reason": "", "end_note": ""} | changed))  # fmt: skip
    with transaction.atomic():
        copy.save(force_insert=True)
    return copy


@pytest.mark.parametrize("evidence", [[""], [None], [" 　"], ["", None], [{}], ["\t\n"], ["。"]])
def test_evidence_that_says_nothing_is_none(town: Cast, evidence: list[Any]) -> None:
    order(town, contact(town))
    row = only()
    town.act("street", "restriction.release", order=str(row.pk), reason="rule_met", note="解除")
    with pytest.raises(Error, match="evidence"):
        again(row, evidence=evidence)
    again(row, evidence=["", "流调报告 12 号"])  # the twin: something is said


def test_an_order_is_of_the_table_that_decided(town: Cast) -> None:
    order(town, contact(town))
    row = only()
    town.act("street", "restriction.release", order=str(row.pk), reason="rule_met", note="解除")
    with pytest.raises(Error, match="binding decision"):
        again(row, table="secondary_contact")


def test_the_issuing_unit_confirms_nothing_under_another_number(town: Cast) -> None:
    made = decide(town, person(town), facts={"last_exposure": str(today())})["decision"]
    town.act("street", "restriction.issue", decision=made, legal_basis=LAW, evidence=["口头报告"])
    row = only()
    confirmed = {"state": "active", "confirmed_at": row.issued_at, "confirmed_by_id": town.accounts["hq"].pk}
    forged = confirmed | {"confirmed_org": row.issuer_org + 999, "confirmed_unit_id": row.issuer_id}
    with pytest.raises(Error, match="order_two_units"), transaction.atomic():
        Restriction.objects.filter(pk=row.pk).update(**forged)
    Restriction.objects.filter(pk=row.pk).update(**(forged | {"confirmed_unit_id": town.units["office"].pk}))  # the twin


def test_a_large_cohort_cut_in_small_batches_is_a_large_one(town: Cast) -> None:
    people = cohort(town, 23)
    first = issue_batch(town, people=people[:12])
    assert (first["orders"], first["pending"]) == (12, False)
    second = issue_batch(town, people=people[12:20])
    assert (second["orders"], second["pending"]) == (8, False)  # twenty in all: no more than small
    third = issue_batch(town, people=people[20:])
    assert (third["orders"], third["pending"]) == (3, True)
    assert Restriction.objects.filter(state="active").count() == 20


def test_after_a_day_small_batches_are_small_again(town: Cast) -> None:
    people = cohort(town, 22)
    issue_batch(town, people=people[:20])
    later = Restriction.objects.first()
    assert later is not None
    from tongchou.rooms.trust.orders import small_today

    assert small_today(later.issuer_org, later.table, later.issued_at) == 20
    assert small_today(later.issuer_org, later.table, later.issued_at + timedelta(hours=25)) == 0


def test_the_database_counts_the_members_of_a_batch_not_what_the_batch_says(town: Cast) -> None:
    people = cohort(town, 21)
    issue_batch(town, people=people[:20])
    batch = OrderBatch.objects.get()
    row = Restriction.objects.first()
    assert row is not None
    made = decide(town, people[20])
    others = {"person_id": people[20], "decision_id": made["decision"], "batch_id": batch.pk}
    assert batch.orders == 20
    with pytest.raises(Error, match="two organisations"):
        again(row, **others)
    again(row, **others, two_needed=True, state="pending")  # the twin: it waits for a second organisation


def test_an_order_that_would_be_over_is_not_issued(town: Cast) -> None:
    key = contact(town, days_ago=4)
    found = refused(lambda: order(town, key, until=str(today() - timedelta(days=1))))
    assert (found.field, found.reason) == ("until", Reason.INVALID_VALUE)
    assert order(town, key, until=str(today()))["until"] == str(today())


def test_silence_of_the_unit_that_decided_does_not_hold_an_appeal_up(town: Cast) -> None:
    """Nobody is turned down unheard; the office has another unit state the grounds, and upholds."""
    key = contact(town)
    made = order(town, key)["order"]
    owner = town.units["east_street"].pk
    said = {"kind": "appeal", "title": "对隔离措施的申诉", "owner_unit": owner, "origin": "order", "origin_ref": made, "person": key}
    loop = town.act("community", "loop.open", **said).result["loop"]
    answer = [{"key": "answer", "type": "text", "text": "核实为误判，予以解除"}]
    early = refused(lambda: town.act("hq", "loop.advance", loop=loop, step="reject", evidence=answer))
    assert early.reason is Reason.WRONG_STAGE
    town.act("hq", "loop.advance", loop=loop, step="redirect", to_unit=town.units["spring_community"].pk, note="原单位逾期未说明")
    grounds = [{"key": "grounds", "type": "text", "text": "查无暴露记录"}]
    town.act("community", "loop.advance", loop=loop, step="state", evidence=grounds)
    town.act("hq", "loop.advance", loop=loop, step="uphold", evidence=answer)
    assert (only().state, only().end_reason) == ("lifted", "appeal")


@pytest.mark.parametrize("issuer", ["hq", "street"])
def test_who_issued_an_order_turns_no_appeal_down_whoever_stated_the_grounds(town: Cast, issuer: str) -> None:
    key = contact(town)
    found = decide(town, key)["decision"]
    made = town.act(issuer, "restriction.issue", decision=found, legal_basis=LAW, evidence=["流调记录"]).result["order"]
    said = {"kind": "appeal", "title": "对隔离措施的申诉", "owner_unit": town.units["east_street"].pk, "origin": "order", "origin_ref": made, "person": key}
    loop = town.act("community", "loop.open", **said).result["loop"]
    town.act("hq", "loop.advance", loop=loop, step="redirect", to_unit=town.units["spring_community"].pk, note="原单位逾期未说明")
    town.act("community", "loop.advance", loop=loop, step="state", evidence=[{"key": "grounds", "type": "text", "text": "查有暴露记录"}])
    answer = [{"key": "answer", "type": "text", "text": "依据充分，维持原措施"}]
    if issuer == "hq":
        assert refused(lambda: town.act("hq", "loop.advance", loop=loop, step="reject", evidence=answer)).reason is Reason.SAME_UNIT
    else:  # the twin: another unit issued it
        town.act("hq", "loop.advance", loop=loop, step="reject", evidence=answer)
    assert Loop.objects.get(pk=loop).end_reason == ("" if issuer == "hq" else "refused")
    assert only().state == "active"
