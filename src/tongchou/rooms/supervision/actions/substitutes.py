"""Who takes a lead: the discipline inspection unit of the nearest area; about that unit itself, one above it or the one that was named for it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import roles
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import Unit
from tongchou.record.territory.reach import unit_in_reach
from tongchou.rooms.supervision.models import LeadSubstitute
from tongchou.rooms.supervision.reach import OVERSEE

explain_constraint(
    "lead_substitute_is_another",
    Reason.SAME_UNIT,
    Text("不能由本单位受理涉及自己的线索。", "No unit takes leads about itself."),
    Text("请选择其他单位。", "Choose another."),
)


class SubstituteIn(Payload):
    """unit: the discipline inspection unit concerned. basis: on what the choice rests (a decision, a rule)."""

    unit: int
    substitute: int
    basis: str = Field(min_length=4, max_length=300)


def handler_for(unit: Unit) -> Unit | None:
    """The unit that takes leads about this one; None where nobody can. Never the unit itself."""
    found = [u for u in Unit.objects.filter(kind="discipline", active_to=None).select_related("area") if unit.area.path.startswith(u.area.path)]
    if unit.kind == "discipline":
        named = LeadSubstitute.objects.filter(unit=unit, substitute__active_to=None).select_related("substitute__area").first()
        if named is not None:
            return named.substitute
        found = [u for u in found if len(u.area.path) < len(unit.area.path)]
    return max((u for u in found if u.pk != unit.pk), key=lambda u: (len(u.area.path), -u.pk), default=None)


def able() -> QuerySet[Unit]:
    """Units in which somebody holds a post that handles leads."""
    may = [key for key, role in roles().by_key.items() if "lead.handle" in role.permissions]
    held = Q(posts__role__in=may, posts__ended_on=None, posts__holdings__to_date=None, posts__holdings__isnull=False)
    return Unit.objects.filter(held, active_to=None).distinct()


@verb("lead.name_substitute", OVERSEE, Text("指定回避受理单位", "Name who takes leads about discipline inspection"))
def name_substitute(context: Context, given: SubstituteIn) -> dict[str, Any]:
    """From now on leads about the discipline unit go to the substitute; those at the ladder's end that nobody could take are handed on by the next run."""
    unit = unit_in_reach(context.actor, OVERSEE, given.unit)
    if unit.kind != "discipline" or unit.active_to is not None:
        rule = Text("只为在册的纪检监察机关指定。", "Only for an active discipline inspection unit.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请从清单中选择。", "Choose from the list."), field="unit", value=given.unit)
    if not able().filter(pk=given.substitute).exists():
        rule = Text("该单位没有可以受理线索的在岗人员。", "Nobody in that unit holds a post that handles leads.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请从清单中选择。", "Choose from the list."), field="substitute", value=given.substitute)
    values = {"substitute_id": given.substitute, "basis": given.basis, "named_by_id": context.actor.account_id, "named_at": context.now}
    LeadSubstitute.objects.update_or_create(unit=unit, defaults=values)
    context.event("lead_substitute", subject=f"unit:{unit.pk}", note=given.basis, data={"substitute": given.substitute})
    return {"unit": unit.pk, "substitute": given.substitute}
