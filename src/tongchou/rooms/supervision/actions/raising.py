"""Raising leads: by the ladder, again and again without doubles, or by somebody who saw something."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.db import connection
from django.db.models import Max
from pydantic import Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops import engine, state
from tongchou.record.loops.titles import written
from tongchou.record.models import Unit
from tongchou.record.questions.units import street_of
from tongchou.record.territory.reach import unit_in_reach
from tongchou.rooms.supervision.actions.substitutes import handler_for
from tongchou.rooms.supervision.dossier import digest_of, frozen, seal
from tongchou.rooms.supervision.models import Lead

REPORT = "lead.report"
explain_constraint(
    "lead_one_open",
    Reason.DUPLICATE,
    Text("该事项已有一条未办结的问责线索。", "There is an open lead on this loop already."),
    Text("请等待其办结。", "Wait until it is closed."),
)


class RaiseIn(Payload):
    limit: int = Field(200, ge=1, le=2000)


class OpenLeadIn(Payload):
    """loop: what it is about; unit: whose conduct. One of them at least."""

    kind: Lead.Kind
    text: str = Field(min_length=4, max_length=20_000)
    loop: uuid.UUID | None = None
    unit: int | None = None


_DUE = """
select l.id, l.turn_unit_id, n.told from record_loop l
cross join lateral (
  select max(e.at) as at from record_event e where e.loop_id = l.id and e.what = 'escalate' and e.data ->> 'to' = 'accountability'
) x
cross join lateral (
  select exists (select 1 from record_event u where u.subject = 'loop:' || l.id and u.subject <> '' and u.what = 'lead_untaken' and u.at >= x.at) as told
) n
where l.closed_at is null and l.level = 'accountability' and l.kind <> 'lead' and x.at <= %s
  and not exists (select 1 from supervision_lead s where s.source_id = l.id and (s.closed_at is null or s.raised_at >= x.at))
order by n.told, l.id limit %s
"""


def answerable(unit: Unit) -> Unit | None:
    """Whose conduct is looked into when this unit does nothing. Enterprises and volunteers are not subject to discipline inspection: for them the
    street, which has to press them (属地责任). None where no street is known."""
    if unit.kind not in (Unit.Kind.ENTERPRISE, Unit.Kind.VOLUNTEER_TEAM):
        return unit
    street = street_of(unit)
    return Unit.objects.select_related("area").get(pk=street) if street is not None else None


@verb("lead.raise", "loop.act", Text("逾期到顶自动移送线索", "Hand on what the ladder took to its end"), system_only=True, recurs=True)
def hand_on(context: Context, given: RaiseIn) -> dict[str, Any]:
    """A lead for each open loop that the ladder has taken to its end, once for each time it got there.

    One that nobody here can take stays where it is and is tried again, behind the others; that it waits is on record once.
    """
    _in_turn()
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [context.now, given.limit])
        due = cursor.fetchall()
    made = 0
    for loop, turn, told in due:
        unit = answerable(Unit.objects.select_related("area").get(pk=turn))
        handler = handler_for(unit) if unit is not None else None
        if unit is None or handler is None:
            if not told:
                context.event("lead_untaken", subject=f"loop:{loop}", data={"unit": turn})
            continue
        make(context, Lead.Kind.LATE, unit, handler, loop, "")
        made += 1
    return {"raised": made, "looked_at": len(due), "nobody_to_take": len(due) - made}


@verb("lead.open", REPORT, Text("移送问责线索", "Hand on a lead"))
def open_lead(context: Context, given: OpenLeadIn) -> dict[str, Any]:
    """Hand a lead to discipline inspection. What it says is from then on for that unit alone, not for who wrote it."""
    _in_turn()
    turn = None
    if given.loop is not None:
        found = state.load([given.loop])
        if not found or not state.visible(context.actor, found[0]) or found[0].kind.confidential:
            raise engine.not_found()
        turn = found[0].turn_unit or found[0].owner_unit
    if given.unit is None and turn is None:
        rule = Text("须指明单位或事项。", "Name the unit or the loop.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请选择单位。", "Choose the unit."), field="unit")
    if given.unit is not None:
        unit = unit_in_reach(context.actor, "unit.view", given.unit)
    else:
        unit = Unit.objects.select_related("area").get(pk=turn or 0)
    handler = handler_for(unit)
    if handler is None:
        rule = Text("没有可以受理的纪检监察机关。", "There is no discipline inspection unit to take it.")
        remedy = Text("请指挥部指定回避受理单位，或向上级机关反映。", "The headquarters names a substitute for it; or turn to the authority above.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field="unit", value=unit.pk)
    lead = make(context, given.kind, unit, handler, given.loop, given.text)
    return {"number": f"{lead.year}-{lead.seq}"}


def _in_turn() -> None:
    """Leads are made one act after the other: their numbers have no gaps, and a loop gets one."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('supervision.lead', 0))")


def make(context: Context, kind: str, unit: Unit, handler: Unit, source: uuid.UUID | None, text: str) -> Lead:
    """Freeze the evidence, give the lead its number and open its loop in the name of the program."""
    key, content = new_id(), frozen(source, text)
    year = context.now.astimezone(SHANGHAI).year
    last = Lead.objects.filter(handler=handler, year=year).aggregate(n=Max("seq"))["n"] or 0
    request = {
        "kind": "lead", **written(Text("问责线索 {n}", "Accountability lead {n}").with_(n=f"{year}-{last + 1}")),
        "owner_unit": handler.pk, "unit": unit.pk, "origin": "lead", "origin_ref": str(key),
    }  # fmt: skip
    loop = open_one(replace(context, actor=SYSTEM, grants=()), OpenIn.model_validate(request))["loop"]
    lead = Lead.objects.create(
        id=key, year=year, seq=last + 1, kind=kind, unit=unit, handler=handler, source_id=source, loop_id=uuid.UUID(str(loop)),
        raised_by_id=context.actor.account_id, raised_at=context.now, sealed=seal(key, content), digest=digest_of(content),
    )  # fmt: skip
    context.event("lead_raised", loop_id=lead.loop_id, subject=f"lead:{key}", data={"digest": lead.digest, "kind": lead.kind})
    return lead
