"""Verbs on needs and offers: enter, change, withdraw."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import Area, Enterprise, Unit
from tongchou.record.territory.reach import missing, unit_in_reach
from tongchou.rooms.matching.catalogue import Item, conditions_of, item_of
from tongchou.rooms.matching.models import Entry
from tongchou.rooms.matching.reach import MANAGE, POST, entry_in_reach

LARGEST = 100_000_000
LONGEST = timedelta(days=366)
SMALL = ("small", "micro")

explain_constraint(
    "entry_not_overcommitted",
    Reason.CONFLICT,
    Text("已对接的数量会超过登记的数量。", "More would be matched than was entered."),
    Text("请刷新：刚刚有别的对接占用了它，或先取消对接再改小。", "Reload: another match has just taken it; or call matches off first."),
)


class EntryIn(Payload):
    """item, conditions: keys of the catalogue or words for them. first, last: from when to when. place: both of latitude and longitude, or
    neither (then the area says where). essential: only who matches may say so; an enterprise on a list of the register is so by itself."""

    side: Entry.Side
    item: str = Field(min_length=1, max_length=60)
    quantity: int = Field(ge=1, le=LARGEST)
    unit: int
    first: date
    last: date
    area: int | None = None
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)
    conditions: list[str] = Field(default_factory=list, max_length=12)
    size: int = Field(0, ge=0, le=100_000)
    within_km: int | None = Field(None, ge=1, le=20_000)
    price: Decimal | None = Field(None, ge=0, max_digits=12, decimal_places=2)
    note: str = Field("", max_length=300)
    essential: bool = False


class ChangeIn(Payload):
    """What is not given is kept. seen_version: the one that was on the page."""

    entry: uuid.UUID
    seen_version: int
    quantity: int | None = Field(None, ge=1, le=LARGEST)
    first: date | None = None
    last: date | None = None
    conditions: list[str] | None = Field(None, max_length=12)
    size: int | None = Field(None, ge=0, le=100_000)
    within_km: int | None = Field(None, ge=1, le=20_000)
    note: str | None = Field(None, max_length=300)
    essential: bool | None = None


class WithdrawIn(Payload):
    entry: uuid.UUID
    reason: str = Field(min_length=2, max_length=200)


@verb("match.post", POST, Text("登记供需", "Enter a need or an offer"))
def post(context: Context, given: EntryIn) -> dict[str, Any]:
    """Enter what a unit needs or offers. An enterprise enters its own."""
    unit = unit_in_reach(context.actor, POST, given.unit)
    row = built(context, given, unit, item_of(given.item))
    row.save(force_insert=True)
    context.event("match_posted", subject=f"entry:{row.pk}", data={"side": row.side, "item": row.item, "quantity": row.quantity, "unit": unit.pk})
    return {"entry": str(row.pk), "item": row.item}


def built(context: Context, given: EntryIn, unit: Unit, item: Item, origin: str = "") -> Entry:
    """An unsaved entry; refuses what does not hold."""
    if unit.active_to is not None:
        rule = Text("{name} 已撤销。", "{name} has ended.").with_(name=unit.name)
        raise Refusal(Reason.CONFLICT, rule, field="unit", value=unit.pk)
    check_days(given.first, given.last, timezone.localdate(context.now))
    if (given.latitude is None) != (given.longitude is None):
        rule = Text("经纬度须同时填写。", "Latitude and longitude come together.")
        raise Refusal(Reason.MISSING_VALUE, rule, field="latitude" if given.latitude is None else "longitude")
    if given.size and item.size is None:
        rule = Text("“{item}”不按规格大小区分。", "“{item}” has no size.").with_(item=item.title)
        raise Refusal(Reason.INVALID_VALUE, rule, field="size", value=given.size)
    own = unit.pk in {g.unit_id for g in context.grants}
    return Entry(
        id=new_id(), side=given.side.value, item=item.key, quantity=given.quantity, unit=unit, area_id=_area(context.actor, given, unit),
        latitude=given.latitude, longitude=given.longitude, first=given.first, last=given.last, conditions=conditions_of(given.conditions),
        size=given.size, within_km=given.within_km, price=given.price, note=given.note, small=_register(unit).size in SMALL,
        essential=_essential(context.actor, given.essential, unit) or bool(_register(unit).lists),
        origin=origin or ("own" if own else "officer"), account_id=context.actor.account_id,
        made_at=context.now,
    )  # fmt: skip


def _register(unit: Unit) -> Enterprise:
    """What the register of enterprises says of a unit; of one that it does not hold, nothing is known."""
    return getattr(unit, "enterprise", None) or Enterprise()


def check_days(first: date, last: date, today: date) -> None:
    """In order, not over yet, not longer than a year."""
    if last < first:
        raise Refusal(Reason.IMPOSSIBLE_DATE, Text("止日早于起日。", "The last day lies before the first."), field="last", value=str(last))
    if last < today:
        rule = Text("有效期已过。", "The time is over already.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请填写今天或以后。", "Give today or later."), field="last", value=str(last))
    if last - first > LONGEST or first - today > LONGEST:
        rule = Text("期限不超过一年。", "At most a year.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("到期可再次登记。", "It can be entered again."), field="last", value=str(last))


def _area(actor: Actor, given: EntryIn, unit: Unit) -> int:
    """The unit's own area, or one inside or above it in the same street's tree: elsewhere nothing is looked up."""
    if given.area is None or given.area == unit.area_id:
        return unit.area_id
    area = Area.objects.filter(pk=given.area, valid_to=None).first()
    near = area is not None and (area.path.startswith(unit.area.path) or unit.area.path.startswith(area.path) or actor.sees_path(POST, area.path))
    if area is None or not near:
        raise missing(Text("没有找到该区域。", "There is no such area."), "area", given.area)
    return area.pk


def _essential(actor: Actor, wanted: bool, unit: Unit) -> bool:
    if wanted and not actor.system and not actor.sees_path(MANAGE, unit.area.path):
        rule = Text("是否属保供企业由主管部门认定。", "The department says what is essential.")
        raise Refusal(Reason.NOT_ALLOWED, rule, remedy=Text("请不勾选，并说明用途。", "Leave it out and say what it is for."), field="essential")
    return wanted


@verb("match.change", POST, Text("变更供需", "Change a need or an offer"))
def change(context: Context, given: ChangeIn) -> dict[str, Any]:
    """Change what is asked or offered; not below what is matched already."""
    row = _open(context, given.entry)
    if row.version != given.seen_version:
        rule = Text("该登记刚被他人修改。", "Somebody has just changed it.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请刷新后再改。", "Reload first."), field="seen_version", value=given.seen_version)
    told = given.model_dump(exclude={"entry", "seen_version"}, exclude_none=True)
    check_days(told.get("first", row.first), told.get("last", row.last), timezone.localdate(context.now))
    if "conditions" in told:
        told["conditions"] = conditions_of(told["conditions"])
    if "essential" in told and told["essential"] != row.essential:
        _essential(context.actor, True, row.unit)
    changed = [k for k, v in told.items() if getattr(row, k) != v]
    for name in changed:
        setattr(row, name, told[name])
    if changed:
        row.version += 1
        row.save(update_fields=[*changed, "version"])
        context.event("match_changed", subject=f"entry:{row.pk}", data={"fields": changed})
    return {"entry": str(row.pk), "changed": changed, "version": row.version}


@verb("match.withdraw", POST, Text("撤回供需", "Withdraw a need or an offer"))
def withdraw(context: Context, given: WithdrawIn) -> dict[str, Any]:
    """It leaves the pool; what was matched of it goes on."""
    row = _open(context, given.entry)
    row.withdrawn_at, row.withdraw_reason, row.version = context.now, given.reason, row.version + 1
    row.save(update_fields=["withdrawn_at", "withdraw_reason", "version"])
    context.event("match_withdrawn", subject=f"entry:{row.pk}", note=given.reason)
    return {"entry": str(row.pk)}


def _open(context: Context, key: uuid.UUID) -> Entry:
    row = entry_in_reach(context.actor, key, lock=True)
    if row.withdrawn_at is not None:
        rule = Text("该登记已撤回。", "It has been withdrawn.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("可以重新登记。", "It can be entered again."), field="entry", value=str(key))
    return row
