"""What says how to stand or where to arrive, and nothing to do."""

from __future__ import annotations

import re
from collections.abc import Set
from functools import cache

from tongchou.intake.lexicons import any_of, lexicon
from tongchou.intake.page import han_count
from tongchou.intake.sentences import clauses, masked
from tongchou.intake.vocabulary import opens, rule

_PAIRS = re.compile("[、]")
_SEES = re.compile("(?:要|应当?|必须|须)(?:清醒|深刻|充分|准确|看)?(?:地)?(?:看到|看清|认识到|意识到)")


@cache
def _stance() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = lexicon("stance")
    return re.compile("|".join(words["stance"])), re.compile(any_of(words["generic"]))


@cache
def _concrete() -> re.Pattern[str]:
    return re.compile("|".join(lexicon("concrete")["things"]))


def is_slogan(text: str, without: Set[str] = frozenset()) -> bool:
    """All its clauses say how to stand or where to arrive."""
    if _only_sees(text):
        return True
    soft = 0
    parts = [p for c in _from_obligation(clauses(text)) for p in (_PAIRS.split(c) if han_count(c) > 40 else [c])]
    for part in parts:
        left = remainder(part)
        if not left:
            continue
        if "concrete" not in without and _concrete().search(left):
            return False
        soft += 1
    return soft <= max(0, len(parts) // 5)


def _only_sees(text: str) -> bool:
    """All it asks for is to see how things stand: 要清醒看到，压力有增无减。"""
    plain = masked(text)
    asks = [
        p for p in clauses(plain) if rule("strong").search(p) or opens("imperative").match(p) or opens("weak").match(p)
    ]
    return bool(asks) and bool(_SEES.search(plain)) and all(_SEES.search(p) for p in asks)


def _from_obligation(parts: list[str]) -> list[str]:
    """Without the situation that a sentence describes before it asks."""
    first = next((n for n, p in enumerate(parts) if rule("strong").search(masked(p)) or opens("weak").match(p)), 0)
    return parts[first:]


def remainder(clause: str) -> str:
    """What is left of a clause when stances, then generic words are struck out."""
    stance, generic = _stance()
    left = stance.sub("", clause)
    left = generic.sub("", left)
    left = re.sub(r"[^\u4e00-\u9fff0-9]", "", left)
    return left if len(left) > 1 else ""


def is_general(text: str) -> bool:
    """At least half of its clauses say nothing to do."""
    parts = clauses(text)
    return sum(not remainder(p) for p in parts) >= 0.5 * len(parts)
