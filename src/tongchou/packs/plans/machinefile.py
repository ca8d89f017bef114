"""Area-grade machines out of their files, and whether they hold together with the table that proposes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.grid import deciding
from tongchou.packs.plans.machines import KINDS, Change, Grade, Machine
from tongchou.packs.plans.model import Pack, Table
from tongchou.packs.plans.reader import NO_DAY, PlanReader
from tongchou.packs.plans.resolve import stand
from tongchou.packs.plans.values import Place
from tongchou.packs.yamllines import Node

MACHINE_KEYS = (
    "machine", "title", "table", "from", "until", "unit", "approved_by", "start", "grades", "changes", "forbidden", "source", "status",
)  # fmt: skip
GRADE_KEYS = ("title", "measures", "end")
CHANGE_KEYS = ("from", "to", "kind", "rules", "evidence", "at_once")
CURRENT = "current"
"""The input of the table that holds the present grade; it is no evidence."""


def read_machine(root: Node, reader: PlanReader, documents: Collection[str], tables: Mapping[str, Table]) -> Machine:
    """A machine; names that its table does not have are errors."""
    reader.problems.known_keys(root, MACHINE_KEYS)
    name = reader.one_of(root, "table", tables)
    table = tables.get(name)
    grades = {key: _grade(key, node, reader) for key, node in reader.named(root, "grades")}
    changes = tuple(_change(n, reader, grades, table) for n in reader.entries(root, "changes", required=True))
    start, end = reader.day(root, "from", required=True) or NO_DAY, reader.day(root, "until")
    listed = reader.child(root, "forbidden", "list", required=False)
    forbidden = []
    for item in listed.items if listed else ():
        if reader.shaped(item, "mapping"):
            reader.problems.known_keys(item, ("zh", "en"))
            forbidden.append(Text(reader.word(item, "zh"), reader.word(item, "en")))
    return Machine(
        reader.key(root, "machine"), reader.text_pair(root, "title"), name, start, end, reader.text_pair(root, "unit"),
        reader.text_pair(root, "approved_by"), reader.one_of(root, "start", grades), grades, changes, tuple(forbidden),
        reader.source(root, documents), reader.status(root), reader.place(root),
    )  # fmt: skip


def _grade(key: str, node: Node, reader: PlanReader) -> Grade:
    reader.problems.known_keys(node, GRADE_KEYS)
    return Grade(key, reader.text_pair(node, "title"), reader.text_pair(node, "measures"), reader.flag(node, "end"))


def _change(node: Node, reader: PlanReader, grades: Collection[str], table: Table | None) -> Change:
    reader.problems.known_keys(node, CHANGE_KEYS)
    rules = tuple(r.key for r in table.rules) if table else ()
    inputs = tuple(k for k, spec in table.inputs.items() if not spec.derived) if table else ()
    return Change(
        reader.one_of(node, "from", grades), reader.one_of(node, "to", grades), reader.choice(node, "kind", KINDS, required=True),
        reader.words(node, "rules", rules, required=True), reader.words(node, "evidence", inputs, required=True),
        reader.flag(node, "at_once"), reader.place(node),
    )  # fmt: skip


def check_machines(pack: Pack, days: Mapping[str, Collection[date]]) -> Iterator[Refusal]:
    """days: by table, the days on which it changes. Each machine's graph, its rules and evidence, and a machine for every day."""
    for machine in pack.machines.values():
        yield from _graph(machine)
        yield from _rules(pack, machine)
    for table in sorted({m.table for m in pack.machines.values()}):
        yield from _covered(pack, table, days[table])


def _problem(
    place: Place, rule: Text, remedy: Text, field: str, value: object = None, reason: Reason = Reason.INVALID_VALUE
) -> Refusal:
    return Refusal(reason, rule, remedy=remedy, field=field, value=value, line=place.line, file=place.file)


def _graph(machine: Machine) -> Iterator[Refusal]:
    onward: dict[str, set[str]] = {key: set() for key in machine.grades}
    for change in machine.changes:
        onward[change.from_].add(change.to)
    reached = _reach({machine.start}, onward)
    backward = {key: {k for k, to in onward.items() if key in to} for key in machine.grades}
    ending = _reach({machine.start} | {k for k, g in machine.grades.items() if g.end}, backward)
    for key, grade in machine.grades.items():
        if key not in reached:
            yield _problem(
                machine.place,
                Text("这个等级无法到达。", "This grade can never be reached."),
                Text("请补充变更，或删除。", "Add a change, or delete it."),
                "grades",
                key,
            )
        if key not in ending and reached:
            yield _problem(
                machine.place,
                Text("这个等级无法解除。", "This grade can never be ended."),
                Text("请补充降级或解除。", "Add a change that lowers or releases it."),
                "grades",
                key,
            )
        if grade.end and onward[key]:
            yield _problem(
                machine.place,
                Text("已解除的不能再变更。", "Nothing follows an end."),
                Text("请删除变更。", "Delete the change."),
                "changes",
                key,
            )


def _reach(seeds: set[str], onward: Mapping[str, set[str]]) -> set[str]:
    found, rest = set(seeds), list(seeds)
    while rest:
        for key in onward.get(rest.pop(), set()) - found:
            found.add(key)
            rest.append(key)
    return found


def _rules(pack: Pack, machine: Machine) -> Iterator[Refusal]:
    """Every rule named proposes that very change, on facts that are all among the evidence; and no rule proposes a change that is not declared."""
    standing = stand(pack, machine.table, machine.from_, date.max)
    rules = {r.key: r for r in standing.rules}
    live = [key for key, grade in machine.grades.items() if not grade.end]
    if any(CURRENT in rule.when for rule in standing.rules):
        for key in [k for k in live if k not in standing.inputs[CURRENT].choices]:
            said = Text("表的 current 没有这个等级。", "The table’s `current` has no such choice.")
            yield _problem(
                machine.place,
                said,
                Text("请补充到表中，或删除。", "Add it to the table, or delete it."),
                "grades",
                key,
                Reason.NOT_FOUND,
            )
            live.remove(key)
    may = {key: deciding(standing, {CURRENT: key}) for key in live}
    seen: set[tuple[str, str]] = set()
    for change in machine.changes:
        for key in change.rules:
            seen.add((key, change.from_))
            rule = rules.get(key)
            if rule is None or rule.rule.outcome != change.to or key not in may.get(change.from_, ()):
                said = Text("规则“{r}”不会提出这个变更。", "Rule “{r}” does not propose this change.").with_(r=key)
                yield _problem(
                    change.place,
                    said,
                    Text("请核对规则、等级和日期。", "Check the rule, the grades and the days."),
                    "rules",
                    key,
                    Reason.CONFLICT,
                )
                continue
            facts = {standing.inputs[name].of or name for name in rule.when if name != CURRENT}
            for name in sorted(facts - set(change.evidence)):
                said = Text(
                    "规则“{r}”所依据的事实不在证据之内。", "A fact that rule “{r}” looks at is not among the evidence."
                ).with_(r=key)
                yield _problem(
                    change.place,
                    said,
                    Text("请补充到 evidence。", "Add it to `evidence`."),
                    "evidence",
                    name,
                    Reason.MISSING_VALUE,
                )
    for rule in standing.rules:
        for grade in live:
            moves = rule.rule.outcome in machine.grades and rule.rule.outcome != grade
            if moves and rule.key in may[grade] and (rule.key, grade) not in seen:
                said = Text(
                    "规则“{r}”会把“{g}”变为“{to}”，但没有写这个变更。",
                    "Rule “{r}” turns “{g}” into “{to}”, and no change says so.",
                )
                said = said.with_(r=rule.key, g=grade, to=rule.rule.outcome)
                yield _problem(
                    machine.place,
                    said,
                    Text("请补充变更。", "Add the change."),
                    "changes",
                    rule.key,
                    Reason.MISSING_VALUE,
                )


def _covered(pack: Pack, table: str, days: Collection[date]) -> Iterator[Refusal]:
    for day in days:
        held = [m for m in pack.machines.values() if m.table == table and m.holds(day)]
        graded = {r.rule.outcome for r in stand(pack, table, day, date.max).rules} - {"not_graded"}
        if len(held) > 1:
            said = Text("{day} 有两种分级办法：{all}。", "Two ways of grading on {day}: {all}.").with_(
                day=day, all=", ".join(m.key for m in held)
            )
            yield _problem(held[1].place, said, Text("请改日期。", "Change the days."), "from", reason=Reason.OVERLAP)
        if graded and not held:
            said = Text("{day} 没有分级办法。", "No way of grading on {day}.").with_(day=day)
            place = pack.tables[table].place
            yield _problem(
                place,
                said,
                Text("请在 areas 中补充。", "Add one in `areas`."),
                table,
                day.isoformat(),
                Reason.MISSING_VALUE,
            )
