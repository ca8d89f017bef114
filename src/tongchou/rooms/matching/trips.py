"""Verbs on return trips: plan one with its vehicles, give seats, depart, cancel. Seats that are not there cannot be sold: the database refuses."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from pydantic import AwareDatetime, Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.keyring import keyring
from tongchou.record.models import Area, Unit
from tongchou.record.origins import area_written
from tongchou.record.territory.reach import area_in_reach, missing, unit_in_reach
from tongchou.rooms.matching.catalogue import plain
from tongchou.rooms.matching.models import Passenger, Trip, Vehicle
from tongchou.rooms.matching.rules import rules

MANAGE, BOARD, JOIN, SEE = "trip.manage", "trip.board", "trip.join", "trip.view"
LONGEST = timedelta(days=4)
FURTHEST = timedelta(days=366)

explain_constraint(
    "vehicle_not_oversold",
    Reason.CONFLICT,
    Text("该车可用座位已满。", "All seats of this vehicle that may be used are taken."),
    Text("请换车、加车或改日。", "Choose another vehicle, add one, or another day."),
)
explain_constraint(
    "passenger_own_seat",
    Reason.CONFLICT,
    Text("该座位已有人。", "Somebody has this seat."),
    Text("请换一个座位。", "Choose another seat."),
)
explain_constraint(
    "vehicle_once",
    Reason.DUPLICATE,
    Text("同一趟车次中车牌重复。", "A plate stands twice on one trip."),
    Text("请核对车牌。", "Check the plates."),
)


class VehicleIn(Payload):
    """seats: all there are. driver, phone, escort are sealed; those who organise or check the trip see them."""

    plate: str = Field(min_length=2, max_length=20)
    operator: str = Field(min_length=2, max_length=80)
    seats: int = Field(ge=1, le=2_000)
    driver: str = Field(min_length=2, max_length=60)
    phone: str = Field("", max_length=30)
    escort: str = Field(min_length=2, max_length=60)


class TripIn(Payload):
    """origin_area: the area on record of the origin, where there is one: its grade is looked up. unit: who runs it."""

    origin: str = Field(min_length=2, max_length=80)
    origin_area: int | None = None
    area: int
    unit: int
    departs_at: AwareDatetime
    arrives_at: AwareDatetime
    vehicles: list[VehicleIn] = Field(min_length=1, max_length=60)
    note: str = Field("", max_length=300)


class OneTripIn(Payload):
    trip: uuid.UUID


class EndIn(OneTripIn):
    reason: str = Field(min_length=2, max_length=200)


def trips_of(actor: Actor, permission: str = SEE) -> QuerySet[Trip]:
    """Trips that the actor sees: those that go to its area or below, those that serve its own area, and those its unit runs."""
    rows = Trip.objects.select_related("unit", "area", "origin_area")
    if actor.system:
        return rows
    held = actor.grants_for(permission)
    where = Q(unit__in=[g.unit_id for g in held])
    for path in actor.area_paths(permission):
        where |= Q(area__path__startswith=path)
    if permission in (SEE, JOIN):
        where |= Q(area__in={int(p) for g in held for p in g.path.split(".") if p})
    return rows.filter(where)


def trip_in_reach(actor: Actor, permission: str, key: uuid.UUID, *, lock: bool = False) -> Trip:
    rows = trips_of(actor, permission)
    row = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if row is None:
        raise missing(Text("没有找到这趟专车。", "There is no such trip."), "trip", str(key))
    return row


@verb("trip.plan", MANAGE, Text("安排返岗专车", "Plan a return trip"))
def plan(context: Context, given: TripIn) -> dict[str, Any]:
    """Plan a trip with its vehicles. The load limit of the day says how many seats may be used."""
    area = area_in_reach(context.actor, MANAGE, given.area)
    unit = unit_in_reach(context.actor, MANAGE, given.unit)
    if unit.active_to is not None or unit.kind in (Unit.Kind.ENTERPRISE, Unit.Kind.SCHOOL):
        rule = Text("组织单位应是在册的机关、街道或车队。", "An office, a street or a transport team runs a trip.")
        raise Refusal(Reason.INVALID_VALUE, rule, field="unit", value=unit.pk)
    check_times(context, given.departs_at, given.arrives_at)
    given = given.model_copy(update=known_origin(given.origin, given.origin_area))
    if given.origin_area is not None and not Area.objects.filter(pk=given.origin_area).exists():
        raise missing(Text("没有找到该区域。", "There is no such area."), "origin_area", given.origin_area)
    row = Trip(
        id=new_id(), origin=given.origin, origin_key=plain(given.origin), origin_area_id=given.origin_area, area=area, unit=unit,
        departs_at=given.departs_at, arrives_at=given.arrives_at, note=given.note, made_at=context.now, account_id=context.actor.account_id,
    )  # fmt: skip
    if not row.origin_key:
        raise Refusal(Reason.INVALID_VALUE, Text("请写明出发地。", "Say where it starts."), field="origin", value=given.origin[:20])
    row.save(force_insert=True)
    percent = rules(given.departs_at.astimezone(SHANGHAI).date())["seat_percent"].value
    Vehicle.objects.bulk_create([vehicle_of(row, v, percent) for v in given.vehicles])
    usable = sum(v.usable for v in row.vehicles.all())
    context.event("trip_planned", subject=f"trip:{row.pk}", data={"area": area.pk, "vehicles": len(given.vehicles), "usable": usable})
    return {"trip": str(row.pk), "usable": usable}


def vehicle_of(trip: Trip, given: VehicleIn, percent: int) -> Vehicle:
    staff = json.dumps(given.model_dump(include={"driver", "phone", "escort"}), ensure_ascii=False)
    sealed = keyring().seal(staff.encode(), trip.pk.bytes)
    usable = max(1, given.seats * percent // 100)
    return Vehicle(trip=trip, plate=given.plate.upper(), operator=given.operator, seats=given.seats, usable=usable, sealed=sealed)


def staff_of(vehicle: Vehicle) -> dict[str, str]:
    """Driver, phone and escort."""
    found: dict[str, str] = json.loads(keyring().open(bytes(vehicle.sealed), vehicle.trip_id.bytes))
    return found


def known_origin(origin: str, area: int | None) -> dict[str, Any]:
    """The origin with the area on record that it names, for its grade to be looked up; a code alone is given its name."""
    found = None if area is not None else area_written(origin)
    return {"origin": found.name if found is not None and origin.strip().isdigit() else origin, "origin_area": area if found is None else found.pk}


def check_times(context: Context, departs_at: datetime, arrives_at: datetime) -> None:
    if arrives_at <= departs_at or arrives_at - departs_at > LONGEST:
        rule = Text("到达应在出发之后四天以内。", "It arrives within four days after it departs.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="arrives_at", value=arrives_at.isoformat())
    if departs_at <= context.now:
        rule = Text("出发时间已经过去。", "The departure lies in the past.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="departs_at", value=departs_at.isoformat())
    if departs_at - context.now > FURTHEST:
        rule = Text("出发时间在一年以后，请核对年份。", "The departure lies more than a year ahead: check the year.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="departs_at", value=departs_at.isoformat())


def take_seats(context: Context, chosen: list[tuple[Passenger, Vehicle]]) -> None:
    """Give each passenger the lowest free seat of its vehicle, in one statement for each vehicle. What is full is refused by the database."""
    by_vehicle: dict[int, list[Passenger]] = {}
    for passenger, vehicle in chosen:
        by_vehicle.setdefault(vehicle.pk, []).append(passenger)
    vehicles = {v.pk: v for v in Vehicle.objects.select_for_update().filter(pk__in=by_vehicle).order_by("pk")}
    seated = []
    for key, people in sorted(by_vehicle.items()):
        vehicle = vehicles[key]
        Vehicle.objects.filter(pk=key).update(taken=F("taken") + len(people))
        used = set(Passenger.objects.filter(vehicle=vehicle, state__in=("booked", "boarded", "arrived")).values_list("seat", flat=True))
        free = (n for n in range(1, vehicle.seats + 1) if n not in used)
        for passenger in people:
            passenger.trip_id, passenger.vehicle, passenger.seat, passenger.state = vehicle.trip_id, vehicle, next(free), Passenger.State.BOOKED
            seated.append(passenger)
            context.event("seat_given", subject=f"passenger:{passenger.pk}", data={"trip": str(vehicle.trip_id), "seat": passenger.seat})
    Passenger.objects.bulk_update(seated, ["trip", "vehicle", "seat", "state"], batch_size=1000)


def free_seat(passenger: Passenger) -> None:
    """The seat can be given again."""
    if passenger.vehicle_id is not None and passenger.state in ("booked", "boarded"):
        Vehicle.objects.filter(pk=passenger.vehicle_id).update(taken=F("taken") - 1)


@verb("trip.cancel", MANAGE, Text("取消返岗专车", "Cancel a trip"))
def cancel(context: Context, given: EndIn) -> dict[str, Any]:
    """Who had a seat waits for another trip."""
    trip = trip_in_reach(context.actor, MANAGE, given.trip, lock=True)
    if trip.state != Trip.State.OPEN:
        raise Refusal(Reason.CONFLICT, Text("该专车已出发或已结束。", "It has left or ended."), field="trip", value=str(trip.pk))
    if trip.passengers.filter(state=Passenger.State.BOARDED).exists():
        rule = Text("已有人上车，请先办理下车。", "Somebody is on board; let them off first.")
        raise Refusal(Reason.CONFLICT, rule, field="trip", value=str(trip.pk))
    waiting = Passenger.objects.filter(trip=trip, state=Passenger.State.BOOKED)
    count = waiting.count()
    waiting.update(state=Passenger.State.ASKED, trip=None, vehicle=None, seat=None)
    Vehicle.objects.filter(trip=trip).update(taken=0)
    trip.state, trip.ended_at, trip.end_reason = Trip.State.CANCELLED, context.now, given.reason
    trip.save(update_fields=["state", "ended_at", "end_reason"])
    context.event("trip_cancelled", subject=f"trip:{trip.pk}", note=given.reason, data={"waiting": count})
    return {"trip": str(trip.pk), "waiting": count}
