"""Verbs of loop kinds: a district puts a kind of its own in force, and takes one back. Loops keep the edition they were opened with."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.kindfile import KindErrors, base_kinds, read_kind
from tongchou.packs.kinds import LoopKind
from tongchou.packs.plans.parts import only_the_programs
from tongchou.record.act import Context, Payload, verb
from tongchou.record.loops.kinds import add_edition
from tongchou.record.models import KindEdition
from tongchou.record.territory.reach import missing

LONGEST = 200_000


class AddIn(Payload):
    """text: the kind's YAML. source: the file's name, for messages."""

    text: str = Field(min_length=1, max_length=LONGEST)
    source: str = Field("kind.yaml", max_length=120)


class RetireIn(Payload):
    edition: int


def check_kind_text(text: str, source: str) -> tuple[LoopKind | None, list[Refusal]]:
    """Read a kind and say everything that is wrong with it, as adding it would; nothing is stored."""
    try:
        kind = read_kind(text, source)
    except KindErrors as error:
        return None, error.problems
    if kind.key in base_kinds() or KindEdition.objects.filter(key=kind.key, origin="pack").exists():
        rule = Text("“{key}”是系统或方案自带的类型。", "“{key}” is a kind that comes with the system, or with a plan.").with_(key=kind.key)
        remedy = Text("请为本区的类型另取键名。", "Give the district's own kind another key.")
        return kind, [Refusal(Reason.DUPLICATE, rule, remedy=remedy, field="kind", value=kind.key, file=source)]
    if kind.confidential:
        return kind, [only_the_programs(source)]
    return kind, []


@verb("kind.add", "kind.manage", Text("启用本区事项类型", "Put a kind of loop in force"))
def add(context: Context, given: AddIn) -> dict[str, Any]:
    """Check a kind and put it in force at once, for loops opened from now on. A refusal's details hold every problem of the text."""
    kind, problems = check_kind_text(given.text, given.source)
    if problems:
        first = problems[0]
        raise Refusal(
            first.reason, first.rule, remedy=first.remedy, field=first.field, value=first.value, line=first.line,
            file=first.file, problems=[p.as_dict() for p in problems],
        )  # fmt: skip
    assert kind is not None
    row = add_edition(given.text, given.source, "local")
    if row is None:
        row = KindEdition.objects.get(digest=kind.digest)
        row.retired_at = None
        row.save(update_fields=["retired_at"])
    context.event(
        "kind_added", subject=f"kind:{row.pk}", data={"key": row.key, "version": row.version, "digest": row.digest}
    )
    return {"edition": row.pk, "kind": row.key, "version": row.version}


@verb("kind.retire", "kind.manage", Text("停用本区事项类型", "Take a kind of loop out of force"))
def retire(context: Context, given: RetireIn) -> dict[str, Any]:
    """No further loop is opened with this edition; an earlier one that is not retired holds again. Open loops go on under it."""
    row = KindEdition.objects.select_for_update().filter(pk=given.edition).first()
    if row is None:
        raise missing(Text("没有找到该类型版本。", "There is no such edition."), "edition", given.edition)
    if row.origin != "local":
        rule = Text("系统自带的类型不能停用；方案自带的随方案停用。", "A kind that comes with the system stays in force; one of a plan goes with the plan.")
        raise Refusal(Reason.NOT_ALLOWED, rule, field="edition", value=row.pk)
    if row.retired_at is None:
        row.retired_at = context.now
        row.save(update_fields=["retired_at"])
        context.event("kind_retired", subject=f"kind:{row.pk}", data={"key": row.key, "version": row.version})
    return {"edition": row.pk, "kind": row.key}
