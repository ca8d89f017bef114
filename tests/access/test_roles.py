"""The table of roles against what asks for it: no permission is there for show."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tongchou
from tongchou.packs.kindfile import base_kinds
from tongchou.record.access import roles
from tongchou.record.act import verbs
from tongchou.web.permission import PAGES, load

SOURCE = Path(tongchou.__file__).parent


def asked_for() -> set[str]:
    """Permissions that a page, a verb or a step of a shipped kind asks for, or that code names."""
    load()
    steps = {s.permission for kind in base_kinds().values() for s in kind.steps.values()}
    named = {word for path in SOURCE.rglob("*.py") for word in _texts(path)}
    return {p.permission for p in PAGES.values()} | {v.permission for v in verbs().values()} | steps | named


def _texts(path: Path) -> set[str]:
    """Texts of a module; a list of words that a kind file may use asks for nothing itself."""
    if path.name == "kindwords.py":
        return set()
    return {n.value for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


@pytest.fixture(scope="module")
def asked() -> set[str]:
    return asked_for()


def test_every_permission_is_asked_for(asked: set[str]) -> None:
    assert set(roles().permissions) - asked == set()


def test_a_permission_that_nobody_asks_for_is_named(asked: set[str]) -> None:
    assert (set(roles().permissions) | {"system.everything"}) - asked == {"system.everything"}


def test_every_permission_is_granted_to_somebody() -> None:
    granted = {p for role in roles().by_key.values() for p in role.permissions}
    assert set(roles().permissions) == granted
