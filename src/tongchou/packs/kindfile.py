"""Read loop kinds from YAML and check them. All problems of a file are reported together, each with its line.

What is checked is written for plan writers in `docs/plan-writer/loop-kinds.md`.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.kindchecks import check_kind
from tongchou.packs.kindgraph import graph
from tongchou.packs.kinds import LoopKind
from tongchou.packs.kindshape import build_kind
from tongchou.packs.yamllines import Problems, read_yaml

__all__ = ["KindErrors", "base_kind_texts", "base_kinds", "confidential_kinds", "graph", "read_kind", "read_kinds"]


class KindErrors(Exception):
    """Kind files that were refused, with every problem found; each names file, line, field, value, rule and remedy."""

    def __init__(self, problems: list[Refusal]) -> None:
        self.problems = problems
        super().__init__("\n".join(self.sentences("en")))

    def sentences(self, language: str = "zh-hans") -> list[str]:
        """One line for each problem."""
        return [problem.sentence(language) for problem in self.problems]


@lru_cache(maxsize=1024)
def read_kind(text: str, source: str) -> LoopKind:
    """Read and check one kind. source: the file's name, for messages. Raises KindErrors.

    The kind's `digest` is that of the text in UTF-8.
    """
    problems = Problems(source)
    root = read_yaml(text, problems)
    if root is None:
        raise KindErrors(problems.found)
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    kind = build_kind(root, problems, digest=digest, source=source)
    check_kind(kind, root, problems)
    if problems.found:
        raise KindErrors(sorted(problems.found, key=lambda p: p.line or 0))
    return kind


def read_kinds(folder: Path) -> dict[str, LoopKind]:
    """Read every *.yaml and *.yml of a folder, by key; raises KindErrors with the problems of all files together."""
    if not folder.is_dir():
        rule = Text("没有这个文件夹。", "There is no such folder.")
        remedy = Text("请核对路径。", "Check the path.")
        raise KindErrors([Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field="folder", value=str(folder))])
    problems: list[Refusal] = []
    kinds: dict[str, LoopKind] = {}
    for path in sorted(p for p in folder.iterdir() if p.suffix in (".yaml", ".yml")):
        try:
            kind = read_kind(_text(path), path.name)
        except KindErrors as error:
            problems += error.problems
            continue
        first = kinds.setdefault(kind.key, kind)
        if first is not kind:
            rule = Text("事项类型“{key}”已在 {file} 中定义。", "The kind “{key}” is already defined in {file}.")
            remedy = Text("请改名，或删除其中一个文件。", "Rename it, or delete one of the files.")
            rule = rule.with_(key=kind.key, file=first.source)
            problems.append(
                Refusal(Reason.DUPLICATE, rule, remedy=remedy, field="kind", value=kind.key, line=1, file=path.name)
            )
    if problems:
        raise KindErrors(problems)
    return kinds


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        rule = Text("文件须为 UTF-8 编码。", "The file must be in UTF-8.")
        remedy = Text("请另存为 UTF-8。", "Save it as UTF-8.")
        raise KindErrors([Refusal(Reason.BAD_ENCODING, rule, remedy=remedy, line=line, file=path.name)]) from error


def base_kind_texts() -> dict[str, str]:
    """The texts of the kinds that the program ships, by file name."""
    folder = files("tongchou.packs").joinpath("data/base/loops")
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return {f.name: f.read_bytes().decode("utf-8") for f in found}


def base_kinds() -> dict[str, LoopKind]:
    """The kinds that the program ships, by key."""
    found = (read_kind(text, name) for name, text in base_kind_texts().items())
    return {kind.key: kind for kind in found}


@lru_cache(maxsize=1)
def confidential_kinds() -> frozenset[str]:
    """Keys of the shipped kinds that only their parties see. A district's own kinds cannot be confidential."""
    return frozenset(kind.key for kind in base_kinds().values() if kind.confidential)
