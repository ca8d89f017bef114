"""Issuing orders: for one person out of a decision, and renewing one out of a new decision."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, verb
from tongchou.record.loops.references import Referable, referable
from tongchou.rooms.plans.models import Decision
from tongchou.rooms.plans.onrecord import on_record
from tongchou.rooms.plans.questions import decision_in_reach
from tongchou.rooms.plans.store import pack_of, standing_of
from tongchou.rooms.trust.models import Restriction
from tongchou.rooms.trust.orders import (
    Allowed,
    allowed,
    end,
    lapse_past,
    new_code,
    notify,
    order_in_reach,
    organisation,
)
from tongchou.rooms.trust.words import KINDS, kind_of

ISSUE = "restriction.issue"
FRESH = timedelta(days=2)
"""How old a decision may be on which an order rests."""


def _named(actor: Actor, key: str) -> Text:
    """What an order is, without whom it is about."""
    row = order_in_reach(actor, "restriction.view", uuid.UUID(key))
    return Text("{kind}（{first} 至 {last}）", "{kind} ({first} to {last})").with_(kind=KINDS[row.kind], first=row.starts_on, last=row.ends_on)


referable(Referable("order", Text("管控措施", "Order"), _named, "orders", page="order"))


class IssueIn(Payload):
    """evidence: what it rests on besides the facts of the decision; needed where those were typed. until: earlier than the rule's last day."""

    decision: uuid.UUID
    legal_basis: str = Field(min_length=4, max_length=400)
    evidence: list[str] = Field(default_factory=list, max_length=40)
    until: date | None = None


@verb(ISSUE, ISSUE, Text("下达管控措施", "Issue an order"))
def issue(context: Context, given: IssueIn) -> dict[str, Any]:
    """Issue what a decision allows. Where it rests on facts that somebody typed, another organisation confirms it before it binds."""
    decision = decision_in_reach(context.actor, given.decision, ISSUE)
    lapse_past(context, person=decision.person_id)
    row = _order(context, decision, given.evidence, given.legal_basis, given.until)
    row.save(force_insert=True)
    _issued(context, row)
    return {"order": str(row.pk), "state": row.state, "until": str(row.ends_on)}


def _issued(context: Context, row: Restriction) -> None:
    context.event("order_issued", subject=f"person:{row.person_id}", data={"order": str(row.pk), "until": str(row.ends_on), "state": row.state})
    if row.state == "active":
        notify(context, [(row.pk, "issued", "")])


def _order(context: Context, decision: Decision, evidence: list[str], legal_basis: str, until: date | None) -> Restriction:
    """The order that a decision allows, not stored yet. Raises Refusal."""
    allows = _usable(context, decision)
    if until is not None and until > allows.ends_on:
        rule = Text("截止日期超过方案规定的最后一日 {day}。", "It would last longer than the rule allows, to {day}.").with_(day=allows.ends_on)
        remedy = Text("确需延长的，按新的事实重新判定。", "To go on, decide again on new facts.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="until", value=str(until))
    first = max(timezone.localdate(context.now), allows.starts_on)
    if until is not None and until < first:
        rule = Text("截止日期早于 {day}，措施下达时已经结束。", "It would end before {day}: over before it begins.").with_(day=first)
        remedy = Text("请改为当日或以后，或不下达。", "Choose that day or a later one, or issue nothing.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="until", value=str(until))
    facts = _facts_behind(decision)
    by_hand = decision.source == Decision.Source.STATED
    said = [e.strip() for e in evidence if e.strip()]
    if (not facts and not said) or (by_hand and not said):
        rule = Text("没有依据材料的措施不能下达。", "An order without evidence cannot exist.")
        remedy = Text("请写明依据的事实和材料。", "Name the facts and papers on which it rests.")
        raise Refusal(Reason.EVIDENCE_MISSING, rule, remedy=remedy, field="evidence")
    unit, mode = context.grants[0].unit_id, pack_of(decision.pack_version).modes[allows.mode]
    assert context.actor.account_id is not None
    assert decision.person_id is not None
    return Restriction(
        id=new_id(), code=new_code(), person_id=decision.person_id, kind=kind_of(mode), mode=mode.key, pack=decision.pack_version.pack,
        table=decision.table, rule=decision.rule, decision=decision, evidence=[*facts, *said], legal_basis=legal_basis, starts_on=allows.starts_on,
        ends_on=until or allows.ends_on, rule_ends_on=allows.ends_on, state="pending" if by_hand else "active", by_hand=by_hand, two_needed=by_hand,
        issuer_id=unit, issuer_org=organisation(unit), issued_by_id=context.actor.account_id, issued_at=context.now,
    )  # fmt: skip


def _usable(context: Context, decision: Decision) -> Allowed:
    today = timezone.localdate(context.now)
    if not decision.binding:
        names = "、".join(f"{p['name']}={p['value']}" for p in decision.explanation.content["unconfirmed"] if p["what"] != "convention")
        rule = Text("判定依据未经证实的取值（{what}），不能据以管控。", "It rests on what no source confirms ({what}) and may restrict nobody.").with_(what=names)
        remedy = Text("请由有权人员凭本地文件签认后重新判定。", "Have it signed for by a local paper, then decide again.")
        raise Refusal(Reason.APPROVAL_MISSING, rule, remedy=remedy, field="decision")
    if today - decision.as_of > FRESH:
        rule = Text("判定日期是 {day}，已过时。", "The decision is of {day} and no longer fresh.").with_(day=decision.as_of)
        raise Refusal(Reason.EXPIRED, rule, remedy=Text("请重新判定。", "Decide again."), field="decision")
    allows = allowed(decision.explanation.content, today)
    if allows is None:
        rule = Text("该判定没有需要执行的管控措施：{what}。", "The decision orders nothing that restricts: {what}.")
        raise Refusal(
            Reason.INVALID_VALUE, rule.with_(what=Text.from_dict(decision.explanation.content["outcome_title"])), field="decision",
            remedy=Text("不需要也不能下达措施。", "No order is needed, and none is possible."),
        )  # fmt: skip
    return allows


def _facts_behind(decision: Decision) -> list[str]:
    """The facts on record behind a decision, as evidence."""
    standing = standing_of(decision.pack_version, decision.table, decision.as_of, decision.known_on)
    assert decision.person_id is not None
    return [f"fact:{key}" for key in on_record(standing, decision.person_id).ground]


class RenewIn(Payload):
    order: uuid.UUID
    decision: uuid.UUID
    legal_basis: str = Field(min_length=4, max_length=400)


@verb("restriction.renew", ISSUE, Text("续期", "Renew an order"))
def renew(context: Context, given: RenewIn) -> dict[str, Any]:
    """End an order and begin another out of a new decision from the record: the only way to go on beyond its last day."""
    old = order_in_reach(context.actor, ISSUE, given.order, lock=True)
    decision = decision_in_reach(context.actor, given.decision, ISSUE)
    wrong = None
    if old.state != "active":
        wrong = Text("只有执行中的措施可以续期。", "Only an order in force can be renewed.")
    elif decision.pk == old.decision_id or decision.at <= old.issued_at:
        wrong = Text("须有新的判定。", "A new decision is needed.")
    elif decision.person_id != old.person_id or decision.table != old.table:
        wrong = Text("判定的不是同一人或同一类别。", "The decision is about somebody or something else.")
    elif decision.source != Decision.Source.RECORD:
        wrong = Text("续期只能依据在册事实的判定。", "An order is renewed only by a decision from the record.")
    if wrong is not None:
        raise Refusal(Reason.INVALID_VALUE, wrong, remedy=Text("请先登记新情况并重新判定。", "Record what is new and decide again."), field="decision")
    row = _order(context, decision, [], given.legal_basis, None)
    row.renews = old
    end(context, [old], "renewed", "renewed")
    row.save(force_insert=True)
    _issued(context, row)
    return {"order": str(row.pk), "state": row.state, "until": str(row.ends_on)}
