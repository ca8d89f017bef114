"""What the register of enterprises knows besides its tables: the lists, the sealed contact, who reaches which enterprise."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.masking import mask_name, mask_phone
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.keyring import keyring
from tongchou.record.models import Unit
from tongchou.record.territory.reach import missing, reaches_unit

VIEW, OWN, EDIT, SUPPLY = "enterprise.view", "enterprise.own", "enterprise.edit", "enterprise.supply"
VOUCH = "enterprise.vouch"

LISTS: dict[str, Text] = {
    "utility": Text("保障城乡运行", "Keeps the city running"),
    "epidemic": Text("疫情防控必需", "Needed for epidemic control"),
    "daily": Text("群众生活必需", "Daily needs"),
    "farming": Text("农资和春耕", "Farm supplies"),
    "chain": Text("产业链龙头", "Leads a supply chain"),
    "key": Text("重点企业", "Key enterprise"),
}
"""Lists on which an enterprise may stand, in the order of their weight. The first four make it essential."""
ESSENTIAL = ("utility", "epidemic", "daily", "farming")
SIZE_NAMES: dict[str, Text] = {
    "large": Text("大型", "large"), "medium": Text("中型", "medium"), "small": Text("小型", "small"), "micro": Text("微型", "micro"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call at an enterprise."""

    name: str
    phone: str

    def masked(self) -> Contact:
        return Contact(mask_name(self.name), mask_phone(self.phone))

    def __repr__(self) -> str:
        return "Contact(sealed)"


def seal_contact(contact: Contact, unit: int) -> bytes:
    """Seal a contact, bound to the enterprise."""
    body = json.dumps({"name": contact.name, "phone": contact.phone}, ensure_ascii=False)
    return keyring().seal(body.encode(), _bound(unit))


def open_contact(sealed: bytes | memoryview | None, unit: int) -> Contact | None:
    """Open it; None when none is on record."""
    if sealed is None:
        return None
    return Contact(**json.loads(keyring().open(bytes(sealed), _bound(unit))))


def _bound(unit: int) -> bytes:
    return f"enterprise:{unit}".encode()


def permission_for(actor: Actor, unit: Unit, *permissions: str) -> str:
    """The first of the permissions under which the actor reaches the unit; "" for none."""
    return next((p for p in permissions if (actor.system or actor.permits(p)) and reaches_unit(actor, p, unit)), "")


def enterprise_in_reach(actor: Actor, key: int, *permissions: str, field: str = "unit", lock: bool = False) -> Unit:
    """An enterprise that the actor reaches under one of the permissions; else it is not found."""
    rows: Any = Unit.objects.select_for_update(of=("self",)) if lock else Unit.objects
    unit: Unit | None = rows.select_related("area").filter(pk=key, kind="enterprise").first()
    if unit is None or not permission_for(actor, unit, *permissions):
        raise missing(Text("没有找到这家企业。", "There is no such enterprise."), field, key)
    return unit


def active(unit: Unit, field: str = "unit") -> Unit:
    """The same unit; refused when it has ended."""
    if unit.active_to is not None:
        rule = Text("{name} 已注销。", "{name} has ended.").with_(name=unit.name)
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请选择在册企业。", "Choose an active one."), field=field, value=unit.pk)
    return unit
