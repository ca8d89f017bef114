"""The inputs of decision tables: types, what unknown means, what is worked out of others, and other names for the same fact."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import cast

from tongchou.kernel.errors import Reason
from tongchou.kernel.text import Text
from tongchou.packs.plans.formula import Formula, NotAFormula, parse_formula
from tongchou.packs.plans.model import INPUT_TYPES, Fact, Input, InputType, Unknown
from tongchou.packs.plans.reader import PlanReader
from tongchou.packs.plans.recordfile import read_from_record
from tongchou.packs.yamllines import Node, nearest

INPUT_KEYS = ("type", "title", "unknown", "choices", "of", "not_after_as_of", "also", "words", "from_record", "min", "max", "at_least", "not_before", "within")
WITHIN_KEYS = ("days", "of")
_RELATIONS = {"min": ("number",), "max": ("number",), "at_least": ("number",), "within": ("number",), "not_before": ("date",)}
"""Which inputs may say what of others."""
UNKNOWNS = ("ask", "fails", "meets", "assume")
NUMBERS = ("number", "days_since")


def read_inputs(root: Node, reader: PlanReader, people: str = "") -> dict[str, Input]:
    """All inputs of a table; what one says about the others is checked. people: whom on record the table speaks of."""
    inputs = {name: _input(name, node, reader, people) for name, node in reader.named(root, "inputs")}
    names: dict[str, str] = {}
    for name, spec in inputs.items():
        here = root.at("inputs").at(name)
        if spec.type == "days_since" and (spec.of not in inputs or inputs[spec.of].type != "date"):
            unknown_name(reader, here.at("of"), spec.of, [k for k, s in inputs.items() if s.type == "date"])
        for base in spec.formula.names if spec.formula else ():
            if base not in inputs or inputs[base].type not in NUMBERS:
                unknown_name(reader, here.at("of"), base, [k for k, s in inputs.items() if s.type in NUMBERS])
        _check_relations(here, spec, inputs, reader)
        for other in spec.also:
            if other in inputs or names.setdefault(other, name) != name:
                rule = Text("这个名称已用于另一个输入项。", "This name is already that of another input.")
                remedy = Text("请改名。", "Choose another name.")
                reader.problems.add(here.at("also"), rule, remedy, value=other, reason=Reason.DUPLICATE)
    return inputs


def _check_relations(here: Node, spec: Input, inputs: Mapping[str, Input], reader: PlanReader) -> None:
    """Relations stand where their type allows, and name inputs of the type that they compare with."""
    if spec.least is not None and spec.most is not None and spec.least > spec.most:
        rule = Text("最大值小于最小值。", "The greatest value lies below the smallest.")
        reader.problems.add(here.at("max"), rule, Text("请改正其中之一。", "Correct one of the two."), value=spec.most)
    for key, kinds in _RELATIONS.items():
        if key in here.mapping and spec.type not in kinds:
            rule = Text("只能用于 {kinds} 类型。", "Only for inputs of type {kinds}.").with_(kinds=", ".join(kinds))
            reader.problems.add(here.at(key), rule, Text("请删除。", "Delete it."), value=spec.type)
    dates = [("not_before", other) for other in spec.not_before] + [("within", spec.within_of)] * bool(spec.within)
    for key, other, kind in [*((k, o, "date") for k, o in dates), *(("at_least", o, "number") for o in spec.at_least)]:
        if other not in inputs or inputs[other].type != kind:
            unknown_name(reader, here.at(key), other, [k for k, s in inputs.items() if s.type == kind])


def _within(node: Node, reader: PlanReader) -> tuple[int, str]:
    """`within: {days: 14, of: last_new_case}`: the number counts what lies in so many days, the latest of it on that date."""
    found = reader.child(node, "within", "mapping", required=False)
    if found is None:
        return 0, ""
    reader.problems.known_keys(found, WITHIN_KEYS)
    return reader.whole(found, "days", least=1, default=1), reader.word(found, "of")


def _bound(node: Node, key: str, reader: PlanReader) -> float | None:
    found = reader.child(node, key, "scalar", required=False)
    if found is None:
        return None
    if isinstance(found.value, (int, float)) and not isinstance(found.value, bool):
        return found.value
    reader.problems.add(found, Text("须为数字。", "This must be a number."), Text("例如 0。", "For example 0."), value=found.value)
    return None


def unknown_name(reader: PlanReader, node: Node, given: str, allowed: Collection[str]) -> None:
    """Add a problem: the table has nothing of that name, or of another type."""
    rule = Text("表中没有这个名称，或类型不符。", "The table has nothing of this name, or it is of another type.")
    reader.problems.add(node, rule, nearest(given, allowed), value=given, reason=Reason.NOT_FOUND)


def _formula(node: Node, text: str, reader: PlanReader) -> Formula | None:
    try:
        return parse_formula(text)
    except NotAFormula as error:
        rule = Text("算式写法不对。", "This is not a formula.")
        remedy = Text(
            "可用输入项名称、数字、+ - * /、括号和 ceil()。",
            "Write names of inputs, numbers, + - * /, brackets and ceil().",
        )
        if text:
            reader.problems.add(node.at("of"), rule, remedy, value=str(error))
        return None


def _choice_words(node: Node, choices: Mapping[str, Text], reader: PlanReader) -> dict[str, str]:
    """Other words for choices: their titles, and those under `words`."""
    out: dict[str, str] = {}
    for key, title in choices.items():
        for said in (title.zh, title.en):
            out.setdefault(said.casefold(), key)
    given = reader.child(node, "words", "mapping", required=False)
    for said, entry in (given.mapping if given else {}).items():
        target = entry.value if isinstance(entry.value, str) else ""
        if target not in choices:
            unknown_name(reader, entry, target, choices)
        elif said in choices or out.setdefault(said.casefold(), target) != target:
            rule = Text("这个说法已指另一个选项。", "This word already means another choice.")
            reader.problems.add(
                entry, rule, Text("请删除或改正。", "Delete or correct it."), value=said, reason=Reason.DUPLICATE
            )
    return out


def _input(key: str, node: Node, reader: PlanReader, people: str) -> Input:
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
    of = reader.word(node, "of") if kind in ("days_since", "computed") else ""
    formula = _formula(node, of, reader) if kind == "computed" else None
    return Input(
        key, kind, reader.text_pair(node, "title"), unknown, assumed, choices, "" if formula else of,
        reader.flag(node, "not_after_as_of"), reader.place(node), formula, reader.words(node, "also"),
        _choice_words(node, choices, reader), read_from_record(node, kind, choices, people, reader),
        _bound(node, "min", reader), _bound(node, "max", reader), reader.words(node, "at_least"), reader.words(node, "not_before"), *_within(node, reader),
    )  # fmt: skip


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
        "computed": isinstance(value, (int, float)) and not isinstance(value, bool),
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
