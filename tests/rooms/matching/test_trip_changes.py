"""A trip that goes otherwise than planned: another bus, a bus that broke down, another time, somebody who gets off, somebody taken ill on the way."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.matching.helping import DAY, do, refused
from tests.rooms.matching.test_trips import board, sign_up, soon, trip
from tests.web.test_pages import signed_in
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.models import Area, AreaGrade, Custody, Holding
from tongchou.record.origins import area_written
from tongchou.rooms.matching.models import Passenger, Trip, Vehicle

BUS = {"plate": "贵F9", "operator": "远行客运", "seats": 5, "driver": "师傅丙", "phone": "", "escort": "干部丁"}


def test_a_full_bus_gets_another_one(cast: Cast) -> None:
    key = trip(cast)  # three seats of five may be given
    sign_up(cast, 0, 1, 2, trip=key)
    assert refused(lambda: sign_up(cast, 3, trip=key)).details["constraint"] == "vehicle_not_oversold"
    assert do(cast, "hq", "trip.vehicle_add", trip=key, vehicles=[BUS])["usable"] == 3
    assert sign_up(cast, 3, trip=key)["seated"] == 1
    again = refused(lambda: do(cast, "hq", "trip.vehicle_add", trip=key, vehicles=[BUS]))
    assert again.reason is Reason.DUPLICATE
    assert refused(lambda: do(cast, "enterprise", "trip.vehicle_add", trip=key, vehicles=[BUS])).reason is Reason.NOT_ALLOWED


def test_the_people_of_a_bus_that_does_not_come_move_as_far_as_there_is_room(cast: Cast) -> None:
    key = trip(cast, buses=2)
    people = sign_up(cast, 0, 1, 2, 3, trip=key)["passengers"]
    first, second = Vehicle.objects.filter(trip=key).order_by("pk")
    assert (first.taken, second.taken) == (3, 1)
    board(cast, people[0])
    aboard = refused(lambda: do(cast, "hq", "trip.vehicle_drop", trip=key, vehicle=first.pk, reason="故障"))
    assert aboard.reason is Reason.CONFLICT
    do(cast, "driver", "trip.let_off", passenger=people[0], reason="上错车")
    made = do(cast, "hq", "trip.vehicle_drop", trip=key, vehicle=first.pk, reason="故障")
    assert (made["moved"], made["waiting"]) == (2, 0)
    assert Vehicle.objects.get(trip=key).taken == 3
    assert refused(lambda: do(cast, "hq", "trip.vehicle_drop", trip=key, vehicle=second.pk, reason="故障")).remedy.zh == "请先增加车辆，或取消这趟车。"
    assert refused(lambda: do(cast, "hq", "trip.vehicle_drop", trip=key, vehicle=first.pk, reason="故障")).field == "vehicle"


def test_who_was_let_on_by_mistake_gets_off_and_may_sign_up_again(cast: Cast) -> None:
    key = trip(cast)
    (one,) = sign_up(cast, 0, trip=key)["passengers"]
    assert refused(lambda: do(cast, "driver", "trip.let_off", passenger=one, reason="没有上车")).reason is Reason.WRONG_STAGE
    board(cast, one)
    assert refused(lambda: do(cast, "hq", "trip.cancel", trip=key, reason="停开")).remedy is not None
    do(cast, "driver", "trip.let_off", passenger=one, reason="家中有事")
    assert (Vehicle.objects.get(trip=key).taken, Custody.objects.filter(let_out_at=None).count()) == (0, 0)
    assert do(cast, "hq", "trip.cancel", trip=key, reason="停开")["waiting"] == 0
    other = trip(cast)
    (again,) = sign_up(cast, 0, trip=other)["passengers"]
    board(cast, again)
    do(cast, "driver", "trip.depart", trip=other)
    assert refused(lambda: do(cast, "driver", "trip.let_off", passenger=again, reason="途中")).reason is Reason.WRONG_STAGE


def test_who_cannot_travel_on_the_new_day_waits_for_another_trip(cast: Cast) -> None:
    key, today = trip(cast), timezone.localdate()
    sign_up(cast, 0, trip=key)
    sign_up(cast, 1, trip=key, last=str(today + 9 * DAY))
    day = (timezone.now() + 7 * DAY).astimezone(SHANGHAI)
    made = do(cast, "hq", "trip.move", trip=key, departs_at=day.isoformat(), arrives_at=(day + DAY).isoformat(), reason="道路管制")
    assert made["waiting"] == 1
    assert sorted(Passenger.objects.values_list("state", flat=True)) == ["asked", "booked"]
    assert Vehicle.objects.get(trip=key).taken == 1
    past = {"departs_at": soon(-2).isoformat(), "arrives_at": soon(3).isoformat()}
    assert refused(lambda: do(cast, "hq", "trip.move", trip=key, reason="改期", **past)).field == "departs_at"
    far = {"departs_at": "2126-01-01T08:00:00+08:00", "arrives_at": "2126-01-01T18:00:00+08:00"}
    assert refused(lambda: do(cast, "hq", "trip.move", trip=key, reason="改期", **far)).field == "departs_at"
    off = refused(lambda: sign_up(cast, 2, trip=key, last=str(today + DAY)))  # the chosen trip leaves on another day
    assert off.field == "trip"


def test_who_is_handed_over_on_the_way_does_not_keep_the_others_from_arriving(cast: Cast) -> None:
    key = trip(cast)
    one, two = sign_up(cast, 0, 1, trip=key)["passengers"]
    for p in (one, two):
        board(cast, p)
    do(cast, "driver", "trip.depart", trip=key)
    ill = Passenger.objects.get(pk=one)
    Holding.objects.filter(custody=ill.custody, until=None).update(unit=cast.units["clinic"] if "clinic" in cast.units else cast.units["site"])
    made = do(cast, "driver", "trip.arrive", trip=key)
    assert made["people"] == 1
    ill.refresh_from_db()
    assert (ill.state, ill.end_note) == ("absent", "handed_over")
    assert Trip.objects.get(pk=key).state == "ended"


def test_the_grade_of_an_origin_is_looked_up_by_its_name_or_code(cast: Cast) -> None:
    origin = Area.objects.create(code="520500", name="毕节市", level="city", valid_from=timezone.localdate() - 900 * DAY, path="")
    Area.objects.filter(pk=origin.pk).update(path=f"{origin.pk}.")
    graded = {"pack": "p", "edition": "e", "rule": "r", "from_date": timezone.localdate(), "known_from": timezone.now(), "proposal": new_id()}
    AreaGrade.objects.create(area=origin, grade="high", **graded)
    assert area_written("贵州省毕节市") == origin
    assert area_written("哪里也不是") is None
    assert Trip.objects.get(pk=trip(cast)).origin_area == origin
    coded = Trip.objects.get(pk=trip(cast, origin="520500"))
    assert (coded.origin, coded.origin_area) == ("毕节市", origin)
    assert sign_up(cast, 0, trip=str(coded.pk))["seated"] == 0  # somebody must look first
    assert sign_up(cast, 1)["flagged"] == 1  # without a trip as well
    assert Passenger.objects.filter(flags__contains=["graded"]).count() == 2


def test_on_the_pages_a_bus_is_added_taken_off_and_a_seat_given_back(cast: Cast) -> None:
    key = trip(cast)
    (one,) = sign_up(cast, 0, trip=key)["passengers"]
    hq, works, driver = signed_in(cast, "hq"), signed_in(cast, "enterprise"), signed_in(cast, "driver")
    lines = {"vehicles": "贵F2，远行客运，10，师傅，，干部", "client_id": str(new_id())}
    assert hq.post(reverse("trip_vehicles", args=[key]), lines).status_code == 302
    page = hq.get(reverse("trip", args=[key])).content.decode()
    assert reverse("trip_vehicle_drop", args=[key]) in page
    bad = hq.post(reverse("trip_vehicles", args=[key]), {"vehicles": "贵F3，只有三项，10", "client_id": str(new_id())})
    assert "第 1 行应有六项" in bad.content.decode()
    dropped = {"vehicle": Vehicle.objects.filter(trip=key).order_by("pk")[1].pk, "reason": "故障", "client_id": str(new_id())}
    assert hq.post(reverse("trip_vehicle_drop", args=[key]), dropped).status_code == 302
    board(cast, one)
    assert reverse("trip_let_off", args=[one]) in driver.get(reverse("trip", args=[key])).content.decode()
    driver.post(reverse("trip_let_off", args=[one]), {"reason": "上错车", "client_id": str(new_id())})
    (two,) = sign_up(cast, 1, trip=key)["passengers"]
    shown = works.get(reverse("trips")).content.decode()
    assert reverse("trip_withdraw", args=[two]) in shown  # a seat can be given back by who asked for it
    assert "师傅" not in works.get(reverse("trip", args=[key])).content.decode()
    works.post(reverse("trip_withdraw", args=[two]), {"client_id": str(new_id())})
    assert Vehicle.objects.get(trip=key).taken == 0
    for name in ("trip_vehicles", "trip_vehicle_drop", "trip_move"):
        assert works.get(reverse(name, args=[key])).status_code == 403
        assert hq.get(reverse(name, args=[key]), headers={"Accept-Language": "en"}).status_code == 200
