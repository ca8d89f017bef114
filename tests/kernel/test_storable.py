"""What no text column can hold is found, and where."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tongchou.kernel.storable import may_hold_unstorable, unstorable


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"note": "好"}, None),
        ({"note": "a\x00"}, "note"),
        ({"items": [{"title": "x"}, {"title": "\ud800"}]}, "items.1.title"),
        ({"a": {"b\x00": 1}}, "a"),
        ({"note": "typed: \\u0000"}, None),
        ({"emoji": "\U0001f600"}, None),
    ],
)
def test_where_it_lies(value: dict[str, Any], path: str | None) -> None:
    assert unstorable(value) == path
    if path is not None:
        assert may_hold_unstorable(json.dumps(value, ensure_ascii=False))
