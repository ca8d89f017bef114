"""Verbs of the enterprise: apply, give what was missing, withdraw, say whether it arrived."""

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
from tongchou.packs.plans.decide import UNDETERMINED
from tongchou.packs.plans.report import gives as gives_of
from tongchou.packs.plans.report import needs as needs_of
from tongchou.packs.plans.report import plain
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions.loops import AdvanceIn, advance, after_step
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops import evidence as pieces
from tongchou.record.loops import state
from tongchou.record.loops.engine import not_found
from tongchou.record.loops.titles import written
from tongchou.record.territory.reach import unit_in_reach
from tongchou.rooms.policies.catalogue import ELIGIBLE, OUTCOMES, Catalogue, catalogue, ground, known_policy
from tongchou.rooms.policies.facts import facts_of
from tongchou.rooms.policies.matching import decide_for
from tongchou.rooms.policies.models import Application
from tongchou.rooms.policies.reach import APPLY, decider

State = Application.State
KIND = "policy_application"
explain_constraint(
    "policy_applied_once",
    Reason.DUPLICATE,
    Text("这项政策已经申请过。", "This policy was applied for already."),
    Text("请在“我的申请”中查看办理情况。", "See how it stands under “our applications”."),
)
explain_constraint(
    "policy_no_double_benefit",
    Reason.CONFLICT,
    Text(
        "同类政策不能重复享受，已有一项在申请或已享受。",
        "One of the policies that exclude each other is applied for or held already.",
    ),
    Text("请先撤回另一项，或选择更优的一项。", "Withdraw the other one first, or keep the better one."),
)
_STANDS = {
    "ask_more": State.SUPPLEMENT,
    "give_more": State.SUBMITTED,
    "approve": State.APPROVED,
    "refuse": State.REFUSED,
    "pay": State.PAID,
    "arrive": State.RECEIVED,
    "not_arrived": State.APPROVED,
    "withdraw": State.WITHDRAWN,
}
"""Step of the loop -> what the application must have become in the same act."""


class ApplyIn(Payload):
    """base: the sum in yuan from which the amount is worked out, where the policy has one. files: papers that the account uploaded."""

    unit: int
    policy: str = Field(max_length=60)
    base: Decimal | None = Field(None, ge=0, max_digits=14, decimal_places=2)
    note: str = Field("", max_length=1_000)
    files: list[uuid.UUID] = Field(default_factory=list, max_length=20)


class MoreIn(Payload):
    loop: uuid.UUID
    note: str = Field(min_length=2, max_length=1_000)
    files: list[uuid.UUID] = Field(default_factory=list, max_length=20)


class ReasonIn(Payload):
    loop: uuid.UUID
    note: str = Field(min_length=2, max_length=1_000)


class ArrivedIn(Payload):
    """on: the day on which the money was there or the bill was lower."""

    loop: uuid.UUID
    on: date


@verb("policies.apply", APPLY, Text("申请惠企政策", "Apply for a policy"))
def apply(context: Context, given: ApplyIn) -> dict[str, Any]:
    """Open an application for a policy for which the enterprise qualifies today; the facts that it rests on are pinned."""
    unit = unit_in_reach(context.actor, APPLY, given.unit)
    if unit.kind != "enterprise" or unit.active_to is not None:
        raise Refusal(
            Reason.INVALID_VALUE,
            Text("只有在册企业可以申请。", "Only an active enterprise may apply."),
            field="unit",
            value=given.unit,
        )
    day = timezone.localdate(context.now, SHANGHAI)
    found = catalogue(day)
    known_policy(found, given.policy)
    decided, known = _entitled(found, given.policy, unit.pk)
    setting, gives = found.settings[given.policy], gives_of(decided)
    base = given.base if given.base is not None else known.get(setting.base)
    if setting.base and base is None:
        raise Refusal(
            Reason.MISSING_VALUE,
            Text("请填写{what}。", "Give the {what}.").with_(what=found.fact_title(setting.base)),
            field="base",
        )
    period = decided.standing.edition.key + (f":{day:%Y-%m}" if setting.repeats == "month" else "")
    policy = found.title(given.policy)
    opened = {
        "kind": KIND,
        **written(Text("{policy}：{unit}", "{policy}: {unit}").with_(policy=policy, unit=unit.name)),
        "detail": given.note,
        "unit": unit.pk,
        "area": unit.area_id,
        "data": {"policy": policy.zh},
        "owner_unit": decider(found, given.policy),
        "origin": "policies",
        "origin_ref": given.policy,
    }
    context.grants = context.actor.require("loop.open")
    loop = uuid.UUID(open_one(context, OpenIn.model_validate(opened))["loop"])
    row = Application(
        loop_id=loop,
        unit=unit,
        policy=given.policy,
        period=period,
        excludes=setting.excludes,
        state=State.SUBMITTED,
        pack=found.version.digest,
        rule=decided.rule.key if decided.rule else "",
        facts={k: plain(v) for k, v in decided.facts.items() if v is not None},
        gives=gives,
        base=None if base is None else Decimal(str(base)),
        worked_out=setting.amount(gives, base),
        note=given.note,
        applied_at=context.now,
    )
    row.save(force_insert=True)
    _papers(context, loop, "apply", given.files)
    return {"loop": str(loop), "worked_out": None if row.worked_out is None else str(row.worked_out)}


def _entitled(found: Catalogue, policy: str, unit: int) -> Any:
    """The decision and the facts; refused with the condition that fails and its clause where the enterprise does not qualify."""
    known = facts_of([unit]).get(unit, {})
    decided = decide_for(found.standings[policy], known)
    if decided.outcome == ELIGIBLE:
        return decided, known
    if decided.outcome == UNDETERMINED:
        asked = [found.fact_title(f) for f in needs_of(decided)]
        rule = Text("须先回答：{what}。", "To be answered first: {what}.")
        what = Text("、".join(t.zh for t in asked), ", ".join(t.en for t in asked))
        raise Refusal(
            Reason.MISSING_VALUE,
            rule.with_(what=what),
            remedy=Text("请先补充信息。", "Answer the questions first."),
            field="policy",
            value=policy,
        )
    grounds = [ground(decided.standing, r) for r in decided.fired if r.rule.outcome == decided.outcome]
    why = Text("".join(f"{g.reason.zh}（{g.where}）" for g in grounds), " ".join(f"{g.reason.en} ({g.cited.en})" for g in grounds))
    rule = Text("{title}：{why}", "{title}: {why}").with_(
        title=OUTCOMES.get(decided.outcome, OUTCOMES["no_rule"])[0], why=why
    )
    remedy = Text("信息有误的，请先更正。", "Correct the facts where they are wrong.")
    raise Refusal(Reason.CONFLICT, rule, remedy=remedy, field="policy", value=policy, failed=[g.rule for g in grounds])


def _papers(context: Context, loop: uuid.UUID, step: str, files: list[uuid.UUID]) -> None:
    given = [pieces.EvidenceIn.model_validate({"key": "paper", "type": "file", "file": f}) for f in files]
    pieces.check_files(context.actor, given)
    pieces.keep(context, [loop], step, given)


def application_in_reach(context: Context, loop: uuid.UUID, was: tuple[str, ...]) -> Application:
    """Lock an application whose loop the actor sees, in one of these states. Raises Refusal."""
    row = Application.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=loop).first()
    held = state.load([loop], lock=True) if row else []
    if row is None or not held or not state.visible(context.actor, held[0]):
        raise not_found()
    if row.state not in was:
        rule = Text("该申请现为“{now}”，不能这样办理。", "The application is “{now}” now; this is not possible.").with_(
            now=STATES[row.state]
        )
        raise Refusal(
            Reason.WRONG_STAGE, rule, remedy=Text("请刷新页面。", "Reload the page."), field="loop", value=str(loop)
        )
    return row


STATES = {
    "submitted": Text("待审核", "to be decided"),
    "supplement": Text("待补正", "papers awaited"),
    "approved": Text("待兑现", "to be paid"),
    "paid": Text("待确认到账", "arrival to be confirmed"),
    "received": Text("已到账", "arrived"),
    "refused": Text("不予认定", "refused"),
    "withdrawn": Text("已撤回", "withdrawn"),
}


def step(context: Context, row: Application, key: str, note: str = "", **evidence: tuple[str, Any]) -> dict[str, Any]:
    """Keep the application as it has become, and move its loop; the engine says whether the actor is the party that may."""
    row.version += 1
    row.save()
    given = [{"key": k, "type": kind, kind: value} for k, (kind, value) in evidence.items()]
    context.grants = context.actor.require("loop.act")
    return advance(
        context, AdvanceIn.model_validate({"loop": str(row.pk), "step": key, "note": note, "evidence": given})
    )


def _guard(key: str) -> None:
    @after_step(KIND, key)
    def only_here(context: Context, loops: list[uuid.UUID]) -> None:
        if Application.objects.filter(pk__in=loops, state=_STANDS[key]).count() != len(loops):
            rule = Text("政策申请在专门页面办理。", "Applications for policies are handled on their own page.")
            remedy = Text("请从事项页面的“申请办理”进入。", "Follow “the application” on the loop's page.")
            raise Refusal(Reason.NOT_ALLOWED, rule, remedy=remedy, field="step", value=key)


for _key in _STANDS:
    _guard(_key)


@verb("policies.give_more", APPLY, Text("补正申请材料", "Give what was missing"))
def give_more(context: Context, given: MoreIn) -> dict[str, Any]:
    """Answer the one request for what was missing."""
    row = application_in_reach(context, given.loop, (State.SUPPLEMENT,))
    row.state = State.SUBMITTED
    out = step(context, row, "give_more", given.note)
    _papers(context, row.pk, "give_more", given.files)
    return out


@verb("policies.withdraw", APPLY, Text("撤回政策申请", "Withdraw an application"))
def withdraw(context: Context, given: ReasonIn) -> dict[str, Any]:
    """Take an application back before it is decided."""
    row = application_in_reach(context, given.loop, (State.SUBMITTED, State.SUPPLEMENT))
    row.state = State.WITHDRAWN
    return step(context, row, "withdraw", given.note)


@verb("policies.arrived", APPLY, Text("确认到账", "Confirm that it arrived"))
def arrived(context: Context, given: ArrivedIn) -> dict[str, Any]:
    """Only the enterprise itself says that it arrived; until then the loop stays open and its ladder runs."""
    row = application_in_reach(context, given.loop, (State.PAID,))
    if given.on > timezone.localdate(context.now, SHANGHAI) or given.on < timezone.localdate(row.applied_at, SHANGHAI):
        rule = Text("到账日期应在申请之日和今天之间。", "The day lies between the application and today.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="on", value=given.on.isoformat())
    row.state, row.arrived_on = State.RECEIVED, given.on
    return step(context, row, "arrive")


@verb("policies.not_arrived", APPLY, Text("反映没有到账", "Say that it has not arrived"))
def not_arrived(context: Context, given: ReasonIn) -> dict[str, Any]:
    """Back to the department, which has to pay or to show that it has."""
    row = application_in_reach(context, given.loop, (State.PAID,))
    row.state, row.paid, row.paid_on = State.APPROVED, None, None
    return step(context, row, "not_arrived", given.note)
