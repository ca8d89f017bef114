"""Territory: editions compared and stored, single areas changed, the published lists of 2020 and 2021."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests.cast import Cast
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.tables import read_table
from tongchou.record.access import SYSTEM
from tongchou.record.act import Outcome, act
from tongchou.record.actions.territory import import_payload
from tongchou.record.models import Act, Area, AreaChange, Edition, Event, Loop, Person, Unit
from tongchou.record.questions.territory import area_file, search_areas, stranded
from tongchou.record.territory.edition import rejected_rows

SHARED = Path(__file__).parents[3] / "shared" / "data" / "admin"
shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the published lists of divisions (../shared/data/admin) are not here")
HEAD = "code,name,parent_code\n"
BASE = HEAD + "990101003,石桥街道,990101\n990101003001,阳光社区,990101003\n990101003002,翠竹社区,990101003\n"


def load(cast_actor: Any, text: str | bytes, edition: str, *, on: str = "2021-01-01", dry_run: bool = False) -> dict[str, Any]:
    data = text.encode() if isinstance(text, str) else text
    payload = import_payload(data, "areas.csv", edition, date.fromisoformat(on), "test")
    return act("territory.import", cast_actor, new_id(), payload, dry_run=dry_run).result


def do(cast: Cast, who: str, verb: str, **payload: Any) -> Outcome:
    return act(verb, cast.as_(who), new_id(), payload)


def area(code: str) -> Area:
    return Area.objects.get(code=code, valid_to=None)


def refused(run: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def broken_paths() -> int:
    """Areas in force whose path is not their parent's and their own id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from record_area a left join record_area p on p.id = a.parent_id "
            "where a.path <> coalesce(p.path, '') || a.id || '.'"
        )
        return int(cursor.fetchone()[0])


def test_a_dry_run_shows_and_changes_nothing(cast: Cast) -> None:
    before = Area.objects.count()
    shown = load(cast.as_("hq"), BASE, "一版", dry_run=True)
    assert (shown["new"], shown["rows_in"], shown["accepted"]) == (3, 3, 3)
    assert Area.objects.count() == before
    assert not Edition.objects.exists()


def test_the_same_file_again_changes_nothing(cast: Cast) -> None:
    assert load(cast.as_("hq"), BASE, "一版")["new"] == 3
    before = list(Area.objects.order_by("pk").values())
    again = load(cast.as_("hq"), BASE, "二版")
    assert again["edition"] is None
    assert (again["unchanged"], again["changes"]) == (3, [])
    assert list(Area.objects.order_by("pk").values()) == before
    assert broken_paths() == 0


def test_renamed_recoded_moved_and_ended_are_told_apart_and_ids_stay(cast: Cast) -> None:
    more = "990101004,花溪乡,990101\n990101004201,东岭村,990101004\n990101004202,西岭村,990101004\n"
    own = "990101,district 区域,9901\n990101001,east 区域,990101\n990101002,west 区域,990101\n"
    own += "990101001001,spring 区域,990101001\n990101002001,reed 区域,990101002\n"
    load(cast.as_("hq"), BASE + more, "一版")
    ids = {a.code: a.pk for a in Area.objects.filter(valid_to=None)}
    new = HEAD + own + (
        "990101003,石桥镇,990101\n990101003005,阳光社区,990101003\n990101003009,西岭村,990101003\n"
        "990101005,花溪街道,990101\n990101005201,东岭村,990101005\n"
    )
    result = load(cast.as_("hq"), new, "二版", on="2022-01-01")
    told = {(tuple(c["kinds"]), c["old_code"], c["code"]) for c in result["changes"]}
    assert told == {
        (("renamed",), "990101003", "990101003"),
        (("recoded", "renamed"), "990101004", "990101005"),
        (("recoded",), "990101003001", "990101003005"),
        (("recoded",), "990101004201", "990101005201"),
        (("recoded", "moved"), "990101004202", "990101003009"),
        (("ended",), "990101003002", None),
    }
    assert area("990101005").pk == ids["990101004"]
    assert area("990101003009").pk == ids["990101004202"]
    assert area("990101003009").path == f"{area('990101003').path}{ids['990101004202']}."
    old = Area.objects.get(code="990101004")
    assert (old.name, old.valid_to) == ("花溪乡", date(2022, 1, 1))
    history = area_file(cast.as_("hq"), ids["990101004"]).history
    assert {(h.kind, h.code, h.name) for h in history} == {("recoded", "990101004", "花溪乡"), ("renamed", "990101004", "花溪乡")}
    assert broken_paths() == 0
    assert Event.objects.filter(what="area_recoded_moved").count() == 1


def test_swapped_codes_do_not_collide(cast: Cast) -> None:
    load(cast.as_("hq"), BASE, "一版")
    sun, bamboo = area("990101003001").pk, area("990101003002").pk
    swapped = BASE.replace("003001,阳光", "003001,翠竹").replace("003002,翠竹", "003002,阳光")
    assert load(cast.as_("hq"), swapped, "二版")["recoded"] == 2
    assert (area("990101003001").pk, area("990101003002").pk) == (bamboo, sun)


def test_every_bad_row_is_told_and_ends_nothing(cast: Cast) -> None:
    load(cast.as_("hq"), BASE, "一版")
    bad = HEAD + (
        "990101003,石桥街道,990101\n"
        "990101003001,阳光社区,990101003\n"
        "990101003001,又一个,990101003\n"
        "12345,坏代码,990101\n"
        "990101003009,,990101003\n"
        "990101077001,没有上级,990101077\n"
        "990101003010,级别不对,990101\n"
    )
    result = load(cast.as_("hq"), bad, "二版")
    assert (result["rows_in"], result["accepted"], result["rejected"]) == (7, 2, 5)
    assert {r["row"]: r["reason"] for r in result["rejects"]} == {
        4: "duplicate", 5: "invalid_value", 6: "missing_value", 7: "not_found", 8: "invalid_value",
    }  # fmt: skip
    assert (result["ended"], result["ends_withheld"]) == (0, 1)
    mended = read_table(rejected_rows(cast.as_("hq"), bad.encode(), "areas.csv", "zh-hans"), "rejected.csv")
    assert [cells[3] for _, cells in mended.rows] == ["4", "5", "6", "7", "8"]


def test_a_file_of_columns_unknown_is_refused_as_a_whole(cast: Cast) -> None:
    assert refused(lambda: load(cast.as_("hq"), "a,b\n1,2\n", "一版")).field == "header"
    assert refused(lambda: load(cast.as_("hq"), BASE, "一版", on="2999-01-01")).reason is Reason.IMPOSSIBLE_DATE


def test_one_district_says_nothing_about_its_neighbours(cast: Cast) -> None:
    load(SYSTEM, HEAD + "990102,邻区,9901\n990102001,邻街道,990102\n", "邻区")
    load(SYSTEM, "code,name,parent_code\n990101,district 区域,9901\n990101001,east 区域,990101\n", "本区")
    assert area("990102").valid_to is None
    assert Area.objects.get(code="990101002").valid_to is not None


def test_rows_outside_ones_area_are_refused(cast: Cast) -> None:
    result = load(cast.as_("hq"), HEAD + "990102,邻区,9901\n", "邻区")
    assert [(r["reason"], r["field"]) for r in result["rejects"]] == [("not_found", "code")]
    assert not Area.objects.filter(code="990102").exists()
    assert refused(lambda: load(cast.as_("street"), BASE, "一版")).reason is Reason.NOT_ALLOWED


def test_what_ends_is_stranded_not_hidden(cast: Cast) -> None:
    text = HEAD + "990101001,east 区域,990101\n990101002,west 区域,990101\n"
    load(SYSTEM, text.replace("990101001,east 区域,990101\n", ""), "撤东街")
    assert Area.objects.get(code="990101001").valid_to is not None
    (row,) = stranded(cast.as_("hq"))
    assert (row.code, row.units, row.areas_below) == ("990101001", 3, 1)
    assert Unit.objects.get(pk=cast.units["site"].pk).area_id == row.area
    assert stranded(cast.as_("next_street")) == []
    assert cast.as_("street").area_paths("loop.view"), "the street's people still see their work until it is reassigned"


def test_what_is_stranded_is_taken_over_in_one_act(cast: Cast) -> None:
    spring, reed = cast.areas["spring"], cast.areas["reed"]
    person = do(cast, "street", "person.register", name="苏晓棠", area=spring.pk, household_label="5-301").result["person"]
    loop = cast.task(owner="spring_community")
    early = refused(lambda: do(cast, "hq", "area.reassign", area=spring.pk, to=reed.pk))
    assert (early.reason, early.field) == (Reason.CONFLICT, "area")
    do(cast, "hq", "area.end", area=cast.areas["grid"].pk)
    do(cast, "hq", "area.end", area=spring.pk)
    assert [row.people for row in stranded(cast.as_("hq"))] == [1]
    moved = do(cast, "hq", "area.reassign", area=spring.pk, to=reed.pk).result
    assert (moved["people"], moved["units"], moved["loops"]) == (1, 2, 1)
    assert stranded(cast.as_("hq")) == []
    assert Person.objects.get(pk=person).area_id == Loop.objects.get(pk=loop).area_id == reed.pk
    assert refused(lambda: do(cast, "street", "area.reassign", area=spring.pk, to=reed.pk)).reason is Reason.NOT_ALLOWED


def test_adding_areas_below_communities_and_zones(cast: Cast) -> None:
    add = {"name": "第二网格", "parent": cast.areas["spring"].pk}
    grid = do(cast, "hq", "area.add", code="990101001001-002", **add).result["area"]
    house = do(cast, "hq", "area.add", code="990101001001-002-12A", name="12A 栋", parent=grid).result["area"]
    assert Area.objects.get(pk=house).path == f"{cast.areas['spring'].path}{grid}.{house}."
    zone = do(cast, "hq", "area.add", code="Z990101-01", name="高新产业园", parent=cast.areas["district"].pk).result["area"]
    assert (Area.objects.get(pk=zone).civil, Area.objects.get(pk=zone).level) == (False, "street")
    assert [a.id for a in search_areas(cast.as_("hq"), "gxcyy")] == [zone]
    assert search_areas(cast.as_("next_street"), "gxcyy") == []
    again = refused(lambda: do(cast, "hq", "area.add", code="990101001001-002", **add))
    assert (again.reason, again.details["constraint"]) == (Reason.DUPLICATE, "area_code_in_force")
    wrong = refused(lambda: do(cast, "hq", "area.add", code="990101001001-003", name="网格", parent=cast.areas["east"].pk))
    assert wrong.field == "parent"


def test_zones_are_not_ended_by_a_list_of_civil_codes(cast: Cast) -> None:
    do(cast, "hq", "area.add", code="Z990101-01", name="高新产业园", parent=cast.areas["district"].pk)
    load(cast.as_("hq"), "code,name\n990101001,east 区域\n990101002,west 区域\n", "街道")
    assert area("Z990101-01").valid_to is None


def test_moves_that_cannot_be(cast: Cast) -> None:
    places = cast.areas

    def move(area: str, parent: str) -> Refusal:
        return refused(lambda: do(cast, "hq", "area.move", area=places[area].pk, parent=places[parent].pk))

    assert move("east", "spring").reason is Reason.CYCLE
    assert move("spring", "grid").reason is Reason.CYCLE
    assert move("spring", "district").field == "parent"
    assert move("district", "city").reason is Reason.NOT_ALLOWED
    load(SYSTEM, HEAD + "990101001,east 区域,990101\n", "撤西街")
    assert Area.objects.get(pk=places["west"].pk).valid_to is not None
    assert move("spring", "west").reason is Reason.CONFLICT


def test_a_move_takes_everything_below_along(cast: Cast) -> None:
    do(cast, "hq", "area.move", area=cast.areas["spring"].pk, parent=cast.areas["west"].pk)
    assert broken_paths() == 0
    assert Area.objects.get(pk=cast.areas["grid"].pk).path.startswith(cast.areas["west"].path)
    assert cast.as_("next_street").sees_path("loop.view", Area.objects.get(pk=cast.areas["grid"].pk).path)
    assert area_file(cast.as_("next_street"), cast.areas["spring"].pk).history[0].kind == "moved"


def test_the_database_refuses_a_cycle_whatever_the_code_does(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="below itself"), transaction.atomic():
        Area.objects.filter(pk=cast.areas["east"].pk).update(parent=cast.areas["grid"].pk)
    with connection.cursor() as cursor:  # the sabotage twin: without the guard it goes through
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table record_area disable trigger area_cycle")
        assert Area.objects.filter(pk=cast.areas["east"].pk).update(parent=cast.areas["grid"].pk) == 1


def test_renaming_and_ending(cast: Cast) -> None:
    spring = cast.areas["spring"]
    do(cast, "hq", "area.rename", area=spring.pk, name="春晖社区")
    assert Area.objects.get(pk=spring.pk).name_key == "chun hui she qu"
    assert Area.objects.get(name="spring 区域").valid_to == timezone.localdate()
    assert refused(lambda: do(cast, "hq", "area.end", area=spring.pk)).reason is Reason.CHILDREN_OPEN
    do(cast, "hq", "area.end", area=cast.areas["grid"].pk)
    do(cast, "hq", "area.end", area=spring.pk)
    assert AreaChange.objects.filter(old=spring, new=None, kind="ended").count() == 1
    assert refused(lambda: do(cast, "hq", "area.rename", area=spring.pk, name="再改")).reason is Reason.CONFLICT
    late = refused(lambda: do(cast, "hq", "area.rename", area=cast.areas["east"].pk, name="旧街", on="2019-01-01"))
    assert late.reason is Reason.IMPOSSIBLE_DATE


def test_the_officer_of_the_next_street_finds_nothing(cast: Cast) -> None:
    assert refused(lambda: area_file(cast.as_("next_street"), cast.areas["east"].pk)).reason is Reason.NOT_FOUND
    assert refused(lambda: area_file(cast.as_("next_street"), cast.areas["spring"].pk)).reason is Reason.NOT_FOUND
    assert search_areas(cast.as_("next_street"), "990101001") == []
    assert refused(lambda: do(cast, "next_street", "area.end", area=cast.areas["reed"].pk)).reason is Reason.NOT_ALLOWED
    load(SYSTEM, HEAD + "990102,邻区,9901\n", "邻区")
    other = area("990102").pk
    assert refused(lambda: do(cast, "hq", "area.rename", area=other, name="改名区")).reason is Reason.NOT_FOUND
    assert Act.objects.filter(verb="area.rename").count() == 0


def one_district(year: int, code: str) -> bytes:
    """The published rows of one district."""
    text = (SHARED / f"five_districts_villages_nbs{year}.csv").read_text("utf-8-sig")
    lines = text.splitlines()
    return "\n".join([lines[0], *(x for x in lines[1:] if f",{code}," in x)]).encode()


@shared
def test_the_editions_of_2020_and_2021_of_one_district(db: None) -> None:
    first = load(SYSTEM, one_district(2020, "411602"), "2020", on="2020-06-30")
    assert (first["rows_in"], first["rejected"], first["new"]) == (158, 0, 158 + 12 + 3)
    ids = {a.code: a.pk for a in Area.objects.all()}
    second = load(SYSTEM, one_district(2021, "411602"), "2021", on="2021-10-31")
    assert (second["rows_in"], second["rejected"]) == (161, 0)
    assert Area.objects.filter(level="community", valid_to=None).count() == 161
    assert Area.objects.filter(level="street", valid_to=None).count() == 12
    turned = {c["old_name"]: (c["name"], c["code"]) for c in second["changes"] if set(c["kinds"]) == {"recoded", "renamed"}}
    assert turned["李埠口乡"] == ("李埠口街道", "411602013")
    assert turned["许湾乡"] == ("许湾街道", "411602014")
    assert area("411602013").pk == ids["411602200"], "what belonged to the 乡 belongs to the 街道"
    assert (second["recoded"], second["ended"], second["new"]) == (2 + 22 + 30 + 1, 0, 3), "every 村 went along with its 街道"
    assert load(SYSTEM, one_district(2021, "411602"), "2021 再")["edition"] is None
    assert broken_paths() == 0


@shared
def test_the_whole_country_loads_in_seconds(db: None) -> None:
    started = time.process_time()
    for name, rows in (("provinces", 31), ("cities", 342), ("areas", 2978), ("streets", 41352)):
        result = load(SYSTEM, (SHARED / f"national_{name}.csv").read_bytes(), name)
        assert (result["rows_in"], result["rejected"]) == (rows, 0), result["rejects"][:3]
    took = time.process_time() - started  # the processor's time: what else the machine does is no matter
    print(f"national lists: {took:.1f} s")
    # one row, 350527000, only repeats its county, which has no streets on the list
    assert Area.objects.filter(level="street", valid_to=None).count() == 41352 - 1
    assert not Area.objects.exclude(valid_to=None).exists(), "one list ends nothing of another"
    assert broken_paths() == 0
    assert took < 40


def test_a_workbook_and_a_chinese_heading_in_gbk_read_alike(cast: Cast) -> None:
    from io import BytesIO

    from openpyxl import Workbook

    rows = [("代码", "名称", "级别", "上级代码", "类型"), ("990101003", "石桥街道", "街道", "990101", "")]
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    payload = import_payload(out.getvalue(), "区划.xlsx", "一版", date(2021, 1, 1))
    assert act("territory.import", cast.as_("hq"), new_id(), payload).result["new"] == 1
    text = "\n".join(",".join(row) for row in rows).encode("gbk")
    assert load(cast.as_("hq"), text, "二版")["unchanged"] == 1
    wrong = load(cast.as_("hq"), text.replace("街道,990101".encode("gbk"), "网格,990101".encode("gbk")), "三版")
    assert [r["field"] for r in wrong["rejects"]] == ["level"]


def test_wide_rows_must_agree_with_one_another(cast: Cast) -> None:
    head = "province_code,province_name,city_code,city_name,district_code,district_name,town_code,town_name,village_code,village_name,kind\n"
    above = "99,province 区域,9901,city 区域,990101,district 区域,"
    text = head + (
        f"{above}990101003,石桥街道,990101003001,阳光社区,community\n"
        f"{above}990101003,石桥镇,990101003002,翠竹社区,community\n"
        f"{above}990101003,石桥街道,990101004003,错位社区,community\n"
        f"{above}990101003,石桥街道,990101003001,阳光社区,community\n"
        f"{above}990101003,石桥街道,,,\n"
    )
    result = load(cast.as_("hq"), text, "一版")
    assert {r["row"]: (r["reason"], r["field"]) for r in result["rejects"]} == {
        3: ("duplicate", "code"), 4: ("invalid_value", "village_code"), 5: ("duplicate", "code"),
    }  # fmt: skip
    assert (result["accepted"], result["new"]) == (2, 2)
