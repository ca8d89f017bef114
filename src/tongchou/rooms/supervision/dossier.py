"""The evidence of a lead as it stood when the lead was raised: the loop, its timeline, evidence and deadlines; canonical, sealed, with its hash."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from tongchou.record.access import SYSTEM
from tongchou.record.keyring import keyring
from tongchou.record.models import StoredFile
from tongchou.record.questions.loopfile import LoopFile, loop_file
from tongchou.rooms.supervision.models import Lead

DEADLINES = ("open", "set_due", "escalate", "grant_extension")


def frozen(loop: uuid.UUID | None, text: str) -> bytes:
    """Canonical JSON (UTF-8, sorted keys) of what the record holds about a loop now, and what the one who raises the lead says."""
    return canonical({"said": text, "loop": _loop(loop_file(SYSTEM, loop)) if loop else None})


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode("utf-8")


def _loop(found: LoopFile) -> dict[str, Any]:
    row = found.loop
    timeline = [
        {"at": h.at.isoformat(), "what": h.what, "who": h.who, "unit": h.unit, "from": h.from_stage, "to": h.to_stage, "note": h.note,
         "data": h.data, "act": str(h.act), "seq": h.seq}
        for h in found.timeline
    ]  # fmt: skip
    digests = dict(StoredFile.objects.filter(pk__in=[e.file_id for e in found.evidence if e.file_id]).values_list("pk", "sha256"))
    return {
        "id": str(row.pk), "kind": row.kind, "title": row.title, "detail": row.detail, "data": row.data, "owner": row.owner_unit.name,
        "turn": row.turn_unit.name if row.turn_unit else "", "stage": row.stage, "level": row.level, "opened_at": row.opened_at.isoformat(),
        "due_at": row.due_at.isoformat(), "deadline": row.deadline.isoformat() if row.deadline else None, "returns": row.returns,
        "reopened": row.reopened, "timeline": timeline, "deadlines": [t for t in timeline if t["what"] in DEADLINES],
        "evidence": [
            {"step": e.step, "key": e.key, "type": e.type, "text": e.text, "number": e.number, "link": e.link, "at": e.at.isoformat(),
             "file": str(e.file_id) if e.file_id else None, "sha256": bytes(digests[e.file_id]).hex() if e.file_id else None}
            for e in found.evidence
        ],
    }  # fmt: skip


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def seal(lead: uuid.UUID, content: bytes) -> bytes:
    return keyring().seal(content, b"lead:" + lead.bytes)


def opened(lead: Lead) -> tuple[dict[str, Any], bool]:
    """The frozen evidence, and whether it still has the hash that is on record."""
    content = keyring().open(bytes(lead.sealed), b"lead:" + lead.pk.bytes)
    return json.loads(content), digest_of(content) == lead.digest


def text_of(lead: Lead, field: str) -> dict[str, Any]:
    """A sealed part: answer, reason, appeal or review; {} where there is none."""
    held = getattr(lead, field)
    return {} if held is None else json.loads(keyring().open(bytes(held), b"lead:" + lead.pk.bytes))
