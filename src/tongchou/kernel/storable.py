"""Characters that no text column can hold: NUL, and halves of surrogate pairs, which have no UTF-8 form."""

from __future__ import annotations

import re
from typing import Any

_UNSTORABLE = re.compile("[\\x00\\ud800-\\udfff]")
_IN_JSON = re.compile(r"\\u0000|[\ud800-\udfff]")


def may_hold_unstorable(body: str) -> bool:
    """Whether a JSON text could hold such a character: quick, and true also for a backslash that somebody typed before u0000."""
    return _IN_JSON.search(body) is not None


def unstorable(value: Any, path: str = "") -> str | None:
    """Where in nested dicts and lists the first string with such a character lies, as a dotted path; None when there is none."""
    if isinstance(value, str):
        return path if _UNSTORABLE.search(value) else None
    if isinstance(value, dict):
        pairs = [(str(k), v) for k, v in value.items()]
        bad_key = next((k for k, _ in pairs if _UNSTORABLE.search(k)), None)
        if bad_key is not None:
            return path
    elif isinstance(value, (list, tuple)):
        pairs = [(str(n), v) for n, v in enumerate(value)]
    else:
        return None
    found = (unstorable(v, f"{path}.{k}" if path else k) for k, v in pairs)
    return next((f for f in found if f is not None), None)
