"""Regular reports that a room asks of units beside data requests: each offers what it costs, so that the burden counts them in the same unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tongchou.kernel.text import Text


@dataclass(frozen=True, slots=True)
class RegularReport:
    """sql(): a select of (unit_id, day, fields, minutes), a row for each report or sheet answered on a day, with %(first)s and %(last)s: days, last excluded.

    fields and minutes are the room's own numbers, kept as data with their sources.
    """

    key: str
    title: Text
    sql: Callable[[], str]


_REPORTS: dict[str, RegularReport] = {}


def regular_report(one: RegularReport) -> None:
    _REPORTS[one.key] = one


def regular_reports() -> list[RegularReport]:
    return [_REPORTS[key] for key in sorted(_REPORTS)]
