"""The tree of what became of a task: who, how far, what is late where. Branches open one by one; what is late is shown at once."""

from __future__ import annotations

import itertools
import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.kinds import Party
from tongchou.record.loops.kinds import kind_of
from tongchou.record.loops.state import load, parties
from tongchou.record.loops.titles import short
from tongchou.record.questions.loopfile import source_of
from tongchou.record.territory.reach import missing
from tongchou.rooms.command.cascade_questions import Branch, tree
from tongchou.web.pages.forms import done
from tongchou.web.pages.loops import LOOP_LINKS, LoopLink
from tongchou.web.pages.requests import actor_of, do, now
from tongchou.web.pages.shown import LEVELS, stage_badge
from tongchou.web.pages.spreadsheets import asked_for, sheet_file
from tongchou.web.permission import page

MOST_SHOWN = 600
SMALL = 40
"""A tree of no more than this is shown whole."""
LATE_SHOWN = 40
"""So many late ones are shown within branches that are not open; the branch says how many there are."""
REMINDED = {
    "late": Text("催办全部超时（{n} 件）", "Remind of all that is late ({n})"),
    "unsigned": Text("催办全部未签收（{n} 件）", "Remind of all not signed for ({n})"),
}

LOOP_LINKS.append(LoopLink("loop_tree", Text("分解和进度", "Tree and progress"), "sitemap", lambda file, actor: bool(file.children)))


@page("loop_tree", "loops/<uuid:loop>/tree", "loop.view", methods=("GET",))
def loop_tree(request: HttpRequest, loop: uuid.UUID) -> HttpResponse:
    """A loop and everything below it: who, how far, what is late where."""
    actor, at = actor_of(request), now()
    rows = tree(actor, loop, at)
    top = rows[0]
    if asked_for(request):
        return _file(request, rows)
    part = request.GET.get("part", "")
    if part in ("open", "shut"):  # one branch of a tree, to be put in its place
        return render(request, "command/branch.html", {"b": _Shown(at).branch(rows, 1, part == "open")})
    late_only, whole = request.GET.get("late") == "1", request.GET.get("all") == "1" or len(rows) <= SMALL
    branches = _late_ones(rows, at) if late_only else _branches(rows, at, whole)
    waiting = {what: len(_to_remind(rows, what, at)) for what in REMINDED}
    closed = top.below - top.below_open
    context = {
        "top": top,
        "source": source_of(loop),
        "branches": branches,
        "left_out": max(0, len(rows) - MOST_SHOWN) if whole and not late_only else 0,
        "late_only": late_only,
        "whole": whole,
        "small": len(rows) <= SMALL,
        "stages": _stages(rows),
        "remind": [(what, label.with_(n=waiting[what])) for what, label in REMINDED.items() if waiting[what]] if actor.permits("loop.act") else [],
        "share": round(100 * closed / top.below) if top.below else None,
        "closed": closed,
        "breadcrumbs": [
            {"url": reverse("work"), "label": Text("待办", "Work list")},
            {"url": reverse("loop", args=[loop]), "label": short(top.title)},
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


class _Shown:
    """Rows as the page shows them. A badge is rendered once for each stage: it is the same in hundreds of rows."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.late_left = LATE_SHOWN
        self._badges: dict[tuple[int, str], str] = {}

    def branch(self, rows: list[Branch], depth: int, opened: bool) -> dict[str, Any]:
        """One below the top with what lies under it: all of it, or only what is late. depth: of the first row."""
        first, under = rows[0], rows[1:]
        offset = depth - first.depth
        seen = under if opened else [b for b in under if b.below_late or _late(b, self.at)][: self.late_left]
        self.late_left -= 0 if opened else len(seen)
        return {
            "id": first.id, "open": opened, "can_open": bool(under) and depth == 1, "hidden": len(under) - len(seen),
            "rows": [self.row(b, b.depth + offset) for b in (first, *seen[:MOST_SHOWN])],
        }  # fmt: skip

    def row(self, b: Branch, indent: int) -> dict[str, Any]:
        return {"line": b, "indent": min(indent, 6), "badge": self._badge(b)}

    def _badge(self, b: Branch) -> str:
        key = (b.edition, b.stage)
        if key not in self._badges:
            self._badges[key] = render_to_string("components/badge.html", stage_badge(kind_of(b.edition), b.stage))
        return self._badges[key]


def _branches(rows: list[Branch], at: datetime, whole: bool) -> list[dict[str, Any]]:
    """The top, then each branch below it."""
    shown = _Shown(at)
    starts = [n for n, b in enumerate(rows) if b.depth == 1]
    spans = [rows[a:b] for a, b in itertools.pairwise([*starts, len(rows)])]
    top = {"id": rows[0].id, "open": True, "can_open": False, "hidden": 0, "rows": [shown.row(rows[0], 0)]}
    left, out = MOST_SHOWN, [top]
    for span in spans:
        if left <= 0:
            break
        one = shown.branch(span[:left] if whole else span, 1, whole)
        left -= len(one["rows"])
        out.append(one)
    return out


def _late_ones(rows: list[Branch], at: datetime) -> list[dict[str, Any]]:
    """Only what is late, with what lies above it."""
    shown = _Shown(at)
    late = [b for b in rows if b.below_late or _late(b, at)][:MOST_SHOWN]
    return [{"id": rows[0].id, "open": True, "can_open": False, "hidden": 0, "rows": [shown.row(b, b.depth) for b in late]}] if late else []


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
