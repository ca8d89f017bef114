"""Verbs: a pass over all enterprises, policy by policy, so that it can be broken off and goes on."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from pydantic import Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.territory.reach import missing
from tongchou.rooms.policies.catalogue import catalogue
from tongchou.rooms.policies.matching import mark_of, match_units
from tongchou.rooms.policies.models import Run
from tongchou.rooms.policies.reach import MANAGE

explain_constraint(
    "policy_one_run",
    Reason.CONFLICT,
    Text("全部企业正在匹配中。", "All enterprises are being matched already."),
    Text("请等它完成。", "Wait until it is done."),
)


class StartIn(Payload):
    why: str = Field("asked", max_length=40)


class MatchIn(Payload):
    run: uuid.UUID


@verb("policies.start", MANAGE, Text("匹配全部企业", "Match all enterprises"))
def start(context: Context, given: StartIn) -> dict[str, Any]:
    """Begin a pass; the job works it off. One at a time."""
    day = timezone.localdate(context.now, SHANGHAI)
    found = catalogue(day)
    row = Run(
        id=new_id(),
        as_of=day,
        mark=mark_of(found, day),
        pack=found.version.digest,
        policies=list(found.standings),
        why=given.why,
        started_at=context.now,
    )
    row.save(force_insert=True)
    context.event("policy_run", subject=f"policy_run:{row.pk}", data={"pack": row.pack, "policies": len(row.policies)})
    return {"run": str(row.pk), "policies": len(row.policies)}


@verb("policies.match", MANAGE, Text("匹配一项政策", "Match one policy"), system_only=True)
def match(context: Context, given: MatchIn) -> dict[str, Any]:
    """Match the run's next policy for every enterprise and store what changed."""
    row = Run.objects.select_for_update().filter(pk=given.run).first()
    if row is None:
        raise missing(Text("没有这次匹配。", "There is no such run."), "run", str(given.run))
    if row.finished_at is None:
        found = catalogue(row.as_of)
        policy = row.policies[row.done] if row.done < len(row.policies) else ""
        if policy in found.standings:
            row.enterprises, changed = match_units(found, None, [policy])
            row.changed += changed
            context.event(
                "policy_matched",
                subject=f"policy:{policy}",
                data={"enterprises": row.enterprises, "changed": changed, "pack": found.version.digest},
            )
        row.done = min(row.done + 1, len(row.policies))
        if row.done == len(row.policies):
            row.finished_at = context.now
        row.save()
    return {
        "done": row.done,
        "of": len(row.policies),
        "changed": row.changed,
        "enterprises": row.enterprises,
        "finished": row.finished_at is not None,
    }
