"""Generated histories of custody: taking in, offering, answering item by item, losing, finding, letting out, compared after each act
with a model kept in memory.

TONGCHOU_HISTORIES=500 goes through more of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from tests.cast import CODES, PEOPLE, UNITS, Cast
from tests.record.custody_model import NOBODY, CustodyModel
from tests.record.stateful import HISTORIES, SABOTAGE, Failed, Machine, causes, demand, profile
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.actions import custody as verbs
from tongchou.record.actions import handovers
from tongchou.record.models import Custody, Handover, HandoverItem, Holding
from tongchou.record.questions.custody import balances, held

PURPOSES = ("sample", "stock")
NAMES = ("T-1", "T-2", "T-3", "T-4", "T-5")
KINDS = st.sampled_from(["site", "vehicle", "lab", "store"])
HANDLERS = [n for n, (_, role) in PEOPLE.items() if role in ("hq_officer", "street_officer", "community_officer", "site_officer")]
ANYBODY = st.sampled_from([*HANDLERS, *HANDLERS, *PEOPLE, "program"])
REASONS = st.sampled_from(sorted(verbs.OUT_REASONS))
NO_UNIT = 999_999


class Stays(Machine):
    """Tubes and boxes, as the cast takes them in, gives them on, loses and finds them, and lets them out."""

    def __init__(self, cast: Cast) -> None:
        super().__init__(cast)
        self.model = CustodyModel({unit.pk: cast.areas[UNITS[name][1]].path for name, unit in cast.units.items()})
        self.of = {n: cast.units[PEOPLE[n][0]].pk for n in HANDLERS}
        self.handler = {unit: name for name, unit in self.of.items()}
        self.unit = st.sampled_from([*sorted(set(self.of.values())), *sorted(set(self.of.values())), NO_UNIT])

    def _some(self, data: st.DataObject, inside: bool = True) -> list[str]:
        """Stays to act on: mostly open ones of one holder, sometimes anything."""
        ids = sorted(self.model.stays)
        if not ids or data.draw(st.integers(0, 9)) == 0:
            return data.draw(st.lists(st.sampled_from([*ids, str(new_id())]), min_size=1, max_size=3))
        if inside:
            holder = self.model.stays[data.draw(st.sampled_from(ids))].holder
            ids = [i for i in ids if self.model.stays[i].holder == holder and not self.model.stays[i].out] or ids
        return data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=3))

    def _handler(self, data: st.DataObject, ids: list[str], anybody: str) -> str:
        """Mostly one who works for the holder."""
        units = {self.model.stays[i].holder[1] for i in ids if i in self.model.stays}
        return data.draw(st.sampled_from([*[self.handler[u] for u in units if u in self.handler] * 4, anybody]))

    @initialize(data=st.data())
    def a_beginning(self, data: st.DataObject) -> None:
        for purpose in PURPOSES:
            self._take_in("site_officer", purpose, self.of["site_officer"], "site", list(NAMES[:2]))
            self._take_in("driver", purpose, self.of["driver"], "vehicle", [NAMES[2]])

    def _take_in(self, name: str, purpose: str, unit: int, kind: str, names: list[str]) -> None:
        payload = {"purpose": purpose, "unit": unit, "holder_kind": kind, "items": [{"item": n} for n in names]}
        self.do(
            name, "custody.take_in", payload, self.model.refuses_take_in(self.who[name], purpose, unit, names),
            lambda result: self.model.take_in(result["custodies"], purpose, unit, kind, names),
        )  # fmt: skip

    @rule(data=st.data(), name=ANYBODY, purpose=st.sampled_from(PURPOSES), kind=KINDS)
    def take_in(self, data: st.DataObject, name: str, purpose: str, kind: str) -> None:
        unit = data.draw(st.sampled_from([self.of.get(name, NO_UNIT), data.draw(self.unit)]))
        self._take_in(name, purpose, unit, kind, data.draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2)))

    @rule(data=st.data(), anybody=ANYBODY, kind=KINDS)
    def offer(self, data: st.DataObject, anybody: str, kind: str) -> None:
        ids = self._some(data)
        name, to_unit = self._handler(data, ids, anybody), data.draw(self.unit)
        each = list(dict.fromkeys(ids))
        payload = {"custodies": ids, "to_unit": to_unit, "to_kind": kind}
        self.do(
            name, "custody.offer", payload, self.model.refuses_offer(self.who[name], each, to_unit),
            lambda result: self.model.offer(result["handover"], each, to_unit, kind),
        )  # fmt: skip

    @rule(data=st.data(), anybody=ANYBODY, verb=st.sampled_from(["accept", "accept", "accept", "refuse", "withdraw"]))
    def answer(self, data: st.DataObject, anybody: str, verb: str) -> None:
        open_ones = [i for i, o in self.model.offers.items() if o.state == "offered"]
        id = data.draw(st.sampled_from([*open_ones * 3, *self.model.offers, str(new_id())]))
        offer = self.model.offers.get(id)
        side = (offer.giver if verb == "withdraw" else offer.taker) if offer else None
        name = data.draw(st.sampled_from([*([self.handler[side]] * 3 if side in self.handler else ()), anybody]))
        wanted = [*(offer.items if offer else ()), *list(self.model.stays)[:1]]
        missing = data.draw(st.lists(st.sampled_from(wanted), max_size=2, unique=True)) if wanted else []
        self.do(
            name, f"custody.{verb}", {"handover": id, "missing": missing}, self.model.refuses_answer(self.who[name], id, verb, missing),
            lambda _: self.model.answer(id, verb, missing),
        )  # fmt: skip

    @rule(data=st.data(), anybody=ANYBODY)
    def lose(self, data: st.DataObject, anybody: str) -> None:
        ids = self._some(data)
        name = self._handler(data, ids, anybody)
        self.do(
            name, "custody.unlocated", {"custodies": ids, "note": "清点缺失"}, self.model.refuses_lose(self.who[name], ids),
            lambda _: self.model.move(dict.fromkeys(ids), NOBODY, None),
        )  # fmt: skip

    @rule(data=st.data(), name=ANYBODY, kind=KINDS)
    def find(self, data: st.DataObject, name: str, kind: str) -> None:
        lost = sorted(i for i, s in self.model.stays.items() if s.holder[0] == NOBODY and not s.out)
        ids = data.draw(st.lists(st.sampled_from(lost), min_size=1, max_size=2)) if lost else self._some(data)
        unit = data.draw(st.sampled_from([self.of.get(name, NO_UNIT), data.draw(self.unit)]))
        payload = {"custodies": ids, "unit": unit, "holder_kind": kind, "note": "已找到"}
        self.do(
            name, "custody.found", payload, self.model.refuses_find(self.who[name], ids, unit),
            lambda _: self.model.move(dict.fromkeys(ids), kind, unit),
        )  # fmt: skip

    @rule(data=st.data(), anybody=ANYBODY, reason=REASONS)
    def let_out(self, data: st.DataObject, anybody: str, reason: str) -> None:
        ids = self._some(data)
        name = self._handler(data, ids, anybody)
        self.do(
            name, "custody.let_out", {"custodies": ids, "reason": reason}, self.model.refuses_let_out(self.who[name], ids),
            lambda _: self.model.let_out(ids, reason),
        )  # fmt: skip

    # what must hold

    @invariant()
    def whoever_held_it_is_on_record_in_order(self) -> None:
        rows: dict[str, list[tuple[str, int | None]]] = {}
        ends: dict[str, Any] = {}
        for row in Holding.objects.order_by("custody_id", "id"):
            key = str(row.custody_id)
            demand(key not in ends or ends[key] == row.since, "a gap between two holders", key)
            ends[key] = row.until
            rows.setdefault(key, []).append((row.holder_kind, row.unit_id))
        demand(rows == {i: s.holders for i, s in self.model.stays.items()}, "the holders differ", rows)

    @invariant()
    def each_open_stay_has_one_holder_and_each_ended_one_a_reason(self) -> None:
        holders = Counter(str(c) for c in Holding.objects.filter(until=None).values_list("custody_id", flat=True))
        demand(holders == {i: 1 for i, s in self.model.stays.items() if not s.out}, "not one holder", holders)
        ended = Counter(Custody.objects.exclude(let_out_at=None).values_list("out_reason", flat=True))
        demand(ended == self.model.outs(), "the reasons differ", ended)

    @invariant()
    def in_is_held_plus_out(self) -> None:
        for found in balances(SYSTEM):
            demand(found.sound, "the account does not balance", found)
            told = (found.taken_in, found.held, found.let_out, found.unlocated)
            demand(told == self.model.balance(found.purpose), "the account says", told, self.model.balance(found.purpose))

    @invariant()
    def hand_overs_are_what_was_answered(self) -> None:
        states = {str(h.pk): h.state for h in Handover.objects.all()}
        demand(states == {i: o.state for i, o in self.model.offers.items()}, "the hand-overs differ", states)
        for item in HandoverItem.objects.all():
            offer = self.model.offers[str(item.handover_id)]
            demand((item.open, item.outcome) == (offer.state == "offered", offer.outcome.get(str(item.custody_id), "")), "an item differs")

    @invariant()
    def what_a_street_sees_lies_in_its_area_or_is_held_by_it(self) -> None:
        for name in ("street", "next_street"):
            who = self.who[name]
            for row in held(self.cast.as_(name))[0]:
                area = Custody.objects.get(pk=row.custody).area.path
                demand(area.startswith(who.path) or row.unit_id == who.unit, name, "sees what is not its own", row)


@pytest.fixture
def machine(cast: Cast) -> Callable[[], Stays]:
    demand(len(cast.areas) == len(CODES))
    return lambda: Stays(cast)


def test_every_history_keeps_the_account(machine: Callable[[], Stays]) -> None:
    run_state_machine_as_test(machine, settings=profile(6, 30))  # type: ignore[no-untyped-call]


WITHOUT_TRIGGERS = (
    "alter table record_holding disable trigger holding_balance; alter table record_custody disable trigger custody_balance"
)


def _second_holder(patch: pytest.MonkeyPatch) -> None:
    """Without the partial unique index, the next holder comes while the one before still holds."""
    with connection.cursor() as cursor:
        cursor.execute(f"drop index holding_single_holder; {WITHOUT_TRIGGERS}")
    patch.setattr(verbs.Holding.objects, "filter", _ends_nothing(verbs.Holding.objects.filter))


def _no_holder(patch: pytest.MonkeyPatch) -> None:
    """Without the deferred trigger, what was lost or handed on may be held by nobody at all."""
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_TRIGGERS)
    patch.setattr(verbs, "_move_to", lambda context, held, *_: {"items": _end(held)})


def _any_unit(patch: pytest.MonkeyPatch) -> None:
    honest = verbs.own_unit
    patch.setattr(verbs, "own_unit", lambda context, unit: verbs.Unit.objects.filter(pk=unit).first() or honest(context, unit))


def _end(held: dict[Any, Holding]) -> int:
    return Holding.objects.filter(pk__in=[h.pk for h in held.values()]).update(until=next(iter(held.values())).since)


class _Unended:
    """A query whose update is forgotten."""

    def __init__(self, query: Any) -> None:
        self.query = query

    def update(self, **values: Any) -> int:
        return 0 if "until" in values else self.query.update(**values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.query, name)

    def __iter__(self) -> Any:
        return iter(self.query)


def _ends_nothing(honest: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **wanted: _Unended(honest(*args, **wanted)) if "pk__in" in wanted else honest(*args, **wanted)


SABOTAGES: dict[str, Callable[[pytest.MonkeyPatch], object]] = {
    "the index of single holders": _second_holder,
    "the trigger against no holder": _no_holder,
    "anybody gives on what another holds": lambda p: [p.setattr(module, "must_hold", lambda *_: None) for module in (verbs, handovers)],
    "any unit is one's own": _any_unit,
}


@pytest.mark.parametrize("guard", SABOTAGES)
def test_without_a_guard_the_account_breaks(machine: Callable[[], Stays], monkeypatch: pytest.MonkeyPatch, guard: str) -> None:
    if not HISTORIES and guard == "any unit is one's own":
        pytest.skip("takes longer: set TONGCHOU_HISTORIES=60")
    SABOTAGES[guard](monkeypatch)
    with pytest.raises(BaseException) as caught:
        run_state_machine_as_test(machine, settings=profile(60, 30, **SABOTAGE))  # type: ignore[no-untyped-call]
    assert any(isinstance(e, Failed) for e in causes(caught.value)), caught.value


@pytest.mark.parametrize("guard", ["the index of single holders", "the trigger against no holder"])
def test_the_guards_of_the_database_stop_the_same_falsehoods(cast: Cast, monkeypatch: pytest.MonkeyPatch, guard: str) -> None:
    """The twin's twin: the same forged code against the whole database is stopped by it."""
    from django.db import IntegrityError, transaction

    from tongchou.kernel.errors import Reason, Refusal

    items = [{"item": "T-1"}]
    payload = {"purpose": "sample", "unit": cast.units["site"].pk, "holder_kind": "site", "items": items}
    tube = cast.act("site_officer", "custody.take_in", **payload).result["custodies"]
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate; set constraints all deferred")
    if guard == "the index of single holders":
        monkeypatch.setattr(verbs.Holding.objects, "filter", _ends_nothing(verbs.Holding.objects.filter))
        with pytest.raises(Refusal) as caught:
            cast.act("site_officer", "custody.unlocated", custodies=tube, note="清点缺失")
        assert caught.value.reason is Reason.TWO_HOLDERS
        return
    monkeypatch.setattr(verbs, "_move_to", lambda context, held, *_: {"items": _end(held)})
    with pytest.raises(IntegrityError, match="0 holders"), transaction.atomic():  # noqa: PT012
        cast.act("site_officer", "custody.unlocated", custodies=tube, note="清点缺失")
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
