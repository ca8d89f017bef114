from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.identifiers import Kind, check_digit, parse_document

TODAY = date(2022, 7, 10)
ID = "11010519491231002X"  # the worked example of GB 11643-1999

births = st.dates(min_value=date(1900, 1, 1), max_value=TODAY)


def made(prefix: str, birth: date, sequence: int) -> str:
    first = f"{prefix}{birth:%Y%m%d}{sequence:03d}"
    return first + check_digit(first)


ids = st.builds(
    made,
    st.sampled_from(["110105", "441900", "460400", "110228", "310119", "810000", "830000"]),
    births,
    st.integers(0, 999),
)


def refused(kind: str | None, value: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        parse_document(kind, value, today=TODAY, field="证件号码")
    return caught.value


def test_the_example_of_the_standard() -> None:
    document = parse_document(Kind.RESIDENT_ID, ID, today=TODAY)
    assert (document.kind, document.normal) == (Kind.RESIDENT_ID, ID)
    assert (document.birth_date, document.sex) == (date(1949, 12, 31), "f")


@pytest.mark.parametrize(
    "written", ["11010519491231002x", " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_writing_habits_give_one_normal_form(written: str) -> None:
    assert parse_document(None, written, today=TODAY).normal == ID


@given(ids)
def test_valid_numbers_of_abolished_and_unlisted_places_are_taken(number: str) -> None:
    document = parse_document("resident_id", number, today=TODAY)
    assert document.normal == number
    assert document.birth_date is not None
    assert f"{document.birth_date:%Y%m%d}" == number[6:14]


@given(ids, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_changed_place_is_refused(number: str, place: int, other: str) -> None:
    changed = number[:place] + other + number[place + 1 :]
    if changed != number:
        refused("resident_id", changed)


@given(st.from_regex(r"[1-9][0-9]{16}", fullmatch=True))
def test_own_check_digit_agrees_with_stdnum(first: str) -> None:
    assert check_digit(first) == ric.calc_check_digit(first + "0")


def test_wrong_check_digit_names_rule_and_right_digit_and_shows_no_whole_number() -> None:
    refusal = refused("resident_id", "110105194912310021")
    assert refusal.reason is Reason.WRONG_CHECK_DIGIT
    assert refusal.field == "证件号码"
    assert refusal.value == "110***********0021"
    assert refusal.details["expected"] == "X"
    assert "GB 11643" in refusal.rule.zh
    assert "X" in refusal.rule.en
    assert "19491231" not in refusal.sentence()


@pytest.mark.parametrize("day", ["19490231", "20220711", "18000101", "19901301"])
def test_impossible_birth_dates(day: str) -> None:
    first = f"110105{day}002"
    refusal = refused("resident_id", first + check_digit(first))
    assert refusal.reason is Reason.IMPOSSIBLE_DATE
    assert f"{day[:4]}-{day[4:6]}-{day[6:]}" in refusal.rule.zh


def test_born_today_is_taken_and_tomorrow_is_not() -> None:
    parse_document(None, made("440402", TODAY, 1), today=TODAY)
    assert refused(None, made("440402", TODAY + timedelta(days=1), 1)).reason is Reason.IMPOSSIBLE_DATE


def test_first_generation_is_upgraded() -> None:
    assert parse_document("resident_id", "110105491231002", today=TODAY).normal == ID
    assert parse_document(None, "110105491231002", today=TODAY).normal == ID


@pytest.mark.parametrize(
    ("kind", "written", "normal"),
    [
        ("passport_cn", "e12345678", "E12345678"),
        ("passport_cn", "EA1234567", "EA1234567"),
        ("passport_foreign", "C01X0006H", "C01X0006H"),
        ("permit_hk_macao", "H1234567801", "H12345678"),
        ("permit_hk_macao", "M12345678", "M12345678"),
        ("permit_taiwan", "01234567", "01234567"),
        ("permit_taiwan", "0123456701(B)", "0123456701B"),
        ("permanent_residence", "USA110190010112", "USA110190010112"),
    ],
)
def test_other_documents(kind: str, written: str, normal: str) -> None:
    document = parse_document(kind, written, today=TODAY)
    assert (document.kind, document.normal, document.birth_date) == (kind, normal, None)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("E12345678", Kind.PASSPORT_CN),
        ("H12345678", Kind.PERMIT_HK_MACAO),
        ("01234567", Kind.PERMIT_TAIWAN),
        ("C01X0006H", Kind.PASSPORT_FOREIGN),
        (made("810000", date(1990, 1, 1), 1), Kind.RESIDENCE_PERMIT),
        (made("911840", date(1990, 1, 1), 1), Kind.PERMANENT_RESIDENCE),
    ],
)
def test_kind_is_guessed(written: str, kind: Kind) -> None:
    assert parse_document(None, written, today=TODAY).kind is kind


def test_one_number_has_one_kind_whatever_was_asked() -> None:
    number = made("911840", date(1990, 1, 1), 1)
    assert parse_document("resident_id", number, today=TODAY) == parse_document(
        "permanent_residence", number, today=TODAY
    )


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("resident_id", "", Reason.MISSING_VALUE),
        ("resident_id", "1101051949123100", Reason.INVALID_VALUE),
        ("resident_id", "01010519491231002X", Reason.INVALID_VALUE),
        ("resident_id", "1101051949123100AX", Reason.INVALID_VALUE),
        ("resident_id", "١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", Reason.INVALID_VALUE),
        (None, "张三", Reason.INVALID_VALUE),
        ("driver", "1", Reason.INVALID_VALUE),
        ("passport_cn", "E1234567", Reason.INVALID_VALUE),
    ],
)
def test_refused(kind: str | None, value: str, reason: Reason) -> None:
    refusal = refused(kind, value)
    assert refusal.reason is reason
    assert refusal.remedy is not None
