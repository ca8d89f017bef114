"""Verbs of standing tasks (常态任务): declare, pause, resume, end, call for an event; and the issue that the clock makes."""

from __future__ import annotations

import calendar
import uuid
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from django.db.models import Max, Q
from django.utils import timezone
from pydantic import Field

from tongchou.kernel.clock import SHANGHAI, not_far
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM, Actor, load_actor
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions.open_loops import OpenIn, OpenManyIn, open_many, open_one
from tongchou.record.loops.asked import Asked, known
from tongchou.record.loops.titles import written
from tongchou.record.models import Unit
from tongchou.record.territory.reach import missing
from tongchou.rooms.command.models import StandingIssue, StandingTask

MAY = "loop.bulk"
MARGIN = timedelta(days=1)
"""The whole is due a day after its parts: somebody has to look at them."""
NO_SUCH = Text("没有找到该常态任务。", "There is no such standing task.")
explain_constraint(
    "standing_issue_once",
    Reason.DUPLICATE,
    Text("这一期已经发出。", "This period was issued already."),
    Text("请刷新页面。", "Reload the page."),
)


class AddIn(Payload):
    """kinds: every active unit of these kinds in the actor's area, as it is on the day of the issue. due_hours: after the issue.
    evidence: in words; asked: kinds of evidence without which the work cannot be reported as done."""

    title: str = Field(min_length=2, max_length=200)
    detail: str = Field("", max_length=20_000)
    evidence: str = Field("", max_length=300)
    asked: list[Asked] = Field(default_factory=list, max_length=5)
    kinds: list[Unit.Kind] = Field(default_factory=list, max_length=10)
    units: list[int] = Field(default_factory=list, max_length=5_000)
    every: Literal["day", "week", "month", "event"]
    starts_on: date
    until: date | None = None
    issue_hour: int = Field(8, ge=0, le=23)
    due_hours: int = Field(ge=1, le=2160)
    urgent: bool = False


class SetIn(Payload):
    standing: uuid.UUID
    state: Literal["running", "paused", "ended"]
    reason: str = Field("", max_length=200)


class CallIn(Payload):
    standing: uuid.UUID
    note: str = Field(min_length=2, max_length=200)


class IssueIn(Payload):
    limit: int = Field(500, ge=1, le=5_000)


@verb("standing.add", MAY, Text("设置常态任务", "Declare a standing task"))
def add(context: Context, given: AddIn) -> dict[str, Any]:
    """Declare it for the unit of the post by which it is declared; whoever declares it keeps it."""
    if not given.kinds and not given.units:
        rule = Text("没有选择承办单位。", "It goes to nobody.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请选择单位。", "Choose units."), field="units")
    today = timezone.localdate(context.now)
    not_far(given.starts_on, today, "starts_on")
    if given.starts_on < today or (given.until and given.until < given.starts_on):
        rule = Text("开始日期不早于今天，结束日期不早于开始日期。", "It begins today or later and ends after that.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请更正日期。", "Change the dates."), field="starts_on", value=str(given.starts_on))
    grant = context.grants[0]
    reached = set(_reached(context.actor).filter(pk__in=given.units).values_list("pk", flat=True))
    stranger = next((u for u in given.units if u not in reached), None)
    if stranger is not None:
        raise missing(Text("没有这个在册单位，或不在管理范围。", "There is no such active unit within your reach."), "units", stranger)
    assert context.actor.account_id is not None
    row = StandingTask(
        id=new_id(), unit_id=grant.unit_id, keeper_id=context.actor.account_id, added_at=context.now, kinds=[k.value for k in given.kinds],
        asked=known(given.asked), **given.model_dump(exclude={"kinds", "asked"}),
    )  # fmt: skip
    row.save(force_insert=True)
    context.event("standing_added", subject=f"standing:{row.pk}", data={"every": row.every, "kinds": row.kinds, "units": len(row.units)})
    return {"standing": str(row.pk)}


@verb("standing.set", MAY, Text("暂停、恢复或结束常态任务", "Pause, resume or end a standing task"))
def set_state(context: Context, given: SetIn) -> dict[str, Any]:
    """Pause, resume or end it. Whoever resumes it keeps it from then on. What was issued goes on."""
    row = standing_in_reach(context.actor, given.standing, lock=True)
    if row.state == "ended" or row.state == given.state:
        rule = Text("该常态任务已结束，或已是该状态。", "It has ended, or is so already.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请刷新页面。", "Reload the page."), field="state", value=given.state)
    if given.state != "running" and len(given.reason) < 2:
        raise Refusal(Reason.MISSING_VALUE, Text("须写明理由。", "Say why."), remedy=Text("请填写理由。", "Give the reason."), field="reason")
    row.state, row.reason = given.state, given.reason
    if given.state == "running":
        row.keeper_id = context.actor.account_id or row.keeper_id
    row.save(update_fields=["state", "reason", "keeper"])
    context.event(f"standing_{given.state}", subject=f"standing:{row.pk}", note=given.reason)
    return {"standing": str(row.pk), "state": row.state}


@verb("standing.call", MAY, Text("启动事件任务", "Call for a standing task"))
def call(context: Context, given: CallIn) -> dict[str, Any]:
    """Something has happened: issue it now, besides the regular ones."""
    row = standing_in_reach(context.actor, given.standing, lock=True)
    if row.state != "running":
        rule = Text("该常态任务已暂停或结束。", "It is paused or ended.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请先恢复。", "Resume it first."), field="standing")
    today = timezone.localdate(context.now)
    n = (StandingIssue.objects.filter(standing=row, period=today).aggregate(n=Max("n"))["n"] or 0) + 1
    made = _issue(context, row, today, n, context.now, given.note)
    return {"standing": str(row.pk), "loop": str(made.loop_id), "told": made.told}


@verb("standing.issue", "loop.open", Text("发出到期的常态任务", "Issue standing tasks that are due"), system_only=True, recurs=True)
def issue(context: Context, given: IssueIn) -> dict[str, Any]:
    """Issue the present period of every running task once its hour has come; end those that are over. Days that were missed are not made up."""
    today = timezone.localdate(context.now)
    rows = StandingTask.objects.select_for_update(skip_locked=True, of=("self",)).filter(state="running").exclude(every="event")
    issued = ended = 0
    for row in rows.select_related("unit__area", "keeper").order_by("added_at", "pk")[: given.limit]:
        if row.until is not None and row.until < today:
            row.state = "ended"
            row.save(update_fields=["state"])
            context.event("standing_ended", subject=f"standing:{row.pk}")
            ended += 1
            continue
        period = period_of(row, today)
        if period is None or context.now < moment_of(row, period) or StandingIssue.objects.filter(standing=row, period=period, n=0).exists():
            continue
        if period < timezone.localdate(row.added_at):
            continue
        _issue(context, row, period, 0, context.now, "")
        issued += 1
    return {"issued": issued, "ended": ended}


def _issue(context: Context, row: StandingTask, period: date, n: int, now: datetime, note: str) -> StandingIssue:
    """Open a task for each unit, below one of the keeper's unit where there are several."""
    actor = context.actor if not context.actor.system else _keeper(row, now)
    opening = replace(context, actor=actor, grants=actor.grants_for("loop.open"))
    units = list(targets(row).values_list("pk", flat=True))
    made = StandingIssue.objects.create(standing=row, period=period, n=n, at=now, told=len(units), note=note)
    if not units:
        context.event("standing_issued", subject=f"standing:{row.pk}", data={"period": str(period), "told": 0})
        return made
    due, top = now + timedelta(hours=row.due_hours), new_id()
    of = Text(note, note) if note else Text("{m}月{d}日", "{m:02}-{d:02}").with_(m=period.month, d=period.day)
    more = Text("{detail}\n须提交：{what}", "{detail}\nTo hand in: {what}").with_(detail=row.detail, what=row.evidence) if row.evidence else Text(row.detail, row.detail)
    common: dict[str, Any] = {"kind": "task", **written(Text.aside(row.title, of), more), "urgent": row.urgent, "origin": "standing", "verifier_unit": row.unit_id}
    common["origin_ref"] = f"{row.pk}:{period}:{n}"
    whole = len(units) > 1
    # Each unit hands in its own proof; whoever gathers the results tells them in words.
    below = {"due_at": due.isoformat(), "asked": row.asked}
    owner = {"owner_unit": row.unit_id, "due_at": (due + MARGIN).isoformat(), "signed": True} if whole else {"owner_unit": units[0], **below}
    open_one(opening, OpenIn.model_validate(common | owner | {"id": str(top)}))
    if whole:
        parts = [common | below | {"owner_unit": u, "parent": str(top)} for u in units]
        open_many(opening, OpenManyIn.model_validate({"items": parts}))
    made.loop_id = top
    made.save(update_fields=["loop"])
    context.event("standing_issued", subject=f"standing:{row.pk}", data={"period": str(period), "told": len(units)})
    return made


def _keeper(row: StandingTask, now: datetime) -> Actor:
    """Whoever keeps it, with the posts of that day; the program itself where that person may open nothing any more."""
    found = load_actor(row.keeper_id, row.keeper.display_name, timezone.localdate(now), via="job")
    return found if any(g.unit_id == row.unit_id for g in found.grants_for("loop.open")) and found.permits(MAY) else SYSTEM


def targets(row: StandingTask) -> Any:
    """The units to which it goes now: those named, and every active one of its kinds in its unit's area; never its own."""
    path = row.unit.area.path
    return Unit.objects.filter(Q(pk__in=row.units) | Q(kind__in=row.kinds, area__path__startswith=path), active_to=None).exclude(pk=row.unit_id).order_by("pk")


def _reached(actor: Actor) -> Any:
    where = Q(pk__in=actor.unit_ids(MAY))
    for grant in actor.grants_for(MAY):
        where |= Q(area__path__startswith=grant.path)
    return Unit.objects.filter(where, active_to=None)


def standings_of(actor: Actor) -> Any:
    """Standing tasks of own units, and of units in own areas."""
    where = Q(unit__in=actor.unit_ids(MAY))
    for path in actor.area_paths(MAY):
        where |= Q(unit__area__path__startswith=path)
    return StandingTask.objects.filter(where).select_related("unit__area", "keeper")


def standing_in_reach(actor: Actor, key: uuid.UUID, *, lock: bool = False) -> StandingTask:
    rows = standings_of(actor)
    row = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if row is None:
        raise missing(NO_SUCH, "standing", str(key))
    found: StandingTask = row
    return found


def moment_of(row: StandingTask, period: date) -> datetime:
    return datetime.combine(period, time(row.issue_hour), SHANGHAI)


def period_of(row: StandingTask, today: date) -> date | None:
    """The first day of the period that a day lies in; None before it begins, and for what an event calls for."""
    if today < row.starts_on or row.every == "event":
        return None
    if row.every == "day":
        return today
    if row.every == "week":
        return today - timedelta(days=(today - row.starts_on).days % 7)
    here = _in_month(row.starts_on.day, today.year, today.month)
    return here if here <= today else _in_month(row.starts_on.day, *((today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)))


def _in_month(day: int, year: int, month: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def coming(row: StandingTask, now: datetime, n: int = 5) -> list[datetime]:
    """When it will be issued next."""
    if row.state != "running" or row.every == "event":
        return []
    out: list[datetime] = []
    day = max(timezone.localdate(now), row.starts_on)
    for _ in range(400):
        if len(out) == n or (row.until is not None and day > row.until):
            break
        if period_of(row, day) == day and moment_of(row, day) > now:
            out.append(moment_of(row, day))
        day += timedelta(days=1)
    return out
