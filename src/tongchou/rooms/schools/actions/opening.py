"""Verbs of opening: apply, hand in evidence, review it, decide, withdraw."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, Literal

from pydantic import Field

from tongchou.kernel.clock import not_far
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import StoredFile
from tongchou.record.territory.reach import missing
from tongchou.rooms.schools.actions.files import today
from tongchou.rooms.schools.actions.opening_loop import begin, conclude, follow
from tongchou.rooms.schools.conditions import EPIDEMIC, OWN_PROOF, checklist, standing
from tongchou.rooms.schools.models import Opening, Proof, School
from tongchou.rooms.schools.reach import DECIDE, MANAGE, REVIEW, VIEW, school_in_reach, schools_of

for _name, _reason, _rule, _remedy in (
    (
        "school_opening_one_live",
        Reason.DUPLICATE,
        Text("该校已有在办的申请或已开学。", "The school has an application under way, or is open."),
        Text("请在现有申请中办理。", "Go on with that one."),
    ),
    (
        "proof_reviewed_by_another",
        Reason.SAME_PERSON,
        Text("提交人不能审核自己的材料。", "Nobody reviews what they handed in themselves."),
        Text("请由另一人审核。", "Somebody else must review it."),
    ),
):
    explain_constraint(_name, _reason, _rule, _remedy)


class ApplyIn(Payload):
    school: int
    opens_on: date


class ProofIn(Payload):
    """key: a condition or an item of the checklist. file: one that was uploaded before, by the same account."""

    opening: uuid.UUID
    key: str = Field(max_length=40)
    text: str = Field(min_length=2, max_length=5_000)
    file: uuid.UUID | None = None


class ReviewIn(Payload):
    proof: int
    met: bool
    note: str = Field("", max_length=500)


class DecideIn(Payload):
    """decision: open only where the plan allows it; refuse with a reason."""

    opening: uuid.UUID
    decision: Literal["open", "refuse"]
    reason: str = Field("", max_length=500)


class WithdrawIn(Payload):
    opening: uuid.UUID
    reason: str = Field(min_length=2, max_length=500)


class FileReadIn(Payload):
    proof: int


def opening_in_reach(actor: Actor, permission: str, key: uuid.UUID, *, lock: bool = False) -> Opening:
    """Return an application; outside the actor's reach it is not found."""
    rows = Opening.objects.select_related("school__unit__area", "loop")
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if found is None or not schools_of(actor, permission).filter(pk=found.school_id).exists():
        raise missing(Text("没有找到这份开学申请。", "There is no such application."), "opening", str(key))
    return found


def shown_by(actor: Actor, key: str) -> str:
    """The permission with which an item is shown: that the epidemic is controlled is not for the school to say. Refuses who has it not."""
    needed = REVIEW if key == EPIDEMIC else MANAGE
    if not actor.permits(needed):
        own, above = (
            Text("该项由学校提交。", "The school itself shows this."),
            Text(
                "疫情情况由卫健部门、街道或教育部门提交。",
                "The health department, the street or the education department shows this.",
            ),
        )
        raise Refusal(Reason.NOT_ALLOWED, above if needed == REVIEW else own, field="key", value=key[:40])
    return needed


def _collecting(row: Opening) -> Opening:
    if row.state != Opening.State.COLLECTING:
        raise Refusal(
            Reason.WRONG_STAGE,
            Text("该申请已有决定。", "The application has been decided."),
            remedy=Text("请重新申请。", "Apply anew."),
            field="opening",
            value=str(row.pk),
        )
    return row


@verb("school.apply", MANAGE, Text("申请开学", "Apply to open"))
def apply(context: Context, given: ApplyIn) -> dict[str, Any]:
    """Begin an application; the checklist of that moment is kept with it."""
    school = school_in_reach(context.actor, MANAGE, given.school, lock=True)
    if given.opens_on < today(context):
        raise Refusal(
            Reason.IMPOSSIBLE_DATE,
            Text("开学日期不能早于今天。", "It cannot open before today."),
            field="opens_on",
            value=given.opens_on.isoformat(),
        )
    not_far(given.opens_on, today(context), "opens_on")
    if not school.classes.filter(ended_on=None, pupils__gt=0).exists():
        raise Refusal(
            Reason.MISSING_VALUE,
            Text("学校还没有班级。", "The school has no classes yet."),
            remedy=Text("请先登记或导入班级。", "Add or import its classes first."),
            field="school",
            value=school.pk,
        )
    assert context.actor.account_id is not None
    used = checklist()
    row = Opening.objects.create(
        id=new_id(),
        school=school,
        opens_on=given.opens_on,
        checklist=used.digest,
        items=[i.key for i in used.items],
        applied_by_id=context.actor.account_id,
        applied_at=context.now,
    )
    row.loop_id = begin(context, school, row)
    row.save(update_fields=["loop"])
    context.event(
        "opening_applied",
        loop_id=row.loop_id,
        subject=f"unit:{school.pk}",
        data={"opening": str(row.pk), "opens_on": given.opens_on.isoformat()},
    )
    return {"opening": str(row.pk)}


@verb("school.proof", VIEW, Text("提交开学条件材料", "Hand in evidence for opening"))
def hand_in(context: Context, given: ProofIn) -> dict[str, Any]:
    """Hand in the evidence for one item, or hand it in again: it is reviewed anew. The school shows its own items; that the epidemic is
    controlled is for those who review schools to show."""
    row = _collecting(opening_in_reach(context.actor, shown_by(context.actor, given.key), given.opening, lock=True))
    if given.key not in (*OWN_PROOF, *row.items):
        raise Refusal(
            Reason.NOT_FOUND, Text("没有这一项条件。", "There is no such item."), field="key", value=given.key
        )
    if (
        given.file is not None
        and not StoredFile.objects.filter(pk=given.file, uploaded_by=context.actor.account_id).exists()
    ):
        raise missing(Text("没有找到这份文件。", "There is no such file."), "file", str(given.file))
    assert context.actor.account_id is not None
    proof, _ = Proof.objects.update_or_create(
        opening=row,
        key=given.key,
        defaults={
            "text": given.text,
            "file_id": given.file,
            "submitted_by_id": context.actor.account_id,
            "submitted_at": context.now,
            "met": None,
            "reviewed_by_id": None,
            "reviewed_at": None,
            "note": "",
        },
    )
    follow(context, row)
    context.event(
        "proof_handed_in",
        loop_id=row.loop_id,
        subject=f"unit:{row.school_id}",
        note=given.text[:200],
        data={"opening": str(row.pk), "key": given.key, "file": str(given.file or "")},
    )
    return {"proof": proof.pk}


@verb("school.review", REVIEW, Text("审核开学条件材料", "Review evidence for opening"))
def review(context: Context, given: ReviewIn) -> dict[str, Any]:
    """Say of one item whether it is met. What is not met needs a note."""
    proof = (
        Proof.objects.select_for_update(of=("self",))
        .select_related("opening__school__unit__area")
        .filter(pk=given.proof)
        .first()
    )
    if proof is None or not schools_of(context.actor, REVIEW).filter(pk=proof.opening.school_id).exists():
        raise missing(Text("没有找到这份材料。", "There is no such evidence."), "proof", given.proof)
    _collecting(proof.opening)
    if not given.met and not given.note:
        raise Refusal(Reason.MISSING_VALUE, Text("不符合的须写明差什么。", "Say what is wanting."), field="note")
    proof.met, proof.reviewed_by_id, proof.reviewed_at, proof.note = (
        given.met,
        context.actor.account_id,
        context.now,
        given.note,
    )
    proof.save()
    follow(context, proof.opening)
    context.event(
        "proof_reviewed",
        loop_id=proof.opening.loop_id,
        subject=f"unit:{proof.opening.school_id}",
        note=given.note,
        data={"opening": str(proof.opening_id), "key": proof.key, "met": given.met},
    )
    return {"proof": proof.pk, "met": given.met}


@verb("school.decide", DECIDE, Text("决定是否开学", "Decide on opening"))
def decide_opening(context: Context, given: DecideIn) -> dict[str, Any]:
    """Open, where the plan allows it, or refuse. The decision keeps pack, digest, edition and facts with which it was made."""
    row = _collecting(opening_in_reach(context.actor, DECIDE, given.opening, lock=True))
    found = standing(row, today(context))
    if given.decision == "open" and not found.may:
        rule = Text("按规定不能开学：{why}", "By the rules it cannot open: {why}").with_(why=found.whole_why)
        failing = [k for k, v in found.facts.items() if v is False]
        raise Refusal(
            Reason.EVIDENCE_MISSING,
            rule,
            remedy=Text("请补齐并审核通过这些条件。", "Complete these, and have them reviewed."),
            field="decision",
            value="open",
            failing=failing,
            missing=[k for k, v in found.facts.items() if v is None],
        )
    if given.decision == "refuse" and len(given.reason) < 2:
        raise Refusal(Reason.MISSING_VALUE, Text("不同意开学须写明理由。", "Refusing needs a reason."), field="reason")
    row.state = Opening.State.OPEN if given.decision == "open" else Opening.State.REFUSED
    row.decided_by_id, row.decided_at, row.decision, row.reason = (
        context.actor.account_id,
        context.now,
        found.value,
        given.reason,
    )
    row.save()
    follow(context, row)
    conclude(context, row)
    pinned = {k: found.value[k] for k in ("pack", "version", "hash", "edition", "outcome")}
    context.event(
        "opening_decided",
        loop_id=row.loop_id,
        subject=f"unit:{row.school_id}",
        to_stage=row.state,
        note=given.reason,
        data={"opening": str(row.pk)} | pinned,
    )
    return {"opening": str(row.pk), "state": row.state, "outcome": found.outcome, "edition": found.value["edition"]}


@verb("school.withdraw", DECIDE, Text("撤回开学决定", "Withdraw the opening"))
def withdraw(context: Context, given: WithdrawIn) -> dict[str, Any]:
    """Close a school that was open; it has to apply anew."""
    row = opening_in_reach(context.actor, DECIDE, given.opening, lock=True)
    if row.state != Opening.State.OPEN:
        raise Refusal(
            Reason.WRONG_STAGE,
            Text("该校没有在开学状态。", "The school is not open."),
            field="opening",
            value=str(row.pk),
        )
    row.state, row.withdrawn_by_id, row.withdrawn_at, row.reason = (
        Opening.State.WITHDRAWN,
        context.actor.account_id,
        context.now,
        given.reason,
    )
    row.save()
    context.event(
        "opening_withdrawn",
        loop_id=row.loop_id,
        subject=f"unit:{row.school_id}",
        to_stage=row.state,
        note=given.reason,
        data={"opening": str(row.pk)},
    )
    return {"opening": str(row.pk), "state": row.state}


@verb("school.read_proof", VIEW, Text("查阅开学材料", "Read evidence for opening"))
def read_proof(context: Context, given: FileReadIn) -> dict[str, Any]:
    """Record that the file of a proof was opened, and say which it is."""
    proof = Proof.objects.select_related("opening").filter(pk=given.proof, file__isnull=False).first()
    if proof is None or not schools_of(context.actor, VIEW).filter(pk=proof.opening.school_id).exists():
        raise missing(Text("没有找到这份材料。", "There is no such evidence."), "proof", given.proof)
    context.event(
        "proof_read", subject=f"unit:{proof.opening.school_id}", data={"proof": proof.pk, "file": str(proof.file_id)}
    )
    return {"file": str(proof.file_id)}


def latest_opening(school: School) -> Opening | None:
    """The application that counts: the live one, else the last."""
    return (
        Opening.objects.select_related("school__unit__area", "decided_by", "withdrawn_by", "loop")
        .filter(school=school)
        .order_by("-applied_at")
        .first()
    )
