"""What a loop kind is, once it has been read and checked. Reading and checking: `packs.kindfile`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from tongchou.kernel.text import Text
from tongchou.kernel.workdays import Limit
from tongchou.packs.kindclock import Clock


class Party(StrEnum):
    """Who owes the next move in a stage, or who may take a step."""

    OWNER = "owner"            # the lead unit (and its named person)
    OPENER = "opener"          # the unit that opened (handed out) the loop
    VERIFIER = "verifier"      # the unit that verifies; the opener's unit unless the loop names another
    ADJUDICATOR = "adjudicator"  # the headquarters office
    CO_UNIT = "co_unit"        # a co-operating unit, for its own part
    SUBJECT = "subject"        # the person or unit that the loop is about
    SYSTEM = "system"          # a job of the program


class Level(StrEnum):
    """The escalation ladder 提醒 → 督办 → 问责线索."""

    NONE = "none"
    REMIND = "remind"
    SUPERVISE = "supervise"
    ACCOUNTABILITY = "accountability"


@dataclass(frozen=True, slots=True)
class Rung:
    """At `after_hours` past the deadline the loop rises to `level`, and `to` is told."""

    after_hours: float
    level: Level
    to: tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """One piece of evidence that comes with a step. at_least 0: whoever takes the step may leave it out."""

    key: str
    type: str                  # text | file | photo | number | signature | link
    title: Text
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage either owes something (owner and deadline) or is an end (`end` holds the closing reason)."""

    key: str
    title: Text
    owner: Party | None
    limit: Limit | None                # None with keeps_deadline: the loop's own deadline goes on
    keeps_deadline: bool
    end: str | None                    # None while open; else done | cancelled | refused ...
    ladder: tuple[Rung, ...]
    clock: Clock | None = None         # counts from a moment in the loop's data; then limit is None

    def due(self, now: datetime, due_at: datetime, data: Mapping[str, Any]) -> datetime:
        """When the stage is due that is entered now, in a loop that is due at `due_at`."""
        if self.clock is not None:
            return self.clock.after(data)
        return due_at if self.limit is None else self.limit.after(now)


@dataclass(frozen=True, slots=True)
class Step:
    """A move between stages."""

    key: str
    title: Text
    from_stages: tuple[str, ...]
    to_stage: str                      # "=" keeps the stage (a report in between)
    by: tuple[Party, ...]
    roles: tuple[str, ...]             # empty: any role that may act on the kind
    permission: str                    # "" | what the party's post must grant besides
    needs: tuple[Need, ...]
    note: str                          # none | optional | required
    is_work: bool                      # who does this may not take a `verifies` step of the same loop
    verifies: str                      # "" | other_person | other_unit
    is_return: bool                    # counts against the limit on returns (退单)
    reassigns: bool                    # the step names a new owner unit
    closes_children: bool              # refused while child loops or co-unit parts are open


@dataclass(frozen=True, slots=True)
class FollowUp:
    """After closing, the opener asks again (回访): after so many hours."""

    after_hours: float
    by: Party


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field of the loop's own data."""

    key: str
    type: str                          # text | integer | number | date | moment | choice | boolean
    title: Text
    required: bool = False
    choices: tuple[tuple[str, Text], ...] = ()
    past: bool = False                 # a moment that is not in the future
    not_before: str = ""               # a moment that is not before that of another field, where that is given


@dataclass(frozen=True, slots=True)
class LoopKind:
    """A kind of loop. `digest` is the SHA-256 (hex) of the file's bytes and pins the version a loop was opened with."""

    key: str
    version: int
    title: Text
    purpose: Text
    subjects: tuple[str, ...]          # of: person, unit, area, item, none
    start: str
    stages: dict[str, Stage]
    steps: dict[str, Step]
    return_limit: int                  # further returns go to the adjudicator
    adjudicate_stage: str | None
    follow_up: FollowUp | None
    fields: tuple[FieldSpec, ...] = ()
    limit: Limit | None = None         # default for the whole loop, counted from hand-out
    opened_by: tuple[str, ...] = ()    # roles that may open one
    digest: str = ""
    source: str = ""                   # file name, for messages
    self_closing: Text | None = None   # why it may be closed as done without being verified; None: it may not
    confidential: bool = False         # seen by the parties only, whatever area it lies in; moved by the program's own pages only
    extra: dict[str, str] = field(default_factory=dict)

    def steps_from(self, stage: str) -> list[Step]:
        """The steps that leave a stage, in the order of the file."""
        return [s for s in self.steps.values() if stage in s.from_stages]
