"""A gap that threatens the season becomes a loop of the department in charge, once."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from typing import Any

from pydantic import Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops.titles import written
from tongchou.record.models import Area, Unit
from tongchou.rooms.rural.balance import Line, threatening
from tongchou.rooms.rural.models import Need
from tongchou.rooms.rural.reach import MANAGE, today, unit_in_charge

ORIGIN = "farm_gap"


class GapsIn(Payload):
    limit: int = Field(200, ge=1, le=2_000)


@verb("farm.open_gaps", MANAGE, Text("交办农资缺口", "Hand out gaps"), system_only=True, recurs=True)
def open_gaps(context: Context, given: GapsIn) -> dict[str, Any]:
    """Open a loop for each need with a threatening gap that has none in hand. Two runs at once open no second one: the need's row is locked."""
    owner = unit_in_charge("farm")
    if owner is None:
        return {"opened": 0}
    lines = {line.need: line for line in threatening(today(context.now))}
    free = Need.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=lines)
    opened = 0
    for need in list(free.select_related("loop").order_by("needed_on", "pk")):
        if opened == given.limit or (need.loop is not None and need.loop.closed_at is None):
            continue
        need.loop_id = _open(context, lines[need.pk], owner)
        need.save(update_fields=["loop"])
        opened += 1
    return {"opened": opened}


def _open(context: Context, line: Line, owner: int) -> uuid.UUID:
    due = max(
        datetime.combine(line.needed_on, time(18), SHANGHAI) - timedelta(days=1), context.now + timedelta(hours=24)
    )
    title = Text("{area}{input}缺口 {n}{m}，农时 {on}", "{area} lacks {n} {m} of {input} by {on}").with_(
        area=line.area_name,
        input=Text(line.input_name, line.input_en or line.input_name),
        n=f"{line.gap.normalize():f}", m=Text(line.unit, line.unit_en or line.unit), on=line.needed_on
    )
    item = {
        "kind": "farm_gap", **written(title), "area": line.area, "owner_unit": owner, "verifier_unit": _confirms(line.area, owner), "due_at": due,
        "origin": ORIGIN, "origin_ref": str(line.need), "urgent": line.days <= 3, "data": {"input": line.input, "gap": str(line.gap)},
    }  # fmt: skip
    return uuid.UUID(str(open_one(context, OpenIn.model_validate(item))["loop"]))


def _confirms(area: int, owner: int) -> int | None:
    """Who confirms that it has come: the village's own unit, else its street's."""
    above = [int(p) for p in Area.objects.values_list("path", flat=True).get(pk=area).split(".") if p]
    units = Unit.objects.filter(kind__in=("community", "street"), area_id__in=above, active_to=None).exclude(pk=owner)
    return units.order_by("-area__path", "pk").values_list("pk", flat=True).first()
