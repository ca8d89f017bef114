"""Decision tables and rules out of their files."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import cast

from tongchou.kernel.errors import Reason
from tongchou.kernel.text import Text
from tongchou.packs.plans.conditions import NotACondition, parse_ref, parse_test
from tongchou.packs.plans.model import (
    HITS,
    INPUT_TYPES,
    Fact,
    Hit,
    Input,
    InputType,
    Measure,
    Ref,
    Rule,
    Status,
    Table,
    Test,
    Unknown,
)
from tongchou.packs.plans.reader import PlanReader, bare
from tongchou.packs.yamllines import Node, nearest

TABLE_KEYS = ("table", "title", "hit", "start", "inputs", "outcomes", "measures", "rules")
INPUT_KEYS = ("type", "title", "unknown", "choices", "of", "not_after_as_of")
MEASURE_KEYS = ("mode", "clock", "days", "from_day", "tests", "double_last", "until")
RULE_KEYS = ("rule", "editions", "from", "when", "outcome", "measures", "reason", "source", "status")
UNKNOWNS = ("ask", "fails", "meets", "assume")
EDITION = "edition"
"""As the source of a rule: the document of the edition in force."""
_NEEDED = {
    "number": ("whole", "number"),
    "days_since": ("whole", "number"),
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
    inputs = {name: _input(name, node, reader) for name, node in reader.named(root, "inputs")}
    for name, spec in inputs.items():
        if spec.type == "days_since" and (spec.of not in inputs or inputs[spec.of].type != "date"):
            _unknown_name(
                reader, root.at("inputs").at(name).at("of"), spec.of, [k for k, s in inputs.items() if s.type == "date"]
            )
    outcomes = {name: reader.text_pair(node, "title") for name, node in reader.named(root, "outcomes")}
    measures = {}
    if "measures" in root.mapping:
        measures = {name: _measure(name, node, reader, words, inputs) for name, node in reader.named(root, "measures")}
    start = reader.word(root, "start", required=False)
    if start and (start not in inputs or inputs[start].type != "date"):
        _unknown_name(reader, root.at("start"), start, [k for k, s in inputs.items() if s.type == "date"])
    shell = Table(key, title, hit, start, inputs, outcomes, measures, (), reader.place(root))
    rules = [read_rule(node, reader, words, shell) for node in reader.entries(root, "rules", required=True)]
    _once(rules, reader)
    return Table(key, title, hit, start, inputs, outcomes, measures, tuple(rules), shell.place)


def _once(rules: list[Rule], reader: PlanReader) -> None:
    seen: dict[str, Rule] = {}
    for rule in rules:
        if seen.setdefault(rule.key, rule) is not rule:
            said = Text("规则名称与第 {n} 行的重复。", "A rule of this name is also on line {n}.").with_(
                n=seen[rule.key].place.line
            )
            remedy = Text("请改名。", "Choose another name.")
            reader.problems.add(rule.place.line, said, remedy, path="rules", value=rule.key, reason=Reason.DUPLICATE)


def _unknown_name(reader: PlanReader, node: Node, given: str, allowed: Collection[str]) -> None:
    rule = Text("表中没有这个名称，或类型不符。", "The table has nothing of this name, or it is of another type.")
    reader.problems.add(node, rule, nearest(given, allowed), value=given, reason=Reason.NOT_FOUND)


def _input(key: str, node: Node, reader: PlanReader) -> Input:
    reader.problems.known_keys(node, INPUT_KEYS)
    kind = cast(InputType, reader.choice(node, "type", INPUT_TYPES, default="text", required=True))
    choices = {}
    if kind == "choice":
        pairs = reader.child(node, "choices", "mapping")
        for name in pairs.mapping if pairs else ():
            reader.name(name, pairs.at(name) if pairs else node)
        choices = {name: reader.text_pair(pairs, name) for name in pairs.mapping} if pairs else {}
        if len(choices) > 100:
            rule = Text("选项不得超过 100 个。", "At most 100 choices.")
            reader.problems.add(
                node.at("choices"), rule, Text("请合并选项。", "Join some of them."), reason=Reason.TOO_MANY
            )
    unknown, assumed = _unknown(node, kind, choices, reader)
    of = reader.word(node, "of") if kind == "days_since" else ""
    later = reader.flag(node, "not_after_as_of")
    return Input(key, kind, reader.text_pair(node, "title"), unknown, assumed, choices, of, later, reader.place(node))


def _unknown(node: Node, kind: InputType, choices: Collection[str], reader: PlanReader) -> tuple[Unknown, Fact | None]:
    """`unknown: ask`, `fails`, `meets`, or `unknown: {assume: value}`. Always required: a table says what unknown means."""
    found = node.mapping.get("unknown")
    if found is None or found.shape == "scalar":
        allowed = ("ask", "fails", "meets")
        if found is None:
            rule = Text("须写明“不知道”怎么处理。", "What an unknown fact means has to be said.")
            remedy = Text(
                "请补充 unknown：ask、fails、meets 或 {{assume: 值}}。",
                "Add `unknown`: ask, fails, meets or {{assume: value}}.",
            )
            reader.problems.add(node, rule, remedy.with_(), path=f"{node.path}.unknown", reason=Reason.MISSING_VALUE)
            return "ask", None
        return cast(Unknown, reader.choice(node, "unknown", allowed, default="ask")), None
    if not reader.shaped(found, "mapping"):
        return "ask", None
    reader.problems.known_keys(found, ("assume",))
    value = found.at("assume").value
    good = {
        "boolean": isinstance(value, bool),
        "choice": value in choices,
        "number": isinstance(value, (int, float)) and not isinstance(value, bool),
        "days_since": isinstance(value, int) and not isinstance(value, bool),
    }.get(kind, False)
    if not good or value is None:
        rule = Text(
            "假定的取值与类型不符（日期和文字不能假定）。",
            "The assumed value is not of the input's type (dates and texts cannot be assumed).",
        )
        reader.problems.add(
            found.at("assume"),
            rule,
            Text("请改取值，或写 ask、fails、meets。", "Change it, or write ask, fails or meets."),
            value=value,
        )
        return "ask", None
    return "assume", value


def _measure(key: str, node: Node, reader: PlanReader, words: Words, inputs: dict[str, Input]) -> Measure:
    reader.problems.known_keys(node, MEASURE_KEYS)
    dates = tuple(name for name, spec in inputs.items() if spec.type == "date")
    mode = reader.ref_or(node, "mode", words.parameters, "mode")
    until = reader.word(node, "until", required=False)
    if until and until not in dates:
        _unknown_name(reader, node.at("until"), until, dates)
    if ("days" in node.mapping) == bool(until):
        rule = Text("须写 days 或 until，且只写其一。", "Either `days` or `until`, and only one of them.")
        reader.problems.add(
            node,
            rule,
            Text("请补充或删除。", "Add one or delete one."),
            path=f"{node.path}.days",
            reason=Reason.MISSING_VALUE,
        )
    days = _whole(node, "days", reader, words, None, least=0)
    first = _whole(node, "from_day", reader, words, 1, least=-MAX_SPAN)
    tests = reader.ref_or(node, "tests", words.parameters, "days")
    double = reader.ref_or(node, "double_last", words.parameters, "flag")
    return Measure(
        key, mode if isinstance(mode, Ref) else reader.one_of(node, "mode", words.modes),
        reader.words(node, "clock", dates, required=True), days, 1 if first is None else first,
        tests if isinstance(tests, Ref) else () if tests is None else reader.days_list(tests),
        double if isinstance(double, Ref) else reader.flag(node, "double_last"), until, reader.place(node),
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


def read_rule(node: Node, reader: PlanReader, words: Words, table: Table) -> Rule:
    """One row of a table (or the row that an overlay puts in its place)."""
    reader.problems.known_keys(node, RULE_KEYS)
    tests: dict[str, Test] = {}
    when = reader.child(node, "when", "mapping", required=False)
    for name, cell in (when.mapping if when else {}).items():
        if name not in table.inputs:
            _unknown_name(reader, cell, name, table.inputs)
        else:
            found = _test(cell, table.inputs[name], reader, words)
            if found is not None:
                tests[name] = found
    status = cast(Status, reader.choice(node, "status", ("confirmed", "unconfirmed"), default="confirmed"))
    return Rule(
        reader.key(node, "rule"), reader.words(node, "editions", tuple(words.editions)), reader.day(node, "from"), tests,
        reader.one_of(node, "outcome", table.outcomes), reader.words(node, "measures", tuple(table.measures)),
        reader.text_pair(node, "reason"), reader.source(node, (*words.documents, EDITION)), status, reader.place(node),
    )  # fmt: skip


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
