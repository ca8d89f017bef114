"""What everything else stands on: the kinds of input, the season, the units in charge."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.territory.reach import unit_in_reach
from tongchou.rooms.rural.catalogue import crops, shipped_inputs
from tongchou.rooms.rural.models import Charge, Input, Season
from tongchou.rooms.rural.reach import MANAGE, require_charge

explain_constraint(
    "rural_input_name_key",
    Reason.DUPLICATE,
    Text("已有同名农资。", "There is an input of this name."),
    Text("请核对名称。", "Check the name."),
)
explain_constraint(
    "rural_season_name_key",
    Reason.DUPLICATE,
    Text("已有同名季节。", "There is a season of this name."),
    Text("请改名。", "Choose another name."),
)


class InputIn(Payload):
    """key: short and stable, such as urea. crop: for seed. active: False takes it out of use; what is on record stays."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]{1,29}$")
    kind: Input.Kind
    name: str = Field(min_length=1, max_length=60)
    name_en: str = Field("", max_length=60)
    unit: str = Field(min_length=1, max_length=12)
    unit_en: str = Field("", max_length=12)
    crop: str = Field("", max_length=20)
    active: bool = True


class SeasonIn(Payload):
    name: str = Field(min_length=2, max_length=60)
    starts_on: date
    ends_on: date


class ChargeIn(Payload):
    """unit: who is in charge; None: the headquarters office."""

    topic: Charge.Topic
    unit: int | None = None


class NothingIn(Payload):
    """No fields."""


@verb("farm.input", MANAGE, Text("维护农资种类", "Keep the kinds of input"))
def keep_input(context: Context, given: InputIn) -> dict[str, Any]:
    """Add an input, or change one of the same key. Its unit stays once anything is counted in it."""
    require_charge(context.actor, MANAGE, "farm")
    if given.crop:
        known_crop(given.crop)
    before = Input.objects.select_for_update().filter(pk=given.key).first()
    if before is not None and before.unit != given.unit and _counted(before):
        rule = Text("已按“{u}”填报过，不能改单位。", "Quantities are on record in {u}: the unit stays.").with_(
            u=before.unit
        )
        raise Refusal(
            Reason.CONFLICT, rule, remedy=Text("请另建一种农资。", "Add another input."), field="unit", value=given.unit
        )
    Input.objects.update_or_create(key=given.key, defaults=given.model_dump(exclude={"key"}))
    context.event("farm_input", subject=f"input:{given.key}", data=given.model_dump(mode="json"))
    return {"input": given.key, "new": before is None}


def _counted(row: Input) -> bool:
    from tongchou.rooms.rural.models import Need, Stock

    return Need.objects.filter(input=row).exists() or Stock.objects.filter(input=row).exists()


def known_crop(crop: str, field: str = "crop") -> None:
    """Refuse what is no crop of the catalogue."""
    if crop not in crops():
        rule = Text("没有这种作物。", "There is no such crop.")
        raise Refusal(
            Reason.INVALID_VALUE,
            rule,
            remedy=Text("请从清单中选择。", "Choose from the list."),
            field=field,
            value=crop,
        )


@verb("farm.shipped_inputs", MANAGE, Text("载入农资清单", "Load the list of inputs"))
def load_shipped(context: Context, given: NothingIn) -> dict[str, Any]:
    """Add the shipped list; what is on record by key or name stays as it is."""
    require_charge(context.actor, MANAGE, "farm")
    rows = [
        Input(key=i.key, kind=i.kind, name=i.name.zh, name_en=i.name.en, unit=i.unit.zh, unit_en=i.unit.en, crop=i.crop)
        for i in shipped_inputs()
    ]
    before = Input.objects.count()
    Input.objects.bulk_create(rows, ignore_conflicts=True)
    added = Input.objects.count() - before
    context.event("farm_inputs_loaded", data={"added": added})
    return {"added": added}


@verb("farm.season", MANAGE, Text("设定农时季节", "Set a farming season"))
def add_season(context: Context, given: SeasonIn) -> dict[str, Any]:
    require_charge(context.actor, MANAGE, "farm")
    if given.ends_on <= given.starts_on:
        rule = Text("结束日期应晚于开始日期。", "A season ends after it begins.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="ends_on", value=given.ends_on.isoformat())
    row = Season.objects.create(**given.model_dump())
    context.event("farm_season", subject=f"season:{row.pk}", data=given.model_dump(mode="json"))
    return {"season": row.pk}


@verb("farm.charge", MANAGE, Text("指定牵头部门", "Name the department in charge"))
def name_charge(context: Context, given: ChargeIn) -> dict[str, Any]:
    """Name who is in charge of farming or of relief. For the headquarters office alone."""
    if not context.actor.system and not any(g.role == "hq_officer" for g in context.grants):
        rule = Text("牵头部门由指挥部办公室指定。", "The headquarters office names the department in charge.")
        raise Refusal(Reason.NOT_ALLOWED, rule)
    if given.unit is None:
        Charge.objects.filter(topic=given.topic).delete()
    else:
        unit = unit_in_reach(context.actor, MANAGE, given.unit)
        if unit.active_to is not None or unit.kind not in ("department", "hq_department", "hq_office", "special_team"):
            rule = Text("牵头部门应是在册的机关单位。", "Who is in charge is an active department.")
            raise Refusal(Reason.INVALID_VALUE, rule, field="unit", value=unit.pk)
        Charge.objects.update_or_create(topic=given.topic, defaults={"unit": unit})
    context.event("charge", subject=f"topic:{given.topic}", data={"unit": given.unit})
    return {"topic": given.topic, "unit": given.unit}
