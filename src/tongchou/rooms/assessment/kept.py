"""Numbers of scores kept between two askings, in every process alike: a district's month takes most of a second to work out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache

from tongchou.rooms.assessment.definition import Definition

KEPT_FOR = timedelta(minutes=10)
"""The job refreshes what the page shows first more often than that; the page says of when its numbers are."""


def known(kind: str, over: Any, how: Definition) -> tuple[Any, ...] | None:
    """What is kept of a kind's scores in a period: the moment, then the numbers."""
    found: tuple[Any, ...] | None = cache.get(_key(kind, over, how))
    return found


def keep(kind: str, over: Any, how: Definition, at: datetime, numbers: tuple[Any, ...]) -> tuple[Any, ...]:
    """Keep the numbers of a moment; returns them as `known` would."""
    value = (at, *numbers)
    cache.set(_key(kind, over, how), value, KEPT_FOR.total_seconds())
    return value


def _key(kind: str, over: Any, how: Definition) -> str:
    return f"scores:{kind}:{over.first}:{over.last}:{how.since}"
