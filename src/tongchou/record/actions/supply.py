"""Verbs of supply: who delivers what to whom. What one enterprise says is a claim until its partner or the administration confirms it."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.utils import timezone
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions.supply_answers import end_link, open_claim
from tongchou.record.enterprises import SUPPLY, active, enterprise_in_reach, permission_for
from tongchou.record.models import SupplyLink, Unit
from tongchou.record.territory.levels import check_name, read_code
from tongchou.record.territory.reach import missing

explain_constraint(
    "supply_once",
    Reason.DUPLICATE,
    Text("这项供应关系已在册。", "This supply is on record already."),
    Text("不必重复登记；品名不同的请写清品名。", "No need to record it again; name the product where it differs."),
)
explain_constraint(
    "supply_two_units",
    Reason.CYCLE,
    Text("企业不能给自己供货。", "An enterprise does not deliver to itself."),
    Text("请核对供应方和采购方。", "Check supplier and buyer."),
)


class LinkIn(Payload):
    """way: what the partner is to `unit`. partner: its credit code or registered name; of one outside of the district its name alone.

    critical: the buyer stops without it. Said by the supplier it is a claim that waits for the buyer.
    """

    unit: int
    way: Literal["supplier", "buyer"]
    partner: str = Field(min_length=2, max_length=160)
    outside: bool = False
    outside_code: str = Field("", max_length=12)
    product: str = Field(min_length=1, max_length=120)
    critical: bool = False


class EndIn(Payload):
    link: int
    on: date | None = None


@verb("supply.add", SUPPLY, Text("登记供应关系", "Record a supply"))
def add(context: Context, given: LinkIn) -> dict[str, Any]:
    """Record a supply of one's own enterprise, which is a claim until it is confirmed, or of one in one's area, which holds at once."""
    own = active(enterprise_in_reach(context.actor, given.unit, SUPPLY))
    claimed = own.pk in context.actor.unit_ids(SUPPLY)
    other = None if given.outside else active(partner_named(given.partner), "partner")
    if other is not None and other.pk == own.pk:
        rule = Text("企业不能给自己供货。", "An enterprise does not deliver to itself.")
        raise Refusal(Reason.CYCLE, rule, remedy=Text("请核对对方企业。", "Check the partner."), field="partner", value=given.partner[:60])
    supplier, buyer = (other, own) if given.way == "supplier" else (own, other)
    if claimed:
        _not_denied(own, supplier, buyer, given.product)
    by_buyer = not claimed or given.way == "supplier"
    link = SupplyLink.objects.create(
        supplier=supplier, buyer=buyer, outside=check_name(given.partner, "partner") if given.outside else "",
        outside_code=read_code(given.outside_code, "outside_code").code if given.outside_code else "", product=given.product,
        critical=given.critical and by_buyer and buyer is not None, critical_said=given.critical, state="claimed" if claimed else "confirmed",
        claimed_by=own if claimed else None, recorded_at=context.now,
    )  # fmt: skip
    for unit in (u for u in (supplier, buyer) if u is not None):
        context.event("supply_added", subject=f"unit:{unit.pk}", data={"link": link.pk, "state": link.state})
    if claimed:
        open_claim(context, link, own)
    return {"link": link.pk, "state": link.state}


def _not_denied(own: Unit, supplier: Unit | None, buyer: Unit | None, product: str) -> None:
    """What the partner denied is not said again by the same side."""
    if supplier is None or buyer is None:
        return
    denied = SupplyLink.objects.filter(supplier=supplier, buyer=buyer, product=product, state="denied", claimed_by=own)
    if denied.exists():
        rule = Text("对方已否认这项供应关系。", "The partner denied this supply.")
        remedy = Text("请由对方登记，或向街道说明。", "The partner records it, or you tell the street.")
        raise Refusal(Reason.CONFLICT, rule, remedy=remedy, field="partner")


def partner_named(text: str) -> Unit:
    """The active enterprise of a credit code, or of exactly this name; refused where there is none or where several share the name."""
    plain = text.strip()
    rows = Unit.objects.select_related("area").filter(kind="enterprise", active_to=None)
    found = list(rows.filter(code=plain.upper())[:1]) or list(rows.filter(name=plain)[:2])
    if len(found) == 1:
        return found[0]
    if found:
        rule, remedy = Text("有几家企业同名。", "Several enterprises have this name."), Text("请填写信用代码。", "Give the code.")
        raise Refusal(Reason.CONFLICT, rule, remedy=remedy, field="partner", value=plain[:60])
    rule = Text("没有这家在册企业。", "No active enterprise has this code or name.")
    remedy = Text("请按名称查找；区外企业请选“区外企业”。", "Search by its name; say so if it lies outside of the district.")
    raise Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field="partner", value=plain[:60])


@verb("supply.end", SUPPLY, Text("结束供应关系", "End a supply"))
def end(context: Context, given: EndIn) -> dict[str, Any]:
    """A supply is over, today unless another day is given: by one of its two sides, or the street that reaches one of them."""
    link = SupplyLink.objects.select_for_update(of=("self",)).select_related("supplier__area", "buyer__area").filter(pk=given.link).first()
    inside = [u for u in (link.supplier, link.buyer) if u is not None] if link else []
    if link is None or not any(permission_for(context.actor, u, SUPPLY) for u in inside):
        raise missing(Text("没有找到这项供应关系。", "There is no such supply."), "link", given.link)
    today = timezone.localdate(context.now)
    if given.on is not None and given.on > today:
        rule = Text("结束日期不能晚于今天。", "It does not end after today.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="on", value=str(given.on))
    end_link(context, link, given.on or today)
    return {"link": link.pk}
