"""Files: what is let in, and the only way to read one.

A file's name, its declared type and what its bytes are must agree. Content is stored sealed as it came: a photo's
position data (EXIF) stays inside the seal and is copied nowhere.
"""

from __future__ import annotations

import hashlib
import io
import re
import uuid
import zipfile
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

import filetype

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.filetypes import NAMES, FileType, detect
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Outcome, act
from tongchou.record.keyring import keyring
from tongchou.record.loops import engine, state
from tongchou.record.models import StoredFile

LARGEST = 20 * 1024 * 1024
UNPACKED_LARGEST = 200 * 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument"
ALLOWED: dict[str, tuple[str, ...]] = {
    "jpg": ("image/jpeg",),
    "jpeg": ("image/jpeg",),
    "png": ("image/png",),
    "webp": ("image/webp",),
    "gif": ("image/gif",),
    "pdf": ("application/pdf",),
    "docx": (f"{_OFFICE}.wordprocessingml.document",),
    "xlsx": (f"{_OFFICE}.spreadsheetml.sheet",),
    "txt": ("text/plain",),
    "csv": ("text/csv", "text/plain", "application/vnd.ms-excel"),
    "mp4": ("video/mp4",),
    "mp3": ("audio/mpeg", "audio/mp3"),
    "m4a": ("audio/mp4", "audio/x-m4a", "audio/m4a"),
    "amr": ("audio/amr",),
}
"""Extension -> media types that may be declared for it; the first is the one that is stored."""
_UNSAID = ("", "application/octet-stream")
_ACTIVE_PDF = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile)\b")
_ACTIVE_OFFICE = ("vbaproject.bin", "activex", "embeddings/oleobject", "macrosheets")
_SNIFFED = {
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "application/pdf",
    "video/mp4",
    "audio/mpeg",
    "audio/amr",
}

_in_hand: ContextVar[bytes | None] = ContextVar("file_in_hand", default=None)


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file that was read on purpose; the reading is on record."""

    name: str
    media_type: str
    content: bytes

    @property
    def headers(self) -> dict[str, str]:
        """HTTP headers under which a browser stores the file and never runs it."""
        plain = re.sub(r"[^A-Za-z0-9._-]", "_", self.name)
        return {
            "Content-Type": self.media_type,
            "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(self.name, safe='')}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "no-store",
        }


def take_in(
    actor: Actor, client_id: uuid.UUID, name: str, media_type: str, content: bytes, *, dry_run: bool = False
) -> Outcome:
    """Upload a file: the verb file.upload with its bytes. result: file, name, media_type, size. Raises Refusal."""
    too_large(len(content))
    payload = {"name": name[:300], "media_type": media_type[:120], "sha256": hashlib.sha256(content).hexdigest()}
    token = _in_hand.set(content)
    try:
        return act("file.upload", actor, client_id, payload, dry_run=dry_run)
    finally:
        _in_hand.reset(token)


def read_out(actor: Actor, loop: uuid.UUID, file: uuid.UUID, *, purpose: str = "") -> OpenedFile:
    """Read a file through a loop that the actor sees; the reading is recorded first. Raises Refusal."""
    act("file.read", actor, new_id(), {"loop": str(loop), "file": str(file)}, purpose=purpose)
    return opened(file)


def opened(file: uuid.UUID) -> OpenedFile:
    """The bytes of a file whose reading is on record already. Raises Refusal when it was erased or altered."""
    row = StoredFile.objects.get(pk=file)
    if row.sealed is None:
        rule = Text("该材料已按规定清除。", "This file was erased under the rules.")
        raise Refusal(Reason.EXPIRED, rule, field="file", value=str(file))
    content = unseal(file, bytes(row.sealed))
    if hashlib.sha256(content).digest() != bytes(row.sha256):
        rule = Text("材料内容与登记的摘要不符。", "The content does not match the digest on record.")
        raise Refusal(Reason.BROKEN_RECORD, rule, field="file", value=str(file))
    return OpenedFile(row.name, row.media_type, content)


def content_in_hand(sha256: str) -> bytes:
    """The bytes that came with the present upload; refuses when there are none, or others than named."""
    content = _in_hand.get()
    if content is None or hashlib.sha256(content).hexdigest() != sha256:
        rule = Text("没有随附文件内容。", "The file's content did not come with it.")
        raise Refusal(
            Reason.MISSING_VALUE,
            rule,
            remedy=Text("请通过上传接口提交。", "Send it to the upload address."),
            field="file",
        )
    return content


def seal(file: uuid.UUID, content: bytes) -> bytes:
    return keyring().seal(content, _bound_to(file))


def unseal(file: uuid.UUID, sealed: bytes) -> bytes:
    """The bytes that `seal` sealed under this id; raises SealBroken when they were altered."""
    return keyring().open(sealed, _bound_to(file))


def _bound_to(file: uuid.UUID) -> bytes:
    return b"file:" + file.bytes


def loop_or_refuse(actor: Actor, loop: uuid.UUID) -> state.LoopState:
    found = state.load([loop])
    if not found or not state.visible(actor, found[0]):
        raise engine.not_found()
    return found[0]


def no_such_file(file: uuid.UUID) -> Refusal:
    rule = Text("该事项没有这份材料。", "This loop has no such file.")
    return Refusal(
        Reason.NOT_FOUND, rule, remedy=Text("请刷新页面。", "Reload the page."), field="file", value=str(file)
    )


def too_large(size: int) -> None:
    """Refuse a size above the limit, before anything is read into memory where the door knows it."""
    if size > LARGEST:
        raise Refusal(
            Reason.TOO_LARGE,
            Text("文件不得超过 20 MB。", "A file may not be larger than 20 MB."),
            remedy=Text("请压缩或分开上传。", "Compress it, or send it in parts."),
            field="file",
            value=f"{size / 1024 / 1024:.1f} MB",
        )


def inspect(name: str, declared: str, content: bytes) -> tuple[str, str]:
    """Return the cleaned name and the real media type; refuses what is empty, too large, disguised, active or of a
    kind not let in.
    """
    too_large(len(content))
    clean = _clean_name(name)
    extension = PurePosixPath(clean).suffix.lower().lstrip(".")
    if not content:
        raise _wrong(Text("文件是空的。", "The file is empty."), clean)
    if extension not in ALLOWED:
        rule = Text("不接受“.{e}”文件。", "“.{e}” files are not accepted.").with_(e=extension or "?")
        raise _wrong(rule, clean)
    wanted = ALLOWED[extension]
    stated = declared.split(";")[0].strip().lower()
    if stated not in (*wanted, *_UNSAID):
        rule = Text(
            "扩展名与声明的类型（{t}）不符。", "The extension does not agree with the declared type ({t})."
        ).with_(t=stated)
        raise _wrong(rule, clean)
    if not _is_really(wanted[0], content):
        what = NAMES[detect(content)]
        rule = Text("扩展名是“.{e}”，内容却是{what}。", "It is named “.{e}”, but its content is {what}.").with_(
            e=extension, what=what
        )
        raise _wrong(rule, clean)
    _refuse_active(wanted[0], content, clean)
    return clean, wanted[0]


def _clean_name(name: str) -> str:
    """The last part of the name without control or direction marks (which can make exe.gpj look like jpg.exe)."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    last = re.sub(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", "", last).strip(" .")
    stem, suffix = PurePosixPath(last).stem, PurePosixPath(last).suffix
    return (stem[: 200 - len(suffix)] + suffix) or "file"


def _is_really(media_type: str, content: bytes) -> bool:
    kind = filetype.guess_mime(content)
    if media_type in _SNIFFED:
        return bool(kind == media_type)
    if media_type == "audio/mp4":
        return kind in ("audio/mp4", "video/mp4", "audio/m4a", "audio/x-m4a")
    if media_type.endswith("wordprocessingml.document"):
        return detect(content) is FileType.DOCX
    if media_type.endswith("spreadsheetml.sheet"):
        return detect(content) is FileType.XLSX
    return kind is None and detect(content) is FileType.TEXT and _is_text(content)


def _is_text(content: bytes) -> bool:
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return "\x00" not in content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return False


def _refuse_active(media_type: str, content: bytes, name: str) -> None:
    """Refuse what could run: scripts in PDF, macros and embedded objects in Office files, archives that unpack
    without end.
    """
    if media_type == "application/pdf" and _ACTIVE_PDF.search(content):
        raise _wrong(Text("PDF 内含脚本或附件。", "The PDF holds a script or an attachment."), name)
    if not media_type.startswith(_OFFICE):
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    if any(mark in part.filename.lower() for part in parts for mark in _ACTIVE_OFFICE):
        raise _wrong(Text("Office 文件内含宏或嵌入对象。", "The Office file holds macros or embedded objects."), name)
    if sum(part.file_size for part in parts) > UNPACKED_LARGEST:
        raise _wrong(Text("文件解压后过大。", "The file unpacks to too much."), name)


def _wrong(rule: Text, name: str) -> Refusal:
    return Refusal(
        Reason.WRONG_FILE_TYPE,
        rule,
        remedy=Text(
            "请上传图片、PDF、Word（docx）、Excel（xlsx）、文本、音频或视频文件。",
            "Send a picture, PDF, Word (docx), Excel (xlsx), text, audio or video file.",
        ),
        field="file",
        value=name[:80],
    )
