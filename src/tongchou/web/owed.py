"""What is owed today without being a loop yet, such as the day's report: rooms register it, home and the work list show it with its one tap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tongchou.kernel.text import Text
from tongchou.record.access import Actor

UNREPORTED = Text("未报", "not reported")


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing. until: by when; is_late: past it; word: what it is until then. fill: where it is done; tap: a form that does it at once, with its hidden fields."""

    title: Text
    until: datetime
    is_late: bool
    fill: str
    fill_label: Text
    tap: str = ""
    tap_label: Text | None = None
    hidden: tuple[tuple[str, str], ...] = field(default=())
    word: Text = UNREPORTED


Source = Callable[[Actor, datetime], list[Owed]]
_SOURCES: list[Source] = []


def owed_source(one: Source) -> Source:
    """A room says what an actor owes now; it returns nothing at once for those whom it does not concern."""
    _SOURCES.append(one)
    return one


def owed_today(actor: Actor, now: datetime) -> list[Owed]:
    """Everything that an actor owes, what is due first, first."""
    return sorted((o for source in _SOURCES for o in source(actor, now)), key=lambda o: o.until)
