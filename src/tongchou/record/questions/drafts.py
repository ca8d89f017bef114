"""What official documents are drafted from beside scores and figures: a room registers its source, and the drafting page asks for it by name."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from tongchou.kernel.text import Text
from tongchou.record.access import Actor


@dataclass(frozen=True, slots=True)
class Drafted:
    """What the form holds at first. body: as it is typed (one line, one paragraph; "# " headings). present: who attended, as the document says it."""

    form: str
    title: str
    body: str
    to: list[int] = field(default_factory=list)
    present: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DraftSource:
    """compose(actor, key): refuses what the actor may not draft from. page: the page of the source, by name, with its key."""

    key: str
    label: Text
    page: str
    compose: Callable[[Actor, uuid.UUID], Drafted]


_SOURCES: dict[str, DraftSource] = {}


def draft_source(one: DraftSource) -> None:
    """A room offers something to draft from."""
    _SOURCES[one.key] = one


def draft_sources() -> dict[str, DraftSource]:
    return dict(_SOURCES)
