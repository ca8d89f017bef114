"""Needs and offers from entry to confirmed receipt: who may, what is refused, what goes back to the pool, what a competitor sees."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.matching.helping import DAY, advance, another, deliver, do, entry, one_loop, refused, solved
from tongchou.kernel.errors import Reason
from tongchou.record.access import SYSTEM
from tongchou.record.models import Enterprise, Loop
from tongchou.rooms.matching.catalogue import catalogue, item_of
from tongchou.rooms.matching.models import Entry, Match, Run
from tongchou.rooms.matching.reach import entries_of
from tongchou.rooms.matching.rules import rules
from tongchou.rooms.matching.tasks import compute_run


def test_an_enterprise_enters_its_own_and_words_of_one_thing_come_together(cast: Cast) -> None:
    key = entry(cast, "need", 12, who="enterprise", item=" 一线操作工 ")
    row = Entry.objects.get(pk=key)
    assert (row.item, row.origin, row.area_id, row.essential) == ("worker.operator", "own", cast.units["works"].area_id, False)
    assert {item_of(w).key for w in ("N95口罩", "KN95", "医用防护口罩 | N95口罩", "Protective mask (N95)")} == {"material.n95"}
    assert all(t.zh and t.en for i in catalogue().items.values() for t in (i.title, i.unit))
    unknown = refused(lambda: entry(cast, "need", 1, item="缝仞工"))
    assert (unknown.field, "缝纫工" in unknown.remedy.zh if unknown.remedy else False) == ("item", True)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quantity": 0}, "quantity"), ({"last": "2020-01-01", "first": "2020-01-01"}, "last"), ({"first": "2099-01-01"}, "last"),
        ({"conditions": ["会飞"]}, "conditions"), ({"latitude": 23.1}, "longitude"), ({"latitude": 99, "longitude": 1}, "latitude"), ({"size": 3}, "size"),
        ({"side": "both"}, "side"), ({"price": "-1"}, "price"), ({"weight": 3}, "weight"), ({"essential": True, "who": "enterprise"}, "essential"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_refused_by_name(cast: Cast, change: dict[str, Any], field: str) -> None:
    assert refused(lambda: entry(cast, **({"side": "need", "quantity": 1} | change))).field == field
    assert not Entry.objects.exists()


def test_only_ones_own_and_a_competitor_sees_nothing(cast: Cast) -> None:
    key = entry(cast, "need", 5, who="enterprise")
    assert refused(lambda: entry(cast, "need", 5, who="rival")).reason is Reason.NOT_FOUND
    for who in ("rival", "next_street"):
        assert not entries_of(cast.as_(who)).exists()
        assert refused(lambda who=who: do(cast, who, "match.withdraw", entry=key, reason="不要了")).reason is Reason.NOT_FOUND
    for who in ("enterprise", "street", "community", "dept", "hq", "leader"):
        assert entries_of(cast.as_(who)).count() == 1, who
    assert refused(lambda: do(cast, "enterprise", "match.run", area=cast.areas["spring"].pk, kinds=["worker"])).reason is Reason.NOT_ALLOWED


def test_change_and_withdraw(cast: Cast) -> None:
    key = entry(cast, "need", 5, who="enterprise")
    assert do(cast, "enterprise", "match.change", entry=key, seen_version=1, quantity=8)["version"] == 2
    assert refused(lambda: do(cast, "enterprise", "match.change", entry=key, seen_version=1, quantity=9)).reason is Reason.CONFLICT
    assert refused(lambda: do(cast, "enterprise", "match.change", entry=key, seen_version=2, essential=True)).field == "essential"
    do(cast, "street", "match.change", entry=key, seen_version=2, essential=True)
    do(cast, "enterprise", "match.withdraw", entry=key, reason="已自行招到")
    assert refused(lambda: do(cast, "enterprise", "match.withdraw", entry=key, reason="再撤")).reason is Reason.CONFLICT
    run = Run.objects.get(pk=solved(cast))
    assert (run.figures["needs"], run.figures["proven"]) == (0, True)


def table(cast: Cast, text: str, who: str = "street", **more: Any) -> dict[str, Any]:
    return do(cast, who, "match.import_table", content=base64.b64encode(text.encode()).decode(), filename="供需.csv", **more)


def test_a_table_comes_in_with_every_row_accounted_for(cast: Cast) -> None:
    name, today = cast.units["works"].name, timezone.localdate()
    rows = [
        "供需,品名,数量,单位,起,止,条件,备注", f"需求,电焊工,3,{name},{today},{today + 5 * DAY},持证上岗、可上夜班,",
        f"供给,口罩,\"10,000\",{name},,,,", f"需求,飞碟,3,{name},,,,", f"需求,焊工,三,{name},,,,", "需求,焊工,3,mill 单位,,,,", f"借,焊工,3,{name},,,,",
        f"供给,口罩,10000,{name},,,,", f"需求,焊工,3,{name},{today},{today - DAY},,", f"需求,焊工,2.5,{name},,,,",
    ]  # fmt: skip
    made = table(cast, "\n".join(rows))
    assert (made["rows_in"], made["accepted"], made["rejected"], made["needs"], made["offers"]) == (9, 2, 7, 1, 1)
    assert [r["row"] for r in made["rejects"]] == [4, 5, 6, 7, 8, 9, 10]
    assert [r["field"] for r in made["rejects"]] == ["item", "quantity", "unit", "side", "item", "last", "quantity"]
    assert Entry.objects.get(side="need").conditions == ["night", "skilled"]
    assert refused(lambda: table(cast, "品名,数量\n口罩,3")).field == "header"
    own = table(cast, "类型,名称,人数\n需求,普工,4", who="enterprise", unit=cast.units["works"].pk)
    assert own["accepted"] == 1


def test_a_run_proposes_issues_and_both_sides_confirm_what_really_came(cast: Cast) -> None:
    need, offer = entry(cast, "need", 10, unit="mill"), entry(cast, "offer", 8, who="enterprise")
    run = solved(cast)
    row = Run.objects.get(pk=run)
    assert (row.state, row.figures["pairs"], row.figures["proven"]) == ("ready", 1, True)
    assert not Loop.objects.filter(kind="match").exists()  # a proposal promises nothing
    assert Entry.objects.get(pk=need).committed == 0
    assert do(cast, "dept", "match.issue", run=run)["loops"] == 1
    assert refused(lambda: do(cast, "dept", "match.issue", run=run)).reason is Reason.WRONG_STAGE
    loop = one_loop()
    assert (loop.owner_unit_id, loop.subject_unit_id) == (cast.units["works"].pk, cast.units["mill"].pk)
    assert [e.committed for e in (Entry.objects.get(pk=need), Entry.objects.get(pk=offer))] == [8, 8]
    for wrong in (9, -1):
        assert refused(lambda wrong=wrong: _deliver_again(cast, loop, wrong)).field == "evidence.received"
    assert refused(lambda: advance(cast, "enterprise", loop.pk, "receive")).reason is not None  # not by the side that delivered
    advance(cast, "rival", loop.pk, "receive", evidence=[{"key": "received", "type": "number", "number": "6"}])
    match = Match.objects.get()
    assert (match.state, match.received) == ("done", 6)
    assert [e.committed for e in (Entry.objects.get(pk=need), Entry.objects.get(pk=offer))] == [6, 6]  # two of each are in the pool again
    again = Run.objects.get(pk=solved(cast))
    assert again.pairs.get().quantity == 2


def _deliver_again(cast: Cast, loop: Loop, received: int) -> None:
    if Loop.objects.get(pk=loop.pk).stage == "confirming":
        advance(cast, "rival", loop.pk, "receive", evidence=[{"key": "received", "type": "number", "number": str(received)}])
    else:
        deliver(cast, loop.pk, "enterprise", "rival", received)


@pytest.mark.parametrize(("who", "step"), [("enterprise", "decline"), ("rival", "call_off"), ("dept", "call_off")])
def test_what_comes_to_nothing_goes_back_to_the_pool(cast: Cast, who: str, step: str) -> None:
    entry(cast, "need", 10, unit="mill")
    entry(cast, "offer", 8)
    do(cast, "dept", "match.issue", run=solved(cast))
    assert set(Entry.objects.values_list("committed", flat=True)) == {8}
    advance(cast, who, one_loop().pk, step, note="情况有变")
    assert set(Entry.objects.values_list("committed", flat=True)) == {0}
    assert Match.objects.get().state == "ended"


def test_two_runs_cannot_promise_the_same_thing(cast: Cast) -> None:
    entry(cast, "need", 10, unit="mill")
    entry(cast, "offer", 8)
    one, two = solved(cast), solved(cast)
    do(cast, "dept", "match.issue", run=one)
    late = refused(lambda: do(cast, "dept", "match.issue", run=two))
    assert late.reason is Reason.CONFLICT
    assert Match.objects.count() == 1
    third = solved(cast)
    assert Run.objects.get(pk=third).figures["pairs"] == 0
    assert refused(lambda: do(cast, "dept", "match.issue", run=third)).field == "run"


def test_the_database_refuses_to_promise_more_than_there_is(cast: Cast) -> None:
    key = entry(cast, "offer", 8)
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.filter(pk=key).update(committed=9)
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table matching_entry drop constraint entry_not_overcommitted")
    Entry.objects.filter(pk=key).update(committed=9)


def test_a_changed_entry_makes_a_run_stale(cast: Cast) -> None:
    entry(cast, "need", 10, unit="mill")
    offer = entry(cast, "offer", 8)
    run = solved(cast)
    do(cast, "hq", "match.change", entry=offer, seen_version=1, note="换了仓库")
    stale = refused(lambda: do(cast, "dept", "match.issue", run=run))
    assert (stale.reason, stale.details["entries"]) == (Reason.CONFLICT, [offer])


def test_pins_bars_and_weights_need_a_reason_and_hold(cast: Cast) -> None:
    another(cast, "third", "spring")
    plain, vital = entry(cast, "need", 5, unit="mill"), entry(cast, "need", 5, unit="third", essential=True)
    offer = entry(cast, "offer", 6)
    first = solved(cast)
    got = {str(n.need_id): n.covered for n in Run.objects.get(pk=first).needs.all()}
    assert got == {vital: 5, plain: 1}  # the essential list first
    assert refused(lambda: solved(cast, weights={"essential_points": 0})).field == "reason"
    assert refused(lambda: solved(cast, weights={"luck": 1}, reason="试一试")).reason is Reason.UNKNOWN_FIELD
    assert refused(lambda: solved(cast, weights={"most_km": 0}, reason="试一试")).field == "weights.most_km"
    even = Run.objects.get(pk=solved(cast, weights={"essential_points": 0}, reason="同等对待", based_on=first))
    assert sorted(n.covered for n in even.needs.all()) == [3, 3]
    assert even.changed == {"essential_points": 0}
    pinned = Run.objects.get(pk=solved(cast, pinned=[{"need": plain, "offer": offer, "quantity": 4}], reason="已谈妥"))
    assert {str(n.need_id): n.covered for n in pinned.needs.all()} == {plain: 4, vital: 2}
    barred = Run.objects.get(pk=solved(cast, forbidden=[{"need": vital, "offer": offer}], reason="有纠纷"))
    assert {str(n.need_id): (n.covered, n.reason) for n in barred.needs.all()} == {plain: (5, ""), vital: (0, "forbidden")}
    assert refused(lambda: solved(cast, pinned=[{"need": offer, "offer": plain, "quantity": 1}], reason="写反了")).field == "pinned"


def test_the_register_says_who_is_small_and_who_is_essential(cast: Cast) -> None:
    Enterprise.objects.create(unit=cast.units["mill"], size="micro", lists=["essential"], changed_at=timezone.now())
    known, other = (Entry.objects.get(pk=entry(cast, "need", 1, unit=u)) for u in ("mill", "works"))
    assert [(e.small, e.essential) for e in (known, other)] == [(True, True), (False, False)]


def test_late_needs_rise_by_steps_and_never_above_the_essential_list(cast: Cast) -> None:
    today = timezone.localdate()
    another(cast, "third", "spring")
    late, vital = entry(cast, "need", 5, unit="mill", first=str(today - 30 * DAY)), entry(cast, "need", 5, unit="third", essential=True)
    fresh = entry(cast, "need", 5, unit="mill", note="新增")
    entry(cast, "offer", 11)
    points = {str(n.need_id): (n.points, n.covered) for n in Run.objects.get(pk=solved(cast)).needs.all()}
    held = {k: r.value for k, r in rules(today).items()}
    assert points == {vital: (held["essential_points"], 5), late: (held["late_points"] * held["late_most_steps"], 5), fresh: (0, 1)}


def test_a_street_matches_its_own_and_the_job_computes_what_is_large(cast: Cast) -> None:
    entry(cast, "need", 5)
    entry(cast, "offer", 5, unit="mill")
    key = do(cast, "street", "match.run", area=cast.areas["east"].pk, kinds=["worker"])["run"]
    compute_run(run=key)
    compute_run(run=key)  # a second worker finds it done
    row = Run.objects.get(pk=key)
    assert (row.state, row.needs.get().reason) == ("ready", "no_offer")  # the mill's street is not this one's to hand out
    assert refused(lambda: do(cast, "next_street", "match.issue", run=key)).reason is Reason.NOT_FOUND
    assert refused(lambda: do(cast, "street", "match.run", area=cast.areas["district"].pk, kinds=["worker"])).reason is Reason.NOT_FOUND
    do(cast, "street", "match.drop", run=key)
    assert SYSTEM.permits("match.fail")


def test_a_run_that_breaks_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ArithmeticError("too large")

    monkeypatch.setattr("tongchou.rooms.matching.solving.match", broken)
    key = do(cast, "dept", "match.run", area=cast.areas["district"].pk, kinds=["worker"])["run"]
    compute_run(run=key)
    row = Run.objects.get(pk=key)
    assert (row.state, row.failure) == ("failed", "ArithmeticError: too large")
