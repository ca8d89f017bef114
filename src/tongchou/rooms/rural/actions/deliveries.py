"""Dealers' stock, and deliveries from a dealer to a village that both sides confirm."""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import Unit
from tongchou.record.territory.reach import missing, reaches_path, reaches_unit, unit_in_reach
from tongchou.rooms.rural.models import Delivery, Season, Stock
from tongchou.rooms.rural.reach import (
    DEALER,
    DEALERS,
    MANAGE,
    REPORT,
    input_of,
    require_charge,
    season_of,
    today,
    village_in_reach,
)
from tongchou.rooms.rural.supply import available

OLDEST = timedelta(days=14)
Amount = Field(gt=0, le=1_000_000, max_digits=12, decimal_places=2)

explain_constraint(
    "delivery_two_sides",
    Reason.SAME_PERSON,
    Text("发货的人不能签收。", "Who sent it may not receive it."),
    Text("请由村里签收。", "Somebody of the village must."),
)


class StockIn(Payload):
    """quantity: at the end of the day, in the input's unit; nought is said. price: yuan per unit."""

    unit: int
    input: str = Field(max_length=30)
    on: date
    quantity: Decimal = Field(ge=0, le=10_000_000, max_digits=12, decimal_places=2)
    price: Decimal | None = Field(None, ge=0, le=1_000_000, max_digits=10, decimal_places=2)


class OrderIn(Payload):
    dealer: int
    area: int
    input: str = Field(max_length=30)
    quantity: Decimal = Amount
    expect_on: date


class DeliverIn(Payload):
    """Deliveries to order, all or none."""

    season: int
    deliveries: list[OrderIn] = Field(min_length=1, max_length=2_000)


class SendIn(Payload):
    delivery: uuid.UUID
    quantity: Decimal = Amount


class ReceiveIn(Payload):
    """quantity: what came; nought: nothing. reason: needed where it is not what was sent."""

    delivery: uuid.UUID
    quantity: Decimal = Field(ge=0, le=1_000_000, max_digits=12, decimal_places=2)
    reason: str = Field("", max_length=300)


class CancelIn(Payload):
    delivery: uuid.UUID
    reason: str = Field(min_length=2, max_length=300)


@verb("farm.stock", DEALER, Text("填报农资库存", "Report stock"))
def report_stock(context: Context, given: StockIn) -> dict[str, Any]:
    """Report what a dealer has; the same day again corrects it."""
    unit, row = dealer_in_reach(context, DEALER, given.unit, "unit"), input_of(given.input)
    if not today(context.now) - OLDEST <= given.on <= today(context.now):
        rule = Text("日期应在最近十四天内，且不在将来。", "The day lies within the last fourteen days.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="on", value=given.on.isoformat())
    assert context.actor.account_id is not None
    values = {
        "quantity": given.quantity,
        "price": given.price,
        "account_id": context.actor.account_id,
        "recorded_at": context.now,
    }
    Stock.objects.update_or_create(unit=unit, input=row, on=given.on, defaults=values)
    data = {
        "input": row.pk,
        "on": given.on.isoformat(),
        "quantity": str(given.quantity),
        "price": None if given.price is None else str(given.price),
    }
    context.event("farm_stock", subject=f"unit:{unit.pk}", data=data)
    return {"unit": unit.pk, "input": row.pk, "on": given.on.isoformat()}


def dealer_in_reach(context: Context, permission: str, key: int, field: str) -> Unit:
    """An active enterprise or store within reach."""
    unit = unit_in_reach(context.actor, permission, key, field)
    if unit.kind not in DEALERS or unit.active_to is not None:
        rule = Text("“{name}”不是在册的企业或物资库。", "“{name}” is no active enterprise or store.").with_(
            name=unit.name
        )
        raise Refusal(
            Reason.INVALID_VALUE, rule, remedy=Text("请选择农资经销单位。", "Choose a dealer."), field=field, value=key
        )
    return unit


@verb("farm.deliver", MANAGE, Text("安排农资配送", "Order deliveries"))
def deliver(context: Context, given: DeliverIn) -> dict[str, Any]:
    """Order deliveries, as proposed and adjusted. No dealer is asked for more than it has left."""
    require_charge(context.actor, MANAGE, "farm")
    season = season_of(given.season)
    units = {d.dealer: dealer_in_reach(context, MANAGE, d.dealer, "deliveries") for d in given.deliveries}
    areas = {d.area: village_in_reach(context.actor, MANAGE, d.area, "deliveries") for d in given.deliveries}
    inputs = {d.input: input_of(d.input, "deliveries") for d in given.deliveries}
    late = next((d for d in given.deliveries if d.expect_on < today(context.now) or d.expect_on > season.ends_on), None)
    if late is not None:
        rule = Text("送达日期不能早于今天，也不能晚于本季。", "The day of delivery lies ahead, within the season.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="expect_on", value=late.expect_on.isoformat())
    list(
        Unit.objects.select_for_update(of=("self",)).filter(pk__in=units).order_by("pk")
    )  # one after the other: no stock is promised twice
    wanted: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for d in given.deliveries:
        wanted[d.dealer, d.input] += d.quantity
    left = {(s.dealer, s.input): s.quantity for s in available(list(units))}
    for (dealer, key), quantity in wanted.items():
        if quantity > left.get((dealer, key), Decimal(0)):
            rule = Text("{dealer}的{input}可供 {n}，不足 {q}。", "{dealer} has {n} of {input} left, not {q}.")
            told = rule.with_(
                dealer=units[dealer].name, input=inputs[key].name, n=left.get((dealer, key), 0), q=quantity
            )
            raise Refusal(
                Reason.CONFLICT,
                told,
                remedy=Text("请减少数量，或换一家。", "Ask for less, or another dealer."),
                field="deliveries",
            )
    rows = _orders(context, season, given)
    for row in rows:
        data = {
            "dealer": row.dealer_id,
            "area": areas[row.area_id].pk,
            "input": row.input_id,
            "quantity": str(row.ordered),
        }
        context.event("delivery_ordered", subject=f"delivery:{row.pk}", data=data)
    return {"deliveries": [str(r.pk) for r in rows]}


def _orders(context: Context, season: Season, given: DeliverIn) -> list[Delivery]:
    assert context.actor.account_id is not None
    rows = [
        Delivery(
            id=new_id(), season=season, dealer_id=d.dealer, area_id=d.area, input_id=d.input, ordered=d.quantity, expect_on=d.expect_on,
            made_at=context.now, made_by_id=context.actor.account_id,
        )
        for d in given.deliveries
    ]  # fmt: skip
    return Delivery.objects.bulk_create(rows, batch_size=1000)


def no_such_delivery(key: uuid.UUID) -> Refusal:
    return missing(Text("没有找到这笔配送。", "There is no such delivery."), "delivery", str(key))


def _delivery(context: Context, key: uuid.UUID, side: str, *states: str) -> Delivery:
    """Lock a delivery that one side reaches, in one of these states."""
    row = (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("dealer__area", "area", "input")
        .filter(pk=key)
        .first()
    )
    reached = row is not None and (
        reaches_unit(context.actor, DEALER, row.dealer)
        if side == "dealer"
        else reaches_path(context.actor, side, row.area.path)
    )
    if row is None or not reached:
        raise no_such_delivery(key)
    if row.state not in states:
        rule = Text("这笔配送现在的状态不能这样办。", "The delivery is not in a state for this.")
        raise Refusal(
            Reason.WRONG_STAGE,
            rule,
            remedy=Text("请刷新后查看。", "Reload and look."),
            field="delivery",
            value=row.state,
        )
    return row


@verb("farm.send", DEALER, Text("确认发货", "Send a delivery"))
def send(context: Context, given: SendIn) -> dict[str, Any]:
    """The dealer's side: what went out. Less than was ordered leaves the rest to be ordered again."""
    row = _delivery(context, given.delivery, "dealer", "planned")
    if given.quantity > row.ordered:
        rule = Text("发货量不能超过安排的 {n}。", "No more than the {n} that was ordered.").with_(n=f"{row.ordered.normalize():f}")
        raise Refusal(Reason.INVALID_VALUE, rule, field="quantity", value=given.quantity)
    row.state, row.sent, row.sent_at, row.sent_by_id = (
        Delivery.State.SENT,
        given.quantity,
        context.now,
        context.actor.account_id,
    )
    row.save(update_fields=["state", "sent", "sent_at", "sent_by"])
    context.event("delivery_sent", subject=f"delivery:{row.pk}", data={"quantity": str(given.quantity)})
    return {"delivery": str(row.pk), "state": row.state}


@verb("farm.receive", REPORT, Text("确认收货", "Receive a delivery"))
def receive(context: Context, given: ReceiveIn) -> dict[str, Any]:
    """The village's side: what came. A difference is explained."""
    row = _delivery(context, given.delivery, REPORT, "sent")
    if given.quantity != row.sent and not given.reason:
        rule = Text("与发货量 {n} 不符，须说明原因。", "This is not the {n} that was sent: say why.").with_(n=f"{(row.sent or Decimal(0)).normalize():f}")
        raise Refusal(
            Reason.MISSING_VALUE,
            rule,
            remedy=Text("请写明短少、破损或多出的原因。", "Say what is lacking, broken or over."),
            field="reason",
        )
    row.state, row.received, row.received_at = Delivery.State.RECEIVED, given.quantity, context.now
    row.received_by_id, row.reason = context.actor.account_id, given.reason
    row.save(update_fields=["state", "received", "received_at", "received_by", "reason"])
    context.event(
        "delivery_received",
        subject=f"delivery:{row.pk}",
        note=given.reason,
        data={"quantity": str(given.quantity), "sent": str(row.sent)},
    )
    return {"delivery": str(row.pk), "state": row.state}


@verb("farm.cancel", MANAGE, Text("取消配送", "Cancel a delivery"))
def cancel(context: Context, given: CancelIn) -> dict[str, Any]:
    """Cancel what has not been sent."""
    require_charge(context.actor, MANAGE, "farm")
    row = _delivery(context, given.delivery, MANAGE, "planned")
    row.state, row.reason = Delivery.State.CANCELLED, given.reason
    row.save(update_fields=["state", "reason"])
    context.event("delivery_cancelled", subject=f"delivery:{row.pk}", note=given.reason)
    return {"delivery": str(row.pk), "state": row.state}
