"""What an English page says in Chinese although it is nobody's data: what is stored (names, titles, notes) is data, all else is the program's own text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from django.apps import apps
from django.db import models

_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_MARKS = re.compile(r"[、。，；：（）！？]")
_UNFILLED = re.compile(r"\{\w*\}|\bText\(|<[A-Z]\w+:? ")
_SPOKEN = ("placeholder", "title", "aria-label", "alt")
_UNSEEN = ("script", "style", "svg", "template", "textarea", "pre", "code")
_VOID = ("meta", "link", "br", "hr", "img", "input", "col", "wbr", "source")


class _Seen(HTMLParser):
    """Collects what people see or hear of a page; what is marked as Chinese is left out, and so is code and what somebody writes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        hidden = self._hidden() or tag in _UNSEEN or str(given.get("lang") or "").startswith("zh")
        if tag not in _VOID:
            self.open.append((tag, hidden))
        if not hidden:
            self.parts += [str(given[a]) for a in _SPOKEN if given.get(a)]

    def handle_endtag(self, tag: str) -> None:
        while any(t == tag for t, _ in self.open):
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self._hidden():
            self.parts.append(data)

    def _hidden(self) -> bool:
        return bool(self.open) and self.open[-1][1]


def seen(html: str) -> list[str]:
    """The pieces of text that a page shows."""
    parser = _Seen()
    parser.feed(html)
    return [" ".join(p.split()) for p in parser.parts if p.strip()]


def stored() -> str:
    """All text that the database holds, the Chinese half of pairs left out. What is sealed is not among it."""
    return "\n".join(s for model in apps.get_models() for s in _of(model))


def _of(model: type[models.Model]) -> Iterator[str]:
    for row in model._default_manager.values_list():
        for value in row:
            yield from _strings(value)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield " ".join(value.split())
    elif isinstance(value, dict):
        for key, inner in value.items():
            if not (key == "zh" and "en" in value):
                yield str(key)
                yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)


def left(html: str, data: str) -> list[str]:
    """The pieces of an English page that are Chinese and no data, or separated as Chinese is, or were not filled in."""
    return [
        p[:120]
        for p in seen(html)
        if _UNFILLED.search(p) or any(r not in data for r in _CHINESE.findall(p)) or _mixed(p, data)
    ]


def _mixed(piece: str, data: str) -> bool:
    """Whether a Chinese comma, bracket or stop stands there that the data does not have so."""
    return any(piece[max(0, m.start() - 1) : m.end() + 1] not in data for m in _MARKS.finditer(piece))
