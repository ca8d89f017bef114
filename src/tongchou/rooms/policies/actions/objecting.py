"""An enterprise objects to a decision: the headquarters office answers, whoever decided, and only the enterprise's word closes it."""

from __future__ import annotations

import uuid
from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops import state
from tongchou.record.loops.titles import written
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Loop
from tongchou.rooms.policies.actions.applications import State, application_in_reach
from tongchou.rooms.policies.models import Application
from tongchou.rooms.policies.reach import APPLY

ORIGIN = "policy_objection"
"""loop.origin of an objection; origin_ref is the application's loop."""


class ObjectIn(Payload):
    loop: uuid.UUID
    note: str = Field(min_length=4, max_length=1_000)


@verb("policies.object", APPLY, Text("对政策决定提出异议", "Object to a decision on a policy"))
def object_to(context: Context, given: ObjectIn) -> dict[str, Any]:
    """Open a request about the decision. Found right, the enterprise applies again and the decision is made anew."""
    row = application_in_reach(context, given.loop, (State.REFUSED,))
    if Loop.objects.filter(origin=ORIGIN, origin_ref=str(row.pk), closed_at=None).exists():
        rule = Text("异议已在办理中。", "An objection is being answered already.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请等待答复。", "Wait for the answer."), field="note")
    title = Text("对不予认定决定的异议：{t}", "Objection to a refusal: {t}").with_(t=row.loop.heading)
    asked = {
        "kind": "request", **written(title), "detail": given.note, "data": {"topic": "funds"}, "unit": row.unit_id,
        "owner_unit": office_unit() or row.loop.owner_unit_id, "origin": ORIGIN, "origin_ref": str(row.pk),
    }  # fmt: skip
    return {"loop": str(open_one(context, OpenIn.model_validate(asked))["loop"])}


def objections(actor: Actor, row: Application) -> list[Loop]:
    """The objections to a decision that the actor sees, the latest first."""
    found = list(Loop.objects.filter(origin=ORIGIN, origin_ref=str(row.pk)).order_by("-opened_at"))
    seen = {s.id for s in state.load([x.pk for x in found]) if state.visible(actor, s)} if found else set()
    return [x for x in found if x.pk in seen]
