"""Verbs of the queue: move an application up or down, hold it, put a batch together, change it, approve and announce it in one act."""

from __future__ import annotations

import uuid
from typing import Any

from pydantic import Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.territory.reach import missing
from tongchou.rooms.resumption.actions.deciding import approve
from tongchou.rooms.resumption.masks import covers
from tongchou.rooms.resumption.models import Application, Batch
from tongchou.rooms.resumption.queue import ranking
from tongchou.rooms.resumption.reach import DECIDE, application_in_reach
from tongchou.rooms.resumption.ways import rules_on

MOST = 500
explain_constraint(
    "resumption_batch_two_people", Reason.SAME_PERSON, Text("提出批次的人不能自己批准。", "Who put the batch together may not approve it."),
    Text("请由另一人批准。", "Somebody else must approve it."),
)  # fmt: skip


class AdjustIn(Payload):
    """lift: points added or taken, with the reason; hold: why it waits, "" to let it go on. One of both."""

    application: uuid.UUID
    lift: int | None = Field(None, ge=-100, le=100)
    hold: bool | None = None
    reason: str = Field(min_length=2, max_length=300)


class ProposeIn(Payload):
    """applications in their order; or n: the first so many of the queue that are ready to be decided."""

    title: str = Field(min_length=2, max_length=120)
    applications: list[uuid.UUID] = Field(default_factory=list, max_length=MOST)
    n: int | None = Field(None, ge=1, le=MOST)


class ChangeIn(Payload):
    """place: where it goes, from 1; None takes it out."""

    batch: uuid.UUID
    application: uuid.UUID
    place: int | None = Field(None, ge=1, le=MOST)
    reason: str = Field(min_length=2, max_length=300)


class BatchIn(Payload):
    """limit_short: applications whose masks carry fewer than they ask for are approved for as many as they carry; otherwise they stand in the way."""

    batch: uuid.UUID
    seen_version: int
    conditions: list[str] = Field(default_factory=list, max_length=20)
    limit_short: bool = False


class DropIn(Payload):
    batch: uuid.UUID
    reason: str = Field(min_length=2, max_length=300)


@verb("resumption.adjust", DECIDE, Text("调整顺序", "Move in the queue"))
def adjust(context: Context, given: AdjustIn) -> dict[str, Any]:
    """A person moves an application, or holds it, and says why; the enterprise sees the reason."""
    row = application_in_reach(context.actor, DECIDE, given.application, lock=True)
    if row.loop is None or row.ended:
        raise Refusal(Reason.WRONG_STAGE, Text("该申请不在排队。", "It is not in the queue."), field="application")
    if (given.lift is None) == (given.hold is None):
        raise Refusal(
            Reason.INVALID_VALUE, Text("请调整分值或暂缓，二选一。", "Either points or a hold."), field="lift"
        )
    if given.lift is not None:
        row.lift, row.lift_reason = given.lift, given.reason if given.lift else ""
    else:
        row.hold = given.reason if given.hold else ""
        if given.hold:
            row.batch, row.place = None, None
    row.save(update_fields=["lift", "lift_reason", "hold", "batch", "place"])
    data = {"lift": given.lift, "hold": given.hold}
    context.event(
        "resumption_adjusted", loop_id=row.loop.pk, subject=f"application:{row.pk}", note=given.reason, data=data
    )
    return {"application": str(row.pk), "lift": row.lift, "hold": row.hold}


@verb("resumption.batch", DECIDE, Text("拟定批次", "Put a batch together"))
def propose(context: Context, given: ProposeIn) -> dict[str, Any]:
    """A batch of applications that are ready to be decided, in the order of the queue or as named."""
    ids = list(dict.fromkeys(given.applications))
    if not ids:
        today = context.now.astimezone(SHANGHAI).date()
        ranked = ranking(context.actor, today, rules_on(today)["weights"])
        ids = [r.application for r in ranked if r.stage == "deciding" and not r.hold and r.batch is None][
            : given.n or 20
        ]
    rows = {a: application_in_reach(context.actor, DECIDE, a, lock=True) for a in sorted(ids)}
    wrong = next(
        (r for r in rows.values() if r.loop is None or r.ended or r.hold or r.batch_id or r.loop.stage != "deciding"),
        None,
    )
    if wrong is not None or not rows:
        rule = Text(
            "批次里只能是待决定、未暂缓、未列入其他批次的申请。",
            "A batch holds applications to be decided, neither held nor in another batch.",
        )
        raise Refusal(Reason.CONFLICT, rule, field="applications", value=wrong.unit.name if wrong else None)
    assert context.actor.account_id is not None
    batch = Batch.objects.create(
        id=new_id(), title=given.title, proposed_by_id=context.actor.account_id, proposed_at=context.now
    )
    for place, key in enumerate(ids, 1):
        rows[key].batch, rows[key].place = batch, place
    Application.objects.bulk_update(rows.values(), ["batch", "place"])
    context.event(
        "resumption_batch", subject=f"batch:{batch.pk}", note=given.title, data={"applications": [str(i) for i in ids]}
    )
    return {"batch": str(batch.pk), "applications": len(ids)}


@verb("resumption.batch_change", DECIDE, Text("调整批次", "Change a batch"))
def change(context: Context, given: ChangeIn) -> dict[str, Any]:
    """Move an application within a batch or take it out, with the reason."""
    batch, rows = _batch(context, given.batch)
    row = next((r for r in rows if r.pk == given.application), None)
    if row is None:
        raise missing(Text("该申请不在这一批。", "It is not in this batch."), "application", str(given.application))
    rows.remove(row)
    if given.place is None:
        row.batch, row.place = None, None
        row.save(update_fields=["batch", "place"])
    else:
        rows.insert(given.place - 1, row)
    for place, one in enumerate(rows, 1):
        one.place = place
    Application.objects.bulk_update(rows, ["place"])
    _touch(batch)
    context.event(
        "resumption_batch_changed",
        loop_id=row.loop_id,
        subject=f"batch:{batch.pk}",
        note=given.reason,
        data={"application": str(row.pk), "place": given.place},
    )
    return {"batch": str(batch.pk), "version": batch.version}


@verb("resumption.batch_approve", DECIDE, Text("批准并公布批次", "Approve and announce a batch"))
def approve_batch(context: Context, given: BatchIn) -> dict[str, Any]:
    """Approve every application of a batch, give the permits and announce them, all or none; by another person than who put it together."""
    batch, rows = _batch(context, given.batch)
    if batch.version != given.seen_version:
        raise Refusal(
            Reason.CONFLICT,
            Text("批次刚刚有调整。", "The batch was just changed."),
            remedy=Text("请刷新后再批准。", "Reload first."),
            field="seen_version",
        )
    if not rows:
        raise Refusal(Reason.MISSING_VALUE, Text("批次里没有申请。", "The batch is empty."), field="batch")
    batch.state, batch.decided_by_id, batch.decided_at = "approved", context.actor.account_id, context.now
    batch.save()
    masks = covers(rows, context.now.astimezone(SHANGHAI).date()) if given.limit_short else {}
    most = {r.pk: c.carries for r in rows if (c := masks.get(str(r.pk))) and c.is_short and c.carries}
    approve(context, rows, None, [c.strip()[:300] for c in given.conditions if c.strip()], most)
    context.event("resumption_batch_announced", subject=f"batch:{batch.pk}", data={"n": len(rows)})
    return {"batch": str(batch.pk), "approved": len(rows)}


@verb("resumption.batch_drop", DECIDE, Text("取消批次", "Drop a batch"))
def drop(context: Context, given: DropIn) -> dict[str, Any]:
    """Give a batch up; its applications go back to the queue."""
    batch, rows = _batch(context, given.batch)
    for row in rows:
        row.batch, row.place = None, None
    Application.objects.bulk_update(rows, ["batch", "place"])
    batch.state, batch.decided_by_id, batch.decided_at = "dropped", context.actor.account_id, context.now
    batch.save()
    context.event("resumption_batch_dropped", subject=f"batch:{batch.pk}", note=given.reason)
    return {"batch": str(batch.pk), "state": "dropped"}


def _batch(context: Context, key: uuid.UUID) -> tuple[Batch, list[Application]]:
    """A proposed batch, locked, with its open applications in order; all of them in reach."""
    batch = Batch.objects.select_for_update().filter(pk=key).first()
    rows = list(
        Application.objects.select_for_update(of=("self",))
        .filter(batch_id=key)
        .select_related("unit__area", "loop")
        .order_by("place")
    )
    if (
        batch is None
        or not all(context.actor.system or context.actor.sees_path(DECIDE, r.unit.area.path) for r in rows)
        or not context.actor.area_paths(DECIDE)
    ):
        raise missing(Text("没有找到这一批。", "There is no such batch."), "batch", str(key))
    if batch.state != "proposed":
        raise Refusal(Reason.WRONG_STAGE, Text("这一批已经办结。", "This batch is settled."), field="batch")
    return batch, [r for r in rows if not r.ended]


def _touch(batch: Batch) -> None:
    batch.version += 1
    batch.save(update_fields=["version"])
