"""Files that are not what they say, on the pages on which enterprises and projects come in as tables: refused, nothing is written, nothing breaks."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.kernel.ids import new_id
from tongchou.record.models import Act, Event
from tongchou.web.pages import imports

PAGES = {
    "enterprises_import": "hq", "staff_import": "street", "daily_import": "street", "signals_import": "street", "projects_import": "hq", "match_import": "hq",
}  # fmt: skip
"""The page and who opens it."""


def bomb() -> bytes:
    """A spreadsheet of a few hundred KB that unpacks to 210 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(210):
                sheet.write(b"0" * (1 << 20))
    return out.getvalue()


BOMB = bomb()
BAD: dict[str, tuple[str, bytes]] = {
    "program": ("名单.xlsx", b"MZ\x90\x00\x03" + b"\x00" * 500),
    "broken": ("名单.xlsx", b"PK\x03\x04" + b"\x00" * 500),
    "bomb": ("名单.xlsx", BOMB),
    "page": ("名单.csv", b"<html><script>alert(1)</script></html>"),
    "binary": ("名单.csv", bytes(range(256)) * 20),
    "empty": ("名单.csv", b""),
    "head_only": ("<script>alert(1)</script>.csv", "没有这一列\n".encode()),
}


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("page", PAGES)
def test_a_file_that_is_no_table_is_refused_and_nothing_is_written(cast: Cast, page: str, kind: str) -> None:
    name, content = BAD[kind]
    client, before = signed_in(cast, PAGES[page]), (Event.objects.count(), Act.objects.count())
    form: dict[str, Any] = {"table": SimpleUploadedFile(name, content), "mode": "import", "client_id": str(new_id())}
    answer = client.post(reverse(page), form)
    said = answer.content.decode()
    assert answer.status_code in (400, 413, 422), said[:300]
    assert "tc-error" in said
    assert "<script>alert" not in said
    assert (Event.objects.count(), Act.objects.count()) == before


@pytest.mark.parametrize("page", PAGES)
def test_too_much_is_refused_before_it_is_read(cast: Cast, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "LARGEST", 1 << 20)
    large = SimpleUploadedFile("名单.csv", b"a,b\n" * (1 << 19))
    answer = signed_in(cast, PAGES[page]).post(reverse(page), {"table": large, "mode": "import", "client_id": str(new_id())})
    assert answer.status_code == 413
    assert "请拆成几个文件" in answer.content.decode()
