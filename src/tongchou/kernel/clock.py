"""Dates and times as people here write them: Asia/Shanghai, aware datetimes only. `now` is an argument."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text

SHANGHAI = ZoneInfo("Asia/Shanghai")

_DATE = r"(?P<y>\d{4})(?:(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})|年(?P<m2>\d{1,2})月(?P<d2>\d{1,2})[日号])"
_COMPACT = r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"
_TIME = (
    r"(?P<half>上午|下午|晚上|凌晨)?(?P<H>\d{1,2})"
    r"(?::(?P<M>\d{2})(?::(?P<S>\d{2})(?:\.(?P<f>\d{1,6}))?)?|[时点](?:(?P<M2>\d{1,2})分(?:(?P<S2>\d{1,2})秒)?|整|(?P<h2>半))?)"
    r"(?P<z>Z|[+-]\d{2}:?\d{2})?"
)
_DATE_RE = re.compile(_DATE)
_COMPACT_RE = re.compile(_COMPACT)
_STAMP_RE = re.compile(_DATE + r"(?:[T\s]+|(?<=[日号]))" + _TIME)
_DIGITS_RE = re.compile(_COMPACT + r"(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})?")

_DATE_REMEDY = Text("请写成 2022-07-10 或 2022年7月10日。", "Write it as 2022-07-10.")
_STAMP_REMEDY = Text("请写成 2022-07-10 08:30。", "Write it as 2022-07-10 08:30.")


def parse_date(value: str | date | float, field: str = "date") -> date:
    """Read a day: 2022-07-10, 2022/7/10, 2022.7.10, 2022年7月10日, 20220710, a date, or a spreadsheet's serial number.

    A datetime must be aware and gives its day in Shanghai. A day that does not exist is refused by name.
    """
    if isinstance(value, datetime):
        return aware(value, field).astimezone(SHANGHAI).date()
    if isinstance(value, date):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return from_serial(value, field)
    text = _plain(str(value))
    found = _DATE_RE.fullmatch(text) or _COMPACT_RE.fullmatch(text)
    if found is None:
        raise _unreadable(text, field, Text("不是日期。", "This is not a date."), _DATE_REMEDY)
    return _day(found, text, field)


AHEAD = 400
"""Days ahead that a plan for the season may reach; what lies beyond is a slip of the year."""


def not_far(day: date, today: date, field: str, days: int = AHEAD) -> date:
    """The same day; refused where it lies further ahead than a plan of that kind reaches."""
    if (day - today).days > days:
        rule = Text("日期在 {n} 天以后，不合理。", "The day lies more than {n} {n|day|days} ahead.").with_(n=days)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请核对年份。", "Check the year."), field=field, value=day.isoformat())
    return day


def parse_datetime(value: str | datetime, field: str = "at") -> datetime:
    """Read a moment; without an offset it is meant in Shanghai. A day without a time is refused: it is not a moment.

    Accepts 2022-07-10 08:30[:00[.123456]][+08:00|Z], with T, / or 年月日, 20220710083000, 8时30分, 下午3点半, 24:00.
    """
    if isinstance(value, datetime):
        return aware(value, field).astimezone(SHANGHAI)
    text = _plain(str(value))
    found = _STAMP_RE.fullmatch(text) or _DIGITS_RE.fullmatch(text)
    if found is None:
        only_day = _DATE_RE.fullmatch(text) or _COMPACT_RE.fullmatch(text)
        rule = (
            Text("只有日期，没有时刻。", "This is a day without a time.")
            if only_day
            else Text("不是日期和时刻。", "This is not a date and time.")
        )
        raise _unreadable(text, field, rule, _STAMP_REMEDY)
    day = _day(found, text, field)
    return _moment(day, found.groupdict(), text, field).astimezone(SHANGHAI)


def _moment(day: date, part: dict[str, str | None], text: str, field: str) -> datetime:
    hour = int(part["H"] or 0)
    minute = int(part.get("M") or part.get("M2") or (30 if part.get("h2") else 0))
    second = int(part.get("S") or part.get("S2") or 0)
    micro = int((part.get("f") or "").ljust(6, "0"))
    half = part.get("half")
    if half in ("下午", "晚上") and hour < 12:
        hour += 12
    elif half in ("上午", "凌晨") and hour > 12:
        hour = 99  # contradicts itself: refused below
    midnight = hour == 24 and minute == second == micro == 0
    try:
        at = datetime(
            day.year, day.month, day.day, 0 if midnight else hour, minute, second, micro, _zone(part.get("z"))
        )
        return at + timedelta(days=1) if midnight else at
    except (ValueError, OverflowError):
        rule = Text("没有这个时刻：{text}。", "There is no such time: {text}.").with_(text=text)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=_STAMP_REMEDY, field=field, value=text) from None


def _zone(text: str | None) -> tzinfo:
    if text is None:
        return SHANGHAI
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))


def from_serial(serial: float, field: str = "date") -> date:
    """Turn a spreadsheet's serial day number (1900 system: 1 is 1900-01-01) into a date.

    60 is the 29 February 1900 that spreadsheets count and that never was.
    """
    if not math.isfinite(serial) or not 1 <= serial < 2_958_466:
        rule = Text("不是日期：序号应在 1 到 2958465 之间。", "Not a date: a serial day number is 1 to 2958465.")
        raise _unreadable(str(serial), field, rule, _DATE_REMEDY)
    whole = int(serial)
    if whole == 60:
        raise _no_such_day("1900-02-29", field)
    return date(1899, 12, 31 if whole < 60 else 30) + timedelta(days=whole)


def aware(at: datetime, field: str = "at") -> datetime:
    """Return the datetime, or refuse one without a time zone."""
    if at.utcoffset() is None:
        raise Refusal(
            Reason.INVALID_VALUE,
            Text("时间没有注明时区。", "The time has no time zone."),
            remedy=Text("请注明时区，例如 +08:00。", "Give the time zone, for example +08:00."),
            field=field,
            value=at.isoformat(),
        )
    return at


def due(from_: datetime, hours: float) -> datetime:
    """Return the deadline `hours` (0 or more, may be a fraction) of elapsed time after a moment, in Shanghai time."""
    start = aware(from_, "from").astimezone(UTC)
    if not math.isfinite(hours) or hours < 0:
        raise Refusal(
            Reason.INVALID_VALUE,
            Text("时限应为不小于 0 的小时数。", "A time limit is a number of hours, 0 or more."),
            remedy=Text("请改写时限。", "Change the time limit."),
            field="hours",
            value=hours,
        )
    return (start + timedelta(hours=hours)).astimezone(SHANGHAI)


def remaining(deadline: datetime, now: datetime) -> Text:
    """Say how long there is left or how late it is: 还剩 3 小时, 已超 2 小时, 还剩 2 天. Rounded down to whole units.

    Minutes under one hour, hours under two days, days from there on.
    """
    left = (aware(deadline, "deadline") - aware(now, "now")).total_seconds()
    late = left < 0
    minutes = int(abs(left)) // 60
    if minutes < 1:
        return Text("刚刚超时", "just overdue") if late else Text("即将到期", "due now")
    if minutes < 60:
        count, zh, en = minutes, "分钟", "minute"
    elif minutes < 48 * 60:
        count, zh, en = minutes // 60, "小时", "hour"
    else:
        count, zh, en = minutes // 1440, "天", "day"
    plural = en if count == 1 else en + "s"
    if late:
        return Text(f"已超 {count} {zh}", f"{count} {plural} overdue")
    return Text(f"还剩 {count} {zh}", f"{count} {plural} left")


def _plain(text: str) -> str:
    """Full-width forms to plain ones; spaces around the parts of a Chinese date are of no meaning."""
    flat = unicodedata.normalize("NFKC", text).strip()
    flat = re.sub(r"\s*([年月日号时点分秒/:])\s*", r"\1", flat)
    return re.sub(r"\s+", " ", flat)


def _day(found: re.Match[str], text: str, field: str) -> date:
    part = found.groupdict()
    year, month, day = int(part["y"]), int(part["m"] or part["m2"]), int(part["d"] or part["d2"])
    try:
        return date(year, month, day)
    except ValueError:
        raise _no_such_day(f"{year:04d}-{month:02d}-{day:02d}", field, text) from None


def _no_such_day(day: str, field: str, given: str | None = None) -> Refusal:
    rule = Text("日历上没有 {day} 这一天。", "There is no {day} in the calendar.").with_(day=day)
    remedy = Text("请核对年、月、日。", "Check the year, month and day.")
    return Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field=field, value=given or day)


def _unreadable(text: str, field: str, rule: Text, remedy: Text) -> Refusal:
    if re.fullmatch(r"[34]\d{4}", text):
        day = from_serial(int(text)).isoformat()
        remedy = Text(
            "这像是表格软件的日期序号（{day}），请把该列设为日期格式后重新导出。",
            "This looks like a spreadsheet's day number ({day}): format the column as a date and export again.",
        ).with_(day=day)
    return Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field=field, value=text[:60])
