"""Produce that needs buyers: put up, offered for, taken, lost."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import connection
from pydantic import Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.measures import measure_text
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops.titles import written
from tongchou.record.territory.reach import missing, reaches_unit, unit_in_reach
from tongchou.rooms.rural.models import Offer, Produce, Spoiled
from tongchou.rooms.rural.reach import BUY, SELL, today

SELLERS = ("enterprise", "community", "special_team")
ORIGIN = "produce"
Amount = Field(gt=0, le=10_000_000, max_digits=12, decimal_places=2)


class ProduceIn(Payload):
    """seller: an enterprise, or the village for its farmers. measure: such as 公斤. price: yuan per measure. No names or phones of people."""

    seller: int
    name: str = Field(min_length=1, max_length=60)
    measure: str = Field(min_length=1, max_length=12)
    quantity: Decimal = Amount
    price: Decimal | None = Field(None, ge=0, le=1_000_000, max_digits=10, decimal_places=2)
    keeps_until: date
    note: str = Field("", max_length=500)


class OfferIn(Payload):
    produce: uuid.UUID
    buyer: int
    quantity: Decimal = Amount
    price: Decimal = Field(ge=0, le=1_000_000, max_digits=10, decimal_places=2)
    collect_on: date


class TakeIn(Payload):
    offer: uuid.UUID


class SpoiledIn(Payload):
    produce: uuid.UUID
    quantity: Decimal = Amount
    why: Spoiled.Why
    note: str = Field("", max_length=500)
    on: date


@verb("produce.add", SELL, Text("登记滞销农产品", "Put produce up for sale"))
def add(context: Context, given: ProduceIn) -> dict[str, Any]:
    seller = unit_in_reach(context.actor, SELL, given.seller, "seller")
    if seller.kind not in SELLERS or seller.active_to is not None:
        rule = Text(
            "“{name}”不能作为卖方：应是企业、合作社或村。",
            "“{name}” cannot sell: an enterprise, cooperative or village can.",
        )
        raise Refusal(Reason.INVALID_VALUE, rule.with_(name=seller.name), field="seller", value=seller.pk)
    if given.keeps_until < today(context.now):
        rule = Text("可售期限已过。", "The day until which it keeps has passed.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="keeps_until", value=given.keeps_until.isoformat())
    assert context.actor.account_id is not None
    values = given.model_dump(exclude={"seller"})
    row = Produce(id=new_id(), seller=seller, account_id=context.actor.account_id, added_at=context.now, **values)
    row.save(force_insert=True)
    context.event(
        "produce_added",
        subject=f"produce:{row.pk}",
        data={"seller": seller.pk, "name": row.name, "quantity": str(row.quantity)},
    )
    return {"produce": str(row.pk)}


_LEFT = """
select p.quantity - coalesce((select sum(o.quantity) from rural_offer o join record_loop l on l.id = o.loop_id
    where o.produce_id = p.id and (l.closed_at is null or l.end_reason = 'done')), 0)
  - coalesce((select sum(s.quantity) from rural_spoiled s where s.produce_id = p.id), 0)
from rural_produce p where p.id = %s
"""


def left(key: uuid.UUID) -> Decimal:
    """What of a lot is neither sold, promised nor lost."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [key])
        return Decimal(cursor.fetchone()[0])


def _lot(key: uuid.UUID) -> Produce:
    row = Produce.objects.select_for_update(of=("self",)).select_related("seller__area").filter(pk=key).first()
    if row is None:
        raise missing(Text("没有找到这批农产品。", "There is no such lot."), "produce", str(key))
    return row


def _enough(row: Produce, quantity: Decimal) -> None:
    rest = left(row.pk)
    if quantity > rest:
        rule = Text("这批只剩 {n}{m}。", "Only {n} {m} of it are left.").with_(n=rest, m=measure_text(row.measure))
        raise Refusal(
            Reason.CONFLICT, rule, remedy=Text("请减少数量。", "Give less."), field="quantity", value=quantity
        )


@verb("produce.offer", BUY, Text("求购报价", "Offer to buy"))
def offer(context: Context, given: OfferIn) -> dict[str, Any]:
    """Offer to buy some of a lot. It binds nobody until the seller's side takes it."""
    buyer = unit_in_reach(context.actor, BUY, given.buyer, "buyer")
    row = _lot(given.produce)
    if buyer.pk == row.seller_id:
        rule = Text("买卖双方不能是同一单位。", "Nobody buys from themselves.")
        raise Refusal(Reason.SAME_UNIT, rule, field="buyer", value=buyer.pk)
    if not today(context.now) <= given.collect_on <= row.keeps_until:
        rule = Text("提货日期应在今天至 {d} 之间。", "It is collected between today and {d}.").with_(d=row.keeps_until)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="collect_on", value=given.collect_on.isoformat())
    _enough(row, given.quantity)
    assert context.actor.account_id is not None
    made = Offer(
        id=new_id(), produce=row, buyer=buyer, quantity=given.quantity, price=given.price, collect_on=given.collect_on,
        account_id=context.actor.account_id, made_at=context.now,
    )  # fmt: skip
    made.save(force_insert=True)
    context.event(
        "produce_offer",
        subject=f"produce:{row.pk}",
        data={"offer": str(made.pk), "buyer": buyer.pk, "quantity": str(made.quantity)},
    )
    return {"offer": str(made.pk)}


@verb("produce.take", SELL, Text("接受报价", "Take an offer"))
def take(context: Context, given: TakeIn) -> dict[str, Any]:
    """Take an offer for the seller: the buyer owes collection and payment, and the seller alone confirms that it is sold."""
    made = Offer.objects.select_related("buyer").filter(pk=given.offer).first()
    row = _lot(made.produce_id) if made is not None else None
    if made is None or row is None or not reaches_unit(context.actor, SELL, row.seller):
        raise missing(Text("没有找到这个报价。", "There is no such offer."), "offer", str(given.offer))
    made.refresh_from_db()  # the lot is locked now: nobody takes it a second time
    if made.loop_id is not None:
        rule = Text("这个报价已接受。", "The offer has been taken.")
        raise Refusal(Reason.CONFLICT, rule, field="offer", value=str(made.pk))
    _enough(row, made.quantity)
    context.grants = context.actor.require("loop.open")
    due = max(datetime.combine(made.collect_on, time(18), SHANGHAI), context.now.replace(microsecond=0))
    title = Text("{buyer}收购{seller}{name} {n}{m}", "{buyer} buys {n} {m} of {name} from {seller}").with_(
        buyer=made.buyer.name, seller=row.seller.name, name=row.name, n=made.quantity, m=measure_text(row.measure)
    )
    wanted: dict[str, Any] = {
        "kind": "produce_sale", **written(title), "unit": row.seller_id, "area": row.seller.area_id, "owner_unit": made.buyer_id,
        "origin": ORIGIN, "origin_ref": str(made.pk), "data": {"quantity": str(made.quantity), "price": str(made.price)},
    } | ({"due_at": due.isoformat()} if due > context.now else {})  # fmt: skip
    made.loop_id = uuid.UUID(str(open_one(context, OpenIn.model_validate(wanted))["loop"]))
    made.save(update_fields=["loop"])
    return {"offer": str(made.pk), "loop": str(made.loop_id)}


@verb("produce.spoiled", SELL, Text("登记损失", "Record what was lost"))
def spoiled(context: Context, given: SpoiledIn) -> dict[str, Any]:
    """Record what of a lot was lost, and why."""
    row = _lot(given.produce)
    if not reaches_unit(context.actor, SELL, row.seller):
        raise missing(Text("没有找到这批农产品。", "There is no such lot."), "produce", str(given.produce))
    if given.on > today(context.now):
        rule = Text("日期不能在将来。", "The day lies in the future.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="on", value=given.on.isoformat())
    if given.why == "other" and not given.note:
        rule = Text("选“其他”须说明原因。", "“Other” needs a note.")
        raise Refusal(Reason.MISSING_VALUE, rule, field="note")
    _enough(row, given.quantity)
    assert context.actor.account_id is not None
    values = given.model_dump(exclude={"produce"})
    Spoiled.objects.create(produce=row, account_id=context.actor.account_id, recorded_at=context.now, **values)
    context.event(
        "produce_spoiled",
        subject=f"produce:{row.pk}",
        note=given.note,
        data={"quantity": str(given.quantity), "why": given.why},
    )
    return {"produce": str(row.pk), "left": str(left(row.pk))}
