"""Spreadsheets as enterprises really send them: every row goes in or comes back with its reason, whatever the sheet looks like."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from tests.cast import Cast
from tests.record.test_enterprises import USCC, refused
from tests.record.test_row_imports import enterprises
from tests.record.test_staff import document
from tongchou.kernel.errors import Reason
from tongchou.kernel.identifiers import check_digit
from tongchou.kernel.ids import new_id
from tongchou.record.actions.enterprises_import import import_enterprises
from tongchou.record.actions.staff_import import import_staff
from tongchou.record.models import Staff, Unit
from tongchou.record.rowimport import Imported

HEAD = ["企业名称", "姓名", "身份证号", "计划返岗日期", "有无症状"]


def book(fill: Callable[[Any], None]) -> bytes:
    made = Workbook()
    fill(made.active)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def staff(cast: Cast, data: bytes, who: str = "enterprise", name: str = "花名册.xlsx", **more: Any) -> Imported:
    found = import_staff(cast.as_(who), new_id(), data, name, **more)
    assert found.counts["rows_in"] == found.counts["accepted"] + found.counts["rejected"]
    assert len(found.rejects) == found.counts["rejected"]
    back = found.rejected_file().decode("utf-8-sig")
    assert all(r.rule.zh in back and r.remedy is not None for _, r in found.rejects)
    return found


def test_a_form_with_title_unit_and_date_above_its_header(cast: Cast) -> None:
    def fill(s: Any) -> None:
        s["A1"] = "works 单位 员工返岗花名册"
        s.merge_cells("A1:E1")
        s["A2"], s["D2"] = "填报单位：works 单位", "填报日期：2026-02-01"
        for n, cell in enumerate(HEAD):
            s.cell(4, n + 1, cell)
        for n, cell in enumerate(["works 单位", "亓静姝", document(1), date(2026, 1, 5), "无"]):
            s.cell(5, n + 1, cell)
        s["A8"] = "填表人：李"

    found = staff(cast, book(fill))
    assert (found.counts["accepted"], [n for n, _ in found.rejects]) == (1, [8])
    assert Staff.objects.get().planned_return == date(2026, 1, 5)


def test_a_cell_merged_over_rows_stands_in_each_and_a_sheet_may_begin_anywhere(cast: Cast) -> None:
    def fill(s: Any) -> None:
        for n, cell in enumerate(HEAD):
            s.cell(3, n + 3, cell)
        for row, who in ((4, 1), (5, 2), (7, 3)):
            for n, cell in enumerate(["works 单位" if row == 4 else None, "亓静姝", document(who), 46027, "否"]):
                s.cell(row, n + 3, cell)
        s.merge_cells("C4:C9")  # empty rows below it stay empty

    found = staff(cast, book(fill), who="street")
    assert (found.counts["rows_in"], found.counts["accepted"]) == (3, 3)
    assert set(Staff.objects.values_list("planned_return", flat=True)) == {date(2026, 1, 5)}  # 46027, a day that was not formatted as one


def test_a_formula_without_a_result_and_an_error_come_back(cast: Cast) -> None:
    def fill(s: Any) -> None:
        s.append(HEAD)
        s.append(["works 单位", '="亓"&"静姝"', document(1), None, None])
        s.append(["works 单位", "亓静姝", document(2), "#N/A", None])
        s["D3"].data_type = "e"
        s.append(["works 单位", "亓静姝", document(3), None, None])
        s["H4"] = "=1+1"  # beside the table: nobody's value

    found = staff(cast, book(fill))
    assert [(n, r.field) for n, r in found.rejects] == [(2, "姓名"), (3, "计划返岗日期")]
    assert "没有算出结果的公式" in found.rejects[0][1].rule.zh
    assert Staff.objects.count() == 1


def test_who_has_one_enterprise_need_not_name_it(cast: Cast) -> None:
    rows = f"姓名,身份证号\n亓静姝,{document(1)}\n,,\n亓静姝,{document(1)}\n"
    found = staff(cast, rows.encode("gb18030"), name="名册.csv")
    assert (found.counts["rows_in"], found.counts["accepted"]) == (2, 1)
    assert found.rejects[0][1].reason is Reason.DUPLICATE
    assert Staff.objects.get().unit == cast.units["works"]
    whole = refused(lambda: staff(cast, rows.encode(), who="street", name="名册.csv"))
    assert (whole.reason, whole.field) == (Reason.MISSING_VALUE, "code")  # which of many is not guessed


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        (["", "11010119900307", ""], "document"), (["", "11010119900307013X", "2026-02-30"], "document"),
        (["", None, "2026-02-30"], "planned_return"), (["", None, "明年"], "planned_return"), (["", None, "99999"], "planned_return"),
        (["别家单位", None, ""], "enterprise"),
    ],
)  # fmt: skip
def test_each_bad_cell_is_named_with_its_column(cast: Cast, cells: list[str | None], field: str) -> None:
    enterprise, paper, day = cells
    rows = f"企业名称,姓名,身份证号,计划返岗日期\n{enterprise},亓静姝,{paper if paper is not None else document(1)},{day}\n"
    found = staff(cast, rows.encode("gb18030"), name="名册.csv")
    assert [(n, r.field) for n, r in found.rejects] == [(2, field)]
    titles = {"document": "身份证号", "planned_return": "计划返岗日期", "enterprise": "企业名称"}
    assert f",2,{titles[field]}," in found.rejected_file().decode("utf-8-sig")  # as the file calls it, not as the program does
    assert not Staff.objects.exists()


def test_fifteen_digits_are_the_same_person_as_eighteen(cast: Cast) -> None:
    """A number of the first generation is read as what became of it."""
    rows = "姓名,身份证号\n亓静姝,110101900307013\n亓静姝,{full}\n"
    first = "11010119900307013"
    paper = first + check_digit(first)
    found = staff(cast, rows.format(full=paper).encode(), name="a.csv")
    assert (found.counts["accepted"], [r.reason for _, r in found.rejects]) == (1, [Reason.DUPLICATE])


def test_a_dry_run_says_the_same_of_a_bad_sheet_and_writes_nothing(cast: Cast) -> None:
    rows = f"姓名,身份证号\n亓静姝,{document(1)}\n亓静姝,110101199003070000\n".encode()
    tried = staff(cast, rows, name="a.csv", dry_run=True)
    assert not Staff.objects.exists()
    done = staff(cast, rows, name="a.csv")
    assert {k: tried.counts[k] for k in ("rows_in", "accepted", "rejected", "new")} == {k: done.counts[k] for k in ("rows_in", "accepted", "rejected", "new")}


def test_a_register_with_headings_merged_streets_and_hidden_columns(cast: Cast) -> None:
    def fill(s: Any) -> None:
        s["A1"] = "辖区企业名册"
        s["A2"], s["C2"] = "街道：东岭", "2026 年 2 月"
        for n, cell in enumerate(["所在街道", "企业名称", "统一社会信用代码", "从业人员"]):
            s.cell(3, n + 1, cell)
        for row, cells in enumerate([["990101001", "甲厂", USCC, 30], [None, "乙厂", None, "=10+5"], [None, "丙厂", USCC[:-1] + ("0" if USCC[-1] != "0" else "1"), 3]]):
            for n, cell in enumerate(cells):
                s.cell(4 + row, n + 1, cell)
        s.merge_cells("A4:A6")
        s.column_dimensions["C"].hidden = True

    found = import_enterprises(cast.as_("street"), new_id(), book(fill), "名册.xlsx")
    assert (found.counts["rows_in"], found.counts["accepted"]) == (3, 1)
    assert [(n, r.reason) for n, r in found.rejects] == [(5, Reason.INVALID_VALUE), (6, Reason.WRONG_CHECK_DIGIT)]
    assert Unit.objects.get(code=USCC).name == "甲厂"  # a hidden column is a column


def test_a_heading_is_not_taken_for_a_header_where_none_is_known(cast: Cast) -> None:
    """The twin: without a row that names the columns nothing is skipped in silence."""
    found = refused(lambda: enterprises(cast, "甲,乙\n1,2\n"))
    assert found.reason is Reason.MISSING_VALUE
