"""What an edition changes: areas given are matched with areas in force. Pure: no database.

Matching goes from the top down, so that the parent of what is matched is already known. In this order, and only where one stands
against one: the same code and name; the same name under the same parent (recoded); the same code (renamed), also where only the
parent's part of it changed; the same name but for the word of its kind under the same parent (recoded and renamed: 李埠口乡, 李埠口街道);
the same name under a sister of its parent (moved).
What is left in the file is new; what is left in force, where the file claims to be complete, ends.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.territory.levels import ORDER, check_parent, stem
from tongchou.record.territory.shapes import Given, Reading


class Standing(NamedTuple):
    """An area in force, as stored."""

    id: int
    code: str
    name: str
    level: str
    parent: int | None
    kind: str
    civil: bool
    path: str


@dataclass(frozen=True, slots=True)
class Change:
    """One area and what happens to it. kinds: some of renamed, recoded, moved; or new; or ended. None where there is none."""

    kinds: tuple[str, ...]
    old: Standing | None
    new: Given | None


@dataclass(slots=True)
class Plan:
    """changes: in order from the top. matched: code given, or named as a parent -> id in force. ends_withheld: what would have ended, had no row been refused."""

    changes: list[Change] = field(default_factory=list)
    matched: dict[str, int] = field(default_factory=dict)
    unchanged: int = 0
    ends_withheld: int = 0

    def count(self, kind: str) -> int:
        return sum(kind in c.kinds for c in self.changes)


def compare(reading: Reading, standing: Iterable[Standing]) -> Plan:
    """Match what a file gives with what is in force. Rows whose parent is nowhere, or of the wrong level, are refused into `reading`."""
    by_code = {s.code: s for s in standing}
    by_id = {s.id: s for s in by_code.values()}
    _refuse_orphans(reading, by_code)
    plan = Plan()
    for one in reading.given.values():  # parents that the file does not list stay as they are
        if one.parent and one.parent not in reading.given:
            plan.matched[one.parent] = by_code[one.parent].id
    given_by_level: dict[str, list[Given]] = defaultdict(list)
    for one in reading.given.values():
        given_by_level[one.level].append(one)
    held_by_level: dict[str, list[Standing]] = defaultdict(list)
    for area in by_code.values():
        held_by_level[area.level].append(area)
    complete = {by_code[c].id if c in by_code else None if c is None else -1 for c in reading.complete} - {-1}
    ended: set[int] = set()
    for level in ORDER:
        if given_by_level[level] or level in reading.levels:
            _match_level(level, given_by_level[level], held_by_level[level], reading, plan, by_id, complete, ended)
    return plan


def _match_level(
    level: str, given: list[Given], held: list[Standing], reading: Reading, plan: Plan, by_id: dict[int, Standing],
    complete: set[int | None], ended: set[int],
) -> None:  # fmt: skip
    complete |= {plan.matched[c] for c in reading.complete if c in plan.matched}
    covered = {s.id for s in held if level in reading.levels and (s.parent in complete or s.parent in ended)}
    codes = {g.code for g in given}
    rest = {s.id: s for s in held if s.id in covered or s.code in codes}
    left = {g.code: g for g in given}
    found: list[tuple[Given, Standing]] = []

    def parent_of(one: Given) -> int | None:
        return None if one.parent is None else plan.matched.get(one.parent, -1)

    def grand(area: Standing) -> int | None:
        above = by_id.get(area.parent or 0)
        return above.parent if above else -2

    def grand_given(one: Given) -> int | None:
        above = by_id.get(parent_of(one) or 0)
        return above.parent if above else -1

    def tail(area: Standing) -> Hashable:
        above = by_id.get(area.parent or 0)
        return (area.parent, area.code.removeprefix(above.code)) if above else area.code

    rules: list[tuple[Callable[[Given], Hashable], Callable[[Standing], Hashable], bool]] = [
        (lambda g: (g.code, g.name), lambda s: (s.code, s.name), False),
        (lambda g: (parent_of(g), g.name), lambda s: (s.parent, s.name), True),
        (lambda g: g.code, lambda s: s.code, False),
        (lambda g: (parent_of(g), g.code.removeprefix(g.parent or "")), tail, True),
        (lambda g: (parent_of(g), stem(g.name)), lambda s: (s.parent, stem(s.name)), True),
        (lambda g: (grand_given(g), g.name), lambda s: (grand(s), s.name), True),
    ]
    for of_given, of_standing, only_covered in rules:
        for one, area in _pairs(left, rest, of_given, of_standing, covered if only_covered else None):
            found.append((one, area))
            del left[one.code], rest[area.id]
    _record(level, found, left, rest, covered, reading, plan, parent_of, ended)


def _pairs(
    left: dict[str, Given], rest: dict[int, Standing], of_given: Callable[[Given], Hashable],
    of_standing: Callable[[Standing], Hashable], only: set[int] | None,
) -> list[tuple[Given, Standing]]:  # fmt: skip
    """Pairs with equal keys, where exactly one stands on each side."""
    if not left or not rest:
        return []
    mine: dict[Hashable, list[Given]] = defaultdict(list)
    theirs: dict[Hashable, list[Standing]] = defaultdict(list)
    for one in left.values():
        if only is None or not one.context:
            mine[of_given(one)].append(one)
    for area in rest.values():
        if only is None or area.id in only:
            theirs[of_standing(area)].append(area)
    return [(a[0], b[0]) for key, a in mine.items() if len(a) == 1 and len(b := theirs.get(key, [])) == 1]


def _record(
    level: str, found: list[tuple[Given, Standing]], left: dict[str, Given], rest: dict[int, Standing], covered: set[int],
    reading: Reading, plan: Plan, parent_of: Callable[[Given], int | None], ended: set[int],
) -> None:  # fmt: skip
    for one, area in found:
        plan.matched[one.code] = area.id
    for one, area in sorted(found, key=lambda pair: pair[0].code):
        kinds = tuple(
            kind
            for kind, differs in (
                ("recoded", one.code != area.code),
                ("renamed", one.name != area.name),
                ("moved", parent_of(one) != area.parent),
            )
            if differs
        )
        if kinds and not (one.context and kinds == ("renamed",)):
            plan.changes.append(Change(kinds, area, one))
        else:
            plan.unchanged += 1
    plan.changes += [Change(("new",), None, one) for _, one in sorted(left.items())]
    civil_only = all(g.civil for g in reading.given.values() if g.level == level)
    gone = [s for s in rest.values() if s.id in covered and (s.civil or not civil_only)]
    if reading.rejects:
        plan.ends_withheld += len(gone)
        return
    ended.update(s.id for s in gone)
    plan.changes += [Change(("ended",), s, None) for s in sorted(gone, key=lambda s: s.code)]


def _refuse_orphans(reading: Reading, by_code: dict[str, Standing]) -> None:
    """Refuse areas whose parent is neither in the file nor in force, or is of the wrong level, or lies below themselves."""
    while True:
        bad: set[str] = set()
        for one in reading.given.values():
            above = one.parent and (reading.given.get(one.parent) or by_code.get(one.parent))
            try:
                check_parent(one.level, above.level if above else None, "parent_code")
            except Refusal:
                bad.add(one.code)
        if not bad:
            return
        reading.drop(bad, lambda one: _orphan(one, reading, by_code))


def _orphan(one: Given, reading: Reading, by_code: dict[str, Standing]) -> Refusal:
    above = one.parent and (reading.given.get(one.parent) or by_code.get(one.parent))
    if above:
        try:
            check_parent(one.level, above.level, "parent_code")
        except Refusal as refusal:
            refusal.value = one.parent
            return refusal
    rule = Text("上级 {parent} 不在表中，也不在现行区划中。", "The parent {parent} is neither in the file nor in force.")
    remedy = Text("请先导入上级，或更正上级代码。", "Import the parent first, or correct its code.")
    return Refusal(Reason.NOT_FOUND, rule.with_(parent=one.parent or "—"), remedy=remedy, field="parent_code", value=one.parent)
