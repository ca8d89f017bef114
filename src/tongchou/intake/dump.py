"""Rows of a database dump: the article is one of the string values; what stands around it is no text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tongchou.intake.mapped import Mapped, concat
from tongchou.intake.notes import Notes
from tongchou.intake.page import han_count

_VALUE = r"""(?:'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|[-+]?\d[\d.]*|(?i:null|true|false|now\(\)))"""
_ROW = re.compile(rf"\(\s*{_VALUE}(?:\s*,\s*{_VALUE})+\s*\)\s*[,;]?", re.DOTALL)
_STRING = re.compile(
    r"""(?<=[(,\s])(?:'(?P<one>(?:[^'\\]|\\.|'')*)'|"(?P<two>(?:[^"\\]|\\.|"")*)")(?=\s*[,)])""", re.DOTALL
)
_TIME = re.compile(r"\s*20\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?\s*")
_ESCAPE = re.compile(r"""\\(?P<c>[nrt0'"\\/%_])|(?P<twice>''|"")""")
_PLAIN = {"n": "\n", "r": "\n", "t": " ", "0": ""}
_ESCAPED_TAG = re.compile(
    r"&lt;/?(?:p|br|div|span|strong|b|em|font|img|a|t[dhr]|table|tbody|h[1-6]|ul|ol|li|section)\b", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?P<what>lt|gt|quot|amp|#39);")
_MARKS = {"lt": "<", "gt": ">", "quot": '"', "amp": "&", "#39": "'"}
BODY, TITLE = 40, 60
"""Chinese characters that a value holds at least to be an article; at most, to be its title."""


@dataclass(frozen=True, slots=True)
class _Row:
    """Places of one row's article, of its title and of its dates."""

    body: tuple[int, int]
    title: tuple[int, int] | None
    dates: list[tuple[int, int]]


def undump(text: Mapped, notes: Notes) -> Mapped:
    """The articles of a dump's rows, each under its title and dates, escapes resolved; any other text as it is. Escaped tags become tags."""
    if rows := _rows(text.text):
        text = _taken_out(text, rows, notes)
    if len(_ESCAPED_TAG.findall(text.text)) >= 2:
        text = text.sub(_ENTITY, lambda m: _MARKS[m["what"]], notes.of("entity"))
    return text


def _rows(text: str) -> list[_Row]:
    found = []
    for row in _ROW.finditer(text):
        values = [_inside(m) for m in _STRING.finditer(text, row.start(), row.end())]
        sizes = [han_count(text[a:b]) for a, b in values]
        best = max(range(len(values)), key=sizes.__getitem__, default=None)
        if best is None or sizes[best] < BODY:
            continue
        before = [
            v for n, v in enumerate(values) if n < best and 4 <= sizes[n] <= TITLE and "。" not in text[v[0] : v[1]]
        ]
        dates = [v for v in values if _TIME.fullmatch(text[v[0] : v[1]])]
        found.append(_Row(values[best], before[0] if before else None, dates))
    return found


def _inside(match: re.Match[str]) -> tuple[int, int]:
    return match.span("one") if match["one"] is not None else match.span("two")


def _taken_out(text: Mapped, rows: list[_Row], notes: Notes) -> Mapped:
    parts, kept = [], []
    for row in rows:
        spans = [*([row.title] if row.title else []), *row.dates, row.body]
        parts += [text[a:b].sub(_ESCAPE, _plain, notes.of("code")) for a, b in spans]
        kept += spans
    at = 0
    for a, b in [*sorted(kept), (len(text), len(text))]:
        notes.dropped("code", text[at:a])
        at = b
    return concat(parts, "\n")


def _plain(match: re.Match[str]) -> str:
    return match["twice"][0] if match["twice"] else _PLAIN.get(match["c"], match["c"])
