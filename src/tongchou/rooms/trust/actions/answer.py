"""What becomes of an order: confirmed by another organisation or not, lifted, lapsed; an upheld appeal lifts it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, Literal

from django.db.models import Q
from django.utils import timezone
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.loops import after_step
from tongchou.record.clearance_due import MANY, ask
from tongchou.record.models import Loop
from tongchou.rooms.trust.models import OrderBatch, Restriction
from tongchou.rooms.trust.orders import (
    end,
    lapse_past,
    no_such_order,
    notify,
    order_in_reach,
    organisations,
    other_organisation,
)
from tongchou.rooms.trust.progress import counted

CONFIRM = "restriction.confirm"
ORIGIN = "order"
"""loop.origin of an appeal against an order; origin_ref is the order's id."""


class ConfirmIn(Payload):
    """order or batch, one of the two. agree false: the orders end without ever having bound anybody."""

    order: uuid.UUID | None = None
    batch: uuid.UUID | None = None
    agree: bool
    note: str = Field("", max_length=400)


@verb(CONFIRM, CONFIRM, Text("确认管控措施", "Confirm orders"))
def confirm(context: Context, given: ConfirmIn) -> dict[str, Any]:
    """A person of another organisation confirms what waits, or does not, with the reason."""
    rows = _waiting(context, given)
    first = rows[0]
    unit, org = other_organisation(context, first.issuer, first.issuer_org, first.issued_by_id)
    today = timezone.localdate(context.now)
    if not given.agree:
        _reasoned(given)
        _all(rows, context, state="refused", ended_at=context.now, ended_by_id=context.actor.account_id, end_reason="refused", end_note=given.note)
        _told(context, rows, "refused", given.note)
        return {"confirmed": 0, "refused": len(rows)}
    good = [r for r in rows if r.ends_on >= today]
    _all(good, context, state="active", confirmed_by_id=context.actor.account_id, confirmed_unit_id=unit, confirmed_org=org, confirmed_at=context.now)
    _told(context, good, "issued", "")
    if len(good) >= MANY:
        ask(context, "orders", f"batch:{given.batch}")
    return {"confirmed": len(good), "refused": 0}


def _reasoned(given: ConfirmIn) -> None:
    if len(given.note.strip()) < 4:
        rule = Text("不予确认的，须写明理由。", "Give the reason for not confirming.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请填写理由。", "Write it."), field="note")


def _waiting(context: Context, given: ConfirmIn) -> list[Restriction]:
    if (given.order is None) is (given.batch is None):
        raise Refusal(Reason.MISSING_VALUE, Text("请指明一项措施或一批措施。", "Name one order or one batch."), field="order")
    rows = Restriction.objects.select_for_update(of=("self",)).select_related("issuer", "person__area").filter(state="pending")
    if given.order is not None:
        order_in_reach(context.actor, CONFIRM, given.order)
        found = list(rows.filter(pk=given.order))
    else:
        assert given.batch is not None
        found = list(rows.filter(_inside(context), batch=_batch(context, given.batch)).order_by("pk"))
    if not found:
        raise _nothing_waits()
    return found


def waiting_batch(context: Context, given: ConfirmIn) -> OrderBatch:
    """A batch of which something waits for this actor's organisation. Raises Refusal, as confirming itself would."""
    if not given.agree:
        _reasoned(given)
    if given.batch is None:
        raise Refusal(Reason.MISSING_VALUE, Text("请指明一批措施。", "Name a batch."), field="batch")
    batch = _batch(context, given.batch)
    first = Restriction.objects.select_related("issuer").filter(_inside(context), state="pending", batch=batch).order_by("pk").first()
    if first is None:
        raise _nothing_waits()
    other_organisation(context, first.issuer, first.issuer_org, first.issued_by_id)
    return batch


def _batch(context: Context, key: uuid.UUID) -> OrderBatch:
    batch = OrderBatch.objects.select_related("area").filter(pk=key).first()
    mine = context.actor.area_paths(CONFIRM)
    if batch is None or not any(batch.area.path.startswith(p) or p.startswith(batch.area.path) for p in mine):
        raise no_such_order(key, "batch")
    return batch


def _inside(context: Context) -> Q:
    """A street confirms its own part of what was issued for the district."""
    inside = Q(pk__in=[])
    for path in context.actor.area_paths(CONFIRM):
        inside |= Q(person__area__path__startswith=path)
    return inside


def _nothing_waits() -> Refusal:
    rule = Text("没有待确认的措施。", "Nothing waits to be confirmed.")
    return Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请刷新页面。", "Reload the page."), field="order")


def _all(rows: Sequence[Restriction], context: Context, **values: Any) -> None:
    Restriction.objects.filter(pk__in=[r.pk for r in rows]).update(**values)


def _told(context: Context, rows: Sequence[Restriction], what: str, note: str) -> None:
    for row in counted(rows, "recording"):
        context.event(f"order_{'confirmed' if what == 'issued' else what}", subject=f"person:{row.person_id}", note=note, data={"order": str(row.pk)})
    notify(context, ((r.pk, what, note) for r in rows))


class ReleaseIn(Payload):
    order: uuid.UUID
    reason: Literal["rule_met", "issued_in_error", "medical", "plan_changed"]
    note: str = Field(min_length=2, max_length=400)


@verb("restriction.release", "restriction.issue", Text("解除管控措施", "Lift an order"))
def release(context: Context, given: ReleaseIn) -> dict[str, Any]:
    """One person lifts an order: freedom needs no second signature, only a reason."""
    row = order_in_reach(context.actor, "restriction.issue", given.order, lock=True)
    if row.state not in ("pending", "active"):
        rule = Text("该措施已结束。", "This order has ended already.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请刷新页面。", "Reload the page."), field="order")
    end(context, [row], "lifted", given.reason, given.note)
    return {"order": str(row.pk), "state": "lifted"}


class LapseIn(Payload):
    limit: int = Field(20_000, ge=1, le=100_000)


@verb("restriction.lapse", "restriction.issue", Text("到期自动解除", "Note what has lapsed"), system_only=True, recurs=True)
def lapse(context: Context, given: LapseIn) -> dict[str, Any]:
    return {"lapsed": lapse_past(context, limit=given.limit)}


@after_step("appeal", "uphold")
def upheld(context: Context, loops: list[uuid.UUID]) -> None:
    """In the act that upholds an appeal, the order against which it was made is lifted: only where the appeal is that person's own."""
    for key, person in _against(loops):
        row = Restriction.objects.select_for_update().filter(pk=key, person_id=person, state__in=("pending", "active")).first()
        if row is not None:
            end(context, [row], "lifted", "appeal")


@after_step("appeal", "reject")
def rejected(context: Context, loops: list[uuid.UUID]) -> None:
    """Who issued an order or confirmed it does not turn down the appeal against it, whichever unit was asked for the grounds."""
    mine = organisations(context.actor)
    for key, person in _against(loops):
        row = Restriction.objects.filter(pk=key, person_id=person).only("issuer_org", "confirmed_org").first()
        if row is not None and {row.issuer_org, row.confirmed_org} & mine:
            rule = Text("下达或确认该措施的单位不能驳回对它的申诉。", "Whoever issued or confirmed the order may not turn down the appeal against it.")
            remedy = Text("请由核验单位答复；认定申诉成立不受此限。", "The verifying unit answers; upholding it is open to you.")
            raise Refusal(Reason.SAME_UNIT, rule, remedy=remedy, field="step")


def _against(loops: list[uuid.UUID]) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """(order, person) of each appeal that names an order."""
    found = []
    for ref, person in Loop.objects.filter(pk__in=loops, origin=ORIGIN, subject_person__isnull=False).values_list("origin_ref", "subject_person_id"):
        try:
            found.append((uuid.UUID(ref), person))
        except ValueError:
            continue
    return found
