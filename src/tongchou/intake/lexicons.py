"""Words and patterns of the intake, kept as data beside the code: `lexicon/*.yaml`."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def lexicon(name: str) -> dict[str, Any]:
    """One lexicon file. Lists may hold several words in one line, parted by spaces."""
    text = (files("tongchou.intake") / "lexicon" / f"{name}.yaml").read_text("utf-8")
    found = yaml.safe_load(text)
    return {key: _words(value) for key, value in found.items()}


def _words(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _words(inner) for key, inner in value.items()}
    return value.split() if isinstance(value, str) else value


def any_of(words: list[str]) -> str:
    """A pattern for any of the words, the longest first. Words are patterns themselves."""
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


@cache
def pattern(name: str, key: str) -> re.Pattern[str]:
    """A pattern for any word of one list of a lexicon."""
    return re.compile(any_of(lexicon(name)[key]))
