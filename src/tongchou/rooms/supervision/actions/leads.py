"""Verbs of leads once they are raised: answered by the unit, examined, decided by another, reviewed by a third."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions import loops as steps
from tongchou.record.models import StoredFile
from tongchou.record.territory.reach import missing
from tongchou.rooms.supervision.dossier import canonical, seal
from tongchou.rooms.supervision.models import Lead, LeadFile

ANSWER, HANDLE = "lead.answer", "lead.handle"
explain_constraint(
    "lead_two_people",
    Reason.SAME_PERSON,
    Text("提出处理意见的人不能审定。", "Who proposed the outcome may not decide it."),
    Text("请由另一位纪检干部审定。", "Another discipline officer must."),
)
explain_constraint(
    "lead_third_person",
    Reason.SAME_PERSON,
    Text("复核须由未参与原处理的人员进行。", "A review is for somebody who took no part in the decision."),
    Text("请由其他纪检干部复核。", "Another discipline officer must."),
)


class LapseIn(Payload):
    limit: int = Field(200, ge=1, le=2000)


class SayIn(Payload):
    lead: uuid.UUID
    text: str = Field(min_length=2, max_length=20_000)
    files: list[uuid.UUID] = Field(default_factory=list, max_length=20)


class OutcomeIn(Payload):
    """basis: the legal or party rule that it rests on."""

    lead: uuid.UUID
    outcome: Lead.Outcome
    reason: str = Field(min_length=4, max_length=20_000)
    basis: str = Field(min_length=4, max_length=2000)


class LeadIn(Payload):
    lead: uuid.UUID


class ReturnIn(Payload):
    lead: uuid.UUID
    reason: str = Field(min_length=2, max_length=2000)


class FileIn(Payload):
    lead: uuid.UUID
    file: uuid.UUID


def _lead(context: Context, key: uuid.UUID, permission: str) -> Lead:
    """Lock a lead: for the discipline unit that handles it, or for the unit concerned."""
    row = Lead.objects.select_for_update(of=("self",)).select_related("loop").filter(pk=key).first()
    units = {g.unit_id for g in context.grants}
    if row is None or (row.handler_id if permission == HANDLE else row.unit_id) not in units:
        raise no_such_lead(key)
    side = row.handler_id if permission == HANDLE else row.unit_id
    context.grant = next(g for g in context.grants if g.unit_id == side)
    return row


def no_such_lead(key: uuid.UUID) -> Refusal:
    return missing(Text("没有找到该线索。", "There is no such lead."), "lead", str(key))


def _step(context: Context, lead: Lead, step: str) -> None:
    steps.advance(replace(context, actor=SYSTEM), steps.AdvanceIn.model_validate({"loop": lead.loop_id, "step": step}))


def _at(lead: Lead, *stages: str) -> None:
    if lead.loop.stage not in stages:
        rule = Text("线索当前不在这一阶段。", "The lead is not in that stage.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请刷新页面。", "Reload the page."), field="lead", value=str(lead.pk))


def _keep_files(context: Context, lead: Lead, wanted: list[uuid.UUID]) -> None:
    own = set(StoredFile.objects.filter(pk__in=wanted, uploaded_by_id=context.actor.account_id).values_list("pk", flat=True))
    for file in wanted:
        if file not in own:
            rule = Text("没有这个已上传的文件。", "There is no such uploaded file.")
            raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请重新上传。", "Upload it again."), field="files", value=str(file))
        LeadFile.objects.create(lead=lead, file_id=file, unit_id=lead.unit_id, at=context.now)


def _event(context: Context, lead: Lead, what: str, **data: Any) -> dict[str, Any]:
    context.event(what, loop_id=lead.loop_id, subject=f"lead:{lead.pk}", data=data)
    return {"lead": str(lead.pk)}


@verb("lead.answer", ANSWER, Text("说明情况", "Answer a lead"))
def answer(context: Context, given: SayIn) -> dict[str, Any]:
    """The unit concerned answers with its evidence: within its time, and still while the lead is being examined."""
    lead = _lead(context, given.lead, ANSWER)
    _at(lead, "answering", "examining")
    if lead.answered_at is not None:
        raise Refusal(Reason.CONFLICT, Text("本单位已说明。", "The unit has answered already."), field="lead")
    _keep_files(context, lead, given.files)
    lead.answer, lead.answered_at, lead.answered_by_id = seal(lead.pk, canonical({"text": given.text})), context.now, context.actor.account_id
    lead.save(update_fields=["answer", "answered_at", "answered_by"])
    if lead.loop.stage == "answering":
        _step(context, lead, "answer")
    return _event(context, lead, "lead_answered", files=len(given.files))


@verb("lead.propose", HANDLE, Text("提出处理意见", "Propose an outcome"))
def propose(context: Context, given: OutcomeIn) -> dict[str, Any]:
    lead = _lead(context, given.lead, HANDLE)
    _at(lead, "examining")
    lead.outcome, lead.reason = given.outcome, seal(lead.pk, canonical({"reason": given.reason, "basis": given.basis}))
    lead.proposed_by_id, lead.proposed_at = context.actor.account_id, context.now
    lead.save(update_fields=["outcome", "reason", "proposed_by", "proposed_at"])
    _step(context, lead, "propose")
    return _event(context, lead, "lead_proposed")


@verb("lead.return", HANDLE, Text("退回补充核查", "Send a lead back"))
def send_back(context: Context, given: ReturnIn) -> dict[str, Any]:
    """To be examined further; why is kept with the proposal."""
    lead = _lead(context, given.lead, HANDLE)
    _at(lead, "deciding")
    lead.reason = seal(lead.pk, canonical({"returned": given.reason}))
    lead.outcome, lead.proposed_by_id, lead.proposed_at = "", None, None
    lead.save(update_fields=["outcome", "reason", "proposed_by", "proposed_at"])
    _step(context, lead, "return")
    return _event(context, lead, "lead_returned")


@verb("lead.decide", HANDLE, Text("审定并告知", "Decide a lead"))
def decide(context: Context, given: LeadIn) -> dict[str, Any]:
    """Somebody else than who proposed it decides; the unit is told outcome, reason and basis, and may ask for a review."""
    lead = _lead(context, given.lead, HANDLE)
    _at(lead, "deciding")
    lead.decided_by_id, lead.decided_at = context.actor.account_id, context.now
    lead.save(update_fields=["decided_by", "decided_at"])
    _step(context, lead, "decide")
    return _event(context, lead, "lead_decided")


@verb("lead.appeal", ANSWER, Text("申请复核", "Ask for a review"))
def appeal(context: Context, given: SayIn) -> dict[str, Any]:
    lead = _lead(context, given.lead, ANSWER)
    _at(lead, "notified")
    if lead.loop.deadline is not None and context.now > lead.loop.deadline:
        rule = Text("申请复核的期限已过。", "The time for asking for a review is over.")
        raise Refusal(Reason.EXPIRED, rule, field="lead", value=str(lead.pk))
    _keep_files(context, lead, given.files)
    lead.appeal, lead.appealed_at = seal(lead.pk, canonical({"text": given.text})), context.now
    lead.save(update_fields=["appeal", "appealed_at"])
    _step(context, lead, "appeal")
    return _event(context, lead, "lead_appealed", files=len(given.files))


@verb("lead.review", HANDLE, Text("复核决定", "Decide the review"))
def review(context: Context, given: OutcomeIn) -> dict[str, Any]:
    """A third officer decides the review; the first outcome stays on record beside the final one."""
    lead = _lead(context, given.lead, HANDLE)
    _at(lead, "reviewing")
    lead.first_outcome, lead.outcome = lead.outcome, given.outcome
    lead.review = seal(lead.pk, canonical({"reason": given.reason, "basis": given.basis}))
    lead.reviewed_by_id, lead.reviewed_at, lead.closed_at = context.actor.account_id, context.now, context.now
    lead.save(update_fields=["first_outcome", "outcome", "review", "reviewed_by", "reviewed_at", "closed_at"])
    _step(context, lead, "review")
    return _event(context, lead, "lead_reviewed")


@verb("lead.lapse", "loop.act", Text("线索到期处理", "Move on leads whose time is over"), system_only=True, recurs=True)
def lapse(context: Context, given: LapseIn) -> dict[str, Any]:
    """Unanswered in time: examined without an answer. No review asked for in time: closed."""
    stages = {"answering": "unanswered", "notified": "expire"}
    rows = Lead.objects.select_for_update(of=("self",), skip_locked=True).select_related("loop").filter(
        closed_at=None, loop__stage__in=stages, loop__deadline__lt=context.now
    )  # fmt: skip
    moved = 0
    for lead in rows.order_by("pk")[: given.limit]:
        step = stages[lead.loop.stage]
        _step(context, lead, step)
        if step == "expire":
            lead.closed_at = context.now
            lead.save(update_fields=["closed_at"])
        moved += 1
    return {"moved": moved}


@verb("lead.read", HANDLE, Text("查阅问责线索", "Read a lead"))
def read(context: Context, given: LeadIn) -> dict[str, Any]:
    """Record that its content was read. Shows nothing itself."""
    return _event(context, _lead(context, given.lead, HANDLE), "lead_read")


@verb("lead.read_file", HANDLE, Text("查阅线索材料", "Read a file of a lead"))
def read_file(context: Context, given: FileIn) -> dict[str, Any]:
    lead = _lead(context, given.lead, HANDLE)
    if not LeadFile.objects.filter(lead=lead, file_id=given.file).exists():
        raise missing(Text("该线索没有这份材料。", "The lead has no such file."), "file", str(given.file))
    return _event(context, lead, "lead_file_read", file=str(given.file))


