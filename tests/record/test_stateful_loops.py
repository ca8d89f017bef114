"""Generated histories of loops: many actors, every verb, at random times, compared after each act with a model kept in memory.

TONGCHOU_HISTORIES=500 goes through more of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from tests.cast import PEOPLE, Cast
from tests.record.loop_model import Given, LoopModel, Reasons
from tests.record.stateful import HISTORIES, SABOTAGE, Failed, Machine, causes, demand, profile
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.packs.kinds import LoopKind, Step
from tongchou.record import act as act_module
from tongchou.record.access import Actor
from tongchou.record.files import take_in
from tongchou.record.loops import engine, write
from tongchou.record.loops.kinds import current_kinds
from tongchou.record.models import Loop

KINDS = ("task", "finding", "request", "unlocated", "appeal", "gap")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cfc0f01f000500"
    "01ff89993d1d0000000049454e44ae426082"
)
NO_UNIT = 999_999
WORKERS = st.sampled_from(["hq", "hq", "leader", "dept", "street", "street_colleague", "next_street", "community", "inspector"])
ANYBODY = st.sampled_from([*PEOPLE, "program"])
NOTES = st.sampled_from(["已办", "已办", "已办", ""])
HOURS = st.sampled_from([-1, 1, 30, 200, 24 * 400, 24 * 2000])


class Loops(Machine):
    """Loops, as the cast opens, moves, returns, splits, escalates and reopens them."""

    files: dict[str, str] = {}

    def __init__(self, cast: Cast) -> None:
        super().__init__(cast)
        paths = {unit.pk: cast.areas[area].path for unit, area in _unit_areas(cast)}
        self.areas = {a.pk: a.path for a in cast.areas.values()}
        self.kinds: dict[str, LoopKind] = {key: current_kinds()[key][1] for key in KINDS}
        self.model = LoopModel(cast.units["office"].pk, paths)
        self.unit = st.sampled_from(sorted(paths))
        self.any_unit = st.sampled_from([*sorted(paths), NO_UNIT])

    # opening

    @initialize(data=st.data())
    def a_beginning(self, data: st.DataObject) -> None:
        for _ in range(3):
            self.open_well(data)

    def _payload(self, data: st.DataObject, kind: LoopKind, wild: bool) -> dict[str, Any]:
        draw, maybe = data.draw, st.booleans()
        payload: dict[str, Any] = {"kind": kind.key, "title": "排查返区人员", "owner_unit": draw(self.unit)}
        if not {"none", "area"} & set(kind.subjects) or (draw(maybe) and "unit" in kind.subjects):
            payload["unit"] = draw(self.unit)
        payload["data"] = {f.key: f.choices[0][0] if f.choices else "说明" for f in kind.fields}
        if draw(maybe):
            payload["co_units"] = [{"unit": u} for u in sorted(draw(st.sets(self.unit, max_size=2)) - {payload["owner_unit"]})]
        if draw(maybe):
            payload["verifier_unit"] = draw(self.unit)
        open_ones = [id for id, loop in self.model.loops.items() if wild or not loop.end]
        if open_ones and draw(maybe):
            payload["parent"] = draw(st.sampled_from(open_ones))
        if wild:
            payload |= draw(st.fixed_dictionaries({}, optional={
                "owner_unit": self.any_unit, "unit": self.any_unit, "area": st.sampled_from(sorted(self.areas)), "data": st.just({}),
                "due_at": HOURS.map(lambda h: (self.now + timedelta(hours=h)).isoformat()),
            }))  # fmt: skip
        return payload

    def _open(self, name: str, payload: dict[str, Any]) -> None:
        kind, who = self.kinds[payload["kind"]], self.who[name]
        reasons = self.model.refuses_opening(who, kind, payload, self.now, self.areas)

        def then(result: dict[str, Any]) -> None:
            self.model.open(result["loop"], who, kind, payload, self.now, self.areas)

        self.do(name, "loop.open", payload, reasons, then)

    @rule(data=st.data())
    def open_well(self, data: st.DataObject) -> None:
        kind = self.kinds[data.draw(st.sampled_from(["task", "task", *KINDS]))]
        payload = self._payload(data, kind, wild=False)
        able = [n for n in [*PEOPLE, "program"] if not self.model.refuses_opening(self.who[n], kind, payload, self.now, self.areas)]
        self._open(data.draw(st.sampled_from(able)), payload)

    @rule(data=st.data(), name=ANYBODY, key=st.sampled_from(KINDS))
    def open_wildly(self, data: st.DataObject, name: str, key: str) -> None:
        self._open(name, self._payload(data, self.kinds[key], wild=True))

    @rule(data=st.data(), name=WORKERS, listed=st.booleans())
    def open_many(self, data: st.DataObject, name: str, listed: bool) -> None:
        kinds = data.draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=3))
        items = [self._payload(data, self.kinds[k], wild=data.draw(st.booleans())) for k in kinds]
        who = self.who[name]
        why = [self.model.refuses_opening(who, self.kinds[i["kind"]], i, self.now, self.areas) for i in items]
        reasons: Reasons = set() if listed else set().union(*why)
        if "loop.open" not in who.permissions:
            reasons = {Reason.NOT_ALLOWED}

        def then(result: dict[str, Any]) -> None:
            demand([r["place"] for r in result["refused"]] == [n for n, w in enumerate(why) if w], "the wrong items were refused")
            for id, item in zip(result["loops"], [i for i, w in zip(items, why, strict=True) if not w], strict=True):
                self.model.open(id, who, self.kinds[item["kind"]], item, self.now, self.areas)

        self.do(name, "loop.open_many", {"items": items, "mode": "listed" if listed else "all"}, reasons, then)

    # steps

    def _loop(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.model.loops)))

    def _step_payload(self, name: str, given: Given, step: Step | None) -> dict[str, Any]:
        payload: dict[str, Any] = {"note": given.note}
        if given.to_unit is not None:
            payload["to_unit"] = given.to_unit
        if given.new_due is not None:
            payload["new_due_at"] = given.new_due.isoformat()
        if step is not None and given.evidence:
            payload["evidence"] = [self._piece(name, n.key, n.type) for n in step.needs for _ in range(n.at_least)]
        return payload

    def _piece(self, name: str, key: str, type_: str) -> dict[str, Any]:
        held = {"file": self.files[name]} if type_ in ("file", "photo") and name in self.files else {"text": "台账附后"}
        return {"key": key, "type": type_ if type_ != "photo" or "file" in held else "text"} | held

    def _step(self, name: str, id: str, key: str, given: Given) -> None:
        loop = self.model.loops.get(id)
        step = loop.kind.steps.get(key) if loop else None
        payload = self._step_payload(name, given, step)
        able = given.evidence and (name in self.files or not step or all(n.type not in ("file", "photo") for n in step.needs))
        if not able:
            given = replace(given, evidence=False)
        reasons = self.model.refuses_step(self.who[name], id, key, given, self.now)
        self.do(
            name, "loop.advance", payload | {"loop": id, "step": key}, reasons,
            lambda _: self.model.step(self.who[name], id, key, given, self.now),
        )  # fmt: skip

    @rule(data=st.data())
    def step_well(self, data: st.DataObject) -> None:
        """Mostly what ought to be possible, so that loops come far."""
        ways = [(n, id, step) for n in [*PEOPLE, "program"] for id, step in self.model.sensible(self.who[n])]
        if not ways:
            return
        stage = data.draw(st.sampled_from(sorted({id for _, id, _ in ways})))
        name, id, step = data.draw(st.sampled_from([w for w in ways if w[1] == stage]))
        to_unit = data.draw(self.unit) if step.reassigns else None
        self._step(name, id, step.key, Given("已办", True, to_unit))

    @rule(data=st.data())
    def another_step(self, data: st.DataObject) -> None:
        self.step_well(data)

    @rule(data=st.data(), name=ANYBODY, note=NOTES, evidence=st.booleans(), due=st.none() | HOURS)
    def step_wildly(self, data: st.DataObject, name: str, note: str, evidence: bool, due: int | None) -> None:
        id = data.draw(st.sampled_from([*sorted(self.model.loops), str(new_id())]))
        loop = self.model.loops.get(id)
        key = data.draw(st.sampled_from([*(loop.kind.steps if loop else ()), "fly"]))
        if loop and not loop.end:
            key = data.draw(st.sampled_from([key, *(s.key for s in loop.kind.steps_from(loop.stage))]))
            able = [n for n in PEOPLE if any(self.model.is_party(self.who[n], loop, p) for s in [loop.kind.steps.get(key)] if s for p in s.by)]
            name = data.draw(st.sampled_from([name, *able]))
        new_due = None if due is None else self.now + timedelta(hours=due)
        self._step(name, id, key, Given(note, evidence, data.draw(st.none() | self.any_unit), new_due))

    @rule(data=st.data(), name=WORKERS, listed=st.booleans())
    def step_many(self, data: st.DataObject, name: str, listed: bool) -> None:
        ids = data.draw(st.lists(st.sampled_from(sorted(self.model.loops)), min_size=1, max_size=5))
        key = data.draw(st.sampled_from([s.key for i in ids for s in self.model.loops[i].kind.steps_from(self.model.loops[i].stage)] or ["sign"]))
        given = Given(data.draw(NOTES), False, data.draw(st.none() | self.unit))
        who, each = self.who[name], list(dict.fromkeys(ids))
        why = {i: self.model.refuses_step(who, i, key, given, self.now) for i in each}

        def then(result: dict[str, Any]) -> None:
            demand([r["loop"] for r in result["refused"]] == [i for i in each if why[i]], "the wrong loops were refused")
            for id in each:
                if not why[id]:
                    self.model.step(who, id, key, given, self.now)

        payload = self._step_payload(name, given, None) | {"loops": ids, "step": key, "mode": "listed" if listed else "all"}
        self.do(name, "loop.advance_many", payload, set() if listed else set().union(*why.values()), then)

    # the rest

    @rule(data=st.data(), name=ANYBODY, hours=HOURS)
    def change_due(self, data: st.DataObject, name: str, hours: int) -> None:
        id, due = self._loop(data), self.now + timedelta(hours=hours)
        name = data.draw(st.sampled_from([name, "hq"]))
        payload = {"loop": id, "due_at": due.isoformat(), "note": "调整"}
        self.do(name, "loop.set_due", payload, self.model.refuses_due(self.who[name], id, due, self.now), lambda _: self.model.set_due(id, due, self.now))

    @rule(data=st.data(), name=ANYBODY)
    def part_done(self, data: st.DataObject, name: str) -> None:
        id = self._loop(data)
        names = [n for n in PEOPLE if self.who[n].unit in self.model.loops[id].parts]
        name = data.draw(st.sampled_from([name, *names]))
        unit = self.who[name].unit
        self.do(
            name, "loop.part_done", {"loop": id, "note": "已完成"}, self.model.refuses_part(self.who[name], id),
            lambda _: self.model.loops[id].parts.__setitem__(unit or 0, True),
        )  # fmt: skip

    @rule(data=st.data(), name=WORKERS, person=st.sampled_from(sorted(PEOPLE)))
    def name_person(self, data: st.DataObject, name: str, person: str) -> None:
        id, of = self._loop(data), self.who[person]
        self.do(name, "loop.name_person", {"loop": id, "account": of.account}, self.model.refuses_person(self.who[name], id, of.unit))

    @rule(data=st.data(), name=ANYBODY)
    def add_note(self, data: st.DataObject, name: str) -> None:
        id = self._loop(data)
        seen = self.model.visible(self.who[name], self.model.loops[id])
        self.do(name, "loop.note", {"loop": id, "note": "补充"}, set() if seen else {Reason.NOT_FOUND})

    @rule(data=st.data(), name=WORKERS, satisfied=st.booleans())
    def follow_up(self, data: st.DataObject, name: str, satisfied: bool) -> None:
        ended = [i for i, loop in self.model.loops.items() if loop.end]
        id = data.draw(st.sampled_from(ended)) if ended else self._loop(data)
        reasons = self.model.refuses_follow_up(self.who[name], id)
        payload = {"loop": id, "satisfied": satisfied, "note": "回访"}
        self.do(name, "loop.follow_up", payload, reasons, lambda _: self.model.follow_up(id, satisfied, self.now))

    @rule(name=ANYBODY)
    def escalate(self, name: str) -> None:
        name = "program" if name in ("hq", "street", "dept") else name
        reasons: Reasons = set() if name == "program" else {Reason.NOT_ALLOWED}
        self.do(name, "loop.escalate", {"limit": 10_000}, reasons, lambda _: self.model.escalate(self.now))

    # what must hold

    @invariant()
    def the_record_is_what_the_model_says(self) -> None:
        rows = {str(row.pk): row for row in Loop.objects.all()}
        demand(rows.keys() == self.model.loops.keys(), "there are other loops than there ought to be")
        for id, loop in self.model.loops.items():
            row, turn = rows[id], None if loop.end else self.model.turn(loop)
            told = (row.stage, row.owner_unit_id, row.end_reason, row.due_at, row.deadline, row.returns, row.adjudicated)
            demand(told == (loop.stage, loop.owner, loop.end, loop.due, loop.deadline, loop.returns, loop.ruled), loop.kind.key, told, loop)
            demand(loop.end or row.turn_unit_id == turn, "the turn is not", turn, row.turn_unit_id, loop)
            demand(row.level == loop.level or loop.end, "the level is", row.level, "not", loop.level, loop)
            demand(set(row.workers) == loop.workers, "who did the work", row.workers, loop.workers)

    @invariant()
    def every_open_loop_has_one_owner_and_one_next_deadline(self) -> None:
        open_ones = Loop.objects.filter(closed_at=None)
        demand(not open_ones.filter(owner_unit=None).exists() and not open_ones.filter(turn_unit=None).exists(), "nobody owes it")
        demand(not open_ones.filter(deadline=None).exists(), "there is no next deadline")

    @invariant()
    def nobody_closed_what_he_did_himself(self) -> None:
        for id, loop in self.model.loops.items():
            if loop.end == "done":
                closer, workers = _who_closed(id, loop.kind)
                demand(closer is None or closer not in workers, "closed by who did the work", id, closer)

    @invariant()
    def returns_end_with_a_ruling(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "select loop_id::text, count(*), count(*) filter (where to_stage <> 'adjudicating') from record_event where what = 'return' group by 1"
            )
            for id, all_, plain in cursor.fetchall():
                limit = self.model.loops[id].kind.return_limit
                demand(plain <= limit and all_ <= limit + 1, "returned too often", id, all_, plain)


def _who_closed(id: str, kind: LoopKind) -> tuple[int | None, set[int]]:
    """The account that took the verifying step that closed a loop, and those that worked since it was last opened; from the events alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select e.what, e.to_stage, a.account_id from record_event e join record_act a on a.id = e.act_id where e.loop_id = %s order by e.id", [id]
        )
        workers: set[int] = set()
        closer: int | None = None
        for what, to_stage, account in cursor.fetchall():
            step = kind.steps.get(what)
            if what == "reopen":
                workers, closer = set(), None
            elif step is not None and step.is_work:
                workers.add(account)
            elif step is not None and step.verifies and to_stage and kind.stages[to_stage].end:
                closer = account
        return closer, workers


def _unit_areas(cast: Cast) -> list[tuple[Any, str]]:
    names = {a.pk: name for name, a in cast.areas.items()}
    return [(unit, names[unit.area_id]) for unit in cast.units.values()]


@pytest.fixture
def machine(cast: Cast) -> type[Loops]:
    """The machine, with a photo uploaded by each who may."""
    Loops.files = {}
    for name in PEOPLE:
        actor: Actor = cast.as_(name)
        if actor.permits("file.upload"):
            Loops.files[name] = str(take_in(actor, new_id(), "a.png", "image/png", PNG).result["file"])
    with connection.cursor() as cursor:
        cursor.execute("delete from record_ledgerqueue")
        cursor.execute("set constraints all immediate; set constraints all deferred")
        for table in ("record_event", "record_act"):
            cursor.execute(f"alter table {table} disable trigger user; delete from {table}; alter table {table} enable trigger user")
    return Loops


def test_every_history_keeps_the_promises(cast: Cast, machine: type[Loops]) -> None:
    run_state_machine_as_test(lambda: machine(cast), settings=profile(5, 40))  # type: ignore[no-untyped-call]


def _nobody_is_recorded_as_worker(patch: pytest.MonkeyPatch) -> None:
    honest = write.apply_moves
    patch.setattr(write, "apply_moves", lambda moves, *rest: honest([(i, replace(m, is_work=False), u) for i, m, u in moves], *rest))


def _returns_never_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(engine, "_target", lambda state, kind, step: state.stage if step.to_stage == "=" else step.to_stage)


SABOTAGES: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "whoever worked may verify": lambda p: p.setattr(engine, "_verification", lambda *_: None),
    "nobody is recorded as worker": _nobody_is_recorded_as_worker,
    "nothing is asked for": lambda p: p.setattr(engine, "_given", lambda *_: None),
    "everybody sees every loop": lambda p: p.setattr(engine, "visible", lambda *_: True),
    "closing asks for nothing": lambda p: p.setattr(engine, "_closing", lambda *_: None),
    "returns never end": _returns_never_end,
    "nothing escalates": lambda p: p.setattr(engine, "level_due", lambda stage, deadline, now: ("none", None)),
    "a repetition is done again": lambda p: p.setattr(act_module, "_stored", lambda *_: None),
}


# what random histories come upon late, straight away: the same machine, the same promises, its steps written down


class Last:
    """Stands for hypothesis where a rule draws: the last of what there is."""

    def draw(self, strategy: Any) -> Any:
        return strategy.elements[-1]


def _task(m: Loops, **more: Any) -> str:
    m._open("hq", {"kind": "task", "title": "排查返区人员", "owner_unit": m.cast.units["east_street"].pk, "data": {}} | more)
    return list(m.model.loops)[-1]


def _it_is_closed_over_an_open_part(m: Loops) -> None:
    above = _task(m)
    _task(m, parent=above)
    for name, step in (("street", "sign"), ("street", "report"), ("hq", "verify")):
        m._step(name, above, step, Given("已办"))


def _it_is_returned_again_and_again(m: Loops) -> None:
    loop, unit = _task(m), m.cast.units["east_street"].pk
    for _ in range(m.kinds["task"].return_limit + 1):
        m._step("street", loop, "return", Given("非本单位职责"))
        m._step("hq", loop, "reassign", Given("改派", to_unit=unit))


def _it_is_late(m: Loops) -> None:
    _task(m)
    m.now += timedelta(days=30)
    m.escalate("program")


def _a_request_comes_twice(m: Loops) -> None:
    _task(m)
    m.somebody_repeats_a_request(Last())


DIRECTED: dict[str, Callable[[Loops], None]] = {
    "closing asks for nothing": _it_is_closed_over_an_open_part,
    "returns never end": _it_is_returned_again_and_again,
    "nothing escalates": _it_is_late,
    "a repetition is done again": _a_request_comes_twice,
}


def _go(m: Loops, history: Callable[[Loops], None]) -> None:
    try:
        history(m)
        m.the_record_is_what_the_model_says()
        m.returns_end_with_a_ruling()
    finally:
        m.teardown()


@pytest.mark.parametrize("guard", DIRECTED)
def test_a_directed_history_breaks(cast: Cast, machine: type[Loops], monkeypatch: pytest.MonkeyPatch, guard: str) -> None:
    _go(machine(cast), DIRECTED[guard])  # with the guard it keeps every promise
    SABOTAGES[guard](monkeypatch)
    with pytest.raises(Failed):
        _go(machine(cast), DIRECTED[guard])


@pytest.mark.parametrize("guard", [g for g in SABOTAGES if HISTORIES or g not in DIRECTED])
def test_without_a_guard_a_history_breaks(cast: Cast, machine: type[Loops], monkeypatch: pytest.MonkeyPatch, guard: str) -> None:
    SABOTAGES[guard](monkeypatch)
    with pytest.raises(BaseException) as caught:
        run_state_machine_as_test(lambda: machine(cast), settings=profile(60, 40, **SABOTAGE))  # type: ignore[no-untyped-call]
    assert any(isinstance(e, Failed) for e in causes(caught.value)), caught.value
