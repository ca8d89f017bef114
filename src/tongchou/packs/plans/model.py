"""What a plan pack consists of. Everything knows the file and line that it stands in, so that a fault can be pointed at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

from tongchou.kernel.text import Text
from tongchou.packs.plans.formula import Formula
from tongchou.packs.plans.values import Document, Edition, Entry, Parameter, Place, Ref, Source, Status, Value

if TYPE_CHECKING:
    from tongchou.packs.checklists import Checklist
    from tongchou.packs.kinds import LoopKind
    from tongchou.packs.plans.clocks import Clock
    from tongchou.packs.plans.machines import Machine

Fact = bool | int | float | str | date
Hit = Literal["first", "unique", "collect"]
InputType = Literal["boolean", "choice", "number", "date", "text", "days_since", "computed"]
Unknown = Literal["ask", "fails", "meets", "assume"]

HITS: tuple[Hit, ...] = ("first", "unique", "collect")
INPUT_TYPES: tuple[InputType, ...] = ("boolean", "choice", "number", "date", "text", "days_since", "computed")
HOLDING = ("isolation_site", "isolation_home", "isolation_either", "treatment", "movement")
"""Kinds of measures that nobody can be under and be free: such a mode restricts. Only those at a site take a bed there."""
MAY_RESTRICT = (*HOLDING, "monitoring", "exclusion")
AS_OF = "as_of"
"""Where a date fact may stand: the day of the decision."""
GOES_ON = ("open", "test")
"""A measure that a rule still orders after its last day goes on without an end, until it is decided again; `test`: with a test on the day asked."""
MODE_KINDS = (*MAY_RESTRICT, "test", "trace", "follow_up", "place", "report", "rectify", "none")
"""What a mode is, for the program: it sorts orders and counts beds by this word, and reads no title."""

_PACK_FILE = Place("pack.yaml", 1)


@dataclass(frozen=True, slots=True)
class Mode:
    """A way of carrying out a measure. restricts: whether it limits a person's freedom, so that it needs a confirmed basis.

    kind: what the program takes it for, one of MODE_KINDS; "" only in a pack of old that does not say. key and title are the pack's own words.
    """

    key: str
    title: Text
    restricts: bool
    kind: str = ""
    place: Place = _PACK_FILE


@dataclass(frozen=True, slots=True)
class FromRecord:
    """Which of recordwords.WORDS fills an input; words: the record's choices -> the table's, "" where the table has none for it."""

    take: str
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Input:
    """A fact that a table asks for. of: for days_since, the date fact counted from, to `as_of`. formula: for computed.

    also: other names under which the fact may be given. words: other words for the choices (their titles among them).
    unknown: what a condition does when the fact is not known: ask (no decision before it is known), fails, meets, or assume a value.
    not_after_as_of: a later date is refused as a slip. least, most, at_least, not_before, within: what is refused as contradictory (relations.py):
    a smaller number, a greater one, one below these inputs, a date before these; a count of the last `within` days that the date `within_of` contradicts.
    """

    key: str
    type: InputType
    title: Text
    unknown: Unknown
    assumed: Fact | None
    choices: Mapping[str, Text]
    of: str
    not_after_as_of: bool
    place: Place
    formula: Formula | None = None
    also: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    from_record: FromRecord | None = None
    least: float | None = None
    most: float | None = None
    at_least: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()
    within: int = 0
    within_of: str = ""

    @property
    def derived(self) -> bool:
        """Whether the table works it out of other facts."""
        return self.type in ("days_since", "computed")

    @property
    def bases(self) -> tuple[str, ...]:
        """The facts that have to be asked for to know this one."""
        return self.formula.names if self.formula else (self.of or self.key,)


@dataclass(frozen=True, slots=True)
class Test:
    """One cell of a table. values: for in/not_in; low and high: for a range, None where it is open-ended. sure: not met by what is unknown,
    whatever the input says of the unknown."""

    __test__ = False

    text: str
    op: Literal["known", "unknown", "in", "not_in", "range"]
    values: tuple[Fact | Ref, ...] = ()
    low: Fact | Ref | None = None
    high: Fact | Ref | None = None
    low_open: bool = False
    high_open: bool = False
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """One stretch of a plan: from `clock` (the first known of these dates) + from_day, lasting until clock + days.

    In a rule with several measures each begins the day after the one before. days 0: left out. tests: day numbers of this
    measure. double_last: its last test is taken twice. until: a date fact that ends it instead of `days`; open while unknown.
    begins: the first known of these is its first day, and `clock` says only when it ends; a date fact or AS_OF, as in `clock`.
    goes_on: what becomes of it where a rule still orders it after its last day; see GOES_ON. Empty: nothing, it is over.
    """

    key: str
    mode: str | Ref
    clock: tuple[str, ...]
    days: int | Ref | None
    from_day: int | Ref
    tests: tuple[int, ...] | Ref
    double_last: bool | Ref
    until: str
    place: Place
    goes_on: str = ""
    begins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A row. editions: in which it stands, empty for all. from_: its first day, None: that of its editions.

    until: the first day on which it no longer holds, None: as long as its editions. gives: further results by name, such as months or rounds.
    when: the conditions by input; an input without one may be anything.
    """

    key: str
    editions: tuple[str, ...]
    from_: date | None
    when: Mapping[str, Test]
    outcome: str
    measures: tuple[str, ...]
    reason: Text
    source: Source
    status: Status
    place: Place
    until: date | None = None
    gives: Mapping[str, Value | Ref] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table. start: the input that holds the day on which the person was in fact placed under the measure; may be empty.

    people: whom on record it speaks of, one of recordwords.PEOPLE; empty for a table that is not about people on record. pathogens: codes of
    the tests that count; empty for all.
    """

    key: str
    title: Text
    hit: Hit
    start: str
    inputs: Mapping[str, Input]
    outcomes: Mapping[str, Text]
    measures: Mapping[str, Measure]
    rules: tuple[Rule, ...]
    place: Place
    people: str = ""
    pathogens: tuple[str, ...] = ()
    outcome_places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Overlay:
    """A local change: only the parameters and rules that it names, only in its areas (codes or their beginnings), only in its days.

    until: the first day on which it no longer holds; None: open.
    """

    key: str
    title: Text
    areas: tuple[str, ...]
    from_: date
    until: date | None
    known_from: date
    parameters: Mapping[str, Entry]
    rules: Mapping[str, Mapping[str, Rule]]
    place: Place

    def covers(self, area: str) -> int:
        """How closely this overlay fits an area: digits of the area's code that it names; 0 where it does not hold."""
        return max((len(code_stem(a)) for a in self.areas if area.startswith(code_stem(a))), default=0)


@dataclass(frozen=True, slots=True)
class ExpectedMeasure:
    """A measure that a case expects; None: not looked at. open: it must have no end."""

    mode: str
    from_: date | None
    until: date | None
    tests: tuple[date, ...] | None
    open: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """A worked example: what a table must answer. measures None: not looked at. unconfirmed: the names of all that it rests on and no source
    confirms; None: not looked at."""

    key: str
    table: str
    as_of: date
    known_on: date | None
    area: str
    facts: Mapping[str, object]
    outcome: str
    rule: str
    until: date | None
    measures: tuple[ExpectedMeasure, ...] | None
    place: Place
    unconfirmed: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """A pack that was read. digest: SHA-256 over the paths and bytes of all its files. kinds, checklists: those that it brings, by key."""

    key: str
    version: int
    title: Text
    modes: Mapping[str, Mode]
    keep_schedule: bool
    convention: Text
    convention_status: Status
    editions: tuple[Edition, ...]
    documents: Mapping[str, Document]
    parameters: Mapping[str, Parameter]
    tables: Mapping[str, Table]
    overlays: Mapping[str, Overlay]
    cases: tuple[Case, ...]
    digest: str
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    machines: Mapping[str, Machine] = field(default_factory=dict)
    kinds: Mapping[str, LoopKind] = field(default_factory=dict)
    checklists: Mapping[str, Checklist] = field(default_factory=dict)


def code_stem(area: str) -> str:
    """The part of an administrative code that names the level: 110000 -> 11, 320500 -> 3205, 110105 as it is."""
    if len(area) == 6 and area.endswith("0000"):
        return area[:2]
    return area[:4] if len(area) == 6 and area.endswith("00") else area
