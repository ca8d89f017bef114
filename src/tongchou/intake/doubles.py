"""What a document says twice."""

from __future__ import annotations

import re

from tongchou.intake.model import Directive

_KEY = re.compile(r"[\W_]")


def drop_doubles(items: list[Directive]) -> list[Directive]:
    """What a document says twice is one item."""
    seen: set[str] = set()
    out = []
    for item in items:
        key = _KEY.sub("", item.text)
        if key not in seen:
            seen.add(key)
            out.append(item)
    return out
