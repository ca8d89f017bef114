"""The day and the moment that a page of grades is asked for, and what all of them show alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.grading.scheme import rank
from tongchou.rooms.risk.evaluate import Assessment
from tongchou.rooms.risk.words import FACTS, grade_title, tone_of

RISK = Text("区域风险", "Area risk")


@dataclass(frozen=True, slots=True)
class Asked:
    """on: the day asked about. known: the day by whose end the record is asked, None for what it says now."""

    on: date
    known: date | None

    @property
    def at(self) -> datetime | None:
        """The moment by which the record is asked."""
        return None if self.known is None else datetime.combine(self.known + timedelta(days=1), time(), SHANGHAI)

    @property
    def query(self) -> str:
        """The query that asks for the same on another page."""
        parts = [] if self.on == timezone.localdate() else [f"on={self.on.isoformat()}"]
        return "&".join(parts + ([f"known={self.known.isoformat()}"] if self.known else []))


def asked(request: HttpRequest) -> Asked:
    """What the query asks for; today by default. Raises Refusal for what is no day."""
    on = _day(request, "on") or timezone.localdate()
    if on > timezone.localdate() + timedelta(days=60):
        rule = Text("日期太远，最多往后看 60 天。", "At most sixty days ahead.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请换一个日期。", "Choose another day."), field="on", value=on.isoformat())
    return Asked(on, _day(request, "known"))


def _day(request: HttpRequest, name: str) -> date | None:
    text = (request.GET.get(name) or "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        rule = Text("不是有效的日期。", "This is no valid date.")
        remedy = Text("请按“2022-07-05”的格式填写。", "Write it like 2022-07-05.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field=name, value=text[:20]) from None


def badge(grade: str | None, on: date) -> dict[str, Any]:
    """A grade as colour, icon and word."""
    tone, icon = tone_of(grade)
    return {"label": grade_title(grade or "", on), "tone": tone, "icon": icon}


def cell(grade: str | None, on: date) -> dict[str, Any]:
    """The same as a cell of a sheet; what is not graded stands there in plain words."""
    shown = badge(grade, on)
    return {"value": shown["label"], "tone": shown["tone"], "icon": shown["icon"]} if rank(grade) >= 0 else {"value": shown["label"]}


def ahead(found: Assessment, on: date) -> Text | None:
    """The countdown in words: on which day, after how many more days, what has to be found out first."""
    due = found.countdown
    if due is None:
        return None
    days = (due.on - on).days
    title = grade_title(due.outcome if due.outcome != "not_graded" else "released", due.on)
    when = Text("{day}（还有 {n} 天）", "{day} ({n} more {n|day|days})").with_(day=due.on, n=days) if days else Text("今天", "today")
    said = Text("最早 {when} 可转为“{to}”", "“{to}” at the earliest {when}").with_(when=when, to=title)
    if not due.missing:
        return said
    asked_for = Text("；".join(FACTS[m].zh for m in due.missing), "; ".join(FACTS[m].en for m in due.missing))
    return Text("{said}；尚须：{what}", "{said}; still to be found: {what}").with_(said=said, what=asked_for)
