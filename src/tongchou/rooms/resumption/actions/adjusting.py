"""Answering a request to adjust the limit of staff: the permit's limit follows the decision, and a review for being beyond it ends."""

from __future__ import annotations

from typing import Any

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, verb
from tongchou.record.actions.permits import move
from tongchou.record.models import WorkPermit
from tongchou.record.permit_facts import MOST_STAFF, sealed
from tongchou.rooms.resumption.actions.permit_life import (
    AnswerIn,
    not_granted,
    permit_in_reach,
    settle,
    waiting_request,
)
from tongchou.rooms.resumption.adjusting import check_carried, limit_of
from tongchou.rooms.resumption.granting import limit_words
from tongchou.rooms.resumption.reach import DECIDE
from tongchou.rooms.resumption.stepping import take


@verb("permit.answer_adjust", DECIDE, Text("答复调整返岗人数申请", "Answer a request to adjust the limit of staff"))
def answer_adjust(context: Context, given: AnswerIn) -> dict[str, Any]:
    """Raise the limit to the number asked for or a lower one that the masks carry; refuse with the reason; or ask for more."""
    permit = permit_in_reach(context, DECIDE, given.permit)
    row = waiting_request(permit, "adjust")
    if given.how != "grant":
        return not_granted(context, row, given)
    most, was = given.staff or row.staff, limit_of(permit)
    assert most is not None  # nothing is asked without
    assert row.masks is not None
    assert was is not None
    if most <= was or (row.staff is not None and most > row.staff):
        rule = Text("须多于现在的 {w} 人，不超过申请的 {s} 人。", "More than the {w} of now, not more than the {s} asked for.").with_(w=was, s=row.staff)
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("不调整的请选“不同意”。", "Refuse it where nothing is adjusted."), field="staff", value=most)
    check_carried(permit, most, row.masks, context.now.astimezone(SHANGHAI).date())
    settle(context, row, "granted", given.reason)
    take(context, row.loop.pk, "grant", note=given.reason)
    return _raised(context, permit, was, most, given.reason)


def _raised(context: Context, permit: WorkPermit, was: int, most: int, reason: str) -> dict[str, Any]:
    permit.bound = sealed(permit.bound | {MOST_STAFF: most})
    permit.conditions = [limit_words(most) if c == limit_words(was) else c for c in permit.conditions]
    left = [c for c in permit.changes if c["fact"] != MOST_STAFF or _beyond(c, most)]
    stays = permit.state == "review" and bool(left)
    told: dict[str, Any] = {"was": was, "most": most}
    if stays:
        return move(context, permit, "review", permit.reason, "permit_adjusted", changes=left, **told) | told
    return move(context, permit, "in_force", reason, "permit_adjusted", **told) | told


def _beyond(change: dict[str, Any], most: int) -> bool:
    """Whether more were at work than even the new limit lets."""
    return int(change.get("now") or 0) > most
