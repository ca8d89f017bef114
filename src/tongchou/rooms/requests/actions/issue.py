"""Rounds: who is asked for what at the beginning of a period, and what is known without asking."""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from pydantic import Field as Limited

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.open_loops import OpenManyIn, open_many
from tongchou.record.loops.titles import written
from tongchou.record.models import Unit
from tongchou.rooms.requests.catalogue import fresh
from tongchou.rooms.requests.models import Answer, DataRequest, Field, Round

LEAST = timedelta(hours=2)
"""However late a round goes out, a unit has so long."""


class IssueIn(Payload):
    limit: int = Limited(200, ge=1, le=5_000)


@verb(
    "request.issue", "request.answer", Text("发出到期的数据需求", "Issue data requests that are due"), system_only=True, recurs=True
)
def issue(context: Context, given: IssueIn) -> dict[str, Any]:
    """Issue the present round of every running request that has none yet; end those whose last day is over. Safe to run twice."""
    today = timezone.localdate(context.now)
    rows = DataRequest.objects.select_for_update(skip_locked=True).filter(state="running").order_by("until", "pk")
    opened = ended = 0
    for row in rows[: given.limit]:
        if row.until < today:
            row.state = "ended"
            row.save(update_fields=["state"])
            context.event("expire", subject=f"data_request:{row.pk}")
            ended += 1
        else:
            opened += issue_now(context, row)
    return {"opened": opened, "ended": ended}


def issue_now(context: Context, row: DataRequest) -> int:
    """Issue the present round unless it is there: one for a unit that must be asked, none for one of which all is known."""
    today = timezone.localdate(context.now)
    period = period_of(row, today)
    if period is None or Round.objects.filter(request=row, period=period).exists():
        return 0
    begins = datetime.combine(period, time(), SHANGHAI)
    due = max(begins + timedelta(hours=row.due_hours), context.now + LEAST)
    made = Round.objects.create(request=row, period=period, opened_at=context.now, due_at=due)
    fields = list(Field.objects.filter(pk__in=row.wanted.values("field")).order_by("pk"))
    units = list(Unit.objects.filter(pk__in=row.to_units, active_to=None).order_by("pk").values_list("pk", flat=True))
    known = fresh(units, [f.pk for f in fields], today)
    answers = [_answer(made, unit, fields, _of(known, unit, fields), context) for unit in units]
    owed = [a for a in answers if a.state == Answer.State.WAITING]
    for a in owed:
        a.loop_id = new_id()
    if owed:
        open_many(context, OpenManyIn.model_validate({"items": [_loop(row, made, a) for a in owed]}))
    Answer.objects.bulk_create(answers, batch_size=2000)
    context.event(
        "issue",
        subject=f"data_request:{row.pk}",
        data={"period": str(period), "asked": len(owed), "known": len(answers) - len(owed)},
    )
    return 1


def _of(known: dict[tuple[int, int], int], unit: int, fields: list[Field]) -> dict[int, int]:
    return {f.pk: known[unit, f.pk] for f in fields if (unit, f.pk) in known}


def _answer(made: Round, unit: int, fields: list[Field], known: dict[int, int], context: Context) -> Answer:
    asked = [f for f in fields if f.pk not in known]
    state = Answer.State.WAITING if asked else Answer.State.KNOWN
    return Answer(
        round=made, unit_id=unit, state=state, asked=[f.pk for f in asked], known=list(known), facts=[] if asked else list(known.values()),
        minutes=sum(f.minutes for f in asked), saved_minutes=sum(f.minutes for f in fields if f.pk in known), at=None if asked else context.now,
    )  # fmt: skip


def _loop(row: DataRequest, made: Round, a: Answer) -> dict[str, Any]:
    of = Text("{m}月{d}日", "{m:02}-{d:02}").with_(m=made.period.month, d=made.period.day)
    title = Text(row.title, row.title) if row.every == "once" else Text.aside(row.title, of)
    told = Text("{purpose}\n依据：{basis}", "{purpose}\nBasis: {basis}").with_(purpose=row.purpose, basis=row.basis)
    return {
        "id": str(a.loop_id), "kind": "data_request", **written(title, told), "owner_unit": a.unit_id, "verifier_unit": row.asker_id,
        "due_at": made.due_at.isoformat(), "origin": "data_request", "origin_ref": f"{row.pk}:{made.period}",
    }  # fmt: skip


def period_of(row: DataRequest, today: date) -> date | None:
    """The first day of the period that a day lies in; None before the request begins."""
    if today < row.starts_on:
        return None
    match row.every:
        case "day":
            return today
        case "week":
            return today - timedelta(days=(today - row.starts_on).days % 7)
        case "month":
            first = _month(row.starts_on.day, today.year, today.month)
            return (
                first
                if first <= today
                else _month(
                    row.starts_on.day, *((today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12))
                )
            )
    return row.starts_on


def _month(day: int, year: int, month: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))
