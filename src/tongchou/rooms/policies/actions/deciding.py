"""Verbs of the department concerned: ask once for what is missing, approve, refuse with the condition that fails, pay."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from pydantic import Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.model import Pack
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.rooms.plans.models import PackVersion
from tongchou.rooms.plans.store import pack_of, standing_of
from tongchou.rooms.policies.actions.applications import State, application_in_reach, step
from tongchou.rooms.policies.catalogue import NOT_ELIGIBLE, PACK, Ground, ground
from tongchou.rooms.policies.models import Application
from tongchou.rooms.policies.reach import DECIDE

PAPERS = "papers"
"""The criterion that the papers do not show what they have to; only after the enterprise was asked once."""
explain_constraint(
    "policy_paid_within_approved",
    Reason.INVALID_VALUE,
    Text("兑现金额不得超过认定金额。", "No more is paid than was approved."),
    Text("请核对金额。", "Check the amount."),
)
Money = Field(ge=0, max_digits=16, decimal_places=2)


class AskIn(Payload):
    """note: everything that is missing, at once."""

    loop: uuid.UUID
    note: str = Field(min_length=4, max_length=1_000)


class ApproveIn(Payload):
    """amount: yuan. reason: needed where it is another than the one worked out."""

    loop: uuid.UUID
    amount: Decimal = Money
    reason: str = Field("", max_length=1_000)


class RefuseIn(Payload):
    """criterion: the rule of the policy that is not met, or "papers"."""

    loop: uuid.UUID
    criterion: str = Field(max_length=80)
    reason: str = Field(min_length=4, max_length=1_000)


class PayIn(Payload):
    loop: uuid.UUID
    amount: Decimal = Money
    on: date


def criteria(row: Application) -> dict[str, Ground]:
    """The conditions of the policy as it stood when the application was made: rule -> its words and clause."""
    day = timezone.localdate(row.applied_at, SHANGHAI)
    version = PackVersion.objects.filter(pack=PACK, digest=row.pack).order_by("made_at").first()
    if version is None or row.policy not in pack_of(version).tables:
        return {}
    standing = standing_of(version, row.policy, day)
    return {r.key: ground(standing, r) for r in standing.rules if r.rule.outcome == NOT_ELIGIBLE}


def pack_then(row: Application) -> Pack | None:
    """The pack by which an application was made; None where it is no longer on record."""
    version = PackVersion.objects.filter(pack=PACK, digest=row.pack).order_by("made_at").first()
    return pack_of(version) if version else None


@verb("policies.ask_more", DECIDE, Text("一次性告知补正", "Ask for what is missing, once"))
def ask_more(context: Context, given: AskIn) -> dict[str, Any]:
    """Everything that is missing is said at once; a second request is refused."""
    row = application_in_reach(context, given.loop, (State.SUBMITTED,))
    if row.supplement_at is not None:
        rule = Text("补正只能告知一次，已于 {day} 告知。", "What is missing is asked for once; it was on {day}.")
        remedy = Text("请按现有材料作出决定。", "Decide on what is there.")
        raise Refusal(
            Reason.CONFLICT,
            rule.with_(day=timezone.localdate(row.supplement_at, SHANGHAI)),
            remedy=remedy,
            field="note",
        )
    row.state, row.supplement, row.supplement_at = State.SUPPLEMENT, given.note, context.now
    return step(context, row, "ask_more", given.note)


@verb("policies.approve", DECIDE, Text("认定政策申请", "Approve an application"))
def approve(context: Context, given: ApproveIn) -> dict[str, Any]:
    """Approve with the amount; one that differs from what was worked out needs its reason."""
    row = application_in_reach(context, given.loop, (State.SUBMITTED,))
    if row.worked_out is not None and given.amount != row.worked_out and not given.reason:
        rule = Text("与计算金额 {n} 元不同的，须写明理由。", "It differs from the {n} yuan worked out; say why.").with_(
            n=row.worked_out
        )
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请填写理由。", "Give the reason."), field="reason")
    row.state, row.approved, row.decided_at, row.reason = State.APPROVED, given.amount, context.now, given.reason
    return step(context, row, "approve", given.reason, amount=("number", str(given.amount)))


@verb("policies.refuse", DECIDE, Text("不予认定", "Refuse an application"))
def refuse(context: Context, given: RefuseIn) -> dict[str, Any]:
    """Refuse by a condition of the policy, with the clause in which it stands, and why."""
    row = application_in_reach(context, given.loop, (State.SUBMITTED,))
    known = criteria(row)
    if given.criterion == PAPERS:
        if row.supplement_at is None:
            rule = Text("材料不全的，须先一次性告知补正。", "Where papers are missing, ask for them first.")
            raise Refusal(
                Reason.WRONG_STAGE,
                rule,
                remedy=Text("请先告知补正。", "Ask for what is missing."),
                field="criterion",
                value=PAPERS,
            )
        words, clause = "材料经补正仍不能证明符合条件。", ""
    elif given.criterion in known:
        words, clause = known[given.criterion].reason.zh, known[given.criterion].where
    else:
        rule = Text("请指明不符合该政策的哪一项条件。", "Name the condition of the policy that is not met.")
        remedy = Text("可选：{all}。", "One of: {all}.").with_(all="、".join([*known, PAPERS]))
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="criterion", value=given.criterion[:40])
    row.state, row.criterion, row.clause, row.reason, row.decided_at = (
        State.REFUSED,
        given.criterion,
        clause[:300],
        given.reason,
        context.now,
    )
    return step(
        context, row, "refuse", f"{words}{clause} {given.reason}", criterion=("text", f"{words}{clause} {given.reason}")
    )


@verb("policies.pay", DECIDE, Text("登记政策兑现", "Record that a benefit was paid"))
def pay(context: Context, given: PayIn) -> dict[str, Any]:
    """Record what was paid, waived or lowered; whether it arrived is for the enterprise to say."""
    row = application_in_reach(context, given.loop, (State.APPROVED,))
    today = timezone.localdate(context.now, SHANGHAI)
    if not timezone.localdate(row.applied_at, SHANGHAI) <= given.on <= today:
        raise Refusal(
            Reason.IMPOSSIBLE_DATE,
            Text("兑现日期应在申请之日和今天之间。", "The day lies between the application and today."),
            field="on",
            value=str(given.on),
        )
    row.state, row.paid, row.paid_on = State.PAID, given.amount, given.on
    return step(context, row, "pay", paid=("number", str(given.amount)))
