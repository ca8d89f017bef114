"""Pupils in hospital and deaths: stated by day, held to the plan's marks; what was not stated stays unknown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.schools.place import Place, make, today
from tests.rooms.schools.test_schools import evaluate
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.packs.plans.packfile import shipped_pack
from tongchou.record.models import Event
from tongchou.rooms.schools import counting
from tongchou.rooms.schools.models import Cluster, Severe
from tongchou.rooms.schools.rules import diseases

DAY = timedelta(days=1)
FLU = "influenza_like"


@pytest.fixture
def place(cast: Cast) -> Place:
    return make(cast)


def state(place: Place, who: str = "school", **given: Any) -> None:
    place.do(who, "school.severe", **({"school": place.school, "disease": FLU, "on": str(today())} | given))


def outcomes(on: Any = None) -> dict[str, str]:
    return {r.disease.key: d.outcome for r, d in counting.reached(on or today())}


@pytest.mark.parametrize(("what", "parameter"), [("hospitalised", "event_hospitalised"), ("deaths", "event_deaths")])
def test_a_mark_is_reached_at_its_number_over_the_days_and_not_below(place: Place, what: str, parameter: str) -> None:
    need = int(shipped_pack("influenza-school").parameters[parameter].entries[-1].value)  # type: ignore[arg-type]
    state(place, on=str(today() - DAY), **{what: need - 1})
    assert outcomes() == {}
    state(place, who="health", **{what: 1})  # without a new case in the checks
    assert outcomes() == {FLU: "event"}
    assert outcomes(today() + 5 * DAY) == {FLU: "event"}
    assert outcomes(today() + 6 * DAY) == {}  # the first day has left the seven
    state(place, **{what: 0})  # corrected
    assert outcomes() == {}
    assert Event.objects.filter(what="school_severe").order_by("-id").values_list("data__before", flat=True)[0] == ([1, None] if what == "hospitalised" else [None, 1])


def test_what_was_not_stated_is_unknown_and_none_is_said(place: Place) -> None:
    for n, c in enumerate(place.classes):
        place.ill(c, "influenza", 3 if n < 2 else 2)
    (row,) = counting.count(today())
    assert row.severe == {}
    assert outcomes() == {FLU: "report"}
    state(place, hospitalised=0)
    (row,) = counting.count(today())
    assert row.severe == {"hospitalised_7d": 0}  # deaths are still not known


def test_the_cluster_grows_graver_once_and_says_what_was_stated(place: Place) -> None:
    for n, c in enumerate(place.classes):
        place.ill(c, "influenza", 3 if n < 2 else 2)
    evaluate(place)
    row = Cluster.objects.get()
    client = signed_in(place.cast, "school")
    url = reverse("school_cluster", args=[row.pk])
    assert "没有登记，不知道" in client.get(url).content.decode()
    form = {"disease": FLU, "on": str(today()), "deaths": "2", "client_id": str(new_id())}
    for _ in range(2):
        assert client.post(reverse("school_severe", args=[place.school]), form).status_code == 302
    assert evaluate(place)["opened"] == 1
    assert evaluate(place)["opened"] == 0
    row.refresh_from_db()
    assert (row.outcome, row.rule, row.decision["severe"], len(row.loops)) == ("event", "event_by_deaths", {"deaths_7d": 2}, 2)
    assert reverse("school_severe", args=[place.school]) in signed_in(place.cast, "health").get(url).content.decode()
    place.do("health", "school.cluster_end", cluster=str(row.pk), on=str(today()), reason="排查后结束")
    assert evaluate(place)["reached"] == 0  # stated before the end does not count again


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "hospitalised"), ({"deaths": 161}, "deaths"), ({"hospitalised": -1}, "hospitalised"), ({"disease": "mumps", "deaths": 1}, "disease"),
        ({"on": "1900-01-01", "deaths": 1}, "on"), ({"on": "2100-01-01", "deaths": 1}, "on"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_by_its_field(place: Place, given: dict[str, Any], field: str) -> None:
    payload = {"school": place.school, "disease": FLU, "on": str(today())} | given
    assert place.refused("school", "school.severe", **payload).field == field
    assert Severe.objects.count() == 0


def test_the_school_or_the_health_department_and_nobody_else(place: Place) -> None:
    payload = {"school": place.school, "disease": FLU, "on": str(today()), "deaths": 0}
    assert place.refused("teacher", "school.severe", **payload).reason is Reason.NOT_ALLOWED
    assert place.refused("other_school", "school.severe", **payload).reason is Reason.NOT_FOUND


def test_the_database_keeps_one_statement_a_day_that_says_something(place: Place) -> None:
    row = Severe(school_id=place.school, disease=FLU, on=today(), account=place.cast.accounts["school"], recorded_at=timezone.now())
    with pytest.raises(IntegrityError, match="severe_says_something"), transaction.atomic():
        row.save(force_insert=True)
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("alter table schools_severe drop constraint severe_says_something")
    row.save(force_insert=True)


def test_what_is_stated_are_inputs_of_the_packs() -> None:
    for disease in diseases().values():
        pack = shipped_pack(disease.pack)
        assert {s.fact for s in disease.severe} <= set(pack.tables[disease.table].inputs)
        assert all(s.parameter in pack.parameters for s in disease.severe)
