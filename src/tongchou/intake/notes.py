"""What cleaning did, kept as it happens."""

from __future__ import annotations

from tongchou.intake.mapped import Mapped, Noted
from tongchou.intake.model import Note


class Notes:
    """Collects notes in any order; `sorted` gives them by their place in the raw text, neighbours of one kind joined."""

    def __init__(self) -> None:
        self._found: list[Note] = []

    def of(self, kind: str) -> Noted:
        """A listener for changes of one kind."""

        def noted(start: int, end: int, before: str, after: str) -> None:
            self._found.append(Note(kind, start, end, before, after))

        return noted

    def dropped(self, kind: str, part: Mapped) -> None:
        """A part that does not enter the clean text."""
        if len(part):
            start, end = min(part.starts), max(part.ends)
            self._found.append(Note(kind, start, end, part.text))

    def sorted(self) -> tuple[Note, ...]:
        return tuple(sorted(self._found, key=lambda n: (n.raw_start, n.raw_end)))
