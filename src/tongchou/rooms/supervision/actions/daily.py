"""Verbs of rounds that come again every day: repeat one, stop it, and what the clock opens."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.record.models import PostHolding, Unit
from tongchou.rooms.supervision.actions.moving import open_round
from tongchou.rooms.supervision.checklists import edition_for
from tongchou.rooms.supervision.models import DailyRound, Round, Visit
from tongchou.rooms.supervision.reach import PLAN, daily_in_reach

LONGEST = timedelta(days=366)
MADE_UP = 31
"""Days without a run of the clock that are opened afterwards: nobody came on them, and that is seen."""


class RepeatIn(Payload):
    """until: the last day on which the round is held again; the first is the day after the round, or tomorrow."""

    round: uuid.UUID
    until: date


class StopIn(Payload):
    daily: uuid.UUID
    reason: str = Field(min_length=2, max_length=200)


class OpenDailyIn(Payload):
    limit: int = Field(50, ge=1, le=500)


@verb("round.repeat", PLAN, Text("每日重复一轮督查", "Repeat a round daily"))
def repeat(context: Context, given: RepeatIn) -> dict[str, Any]:
    """From a round of one day: the same group, units and checklists again on every day. Set again, it takes over this round's units and days."""
    row = open_round(context, given.round)
    today = timezone.localdate(context.now)
    first = max(row.ends_on, today) + timedelta(days=1)
    if row.starts_on != row.ends_on:
        rule = Text("只有一天的一轮才能每日重复。", "Only a round of one day is repeated daily.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请另行安排一天的一轮。", "Plan a round of one day."), field="round", value=str(row.pk))
    if not first <= given.until <= today + LONGEST:
        rule = Text("截止日期须在 {a} 至 {b} 之间。", "The last day lies between {a} and {b}.").with_(a=first, b=today + LONGEST)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请调整日期。", "Change the day."), field="until", value=str(given.until))
    targets = [
        {"unit": v.unit_id, "checklist": v.edition.key, "account": v.account_id, "place": v.place}
        for v in row.visits.exclude(state__in=("cancelled", "moved")).select_related("edition").order_by("unit_id", "pk")
    ]
    if not targets:
        rule = Text("本轮还没有督查对象。", "The round visits nobody yet.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请先指定督查对象。", "Name whom to visit first."), field="round", value=str(row.pk))
    daily = DailyRound.objects.select_for_update().filter(pk=row.daily_id, stopped_at=None).first() if row.daily_id else None
    if daily is None:
        daily = DailyRound(id=new_id(), group_id=row.group_id, kind=row.kind, title=row.title, note=row.note, first=first)
    daily.targets, daily.until, daily.set_by_id, daily.set_at = targets, given.until, context.actor.account_id, context.now
    daily.save()
    row.daily = daily
    row.save(update_fields=["daily"])
    data = {"daily": str(daily.pk), "from": str(daily.first), "until": str(daily.until), "units": [t["unit"] for t in targets]}
    context.event("round_repeated", subject=f"round:{row.pk}", data=data)
    return {"daily": str(daily.pk), "units": len(targets)}


@verb("round.stop_daily", PLAN, Text("停止每日重复", "Stop repeating a round"))
def stop(context: Context, given: StopIn) -> dict[str, Any]:
    """No further days; the rounds that were opened stay."""
    daily_in_reach(context.actor, given.daily)
    daily = DailyRound.objects.select_for_update().get(pk=given.daily)
    if daily.stopped_at is not None:
        rule = Text("已经停止。", "It was stopped already.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请刷新页面。", "Reload the page."), field="daily", value=str(daily.pk))
    daily.stopped_at, daily.stop_reason = context.now, given.reason
    daily.save(update_fields=["stopped_at", "stop_reason"])
    context.event("daily_stopped", subject=f"daily:{daily.pk}", note=given.reason)
    return {"daily": str(daily.pk)}


@verb("round.open_daily", PLAN, Text("安排当日的每日督查", "Open the day's rounds"), system_only=True, recurs=True)
def open_daily(context: Context, given: OpenDailyIn) -> dict[str, Any]:
    """Open today's round of everything that comes daily, and those of days on which the clock stood still. Once a day, however often it runs."""
    today = timezone.localdate(context.now)
    rows = DailyRound.objects.select_for_update(skip_locked=True).filter(stopped_at=None, first__lte=today, until__gte=today - timedelta(days=MADE_UP))
    opened = 0
    for daily in rows.order_by("pk"):
        since, last = max(daily.first, today - timedelta(days=MADE_UP)), min(today, daily.until)
        held = set(daily.rounds.filter(day__gte=since).values_list("day", flat=True))
        for day in (since + timedelta(days=n) for n in range((last - since).days + 1)):
            if day not in held and opened < given.limit:
                _open(context, daily, day)
                opened += 1
    return {"opened": opened}


def _open(context: Context, daily: DailyRound, day: date) -> None:
    title = f"{daily.title}（{day.month}月{day.day}日）"[:200]
    row = Round.objects.create(
        id=new_id(), kind=daily.kind, title=title, note=daily.note, group_id=daily.group_id, starts_on=day, ends_on=day, opened_at=context.now,
        daily=daily, day=day,
    )  # fmt: skip
    active = set(Unit.objects.filter(pk__in=[t["unit"] for t in daily.targets], active_to=None).values_list("pk", flat=True))
    here = set(PostHolding.objects.filter(post__unit_id=daily.group_id, to_date=None).values_list("account_id", flat=True))
    editions = {key: edition_for(key, context.now) for key in {t["checklist"] for t in daily.targets}}
    visits = [
        Visit(
            id=new_id(), round=row, edition=editions[t["checklist"]], unit_id=t["unit"], planned_on=day,
            account_id=t["account"] if t["account"] in here else None, place=t["place"],
        )
        for t in daily.targets if t["unit"] in active
    ]  # fmt: skip
    Visit.objects.bulk_create(visits)
    context.event("round_opened", subject=f"round:{row.pk}", data={"kind": row.kind, "group": row.group_id, "daily": str(daily.pk), "visits": len(visits)})
