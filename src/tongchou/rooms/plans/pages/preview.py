"""What a change of edition would do to the people on record; and history decided again."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from tongchou.kernel.clock import parse_date
from tongchou.kernel.errors import Refusal
from tongchou.kernel.text import Text
from tongchou.rooms.plans.onrecord import by_itself
from tongchou.rooms.plans.questions import Norms, norms, preview_on_record, replay, staff
from tongchou.rooms.plans.store import pack_of, version_in_force, versions_in_force
from tongchou.web.pages.requests import actor_of, integer
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

_TITLE = Text("方案调整预览", "Preview a change of plan")
_COUNTS = (("place", "街道", "Street"), ("people", "在册人员", "On record"), ("held_before", "现在管控", "Held now"), ("held_after", "调整后管控", "Held after"),
           ("released", "因调整解除", "Released by the change"), ("released_on_test", "其中末次检测后", "of these, after a last test"),
           ("newly_held", "新管控", "Newly held"), ("earlier_release", "提前解除", "Released earlier"),
           ("later_release", "推后解除", "Released later"), ("waiting_before", "现已期满待检", "Days over now, test owed"),
           ("waiting_after", "调整后期满待检", "Days over after, test owed"), ("undetermined", "事实不足", "Facts missing"))  # fmt: skip
_DAYS = (("day", "日期", "Day"), ("beds_before", "床位（现）", "Beds now"), ("beds_after", "床位（后）", "Beds after"), ("tests_before", "检测（现）", "Tests now"),
         ("tests_after", "检测（后）", "Tests after"), ("staff_before", "人员（现）", "Staff now"), ("staff_after", "人员（后）", "Staff after"))  # fmt: skip


@page("plan_preview", "plans/preview", "plan.preview", methods=("GET",), nav=Nav(_TITLE, "report-search"))
def plan_preview(request: HttpRequest) -> HttpResponse:
    """From one edition to another: who is released, who newly held, beds, tests, staff, by street. Nobody's name, and nothing changes."""
    context: dict[str, Any] = {"title": _TITLE, "tables": _tables(), "table": request.GET.get("table", "")}
    pack, _, table = context["table"].partition("/")
    if not table:
        return render(request, "plans/preview.html", context)
    try:
        today = parse_date(request.GET["as_of"], "as_of") if request.GET.get("as_of") else timezone.localdate()
        version = version_in_force(pack, today)
        editions = [(e.key, e.title) for e in pack_of(version).editions]
        keys = [k for k, _ in editions]
        held = [e.key for e in pack_of(version).editions if e.from_ <= today]
        before = request.GET.get("from") or (held[-1] if held else keys[0])
        after = request.GET.get("to") or keys[min(len(keys) - 1, keys.index(before) + 1) if before in keys else -1]
        per = Norms(_at_least(request, "beds", norms().beds), _at_least(request, "tests", norms().tests))
        context |= {
            "as_of": today,
            "editions": editions,
            "before": before,
            "after": after,
            "per": per,
            "version": version,
        }
        found = preview_on_record(actor_of(request), version, table, before, after, today)
    except Refusal as refusal:
        return render(request, "plans/preview.html", context | {"problem": refusal}, status=refusal.status)
    places = _sheet(
        "preview_places", Text("按街道", "By street"), _COUNTS, found.places.to_dicts(), "place", totals=True
    )
    days = _sheet("preview_days", Text("今后十四天", "The coming fourteen days"), _DAYS, staff(found, per), "day")
    if asked_for(request):
        which = days if request.GET.get("sheet") == "days" else places
        return sheet_file(request, Text("方案调整预览", "Preview"), *cells_of(which))
    rejected, inputs = Counter((p.field, p.rule) for p in found.rejected), pack_of(version).tables[table].inputs
    total = {k: sum(row[k] for row in found.places.to_dicts()) for k, _, _ in _COUNTS[1:]}
    context |= {
        "places": places, "days": days, "chart": _chart(staff(found, per)), "total": total,
        "rejected": [{"fact": inputs[f].title if f and f in inputs else f or "", "rule": r, "n": n} for (f, r), n in rejected.items()],
        "counts": [{"label": Text(zh, en), "value": total[k]} for k, zh, en in _COUNTS[1:]],
        "empty": {"title": Text("没有在册人员", "Nobody on record"), "icon": "users",
                  "text": Text("没有人有这张表需要的在册事实。", "Nobody has facts on record for this table.")},
    }  # fmt: skip
    return render(request, "plans/preview.html", context)


def _tables() -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = [("", Text("请选择", "Choose"))]
    for name, version in sorted(
        versions_in_force(timezone.localdate()).items(), key=lambda kv: (kv[1].origin == "shipped", kv[0])
    ):
        title = Text.from_dict(version.title)
        pairs = pack_of(version).tables.items()
        found += [
            (f"{name}/{k}", Text("{p} · {t}", "{p} · {t}").with_(p=title, t=t.title)) for k, t in pairs if by_itself(t)
        ]
    return found


def _at_least(request: HttpRequest, name: str, usual: int) -> int:
    return max(1, integer(request, name) or usual)


def _sheet(
    key: str, caption: Text, labels: Any, rows: list[dict[str, Any]], first: str, totals: bool = False
) -> dict[str, Any]:
    names = [k for k, _, _ in labels]
    lines = [
        {
            "cells": [
                {
                    "value": (str(r[n]) if n == "day" else r[n])
                    or (Text("未划街道", "no street") if n == "place" else r[n])
                }
                for n in names
            ]
        }
        for r in rows
    ]
    return {
        "key": key, "caption": caption, "columns": [{"key": k, "label": Text(z, e), "number": k != first} for k, z, e in labels], "rows": lines,
        "totals": [Text("合计", "Total"), *(sum(r[n] for r in rows) for n in names[1:])] if totals and rows else None, "export": True,
    }  # fmt: skip


def _chart(rows: list[dict[str, Any]]) -> dict[str, Any]:
    language = get_language() or "zh-hans"
    lines = (("beds_before", Text("床位（现）", "Beds now")), ("beds_after", Text("床位（后）", "Beds after")), ("tests_before", Text("检测（现）", "Tests now")),
             ("tests_after", Text("检测（后）", "Tests after")))  # fmt: skip
    return {
        "key": "preview", "title": Text("床位和检测", "Beds and tests"), "columns": [Text("日期", "Day"), *(t for _, t in lines)],
        "rows": [[str(r["day"]), *(r[k] for k, _ in lines)] for r in rows],
        "option": {
            "tooltip": {"trigger": "axis"}, "legend": {}, "grid": {"containLabel": True, "left": 8, "right": 24, "top": 48, "bottom": 8},
            "xAxis": {"type": "category", "data": [str(r["day"])[5:] for r in rows]}, "yAxis": {"type": "value"},
            "series": [
                {"name": t.in_(language), "type": "line", "step": "middle", "data": [r[k] for r in rows], "lineStyle": {"type": "dashed" if "after" in k else "solid"}}
                for k, t in lines
            ],
        },
    }  # fmt: skip


@page("plan_replay", "plans/replay", "plan.preview", methods=("GET",))
def plan_replay(request: HttpRequest) -> HttpResponse:
    """Decide every stored decision again by the pack that it pins, and count what comes out differently. No names."""
    found = replay()
    labels = (("pack", "方案包", "Pack"), ("count", "判定", "Decisions"))
    context = {
        "title": Text("历史判定重算", "History decided again"),
        "found": found,
        "counts": [
            {"label": Text("判定", "decisions"), "value": found.decisions}, {"label": Text("结论相同", "come out the same"), "value": found.equal},
            {"label": Text("结论不同", "come out differently"), "value": found.differing},
            {"label": Text("方案包已损坏", "pack is not what was pinned"), "value": found.broken},
        ],
        "sheet": {
            "key": "replay", "caption": Text("按方案包", "By pack"), "columns": [{"key": k, "label": Text(z, e), "number": k == "count"} for k, z, e in labels],
            "rows": [{"cells": [{"value": k}, {"value": v}]} for k, v in found.by_pack.items()],
        },
        "empty": {"title": Text("没有判定", "No decisions"), "text": Text("按方案作出的判定保存后可以重算。", "Kept decisions can be made again."), "icon": "gavel"},
        "breadcrumbs": [{"url": reverse("plan_preview"), "label": _TITLE}, {"url": "", "label": Text("重算", "Again")}],
    }  # fmt: skip
    return render(request, "plans/replay.html", context)
