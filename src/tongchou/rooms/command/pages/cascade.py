"""Handing out to many units at once, and the tree of what became of it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.kinds import Party
from tongchou.record.access import Actor
from tongchou.record.act import act, done_before
from tongchou.record.loops.kinds import kind_of
from tongchou.record.loops.state import load, parties
from tongchou.record.models import Unit
from tongchou.record.questions.loopfile import SOURCE_KEYS, source_of
from tongchou.record.questions.units import search_units
from tongchou.record.territory.reach import missing
from tongchou.rooms.command.cascade_questions import Branch, tree
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import Choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.loops import LOOP_LINKS, LoopLink, asked_field
from tongchou.web.pages.names import KINDS
from tongchou.web.pages.requests import actor_of, client_id, do, moment, now
from tongchou.web.pages.shown import LEVELS, stage_badge
from tongchou.web.pages.spreadsheets import asked_for, sheet_file
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
MOST_SHOWN = 600
REMINDED = {
    "late": Text("催办全部超时（{n} 件）", "Remind of all that is late ({n})"),
    "unsigned": Text("催办全部未签收（{n} 件）", "Remind of all not signed for ({n})"),
}
MARGIN = timedelta(days=1)
"""The whole is due a day after its parts: somebody has to look at them."""

LOOP_LINKS.append(LoopLink("loop_tree", Text("分解和进度", "Tree and progress"), "sitemap", lambda file, actor: bool(file.children)))


@page("loop_tree", "loops/<uuid:loop>/tree", "loop.view", methods=("GET",))
def loop_tree(request: HttpRequest, loop: uuid.UUID) -> HttpResponse:
    """A loop and everything below it: who, how far, what is late where."""
    actor, at = actor_of(request), now()
    rows = tree(actor, loop, at)
    top = rows[0]
    if asked_for(request):
        return _file(request, rows)
    late_only = request.GET.get("late") == "1"
    depth = request.GET.get("depth", "")
    shown = [b for b in rows if (not late_only or b.below_late or _late(b, at)) and (depth != "1" or b.depth <= 1)]
    waiting = {what: len(_to_remind(rows, what, at)) for what in REMINDED}
    closed = top.below - top.below_open
    context = {
        "top": top,
        "source": source_of(loop),
        "rows": [_row(b, at) for b in shown[:MOST_SHOWN]],
        "left_out": max(0, len(shown) - MOST_SHOWN),
        "late_only": late_only,
        "depth": depth,
        "deep": any(b.depth > 1 for b in rows),
        "stages": _stages(rows),
        "remind": [(what, label.with_(n=waiting[what])) for what, label in REMINDED.items() if waiting[what]] if actor.permits("loop.act") else [],
        "share": round(100 * closed / top.below) if top.below else None,
        "closed": closed,
        "breadcrumbs": [
            {"url": reverse("work"), "label": Text("待办", "Work list")},
            {"url": reverse("loop", args=[loop]), "label": top.title[:30]},
            {"url": "", "label": Text("分解和进度", "Tree and progress")},
        ],
    }
    return render(request, "command/tree.html", context)


def _stages(rows: list[Branch]) -> list[tuple[Any, int]]:
    """How many below are in which stage, in the order of the tree."""
    found: dict[tuple[int, str], int] = {}
    for b in rows[1:]:
        found[b.edition, b.stage] = found.get((b.edition, b.stage), 0) + 1
    return [(stage_badge(kind_of(edition), stage), n) for (edition, stage), n in found.items()]


def _to_remind(rows: list[Branch], what: str, at: datetime) -> list[uuid.UUID]:
    """Below the top: what is late, or not signed for yet."""
    return [b.id for b in rows[1:] if b.closed_at is None and (_late(b, at) if what == "late" else b.stage == kind_of(b.edition).start)]


@page("tree_remind", "loops/<uuid:loop>/tree/remind/<slug:remind>", "loop.act", methods=("POST",))
def tree_remind(request: HttpRequest, loop: uuid.UUID, remind: str) -> HttpResponse:
    """Remind everybody below who is late, or has not signed, in one act; those for whom another unit must speak are left to it."""
    actor, at = actor_of(request), now()
    rows = tree(actor, loop, at)
    what = remind
    if what not in REMINDED:
        raise missing(Text("没有这个操作。", "There is no such thing to do."), "what", what)
    wanted = {Party.OPENER, Party.VERIFIER, Party.ADJUDICATOR}
    ids = [s.id for s in load(_to_remind(rows, what, at)) if wanted & set(parties(actor, s))]
    if not ids:
        rule = Text("没有可由本单位催办的事项。", "There is nothing that your unit may remind of.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请由交办单位催办。", "The unit that handed it out does."), field="loops")
    told = do(request, "loop.remind", {"loops": [str(i) for i in ids], "note": request.POST.get("note", "").strip()[:2000]}).result
    said = Text("已催办 {n} 件；{m} 件半小时内已催过。", "{n} were reminded of; {m} had been within half an hour.").with_(n=told["reminded"], m=told["left_out"])
    return done(request, reverse("loop_tree", args=[loop]), said)


def _late(b: Branch, at: datetime) -> bool:
    return b.closed_at is None and b.deadline is not None and b.deadline < at


def _row(b: Branch, at: datetime) -> dict[str, Any]:
    return {"line": b, "indent": b.depth, "badge": stage_badge(kind_of(b.edition), b.stage), "late": _late(b, at)}


def _file(request: HttpRequest, rows: list[Branch]) -> HttpResponse:
    columns = [
        Text("层级", "Depth"), Text("事项", "Title"), Text("牵头单位", "Lead unit"), Text("经办人", "Handler"), Text("阶段", "Stage"),
        Text("本阶段时限", "Stage deadline"), Text("总时限", "Due"), Text("升级", "Level"), Text("办结时间", "Closed"),
        Text("下级", "Below"), Text("下级在办", "Open below"), Text("下级超时", "Late below"),
    ]  # fmt: skip
    lines = (
        [
            b.depth, b.title, b.owner, b.person, kind_of(b.edition).stages[b.stage].title, b.deadline, b.due_at, LEVELS[b.level], b.closed_at,
            b.below, b.below_open, b.below_late,
        ]
        for b in rows
    )  # fmt: skip
    return sheet_file(request, Text("分解和进度", "Tree"), columns, lines)


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
        listed: Choices = [
            (u.pk, u.name)
            for u in sorted(units, key=lambda u: (LISTED.index(u.kind) if u.kind in LISTED else 9, u.name_key))
            if u.kind in LISTED
        ]
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
            asked_field(request.POST.getlist("asked")),
            d.field("urgent", Text("加急", "Urgent"), "checkbox"),
            d.field("kinds", Text("整类单位", "Whole kinds of units"), "checkboxes", choices=whole, help=told),
            d.field("units", Text("单个单位", "Single units"), "checkboxes", choices=listed[:MOST_LISTED]),
        ]

    def send() -> HttpResponse:
        chosen = _chosen(request, units)
        due = moment(request, "due_at")
        if due is None:
            rule = Text("请填写办结时限。", "Give a due time.")
            raise Refusal(Reason.MISSING_VALUE, rule, field="due_at")
        loop, count = hand_out(actor, client_id(request), request.POST, chosen, due)
        said = Text("已交办 {n} 个单位。", "Handed out to {n} units.").with_(n=count)
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
    whole = common | {"id": str(top), "owner_unit": own, "due_at": (due + MARGIN).isoformat()}
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
