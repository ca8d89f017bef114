"""A text in both languages, as the API shows it."""

from __future__ import annotations

from ninja import Schema

from tongchou.kernel.text import Text


class Pair(Schema):
    """A text in both languages."""

    zh: str
    en: str


def pair(text: Text) -> Pair:
    return Pair(zh=text.zh, en=text.en)
