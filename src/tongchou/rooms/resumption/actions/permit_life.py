"""Verbs of a permit's life: it is warned that it ends, asked to be renewed or restored, answered, or left. The checks hold whichever page takes the step."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from pydantic import Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions.loops import after_step
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.actions.permits import RenewIn, ResumeIn, ShownIn, renew, resume
from tongchou.record.loops import evidence as pieces
from tongchou.record.loops.titles import written
from tongchou.record.loops.write import office_unit
from tongchou.record.models import WorkPermit
from tongchou.record.permit_facts import check_until
from tongchou.record.questions.permits import STATES
from tongchou.record.questions.units import street_of
from tongchou.record.territory.reach import missing, reaches_unit
from tongchou.rooms.resumption.adjusting import check_adjusted
from tongchou.rooms.resumption.models import PermitRequest
from tongchou.rooms.resumption.reach import APPLY, DECIDE, SUSPEND
from tongchou.rooms.resumption.stepping import take

KIND = "permit_request"
What = Literal["renew", "restore", "adjust"]
NAMES: dict[str, Text] = {"renew": Text("续期", "renewal"), "restore": Text("恢复", "restoring"), "adjust": Text("调整返岗人数", "adjusting the limit of staff")}
ASKABLE: dict[str, tuple[str, ...]] = {"renew": ("in_force", "review"), "adjust": ("in_force", "review"), "restore": ("suspended", "review")}
"""States of a permit in which something is asked for."""
CLOSE = timedelta(days=3)
"""A renewal is to be asked for so long before the last day, that two working days are left to answer."""
explain_constraint(
    "permit_request_one_open", Reason.DUPLICATE, Text("已有一件申请在办。", "A request is open already."), Text("请继续办理那一件。", "Go on with that one."),
)  # fmt: skip
explain_constraint(
    "permit_request_two_people", Reason.SAME_PERSON, Text("提出申请的人不能答复自己的申请。", "Who asks does not answer."),
    Text("请由其他同志答复。", "Somebody else must answer."),
)  # fmt: skip


class PointIn(Payload):
    """what: one line of what has to be shown, word for word. said: how it was put right; files: what shows it."""

    what: str = Field(max_length=200)
    said: str = Field(min_length=2, max_length=1_000)
    files: list[uuid.UUID] = Field(default_factory=list, max_length=10)


class AskIn(Payload):
    """until: the last day asked for, of a renewal. points: for each line that the suspended permit has to be shown. files: besides.

    staff, masks: of an adjustment: how many are to work, and the masks that are in stock for them.
    """

    permit: uuid.UUID
    what: What
    reason: str = Field(min_length=4, max_length=2_000)
    until: date | None = None
    points: list[PointIn] = Field(default_factory=list, max_length=20)
    files: list[uuid.UUID] = Field(default_factory=list, max_length=10)
    staff: int | None = Field(None, ge=1, le=2_000_000)
    masks: int | None = Field(None, ge=1, le=1_000_000_000)


class AnswerIn(Payload):
    """how: grant, refuse, or more to ask once more. until: of a renewal; the day asked for when left out. found: how each point was shown.

    staff: of an adjustment; the number asked for when left out.
    """

    permit: uuid.UUID
    how: Literal["grant", "refuse", "more"]
    reason: str = Field(min_length=2, max_length=2_000)
    until: date | None = None
    found: list[ShownIn] = Field(default_factory=list, max_length=20)
    staff: int | None = Field(None, ge=1, le=2_000_000)


class LeaveIn(Payload):
    permit: uuid.UUID
    what: What
    reason: str = Field(min_length=2, max_length=500)


def request_of(permit: WorkPermit, what: str, *, lock: bool = False) -> PermitRequest | None:
    """The open request of a permit."""
    rows = PermitRequest.objects.select_for_update(of=("self",)) if lock else PermitRequest.objects
    return rows.select_related("loop", "by").filter(permit=permit, what=what, settled_at=None).first()


def permit_in_reach(context: Context, permission: str, key: uuid.UUID) -> WorkPermit:
    row = WorkPermit.objects.select_for_update(of=("self",)).select_related("unit__area").filter(pk=key).first()
    if row is None or not reaches_unit(context.actor, permission, row.unit):
        raise missing(Text("没有找到这份许可。", "There is no such permit."), "permit", str(key))
    return row


@verb("permit.ask", APPLY, Text("申请许可续期或恢复", "Ask to renew or restore a permit"))
def ask(context: Context, given: AskIn) -> dict[str, Any]:
    """The enterprise asks, or completes what was asked for; every point of a suspended permit is answered."""
    permit = permit_in_reach(context, APPLY, given.permit)
    _check_asked(context, permit, given)
    files = [f for p in given.points for f in p.files] + given.files
    proofs = [pieces.EvidenceIn.model_validate({"key": "proof", "type": "file", "file": str(f)}) for f in files]
    pieces.check_files(context.actor, proofs)
    row = request_of(permit, given.what, lock=True) or _open(context, permit, given.what)
    step = {"due": "ask", "more": "give"}.get(row.loop.stage)
    if step is None:
        rule = Text("申请已提交，正在答复。", "It was asked for and is being answered.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请等待答复，两个工作日内。", "The answer comes within two working days."), field="permit")
    row.reason, row.until, row.by_id, row.asked_at = given.reason, given.until, context.actor.account_id, context.now
    row.staff, row.masks = (given.staff, given.masks) if given.what == "adjust" else (None, None)
    row.points = [{"what": p.what.strip(), "said": p.said, "files": [str(f) for f in p.files]} for p in given.points]
    row.save()
    take(context, row.loop.pk, step, note=given.reason)
    pieces.keep(context, [row.loop.pk], step, proofs)
    context.event(f"permit_{given.what}_asked", loop_id=row.loop.pk, subject=f"permit:{permit.pk}", note=given.reason)
    return {"permit": str(permit.pk), "request": str(row.pk), "loop": str(row.loop.pk)}


def not_askable(permit: WorkPermit, what: str) -> Text:
    """Why this is not asked for in the permit's present state."""
    said = Text("“{s}”的许可不能申请{w}。", "A permit that is “{s}” is not asked for {w}.").with_(s=STATES[permit.state], w=NAMES[what])
    return Text("{a}请先申请恢复。", "{a} Ask to restore it first.").with_(a=said) if permit.state == "suspended" else said


def _check_asked(context: Context, permit: WorkPermit, given: AskIn) -> None:
    today = context.now.astimezone(SHANGHAI).date()
    if permit.state not in ASKABLE[given.what]:
        raise Refusal(Reason.WRONG_STAGE, not_askable(permit, given.what), field="what", value=given.what)
    if given.what == "renew":
        if permit.until is None:
            raise Refusal(Reason.WRONG_STAGE, Text("该许可长期有效，不需要续期。", "The permit has no end."), field="until")
        if given.until is None or given.until <= max(permit.until, today):
            rule = Text("须填写晚于{d}的期限。", "Give a last day later than {d}.").with_(d=max(permit.until, today).isoformat())
            reason = Reason.MISSING_VALUE if given.until is None else Reason.IMPOSSIBLE_DATE
            raise Refusal(reason, rule, field="until", value=given.until and given.until.isoformat())
        check_until(given.until, today)
        return
    if given.what == "adjust":
        check_adjusted(permit, given.staff, given.masks)
        return
    said = {p.what.strip() for p in given.points}
    left = [m for m in permit.must_show if m not in said]
    strange = next((w for w in said if w not in permit.must_show), None)
    remedy = Text("请逐条说明整改情况。", "Say of each how it was put right.")
    if left:
        rule = Text("还没有说明：{what}。", "Not answered yet: {what}.").with_(what="；".join(left))
        raise Refusal(Reason.EVIDENCE_MISSING, rule, remedy=remedy, field="points")
    if strange is not None:
        rule = Text("没有要求提供“{w}”。", "“{w}” was not asked for.").with_(w=strange)
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="points", value=strange)


def _title(permit: WorkPermit, what: str) -> Text:
    if what == "adjust":
        last = Text("申请调整返岗人数", "asks for another number of staff")
    elif what == "renew" and permit.until:
        last = Text("将于{on}到期", "ends on {on}").with_(on=permit.until.isoformat())
    else:
        last = Text("申请恢复", "asks to be restored")
    return Text("{name}复工许可 {number} {last}", "{name}: permit {number} {last}").with_(name=permit.unit.name[:160], number=permit.number, last=last)


def loop_payload(permit: WorkPermit, what: str, owner: int | None, key: uuid.UUID, now: datetime) -> dict[str, Any]:
    out: dict[str, Any] = {
        "kind": KIND, **written(_title(permit, what)), "data": {"topic": what}, "unit": permit.unit_id, "owner_unit": owner, "origin": "permit",
        "origin_ref": str(key),
    }  # fmt: skip
    if what == "renew" and permit.until is not None:
        last = datetime.combine(permit.until - CLOSE, time(18), SHANGHAI)
        out["due_at"] = max(last, now + timedelta(hours=24)).isoformat()
    return out


def _owner(permit: WorkPermit, what: str) -> int | None:
    """Who answers: the office that decides on permits; of restoring the street that looks on site."""
    return office_unit() if what in ("renew", "adjust") else street_of(permit.unit) or office_unit()


def _open(context: Context, permit: WorkPermit, what: str) -> PermitRequest:
    key = new_id()
    given = OpenIn.model_validate(loop_payload(permit, what, _owner(permit, what), key, context.now))
    loop = open_one(replace(context, actor=SYSTEM, grants=()), given)["loop"]
    row = PermitRequest(id=key, permit=permit, what=what, loop_id=loop, ends_on=permit.until)
    row.save(force_insert=True)
    return PermitRequest.objects.select_related("loop").get(pk=key)


@verb("permit.answer_restore", SUSPEND, Text("答复恢复申请", "Answer a request to restore"))
def answer_restore(context: Context, given: AnswerIn) -> dict[str, Any]:
    """Restore, point by point; refuse with the reason; or ask for more."""
    permit = permit_in_reach(context, SUSPEND, given.permit)
    row = waiting_request(permit, "restore")
    if given.how == "grant":
        settle(context, row, "granted", given.reason)
        take(context, row.loop.pk, "grant", note=given.reason)
        return resume(context, ResumeIn(unit=permit.unit_id, reason=given.reason, shown=given.found))
    return not_granted(context, row, given)


@verb("permit.answer_renew", DECIDE, Text("答复续期申请", "Answer a request to renew"))
def answer_renew(context: Context, given: AnswerIn) -> dict[str, Any]:
    """Renew to the day asked for or another; refuse with the reason; or ask for more."""
    permit = permit_in_reach(context, DECIDE, given.permit)
    row = waiting_request(permit, "renew")
    if given.how == "grant":
        until = given.until or row.until
        assert until is not None  # nothing is asked without
        settle(context, row, "granted", given.reason)
        take(context, row.loop.pk, "grant", note=given.reason)
        return renew(context, RenewIn(unit=permit.unit_id, until=until, reason=given.reason))
    return not_granted(context, row, given)


def waiting_request(permit: WorkPermit, what: str) -> PermitRequest:
    row = request_of(permit, what, lock=True)
    if row is None or row.loop.stage != "asked":
        rule = Text("没有待答复的{w}申请。", "No request of {w} waits for an answer.").with_(w=NAMES[what])
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请刷新。", "Reload."), field="permit", value=str(permit.pk))
    return row


def not_granted(context: Context, row: PermitRequest, given: AnswerIn) -> dict[str, Any]:
    if given.how == "refuse":
        settle(context, row, "refused", given.reason)
        what = f"permit_{row.what}_refused"
    else:
        what = "permit_more_asked"
    take(context, row.loop.pk, given.how, note=given.reason)
    context.event(what, loop_id=row.loop.pk, subject=f"permit:{row.permit_id}", note=given.reason)
    return {"permit": str(row.permit_id), "how": given.how}


def settle(context: Context, row: PermitRequest, outcome: str, answer: str) -> None:
    row.outcome, row.answer, row.settled_at = outcome, answer, context.now
    row.answered_by_id = context.actor.account_id if outcome in ("granted", "refused") else None
    row.save(update_fields=["outcome", "answer", "settled_at", "answered_by"])


@verb("permit.leave", APPLY, Text("不再申请续期或恢复", "No longer ask to renew or restore"))
def leave(context: Context, given: LeaveIn) -> dict[str, Any]:
    """The enterprise does not ask, or takes its request back; the permit goes on as it is, to its end."""
    permit = permit_in_reach(context, APPLY, given.permit)
    row = request_of(permit, given.what, lock=True)
    if row is None:
        rule = Text("没有在办的{w}申请。", "No request of {w} is open.").with_(w=NAMES[given.what])
        raise Refusal(Reason.WRONG_STAGE, rule, field="permit", value=str(permit.pk))
    take(context, row.loop.pk, "leave", note=given.reason)
    return {"permit": str(permit.pk), "outcome": "left"}


# steps taken on the loop's own page


@after_step(KIND, "leave")
def left(context: Context, loops: list[uuid.UUID]) -> None:
    for row in PermitRequest.objects.filter(loop__in=loops, settled_at=None):
        note = next((e.note for e in reversed(context.events) if e.loop_id == row.loop_id and e.note), "")
        settle(context, row, "left", note)
        context.event("permit_request_left", loop_id=row.loop_id, subject=f"permit:{row.permit_id}", note=note)


@after_step(KIND, "ask")
@after_step(KIND, "give")
def asked_in_full(context: Context, loops: list[uuid.UUID]) -> None:
    """What is asked for stands in the request, not in a note."""
    if PermitRequest.objects.filter(loop__in=loops, asked_at=context.now).count() < len(loops):
        raise _only_there()


@after_step(KIND, "grant")
@after_step(KIND, "refuse")
def answered_in_full(context: Context, loops: list[uuid.UUID]) -> None:
    """An answer changes the permit, or says why not."""
    if PermitRequest.objects.filter(loop__in=loops, settled_at=context.now).count() < len(loops):
        raise _only_there()


def _only_there() -> Refusal:
    rule = Text("这一步请在复工许可页面办理。", "This step is taken on the permit's page.")
    return Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请打开复工许可。", "Open the permit."), field="step")
