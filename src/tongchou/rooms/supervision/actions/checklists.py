"""Verbs of checklists: a district drafts its own edition; somebody else puts it in force."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.checklists import ChecklistErrors, read_checklist
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.territory.reach import missing
from tongchou.rooms.supervision.checklists import next_version, of_a_plan
from tongchou.rooms.supervision.models import ChecklistEdition

EDIT = "checklist.edit"
explain_constraint(
    "checklist_two_people",
    Reason.SAME_PERSON,
    Text("起草人不能启用自己起草的清单。", "Who drafted it may not put it in force."),
    Text("请由另一位同志启用。", "Somebody else must do it."),
)
explain_constraint(
    "checklist_one_draft",
    Reason.CONFLICT,
    Text("该清单已有一份待启用的草稿。", "There is a draft of this checklist already."),
    Text("请先启用或放弃它。", "Put it in force or drop it first."),
)


class DraftIn(Payload):
    """text: the checklist's YAML; its version must be the next one. A draft of the same key is replaced."""

    text: str = Field(min_length=1, max_length=200_000)


class EditionIn(Payload):
    edition: int


@verb("checklist.draft", EDIT, Text("起草督查清单", "Draft a checklist"))
def draft(context: Context, given: DraftIn) -> dict[str, Any]:
    """Check and keep a draft. A refusal's details hold every problem of the text."""
    try:
        found = read_checklist(given.text, "checklist.yaml")
    except ChecklistErrors as error:
        first = error.problems[0]
        raise Refusal(
            first.reason, first.rule, remedy=first.remedy, field=first.field, value=first.value, line=first.line, file=first.file,
            problems=[p.as_dict() for p in error.problems],
        ) from None  # fmt: skip
    if not found.items:
        raise Refusal(Reason.MISSING_VALUE, Text("清单不能为空。", "The list may not be empty."), field="items")
    if of_a_plan(found.key):
        rule = Text("这个清单由方案带来。", "This checklist came with a plan.")
        raise Refusal(Reason.NOT_ALLOWED, rule, remedy=Text("请在方案页面起草修改。", "Draft a change on the plan's page."), field="text", value=found.key)
    ChecklistEdition.objects.filter(key=found.key, state="draft").update(state="dropped")
    wanted = next_version(found.key)
    if found.version != wanted:
        rule = Text("版本号应为 {n}。", "The version must be {n}.").with_(n=wanted)
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请刷新后重试。", "Reload and try again."), field="version", value=found.version)
    row = ChecklistEdition.objects.create(
        key=found.key, version=found.version, digest=found.digest, yaml=given.text, origin="local", state="draft",
        drafted_by_id=context.actor.account_id, drafted_at=context.now,
    )  # fmt: skip
    context.event("checklist_drafted", subject=f"checklist:{row.pk}", data={"key": row.key, "version": row.version, "digest": row.digest})
    return {"edition": row.pk, "checklist": row.key, "version": row.version}


def _draft(edition: int) -> ChecklistEdition:
    row = ChecklistEdition.objects.select_for_update().filter(pk=edition).first()
    if row is None:
        raise missing(Text("没有找到该清单版本。", "There is no such edition."), "edition", edition)
    if row.state != "draft":
        rule = Text("该版本不是待启用的草稿。", "This edition is not a draft.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请刷新页面。", "Reload the page."), field="edition")
    return row


@verb("checklist.enforce", EDIT, Text("启用督查清单", "Put a checklist in force"))
def enforce(context: Context, given: EditionIn) -> dict[str, Any]:
    """From now on visits are planned with it; those already planned keep theirs."""
    row = _draft(given.edition)
    row.state, row.enforced_by_id, row.enforced_at = "in_force", context.actor.account_id, context.now
    row.save(update_fields=["state", "enforced_by", "enforced_at"])
    context.event("checklist_in_force", subject=f"checklist:{row.pk}", data={"key": row.key, "version": row.version})
    return {"edition": row.pk, "checklist": row.key}


@verb("checklist.drop", EDIT, Text("放弃督查清单草稿", "Drop a checklist's draft"))
def drop(context: Context, given: EditionIn) -> dict[str, Any]:
    row = _draft(given.edition)
    row.state = "dropped"
    row.save(update_fields=["state"])
    context.event("checklist_dropped", subject=f"checklist:{row.pk}", data={"key": row.key, "version": row.version})
    return {"edition": row.pk, "checklist": row.key}
