"""Numbers made out of other facts, as tables declare them: `laid_off / insured`, `masks / (staff * ceil(shift_hours / 4))`.

One reading for one person and for columns. What cannot be worked out (a fact unknown, a division by zero) is unknown.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, isfinite
from typing import Any

import numpy as np

_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
}
MAX_LENGTH = 200


class NotAFormula(ValueError):
    """A formula that cannot be read; the message is the part at fault."""


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """A formula and the facts that it names, in order."""

    text: str
    names: tuple[str, ...]
    tree: ast.expr

    def one(self, facts: Mapping[str, Any]) -> float | None:
        """Its value for one person; None where it cannot be worked out."""
        given = {name: facts.get(name) for name in self.names}
        if None in given.values():
            return None
        try:
            found = float(_walk(self.tree, {k: float(v) for k, v in given.items() if v is not None}, ceil))
        except (ZeroDivisionError, OverflowError, ValueError, TypeError):
            return None
        return found if isfinite(found) else None

    def column(self, columns: Mapping[str, Any]) -> Any:
        """Its values for everybody, NaN where unknown. columns: decimal numbers, NaN where unknown."""
        with np.errstate(all="ignore"):
            found = np.asarray(_walk(self.tree, {k: columns[k] for k in self.names}, np.ceil), np.float64)
        return np.where(np.isfinite(found), found, np.nan)


def parse_formula(text: str) -> Formula:
    """Read numbers, names, + - * /, brackets and ceil(). Raises NotAFormula."""
    if len(text) > MAX_LENGTH:
        raise NotAFormula(text[:40])
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise NotAFormula(text) from None
    names: dict[str, None] = {}
    _check(tree, names)
    if not names:
        raise NotAFormula(text)
    return Formula(text.strip(), tuple(names), tree)


def _check(node: ast.expr, names: dict[str, None]) -> None:
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        _check(node.left, names)
        _check(node.right, names)
    elif isinstance(node, ast.Name):
        names[node.id] = None
    elif _is_ceil(node):
        _check(node.args[0], names)  # type: ignore[attr-defined]
    elif not (isinstance(node, ast.Constant) and type(node.value) in (int, float)):
        raise NotAFormula(ast.unparse(node))


def _is_ceil(node: ast.expr) -> bool:
    call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ceil"
    return call and len(node.args) == 1 and not node.keywords  # type: ignore[attr-defined]


def _walk(node: ast.expr, values: Mapping[str, Any], up: Callable[[Any], Any]) -> Any:
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_walk(node.left, values, up), _walk(node.right, values, up))
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.Call):
        return up(_walk(node.args[0], values, up))
    return float(node.value)  # type: ignore[attr-defined]
