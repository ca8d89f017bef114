"""Places in the clean and the raw text: runs instead of a number for each character, and where a sentence may be cut."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

Run = Sequence[int]
"""[clean start, raw start, raw end, clean length]. In a run of more than one character each stands for one raw character."""

_CUT = re.compile(r"[。；;！!，,：:]")


def runs_of(starts: Sequence[int], ends: Sequence[int]) -> list[list[int]]:
    """Compress the raw span of each clean character into runs."""
    runs: list[list[int]] = []
    for n, (a, b) in enumerate(zip(starts, ends, strict=True)):
        last = runs[-1] if runs else None
        single = b - a == 1
        if last is not None and single and last[2] == a and last[2] - last[1] == last[3]:
            last[2], last[3] = b, last[3] + 1
        else:
            runs.append([n, a, b, 1])
    return runs


def raw_span(runs: Sequence[Run], start: int, end: int) -> tuple[int, int] | None:
    """The raw span behind the clean characters [start, end); None where there is none."""
    low, high = None, 0
    for clean, a, b, n in runs:
        if clean >= end or clean + n <= start:
            continue
        if n > 1:
            a, b = a + max(0, start - clean), b - max(0, clean + n - end)
        low, high = (a if low is None else min(low, a)), max(high, b)
    return None if low is None else (low, high)


def cuts(text: str) -> list[int]:
    """Places at which a directive may be divided: after a mark, neither side shorter than four characters."""
    return [m.end() for m in _CUT.finditer(text) if 4 <= m.end() <= len(text) - 4]


def paragraph(clean: str, start: int, end: int) -> tuple[int, int]:
    """The paragraph or paragraphs of the clean text in which a span lies."""
    first = clean.rfind("\n", 0, start) + 1
    last = clean.find("\n", end)
    return first, len(clean) if last < 0 else last


def pieces(text: str, marks: Iterable[tuple[int, int, str]]) -> list[tuple[str, tuple[str, ...]]]:
    """Cut a text at the edges of its marks: [(piece, keys of the marks over it)], in order, nothing left out."""
    wanted = [(max(0, a), min(len(text), b), key) for a, b, key in marks if max(0, a) < min(len(text), b)]
    edges = sorted({0, len(text), *(a for a, _, _ in wanted), *(b for _, b, _ in wanted)})
    opening: dict[int, list[str]] = {}
    closing: dict[int, list[str]] = {}
    for a, b, key in wanted:
        opening.setdefault(a, []).append(key)
        closing.setdefault(b, []).append(key)
    out, on = [], []  # type: ignore[var-annotated]
    for a, b in pairwise(edges):
        on = [k for k in on if k not in closing.get(a, [])] + opening.get(a, [])
        out.append((text[a:b], tuple(on)))
    return out
