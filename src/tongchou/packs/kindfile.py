"""Read loop kinds from YAML and check them. All problems of a file are reported together, each with its line.

A kind is refused unless: it has one start; every stage can be reached from it and can reach an end; every stage that is not an end has an
owner, a deadline and a way out; closing as done passes a step that verifies (or the kind says why it may close itself).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from tongchou.kernel.errors import Refusal
from tongchou.packs.kindchecks import check_kind
from tongchou.packs.kinds import LoopKind
from tongchou.packs.kindshape import build_kind
from tongchou.packs.yamllines import Problems, read_yaml


class KindErrors(Exception):
    """A kind file that was refused, with every problem that was found."""

    def __init__(self, problems: list[Refusal]) -> None:
        self.problems = problems
        super().__init__("\n".join(p.sentence("en") for p in problems))


@lru_cache(maxsize=1024)
def read_kind(text: str, source: str) -> LoopKind:
    """Read and check one kind. source: the file's name, for messages. Raises KindErrors."""
    problems = Problems(source)
    root = read_yaml(text, problems)
    if root is None:
        raise KindErrors(problems.found)
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    kind = build_kind(root, problems, digest=digest, source=source)
    if kind is not None and not problems.found:
        check_kind(kind, root, problems)
    if problems.found or kind is None:
        raise KindErrors(problems.found)
    return kind


def base_kind_texts() -> dict[str, str]:
    """The texts of the kinds that the program ships, by file name."""
    folder = files("tongchou.packs").joinpath("data/base/loops")
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return {f.name: f.read_text("utf-8") for f in found}


def read_kinds(folder: Path) -> dict[str, LoopKind]:
    """Read every *.yaml of a folder; raises KindErrors with the problems of all files together."""
    problems: list[Refusal] = []
    kinds: dict[str, LoopKind] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            kind = read_kind(path.read_text("utf-8"), path.name)
            kinds[kind.key] = kind
        except KindErrors as error:
            problems += error.problems
    if problems:
        raise KindErrors(problems)
    return kinds


def base_kinds() -> dict[str, LoopKind]:
    """The kinds that the program ships, by key."""
    found = (read_kind(text, name) for name, text in base_kind_texts().items())
    return {kind.key: kind for kind in found}
