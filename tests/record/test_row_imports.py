"""Registers and staff from tables: every row accounted for, refused ones with their reason, imported again it changes nothing."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from tests.cast import Cast
from tests.record.test_enterprises import USCC, refused
from tests.record.test_staff import document
from tests.web.test_pages import signed_in
from tongchou.kernel.codes import uscc_check
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record import rowimport
from tongchou.record.actions.enterprises_import import import_enterprises
from tongchou.record.actions.staff_import import import_staff
from tongchou.record.models import Enterprise, Person, Responsibility, Staff, SupplyLink, Unit
from tongchou.record.questions.enterprises import partners
from tongchou.record.rowimport import Imported

SECOND = "91990101MA000000A"
OTHER = SECOND + uscc_check(SECOND)
REGISTER = f"""统一社会信用代码,企业名称,所在社区,行业,从业人员,营业收入（万元）,规上企业,名单,供应商,出租方,联系人,联系电话,备注
{USCC},清源制衣有限公司,990101001001,纺织服装、服饰业,300,"2,000",是,疫情防控必需；重点企业,{OTHER}:坯布!；佛山纽扣厂,清源置业,周敏,13912341111,x
{OTHER},清源纺织厂,spring 区域,C17,不详,,否,,,,,,
{USCC[:-1]}{"0" if USCC[-1] != "0" else "1"},错码厂,990101001001,C17,,,,,,,,,
,无区域厂,,C17,,,,,,,,,
,区外厂,990101099001,C17,,,,,,,,,
,错行业厂,990101001001,F17,,,,,,,,,
,错数字厂,990101001001,C17,三百,,,,,,,,
,错伙伴厂,990101001001,C17,,,,,91440606MA4UK2Q83F,,,,
{USCC},清源制衣有限公司,990101001001,C18,,,,,,,,,
"""


def enterprises(cast: Cast, text: str = REGISTER, who: str = "street", encoding: str = "utf-8", **more: Any) -> Imported:
    return import_enterprises(cast.as_(who), new_id(), text.encode(encoding), "名册.csv", **more)


def test_a_register_is_imported_and_every_row_accounted_for(cast: Cast) -> None:
    found = enterprises(cast, encoding="gb18030")
    assert {k: found.counts[k] for k in ("rows_in", "accepted", "rejected", "new")} == {"rows_in": 9, "accepted": 2, "rejected": 7, "new": 2}
    assert [(n, r.field, r.reason) for n, r in found.rejects] == [
        (4, "code", Reason.WRONG_CHECK_DIGIT), (5, "area", Reason.MISSING_VALUE), (6, "area", Reason.NOT_FOUND), (7, "industry", Reason.INVALID_VALUE),
        (8, "staff", Reason.INVALID_VALUE), (9, "suppliers", Reason.NOT_FOUND), (10, "code", Reason.DUPLICATE),
    ]  # fmt: skip
    assert all(r.remedy is not None for _, r in found.rejects)
    assert found.ignored == ["备注"]
    works = Enterprise.objects.get(unit__code=USCC)
    assert (works.size, works.industry, works.staff, works.above_scale, works.lists) == ("medium", "C18", 300, True, ["epidemic", "key"])
    assert works.landlord_name == "清源置业"
    mill = Enterprise.objects.get(unit__code=OTHER)
    assert (mill.size, mill.staff, mill.self_employed) == ("", None, None)
    assert [(p.name, p.product, p.critical) for p in partners(works.pk)] == [("清源纺织厂", "坯布", True), ("佛山纽扣厂", "未注明", False)]
    assert b"WRONG" not in found.rejected_file("en")
    assert "校验码" in found.rejected_file().decode("utf-8-sig")


def test_imported_again_it_changes_nothing_and_an_empty_cell_erases_nothing(cast: Cast) -> None:
    enterprises(cast)
    again = enterprises(cast)
    assert {k: again.counts[k] for k in ("accepted", "new", "changed", "unchanged", "links")} == {
        "accepted": 2, "new": 0, "changed": 0, "unchanged": 2, "links": 0,
    }  # fmt: skip
    less = enterprises(cast, f"企业名称,信用代码,从业人数,营业收入\n清源制衣有限公司,{USCC},299,\n")
    assert less.counts["changed"] == 1
    row = Enterprise.objects.get(unit__code=USCC)
    assert (row.staff, row.revenue, row.size, row.industry) == (299, 2000, "small", "C18")


def test_a_dry_run_counts_the_same_and_writes_nothing(cast: Cast) -> None:
    found = enterprises(cast, dry_run=True)
    assert (found.counts["accepted"], found.counts["new"], found.counts["rejected"]) == (2, 2, 7)
    assert not Enterprise.objects.exists()
    assert not SupplyLink.objects.exists()


def test_the_next_street_may_not_take_over_an_enterprise(cast: Cast) -> None:
    enterprises(cast)
    found = enterprises(cast, f"企业名称,信用代码,街道\n抢注厂,{USCC},990101002\n", who="next_street")
    assert [(r.reason, r.field) for _, r in found.rejects] == [(Reason.DUPLICATE, "code")]
    assert Unit.objects.get(code=USCC).name == "清源制衣有限公司"
    assert refused(lambda: enterprises(cast, who="enterprise")).reason is Reason.NOT_ALLOWED


def test_a_file_without_a_column_to_know_them_by_is_refused(cast: Cast) -> None:
    found = refused(lambda: enterprises(cast, "行业,人数\nC17,3\n"))
    assert (found.reason, found.field) == (Reason.MISSING_VALUE, "code")


HEADER = ["企业名称", "姓名", "身份证号", "手机号", "岗位", "来源地", "计划返岗日期", "离开风险地区日期", "核酸结果", "有无症状", "是否在高发地区", "体温", "行程"]
ROWS = [
    ["works 单位", "禤静姝", document(1), "13912341111", "缝纫工", "420106", "2026/1/5", "", "阴性", "无", "否", "36.5", "乘K1次到达"],
    ["works 单位", "郤静姝", document(2), "13912341112", "", "", "", "", "", "", "", "", ""],
    ["works 单位", "亓静姝", document(3)[:-1] + ("0" if document(3)[-1] != "0" else "1"), "", "", "", "", "", "", "", "", "", ""],
    ["无此厂", "亓静姝", document(4), "", "", "", "", "", "", "", "", "", ""],
    ["works 单位", "亓静姝", "", "", "", "", "", "", "", "", "", "", ""],
    ["works 单位", "亓静姝", document(5), "", "", "", "", "2099-01-01", "", "", "", "", ""],
    ["works 单位", "亓静姝", document(6), "", "", "", "", "", "", "也许", "", "", ""],
    ["works 单位", "禤静姝", document(1), "", "", "", "", "", "", "", "", "", ""],
    ["works 单位", "禤别名", document(2), "", "", "", "", "", "", "", "", "", ""],
    ["mill 单位", "亓静姝", document(7), "", "", "", "", "", "", "", "", "", ""],
]


def workbook(rows: list[list[str]] = ROWS) -> bytes:
    book = Workbook()
    for row in [HEADER, *rows]:
        book.active.append(row)  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def staff(cast: Cast, rows: list[list[str]] = ROWS, who: str = "enterprise", **more: Any) -> Imported:
    return import_staff(cast.as_(who), new_id(), workbook(rows), "员工.xlsx", **more)


def test_staff_are_imported_known_again_and_decided_for(cast: Cast) -> None:
    found = staff(cast)
    assert (found.counts["rows_in"], found.counts["accepted"], found.counts["rejected"], found.counts["people_registered"]) == (10, 2, 8, 2)
    assert [(n, r.field, r.reason) for n, r in found.rejects] == [
        (4, "document", Reason.WRONG_CHECK_DIGIT), (5, "enterprise", Reason.NOT_FOUND), (6, "document", Reason.MISSING_VALUE),
        (7, "last_risk", Reason.IMPOSSIBLE_DATE), (8, "symptoms", Reason.INVALID_VALUE), (9, "document", Reason.DUPLICATE),
        (10, "document", Reason.DUPLICATE), (11, "enterprise", Reason.NOT_FOUND),
    ]  # fmt: skip
    first, second = Staff.objects.order_by("pk")
    assert (first.outcome, first.origin, first.cleared, first.temperature_normal, first.symptoms) == ("start", "420106", True, True, False)
    assert (second.outcome, second.asks, second.symptoms) == ("undetermined", "symptoms", None)
    assert Person.objects.filter(workplace=cast.units["works"]).count() == 2
    shown = found.rejected_file().decode("utf-8-sig")
    assert "禤静姝" in shown  # the caller's own rows come back as they were


def test_staff_imported_again_change_nothing_and_a_street_brings_more(cast: Cast) -> None:
    staff(cast)
    again = staff(cast)
    assert {k: again.counts[k] for k in ("new", "changed", "unchanged", "people_registered")} == {"new": 0, "changed": 0, "unchanged": 2, "people_registered": 0}
    rows = [[*ROWS[1][:9], "无", "否", "", ""]]
    more = staff(cast, rows, who="street")
    assert more.counts["changed"] == 1
    row = Staff.objects.order_by("pk").last()
    assert row is not None
    assert (row.outcome, row.version, row.asks) == ("start", 2, "")
    assert Person.objects.count() == 2


def test_a_large_file_goes_in_chunks_that_know_of_one_another(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rowimport, "CHUNK", 3)
    told: list[tuple[int, int]] = []
    found = staff(cast, progress=lambda done, every: told.append((done, every)))
    assert (found.counts["rows_in"], found.counts["accepted"], found.counts["rejected"]) == (10, 2, 8)
    assert told == [(3, 10), (6, 10), (9, 10), (10, 10)]
    dry = staff(cast, dry_run=True)
    assert (dry.counts["new"], dry.counts["unchanged"]) == (0, 2)


THIRD = "91990101MA000000B"
LAST = THIRD + uscc_check(THIRD)
AFTER_FAULTS = f"""统一社会信用代码,企业名称,所在社区,行业,供应商
{USCC},清源制衣有限公司,990101001001,C18,91440606MA4UK2Q83F
{USCC},清源制衣有限公司,990101001001,C18,
,新丰五金厂,990101001001,F17,
,新丰五金厂,990101001001,C17,
,新丰五金厂,990101001001,C17,
{OTHER},清源纺织厂,990101001001,C17,{LAST}
{LAST},长新纽扣厂,990101001001,C17,91440606MA4UK2Q83F
{OTHER},清源纺织厂,990101001001,C17,{USCC}
,清源纺织厂,990101001001,C17,
"""


def balanced(found: Imported) -> bool:
    return found.counts["rows_in"] == found.counts["accepted"] + found.counts["rejected"]


def test_a_refused_row_does_not_make_a_later_good_one_a_duplicate(cast: Cast) -> None:
    found = enterprises(cast, AFTER_FAULTS)
    assert [(n, r.field, r.reason) for n, r in found.rejects] == [
        (2, "suppliers", Reason.NOT_FOUND), (4, "industry", Reason.INVALID_VALUE), (6, "name", Reason.DUPLICATE),
        (7, "suppliers", Reason.NOT_FOUND),  # its supplier is a row that is itself refused
        (8, "suppliers", Reason.NOT_FOUND), (10, "name", Reason.DUPLICATE),
    ]  # fmt: skip
    assert (found.counts["accepted"], found.counts["new"], balanced(found)) == (3, 3, True)
    again = enterprises(cast, AFTER_FAULTS)
    assert (again.counts["accepted"], again.counts["unchanged"], again.counts["new"]) == (3, 3, 0)


def test_one_enterprise_named_with_and_without_its_code_is_one_row(cast: Cast) -> None:
    head = "统一社会信用代码,企业名称,所在社区\n"
    enterprises(cast, head + ",新丰五金厂,990101001001\n")
    found = enterprises(cast, head + f",新丰五金厂,990101001001\n{USCC},新丰五金厂,990101001001\n")
    assert [(n, r.reason) for n, r in found.rejects] == [(3, Reason.DUPLICATE)]
    assert Unit.objects.filter(name="新丰五金厂").count() == 1


@pytest.mark.parametrize("chunk", [1, 50_000])
def test_a_refused_row_of_staff_does_not_stand_in_the_way_of_a_good_one(cast: Cast, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(rowimport, "CHUNK", chunk)
    good, faulty = ROWS[0], [*ROWS[0][:8], "也许", *ROWS[0][9:]]
    found = staff(cast, [faulty, good, good])
    assert [(n, r.field, r.reason) for n, r in found.rejects] == [(2, "cleared", Reason.INVALID_VALUE), (4, "document", Reason.DUPLICATE)]
    assert (found.counts["accepted"], Staff.objects.count(), balanced(found)) == (1, 1, True)


# who answers for an enterprise


def answering(cast: Cast) -> dict[tuple[str, str], str]:
    """(kind, note) -> unit/person of those who answer for the works now."""
    rows = Responsibility.objects.filter(unit=cast.units["works"], to_date=None).select_related("post__unit")
    return {(r.kind, r.note): r.post.unit.name for r in rows}


def test_who_answers_is_imported_by_name_and_unknown_names_come_back(cast: Cast) -> None:
    leader, works, department = cast.accounts["leader"].display_name, cast.units["works"].name, cast.units["department"].name
    office = cast.units["office"].name
    table = f"""企业名称,包联领导,行业主管部门,业务主管部门,安全监管部门
{works},{leader},{department},{office},{department}/{cast.accounts["dept"].display_name}
mill 单位,{leader},{department},,
x 单位,无此领导,,,
y 单位,{department},,,
z 单位,,无此部门,,
w 单位,,{office}/无此人,,
"""
    for name in "xyzw":
        Unit.objects.create(name=f"{name} 单位", kind="enterprise", area=cast.areas["spring"], active_from="2020-01-01")
    found = enterprises(cast, table)
    assert {k: found.counts[k] for k in ("rows_in", "accepted", "rejected", "responsible")} == {"rows_in": 6, "accepted": 1, "rejected": 5, "responsible": 4}
    assert [(n, r.field, r.reason) for n, r in found.rejects] == [
        (3, "area", Reason.MISSING_VALUE), (4, "paired", Reason.NOT_FOUND), (5, "paired", Reason.NOT_FOUND), (6, "sector", Reason.NOT_FOUND),
        (7, "sector", Reason.NOT_FOUND),
    ]  # fmt: skip
    assert "无此领导" in found.rejects[1][1].rule.zh
    assert answering(cast) == {("paired", ""): office, ("sector", ""): department, ("sector", "业务主管"): office, ("sector", "安全监管"): department}
    again = enterprises(cast, table)
    assert again.counts["responsible"] == 0
    other = enterprises(cast, f"企业名称,行业主管部门\n{works},{office}\n")
    assert other.counts["responsible"] == 1
    assert answering(cast)["sector", ""] == office
    assert Responsibility.objects.filter(unit=cast.units["works"], kind="sector", note="").count() == 2  # the earlier one ended and stays


def test_what_is_exported_is_imported_again_unchanged(cast: Cast) -> None:
    works = cast.units["works"].name
    enterprises(cast, f"企业名称,包联领导,安全监管部门\n{works},{cast.accounts['leader'].display_name},{cast.units['department'].name}\n")
    book = load_workbook(io.BytesIO(signed_in(cast, "street").get("/enterprises?export=xlsx").content))
    rows = [list(line) for line in book.active.iter_rows(values_only=True)]
    header = next(n for n, line in enumerate(rows) if "包联领导" in line)
    assert {"包联领导", "行业主管部门", "业务主管部门", "安全监管部门"} <= set(rows[header])
    line = next(dict(zip(rows[header], line, strict=True)) for line in rows[header + 1 :] if works in line)
    assert line["行业主管部门"] == "未落实"
    wanted = ("包联领导", "行业主管部门", "安全监管部门")
    back = f"企业名称,{','.join(wanted)}\n{works},{','.join(str(line[w]) for w in wanted)}\n"
    found = enterprises(cast, back)
    assert (found.counts["accepted"], found.counts["responsible"]) == (1, 0)
