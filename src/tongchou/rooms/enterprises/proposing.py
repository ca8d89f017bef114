"""An enterprise asks for a change of its own entry; the street checks it, and with the acceptance the register changes."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django.utils import timezone
from pydantic import Field

from tongchou.kernel.codes import parse_uscc
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, explain_constraint, validate, verb
from tongchou.record.actions.enterprises import ChangeIn, SaidIn, change_row, fill, read_contact
from tongchou.record.actions.loops import after_step
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.enterprises import EDIT, OWN, active, enterprise_in_reach, open_contact, seal_contact
from tongchou.record.loops.titles import written
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Enterprise, Unit
from tongchou.record.questions.units import street_of
from tongchou.rooms.enterprises.models import EntryChange

KIND, ORIGIN = "register_change", "register"
FIELDS: dict[str, Text] = {
    "name": Text("企业名称", "Name"), "code": Text("统一社会信用代码", "Credit code"), "industry": Text("行业代码", "Industry code"),
    "staff": Text("从业人员", "Staff"), "revenue": Text("营业收入（万元）", "Revenue, 10,000 yuan"), "assets": Text("资产总额（万元）", "Assets, 10,000 yuan"),
    "self_employed": Text("个体工商户", "Self-employed"), "above_scale": Text("规模以上", "Above scale"), "products": Text("主要产品", "Products"),
    "landlord_name": Text("出租方", "Landlord"),
}  # fmt: skip
"""What an enterprise may ask to have changed. Where it lies, its park and the lists it stands on are for the district to say."""
explain_constraint(
    "entry_change_one_at_a_time", Reason.DUPLICATE, Text("已有一件变更申请待核对。", "A change is being checked already."),
    Text("可先撤回该申请，或等核对后再提出。", "Withdraw that one first, or wait until it was checked."),
)  # fmt: skip


class ProposeIn(SaidIn):
    """What is left out is not to be changed. reason: what has happened, and what shows it."""

    unit: int
    name: str | None = Field(None, min_length=2, max_length=160)
    code: str | None = Field(None, max_length=40)
    reason: str = Field(min_length=2, max_length=500)


@verb("enterprise.propose", OWN, Text("申请变更本企业登记信息", "Ask for a change of one's own entry"))
def propose(context: Context, given: ProposeIn) -> dict[str, Any]:
    """Ask for a change. What is as it stands on record is left out; a value that the register would refuse is refused now."""
    unit = active(enterprise_in_reach(context.actor, given.unit, OWN, lock=True))
    row = _entry(unit)
    held = {name: _held(unit, row, name) for name in FIELDS}
    values, contact = _asked(context, unit, row, given, held)
    if not values and contact is None:
        rule = Text("与登记的内容相同，没有需要变更的。", "This is what is on record: nothing would change.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请修改后再提交。", "Change something first."), field="name")
    owner = street_of(unit) or office_unit()
    context.grants = context.actor.require("loop.open")
    key = new_id()
    asked = {
        "kind": KIND, **written(Text("{name}申请变更登记信息", "{name} asks to change its entry in the register").with_(name=unit.name[:60])),
        "detail": given.reason, "unit": unit.pk, "owner_unit": owner, "origin": ORIGIN,
        "origin_ref": str(key),
    }  # fmt: skip
    loop = open_one(context, OpenIn.model_validate(asked))["loop"]
    EntryChange.objects.create(
        id=key, unit=unit, loop_id=loop, values=values, before={n: held[n] for n in values}, sealed_contact=contact, reason=given.reason, asked_at=context.now,
    )  # fmt: skip
    context.event("enterprise_proposed", subject=f"unit:{unit.pk}", data={"fields": sorted(values), "contact": contact is not None})
    return {"proposal": str(key), "loop": str(loop)}


def _asked(context: Context, unit: Unit, row: Enterprise, given: ProposeIn, held: dict[str, Any]) -> tuple[dict[str, Any], bytes | None]:
    """(values that differ from the record, the sealed contact where another is asked for), checked as the register checks them."""
    told = given.model_fields_set
    if "code" in told and given.code:
        given.code = parse_uscc(given.code, "code")
    trial = Enterprise(**{f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields})
    as_change = ChangeIn.model_validate(given.model_dump(exclude={"reason"}))
    fill(context.actor, trial, as_change, told & (FIELDS.keys() - {"name", "code"}), timezone.localdate(context.now))
    new = {n: _plain(getattr(given if n in ("name", "code") else trial, n)) for n in FIELDS if n in told}
    values = {n: v for n, v in new.items() if v != held[n] and not (n == "name" and not v)}
    contact = read_contact(given.contact_name, given.contact_phone) if told & {"contact_name", "contact_phone"} else None
    if contact is None or contact == open_contact(row.sealed_contact, unit.pk):
        return values, None
    return values, seal_contact(contact, unit.pk)


def _entry(unit: Unit) -> Enterprise:
    """What the register holds; an empty entry for one that stands in the list of units only."""
    return Enterprise.objects.filter(pk=unit.pk).first() or Enterprise(unit=unit)


def _held(unit: Unit, row: Enterprise, name: str) -> Any:
    return _plain(getattr(unit if name in ("name", "code") else row, name))


def _plain(value: Any) -> Any:
    """As JSON keeps it; an empty text is none."""
    return str(value.quantize(Decimal("0.01"))) if isinstance(value, Decimal) else value if value != "" else None


def _open(loops: list[uuid.UUID]) -> list[EntryChange]:
    return list(EntryChange.objects.filter(loop__in=loops, settled_at=None).order_by("asked_at"))


@after_step(KIND, "accept")
def _accepted(context: Context, loops: list[uuid.UUID]) -> None:
    """The register changes as the enterprise asked; what has changed on record meanwhile is not overwritten."""
    for one in _open(loops):
        unit = active(enterprise_in_reach(context.actor, one.unit_id, EDIT, lock=True))
        row = _entry(unit)
        moved = next((n for n, was in one.before.items() if _held(unit, row, n) != was), None)
        if moved is not None:
            rule = Text("“{f}”在申请之后已变更。", "“{f}” has been changed since this was asked for.").with_(f=FIELDS[moved])
            raise Refusal(Reason.CONFLICT, rule, remedy=Text("请退回，由企业按现状重新提出。", "Send it back, to be asked for anew."), field=moved)
        change_row(context, unit, validate(ChangeIn, _changes(one)))
        _settle(context, one)


def _changes(one: EntryChange) -> dict[str, Any]:
    empty = {n: "" for n, v in one.values.items() if v is None and n in ("products", "landlord_name")}
    contact = open_contact(one.sealed_contact, one.unit_id)
    told = {"contact_name": contact.name, "contact_phone": contact.phone} if contact else {}
    return one.values | empty | told | {"unit": one.unit_id}


def _settled(context: Context, loops: list[uuid.UUID]) -> None:
    for one in _open(loops):
        _settle(context, one)


def _settle(context: Context, one: EntryChange) -> None:
    one.settled_at = context.now
    one.sealed_contact = None  # on record by now, or not wanted
    one.save(update_fields=["settled_at", "sealed_contact"])


for _step in ("refuse", "withdraw"):
    after_step(KIND, _step)(_settled)


def on_record(unit: Unit) -> dict[str, Any]:
    """What may be asked to be changed, as it stands on record."""
    row = _entry(unit)
    contact = open_contact(row.sealed_contact, unit.pk)
    return {n: _held(unit, row, n) for n in FIELDS} | {"contact_name": contact.name if contact else "", "contact_phone": contact.phone if contact else ""}
