"""What loops ought to do, kept in memory: the oracle of test_stateful_loops.py.

It reads the kinds and the role table as data and shares no logic with the engine. For every act it says which reasons would justify
a refusal; an act must be carried out exactly when there is none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tongchou.kernel.errors import Reason
from tongchou.packs.kinds import LoopKind, Party, Stage, Step
from tongchou.record.access import roles

Reasons = set[Reason]
RUNGS = ("none", "remind", "supervise", "accountability")


@dataclass(frozen=True)
class Who:
    """One of the cast, with its one post. `role` "" is the program itself."""

    name: str
    account: int | None
    unit: int | None
    role: str
    scope: str
    path: str
    permissions: frozenset[str]

    @property
    def system(self) -> bool:
        return self.role == ""


@dataclass
class Owed:
    """A loop as it ought to be."""

    kind: LoopKind
    owner: int
    opener: int | None
    verifier: int | None
    about: int | None
    path: str
    parts: dict[int, bool]
    parent: str | None
    began: datetime  # opened, or opened again
    due: datetime
    stage: str = ""
    deadline: datetime | None = None
    level: str = "none"
    returns: int = 0
    ruled: bool = False
    workers: set[int] = field(default_factory=set)
    worker_units: set[int] = field(default_factory=set)
    end: str = ""
    followed: bool = False

    @property
    def units(self) -> set[int]:
        return {u for u in (self.owner, self.opener, self.verifier, self.about, *self.parts) if u is not None}

    def enter(self, stage: str, now: datetime) -> None:
        """Begin a stage: its clock starts, what was shouted about the one before is over."""
        spec = self.kind.stages[stage]
        self.stage, self.end, self.level = stage, spec.end or "", "none"
        self.deadline = None if spec.end else self.due if spec.limit is None else spec.limit.after(now)


@dataclass(frozen=True)
class Given:
    """What comes with a step. evidence: whether all that the step needs comes along."""

    note: str = ""
    evidence: bool = True
    to_unit: int | None = None
    new_due: datetime | None = None


class LoopModel:
    """loops by id. units: active unit -> path of its area."""

    def __init__(self, office: int, units: dict[int, str]) -> None:
        self.office = office
        self.units = units
        self.loops: dict[str, Owed] = {}

    # who is what to a loop

    def visible(self, who: Who, loop: Owed) -> bool:
        if who.system:
            return True
        if "loop.view" not in who.permissions:
            return False
        return (who.scope == "area" and loop.path.startswith(who.path)) or who.unit in (loop.units | {self.turn(loop)})

    def is_party(self, who: Who, loop: Owed, party: Party) -> bool:
        if who.system:
            return party is Party.SYSTEM
        rules = "loop.adjudicate" in who.permissions
        stands_in = rules and loop.opener is None  # the program opened it: the headquarters stands in for the opener
        if party is Party.ADJUDICATOR:
            return rules
        if "loop.act" not in who.permissions:
            return False
        return {
            Party.OWNER: who.unit == loop.owner,
            Party.OPENER: who.unit == loop.opener or stands_in,
            Party.VERIFIER: who.unit == (loop.verifier or loop.opener) or (stands_in and loop.verifier is None),
            Party.CO_UNIT: who.unit in loop.parts,
            Party.SUBJECT: who.unit == loop.about,
            Party.SYSTEM: False,
        }[party]

    def turn(self, loop: Owed) -> int:
        """The unit that owes the next move."""
        party = self.stage(loop).owner
        units = {
            Party.OPENER: loop.opener or self.office,
            Party.VERIFIER: loop.verifier or loop.opener or self.office,
            Party.ADJUDICATOR: self.office,
            Party.SUBJECT: loop.about or loop.opener,
        }
        return (units.get(party) if party else None) or loop.owner

    def stage(self, loop: Owed) -> Stage:
        return loop.kind.stages[loop.stage]

    # opening

    def refuses_opening(self, who: Who, kind: LoopKind, payload: dict[str, Any], now: datetime, areas: dict[int, str]) -> Reasons:
        out: Reasons = set()
        if not who.system and ("loop.open" not in who.permissions or who.role not in kind.opened_by):
            out.add(Reason.NOT_ALLOWED)
        owner = payload["owner_unit"]
        named = [owner, payload.get("verifier_unit"), payload.get("unit"), *(c["unit"] for c in payload.get("co_units", ()))]
        if any(u is not None and u not in self.units for u in named) or owner in [c["unit"] for c in payload.get("co_units", ())]:
            return out | {Reason.NOT_FOUND}
        subject = "unit" if payload.get("unit") else "area" if payload.get("area") and "area" in kind.subjects else "none"
        if subject not in kind.subjects and not (subject == "none" and "area" in kind.subjects):
            out.add(Reason.INVALID_VALUE)
        if payload.get("parent") and self.loops[payload["parent"]].end:
            out.add(Reason.LOOP_CLOSED)
        if any(f.required and not payload.get("data", {}).get(f.key) for f in kind.fields):
            out.add(Reason.MISSING_VALUE)
        if payload.get("due_at"):
            out |= _due(datetime.fromisoformat(payload["due_at"]), now)
        path = self._path(payload, areas)
        downwards, upwards = path.startswith(who.path), who.path.startswith(self.units[owner])
        if not who.system and who.scope == "area" and not downwards and not upwards:
            out.add(Reason.NOT_FOUND)
        return out

    def _path(self, payload: dict[str, Any], areas: dict[int, str]) -> str:
        if payload.get("area"):
            return areas[payload["area"]]
        return self.units[payload.get("unit") or payload["owner_unit"]]

    def open(self, id: str, who: Who, kind: LoopKind, payload: dict[str, Any], now: datetime, areas: dict[int, str]) -> None:
        due = datetime.fromisoformat(payload["due_at"]) if payload.get("due_at") else (kind.limit.after(now) if kind.limit else now)
        parts = {c["unit"]: False for c in payload.get("co_units", ())}
        loop = Owed(
            kind, payload["owner_unit"], who.unit, payload.get("verifier_unit"), payload.get("unit"), self._path(payload, areas), parts,
            payload.get("parent"), now, due,
        )  # fmt: skip
        loop.enter(kind.start, now)
        self.loops[id] = loop

    # steps

    def refuses_step(self, who: Who, id: str, key: str, given: Given, now: datetime) -> Reasons:
        """The reasons for which this step may be refused; none: it must be carried out."""
        loop = self.loops.get(id)
        out: Reasons = {Reason.INVALID_VALUE} if given.to_unit is not None and given.to_unit not in self.units else set()
        if loop is None or not self.visible(who, loop):
            return out | {Reason.NOT_FOUND}
        step = loop.kind.steps.get(key)
        if step is None:
            return out | {Reason.INVALID_VALUE}
        if loop.end:
            out.add(Reason.LOOP_CLOSED)
        elif loop.stage not in step.from_stages:
            out.add(Reason.WRONG_STAGE)
        if not any(self.is_party(who, loop, p) for p in step.by) or (step.roles and who.role not in step.roles):
            out.add(Reason.NOT_OWNER)
        out |= self._verification(who, loop, step) | self._closing(id, loop, step)
        if (step.note == "required" and not given.note) or (step.reassigns and given.to_unit is None):
            out.add(Reason.MISSING_VALUE)
        if any(n.at_least for n in step.needs) and not given.evidence:
            out.add(Reason.EVIDENCE_MISSING)
        if given.new_due is not None:
            out |= _due(given.new_due, now) | (set() if {Party.OPENER, Party.ADJUDICATOR} & set(step.by) else {Reason.NOT_OWNER}) | _served(who)
        if step.is_return and loop.ruled:
            out.add(Reason.RETURN_LIMIT)
        return out

    def _verification(self, who: Who, loop: Owed, step: Step) -> Reasons:
        if step.verifies and who.account in loop.workers:
            return {Reason.SAME_PERSON}
        return {Reason.SAME_UNIT} if step.verifies == "other_unit" and who.unit in loop.worker_units else set()

    def _closing(self, id: str, loop: Owed, step: Step) -> Reasons:
        target = loop.kind.stages.get(step.to_stage)
        if not step.closes_children and (target is None or target.end != "done"):
            return set()
        children = any(c.parent == id and not c.end for c in self.loops.values())
        parts = not all(loop.parts.values())
        return ({Reason.CHILDREN_OPEN} if children else set()) | ({Reason.CO_UNITS_OPEN} if parts else set())

    def step(self, who: Who, id: str, key: str, given: Given, now: datetime) -> None:
        """Carry out a step that nothing refuses."""
        loop = self.loops[id]
        step = loop.kind.steps[key]
        target = loop.stage if step.to_stage == "=" else step.to_stage
        if step.is_return:
            if loop.returns >= loop.kind.return_limit and loop.kind.adjudicate_stage:
                target = loop.kind.adjudicate_stage
            loop.returns += 1
        if step.is_work and who.account is not None and who.unit is not None:
            loop.workers.add(who.account)
            loop.worker_units.add(who.unit)
        if step.reassigns:
            assert given.to_unit is not None
            loop.owner = given.to_unit
            loop.ruled = loop.ruled or Party.ADJUDICATOR in step.by
        loop.due = given.new_due or loop.due
        if target != loop.stage or given.new_due is not None:
            loop.enter(target, now)

    def sensible(self, who: Who) -> list[tuple[str, Step]]:
        """The steps that somebody might take now, were all given that they ask for."""
        return [
            (id, step)
            for id, loop in self.loops.items()
            for step in loop.kind.steps_from(loop.stage)
            if not loop.end and self.visible(who, loop) and any(self.is_party(who, loop, p) for p in step.by)
        ]

    # the rest

    def refuses_due(self, who: Who, id: str, due: datetime, now: datetime) -> Reasons:
        loop = self.loops[id]
        return self._ground(who, loop, (Party.OPENER, Party.ADJUDICATOR)) | _due(due, now) | _served(who)

    def set_due(self, id: str, due: datetime, now: datetime) -> None:
        loop = self.loops[id]
        loop.due = due
        if self.stage(loop).keeps_deadline:
            loop.deadline = due
        assert loop.deadline is not None
        loop.level = level(self.stage(loop), loop.deadline, now)

    def _ground(self, who: Who, loop: Owed, parties: Iterable[Party]) -> Reasons:
        """What every verb on an open loop asks of who does it."""
        if not self.visible(who, loop):
            return {Reason.NOT_FOUND}
        out: Reasons = {Reason.LOOP_CLOSED} if loop.end else set()
        return out if any(self.is_party(who, loop, p) for p in parties) else out | {Reason.NOT_OWNER}

    def refuses_person(self, who: Who, id: str, of_unit: int | None) -> Reasons:
        loop = self.loops[id]
        out = self._ground(who, loop, (Party.OWNER, Party.OPENER))
        return out | ({Reason.INVALID_VALUE} if of_unit != loop.owner else set()) | (_served(who) if who.unit != loop.owner else set())

    def refuses_part(self, who: Who, id: str) -> Reasons:
        loop = self.loops[id]
        out = self._ground(who, loop, (Party.CO_UNIT,))
        return out | (set() if who.unit is not None and loop.parts.get(who.unit) is False else {Reason.NOT_OWNER})

    def refuses_follow_up(self, who: Who, id: str) -> Reasons:
        loop = self.loops[id]
        if not self.visible(who, loop):
            return {Reason.NOT_FOUND}
        asks = loop.kind.follow_up
        if asks is None or loop.end != "done" or loop.followed:
            return {Reason.WRONG_STAGE}
        return set() if any(self.is_party(who, loop, p) for p in (asks.by, Party.OPENER)) else {Reason.NOT_OWNER}

    def follow_up(self, id: str, satisfied: bool, now: datetime) -> None:
        loop = self.loops[id]
        if satisfied:
            loop.followed = True
            return
        loop.began, loop.due = now, now + (loop.due - loop.began)
        loop.workers, loop.worker_units = set(), set()
        loop.enter(loop.kind.start, now)

    def escalate(self, now: datetime) -> None:
        for loop in self.loops.values():
            if loop.deadline is not None:
                loop.level = level(self.stage(loop), loop.deadline, now)


def level(stage: Stage, deadline: datetime, now: datetime) -> str:
    """The highest rung whose time has come."""
    reached: Collection[str] = [r.level.value for r in stage.ladder if deadline + timedelta(hours=r.after_hours) <= now]
    return max(reached, key=RUNGS.index, default="none")


def _served(who: Who) -> Reasons:
    return {Reason.NOT_OWNER} if who.role and roles()[who.role].served else set()


def _due(due: datetime, now: datetime) -> Reasons:
    return set() if now < due <= now + timedelta(days=5 * 366) else {Reason.IMPOSSIBLE_DATE}
