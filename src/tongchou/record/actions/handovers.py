"""Handing over takes both sides: offer, accept, refuse, withdraw."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.custody import HolderKind, may_hold_people, must_hold, open_holdings
from tongchou.record.models import Handover, HandoverItem, Holding, Unit


class OfferIn(Payload):
    custodies: list[uuid.UUID] = Field(min_length=1, max_length=100_000)
    to_unit: int
    to_kind: HolderKind
    place: str = Field("", max_length=80)
    minutes: int = Field(120, ge=1, le=7 * 24 * 60, description="within how many minutes the other side must answer")
    note: str = Field("", max_length=2000)


@verb("custody.offer", "custody.act", Text("发起移交", "Offer a hand-over"))
def offer(context: Context, given: OfferIn) -> dict[str, Any]:
    """The holder offers; it stays the holder until the other side accepts."""
    ids = list(dict.fromkeys(given.custodies))
    held = open_holdings(context, ids)
    must_hold(context, held)
    if not Unit.objects.filter(pk=given.to_unit, active_to=None).exists():
        rule = Text("没有这个在册单位。", "There is no such active unit.")
        raise Refusal(Reason.INVALID_VALUE, rule, field="to_unit", value=given.to_unit)
    givers = {h.unit_id for h in held.values()}
    if len(givers) > 1:
        rule = Text("一次移交只能由一个保管方发起。", "One hand-over has one giver.")
        raise Refusal(Reason.INVALID_VALUE, rule, field="custodies")
    handover = Handover.objects.create(
        id=new_id(), from_unit_id=givers.pop(), to_unit_id=given.to_unit, to_kind=given.to_kind, place=given.place,
        offered_at=context.now, offered_by_id=context.actor.account_id, due_at=context.now + timedelta(minutes=given.minutes),
        note=given.note,
    )  # fmt: skip
    HandoverItem.objects.bulk_create([HandoverItem(handover=handover, custody_id=c) for c in ids], batch_size=5000)
    for custody in ids:
        context.event("offer", subject=f"custody:{custody}", note=given.note, data={"to_unit": given.to_unit})
    return {"handover": str(handover.pk), "items": len(ids)}


class AnswerIn(Payload):
    handover: uuid.UUID
    missing: list[uuid.UUID] = Field(default_factory=list, max_length=100_000, description="offered but not there")
    places: dict[uuid.UUID, str] = Field(default_factory=dict)
    note: str = Field("", max_length=2000)


def _offered(context: Context, handover: uuid.UUID, side: str) -> Handover:
    found = Handover.objects.select_for_update().filter(pk=handover).first()
    units = {g.unit_id for g in context.grants}
    if found is None or (not context.actor.system and not units & {found.to_unit_id, found.from_unit_id}):
        rule = Text("没有找到该移交单。", "There is no such hand-over.")
        raise Refusal(Reason.NOT_FOUND, rule, field="handover", value=str(handover))
    mine = found.to_unit_id if side == "to" else found.from_unit_id
    if not context.actor.system and mine not in units:
        rule = Text("移交须由双方各自确认。", "Each side confirms for itself.")
        raise Refusal(Reason.NOT_HOLDER, rule, field="handover", value=str(handover))
    if found.state != "offered":
        rule = Text("该移交单已处理。", "This hand-over has been answered.")
        raise Refusal(Reason.WRONG_STAGE, rule, field="handover", value=found.state)
    context.grant = next((g for g in context.grants if g.unit_id == mine), None)
    return found


@verb("custody.accept", "custody.act", Text("确认接收", "Accept a hand-over"))
def accept(context: Context, given: AnswerIn) -> dict[str, Any]:
    """The other side takes over what is there; what is missing becomes unlocated, which shouts."""
    handover = _offered(context, given.handover, "to")
    there = handover.items.filter(open=True, custody__person__isnull=False).exclude(custody__in=given.missing)
    if there.exists():
        may_hold_people(context, Unit.objects.select_related("area").get(pk=handover.to_unit_id))
    return accept_offered(context, given)


def accept_offered(context: Context, given: AnswerIn) -> dict[str, Any]:
    """Accept without asking who may hold people: for a room whose own verb receives them and lets them out in the same act."""
    handover = _offered(context, given.handover, "to")
    items = list(handover.items.filter(open=True).values_list("custody_id", flat=True))
    held = open_holdings(context, items)
    missing = set(given.missing)
    strange = missing - held.keys()
    if strange:
        rule = Text("不在本移交单内。", "It is not part of this hand-over.")
        raise Refusal(Reason.INVALID_VALUE, rule, field="missing", value=str(next(iter(strange))))
    Holding.objects.filter(pk__in=[h.pk for h in held.values()]).update(until=context.now)
    Holding.objects.bulk_create(
        [_next_holding(context, handover, c, c in missing, given.places.get(c, "")) for c in items], batch_size=2000
    )
    HandoverItem.objects.filter(handover=handover, open=True).update(open=False, outcome="accepted")
    HandoverItem.objects.filter(handover=handover, custody_id__in=missing).update(outcome="missing")
    handover.state, handover.answered_at, handover.answered_by_id = "accepted", context.now, context.actor.account_id
    handover.save(update_fields=["state", "answered_at", "answered_by"])
    for custody in items:
        what = "missing" if custody in missing else "accept"
        context.event(what, subject=f"custody:{custody}", note=given.note, data={"unit": handover.to_unit_id})
    return {"accepted": len(items) - len(missing), "missing": len(missing)}


def _next_holding(context: Context, handover: Handover, custody: uuid.UUID, missing: bool, place: str) -> Holding:
    if missing:
        return Holding(custody_id=custody, holder_kind="unlocated", since=context.now, act=context.act_id)
    return Holding(
        custody_id=custody, holder_kind=handover.to_kind, unit_id=handover.to_unit_id, place=place or handover.place,
        since=context.now, act=context.act_id,
    )  # fmt: skip


@verb("custody.refuse", "custody.act", Text("拒绝接收", "Refuse a hand-over"))
def refuse(context: Context, given: AnswerIn) -> dict[str, Any]:
    """The other side refuses; the giver goes on holding."""
    return _end_offer(context, _offered(context, given.handover, "to"), "refused", given.note)


@verb("custody.withdraw", "custody.act", Text("撤回移交", "Withdraw a hand-over"))
def withdraw(context: Context, given: AnswerIn) -> dict[str, Any]:
    """The giver takes its offer back."""
    return _end_offer(context, _offered(context, given.handover, "from"), "withdrawn", given.note)


def _end_offer(context: Context, handover: Handover, state: str, note: str) -> dict[str, Any]:
    items = list(handover.items.filter(open=True).values_list("custody_id", flat=True))
    handover.items.filter(open=True).update(open=False, outcome=state)
    handover.state, handover.answered_at, handover.answered_by_id = state, context.now, context.actor.account_id
    handover.save(update_fields=["state", "answered_at", "answered_by"])
    for custody in items:
        context.event(state, subject=f"custody:{custody}", note=note)
    return {"handover": str(handover.pk), "items": len(items)}
