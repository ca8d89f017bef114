"""The two working days: how many are left when the enterprise is asked to complete its papers, and when the rest of them ends."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.workdays import end_of_workday, is_workday
from tongchou.record.act import Context
from tongchou.record.loops import engine
from tongchou.record.loops.kinds import kind_of
from tongchou.record.models import Loop
from tongchou.rooms.resumption.models import Application, Supplement


def workdays_between(first: date, last: date) -> int:
    """Working days after first, up to and with last."""
    return sum(is_workday(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def workdays_left(now: datetime, due: datetime) -> int:
    """Working days that are left after today; on the last day there is still one, as the day on which the clock stops is not counted."""
    return max(1, workdays_between(now.astimezone(SHANGHAI).date(), due.astimezone(SHANGHAI).date()))


def resume_clock(context: Context, row: Application, asked: Supplement) -> datetime:
    """Let the clock go on from the day on which the papers were completed. Returns the new due time."""
    assert row.loop_id is not None
    due = end_of_workday(context.now, asked.workdays_left)
    loop = Loop.objects.select_related("edition").get(pk=row.loop_id)
    stage = kind_of(loop.edition_id).stages[loop.stage]
    level, check_at = engine.level_due(stage, due, context.now)
    Loop.objects.filter(pk=loop.pk).update(due_at=due, deadline=due, check_at=check_at, level=level)
    data = {"stopped": asked.asked_at.isoformat(), "due_at": due.isoformat(), "workdays_left": asked.workdays_left}
    context.event("clock_resumed", loop_id=loop.pk, data=data)
    return due
