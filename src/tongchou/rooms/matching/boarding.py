"""Verbs of the day of travel: the health check before boarding, departure, arrival, the two-sided hand-over, seats given by the optimiser."""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db.models import F
from django.utils import timezone
from pydantic import AwareDatetime, Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.custody import LetOutIn, TakeInIn, Taken, let_out, take_in
from tongchou.record.actions.handovers import AnswerIn, OfferIn, accept_offered, offer
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops.titles import written
from tongchou.record.models import Custody, Handover
from tongchou.record.territory.reach import area_in_reach, missing
from tongchou.rooms.matching.models import Passenger, Trip, Vehicle
from tongchou.rooms.matching.rules import rules
from tongchou.rooms.matching.signup import BARRED, flags_of, passenger_in_reach
from tongchou.rooms.matching.trip_changes import left_on_the_way
from tongchou.rooms.matching.trips import BOARD, JOIN, MANAGE, OneTripIn, free_seat, take_seats, trip_in_reach
from tongchou.sim.matching.seats import Bus, Party, seat

PURPOSE = "return_trip"
LEFT_BEHIND = ((Passenger.State.ABSENT, ""), (Passenger.State.TURNED_AWAY, "unmeasured"))
"""What departure makes of whoever was not seen on board: a check made before it, that a phone without a network brings later, still counts."""
EARLIEST = timedelta(hours=12)
HANDOVER_MINUTES = 240


class BoardIn(Payload):
    """tenths: the reading in 0.1 °C. Where the first one was above the limit and is on record, it is the second.

    at: when it was taken, where that was before now: on a phone without a network.
    """

    passenger: uuid.UUID
    tenths: int = Field(ge=300, le=450)
    symptoms: bool
    code: Literal["green", "yellow", "red", "unknown"]
    at: AwareDatetime | None = None


class DepartIn(OneTripIn):
    """at: when the trip left, where that was before now."""

    at: AwareDatetime | None = None


class TakeOverIn(Payload):
    """missing: passengers who were handed over on paper but are not there."""

    handover: uuid.UUID
    missing: list[uuid.UUID] = Field(default_factory=list, max_length=2_000)
    note: str = Field("", max_length=300)


class AssignIn(Payload):
    """area: where the trips go; seats are given to those who wait for one."""

    area: int


@verb("trip.board", BOARD, Text("上车查验", "Check before boarding"))
def board(context: Context, given: BoardIn) -> dict[str, Any]:
    """Let a passenger on, turn the passenger away with a loop for care, or record a first reading above the limit, which is measured again.

    Fever is two readings above the limit, as many minutes apart as the rule asks. A check that was made before the bus left counts although it comes in later.
    """
    row = passenger_in_reach(context.actor, BOARD, given.passenger, lock=True)
    at = _before_now(context, given.at)
    trip = _boarding(row, at)
    late = trip.state != Trip.State.OPEN
    first, again_at = row.tenths, second_from(row, at)
    if again_at is not None and at < again_at:
        rule = Text("首次测温 {t}℃，{at} 起才能复测。", "The first reading was {t} °C; the second comes from {at} on.")
        told = rule.with_(t=(first or 0) / 10, at=again_at.astimezone(SHANGHAI).strftime("%H:%M:%S"))
        raise Refusal(Reason.CONFLICT, told, remedy=Text("请到时再测。", "Measure again then."), field="tenths")
    row.tenths = given.tenths
    row.symptoms, row.code, row.checked_at, row.checked_by_id = given.symptoms, given.code, at, context.actor.account_id
    hot = given.tenths > rules(timezone.localdate(at))["fever_tenths"].value
    why = "fever" if hot and again_at else "symptoms" if given.symptoms else "code" if given.code != "green" else "unmeasured" if hot and late else ""
    if why:
        return turned_away(context, row, trip, why, readings=[t for t in (first, given.tenths) if t])
    if hot:
        row.save()
        context.event("passenger_measured", subject=f"passenger:{row.pk}")
        return {"passenger": str(row.pk), "state": row.state, "loop": None}
    place = f"{row.vehicle.plate} {row.seat}" if row.vehicle else ""
    taken = TakeInIn(purpose=PURPOSE, unit=trip.unit_id, holder_kind="vehicle", items=[Taken(person=row.person_id, item="", place=place)])
    row.custody_id = uuid.UUID(take_in(context, taken)["custodies"][0])
    row.state, row.ended_at, row.end_note = Passenger.State.BOARDED, None, ""
    row.save()
    if late and row.vehicle_id is not None:  # the seat was given up when the bus left
        Vehicle.objects.filter(pk=row.vehicle_id).update(taken=F("taken") + 1)
    context.event("passenger_boarded", subject=f"passenger:{row.pk}", data={"at": at.isoformat()} if late else None)
    if trip.state == Trip.State.ENDED:
        _handed_over(context, trip, [row])
    return {"passenger": str(row.pk), "state": row.state, "loop": None}


def second_from(row: Passenger, at: datetime) -> datetime | None:
    """From when on the second reading may be taken, where there is a first one above the limit; None where there is none of this day's travel."""
    if row.state != Passenger.State.BOOKED and row.end_note != "unmeasured":
        return None
    if row.checked_at is None or row.tenths is None or at - row.checked_at >= EARLIEST:
        return None
    return row.checked_at + timedelta(minutes=rules(timezone.localdate(row.checked_at))["recheck_minutes"].value)


def _before_now(context: Context, at: datetime | None) -> datetime:
    if at is not None and at > context.now:
        rule = Text("时间不能晚于现在。", "The time must not lie ahead.")
        raise Refusal(Reason.INVALID_VALUE, rule, field="at", value=at.isoformat())
    return at or context.now


def _boarding(row: Passenger, at: datetime) -> Trip:
    trip = Trip.objects.select_for_update(of=("self",)).get(pk=row.trip_id) if row.trip_id else None
    left_behind = (row.state, row.end_note) in LEFT_BEHIND and trip is not None and trip.departed_at is not None
    if trip is None or not (row.state == Passenger.State.BOOKED or left_behind):
        rule = Text("该乘客没有座位，或已查验。", "The passenger has no seat, or has been checked.")
        raise Refusal(Reason.WRONG_STAGE, rule, field="passenger", value=str(row.pk))
    if at < trip.departs_at - EARLIEST or trip.state == Trip.State.CANCELLED or (trip.departed_at is not None and at > trip.departed_at):
        rule = Text("发车前十二小时内、发车之前查验上车。", "Boarding is within the twelve hours before departure.")
        raise Refusal(Reason.CONFLICT, rule, field="passenger", value=str(row.pk))
    if Custody.objects.filter(person=row.person_id, let_out_at=None).exists():
        rule = Text("该人员正由其他单位管控或转运，不能上车。", "Another unit holds this person; nobody boards before that ends.")
        raise Refusal(Reason.TWO_HOLDERS, rule, remedy=Text("请联系现管单位。", "Ask the unit that holds the person."), field="passenger", value=str(row.pk))
    return trip


_WHY = {
    "fever": Text("发热", "fever"), "unmeasured": Text("首次测温超标，发车前没有复测", "first reading too high and not taken again before departure"),
    "symptoms": Text("有症状", "symptoms"), "code": Text("健康码非绿码", "health code not green"),
}  # fmt: skip


def turned_away(context: Context, row: Passenger, trip: Trip, why: str, readings: list[int]) -> dict[str, Any]:
    """The passenger stays off the bus and a loop for care is opened; the seat is free. readings: in 0.1 °C, in their order."""
    free_seat(row)
    found = Text.listed(f"{t / 10}℃" for t in readings)
    title = Text("返岗专车上车查验异常：{why}", "Not let on the bus back to work: {why}").with_(why=_WHY[why])
    told = Text("测温：{t}。", "Temperatures: {t}.").with_(t=found)
    given = {
        "kind": "trip_health", **written(title, told), "person": row.person_id, "area": trip.unit.area_id,
        "owner_unit": trip.unit_id, "origin": "return_trip", "origin_ref": str(row.pk), "urgent": True,
    }  # fmt: skip
    if row.loop_id is None:  # departure without a second reading has opened it already
        row.loop_id = uuid.UUID(str(open_one(context, OpenIn.model_validate(given))["loop"]))
    row.state, row.ended_at, row.end_note = Passenger.State.TURNED_AWAY, context.now, why
    row.save()
    context.event("passenger_turned_away", subject=f"passenger:{row.pk}", data={"why": why})
    return {"passenger": str(row.pk), "state": row.state, "loop": str(row.loop_id)}


@verb("trip.depart", BOARD, Text("发车", "Depart"))
def depart(context: Context, given: DepartIn) -> dict[str, Any]:
    """The trip leaves with who is on board. Who has a seat and did not come is absent; a first reading above the limit without a second goes to care."""
    trip = trip_in_reach(context.actor, BOARD, given.trip, lock=True)
    if trip.state != Trip.State.OPEN:
        raise Refusal(Reason.CONFLICT, Text("该专车已出发或已结束。", "It has left or ended."), field="trip", value=str(trip.pk))
    at = _before_now(context, given.at)
    aboard = trip.passengers.filter(state=Passenger.State.BOARDED).count()
    if not aboard:
        rule = Text("没有人上车，不能发车。", "Nobody is on board.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("如不再开行，请取消。", "Cancel it if it does not run."), field="trip", value=str(trip.pk))
    left = list(trip.passengers.select_for_update(of=("self",)).filter(state=Passenger.State.BOOKED).order_by("pk"))
    hot = [p for p in left if second_from(p, at) is not None]
    for p in hot:  # not measured is not normal
        turned_away(context, p, trip, "unmeasured", readings=[p.tenths or 0])
    absent = [p for p in left if p.state == Passenger.State.BOOKED]
    for p in absent:
        free_seat(p)
        p.state, p.ended_at = Passenger.State.ABSENT, context.now
        context.event("passenger_absent", subject=f"passenger:{p.pk}")
    Passenger.objects.bulk_update(absent, ["state", "ended_at"])
    trip.state, trip.departed_at = Trip.State.DEPARTED, at
    trip.save(update_fields=["state", "departed_at"])
    told = {"aboard": aboard, "absent": len(absent), "unmeasured": len(hot)}
    context.event("trip_departed", subject=f"trip:{trip.pk}", data=told)
    return {"trip": str(trip.pk)} | told


@verb("trip.arrive", BOARD, Text("到达", "Arrive"))
def arrive(context: Context, given: OneTripIn) -> dict[str, Any]:
    """The trip has arrived: everybody on board is offered to the unit that takes them over. Until it accepts, the trip's unit holds them."""
    trip = trip_in_reach(context.actor, BOARD, given.trip, lock=True)
    if trip.state != Trip.State.DEPARTED:
        raise Refusal(Reason.WRONG_STAGE, Text("该专车不在途中。", "The trip is not on its way."), field="trip", value=str(trip.pk))
    aboard = list(trip.passengers.filter(state=Passenger.State.BOARDED).order_by("pk"))
    gone = {p.pk for p in left_on_the_way(context, trip, aboard)}
    there = [p for p in aboard if p.pk not in gone]
    units = _handed_over(context, trip, there)
    trip.state, trip.ended_at = Trip.State.ENDED, context.now
    trip.save(update_fields=["state", "ended_at"])
    told = {"units": units, "people": len(there)}
    context.event("trip_arrived", subject=f"trip:{trip.pk}", data=told)
    return {"trip": str(trip.pk)} | told


def _handed_over(context: Context, trip: Trip, there: list[Passenger]) -> int:
    """Offer each to the unit that takes the passenger over; how many units that are."""
    by_unit: dict[int, list[Passenger]] = defaultdict(list)
    for row in there:
        by_unit[row.to_unit_id].append(row)
    for unit, people in sorted(by_unit.items()):
        stays = [p.custody_id for p in people if p.custody_id]
        if unit == trip.unit_id:
            let_out(context, LetOutIn(custodies=stays, reason="delivered", note=""))
            _arrived(context, people)
            continue
        made = offer(context, OfferIn(custodies=stays, to_unit=unit, to_kind="unit", place="", minutes=HANDOVER_MINUTES, note="返岗专车到达交接"))
        for p in people:
            p.handover_id = uuid.UUID(made["handover"])
        Passenger.objects.bulk_update(people, ["handover"])
    return len(by_unit)


@verb("trip.take_over", JOIN, Text("接收返岗人员", "Take workers over"))
def take_over(context: Context, given: TakeOverIn) -> dict[str, Any]:
    """The other side of the hand-over: who is there is taken over and the journey ends; who is not becomes unlocated, which shouts."""
    handover = Handover.objects.filter(pk=given.handover).first()
    rows = list(Passenger.objects.filter(handover=given.handover, state=Passenger.State.BOARDED).order_by("pk"))
    if handover is None or not rows or handover.to_unit_id not in {g.unit_id for g in context.grants}:
        raise missing(Text("没有找到该交接单。", "There is no such hand-over."), "handover", str(given.handover))
    gone = set(given.missing)
    if gone - {r.pk for r in rows}:
        raise missing(Text("没有找到该乘客。", "There is no such passenger."), "missing", str(min(gone - {r.pk for r in rows})))
    if handover.state == "accepted":  # on the custody page: what was said there holds
        lost = set(handover.items.filter(outcome="missing").values_list("custody_id", flat=True))
        gone = {r.pk for r in rows if r.custody_id in lost}
    else:
        accept_offered(context, AnswerIn(handover=given.handover, missing=[r.custody_id for r in rows if r.pk in gone and r.custody_id], note=given.note))
    there = [r for r in rows if r.pk not in gone]
    if there:
        let_out(context, LetOutIn(custodies=[r.custody_id for r in there if r.custody_id], reason="delivered", note=given.note))
    _arrived(context, there)
    away = [r for r in rows if r.pk in gone]
    for r in away:
        r.state, r.ended_at, r.end_note = Passenger.State.ABSENT, context.now, "missing"
        context.event("passenger_missing", subject=f"passenger:{r.pk}")
    Passenger.objects.bulk_update(away, ["state", "ended_at", "end_note"])
    return {"arrived": len(there), "missing": len(away)}


def _arrived(context: Context, people: list[Passenger]) -> None:
    for p in people:
        p.state, p.ended_at = Passenger.State.ARRIVED, context.now
        context.event("passenger_arrived", subject=f"passenger:{p.pk}")
    Passenger.objects.bulk_update(people, ["state", "ended_at"])


@verb("trip.assign", MANAGE, Text("分配座位", "Give seats"))
def assign(context: Context, given: AssignIn) -> dict[str, Any]:
    """Give seats to everybody who waits for a trip to an area: as many as can travel, few vehicles, colleagues together, early."""
    area = area_in_reach(context.actor, MANAGE, given.area)
    waiting = Passenger.objects.select_for_update(of=("self",)).filter(state=Passenger.State.ASKED, to_unit__area__path__startswith=area.path)
    people = [p for p in waiting.select_related("to_unit__area").order_by("signed_at", "pk") if not set(p.flags) & set(BARRED)]
    fresh = flags_of([p.person_id for p in people], None, timezone.localdate(context.now))
    people = [p for p in people if "held" not in fresh[p.person_id]]
    trips = Trip.objects.filter(state=Trip.State.OPEN, departs_at__gt=context.now, area__path__startswith=area.path)
    vehicles = {str(v.pk): v for v in Vehicle.objects.filter(trip__in=trips).select_related("trip")}
    groups: dict[str, list[Passenger]] = defaultdict(list)
    for p in people:
        groups[f"{p.origin_key}|{p.first}|{p.last}|{p.to_unit_id}"].append(p)
    parties = [
        Party(key, len(some), some[0].origin_key, some[0].first.toordinal(), some[0].last.toordinal(), frozenset(some[0].to_unit.area.path.split(".")))
        for key, some in groups.items()
    ]
    buses = [
        Bus(key, v.usable - v.taken, v.trip.origin_key, v.trip.departs_at.astimezone(SHANGHAI).toordinal(), str(v.trip.area_id), v.taken > 0)
        for key, v in vehicles.items()
    ]
    result = seat(parties, buses)
    take_seats(context, [(groups[party].pop(0), vehicles[bus]) for party, bus, n in result.given for _ in range(n)])
    seated = sum(n for _, _, n in result.given)
    told = {"waiting": len(people), "seated": seated, "vehicles": len({b for _, b, _ in result.given}), "proven": all(result.proven)}
    context.event("seats_given", subject=f"area:{area.pk}", data=told)
    return told
