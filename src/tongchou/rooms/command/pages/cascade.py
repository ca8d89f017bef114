"""Handing out to many units at once."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import act, done_before
from tongchou.record.models import Unit
from tongchou.record.questions.loopfile import SOURCE_KEYS
from tongchou.record.questions.units import search_units
from tongchou.record.territory.names import told_apart
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import Choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.loops import asked_field
from tongchou.web.pages.names import KINDS
from tongchou.web.pages.requests import actor_of, client_id, moment, now
from tongchou.web.permission import Nav, page

_ISSUE = Text("批量交办", "Issue to many")
WHOLE_KINDS = (
    "street",
    "community",
    "hq_department",
    "department",
    "special_team",
    "supervision_group",
    "enterprise",
    "school",
)
LISTED = ("street", "hq_department", "department", "special_team", "community")
MOST_LISTED = 80
MARGIN = timedelta(days=1)
"""The whole is due a day after its parts: somebody has to look at them."""


@page("issue", "tasks/issue", "loop.bulk", nav=Nav(_ISSUE, "speakerphone"))
def issue(request: HttpRequest) -> HttpResponse:
    """One task to many units: a loop of one's own, and one below it for each unit, all or none."""
    actor = actor_of(request)
    units = _units(actor)

    def fields(d: Draft) -> list[FieldParts]:
        whole: Choices = [
            (
                kind,
                Text("全部{kind}（{n} 个）", "every {kind} ({n})").with_(
                    kind=KINDS[kind], n=sum(u.kind == kind for u in units)
                ),
            )
            for kind in WHOLE_KINDS
            if sum(u.kind == kind for u in units) > 1
        ]
        ordered = sorted(units, key=lambda u: (LISTED.index(u.kind) if u.kind in LISTED else 9, u.name_key))
        listed: Choices = list(told_apart([(u.pk, u.name) for u in ordered if u.kind in LISTED][:MOST_LISTED]))
        told = Text(
            "每个单位一件，各自签收、反馈；进度汇总在一张表上。",
            "Each unit gets one of its own; progress is on one sheet.",
        )
        return [
            d.field("title", Text("事项名称", "Title"), required=True, maxlength=300),
            d.field("detail", Text("办理要求", "What is asked"), "textarea"),
            d.field("due_at", Text("办结时限", "Due"), "datetime", required=True),
            d.field("document_number", Text("来文字号", "Number of the document from above"), maxlength=80),
            d.field("document_title", Text("来文标题", "Title of the document from above"), maxlength=200),
            d.field("document_organ", Text("来文机关", "Organ that sent it"), maxlength=160),
            asked_field(request.POST.getlist("asked")),
            d.field("urgent", Text("加急", "Urgent"), "checkbox"),
            d.field("kinds", Text("整类单位", "Whole kinds of units"), "checkboxes", choices=whole, help=told),
            d.field("units", Text("单个单位", "Single units"), "checkboxes", choices=listed),
        ]

    def send() -> HttpResponse:
        chosen = _chosen(request, units)
        due = moment(request, "due_at")
        if due is None:
            rule = Text("请填写办结时限。", "Give a due time.")
            raise Refusal(Reason.MISSING_VALUE, rule, field="due_at")
        loop, count = hand_out(actor, client_id(request), request.POST, chosen, due)
        said = Text("已交办 {n} 个单位。", "Handed out to {n} {n|unit|units}.").with_(n=count)
        return done(request, reverse("loop_tree" if count > 1 else "loop", args=[loop]), said)

    crumbs = [{"url": reverse("work"), "label": Text("待办", "Work list")}, {"url": "", "label": _ISSUE}]
    return form_page(
        request, fields, send, title=_ISSUE, button=Text("交办", "Hand out"), back=reverse("work"), breadcrumbs=crumbs,
    )  # fmt: skip


def hand_out(actor: Actor, key: uuid.UUID, given: Any, units: list[int], due: datetime) -> tuple[uuid.UUID, int]:
    """Open a task for each unit, under one of the actor's own unit where there are several. Returns the loop to show, and how many units.

    The parts are tried first without writing, so that a refusal leaves nothing behind; the ids follow from the form's client id, so that a
    second click finds the first one's loops.
    """
    common = {
        "kind": "task", "title": given.get("title", "").strip(), "detail": given.get("detail", ""), "urgent": bool(given.get("urgent")),
        "origin": "issue", "origin_ref": str(key),
    }  # fmt: skip
    common["data"] = {k: v for k in SOURCE_KEYS if (v := given.get(k, "").strip())}
    asked = given.getlist("asked")
    parts = [
        common | {"data": {} if len(units) > 1 else common["data"], "id": str(uuid.uuid5(key, str(unit))), "owner_unit": unit, "due_at": due.isoformat(), "asked": asked}
        for unit in units
    ]
    if len(parts) == 1:
        return uuid.UUID(str(act("loop.open", actor, key, parts[0]).result["loop"])), 1
    top = uuid.uuid5(key, "top")
    if done_before("loop.open_many", actor, key) is not None:
        return top, len(parts)
    act("loop.open_many", actor, uuid.uuid5(key, "try"), {"items": parts}, dry_run=True)
    own = actor.require("loop.open")[0].unit_id
    whole = common | {"id": str(top), "owner_unit": own, "due_at": (due + MARGIN).isoformat(), "signed": True}
    act("loop.open", actor, uuid.uuid5(key, "whole"), whole)
    act("loop.open_many", actor, key, {"items": [p | {"parent": str(top)} for p in parts]})
    return top, len(parts)


def _units(actor: Actor) -> list[Unit]:
    """Units to which the actor may hand out, its own left out."""
    own = set(actor.unit_ids("loop.open"))
    found = [u.id for u in search_units(actor, "", now().date(), limit=20_000) if u.id not in own]
    return list(Unit.objects.filter(pk__in=found, active_to=None).only("pk", "name", "name_key", "kind"))


def _chosen(request: HttpRequest, units: list[Unit]) -> list[int]:
    kinds, picked = set(request.POST.getlist("kinds")), set(request.POST.getlist("units"))
    chosen = [u.pk for u in units if u.kind in kinds or str(u.pk) in picked]
    if not chosen:
        rule = Text("请至少选择一个单位。", "Choose at least one unit.")
        raise Refusal(Reason.MISSING_VALUE, rule, field="units")
    return chosen
