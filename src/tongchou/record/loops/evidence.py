"""Evidence that comes with a step."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload
from tongchou.record.loops import references
from tongchou.record.models import Evidence, StoredFile


class EvidenceIn(Payload):
    """One piece: `type` says which of text, number, file, link holds it; a photo is a file, a signature a text or a file."""

    key: str = Field(max_length=40)
    type: Literal["text", "file", "photo", "number", "signature", "link"]
    text: str = Field("", max_length=20_000)
    number: Decimal | None = Field(None, max_digits=18, decimal_places=4)
    file: uuid.UUID | None = None
    link: str = Field("", max_length=references.LONGEST, description="loop:<id>, unit:<id>, area:<id>, person:<id> or a page's address")

    @model_validator(mode="after")
    def _holds_something(self) -> EvidenceIn:
        held = {
            "text": bool(self.text),
            "number": self.number is not None,
            "file": self.file is not None,
            "photo": self.file is not None,
            "signature": bool(self.text) or self.file is not None,
            "link": bool(self.link),
        }
        if not held[self.type]:
            raise Refusal(
                Reason.MISSING_VALUE,
                Text("这份材料没有内容。", "This evidence holds nothing."),
                remedy=Text("请填写文字、数值或上传文件。", "Give the text, number or file."),
                field=f"evidence.{self.key}",
            )
        return self


def counted(given: Sequence[EvidenceIn]) -> dict[str, tuple[str, int]]:
    """What the engine needs to know: key -> (type, how many)."""
    numbers = Counter(e.key for e in given)
    return {e.key: (e.type, numbers[e.key]) for e in given}


def check_files(actor: Actor, given: Sequence[EvidenceIn]) -> None:
    """Refuse files that the actor did not upload (as if they did not exist), and photos that are no pictures.

    Only one's own upload may be attached: otherwise a known id would open anybody's file through a loop of one's own.
    """
    wanted = {e.file: e for e in given if e.file is not None}
    if not wanted:
        return
    own = StoredFile.objects.filter(pk__in=wanted, uploaded_by_id=actor.account_id)
    types = dict(own.values_list("pk", "media_type"))
    for file, piece in wanted.items():
        if file not in types:
            rule = Text("没有这个已上传的文件。", "There is no such uploaded file.")
            remedy = Text("请重新上传。", "Upload it again.")
            raise Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field=f"evidence.{piece.key}", value=str(file))
        if piece.type == "photo" and not types[file].startswith("image/"):
            rule = Text("照片须为图片文件。", "A photo must be a picture.")
            remedy = Text("请上传 JPG、PNG 或 WebP。", "Upload JPG, PNG or WebP.")
            raise Refusal(Reason.WRONG_FILE_TYPE, rule, remedy=remedy, field=f"evidence.{piece.key}", value=types[file])


def check_links(actor: Actor, given: Sequence[EvidenceIn]) -> None:
    """Bring links to other records to their stored form; refuse what is no record that the actor may read."""
    for piece in given:
        if piece.link:
            piece.link = references.resolved(actor, piece.link, f"evidence.{piece.key}")


def keep(context: Context, loops: Iterable[uuid.UUID], step: str, given: Sequence[EvidenceIn]) -> None:
    """Store the pieces for each loop."""
    Evidence.objects.bulk_create(
        Evidence(
            loop_id=loop, act=context.act_id, step=step, key=e.key, type=e.type, text=e.text, number=e.number,
            file_id=e.file, link=e.link, by_id=context.actor.account_id, at=context.now,
        )
        for loop in loops
        for e in given
    )  # fmt: skip
