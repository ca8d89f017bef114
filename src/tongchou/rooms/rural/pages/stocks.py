"""What dealers have left, and prices by day."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tongchou.kernel.text import Text
from tongchou.rooms.rural.pages.parts import (
    crumbs,
    farm_links,
    input_choices,
    language,
    on_day,
    plain,
    sheet,
)
from tongchou.rooms.rural.pages.supply import _STOCK
from tongchou.rooms.rural.questions import StockLine, prices, stock_lines
from tongchou.rooms.rural.reach import VIEW
from tongchou.web.pages.requests import actor_of
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page


def stock_sheet(rows: list[StockLine]) -> dict[str, Any]:
    """The sheet of what dealers have."""
    labels = (
        ("dealer", "经销单位", "Dealer", 0), ("input", "农资", "Input", 0), ("available", "可供", "Left", 1), ("quantity", "上报库存", "As reported", 1),
        ("price", "单价（元）", "Price, yuan", 1), ("on", "填报日", "Reported for", 0), ("area", "所在地", "Where", 0),
    )  # fmt: skip
    body: list[list[Any]] = [
        [
            s.dealer_name,
            Text.aside(s.input_name, s.unit),
            plain(s.available),
            plain(s.quantity),
            plain(s.price),
            s.on.isoformat(),
            s.area,
        ]
        for s in rows
    ]
    return sheet("stock", _STOCK, labels, body)


@page("farm_stocks", "farm/stock", VIEW, methods=("GET",))
def farm_stocks(request: HttpRequest) -> HttpResponse:
    """What dealers in reach have left, and an input's stock and price by day."""
    actor, key = actor_of(request), request.GET.get("input", "")
    rows = [s for s in stock_lines(actor, VIEW) if not key or s.input == key]
    table = stock_sheet(rows)
    if asked_for(request):
        return sheet_file(request, _STOCK, *cells_of(table))
    days = prices(actor, key, on_day()) if key else []
    context = {
        "title": _STOCK,
        "sheet": table,
        "filters": [
            {
                "name": "input",
                "label": Text("农资", "Input"),
                "choices": [("", Text("全部", "All")), *input_choices()[1:]],
                "value": key,
            }
        ],
        "chart": _chart(days) if len(days) > 1 else None,
        "links": farm_links(request),
        "breadcrumbs": crumbs(("", _STOCK)),
        "empty": {
            "title": Text("还没有库存填报", "No stock reported"),
            "text": Text("经销单位填报后显示在这里。", "It appears once dealers report."),
            "icon": "archive",
        },
    }
    return render(request, "rural/list.html", context)


def _chart(days: list[tuple[Any, Decimal, Decimal | None]]) -> dict[str, Any]:
    names = [Text("库存", "Stock"), Text("均价（元）", "Mean price, yuan")]
    labels = [f"{on:%m-%d}" for on, _, _ in days]
    return {
        "key": "prices",
        "title": Text("近三十天库存和均价", "Stock and mean price, thirty days"),
        "columns": [Text("日期", "Day"), *names],
        "rows": [[label, plain(q), plain(p)] for label, (_, q, p) in zip(labels, days, strict=True)],
        "option": {
            "tooltip": {"trigger": "axis"},
            "legend": {},
            "xAxis": {"type": "category", "data": labels},
            "yAxis": [{"type": "value"}, {"type": "value"}],
            "series": [
                {"name": names[0].in_(language()), "type": "bar", "data": [plain(q) for _, q, _ in days]},
                {
                    "name": names[1].in_(language()),
                    "type": "line",
                    "yAxisIndex": 1,
                    "data": [plain(p) for _, _, p in days],
                },
            ],
        },
    }
