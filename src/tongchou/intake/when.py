"""The days that a time as written means beside the document's date, and its time of day."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal

from tongchou.intake.dates import make
from tongchou.intake.numerals import number
from tongchou.kernel.workdays import holiday, is_workday

Kind = Literal["date", "period", "validity", "clock", "weekday", "event", "span"]
_N = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"

_Days = tuple[date | None, date | None, bool]


def _no_days(text: str, written: date | None) -> _Days:
    return None, None, False


_FROM_NOW = re.compile("从?(?:即日|今[日天晚]?)起")


def _days(text: str, written: date | None) -> _Days:
    """One or two days. Without a month the coming one, without a year the document's, or the next when far past."""
    found: list[date] = []
    inferred = False
    if written and re.match(f"[下次]个?月{_N}[日号]", text):
        written = _end_of(written.year, written.month) + timedelta(days=1)
    for match in re.finditer(rf"(?:(?P<y>20\d\d)年)?(?:(?P<m>{_N})月)?(?P<d>{_N})[日号]", text):
        day, guessed = _day(match, found[-1] if found else written)
        inferred = inferred or guessed
        if day:
            found.append(day)
    if found:
        return (written if len(found) == 1 and _FROM_NOW.match(text) else found[0]), found[-1], inferred
    if re.search(rf"{_N}[日号]", text):
        return None, None, False
    if written is None:
        return None, None, False
    if _FROM_NOW.match(text):
        return written, None, True
    if re.search("今[天日晚]|发布|公布|印发|通告|通知|公告", text):
        return written, written, True
    if "后天" in text:
        return written + timedelta(days=2), written + timedelta(days=2), True
    if re.search("明[天日早晚]|明起|次日", text):
        return written + timedelta(days=1), written + timedelta(days=1), True
    return _month(text, written)


def _day(match: re.Match[str], written: date | None) -> tuple[date | None, bool]:
    month = number(match["m"]) if match["m"] else None
    year = int(match["y"]) if match["y"] else None
    day = number(match["d"])
    if written is None:
        return make(year, month, day), False
    found = make(year or written.year, month or written.month, day)
    if found and not year and month and (written - found).days > 180:
        found = make(written.year + 1, month, day)
    if found and not month and found < written:
        following = (written.replace(day=1) + timedelta(days=32)).replace(day=1)
        found = make(following.year, following.month, day)
    return found, year is None


def _month(text: str, written: date) -> _Days:
    """A week, a month or its part, a quarter, half a year, a year."""
    if re.search("周|星期", text):
        monday = written - timedelta(days=written.weekday()) + timedelta(days=7 if text.startswith("下") else 0)
        return max(monday, written), monday + timedelta(days=6), True
    if re.search("正月|腊月|农历|大年", text) or not re.search("[月季年]", text):
        return None, None, False
    told = re.search(r"20\d\d", text)
    year = int(told.group()) if told else written.year + (1 if "明年" in text else 2 if "后年" in text else 0)
    first, last = _months(text, written)
    ends = _end_of(year, last)
    if not told and "年" not in text and (written - ends).days > 180:
        year += 1
    one, end = date(year, first, 1), _end_of(year, last)
    if re.search("[下次]个?月", text) and first < written.month:
        one, end = date(year + 1, first, 1), _end_of(year + 1, last)
    for word, a, b in (("初", 1, 10), ("上旬", 1, 10), ("中旬", 11, 20), ("下旬", 21, end.day)):
        if word in text:
            return one.replace(day=a), one.replace(day=b), True
    return (end, end, True) if re.search("底|末", text) else (one, end, True)


def _months(text: str, written: date) -> tuple[int, int]:
    """Number of the first and of the last month of a span of the calendar."""
    if quarter := re.search("([一二三四])季度", text):
        last = 3 * (number(quarter.group(1)) or 1)
        return (1 if "前" in text[: quarter.start()] else last - 2), last
    if half := re.search("([上下])半年", text):
        return (1, 6) if half.group(1) == "上" else (7, 12)
    if named := re.findall(f"({_N})月", text):
        months = [m for m in map(number, named) if m and 1 <= m <= 12] or [written.month]
        return months[0], months[-1]
    if "月" in text:
        month = written.month % 12 + 1 if re.search("[下次]个?月", text) else written.month
        return month, month
    return 1, 12


def _end_of(year: int, month: int) -> date:
    return (date(year, month, 1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


_FROM_ELSE = "(?<!今)后|提前|前.*(?:小时|工作日|[天日周])$|(?<!即)之日起"
_ITSELF = re.compile("(?:通知|通告|公告|方案|文件|发布|印发|公布|下发|即日)[^，。；]{0,4}之日起")


def _span(text: str, written: date | None) -> _Days:
    """So much from the document's date; hours within a day have no day of their own, and what counts from an event neither."""
    match = re.search(r"(\d{1,3}|[一二两三四五六七八九十]{1,3}|半)(?:个)?(小时|分钟|工作日|日|天|周|星期|月|年)", text)
    if match is None or written is None or (re.search(_FROM_ELSE, text) and not (_ITSELF.search(text) and "收到" not in text)):
        return None, None, False
    unit = match.group(2)
    if match.group(1) == "半":
        days = {"月": 15, "年": 182}.get(unit)
        return (written, written + timedelta(days=days), True) if days else (None, None, False)
    amount = number(match.group(1))
    if not amount or unit in ("小时", "分钟"):
        return None, None, False
    if unit == "工作日":
        day, left = written, amount
        while left > 0:
            day += timedelta(days=1)
            left -= is_workday(day)
        return written, day, True
    if unit in ("月", "年"):
        months = written.month - 1 + amount * (12 if unit == "年" else 1)
        year, month = written.year + months // 12, months % 12 + 1
        return written, date(year, month, min(written.day, _end_of(year, month).day)), True
    return written, written + timedelta(days=amount * (7 if unit in ("周", "星期") else 1)), True


def _weekday(text: str, written: date | None) -> _Days:
    match = re.search("[一二三四五六日天]", re.sub("^[本这下每]?个?(?:周|星期|礼拜)", "", text))
    if match is None or written is None or "每" in text:
        return None, None, False
    wanted = "一二三四五六日".index(match.group().replace("天", "日"))
    ahead = wanted - written.weekday()
    ahead = ahead + 7 if text.startswith("下") else ahead % 7 if not text.startswith(("本", "这")) else ahead
    day = written + timedelta(days=ahead)
    return day, day, True


_FEASTS = {
    "春节": "春节",
    "清明": "清明",
    "五一": "劳动节",
    "端午": "端午",
    "中秋": "中秋",
    "国庆": "国庆节",
    "十一": "国庆节",
    "元旦": "元旦",
}
"""As texts say it -> as the calendar names it."""
_LANTERNS = {2020: date(2020, 2, 8), 2021: date(2021, 2, 26), 2022: date(2022, 2, 15), 2023: date(2023, 2, 5)}
"""元宵 is no holiday, so the calendar of holidays does not hold it."""


def _feast(name: str, year: int) -> tuple[date, date] | None:
    if name == "元宵":
        return (day, day) if (day := _LANTERNS.get(year)) else None
    return holiday(_FEASTS[name], year)


def _period(text: str, written: date | None) -> _Days:
    if re.search(r"\d[日号]", text):
        return _days(text, written)
    named = [name for name in (*_FEASTS, "元宵") if name in text]
    if not named or written is None:
        return None, None, False
    spans = [span for name in named if (span := _coming(name, written))]
    if not spans:
        return None, None, False
    first, last = min(a for a, _ in spans), max(b for _, b in spans)
    before = first - timedelta(days=1)
    return (before, before, True) if re.search("前(?!后)", text) else (first, last, True)


def _coming(name: str, written: date) -> tuple[date, date] | None:
    """The feast's days that are not yet past."""
    for year in (written.year, written.year + 1):
        span = _feast(name, year)
        if span is not None and span[1] >= written - timedelta(days=3):
            return span
    return None


def _clock_day(text: str, written: date | None) -> _Days:
    """今晚8点 and 明早6点前 have a day; 每日17时前 has none."""
    return _days(text, written) if re.match("[今明]|后天", text) else (None, None, False)


def days_of(kind: Kind, text: str, written: date | None) -> tuple[date | None, date | None, bool]:
    """First and last day, and whether part of them is inferred. written: the document's date."""
    return _DAYS[kind](text, written)


_DAYS: dict[Kind, Callable[[str, date | None], _Days]] = {
    "date": _days, "validity": _days, "period": _period, "span": _span, "weekday": _weekday, "clock": _clock_day, "event": _no_days,
}  # fmt: skip


_LATE = ("晚间", "晚上", "夜里", "夜间", "半夜", "深夜", "午夜", "晚")
_AFTER_NOON = ("下午", "傍晚", *_LATE)


def clock_of(text: str) -> str:
    """The time of day as HH:MM; 今晚12点 is 24:00; \"\" where none is named."""
    match = re.search(
        r"(凌晨|清晨|早晨|早上|上午|中午|下午|傍晚|晚间|晚上|夜里|夜间|半夜|深夜|午夜|晚|早)?(\d{1,2}|[一二三四五六七八九十零]{1,3})(?:[:：](\d{2})|[时点](?:(\d{1,2})分|(半))?)",
        text,
    )
    if match is None:
        return ""
    hour = number(match.group(2).replace("零", "〇"))
    minute = int(match.group(3) or match.group(4) or (30 if match.group(5) else 0))
    if hour is None or hour > 24 or minute > 59:
        return ""
    if match.group(1) in _AFTER_NOON and hour < 12:
        hour += 12 if hour > 5 or match.group(1) in ("下午", "傍晚") else 0
    elif match.group(1) in _LATE and hour == 12:
        hour = 24
    return f"{hour:02}:{minute:02}"
