"""Tests pass at any hour: none runs over midnight, and none keeps a day from when it was collected."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests import midnight

ROOT = Path(__file__).parents[2]
CLOCKS = {"now", "localdate", "localtime", "today", "utcnow"}


def test_a_test_that_would_run_over_midnight_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(midnight.time, "sleep", slept.append)
    before = datetime(2026, 12, 31, 15, 59, 50, tzinfo=UTC)  # ten seconds to the new year in Shanghai
    assert midnight.left(before) == timedelta(seconds=10)
    assert midnight.left(before + timedelta(seconds=10)) == timedelta(days=1)
    for ahead, marked, waits in ((0, False, True), (-60, False, False), (-60, True, True), (-600, True, False), (10, True, False)):
        monkeypatch.setattr(midnight.timezone, "now", lambda ahead=ahead: before + timedelta(seconds=ahead))
        item: Any = SimpleNamespace(get_closest_marker=lambda name, marked=marked: marked and name == "browser")
        slept.clear()
        midnight.wait(item)
        assert bool(slept) is waits, (ahead, marked)


def at_import(tree: ast.Module) -> list[int]:
    """Lines that read the clock when the module is imported: calls outside of any function."""
    found, todo = [], list(ast.iter_child_nodes(tree))
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            todo += [*getattr(node, "decorator_list", []), *node.args.defaults, *(d for d in node.args.kw_defaults if d)]
            continue
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in CLOCKS:
            found.append(node.lineno)
        todo += ast.iter_child_nodes(node)
    return sorted(found)


def test_nothing_reads_the_clock_when_it_is_imported() -> None:
    assert at_import(ast.parse("A = timezone.localdate()\ndef f(on=today()): ...\n@given(datetime.now())\ndef g(): ...")) == [1, 2, 3]
    assert at_import(ast.parse("a = timezone.localdate\nb = lambda: datetime.now()\ndef f():\n    return today()")) == []
    modules = [p for part in ("tests", "src") for p in (ROOT / part).rglob("*.py")]
    wrong = {str(p.relative_to(ROOT)): lines for p in modules if (lines := at_import(ast.parse(p.read_text("utf-8"))))}
    assert wrong == {}, "a day kept from when the module was loaded is yesterday after midnight: make it a function"
