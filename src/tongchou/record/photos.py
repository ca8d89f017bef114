"""Photos that hang on a record of a room (a visit, a check): what may be attached, and the only way to look at one.

A room says once, with `photos_of`, who sees the photos of a kind of record. Looking at one is recorded first, like reading a loop's file.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import StoredFile
from tongchou.record.territory.reach import missing

MOST = 9
"""Photos of one record."""
Seen = Callable[[Actor, uuid.UUID], Sequence[uuid.UUID]]
_KINDS: dict[str, Seen] = {}


def photos_of(kind: str) -> Callable[[Seen], Seen]:
    """Name the function that gives the photos of a record to an actor who sees it, and refuses (not found) anybody else."""

    def keep(seen: Seen) -> Seen:
        _KINDS[kind] = seen
        return seen

    return keep


def check_photos(actor: Actor, wanted: Sequence[uuid.UUID], field: str = "photos") -> None:
    """Refuse what is no picture that the actor uploaded. Anybody else's upload is as if it did not exist."""
    own = dict(
        StoredFile.objects.filter(pk__in=wanted, uploaded_by_id=actor.account_id).values_list("pk", "media_type")
    )
    for photo in wanted:
        if not own.get(photo, "").startswith("image/"):
            rule = Text("没有这张已上传的照片。", "There is no such uploaded photo.")
            raise Refusal(
                Reason.NOT_FOUND, rule, remedy=Text("请重新拍照。", "Take it again."), field=field, value=str(photo)
            )


def photo_or_refuse(actor: Actor, kind: str, of: uuid.UUID, photo: uuid.UUID) -> None:
    """Refuse a photo that is not among those of a record that the actor sees; that there is one is not told either."""
    seen = _KINDS.get(kind)
    try:
        found = photo in seen(actor, of) if seen is not None else False
    except Refusal:
        found = False
    if not found:
        raise missing(Text("没有找到这张照片。", "There is no such photo."), "photo", str(photo))
