"""What an item holds: read from the record when the draft is made, or given by the enterprise."""

from __future__ import annotations

import uuid
from collections import Counter

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context
from tongchou.record.loops import evidence as pieces
from tongchou.record.models import Staff
from tongchou.rooms.resumption.models import Item


def on_record(item: Item, unit: int, source: str) -> None:
    """Fill an item with what is on record: files of staff, or what the enterprise said in an earlier application. Marked as such."""
    if source == "staff":
        counts = Counter(Staff.objects.filter(unit_id=unit, to_date=None).values_list("outcome", flat=True))
        if counts:
            item.number = sum(counts.values())
            item.record = {"from": "staff", "outcomes": dict(counts)}
        return
    if item.form == "record":
        return
    earlier = Item.objects.filter(application__unit_id=unit, key=item.key, given_at__isnull=False).exclude(
        application=item.application
    )
    last = earlier.order_by("-given_at").first()
    if last is not None and last.form == item.form and item.form in ("text", "number"):
        item.text, item.number = last.text, last.number
        item.record = {"from": "earlier", "at": last.given_at.isoformat() if last.given_at else ""}


def as_value(context: Context, item: Item, text: str, number: float | None, files: list[uuid.UUID]) -> None:
    """Put what was given into the item; refused where it is not what the item's form takes."""
    given = {"text": bool(text), "number": number is not None, "files": bool(files)}
    fits = {
        "text": ("text", "files"),
        "signature": ("text", "files"),
        "number": ("number", "files"),
        "file": ("files",),
        "photo": ("files",),
        "tick": ("number", "files"),
    }[item.form]
    extra = [k for k, v in given.items() if v and k not in fits]
    needed = any(given[k] for k in (("number",) if item.form == "number" else fits))
    if item.form == "tick":
        needed = number == 1 and bool(files)
    if extra or not needed:
        rule = Text("“{what}”没有按要求的形式提供。", "“{what}” was not given in the form asked for.").with_(
            what=Text.from_dict(item.title)
        )
        raise Refusal(Reason.INVALID_VALUE if extra else Reason.MISSING_VALUE, rule, field=f"item_{item.key}")
    kind = "photo" if item.form == "photo" else "file"
    pieces.check_files(
        context.actor,
        [pieces.EvidenceIn.model_validate({"key": item.key, "type": kind, "file": str(f)}) for f in files],
    )
    item.text, item.number, item.files, item.record = text, number, files, {}
