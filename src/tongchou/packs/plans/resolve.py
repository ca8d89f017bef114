"""A table as it stands on one day in one area: edition chosen, overlays applied, parameters put in. Two times: in force, and known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from tongchou.packs.plans.conditions import bind, references
from tongchou.packs.plans.model import Input, Measure, Overlay, Pack, Rule, Table, Test
from tongchou.packs.plans.refusals import no_edition, no_such, no_value
from tongchou.packs.plans.values import Edition, Entry, Ref, Source


@dataclass(frozen=True, slots=True)
class Stretch:
    """A measure with its parameters put in. days None: as long as the date fact `until` is unknown."""

    key: str
    mode: str
    clock: tuple[str, ...]
    days: int | None
    from_day: int
    tests: tuple[int, ...]
    double_last: bool
    until: str
    goes_on: str = ""
    begins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Basis:
    """A value that a rule rests on, with where it comes from. overlay: the local change that brought it, or empty."""

    parameter: str
    entry: Entry
    overlay: str


@dataclass(frozen=True, slots=True)
class StandingRule:
    """A rule with its parameters put in. basis: every parameter value that it or its measures use, and those by which it was reached."""

    key: str
    rule: Rule
    when: Mapping[str, Test]
    measures: tuple[Stretch, ...]
    basis: tuple[Basis, ...]
    gives: Mapping[str, Any] = field(default_factory=dict)


    def does_as(self, other: StandingRule) -> bool:
        """Whether it makes no difference to anybody which of the two decides: outcome, measures and further results are the same."""
        return (self.rule.outcome, self.measures, self.gives) == (other.rule.outcome, other.measures, other.gives)


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """A table on one day in one area."""

    pack: Pack
    table: Table
    edition: Edition
    as_of: date
    known_on: date
    area: str
    overlays: tuple[str, ...]
    rules: tuple[StandingRule, ...]

    @property
    def inputs(self) -> Mapping[str, Input]:
        return self.table.inputs


def edition_on(pack: Pack, as_of: date, known_on: date) -> Edition:
    """The edition in force; refuses a day without one."""
    found = [e for e in pack.editions if e.from_ <= as_of and e.known_from <= known_on]
    if not found:
        raise no_edition(pack, as_of)
    return found[-1]


def overlays_on(pack: Pack, as_of: date, known_on: date, area: str) -> tuple[Overlay, ...]:
    """The local changes that hold, the widest area first: a district's word stands over its city's."""
    held = [
        o for o in pack.overlays.values()
        if area and o.covers(area) and o.from_ <= as_of and o.known_from <= known_on and (o.until is None or as_of < o.until)
    ]  # fmt: skip
    return tuple(sorted(held, key=lambda o: (o.covers(area), o.from_, o.key)))


def entry_on(entries: tuple[Entry, ...], as_of: date, known_on: date) -> Entry | None:
    """The entry in force: the latest `from`, then the latest known."""
    found = [e for e in entries if e.from_ <= as_of and e.known_from <= known_on]
    return max(found, key=lambda e: (e.from_, e.known_from)) if found else None


@lru_cache(maxsize=512)
def stand(pack: Pack, table: str, as_of: date, known_on: date | None = None, area: str = "") -> Standing:
    """The table on `as_of`, as it was known on `known_on` (the same day when not given). Raises Refusal."""
    if table not in pack.tables:
        raise no_such("table", table, pack.tables)
    known = known_on or as_of
    edition = edition_on(pack, as_of, known)
    overlays = overlays_on(pack, as_of, known, area)
    binder = _Binder(pack, as_of, known, overlays)
    rules = []
    for written in pack.tables[table].rules:
        rule = written
        for overlay in overlays:
            rule = overlay.rules.get(table, {}).get(rule.key, rule)
        if stands(rule, edition, as_of):
            rules.append(binder.rule(rule, pack.tables[table]))
    held = with_passed_over(rules) if pack.tables[table].hit == "first" else rules
    return Standing(pack, pack.tables[table], edition, as_of, known, area, tuple(o.key for o in overlays), tuple(held))


def with_passed_over(rules: list[StandingRule]) -> list[StandingRule]:
    """Each rule with the values too that alone keep an earlier one from deciding: where the first rule that fires decides, “no contact
    because they met before the days looked back” and “contact” rest on the same number. An earlier rule counts when all its other
    conditions are the later rule's own."""
    out = []
    for n, rule in enumerate(rules):
        basis = {b.parameter: b for b in rule.basis}
        for earlier in rules[:n]:
            bound = {key: references(test) for key, test in earlier.rule.when.items() if references(test)}
            if bound and all(rule.when.get(key) == test for key, test in earlier.when.items() if key not in bound):
                named = {name for names in bound.values() for name in names}
                basis |= {b.parameter: b for b in earlier.basis if b.parameter in named and b.parameter not in basis}
        out.append(rule if len(basis) == len(rule.basis) else replace(rule, basis=tuple(basis.values())))
    return out


def stands(rule: Rule, edition: Edition, as_of: date) -> bool:
    """Whether a rule is part of its table under that edition on that day."""
    if rule.editions and edition.key not in rule.editions:
        return False
    return (rule.from_ is None or rule.from_ <= as_of) and (rule.until is None or as_of < rule.until)


class _Binder:
    """Puts parameters in and remembers which were used."""

    def __init__(self, pack: Pack, as_of: date, known_on: date, overlays: tuple[Overlay, ...]) -> None:
        self.pack, self.as_of, self.known_on, self.overlays = pack, as_of, known_on, overlays
        self.used: dict[str, Basis] = {}

    def value(self, ref: Ref) -> Any:
        value = self._one(ref.name)
        if ref.plus:
            value += self._one(ref.plus)
        return -value if ref.negative else value

    def _one(self, name: str) -> Any:
        if name == "as_of":
            return self.as_of
        found = entry_on(self.pack.parameters[name].entries, self.as_of, self.known_on)
        origin = ""
        for overlay in self.overlays:
            if name in overlay.parameters:
                found, origin = overlay.parameters[name], overlay.key
        if found is None:
            raise no_value(name, self.as_of)
        self.used[name] = Basis(name, found, origin)
        return found.value

    def plain(self, value: Any) -> Any:
        return self.value(value) if isinstance(value, Ref) else value

    def rule(self, rule: Rule, table: Table) -> StandingRule:
        self.used = {}
        when = {key: bind(test, self.value) for key, test in rule.when.items()}
        stretches = (self._stretch(table.measures[name]) for name in rule.measures)
        kept = tuple(s for s in stretches if s.days != 0)
        gives = {key: self.plain(value) for key, value in rule.gives.items()}
        return StandingRule(rule.key, rule, when, kept, tuple(self.used.values()), gives)

    def _stretch(self, measure: Measure) -> Stretch:
        days = self.plain(measure.days)
        if days == 0:  # left out: its other parameters are not looked up, so they cannot be missing
            return Stretch(measure.key, "", (), 0, 1, (), False, "")
        return Stretch(
            measure.key, self.plain(measure.mode), measure.clock, days, self.plain(measure.from_day),
            tuple(self.plain(measure.tests)), bool(self.plain(measure.double_last)), measure.until, measure.goes_on,
            measure.begins,
        )  # fmt: skip


def used_parameters(table: Table, rules: tuple[Rule, ...] | None = None) -> set[str]:
    """The parameters that a table's rules and measures name."""
    names: set[str] = set()
    for rule in rules if rules is not None else table.rules:
        for test in rule.when.values():
            names.update(references(test))
        for given in rule.gives.values():
            names.update(given.names if isinstance(given, Ref) else ())
        for key in rule.measures:
            measure = table.measures[key]
            for value in (measure.mode, measure.days, measure.from_day, measure.tests, measure.double_last):
                if isinstance(value, Ref):
                    names.update(value.names)
    return names - {"as_of"}


def sources(standing: StandingRule) -> list[Source]:
    """What a rule rests on: its own source first, then those of its values, each once."""
    found = [standing.rule.source, *(b.entry.source for b in standing.basis)]
    return list(dict.fromkeys(found))
