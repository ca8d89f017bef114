"""What official documents are drafted from beside scores and figures: a room registers its source, and the drafting page asks for it by name."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from tongchou.documents.model import Block
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


@dataclass(frozen=True, slots=True)
class BriefPart:
    """A part of the daily report of resumption. compose(actor, day, now): its blocks, [] for who may not see the figures; figures are those of the room's pages."""

    order: int
    compose: Callable[[Actor, date, datetime], list[Block]]


_PARTS: dict[str, BriefPart] = {}


def brief_part(key: str, one: BriefPart) -> None:
    """A room offers a part of the daily report."""
    _PARTS[key] = one


def brief_parts() -> list[BriefPart]:
    """The parts in the order in which they stand in the report."""
    return sorted(_PARTS.values(), key=lambda p: p.order)
