"""Days: how documents write them, which day is meant, and digits that got lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tongchou.intake.model import Proposal
from tongchou.intake.numerals import number
from tongchou.kernel.text import Text

_CN = "[〇○零一二三四五六七八九十]"
FULL = re.compile(
    rf"(?P<y>20[0-3]\d|二[〇○零][〇○零一二三四五六七八九]{{2}})\s?(?:年|[-/.])\s?(?P<m>\d{{1,2}}|{_CN}{{1,3}})\s?(?:月|[-/.])\s?(?P<d>\d{{1,2}}|{_CN}{{1,3}})(?:\s?[日号])?(?!\d)"
)
MONTH_DAY = re.compile(
    rf"(?<![\d.])(?P<m>1[0-2]|0?[1-9]|{_CN}{{1,2}})\s?月\s?(?P<d>[12]\d|3[01]|0?[1-9]|{_CN}{{1,3}})\s?[日号](?!\d(?!\d?[时点:：]))"
)
DAY = re.compile(r"(?<![\d月.])(?P<d>[12]\d|3[01]|0?[1-9])\s?[日号](?![\d内])")
_LOST = re.compile(r"(?<![\d.:月年])(?P<m>1[0-2]|[1-9])(?P<d>[12]\d|3[01]|0[1-9])日(?!均|常|报|后|内)")
_NO_YEAR = re.compile(r"(?<![\d〇○零一二三四五六七八九今去明每当本全近一])年\d{1,2}月\d{1,2}日")
_RELATIVE = {"昨": -1, "前": -2, "今": 0, "当": 0, "明": 1}
RELATIVE = re.compile("(?P<r>[昨今明])(?:日|天)")
YEAR = 2020
"""Of a text that does not tell its year, where the caller knows none either."""
# Words by which the year of an epidemic document is told when nothing else tells it.
_YEAR_WORDS = (
    (2022, r"15条硬措施|十五条硬措施|奥密克戎|动态清零|社会面清零|常态化核酸|24小时核酸|疫情要防住|二十大(?!届)|党的二十大|白名单企业|抗原检测|方舱"),
    (2021, r"德尔塔|疫苗接种|接种疫苗|建党100周年|建党一百周年|就地过年|党史学习教育"),
    (2020, r"新型冠状病毒感染的肺炎|新冠肺炎|复工复产|复产复工|湖北|武汉|脱贫攻坚"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Day:
    """A day as written, at [start, end) of the text it was found in."""

    text: str
    start: int
    end: int
    date: date
    inferred: bool


def make(year: int | None, month: int | None, day: int | None) -> date | None:
    """The date, or None where there is no such day."""
    try:
        return date(year, month, day) if year and month and day else None
    except ValueError:
        return None


def full_dates(text: str) -> Iterator[Day]:
    """Dates with their year."""
    for match in FULL.finditer(text):
        found = make(number(match["y"]), number(match["m"]), number(match["d"]))
        if found:
            yield Day(match.group(), match.start(), match.end(), found, False)


def days(text: str, year: int) -> list[Day]:
    """Dates with or without a year, in order; `year` is taken where none is written."""
    found = list(full_dates(text))
    taken = [(d.start, d.end) for d in found]
    for match in MONTH_DAY.finditer(text):
        if any(a <= match.start() < b for a, b in taken):
            continue
        day = make(year, number(match["m"]), number(match["d"]))
        if day:
            found.append(Day(match.group(), match.start(), match.end(), day, True))
    return sorted(found, key=lambda d: d.start)


@dataclass(frozen=True, slots=True)
class YearClues:
    """What a text tells of its year: the first whole date, a year alone, the words of a year."""

    dated: int | None = None
    written: int | None = None
    worded: int | None = None


def year_clues(text: str) -> YearClues:
    """What a text tells of its year; a long text is looked through once, however many articles ask."""
    match = re.search(r"(?<!\d)(20[12]\d)\s?(?:年|〕|\]|】)", text)
    return YearClues(
        dated=next((found.date.year for found in full_dates(text)), None),
        written=int(match.group(1)) if match else None,
        worded=next((year for year, words in _YEAR_WORDS if re.search(words, text)), None),
    )


def guess_year(*clues: YearClues, otherwise: int = YEAR) -> tuple[int, bool]:
    """The year a text is from and whether that is a guess: a written one, else one told by its words, else `otherwise`. clues: of texts, the nearest first."""
    for told in (*(c.dated for c in clues), *(c.written for c in clues)):
        if told is not None:
            return told, False
    worded = [c.worded for c in clues if c.worded is not None]
    return (max(worded), True) if worded else (otherwise, True)


def relative(text: str, posted: date | None) -> Day | None:
    """昨日, 今天 beside the day of posting."""
    match = RELATIVE.search(text)
    if match is None or posted is None:
        return None
    return Day(match.group(), match.start(), match.end(), posted + timedelta(days=_RELATIVE[match["r"]]), True)


def lost_digits(text: str, year: int | None) -> tuple[Proposal, ...]:
    """212日 → 2月12日, 自年2月9日 → 自2020年2月9日: offered, never put in. `year` is that of the document."""
    month = Text("像是“月”字丢失，请对照原文核实", "The character 月 seems lost; check it against the original")
    digits = Text(
        "像是年份数字丢失，请对照原文核实", "The digits of the year seem lost; check them against the original"
    )
    found = [
        Proposal(m.start(), m.end(), m.group(), f"{int(m['m'])}月{int(m['d'])}日", month)
        for m in _LOST.finditer(text)
        if make(year or 2020, int(m["m"]), int(m["d"]))
    ]
    for match in _NO_YEAR.finditer(text) if year else ():
        found.append(Proposal(match.start(), match.end(), match.group(), f"{year}{match.group()}", digits))
    return tuple(sorted(found, key=lambda p: p.start))
