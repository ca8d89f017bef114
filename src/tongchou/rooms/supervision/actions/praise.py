"""Praise (典型选树): a nomination rests on loops that the unit closed in the record; another unit reviews it before it is published."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions import loops as steps
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops.titles import written
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Loop
from tongchou.record.questions.worklist import scope_condition
from tongchou.record.territory.reach import unit_in_reach
from tongchou.rooms.supervision.models import Praise

NOMINATE = "praise.nominate"
_CLOSED = """
select l.id from record_loop l
where l.owner_unit_id = %(unit)s and l.end_reason = 'done' and l.kind <> 'praise' and {where} order by l.closed_at desc limit 200
"""


class NominateIn(Payload):
    """record: loops that the unit closed and somebody verified. reviewer: the unit that reviews; the headquarters office unless given."""

    unit: int
    deeds: str = Field(min_length=10, max_length=5000)
    record: list[uuid.UUID] = Field(min_length=1, max_length=20)
    reviewer: int | None = None


@verb("praise.nominate", NOMINATE, Text("推荐典型", "Nominate for praise"))
def nominate(context: Context, given: NominateIn) -> dict[str, Any]:
    unit = unit_in_reach(context.actor, "unit.view", given.unit)
    reviewer = unit_in_reach(context.actor, "unit.view", given.reviewer, "reviewer").pk if given.reviewer else office_unit()
    own = context.grants[0].unit_id
    if reviewer is None or reviewer in (own, unit.pk):
        rule = Text("须由推荐单位和被推荐单位以外的单位评议。", "A unit other than the nominating and the nominated one reviews it.")
        raise Refusal(Reason.SAME_UNIT, rule, remedy=Text("请另选评议单位。", "Choose another unit."), field="reviewer", value=reviewer)
    if unit.pk == own:
        rule = Text("不能推荐本单位。", "A unit does not nominate itself.")
        raise Refusal(Reason.SAME_UNIT, rule, remedy=Text("请推荐其他单位。", "Nominate another unit."), field="unit", value=unit.pk)
    known = set(closed_loops(context.actor, unit.pk).filter(pk__in=given.record).values_list("pk", flat=True))
    stranger = next((r for r in given.record if r not in known), None)
    if stranger is not None:
        rule = Text("该事项不是被推荐单位按要求办结的。", "This is no loop that the unit closed and you may see.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请从清单中选择。", "Choose from the list."), field="record", value=str(stranger))
    request = {
        "kind": "praise", **written(Text("典型选树：{name}", "Nominated for praise: {name}").with_(name=unit.name)),
        "detail": given.deeds, "unit": unit.pk, "owner_unit": unit.pk,
        "verifier_unit": reviewer, "origin": "praise",
    }  # fmt: skip
    loop = uuid.UUID(str(open_one(context, OpenIn.model_validate(request))["loop"]))
    Praise.objects.create(
        loop_id=loop, unit=unit, deeds=given.deeds, record=list(dict.fromkeys(given.record)), by_id=context.actor.account_id, at=context.now
    )
    evidence: list[dict[str, Any]] = [{"key": "deeds", "type": "text", "text": given.deeds}]
    evidence += [{"key": "record", "type": "link", "link": f"/loops/{r}"} for r in given.record]
    steps.advance(context, steps.AdvanceIn.model_validate({"loop": loop, "step": "submit", "evidence": evidence}))
    return {"loop": str(loop)}


def closed_loops(actor: Actor, unit: int) -> QuerySet[Loop]:
    """The last loops that the unit closed as done, as far as the actor may see them."""
    values: dict[str, Any] = {"unit": unit}
    where = scope_condition(actor, "loop.view", values)
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED.format(where=where), values)
        return Loop.objects.filter(pk__in=[row[0] for row in cursor.fetchall()]).order_by("-closed_at")
