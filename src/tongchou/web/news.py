"""What has become different for somebody without being a loop, such as who may now return: rooms register it, home shows it with its list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tongchou.kernel.text import Text
from tongchou.record.access import Actor


@dataclass(frozen=True, slots=True)
class News:
    """One line. tone, icon: as of a badge, with `state` as its word; url: the list behind it."""

    text: Text
    state: Text
    tone: str
    icon: str
    url: str


Source = Callable[[Actor, datetime], list[News]]
_SOURCES: list[Source] = []


def news_source(one: Source) -> Source:
    """A room says what became different for an actor; it returns nothing at once for those whom it does not concern."""
    _SOURCES.append(one)
    return one


def news_of(actor: Actor, now: datetime) -> list[News]:
    """All of it, in the order in which rooms registered."""
    return [n for source in _SOURCES for n in source(actor, now)]
