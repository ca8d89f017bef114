"""The answering side: everything that a unit is asked, on one page."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.questions.loopfile import LoopFile, loop_file
from tongchou.rooms.requests.models import Field
from tongchou.rooms.requests.owing import Owed, given, owed, units_owing
from tongchou.rooms.requests.pages.words import TITLE, field_title
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.loops import KIND_PAGES, LOOP_LINKS, LoopLink
from tongchou.web.pages.requests import actor_of, do, integer, now
from tongchou.web.permission import page

ANSWERING = Text("填报数据", "Answer")


def _is_waiting(file: LoopFile, actor: Actor) -> bool:
    return (
        file.kind.key == "data_request"
        and file.loop.closed_at is None
        and actor.permits("request.answer")
        and "owner" in file.parties
    )


LOOP_LINKS.append(LoopLink("answer_loop", ANSWERING, "edit", _is_waiting))
KIND_PAGES["data_request"] = "request_new"


@page("answer_loop", "loops/<uuid:loop>/answer", "request.answer", methods=("GET",))
def answer_loop(request: HttpRequest, loop: Any) -> HttpResponse:
    """From a loop to the form of the unit that owes it."""
    unit = loop_file(actor_of(request), loop).loop.owner_unit_id
    return HttpResponseRedirect(f"{reverse('answer')}?unit={unit}")


@page("answer", "requests/answer", "request.answer")
def answer(request: HttpRequest) -> HttpResponse:
    """Every field that anybody asks of a unit, once; what is known is shown and stays unless it is corrected."""
    actor = actor_of(request)
    own = units_owing(actor)
    unit = integer(request, "unit") or (own[0][0] if own else next(iter(actor.unit_ids("request.answer")), 0))
    correcting = request.GET.get("correct") == "1"
    found = given(actor, unit) if correcting else owed(actor, unit)
    started = request.POST.get("started", "") or str(int(time.time()))

    def fields(d: Draft) -> list[FieldParts]:
        shown = [
            FieldParts("unit", Text("单位", "Unit"), "hidden", str(unit)),
            FieldParts("started", Text("开始", "Started"), "hidden", started),
        ]
        for f in found.fields:
            shown += [
                _control(d, f),
                d.field(f"u{f.pk}", Text("“{t}”不掌握", "“{t}” is not known").with_(t=f.title), "checkbox"),
            ]
        shown += [_known(d, f, value) for f, value, _ in found.known]
        return shown

    def send() -> HttpResponse:
        made = do(request, "request.answer", _given(request, found, unit)).result
        said = Text("已记录 {n} 项，完成 {m} 件填报。", "{n} recorded, {m} {m|request|requests} answered.").with_(
            n=made["facts"], m=len(made["answered"])
        )
        return done(request, f"{reverse('answer')}?unit={unit}", said)

    at = now()
    crumbs = [{"url": reverse("requests"), "label": TITLE}, {"url": "", "label": ANSWERING}]
    nothing = not found.answers and not (correcting and found.known)
    button = Text("更正", "Correct") if correcting else Text("提交", "Send")
    return form_page(
        request, fields, send, title=ANSWERING, subtitle=found.unit.name, button=button, back=reverse("requests"), breadcrumbs=crumbs,
        template="requests/answer.html", asks=[{"ask": a, "late": a.due_at < at, "disputed": a.stage == "disputed"} for a in found.answers],
        units=own, unit=unit, nothing=nothing, correcting=correcting, correctable=not correcting and bool(given(actor, unit).known),
    )  # fmt: skip


_CONTROLS = {"integer": "integer", "number": "number", "text": "text", "date": "date"}


def _control(d: Draft, f: Field, value: Any = None) -> FieldParts:
    name, label = f"f{f.pk}", field_title(f)
    if f.kind == "choice":
        return d.field(name, label, "select", choices=[("", Text("请选择", "Choose")), *((c, c) for c in f.choices)])
    if f.kind == "boolean":
        return d.field(
            name,
            label,
            "select",
            choices=[("", Text("请选择", "Choose")), ("是", Text("是", "yes")), ("否", Text("否", "no"))],
        )
    return d.field(
        name,
        label,
        _CONTROLS[f.kind],
        **({"min": 0} if f.kind == "integer" else {}),
        maxlength=500 if f.kind == "text" else None,
    )


def _typed(value: Any) -> str:
    """A value as its control holds it; "" for one that is said to be unknown."""
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _known(d: Draft, f: Field, value: Any) -> FieldParts:
    """What is known already: filled in, sent only when it was changed."""
    if d.request.method != "POST":
        d.on_record = {**d.on_record, f"f{f.pk}": _typed(value)}
    part = _control(d, f)
    return replace(
        part, help=Text("系统已有，无须填写；有变化的直接改。", "On record; change it only if it has changed.")
    )


def _given(request: HttpRequest, found: Owed, unit: int) -> dict[str, Any]:
    values = {
        str(f.pk): request.POST[f"f{f.pk}"].strip() for f in found.fields if request.POST.get(f"f{f.pk}", "").strip()
    }
    for f, old, _ in found.known:
        new = request.POST.get(f"f{f.pk}", "").strip()
        if new and new != _typed(old):
            values[str(f.pk)] = new
    started = request.POST.get("started", "")
    took = int(time.time()) - int(started) if started.isdigit() and len(started) < 12 else None
    nil = [int(n) for n in request.POST.getlist("nil") if n.isdigit()]
    return {
        "unit": unit, "values": values, "unknown": [f.pk for f in found.fields if f"u{f.pk}" in request.POST], "nil": nil,
        "took_seconds": min(took, 7_200) if took is not None and took >= 0 else None,
    }  # fmt: skip
