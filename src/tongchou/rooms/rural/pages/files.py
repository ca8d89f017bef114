"""The files of watched households, and who should be looked at."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.loops.kinds import kind_of
from tongchou.rooms.rural.pages.parts import on_day, sheet
from tongchou.rooms.rural.pages.relief import _FILES, _PROPOSED, _links, joined, trail
from tongchou.rooms.rural.reach import CARE, VERIFY, WATCH
from tongchou.rooms.rural.watched import File, Member, files_of, proposed, relief_file
from tongchou.rooms.rural.words import (
    ABLE,
    BANDS,
    CATEGORIES,
    ENDS,
    EVENTS,
    INCOME_REASONS,
    ITEMS,
    JOBS,
    MEASURES,
    RISKS,
    SIGNS,
    STATES,
    WAYS,
    WISHES,
)
from tongchou.web.pages.people import SEXES
from tongchou.web.pages.requests import actor_of
from tongchou.web.pages.shown import stage_badge
from tongchou.web.permission import page


@page("relief_files", "relief/files", WATCH, methods=("GET",))
def relief_files(request: HttpRequest) -> HttpResponse:
    """Files in reach by number, those that wait to be verified first: nobody's name."""
    actor, state = actor_of(request), request.GET.get("state", "")
    rows = files_of(actor)
    rows = rows.filter(state=state) if state in STATES else rows
    labels = (("number", "编号", "Number", 0), ("state", "状态", "State", 0), ("area", "区域", "Area", 0), ("category", "类别", "Category", 0),
              ("reasons", "风险", "Risks", 0), ("since", "纳入日期", "Since", 0))  # fmt: skip
    body: list[list[Any]] = []
    for f in sorted(rows[:2000], key=lambda f: (list(STATES).index(f.state) != 1, f.state == "removed", f.number)):
        word, tone, icon = STATES[f.state]
        body.append([
            {"value": f.number, "url": reverse("relief_file", args=[f.pk])}, {"value": word, "tone": tone, "icon": icon}, f.area.name,
            CATEGORIES[f.category], joined(f.reasons, RISKS), f.opened_on.isoformat(),
        ])  # fmt: skip
    context = {
        "title": _FILES,
        "sheet": sheet("files", _FILES, labels, body) | {"export": False},
        "filters": [
            {
                "name": "state",
                "label": Text("状态", "State"),
                "value": state,
                "choices": [("", Text("全部", "All")), *((k, v[0]) for k, v in STATES.items())],
            }
        ],
        "links": _links(request),
        "action": {"url": reverse("relief_open"), "label": Text("纳入监测", "Open a file")}
        if actor.permits(CARE)
        else None,
        "note": Text(
            "名单不含姓名和门牌。带出个人信息须按“导出”审批。",
            "No names and no doors here. Taking personal data out needs an approved export.",
        ),
        "breadcrumbs": trail(("", _FILES)),
        "empty": {
            "title": Text("没有监测户", "Nobody is watched"),
            "text": Text("纳入监测后显示在这里。", "They appear once a file is opened."),
            "icon": "home-heart",
        },
    }
    return render(request, "rural/list.html", context)


@page("relief_file", "relief/files/<uuid:relief>", WATCH, methods=("GET",))
def relief_file_page(request: HttpRequest, relief: uuid.UUID) -> HttpResponse:
    """One household: its people (masked, the look is recorded), measures, problems, income, work, what happened."""
    actor = actor_of(request)
    found = relief_file(actor, relief, on_day())
    row = found.row
    word, tone, icon = STATES[row.state]
    live, edit = row.state != "removed", actor.permits(CARE)
    context = {
        "row": row,
        "badges": [{"label": word, "tone": tone, "icon": icon}],
        "facts": [
            {"label": Text("区域", "Area"), "value": row.area.name},
            {"label": Text("类别", "Category"), "value": CATEGORIES[row.category]},
            {"label": Text("风险", "Risks"), "value": joined(row.reasons, RISKS)},
            {"label": Text("纳入日期", "Since"), "value": row.opened_on.isoformat()},
            *([{"label": Text("消除日期", "Removed"), "value": row.removed_on.isoformat()}] if row.removed_on else []),
        ],
        "members": [_member(m) for m in found.members],
        "elsewhere": found.elsewhere,
        "measures": [{"line": m, "kind": MEASURES[m.kind]} for m in found.measures],
        "problems": [
            {"line": p, "item": ITEMS[p.item], "badge": stage_badge(kind_of(p.loop.edition_id), p.loop.stage)}
            for p in found.problems
        ],
        "incomes": [
            {"line": i, "way": WAYS[i.way], "band": BANDS[i.band], "reason": INCOME_REASONS[i.reason]}
            for i in found.incomes
        ],
        "years": _years(found),
        "line": found.line,
        "last_year": on_day().year - 1,
        "history": [
            {"at": at, "what": EVENTS.get(what, (Text(what, what), "note")), "who": who, "note": note}
            for at, what, who, note in found.history
        ],
        "edit": edit and live,
        "can_propose": edit and row.state == "open",
        "can_verify": actor.permits(VERIFY) and row.state == "proposed",
        "own_proposal": row.proposed_by_id == actor.account_id,
        "breadcrumbs": trail((reverse("relief_files"), _FILES), ("", row.number)),
    }
    return render(request, "rural/relief_file.html", context)


def _member(m: Member) -> dict[str, Any]:
    return {
        "line": m,
        "sex": SEXES[m.sex],
        "able": ABLE[m.wish.able] if m.wish else ABLE["not_asked"],
        "wish": WISHES[m.wish.wish] if m.wish else None,
        "job": JOBS[m.job.kind] if m.job else None,
        "lost": ENDS[m.lost.end_reason] if m.lost else None,
    }


def _years(found: File) -> list[dict[str, Any]]:
    last = on_day().year - 1
    return [
        {"line": y, "below": found.line is not None and y.year == last and y.per_head < found.line} for y in found.years
    ]


@page("relief_proposals", "relief/proposals", CARE, methods=("GET",))
def relief_proposals(request: HttpRequest) -> HttpResponse:
    """Households without a file that show signs; nothing follows by itself."""
    rows = proposed(actor_of(request), on_day())
    labels = (
        ("area", "区域", "Area", 0),
        ("village", "村", "Village", 0),
        ("signs", "依据", "Why", 0),
        ("open", "研判", "Look", 0),
        ("no", "不纳入", "Decide against", 0),
    )
    body: list[list[Any]] = [
        [
            p.area, p.village, joined(p.signs, SIGNS), {"value": Text("查看并纳入", "look, open a file"), "url": f"{reverse('relief_open')}?household={p.household}"},
            {"value": Text("不纳入", "decide against"), "url": f"{reverse('relief_dismiss')}?household={p.household}"},
        ]
        for p in rows
    ]  # fmt: skip
    context = {
        "title": _PROPOSED,
        "sheet": sheet("proposals", _PROPOSED, labels, body) | {"export": False},
        "note": Text(
            "系统只提示，是否纳入由人决定。没有设定上年监测线的地方，不按收入提示。",
            "The program proposes, people decide. Where no line is set for last year, income per head proposes nobody.",
        ),
        "breadcrumbs": trail(("", _PROPOSED)),
        "empty": {
            "title": Text("没有需要研判的户", "Nobody to look at"),
            "text": Text(
                "收入下降、失业、低于监测线的户会出现在这里。",
                "Households whose income fell or whose job was lost appear here.",
            ),
            "icon": "search",
        },
    }
    return render(request, "rural/list.html", context)
