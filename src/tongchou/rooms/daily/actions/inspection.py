"""Enterprises that were ordered to stop are told to discipline inspection, each once, with what was found. What becomes of it is that unit's own."""

from __future__ import annotations

import uuid
from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, Payload, act, verb
from tongchou.record.models import StoredFile
from tongchou.rooms.daily.models import Breach, SpotCheck

_FOUND = {"false_file": "现场与所报不符（虚假档案）", "no_right": "未经批准开工"}


class HandedIn(Payload):
    breaches: list[uuid.UUID] = Field(max_length=200)


def tell_inspection(limit: int = 200) -> int:
    """Hand on what was ordered to stop and not told yet; returns how many. Safe to run twice: each is an act under the matter's own id."""
    due = (
        Breach.objects.filter(loop__stage="stopped", handed_on_at=None)
        .select_related("unit")
        .order_by("ended_at")[:limit]
    )
    told = []
    for row in due:
        kind = "false_report" if row.spot_checks.filter(result="false_file").exists() else "other"
        try:
            act(
                "lead.open",
                SYSTEM,
                uuid.uuid5(row.pk, "lead"),
                {"kind": kind, "unit": row.unit_id, "loop": str(row.loop_id), "text": _text(row)},
            )
        except Refusal:
            continue  # nobody to take it yet: the refusal is on record, and the next run tries again
        told.append(str(row.pk))
    if told:
        act("breach.handed_on", SYSTEM, uuid.uuid5(uuid.UUID(told[0]), "handed_on"), {"breaches": told})
    return len(told)


def tell_inspection_soon() -> None:
    """The same right after a decision. Should this not come to pass, the job does it."""
    tell_inspection()


def _text(row: Breach) -> str:
    """What was told, what was on record, what was found, and by which digests its photos are known."""
    lines = [f"责令停工：{row.unit.name}（{row.unit.code or '无代码'}）", row.text, *(a["text"] for a in row.evidence.get("also", ())), row.evidence.get("said", "")]
    for check in row.spot_checks.order_by("at"):
        lines.append(_check(check))
    return "\n".join(x for x in lines if x)[:20_000]


def _check(check: SpotCheck) -> str:
    digests = StoredFile.objects.filter(pk__in=check.photos).order_by("pk").values_list("pk", "sha256")
    people = "未清点人数" if check.people is None else f"现场 {check.people} 人"
    photos = "；".join(f"照片 {pk} SHA-256 {bytes(digest).hex()}" for pk, digest in digests)
    return f"抽查 {check.at:%Y-%m-%d}：{_FOUND.get(check.result, check.result)}，{people}。{check.seen}\n{photos}"


@verb("breach.handed_on", "loop.act", Text("已移送线索", "Told to discipline inspection"), system_only=True)
def handed_on(context: Context, given: HandedIn) -> dict[str, Any]:
    """Remember which matters discipline inspection was told of."""
    n = Breach.objects.filter(pk__in=given.breaches, handed_on_at=None).update(handed_on_at=context.now)
    context.event("breaches_handed_on", data={"n": n})
    return {"handed_on": n}
