"""Registers and staff as people really send them: every row is accounted for with its reason, or the file is refused as a whole with what to do."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tests.cast import Cast
from tests.cli.test_imports_cli import GOOD, WRONG, run
from tests.cli.test_imports_cli import _same_database as _same_database
from tests.record.test_staff import document
from tongchou.kernel.codes import uscc_check
from tongchou.record.models import Staff, Unit

pytestmark = pytest.mark.django_db
HEAD = ["统一社会信用代码", "企业名称", "所在社区", "行业代码", "从业人员", "联系人", "联系电话"]
PEOPLE = ["企业", "姓名", "证件号码", "手机号", "岗位", "来源地", "计划返岗日期", "有症状"]
COUNTS = re.compile(r"rows in ([\d,]+)  accepted ([\d,]+)  rejected ([\d,]+)")


def code(n: int) -> str:
    body = f"91990101MB{n:07d}"
    return body + uscc_check(body)


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) for c in text)


def enterprises(area: str) -> list[list[Any]]:
    return [
        [code(1), "甲厂", area, "C1811", "120", "李某", "13800138001"],
        [code(1), "甲厂", area, "C1811", "120", "李某", "13800138001"],
        [WRONG, "错码厂", area, "C1811", "5", "", ""],
        [wide(code(3)), "全角厂", area, "C1811", "３５", "张某", "１３８００１３８００２"],
        ["", "", "", "", "", "", ""],
        [code(4).lower(), " 小写 厂 ", area, "C1811", "1.2E+02", "", ""],
        [code(5), "", area, "C1811", "5", "", ""],
        [code(6), "无此社区厂", "999999999999", "C1811", "5", "", ""],
        [code(7), "行业错厂", area, "Z9999", "5", "", ""],
        [code(8), "人数负厂", area, "C1811", "-5", "", ""],
        [code(9), "人数字厂", area, "C1811", "一百", "", ""],
        ["9.1440101E+17", "科学计数厂", area, "C1811", "5", "", ""],
        [code(10), "电话科学厂", area, "C1811", "5", "王某", "1.38E+10"],
        ["=1+1", "公式厂", area, "C1811", "5", "", ""],
    ]


def text(rows: list[list[Any]], head: list[str] = HEAD, delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([head, *rows])
    return out.getvalue()


def counted(verb: str, file: Path, *more: str) -> tuple[int, tuple[int, int, int] | None, str]:
    status, said = run(verb, "import", str(file), "--lang", "en", *more)
    found = COUNTS.search(said)
    return status, tuple(int(n) for n in found.groups()) if found else None, said  # type: ignore[return-value]


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "bom": lambda t: t.encode("utf-8-sig"), "gbk": lambda t: t.encode("gb18030"), "utf16": lambda t: t.encode("utf-16"),
}  # fmt: skip


@pytest.mark.parametrize("how", ENCODINGS)
def test_rows_in_are_accepted_and_rejected_each_with_its_reason(cast: Cast, tmp_path: Path, how: str) -> None:
    file, back = tmp_path / "名册.csv", tmp_path / "退回.csv"
    file.write_bytes(ENCODINGS[how](text(enterprises(cast.areas["spring"].code))))
    before = Unit.objects.count()
    status, dry, _ = counted("enterprise", file, "--dry-run")
    assert (status, Unit.objects.count()) == (2, before)
    status, found, said = counted("enterprise", file, "--rejected", str(back))
    assert found == dry == (13, 3, 10), said  # an empty row is none
    assert Unit.objects.count() == before + 3
    assert set(Unit.objects.filter(code__in=[code(1), code(3), code(4)]).values_list("name", flat=True)) == {"甲厂", "全角厂", "小写 厂"}
    rejected = list(csv.DictReader(io.StringIO(back.read_text("utf-8-sig"))))
    assert [int(r["row"]) for r in rejected] == [3, 4, 8, 9, 10, 11, 12, 13, 14, 15]
    assert all(r["field"] and r["reason"] and r["rule"] and r["remedy"] for r in rejected)
    assert rejected[-1]["统一社会信用代码"] == "'=1+1"  # no formula comes back to life


def workbook(*rows: list[Any], merged: str = "", more_sheets: int = 0) -> bytes:
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if merged:
        sheet.merge_cells(merged)
    for n in range(more_sheets):
        book.create_sheet(f"说明{n}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_whole_files(cast: Cast, tmp_path: Path) -> None:
    area = cast.areas["spring"].code
    one = [code(21), "一厂", area, "C1811", "5", "", ""]
    files = {
        "none.csv": text([]).encode(), "none.xlsx": workbook(HEAD), "empty.csv": b"", "bom.csv": b"\xef\xbb\xbf", "pdf.csv": b"%PDF-1.4 \x00\x01",
        "strange.csv": "甲,乙\n1,2\n".encode(), "twice.csv": f"企业名称,企业名称,所在社区\n甲,乙,{area}\n".encode(), "semi.csv": text([one], delimiter=";").encode(),
        "title.csv": ("清源区企业登记表,,,,,,\n" + text([one])).encode(),
        "title.xlsx": workbook(["清源区企业登记表（2020年2月）"], HEAD, one, merged="A1:G1", more_sheets=1),
        "two.xlsx": workbook(["企业基本情况", "", "", "", "联系方式", "", ""], HEAD, one, merged="A1:D1"),
        "kinds.xlsx": workbook(HEAD, [code(22), "二厂", area, 1811, 5.0, "", 13800138003], [9.14401012345678e17, "三厂", area, "C1811", 5, "", ""],
                               [code(24), "四厂", area, "C1811", date(2020, 2, 3), "", ""], [None] * 7),
    }  # fmt: skip
    wanted: dict[str, tuple[int, Any]] = {
        "none.csv": (0, (0, 0, 0)), "none.xlsx": (0, (0, 0, 0)), "empty.csv": (1, "The file is empty"), "bom.csv": (1, "has no header"),
        "pdf.csv": (1, "really is a PDF file"), "strange.csv": (1, "no column for code or name"), "twice.csv": (1, "is there twice"), "semi.csv": (0, (1, 1, 0)),
        "title.csv": (0, (1, 1, 0)), "title.xlsx": (0, (1, 1, 0)), "two.xlsx": (0, (1, 1, 0)), "kinds.xlsx": (2, (3, 1, 2)),
    }  # fmt: skip
    for name, body in files.items():
        file = tmp_path / name
        file.write_bytes(body)
        status, found, said = counted("enterprise", file)
        assert (status, found if isinstance(wanted[name][1], tuple) else wanted[name][1]) == wanted[name], (name, said)
        assert isinstance(wanted[name][1], tuple) or wanted[name][1] in said, (name, said)


def test_staff(cast: Cast, tmp_path: Path) -> None:
    Unit.objects.filter(pk=cast.units["works"].pk).update(code=GOOD)
    rows = [
        [GOOD, "试一一", document(1), "13900139001", "操作工", "4201", "2026-12-01", "否"],
        [GOOD, "试一一", document(1), "13900139001", "操作工", "4201", "2026-12-01", "否"],
        [GOOD, "试二二", "4.40106E+17", "13900139002", "操作工", "", "2026/12/2", "无"],
        [GOOD, "试三三", document(3)[:-1] + ("0" if document(3)[-1] != "0" else "1"), "", "", "", "", ""],
        [GOOD, "试四四", wide(document(4)), "", "", "", "2026年12月3日", ""],
        ["", "", "", "", "", "", "", ""],
        [GOOD, "试五五", document(5), "", "", "", "2100-01-01", ""],
        [GOOD, "试六六", document(6), "", "", "", "2026-02-30", ""],
        [GOOD, "试七七", document(7), "", "", "9999", "46000", ""],
        [WRONG, "试八八", document(8), "", "", "", "", ""],
        [GOOD, "", document(9), "", "", "", "", ""],
        [GOOD, "试十十", "", "", "", "", "", "也许"],
    ]
    for n, encode in enumerate(ENCODINGS.values()):
        file, back = tmp_path / f"{n}.csv", tmp_path / f"back{n}.csv"
        file.write_bytes(encode(text(rows, PEOPLE)))
        status, found, said = counted("staff", file, "--rejected", str(back))
        assert (status, found) == (2, (11, 3, 8)), said
        rejected = list(csv.DictReader(io.StringIO(back.read_text("utf-8-sig"))))
        assert [int(r["row"]) for r in rejected] == [3, 4, 5, 8, 9, 11, 12, 13]
        assert all(r["rule"] and r["remedy"] for r in rejected)
        assert "计划返岗日期 = '2100-01-01'" in said
        assert "not used" not in said
    assert Staff.objects.count() == 3
    file = tmp_path / "dates.xlsx"
    kinds = workbook(
        PEOPLE, [GOOD, "试日期", document(11), 13900139010, "工", 4201, date(2026, 12, 5), "否"],
        [GOOD, "试时刻", document(12), "13900139011", "工", "4201", datetime.fromisoformat("2026-12-05T08:30"), "否"],
        [GOOD, "试浮点", 4.40106198808081e17, "", "", "", 46361, "否"], [GOOD, "试布尔", document(13), "", "", "", None, True],
    )  # fmt: skip
    file.write_bytes(kinds)
    status, found, said = counted("staff", file)
    assert (status, found) == (2, (4, 3, 1)), said
    assert "has lost the last digits" in said
    assert list(Staff.objects.filter(planned_return="2026-12-05").values_list("origin", flat=True)) == ["4201", "4201"]


@pytest.mark.parametrize(
    ("area", "on", "said"),
    [
        ("", "2020-02-25", "行政区划代码"), ("44", "2020-02-25", "44"), ("甲区", "2020-02-25", "甲区"),
        ("４４０６０６", "2020-02-25", "６"), ("440606", "2020-02-30", "日历上没有"), ("440606", "", "不是日期"),
        ("440606", "昨天", "不是日期"), ("440606", "2019-01-01", "2019-01-01"), ("440606", "99999-01-01", "不是日期"), ("000000", "2020-02-25", "000000"),
    ],
)  # fmt: skip
def test_a_regime_for_no_area_or_no_day_is_refused_in_words(cast: Cast, area: str, on: str, said: str) -> None:
    status, told = run("resumption", "regime", "--area", area, "--on", on)
    assert status == 1, told
    assert said in told
    assert "Traceback" not in told
