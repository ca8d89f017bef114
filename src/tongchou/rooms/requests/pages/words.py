"""Words and small parts that several pages of the room share."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from tongchou.kernel.measures import measure_text
from tongchou.kernel.text import Text
from tongchou.rooms.requests.models import Field

TITLE = Text("数据需求", "Data requests")
EVERY = {
    "once": Text("一次", "once"),
    "day": Text("每日", "daily"),
    "week": Text("每周", "weekly"),
    "month": Text("每月", "monthly"),
}
KIND_WORDS = {
    "integer": Text("整数", "whole number"),
    "number": Text("数字", "number"),
    "text": Text("文字", "text"),
    "choice": Text("选择", "choice"),
    "date": Text("日期", "date"),
    "boolean": Text("是否", "yes or no"),
    "computed": Text("系统生成", "from the record"),
}
STATES: dict[str, tuple[Text, str, str]] = {
    "asked": (Text("待审批", "to be approved"), "warn", "clock"),
    "running": (Text("执行中", "running"), "ok", "circle-check"),
    "refused": (Text("未批准", "refused"), "", "x"),
    "withdrawn": (Text("已撤回", "withdrawn"), "", "x"),
    "ended": (Text("已到期", "ended"), "", "circle-check"),
}
UNKNOWN = Text("不掌握", "unknown")


def badge(state: str) -> dict[str, Any]:
    label, tone, icon = STATES[state]
    return {"label": label, "tone": tone, "icon": icon}


def field_title(f: Field) -> Text:
    """The title with its unit of measure."""
    title = Text(f.title, f.title_en or f.title)
    return Text.aside(title, measure_text(f.measure)) if f.measure else title


def value_text(value: Any) -> Any:
    """A value as people read it; True and False as words."""
    if isinstance(value, bool):
        return Text("是", "yes") if value else Text("否", "no")
    return f"{value:g}" if isinstance(value, float) else value


def data_url(key: str) -> str:
    """The page of a catalogue entry."""
    return reverse("data_entry", args=key.split(":", 1))
