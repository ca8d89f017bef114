"""Taking a step of an application's loop within another act."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from tongchou.record.act import Context
from tongchou.record.actions import loops as steps


def take(context: Context, loop: uuid.UUID, step: str, *, note: str = "", note_en: str = "", conclusion: str = "") -> None:
    """Take one step as the context's actor; the loop's own rules hold."""
    evidence = [{"key": "conclusion", "type": "text", "text": conclusion}] if conclusion else []
    steps.advance(context, steps.AdvanceIn.model_validate({"loop": loop, "step": step, "note": note, "note_en": note_en, "evidence": evidence}))


def take_many(context: Context, loops: Sequence[uuid.UUID], step: str) -> None:
    """The same step of many, all or none."""
    steps.advance_many(context, steps.AdvanceManyIn.model_validate({"loops": list(loops), "step": step}))
