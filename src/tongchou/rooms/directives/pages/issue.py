"""Issuing a document's directives, the sheet of what became of them, and from a task back to the sentence it comes from."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import act
from tongchou.record.loops.engine import not_found
from tongchou.record.loops.titles import short
from tongchou.record.questions.loopfile import LoopFile, loop_file
from tongchou.record.territory.reach import reaches_unit
from tongchou.rooms.directives.actions.issue import ORIGIN, unready
from tongchou.rooms.directives.models import Directive, Document
from tongchou.rooms.directives.names import DOCUMENT_LEVELS, STATES
from tongchou.rooms.directives.pages.cards import cards
from tongchou.rooms.directives.pages.register import TITLE
from tongchou.rooms.directives.questions import directives_of
from tongchou.rooms.directives.reach import ISSUE, VIEW, document_in_reach
from tongchou.rooms.directives.spans import paragraph
from tongchou.web.pages.forms import done
from tongchou.web.pages.loops import LOOP_LINKS, LoopLink
from tongchou.web.pages.requests import actor_of, client_id, moment, now
from tongchou.web.pages.spreadsheets import asked_for, sheet_file
from tongchou.web.permission import page


def _fits(file: LoopFile, actor: Actor) -> bool:
    return file.loop.origin == ORIGIN


LOOP_LINKS.append(LoopLink("loop_source", Text("部署出处", "Where it comes from"), "link", _fits))


@page("directive_issue", "directives/<uuid:document>/issue", ISSUE)
def directive_issue(request: HttpRequest, document: uuid.UUID) -> HttpResponse:
    """Look at everything once more, then issue it in one act."""
    actor, at = actor_of(request), now()
    row = document_in_reach(actor, ISSUE, document)
    back = reverse("directive_document", args=[document])
    problem: Refusal | None = None
    if request.method == "POST" and request.POST.get("due"):
        try:
            return _set_due(request, row)
        except Refusal as refusal:
            problem = refusal
    elif request.method == "POST":
        payload: dict[str, Any] = {"document": str(document)}
        if request.POST.get("only_picked"):
            payload["directives"] = request.POST.getlist("pick")
        try:
            result = act("directive.issue", actor, client_id(request), payload).result
        except Refusal as refusal:
            problem = refusal
        else:
            said = Text("已下达 {n} 条，共 {m} 件任务。", "{n} issued, {m} {m|task|tasks} in all.").with_(n=result["issued"], m=len(result["loops"]))
            return done(request, reverse("directive_sheet", args=[document]), said)
    live = [r for r in directives_of(row) if r.state in ("proposed", "confirmed")]
    wrong: dict[uuid.UUID, list[Text]] = {}
    for what, those in unready(live, at):
        for d in those:
            wrong.setdefault(d.pk, []).append(what)
    context = {
        "row": row,
        "problem": problem and Refusal(problem.reason, problem.rule, remedy=problem.remedy),
        "undated": sum(_LACKS_TIME & {w.zh for w in what} != set() for what in wrong.values()),
        "due_at": request.POST.get("due_at", ""),
        "lines": [{"c": c, "wrong": wrong.get(c["row"].pk, [])} for c in cards(actor, row, live, at)],
        "ready": sum(r.pk not in wrong for r in live),
        "blocked": len(wrong),
        "breadcrumbs": [
            {"url": reverse("directives"), "label": TITLE},
            {"url": back, "label": (row.title or row.name)[:30]},
            {"url": "", "label": Text("下达", "Issue")},
        ],
    }
    return render(request, "directives/issue.html", context, status=problem.status if problem else 200)


_LACKS_TIME = {"时限已过", "时限取决于某个事件，还没有定日期"}


def _set_due(request: HttpRequest, row: Document) -> HttpResponse:
    """One due time for all whose own has passed or has no date. What was confirmed stays confirmed: who sets it sees each of them with its words."""
    due, key = moment(request, "due_at"), client_id(request)
    if due is None:
        raise Refusal(Reason.MISSING_VALUE, Text("请填写时限。", "Give a due time."), field="due_at")
    if due <= now():
        raise Refusal(Reason.IMPOSSIBLE_DATE, Text("时限须在现在之后。", "It has to be due after now."), field="due_at", value=due)
    live = [r for r in directives_of(row) if r.state in ("proposed", "confirmed")]
    wanted = {d.pk for what, those in unready(live, now()) if what.zh in _LACKS_TIME for d in those}
    seen = {k: int(v) for k, v in zip(request.POST.getlist("undated"), request.POST.getlist("seen"), strict=False) if v.isdigit()}
    chosen = [d for d in live if d.pk in wanted and str(d.pk) in seen]
    for d in chosen:
        given = {"directive": str(d.pk), "seen_version": seen[str(d.pk)], "due_at": due.isoformat(), "confirm": d.state == Directive.State.CONFIRMED}
        act("directive.edit", actor_of(request), uuid.uuid5(key, str(d.pk)), given)
    said = Text("已改定 {n} 条的时限。", "{n} {n|has|have} the new due time.").with_(n=len(chosen))
    return done(request, reverse("directive_issue", args=[row.pk]), said)


@page("directive_sheet", "directives/<uuid:document>/sheet", VIEW, methods=("GET",))
def directive_sheet(request: HttpRequest, document: uuid.UUID) -> HttpResponse:
    """Directive by directive: task, state, and how far it is below; what a document from above has led to here."""
    actor, at = actor_of(request), now()
    row = document_in_reach(actor, VIEW, document)
    found = [c for c in cards(actor, row, directives_of(row), at) if c["row"].state != Directive.State.MERGED]
    late_only = request.GET.get("late") == "1"
    if late_only:
        found = [c for c in found if c["task"] and (c["task"]["late"] or c["task"]["line"].below_late)]
    if asked_for(request):
        return _file(request, row, found)
    issued = [c for c in found if c["task"]]
    context = {
        "row": row,
        "level": DOCUMENT_LEVELS[row.level],
        "lines": found,
        "late_only": late_only,
        "issued": len(issued),
        "closed": sum(c["task"]["line"].closed_at is not None for c in issued),
        "late": sum(c["task"]["late"] or bool(c["task"]["line"].below_late) for c in issued),
        "breadcrumbs": [
            {"url": reverse("directives"), "label": TITLE}, {"url": reverse("directive_document", args=[document]), "label": (row.title or row.name)[:30]},
            {"url": "", "label": Text("落实情况", "What became of it")},
        ],
    }  # fmt: skip
    return render(request, "directives/sheet.html", context)


def _file(request: HttpRequest, row: Document, found: list[dict[str, Any]]) -> HttpResponse:
    columns = [
        Text("序号", "No."), Text("事项", "Directive"), Text("原文", "Words of the document"), Text("状态", "State"),
        Text("牵头单位", "Lead unit"), Text("第一责任人", "First responsible"), Text("阶段", "Stage"),
        Text("时限", "Deadline"), Text("销号时间", "Closed"), Text("下级任务", "Below"),
        Text("下级销号", "Closed below"), Text("下级超时", "Late below"),
    ]  # fmt: skip
    lines = []
    for c in found:
        d, task = c["row"], c["task"]["line"] if c["task"] else None
        lines.append(
            [c["number"], d.title, d.text, STATES[d.state][0], task.owner if task else d.lead_unit.name if d.lead_unit else "", task.person if task else "",
             c["task"]["badge"]["label"] if task else "", task.deadline if task else d.due_at, task.closed_at if task else None,
             task.below if task else None, task.below_closed if task else None, task.below_late if task else None]
        )  # fmt: skip
    name = (row.title or row.name)[:60]
    return sheet_file(request, Text(f"{name} 落实情况", f"{name}: state"), columns, lines)


@page("loop_source", "loops/<uuid:task>/source", "loop.view", methods=("GET",))
def loop_source(request: HttpRequest, task: uuid.UUID) -> HttpResponse:
    """The sentence of a document from which a task comes, and for who sees the document its paragraph. Who sees the task sees the sentence and no more."""
    actor = actor_of(request)
    file = loop_file(actor, task)
    try:
        key = uuid.UUID(file.loop.origin_ref) if file.loop.origin == ORIGIN else None
    except ValueError:
        key = None
    row = Directive.objects.select_related("document__unit__area", "confirmed_by").filter(pk=key).first() if key else None
    if row is None:
        raise not_found()
    document = row.document
    first, last = paragraph(document.cleaned, row.start, row.end)
    whole = reaches_unit(actor, VIEW, document.unit) if actor.permits(VIEW) else False
    context = {
        "loop": file.loop, "row": row, "document": document, "level": DOCUMENT_LEVELS[document.level], "whole": whole,
        "before": document.cleaned[first : row.start] if whole else "", "span": document.cleaned[row.start : row.end],
        "after": document.cleaned[row.end : last] if whole else "",
        "breadcrumbs": [{"url": reverse("loop", args=[task]), "label": short(file.loop.heading)}, {"url": "", "label": Text("部署出处", "Where it comes from")}],
    }  # fmt: skip
    return render(request, "directives/source.html", context)
