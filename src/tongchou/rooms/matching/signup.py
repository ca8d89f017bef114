"""Signing up for a return trip: by an enterprise's list, by an officer, by the worker; with the questions that must be asked first."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from pydantic import Base64Bytes, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.rejects import Tally
from tongchou.kernel.tables import read_table
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import Custody, Person, Unit
from tongchou.record.people.given import Given, read_identity
from tongchou.record.people.identity import document_hash, same_name_token, sealed_values
from tongchou.record.people.locks import lock_document, on_record
from tongchou.record.questions.grades import grades_of
from tongchou.record.territory.reach import missing, reaches_unit, unit_in_reach
from tongchou.rooms.matching.catalogue import plain
from tongchou.rooms.matching.models import Passenger, Trip
from tongchou.rooms.matching.trip_models import TRAVELS
from tongchou.rooms.matching.trips import JOIN, MANAGE, free_seat, known_origin, take_seats, trips_of
from tongchou.rooms.matching.workers import read_workers

BARRED = ("held", "graded")
"""Flags that keep somebody from a seat until an officer has looked; the others are only said."""
FLAGS: dict[str, Text] = {
    "held": Text("正由其他单位管控或转运", "held elsewhere"),
    "graded": Text("出发地为风险区域", "the origin is graded"),
    "origin_unknown": Text("出发地风险未知", "the origin's grade is not known"),
}
NEUTRAL = Text("须由街道核实后方可乘车", "the street must look before a seat is given")
"""What an enterprise is told of any flag: what is behind it concerns the person and the authorities."""
SAFE = ("low", "none", "not_graded")
"""Grades that keep nobody from travelling; every other one does."""
LONGEST = timedelta(days=30)

explain_constraint(
    "passenger_once",
    Reason.DUPLICATE,
    Text("该人员已报名或已有座位。", "This person is signed up or has a seat already."),
    Text("请先撤回原报名。", "Withdraw the other sign-up first."),
)


class WayIn(Payload):
    """From where, when, and who takes the passengers over. trip: where one is chosen; else the organiser gives seats."""

    origin: str = Field(min_length=2, max_length=80)
    origin_area: int | None = None
    first: date
    last: date
    to_unit: int
    trip: uuid.UUID | None = None


class WorkerIn(Payload):
    name: str = Field(max_length=200)
    document: str = Field(min_length=1, max_length=60)
    document_kind: str = Field("", max_length=40)
    phone: str = Field("", max_length=60)


class SignUpIn(WayIn):
    workers: list[WorkerIn] = Field(min_length=1, max_length=1_000)


class TableIn(WayIn):
    """content: the file in base64, with columns 姓名, 证件号码, 手机号."""

    content: Base64Bytes = Field(max_length=16 * 1024 * 1024)
    filename: str = Field(min_length=1, max_length=200)


class OwnIn(WayIn):
    pass


class WithdrawIn(Payload):
    passenger: uuid.UUID
    reason: str = Field(min_length=2, max_length=200)


class ClearIn(Payload):
    """note: on what basis somebody who was flagged may travel after all; or not (refuse)."""

    passenger: uuid.UUID
    travel: bool
    note: str = Field(min_length=4, max_length=200)


@dataclass(frozen=True, slots=True)
class Way:
    origin: str
    area: int | None
    first: date
    last: date
    to_unit: Unit
    trip: Trip | None


@verb("trip.sign_up", JOIN, Text("报名返岗专车", "Sign workers up"))
def sign_up(context: Context, given: SignUpIn) -> dict[str, Any]:
    """Sign workers up, all or none. Who is on record is not registered again; nothing of their file is told."""
    way = _way(context, given, _taker(context.actor, given.to_unit))
    today = timezone.localdate(context.now)
    people = [_person(context, read_identity(**w.model_dump(), today=today), way.to_unit) for w in given.workers]
    return _signed(context, way, people, own=False)


@verb("trip.sign_up_table", JOIN, Text("导入返岗名单", "Sign up a table of workers"))
def sign_up_table(context: Context, given: TableIn) -> dict[str, Any]:
    """Sign up every row that holds; the others are counted and come back with their reason."""
    way = _way(context, given, _taker(context.actor, given.to_unit))
    table = read_table(given.content, given.filename, max_rows=5_000, titled=True)
    rows, rejects = read_workers(table, timezone.localdate(context.now))
    people = [_person(context, one, way.to_unit) for _, one in rows]
    busy = set(Passenger.objects.filter(person__in=people, state__in=TRAVELS).values_list("person_id", flat=True))
    rejects += [(n, _busy()) for (n, _), p in zip(rows, people, strict=True) if p in busy]
    free = [p for p in people if p not in busy]
    tally = Tally(table.rows_in, len(free), len(rejects))
    done = _signed(context, way, free, own=False) if free else {"passengers": [], "flagged": 0}
    counts = {"rows_in": tally.rows_in, "accepted": tally.accepted, "rejected": tally.rejected}
    return counts | done | {"rejects": [{"row": n} | r.as_dict() for n, r in sorted(rejects, key=lambda pair: pair[0])[:500]]}


@verb("trip.sign_up_own", "trip.own", Text("本人报名", "Sign oneself up"))
def sign_up_own(context: Context, given: OwnIn) -> dict[str, Any]:
    """A worker signs up. to_unit: the enterprise, or the community."""
    person = own_id(context.actor)
    if person is None:
        rule = Text("本账号没有关联个人档案。", "Your account is tied to no personal file.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请联系社区办理。", "Ask the community."), field="person")
    unit = Unit.objects.select_related("area").filter(pk=given.to_unit, active_to=None).first()
    if unit is None:
        raise missing(Text("没有找到该单位。", "There is no such unit."), "to_unit", given.to_unit)
    return _signed(context, _way(context, given, unit), [person], own=True)


def own_id(actor: Actor) -> uuid.UUID | None:
    """The personal file that the account is tied to."""
    return actor.person_id if isinstance(actor.person_id, uuid.UUID) else None


def _taker(actor: Actor, key: int) -> Unit:
    unit = unit_in_reach(actor, JOIN, key, "to_unit")
    if unit.active_to is not None:
        raise Refusal(Reason.CONFLICT, Text("{name} 已撤销。", "{name} has ended.").with_(name=unit.name), field="to_unit", value=key)
    return unit


def _way(context: Context, given: WayIn, unit: Unit) -> Way:
    today = timezone.localdate(context.now)
    if given.last < given.first or given.last < today or given.last - given.first > LONGEST:
        rule = Text("返岗日期应从今天起、按先后填写，跨度不超过三十天。", "The days lie ahead, in order, within thirty days.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="last", value=str(given.last))
    if not plain(given.origin):
        raise Refusal(Reason.INVALID_VALUE, Text("请写明出发地。", "Say where it starts."), field="origin", value=given.origin[:20])
    if given.trip is not None:
        serving = Trip.objects.filter(area__in=[int(p) for p in unit.area.path.split(".") if p])
        trip = (serving if context.actor.person_id and not context.actor.permits(JOIN) else trips_of(context.actor, JOIN)).filter(pk=given.trip).first()
        if trip is None:
            raise missing(Text("没有找到这趟专车。", "There is no such trip."), "trip", str(given.trip))
        if trip.state != Trip.State.OPEN or trip.departs_at <= context.now:
            raise Refusal(Reason.CONFLICT, Text("该专车已停止报名。", "It takes nobody any more."), field="trip", value=str(trip.pk))
        day = timezone.localdate(trip.departs_at)
        if not given.first <= day <= given.last:
            rule = Text("该专车 {d} 发车，不在填写的返岗日期之内。", "The trip departs on {d}, which is not among the days given.").with_(d=day)
            raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请改日期或车次。", "Change the days or the trip."), field="trip", value=str(day))
        return Way(trip.origin, trip.origin_area_id, given.first, given.last, unit, trip)
    known = known_origin(given.origin, given.origin_area)
    return Way(known["origin"], known["origin_area"], given.first, given.last, unit, None)


def _person(context: Context, given: Given, unit: Unit) -> uuid.UUID:
    """The person on record with this document and name, else a new file in the area of the unit that takes over."""
    hashed = document_hash(given.identity.document_kind, given.identity.document)
    assert hashed is not None
    lock_document(hashed)
    known = on_record([hashed], ["%"]).get(hashed)
    if known is not None:
        if known.name != same_name_token(given.identity.name):
            rule = Text("姓名与证件不符。", "The name does not go with the document.")
            remedy = Text("请对照证件核对。", "Compare with the document.")
            raise Refusal(Reason.CONFLICT, rule, remedy=remedy, field="document", value=given.identity.masked().document)
        return known.person
    key = new_id()
    Person.objects.create(**sealed_values(given.identity, key), sex=given.sex, area=unit.area, workplace=unit, created_at=context.now)
    context.event("person_registered", subject=f"person:{key}", data={"area": unit.area_id})
    return key


def _busy() -> Refusal:
    rule = Text("该人员已报名或已有座位。", "This person is signed up or has a seat already.")
    return Refusal(Reason.DUPLICATE, rule, remedy=Text("请先撤回原报名。", "Withdraw the other sign-up first."), field="document")


def flags_of(people: Iterable[uuid.UUID], area: int | None, on: date) -> dict[uuid.UUID, list[str]]:
    """What must be looked at before each travels: whom somebody holds, whether the origin is graded or its grade not known."""
    grade = grades_of([area], on).get(area) if area is not None else None
    common = ["graded"] if grade is not None and grade.grade not in SAFE else ["origin_unknown"] if grade is None else []
    wanted = list(people)
    held = set(Custody.objects.filter(person__in=wanted, let_out_at=None).values_list("person_id", flat=True))
    return {p: (["held"] if p in held else []) + common for p in wanted}


def _signed(context: Context, way: Way, people: list[uuid.UUID], *, own: bool) -> dict[str, Any]:
    flags = flags_of(people, way.area, way.first)
    rows = [
        Passenger(
            id=new_id(), person_id=p, origin=way.origin, origin_key=plain(way.origin), first=way.first, last=way.last, to_unit=way.to_unit,
            flags=flags[p], own=own, account_id=context.actor.account_id, signed_at=context.now,
        )
        for p in people
    ]  # fmt: skip
    Passenger.objects.bulk_create(rows, batch_size=1000)
    for row in rows:
        context.event("passenger_signed_up", subject=f"passenger:{row.pk}", data={"to_unit": way.to_unit.pk, "flags": len(row.flags)})
    free = [r for r in rows if not set(r.flags) & set(BARRED)]
    if way.trip is not None and free:
        take_seats(context, _spread(way.trip, free))
    return {"passengers": [str(r.pk) for r in rows], "flagged": len(rows) - len(free), "seated": len(free) if way.trip else 0}


def _spread(trip: Trip, people: list[Passenger]) -> list[tuple[Passenger, Any]]:
    """Fill the vehicles in turn; who finds no room is put on the last, where the database refuses."""
    vehicles = list(trip.vehicles.order_by("pk"))
    places = [v for v in vehicles for _ in range(v.usable - v.taken)] or vehicles[-1:]
    return [(p, places[min(n, len(places) - 1)]) for n, p in enumerate(people)]


@verb("trip.withdraw", JOIN, Text("撤回报名", "Withdraw a sign-up"))
def withdraw(context: Context, given: WithdrawIn) -> dict[str, Any]:
    """The enterprise or an officer takes a sign-up back; the seat is free again."""
    row = passenger_in_reach(context.actor, JOIN, given.passenger, lock=True)
    return _withdrawn(context, row, given.reason)


@verb("trip.withdraw_own", "trip.own", Text("撤回本人报名", "Withdraw one's own sign-up"))
def withdraw_own(context: Context, given: WithdrawIn) -> dict[str, Any]:
    """The worker takes it back."""
    row = Passenger.objects.select_for_update(of=("self",)).filter(pk=given.passenger, person_id=own_id(context.actor) or uuid.UUID(int=0)).first()
    if row is None:
        raise missing(Text("没有找到您的报名。", "You have no such sign-up."), "passenger", str(given.passenger))
    return _withdrawn(context, row, given.reason)


def _withdrawn(context: Context, row: Passenger, reason: str) -> dict[str, Any]:
    if row.state not in ("asked", "booked"):
        raise Refusal(Reason.CONFLICT, Text("该报名已结束或已上车。", "It has ended, or the passenger is on board."), field="passenger", value=str(row.pk))
    free_seat(row)
    row.state, row.ended_at, row.end_note = Passenger.State.WITHDRAWN, context.now, reason
    row.save(update_fields=["state", "ended_at", "end_note"])
    context.event("passenger_withdrawn", subject=f"passenger:{row.pk}", note=reason)
    return {"passenger": str(row.pk)}


def passenger_in_reach(actor: Actor, permission: str, key: uuid.UUID, *, lock: bool = False) -> Passenger:
    """One whose destination unit the actor reaches, or on a trip that the actor's unit runs."""
    rows = Passenger.objects.select_related("to_unit__area", "trip__unit", "person")
    row = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    mine = row is not None and (
        actor.system
        or reaches_unit(actor, permission, row.to_unit)
        or (row.trip is not None and row.trip.unit_id in {g.unit_id for g in actor.grants_for(permission)})
    )
    if row is None or not mine:
        raise missing(Text("没有找到该乘客。", "There is no such passenger."), "passenger", str(key))
    return row


@verb("trip.clear", MANAGE, Text("核实报名", "Look at a flagged sign-up"))
def clear(context: Context, given: ClearIn) -> dict[str, Any]:
    """An officer has looked: the person may travel, or may not. Who is in isolation or transfer may not, whatever is written."""
    row = passenger_in_reach(context.actor, MANAGE, given.passenger, lock=True)
    if row.state != Passenger.State.ASKED:
        raise Refusal(Reason.CONFLICT, Text("该报名不在待核实状态。", "It does not wait to be looked at."), field="passenger", value=str(row.pk))
    if given.travel:
        now = flags_of([row.person_id], None, row.first)[row.person_id]
        if "held" in now:
            rule = Text("该人员仍正由其他单位管控或转运，解除前不能乘车。", "The person is still held; nobody travels before that ends.")
            raise Refusal(Reason.CONFLICT, rule, field="travel", value="held")
        row.flags, row.cleared_note = [f for f in row.flags if f not in BARRED], given.note
    else:
        row.state, row.ended_at, row.end_note = Passenger.State.REFUSED, context.now, given.note
    row.save(update_fields=["flags", "cleared_note", "state", "ended_at", "end_note"])
    context.event("passenger_cleared" if given.travel else "passenger_refused", subject=f"passenger:{row.pk}", note=given.note)
    return {"passenger": str(row.pk), "state": row.state}
