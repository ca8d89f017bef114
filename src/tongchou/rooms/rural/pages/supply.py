"""The proposal of who delivers to whom, deliveries as the villages and the department see them, stock and prices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.models import Area, Unit
from tongchou.rooms.rural.balance import balance
from tongchou.rooms.rural.models import Input, Season
from tongchou.rooms.rural.pages.needs import season_id
from tongchou.rooms.rural.pages.parts import (
    crumbs,
    input_name,
    input_unit,
    on_day,
    place_name,
    plain,
    season_chosen,
)
from tongchou.rooms.rural.questions import stock_lines
from tongchou.rooms.rural.reach import MANAGE, in_charge
from tongchou.rooms.rural.supply import ways
from tongchou.rooms.rural.transport import Demand, Shipment, Supply, propose
from tongchou.web.pages.forms import done
from tongchou.web.pages.requests import actor_of, do
from tongchou.web.permission import page

_PROPOSE, _LIST = Text("调配方案", "Who delivers to whom"), Text("农资配送", "Deliveries")
_STOCK, _NEW = Text("库存和价格", "Stock and prices"), Text("安排一笔配送", "Order a delivery")


def proposed(request: HttpRequest, season: Season) -> list[Shipment]:
    """The optimum for what is lacking in reach, out of what the dealers in reach have left."""
    actor, on = actor_of(request), on_day()
    lacking = [Demand(x.area, x.input, x.gap, x.days) for x in balance(actor, season, on, MANAGE) if x.gap > 0]
    left = [Supply(s.dealer, s.input, s.available) for s in stock_lines(actor, MANAGE) if s.available > 0]
    return propose(left, lacking, ways({s.dealer for s in left}, {d.area for d in lacking}))


@page("farm_propose", "farm/propose", MANAGE)
def farm_propose(request: HttpRequest) -> HttpResponse:
    """The proposal, adjusted by people and turned into deliveries in one act."""
    actor, season = actor_of(request), season_chosen(request)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            return _order(request)
        except Refusal as refusal:
            problem = refusal
    typed = dict(zip(request.POST.getlist("row"), request.POST.getlist("quantity"), strict=False))
    found = proposed(request, season) if season is not None else []
    context = {
        "title": _PROPOSE,
        "season": season,
        "rows": _named(found, typed),
        "problem": problem,
        "may": in_charge(actor, MANAGE, "farm"),
        "expect_on": request.POST.get("expect_on") or (on_day() + timedelta(days=2)).isoformat(),
        "total": round(sum(float(s.quantity) * s.minutes for s in found) / 60, 1),
        "breadcrumbs": crumbs(("", _PROPOSE)),
        "empty": {
            "title": Text("没有可以安排的", "Nothing to order"),
            "text": Text("没有缺口，或经销单位没有可供的库存。", "There is no gap, or no dealer has any left."),
            "icon": "route",
        },
    }
    return render(request, "rural/propose.html", context, status=problem.status if problem else 200)


def _named(found: list[Shipment], typed: dict[str, str]) -> list[dict[str, Any]]:
    dealers = dict(Unit.objects.filter(pk__in={s.dealer for s in found}).values_list("pk", "name"))
    areas = {a.pk: place_name(a) for a in Area.objects.filter(pk__in={s.area for s in found}).select_related("parent")}
    inputs = Input.objects.in_bulk({s.input for s in found})
    out = []
    for s in found:
        row = f"{s.dealer}:{s.area}:{s.input}"
        out.append(
            {
                "row": row, "dealer": dealers[s.dealer], "area": areas[s.area], "input": input_name(inputs[s.input]),
                "unit": input_unit(inputs[s.input]), "minutes": s.minutes, "quantity": typed.get(row, str(plain(s.quantity))),
            }
        )  # fmt: skip
    return out


def _order(request: HttpRequest) -> HttpResponse:
    """Order what stands in the form; nought and empty are left out."""
    on = request.POST.get("expect_on", "").strip()
    wanted = []
    for row, quantity in zip(request.POST.getlist("row"), request.POST.getlist("quantity"), strict=False):
        parts = row.split(":")
        if quantity.strip() in ("", "0") or len(parts) != 3:
            continue
        wanted.append(
            {"dealer": parts[0], "area": parts[1], "input": parts[2], "quantity": quantity.strip(), "expect_on": on}
        )
    if not wanted:
        rule = Text("没有要安排的数量。", "No quantity is given.")
        raise Refusal(
            Reason.MISSING_VALUE, rule, remedy=Text("请填写至少一项数量。", "Give one at least."), field="quantity"
        )
    made = do(request, "farm.deliver", {"season": season_id(request), "deliveries": wanted}).result["deliveries"]
    return done(
        request,
        reverse("farm_deliveries"),
        Text("已安排 {n} 笔配送。", "{n} {n|delivery is|deliveries are} ordered.").with_(n=len(made)),
    )
