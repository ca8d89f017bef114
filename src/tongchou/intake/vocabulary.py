"""The words of `lexicon/judge.yaml` as patterns."""

from __future__ import annotations

import re
from functools import cache

from tongchou.intake.lexicons import any_of, lexicon


@cache
def rule(key: str) -> re.Pattern[str]:
    """Anywhere in a text."""
    words = lexicon("judge")[key]
    return re.compile("|".join(words) if key in ("strong", "report", "background", "permission") else any_of(words))


@cache
def opens(key: str) -> re.Pattern[str]:
    """Where a clause begins."""
    return re.compile("^(?:" + "|".join(sorted(lexicon("judge")[key], key=len, reverse=True)) + ")")
