"""Area grades as state machines: which grades there are, what may follow what, on which evidence, by which rule of the table of grades.

The table proposes. Every change is then approved by headquarters, in force, and at last ended: proposed > approved > active > ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tongchou.kernel.text import Text
from tongchou.packs.plans.model import Pack
from tongchou.packs.plans.values import Place, Source, Status

STAGES = ("proposed", "approved", "active", "ended")
KINDS = ("draw", "raise", "lower", "release")


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade. measures: what holds there, in words."""

    key: str
    title: Text
    measures: Text
    end: bool


@dataclass(frozen=True, slots=True)
class Change:
    """From one grade to another. rules: those of the table that propose it. evidence: the facts that must be on file.

    at_once: proposed without being asked when its facts come in; still approved by somebody.
    """

    from_: str
    to: str
    kind: str
    rules: tuple[str, ...]
    evidence: tuple[str, ...]
    at_once: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Machine:
    """One historical form of grading. from_, until: its days. table: the decision table that proposes. start: no grade."""

    key: str
    title: Text
    table: str
    from_: date
    until: date | None
    unit: Text
    approved_by: Text
    start: str
    grades: Mapping[str, Grade]
    changes: tuple[Change, ...]
    forbidden: tuple[Text, ...]
    source: Source
    status: Status
    place: Place

    def holds(self, day: date) -> bool:
        return self.from_ <= day and (self.until is None or day < self.until)

    def change(self, from_: str, to: str) -> Change | None:
        """The change between two grades; None where there is none."""
        return next((c for c in self.changes if (c.from_, c.to) == (from_, to)), None)


def machine_on(pack: Pack, day: date, table: str = "area_grade") -> Machine | None:
    """The machine of a day; None where no areas are graded."""
    return next((m for m in pack.machines.values() if m.table == table and m.holds(day)), None)
