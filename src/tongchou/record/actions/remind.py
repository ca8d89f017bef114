"""Reminding (催办): whoever handed loops out, verifies them or adjudicates tells those whose turn it is to move."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db import connection
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.kinds import Party
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.loops import party_or_refuse
from tongchou.record.loops import engine, state

AGAIN = timedelta(minutes=30)
"""So soon nobody is reminded a second time."""
_RAISE = """
update record_loop set level = case level when 'none' then 'remind' else level end, top_level = case top_level when 'none' then 'remind' else top_level end
where id = any(%s::uuid[])
"""
_LATELY = "select distinct loop_id from record_event where loop_id = any(%s::uuid[]) and what = 'remind' and at > %s"


class RemindIn(Payload):
    loops: list[uuid.UUID] = Field(min_length=1, max_length=20_000)
    note: str = Field("", max_length=2_000)


@verb("loop.remind", "loop.act", Text("催办", "Remind"))
def remind(context: Context, given: RemindIn) -> dict[str, Any]:
    """Remind many at once. Closed ones and those reminded within the last half hour are left out and counted; one out of reach refuses all."""
    ids = list(dict.fromkeys(given.loops))
    found = {s.id: s for s in state.load(ids, lock=True)}
    with connection.cursor() as cursor:
        cursor.execute(_LATELY, [ids, context.now - AGAIN])
        lately = {row[0] for row in cursor.fetchall()}
    told: list[state.LoopState] = []
    for loop in ids:
        one = found.get(loop)
        if one is None or not state.visible(context.actor, one):
            raise engine.not_found()
        party_or_refuse(context, one, (Party.OPENER, Party.VERIFIER, Party.ADJUDICATOR), Text("催办", "remind"))
        if one.closed_at is None and loop not in lately:
            told.append(one)
    if not told and len(ids) == 1:
        rule = Text("该事项已办结，或半小时内已催办过。", "It is closed, or was reminded of within half an hour.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请稍后再催。", "Try again later."), field="loops")
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, [[one.id for one in told]])
    for one in told:
        context.event("remind", loop_id=one.id, note=given.note)
    return {"reminded": len(told), "left_out": len(ids) - len(told)}
