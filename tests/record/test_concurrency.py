"""Several workers at once on the real database. Each promise has its sabotage twin: without the guard it must break."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from psycopg.errors import UniqueViolation

from tests.cast import Cast
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record import ledger
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.actions import loop_times
from tongchou.record.ledger import seal_all, verify
from tongchou.record.models import Act, Custody, Event, Holding, LedgerEntry, Loop, Post, Responsibility

WORKERS = 6


def together(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Run jobs at the same moment, each on its own connection; returns results or the exceptions."""
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        try:
            gate.wait(timeout=20)
            return job()
        except Exception as error:  # the caller looks at what kind it is
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.mark.django_db(transaction=True)
def test_one_of_many_hand_overs_wins(real_cast: Cast) -> None:
    cast = real_cast
    site, bus = cast.units["site"].pk, cast.units["bus"].pk
    items = [{"item": f"T-{n}"} for n in range(10)]
    payload = {"purpose": "sample", "unit": site, "holder_kind": "site", "items": items}
    tubes = cast.act("site_officer", "custody.take_in", **payload).result["custodies"]
    for tube in tubes:
        offers = {"custodies": [tube], "to_unit": bus, "to_kind": "vehicle"}
        results = together([lambda o=offers: cast.act("site_officer", "custody.offer", **o) for _ in range(WORKERS)])
        refusals = [r for r in results if isinstance(r, Refusal)]
        assert len(refusals) == WORKERS - 1
        assert {r.reason for r in refusals} == {Reason.TWO_HOLDERS}
        handover = next(r for r in results if not isinstance(r, Exception)).result["handover"]
        answers = together([lambda h=handover: cast.act("driver", "custody.accept", handover=h) for _ in range(WORKERS)])
        assert sum(not isinstance(r, Exception) for r in answers) == 1
    assert Holding.objects.filter(until=None).count() == 10


def _careless_move(custody: uuid.UUID, gate: threading.Barrier) -> None:
    """A hand-over as it is often written: read the holder, close it, open the next, at READ COMMITTED."""
    with transaction.atomic():
        held = list(Holding.objects.filter(custody=custody, until=None).values_list("pk", flat=True))
        gate.wait(timeout=20)
        Holding.objects.filter(pk__in=held).update(until=timezone.now())
        unit = Custody.objects.select_related("area").get(pk=custody).area.units.order_by("pk").values_list("pk", flat=True)[0]
        values = {"custody_id": custody, "holder_kind": "unit", "unit_id": unit, "since": timezone.now()}
        Holding.objects.create(act=new_id(), **values)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_the_index_is_what_keeps_a_single_holder(real_cast: Cast, guarded: bool) -> None:
    cast = real_cast
    payload = {"purpose": "sample", "unit": cast.units["site"].pk, "holder_kind": "site", "items": [{"item": "T-1"}]}
    (tube,) = cast.act("site_officer", "custody.take_in", **payload).result["custodies"]
    with connection.cursor() as cursor:
        if not guarded:
            cursor.execute("drop index holding_single_holder; alter table record_holding disable trigger holding_balance")
    try:
        gate = threading.Barrier(4)
        together([lambda: _careless_move(uuid.UUID(tube), gate) for _ in range(4)])
        holders = Holding.objects.filter(custody=tube, until=None).count()
        assert holders == 1 if guarded else holders > 1
    finally:
        if not guarded:
            Holding.objects.all().delete()
            with connection.cursor() as cursor:
                cursor.execute(
                    "create unique index holding_single_holder on record_holding (custody_id) where until is null;"
                    "alter table record_holding enable trigger holding_balance"
                )


@pytest.mark.django_db(transaction=True)
def test_the_same_client_id_from_many_sides_is_one_act(real_cast: Cast) -> None:
    cast, client = real_cast, new_id()
    payload = {"kind": "task", "title": "只此一次", "owner_unit": cast.units["east_street"].pk}
    actor = cast.as_("hq")
    results = together([lambda: act("loop.open", actor, client, payload) for _ in range(20)])
    assert not [r for r in results if isinstance(r, Exception)]
    assert len({str(r.result) for r in results}) == 1
    assert (Loop.objects.count(), Act.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_step_is_taken_once_however_many_try(real_cast: Cast) -> None:
    cast, loop = real_cast, real_cast.task()
    results = together([lambda: cast.act("street", "loop.advance", loop=loop, step="sign") for _ in range(WORKERS)])
    assert sum(not isinstance(r, Exception) for r in results) == 1
    assert {r.reason for r in results if isinstance(r, Refusal)} == {Reason.WRONG_STAGE}
    assert Event.objects.filter(loop_id=loop, what="sign").count() == 1


@pytest.mark.django_db(transaction=True)
def test_several_escalation_workers_raise_each_loop_once(real_cast: Cast) -> None:
    cast = real_cast
    items = [{"kind": "task", "title": f"任务 {n}", "owner_unit": cast.units["east_street"].pk} for n in range(60)]
    cast.act("hq", "loop.open_many", items=items)
    late = max(d for d in Loop.objects.values_list("deadline", flat=True) if d) + timedelta(hours=1)

    def worker() -> None:
        while act("loop.escalate", SYSTEM, new_id(), {"limit": 7}, now=late).result["looked_at"]:
            pass

    assert together([worker] * WORKERS) == [None] * WORKERS
    assert Event.objects.filter(what="escalate").count() == 60
    assert set(Loop.objects.values_list("level", flat=True)) == {"remind"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_the_lock_is_what_raises_each_loop_once(real_cast: Cast, monkeypatch: pytest.MonkeyPatch, guarded: bool) -> None:
    """Two workers have both looked before either writes; without the lock both looked at the same loops."""
    cast = real_cast
    items = [{"kind": "task", "title": f"任务 {n}", "owner_unit": cast.units["east_street"].pk} for n in range(20)]
    cast.act("hq", "loop.open_many", items=items)
    late = max(d for d in Loop.objects.values_list("deadline", flat=True) if d) + timedelta(hours=1)
    gate, load = threading.Barrier(2), loop_times.state.load
    if not guarded:
        monkeypatch.setattr(loop_times, "_DUE", loop_times._DUE.replace("for update skip locked", ""))

    def both_have_looked(ids: list[uuid.UUID]) -> list[Any]:
        found = load(ids)
        gate.wait(timeout=20)
        return found

    monkeypatch.setattr(loop_times.state, "load", both_have_looked)
    results = together([lambda: act("loop.escalate", SYSTEM, new_id(), {}, now=late).result["raised"]] * 2)
    assert sorted(results) == ([0, 20] if guarded else [20, 20])
    assert Event.objects.filter(what="escalate").count() == (20 if guarded else 40)


@pytest.mark.django_db(transaction=True)
def test_an_escalation_that_dies_leaves_nothing_half_done(real_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = real_cast
    cast.task()
    deadline = Loop.objects.values_list("deadline", flat=True).get()
    assert deadline is not None
    late = deadline + timedelta(hours=1)
    with monkeypatch.context() as broken:
        broken.setattr("tongchou.record.act.write_act", _die)
        with pytest.raises(RuntimeError):
            act("loop.escalate", SYSTEM, new_id(), {"limit": 7}, now=late)
    assert Loop.objects.values_list("level", flat=True).get() == "none"
    act("loop.escalate", SYSTEM, new_id(), {"limit": 7}, now=late)
    assert Event.objects.filter(what="escalate").count() == 1


def _die(*_: Any) -> None:
    raise RuntimeError("the worker dies here")


@pytest.mark.django_db(transaction=True)
def test_sealers_do_not_fork_the_chain(real_cast: Cast) -> None:
    cast = real_cast
    for _ in range(20):
        cast.task()
    together([seal_all] * WORKERS)
    seal_all()
    assert list(LedgerEntry.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 21))
    assert verify().sound


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_the_lock_is_what_lets_sealers_work_side_by_side(real_cast: Cast, monkeypatch: pytest.MonkeyPatch, guarded: bool) -> None:
    """Without it two have read the same head before either writes: the key of the sequence still keeps the chain whole, but one breaks off."""
    real_cast.task()
    link, gate = ledger._link, threading.Barrier(2)

    def both_have_read(*given: Any) -> bytes:
        gate.wait(timeout=20)
        return link(*given)

    with monkeypatch.context() as patch:
        if not guarded:
            patch.setattr(ledger, "_alone", lambda cursor: True)
            patch.setattr(ledger, "_link", both_have_read)
        broken = [r for r in together([ledger.seal] * 2) if isinstance(r, Exception)]
    assert [type(r) for r in broken] == ([] if guarded else [UniqueViolation])
    assert verify().sound


def _answers_for_works(cast: Cast) -> list[Any]:
    """Six posts are made responsible for one enterprise at the same moment."""
    posts = list(Post.objects.filter(unit__kind__in=("hq_office", "department", "street")).values_list("pk", flat=True))
    works = cast.units["works"].pk
    return together([lambda p=post: cast.act("hq", "responsibility.assign", kind="paired", unit=works, post=p) for post in posts])


@pytest.mark.django_db(transaction=True)
def test_one_of_many_becomes_responsible(real_cast: Cast) -> None:
    results = _answers_for_works(real_cast)
    refusals = [r for r in results if isinstance(r, Refusal)]
    assert len(results) > 3
    assert len(refusals) == len(results) - 1
    assert {r.reason for r in refusals} == {Reason.OVERLAP}
    assert Responsibility.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_several_become_responsible(real_cast: Cast) -> None:
    """The sabotage twin: looking first whether somebody answers already does not hold at the same moment."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_get_constraintdef(oid) from pg_constraint where conname = 'responsibility_one_for_unit'")
        (guard,) = cursor.fetchone()
        cursor.execute("alter table record_responsibility drop constraint responsibility_one_for_unit")
    try:
        _answers_for_works(real_cast)
        assert Responsibility.objects.count() > 1
    finally:
        Responsibility.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(f"alter table record_responsibility add constraint responsibility_one_for_unit {guard}")
