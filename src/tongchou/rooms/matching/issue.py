"""Issuing a run: each pair becomes a loop that both sides confirm; what is not delivered goes back to the pool."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, verb
from tongchou.record.actions.loops import after_step
from tongchou.record.actions.open_loops import OpenManyIn, open_many
from tongchou.record.loops.titles import written
from tongchou.record.models import Evidence
from tongchou.rooms.matching.catalogue import catalogue
from tongchou.rooms.matching.models import Entry, Match, Run, RunPair
from tongchou.rooms.matching.reach import MANAGE, run_in_reach
from tongchou.rooms.matching.runs import OneRunIn

KIND = "match"


@verb("match.issue", MANAGE, Text("下达对接", "Issue a run"))
def issue(context: Context, given: OneRunIn) -> dict[str, Any]:
    """Hand out every pair of a run, all or none. Refused when something of it has been taken, changed or withdrawn since it was computed."""
    run = run_in_reach(context.actor, given.run, lock=True)
    if run.state != Run.State.READY:
        rule = Text("只有算好且未下达的方案可以下达。", "Only a run that is computed and not yet issued can be issued.")
        raise Refusal(Reason.WRONG_STAGE, rule, field="run", value=str(run.pk))
    pairs = list(run.pairs.select_related("need__unit", "offer__unit", "need__area").order_by("pk"))
    if not pairs:
        rule = Text("该方案没有配对。", "The run proposes no pair.")
        raise Refusal(Reason.CONFLICT, rule, field="run", value=str(run.pk))
    _check_fresh(run, pairs, timezone.localdate(context.now))
    _commit(pairs, 1)
    ids = [new_id() for _ in pairs]
    items = [_loop(run, p, key) for p, key in zip(pairs, ids, strict=True)]
    open_many(context, OpenManyIn.model_validate({"items": items}))
    Match.objects.bulk_create(
        [
            Match(loop_id=key, run=run, need=p.need, offer=p.offer, quantity=p.quantity, metres=p.metres, issued_at=context.now)
            for p, key in zip(pairs, ids, strict=True)
        ],
        batch_size=5000,
    )  # fmt: skip
    run.state, run.issued_at, run.issued_by_id = Run.State.ISSUED, context.now, context.actor.account_id
    run.save(update_fields=["state", "issued_at", "issued_by"])
    context.event("match_issued", subject=f"run:{run.pk}", data={"pairs": len(pairs)})
    return {"run": str(run.pk), "loops": len(pairs)}


def _check_fresh(run: Run, pairs: list[RunPair], on: date) -> None:
    keys = {k for p in pairs for k in (p.need_id, p.offer_id)}
    now = {e.pk: e for e in Entry.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    taken: dict[uuid.UUID, int] = defaultdict(int)
    for p in pairs:
        taken[p.need_id] += p.quantity
        taken[p.offer_id] += p.quantity
    seen = {p.need_id: p.need_version for p in pairs} | {p.offer_id: p.offer_version for p in pairs}
    gone = [e for key, e in now.items() if e.version != seen[key] or e.last < on or e.quantity - e.committed < taken[key]]
    if gone:
        rule = Text("有 {n} 项供需在计算之后被占用、变更或撤回。", "{n} {n|need or offer was|needs or offers were} taken, changed or withdrawn since it was computed.")
        remedy = Text("请按最新情况重新匹配。", "Match again.")
        raise Refusal(Reason.CONFLICT, rule.with_(n=len(gone)), remedy=remedy, field="run", value=str(run.pk), entries=[str(e.pk) for e in gone[:50]])


def _loop(run: Run, p: RunPair, key: uuid.UUID) -> dict[str, Any]:
    item = catalogue().items[p.need.item]
    name = Text("{a}→{b}：{item} {n} {m}", "{a} → {b}: {n} {m} of {item}").with_(a=p.offer.unit.name, b=p.need.unit.name, item=item.title, n=p.quantity, m=item.unit)
    return {
        "id": str(key), "kind": KIND, **written(name), "unit": p.need.unit_id, "area": p.need.unit.area_id, "owner_unit": p.offer.unit_id,
        "origin": "match", "origin_ref": str(run.pk),
        "data": {"item": item.title.zh, "quantity": p.quantity, "unit": item.unit.zh, "km": round(p.metres / 1000, 1)},
    }  # fmt: skip


def _commit(pairs: Iterable[RunPair], sign: int) -> None:
    taken: dict[uuid.UUID, int] = defaultdict(int)
    for p in pairs:
        taken[p.need_id] += sign * p.quantity
        taken[p.offer_id] += sign * p.quantity
    give(taken)


def give(taken: dict[uuid.UUID, int]) -> None:
    """Add to what is committed of each entry, in the order of their ids; the database refuses more than there is."""
    rows = [(str(k), v) for k, v in sorted(taken.items()) if v]
    with connection.cursor() as cursor:
        cursor.execute(
            """update matching_entry e set committed = e.committed + t.amount
               from (select unnest(%s::uuid[]) as id, unnest(%s::bigint[]) as amount) t where e.id = t.id""",
            [[r[0] for r in rows], [r[1] for r in rows]],
        )


@after_step(KIND, "receive")
def received(context: Context, loops: list[uuid.UUID]) -> None:
    """The needing side has said how much came: the rest goes back to both pools."""
    told = dict(Evidence.objects.filter(loop_id__in=loops, act=context.act_id, key="received").values_list("loop_id", "number"))
    rows = list(Match.objects.select_for_update().filter(pk__in=loops, state=Match.State.OPEN).order_by("pk"))
    back: dict[uuid.UUID, int] = defaultdict(int)
    for row in rows:
        amount = told.get(row.pk)
        if amount is None or amount != amount.to_integral_value() or not 0 <= amount <= row.quantity:
            rule = Text("实际数量应是 0 至 {n} 的整数。", "What came is a whole number from 0 to {n}.").with_(n=row.quantity)
            raise Refusal(Reason.INVALID_VALUE, rule, field="evidence.received", value=str(amount if amount is not None else ""))
        row.received, row.state, row.ended_at = int(Decimal(amount)), Match.State.DONE, context.now
        short = row.quantity - row.received
        back[row.need_id] -= short
        back[row.offer_id] -= short
    Match.objects.bulk_update(rows, ["received", "state", "ended_at"])
    give(back)


def _ended(context: Context, loops: list[uuid.UUID]) -> None:
    """Nothing comes of it: all of it goes back to both pools."""
    rows = list(Match.objects.select_for_update().filter(pk__in=loops, state=Match.State.OPEN).order_by("pk"))
    back: dict[uuid.UUID, int] = defaultdict(int)
    for row in rows:
        row.state, row.received, row.ended_at = Match.State.ENDED, 0, context.now
        back[row.need_id] -= row.quantity
        back[row.offer_id] -= row.quantity
    Match.objects.bulk_update(rows, ["received", "state", "ended_at"])
    give(back)


for _step in ("decline", "call_off", "give_up"):
    after_step(KIND, _step)(_ended)
