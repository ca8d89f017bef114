"""One request with its rounds, the decision about it, and one round as a sheet."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Unit
from tongchou.record.territory.names import told_apart
from tongchou.record.territory.reach import missing
from tongchou.rooms.requests.actions.approval import KIND
from tongchou.rooms.requests.models import Answer, DataRequest
from tongchou.rooms.requests.owing import units_owing
from tongchou.rooms.requests.pages.words import (
    EVERY,
    KIND_WORDS,
    TITLE,
    UNKNOWN,
    badge,
    data_url,
    field_title,
    value_text,
)
from tongchou.rooms.requests.questions import Line, Progress, Sheet, round_sheet, rounds_of
from tongchou.rooms.requests.reach import is_asker, request_in_reach
from tongchou.web.pages.forms import done
from tongchou.web.pages.loops import KIND_PAGES, LOOP_LINKS, LoopLink
from tongchou.web.pages.requests import actor_of, do, now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

LOOP_LINKS.append(LoopLink("request_by_loop", Text("查看并审批", "Look at it and decide"), "check", lambda file, actor: file.kind.key == KIND))
KIND_PAGES[KIND] = "request_new"


@page("request_by_loop", "requests/loops/<uuid:loop>", "request.view", methods=("GET",))
def request_by_loop(request: HttpRequest, loop: uuid.UUID) -> HttpResponse:
    """From the decision owed, in the work list, to the request."""
    key = DataRequest.objects.filter(loop=loop).values_list("pk", flat=True).first()
    row = request_in_reach(actor_of(request), key or uuid.UUID(int=0))
    return HttpResponseRedirect(reverse("request", args=[row.pk]))


@page("request", "requests/<uuid:request_id>", "request.view", methods=("GET",))
def request_file(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """One request: what, why, from whom, what it costs, how its rounds stand."""
    actor = actor_of(request)
    row = request_in_reach(actor, request_id)
    fields = [w.field for w in row.wanted.select_related("field").order_by("place")]
    sees = actor.permits("data.view")
    whole, approves = is_asker(actor, row), actor.sees_path("request.approve", row.asker.area.path)
    minutes = sum(f.minutes for f in fields)
    asked = Unit.objects.filter(pk__in=row.to_units).order_by("kind", "name_key", "pk")
    names = [name for _, name in told_apart(list(asked.values_list("pk", "name")[:13]))]
    told = Text.listed(names[:12])
    if len(row.to_units) > 12:
        told = Text("{who} 等{n}个单位", "{who} and others, {n} {n|unit|units} in all").with_(who=told, n=len(row.to_units))
    cost = Text("{n} 项，约 {m} 分钟", "{n} {n|field|fields}, about {m} {m|minute|minutes}").with_(n=len(fields), m=minutes)
    facts = [
        {"label": Text("用途", "Why"), "value": row.purpose},
        {"label": Text("依据", "Basis"), "value": row.basis},
        {"label": Text("提出", "Asked by"), "value": f"{row.asker.name} {row.asked_by.display_name}"},
        {"label": Text("采集对象", "From whom"), "value": told if whole else Text("{n} 个单位", "{n} {n|unit|units}").with_(n=len(row.to_units))},
        {"label": Text("频次", "How often"), "value": EVERY[row.every]},
        {"label": Text("起止", "From, until"), "value": f"{row.starts_on} — {row.until}"},
        {"label": Text("零报告", "Nil report"), "value": Text("可零报告", "possible") if row.nil_allowed else Text("不适用", "not possible")},
        {"label": Text("每单位每期负担", "Burden for a unit and round"), "value": cost},
    ]  # fmt: skip
    if row.decided_by is not None:
        facts.append({"label": Text("审批", "Decided by"), "value": f"{row.decided_by.display_name} {row.reason}"})
    elif row.reason:
        facts.append({"label": Text("理由", "Reason"), "value": row.reason})
    context = {
        "row": row,
        "facts": facts,
        "fields": [{"title": field_title(f), "kind": KIND_WORDS[f.kind], "minutes": f.minutes, "url": data_url(f"field:{f.pk}") if sees else ""} for f in fields],
        "badges": [badge(row.state)],
        "rounds": rounds_of([row.pk], now()) if whole else _own_rounds(actor, row),
        "whole": whole,
        "owing": [u for u in units_owing(actor) if u[0] in row.to_units],
        "can_decide": row.state == "asked" and approves and row.asked_by_id != actor.account_id,
        "own_waits": row.state == "asked" and row.asked_by_id == actor.account_id,
        "can_withdraw": row.state in ("asked", "running") and (approves or row.asker_id in actor.unit_ids("request.ask")),
        "breadcrumbs": [{"url": reverse("requests"), "label": TITLE}, {"url": "", "label": row.title[:30]}],
    }  # fmt: skip
    return render(request, "requests/request.html", context)


def _own_rounds(actor: Actor, row: DataRequest) -> list[Progress]:
    """The rounds in which own units were asked; counted over nobody else."""
    units = actor.unit_ids("request.view")
    found = (
        Answer.objects.filter(round__request=row, unit__in=units)
        .select_related("round", "loop")
        .order_by("-round__period")[:60]
    )
    at = now()
    return [
        Progress(
            a.round_id, a.round.period, a.round.due_at, 1, int(a.state != "known"), int(a.state == "given"),
            int(a.state == "waiting" and a.round.due_at < at), 0, int(a.state == "known"),
        )
        for a in found
    ]  # fmt: skip


_DECISIONS = {"approve": "request.approve", "refuse": "request.refuse"}


@page("request_decide", "requests/<uuid:request_id>/decide/<slug:answer>", "request.approve", methods=("POST",))
def request_decide(request: HttpRequest, request_id: uuid.UUID, answer: str) -> HttpResponse:
    """Approve or refuse."""
    request_in_reach(actor_of(request), request_id)
    verb = _DECISIONS.get(answer)
    if verb is None:
        raise missing(Text("没有这个操作。", "There is no such answer."), "answer", answer)
    word = "note" if answer == "approve" else "reason"
    do(request, verb, {"request": str(request_id), word: request.POST.get("reason", "").strip()})
    said = Text("已批准并发出。", "Approved and issued.") if answer == "approve" else Text("已退回。", "Refused.")
    return done(request, reverse("request", args=[request_id]), said)


@page("request_withdraw", "requests/<uuid:request_id>/withdraw", "request.view", methods=("POST",))
def request_withdraw(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """End it; what is owed is owed no more."""
    request_in_reach(actor_of(request), request_id)
    excused = do(
        request, "request.withdraw", {"request": str(request_id), "reason": request.POST.get("reason", "")}
    ).result["excused"]
    return done(
        request,
        reverse("request", args=[request_id]),
        Text("已撤回，{n} 个单位免于填报。", "Withdrawn; {n} {n|unit owes|units owe} nothing more.").with_(n=excused),
    )


@page("request_round", "requests/<uuid:request_id>/rounds/<int:round_id>", "request.view", methods=("GET",))
def request_round(request: HttpRequest, request_id: uuid.UUID, round_id: int) -> HttpResponse:
    """One round as a sheet: unit by unit what was answered, who is silent."""
    actor = actor_of(request)
    found = round_sheet(actor, request_id, round_id, now())
    if found is None:
        raise missing(Text("没有找到这一期。", "There is no such round."), "round_id", round_id)
    sheet = _round(found)
    title = Text("{title}（{day}）", "{title} ({day})").with_(title=found.request.title, day=found.period)
    if asked_for(request):
        return sheet_file(request, title, *cells_of(sheet))
    silent = [x for x in found.lines if x.state == "waiting" and x.loop_open]
    context = {
        "title": title,
        "sheet": sheet,
        "due_at": found.due_at,
        "row": found.request,
        "round_id": round_id,
        "answered": sum(x.state != "waiting" for x in found.lines),
        "of": len(found.lines),
        "silent": len(silent),
        "can_remind": found.whole and bool(silent) and actor.permits("loop.act"),
        "empty": {
            "title": Text("没有单位", "No units"),
            "text": Text("这一期没有采集对象。", "Nobody was asked."),
            "icon": "clipboard-list",
        },
        "breadcrumbs": [
            {"url": reverse("requests"), "label": TITLE},
            {"url": reverse("request", args=[request_id]), "label": found.request.title[:30]},
            {"url": "", "label": str(found.period)},
        ],
    }
    return render(request, "requests/round.html", context)


def _round(found: Sheet) -> dict[str, Any]:
    columns: list[dict[str, Any]] = [
        {"key": "unit", "label": Text("单位", "Unit")},
        {"key": "state", "label": Text("填报", "State")},
    ]
    columns += [
        {"key": f"f{f.pk}", "label": field_title(f), "number": f.kind in ("integer", "number")} for f in found.fields
    ]
    columns += [{"key": "at", "label": Text("时间", "Time")}, {"key": "by", "label": Text("填报人", "By")}]
    rows = []
    for x in found.lines:
        cells: list[dict[str, Any]] = [{"value": x.name}, _state(x)]
        for f in found.fields:
            given = value_text(x.values[f.pk]) if f.pk in x.values else UNKNOWN if f.pk in x.unknown else None
            cells.append({"value": Text("—", "—") if x.nil and given is None else given})
        rows.append({"cells": [*cells, {"value": x.at or Text("—", "—")}, {"value": x.by or Text("—", "—")}]})
    totals: list[Any] = [Text("合计", "Total"), None]
    for f in found.fields:
        numbers = [x.values[f.pk] for x in found.lines if f.pk in x.values] if f.kind in ("integer", "number") else []
        totals.append(sum(numbers) if numbers else None)
    return {
        "key": "round",
        "caption": found.request.title,
        "columns": columns,
        "rows": rows,
        "totals": [*totals, None, None],
        "export": True,
    }


def _state(x: Line) -> dict[str, Any]:
    if x.nil:
        return {"value": Text("零报告", "nil report"), "tone": "ok", "icon": "circle-check"}
    if x.state == "given":
        return {"value": Text("已报", "answered"), "tone": "ok", "icon": "circle-check"}
    if x.state == "known":
        return {"value": Text("系统已有，免报", "on record, not asked"), "tone": "info", "icon": "archive"}
    if not x.loop_open:
        return {"value": Text("免于填报", "excused"), "tone": "info", "icon": "x"}
    late = {"value": Text("逾期未报", "late"), "tone": "act", "icon": "clock-exclamation"}
    return late if x.late else {"value": Text("未报", "not yet"), "tone": "warn", "icon": "clock"}


@page("request_remind", "requests/<uuid:request_id>/rounds/<int:round_id>/remind", "request.ask", methods=("POST",))
def request_remind(request: HttpRequest, request_id: uuid.UUID, round_id: int) -> HttpResponse:
    """Remind all who have not answered, in one act."""
    found = round_sheet(actor_of(request), request_id, round_id, now())
    loops = [str(x.loop) for x in found.lines if x.state == "waiting" and x.loop_open and x.loop] if found else []
    if not loops or found is None or not found.whole:
        raise missing(Text("没有未报的单位。", "Nobody is silent."), "round_id", round_id)
    told = do(request, "loop.remind", {"loops": loops, "note": "请尽快填报；没有发生的请报零。"}).result
    said = Text("已催报 {n} 个单位。", "{n} {n|unit was|units were} reminded.").with_(n=told["reminded"])
    if told["left_out"]:
        messages.info(
            request,
            Text("{n} 个单位半小时内已催过。", "{n} had been reminded within half an hour.")
            .with_(n=told["left_out"])
            .in_(get_language() or "zh-hans"),
        )
    return done(request, reverse("request_round", args=[request_id, round_id]), said)
