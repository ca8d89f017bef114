"""A list of people from outside: it is compared with the record and never sets a status. What asks for one is stopped and told to an outside party."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.utils import timezone
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops.titles import written
from tongchou.record.models import Unit
from tongchou.record.people.reach import like_paths
from tongchou.rooms.plans.deciding import decide_frame
from tongchou.rooms.plans.onrecord import people_before
from tongchou.rooms.plans.store import standing_of, version_in_force
from tongchou.rooms.trust.models import OutsideList
from tongchou.rooms.trust.orders import SMALL, allowed

ISSUE = "restriction.issue"
ORIGIN = "outside_list"
OUTSIDE = ("discipline", "supervision_group")
"""Kinds of units that are told, the first that there is: they do not belong to those who issue orders."""


class ListIn(Payload):
    """people: those of the list who are on record. unknown: how many are not. claim: the status that the list wants to set, if any."""

    source: str = Field(min_length=2, max_length=120)
    claim: str = Field("", max_length=120)
    people: list[uuid.UUID] = Field(max_length=200_000)
    unknown: int = Field(0, ge=0, le=10_000_000)
    pack: str = Field(max_length=60)
    table: str = Field(max_length=60)


@verb("restriction.check_list", ISSUE, Text("核对外来名单", "Check a list from outside"))
def check_list(context: Context, given: ListIn) -> dict[str, Any]:
    """Tell whom of a list the plan restricts by facts on record. The list itself is no ground: who has none on record stays free.

    Stopped, with an alert to an outside party: a list that names a status to be set, and one of more than SMALL people most of whom have no ground.
    """
    if not given.people and not given.unknown:
        raise Refusal(Reason.MISSING_VALUE, Text("名单是空的。", "The list is empty."), remedy=Text("请选择名单。", "Choose a list."), field="people")
    today = timezone.localdate(context.now)
    standing = standing_of(version_in_force(given.pack, today), given.table, today)
    frame = people_before(standing, like_paths(context.actor, ISSUE), given.people)
    ground = [p for p, kept in decide_frame(standing, frame, rejected={}) if kept.binding and allowed(kept.content, today) is not None]
    total = len(set(given.people)) + given.unknown
    blocked = bool(given.claim) or (total > SMALL and 2 * len(ground) < total)
    told = _outside_party() if blocked else None
    assert context.actor.account_id is not None
    row = OutsideList.objects.create(
        id=context.act_id, source=given.source, claim=given.claim, people=total, on_record=len(set(given.people)), with_ground=len(ground),
        blocked=blocked, by_id=context.actor.account_id, unit_id=context.grants[0].unit_id, at=context.now, told=told,
    )  # fmt: skip
    context.event("outside_list", subject=f"list:{row.pk}", data={"people": total, "with_ground": len(ground), "blocked": blocked})
    if told is not None:
        _tell(context, row, told)
    return {"list": str(row.pk), "people": total, "with_ground": 0 if blocked else len(ground), "blocked": blocked, "ground": [] if blocked else ground}


def _outside_party() -> Unit | None:
    for kind in OUTSIDE:
        unit = Unit.objects.filter(kind=kind, active_to=None).order_by("pk").first()
        if unit is not None:
            return unit
    return None


def _tell(context: Context, row: OutsideList, unit: Unit) -> None:
    """Open a task for the outside party, as the program: who brought the list neither opens nor closes it."""
    told = Text(
        "“{unit}”提交来自“{source}”的 {n} 人名单{claim}，在册事实能够支持管控的 {g} 人。系统已拦截，没有任何人的状态因此改变。请核查来源和目的。",
        "“{unit}” brought a list of {n} {n|person|people} from “{source}”{claim}; facts on record support {g}. It was stopped.",
    ).with_(unit=context.grants[0].unit_name, source=row.source, n=row.people, claim=f"，要求“{row.claim}”" if row.claim else "", g=row.with_ground)
    title = Text("外来名单要求管控，已拦截，请核查", "A list from outside asked for orders and was stopped: look into it")
    item = {"kind": "task", **written(title, told), "owner_unit": unit.pk, "origin": ORIGIN, "origin_ref": str(row.pk), "urgent": True}
    open_one(replace(context, actor=SYSTEM, grants=()), OpenIn.model_validate(item))
