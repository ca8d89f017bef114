"""A round that comes again every day: set until when, and stop it."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.rooms.supervision.pages.rounds import crumbs
from tongchou.rooms.supervision.reach import PLAN, daily_in_reach, round_in_reach
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, given, now
from tongchou.web.permission import page


@page("round_repeat", "supervision/rounds/<uuid:round>/repeat", PLAN)
def round_repeat(request: HttpRequest, round: uuid.UUID) -> HttpResponse:
    """The same round again on every day until one."""
    row, back = round_in_reach(actor_of(request), round), reverse("round", args=[round])

    def fields(d: Draft) -> list[FieldParts]:
        told = Text("按本轮现有对象、清单和人员，每天自动安排一轮；当天没查的，列为到期未查。",
                    "Every day a round with these units, checklists and people; whom nobody visits that day is shown as missed.")  # fmt: skip
        return [d.field("until", Text("重复至", "Until"), "date", required=True, help=told)]

    def send() -> HttpResponse:
        made = do(request, "round.repeat", given(request, "until") | {"round": str(round)}).result
        return done(request, back, Text("已设置，每天检查 {n} 个单位。", "Set: {n} {n|unit|units} every day.").with_(n=made["units"]))

    title = Text("每日重复", "Repeat daily")
    until = row.daily.until if row.daily else now().astimezone(SHANGHAI).date() + timedelta(days=30)
    return form_page(request, fields, send, title=title, button=title, back=back, breadcrumbs=crumbs(row, title), on_record={"until": str(until)})


@page("daily_stop", "supervision/daily/<uuid:daily>/stop", PLAN)
def daily_stop(request: HttpRequest, daily: uuid.UUID) -> HttpResponse:
    """No further days."""
    row = daily_in_reach(actor_of(request), daily)
    last = row.rounds.order_by("-starts_on").first()
    assert last is not None  # it is made from a round
    back = reverse("round", args=[last.pk])

    def fields(d: Draft) -> list[FieldParts]:
        return [d.field("reason", Text("理由", "Why"), required=True, maxlength=200)]

    def send() -> HttpResponse:
        do(request, "round.stop_daily", given(request, "reason") | {"daily": str(daily)})
        return done(request, back, Text("已停止，以后不再自动安排。", "Stopped; no further days."))

    title = Text("停止每日重复", "Stop repeating")
    return form_page(request, fields, send, title=title, button=title, back=back, breadcrumbs=crumbs(last, title))
