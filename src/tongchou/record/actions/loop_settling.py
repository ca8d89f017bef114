"""Loops that the program opened about something lacking end by themselves once it is not lacking any more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context
from tongchou.record.actions.loops import AdvanceIn, advance
from tongchou.record.loops.kinds import kind_of
from tongchou.record.loops.titles import noted
from tongchou.record.models import Loop

STEP = "clear"


def settle_gaps(context: Context, origin: str, refs: Iterable[object], note: Text) -> int:
    """End the open loops of kind gap that were opened for these, as not needed any more; returns how many.

    One of an edition that knows no such step (an earlier one, a district's own) is left to people.
    """
    system = replace(context, actor=SYSTEM, grants=())
    found = Loop.objects.filter(kind="gap", origin=origin, origin_ref__in=[str(r) for r in refs], closed_at=None).order_by("pk")
    loops = [key for key, edition in found.values_list("pk", "edition") if STEP in kind_of(edition).steps]
    for loop in loops:
        advance(system, AdvanceIn.model_validate({"loop": loop, "step": STEP, **noted(note)}))
    return len(loops)
