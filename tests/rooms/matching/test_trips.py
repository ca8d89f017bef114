"""Return trips: seats that are not there cannot be sold, nobody travels who may not, fever stays off the bus, arrival has two sides."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.matching.helping import DAY, another, do, refused
from tongchou.kernel.errors import Reason
from tongchou.kernel.identifiers import check_digit
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.models import Area, AreaGrade, Custody, Handover, Holding, Loop, Person, Unit
from tongchou.rooms.matching.models import Passenger, Trip, Vehicle
from tongchou.rooms.matching.rules import rules
from tongchou.rooms.matching.signup import flags_of
from tongchou.rooms.matching.trips import staff_of, trips_of
from tongchou.sim.matching.seats import Bus, Party, seat

ORIGIN = "贵州省毕节市"
NAMES = ["甄一", "甄二", "甄三", "甄四", "甄五", "甄六", "甄七", "甄八"]


def document(n: int) -> str:
    first = f"99010119900101{n:03d}"
    return first + check_digit(first)


def worker(n: int) -> dict[str, str]:
    return {"name": NAMES[n], "document": document(n), "phone": f"1380000000{n}"}


def soon(hours: float = 5) -> Any:
    return timezone.now() + timedelta(hours=hours)


def trip(cast: Cast, seats: int = 5, buses: int = 1, who: str = "hq", unit: str = "bus", **more: Any) -> str:
    vehicles = [
        {"plate": f"贵F{n:05d}", "operator": "远行客运", "seats": seats, "driver": "师傅甲", "phone": "13900000000", "escort": "干部乙"} for n in range(buses)
    ]
    given = {
        "origin": ORIGIN, "area": cast.areas["district"].pk, "unit": cast.units[unit].pk, "departs_at": soon().isoformat(),
        "arrives_at": soon(20).isoformat(), "vehicles": vehicles,
    } | more  # fmt: skip
    return str(do(cast, who, "trip.plan", **given)["trip"])


def sign_up(cast: Cast, *ns: int, who: str = "enterprise", unit: str = "works", **more: Any) -> dict[str, Any]:
    today = timezone.localdate()
    given = {
        "origin": ORIGIN, "first": str(today), "last": str(today + 3 * DAY), "to_unit": cast.units[unit].pk, "workers": [worker(n) for n in ns],
    } | more  # fmt: skip
    return do(cast, who, "trip.sign_up", **given)


def board(cast: Cast, passenger: str, tenths: int = 365, who: str = "driver", **more: Any) -> dict[str, Any]:
    return do(cast, who, "trip.board", passenger=passenger, tenths=tenths, **({"symptoms": False, "code": "green"} | more))


def test_seats_follow_the_load_limit_and_are_never_oversold(cast: Cast) -> None:
    key = trip(cast)
    bus = Vehicle.objects.get(trip=key)
    assert (bus.seats, bus.usable) == (5, 5 * rules(timezone.localdate())["seat_percent"].value // 100)
    assert staff_of(bus) == {"driver": "师傅甲", "phone": "13900000000", "escort": "干部乙"}
    assert "师傅甲".encode() not in bytes(bus.sealed)
    assert sign_up(cast, 0, 1, trip=key)["seated"] == 2
    full = refused(lambda: sign_up(cast, 2, 3, trip=key))
    assert (full.reason, full.details["constraint"]) == (Reason.CONFLICT, "vehicle_not_oversold")
    assert Passenger.objects.count() == 2  # all or none
    assert sign_up(cast, 2, trip=key)["seated"] == 1
    assert sorted(Passenger.objects.values_list("seat", flat=True)) == [1, 2, 3]
    with pytest.raises(IntegrityError), transaction.atomic():
        Vehicle.objects.update(taken=bus.usable + 1)
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table matching_vehicle drop constraint vehicle_not_oversold")
    Vehicle.objects.update(taken=bus.usable + 1)


def test_two_people_cannot_have_one_seat(cast: Cast) -> None:
    key = trip(cast)
    sign_up(cast, 0, 1, trip=key)
    with pytest.raises(IntegrityError), transaction.atomic():
        Passenger.objects.update(seat=1)


def test_signing_up_registers_once_and_tells_nothing_of_a_file(cast: Cast) -> None:
    one = do(cast, "street", "person.register", area=cast.areas["spring"].pk, **worker(0))["person"]
    made = sign_up(cast, 0, 1)
    assert set(made) == {"passengers", "flagged", "seated"}
    assert str(Passenger.objects.order_by("signed_at", "pk").first().person_id) == one  # type: ignore[union-attr]
    assert Person.objects.count() == 2
    twice = refused(lambda: sign_up(cast, 0))
    assert (twice.reason, twice.details["constraint"]) == (Reason.DUPLICATE, "passenger_once")
    other = worker(2) | {"document": document(1)}
    assert refused(lambda: sign_up(cast, 2, workers=[other])).field == "document"
    assert refused(lambda: sign_up(cast, 3, who="rival")).reason is Reason.NOT_FOUND


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"origin": "－－"}, "origin"), ({"last": "2020-01-01"}, "last"), ({"workers": []}, "workers"), ({"trip": str(new_id())}, "trip"),
        ({"workers": [{"name": "甄", "document": "123"}]}, "document"),
    ],
)  # fmt: skip
def test_bad_sign_ups_are_refused_by_name(cast: Cast, change: dict[str, Any], field: str) -> None:
    assert (refused(lambda: sign_up(cast, 0, **change)).field or "").startswith(field)
    assert not Passenger.objects.exists()


def test_a_list_comes_in_with_every_row_accounted_for(cast: Cast) -> None:
    sign_up(cast, 3)
    rows = ["姓名,证件号码,手机号", *(f"{w['name']},{w['document']},{w['phone']}" for w in map(worker, (0, 1, 3, 0))), "甄九,,13800000009", "甄十,123,"]
    today = timezone.localdate()
    made = do(
        cast, "enterprise", "trip.sign_up_table", origin=ORIGIN, first=str(today), last=str(today), to_unit=cast.units["works"].pk,
        content=base64.b64encode("\n".join(rows).encode()).decode(), filename="名单.csv",
    )  # fmt: skip
    assert (made["rows_in"], made["accepted"], made["rejected"]) == (6, 2, 4)
    assert [(r["row"], r["field"]) for r in made["rejects"]] == [(4, "document"), (5, "document"), (6, "document"), (7, "document")]


def test_who_is_held_or_comes_from_a_graded_area_gets_no_seat_before_an_officer_has_looked(cast: Cast) -> None:
    origin = Area.objects.create(code="980101", name="外地", level="district", path="", valid_from=timezone.localdate())
    Area.objects.filter(pk=origin.pk).update(path=f"{origin.pk}.")
    key = trip(cast, seats=20, origin_area=origin.pk)
    held = do(cast, "street", "person.register", area=cast.areas["spring"].pk, **worker(0))["person"]
    stay = do(cast, "street", "custody.take_in", purpose="isolation", unit=cast.units["site"].pk, holder_kind="site", items=[{"person": held}])
    made = sign_up(cast, 0, 1, trip=key, origin_area=origin.pk)
    assert (made["flagged"], made["seated"]) == (1, 1)
    row = Passenger.objects.get(person=held)
    assert (row.state, set(row.flags)) == ("asked", {"held", "origin_unknown"})  # a grade that nobody has recorded is not low
    assert refused(lambda: do(cast, "street", "trip.clear", passenger=str(row.pk), travel=True, note="核实过了")).value == "held"
    do(cast, "site_officer", "custody.let_out", custodies=stay["custodies"], reason="released")
    do(cast, "street", "trip.clear", passenger=str(row.pk), travel=True, note="已解除，证明已核")
    AreaGrade.objects.create(
        area=origin, grade="high", pack="p", edition="e", rule="r", from_date=timezone.localdate(), known_from=timezone.now(), proposal=new_id()
    )
    assert flags_of([row.person_id], origin.pk, timezone.localdate())[row.person_id] == ["graded"]
    assert sign_up(cast, 2, trip=key)["seated"] == 0
    graded = Passenger.objects.get(flags__contains=["graded"])
    assert refused(lambda: do(cast, "enterprise", "trip.clear", passenger=str(graded.pk), travel=True, note="放行吧")).reason is Reason.NOT_ALLOWED
    do(cast, "street", "trip.clear", passenger=str(graded.pk), travel=False, note="来自高风险地区")
    graded.refresh_from_db()
    assert graded.state == "refused"


def test_fever_is_measured_twice_stays_off_the_bus_and_opens_a_loop(cast: Cast) -> None:
    key = trip(cast)
    one, two, three = sign_up(cast, 0, 1, 2, trip=key)["passengers"]
    assert board(cast, one, 374)["state"] == "booked"
    assert board(cast, two, 379)["state"] == "booked"
    early = refused(lambda: board(cast, one, 368))  # a quick second look, however normal, is none
    assert (early.reason, early.field) == (Reason.CONFLICT, "tenths")
    assert Passenger.objects.get(pk=one).tenths == 374
    minutes = rules(timezone.localdate())["recheck_minutes"].value
    Passenger.objects.filter(tenths__isnull=False).update(checked_at=F("checked_at") - timedelta(minutes=minutes))
    assert board(cast, one, 368)["state"] == "boarded"
    hot = board(cast, two, 381)
    assert hot["state"] == "turned_away"
    loop = Loop.objects.get(pk=hot["loop"])
    assert "37.9℃、38.1℃" in loop.detail
    assert (loop.kind, loop.owner_unit_id, loop.urgent) == ("trip_health", cast.units["bus"].pk, True)
    assert board(cast, three, symptoms=True)["state"] == "turned_away"
    assert Vehicle.objects.get(trip=key).taken == 1  # their seats are free again
    assert Custody.objects.filter(purpose="return_trip", let_out_at=None).count() == 1
    assert refused(lambda: board(cast, one)).reason is Reason.WRONG_STAGE
    with pytest.raises(IntegrityError), transaction.atomic():
        Passenger.objects.filter(pk=two).update(state="boarded", symptoms=True)


def test_who_was_not_measured_again_before_the_bus_left_is_not_called_absent(cast: Cast) -> None:
    key = trip(cast)
    one, two, three = sign_up(cast, 0, 1, 2, trip=key)["passengers"]
    board(cast, one)
    board(cast, two, 379)
    left = do(cast, "driver", "trip.depart", trip=key)
    assert (left["aboard"], left["absent"], left["unmeasured"]) == (1, 1, 1)
    hot = Passenger.objects.get(pk=two)
    assert (hot.state, hot.end_note) == ("turned_away", "unmeasured")
    assert hot.loop is not None
    assert hot.loop.kind == "trip_health"
    assert Passenger.objects.get(pk=three).state == "absent"
    assert Vehicle.objects.get(trip=key).taken == 1


def test_a_first_reading_of_a_trip_that_did_not_run_is_none_of_the_next(cast: Cast) -> None:
    key = trip(cast)
    (one,) = sign_up(cast, 0, trip=key)["passengers"]
    board(cast, one, 379)
    Passenger.objects.filter(pk=one).update(checked_at=timezone.now() - DAY)
    assert board(cast, one, 376)["state"] == "booked"  # the first of today, so another follows
    assert refused(lambda: board(cast, one, 376)).reason is Reason.CONFLICT


@pytest.mark.parametrize("code", ["yellow", "red", "unknown"])
def test_a_code_that_is_not_green_does_not_board(cast: Cast, code: str) -> None:
    (one,) = sign_up(cast, 0, trip=trip(cast))["passengers"]
    assert board(cast, one, 379, code=code)["state"] == "turned_away"  # needs no second reading


def test_arrival_has_two_sides_and_who_is_missing_is_unlocated(cast: Cast) -> None:
    another(cast, "third", "spring")
    key = trip(cast, seats=10)
    one, two = sign_up(cast, 0, 1, trip=key)["passengers"]
    (three,) = sign_up(cast, 2, who="third", unit="third", trip=key)["passengers"]
    (four,) = sign_up(cast, 3, who="third", unit="third", trip=key)["passengers"]
    for p in (one, two, three):
        board(cast, p)
    assert refused(lambda: do(cast, "driver", "trip.arrive", trip=key)).reason is Reason.WRONG_STAGE
    left = do(cast, "driver", "trip.depart", trip=key)
    assert (left["aboard"], left["absent"]) == (3, 1)
    assert Passenger.objects.get(pk=four).state == "absent"
    assert do(cast, "driver", "trip.arrive", trip=key)["units"] == 2
    handovers = {h.to_unit_id: h for h in Handover.objects.all()}
    mine = str(handovers[cast.units["works"].pk].pk)
    assert Holding.objects.filter(until=None, unit=cast.units["bus"]).count() == 3  # the giver holds until the other side accepts
    assert refused(lambda: do(cast, "third", "trip.take_over", handover=mine)).reason is Reason.NOT_FOUND
    assert refused(lambda: do(cast, "enterprise", "trip.take_over", handover=mine, missing=[three])).field == "missing"
    done = do(cast, "enterprise", "trip.take_over", handover=mine, missing=[two])
    assert (done["arrived"], done["missing"]) == (1, 1)
    assert Passenger.objects.get(pk=one).state == "arrived"
    assert Holding.objects.get(custody=Passenger.objects.get(pk=two).custody, until=None).holder_kind == "unlocated"
    assert Custody.objects.get(pk=Passenger.objects.get(pk=one).custody_id).out_reason == "delivered"


def test_a_cancelled_trip_lets_people_wait_for_another_and_the_optimiser_seats_them(cast: Cast) -> None:
    key = trip(cast)
    sign_up(cast, 0, 1, trip=key)
    do(cast, "hq", "trip.cancel", trip=key, reason="车辆故障")
    assert set(Passenger.objects.values_list("state", flat=True)) == {"asked"}
    sign_up(cast, 2, 3, who="rival", unit="mill")
    trip(cast, seats=10, buses=3)
    told = do(cast, "hq", "trip.assign", area=cast.areas["district"].pk)
    assert (told["waiting"], told["seated"], told["vehicles"], told["proven"]) == (4, 4, 1, True)
    assert do(cast, "hq", "trip.assign", area=cast.areas["district"].pk)["waiting"] == 0
    east = do(cast, "street", "trip.assign", area=cast.areas["east"].pk)
    assert east["seated"] == 0
    assert refused(lambda: do(cast, "next_street", "trip.assign", area=cast.areas["east"].pk)).reason is Reason.NOT_FOUND


def test_a_worker_signs_up_for_oneself(cast: Cast) -> None:
    another(cast, "villager", "spring", "resident", "volunteer_team")
    today = timezone.localdate()
    given = {"origin": ORIGIN, "first": str(today), "last": str(today + DAY), "to_unit": cast.units["works"].pk}
    assert refused(lambda: do(cast, "villager", "trip.sign_up_own", **given)).field == "person"
    person = do(cast, "street", "person.register", area=cast.areas["spring"].pk, **worker(0))["person"]
    cast.accounts["villager"].person_id = person
    cast.accounts["villager"].save()
    actor = cast.as_("villager", person_id=Person.objects.get(pk=person).pk)
    made = act("trip.sign_up_own", actor, new_id(), given | {"trip": trip(cast)}).result
    assert made["seated"] == 1
    act("trip.withdraw_own", actor, new_id(), {"passenger": made["passengers"][0], "reason": "改期"})
    assert (Passenger.objects.get().state, Vehicle.objects.get().taken) == ("withdrawn", 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"departs_at": "2020-01-01T00:00:00Z"}, "arrives_at"), ({"arrives_at": "2020-01-01T00:00:00Z"}, "arrives_at"), ({"unit": "works"}, "unit"),
        ({"origin": "、、"}, "origin"), ({"vehicles": []}, "vehicles"), ({"origin_area": 99_999_999}, "origin_area"),
    ],
)  # fmt: skip
def test_bad_trips_are_refused_by_name(cast: Cast, change: dict[str, Any], field: str) -> None:
    assert (refused(lambda: trip(cast, **change)).field or "").startswith(field)
    assert not Trip.objects.exists()


def test_who_sees_which_trip(cast: Cast) -> None:
    trip(cast, area=cast.areas["east"].pk)
    for who, seen in (("hq", 1), ("street", 1), ("enterprise", 1), ("driver", 1), ("next_street", 0), ("rival", 0), ("leader", 1)):
        assert trips_of(cast.as_(who)).count() == seen, who
    assert Unit.objects.exists()


def test_seats_are_given_in_stages_and_proven() -> None:
    parties = [Party("a", 5, "x", 10, 12, frozenset({"1"})), Party("b", 4, "x", 11, 12, frozenset({"1"})), Party("c", 3, "y", 10, 10, frozenset({"1"}))]
    buses = [Bus("p", 9, "x", 11, "1"), Bus("q", 5, "x", 10, "1"), Bus("r", 4, "x", 12, "1"), Bus("s", 9, "y", 11, "1")]
    result = seat(parties, buses)
    assert result.given == (("a", "p", 5), ("b", "p", 4))  # one bus, though the first could leave a day earlier in another
    assert (result.values, result.proven) == ((9, 1, 2, 5), (True,) * 4)
    begun = seat(parties[:1], [Bus("p", 9, "x", 11, "1"), Bus("q", 5, "x", 12, "1", begun=True)])
    assert begun.given == (("a", "q", 5),)
    assert seat([], []).given == ()
