"""The whole district: places with the right codes, everybody somewhere, work and school by age, and all of it again from the same seed."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest

from tongchou.record.people.fact_types import check_value, type_of
from tongchou.sim.district.generate import District, make_district
from tongchou.sim.district.happenings import happenings
from tongchou.sim.district.shares import EMPLOYED, INDUSTRIES
from tongchou.sim.district.territory import door, invented

TODAY = date(2026, 11, 23)
PEOPLE = 6000


@pytest.fixture(scope="module")
def district() -> District:
    return make_district(7, PEOPLE, TODAY, invented(PEOPLE))


def test_every_place_has_a_parent_and_a_code_below_it(district: District) -> None:
    places = [*district.above, *district.below.places, *district.below.buildings]
    by_key = {p.key: p for p in places}
    assert len(by_key) == len(places) == len({p.code for p in places})
    for place in places:
        above = by_key.get(place.parent)
        assert (above is None) == (place.level == "province")
        assert above is None or place.code.startswith(above.code)
    forms = {"grid": r"\d{12}-\d{3}", "building": r"\d{12}-\d{3}-\d+", "community": r"\d{12}", "street": r"\d{9}"}
    assert all(re.fullmatch(forms[p.level], p.code) for p in places if p.level in forms)


def test_larger_districts_have_more_communities() -> None:
    assert len(invented(3000)) == 3 + 14 + 42
    assert len([p for p in invented(1_000_000) if p.level == "community"]) == 14 * 12
    names = [p.name for p in invented(4_000_000) if p.parent == "street:0"]
    assert len(set(names)) == len(names)
    with pytest.raises(ValueError, match="million"):
        invented(20_000_000)


def test_everybody_has_a_home_and_shares_its_address(district: District) -> None:
    residents = list(district.residents())
    assert len(residents) == PEOPLE == len({r.id for r in residents}) == len({r.document for r in residents})
    homes: dict[tuple[str, str], set[str]] = {}
    for r in residents:
        homes.setdefault((r.area, r.household), set()).add(r.address)
    assert all(len(addresses) == 1 for addresses in homes.values())
    assert len(homes) == int(district.families.household[-1]) + 1
    buildings = {p.key for p in district.below.buildings}
    assert {r.area for r in residents} == buildings


def test_doors() -> None:
    assert door(0, village=False) == ("1-101", "1单元101室")
    assert door(11, village=False) == ("1-602", "1单元602室")
    assert door(12, village=False) == ("2-101", "2单元101室")
    assert door(4, village=True) == ("5号", "5号")


def test_work_and_school_go_by_age_and_industry(district: District) -> None:
    age, of, places = district.families.age, district.economy.of, district.economy.workplaces
    kinds = Counter((places[w].kind, a < 16) for a, w in zip(age.tolist(), of.tolist(), strict=True) if w >= 0)
    assert {kind for kind, young in kinds if young} == {"school"}
    pupils = [w for a, w in zip(age.tolist(), of.tolist(), strict=True) if 6 <= a < 15]
    assert all(w >= 0 for w in pupils)
    works = sum(1 for a, w in zip(age.tolist(), of.tolist(), strict=True) if a >= 18 and w >= 0)
    inside = sum(i.share * i.inside for i in INDUSTRIES) / sum(i.share for i in INDUSTRIES)
    assert abs(works / (age >= 16).sum() - EMPLOYED * inside) < 0.03
    by_industry = Counter(places[w].industry for a, w in zip(age.tolist(), of.tolist(), strict=True) if a >= 18 and w >= 0)
    assert by_industry.most_common(1)[0][0] == "C"
    assert by_industry["C"] > 3 * by_industry["G"]
    assert len({w.name for w in places if w.kind == "enterprise"}) == sum(w.kind == "enterprise" for w in places)


def test_the_same_seed_gives_the_same_district(district: District) -> None:
    again = make_district(7, PEOPLE, TODAY, invented(PEOPLE))
    assert list(again.residents()) == list(district.residents())
    assert again.economy.workplaces == district.economy.workplaces
    other = make_district(8, PEOPLE, TODAY, invented(PEOPLE))
    assert [r.name for r in other.residents(0, 50)] != [r.name for r in district.residents(0, 50)]


def test_ids_are_of_version_seven_and_in_order(district: District) -> None:
    assert {i.version for i in district.ids} == {7}
    assert district.ids == sorted(district.ids)


def test_what_happened_can_be_recorded(district: District) -> None:
    found = list(happenings(district, 7, TODAY))
    assert {h.type for h in found} >= {"arrival", "exposure", "contact", "test", "vaccination"}
    for one in found:
        assert one.on <= TODAY
        assert check_value(type_of(one.type), dict(one.value)) == one.value
    assert found == list(happenings(district, 7, TODAY))


def test_a_district_of_a_handful_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 100"):
        make_district(7, 99, TODAY, invented(99))
    assert len(make_district(7, 100, TODAY, invented(100))) == 100
