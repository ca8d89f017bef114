"""What composed papers (daily brief, monthly report, daily report of resumption) say beyond loops: a room registers a section, the drafting room composes.

A section is written from the same questions as the room's pages; it is left out where its reader lacks the permission, and where it has nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tongchou.documents.model import Block
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.record.access import Actor

CHAPTERS: dict[str, str] = {
    "control": "疫情防控",
    "economy": "复工复产和服务企业",
    "supervision": "督导检查",
    "duty": "值班值守",
    "burden": "数据需求和填报负担",
    "account": "典型和问责",
}
"""The chapters after that of loops, in the order of a paper: both hands first, then how the work was done."""


@dataclass(frozen=True, slots=True)
class Span:
    """From the first day to the last, both included, in Asia/Shanghai; at: the moment of the figures, which are never those of a later one."""

    first: date
    last: date
    at: datetime

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), SHANGHAI)

    @property
    def until(self) -> datetime:
        return min(datetime.combine(self.last + timedelta(days=1), time(), SHANGHAI), self.at)

    @property
    def end(self) -> datetime:
        """The end of the last day that has begun, for what is counted by whole days."""
        return datetime.combine(self.today + timedelta(days=1), time(), SHANGHAI)

    @property
    def today(self) -> date:
        """The last day of the span that has begun."""
        return min(self.last, self.at.astimezone(SHANGHAI).date())


Compose = Callable[[Actor, Span], list[Block]]


@dataclass(frozen=True, slots=True)
class Section:
    """title: as its heading, where a chapter has several. page: where the same figures are read, by name. month, brief, resumption: what it says in
    the monthly report, the daily brief, the daily report of resumption (with headings of its own); None where it has no place there.

    place: where in its chapter. permission: one of these is needed, or the section is left out.
    """

    key: str
    chapter: str
    title: Text
    permission: tuple[str, ...]
    page: str
    month: Compose | None = None
    brief: Compose | None = None
    resumption: Compose | None = None
    place: int = 0

    def of(self, paper: str) -> Compose | None:
        """What is said in a paper ("brief", "month", "resumption")."""
        return {"brief": self.brief, "month": self.month, "resumption": self.resumption}[paper]


_SECTIONS: dict[str, Section] = {}


def section(one: Section) -> None:
    """A room offers a section. Raises ValueError for a chapter that there is not."""
    if one.chapter not in CHAPTERS:
        raise ValueError(f"section {one.key}: no chapter {one.chapter}")
    _SECTIONS[one.key] = one


def sections(actor: Actor, paper: str) -> list[Section]:
    """What a paper ("brief", "month", "resumption") may hold for who drafts it, in the order of chapters and places."""
    order = list(CHAPTERS)
    found = sorted(_SECTIONS.values(), key=lambda s: (order.index(s.chapter), s.place, s.key))
    return [s for s in found if s.of(paper) is not None and any(map(actor.permits, s.permission))]
