"""Where a loop came from is told in words, whichever room has opened it."""

from __future__ import annotations

import re
from pathlib import Path

import tongchou
from tongchou.web.pages.loop_facts import ORIGINS

WRITTEN = re.compile(r'"origin": "([a-z_]+)"|\bORIGIN = "([a-z_]+)"|\bORIGIN = "[a-z_]+", "([a-z_]+)"|KIND, ORIGIN = "[a-z_]+", "([a-z_]+)"')
NOT_LOOPS = {"local", "shipped", "text"}
"""Origins of packs and columns, not of loops."""


def test_every_origin_that_the_program_writes_has_a_word() -> None:
    root = Path(tongchou.__file__).parent
    found = {word for file in root.rglob("*.py") for groups in WRITTEN.findall(file.read_text("utf-8")) for word in groups if word}
    assert len(found) > 30
    assert found - set(ORIGINS) - NOT_LOOPS == set()
