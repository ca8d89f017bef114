"""A proposed change of a grade in the headquarters' work list: the loop follows the proposal, and the proposal the loop."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context
from tongchou.record.actions.loops import AdvanceIn, advance
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops.titles import written
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Evidence, Loop
from tongchou.rooms.risk.evaluate import Assessment, Picture
from tongchou.rooms.risk.models import Proposal
from tongchou.rooms.risk.words import grade_title

_REACHED = {"forward": "submitted", "approve": "approved", "refuse": "refused", "lapse": "lapsed"}


def opened(context: Context, seen: Picture, found: Assessment) -> uuid.UUID | None:
    """Open the loop of a change that is proposed; it climbs when nobody looks at it. None in a district without a headquarters office."""
    office = office_unit()
    if office is None:
        return None
    before, after = found.current.grade if found.current else "", found.target or "released"
    title = Text("{area}：{a} → {b}（{on}）", "{area}: {a} → {b} ({on})")
    title = title.with_(area=found.area.name, a=grade_title(before, seen.on), b=grade_title(after, seen.on), on=seen.on.isoformat())
    item = {"kind": "grade_change", **written(title), "area": found.area.pk, "owner_unit": office, "origin": "grade", "origin_ref": f"{found.area.pk}:{seen.on}"}
    return uuid.UUID(open_one(replace(context, actor=SYSTEM), OpenIn.model_validate(item))["loop"])


def follow(context: Context, row: Proposal, step: str, note: str = "") -> None:
    """Take the loop where the proposal is, unless it was there first."""
    if row.loop_id is None or Loop.objects.filter(pk=row.loop_id, stage=_REACHED[step]).exists():
        return
    evidence = [{"key": "document", "type": "text", "text": row.document}] if step == "approve" else []
    taken = {"loop": row.loop_id, "step": step, "note": note, "evidence": evidence}
    advance(replace(context, actor=SYSTEM), AdvanceIn.model_validate(taken))


def proposals_of(context: Context, loops: Sequence[uuid.UUID]) -> list[Proposal]:
    """The proposals that a person has just moved by their loops; none where the program moved the loops after the proposals."""
    return [] if context.actor.system else list(Proposal.objects.filter(loop__in=loops, decided_at=None).order_by("pk"))


def said(context: Context, row: Proposal) -> str:
    """The number of the document that was given with the step."""
    return Evidence.objects.filter(loop=row.loop_id, act=context.act_id, key="document").values_list("text", flat=True).first() or ""
