"""Which enterprises somebody may report for, see, or chase; and the street that is asked to look."""

from __future__ import annotations

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Unit
from tongchou.record.territory.reach import area_above, unit_in_reach

REPORT, VIEW, MANAGE, KEEP = "daily.report", "daily.view", "daily.manage", "attendance.keep"
KINDS = ("enterprise",)

STREET_OF = area_above("street")
"""SQL: the street area `s` in which the area `a` lies."""


def own_enterprises(actor: Actor, permission: str = REPORT) -> list[Unit]:
    """The active enterprises for which the actor has the permission by a post in them."""
    return list(
        Unit.objects.filter(pk__in=actor.unit_ids(permission), kind__in=KINDS, active_to=None)
        .select_related("area")
        .order_by("pk")
    )


def enterprise_in_reach(actor: Actor, permission: str, key: int) -> Unit:
    """An active enterprise within reach; what lies outside is not found."""
    unit = unit_in_reach(actor, permission, key)
    if unit.kind not in KINDS or unit.active_to is not None:
        rule = Text("“{name}”不是在册企业。", "“{name}” is no active enterprise.").with_(name=unit.name)
        raise Refusal(
            Reason.INVALID_VALUE, rule, remedy=Text("请选择企业。", "Choose an enterprise."), field="unit", value=key
        )
    return unit
