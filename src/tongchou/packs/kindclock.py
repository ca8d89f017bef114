"""A stage's clock: it counts from a moment in the loop's own data, and how long it runs depends on a choice made there.

    deadline:
      since: known_at                    # a required field of type moment
      by: category                       # a required field of type choice
      minutes:
        accident: {value: 20, status: confirmed, source: {zh: ..., en: ...}}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongchou.kernel.text import Text

KEYS = ("since", "by", "minutes")
LIMIT_KEYS = ("value", "status", "source")
STATUSES = ("confirmed", "unconfirmed")
LONGEST = 60 * 24 * 366


@dataclass(frozen=True, slots=True)
class Minutes:
    """One line of the table. status: unconfirmed until the district has signed it off."""

    value: int
    status: str
    source: Text


@dataclass(frozen=True, slots=True)
class Clock:
    """since, by: fields of the loop's data; limits: one for each choice of `by`."""

    since: str
    by: str
    limits: tuple[tuple[str, Minutes], ...]

    def after(self, data: Mapping[str, Any]) -> datetime:
        """When the stage is due. The data were checked when the loop was opened."""
        return datetime.fromisoformat(str(data[self.since])) + timedelta(minutes=dict(self.limits)[data[self.by]].value)

    @property
    def table(self) -> dict[str, int]:
        return {choice: limit.value for choice, limit in self.limits}
