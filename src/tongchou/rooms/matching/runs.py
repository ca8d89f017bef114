"""Verbs on runs: ask for one, let the job compute it, drop it."""

from __future__ import annotations

import uuid
from contextvars import ContextVar
from typing import Any, Literal

from django.utils import timezone
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, act, verb
from tongchou.record.territory.reach import area_in_reach, missing
from tongchou.rooms.matching import solving
from tongchou.rooms.matching.catalogue import catalogue
from tongchou.rooms.matching.models import Entry, Run
from tongchou.rooms.matching.reach import MANAGE, run_in_reach
from tongchou.rooms.matching.rules import NAMES, WEIGHTS, rules
from tongchou.sim.matching.model import Result
from tongchou.sim.matching.solve import Progress

Solved = tuple[Result, dict[str, Entry]]

AT_ONCE = 600
"""Up to so many needs and offers are matched while the browser waits; more by the job queue, with progress."""
MOST_OF = {"essential_points": 1000, "late_points": 100, "late_step_days": 60, "late_most_steps": 50, "small_percent": 500, "most_km": 20_000}
LEAST_OF = {"late_step_days": 1, "small_percent": 50, "most_km": 1}


class PinIn(Payload):
    need: uuid.UUID
    offer: uuid.UUID
    quantity: int = Field(ge=1)


class BarIn(Payload):
    need: uuid.UUID
    offer: uuid.UUID


class RunIn(Payload):
    """weights: those that differ from the rules of the day; with them, with pins or with bars goes a reason. based_on: the run that this one
    starts from; its own pins and bars are not taken over by themselves."""

    area: int
    kinds: list[Literal["worker", "material", "transport", "storage"]] = Field(min_length=1, max_length=4)
    based_on: uuid.UUID | None = None
    weights: dict[str, int] = Field(default_factory=dict)
    pinned: list[PinIn] = Field(default_factory=list, max_length=2_000)
    forbidden: list[BarIn] = Field(default_factory=list, max_length=2_000)
    reason: str = Field("", max_length=300)


class OneRunIn(Payload):
    run: uuid.UUID


@verb("match.run", MANAGE, Text("匹配供需", "Match needs with offers"))
def run(context: Context, given: RunIn) -> dict[str, Any]:
    """Ask for a run. Nothing is promised to anybody before it is issued."""
    area = area_in_reach(context.actor, MANAGE, given.area)
    on = timezone.localdate(context.now)
    weights = {k: r.value for k, r in rules(on).items() if k in WEIGHTS}
    changed = _changed(given.weights, weights)
    fixed = {str(k) for p in _fixed(given) for k in (p.need, p.offer)}
    if (changed or fixed) and len(given.reason) < 2:
        rule = Text("调整权重、锁定或排除配对须写明理由。", "Other weights, pins and bars need a reason.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请写一句话。", "One sentence will do."), field="reason")
    _check_fixed(given, area.path)
    base = run_in_reach(context.actor, given.based_on) if given.based_on else None
    row = Run(
        id=new_id(), area=area, unit_id=context.grants[0].unit_id, account_id=context.actor.account_id, based_on=base, as_of=on,
        kinds=sorted(set(given.kinds), key=list(catalogue().kinds).index), weights=weights | changed, changed=changed, reason=given.reason,
        pinned=[[str(p.need), str(p.offer), p.quantity] for p in given.pinned], asked_at=context.now,
        forbidden=[[str(b.need), str(b.offer)] for b in given.forbidden],
    )  # fmt: skip
    row.save(force_insert=True)
    size = len(solving.pool(area.path, row.kinds, on))
    context.event("match_run", subject=f"run:{row.pk}", note=given.reason, data={"area": area.pk, "changed": changed, "pool": size})
    return {"run": str(row.pk), "pool": size, "at_once": size <= AT_ONCE}


def _changed(given: dict[str, int], held: dict[str, int]) -> dict[str, int]:
    for key, value in given.items():
        if key not in WEIGHTS:
            raise Refusal(Reason.UNKNOWN_FIELD, Text("没有这项权重。", "There is no such weight."), field=f"weights.{key}"[:60])
        if not LEAST_OF.get(key, 0) <= value <= MOST_OF[key]:
            rule = Text("“{what}”应在 {a} 至 {b} 之间。", "“{what}” lies between {a} and {b}.")
            raise Refusal(
                Reason.INVALID_VALUE, rule.with_(what=NAMES[key], a=LEAST_OF.get(key, 0), b=MOST_OF[key]), field=f"weights.{key}", value=value
            )
    return {k: v for k, v in given.items() if v != held[k]}


def _fixed(given: RunIn) -> list[PinIn | BarIn]:
    return [*given.pinned, *given.forbidden]


def _check_fixed(given: RunIn, path: str) -> None:
    """Pins and bars name a need and an offer of the area, of one item, and no pair is both."""
    keys = {k for p in _fixed(given) for k in (p.need, p.offer)}
    rows = {e.pk: e for e in Entry.objects.filter(pk__in=keys, unit__area__path__startswith=path)}
    both_kinds: tuple[tuple[str, list[PinIn] | list[BarIn]], ...] = (("pinned", given.pinned), ("forbidden", given.forbidden))
    for name, pairs in both_kinds:
        for pair in pairs:
            need, offer = rows.get(pair.need), rows.get(pair.offer)
            lost = pair.need if need is None else pair.offer
            if need is None or offer is None:
                raise missing(Text("没有找到这项供需。", "There is no such need or offer."), name, str(lost))
            if (need.side, offer.side) != ("need", "offer") or need.item != offer.item:
                rule = Text("配对须是同一品名的一项需求和一项供给。", "A pair is a need and an offer of one item.")
                raise Refusal(Reason.INVALID_VALUE, rule, field=name, value=str(pair.need))
    both = {(p.need, p.offer) for p in given.pinned} & {(b.need, b.offer) for b in given.forbidden}
    if both or len({(p.need, p.offer) for p in given.pinned}) < len(given.pinned):
        rule = Text("同一配对不能既锁定又排除，也不能锁定两次。", "A pair is pinned or barred, and once.")
        raise Refusal(Reason.CONFLICT, rule, field="pinned")


_solved: ContextVar[tuple[uuid.UUID, Solved] | None] = ContextVar("run_solved", default=None)


def solve_run(actor: Actor, key: uuid.UUID, told: Progress | None = None) -> None:
    """Compute a run outside any transaction, so that others may go on and see how far it is; then keep the result in one act.

    What the pool has changed meanwhile does no harm: a run is a proposal, and issuing it looks again.
    """
    row = Run.objects.select_related("area").filter(pk=key, state__in=(Run.State.WAITING, Run.State.RUNNING)).first()
    if row is None:
        return
    token = _solved.set((key, solving.solve(row, told)))
    try:
        act("match.solve", actor, new_id(), {"run": str(key)})
    finally:
        _solved.reset(token)


@verb("match.solve", MANAGE, Text("计算匹配结果", "Compute a run"))
def compute(context: Context, given: OneRunIn) -> dict[str, Any]:
    """Compute a run that waits. A second worker finds it done."""
    row = run_in_reach(context.actor, given.run, lock=True)
    if row.state not in (Run.State.WAITING, Run.State.RUNNING):
        return {"run": str(row.pk), "state": row.state}
    ready = _solved.get()
    result, entries = ready[1] if ready is not None and ready[0] == row.pk else solving.solve(row)
    solving.keep(row, result, entries)
    row.state, row.finished_at, row.started_at = Run.State.READY, timezone.now(), row.started_at or context.now
    row.save(update_fields=["state", "figures", "started_at", "finished_at"])
    data = {k: row.figures[k] for k in ("needs", "offers", "pairs", "full", "proven")}
    context.event("match_solved", subject=f"run:{row.pk}", data=data)
    return {"run": str(row.pk), "state": row.state, **data}


class FailIn(OneRunIn):
    why: str = Field(max_length=300)


@verb("match.fail", MANAGE, Text("匹配未能完成", "A run failed"), system_only=True)
def fail(context: Context, given: FailIn) -> dict[str, Any]:
    """Say on the run why it could not be computed."""
    row = run_in_reach(context.actor, given.run, lock=True)
    row.state, row.finished_at, row.failure = Run.State.FAILED, context.now, given.why
    row.save(update_fields=["state", "finished_at", "failure"])
    context.event("match_failed", subject=f"run:{row.pk}", note=given.why)
    return {"run": str(row.pk)}


@verb("match.drop", MANAGE, Text("放弃匹配方案", "Drop a run"))
def drop(context: Context, given: OneRunIn) -> dict[str, Any]:
    """A run that will not be issued."""
    row = run_in_reach(context.actor, given.run, lock=True)
    if row.state == Run.State.ISSUED:
        raise Refusal(Reason.CONFLICT, Text("该方案已下达。", "It has been issued."), field="run", value=str(row.pk))
    row.state = Run.State.DROPPED
    row.save(update_fields=["state"])
    context.event("match_dropped", subject=f"run:{row.pk}")
    return {"run": str(row.pk)}

