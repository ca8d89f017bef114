"""Markup of web pages, whole pages as well as what is left of it in pasted text."""

from __future__ import annotations

import re

from tongchou.intake.mapped import Mapped
from tongchou.intake.notes import Notes

_UNSEEN = re.compile(
    r"<!--.*?-->|<(script|style|head|noscript|template|svg|iframe|select|option|button|nav|footer)\b[^<>]*>.*?</\1\s*>",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,2000}>")
_BLOCK = re.compile(
    r"</?(?:p|br|div|li|ul|ol|tr|table|h[1-6]|section|article|header|dl|dt|dd|blockquote|hr|form|body|title|center)\b",
    re.IGNORECASE,
)
_CELL = re.compile(r"</?t[dh]\b", re.IGNORECASE)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|body)\b", re.IGNORECASE)
_LINK_ONLY = re.compile(r"(?:<(?:li|span|td|p|div)\b[^<>]*>\s*)?<a\b[^<>]*>[^<>]{0,60}</a>", re.IGNORECASE)
_SENTENCE = re.compile("[。；]")
_BREAKS = re.compile(r"[\r\n]+")


def strip_markup(text: Mapped, notes: Notes) -> Mapped:
    """Without tags. In a whole page line ends are white space, and scripts, styles, menus and footers go with what they hold."""
    if "<" not in text.text:
        return text
    noted = notes.of("tag")
    if _PAGE.search(text.text):
        text = text.sub(_UNSEEN, lambda _: "\n", notes.of("furniture"))
        text = text.sub(_LINK_ONLY, lambda m: None if _SENTENCE.search(m.group()) else "\n", notes.of("furniture"))
        text = text.sub(_BREAKS, lambda m: " " * len(m.group()))
    return text.sub(_TAG, _seam, noted)


def _seam(match: re.Match[str]) -> str:
    tag = match.group()
    return "\n" if _BLOCK.match(tag) else " " if _CELL.match(tag) else ""
