"""Deadlines that were read with a guessed year move when the document's date is corrected."""

from __future__ import annotations

from datetime import datetime

from tongchou.record.act import Context
from tongchou.rooms.directives.models import Directive, Document


def move_years(context: Context, row: Document, issued_on: list[str]) -> int:
    """Move the inferred deadlines of what is not issued yet by the years between the old date and the new; their confirmation is taken back.

    issued_on: the old date and the new one, "" for none. Returns how many were moved.
    """
    old, new = issued_on
    if not old or not new or old[:4] == new[:4]:
        return 0
    years, moved = int(new[:4]) - int(old[:4]), 0
    open_ = row.directives.filter(due_why="inferred", due_at__isnull=False, state__in=["proposed", "confirmed"])
    for directive in open_.select_for_update():
        was = directive.due_at
        if was is None:
            continue
        directive.due_at = _shifted(was, years)
        directive.state, directive.confirmed_by, directive.confirmed_at = Directive.State.PROPOSED, None, None
        directive.version += 1
        directive.save(update_fields=["due_at", "state", "confirmed_by", "confirmed_at", "version"])
        told = [was.isoformat(), directive.due_at.isoformat()]
        context.event("edit", subject=f"directive:{directive.pk}", data={"due_at": told, "version": directive.version, "confirmed": False})
        moved += 1
    return moved


def _shifted(at: datetime, years: int) -> datetime:
    try:
        return at.replace(year=at.year + years)
    except ValueError:  # 29 February
        return at.replace(year=at.year + years, day=28)
