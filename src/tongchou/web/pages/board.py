"""Both hands as the first page shows them: figures, what is late by area and by kind, and the course of the last days."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

from tongchou.kernel.text import Text
from tongchou.record.loops.kinds import current_kinds
from tongchou.record.questions.figures import AreaFigures
from tongchou.web.hands import HANDS, Board, Course, list_url, part_url

MOST = 6
"""Areas and kinds that are named; the page of figures has all."""


def shown_board(board: Board) -> dict[str, Any]:
    """Context of components/hands.html."""
    sums = {key: sum(getattr(p, key) for p in board.areas) for key in ("open", "late", "supervised", "accountable")}
    return {
        "at": board.at,
        "hands": [
            {"key": key, "title": title, "figures": board.figures.get(key, []), "chart": _chart(board.courses[key]) if key in board.courses else None}
            for key, title in HANDS.items()
        ],
        "sums": [
            {"label": Text("在办", "Open"), "value": sums["open"], "url": list_url(board.top)},
            {"label": Text("超时", "Late"), "value": sums["late"], "url": list_url(board.top, late="1"), "act": True},
            {"label": Text("督办", "Supervised"), "value": sums["supervised"], "url": list_url(board.top, level="supervise"), "act": True},
            {"label": Text("问责线索", "Accountability"), "value": sums["accountable"], "url": list_url(board.top, level="accountability"), "act": True},
        ],
        "areas": [
            {"name": _name(a, board.top), "late": a.late, "open": a.open, "url": part_url(a.area, board.top, late="1")}
            for a in sorted(board.areas, key=lambda a: (-a.late, -a.open))[:MOST] if a.late
        ],
        "kinds": [
            {"name": _kind(k.kind), "late": k.late, "open": k.open, "url": list_url(board.top, kind=k.kind, late="1")} for k in board.kinds[:MOST] if k.late
        ],
    }  # fmt: skip


def _name(a: AreaFigures, top: int) -> Any:
    return Text("{name}本级", "{name} itself").with_(name=a.name) if a.area == top else a.name


def _kind(key: str) -> Text:
    found = current_kinds().get(key)
    return found[1].title if found else Text(key, key)


def _chart(course: Course) -> dict[str, Any]:
    language = get_language() or "zh-hans"
    days = [f"{d:%m-%d}" for d in course.days]
    bars = len(course.lines) == 1
    return {
        "key": course.key, "title": course.title, "columns": [Text("日期", "Day"), *(name for name, _ in course.lines)], "url": course.url,
        "rows": [[day, *("—" if values[n] is None else values[n] for _, values in course.lines)] for n, day in enumerate(days)],
        "option": {
            "tooltip": {"trigger": "axis"}, **({} if bars else {"legend": {}}), "xAxis": {"type": "category", "data": days},
            "yAxis": {"type": "value", "minInterval": 1} if bars else {"type": "value"},
            "series": [{"name": name.in_(language), "type": "bar" if bars else "line", "data": values} for name, values in course.lines],
        },
    }  # fmt: skip
