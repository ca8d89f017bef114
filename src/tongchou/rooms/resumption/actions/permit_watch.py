"""The program's own part in a permit's life: it warns before the end, and closes what a permit that has changed no longer needs."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import F
from pydantic import Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.open_loops import OpenManyIn, open_many
from tongchou.record.actions.permit_reviews import KIND as REVIEW
from tongchou.record.actions.permit_reviews import open_reviews
from tongchou.record.loops.titles import noted
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Loop, WorkPermit
from tongchou.record.questions.permits import LIVE, STATES
from tongchou.rooms.resumption.actions.permit_life import loop_payload, settle
from tongchou.rooms.resumption.models import PermitRequest
from tongchou.rooms.resumption.reach import SUSPEND
from tongchou.rooms.resumption.stepping import take
from tongchou.rooms.resumption.ways import rules_on

BATCH = 2_000


class LifeIn(Payload):
    limit: int = Field(BATCH, ge=1, le=20_000)


@verb("permit.life", SUSPEND, Text("许可到期提醒", "Warn of permits that end"), system_only=True)
def life(context: Context, given: LifeIn) -> dict[str, Any]:
    """Put permits that end soon on the work lists, once for each end; close what a permit that has changed no longer needs."""
    today = context.now.astimezone(SHANGHAI).date()
    ended = _close_over(context, given.limit)
    _unopened(context, given.limit)
    days = int(rules_on(today).get("warn_days") or 14)
    rows = (
        WorkPermit.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(state__in=LIVE, until__gte=today, until__lte=today + timedelta(days=days))
        .exclude(requests__what="renew", requests__settled_at=None)
        .exclude(pk__in=PermitRequest.objects.filter(what="renew", ends_on__isnull=False, permit__until=F("ends_on")).values("permit"))
        .select_related("unit__area")
        .order_by("until", "pk")[: given.limit]
    )
    permits, office = list(rows), office_unit()
    if permits and office is not None:
        keys = [new_id() for _ in permits]
        items = [loop_payload(p, "renew", office, k, context.now) for p, k in zip(permits, keys, strict=True)]
        loops: list[Any] = []
        system = replace(context, actor=SYSTEM, grants=())
        for start in range(0, len(items), 500):
            loops += open_many(system, OpenManyIn.model_validate({"items": items[start : start + 500]}))["loops"]
        PermitRequest.objects.bulk_create([
            PermitRequest(id=k, permit=p, what="renew", loop_id=loop, ends_on=p.until) for p, k, loop in zip(permits, keys, loops, strict=True)
        ])  # fmt: skip
        for p, loop in zip(permits, loops, strict=True):
            context.event("permit_warned", loop_id=uuid.UUID(str(loop)), subject=f"permit:{p.pk}", data={"until": str(p.until)})
    return {"warned": len(permits) if office is not None else 0, "ended": ended}


def _unopened(context: Context, limit: int) -> None:
    """Permits under review that no loop answers for, such as those of before reviews were loops."""
    rows = WorkPermit.objects.select_for_update(of=("self",), skip_locked=True).filter(state="review").select_related("unit").order_by("pk")
    opened = Loop.objects.filter(kind=REVIEW, closed_at=None).values_list("origin_ref", flat=True)
    known = set(opened)
    open_reviews(context, [p for p in rows if str(p.pk) not in known][:limit])


def _close_over(context: Context, limit: int) -> int:
    """Requests whose permit was renewed, restored, withdrawn or has ended otherwise."""
    rows = PermitRequest.objects.select_for_update(of=("self",)).filter(settled_at=None).select_related("permit", "loop")
    gone = list(rows.exclude(permit__state__in=LIVE)[:limit])
    gone += list(rows.filter(what="renew", permit__state__in=LIVE).exclude(permit__until=F("ends_on"))[:limit])
    gone += list(rows.filter(what="restore", permit__state="in_force")[:limit])
    system = replace(context, actor=SYSTEM, grants=())
    for row in gone:
        note = Text("许可现为“{state}”，无须再办。", "The permit is now “{state}”: nothing is left to do.").with_(state=STATES[row.permit.state])
        settle(context, row, "over", note.zh)
        take(system, row.loop.pk, "end", **noted(note))
    return len(gone)
