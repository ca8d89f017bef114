"""A table of projects: added, brought up to date, and every row that cannot be is given back with its reason."""

from __future__ import annotations

from django.urls import reverse

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.kernel.ids import new_id
from tongchou.rooms.projects.importing import import_projects
from tongchou.rooms.projects.models import Project

HEAD = "项目名称,责任单位,类别,所在区域,总投资（万元）,计划开工,计划竣工,备注\n"


def table(cast: Cast, *rows: str) -> bytes:
    east, spring = cast.units["east_street"].name, cast.areas["spring"].code
    return (HEAD + "\n".join(r.format(east=east, spring=spring, west=cast.units["west_street"].name) for r in rows)).encode("gb18030")


def test_a_table_adds_changes_and_gives_back(cast: Cast) -> None:
    street = cast.as_("street")
    begun = table(cast, '食品园二期,{east},产业,{spring},"12,000",2020-03-01,2020-12-01,', "道路改造,{east},基础设施,{spring},800,,,")
    first = import_projects(street, new_id(), begun, "项目.csv")
    assert first.counts["new"] == 2
    assert first.ignored == ["备注"]
    assert Project.objects.get(name="食品园二期").invest == 12000
    rows = (
        "食品园二期,{east},,,13000,,,",  # empty cells erase nothing
        "道路改造,{east},基础设施,{spring},800,,,",  # nothing is otherwise
        "学校扩建,{west},民生,{spring},500,,,",  # the next street's unit
        "桥梁,{east},桥,{spring},500,,,",
        "隧道,{east},基础设施,{spring},五百,,,",
        "管网,{east},基础设施,{spring},500,2020-05-01,2020-04-01,",
        "食品园二期,{east},产业,{spring},14000,,,",  # twice in the file
        ",{east},产业,{spring},1,,,",
        "泵站,{east},基础设施,,500,,,",  # a new one needs an area
    )
    second = import_projects(street, new_id(), table(cast, *rows), "项目.csv")
    wanted = {"rows_in": 9, "accepted": 2, "rejected": 7, "new": 0, "changed": 1, "unchanged": 1}
    assert {k: second.counts[k] for k in wanted} == wanted
    assert [(n, r.field) for n, r in second.rejects] == [
        (4, "lead_unit"), (5, "kind"), (6, "invest"), (7, "finish_planned"), (8, "name"), (9, "name"), (10, "area"),
    ]  # fmt: skip
    row = Project.objects.get(name="食品园二期")
    assert (row.invest, str(row.finish_planned), row.version) == (13000, "2020-12-01", 2)
    assert "学校扩建" in second.rejected_file().decode("utf-8-sig")


def test_a_trial_writes_nothing_and_the_page_tells(cast: Cast) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = signed_in(cast, "street")
    data = table(cast, "道路改造,{east},基础设施,{spring},800,,,", "桥梁,{east},桥,{spring},500,,,")
    for mode, count in (("try", 0), ("import", 1)):
        page = client.post(reverse("projects_import"), {"table": SimpleUploadedFile("项目.csv", data), "mode": mode, "client_id": str(new_id())})
        assert page.status_code == 200
        assert "没有这个类别" in page.content.decode()
        assert Project.objects.count() == count
    assert signed_in(cast, "enterprise").get(reverse("projects_import")).status_code == 403


def test_a_refused_row_does_not_make_a_later_good_one_a_duplicate(cast: Cast) -> None:
    rows = ("食品园二期,{east},桥,{spring},1,,,", "食品园二期,{east},产业,{spring},1,,,", "食品园二期,{east},产业,{spring},2,,,")
    found = import_projects(cast.as_("street"), new_id(), table(cast, *rows), "项目.csv")
    assert [(n, r.field) for n, r in found.rejects] == [(2, "kind"), (4, "name")]
    assert (found.counts["rows_in"], found.counts["accepted"], found.counts["rejected"]) == (3, 1, 2)
    assert Project.objects.get(name="食品园二期").invest == 1
