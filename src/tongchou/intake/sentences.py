"""Sentences, their segments at semicolons, and clauses; all as spans of one text."""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = re.compile(r"[。！？!?]+[”’）)》」』]*|…{2,}[”’]?(?=\s|$)")
_SEMICOLON = re.compile("[；;]")
_CLAUSE = re.compile("[，,：:；;。！？!?]")
_QUOTED = re.compile("“[^“”]{0,120}”|《[^《》]{0,80}》|‘[^‘’]{0,60}’|「[^」]{0,80}」")
_BRACKETED = re.compile("（[^（）]{0,120}）")

_WHOLE = re.compile("^(\\s*)“(.*)”([。！？]?\\s*)$", re.DOTALL)

Span = tuple[int, int]


def sentences(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """Spans that end with a full stop (or the end of the text), closing quotes included."""
    end = len(text) if end is None else end
    at = start
    for match in _END.finditer(text, start, end):
        if _inside_brackets(text, at, match.start()):
            continue
        yield at, match.end()
        at = match.end()
    if text[at:end].strip():
        yield at, end


def _inside_brackets(text: str, at: int, here: int) -> bool:
    part = text[at:here]
    return part.count("（") > part.count("）") and "）" in text[here : here + 80]


def segments(text: str, start: int, end: int) -> list[Span]:
    """The parts of a sentence between semicolons outside quotes and brackets, each with its semicolon."""
    hidden = masked(opened(text[start:end]))
    out, at = [], start
    for match in _SEMICOLON.finditer(hidden):
        out.append((at, start + match.end()))
        at = start + match.end()
    if at < end:
        out.append((at, end))
    return out


def opened(text: str) -> str:
    """Where all of a sentence stands in quotes, its text with the quotes blanked, length kept."""
    whole = _WHOLE.match(text)
    return f"{whole[1]}〓{whole[2]}〓{whole[3]}" if whole and "“" not in whole[2] else text


def clauses(text: str) -> list[str]:
    """Clauses without their marks; quotes and brackets are not cut."""
    hidden, out, at = masked(text), [], 0
    for match in _CLAUSE.finditer(hidden):
        out.append(text[at : match.start()])
        at = match.end()
    out.append(text[at:])
    return [c.strip() for c in out if c.strip()]


def masked(text: str) -> str:
    """The text with what stands in quotes, titles and brackets blanked, length kept."""
    text = _QUOTED.sub(lambda m: m.group()[0] + "〓" * (len(m.group()) - 2) + m.group()[-1], text)
    return _BRACKETED.sub(lambda m: m.group()[0] + "〓" * (len(m.group()) - 2) + m.group()[-1], text)
