"""A code to scan grows with what it is put into."""

from __future__ import annotations

import re

from tongchou.documents.qr import qr


def test_a_code_has_a_view_box_and_no_size_of_its_own() -> None:
    drawn = qr("https://district.example/plates/1?p=blue")
    head = drawn[: drawn.index(">")]
    box = re.search(r'viewBox="0 0 (\d+) (\d+)"', head)
    assert box is not None
    assert box[1] == box[2]
    assert "width=" not in head
    assert "height=" not in head
