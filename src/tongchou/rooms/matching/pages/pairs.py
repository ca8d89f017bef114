"""The pairs of a run, each with why it was made: points, fairness, when both can, how far."""

from __future__ import annotations

from datetime import date
from typing import Any

from tongchou.kernel.text import Text
from tongchou.rooms.matching.catalogue import catalogue
from tongchou.rooms.matching.models import Run, RunNeed, RunPair
from tongchou.rooms.matching.places import Places

BOTH = ("need__unit", "need__area", "offer__unit", "offer__area")
KM = Text(
    "双方都有坐标（或社区有边界）的按直线距离；否则同一社区、同一街道、跨街道各按一个约数，标“约”。",
    "A straight line where both have a point, or their community a boundary; else one rough figure within a community, within a street, "
    "and between streets, marked “about”.",
)


def told_pairs(run: Run, pairs: list[RunPair]) -> list[dict[str, Any]]:
    """Each pair with why it was made: who came first, when both can, how far, and what was fair."""
    places = Places([e for p in pairs for e in (p.need, p.offer)])
    needs = {n.need_id: n for n in run.needs.filter(need__in=[p.need_id for p in pairs])}
    return [_pair(p, needs.get(p.need_id), run.as_of, places.point(p.need) is None or places.point(p.offer) is None) for p in pairs]


def _pair(p: RunPair, need: RunNeed | None, on: date, rough: bool) -> dict[str, Any]:
    first, last = max(p.need.first, p.offer.first, on), min(p.need.last, p.offer.last)
    said = [Text("人工锁定", "pinned by hand")] if p.pinned else []
    if need is not None:
        said.append(Text("优先分 {p}", "{p} points").with_(p=need.points))
        if need.covered < need.wanted:
            said.append(Text("按公平份额 {f} 分得", "a fair part of {f}").with_(f=f"{need.fair:g}"))
        said.append(Text("{n} 家可供", "{n} could give").with_(n=need.candidates))
    return {
        "pair": p, "item": catalogue().items[p.need.item], "km": round(p.metres / 1000, 1), "rough": rough, "key": f"{p.need_id}:{p.offer_id}:{p.quantity}",
        "days": f"{first:%m-%d}–{last:%m-%d}" if last > first else f"{first:%m-%d}", "why": Text("，".join(s.zh for s in said), ", ".join(s.en for s in said)),
    }  # fmt: skip


def pairs_sheet(pairs: list[dict[str, Any]]) -> dict[str, Any]:
    labels = (
        ("item", "品名", "Item"), ("from", "供方", "From"), ("to", "需方", "To"), ("quantity", "数量", "Quantity"), ("measure", "计量", "In"),
        ("days", "时间", "When"), ("km", "公里", "km"), ("rough", "距离依据", "Distance"), ("why", "理由", "Why"),
    )  # fmt: skip
    rows = []
    for t in pairs:
        p, item = t["pair"], t["item"]
        rough = Text("约数", "about") if t["rough"] else Text("坐标", "points")
        values = (item.title, p.offer.unit.name, p.need.unit.name, p.quantity, item.unit, t["days"], t["km"], rough, t["why"])
        rows.append({"cells": [{"value": v} for v in values]})
    return {"key": "pairs", "columns": [{"key": k, "label": Text(zh, en)} for k, zh, en in labels], "rows": rows}
