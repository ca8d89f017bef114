"""Local overlays and worked cases out of their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.facts import read_facts
from tongchou.packs.plans.model import Case, ExpectedMeasure, Overlay, Rule, Table
from tongchou.packs.plans.parameterfile import read_entry
from tongchou.packs.plans.reader import NO_DAY, PlanReader, bare
from tongchou.packs.plans.tablefile import DATED_KEYS, RULE_KEYS, Words, read_rule
from tongchou.packs.plans.values import Entry, Parameter
from tongchou.packs.yamllines import Node, nearest

OVERLAY_KEYS = ("overlay", "title", "areas", "from", "until", "known_from", "parameters", "rules")
OVERLAY_ENTRY_KEYS = ("value", "source", "status")
OVERLAY_RULE_KEYS = tuple(k for k in RULE_KEYS if k not in DATED_KEYS)
"""A row in an overlay holds while the overlay does, in the editions of the row that it replaces."""
CASE_KEYS = ("case", "table", "as_of", "known_on", "area", "facts", "expect", "source", "disputed")
EXPECT_KEYS = ("outcome", "rule", "until", "measures", "unconfirmed")
EXPECTED_MEASURE_KEYS = ("mode", "from", "until", "open", "tests")


def read_overlay(
    root: Node, reader: PlanReader, words: Words, parameters: Mapping[str, Parameter], tables: Mapping[str, Table]
) -> Overlay:
    """An overlay; naming a parameter, table or rule that the pack does not have is an error."""
    reader.problems.known_keys(root, OVERLAY_KEYS)
    key = reader.pack_name(root, "overlay")
    areas = reader.words(root, "areas", required=True)
    for item in root.at("areas").items:
        reader.area_code(item)
    start = reader.day(root, "from", required=True) or NO_DAY
    until = reader.day(root, "until")
    if until is not None and until <= start:
        rule = Text(
            "until 须晚于 from（until 当日起不再适用）。",
            "`until` must be later than `from`: from that day on it no longer holds.",
        )
        reader.problems.add(root.at("until"), rule, Text("请改日期。", "Change the date."), value=str(until))
    known = reader.day(root, "known_from") or start
    changed = {}
    if "parameters" in root.mapping:
        for name, node in reader.named(root, "parameters"):
            entry = _changed(name, node, reader, words, parameters)
            if entry is not None:
                changed[name] = replace(entry, from_=start, known_from=known)
    rules = _rules(root, reader, words, tables)
    if not changed and not rules:
        said = Text("没有改变任何参数或规则。", "It changes no parameter and no rule.")
        reader.problems.add(
            root,
            said,
            Text("请写 parameters 或 rules。", "Write `parameters` or `rules`."),
            path="parameters",
            reason=Reason.MISSING_VALUE,
        )
    return Overlay(key, reader.text_pair(root, "title"), areas, start, until, known, changed, rules, reader.place(root))


def _changed(
    name: str, node: Node, reader: PlanReader, words: Words, parameters: Mapping[str, Parameter]
) -> Entry | None:
    reader.problems.known_keys(node, OVERLAY_ENTRY_KEYS)
    if name not in parameters:
        rule = Text("地方规定只能改变包中已有的参数。", "An overlay may only change parameters that the pack has.")
        reader.problems.add(node, rule, nearest(name, parameters), value=name, reason=Reason.NOT_FOUND)
        return None
    return read_entry(node, reader, words.documents, parameters[name].type, words.modes)


def _rules(root: Node, reader: PlanReader, words: Words, tables: Mapping[str, Table]) -> dict[str, dict[str, Rule]]:
    out: dict[str, dict[str, Rule]] = {}
    for name, node in root.mapping["rules"].mapping.items() if "rules" in root.mapping else ():
        if name not in tables:
            rule = Text("地方规定只能改变包中已有的表。", "An overlay may only change tables that the pack has.")
            reader.problems.add(node, rule, nearest(name, tables), value=name, reason=Reason.NOT_FOUND)
            continue
        known = [r.key for r in tables[name].rules]
        for item in reader.entries(root.at("rules"), name):
            found = read_rule(item, reader, words, tables[name], OVERLAY_RULE_KEYS)
            if found.key not in known:
                said = Text("地方规定只能替换已有的规则。", "An overlay may only replace rules that the table has.")
                reader.problems.add(
                    item.at("rule"), said, nearest(found.key, known), value=found.key, reason=Reason.NOT_FOUND
                )
            else:
                original = next(r for r in tables[name].rules if r.key == found.key)
                out.setdefault(name, {})[found.key] = replace(
                    found, editions=original.editions, from_=original.from_, until=original.until
                )
    return out


def read_cases(root: Node, reader: PlanReader, words: Words, tables: Mapping[str, Table]) -> list[Case]:
    reader.problems.known_keys(root, ("cases",))
    return [
        c
        for node in reader.entries(root, "cases", required=True)
        if (c := _case(node, reader, words, tables)) is not None
    ]


def _case(node: Node, reader: PlanReader, words: Words, tables: Mapping[str, Table]) -> Case | None:
    reader.problems.known_keys(node, CASE_KEYS)
    key, table = reader.key(node, "case"), reader.one_of(node, "table", tables)
    as_of = reader.day(node, "as_of", required=True)
    given = reader.child(node, "facts", "mapping")
    expect = reader.child(node, "expect", "mapping")
    if as_of is None or given is None or expect is None or table not in tables:
        return None
    facts = {name: bare(child) for name, child in given.mapping.items()}
    try:
        read_facts(tables[table], facts, as_of)
    except Refusal as refusal:
        place = given.at(refusal.field or "")
        reader.problems.add(
            place, refusal.rule, refusal.remedy or refusal.rule, value=refusal.value, reason=refusal.reason
        )
        return None
    reader.problems.known_keys(expect, EXPECT_KEYS)
    outcomes = [*tables[table].outcomes, "undetermined", "no_rule"]
    measures = None
    if "measures" in expect.mapping:
        measures = tuple(_expected(item, reader, words) for item in reader.entries(expect, "measures"))
    source = reader.source(node, words.documents) if "source" in node.mapping else None
    if source is None and "disputed" not in node.mapping:
        reader.source(node, words.documents)
    if "disputed" in node.mapping:
        reader.text_pair(node, "disputed")
    return Case(
        key, table, as_of, reader.day(node, "known_on"), reader.word(node, "area", required=False), facts,
        reader.one_of(expect, "outcome", outcomes), reader.one_of(expect, "rule", [r.key for r in tables[table].rules], required=False),
        reader.day(expect, "until"), measures, reader.place(node),
        reader.words(expect, "unconfirmed") if "unconfirmed" in expect.mapping else None,
    )  # fmt: skip


def _expected(node: Node, reader: PlanReader, words: Words) -> ExpectedMeasure:
    reader.problems.known_keys(node, EXPECTED_MEASURE_KEYS)
    tests: tuple[date, ...] | None = None
    if "tests" in node.mapping:
        found = reader.child(node, "tests", "list")
        tests = tuple(d for item in (found.items if found else ()) if (d := reader.as_day(item)) is not None)
    return ExpectedMeasure(
        reader.one_of(node, "mode", words.modes), reader.day(node, "from"), reader.day(node, "until"), tests, reader.flag(node, "open")
    )
