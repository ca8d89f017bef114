"""Verbs of the register of enterprises: add, change."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Annotated, Any

from django.utils import timezone
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.industries import parse_industry
from tongchou.kernel.phones import parse_phone
from tongchou.kernel.text import Text
from tongchou.packs.sizes import size_of
from tongchou.record.access import SYSTEM, Actor
from tongchou.record.act import Context, Payload, act, verb
from tongchou.record.actions import units
from tongchou.record.enterprises import EDIT, LISTS, Contact, active, enterprise_in_reach, open_contact, seal_contact
from tongchou.record.models import Area, Enterprise, Unit
from tongchou.record.people.given import clean_name
from tongchou.record.territory.reach import missing

Money = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
MOST_STAFF = 2_000_000


class SaidIn(Payload):
    """What an enterprise can say of itself; left out or null: not known. Money in 10,000 yuan. landlord_name: of one that is not on record."""

    industry: str | None = Field(None, max_length=60)
    staff: int | None = Field(None, ge=0, le=MOST_STAFF)
    revenue: Money | None = None
    assets: Money | None = None
    self_employed: bool | None = None
    above_scale: bool | None = None
    landlord_name: str = Field("", max_length=160)
    products: str = Field("", max_length=200)
    contact_name: str = Field("", max_length=60)
    contact_phone: str = Field("", max_length=40)


class FiguresIn(SaidIn):
    """What the register holds of an enterprise. park: id of the area of the park. landlord: id of a unit on record."""

    park: int | None = None
    landlord: int | None = None
    lists: list[str] = Field(default_factory=list, max_length=len(LISTS))


class AddIn(FiguresIn):
    name: str = Field(max_length=160)
    area: int
    name_en: str = Field("", max_length=160)
    code: str | None = Field(None, max_length=40)
    active_from: date | None = None


class ChangeIn(FiguresIn):
    """What is left out stays as it is. seen_version: the version on which the change was made; another one by now is refused."""

    unit: int
    seen_version: int | None = None
    name: str | None = Field(None, max_length=160)
    name_en: str | None = Field(None, max_length=160)
    code: str | None = Field(None, max_length=40)
    area: int | None = None


OF_UNIT = ("name", "name_en", "code", "area")


@verb("enterprise.add", EDIT, Text("登记企业", "Register an enterprise"))
def add(context: Context, given: AddIn) -> dict[str, Any]:
    """Register an enterprise: the unit and what is known of it. Its size follows from its figures."""
    told = given.model_dump(include={*OF_UNIT, "active_from"}) | {"kind": "enterprise"}
    unit = units.make_unit(context, units.AddIn.model_validate(told), EDIT)
    row = Enterprise(unit=unit, changed_at=context.now)
    fill(context.actor, row, given, given.model_fields_set - {*OF_UNIT, "active_from"}, timezone.localdate(context.now))
    row.save(force_insert=True)
    context.event("enterprise_registered", subject=f"unit:{unit.pk}", data={"industry": row.industry, "size": row.size})
    return {"unit": unit.pk, "size": row.size}


@verb("enterprise.change", EDIT, Text("变更企业信息", "Change an enterprise"))
def change(context: Context, given: ChangeIn) -> dict[str, Any]:
    """Change an enterprise. One that stands in the list of units only is thereby taken into the register."""
    unit = active(enterprise_in_reach(context.actor, given.unit, EDIT, lock=True))
    return change_row(context, unit, given)


def change_row(context: Context, unit: Unit, given: ChangeIn) -> dict[str, Any]:
    """Change an enterprise that was found within reach and locked, inside an act."""
    row = Enterprise.objects.filter(pk=unit.pk).first() or Enterprise(unit=unit, version=0)
    if given.seen_version is not None and given.seen_version != row.version:
        rule = Text("该企业信息刚被别人改过（现为第 {n} 版）。", "Somebody else has just changed this enterprise (now version {n}).")
        remedy = Text("请刷新后按最新内容修改。", "Reload and change it as it is now.")
        raise Refusal(Reason.CONFLICT, rule.with_(n=row.version), remedy=remedy, field="seen_version", value=given.seen_version)
    asked = given.model_fields_set - {"unit", "seen_version"}
    if asked & {*OF_UNIT}:
        told = given.model_dump(include=asked & {*OF_UNIT}) | {"unit": unit.pk}
        units.change_unit(context, unit, units.ChangeIn.model_validate(told), EDIT)
    before = row.size
    fill(context.actor, row, given, asked - {*OF_UNIT}, timezone.localdate(context.now))
    row.version += 1
    row.changed_at = context.now
    row.save()
    data = {"fields": sorted(asked), "size": row.size} | ({"size_before": before} if before != row.size else {})
    context.event("enterprise_changed", subject=f"unit:{unit.pk}", data=data)
    context.effect(partial(_permit_soon, unit.pk))
    return {"unit": unit.pk, "size": row.size, "version": row.version}


def _permit_soon(unit: int) -> None:
    """Whether its permit still rests on what it was given for, by an act of its own. Should this not come to pass, the job does it."""
    act("permit.check", SYSTEM, new_id(), {"units": [unit]})


def fill(actor: Actor, row: Enterprise, given: FiguresIn, asked: set[str], on: date) -> None:
    """Put checked figures into a row. Raises Refusal naming the first field at fault."""
    if "industry" in asked:
        row.industry = parse_industry(given.industry) if given.industry else ""
    for name in asked & {"staff", "revenue", "assets", "self_employed", "above_scale", "landlord_name", "products"}:
        setattr(row, name, getattr(given, name))
    if "lists" in asked:
        row.lists = checked_lists(given.lists)
    if "park" in asked:
        row.park = _park(given.park)
    if "landlord" in asked:
        row.landlord = _landlord(given.landlord, row.unit_id)
    if asked & {"contact_name", "contact_phone"}:
        before = open_contact(row.sealed_contact, row.unit_id) or Contact("", "")
        name = given.contact_name if "contact_name" in asked else before.name
        phone = given.contact_phone if "contact_phone" in asked else before.phone
        contact = read_contact(name, phone)
        row.sealed_contact = seal_contact(contact, row.unit_id) if contact else None
    revenue, assets = (None if v is None else float(v) for v in (row.revenue, row.assets))
    row.size = size_of(row.industry, row.staff, revenue, assets, on).size


def checked_lists(keys: list[str]) -> list[str]:
    """The lists in their own order; refuses one that is not known."""
    wrong = next((k for k in keys if k not in LISTS), None)
    if wrong is not None:
        rule = Text("没有“{k}”这个名单。", "There is no list “{k}”.").with_(k=wrong[:20])
        remedy = Text("可用：{all}。", "Lists: {all}.").with_(all="、".join(f"{k}（{t.zh}）" for k, t in LISTS.items()))
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="lists", value=wrong[:20])
    return [k for k in LISTS if k in keys]


def read_contact(name: str, phone: str) -> Contact | None:
    """A checked contact, None where neither is given."""
    if not name.strip() and not phone.strip():
        return None
    try:
        read = clean_name(name) if name.strip() else ""
        dialled = parse_phone(phone).normal if phone.strip() else ""
    except Refusal as refusal:
        refusal.field = f"contact_{refusal.field}"
        raise
    return Contact(read, dialled)


def _park(key: int | None) -> Area | None:
    if key is None:
        return None
    area = Area.objects.filter(pk=key, valid_to=None).first()
    if area is None:
        raise missing(Text("没有找到该园区。", "There is no such park."), "park", key)
    return area


def _landlord(key: int | None, own: int) -> Unit | None:
    """A landlord is named by id; who owns premises is no secret among the units of a district."""
    if key is None:
        return None
    unit = Unit.objects.filter(pk=key, active_to=None).first()
    if unit is None:
        raise missing(Text("没有找到出租方。", "There is no such landlord."), "landlord", key)
    if unit.pk == own:
        rule = Text("企业不能是自己的出租方。", "An enterprise is not its own landlord.")
        raise Refusal(Reason.CYCLE, rule, remedy=Text("自有房屋请留空。", "Leave it empty for own premises."), field="landlord", value=key)
    return unit
