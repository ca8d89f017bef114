import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from tongchou.kernel.codes import USCC_ALPHABET, Level, parse_division, parse_uscc, uscc_check
from tongchou.kernel.errors import Reason, Refusal

VALID = "91110000600037341L"
bodies = st.builds(
    lambda head, area, rest: f"{head}{area}{rest}",
    st.sampled_from(["91", "92", "11", "N2", "A1"]),
    st.from_regex(r"[0-9]{6}", fullmatch=True),
    st.text(USCC_ALPHABET, min_size=9, max_size=9),
)


@given(bodies)
def test_own_check_character_agrees_with_stdnum(body: str) -> None:
    assert uscc_check(body) == uscc.calc_check_digit(body)
    assert parse_uscc(body + uscc_check(body)) == body + uscc_check(body)


@given(bodies, st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_any_single_changed_character_is_refused(body: str, place: int, other: str) -> None:
    code = body + uscc_check(body)
    changed = code[:place] + other + code[place + 1 :]
    if changed != code:
        with pytest.raises(Refusal):
            parse_uscc(changed)


def test_wrong_check_character_names_the_right_one() -> None:
    with pytest.raises(Refusal) as caught:
        parse_uscc("911100006000373410")
    assert caught.value.reason is Reason.WRONG_CHECK_DIGIT
    assert caught.value.details["expected"] == "L"
    assert "L" in caught.value.rule.zh


@pytest.mark.parametrize(
    "written", ["91110000600037341l", " 9111 0000 6000 3734 1L", "９１１１００００６０００３７３４１Ｌ"]
)
def test_uscc_writing_habits(written: str) -> None:
    assert parse_uscc(written) == VALID


@pytest.mark.parametrize("written", ["", "9111000060003734", "91110000600O37341L", "9111A000600037341L"])
def test_uscc_refused(written: str) -> None:
    with pytest.raises(Refusal):
        parse_uscc(written)


@pytest.mark.parametrize(
    ("written", "code", "level", "parent", "kind"),
    [
        ("44", "44", Level.PROVINCE, None, ""),
        ("440000", "44", Level.PROVINCE, None, ""),
        ("440000000000", "44", Level.PROVINCE, None, ""),
        ("4406", "4406", Level.CITY, "44", ""),
        ("440600", "4406", Level.CITY, "44", ""),
        ("440606", "440606", Level.DISTRICT, "4406", ""),
        ("440606000000", "440606", Level.DISTRICT, "4406", ""),
        ("440606003", "440606003", Level.STREET, "440606", "street"),
        ("440606103000", "440606103", Level.STREET, "440606", "town"),
        ("440606003001", "440606003001", Level.COMMUNITY, "440606003", "community"),
        ("440606003201", "440606003201", Level.COMMUNITY, "440606003", "village"),
        ("441900", "4419", Level.CITY, "44", ""),
        ("441900003", "441900003", Level.STREET, "4419", "street"),
        ("440606003001-001", "440606003001-001", Level.GRID, "440606003001", ""),
        ("440606003001-001-12a", "440606003001-001-12A", Level.BUILDING, "440606003001-001", ""),
        ("z440606-01", "Z440606-01", Level.STREET, "440606", "zone"),
        ("Z440606003-01", "Z440606003-01", Level.COMMUNITY, "440606003", "zone"),
        ("Z440606-01-003", "Z440606-01-003", Level.COMMUNITY, "Z440606-01", ""),
        ("Z440606-01-003-001", "Z440606-01-003-001", Level.GRID, "Z440606-01-003", ""),
    ],
)
def test_divisions(written: str, code: str, level: Level, parent: str | None, kind: str) -> None:
    division = parse_division(written)
    assert (division.code, division.level, division.parent, division.kind) == (code, level, parent, kind)
    assert division.civil is not code.startswith("Z")


@pytest.mark.parametrize("code", ["Z440606-01-003-001-B2", "440606003001-001-7", "440606003001", "Z440606003-01-001"])
def test_every_parent_is_itself_a_code_up_to_the_province(code: str) -> None:
    levels = [parse_division(code).level]
    parent = parse_division(code).parent
    while parent is not None:
        division = parse_division(parent)
        assert division.code == parent
        levels.append(division.level)
        parent = division.parent
    order = list(Level)
    assert [order.index(one) for one in levels] == sorted((order.index(one) for one in levels), reverse=True)
    assert levels[-1] is Level.PROVINCE


@pytest.mark.parametrize(
    "written",
    [
        "",
        "4",
        "44060",
        "99",
        "440006",
        "440606000001",
        "440606-001",
        "440606003001-1",
        "440606003001-",
        "-",
        "440606003001-001-楼",
        "Z44-01",
        "ZZ440606-01",
        "Z440606003001-01",
        "440606003001-001-1-2",
        "佛山",
    ],
)
def test_divisions_refused(written: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_division(written, "区划代码")
    assert caught.value.field == "区划代码"
    assert caught.value.remedy is not None


def test_every_code_of_a_real_edition_is_read_as_published() -> None:
    path = Path(__file__).parents[3] / "shared/data/admin/five_districts_villages_nbs2021.csv"
    if not path.exists():
        pytest.skip("the shared statistical division codes are not on this machine")
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert rows
    for row in rows:
        division = parse_division(row["village_code"])
        assert (division.level, division.parent) == (Level.COMMUNITY, row["town_code"])
        assert division.kind == row["kind"]
