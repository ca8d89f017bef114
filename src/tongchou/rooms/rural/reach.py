"""Permissions of the room, and who is in charge."""

from __future__ import annotations

from datetime import date, datetime

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Area
from tongchou.record.territory.reach import area_in_reach, missing
from tongchou.rooms.rural.models import Charge, Input, Season

VIEW, REPORT, MANAGE, DEALER = "farm.view", "farm.report", "farm.manage", "farm.dealer"
MARKET, SELL, BUY = "produce.view", "produce.sell", "produce.buy"
WATCH, CARE, VERIFY, COUNTS, LINES = "relief.view", "relief.edit", "relief.verify", "relief.counts", "relief.manage"
DEALERS = ("enterprise", "store")


def today(now: datetime) -> date:
    """The day in the district's own time zone."""
    return now.astimezone(SHANGHAI).date()


def unit_in_charge(topic: str) -> int | None:
    """The unit that is in charge of a topic, else the headquarters office."""
    named = Charge.objects.filter(topic=topic, unit__active_to=None).values_list("unit_id", flat=True).first()
    return int(named) if named is not None else office_unit()


def in_charge(actor: Actor, permission: str, topic: str) -> bool:
    """Whether the actor may manage a topic: the headquarters office, or a department that was named for it."""
    unit = unit_in_charge(topic)
    return actor.system or any(g.role == "hq_officer" or g.unit_id == unit for g in actor.grants_for(permission))


def require_charge(actor: Actor, permission: str, topic: str) -> None:
    """Refuse who is not in charge of a topic."""
    actor.require(permission)
    if not in_charge(actor, permission, topic):
        rule = Text("由负责此项工作的部门办理。", "This is for the department in charge.")
        remedy = Text(
            "请联系该部门，或请指挥部办公室指定。", "Ask that department, or have the headquarters office name one."
        )
        raise Refusal(Reason.NOT_ALLOWED, rule, remedy=remedy)


def village_in_reach(actor: Actor, permission: str, key: int, field: str = "area") -> Area:
    """A community or village in force within reach."""
    area = area_in_reach(actor, permission, key, field)
    if area.level != Area.Level.COMMUNITY or area.valid_to is not None:
        rule = Text("“{name}”不是现行的村（社区）。", "“{name}” is no village or community in force.").with_(
            name=area.name
        )
        raise Refusal(
            Reason.INVALID_VALUE, rule, remedy=Text("请选择村或社区。", "Choose a village."), field=field, value=key
        )
    return area


def season_of(key: int) -> Season:
    """A season by its id. Raises Refusal."""
    found = Season.objects.filter(pk=key).first()
    if found is None:
        raise missing(Text("没有这个农时季节。", "There is no such season."), "season", key)
    return found


def input_of(key: str, field: str = "input") -> Input:
    """An input that is in use, by its key. Raises Refusal."""
    found = Input.objects.filter(pk=key, active=True).first()
    if found is None:
        raise missing(Text("没有这种农资，或已停用。", "There is no such input in use."), field, key)
    return found


def current_season(on: date) -> Season | None:
    """The season of a day: the last that has begun, else the next."""
    begun = Season.objects.filter(starts_on__lte=on).order_by("-starts_on", "-pk").first()
    return begun or Season.objects.order_by("starts_on", "pk").first()
