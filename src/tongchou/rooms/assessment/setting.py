"""A document on record, as the documents package sets it."""

from __future__ import annotations

from django.utils import timezone

from tongchou.documents.model import Number, OfficialDocument, addressees
from tongchou.kernel.clock import SHANGHAI
from tongchou.record.models import Unit
from tongchou.record.territory.names import told_apart
from tongchou.rooms.assessment.blocks import set_blocks
from tongchou.rooms.assessment.models import Bulletin

MASTHEADS = {"document": "文件", "bulletin": "通报", "letter": "", "brief": "工作简报", "minutes": "纪要"}
NUMBERED = ("document", "bulletin", "letter")


def as_document(row: Bulletin) -> OfficialDocument:
    """The document with its elements; without number and marked as a draft until it is signed."""
    names = dict(told_apart(list(Unit.objects.filter(pk__in=row.to_units).values_list("pk", "name"))))
    to, annexes = addressees(tuple(names[u] for u in row.to_units if u in names))
    numbered = row.form in NUMBERED
    return OfficialDocument(
        form=row.form,
        masthead=row.issuer.name + MASTHEADS[row.form],
        title=row.title,
        body=set_blocks(row.body),
        issuer=row.issuer.name,
        dated=(row.signed_at or timezone.now()).astimezone(SHANGHAI).date(),
        number=Number(row.organ, row.year, row.seq) if numbered and row.seq and row.year else None,
        issue=row.seq if not numbered else None,
        to=to,
        annexes=annexes,
        note=row.note,
        copies=tuple(row.copies),
        present=tuple(row.present) if row.form == "minutes" else (),
        attachments=tuple(row.attachments),
        urgency=row.urgency,
        signer=row.signer,
        printed_by=row.issuer.name,
        draft=row.signed_at is None,
    )


def number_of(row: Bulletin) -> str:
    """How the document is called: its number, or its issue; empty for a draft."""
    if not row.seq or not row.year:
        return ""
    return str(Number(row.organ, row.year, row.seq)) if row.form in NUMBERED else f"{row.year}年第{row.seq}期"
