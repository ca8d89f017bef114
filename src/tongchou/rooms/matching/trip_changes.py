"""Verbs on a trip that goes otherwise than planned: another bus, a bus that broke down, another time, somebody who gets off."""

from __future__ import annotations

import uuid
from typing import Any

from pydantic import AwareDatetime, Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, verb
from tongchou.record.actions.custody import LetOutIn, let_out
from tongchou.record.models import Holding
from tongchou.rooms.matching.models import Passenger, Trip, Vehicle
from tongchou.rooms.matching.rules import rules
from tongchou.rooms.matching.signup import WithdrawIn, passenger_in_reach
from tongchou.rooms.matching.trips import (
    BOARD,
    MANAGE,
    OneTripIn,
    VehicleIn,
    check_times,
    free_seat,
    take_seats,
    trip_in_reach,
    vehicle_of,
)


class AddVehiclesIn(OneTripIn):
    vehicles: list[VehicleIn] = Field(min_length=1, max_length=60)


class DropVehicleIn(OneTripIn):
    vehicle: int
    reason: str = Field(min_length=2, max_length=200)


class MoveIn(OneTripIn):
    departs_at: AwareDatetime
    arrives_at: AwareDatetime
    reason: str = Field(min_length=2, max_length=200)


def _open(context: Context, key: uuid.UUID) -> Trip:
    """A trip that has not left, locked."""
    trip = trip_in_reach(context.actor, MANAGE, key, lock=True)
    if trip.state != Trip.State.OPEN:
        raise Refusal(Reason.CONFLICT, Text("该专车已出发或已结束。", "It has left or ended."), field="trip", value=str(trip.pk))
    return trip


def _wait_again(people: list[Passenger]) -> None:
    """Their seats are free; they wait for others."""
    for p in people:
        free_seat(p)
        p.state, p.trip, p.vehicle, p.seat = Passenger.State.ASKED, None, None, None
    Passenger.objects.bulk_update(people, ["state", "trip", "vehicle", "seat"])


def _nobody_aboard(people: list[Passenger], value: Any) -> None:
    if any(p.state == Passenger.State.BOARDED for p in people):
        rule = Text("已有人上车。", "Somebody is on board.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请先逐人办理下车。", "Let them off first."), field="trip", value=value)


@verb("trip.vehicle_add", MANAGE, Text("增加车辆", "Add vehicles"))
def add_vehicles(context: Context, given: AddVehiclesIn) -> dict[str, Any]:
    """More buses for a trip; the load limit of the day counts for them too."""
    trip = _open(context, given.trip)
    percent = rules(trip.departs_at.astimezone(SHANGHAI).date())["seat_percent"].value
    made = [vehicle_of(trip, v, percent) for v in given.vehicles]
    Vehicle.objects.bulk_create(made)
    context.event("vehicles_added", subject=f"trip:{trip.pk}", data={"vehicles": len(made), "usable": sum(v.usable for v in made)})
    return {"trip": str(trip.pk), "usable": sum(v.usable for v in made)}


@verb("trip.vehicle_drop", MANAGE, Text("撤下车辆", "Take a vehicle off"))
def drop_vehicle(context: Context, given: DropVehicleIn) -> dict[str, Any]:
    """A bus that does not come: its passengers get what seats the other buses have, in the order in which they signed up; the rest wait again."""
    trip = _open(context, given.trip)
    buses = list(Vehicle.objects.select_for_update().filter(trip=trip).order_by("pk"))
    bus = next((v for v in buses if v.pk == given.vehicle), None)
    if bus is None:
        raise Refusal(Reason.INVALID_VALUE, Text("这趟车没有这辆车。", "The trip has no such vehicle."), field="vehicle", value=given.vehicle)
    if len(buses) == 1:
        rule = Text("只有这一辆车。", "It is the only vehicle.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请先增加车辆，或取消这趟车。", "Add another first, or cancel the trip."), field="vehicle", value=bus.pk)
    people = list(Passenger.objects.select_for_update(of=("self",)).filter(vehicle=bus, state__in=("booked", "boarded")).order_by("signed_at", "pk"))
    _nobody_aboard(people, bus.plate)
    _wait_again(people)
    Passenger.objects.filter(vehicle=bus).update(vehicle=None, seat=None)  # who withdrew or was turned away
    bus.delete()
    places = [v for v in buses if v.pk != bus.pk for _ in range(v.usable - v.taken)]
    moved = list(zip(people, places, strict=False))
    take_seats(context, moved)
    data = {"plate": bus.plate, "moved": len(moved), "waiting": len(people) - len(moved)}
    context.event("vehicle_dropped", subject=f"trip:{trip.pk}", note=given.reason, data=data)
    return {"trip": str(trip.pk)} | data


@verb("trip.move", MANAGE, Text("改发车时间", "Move a trip"))
def move(context: Context, given: MoveIn) -> dict[str, Any]:
    """Another time. Whoever cannot travel that day, by what was said at the sign-up, waits for another trip."""
    trip = _open(context, given.trip)
    check_times(context, given.departs_at, given.arrives_at)
    people = list(Passenger.objects.select_for_update(of=("self",)).filter(trip=trip, state__in=("booked", "boarded")))
    _nobody_aboard(people, str(trip.pk))
    day = given.departs_at.astimezone(SHANGHAI).date()
    cannot = [p for p in people if not p.first <= day <= p.last]
    _wait_again(cannot)
    before = trip.departs_at.isoformat()
    trip.departs_at, trip.arrives_at = given.departs_at, given.arrives_at
    trip.save(update_fields=["departs_at", "arrives_at"])
    context.event("trip_moved", subject=f"trip:{trip.pk}", note=given.reason, data={"before": before, "waiting": len(cannot)})
    return {"trip": str(trip.pk), "waiting": len(cannot)}


@verb("trip.let_off", BOARD, Text("办理下车", "Let somebody off"))
def let_off(context: Context, given: WithdrawIn) -> dict[str, Any]:
    """Somebody on board gets off before the bus leaves: let on by mistake, or not going after all. The seat is free and the journey has ended."""
    row = passenger_in_reach(context.actor, BOARD, given.passenger, lock=True)
    if row.state != Passenger.State.BOARDED or row.trip is None or row.trip.state != Trip.State.OPEN:
        rule = Text("只有发车前、已上车的乘客可以办理下车。", "Only who is on board of a trip that has not left gets off.")
        remedy = Text("途中离车的，请在“在管与移交”移交给接收单位。", "On the way, hand the person over on the page of custody.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=remedy, field="passenger", value=str(row.pk))
    let_out(context, LetOutIn(custodies=[row.custody_id] if row.custody_id else [], reason="error", note=given.reason))
    free_seat(row)
    row.state, row.ended_at, row.end_note = Passenger.State.WITHDRAWN, context.now, given.reason
    row.save(update_fields=["state", "ended_at", "end_note"])
    context.event("passenger_let_off", subject=f"passenger:{row.pk}", note=given.reason)
    return {"passenger": str(row.pk), "state": row.state}


def left_on_the_way(context: Context, trip: Trip, people: list[Passenger]) -> list[Passenger]:
    """Those on board of whom the trip's unit is no longer the holder, as they were handed over on the way (taken ill, say): their journey ends there."""
    held = set(Holding.objects.filter(custody__in=[p.custody_id for p in people], until=None, unit=trip.unit_id).values_list("custody_id", flat=True))
    gone = [p for p in people if p.custody_id not in held]
    for p in gone:
        p.state, p.ended_at, p.end_note = Passenger.State.ABSENT, context.now, "handed_over"
        context.event("passenger_left", subject=f"passenger:{p.pk}")
    Passenger.objects.bulk_update(gone, ["state", "ended_at", "end_note"])
    return gone
