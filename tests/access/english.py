"""Chinese that an English page shows although it is nobody's data: what is stored (names, titles, notes) is data, all else is the program's text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from django.apps import apps
from django.db import models

_HAN = re.compile(r"[\u3400-\u9fff]+")
_SPOKEN = ("placeholder", "title", "aria-label", "alt", "data-label")
_UNSEEN = ("script", "style", "svg", "template")


class _Seen(HTMLParser):
    """Collects what people see or hear of a page; what is marked as another language is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        hidden = self._hidden() or tag in _UNSEEN or (given.get("lang") or "").startswith("zh")
        if tag not in ("meta", "link", "br", "hr", "img", "input", "col", "wbr", "path", "use", "source"):
            self.open.append((tag, hidden))
        if not hidden and not (tag == "input" and given.get("type") == "hidden"):
            self.parts += [given[a] or "" for a in _SPOKEN if given.get(a)]

    def handle_endtag(self, tag: str) -> None:
        while self.open and any(t == tag for t, _ in self.open):
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
    """All text that the database holds, the Chinese half of pairs left out."""
    return "\n".join(s for model in apps.get_models() for s in _of(model))


def _of(model: type[models.Model]) -> Iterator[str]:
    kinds = (models.CharField, models.TextField, models.JSONField)
    names = [f.attname for f in model._meta.concrete_fields if isinstance(f, kinds) and not f.attname.endswith("_zh")]
    if names:
        for row in model._default_manager.values_list(*names):
            for value in row:
                yield from _strings(value)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        pair = {"zh", "en"} <= set(value)
        for key, inner in value.items():
            if not (pair and key == "zh"):
                yield str(key)
                yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)


def chinese_left(html: str, data: str) -> list[str]:
    """The pieces of a page with Chinese in them that is not data."""
    return [p[:120] for p in seen(html) if any(run not in data for run in _HAN.findall(p))]
