"""Responsibility: what counts as covered, every gap listed with its reason and place, the chain up to the district."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.cast import SINCE, Cast
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.models import Custody, Event, Holding, Person, Post, PostHolding, Responsibility, Unit
from tongchou.record.questions.responsibility import Gap, chain, gaps


def refused(run: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def post_of(cast: Cast, who: str) -> int:
    return int(Post.objects.get(holdings__account=cast.accounts[who]).pk)


def assign(cast: Cast, kind: str, holder: str, who: str = "hq", **subject: Any) -> int:
    payload = {"kind": kind, "post": post_of(cast, holder)} | subject
    return int(cast.act(who, "responsibility.assign", **payload).result["responsibility"])


def found(cast: Cast, who: str, what: str, key: Any, days: int = 0) -> dict[str, Gap]:
    rows = gaps(cast.as_(who), timezone.localdate() + timedelta(days=days)).rows
    return {r.missing: r for r in rows if (r.what, r.id) == (what, str(key))}


def person_under_control(cast: Cast, area: str = "spring") -> str:
    person = Person.objects.create(id=new_id(), sealed=b"x", area=cast.areas[area], created_at=timezone.now())
    stay = Custody.objects.create(
        id=new_id(), purpose="isolation", person=person, area=cast.areas[area], taken_in_at=timezone.now()
    )
    Holding.objects.create(custody=stay, holder_kind="site", unit=cast.units["site"], since=timezone.now(), act=new_id())
    return str(person.pk)


def test_an_area_never_assigned_is_a_gap_since_it_began(cast: Cast) -> None:
    row = found(cast, "hq", "area", cast.areas["spring"].pk)["territorial"]
    assert (row.why, row.since, row.street, row.subject) == ("never", SINCE, cast.areas["east"].pk, f"area:{cast.areas['spring'].pk}")
    assign(cast, "territorial", "community", area=cast.areas["spring"].pk)
    assert set(found(cast, "hq", "area", cast.areas["spring"].pk)) == {"paired"}
    assert found(cast, "hq", "area", cast.areas["grid"].pk)["territorial"].level == "grid"
    assert not found(cast, "hq", "area", cast.areas["city"].pk)


def test_a_post_that_nobody_active_holds_does_not_count(cast: Cast) -> None:
    spring = cast.areas["spring"].pk
    assign(cast, "territorial", "community", area=spring)
    cast.act("security", "account.disable", account=cast.accounts["community"].pk)
    assert found(cast, "hq", "area", spring)["territorial"].why == "vacant"
    cast.act("security", "account.enable", account=cast.accounts["community"].pk)
    assert set(found(cast, "hq", "area", spring)) == {"paired"}
    holding = PostHolding.objects.get(account=cast.accounts["community"]).pk
    cast.act("security", "post.release", holding=holding)
    row = found(cast, "hq", "area", spring)["territorial"]
    assert (row.why, row.since) == ("vacant", timezone.localdate())
    assert found(cast, "hq", "post", Post.objects.get(holdings=holding).pk)["holder"].why == "ended"


def test_an_ended_responsibility_is_a_gap_from_its_end(cast: Cast) -> None:
    row = assign(cast, "territorial", "community", area=cast.areas["spring"].pk, from_date="2024-01-01")
    cast.act("hq", "responsibility.end", responsibility=row, on="2024-03-01")
    gap = found(cast, "hq", "area", cast.areas["spring"].pk)["territorial"]
    assert (gap.why, str(gap.since)) == ("ended", "2024-03-01")
    assert Event.objects.filter(what="responsibility_ended").count() == 1


def test_a_responsibility_of_tomorrow_is_a_gap_today(cast: Cast) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    assign(cast, "territorial", "community", area=cast.areas["spring"].pk, from_date=str(tomorrow))
    assert "territorial" in found(cast, "hq", "area", cast.areas["spring"].pk)
    assert set(found(cast, "hq", "area", cast.areas["spring"].pk, days=1)) == {"paired"}


def test_an_enterprise_needs_three_parties(cast: Cast) -> None:
    works = cast.units["works"].pk
    assert set(found(cast, "hq", "unit", works)) == {"sector", "entity", "paired"}
    assign(cast, "sector", "dept", unit=works)
    assign(cast, "entity", "enterprise", unit=works)
    assert set(found(cast, "hq", "unit", works)) == {"paired"}
    assign(cast, "paired", "leader", unit=works)
    assert found(cast, "hq", "unit", works) == {}
    assert not found(cast, "hq", "unit", cast.units["bus"].pk)


def test_a_person_under_control_needs_a_name(cast: Cast) -> None:
    person = person_under_control(cast)
    row = found(cast, "street", "person", person)["personal"]
    assert (row.name, row.area) == ("", cast.areas["spring"].pk)
    assert found(cast, "next_street", "person", person) == {}
    assign(cast, "personal", "grid_worker", who="street", person=person)
    assert found(cast, "street", "person", person) == {}
    assert [s.what for s in chain(cast.as_("street"), f"person:{person}", timezone.localdate())] == ["person", "area", "area", "area"]


def test_totals_add_up_and_lie_within_ones_area(cast: Cast) -> None:
    person_under_control(cast)
    for who in ("hq", "street", "next_street"):
        sheet = gaps(cast.as_(who), timezone.localdate())
        assert sum(sum(c.values()) for c in sheet.totals.values()) == len(sheet.rows) > 0
        inside = {g.path for g in cast.as_(who).grants}
        assert all(any(r.path.startswith(p) for p in inside) for r in sheet.rows)
    streets = {street for street, _ in gaps(cast.as_("hq"), timezone.localdate()).totals}
    assert {cast.areas["east"].pk, cast.areas["west"].pk, None} <= streets
    assert set(gaps(cast.as_("next_street"), timezone.localdate()).totals) == {(cast.areas["west"].pk, "west 区域")}


def test_the_chain_of_three_levels(cast: Cast) -> None:
    assign(cast, "territorial", "community", area=cast.areas["spring"].pk)
    assign(cast, "territorial", "street", area=cast.areas["east"].pk)
    assign(cast, "entity", "enterprise", unit=cast.units["works"].pk)
    steps = chain(cast.as_("street"), f"unit:{cast.units['works'].pk}", timezone.localdate())
    assert [(s.what, s.level) for s in steps] == [
        ("unit", "enterprise"), ("area", "community"), ("area", "street"), ("area", "district"),
    ]  # fmt: skip
    assert [[r.holder for r in s.responsible] for s in steps] == [["enterprise 同志"], ["community 同志"], ["street 同志"], []]
    assert [s.missing for s in steps] == [("sector", "paired"), ("paired",), ("paired",), ("territorial",)]
    cast.act("security", "account.disable", account=cast.accounts["street"].pk)
    steps = chain(cast.as_("hq"), f"area:{cast.areas['spring'].pk}", timezone.localdate())
    assert ([r.holder for r in steps[1].responsible], steps[1].missing) == ([None], ("territorial", "paired"))


def test_a_street_lays_responsibilities_on_its_own_ground_only(cast: Cast) -> None:
    assert assign(cast, "paired", "leader", who="street", unit=cast.units["works"].pk)
    for subject in ({"unit": cast.units["works"].pk}, {"area": cast.areas["east"].pk}):
        kind = "entity" if "unit" in subject else "territorial"
        assert refused(lambda k=kind, s=subject: assign(cast, k, "next_street", who="next_street", **s)).reason is Reason.NOT_FOUND
    assert refused(lambda: assign(cast, "territorial", "next_street", who="street", area=cast.areas["east"].pk)).field == "post"
    row = Responsibility.objects.get().pk
    assert refused(lambda: cast.act("next_street", "responsibility.end", responsibility=row)).reason is Reason.NOT_FOUND
    for subject in (f"unit:{cast.units['works'].pk}", f"area:{cast.areas['spring'].pk}", f"person:{person_under_control(cast)}"):
        assert refused(lambda s=subject: chain(cast.as_("next_street"), s, timezone.localdate())).reason is Reason.NOT_FOUND


def test_what_does_not_fit_is_refused(cast: Cast) -> None:
    both = refused(lambda: assign(cast, "territorial", "street", area=cast.areas["east"].pk, unit=cast.units["works"].pk))
    assert both.reason is Reason.INVALID_VALUE
    assert refused(lambda: assign(cast, "entity", "street", area=cast.areas["east"].pk)).field == "area"
    assign(cast, "territorial", "street", area=cast.areas["east"].pk)
    assert refused(lambda: assign(cast, "territorial", "street", area=cast.areas["east"].pk)).reason is Reason.OVERLAP
    assert refused(lambda: chain(cast.as_("hq"), "street:1", timezone.localdate())).field == "subject"
    back = refused(lambda: assign(cast, "paired", "leader", unit=cast.units["works"].pk, from_date="2024-02-02", to_date="2024-01-01"))
    assert back.reason is Reason.IMPOSSIBLE_DATE


def test_one_post_at_a_time_answers_and_another_takes_over_by_saying_so(cast: Cast) -> None:
    works = cast.units["works"].pk
    first = assign(cast, "sector", "dept", unit=works, from_date="2024-01-01")
    clash = refused(lambda: assign(cast, "sector", "leader", unit=works))
    assert (clash.reason, clash.details["constraint"]) == (Reason.OVERLAP, "responsibility_one_for_unit")
    assert clash.remedy is not None
    assert "接替" in clash.remedy.zh
    assert assign(cast, "entity", "enterprise", unit=works)  # another side of the same unit
    second = assign(cast, "sector", "leader", unit=works, replace=True)
    rows = {r.pk: r for r in Responsibility.objects.filter(kind="sector")}
    assert (rows[first].to_date, rows[second].from_date, rows[second].to_date) == (timezone.localdate(), timezone.localdate(), None)
    assert Event.objects.filter(what="responsibility_ended", subject=f"responsibility:{first}").count() == 1
    later = refused(lambda: assign(cast, "sector", "dept", unit=works, from_date="2024-06-01", replace=True))
    assert later.reason is Reason.OVERLAP  # it would run into the one that has taken over


def without_guards() -> None:
    with connection.cursor() as cursor:
        for subject in ("area", "unit", "person"):
            cursor.execute(f"alter table record_responsibility drop constraint responsibility_one_for_{subject}")


def test_the_migration_ends_the_earlier_when_the_later_begins_and_deletes_nothing(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
    without_guards()
    post, area = Post.objects.get(pk=post_of(cast, "dept")), cast.areas["spring"]
    days = (("2024-01-01", None), ("2024-03-01", "2024-04-01"), ("2024-03-01", None), ("2025-01-01", None))
    made = [Responsibility.objects.create(kind="paired", area=area, post=post, from_date=a, to_date=b, note="原话").pk for a, b in days]
    alone = Responsibility.objects.create(kind="territorial", area=area, post=post, from_date="2024-01-01").pk
    import_module("tongchou.record.migrations.0013_selections_and_responsibility").one_at_a_time(None, SimpleNamespace(connection=connection))
    ends = {r.pk: str(r.to_date) for r in Responsibility.objects.all()}
    assert [ends[pk] for pk in made] == ["2024-03-01", "2024-03-01", "2025-01-01", "None"]
    assert ends[alone] == "None"
    assert Responsibility.objects.get(pk=made[0]).note.startswith("原话; 与后一责任人重叠")
    with connection.cursor() as cursor:
        cursor.execute(
            "alter table record_responsibility add constraint t exclude using gist (area_id with =, kind with =, daterange(from_date, to_date, '[)') with &&)"
        )


def test_streets_and_communities_need_a_paired_leader_and_who_serves_somebody_for_the_unit(cast: Cast) -> None:
    spring = cast.areas["spring"].pk
    assert set(found(cast, "hq", "area", spring)) == {"territorial", "paired"}
    assert set(found(cast, "hq", "area", cast.areas["grid"].pk)) == {"territorial"}
    assign(cast, "paired", "leader", area=spring)
    assert set(found(cast, "hq", "area", spring)) == {"territorial"}
    for n, kind in enumerate(("clinic", "lab", "sampling", "checkpoint", "store")):
        unit = Unit.objects.create(name=f"{kind} 甲", kind=kind, area=cast.areas["spring"], active_from=SINCE)
        assert set(found(cast, "street", "unit", unit.pk)) == {"entity"}
        assert found(cast, "next_street", "unit", unit.pk) == {}
        (step, *_) = chain(cast.as_("street"), f"unit:{unit.pk}", timezone.localdate())
        assert step.missing == ("entity",)
        if n == 0:
            assign(cast, "entity", "community", unit=unit.pk)
            assert found(cast, "street", "unit", unit.pk) == {}
