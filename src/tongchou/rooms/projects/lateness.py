"""Parts past their planned end: their unit is called to account by a loop of kind part_late, once for each planned end; it ends with its cause."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from pydantic import Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.loops import AdvanceIn, advance
from tongchou.record.actions.open_loops import OpenManyIn, open_many
from tongchou.record.loops.titles import noted, written
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Unit
from tongchou.rooms.projects.models import Part, Project
from tongchou.rooms.projects.reach import MANAGE

KIND, ORIGIN = "part_late", "project_part"
BATCH = 500
RUNNING = (Project.State.PREPARING, Project.State.STARTED)
_OVER = Text("环节已完成、取消、调整计划或项目停工，无须再办。", "Done, cancelled, planned anew, or the project rests: nothing is left to do.")
_MOVED = Text("计划已调整，按新的计划日另行催办。", "Planned anew; it is asked for by the new day.")


class LateIn(Payload):
    limit: int = Field(BATCH, ge=1, le=5_000)


def is_late(on: date) -> Q:
    """Parts that are owed and past their planned end, of projects that go on."""
    return Q(done_on=None, cancelled_at=None, planned_to__lt=on, project__state__in=RUNNING)


@verb("project.late", MANAGE, Text("催办超期环节", "Call to account for late parts"), system_only=True, recurs=True)
def call(context: Context, given: LateIn) -> dict[str, Any]:
    """Open what is owed for parts that are late and end what is no longer; as often as one likes, each planned end once."""
    today = context.now.astimezone(SHANGHAI).date()
    ended = settle(context, Part.objects.exclude(is_late(today)), _OVER, given.limit)
    rows = list(
        Part.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(is_late(today))
        .exclude(late_for=F("planned_to"))
        .select_related("project")
        .order_by("planned_to", "pk")[: given.limit]
    )
    active = set(Unit.objects.filter(pk__in={r.unit_id for r in rows}, active_to=None).values_list("pk", flat=True))
    rows = [r for r in rows if r.unit_id in active or r.project.lead_unit_id]
    if rows:
        settle(context, Part.objects.filter(pk__in=[r.pk for r in rows]), _MOVED, given.limit)
        items = [_wanted(r, r.unit_id if r.unit_id in active else r.project.lead_unit_id, today) for r in rows]
        made = open_many(replace(context, actor=SYSTEM, grants=()), OpenManyIn.model_validate({"items": items}))["loops"]
        for row, loop in zip(rows, made, strict=True):
            row.late_for, row.late_loop_id = row.planned_to, uuid.UUID(str(loop))
            context.event("part_late", loop_id=row.late_loop_id, subject=f"project:{row.project_id}", data={"part": row.pk, "planned_to": str(row.planned_to)})
        Part.objects.bulk_update(rows, ["late_for", "late_loop"])
    return {"opened": len(rows), "ended": ended}


def _wanted(part: Part, owner: int, today: date) -> dict[str, Any]:
    project = part.project
    verifier = project.lead_unit_id if project.lead_unit_id != owner else office_unit()
    title = Text("{project}：“{part}”超期{n}天", "{project}: “{part}” is {n} {n|day|days} late")
    title = title.with_(project=project.name, part=part.title, n=(today - part.planned_to).days)
    told = Text("计划{zh}完成。", "Planned to be done on {en}.").with_(zh=f"{part.planned_to:%Y年%m月%d日}", en=part.planned_to.isoformat())
    return {
        "kind": KIND, **written(title, told),
        "data": {"planned_to": part.planned_to.isoformat()}, "area": project.area_id, "owner_unit": owner, "origin": ORIGIN,
        "origin_ref": f"{part.pk}:{part.planned_to.isoformat()}", "urgent": part.required,
    } | ({"verifier_unit": verifier} if verifier else {})  # fmt: skip


def settle(context: Context, parts: QuerySet[Part], note: Text, limit: int = BATCH) -> int:
    """End the loops of these parts that are open; returns how many."""
    rows = list(parts.filter(late_loop__closed_at=None, late_loop__isnull=False).select_related("late_loop").order_by("pk")[:limit])
    return settle_rows(context, rows, note)


def settle_rows(context: Context, rows: Iterable[Part], note: Text) -> int:
    """The same for parts that are held already. What was worked on and is done ends as done, the rest as not needed."""
    system, n = replace(context, actor=SYSTEM, grants=()), 0
    for row in rows:
        loop = row.late_loop
        if loop is None or loop.closed_at is not None:
            continue
        step = "finish" if row.done_on is not None and loop.stage == "catching" else "end"
        advance(system, AdvanceIn.model_validate({"loop": loop.pk, "step": step, **noted(note)}))
        n += 1
    return n
