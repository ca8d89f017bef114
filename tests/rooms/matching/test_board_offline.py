"""Boarding where there is no network: checks and departure come in later with their own time, in any order, and nobody who is on the bus is called absent."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.matching.helping import do, refused
from tests.rooms.matching.test_matching_pages import english, signed_in
from tests.rooms.matching.test_trips import board, sign_up, trip
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.models import Act, Handover, Loop
from tongchou.rooms.matching.models import Passenger, Trip, Vehicle


def ago(minutes: int) -> str:
    return (timezone.now() - timedelta(minutes=minutes)).isoformat()


def states(key: str) -> list[str]:
    return list(Passenger.objects.filter(trip=key).order_by("seat").values_list("state", flat=True))


def test_a_check_made_before_the_bus_left_counts_although_it_comes_in_later(cast: Cast) -> None:
    key = trip(cast)
    one, two, three = sign_up(cast, 0, 1, 2, trip=key)["passengers"]
    board(cast, one, at=ago(40))
    do(cast, "driver", "trip.depart", trip=key, at=ago(20))
    row = Trip.objects.get()
    assert row.departed_at is not None
    assert timedelta(minutes=19) < timezone.now() - row.departed_at < timedelta(minutes=21)
    assert states(key) == ["boarded", "absent", "absent"]
    assert refused(lambda: board(cast, two)).reason is Reason.CONFLICT  # now: the bus has left
    assert refused(lambda: board(cast, two, at=ago(10))).reason is Reason.CONFLICT
    assert refused(lambda: board(cast, two, at=ago(-10))).field == "at"
    assert board(cast, two, at=ago(30))["state"] == "boarded"
    assert Vehicle.objects.get().taken == 2
    do(cast, "driver", "trip.arrive", trip=key)
    assert Handover.objects.count() == 1
    assert board(cast, three, at=ago(25))["state"] == "boarded"  # after arrival: offered to the unit by itself
    assert Handover.objects.count() == 2
    assert Passenger.objects.get(pk=three).handover_id is not None
    assert refused(lambda: board(cast, three, at=ago(25))).reason is Reason.WRONG_STAGE


def test_a_second_reading_that_comes_after_departure_takes_the_place_of_its_want(cast: Cast) -> None:
    key = trip(cast)
    one, two, three = sign_up(cast, 0, 1, 2, trip=key)["passengers"]
    board(cast, one)
    assert board(cast, two, 378, at=ago(40))["state"] == "booked"
    do(cast, "driver", "trip.depart", trip=key)
    assert Passenger.objects.get(pk=two).end_note == "unmeasured"
    early = refused(lambda: board(cast, two, 366, at=ago(39)))
    assert (early.reason, early.field) == (Reason.CONFLICT, "tenths")
    assert board(cast, two, 366, at=ago(30))["state"] == "boarded"
    assert board(cast, three, 379, at=ago(35))["state"] == "turned_away"  # a first one alone is not normal
    assert board(cast, three, 380, at=ago(20))["state"] == "turned_away"
    assert Passenger.objects.get(pk=three).end_note == "fever"
    assert Loop.objects.filter(kind="trip_health").count() == 2  # one for each of the two
    assert refused(lambda: board(cast, three, 366, at=ago(10))).reason is Reason.WRONG_STAGE


def test_the_page_looks_at_names_once_and_not_where_a_check_is_taken(cast: Cast) -> None:
    key = trip(cast)
    one, _ = sign_up(cast, 0, 1, trip=key)["passengers"]
    driver, here = signed_in(cast, "driver"), reverse("trip_board", args=[key])
    looks = lambda: Act.objects.filter(verb="trip.read").count()  # noqa: E731
    before = looks()
    assert "甄*" in driver.get(here).content.decode()
    assert looks() == before + 1
    form = {"passenger": one, "tenths": "36.5", "symptoms": "no", "code": "green", "client_id": str(new_id())}
    for wrong, field in (({"symptoms": ""}, "symptoms"), ({"passenger": "x"}, "passenger"), ({"tenths": "热"}, "tenths"), ({"code": "blue"}, "code")):
        page = driver.post(here, form | wrong | {"client_id": str(new_id())})
        assert page.status_code == 422
        assert f'href="#id_{field}' in page.content.decode()
    before = looks()
    at: datetime = timezone.now() - timedelta(minutes=7)
    for _ in range(2):  # the answer was lost and it is sent again
        sent = driver.post(here, form, headers={"X-Kept": "1", "X-Kept-At": at.isoformat()})
        assert sent.json() == {"next": here}
    assert looks() == before
    row = Passenger.objects.get(pk=one)
    assert (row.state, row.checked_at) == ("boarded", at)
    depart = {"act": "depart", "client_id": str(new_id())}
    assert driver.post(reverse("trip_act", args=[key]), depart, headers={"X-Kept": "1"}).json()["next"] == reverse("trip", args=[key])
    again = driver.post(reverse("trip_act", args=[key]), depart | {"client_id": str(new_id())}, headers={"X-Kept": "1"})
    assert (again.status_code, bool(again.json()["detail"])) == (409, True)
    assert "Passengers (2)" in english(cast, "driver").get(here).content.decode()
