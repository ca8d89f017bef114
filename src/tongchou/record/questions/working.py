"""What rooms know of whether an enterprise works: registered here as SQL, so that the share that has resumed is one statement that names no room's tables."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

DAYS = 7
"""Days for which a report or attendance still says that an enterprise works."""
_SAYS: list[str] = []


def works_by(fragment: str) -> None:
    """A room offers an expression of SQL about `u.id`: true works, false does not, null is not known. It may use %(works_since)s and %(works_on)s."""
    _SAYS.append(fragment)


def works_sql() -> str:
    """Whether enterprise `u` works by what is known of the last days; false where nothing is."""
    return f"coalesce({', '.join([*_SAYS, 'false'])})"


def works_values(on: date) -> dict[str, Any]:
    return {"works_since": on - timedelta(days=DAYS), "works_on": on}
