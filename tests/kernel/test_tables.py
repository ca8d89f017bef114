import io
import zipfile
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.tables import read_table

TEXT = "姓名,证件,电话\n张三,0012,138\n李四,0013,139\n"
ROWS = [(2, ("张三", "0012", "138")), (3, ("李四", "0013", "139"))]


def book(*sheets: list[list[object]]) -> bytes:
    made = Workbook(write_only=True)
    for rows in sheets:
        sheet = made.create_sheet()
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def refused(data: bytes, filename: str = "a.csv", **more: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_table(data, filename, **more)  # type: ignore[arg-type]
    assert caught.value.file == filename
    assert caught.value.remedy is not None
    return caught.value


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("gbk"), "gb18030"),
        (("\ufeff" + TEXT).encode("utf-16-le"), "utf-16-le"),
        (("\ufeff" + TEXT).encode("utf-16-be"), "utf-16-be"),
        (TEXT.replace("\n", "\r\n").encode(), "utf-8"),
        (TEXT.replace(",", ";").encode(), "utf-8"),
    ],
)
def test_encodings(data: bytes, encoding: str) -> None:
    table = read_table(data, "a.csv")
    assert (table.header, table.rows, table.encoding) == (("姓名", "证件", "电话"), ROWS, encoding)
    assert (table.rows_in, table.faults) == (2, [])


def test_gb18030_beyond_gbk_and_tabs() -> None:
    table = read_table("姓名\t地址\n𬱖某\t㐀村\n".encode("gb18030"), "a.tsv")
    assert table.rows == [(2, ("𬱖某", "㐀村"))]


@pytest.mark.parametrize("text", ["姓名\n联通\n", "姓名\n张三\n", "编号,姓名\n1,李\n"])
def test_short_gbk_files_are_not_taken_for_broken_utf8(text: str) -> None:
    assert read_table(text.encode("gbk"), "a.csv").rows[0][1] == tuple(text.split("\n")[1].split(","))


def test_undecodable_bytes_are_named_by_line_and_offset() -> None:
    data = TEXT.encode() * 20
    at = data.index("李四".encode())
    refusal = refused(data[:at] + b"\xff" + data[at:])
    assert (refusal.reason, refusal.line, refusal.details["offset"]) == (Reason.BAD_ENCODING, 3, at)
    assert refused("姓名\n张三\n".encode("gbk") + b"\xff\xff\n").reason is Reason.BAD_ENCODING
    assert refused(b"a,b\n1,\x002\n").reason is Reason.BAD_ENCODING
    assert refused(TEXT.encode("utf-16-le")).reason is Reason.BAD_ENCODING


def test_a_file_cut_within_a_character_or_a_quote_is_truncated() -> None:
    data = (TEXT * 3).encode() + "张三".encode()
    for cut in (1, 2):
        assert refused(data[:-cut]).reason is Reason.TRUNCATED
        assert refused(b"\xef\xbb\xbf" + data[:-cut]).reason is Reason.TRUNCATED
    assert refused(b'a,b\n1,"2\n3,4\n').reason is Reason.TRUNCATED
    assert refused(("\ufeff" + TEXT).encode("utf-16-le")[:-1]).reason is Reason.TRUNCATED


def test_xlsx_keeps_leading_zeros_dates_and_long_texts() -> None:
    data = book(
        [
            ["编号", "日期", "数", "证件", "是"],
            ["007", date(2022, 7, 10), 13800001234, "11010519491231002X", True],
            [1, None, 1.5, "", False],
        ]
    )
    table = read_table(data, "a.xlsx")
    assert table.rows == [
        (2, ("007", "2022-07-10", "13800001234", "11010519491231002X", "TRUE")),
        (3, ("1", "", "1.5", "", "FALSE")),
    ]
    assert table.sheet == "Sheet"


def test_digits_lost_by_the_spreadsheet_make_a_fault_of_the_row() -> None:
    table = read_table(book([["姓名", "证件"], ["张三", 440106199001011234], ["李四", "440106199001011234"]]), "a.xlsx")
    [(number, fault)] = table.faults
    assert (number, fault.line, fault.field) == (2, 2, "证件")
    assert "文本" in fault.remedy.zh  # type: ignore[union-attr]
    assert [n for n, _ in table.rows] == [3]
    assert table.rows_in == 2
    csv = read_table("姓名,证件,电话\n张三,4.40106E+17,1\n李四,E+12,2\n".encode(), "a.csv")
    assert [n for n, _ in csv.faults] == [2]


def test_row_numbers_are_those_of_the_spreadsheet() -> None:
    table = read_table(book([[], ["a", "b"], [], ["x", 1], [None, None], ["y", 2]]), "a.xlsx")
    assert [n for n, _ in table.rows] == [4, 6]
    assert table.rows_in == 2
    assert [n for n, _ in read_table(b"\na,b\n\nx,1\n,\ny,2\n", "a.csv").rows] == [4, 6]


def test_ragged_rows_are_faults_with_their_row() -> None:
    table = read_table(b"a,b\n1\n1,2\n1,2,3\n1,2,,\n", "a.csv")
    assert [(n, f.line) for n, f in table.faults] == [(2, 2), (4, 4)]
    assert [n for n, _ in table.rows] == [3, 5]
    assert table.rows_in == len(table.rows) + len(table.faults)


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        (b"a,a\n1,2\n", Reason.DUPLICATE, 1),
        (b"a,,b\n1,2,3\n", Reason.MISSING_VALUE, 1),
        (b"", Reason.MISSING_VALUE, None),
        (b"\n\n", Reason.MISSING_VALUE, None),
        (b'a,b\n1,"2"3\n', Reason.INVALID_VALUE, 2),
    ],
)
def test_broken_tables(data: bytes, reason: Reason, line: int | None) -> None:
    refusal = refused(data)
    assert (refusal.reason, refusal.line) == (reason, line)


def test_disguised_files_are_named() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "x")
    cases = [
        (out.getvalue(), "a.xlsx", "zip"),
        (b"<html><table>", "a.xls", "html"),
        (b"%PDF-1.7", "a.csv", "pdf"),
        (book([["a"]]), "a.csv", "xlsx"),
        (b"a,b\n", "a.xlsx", "text"),
        (b"\x89PNG\r\n", "a.csv", "image"),
        (b"a\n", "a.exe", "text"),
    ]
    for data, name, really in cases:
        refusal = refused(data, name)
        assert (refusal.reason, refusal.details["really"]) == (Reason.WRONG_FILE_TYPE, really)


def test_damaged_workbooks() -> None:
    data = book([["a", "b"], [1, 2]])
    for size in (30, len(data) // 2, len(data) - 10):
        assert refused(data[:size], "a.xlsx").reason is Reason.TRUNCATED
    inner = data.replace(b"PK\x05\x06", b"PK\x05\x07")
    assert refused(inner, "a.xlsx").reason is Reason.TRUNCATED


def test_several_sheets_need_a_choice() -> None:
    data = book([["a"], [1]], [["b"], [2]], [])
    assert "Sheet1" in refused(data, "a.xlsx").remedy.zh  # type: ignore[union-attr]
    assert read_table(data, "a.xlsx", sheet="Sheet1").header == ("b",)
    assert refused(data, "a.xlsx", sheet="none").reason is Reason.NOT_FOUND
    assert read_table(book([["a"], [1]], []), "a.xlsx").rows == [(2, ("1",))]


@pytest.mark.parametrize("limit", [65_536, pytest.param(1_048_576, marks=pytest.mark.slow)])
def test_exactly_a_sheet_of_csv_is_probably_cut_off(limit: int) -> None:
    assert refused(b"a\n" + b"1\n" * (limit - 1)).reason is Reason.TRUNCATED
    assert read_table(b"a\n" + b"1\n" * (limit - 1), "a.csv", accept_full=True).rows_in == limit - 1
    assert read_table(b"a\n" + b"1\n" * limit, "a.csv").rows_in == limit
    assert read_table(b"a\n" + b"1\n" * (limit - 2), "a.csv").rows_in == limit - 2


def test_sheets_of_65536_and_65537_rows() -> None:
    rows: list[list[object]] = [["a"], *[[1]] * 65_535]
    assert refused(book(rows), "a.xlsx").reason is Reason.TRUNCATED
    assert read_table(book([*rows, [2]]), "a.xlsx").rows_in == 65_536


def test_limits_refuse_and_never_cut() -> None:
    assert refused(b"a\n1\n2\n3\n", max_rows=2).reason is Reason.TOO_MANY
    assert read_table(b"a\n1\n2\n", "a.csv", max_rows=2).rows_in == 2
    assert refused(b"a\n1\n", max_bytes=3).reason is Reason.TOO_LARGE
    assert refused(book([["a"], *[["x" * 1000]] * 3000]), "a.xlsx", max_bytes=200_000).reason is Reason.TOO_LARGE


@given(st.binary(max_size=200), st.sampled_from(["a.csv", "a.xlsx", "a.xls", "a.tsv"]))
def test_any_bytes_are_read_or_refused_and_every_row_is_counted(data: bytes, name: str) -> None:
    try:
        table = read_table(data, name)
    except Refusal:
        return
    assert table.rows_in == len(table.rows) + len(table.faults)
    assert all(len(cells) == len(table.header) for _, cells in table.rows)
