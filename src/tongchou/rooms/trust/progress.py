"""How far a bulk act is: told to whoever listens, and to nobody where the act is done in a request of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

STEP = 1000
T = TypeVar("T")
Told = Callable[[str, int, int], None]
_listener: ContextVar[Told | None] = ContextVar("bulk progress", default=None)


@contextmanager
def listening(told: Told) -> Iterator[None]:
    """While this lasts, `told` hears the stage, how many are done, and of how many."""
    mark = _listener.set(told)
    try:
        yield
    finally:
        _listener.reset(mark)


def tell(stage: str, done: int, total: int) -> None:
    told = _listener.get()
    if told is not None:
        told(stage, done, total)


def counted(items: Sequence[T], stage: str) -> Iterator[T]:
    """The items, telling every STEP of them how far it is."""
    for n, item in enumerate(items):
        if n % STEP == 0:
            tell(stage, n, len(items))
        yield item
    tell(stage, len(items), len(items))
