"""When a loop is due: changing it, and raising what is late."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from pydantic import AwareDatetime, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.kinds import Party
from tongchou.record.access import roles
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.loops import locked, open_or_refuse, party_or_refuse
from tongchou.record.loops import engine, state
from tongchou.record.models import Loop


class DueIn(Payload):
    loop: uuid.UUID
    due_at: AwareDatetime
    note: str = Field(min_length=1, max_length=2000)


@verb("loop.set_due", "loop.act", Text("调整时限", "Change when it is due"))
def set_due(context: Context, given: DueIn) -> dict[str, Any]:
    """The unit that opened a loop (or the headquarters office) changes when it is due; the old time stays in the timeline."""
    found = locked(context, given.loop)
    open_or_refuse(found)
    party_or_refuse(context, found, (Party.OPENER, Party.ADJUDICATOR), Text("调整时限", "change when it is due"))
    if context.grant is not None and roles()[context.grant.role].served:
        raise engine.due_is_not_theirs("due_at")
    check_due(context.now, given.due_at)
    stage = found.kind.stages[found.stage]
    deadline = given.due_at if stage.keeps_deadline else found.deadline
    assert deadline is not None
    level, check_at = engine.level_due(stage, deadline, context.now)
    Loop.objects.filter(pk=found.id).update(due_at=given.due_at, deadline=deadline, check_at=check_at, level=level)
    data = {"from": found.due_at.isoformat(), "to": given.due_at.isoformat()}
    context.event("set_due", loop_id=found.id, note=given.note, data=data)
    return {"loop": str(found.id)}


def check_due(now: datetime, due_at: datetime) -> None:
    """A due time lies ahead and within five years."""
    if due_at <= now:
        rule = Text("时限须晚于现在。", "The due time must lie in the future.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="due_at", value=due_at.isoformat())
    if due_at > now + timedelta(days=5 * 366):
        rule = Text("时限不得超过五年。", "The due time may not be more than five years ahead.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="due_at", value=due_at.isoformat())


_DUE = """
select id from record_loop where closed_at is null and check_at <= %s order by check_at limit %s for update skip locked
"""


class EscalateIn(Payload):
    limit: int = Field(500, ge=1, le=10_000)


@verb("loop.escalate", "loop.act", Text("逾期升级", "Escalate what is late"), system_only=True, recurs=True)
def escalate(context: Context, given: EscalateIn) -> dict[str, Any]:
    """Raise what is due to be looked at: find, lock (skipping what another worker has), recompute, compare, set, record.

    Safe with several workers, and safe if it dies anywhere: all of it is one transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [context.now, given.limit])
        due = [row[0] for row in cursor.fetchall()]
        raised = 0
        for found in state.load(due):
            stage = found.kind.stages[found.stage]
            assert found.deadline is not None
            level, check_at = engine.level_due(stage, found.deadline, context.now)
            cursor.execute(
                "update record_loop set level = %s, top_level = %s, check_at = %s where id = %s",
                [level, engine.higher(level, found.top_level), check_at, found.id],
            )
            if level != found.level:
                raised += 1
                told = [r.to for r in stage.ladder if r.level.value == level]
                context.event(
                    "escalate",
                    loop_id=found.id,
                    data={"from": found.level, "to": level, "told": [p.value for p in (told[0] if told else ())]},
                )
    return {"looked_at": len(due), "raised": raised}
