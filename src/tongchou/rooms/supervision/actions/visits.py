"""Verbs of visits: begin, answer item by item, finish, cancel. They come from a device that may have been offline for hours."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from pydantic import AwareDatetime, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.checklists import Item
from tongchou.record.act import Context, Payload, verb
from tongchou.record.photos import check_photos
from tongchou.rooms.supervision.checklists import checklist_of
from tongchou.rooms.supervision.findings import open_findings
from tongchou.rooms.supervision.models import Answer, Visit
from tongchou.rooms.supervision.reach import PLAN, VISIT, no_such_visit, rounds_of

OLDEST = timedelta(days=7)
"""How long a device may keep what it has not sent."""


class BeginIn(Payload):
    """at: on the device's clock, corrected by the server's."""

    visit: uuid.UUID
    at: AwareDatetime


class AnswerIn(Payload):
    """seen: the revision of this answer that the device knew (0: none). It is refused when somebody has changed it since."""

    visit: uuid.UUID
    item: str = Field(max_length=40)
    verdict: Answer.Verdict
    note: str = Field("", max_length=5000)
    number: int | None = Field(None, ge=0, le=1_000_000)
    sampled: int | None = Field(None, ge=0, le=100_000)
    failing: int | None = Field(None, ge=0, le=100_000)
    photos: list[uuid.UUID] = Field(default_factory=list, max_length=12)
    at: AwareDatetime
    seen: int = Field(0, ge=0)


class FinishIn(Payload):
    visit: uuid.UUID
    at: AwareDatetime
    note: str = Field("", max_length=5000)


class CancelIn(Payload):
    visit: uuid.UUID
    reason: str = Field(min_length=2, max_length=200)


def _locked(context: Context, key: uuid.UUID) -> Visit:
    """One's own group's visit."""
    row = Visit.objects.select_for_update(of=("self",)).select_related("round__group", "unit__area", "edition").filter(pk=key).first()
    grant = next((g for g in context.grants if row is not None and g.unit_id == row.round.group_id), None)
    if row is None or grant is None:
        raise no_such_visit(key)
    context.grant = grant
    return row


def _moment(context: Context, at: datetime) -> datetime:
    """The device's time; never later than the server's. What is too old is refused."""
    if context.now - at > OLDEST:
        rule = Text("记录时间超过七天。", "It was recorded more than seven days ago.")
        remedy = Text("请核对手机时间，重新检查。", "Check the device's clock and look again.")
        raise Refusal(Reason.EXPIRED, rule, remedy=remedy, field="at", value=at.isoformat())
    return min(at, context.now)


def _wrong_state(row: Visit) -> Refusal:
    names = {
        "planned": Text("尚未开始", "not begun"), "begun": Text("检查中", "under way"), "finished": Text("已提交", "finished"),
        "cancelled": Text("已取消", "cancelled"), "moved": Text("已移交", "handed over"),
    }  # fmt: skip
    rule = Text("该次督查{state}。", "This visit is {state}.").with_(state=names[row.state])
    return Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请刷新页面。", "Reload the page."), field="visit", value=str(row.pk))


@verb("visit.begin", VISIT, Text("开始检查", "Begin a visit"))
def begin(context: Context, given: BeginIn) -> dict[str, Any]:
    """From now on the visited unit knows of it. Beginning twice is beginning once."""
    row = _locked(context, given.visit)
    if row.state == "planned":
        row.state, row.begun_at, row.begun_by_id = "begun", _moment(context, given.at), context.actor.account_id
        row.received_at = context.now
        row.save(update_fields=["state", "begun_at", "begun_by", "received_at"])
        context.event("visit_begun", subject=f"visit:{row.pk}", data={"unit": row.unit_id, "at": row.begun_at.isoformat()})
    elif row.state != "begun":
        raise _wrong_state(row)
    return {"visit": str(row.pk), "state": row.state}


@verb("visit.answer", VISIT, Text("记录检查情况", "Record what was seen"))
def answer(context: Context, given: AnswerIn) -> dict[str, Any]:
    """One item. An answer that somebody else changed meanwhile is not overwritten: the refusal says what stands there."""
    row = _locked(context, given.visit)
    if row.state != "begun":
        raise _wrong_state(row)
    item = checklist_of(row.edition_id).item(given.item)
    if item is None:
        raise Refusal(Reason.INVALID_VALUE, Text("清单中没有这一项。", "The checklist has no such item."), field="item", value=given.item)
    _check(context, item, given)
    said = {
        "verdict": given.verdict.value, "note": given.note, "number": given.number, "sampled": given.sampled, "failing": given.failing,
        "photos": given.photos,
    }  # fmt: skip
    old = Answer.objects.select_related("by").filter(visit=row, item=item.key).first()
    if old is not None and all(getattr(old, k) == v for k, v in said.items()):
        return {"visit": str(row.pk), "item": item.key, "revision": old.revision}
    if (old.revision if old else 0) != given.seen:
        raise _conflict(old)
    at = _moment(context, given.at)
    stored = {**said, "at": at, "by_id": context.actor.account_id, "revision": given.seen + 1}
    Answer.objects.update_or_create(visit=row, item=item.key, defaults=stored)
    Visit.objects.filter(pk=row.pk).update(received_at=context.now)
    data = {"item": item.key, "verdict": said["verdict"], "at": at.isoformat(), "revision": given.seen + 1}
    context.event("visit_answered", subject=f"visit:{row.pk}", note=given.note, data=data)
    return {"visit": str(row.pk), "item": item.key, "revision": given.seen + 1}


def _conflict(old: Answer | None) -> Refusal:
    if old is None:
        return Refusal(Reason.CONFLICT, Text("该项没有先前的记录。", "There is no earlier answer."), field="seen", revision=0, verdict="", note="", who="")
    rule = Text("该项已由{who}记录。", "{who} has answered this item.").with_(who=old.by.display_name)
    remedy = Text("请选择保留哪一份。", "Choose which one stands.")
    return Refusal(
        Reason.CONFLICT, rule, remedy=remedy, field="seen", revision=old.revision, verdict=old.verdict, note=old.note, who=old.by.display_name,
    )  # fmt: skip


def _check(context: Context, item: Item, given: AnswerIn) -> None:
    if given.verdict == "fault" and item.photo and not given.photos:
        rule = Text("“{what}”有问题时须拍照。", "A fault in “{what}” needs a photo.").with_(what=item.title)
        raise Refusal(Reason.EVIDENCE_MISSING, rule, remedy=Text("请拍照。", "Take one."), field="photos")
    if given.verdict == "fault" and not given.note.strip():
        rule = Text("有问题的须写明情况。", "A fault needs a word on what is wrong.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请填写。", "Write it."), field="note")
    if given.verdict == "ok" and item.number is not None and given.number is not None and not item.number.holds(given.number):
        rule = Text("“{what}”为 {n}，{limits}：应记为有问题。", "“{what}”: {n}, but {limits}: that is a fault.")
        rule = rule.with_(what=item.title, n=Text.aside(given.number, item.number.unit), limits=item.number.limits)
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请核对数字，或记为有问题。", "Check the number, or record a fault."), field="number", value=given.number)
    if given.failing is not None and given.failing > (given.sampled or 0):
        rule = Text("不合格数大于抽查数。", "More failed than were sampled.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请核对数字。", "Check the numbers."), field="failing", value=given.failing)
    check_photos(context.actor, given.photos)


@verb("visit.finish", VISIT, Text("提交检查结果", "Finish a visit"))
def finish(context: Context, given: FinishIn) -> dict[str, Any]:
    """Every item has an answer; each fault becomes a finding for the unit, to be put right and looked at again."""
    row = _locked(context, given.visit)
    if row.state != "begun":
        raise _wrong_state(row)
    checklist = checklist_of(row.edition_id)
    answers = {a.item: a for a in Answer.objects.filter(visit=row)}
    left = [i for i in checklist.items if i.key not in answers]
    if left:
        rule = Text("还有 {n} 项没有记录：{what}", "{n} {n|item has|items have} no answer yet: {what}").with_(n=len(left), what=left[0].title)
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请逐项记录后提交。", "Answer each first."), field="items")
    assert row.begun_at is not None
    row.state, row.finished_by_id, row.note, row.received_at = "finished", context.actor.account_id, given.note, context.now
    row.finished_at = max(_moment(context, given.at), row.begun_at)
    row.save(update_fields=["state", "finished_by", "note", "received_at", "finished_at"])
    faults = [(i, answers[i.key]) for i in checklist.items if answers[i.key].verdict == "fault"]
    loops = open_findings(context, row, checklist.key, faults)
    context.event("visit_finished", subject=f"visit:{row.pk}", note=given.note, data={"unit": row.unit_id, "findings": [str(x) for x in loops]})
    return {"visit": str(row.pk), "state": row.state, "findings": [str(x) for x in loops]}


@verb("visit.cancel", PLAN, Text("取消一次检查", "Cancel a visit"))
def cancel(context: Context, given: CancelIn) -> dict[str, Any]:
    """A visit that has not begun, with the reason: it stays in the record of the round."""
    row = Visit.objects.select_for_update(of=("self",)).filter(pk=given.visit, round__in=rounds_of(context.actor).values("pk")).first()
    if row is None:
        raise no_such_visit(given.visit)
    if row.state != "planned":
        raise _wrong_state(row)
    row.state, row.cancel_reason = "cancelled", given.reason
    row.save(update_fields=["state", "cancel_reason"])
    context.event("visit_cancelled", subject=f"visit:{row.pk}", note=given.reason)
    return {"visit": str(row.pk), "state": row.state}
