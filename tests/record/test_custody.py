"""Custody: one holder at every moment, two-sided hand-over, an account that balances."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from tests.cast import Cast
from tongchou.kernel.errors import Reason, Refusal
from tongchou.record.access import SYSTEM
from tongchou.record.actions import handovers
from tongchou.record.custody_alarm import raise_alarms
from tongchou.record.models import Custody, Handover, Holding, Loop, Post, Unit
from tongchou.record.questions.custody import balances, held, open_offers


def take(cast: Cast, *codes: str, who: str = "site_officer", unit: str = "site") -> list[str]:
    items = [{"item": code} for code in codes]
    payload = {"purpose": "sample", "unit": cast.units[unit].pk, "holder_kind": "site", "items": items}
    return list(cast.act(who, "custody.take_in", **payload).result["custodies"])


def offer(cast: Cast, ids: list[str]) -> str:
    payload = {"custodies": ids, "to_unit": cast.units["bus"].pk, "to_kind": "vehicle"}
    return str(cast.act("site_officer", "custody.offer", **payload).result["handover"])


def reason(cast: Cast, who: str, verb: str, **payload: object) -> Reason:
    with pytest.raises(Refusal) as caught:
        cast.act(who, verb, **payload)
    return caught.value.reason


def holder(custody: str) -> tuple[str, int | None]:
    row = Holding.objects.get(custody=custody, until=None)
    return row.holder_kind, row.unit_id


def test_the_giver_holds_until_the_other_side_accepts(cast: Cast) -> None:
    (tube,) = take(cast, "T-1")
    handover = offer(cast, [tube])
    assert holder(tube) == ("site", cast.units["site"].pk)
    assert [o.items for o in open_offers(cast.as_("driver"))] == [1]
    cast.act("driver", "custody.accept", handover=handover)
    assert holder(tube) == ("vehicle", cast.units["bus"].pk)
    assert Holding.objects.filter(custody=tube).count() == 2


def at_the_laboratory(cast: Cast) -> tuple[str, str]:
    """A person and a tube, offered by the site to a laboratory, whose officer is the inspector's account. Returns hand-over and person."""
    lab = Unit.objects.create(name="检测机构", kind="lab", area=cast.areas["east"], active_from=date(2020, 1, 1))
    Post.objects.filter(holdings__account=cast.accounts["inspector"]).update(unit=lab, role="lab_officer")
    cast.units["lab"] = lab
    person = str(cast.act("street", "person.register", area=cast.areas["spring"].pk, name="禤静姝", phone="").result["person"])
    site = {"purpose": "isolation", "unit": cast.units["site"].pk, "holder_kind": "site"}
    stays = cast.act("site_officer", "custody.take_in", **site, items=[{"person": person}, {"item": "T-1"}]).result["custodies"]
    given = cast.act("site_officer", "custody.offer", custodies=stays, to_unit=lab.pk, to_kind="lab").result["handover"]
    return str(given), person


def test_who_handles_things_does_not_hold_people(cast: Cast) -> None:
    handover, person = at_the_laboratory(cast)
    assert reason(cast, "inspector", "custody.accept", handover=handover) is Reason.NOT_ALLOWED
    stay = str(Custody.objects.get(person=person).pk)
    assert cast.act("inspector", "custody.accept", handover=handover, missing=[stay]).result == {"accepted": 1, "missing": 1}
    unit = {"unit": cast.units["lab"].pk, "holder_kind": "lab"}
    assert reason(cast, "inspector", "custody.found", custodies=[stay], note="在", **unit) is Reason.NOT_ALLOWED
    cast.act("street", "custody.found", custodies=[stay], note="在", unit=cast.units["site"].pk, holder_kind="site")
    cast.act("site_officer", "custody.let_out", custodies=[stay], reason="released")
    assert reason(cast, "inspector", "custody.take_in", purpose="isolation", items=[{"person": person}], **unit) is Reason.NOT_ALLOWED
    cast.act("inspector", "custody.take_in", purpose="sample", items=[{"item": "T-2"}], **unit)


def test_without_the_check_a_laboratory_would_hold_people(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    handover, _ = at_the_laboratory(cast)
    monkeypatch.setattr(handovers, "may_hold_people", lambda context, unit: None)
    assert cast.act("inspector", "custody.accept", handover=handover).result["accepted"] == 2


def test_one_side_cannot_do_both(cast: Cast) -> None:
    (tube,) = take(cast, "T-1")
    handover = offer(cast, [tube])
    assert reason(cast, "site_officer", "custody.accept", handover=handover) is Reason.NOT_HOLDER
    assert reason(cast, "next_street", "custody.accept", handover=handover) is Reason.NOT_FOUND


def test_what_is_missing_at_the_hand_over_shouts(cast: Cast) -> None:
    tubes = take(cast, "T-1", "T-2")
    outcome = cast.act("driver", "custody.accept", handover=offer(cast, tubes), missing=[tubes[1]])
    assert outcome.result == {"accepted": 1, "missing": 1}
    assert holder(tubes[1]) == ("unlocated", None)
    assert raise_alarms() == 1
    assert raise_alarms() == 0
    loop = Loop.objects.get(kind="unlocated")
    assert (loop.origin_ref, loop.owner_unit_id) == (tubes[1], cast.units["site"].pk)
    assert held(cast.as_("street"))[0][0].holder_kind == "unlocated"


def test_a_late_hand_over_shouts(cast: Cast) -> None:
    handover = offer(cast, take(cast, "T-1"))
    assert raise_alarms(timezone.now()) == 0
    assert raise_alarms(timezone.now() + timedelta(hours=3)) == 1
    assert Loop.objects.get(origin="handover").origin_ref == handover


def test_the_same_thing_cannot_be_taken_in_twice(cast: Cast) -> None:
    take(cast, "T-1")
    with pytest.raises(Refusal) as caught:
        take(cast, "T-1")
    assert caught.value.reason is Reason.TWO_HOLDERS


def test_two_open_offers_for_one_thing_are_refused(cast: Cast) -> None:
    tubes = take(cast, "T-1")
    offer(cast, tubes)
    with pytest.raises(Refusal) as caught:
        offer(cast, tubes)
    assert caught.value.reason is Reason.TWO_HOLDERS


def test_nobody_hands_over_what_another_holds(cast: Cast) -> None:
    tubes = take(cast, "T-1")
    payload = {"custodies": tubes, "to_unit": cast.units["site"].pk, "to_kind": "site"}
    assert reason(cast, "driver", "custody.offer", **payload) is Reason.NOT_HOLDER


def test_refused_and_withdrawn_offers_leave_the_holder(cast: Cast) -> None:
    tubes = take(cast, "T-1")
    cast.act("driver", "custody.refuse", handover=offer(cast, tubes), note="车已满")
    cast.act("site_officer", "custody.withdraw", handover=offer(cast, tubes))
    assert holder(tubes[0])[0] == "site"
    assert set(Handover.objects.values_list("state", flat=True)) == {"refused", "withdrawn"}


def test_in_equals_held_plus_out(cast: Cast) -> None:
    tubes = take(cast, "T-1", "T-2", "T-3")
    cast.act("site_officer", "custody.let_out", custodies=tubes[:1], reason="delivered")
    cast.act("site_officer", "custody.unlocated", custodies=tubes[1:2], note="清点缺失")
    (balance,) = balances(SYSTEM)
    assert (balance.taken_in, balance.held, balance.let_out, balance.unlocated) == (3, 2, 1, 1)
    assert balance.sound
    cast.act(
        "site_officer", "custody.found", custodies=tubes[1:2], unit=cast.units["site"].pk, holder_kind="site", note="已找到"
    )
    assert balances(SYSTEM)[0].unlocated == 0
    assert reason(cast, "site_officer", "custody.let_out", custodies=tubes[:1], reason="used") is Reason.NOT_IN_CUSTODY


def test_the_database_refuses_a_second_holder(cast: Cast) -> None:
    (tube,) = take(cast, "T-1")
    values = {"custody_id": tube, "holder_kind": "lab", "unit": cast.units["works"], "since": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Holding.objects.create(act=uuid.uuid4(), **values)


def test_the_database_refuses_an_open_stay_without_a_holder(cast: Cast) -> None:
    (tube,) = take(cast, "T-1")
    with pytest.raises(IntegrityError, match="0 holders"), transaction.atomic():  # noqa: PT012
        Holding.objects.filter(custody=tube).update(until=F("since"))
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")


def test_the_alarm_finds_an_account_that_does_not_balance(cast: Cast) -> None:
    """The sabotage twin: with the guard removed the books can be falsified, and the question must see it."""
    (tube,) = take(cast, "T-1")
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate; alter table record_holding disable trigger holding_balance")
        cursor.execute("update record_holding set until = since where custody_id = %s", [tube])
    assert not balances(SYSTEM)[0].sound
    assert raise_alarms() == 1
    assert Loop.objects.get(origin="balance").urgent
    Custody.objects.get(pk=tube)


def test_what_is_held_is_paged_without_loss(cast: Cast) -> None:
    items = [{"item": f"T-{n}"} for n in range(5)]
    payload = {"purpose": "sample", "unit": cast.units["site"].pk, "holder_kind": "site", "items": items}
    tubes = cast.act("site_officer", "custody.take_in", **payload).result["custodies"]
    cast.act("site_officer", "custody.unlocated", custodies=tubes[4:], note="运送途中遗失")
    seen: list[str] = []
    after = ""
    for _ in range(3):
        rows, after = held(cast.as_("street"), limit=2, after=after)
        seen += [str(r.custody) for r in rows]
    assert after == "", seen
    assert seen[0] == tubes[4], "the unlocated first"
    assert sorted(seen) == sorted(tubes)
    with pytest.raises(Refusal) as caught:
        held(cast.as_("street"), after="no mark")
    assert caught.value.field == "after"
