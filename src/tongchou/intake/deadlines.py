"""By when: times as written, and the days they mean beside the document's date."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

from tongchou.intake.dates import days, make
from tongchou.intake.lexicons import lexicon
from tongchou.intake.model import Deadline
from tongchou.intake.numerals import number
from tongchou.kernel.workdays import holiday

Kind = Literal["date", "period", "validity", "clock", "weekday", "event", "span"]
_N = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: Kind
    pattern: re.Pattern[str]


@cache
def _rules() -> tuple[_Rule, ...]:
    """The patterns of the lexicon in its order; {NAME} stands for a part."""
    words = lexicon("deadlines")
    parts = {name: "".join(pattern) for name, pattern in words["parts"].items()}

    def whole(pattern: str) -> str:
        found = re.sub(r"\{([A-Z]+)\}", lambda m: parts[m.group(1)], pattern)
        return found if found == pattern else whole(found)

    return tuple(
        _Rule(kind, re.compile("|".join(whole(p) for p in patterns)))
        for row in words["rules"]
        for kind, patterns in row.items()
    )


def deadlines(text: str, start: int, written: date | None, year: int | None = None) -> tuple[Deadline, ...]:
    """The times of an item, those that end something first. start: added to places. written: the document's date; year: taken where there is none."""
    found: list[tuple[int, Deadline]] = []
    for rank, rule in enumerate(_rules()):
        for match in rule.pattern.finditer(text):
            a, b = match.span()
            if any(d.start - start < b and a < d.end - start for _, d in found) or not _is_asked(
                text, match, rule.kind
            ):
                continue
            found.append((rank, _resolve(match.group(), start + a, start + b, rule.kind, written, year)))
    found.sort(key=lambda pair: (not re.search("前|止|底|内|截", pair[1].text), pair[1].start))
    return tuple(d for _, d in found)


def _is_asked(text: str, match: re.Match[str], kind: Kind) -> bool:
    """Not when something happened, and not 24 小时值班 or 1月10日以来."""
    after, before = text[match.end() : match.end() + 3], text[max(0, match.start() - 4) : match.start()]
    if (
        match.group()[0] != "每"
        and not match.group().endswith(("前", "止", "内"))
        and re.match("以来|以后|之后|的|召开|发布|印发|下发", after)
        and kind in ("date", "event", "clock", "weekday")
    ):
        return False
    if re.search("(?:截至|截止)$", before) and kind == "date" and not match.group().endswith(("前", "止")):
        return False
    if kind == "period" and re.search("(?:针对|随着|由于|鉴于)[“]?$", before):
        return False
    if kind == "clock" and re.match("值|不间断|在岗", after):
        return False
    if kind == "event" and re.search("每[日天次班个]$", before):
        return False
    return not (kind == "event" and re.search("工作$", match.group()))


def _resolve(text: str, start: int, end: int, kind: Kind, written: date | None, year: int | None) -> Deadline:
    first, last, inferred = _DAYS.get(kind, _no_days)(text, written)
    if first is None and written is None and year and (whole := days(text, year)):
        first, last, inferred = whole[0].date, whole[-1].date, whole[0].inferred
    if kind == "validity" and not re.search("[至止]", text):
        last = None
    clock = _clock(text)
    event = text if kind == "event" else ""
    return Deadline(text, start, end, kind, first, last, clock, event, inferred)


_Days = tuple[date | None, date | None, bool]


def _no_days(text: str, written: date | None) -> _Days:
    return None, None, False


def _days(text: str, written: date | None) -> _Days:
    """One or two days. Without a month the coming one, without a year the document's, or the next when far past."""
    found: list[date] = []
    inferred = False
    for match in re.finditer(rf"(?:(?P<y>20\d\d)年)?(?:(?P<m>{_N})月)?(?P<d>{_N})[日号]", text):
        day, guessed = _day(match, found[-1] if found else written)
        inferred = inferred or guessed
        if day:
            found.append(day)
    if found:
        return found[0], found[-1], inferred
    if re.search(rf"{_N}[日号]", text):
        return None, None, False
    if written is None:
        return None, None, False
    if re.search("即日|今[天日晚]|发布|公布|印发|通告|通知|公告", text):
        return written, written, True
    if re.search("明[天日早晚]|次日", text):
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
    if not re.search("[月周年]", text):
        return None, None, False
    match = re.search(rf"(?:(20\d\d)年)?({_N})月", text)
    month = (number(match.group(2)) or 0) if match else 12 if "年" in text else written.month
    year = int(match.group(1)) if match and match.group(1) else written.year
    one = make(year, month, 1)
    if one is None:
        return None, None, False
    if "周" in text:
        sunday = written + timedelta(days=6 - written.weekday())
        return written, sunday, True
    end = (one + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    for word, a, b in (("上旬", 1, 10), ("中旬", 11, 20), ("下旬", 21, end.day)):
        if word in text:
            return one.replace(day=a), one.replace(day=b), True
    return (end, end, True) if re.search("底|末", text) else (one, end, True)


def _span(text: str, written: date | None) -> _Days:
    """So many days from the document's date; hours within a day have no day of their own."""
    match = re.search(r"(\d{1,3}|[一二两三四五六七八九十]{1,3})个?(小时|分钟|日|天|工作日|周|星期|个月)", text)
    amount = number(match.group(1)) if match else None
    if (
        match is None
        or amount is None
        or written is None
        or "后" in text
        or match.group(2) in ("小时", "分钟", "工作日")
    ):
        return None, None, False
    each = {"周": 7, "星期": 7, "个月": 30}.get(match.group(2), 1)
    return written, written + timedelta(days=amount * each), True


def _weekday(text: str, written: date | None) -> _Days:
    match = re.search("[一二三四五六日天]", re.sub("^[本下每]?(?:周|星期|礼拜)", "", text))
    if match is None or written is None or "每" in text:
        return None, None, False
    wanted = "一二三四五六日".index(match.group().replace("天", "日"))
    ahead = wanted - written.weekday()
    ahead = ahead + 7 if text.startswith("下") else ahead % 7 if not text.startswith("本") else ahead
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
    name = next((n for n in (*_FEASTS, "元宵") if n in text), None)
    if name is None or written is None:
        return None, None, False
    for year in (written.year, written.year + 1):
        span = _feast(name, year)
        if span is not None and span[1] >= written - timedelta(days=3):
            before = span[0] - timedelta(days=1)
            return (before, before, True) if re.search("前(?!后)", text) else (*span, True)
    return None, None, False


def _clock_day(text: str, written: date | None) -> _Days:
    """今晚8点 and 明早6点前 have a day; 每日17时前 has none."""
    return _days(text, written) if re.match("[今明]", text) else (None, None, False)


_DAYS: dict[Kind, Callable[[str, date | None], _Days]] = {
    "date": _days, "validity": _days, "period": _period, "span": _span, "weekday": _weekday, "clock": _clock_day, "event": _no_days,
}  # fmt: skip


def _clock(text: str) -> str:
    match = re.search(
        r"(凌晨|早上|上午|中午|下午|傍晚|晚上|晚|早)?(\d{1,2}|[一二三四五六七八九十零]{1,3})(?:[:：](\d{2})|[时点](?:(\d{1,2})分|(半))?)",
        text,
    )
    if match is None:
        return ""
    hour = number(match.group(2).replace("零", "〇"))
    minute = int(match.group(3) or match.group(4) or (30 if match.group(5) else 0))
    if hour is None or hour > 24 or minute > 59:
        return ""
    if match.group(1) in ("下午", "傍晚", "晚上", "晚") and hour < 12:
        hour += 12
    return f"{hour:02}:{minute:02}"
