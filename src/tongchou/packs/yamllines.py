"""YAML with line numbers: mappings, lists and scalars that know where they stand.

Read strictly: no anchors, aliases, tags or merge keys; only `true` and `false` are booleans; a key stands once.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import yaml

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text

MAX_BYTES = 200_000
MAX_DEPTH = 20
Value = str | int | float | bool | None
Shape = Literal["mapping", "list", "scalar"]

_INTEGER = re.compile(r"[+-]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[+-]?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_OPENS = (
    yaml.BlockMappingStartToken, yaml.BlockSequenceStartToken, yaml.FlowMappingStartToken, yaml.FlowSequenceStartToken,
)  # fmt: skip
_CLOSES = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)


@dataclass(slots=True)
class Node:
    """One value of the file. Which of `mapping`, `items`, `value` is meant, `shape` says. `line` counts from 1."""

    shape: Shape
    line: int
    path: str
    mapping: dict[str, Node] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)
    value: Value = None

    def at(self, key: str) -> Node:
        """The entry of that name, or this node where there is none: the place to point at."""
        return self.mapping.get(key, self)


class Problems:
    """Collects what is wrong with one file."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.found: list[Refusal] = []

    def add(
        self, node: Node | int, rule: Text, remedy: Text, *, path: str | None = None,
        value: object = None, reason: Reason = Reason.INVALID_VALUE,
    ) -> None:  # fmt: skip
        """Add a problem at a node (or line). path: the field, where it is not the node's own."""
        line = node if isinstance(node, int) else node.line
        where = path if path is not None else ("" if isinstance(node, int) else node.path)
        shown = value[:120] if isinstance(value, str) else value
        found = Refusal(reason, rule, remedy=remedy, field=where or None, value=shown, line=line, file=self.source)
        self.found.append(found)

    def touch(self, path: str) -> bool:
        """Whether this field or a part of it is already at fault, so that a later check would only echo it."""
        return any(p.field == path or (p.field or "").startswith((f"{path}.", f"{path}[")) for p in self.found)

    def known_keys(self, node: Node, known: Iterable[str]) -> None:
        """Refuse keys that are not known, naming the nearest one that is."""
        names = tuple(known)
        for key, child in node.mapping.items():
            if key not in names:
                rule = Text("不认识这个键。", "This key is not known.")
                self.add(child, rule, nearest(key, names), value=key, reason=Reason.UNKNOWN_FIELD)


def nearest(given: object, allowed: Iterable[str]) -> Text:
    """The remedy for a word that is not on a list: the nearest one that is, else all of them."""
    names = [name for name in allowed if name]
    near = difflib.get_close_matches(str(given), names, 1)
    if near:
        return Text("是否应为“{k}”？", "Did you mean “{k}”?").with_(k=near[0])
    if not names:
        return Text("此处没有可用的取值。", "Nothing is allowed here.")
    return Text("可用：{all}。", "Allowed: {all}.").with_(all=", ".join(names))


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml reads a pack five times as fast as Python; PyYAML's wheels hold it."""


def read_yaml(text: str, problems: Problems) -> Node | None:
    """Read a mapping; None when the text is no usable YAML (the problem has been added)."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        rule = Text("文件不得超过 {n} 字节。", "A file has at most {n} {n|byte|bytes}.").with_(n=MAX_BYTES)
        problems.add(1, rule, Text("请拆分为多个文件。", "Split it into several files."), reason=Reason.TOO_LARGE)
        return None
    try:
        if not _plain(text, problems):
            return None
        raw = yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        _not_yaml(text, error, problems)
        return None
    if not isinstance(raw, yaml.MappingNode):
        rule = Text("文件须由“键: 值”组成。", "The file must consist of `key: value` entries.")
        problems.add(1, rule, Text("请参照范例编写。", "Start from the example in the documentation."))
        return None
    return _convert(raw, "", problems)


def _plain(text: str, problems: Problems) -> bool:
    """Refuse by the tokens, before anything is built from them (an alias could grow without limit)."""
    depth = 0
    for token in yaml.scan(text, Loader=_LOADER):
        line = token.start_mark.line + 1
        if isinstance(token, (yaml.AliasToken, yaml.AnchorToken, yaml.TagToken)):
            rule = Text(
                "不支持锚点（&）、别名（*）和类型标记（!）。",
                "Anchors (&), aliases (*) and tags (!) are not supported.",
            )
            remedy = Text(
                "请直接写出内容；文字以这些符号开头时请加引号。",
                "Write the value out; quote text that begins with such a sign.",
            )
            problems.add(line, rule, remedy)
            return False
        depth += isinstance(token, _OPENS) - isinstance(token, _CLOSES)
        if depth > MAX_DEPTH:
            rule = Text("嵌套不得超过 {n} 层。", "Nesting is limited to {n} {n|level|levels}.").with_(n=MAX_DEPTH)
            problems.add(line, rule, Text("请检查缩进和括号。", "Check the indentation and the brackets."))
            return False
    return True


def _not_yaml(text: str, error: Exception, problems: Problems) -> None:
    mark = getattr(error, "problem_mark", None)
    position = getattr(error, "position", None)  # a character that may not stand in YAML
    line = mark.line + 1 if mark is not None else 1
    if isinstance(position, int):
        line = text.count("\n", 0, position) + 1
    why = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    problems.add(
        line,
        Text("不是有效的 YAML。", "This is not valid YAML."),
        Text(
            "请检查该行的缩进、冒号后的空格、引号和括号。",
            "Check indentation, the space after the colon, quotes and brackets on this line.",
        ),
        value=why,
    )


def _convert(raw: yaml.Node, path: str, problems: Problems) -> Node:
    line = raw.start_mark.line + 1
    if isinstance(raw, yaml.MappingNode):
        return _mapping(raw, line, path, problems)
    if isinstance(raw, yaml.SequenceNode):
        items = [_convert(item, f"{path}[{n}]", problems) for n, item in enumerate(raw.value)]
        return Node("list", line, path, items=items)
    text = str(raw.value)
    if _UNPRINTABLE.search(text):
        rule = Text("文字中有不可显示的字符。", "The text holds characters that cannot be shown.")
        problems.add(line, rule, Text("请删除后重新输入。", "Delete them and type the text again."), path=path)
        text = _UNPRINTABLE.sub("�", text)
    return Node("scalar", line, path, value=_scalar(raw.tag, text))


def _mapping(raw: yaml.MappingNode, line: int, path: str, problems: Problems) -> Node:
    node = Node("mapping", line, path)
    for key_node, value_node in raw.value:
        key_line = key_node.start_mark.line + 1
        # Keys are taken as written: `on`, `no` and `1` are names here, not values.
        key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else ""
        if not key or key == "<<" or _UNPRINTABLE.search(key):
            rule = Text(
                "键须是可显示的文字，不支持合并键（<<）。",
                "A key is text that can be shown; merge keys (<<) are not supported.",
            )
            problems.add(key_line, rule, Text("请写明键名。", "Write a name."), path=path)
            continue
        here = f"{path}.{key}" if path else key
        if key in node.mapping:
            rule = Text("同一个键出现了两次（另见第 {n} 行）。", "This key stands twice (see also line {n}).")
            remedy = Text("请删除其中一个。", "Delete one of them.")
            first = node.mapping[key].line
            problems.add(key_line, rule.with_(n=first), remedy, path=here, value=key, reason=Reason.DUPLICATE)
            continue
        child = _convert(value_node, here, problems)
        child.line = key_line
        node.mapping[key] = child
    return node


def _scalar(tag: str, text: str) -> Value:
    """Plain decimal numbers, true/false and null as such.

    All else stays text: `yes`, `no`, `on`, dates, and what YAML 1.1 reads in surprising ways (`010`, `1:30`, `0x1f`).
    """
    kind = tag.rpartition(":")[2]
    if kind == "int" and _INTEGER.fullmatch(text):
        return int(text)
    if kind == "float" and _FLOAT.fullmatch(text):
        return float(text)
    if kind == "bool" and text in ("true", "false"):
        return text == "true"
    if kind == "null" and text in ("", "null", "~"):
        return None
    return text
