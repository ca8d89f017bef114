"""F1 of items by the definition of the published scorer (overlap of characters in order ≥ 0.6, matched one to one)."""

from __future__ import annotations

import unicodedata
from difflib import SequenceMatcher
from typing import Any

OVERLAP = 0.6


def plain(text: str | None) -> str:
    """NFKC, lower case, letters and digits only."""
    return "".join(
        c for c in unicodedata.normalize("NFKC", text or "").lower() if unicodedata.category(c)[0] not in "PSZC"
    )


def overlap(one: str, other: str) -> float:
    """Common characters in order over all characters; difflib's blocks never exceed the longest common subsequence."""
    a, b = plain(one), plain(other)
    if not a or not b or min(len(a), len(b)) < OVERLAP * max(len(a), len(b)):
        return 0.0
    common = sum(block.size for block in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks())
    return common / (len(a) + len(b) - common)


def matches(gold: list[str], found: list[str]) -> list[tuple[int, int]]:
    """Pairs of places, the best first."""
    pairs = sorted(((overlap(g, f), -i, -j) for i, g in enumerate(gold) for j, f in enumerate(found)), reverse=True)
    out: list[tuple[int, int]] = []
    for worth, i, j in pairs:
        if worth >= OVERLAP and all(-i != a and -j != b for a, b in out):
            out.append((-i, -j))
    return out


def counts(gold: dict[str, Any], found: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    """(right, found, gold) of items, and of units, themes and deadlines within matched items."""
    g, f = gold["items"], found["items"]
    pairs = matches([x["text"] for x in g], [x["text"] for x in f])
    out = {"items": (len(pairs), len(f), len(g))}
    for what in ("units", "themes"):
        right = sum(len(_set(g[i][what]) & _set(f[j][what])) for i, j in pairs)
        out[what] = (right, sum(len(_set(f[j][what])) for _, j in pairs), sum(len(_set(g[i][what])) for i, _ in pairs))
    due = [i for i, x in enumerate(g) if x.get("deadline")]
    by_gold = dict(pairs)
    right = sum(_same_time(g[i]["deadline"], f[by_gold[i]]["deadline"]) for i in due if i in by_gold)
    out["deadline"] = (right, len(due), len(due))
    out["speaker"] = (sum(plain(g[i]["speaker"]) == plain(f[j]["speaker"]) for i, j in pairs), len(pairs), len(pairs))
    return out


def _set(values: list[str]) -> set[str]:
    return {plain(v) for v in values if v}


def _same_time(one: str, other: str | None) -> bool:
    a, b = sorted((plain(one), plain(other)), key=len)
    return bool(a) and a in b and len(a) >= 0.5 * len(b)


def f1(total: tuple[int, int, int]) -> float:
    """Harmonic mean of precision and recall; 1 when nothing was to be found and nothing was."""
    right, found, gold = total
    return 1.0 if not found and not gold else 2 * right / (found + gold)


def added(rows: list[dict[str, tuple[int, int, int]]]) -> dict[str, tuple[int, int, int]]:
    """The sums over documents."""
    out: dict[str, tuple[int, int, int]] = {}
    for row in rows:
        for what, values in row.items():
            old = out.get(what, (0, 0, 0))
            out[what] = (old[0] + values[0], old[1] + values[1], old[2] + values[2])
    return out
