"""Answers to claims of supply: the partner confirms or denies, the buyer says what it stops without, the administration vouches where nobody answers."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date
from typing import Any, Literal

from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast
from django.utils import timezone
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.loops import AdvanceIn, advance, after_step
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.enterprises import SUPPLY, VOUCH
from tongchou.record.loops.titles import written
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Loop, SupplyLink, Unit
from tongchou.record.questions.units import street_of
from tongchou.record.territory.reach import missing

KIND = ORIGIN = "supply_claim"


class AnswerIn(Payload):
    """critical: of the buyer who confirms: it stops without it. reason: needed to deny."""

    link: int
    confirm: bool
    critical: bool | None = None
    reason: str = Field("", max_length=300)


class MarkIn(Payload):
    link: int
    critical: bool


class VouchIn(Payload):
    """critical: None leaves what the buyer said. reason: what was found, needed always."""

    link: int
    how: Literal["confirm", "deny", "end"]
    critical: bool | None = None
    reason: str = Field(min_length=2, max_length=300)


class OpenClaimsIn(Payload):
    limit: int = Field(500, ge=1, le=5_000)


def open_claim(context: Context, link: SupplyLink, own: Unit) -> bool:
    """Put a claim on the work list of the partner; of one outside, or ended, on that of the street. False where nobody is there to answer."""
    other = link.supplier if link.buyer_id == own.pk else link.buyer
    other = None if other is not None and other.active_to is not None else other
    street = street_of(other or own) or office_unit()
    owner = other.pk if other is not None else street
    if owner is None:
        return False
    # what is delivered, and to whom outside, stands on the page of the claim: a title is read by all in the area
    if other is None:
        title = Text("核对供应关系：{name}与区外或已停用的企业", "Check a supply link: {name} and an enterprise outside, or ended")
    elif link.buyer_id == own.pk:
        title = Text("核对供应关系：{name}称由你单位供货", "Check a supply link: {name} says that you supply it")
    else:
        title = Text("核对供应关系：{name}称向你单位供货", "Check a supply link: {name} says that it supplies you")
    payload = {
        "kind": KIND, **written(title.with_(name=own.name)), "unit": own.pk, "owner_unit": owner, "verifier_unit": street if street != owner else None,
        "origin": ORIGIN, "origin_ref": str(link.pk),
    }  # fmt: skip
    open_one(replace(context, actor=SYSTEM, grants=()), OpenIn.model_validate(payload))
    return True


@verb("supply.open_claims", VOUCH, Text("为待核对的供应关系立项", "Open the loops of claims"), system_only=True, recurs=True)
def open_claims(context: Context, given: OpenClaimsIn) -> dict[str, Any]:
    """Claims of before this kind of loop existed wait on nobody's work list: open what is missing, with the time to answer from now on. Repeatable."""
    loops = Loop.objects.filter(kind=KIND, origin=ORIGIN, closed_at=None, origin_ref=Cast(OuterRef("pk"), CharField()))
    rows = SupplyLink.objects.filter(~Exists(loops), state="claimed", ended_on=None).select_for_update(of=("self",), skip_locked=True)
    opened = 0
    for link in rows.select_related("supplier__area", "buyer__area", "claimed_by__area").order_by("pk")[: given.limit]:
        assert link.claimed_by is not None  # a claim has a side, by a constraint
        opened += open_claim(context, link, link.claimed_by)
    return {"opened": opened}


def _locked(key: int) -> SupplyLink | None:
    return SupplyLink.objects.select_for_update(of=("self",)).select_related("supplier__area", "buyer__area").filter(pk=key).first()


def no_such(key: int) -> Refusal:
    return missing(Text("没有找到这项供应关系。", "There is no such supply."), "link", key)


@verb("supply.answer", SUPPLY, Text("答复供应关系", "Answer a claim of supply"))
def answer(context: Context, given: AnswerIn) -> dict[str, Any]:
    """The partner that did not record a supply confirms or denies it. Only a buyer says that it stops without it."""
    link, own = _locked(given.link), set(context.actor.unit_ids(SUPPLY))
    if link is None or link.partner_id not in own:
        raise no_such(given.link)
    _waits(link)
    if given.confirm and link.partner_id == link.buyer_id:
        if given.critical is None and link.critical_said:
            rule = Text("请说明缺货是否停产。", "Say whether you stop without it.")
            raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请选择是或否。", "Choose yes or no."), field="critical")
        link.critical = bool(given.critical)
    elif given.critical is not None and link.partner_id != link.buyer_id:
        raise _only_buyer()
    _settle(context, link, "confirmed" if given.confirm else "denied", given.reason)
    return {"link": link.pk, "state": link.state}


@verb("supply.mark", SUPPLY, Text("标明缺货是否停产", "Say whether the buyer stops without it"))
def mark(context: Context, given: MarkIn) -> dict[str, Any]:
    """The buyer says of a supply whether it stops without it, at any time."""
    link, own = _locked(given.link), set(context.actor.unit_ids(SUPPLY))
    if link is None or not own & {link.supplier_id, link.buyer_id}:
        raise no_such(given.link)
    if link.buyer_id not in own:
        raise _only_buyer()
    _open(link)
    link.critical = given.critical
    link.save(update_fields=["critical"])
    context.event("supply_marked", subject=f"unit:{link.buyer_id}", data={"link": link.pk, "critical": link.critical})
    return {"link": link.pk, "critical": link.critical}


@verb("supply.vouch", VOUCH, Text("核实供应关系", "Vouch for a supply"))
def vouch(context: Context, given: VouchIn) -> dict[str, Any]:
    """The street or a department has found out: it confirms, denies or ends a supply, and may say that the buyer stops without it."""
    link = _locked(given.link)
    inside = [u for u in (link.supplier, link.buyer) if u is not None] if link else []
    if link is None or not any(context.actor.sees_path(VOUCH, u.area.path) for u in inside):
        raise no_such(given.link)
    if given.how == "end":
        end_link(context, link, timezone.localdate(context.now), given.reason)
        return {"link": link.pk, "state": link.state}
    if given.critical is not None:
        if link.buyer_id is None and given.critical:
            raise Refusal(Reason.INVALID_VALUE, Text("采购方在区外，不适用。", "The buyer lies outside."), field="critical")
        link.critical = given.critical
    if given.how == "confirm" and link.state == "confirmed" and link.ended_on is None and given.critical is not None:
        link.save(update_fields=["critical"])
        context.event("supply_marked", subject=f"unit:{link.buyer_id}", note=given.reason, data={"link": link.pk, "critical": link.critical})
        return {"link": link.pk, "state": link.state}
    _waits(link)
    _settle(context, link, "confirmed" if given.how == "confirm" else "denied", given.reason)
    return {"link": link.pk, "state": link.state}


def _only_buyer() -> Refusal:
    rule = Text("缺货是否停产只能由采购方说明。", "Only the buyer says whether it stops without it.")
    return Refusal(Reason.NOT_ALLOWED, rule, remedy=Text("请采购方在供应关系中标明。", "The buyer marks it."), field="critical")


def _open(link: SupplyLink) -> None:
    if link.ended_on is not None:
        rule = Text("该供应关系已于 {on} 结束。", "It ended on {on}.").with_(on=link.ended_on)
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请刷新。", "Reload."), field="link", value=link.pk)


def _waits(link: SupplyLink) -> None:
    _open(link)
    if link.state != "claimed":
        rule = Text("该供应关系已经核对过。", "It was answered already.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请刷新。", "Reload."), field="link", value=link.pk)


def _settle(context: Context, link: SupplyLink, state: str, reason: str) -> None:
    if state == "denied" and len(reason) < 2:
        rule = Text("否认须写明理由。", "Say why it is not so.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请填写理由。", "Give the reason."), field="reason")
    link.state, link.answered_at, link.answer = state, context.now, reason
    if state == "denied":
        link.ended_on, link.critical = timezone.localdate(context.now), False
    link.save()
    _close(context, link, "confirm" if state == "confirmed" else "deny", reason)
    for unit in {link.supplier_id, link.buyer_id} - {None}:
        context.event(f"supply_{state}", subject=f"unit:{unit}", note=reason, data={"link": link.pk})


def end_link(context: Context, link: SupplyLink, on: date, reason: str = "") -> None:
    """A supply is over; a claim of it needs no answer any more."""
    _open(link)
    link.ended_on = on
    link.save(update_fields=["ended_on"])
    _close(context, link, "end", reason)
    for unit in {link.supplier_id, link.buyer_id} - {None}:
        context.event("supply_ended", subject=f"unit:{unit}", note=reason, data={"link": link.pk})


def _close(context: Context, link: SupplyLink, step: str, note: str) -> None:
    for loop in Loop.objects.filter(kind=KIND, closed_at=None, origin=ORIGIN, origin_ref=str(link.pk)).values_list("pk", flat=True):
        given = AdvanceIn.model_validate({"loop": loop, "step": step, "note": note})
        advance(replace(context, actor=SYSTEM, grants=()), given)


@after_step(KIND, "confirm")
@after_step(KIND, "deny")
def answered_in_full(context: Context, loops: list[uuid.UUID]) -> None:
    """An answer changes the supply; a step that does not is not taken."""
    links = [int(ref) for ref in Loop.objects.filter(pk__in=loops).values_list("origin_ref", flat=True)]
    if SupplyLink.objects.filter(pk__in=links, answered_at=context.now).count() < len(loops):
        rule = Text("这一步请在供应关系页面办理。", "This step is taken on the supply's page.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请打开供应关系。", "Open the supply."), field="step")
