"""Verbs of area risk: report numbers, record a finding, evaluate, put a proposal forward, approve or refuse it."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, Literal

from django.utils import timezone
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, Payload, act, explain_constraint, validate, verb
from tongchou.record.actions.loops import after_step
from tongchou.record.grades import set_grade
from tongchou.record.models import Area
from tongchou.record.plans import may_restrict
from tongchou.record.territory.reach import area_in_reach, missing, reaches_path
from tongchou.rooms.risk.counts import Row, read_counts, store_counts
from tongchou.rooms.risk.evaluate import PACK, Assessment, Picture, picture
from tongchou.rooms.risk.evidence import evidence_of
from tongchou.rooms.risk.following import follow, opened, proposals_of, said
from tongchou.rooms.risk.models import Finding, Proposal
from tongchou.rooms.risk.words import PLACES, YES_NO

_STEPS = {Proposal.Decision.APPROVED: "approve", Proposal.Decision.REFUSED: "refuse", Proposal.Decision.LAPSED: "lapse"}
VIEW, RECORD, PROPOSE, APPROVE = "risk.view", "risk.record", "risk.propose", "risk.approve"

explain_constraint(
    "proposal_two_people",
    Reason.SAME_PERSON,
    Text("提请人不能审批自己提请的等级调整。", "Who put a change forward may not decide on it."),
    Text("请由指挥部其他有审批权的同志审批。", "Somebody else of the headquarters must do it."),
)
explain_constraint(
    "proposal_one_open",
    Reason.DUPLICATE,
    Text("该区域已有待审批的等级调整。", "A change of this area waits to be decided already."),
    Text("请先审批原提请。", "Decide on that one first."),
)
explain_constraint(
    "count_unknown_source",
    Reason.INVALID_VALUE,
    Text("来源不明病例数不能多于病例数。", "No more cases of unknown source than cases."),
    Text("请核对两个数字。", "Check both numbers."),
)


class CountIn(Payload):
    """One report. unknown_source, largest_cluster: left out where they are not known."""

    area: int
    day: date
    cases: int = Field(ge=0, le=10_000_000)
    basis: Literal["report", "onset"] = "report"
    unknown_source: int | None = Field(None, ge=0, le=10_000_000)
    largest_cluster: int | None = Field(None, ge=0, le=10_000_000)
    source: str = Field(min_length=2, max_length=200)


class ImportIn(Payload):
    """content: the file in base64."""

    content: str = Field(max_length=90_000_000)
    filename: str = Field(max_length=200)


class FindingIn(Payload):
    area: int
    fact: Finding.Fact
    value: str = Field(max_length=20)
    day: date
    source: str = Field(min_length=2, max_length=200)


class EvaluateIn(Payload):
    """as_of: the day whose rules apply; not in the future."""

    as_of: date


class SubmitIn(Payload):
    proposal: uuid.UUID


class ApproveIn(Payload):
    proposal: uuid.UUID
    document: str = Field(min_length=2, max_length=80)
    note: str = Field("", max_length=500)


class RefuseIn(Payload):
    proposal: uuid.UUID
    note: str = Field(min_length=4, max_length=500)


def _not_after(context: Context, day: date, field: str) -> None:
    if day > timezone.localdate(context.now):
        rule = Text("日期不能晚于今天。", "The day may not lie in the future.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请核对日期。", "Check the date."), field=field, value=day.isoformat())


def _in_force(context: Context, key: int, permission: str) -> Area:
    area = area_in_reach(context.actor, permission, key)
    if area.valid_to is not None:
        rule = Text("{name} 已撤销。", "{name} has ended.").with_(name=area.name)
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请选择现行区域。", "Choose an area in force."), field="area", value=key)
    return area


@verb("risk.count", RECORD, Text("填报病例数", "Report a number of cases"))
def count(context: Context, given: CountIn) -> dict[str, Any]:
    """Report one area and day; a second report of the same day corrects the first, which stays readable."""
    area = _in_force(context, given.area, RECORD)
    _not_after(context, given.day, "day")
    row = Row(area.pk, given.day, given.basis, given.cases, given.unknown_source, given.largest_cluster, given.source)
    done = store_counts(context, [row])
    _look_again(context)
    return {"area": area.pk, "day": given.day.isoformat(), **done}


@verb("risk.import_counts", RECORD, Text("导入病例数", "Import numbers of cases"))
def import_counts(context: Context, given: ImportIn) -> dict[str, Any]:
    """Report from a table; rows that cannot be used come back with why, the others are stored."""
    read = read_counts(context.actor, given.content, given.filename, timezone.localdate(context.now))
    done = store_counts(context, [row for _, row in read.rows])
    _look_again(context)
    tally = read.tally
    return {
        "rows_in": tally.rows_in, "accepted": tally.accepted, "rejected": tally.rejected, **done,
        "rejects": [{"row": n} | r.as_dict() for n, r in read.rejects[:500]],
    }  # fmt: skip


@verb("risk.find", RECORD, Text("记录研判结果", "Record a finding"))
def find(context: Context, given: FindingIn) -> dict[str, Any]:
    """Record what was found out about an area on a day; a later finding of the same kind takes its place."""
    area = _in_force(context, given.area, RECORD)
    _not_after(context, given.day, "day")
    allowed = PLACES if given.fact is Finding.Fact.PLACE else YES_NO
    if given.value not in allowed:
        rule = Text("取值不在可选范围。", "This is not one of the choices.")
        remedy = Text("可用：{all}。", "Use one of {all}.").with_(all="、".join(allowed))
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="value", value=given.value)
    row = Finding.objects.create(
        area=area, fact=given.fact.value, value=given.value, day=given.day, source=given.source, known_from=context.now,
        account_id=context.actor.account_id,
    )  # fmt: skip
    data = {"fact": row.fact, "value": row.value, "day": row.day.isoformat()}
    context.event("finding", subject=f"area:{area.pk}", note=given.source, data=data)
    _look_again(context)
    return {"finding": row.pk}


def _look_again(context: Context) -> None:
    """What changes the numbers is followed by an evaluation of the present day."""
    today = timezone.localdate(context.now)
    if today == timezone.localdate():
        context.effect(lambda: _evaluate_quietly(today))


def _evaluate_quietly(day: date) -> None:
    """A rule that cannot be read must not undo the report that was just stored; the nightly run says so again."""
    try:
        act("risk.evaluate", SYSTEM, new_id(), {"as_of": day.isoformat()})
    except Refusal:
        return


@verb("risk.evaluate", PROPOSE, Text("评估风险等级", "Evaluate grades"))
def evaluate(context: Context, given: EvaluateIn) -> dict[str, Any]:
    """Propose every change that the rules give on a day; open proposals that the numbers no longer bear lapse."""
    _not_after(context, given.as_of, "as_of")
    seen = picture(given.as_of)
    if seen is None:
        return {"proposed": [], "lapsed": 0}
    reached = [a for a in seen.assessments if reaches_path(context.actor, PROPOSE, a.area.path)]
    changes = {a.area.pk: a for a in reached if a.changes}
    waiting = {p.area_id: p for p in Proposal.objects.select_for_update().filter(decided_at=None)}
    lapsed = 0
    for key, old in waiting.items():
        wanted = changes.get(key)
        if wanted is not None and (wanted.target or "released", wanted.rule) == (old.to_grade, old.rule):
            del changes[key]
        elif old.as_of <= given.as_of and reaches_path(context.actor, PROPOSE, old.area.path):
            _close(context, old, Proposal.Decision.LAPSED, note="")
            lapsed += 1
        else:
            changes.pop(key, None)
    made = [_propose(context, seen, a) for a in changes.values()]
    return {"proposed": [str(p.pk) for p in made], "lapsed": lapsed}


def _propose(context: Context, seen: Picture, found: Assessment) -> Proposal:
    row = Proposal.objects.create(
        id=new_id(), loop_id=opened(context, seen, found), area=found.area, as_of=seen.on,
        from_grade=found.current.grade if found.current else "", to_grade=found.target or "released",
        pack=PACK, edition=seen.standing.edition.key, rule=found.rule, evidence=evidence_of(seen, found), proposed_at=context.now,
    )  # fmt: skip
    data = {"area": found.area.pk, "from": row.from_grade, "to": row.to_grade, "rule": row.rule, "as_of": row.as_of.isoformat()}
    context.event("grade_proposed", subject=f"proposal:{row.pk}", data=data)
    return row


@verb("risk.submit", PROPOSE, Text("提请审批", "Put a change of grade forward"))
def submit(context: Context, given: SubmitIn) -> dict[str, Any]:
    """Somebody of the headquarters has checked the proposal and puts it forward."""
    row = _open(context, given.proposal, PROPOSE)
    if row.submitted_by_id is not None:
        raise Refusal(Reason.CONFLICT, Text("已经提请审批。", "It was put forward already."), field="proposal", value=str(row.pk))
    _still_so(row)
    row.submitted_by_id, row.submitted_at = context.actor.account_id, context.now
    row.save(update_fields=["submitted_by", "submitted_at"])
    follow(context, row, "forward")
    context.event("grade_submitted", subject=f"proposal:{row.pk}", data={"area": row.area_id, "to": row.to_grade})
    return {"proposal": str(row.pk)}


@verb("risk.approve", APPROVE, Text("批准等级调整", "Approve a change of grade"))
def approve(context: Context, given: ApproveIn) -> dict[str, Any]:
    """Another person approves; from the day of the proposal on the grade holds. Refused when the numbers no longer bear it."""
    row = _open(context, given.proposal, APPROVE)
    if row.submitted_by_id is None:
        rule = Text("尚未由承办人核对提请。", "Nobody has checked it and put it forward.")
        remedy = Text("请先由指挥部工作人员提请。", "A headquarters officer puts it forward first.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=remedy, field="proposal", value=str(row.pk))
    found = _still_so(row)
    if found.decision is not None and not may_restrict(found.decision):
        rule = Text("所依据的规定尚未证实，不能据以限制人员。", "It rests on a rule that is not confirmed, so it may restrict nobody.")
        raise Refusal(Reason.NOT_ALLOWED, rule, remedy=Text("请先签认该条规定。", "The rule is signed off first."), field="proposal")
    row.document = given.document
    _close(context, row, Proposal.Decision.APPROVED, note=given.note)
    grade = None if row.to_grade == "released" else row.to_grade
    set_grade(context, row.area_id, grade, row.as_of, proposal=row.pk, pack=row.pack, edition=row.edition, rule=row.rule)
    return {"proposal": str(row.pk), "area": row.area_id, "grade": row.to_grade, "from": row.as_of.isoformat()}


@verb("risk.refuse", APPROVE, Text("退回等级调整", "Refuse a change of grade"))
def refuse(context: Context, given: RefuseIn) -> dict[str, Any]:
    row = _open(context, given.proposal, APPROVE)
    _close(context, row, Proposal.Decision.REFUSED, note=given.note)
    return {"proposal": str(row.pk)}


def _close(context: Context, row: Proposal, decision: Proposal.Decision, *, note: str) -> None:
    lapsed = decision is Proposal.Decision.LAPSED
    row.decision, row.decided_at, row.note = decision.value, context.now, note
    row.decided_by_id = None if lapsed else context.actor.account_id
    row.save(update_fields=["decision", "decided_at", "decided_by", "document", "note"])
    follow(context, row, _STEPS[decision], note)
    data = {"area": row.area_id, "to": row.to_grade, "document": row.document}
    context.event(f"grade_{decision.value}", subject=f"proposal:{row.pk}", note=note, data=data)


def _open(context: Context, key: uuid.UUID, permission: str) -> Proposal:
    row = Proposal.objects.select_for_update(of=("self",)).select_related("area").filter(pk=key).first()
    if row is None or not reaches_path(context.actor, permission, row.area.path):
        raise missing(Text("没有找到该提请。", "There is no such proposal."), "proposal", str(key))
    if row.decided_at is not None:
        rule = Text("该提请已经处理。", "It was decided already.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请刷新页面。", "Reload the page."), field="proposal", value=str(key))
    return row


def _still_so(row: Proposal) -> Assessment:
    """The assessment of the proposal's day by what is on record now; refused when it gives another grade."""
    seen = picture(row.as_of)
    found = seen.of(row.area_id) if seen else None
    if found is None or not found.changes or (found.target or "released") != row.to_grade:
        rule = Text("记录已变化，按现有数据不再得出该等级。", "The record has changed: by its numbers the rules no longer give this grade.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请重新评估。", "Evaluate again."), field="proposal", value=str(row.pk))
    return found


@after_step("grade_change", "forward")
def _forwarded(context: Context, loops: list[uuid.UUID]) -> None:
    """Put forward in the work list."""
    for row in proposals_of(context, loops):
        submit(context, SubmitIn(proposal=row.pk))


@after_step("grade_change", "approve")
def _approved(context: Context, loops: list[uuid.UUID]) -> None:
    """Approved in the work list, under the number that was given as evidence."""
    for row in proposals_of(context, loops):
        approve(context, validate(ApproveIn, {"proposal": row.pk, "document": said(context, row), "note": ""}))


@after_step("grade_change", "refuse")
def _refused(context: Context, loops: list[uuid.UUID]) -> None:
    """Refused in the work list, for the reason that was noted there."""
    notes = {event.loop_id: event.note for event in context.events if event.what == "refuse"}
    for row in proposals_of(context, loops):
        refuse(context, validate(RefuseIn, {"proposal": row.pk, "note": notes.get(row.loop_id, "")}))
