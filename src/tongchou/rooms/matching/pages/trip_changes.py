"""What is done when a trip goes otherwise than planned: more buses, one less, another time, somebody who gets off."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.rooms.matching.models import Trip, Vehicle
from tongchou.rooms.matching.pages.trips import VEHICLE_LINES, trip_crumbs, vehicles_given
from tongchou.rooms.matching.signup import passenger_in_reach
from tongchou.rooms.matching.trips import BOARD, MANAGE, trip_in_reach
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer, moment
from tongchou.web.permission import page

_WHY = Text("原因", "Why")


def _form(
    request: HttpRequest, row: Trip, title: Text, button: Text, fields: Callable[[Draft], list[FieldParts]], send: Callable[[], Text], **more: Any
) -> HttpResponse:
    """A form about one trip, which leads back to it."""
    back = reverse("trip", args=[row.pk])
    crumbs = trip_crumbs({"url": back, "label": row.origin}, {"url": "", "label": title})
    subtitle = f"{row.origin} → {row.area.name}"
    return form_page(request, fields, lambda: done(request, back, send()), title=title, subtitle=subtitle, button=button, back=back, breadcrumbs=crumbs, **more)


@page("trip_vehicles", "trips/<uuid:trip>/vehicles", MANAGE)
def trip_vehicles(request: HttpRequest, trip: uuid.UUID) -> HttpResponse:
    """More vehicles, one a line."""
    row = trip_in_reach(actor_of(request), MANAGE, trip)

    def fields(d: Draft) -> list[FieldParts]:
        return [d.field("vehicles", Text("车辆", "Vehicles"), "textarea", required=True, help=VEHICLE_LINES, rows=4)]

    def send() -> Text:
        made = do(request, "trip.vehicle_add", {"trip": str(trip), "vehicles": vehicles_given(request.POST.get("vehicles", ""))}).result
        return Text("已增加，多了 {n} 个可用座位。", "Added: {n} more {n|seat|seats} to give.").with_(n=made["usable"])

    return _form(request, row, Text("增加车辆", "Add vehicles"), Text("增加", "Add"), fields, send)


@page("trip_vehicle_drop", "trips/<uuid:trip>/vehicles/drop", MANAGE)
def trip_vehicle_drop(request: HttpRequest, trip: uuid.UUID) -> HttpResponse:
    """Take a vehicle off; who had a seat in it is moved as far as there is room."""
    row = trip_in_reach(actor_of(request), MANAGE, trip)

    def fields(d: Draft) -> list[FieldParts]:
        buses = [(v.pk, Text("{p}（{n} 人）", "{p} ({n} {n|person|people})").with_(p=v.plate, n=v.taken)) for v in Vehicle.objects.filter(trip=row).order_by("pk")]
        return [d.field("vehicle", Text("车辆", "Vehicle"), "radio", choices=buses, required=True), d.field("reason", _WHY, required=True, maxlength=200)]

    def send() -> Text:
        payload = {"trip": str(trip), "vehicle": integer(request, "vehicle") or 0, "reason": request.POST.get("reason", "")}
        made = do(request, "trip.vehicle_drop", payload).result
        said = Text("已撤下：{a} 人换到其他车辆，{b} 人待另行安排。", "Taken off: {a} moved to other vehicles, {b} wait for another trip.")
        return said.with_(a=made["moved"], b=made["waiting"])

    note = Text(
        "车上的人按报名先后换到其他车辆的空座，坐不下的待另行安排。",
        "Its people move to free seats of the others, by when they signed up; the rest wait for another trip.",
    )
    return _form(request, row, Text("撤下车辆", "Take a vehicle off"), Text("撤下", "Take off"), fields, send, note=note)


@page("trip_move", "trips/<uuid:trip>/move", MANAGE)
def trip_move(request: HttpRequest, trip: uuid.UUID) -> HttpResponse:
    """Another time; who cannot travel that day waits for another trip."""
    row = trip_in_reach(actor_of(request), MANAGE, trip)

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("departs_at", Text("发车时间", "Departs"), "datetime", required=True), d.field("arrives_at", Text("预计到达", "Arrives"), "datetime", required=True),
            d.field("reason", _WHY, required=True, maxlength=200),
        ]  # fmt: skip

    def send() -> Text:
        times = {n: at.isoformat() for n in ("departs_at", "arrives_at") if (at := moment(request, n))}
        made = do(request, "trip.move", {"trip": str(trip), "reason": request.POST.get("reason", ""), **times}).result
        return Text("已改时间，{n} 人当天不能走，待另行安排。", "Moved; {n} cannot travel that day and {n|waits|wait} for another trip.").with_(n=made["waiting"])

    held = {n: getattr(row, n).astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M") for n in ("departs_at", "arrives_at")}
    return _form(request, row, Text("改发车时间", "Move the trip"), Text("改时间", "Move"), fields, send, on_record=held)


@page("trip_let_off", "trips/passengers/<uuid:passenger>/let-off", BOARD)
def trip_let_off(request: HttpRequest, passenger: uuid.UUID) -> HttpResponse:
    """Somebody on board gets off before the bus leaves."""
    row = passenger_in_reach(actor_of(request), BOARD, passenger)
    back, title = reverse("trip", args=[row.trip_id]) if row.trip_id else reverse("trips"), Text("办理下车", "Let off")

    def fields(d: Draft) -> list[FieldParts]:
        return [d.field("reason", _WHY, required=True, maxlength=200)]

    def send() -> HttpResponse:
        do(request, "trip.let_off", {"passenger": str(passenger), "reason": request.POST.get("reason", "")})
        return done(request, back, Text("已下车，座位空出。", "Off the bus; the seat is free."))

    seat = f"{row.vehicle.plate} · {row.seat}" if row.vehicle else ""
    crumbs = trip_crumbs({"url": back, "label": row.origin}, {"url": "", "label": title})
    return form_page(request, fields, send, title=title, subtitle=seat, button=title, back=back, breadcrumbs=crumbs)
