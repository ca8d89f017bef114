"""Verbs of files: taking one in, and reading one. The bytes come beside the payload: see record/files.py."""

from __future__ import annotations

import uuid
from typing import Any

from pydantic import Field

from tongchou.kernel.text import Text
from tongchou.record import files, photos
from tongchou.record.act import Context, Payload, verb
from tongchou.record.models import Evidence, StoredFile


class UploadIn(Payload):
    """What the door says of the file. `sha256` in hex names the content, so that a repeat is told from a reused
    client id.
    """

    name: str = Field(min_length=1, max_length=300)
    media_type: str = Field("", max_length=120, description="as declared by the sender")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class ReadIn(Payload):
    loop: uuid.UUID
    file: uuid.UUID


class PhotoIn(Payload):
    """of: the record on which the photo hangs; kind: which kind of record."""

    kind: str = Field(max_length=20)
    of: uuid.UUID
    photo: uuid.UUID


@verb("file.upload", "file.upload", Text("上传材料", "Upload a file"))
def upload(context: Context, given: UploadIn) -> dict[str, Any]:
    """Check what the file really is and keep it sealed. The file's id is the act's."""
    content = files.content_in_hand(given.sha256)
    name, media_type = files.inspect(given.name, given.media_type, content)
    if not context.dry_run:
        StoredFile.objects.create(
            id=context.act_id,
            name=name,
            media_type=media_type,
            size=len(content),
            sha256=bytes.fromhex(given.sha256),
            sealed=files.seal(context.act_id, content),
            uploaded_by_id=context.actor.account_id,
            uploaded_at=context.now,
        )
    context.event("uploaded", subject=f"file:{context.act_id}", data={"media_type": media_type, "size": len(content)})
    return {"file": str(context.act_id), "name": name, "media_type": media_type, "size": len(content)}


@verb("file.read", "loop.view", Text("查阅材料", "Read a file"))
def read(context: Context, given: ReadIn) -> dict[str, Any]:
    """Record that a file of a loop was read. Only a loop that the actor sees opens its files."""
    found = files.loop_or_refuse(context.actor, given.loop)
    if not Evidence.objects.filter(loop_id=given.loop, file_id=given.file).exists():
        raise files.no_such_file(given.file)
    if found.subject_person is not None:
        context.read([found.subject_person])
    context.event("file_read", loop_id=given.loop, subject=f"file:{given.file}")
    return {"file": str(given.file)}


@verb("photo.read", "file.upload", Text("查看照片", "Look at a photo"))
def read_photo(context: Context, given: PhotoIn) -> dict[str, Any]:
    """Record that a photo of a visit or a check was looked at. Who does not see the record does not find the photo."""
    photos.photo_or_refuse(context.actor, given.kind, given.of, given.photo)
    context.event("photo_read", subject=f"{given.kind}:{given.of}", data={"file": str(given.photo)})
    return {"photo": str(given.photo)}
