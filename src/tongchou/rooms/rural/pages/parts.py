"""What several pages of the room share: choices, numbers, links."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Area
from tongchou.rooms.rural.catalogue import crops
from tongchou.rooms.rural.models import Input, Season
from tongchou.rooms.rural.reach import current_season, today
from tongchou.web.pages.choices import PLEASE, Choices, area_choices
from tongchou.web.pages.requests import actor_of, integer, now

FARM = Text("春耕生产", "Spring ploughing")


def language() -> str:
    return get_language() or "zh-hans"


def plain(number: Decimal | None) -> int | float | None:
    """A quantity without needless zeros."""
    return None if number is None else int(number) if number == int(number) else float(number)


def on_day() -> date:
    return today(now())


def season_chosen(request: HttpRequest) -> Season | None:
    """The season that was asked for, else the present one; None where there is none at all."""
    wanted = integer(request, "season")
    return (Season.objects.filter(pk=wanted).first() if wanted is not None else None) or current_season(on_day())


def season_choices() -> Choices:
    return [*Season.objects.order_by("-starts_on", "-pk").values_list("pk", "name")]


def village_choices(actor: Actor, permission: str) -> Choices:
    """Villages and communities in reach."""
    return area_choices(actor, permission, ("community",))


def place_name(area: Area) -> str:
    """A village with its town: whoever drives there must know which of that name."""
    return f"{area.parent.name}{area.name}" if area.parent else area.name


def input_name(row: Input) -> str:
    """An input's name in the page's language."""
    return row.name_en if language() == "en" and row.name_en else row.name


def input_unit(row: Input) -> str:
    return row.unit_en if language() == "en" and row.unit_en else row.unit


def input_choices() -> Choices:
    rows = Input.objects.filter(active=True).order_by("kind", "name")
    return [PLEASE, *((r.pk, Text.aside(input_name(r), input_unit(r))) for r in rows)]


def crop_choices() -> Choices:
    return [PLEASE, *crops().items()]


def crumbs(*steps: tuple[str, Text | str]) -> list[dict[str, Any]]:
    """Breadcrumbs below the overview; the last step is the page itself."""
    return [{"url": reverse(name) if name else "", "label": label} for name, label in (("farm", FARM), *steps)]


def link(name: str, zh: str, en: str, icon: str, *args: Any) -> dict[str, Any]:
    return {"url": reverse(name, args=args), "label": Text(zh, en), "icon": icon}


def farm_links(request: HttpRequest) -> list[dict[str, Any]]:
    """The pages of spring ploughing that the actor may open."""
    may = actor_of(request).permits
    found = [
        ("farm.view", link("farm_sown", "播种进度", "Sown area", "chart-bar")),
        ("farm.view", link("farm_deliveries", "农资配送", "Deliveries", "truck")),
        ("farm.view", link("farm_stocks", "库存和价格", "Stock and prices", "archive")),
        ("produce.view", link("produce", "产销对接", "Produce", "package")),
        ("farm.report", link("farm_need_import", "导入需求表", "Import needs", "upload")),
        ("farm.manage", link("farm_propose", "调配方案", "Who delivers to whom", "route")),
        ("farm.manage", link("farm_setup", "农资种类和农时", "Inputs and seasons", "settings")),
    ]
    return [shown for permission, shown in found if may(permission)]


def sheet(
    key: str, caption: Text, labels: tuple[tuple[str, str, str, int], ...], rows: list[list[Any]], **more: Any
) -> dict[str, Any]:
    """A sheet. labels: (key, zh, en, 1 for numbers). A cell is a value, or a dict as the component takes it."""
    columns = [{"key": k, "label": Text(zh, en), "number": bool(n)} for k, zh, en, n in labels]
    body = [{"cells": [c if isinstance(c, dict) else {"value": c} for c in row]} for row in rows]
    return {"key": key, "caption": caption, "columns": columns, "rows": body, "export": True} | more
