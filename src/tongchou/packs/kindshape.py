"""From YAML nodes to a LoopKind: shapes, types and known words. What the parts mean together: `kindchecks`."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TypeVar

from tongchou.kernel.errors import Reason
from tongchou.kernel.text import Text
from tongchou.packs.kinds import FieldSpec, FollowUp, Level, LoopKind, Need, Party, Rung, Stage, Step
from tongchou.packs.yamllines import Node, Problems

SUBJECTS = ("person", "unit", "area", "item", "none")
EVIDENCE_TYPES = ("text", "file", "photo", "number", "signature", "link")
FIELD_TYPES = ("text", "integer", "number", "date", "choice", "boolean")
END_REASONS = ("done", "cancelled", "refused", "merged", "expired")
MAX_HOURS = 5 * 366 * 24
_KEY = re.compile(r"[a-z][a-z0-9_]{0,38}[a-z0-9]|[a-z]")
E = TypeVar("E", bound=StrEnum)

_TOP = (
    "kind", "version", "title", "purpose", "subject", "start", "deadline_hours", "opened_by", "stages", "steps", "returns",
    "follow_up", "self_closing", "fields",
)  # fmt: skip
_STAGE = ("title", "owner", "deadline", "end", "ladder")
_STEP = (
    "title", "from", "to", "by", "roles", "needs", "note", "work", "verifies", "return", "reassigns", "closes_children",
)  # fmt: skip


class Reader:
    """Reads typed values out of nodes, adding a problem where one does not fit."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def child(self, node: Node, key: str, kind: str, *, required: bool = True) -> Node | None:
        found = node.mapping.get(key)
        if found is None:
            if required:
                here = f"{node.path}.{key}" if node.path else key
                rule = Text("缺少“{key}”。", "“{key}” is missing.").with_(key=key)
                self.problems.add(node.line, rule, path=here, reason=Reason.MISSING_VALUE)
            return None
        if found.kind != kind:
            names = {"mapping": Text("键值结构", "a mapping"), "list": Text("列表", "a list"), "scalar": Text("单个值", "one value")}
            self.problems.add(found, Text("此处须是{what}。", "This must be {what}.").with_(what=names[kind]))
            return None
        return found

    def text_pair(self, node: Node, key: str) -> Text:
        found = self.child(node, key, "mapping")
        if found is None:
            return Text("", "")
        self.problems.known_keys(found, ("zh", "en"))
        values = {}
        for language in ("zh", "en"):
            given = found.mapping.get(language)
            value = given.value if given is not None and given.kind == "scalar" else None
            if not isinstance(value, str) or not value.strip():
                rule = Text("须有中文（zh）和英文（en）。", "Both zh and en are needed.")
                self.problems.add(found, rule, path=f"{found.path}.{language}", reason=Reason.MISSING_VALUE)
                value = ""
            values[language] = value
        return Text(values["zh"], values["en"])

    def word(self, node: Node, key: str, *, required: bool = True, default: str = "") -> str:
        found = self.child(node, key, "scalar", required=required)
        if found is None:
            return default
        if not isinstance(found.value, str) or not found.value:
            self.problems.add(found, Text("须是文字。", "This must be text."), value=found.value)
            return default
        return found.value

    def choice(self, node: Node, key: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.word(node, key, required=False, default=default)
        if value not in allowed:
            self.not_one_of(node.mapping[key], value, allowed)
            return default
        return value

    def not_one_of(self, node: Node, value: object, allowed: tuple[str, ...]) -> None:
        rule = Text("不在允许的取值中。", "This is not an allowed value.")
        remedy = Text("可用：{all}", "Allowed: {all}").with_(all=", ".join(allowed))
        self.problems.add(node, rule, remedy, value=value)

    def words(self, node: Node, key: str, allowed: tuple[str, ...] = (), *, required: bool = False) -> tuple[str, ...]:
        found = self.child(node, key, "list", required=required)
        out: list[str] = []
        for item in found.items if found else ():
            if not isinstance(item.value, str):
                self.problems.add(item, Text("须是文字。", "This must be text."), value=item.value)
            elif allowed and item.value not in allowed:
                self.not_one_of(item, item.value, allowed)
            else:
                out.append(item.value)
        return tuple(out)

    def hours(self, node: Node, key: str, *, required: bool = False, least: float = 0.01) -> float | None:
        found = self.child(node, key, "scalar", required=required)
        if found is None:
            return None
        value = found.value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= MAX_HOURS:
            rule = Text("须是小时数，大于零且不超过五年。", "This must be hours, more than zero and at most five years.")
            self.problems.add(found, rule, value=value)
            return None
        return float(value)

    def flag(self, node: Node, key: str) -> bool:
        found = self.child(node, key, "scalar", required=False)
        if found is not None and not isinstance(found.value, bool):
            self.problems.add(found, Text("须写 true 或 false。", "Write true or false."), value=found.value)
            return False
        return bool(found.value) if found else False

    def whole(self, node: Node, key: str, default: int, *, least: int, required: bool = False) -> int:
        found = self.child(node, key, "scalar", required=required)
        if found is None:
            return default
        if isinstance(found.value, bool) or not isinstance(found.value, int) or found.value < least:
            rule = Text("须是不小于 {n} 的整数。", "This must be a whole number of at least {n}.").with_(n=least)
            self.problems.add(found, rule, value=found.value)
            return default
        return found.value

    def named(self, node: Node, key: str) -> list[tuple[str, Node]]:
        """The entries of a mapping of named things, names checked."""
        found = self.child(node, key, "mapping")
        out = []
        for name, entry in (found.mapping if found else {}).items():
            if not _KEY.fullmatch(name):
                rule = Text("名称须为小写字母、数字和下划线。", "A name is lower-case letters, digits and underscores.")
                self.problems.add(entry, rule, value=name)
            elif entry.kind != "mapping":
                self.problems.add(entry, Text("此处须是键值结构。", "This must be a mapping."))
            else:
                out.append((name, entry))
        return out


def build_kind(root: Node, problems: Problems, *, digest: str, source: str) -> LoopKind | None:
    """Build a kind from the root mapping; None when its name is unusable. Problems are added as they are found."""
    read = Reader(problems)
    problems.known_keys(root, _TOP)
    key = read.word(root, "kind")
    if key and not _KEY.fullmatch(key):
        rule = Text("名称须为小写字母、数字和下划线。", "A name is lower-case letters, digits and underscores.")
        problems.add(root.mapping["kind"], rule, value=key)
    returns = read.child(root, "returns", "mapping", required=False)
    closing = read.child(root, "self_closing", "mapping", required=False)
    if returns is not None:
        problems.known_keys(returns, ("limit", "adjudicate"))
    extra = {"self_closing": read.text_pair(closing, "why").en} if closing is not None else {}
    return LoopKind(
        key=key,
        version=read.whole(root, "version", 1, least=1, required=True),
        title=read.text_pair(root, "title"),
        purpose=read.text_pair(root, "purpose"),
        subjects=read.words(root, "subject", SUBJECTS, required=True),
        start=read.word(root, "start"),
        stages={name: _stage(read, name, node) for name, node in read.named(root, "stages")},
        steps={name: _step(read, name, node) for name, node in read.named(root, "steps")},
        return_limit=read.whole(returns, "limit", 0, least=0, required=True) if returns else 0,
        adjudicate_stage=(read.word(returns, "adjudicate", required=False) or None) if returns else None,
        follow_up=_follow_up(read, root),
        fields=_fields(read, root),
        deadline_hours=read.hours(root, "deadline_hours"),
        opened_by=read.words(root, "opened_by"),
        digest=digest,
        source=source,
        extra=extra,
    )


def _stage(read: Reader, name: str, node: Node) -> Stage:
    read.problems.known_keys(node, _STAGE)
    end = read.choice(node, "end", ("", *END_REASONS), "") or None
    deadline = node.mapping.get("deadline")
    keeps = deadline is not None and deadline.value == "keeps"
    hours = None if keeps else read.hours(node, "deadline")
    owner = read.choice(node, "owner", ("", *[p.value for p in Party]), "")
    return Stage(
        key=name,
        title=read.text_pair(node, "title"),
        owner=Party(owner) if owner else None,
        deadline_hours=hours,
        keeps_deadline=keeps,
        end=end,
        ladder=_ladder(read, node),
    )


def _ladder(read: Reader, node: Node) -> tuple[Rung, ...]:
    found = read.child(node, "ladder", "list", required=False)
    rungs: list[Rung] = []
    for item in found.items if found else ():
        if item.kind != "mapping":
            read.problems.add(item, Text("此处须是键值结构。", "This must be a mapping."))
            continue
        read.problems.known_keys(item, ("after_hours", "level", "to"))
        hours = read.hours(item, "after_hours", required=True, least=0)
        level = read.choice(item, "level", tuple(v.value for v in Level), "remind")
        to = tuple(Party(p) for p in read.words(item, "to", tuple(p.value for p in Party), required=True))
        if hours is not None:
            rungs.append(Rung(hours, Level(level), to))
    return tuple(rungs)


def _step(read: Reader, name: str, node: Node) -> Step:
    read.problems.known_keys(node, _STEP)
    by = read.words(node, "by", tuple(p.value for p in Party), required=True)
    return Step(
        key=name,
        title=read.text_pair(node, "title"),
        from_stages=read.words(node, "from", required=True),
        to_stage=read.word(node, "to"),
        by=tuple(Party(p) for p in by),
        roles=read.words(node, "roles"),
        needs=_needs(read, node),
        note=read.choice(node, "note", ("none", "optional", "required"), "optional"),
        is_work=read.flag(node, "work"),
        verifies=read.choice(node, "verifies", ("", "other_person", "other_unit"), ""),
        is_return=read.flag(node, "return"),
        reassigns=read.flag(node, "reassigns"),
        closes_children=read.flag(node, "closes_children"),
    )


def _needs(read: Reader, node: Node) -> tuple[Need, ...]:
    found = read.child(node, "needs", "list", required=False)
    needs = []
    for item in found.items if found else ():
        if item.kind != "mapping":
            read.problems.add(item, Text("此处须是键值结构。", "This must be a mapping."))
            continue
        read.problems.known_keys(item, ("key", "type", "title", "at_least"))
        kind = read.choice(item, "type", EVIDENCE_TYPES, "text")
        at_least = read.whole(item, "at_least", 1, least=1)
        needs.append(Need(read.word(item, "key"), kind, read.text_pair(item, "title"), at_least))
    return tuple(needs)


def _follow_up(read: Reader, root: Node) -> FollowUp | None:
    node = read.child(root, "follow_up", "mapping", required=False)
    if node is None:
        return None
    read.problems.known_keys(node, ("after_hours", "by"))
    hours = read.hours(node, "after_hours", required=True)
    by = read.choice(node, "by", tuple(p.value for p in Party), "opener")
    return FollowUp(hours or 1.0, Party(by))


def _fields(read: Reader, root: Node) -> tuple[FieldSpec, ...]:
    found = read.child(root, "fields", "list", required=False)
    specs = []
    for item in found.items if found else ():
        if item.kind != "mapping":
            read.problems.add(item, Text("此处须是键值结构。", "This must be a mapping."))
            continue
        read.problems.known_keys(item, ("key", "type", "title", "required", "choices"))
        kind = read.choice(item, "type", FIELD_TYPES, "text")
        given = read.child(item, "choices", "mapping", required=kind == "choice")
        choices = tuple((name, read.text_pair(given, name)) for name in given.mapping) if given else ()
        specs.append(FieldSpec(read.word(item, "key"), kind, read.text_pair(item, "title"), read.flag(item, "required"), choices))
    return tuple(specs)
