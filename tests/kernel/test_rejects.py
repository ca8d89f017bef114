import pytest

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.reason_names import REASON_NAMES
from tongchou.kernel.rejects import Tally, write_rejected
from tongchou.kernel.tables import read_table
from tongchou.kernel.text import Text

BAD = Refusal(Reason.INVALID_VALUE, Text("规则", "rule"), remedy=Text("改正", "mend"), field="b")


def test_every_reason_has_a_name() -> None:
    assert set(REASON_NAMES) == set(Reason)
    assert len({t.zh for t in REASON_NAMES.values()}) == len(Reason)


def test_rejected_rows_come_back_with_what_was_wrong() -> None:
    table = read_table("姓名,b\n张三,1\n李四\n王五,3\n".encode("gbk"), "a.csv")
    data = write_rejected(table, [(4, BAD), *table.faults], "zh-hans")
    assert data.startswith(b"\xef\xbb\xbf")
    lines = data.decode("utf-8-sig").split("\r\n")
    assert lines[0] == "姓名,b,行号,出错列,原因,规则,处理办法"
    assert lines[1].startswith("李四,,3,")
    assert lines[2:] == ["王五,3,4,b,填写不正确,规则,改正", ""]
    assert "invalid value,rule,mend" in write_rejected(table, [(4, BAD)], "en").decode()


@pytest.mark.parametrize("cell", ["=1+1", "+86 13800001234", "-1", "@SUM(A1)", "＝1"])
def test_formulas_are_disarmed_and_come_back_as_written(cell: str) -> None:
    table = read_table(f'"{cell}",b\n"{cell}",1\n'.encode(), "a.csv")
    assert table.rows == [(2, (cell, "1"))]
    written = write_rejected(table, [(2, BAD)], "en")
    for line in written.decode("utf-8-sig").split("\r\n")[:2]:
        assert line.lstrip('"').startswith("'")
    again = read_table(written, "a.csv")
    assert again.rows[0][1][0] == cell


def test_added_columns_never_clash() -> None:
    table = read_table("行号,reason\n1,2\n".encode(), "a.csv")
    for language in ("zh-hans", "en"):
        header = read_table(write_rejected(table, [(2, BAD)], language), "b.csv").header
        assert len(set(header)) == 7


def test_tally_must_balance() -> None:
    assert Tally(3, 2, 1).accepted == 2
    for counts in [(3, 2, 0), (3, 2, 2), (1, 2, -1)]:
        with pytest.raises(Refusal, match="balance"):
            Tally(*counts)
