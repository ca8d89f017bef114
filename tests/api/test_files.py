"""Files: disguises are refused, content is sealed, and only a loop that one sees opens a file."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.calling import Caller, token_of
from tests.cast import Cast
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record import files
from tongchou.record.models import Act, Event, Evidence, StoredFile

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00" * 40
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 60
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF"


def office(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, "<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "declared", "content", "media_type"),
    [
        ("现场.png", "image/png", PNG, "image/png"),
        ("现场.JPG", "image/jpeg", JPEG, "image/jpeg"),
        ("报告.pdf", "application/octet-stream", PDF, "application/pdf"),
        ("台账.xlsx", "", office("xl/workbook.xml"), files.ALLOWED["xlsx"][0]),
        ("说明.docx", "", office("word/document.xml"), files.ALLOWED["docx"][0]),
        ("名单.csv", "text/csv", "姓名,楼栋\n".encode("gb18030"), "text/csv"),
        ("说明.txt", "text/plain; charset=utf-8", "已逐户排查".encode("utf-16"), "text/plain"),
    ],
)
def test_honest_files_are_let_in(name: str, declared: str, content: bytes, media_type: str) -> None:
    assert files.inspect(name, declared, content) == (name, media_type)


@pytest.mark.parametrize(
    ("name", "declared", "content"),
    [
        ("photo.jpg", "image/jpeg", PNG),
        ("photo.png", "image/jpeg", PNG),
        ("photo.png", "image/png", b"<html><script>alert(1)</script>"),
        ("photo.jpg", "image/jpeg", b"MZ\x90\x00" + b"\x00" * 80),
        ("page.html", "text/html", b"<html></html>"),
        ("mark.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("tool.exe", "application/octet-stream", b"MZ\x90\x00"),
        ("photo.jpg.exe", "image/jpeg", JPEG),
        ("note.txt", "text/plain", b"<!doctype html><html></html>"),
        ("note.txt", "text/plain", b"<?xml version='1.0'?><svg/>"),
        ("note.txt", "text/plain", b"\x00\x01\x02binary"),
        ("note.txt", "text/plain", b"\x7fELF" + b"\x00" * 50),
        ("sheet.xlsx", "", office("word/document.xml")),
        ("sheet.xlsx", "", office("xl/workbook.xml", "xl/vbaProject.bin")),
        ("sheet.xlsm", "", office("xl/workbook.xml")),
        ("letter.docx", "", office("word/document.xml", "word/embeddings/oleObject1.bin")),
        ("report.pdf", "application/pdf", PDF + b"/JavaScript (app.alert(1))"),
        ("empty.png", "image/png", b""),
        ("no-extension", "image/png", PNG),
        ("old.doc", "application/msword", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600),
    ],
)
def test_disguises_and_active_content_are_refused(name: str, declared: str, content: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        files.inspect(name, declared, content)
    assert caught.value.reason is Reason.WRONG_FILE_TYPE
    assert caught.value.field == "file"


def test_direction_marks_cannot_turn_a_name_round() -> None:
    name, _ = files.inspect("../../etc/gnp\u202e.png", "image/png", PNG)
    assert name == "gnp.png"


def send(
    caller: Caller, content: bytes, name: str = "现场.png", declared: str = "image/png", key: object = None
) -> tuple[int, dict]:
    answer = caller.client.post(
        "/api/v1/files",
        {"file": SimpleUploadedFile(name, content, declared)},
        HTTP_IDEMPOTENCY_KEY=str(key or new_id()),
        **caller.extra,
    )
    return answer.status_code, answer.json()


def test_a_file_is_sealed_and_read_only_through_a_loop_that_one_sees(cast: Cast) -> None:
    street = Caller(token_of(cast, "street"))
    secret = PNG + b"GPSLatitude 31.2"
    status, body = send(street, secret)
    assert status == 200
    file = body["result"]["file"]
    row = StoredFile.objects.get(pk=file)
    assert b"GPSLatitude" not in bytes(row.sealed)
    assert row.uploaded_by_id == cast.accounts["street"].pk
    loop = cast.task()
    assert street.get(f"/loops/{loop}/files/{file}")[0] == 404  # uploaded, but not of this loop
    Evidence.objects.create(
        loop_id=loop, act=new_id(), step="report", key="photo", type="photo", file=row, at=row.uploaded_at
    )
    answer = street.client.get(f"/api/v1/loops/{loop}/files/{file}", **street.extra)
    assert answer.content == secret
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert Act.objects.filter(verb="file.read", account=cast.accounts["street"]).count() == 1
    assert Event.objects.filter(what="file_read", loop_id=loop).count() == 1
    stranger = Caller(token_of(cast, "next_street"))
    assert stranger.get(f"/loops/{loop}/files/{file}")[0] == 404


def test_sending_a_file_twice_keeps_it_once(cast: Cast) -> None:
    street, key = Caller(token_of(cast, "street")), new_id()
    first, again = send(street, PNG, key=key), send(street, PNG, key=key)
    assert first[1]["result"] == again[1]["result"]
    assert again[1]["repeated"]
    assert StoredFile.objects.count() == 1
    assert send(street, PNG + b"x", key=key)[0] == 409


def test_too_large_is_413(cast: Cast) -> None:
    status, body = send(Caller(token_of(cast, "street")), PNG + b"\x00" * files.LARGEST)
    assert (status, body["reason"]) == (413, "too_large")
    assert not StoredFile.objects.exists()


def test_a_disguise_is_a_problem_document(cast: Cast) -> None:
    status, body = send(Caller(token_of(cast, "street")), b"MZ\x90\x00" + b"\x00" * 90)
    assert (status, body["reason"], body["field"]) == (422, "wrong_file_type", "file")
