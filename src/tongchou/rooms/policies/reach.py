"""How far somebody reaches: the enterprises of one's area, one's own, and for a department those whose policy it decides on."""

from __future__ import annotations

from typing import Any

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Unit
from tongchou.record.territory.reach import condition, missing, reaches_unit
from tongchou.rooms.policies.catalogue import Catalogue
from tongchou.rooms.policies.models import Terms

VIEW, ANSWER, APPLY = "policy.view", "policy.answer", "policy.apply"
TELL, DECIDE, MANAGE = "policy.tell", "policy.decide", "policy.manage"


def own_policies(actor: Actor, permission: str) -> list[str]:
    """The policies on which the actor's own unit decides."""
    units = actor.unit_ids(permission)
    return list(Terms.objects.filter(unit_id__in=units).values_list("policy", flat=True)) if units else []


def seen(
    actor: Actor, permission: str, values: dict[str, Any], policy: str, unit: str = "u.id", path: str = "a.path"
) -> str:
    """SQL condition for rows of an enterprise and a policy; adds its values."""
    held = condition(actor, permission, values, path, unit)
    own = own_policies(actor, permission)
    if held == "true" or not own:
        return held
    values["own_policies"] = own
    return f"({held} or {policy} = any(%(own_policies)s::text[]))"


def enterprise_in_reach(actor: Actor, permission: str, key: int, policy: str = "") -> Unit:
    """An active enterprise; outside the actor's reach it is not found. policy: for whom its department reaches every enterprise."""
    actor.require(permission)
    unit = Unit.objects.select_related("area").filter(pk=key).first()
    own = bool(policy) and policy in own_policies(actor, permission)
    if unit is None or not (own or reaches_unit(actor, permission, unit)):
        raise missing(Text("没有找到该企业。", "There is no such enterprise."), "unit", key)
    if unit.kind != "enterprise" or unit.active_to is not None:
        rule = Text("“{name}”不是在册企业。", "“{name}” is no active enterprise.").with_(name=unit.name)
        raise Refusal(
            Reason.INVALID_VALUE, rule, remedy=Text("请选择企业。", "Choose an enterprise."), field="unit", value=key
        )
    return unit


def own_enterprises(actor: Actor) -> list[Unit]:
    """The enterprises whose account the actor has, whether it applies for them or prepares it."""
    return list(Unit.objects.filter(pk__in=actor.unit_ids(ANSWER), kind="enterprise", active_to=None).order_by("pk"))


def decider(found: Catalogue, policy: str) -> int:
    """The unit that decides on a policy: the one named, else the headquarters office. Raises Refusal."""
    unit = found.settings[policy].unit
    if unit is not None and Unit.objects.filter(pk=unit, active_to=None).exists():
        return unit
    office = office_unit()
    if office is None:
        rule = Text("该政策还没有指定办理部门。", "Nobody is named to decide on this policy.")
        raise Refusal(
            Reason.MISSING_VALUE,
            rule,
            remedy=Text("请指挥部办公室指定。", "The headquarters office must name a unit."),
            field="policy",
            value=policy,
        )
    return office
