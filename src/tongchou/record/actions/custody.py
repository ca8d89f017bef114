"""Verbs on custody: take in, mark as unlocated, found again, let out. Handing over: `handovers`."""

from __future__ import annotations

import uuid
from typing import Any, Literal

from django.db.models import Q
from pydantic import Field, model_validator

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import roles
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import Custody, HandoverItem, Holding, Person, Unit
from tongchou.record.questions.custody import people_in_reach

HOLD = "custody.hold"
HolderKind = Literal["site", "vehicle", "household", "lab", "store", "unit"]
_TWO = Text("已由他方保管，同一时刻只能有一个保管方。", "It is already held; there is one holder at a time.")
for _name in ("custody_person_once", "custody_item_once", "holding_single_holder", "handover_one_open_offer"):
    explain_constraint(
        _name, Reason.TWO_HOLDERS, _TWO, Text("请通过移交办理，或先撤回未完成的移交。", "Use a hand-over, or withdraw the open one.")
    )


class Taken(Payload):
    """A person or a thing to take in."""

    person: uuid.UUID | None = None
    item: str = Field("", max_length=80)
    place: str = Field("", max_length=80)

    @model_validator(mode="after")
    def _one(self) -> Taken:
        if (self.person is None) == (self.item == ""):
            rule = Text("须且只能填写人员或物品之一。", "Give either a person or an item.")
            raise Refusal(Reason.INVALID_VALUE, rule, field="person")
        return self


class TakeInIn(Payload):
    purpose: str = Field(pattern=r"^[a-z][a-z_]{1,29}$")
    unit: int
    holder_kind: HolderKind
    items: list[Taken] = Field(min_length=1, max_length=100_000)


@verb("custody.take_in", "custody.act", Text("接收", "Take in"))
def take_in(context: Context, given: TakeInIn) -> dict[str, Any]:
    """Begin the stay of persons or things in the account, held by one of the actor's units."""
    unit = own_unit(context, given.unit)
    people = {t.person for t in given.items if t.person}
    if people:
        may_hold_people(context, unit)
    areas = dict(Person.objects.filter(pk__in=people, merged_into=None, erased_at=None).values_list("pk", "area_id"))
    missing = people - areas.keys()
    if missing:
        raise Refusal(
            Reason.NOT_FOUND,
            Text("没有找到 {n} 名人员。", "{n} {n|person was|people were} not found.").with_(n=len(missing)),
            remedy=Text("请先登记人员。", "Register them first."),
            field="items.person",
            value=str(next(iter(missing))),
        )
    stays = [
        Custody(
            id=new_id(), purpose=given.purpose, person_id=t.person, item=t.item,
            area_id=areas.get(t.person, unit.area_id) if t.person else unit.area_id, taken_in_at=context.now,
        )
        for t in given.items
    ]  # fmt: skip
    Custody.objects.bulk_create(stays, batch_size=2000)
    Holding.objects.bulk_create(
        [
            Holding(
                custody=s, holder_kind=given.holder_kind, unit=unit, place=t.place, since=context.now, act=context.act_id
            )
            for s, t in zip(stays, given.items, strict=True)
        ],
        batch_size=2000,
    )
    for stay in stays:
        data = {"purpose": given.purpose, "unit": unit.pk, "holder": given.holder_kind}
        context.event("take_in", subject=f"custody:{stay.pk}", data=data)
    return {"custodies": [str(s.pk) for s in stays]}


def own_unit(context: Context, unit_id: int) -> Unit:
    """One of the actor's own units, or one inside an area of the actor's; refuses others."""
    unit = Unit.objects.select_related("area").filter(pk=unit_id, active_to=None).first()
    allowed = unit is not None and (
        context.actor.system
        or any(g.unit_id == unit_id for g in context.grants)
        or context.actor.sees_path("custody.act", unit.area.path)
    )
    if unit is None or not allowed:
        rule = Text("没有这个单位，或不在管理范围。", "There is no such unit within your reach.")
        raise Refusal(Reason.NOT_FOUND, rule, field="unit", value=unit_id)
    context.grant = next((g for g in context.grants if g.unit_id == unit_id), None) or context.grant
    return unit


def may_hold_people(context: Context, unit: Unit) -> None:
    """Refuse unless the actor may have people held by the unit; a store or a laboratory holds things alone."""
    actor = context.actor
    if actor.system or any(g.unit_id == unit.pk for g in actor.grants_for(HOLD)) or actor.sees_path(HOLD, unit.area.path):
        return
    rule = Text("收管人员须有“{what}”权限。", "To hold people needs the permission “{what}”.").with_(what=roles().permissions[HOLD])
    remedy = Text("请移交给隔离点、医疗机构、卡口或街道社区。", "Hand them to a site, a clinic, a checkpoint, or the street.")
    raise Refusal(Reason.NOT_ALLOWED, rule, remedy=remedy, field="unit", value=unit.pk)


def open_holdings(context: Context, ids: list[uuid.UUID]) -> dict[uuid.UUID, Holding]:
    """Lock the stays in order and return their present holdings; refuses what is not in custody."""
    stays = list(Custody.objects.select_for_update().filter(pk__in=ids, let_out_at=None).order_by("pk"))
    held = {h.custody_id: h for h in Holding.objects.filter(custody__in=stays, until=None).select_related("custody")}
    for custody in ids:
        if custody not in held:
            rule = Text("不在管或已解除。", "It is not in custody, or has been let out.")
            raise Refusal(Reason.NOT_IN_CUSTODY, rule, field="custodies", value=str(custody))
    return held


def must_hold(context: Context, held: dict[uuid.UUID, Holding]) -> None:
    units = {g.unit_id for g in context.grants}
    for custody, holding in held.items():
        if holding.unit_id is None:
            raise Refusal(
                Reason.NOT_HOLDER,
                Text("目前去向不明，无人保管。", "It is unlocated: nobody holds it."),
                remedy=Text("请先办理找回。", "Record first that it was found."),
                field="custodies",
                value=str(custody),
            )
        if not context.actor.system and holding.unit_id not in units:
            raise Refusal(
                Reason.NOT_HOLDER,
                Text("现由其他单位保管，只能由保管方移交。", "Another unit holds it; only the holder hands over."),
                remedy=Text("请联系现保管单位。", "Ask the present holder."),
                field="custodies",
                value=str(custody),
            )
        context.grant = next((g for g in context.grants if g.unit_id == holding.unit_id), context.grant)


class LoseIn(Payload):
    custodies: list[uuid.UUID] = Field(min_length=1, max_length=10_000)
    note: str = Field(min_length=1, max_length=2000)


@verb("custody.unlocated", "custody.act", Text("报告去向不明", "Report as unlocated"))
def unlocated(context: Context, given: LoseIn) -> dict[str, Any]:
    """The holder says that it no longer has them. Nobody holds them until somebody finds them."""
    held = open_holdings(context, list(dict.fromkeys(given.custodies)))
    must_hold(context, held)
    return _move_to(context, held, "unlocated", None, "", given.note, "unlocated")


class FoundIn(Payload):
    custodies: list[uuid.UUID] = Field(min_length=1, max_length=10_000)
    unit: int
    holder_kind: HolderKind
    place: str = Field("", max_length=80)
    note: str = Field(min_length=1, max_length=2000)


@verb("custody.found", "custody.act", Text("找回", "Found again"))
def found(context: Context, given: FoundIn) -> dict[str, Any]:
    """A unit has found what was unlocated and holds it from now on."""
    unit = own_unit(context, given.unit)
    held = open_holdings(context, list(dict.fromkeys(given.custodies)))
    if any(h.holder_kind != "unlocated" for h in held.values()):
        rule = Text("并非去向不明，请办理移交。", "It is not unlocated; use a hand-over.")
        raise Refusal(Reason.NOT_HOLDER, rule, field="custodies")
    if any(h.custody.person_id for h in held.values()):
        may_hold_people(context, unit)
    return _move_to(context, held, given.holder_kind, unit.pk, given.place, given.note, "found")


def _move_to(
    context: Context, held: dict[uuid.UUID, Holding], kind: str, unit: int | None, place: str, note: str, what: str
) -> dict[str, Any]:
    pending = HandoverItem.objects.filter(custody_id__in=held, open=True)
    if pending.exists():
        rule = Text("有未完成的移交。", "A hand-over is still open.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请先撤回移交。", "Withdraw it first."), field="custodies")
    Holding.objects.filter(pk__in=[h.pk for h in held.values()]).update(until=context.now)
    Holding.objects.bulk_create(
        Holding(custody_id=c, holder_kind=kind, unit_id=unit, place=place, since=context.now, act=context.act_id) for c in held
    )
    for custody in held:
        context.event(what, subject=f"custody:{custody}", note=note, data={"unit": unit})
    return {"items": len(held)}


def _must_answer_for(context: Context, lost: dict[uuid.UUID, Holding]) -> None:
    """Refuse to write off what is unlocated unless the actor's unit held it last or it belongs to the actor's area."""
    units = {g.unit_id for g in context.grants}
    stays = Custody.objects.filter(pk__in=lost).values_list("pk", "area__path")
    last = dict(Holding.objects.filter(custody__in=lost, unit__isnull=False).order_by("id").values_list("custody_id", "unit_id"))
    for custody, path in stays:
        if last.get(custody) not in units and not context.actor.sees_path("custody.let_out", path):
            raise Refusal(
                Reason.NOT_HOLDER,
                Text("目前去向不明，只能由最后的保管方或所在辖区核销。", "It is unlocated: only its last holder or its area writes it off."),
                remedy=Text("请先办理找回，或联系最后的保管方。", "Record first that it was found, or ask the last holder."),
                field="custodies",
                value=str(custody),
            )


OUT_REASONS: dict[str, Text] = {
    "released": Text("期满解除", "Released at the end of the term"),
    "transferred_out": Text("移交区外", "Transferred out of the district"),
    "hospital": Text("转送医院", "Taken to hospital"),
    "died": Text("死亡", "Died"),
    "used": Text("已使用", "Used"),
    "destroyed": Text("已销毁", "Destroyed"),
    "delivered": Text("已交付", "Delivered"),
    "error": Text("登记有误", "Entered in error"),
}


class LetOutIn(Payload):
    custodies: list[uuid.UUID] = Field(min_length=1, max_length=100_000)
    reason: Literal["released", "transferred_out", "hospital", "died", "used", "destroyed", "delivered", "error"]
    note: str = Field("", max_length=2000)


@verb("custody.let_out", "custody.let_out", Text("解除", "Let out"))
def let_out(context: Context, given: LetOutIn) -> dict[str, Any]:
    """End stays, with the reason. Death is confirmed by a second person: the room that records it asks for it."""
    held = open_holdings(context, list(dict.fromkeys(given.custodies)))
    lost = {custody: holding for custody, holding in held.items() if holding.unit_id is None}
    _must_answer_for(context, lost)
    must_hold(context, {custody: holding for custody, holding in held.items() if custody not in lost})
    if HandoverItem.objects.filter(Q(custody_id__in=held), open=True).exists():
        rule = Text("有未完成的移交。", "A hand-over is still open.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请先撤回移交。", "Withdraw it first."), field="custodies")
    Holding.objects.filter(pk__in=[h.pk for h in held.values()]).update(until=context.now)
    Custody.objects.filter(pk__in=held).update(let_out_at=context.now, out_reason=given.reason)
    for custody in held:
        context.event("let_out", subject=f"custody:{custody}", note=given.note, data={"reason": given.reason})
    return {"items": len(held)}


class ReadIn(Payload):
    people: list[uuid.UUID] = Field(min_length=1, max_length=1000)


@verb("custody.read", "custody.view", Text("查看在管人员（脱敏）", "See who is in custody (masked)"))
def read(context: Context, given: ReadIn) -> dict[str, Any]:
    """Record that the masked names of people in custody are shown to one who holds them, is offered them, or serves their area."""
    people = sorted(set(given.people))
    strange = set(people) - people_in_reach(context.actor, people)
    if strange:
        rule = Text("没有找到该人员。", "There is no such person.")
        raise Refusal(Reason.NOT_FOUND, rule, field="people", value=str(min(strange)))
    context.read(people)
    context.event("person_read", data={"what": "custody", "people": [str(p) for p in people]})
    return {"people": len(people)}
