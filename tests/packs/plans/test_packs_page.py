"""The page on the shipped packs names every pack, edition, table, clock, machine and overlay, and nothing else as a table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tongchou.packs.plans.packfile import shipped_pack, shipped_packs

PAGE = (Path(__file__).parents[3] / "docs" / "plan-writer" / "packs.md").read_text("utf-8")


@pytest.mark.parametrize("name", shipped_packs())
def test_a_pack_is_told_whole(name: str) -> None:
    pack, part = shipped_pack(name), next(p for p in PAGE.split("\n## ") if p.startswith(f"`{name}`"))
    for edition in pack.editions:
        assert f"`{edition.key}` {edition.from_}" in part
    assert set(re.findall(r"^\| `([a-z0-9_]+)` \|", part, re.M)) == set(pack.tables)
    for key in (*pack.overlays, *pack.machines, *pack.clocks):
        assert f"`{key}`" in part
