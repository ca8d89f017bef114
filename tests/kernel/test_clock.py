from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongchou.kernel.clock import SHANGHAI, due, from_serial, parse_date, parse_datetime, remaining
from tongchou.kernel.errors import Reason, Refusal

DAY = date(2022, 7, 10)
NOON = datetime(2022, 7, 10, 12, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "written",
    [
        "2022-07-10",
        "2022/7/10",
        "2022.7.10",
        "2022年7月10日",
        "2022 年 7 月 10 日",
        "20220710",
        "２０２２－０７－１０",
        DAY,
        44752,
        44752.5,
        datetime(2022, 7, 9, 16, 0, tzinfo=UTC),
    ],
)
def test_dates(written: object) -> None:
    assert parse_date(written) == DAY  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "named"),
    [("2022-02-29", "2022-02-29"), ("2022年13月1日", "2022-13-01"), ("20220631", "2022-06-31"), (60, "1900-02-29")],
)
def test_impossible_dates_are_named(written: str | int, named: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_date(written, "出生日期")
    assert caught.value.reason is Reason.IMPOSSIBLE_DATE
    assert caught.value.field == "出生日期"
    assert named in caught.value.rule.zh
    assert named in caught.value.rule.en


@pytest.mark.parametrize("written", ["", "昨天", "2022-7/10", "10-07-2022", "2022", "44752", "0", float("nan"), -3])
def test_no_dates(written: str | float) -> None:
    with pytest.raises(Refusal) as caught:
        parse_date(written)
    assert caught.value.reason is Reason.INVALID_VALUE
    assert caught.value.remedy is not None


def test_a_serial_number_in_text_is_recognised_in_the_remedy() -> None:
    with pytest.raises(Refusal, match="2022-07-10"):
        parse_date("44752")


@given(st.dates(min_value=date(1900, 3, 1)))
def test_serial_numbers_count_days(day: date) -> None:
    assert from_serial((day - date(1899, 12, 30)).days) == day


@given(st.dates(min_value=date(1000, 1, 1)))
def test_dates_round_trip(day: date) -> None:
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day.year}年{day.month}月{day.day}日") == day


@pytest.mark.parametrize(
    "written",
    [
        "2022-07-10 12:00",
        "2022-07-10T12:00:00",
        "2022-07-10T04:00:00Z",
        "2022-07-10 13:00+09:00",
        "2022/7/10 12:00:00.000",
        "2022年7月10日12时",
        "2022年7月10日 12时0分",
        "2022年7月10日12点整",
        "20220710120000",
        "202207101200",
        NOON,
    ],
)
def test_moments(written: str | datetime) -> None:
    at = parse_datetime(written)
    assert at == NOON
    assert at.utcoffset() == timedelta(hours=8)


def test_end_of_day_and_afternoon() -> None:
    assert parse_datetime("2022年7月10日24时") == datetime(2022, 7, 11, tzinfo=SHANGHAI)
    assert parse_datetime("2022年7月10日下午3点半") == datetime(2022, 7, 10, 15, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("2022-07-10 25:00", Reason.IMPOSSIBLE_DATE),
        ("2022-07-10 24:01", Reason.IMPOSSIBLE_DATE),
        ("2022-02-30 08:00", Reason.IMPOSSIBLE_DATE),
        ("2022年7月10日上午15时", Reason.IMPOSSIBLE_DATE),
        ("2022-07-10", Reason.INVALID_VALUE),
        ("2022-7-108:30", Reason.INVALID_VALUE),
        ("08:30", Reason.INVALID_VALUE),
    ],
)
def test_moments_refused(written: str, reason: Reason) -> None:
    with pytest.raises(Refusal) as caught:
        parse_datetime(written)
    assert caught.value.reason is reason


def test_naive_datetimes_are_refused_everywhere() -> None:
    naive = datetime(2022, 7, 10, 12)  # noqa: DTZ001
    for call in (
        lambda: parse_date(naive),
        lambda: parse_datetime(naive),
        lambda: due(naive, 1),
        lambda: remaining(naive, NOON),
        lambda: remaining(NOON, naive),
    ):
        with pytest.raises(Refusal):
            call()


def test_due() -> None:
    assert due(NOON, 1.5) == NOON + timedelta(minutes=90)
    assert due(datetime(2022, 7, 10, 4, tzinfo=UTC), 24).isoformat() == "2022-07-11T12:00:00+08:00"
    for hours in (-1, float("nan"), float("inf")):
        with pytest.raises(Refusal):
            due(NOON, hours)


@pytest.mark.parametrize(
    ("delta", "zh", "en"),
    [
        (timedelta(hours=3, minutes=59), "还剩 3 小时", "3 hours left"),
        (timedelta(hours=-2), "已超 2 小时", "2 hours overdue"),
        (timedelta(days=2), "还剩 2 天", "2 days left"),
        (timedelta(hours=47, minutes=59), "还剩 47 小时", "47 hours left"),
        (timedelta(hours=1), "还剩 1 小时", "1 hour left"),
        (timedelta(minutes=59), "还剩 59 分钟", "59 minutes left"),
        (timedelta(minutes=-1), "已超 1 分钟", "1 minute overdue"),
        (timedelta(days=-3, hours=-1), "已超 3 天", "3 days overdue"),
        (timedelta(0), "即将到期", "due now"),
        (timedelta(seconds=-1), "刚刚超时", "just overdue"),
    ],
)
def test_remaining(delta: timedelta, zh: str, en: str) -> None:
    text = remaining(NOON + delta, NOON)
    assert (text.zh, text.en) == (zh, en)
