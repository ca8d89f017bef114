"""What rooms know of an enterprise's stock of masks: registered here, so that a permit can rest on it without knowing the room's tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from tongchou.kernel.text import Text


@dataclass(frozen=True, slots=True)
class MaskStock:
    """Masks in pieces as they were counted. on: the day; source: where that stands."""

    masks: int
    shift_hours: int
    on: date
    source: Text


Source = Callable[[list[int], date], dict[int, MaskStock]]
"""(units, day) -> the latest count of each enterprise that has one which still says something on the day."""
_SOURCES: list[Source] = []


def mask_source(one: Source) -> None:
    """A room offers counts of masks."""
    _SOURCES.append(one)


def mask_stocks(units: Iterable[int], on: date) -> dict[int, MaskStock]:
    """The latest count of each enterprise, whoever keeps it; enterprises without one are absent."""
    wanted: list[int] = list(units)
    out: dict[int, MaskStock] = {}
    for source in _SOURCES:
        for unit, stock in source(wanted, on).items():
            if unit not in out or out[unit].on < stock.on:
                out[unit] = stock
    return out
