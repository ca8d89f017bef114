"""YAML with line numbers: mappings, lists and scalars that know where they stand."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

import yaml

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text

MAX_BYTES = 200_000
MAX_DEPTH = 20
Value = str | int | float | bool | None


@dataclass(slots=True)
class Node:
    """One value of the file. Exactly one of `mapping`, `items`, `value` is meant, as `kind` says."""

    kind: str  # mapping | list | scalar
    line: int
    path: str
    mapping: dict[str, Node] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)
    value: Value = None


class Problems:
    """Collects what is wrong with one file."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.found: list[Refusal] = []

    def add(
        self, node: Node | int, rule: Text, remedy: Text | None = None, *, path: str | None = None,
        value: object = None, reason: Reason = Reason.INVALID_VALUE,
    ) -> None:  # fmt: skip
        line = node if isinstance(node, int) else node.line
        where = path if path is not None else (None if isinstance(node, int) else node.path or None)
        self.found.append(Refusal(reason, rule, remedy=remedy, field=where, value=value, line=line, file=self.source))

    def known_keys(self, node: Node, known: Iterable[str]) -> None:
        """Refuse keys that are not known, naming the nearest one that is."""
        names = list(known)
        for key, child in node.mapping.items():
            if key in names:
                continue
            near = difflib.get_close_matches(key, names, 1)
            remedy = (
                Text("是否想写“{k}”？", "Did you mean “{k}”?").with_(k=near[0])
                if near
                else Text("可用的键：{all}", "Known keys: {all}").with_(all=", ".join(names))
            )
            rule = Text("不认识的键。", "This key is not known.")
            self.add(child, rule, remedy, value=key, reason=Reason.UNKNOWN_FIELD)


def read_yaml(text: str, problems: Problems) -> Node | None:
    """Read a mapping; None when the text is no usable YAML (the problem has been added)."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        problems.add(1, Text("文件过大。", "The file is too large."), reason=Reason.TOO_LARGE)
        return None
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, Loader=yaml.SafeLoader)):
            problems.add(1, Text("不支持锚点和别名。", "Anchors and aliases are not supported."))
            return None
        raw = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        rule = Text("不是有效的 YAML（{why}）。", "This is not valid YAML: {why}.")
        problems.add(mark.line + 1 if mark else 1, rule.with_(why=str(getattr(error, "problem", error))[:200]))
        return None
    if not isinstance(raw, yaml.MappingNode):
        problems.add(1, Text("文件须是键值结构。", "The file must be a mapping."))
        return None
    return _convert(raw, "", problems, 0)


def _convert(raw: yaml.Node, path: str, problems: Problems, depth: int) -> Node:
    line = raw.start_mark.line + 1
    if depth > MAX_DEPTH:
        problems.add(line, Text("层次过深。", "It is nested too deeply."), path=path)
        return Node("scalar", line, path)
    if isinstance(raw, yaml.MappingNode):
        return _mapping(raw, line, path, problems, depth)
    if isinstance(raw, yaml.SequenceNode):
        items = [_convert(item, f"{path}[{n}]", problems, depth + 1) for n, item in enumerate(raw.value)]
        return Node("list", line, path, items=items)
    return Node("scalar", line, path, value=_scalar(raw))


def _mapping(raw: yaml.MappingNode, line: int, path: str, problems: Problems, depth: int) -> Node:
    node = Node("mapping", line, path)
    for key_node, value_node in raw.value:
        key_line = key_node.start_mark.line + 1
        key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else ""
        if not key or key == "<<":
            problems.add(key_line, Text("键须是文字，不支持合并键。", "Keys must be text; merge keys are not supported."), path=path)
            continue
        here = f"{path}.{key}" if path else key
        if key in node.mapping:
            problems.add(key_line, Text("键重复。", "This key stands twice."), path=here, reason=Reason.DUPLICATE)
            continue
        child = _convert(value_node, here, problems, depth + 1)
        child.line = key_line
        node.mapping[key] = child
    return node


def _scalar(raw: yaml.Node) -> Value:
    """Numbers, true/false and null as such; everything else, `yes`, `no`, `on` and dates included, stays text."""
    text = str(raw.value)
    if raw.tag == "tag:yaml.org,2002:int" and text.lstrip("+-").isdigit():
        return int(text)
    if raw.tag == "tag:yaml.org,2002:float":
        try:
            return float(text)
        except ValueError:
            return text
    if raw.tag == "tag:yaml.org,2002:bool" and text in ("true", "false"):
        return text == "true"
    if raw.tag == "tag:yaml.org,2002:null" and text in ("", "null", "~"):
        return None
    return text
