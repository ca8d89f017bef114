"""Verbs of a round as a whole: moved to other days, closed; and visits handed to somebody else. No visit goes missing: each is done, handed over or cancelled."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import PostHolding
from tongchou.rooms.supervision.models import Round, Visit
from tongchou.rooms.supervision.reach import PLAN, no_such_visit, round_in_reach

explain_constraint(
    "visit_moved_whereto",
    Reason.MISSING_VALUE,
    Text("移交的督查须有去向和理由。", "A visit that was handed over has where to and why."),
    Text("请填写理由。", "Say why."),
)


class MoveIn(Payload):
    """starts_on: the new first day; the other days of the round move along."""

    round: uuid.UUID
    starts_on: date
    reason: str = Field(min_length=2, max_length=200)


class CloseIn(Payload):
    """reason: why what is still to be visited is left out; needed only where something is."""

    round: uuid.UUID
    reason: str = Field("", max_length=200)


class ReassignIn(Payload):
    """to_round: a round of another group; else the visits stay in theirs. account: who goes; anybody of the group where it is not given."""

    round: uuid.UUID
    visits: list[uuid.UUID] = Field(min_length=1, max_length=500)
    to_round: uuid.UUID | None = None
    account: int | None = None
    reason: str = Field(min_length=2, max_length=200)


def open_round(context: Context, key: uuid.UUID) -> Round:
    """Lock a round within reach that is not closed."""
    round_in_reach(context.actor, key)
    row = Round.objects.select_for_update().get(pk=key)
    if row.closed_at is not None:
        rule = Text("本轮督查已结束。", "The round is closed.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请另行安排一轮。", "Plan another round."), field="round", value=str(key))
    return row


@verb("round.move", PLAN, Text("调整一轮督查的日期", "Move a round"))
def move(context: Context, given: MoveIn) -> dict[str, Any]:
    """The whole round by so many days: visits that have begun or are over stay as they were."""
    row = open_round(context, given.round)
    by = given.starts_on - row.starts_on
    waiting = list(row.visits.select_for_update().filter(state="planned"))
    if by == timedelta(0):
        rule = Text("日期没有变化。", "These are the days it has.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请选择其他日期。", "Choose another day."), field="starts_on", value=str(given.starts_on))
    before = (row.starts_on, row.ends_on)
    row.starts_on, row.ends_on = row.starts_on + by, row.ends_on + by
    row.save(update_fields=["starts_on", "ends_on"])
    for visit in waiting:
        visit.planned_on += by
    Visit.objects.bulk_update(waiting, ["planned_on"])
    data = {"from": str(before[0]), "to": str(row.starts_on), "days": by.days, "visits": len(waiting)}
    context.event("round_moved", subject=f"round:{row.pk}", note=given.reason, data=data)
    return {"round": str(row.pk), "visits": len(waiting), "starts_on": str(row.starts_on), "ends_on": str(row.ends_on)}


@verb("round.close", PLAN, Text("结束一轮督查", "Close a round"))
def close(context: Context, given: CloseIn) -> dict[str, Any]:
    """What has begun must be finished first; what has not is cancelled with the reason, and stays in the record of the round."""
    row = open_round(context, given.round)
    visits = list(row.visits.select_for_update(of=("self",)).filter(state__in=("planned", "begun")).select_related("unit"))
    begun = [v for v in visits if v.state == "begun"]
    if begun:
        rule = Text("还有 {n} 家正在检查：{who}", "{n} {n|visit is|visits are} under way: {who}").with_(n=len(begun), who=Text.listed(v.unit.name for v in begun[:5]))
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请提交检查结果后再结束。", "Finish them first."), field="round")
    if visits and len(given.reason.strip()) < 2:
        rule = Text("还有 {n} 家未查，结束须写明理由。", "{n} are not visited yet; say why.").with_(n=len(visits))
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请填写理由，或先检查、移交。", "Give the reason, or visit or hand them over first."), field="reason")
    Visit.objects.filter(pk__in=[v.pk for v in visits]).update(state="cancelled", cancel_reason=given.reason)
    row.closed_at, row.closed_by_id, row.close_reason = context.now, context.actor.account_id, given.reason
    row.save(update_fields=["closed_at", "closed_by", "close_reason"])
    context.event("round_closed", subject=f"round:{row.pk}", note=given.reason, data={"cancelled": [str(v.pk) for v in visits]})
    return {"round": str(row.pk), "cancelled": len(visits)}


@verb("visit.reassign", PLAN, Text("移交督查任务", "Hand visits over"))
def reassign(context: Context, given: ReassignIn) -> dict[str, Any]:
    """Visits not begun yet: to another person of the group, or to a round of another group, where each goes on as a visit of its own."""
    row = open_round(context, given.round)
    wanted = list(dict.fromkeys(given.visits))
    found = {v.pk: v for v in row.visits.select_for_update(of=("self",)).filter(pk__in=wanted).select_related("unit")}
    for key in wanted:
        if key not in found:
            raise no_such_visit(key)
    gone = next((found[k] for k in wanted if found[k].state != "planned"), None)
    if gone is not None:
        rule = Text("“{name}”已开始或已结束检查，不能移交。", "“{name}” has begun or is over; it cannot be handed over.").with_(name=gone.unit.name)
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请去掉该单位。", "Leave it out."), field="visits", value=str(gone.pk))
    target = open_round(context, given.to_round) if given.to_round not in (None, row.pk) else row
    _goes(target, given.account)
    visits = [found[k] for k in wanted]
    data: dict[str, Any] = {"visits": [str(v.pk) for v in visits], "account": given.account}
    if target.pk == row.pk:
        Visit.objects.filter(pk__in=wanted).update(account_id=given.account)
    else:
        made = [_hand_over(visit, target, given.account) for visit in visits]
        Visit.objects.bulk_create(made)
        for visit, new in zip(visits, made, strict=True):
            visit.state, visit.moved_to, visit.cancel_reason = "moved", new, given.reason
        Visit.objects.bulk_update(visits, ["state", "moved_to", "cancel_reason"])
        data |= {"to_round": str(target.pk), "group": target.group_id, "became": [str(v.pk) for v in made]}
    context.event("visits_reassigned", subject=f"round:{row.pk}", note=given.reason, data=data)
    return {"round": str(row.pk), "to_round": str(target.pk), "visits": data.get("became", data["visits"])}


def _hand_over(visit: Visit, target: Round, account: int | None) -> Visit:
    if visit.unit_id == target.group_id:
        rule = Text("督导组不能检查自己。", "A group does not visit itself.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请选择其他督导组。", "Choose another group."), field="to_round", value=str(target.pk))
    on = min(max(visit.planned_on, target.starts_on), target.ends_on)
    return Visit(id=new_id(), round=target, edition_id=visit.edition_id, unit_id=visit.unit_id, planned_on=on, account_id=account, place=visit.place)


def _goes(target: Round, account: int | None) -> None:
    if account is not None and not PostHolding.objects.filter(account_id=account, post__unit=target.group_id, to_date=None).exists():
        rule = Text("此人不在该督导组任职。", "This person holds no post in the group.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请选择组内人员。", "Choose somebody of the group."), field="account", value=account)
