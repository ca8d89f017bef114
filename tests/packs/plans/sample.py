"""The plan writer's guide holds a complete small pack; the tests use that one, whole or with something broken."""

from __future__ import annotations

import re
from pathlib import Path

from tongchou.packs.plans.checks import check_pack
from tongchou.packs.plans.model import Pack
from tongchou.packs.plans.packfile import PackErrors, read_texts

GUIDE = (Path(__file__).parents[3] / "docs" / "plan-writer" / "plan-packs.md").read_text("utf-8")
FILES = {
    name: text.encode() for name, text in re.findall(r"^`([a-z_/]+\.yaml)`\n\n```yaml\n(.*?)```", GUIDE, re.S | re.M)
}


def broken(file: str, old: str, new: str) -> dict[str, bytes]:
    """The sample with one piece of one file replaced."""
    text = FILES[file].decode()
    assert old in text, old
    return FILES | {file: text.replace(old, new, 1).encode()}


def sample() -> Pack:
    return read_texts(FILES)


def problems(files: dict[str, bytes]) -> list[str]:
    """Everything that reading or checking says, one sentence each."""
    try:
        return [p.sentence("en") for p in check_pack(read_texts(files))]
    except PackErrors as error:
        return error.sentences("en")


def line_of(file: str, piece: str, files: dict[str, bytes] = FILES) -> int:
    text = files[file].decode()
    return text.count("\n", 0, text.index(piece)) + 1
