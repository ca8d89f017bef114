"""Verbs that end a review: kept, kept with conditions, suspended; and what takes a fact off a permit again."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.permits import SUSPEND, SuspendIn, allowed_from, live_permit, move, suspend
from tongchou.record.models import WorkPermit
from tongchou.record.permit_facts import present_facts, sealed


class SettleIn(Payload):
    """how: keep; conditions, with those that are added; suspend, with what has to be shown before work goes on."""

    unit: int
    how: Literal["keep", "conditions", "suspend"]
    reason: str = Field(min_length=2, max_length=2_000)
    conditions: list[str] = Field(default_factory=list, max_length=20)
    must_show: list[str] = Field(default_factory=list, max_length=20)
    seen_version: int | None = None


@verb("permit.settle", SUSPEND, Text("作出复核结论", "Conclude a review"))
def settle(context: Context, given: SettleIn) -> dict[str, Any]:
    """End the review. A permit that is kept rests on the facts as they are now."""
    permit = live_permit(context, SUSPEND, given.unit, given.seen_version)
    allowed_from(permit, ("review",), Text("作出复核结论", "concluded"))
    if given.how == "suspend":
        payload = {"unit": given.unit, "reason": given.reason, "must_show": [m for m in given.must_show if m.strip()] or [""]}
        return suspend(context, SuspendIn.model_validate(payload))
    added = [c.strip() for c in given.conditions if c.strip()]
    if given.how == "conditions":
        together = [*permit.conditions, *(c for c in added if c not in permit.conditions)]
        if not added or max(map(len, added)) > 300 or len(together) > 20:
            rule = Text("须逐条写明条件，每条不超过 300 字，合计不超过 20 条。", "Give the conditions, each at most 300 characters, 20 in all.")
            raise Refusal(Reason.MISSING_VALUE if not added else Reason.INVALID_VALUE, rule, remedy=Text("请补充条件。", "Give them."), field="conditions")
        permit.conditions = together
    today = context.now.astimezone(SHANGHAI).date()
    permit.bound = sealed(permit.bound | present_facts([permit.unit_id], today).get(permit.unit_id, {}))
    step = "condition" if given.how == "conditions" else "keep"
    return move(context, permit, "in_force", given.reason, "permit_kept", step=step, added=added if given.how == "conditions" else [])


def clear_fact(context: Context, permit: WorkPermit, fact: str, reason: str) -> bool:
    """Take a change off a locked permit's list: it no longer holds. Where it was all that the review rested on, the permit is in force again."""
    left = [c for c in permit.changes if c["fact"] != fact]
    if permit.state != "review" or len(left) == len(permit.changes):
        return False
    if left:
        move(context, permit, "review", reason, changes=left)
    else:
        move(context, permit, "in_force", reason, step="end")
    return True
