"""A wrong cohort is lifted in one act: chosen and reasoned by one person, confirmed by another."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import connection
from pydantic import AwareDatetime, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, verb
from tongchou.record.clearance_due import MANY, ask
from tongchou.record.territory.reach import area_in_reach
from tongchou.rooms.trust.models import LIVE, Reversal
from tongchou.rooms.trust.progress import counted, tell

REVERSE = "restriction.reverse"
CONFIRM_REVERSAL = "restriction.reverse_confirm"
_FITS = """
r.state = any(%(live)s) and a.path like %(path)s
and (%(batch)s::uuid is null or r.batch_id = %(batch)s::uuid)
and (%(table)s = '' or r."table" = %(table)s) and (%(rule)s = '' or r.rule = %(rule)s)
and (%(since)s::timestamptz is null or r.issued_at >= %(since)s::timestamptz)
and (%(until)s::timestamptz is null or r.issued_at < %(until)s::timestamptz)
"""
_COUNT = f"""
select count(*) from trust_restriction r join record_person p on p.id = r.person_id join record_area a on a.id = p.area_id where {_FITS}
"""
_LIFT = f"""
update trust_restriction r set state = 'lifted', ended_at = %(now)s, ended_by_id = %(account)s, end_reason = 'reversed', end_note = %(note)s,
  reversal_id = %(reversal)s
from record_person p join record_area a on a.id = p.area_id where p.id = r.person_id and {_FITS} returning r.id, r.person_id
"""


class ReverseIn(Payload):
    """Which orders: of a batch, a table, a rule, issued within a time, of people in an area. At least one besides the area."""

    area: int
    batch: uuid.UUID | None = None
    table: str = Field("", max_length=60)
    rule: str = Field("", max_length=80)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    reason: str = Field(min_length=6, max_length=400)


def count_of(chosen: dict[str, Any], path: str) -> int:
    """How many live orders a choice names."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, _values(chosen, path))
        return int(cursor.fetchone()[0])


def _values(chosen: dict[str, Any], path: str) -> dict[str, Any]:
    return {
        "live": list(LIVE), "path": f"{path}%", "batch": chosen.get("batch"), "table": chosen.get("table") or "", "rule": chosen.get("rule") or "",
        "since": chosen.get("since"), "until": chosen.get("until"),
    }  # fmt: skip


@verb(REVERSE, REVERSE, Text("提出批量纠正", "Propose to reverse a cohort"))
def reverse(context: Context, given: ReverseIn) -> dict[str, Any]:
    """Choose the orders and say why. Nothing is lifted yet; a dry run tells how many there are."""
    area = area_in_reach(context.actor, REVERSE, given.area)
    chosen = {k: v for k, v in given.model_dump(mode="json", exclude={"area", "reason"}).items() if v}
    if not chosen:
        rule = Text("请选定一批、一类、一条规则或一段时间。", "Name a batch, a table, a rule or a time.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("不能不加选择地全部解除。", "Everything at once is not a choice."), field="batch")
    found = count_of(chosen, area.path)
    if not found:
        rule = Text("没有符合条件的措施。", "No live order fits.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请核对条件。", "Check what you chose."), field="batch")
    if context.dry_run:
        return {"orders": found, "reversal": None}
    assert context.actor.account_id is not None
    row = Reversal.objects.create(
        id=new_id(), chosen=chosen, people=found, reason=given.reason, area=area, proposed_by_id=context.actor.account_id,
        unit_id=context.grants[0].unit_id, proposed_at=context.now,
    )  # fmt: skip
    context.event("reversal_proposed", subject=f"reversal:{row.pk}", note=given.reason, data=chosen | {"orders": found})
    return {"orders": found, "reversal": str(row.pk)}


class AnswerIn(Payload):
    reversal: uuid.UUID
    agree: bool


def open_reversal(context: Context, given: AnswerIn) -> Reversal:
    """The reversal, locked, if this actor may answer it. Raises Refusal."""
    row = Reversal.objects.select_for_update(of=("self",)).select_related("area").filter(pk=given.reversal).first()
    if row is None or not context.actor.sees_path(CONFIRM_REVERSAL, row.area.path):
        raise no_such_reversal(given.reversal)
    if row.agreed is not None:
        rule = Text("该纠正已经答复。", "It was answered already.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请刷新页面。", "Reload the page."), field="reversal")
    if row.proposed_by_id == context.actor.account_id:
        rule = Text("提出人不能确认自己提出的纠正。", "Who proposed the reversal may not confirm it.")
        raise Refusal(Reason.SAME_PERSON, rule, remedy=Text("请由另一人确认。", "Another person must confirm."), field="reversal")
    return row


@verb(CONFIRM_REVERSAL, CONFIRM_REVERSAL, Text("确认批量纠正", "Confirm a reversal"))
def reverse_confirm(context: Context, given: AnswerIn) -> dict[str, Any]:
    """Another person agrees: every order that fits is lifted in this one act, each with its event and its notice."""
    row = open_reversal(context, given)
    row.confirmed_by_id, row.confirmed_at, row.agreed = context.actor.account_id, context.now, given.agree
    row.lifted = _lift(context, row, context.now) if given.agree else 0
    row.save()
    context.event("reversal_answered", subject=f"reversal:{row.pk}", data={"agreed": given.agree, "lifted": row.lifted})
    if row.lifted >= MANY:
        ask(context, "orders", f"reversal:{row.pk}")
    return {"reversal": str(row.pk), "lifted": row.lifted}


def _lift(context: Context, row: Reversal, now: datetime) -> int:
    """One statement lifts them, one writes their notices; the events say for each person what was lifted."""
    tell("lifting", 0, row.people)
    values = _values(row.chosen, row.area.path) | {"now": now, "account": context.actor.account_id, "note": row.reason, "reversal": row.pk}
    with connection.cursor() as cursor:
        cursor.execute(_LIFT, values)
        lifted = cursor.fetchall()
        cursor.execute(
            "insert into trust_notice (restriction_id, what, text, at) select id, 'lifted', %s, %s from trust_restriction where reversal_id = %s",
            [row.reason, now, row.pk],
        )
    mark = str(row.pk)
    for order, person in counted(lifted, "recording"):
        context.event("order_lifted", subject=f"person:{person}", data={"order": str(order), "reversal": mark})
    return len(lifted)


def reversal_in_reach(actor: Actor, key: uuid.UUID) -> Reversal:
    """A reversal in an area in which the actor proposes or confirms them; any other is not found."""
    row = Reversal.objects.select_related("area", "proposed_by", "confirmed_by", "unit").filter(pk=key).first()
    if row is None or not any(actor.sees_path(p, row.area.path) for p in (REVERSE, CONFIRM_REVERSAL)):
        raise no_such_reversal(key)
    return row


def no_such_reversal(key: uuid.UUID) -> Refusal:
    return Refusal(
        Reason.NOT_FOUND, Text("没有找到该纠正。", "There is no such reversal."), remedy=Text("请从列表打开。", "Open it from the list."),
        field="reversal", value=str(key),
    )  # fmt: skip
