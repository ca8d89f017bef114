"""Units of one name are told apart by what lies above them, in lists of choices and in what is issued."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.kernel.ids import new_id
from tongchou.record.models import Area, Unit
from tongchou.record.territory.names import told_apart
from tongchou.rooms.assessment.models import Bulletin
from tongchou.rooms.assessment.periods import Period
from tongchou.rooms.assessment.questions import ranking
from tongchou.rooms.assessment.setting import as_document
from tongchou.web.pages.choices import area_choices, named_units, unit_choices


@pytest.fixture
def doubled(cast: Cast) -> list[Unit]:
    """Two communities of one name in two streets."""
    made = []
    for n, street in enumerate(("east", "west")):
        above = cast.areas[street]
        area = Area.objects.create(
            level="community",
            code=f"99000{n}",
            name="安康社区",
            path=f"{above.path}x{n}.",
            parent=above,
            valid_from=date(2020, 1, 1),
        )
        made.append(Unit.objects.create(name="安康社区", kind="community", area=area, active_from=date(2020, 1, 1)))
    return made


def test_those_of_one_name_bear_the_street_and_others_do_not(cast: Cast, doubled: list[Unit]) -> None:
    office = cast.units["office"]
    found = told_apart([(office.pk, office.name), *((u.pk, u.name) for u in doubled)])
    streets = [cast.areas[s].name for s in ("east", "west")]
    assert found == [
        (office.pk, office.name),
        *((u.pk, f"安康社区（{s}）") for u, s in zip(doubled, streets, strict=True)),
    ]
    offered = [name for _, name in unit_choices(cast.as_("hq"), "unit.view", ("community",))[1:]]
    assert len(offered) == len(set(offered))
    assert f"安康社区（{streets[0]}）" in offered


def test_without_doubles_nothing_is_asked_of_the_database(cast: Cast) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert told_apart([(1, "甲"), (2, "乙")]) == [(1, "甲"), (2, "乙")]
    assert len(asked) == 0


def test_a_document_to_two_of_one_name_says_which_to_reader_and_drafter(cast: Cast, doubled: list[Unit]) -> None:
    given = {
        "form": "document",
        "title": "关于做好排查的通知",
        "to": [u.pk for u in doubled],
        "body": "请于周五前完成排查。",
    }
    key = cast.act("hq", "bulletin.draft", **given).result["bulletin"]
    named = [f"安康社区（{cast.areas[s].name}）" for s in ("east", "west")]
    assert as_document(Bulletin.objects.get(pk=key)).to == tuple(named)
    page = signed_in(cast, "hq").get(reverse("bulletin", args=[key])).content.decode()
    assert all(page.count(name) == 2 for name in named)  # above the text, and in the list of who signs for it


def test_a_ranking_tells_them_apart(cast: Cast, doubled: list[Unit]) -> None:
    today = timezone.localdate()
    shown = signed_in(cast, "hq").get(reverse("scores"), {"kind": "community"}).content.decode()
    for street in ("east", "west"):
        assert f"安康社区（{cast.areas[street].name}）" in shown
    lines = ranking(cast.as_("hq"), "community", Period(today.replace(day=1), today), timezone.now()).lines
    assert len({x.name for x in lines}) == len(lines)


def test_places_of_one_name_are_told_apart_where_one_is_chosen(cast: Cast, doubled: list[Unit]) -> None:
    streets = [cast.areas[s].name for s in ("east", "west")]
    for levels in (("community",), ("street", "community")):
        offered = [name.strip() for _, name in area_choices(cast.as_("hq"), "unit.view", levels)[1:]]
        assert [name for name in offered if "安康" in name] == [f"安康社区（{s}）" for s in streets]
        assert "spring 区域" in offered  # of a name that only one has, it stands as it is


def test_every_list_of_units_of_a_kind_tells_them_apart(cast: Cast, doubled: list[Unit]) -> None:
    streets = [cast.areas[s].name for s in ("east", "west")]
    wanted = [f"安康社区（{s}）" for s in streets]
    assert sorted(name for _, name in named_units(("community",))[1:] if "安康" in name) == sorted(wanted)
    page = signed_in(cast, "hq").get(reverse("custody_offer"), {"pick": str(new_id())}).content.decode()
    assert [w in page for w in wanted] == [True, True]
