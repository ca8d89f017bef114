"""Verbs of plans: decide for a person and keep it, sign for what no source confirms, draft, approve and withdraw editions of packs."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, Literal

from django.utils import timezone
from pydantic import ConfigDict, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.clearance import PACK as CLEARED_BY
from tongchou.record.clearance_due import ask
from tongchou.record.people.reach import person_in_reach
from tongchou.rooms.plans import drafts
from tongchou.rooms.plans.deciding import decide_one, explained, keep
from tongchou.rooms.plans.models import Decision, PackVersion, SignOff
from tongchou.rooms.plans.onrecord import on_record
from tongchou.rooms.plans.parts import bring_parts, problems_on_record
from tongchou.rooms.plans.store import pack_of, signed_for, standing_of, version_in_force

explain_constraint(
    "pack_two_people", Reason.SAME_PERSON,
    Text("起草人不能批准自己起草的方案。", "Who drafted it may not approve it."),
    Text("请由其他有批准权的同志批准。", "Somebody else who may approve must do it."),
)  # fmt: skip
explain_constraint(
    "pack_frozen", Reason.CONFLICT,
    Text("已批准的方案不能改动。", "An approved plan is not changed."),
    Text("请另起一稿。", "Start a new draft."),
)  # fmt: skip
explain_constraint(
    "sign_off_once", Reason.DUPLICATE,
    Text("该取值已经签认。", "This value is signed for already."),
    Text("请刷新页面。", "Reload the page."),
)  # fmt: skip


AS_IT_IS = ConfigDict(extra="forbid", str_strip_whitespace=False)
"""For the texts of files: their digest is that of every byte."""


class DecideIn(Payload):
    """facts: what is known besides the record; given, the decision counts as made by hand. version: a pack's edition, else that in force."""

    person: uuid.UUID
    pack: str = Field(max_length=60)
    table: str = Field(max_length=60)
    as_of: date | None = None
    facts: dict[str, Any] = Field(default_factory=dict, max_length=60)


@verb("plan.decide", "plan.decide", Text("按方案判定", "Decide by a plan"))
def decide(context: Context, given: DecideIn) -> dict[str, Any]:
    """Decide for a person by the edition in force on the day, and keep the decision."""
    person = person_in_reach(context.actor, "plan.decide", given.person)
    today = timezone.localdate(context.now)
    as_of = given.as_of or today
    if as_of > today:
        rule = Text("判定日期不得晚于今天。", "The day of the decision may not lie ahead.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请改为今天或更早。", "Choose today or earlier."), field="as_of", value=str(as_of))
    version = version_in_force(given.pack, as_of)
    standing = standing_of(version, given.table, as_of)
    known = on_record(standing, person.pk).facts
    kept = explained(decide_one(standing, known | given.facts), signed_for(given.pack))
    stated = {k for k, v in given.facts.items() if known.get(k) != v}
    source = Decision.Source.STATED if stated else Decision.Source.RECORD
    context.read([person.pk])
    key = keep(context, version, kept, person.pk, source)
    return {
        "decision": str(key), "outcome": kept.decided.outcome, "rule": kept.decided.rule.key if kept.decided.rule else None,
        "until": str(kept.decided.until) if kept.decided.until else None, "binding": kept.binding, "what": "decide",
    }  # fmt: skip


class SignOffIn(Payload):
    """what, name: as `unconfirmed` of a decision names it. The value is that of the edition in force on `on`."""

    pack: str = Field(max_length=60)
    what: Literal["edition", "rule", "parameter"]
    name: str = Field(max_length=80)
    value: Any = None
    document: str = Field(min_length=4, max_length=200)
    dated: date


@verb("plan.sign_off", "plan.sign", Text("签认未经证实的取值", "Sign for an unconfirmed value"))
def sign_off(context: Context, given: SignOffIn) -> dict[str, Any]:
    """The district answers for a value by its own paper. It holds for exactly this value, and for no other."""
    version = version_in_force(given.pack, timezone.localdate(context.now))
    if given.value not in drafts.unconfirmed_values(pack_of(version)).get((given.what, given.name), []):
        rule = Text("现行方案中没有这个未经证实的取值。", "The plan in force has no such unconfirmed value.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请从方案页面选择。", "Choose it on the plan's page."), field="name", value=given.name)
    if given.dated > timezone.localdate(context.now):
        rule = Text("文件日期在今天之后。", "The paper is dated in the future.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请核对日期。", "Check the date."), field="dated", value=str(given.dated))
    assert context.actor.account_id is not None
    row = SignOff(
        id=context.act_id, pack=given.pack, what=given.what, name=given.name, value=given.value, document=given.document, dated=given.dated,
        by_id=context.actor.account_id, unit_id=context.grants[0].unit_id, at=context.now,
    )  # fmt: skip
    row.save(force_insert=True)
    context.event("sign_off", subject=f"plan:{given.pack}", note=given.document, data={"what": given.what, "name": given.name, "value": given.value})
    return {"sign_off": str(row.pk)}


class UnsignIn(Payload):
    sign_off: uuid.UUID
    reason: str = Field(min_length=4, max_length=200)


@verb("plan.withdraw_sign_off", "plan.sign", Text("撤回签认", "Withdraw a sign-off"))
def withdraw_sign_off(context: Context, given: UnsignIn) -> dict[str, Any]:
    """From now on nobody is restricted by that value; orders that stand are not touched."""
    if not SignOff.objects.filter(pk=given.sign_off, withdrawn_at=None).update(withdrawn_at=context.now):
        rule = Text("没有这项签认，或已撤回。", "There is no such sign-off, or it was withdrawn.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请刷新页面。", "Reload the page."), field="sign_off", value=str(given.sign_off))
    context.event("sign_off_withdrawn", subject=f"sign_off:{given.sign_off}", note=given.reason)
    return {"sign_off": str(given.sign_off)}


class DraftIn(Payload):
    """pack: its edition in force is the base; a new pack has files of its own. files: path -> text, whole; empty: those of the base."""

    model_config = AS_IT_IS

    pack: str = Field(max_length=60)
    why: str = Field(min_length=4, max_length=400)
    files: dict[str, str] = Field(default_factory=dict, max_length=400)


@verb("pack.draft", "plan.edit", Text("起草方案", "Draft an edition of a plan"))
def draft(context: Context, given: DraftIn) -> dict[str, Any]:
    row = drafts.new_draft(context, given.pack, given.files, given.why)
    context.event("draft", subject=f"pack:{row.pk}", note=given.why, data={"pack": row.pack, "digest": row.digest})
    return {"version": str(row.pk), "revision": row.revision, "sound": row.sound}


class EditIn(Payload):
    """files: path -> the file's whole text; null removes the file."""

    model_config = AS_IT_IS

    version: uuid.UUID
    seen_revision: int
    files: dict[str, str | None] = Field(min_length=1, max_length=400)


@verb("pack.edit", "plan.edit", Text("修改方案草稿", "Edit a draft"))
def edit(context: Context, given: EditIn) -> dict[str, Any]:
    row = drafts.open_draft(given.version, given.seen_revision)
    drafts.put_files(row, given.files)
    row.save()
    context.event("edit", subject=f"pack:{row.pk}", data={"files": sorted(given.files), "digest": row.digest, "sound": row.sound})
    return {"version": str(row.pk), "revision": row.revision, "sound": row.sound}


class ApproveIn(Payload):
    version: uuid.UUID
    seen_revision: int
    from_day: date


@verb("pack.approve", "plan.approve", Text("批准方案", "Approve an edition of a plan"))
def approve(context: Context, given: ApproveIn) -> dict[str, Any]:
    """Put a draft in force from a day on. Refused while a check or a case fails, or without a shadow run of exactly this text."""
    row = drafts.open_draft(given.version, given.seen_revision)
    if row.drafted_by_id == context.actor.account_id:
        raise Refusal(Reason.SAME_PERSON, Text("起草人不能批准自己起草的方案。", "Who drafted it may not approve it."), field="version")
    if not row.sound:
        rule = Text("草稿没有通过全部检查和案例。", "The draft does not pass all checks and cases.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请先改正列出的错误。", "Mend what is listed first."), field="version")
    if row.base_id is not None and row.shadow.get("digest") != row.digest:
        rule = Text("本稿还没有试运行。", "There was no shadow run of this text.")
        remedy = Text("请先试运行，看清会解除谁、新管谁。", "Run it in the shadow first, to see whom it would release and whom newly hold.")
        raise Refusal(Reason.APPROVAL_MISSING, rule, remedy=remedy, field="version")
    if given.from_day < timezone.localdate(context.now):
        rule = Text("生效日期不得早于今天。", "It may not come into force before today.")
        remedy = Text("请改为今天或以后。", "Choose today or later.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field="from_day", value=str(given.from_day))
    if wrong := problems_on_record(row):
        first = wrong[0]
        raise Refusal(first.reason, first.rule, remedy=first.remedy, field=first.field, value=first.value, line=first.line, file=first.file)
    row.approved_by_id, row.approved_at, row.from_day = context.actor.account_id, context.now, given.from_day
    row.save()
    if given.from_day <= timezone.localdate(context.now):
        _bring(context, [row.pack])
    context.event("approve", subject=f"pack:{row.pk}", data={"pack": row.pack, "digest": row.digest, "from": str(given.from_day)})
    if row.pack == CLEARED_BY and given.from_day <= timezone.localdate(context.now):
        ask(context, "pack", f"pack:{row.pk}")
    return {"version": str(row.pk), "from_day": str(given.from_day)}


def _bring(context: Context, packs: list[str]) -> dict[str, list[str]]:
    """Put in force the loop kinds and checklists of the packs in force today, and take out those that went; one event for each pack."""
    changed = bring_parts(timezone.localdate(context.now), context.now, packs)
    for pack, keys in changed.items():
        context.event("parts_in_force", subject=f"plan:{pack}", data={"pack": pack, "changed": keys})
    return changed


class BringIn(Payload):
    """packs: only these; all where none is named."""

    packs: list[str] = Field(default_factory=list, max_length=60)


@verb("pack.bring", "plan.approve", Text("启用方案自带的事项类型和清单", "Put in force what plans bring"), system_only=True)
def bring(context: Context, given: BringIn) -> dict[str, Any]:
    """What an edition brings begins and ends with it: on its first day, which may lie after its approval."""
    return {"changed": _bring(context, given.packs)}


class WithdrawIn(Payload):
    version: uuid.UUID
    reason: str = Field(min_length=4, max_length=200)


@verb("pack.withdraw", "plan.approve", Text("撤回方案", "Withdraw an edition of a plan"))
def withdraw(context: Context, given: WithdrawIn) -> dict[str, Any]:
    """Withdraw a local edition or drop a draft: the one before it is in force again. Decisions made by it keep pointing to it."""
    row = PackVersion.objects.select_for_update().filter(pk=given.version, withdrawn_at=None, origin="local").first()
    if row is None:
        rule = Text("没有可以撤回的这一版。", "There is no such edition to withdraw.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("随程序提供的方案不能撤回。", "Shipped ones cannot be withdrawn."), field="version")
    row.withdrawn_at, row.withdrawn_by_id, row.withdraw_reason = context.now, context.actor.account_id, given.reason
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdraw_reason"])
    context.event("withdraw", subject=f"pack:{row.pk}", note=given.reason, data={"pack": row.pack})
    if row.approved_at is not None:
        _bring(context, [row.pack])
    if row.pack == CLEARED_BY and row.approved_at is not None:
        ask(context, "pack", f"pack:{row.pk}")
    return {"version": str(row.pk)}


class ShadowIn(Payload):
    """as_of: the day on which both editions are tried; today when not given."""

    version: uuid.UUID
    seen_revision: int
    as_of: date | None = None


@verb("pack.shadow", "plan.edit", Text("试运行", "Shadow run"))
def shadow(context: Context, given: ShadowIn) -> dict[str, Any]:
    """Decide everybody on record by the edition in force and by the draft; keep the counts. Nobody's decision changes."""
    row = drafts.open_draft(given.version, given.seen_revision)
    found = drafts.shadow_run(context.actor, row, given.as_of or timezone.localdate(context.now))
    row.shadow = found | {"digest": row.digest, "at": context.now.isoformat()}
    row.save(update_fields=["shadow"])
    context.event("shadow", subject=f"pack:{row.pk}", data={"digest": row.digest, "people": found["people"], "differ": found["differ"]})
    return found


