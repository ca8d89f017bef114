"""The mark of the place where the next page of a list begins: the values of its order in the last row, opaque to clients."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text


def mark(*values: Any) -> str:
    """Times as ISO, ids as text, None and numbers as they are."""
    parts = [v.isoformat() if isinstance(v, datetime) else str(v) if isinstance(v, uuid.UUID) else v for v in values]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def read(text: str, *kinds: Callable[[Any], Any]) -> tuple[Any, ...]:
    """The values of a mark, each read by its kind. Raises Refusal for what no page has given."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return tuple(kind(part) for kind, part in zip(kinds, parts, strict=True))
    except (ValueError, TypeError):
        rule = Text("翻页标记无效。", "The paging cursor is not valid.")
        remedy = Text("请从第一页重新开始。", "Start again from the first page.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="after", value=text[:40]) from None
