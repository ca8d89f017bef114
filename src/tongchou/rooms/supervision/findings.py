"""From the faults of a visit to findings: one loop for each, issued with its photo; a fault that was there before is marked as such."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from tongchou.kernel.text import Text
from tongchou.packs.checklists import Item
from tongchou.record.access import load_actor
from tongchou.record.act import Context
from tongchou.record.actions import loops as steps
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops.titles import written
from tongchou.record.models import LoopLink
from tongchou.rooms.supervision.models import Answer, Visit, VisitFinding

REMEMBERED = timedelta(days=180)
"""A fault of the same item at the same unit within this time is a recurring one."""


def open_findings(context: Context, visit: Visit, checklist: str, faults: Sequence[tuple[Item, Answer]]) -> list[uuid.UUID]:
    """Open the findings of a finished visit, in the act that finishes it; returns their loops."""
    return [_open(context, visit, checklist, item, answer) for item, answer in faults]


def _open(context: Context, visit: Visit, checklist: str, item: Item, answer: Answer) -> uuid.UUID:
    since = context.now - REMEMBERED
    before = VisitFinding.objects.filter(unit=visit.unit, checklist=checklist, item=item.key, at__gte=since).order_by("-at").first()
    times = before.times + 1 if before else 1
    title = Text("{item}（第 {n} 次发现）", "{item} (found {n} {n|time|times})").with_(item=item.title, n=times) if before else item.title
    count = Text("抽查{n}，不合格{bad}。", "{n} looked at, {bad} not in order. ").with_(n=answer.sampled, bad=answer.failing or 0) if answer.sampled else Text("", "")
    told = Text("{note}\n{count}{round} · {unit}", "{note}\n{count}{round} · {unit}").with_(note=answer.note, count=count, round=visit.round.title, unit=visit.unit.name)
    request: dict[str, Any] = {
        "kind": "finding", **written(title, told),
        "data": {"severity": item.severity}, "unit": visit.unit_id, "owner_unit": visit.unit_id, "verifier_unit": visit.round.group_id,
        "origin": "visit", "origin_ref": f"{visit.pk}:{item.key}", "urgent": times > 1 or item.severity == "grave",
        "due_at": (context.now + timedelta(hours=item.due_hours)).isoformat() if item.due_hours else None,
    }  # fmt: skip
    loop = uuid.UUID(str(open_one(context, OpenIn.model_validate(request))["loop"]))
    VisitFinding.objects.create(
        visit=visit, item=item.key, unit=visit.unit, checklist=checklist, loop_id=loop, previous=before, times=times, at=context.now
    )
    if before is not None:
        LoopLink.objects.create(source_id=loop, target_id=before.loop_id, relation="repeats")
    if answer.photos:
        _issue(context, loop, item, answer)
    return loop


def _issue(context: Context, loop: uuid.UUID, item: Item, answer: Answer) -> None:
    """Issue it in the name of who took the photo, whose evidence it is. Without a photo it waits for one at the group."""
    actor = context.actor
    if answer.by_id != actor.account_id:
        actor = load_actor(answer.by_id, answer.by.display_name, timezone.localdate(context.now), via=actor.via)
        if not actor.permits("loop.act"):
            return
    evidence: list[dict[str, Any]] = [{"key": "before", "type": "photo", "file": str(p)} for p in answer.photos]
    evidence.append({"key": "demand", "type": "text", "text": f"{answer.note}\n要求：{item.title.zh}。"})
    given = steps.AdvanceIn.model_validate({"loop": loop, "step": "issue", "evidence": evidence})
    steps.advance(replace(context, actor=actor), given)
