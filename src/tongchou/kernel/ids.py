"""Record ids: UUID version 7, so that new rows land at the end of an index."""

from __future__ import annotations

import uuid

from uuid_utils.compat import uuid7

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text


def new_id() -> uuid.UUID:
    """Return a new UUIDv7: ids made later sort later (to the millisecond)."""
    made: uuid.UUID = uuid7()
    return made


def parse_id(text: object, field: str) -> uuid.UUID:
    """Read a UUID of any version in its usual 36-character form; anything else is refused."""
    if isinstance(text, uuid.UUID):
        return text
    given = str(text).strip()
    try:
        value = uuid.UUID(given)
    except ValueError:
        value = None
    if value is None or len(given) != 36:
        raise Refusal(
            Reason.INVALID_VALUE,
            Text("不是有效的编号（UUID）。", "This is not a valid id (UUID)."),
            remedy=Text(
                "请从列表或链接中复制 36 位的完整编号。", "Copy the whole 36-character id from the list or the link."
            ),
            field=field,
            value=given[:60],
        )
    return value
