"""Exports of personal data: how one's own requests stand, the file itself, and the auditor's list."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.spreadsheets import CSV, XLSX
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import act
from tongchou.record.actions.exports import KIND, valid_until
from tongchou.record.files import OpenedFile, unseal
from tongchou.record.models import Loop, PersonalExport


@dataclass(frozen=True, slots=True)
class Standing:
    """One request. until: the end of the approval, or of the file. number: the mark in the file's rows."""

    loop: Loop
    until: datetime | None
    export: PersonalExport | None

    @property
    def number(self) -> str:
        return self.export.pk.hex[-8:] if self.export else ""

    @property
    def can_make(self) -> bool:
        return self.loop.stage == "approved" and self.export is None and self.until is not None and self.until > timezone.now()

    @property
    def can_fetch(self) -> bool:
        return self.export is not None and self.export.sealed is not None and self.export.expires_at > timezone.now()


def own_requests(actor: Actor, limit: int = 200) -> list[Standing]:
    """The account's requests, the latest first."""
    rows = Loop.objects.filter(kind=KIND, opener_account_id=actor.account_id or 0).select_related("edition", "area", "export")
    return [_standing(row) for row in rows.order_by("-opened_at", "-pk")[:limit]]


def own_request(actor: Actor, loop: uuid.UUID) -> Standing:
    """One of them; anybody else's is not found."""
    row = Loop.objects.filter(pk=loop, kind=KIND, opener_account_id=actor.account_id or 0).select_related("edition", "area", "export").first()
    if row is None:
        rule = Text("没有找到该申请。", "There is no such request of yours.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请从“我的导出”中打开。", "Open it from your exports."), field="loop")
    return _standing(row)


def _standing(row: Loop) -> Standing:
    made = getattr(row, "export", None)
    until = made.expires_at if made else valid_until(row.pk, int(row.data["valid_days"]))
    return Standing(row, until, made)


def fetch(actor: Actor, loop: uuid.UUID) -> OpenedFile:
    """The file of one's own export; the download is recorded first. Raises Refusal."""
    done = act("export.read", actor, new_id(), {"loop": str(loop)})
    row = PersonalExport.objects.get(pk=done.result["export"])
    assert row.sealed is not None
    content = unseal(row.pk, bytes(row.sealed))
    if hashlib.sha256(content).digest() != bytes(row.sha256):
        rule = Text("文件内容与登记的摘要不符。", "The content does not match the digest on record.")
        raise Refusal(Reason.BROKEN_RECORD, rule, field="loop", value=str(loop))
    return OpenedFile(f"personal-{row.pk.hex[-8:]}.{row.format}", CSV if row.format == "csv" else XLSX, content)


def all_exports(limit: int = 500) -> list[dict[str, Any]]:
    """Every export for the auditor: who, for what, how many, how often fetched. No person is named."""
    rows = PersonalExport.objects.select_related("loop", "account", "unit").order_by("-made_at")[:limit]
    return [
        {
            "number": e.pk.hex[-8:], "at": e.made_at, "account": e.account.username, "unit": e.unit.name, "purpose": e.loop.data.get("purpose", ""),
            "columns": list(e.columns), "rows": e.rows, "downloads": e.downloads, "expires_at": e.expires_at, "erased_at": e.erased_at,
        }
        for e in rows
    ]  # fmt: skip
