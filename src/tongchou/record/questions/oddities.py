"""What a room knows that looks gamed, beside loops: registered here, so that scores can show it without knowing the room's tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tongchou.kernel.text import Text
from tongchou.record.access import Actor

Counted = dict[int, tuple[int, int]]
"""unit -> (how many look gamed, of how many)."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One thing behind a warning. url: where it is read, empty where it has no page of its own."""

    title: str
    at: datetime
    who: str
    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """count(since, until, least): by unit. behind(actor, unit, since, until, least, limit): the instances that the actor may see."""

    key: str
    title: Text
    count: Callable[[datetime, datetime, int], Counted]
    behind: Callable[[Actor, int, datetime, datetime, int, int], list[Instance]]


_WATCHES: dict[str, Watch] = {}


def watch(one: Watch) -> None:
    """A room offers a warning; the definition of scores has its limits under the same key."""
    _WATCHES[one.key] = one


def watches() -> dict[str, Watch]:
    return dict(_WATCHES)
