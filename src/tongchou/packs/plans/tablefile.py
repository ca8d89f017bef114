"""Decision tables and rules out of their files."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import cast

from tongchou.kernel.errors import Reason
from tongchou.kernel.text import Text
from tongchou.packs.plans.conditions import NotACondition, parse_ref, parse_test
from tongchou.packs.plans.inputfile import read_inputs, unknown_name
from tongchou.packs.plans.model import AS_OF, GOES_ON, HITS, Hit, Input, Measure, Rule, Table, Test
from tongchou.packs.plans.reader import PlanReader, bare
from tongchou.packs.plans.recordfile import read_people
from tongchou.packs.plans.values import PARAMETER_TYPES, Ref, Status, Value
from tongchou.packs.yamllines import Node, nearest

TABLE_KEYS = ("table", "title", "hit", "people", "pathogens", "start", "inputs", "outcomes", "measures", "rules")
MEASURE_KEYS = ("mode", "clock", "days", "from_day", "tests", "double_last", "until", "goes_on", "begins")
DATED_KEYS = ("editions", "from", "until")
RULE_KEYS = ("rule", "editions", "from", "until", "when", "outcome", "measures", "gives", "reason", "source", "status")
EDITION = "edition"
"""As the source of a rule: the document of the edition in force."""
_NEEDED = {
    "number": ("whole", "number"),
    "days_since": ("whole", "number"),
    "computed": ("whole", "number"),
    "boolean": ("flag",),
    "choice": ("word", "mode"),
    "date": ("date",),
}
_WRITE = Text("写法见文档：>= 5、1..7、not(low)、known。", "Write for example >= 5, 1..7, not(low), known.")


@dataclass(frozen=True, slots=True)
class Words:
    """The names that a table may use. parameters: name to type."""

    parameters: dict[str, str]
    modes: Collection[str]
    documents: Collection[str]
    editions: Collection[str]


def read_table(root: Node, reader: PlanReader, words: Words) -> Table:
    reader.problems.known_keys(root, TABLE_KEYS)
    key, title = reader.key(root, "table"), reader.text_pair(root, "title")
    hit = cast(Hit, reader.choice(root, "hit", HITS, default="first", required=True))
    people, pathogens = read_people(root, reader)
    inputs = read_inputs(root, reader, people)
    named = dict(reader.named(root, "outcomes"))
    outcomes = {name: reader.text_pair(node, "title") for name, node in named.items()}
    places = {name: reader.place(node) for name, node in named.items()}
    measures = {}
    if "measures" in root.mapping:
        measures = {name: _measure(name, node, reader, words, inputs) for name, node in reader.named(root, "measures")}
    start = reader.word(root, "start", required=False)
    if start and (start not in inputs or inputs[start].type != "date"):
        unknown_name(reader, root.at("start"), start, [k for k, s in inputs.items() if s.type == "date"])
    shell = Table(key, title, hit, start, inputs, outcomes, measures, (), reader.place(root))
    rules = [read_rule(node, reader, words, shell) for node in reader.entries(root, "rules", required=True)]
    _once(rules, reader)
    return Table(key, title, hit, start, inputs, outcomes, measures, tuple(rules), shell.place, people, pathogens, places)


def _once(rules: list[Rule], reader: PlanReader) -> None:
    seen: dict[str, Rule] = {}
    for rule in rules:
        if seen.setdefault(rule.key, rule) is not rule:
            said = Text("规则名称与第 {n} 行的重复。", "A rule of this name is also on line {n}.").with_(
                n=seen[rule.key].place.line
            )
            remedy = Text("请改名。", "Choose another name.")
            reader.problems.add(rule.place.line, said, remedy, path="rules", value=rule.key, reason=Reason.DUPLICATE)


def _measure(key: str, node: Node, reader: PlanReader, words: Words, inputs: dict[str, Input]) -> Measure:
    reader.problems.known_keys(node, MEASURE_KEYS)
    dates = tuple(name for name, spec in inputs.items() if spec.type == "date")
    mode = reader.ref_or(node, "mode", words.parameters, "mode")
    until = reader.word(node, "until", required=False)
    if until and until not in dates:
        unknown_name(reader, node.at("until"), until, dates)
    if ("days" in node.mapping) == bool(until):
        rule = Text("须写 days 或 until，且只写其一。", "Either `days` or `until`, and only one of them.")
        reader.problems.add(
            node,
            rule,
            Text("请补充或删除。", "Add one or delete one."),
            path=f"{node.path}.days",
            reason=Reason.MISSING_VALUE,
        )
    goes_on = reader.choice(node, "goes_on", GOES_ON)
    if goes_on and until:
        rule = Text("由日期事实终止的措施没有固定的末日。", "A measure that a date ends has no last day of its own.")
        reader.problems.add(node.at("goes_on"), rule, Text("请删除 goes_on。", "Delete `goes_on`."), value=goes_on)
    days = _whole(node, "days", reader, words, None, least=0)
    first = _whole(node, "from_day", reader, words, 1, least=-MAX_SPAN)
    tests = reader.ref_or(node, "tests", words.parameters, "days")
    double = reader.ref_or(node, "double_last", words.parameters, "flag")
    return Measure(
        key, mode if isinstance(mode, Ref) else reader.one_of(node, "mode", words.modes),
        reader.words(node, "clock", (*dates, AS_OF), required=True), days, 1 if first is None else first,
        tests if isinstance(tests, Ref) else () if tests is None else reader.days_list(tests),
        double if isinstance(double, Ref) else reader.flag(node, "double_last"), until, reader.place(node), goes_on,
        reader.words(node, "begins", (*dates, AS_OF)),
    )  # fmt: skip


MAX_SPAN = 400


def _whole(
    node: Node, key: str, reader: PlanReader, words: Words, default: int | None, *, least: int
) -> int | Ref | None:
    found = reader.ref_or(node, key, words.parameters, "whole")
    if found is None or isinstance(found, Ref):
        return default if found is None else found
    value = found.value
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MAX_SPAN:
        rule = Text(
            "须是 {a} 到 {b} 的整数，或 $参数。", "This must be a whole number from {a} to {b}, or $parameter."
        ).with_(a=least, b=MAX_SPAN)
        reader.problems.add(found, rule, Text("请改正。", "Correct it."), value=value)
        return default
    return value


def read_rule(node: Node, reader: PlanReader, words: Words, table: Table, keys: tuple[str, ...] = RULE_KEYS) -> Rule:
    """One row of a table, or the row that an overlay puts in its place, which may have fewer keys."""
    reader.problems.known_keys(node, keys)
    tests: dict[str, Test] = {}
    when = reader.child(node, "when", "mapping", required=False)
    for name, cell in (when.mapping if when else {}).items():
        if name not in table.inputs:
            unknown_name(reader, cell, name, table.inputs)
        else:
            found = _test(cell, table.inputs[name], reader, words)
            if found is not None:
                tests[name] = found
    status = cast(Status, reader.choice(node, "status", ("confirmed", "unconfirmed"), default="confirmed"))
    return Rule(
        reader.key(node, "rule"), reader.words(node, "editions", tuple(words.editions)), reader.day(node, "from"), tests,
        reader.one_of(node, "outcome", table.outcomes), reader.words(node, "measures", tuple(table.measures)),
        reader.text_pair(node, "reason"), reader.source(node, (*words.documents, EDITION)), status, reader.place(node),
        _until(node, reader), _gives(node, reader, words),
    )  # fmt: skip


def _until(node: Node, reader: PlanReader) -> date | None:
    start, end = reader.day(node, "from"), reader.day(node, "until")
    if end is not None and start is not None and end <= start:
        rule = Text(
            "until 须晚于 from（until 当日起不再适用）。",
            "`until` must be later than `from`: from that day on it no longer holds.",
        )
        reader.problems.add(node.at("until"), rule, Text("请改日期。", "Change the date."), value=str(end))
    return end


def _gives(node: Node, reader: PlanReader, words: Words) -> dict[str, Value | Ref]:
    """Further results of a row: values as they are, or `$parameter`."""
    found = reader.child(node, "gives", "mapping", required=False)
    out: dict[str, Value | Ref] = {}
    for name, entry in (found.mapping if found else {}).items():
        reader.name(name, entry)
        ref = reader.ref_or(found, name, words.parameters, PARAMETER_TYPES) if found else None
        if isinstance(ref, Ref):
            out[name] = ref
        elif reader.shaped(entry, "scalar") and entry.value is not None:
            out[name] = entry.value
    return out


def _test(cell: Node, spec: Input, reader: PlanReader, words: Words) -> Test | None:
    raw = bare(cell)
    try:
        if isinstance(raw, dict) or raw is None or raw == []:
            raise NotACondition("")
        found = parse_test(raw, spec)
    except NotACondition as error:
        rule = Text("条件写法不对，或与类型“{type}”不符。", "This is not a condition on a {type}.").with_(
            type=spec.type
        )
        remedy = nearest(str(error), spec.choices) if spec.choices else _WRITE
        reader.problems.add(cell, rule, remedy, value=str(error) or None)
        return None
    for part in raw if isinstance(raw, list) else [raw]:
        for word in (
            str(part).replace(",", " ").replace("..", " ").translate(str.maketrans("<>=()[]", "       ")).split()
        ):
            if (ref := parse_ref(word)) is not None:
                reader.checked_ref(cell, ref, words.parameters, _NEEDED.get(spec.type, ()))
    if (
        found.op == "range"
        and found.low is not None
        and found.high is not None
        and not isinstance(found.low, Ref)
        and not isinstance(found.high, Ref)
    ):
        _check_range(found, cell, reader)
    return found


def _check_range(test: Test, cell: Node, reader: PlanReader) -> None:
    if test.low > test.high or (test.low == test.high and (test.low_open or test.high_open)):  # type: ignore[operator]
        rule = Text("范围是空的。", "The range is empty.")
        reader.problems.add(
            cell, rule, Text("请把较小的值写在前面。", "Write the smaller bound first."), value=test.text
        )
