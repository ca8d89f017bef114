"""What an instruction is about, by key words."""

from __future__ import annotations

import re
from functools import cache

from tongchou.intake.lexicons import any_of, lexicon

STRONG, WEAK = 2.0, 0.5
OPENING = 1.2
"""Words in the first sentence count so much more: it names the subject."""
KEPT = 0.45
"""Themes with so much of the best one's weight are kept, three at most."""

SECTORS, TITLED = frozenset(("school", "agriculture", "project", "supplies", "traffic")), 1.0
"""What a whole meeting is about, by its title, its single items need not repeat."""


@cache
def _themes() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    return tuple(
        (name, re.compile(any_of(words["strong"])), re.compile(any_of(words["weak"])))
        for name, words in lexicon("themes").items()
    )


def names() -> tuple[str, ...]:
    """All themes, in the order of the lexicon."""
    return tuple(name for name, _, _ in _themes())


def themes(text: str, title: str = "") -> tuple[str, ...]:
    """One to three themes, the weightiest first; organisation where nothing else is found. title: of the document."""
    weight: dict[str, float] = {}
    opening = re.split("[。；]", text)[0][:60]
    size = len(opening)
    for name, strong, weak in _themes():
        total = 0.0
        for pattern, worth in ((strong, STRONG), (weak, WEAK)):
            seen: dict[str, float] = {}
            for match in pattern.finditer(text):
                value = worth * (OPENING if match.start() < size else 1.0)
                seen[match.group()] = max(seen.get(match.group(), 0.0), value) + (0.2 if match.group() in seen else 0.0)
            total += sum(seen.values())
        if name == "organisation":
            total *= 0.6
        if name in SECTORS and strong.search(title):
            total += TITLED
        if total:
            weight[name] = total
    if not weight:
        return ("organisation",)
    ranked = sorted(weight, key=lambda n: -weight[n])
    best = weight[ranked[0]]
    return tuple(n for n in ranked[:3] if weight[n] >= max(KEPT * best, 1.0) or n == ranked[0])
