"""Verbs of supply: who delivers what to whom."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.enterprises import SUPPLY, active, permission_for
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
    """supplier delivers to buyer; exactly one of the two may be left out: `outside` then names it. critical: the buyer stops without it."""

    supplier: int | None = None
    buyer: int | None = None
    outside: str = Field("", max_length=160)
    outside_code: str = Field("", max_length=12)
    product: str = Field(min_length=1, max_length=120)
    critical: bool = False


class EndIn(Payload):
    link: int
    on: date | None = None


@verb("supply.add", SUPPLY, Text("登记供应关系", "Record a supply"))
def add(context: Context, given: LinkIn) -> dict[str, Any]:
    """Record a supply between two enterprises, or with a partner outside. One of the two is the actor's own, or lies in its area."""
    sides = {name: _side(getattr(given, name), name) for name in ("supplier", "buyer")}
    inside = [u for u in sides.values() if u is not None]
    if (len(inside), bool(given.outside)) not in {(2, False), (1, True)}:
        rule = Text("供应方和采购方须各有一个：在册的写编号，区外的写名称。", "There are a supplier and a buyer: one on record by id, one outside by name.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请补充另一方。", "Give the other side."), field="outside", value=given.outside or None)
    if not any(permission_for(context.actor, u, SUPPLY) for u in inside):
        raise missing(Text("没有找到这家企业。", "There is no such enterprise."), "supplier" if given.supplier else "buyer", inside[0].pk)
    link = SupplyLink.objects.create(
        supplier=sides["supplier"], buyer=sides["buyer"], outside=check_name(given.outside, "outside") if given.outside else "",
        outside_code=read_code(given.outside_code, "outside_code").code if given.outside_code else "", product=given.product, critical=given.critical,
    )  # fmt: skip
    for unit in inside:
        context.event("supply_added", subject=f"unit:{unit.pk}", data={"link": link.pk, "critical": link.critical})
    return {"link": link.pk}


@verb("supply.end", SUPPLY, Text("结束供应关系", "End a supply"))
def end(context: Context, given: EndIn) -> dict[str, Any]:
    """A supply is over, today unless another day is given."""
    link = SupplyLink.objects.select_for_update(of=("self",)).select_related("supplier__area", "buyer__area").filter(pk=given.link).first()
    inside = [u for u in (link.supplier, link.buyer) if u is not None] if link else []
    if link is None or not any(permission_for(context.actor, u, SUPPLY) for u in inside):
        raise missing(Text("没有找到这项供应关系。", "There is no such supply."), "link", given.link)
    if link.ended_on is not None:
        rule = Text("该供应关系已于 {on} 结束。", "It ended on {on}.").with_(on=link.ended_on)
        raise Refusal(Reason.CONFLICT, rule, field="link", value=given.link)
    today = timezone.localdate(context.now)
    if given.on is not None and given.on > today:
        rule = Text("结束日期不能晚于今天。", "It does not end after today.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="on", value=str(given.on))
    link.ended_on = given.on or today
    link.save(update_fields=["ended_on"])
    for unit in inside:
        context.event("supply_ended", subject=f"unit:{unit.pk}", data={"link": link.pk})
    return {"link": link.pk}


def _side(key: int | None, field: str) -> Unit | None:
    if key is None:
        return None
    unit = Unit.objects.select_related("area").filter(pk=key, kind="enterprise").first()
    if unit is None:
        raise missing(Text("没有找到这家企业。", "There is no such enterprise."), field, key)
    return active(unit, field)


