"""The example and the tables of the plan writer's guide are right."""

from __future__ import annotations

import re
from pathlib import Path

from tongchou.packs import kindwords
from tongchou.packs.kindfile import read_kind

GUIDE = (Path(__file__).parents[2] / "docs" / "plan-writer" / "loop-kinds.md").read_text("utf-8")


def test_the_example_is_a_valid_kind() -> None:
    example = re.search(r"```yaml\n(kind: .*?)```", GUIDE, re.S)
    assert example is not None
    kind = read_kind(example[1], "loop-kinds.md")
    assert (kind.key, kind.start) == ("visit", "planned")


def test_every_key_and_word_is_explained() -> None:
    keys = {*kindwords.TOP_KEYS, *kindwords.STAGE_KEYS, *kindwords.STEP_KEYS, *kindwords.FIELD_KEYS}
    words = {
        *kindwords.PARTIES,
        *kindwords.LEVELS,
        *kindwords.END_REASONS,
        *kindwords.EVIDENCE_TYPES,
        *kindwords.VERIFIES,
    }
    missing = {word for word in keys | words if not re.search(rf"`{word}\b", GUIDE)}
    assert not missing
