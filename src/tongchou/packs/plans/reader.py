"""Typed values of plan packs out of YAML nodes: the loop kinds' reader, and dates, sources, statuses and references besides."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from typing import Any, cast

from tongchou.kernel.errors import Reason
from tongchou.kernel.text import Text
from tongchou.packs.kindreader import Reader
from tongchou.packs.plans.conditions import parse_ref
from tongchou.packs.plans.values import STATUSES, Place, Ref, Source, Status
from tongchou.packs.yamllines import Node, Problems, nearest

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
PACK_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
AREA = re.compile(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}")
NO_DAY = date(1, 1, 1)


class PlanReader(Reader):
    """Reads one file of a pack."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(problems)
        self.file = problems.source

    def place(self, node: Node) -> Place:
        return Place(self.file, node.line)

    def day(self, node: Node, key: str, *, required: bool = False) -> date | None:
        """A date written 2022-06-28; None where it is absent or refused."""
        found = self.child(node, key, "scalar", required=required)
        if found is None or (found.value is None and not required):
            return None
        return self.as_day(found)

    def as_day(self, node: Node) -> date | None:
        if isinstance(node.value, str) and _DAY.fullmatch(node.value):
            try:
                return date.fromisoformat(node.value)
            except ValueError:
                pass
        rule = Text("须是存在的日期。", "This must be a date that exists.")
        remedy = Text("请写成 2022-06-28。", "Write it as 2022-06-28.")
        self.problems.add(node, rule, remedy, value=node.value, reason=Reason.IMPOSSIBLE_DATE)
        return None

    def source(self, node: Node, documents: Collection[str]) -> Source:
        """`source: key` or `source: {document: key, clause: …}`; always required."""
        found = node.mapping.get("source")
        if found is None:
            rule = Text("没有来源。", "The source is missing.")
            remedy = Text(
                "请补充 source：documents.yaml 中的文件名称。", "Add `source`: the key of a document in documents.yaml."
            )
            path = f"{node.path}.source" if node.path else "source"
            self.problems.add(node, rule, remedy, path=path, reason=Reason.MISSING_VALUE)
            return Source("")
        if found.shape == "mapping":
            self.problems.known_keys(found, ("document", "clause"))
            return Source(self.one_of(found, "document", documents), self.word(found, "clause", required=False))
        return Source(self.one_of(node, "source", documents))

    def one_of(self, node: Node, key: str, allowed: Collection[str], *, required: bool = True) -> str:
        """A word that names something of the pack."""
        value = self.word(node, key, required=required)
        if value and value not in allowed:
            rule = Text("包中没有这个名称。", "The pack has nothing of this name.")
            self.problems.add(node.at(key), rule, nearest(value, allowed), value=value, reason=Reason.NOT_FOUND)
        return value

    def status(self, node: Node) -> Status:
        return cast(Status, self.choice(node, "status", STATUSES, default="unconfirmed", required=True))

    def pack_name(self, node: Node, key: str) -> str:
        value = self.word(node, key)
        if value and PACK_NAME.fullmatch(value) is None:
            self.hyphenated(node.at(key), value)
        return value

    def hyphenated(self, node: Node, value: str) -> None:
        rule = Text("名称由小写字母、数字和连字符组成。", "A name has lower-case letters, digits and hyphens.")
        self.problems.add(node, rule, Text("例如 covid-19。", "For example covid-19."), value=value)

    def area_code(self, node: Node) -> None:
        """Add a problem where this is no administrative code."""
        if isinstance(node.value, str) and AREA.fullmatch(node.value) is None:
            rule = Text(
                "区划代码须为 2、4、6、9 或 12 位数字，并加引号。",
                "An area code has 2, 4, 6, 9 or 12 digits, in quotes.",
            )
            self.problems.add(node, rule, Text("例如 '110000'。", "For example '110000'."), value=node.value)

    def days_list(self, node: Node) -> tuple[int, ...]:
        """Day numbers, from 1, rising."""
        numbers = [
            item.value for item in node.items if isinstance(item.value, int) and not isinstance(item.value, bool)
        ]
        good = len(numbers) == len(node.items) and all(n >= 1 for n in numbers) and numbers == sorted(set(numbers))
        if node.shape != "list" or not good:
            rule = Text("须是从 1 起、由小到大的天数列表。", "This must be a list of day numbers from 1, rising.")
            self.problems.add(node, rule, Text("例如 [1, 4, 7]。", "For example [1, 4, 7]."), value=node.value)
            return ()
        return tuple(numbers)

    def ref_or(
        self, node: Node, key: str, parameters: dict[str, str], wanted: str | tuple[str, ...]
    ) -> Ref | Node | None:
        """A reference to a parameter of the wanted type, else the node itself; None where it is absent."""
        found = node.mapping.get(key)
        ref = parse_ref(found.value) if found is not None and isinstance(found.value, str) else None
        if found is None or ref is None:
            return found
        return self.checked_ref(found, ref, parameters, (wanted,) if isinstance(wanted, str) else wanted)

    def checked_ref(self, node: Node, ref: Ref, parameters: dict[str, str], wanted: tuple[str, ...]) -> Ref:
        for name in ref.names:
            kind = parameters.get(name)
            if name == "as_of" and ("date" in wanted):
                continue
            if kind is None:
                rule = Text("没有这个参数。", "There is no such parameter.")
                self.problems.add(node, rule, nearest(name, parameters), value=f"${name}", reason=Reason.NOT_FOUND)
            elif kind not in wanted:
                rule = Text("参数的类型不符。", "The parameter is of another type.")
                remedy = Text("此处须用类型：{types}。", "Needed here: {types}.").with_(types=", ".join(wanted))
                self.problems.add(node, rule, remedy, value=f"${name}")
        return ref


def bare(node: Node) -> Any:
    """The node as plain values, for cells and facts."""
    if node.shape == "scalar":
        return node.value
    return (
        [bare(item) for item in node.items] if node.shape == "list" else {k: bare(v) for k, v in node.mapping.items()}
    )
