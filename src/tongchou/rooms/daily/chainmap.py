"""The picture of who blocks whom as numbers for an SVG: columns from supplier to whoever waits. Pure; no script lays it out.

Who waits for one drawn supplier alone stands with the others of whom that is true in one box, so that the picture stays as tall as there are
suppliers, whether ten wait or five hundred. An enterprise that waits and is waited for is one box.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, ACROSS, DOWN, EDGE = 200, 42, 90, 14, 4
DEEPEST = 6
"""Columns at most; what lies deeper, or goes round in a circle, stands in the last."""
NAMED = 2
"""Names that a box of several shows."""


@dataclass(frozen=True, slots=True)
class Box:
    """key: of a supplier, or of an enterprise that waits; empty for a box of several. names: those in it. waiting: who waits for it."""

    key: str
    names: tuple[str, ...]
    waiting: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Line:
    """From the right side of a box to the left side of another, as an SVG path."""

    path: str


@dataclass(frozen=True, slots=True)
class Picture:
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: int
    height: int


def draw(suppliers: Mapping[str, str], pairs: Iterable[tuple[str, str]], names: Mapping[str, str]) -> Picture | None:
    """suppliers: key to name, the one for which most wait first. pairs: (supplier, who waits), by key. names: of those who wait; None where nobody does."""
    edges = list(dict.fromkeys(p for p in pairs if p[0] in suppliers and p[0] != p[1]))
    if not edges:
        return None
    after: dict[str, list[str]] = defaultdict(list)
    before: dict[str, list[str]] = defaultdict(list)
    for a, b in edges:
        after[a].append(b)
        before[b].append(a)
    alone = {b for b, found in before.items() if len(found) == 1 and b not in after}
    bundles = {a: sorted((b for b in after[a] if b in alone), key=lambda b: names[b]) for a in suppliers if a in after}
    layer = _layers([*suppliers, *(b for b in before if b not in alone and b not in suppliers)], edges, alone)
    columns: dict[int, list[str]] = defaultdict(list)
    for key in layer:
        if key in after or key in before:
            columns[layer[key]].append(key)
    for a, several in bundles.items():
        if several:
            columns[layer[a] + 1].append(_bundle(a))
    sources = before | {_bundle(a): [a] for a in bundles}
    places = _places(columns, sources)
    boxes = []
    for key, (x, y) in places.items():
        some = tuple(names[b] for b in bundles[key[1:]]) if key.startswith(_MANY) else (suppliers.get(key) or names[key],)
        boxes.append(Box("" if key.startswith(_MANY) else key, some, len(after.get(key, ())), x, y))
    drawn = [(a, b) for a, b in edges if b not in alone] + [(a, _bundle(a)) for a, several in bundles.items() if several]
    lines = tuple(Line(_path(places[a], places[b])) for a, b in drawn)
    return Picture(tuple(boxes), lines, max(b.x for b in boxes) + WIDTH + EDGE, max(b.y for b in boxes) + HEIGHT + EDGE)


_MANY = "\x00"


def _bundle(supplier: str) -> str:
    return _MANY + supplier


def _layers(keys: Sequence[str], edges: list[tuple[str, str]], alone: set[str]) -> dict[str, int]:
    """The column of each: right of all that it waits for, as far as there are columns."""
    found = dict.fromkeys(keys, 0)
    for _ in range(DEEPEST - 1):
        moved = False
        for a, b in edges:
            if b not in alone and found[b] <= found[a] < DEEPEST - 1:
                found[b], moved = found[a] + 1, True
        if not moved:
            break
    return found


def _places(columns: Mapping[int, list[str]], sources: Mapping[str, list[str]]) -> dict[str, tuple[int, int]]:
    """Each box beside what it waits for, as far as there is room above it."""
    places: dict[str, tuple[int, int]] = {}
    for n in sorted(columns):
        def level(key: str) -> float:
            seen = [places[s][1] for s in sources.get(key, ()) if s in places]
            return sum(seen) / len(seen) if seen else 0.0

        free = EDGE
        for key in sorted(columns[n], key=level):  # sorted is stable: among equals the order of who waits
            y = max(free, round(level(key)))
            places[key] = (EDGE + n * (WIDTH + ACROSS), y)
            free = y + HEIGHT + DOWN
    return places


def _path(start: tuple[int, int], end: tuple[int, int]) -> str:
    x, y, to_x, to_y = start[0] + WIDTH, start[1] + HEIGHT // 2, end[0], end[1] + HEIGHT // 2
    bend = max(abs(to_x - x) // 2, 30)
    return f"M{x} {y}C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}"
