"""Documents, editions and parameters: what is in force when, since when it is known, and who says so."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise

from tongchou.kernel.errors import Reason
from tongchou.kernel.text import Text
from tongchou.packs.plans.reader import NO_DAY, PlanReader
from tongchou.packs.plans.values import PARAMETER_TYPES, Document, Edition, Entry, Parameter, Value
from tongchou.packs.yamllines import Node

DOCUMENT_KEYS = ("title", "issuer", "number", "issued", "effective", "link", "seen", "not_seen")
EDITION_KEYS = ("title", "from", "known_from", "source", "confirmed_from")
PARAMETER_KEYS = ("parameter", "title", "type", "values")
ENTRY_KEYS = ("from", "known_from", "value", "source", "status")


def read_documents(root: Node, reader: PlanReader) -> dict[str, Document]:
    reader.problems.known_keys(root, ("documents",))
    out = {}
    for key, node in reader.named(root, "documents"):
        reader.problems.known_keys(node, DOCUMENT_KEYS)
        link = reader.word(node, "link", required=False)
        if link and not link.startswith(("http://", "https://")):
            rule = Text("链接须以 http:// 或 https:// 开头。", "A link begins with http:// or https://.")
            reader.problems.add(
                node.at("link"),
                rule,
                Text("请写完整地址，或删除。", "Write the whole address, or leave it out."),
                value=link,
            )
        out[key] = Document(
            key, reader.text_pair(node, "title"), reader.word(node, "issuer"), reader.word(node, "number", required=False),
            reader.day(node, "issued"), reader.day(node, "effective"), link, reader.place(node),
            next((reader.text_pair(node, word) for word in ("seen", "not_seen") if word in node.mapping), None), "not_seen" in node.mapping,
        )  # fmt: skip
    return out


def read_editions(root: Node, reader: PlanReader, documents: Collection[str]) -> tuple[Edition, ...]:
    """The editions of pack.yaml, each later than the one before."""
    found = reader.child(root, "editions", "mapping")
    out: list[Edition] = []
    for key, node in (found.mapping if found else {}).items():
        if not reader.shaped(node, "mapping"):
            continue
        reader.problems.known_keys(node, EDITION_KEYS)
        start = reader.day(node, "from", required=True) or NO_DAY
        known = reader.day(node, "known_from") or start
        if out and start <= out[-1].from_:
            rule = Text(
                "各版本须按生效日期先后排列，且日期不同。", "Editions stand in the order of their dates, which differ."
            )
            reader.problems.add(
                node.at("from"), rule, Text("请调整顺序或日期。", "Change the order or the date."), value=str(start)
            )
        source = reader.source(node, documents)
        out.append(
            Edition(
                key,
                reader.text_pair(node, "title"),
                start,
                known,
                source,
                reader.day(node, "confirmed_from"),
                reader.place(node),
            )
        )
    return tuple(out)


def read_parameter(root: Node, reader: PlanReader, documents: Collection[str], modes: Collection[str]) -> Parameter:
    reader.problems.known_keys(root, PARAMETER_KEYS)
    kind = reader.choice(root, "type", PARAMETER_TYPES, default="whole", required=True)
    entries = []
    for node in reader.entries(root, "values", required=True):
        reader.problems.known_keys(node, ENTRY_KEYS)
        start = reader.day(node, "from", required=True)
        entry = read_entry(node, reader, documents, kind, modes)
        if start is not None:
            entries.append(replace(entry, from_=start, known_from=reader.day(node, "known_from") or start))
    for earlier, later in pairwise(entries):
        if (later.from_, later.known_from) <= (earlier.from_, earlier.known_from):
            rule = Text(
                "取值须按生效日期（同日的按获知日期）先后排列，不得重复。",
                "Values stand in the order of `from`, then `known_from`.",
            )
            reader.problems.add(
                later.place.line,
                rule,
                Text("请调整顺序或日期。", "Change the order or a date."),
                path="values",
                reason=Reason.OVERLAP,
            )
    return Parameter(
        reader.key(root, "parameter"), reader.text_pair(root, "title"), kind, tuple(entries), reader.place(root)
    )


def read_entry(node: Node, reader: PlanReader, documents: Collection[str], kind: str, modes: Collection[str]) -> Entry:
    """Value, source and status; the dates are put in by the caller."""
    return Entry(
        read_value(node, reader, kind, modes),
        NO_DAY,
        NO_DAY,
        reader.source(node, documents),
        reader.status(node),
        reader.place(node),
    )


def read_value(node: Node, reader: PlanReader, kind: str, modes: Collection[str]) -> Value:
    """A parameter's value, of its type."""
    if kind == "days":
        found = reader.child(node, "value", "list")
        return () if found is None else reader.days_list(found)
    found = reader.child(node, "value", "scalar")
    if found is None:
        return 0
    value = found.value
    if kind == "mode":
        return reader.one_of(node, "value", modes)
    fits = {
        "whole": isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 1_000_000,
        "number": isinstance(value, (int, float)) and not isinstance(value, bool),
        "flag": isinstance(value, bool),
        "word": isinstance(value, str) and bool(value),
    }[kind]
    if not fits or value is None:
        rule = Text("取值与类型“{type}”不符。", "The value is not of type “{type}”.").with_(type=kind)
        reader.problems.add(found, rule, Text("请改取值或类型。", "Change the value or the type."), value=value)
        return 0
    return value
