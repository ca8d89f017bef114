"""What a document says of itself: kind, title, dates, area, source, issuer, number, occasion."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Literal

from tongchou.intake.areas import area_of
from tongchou.intake.clean import Part
from tongchou.intake.dates import Day, YearClues, days, full_dates, guess_year, relative
from tongchou.intake.lexicons import any_of, lexicon
from tongchou.intake.model import Header
from tongchou.intake.page import han_count
from tongchou.intake.people import people

Kind = Literal["report", "order", "letter"]
_NUMBER = re.compile(
    r"(?:[\u4e00-\u9fff（）()]{1,20}[〔\[【（(]\s?20\d\d\s?[〕\]】）)]\s?第?\s?\d{1,4}\s?号|第\s?\d{1,3}\s?号)"
)
_ORDINAL = re.compile("(?:一、|第一条|（一）|1[.、．])")
_TOLD = "会议|强调|指出|记者|表示，|要求，"
_LETTERHEAD = re.compile(r"^(?:\S\s+){2,}\S$|(?:文件|纪要|简报)$|20\d\d年\d{1,2}月\d{1,2}日$|第\s*\d{1,3}\s*[期号]$")
"""Lines above the title of an official paper: 会 议 纪 要, the number, the issuer with the day."""
_SOURCE = re.compile(
    r"(?:信息|文章|稿件|新闻|稿源)?(?:来\s*源|稿源|出处|发布机构|发布单位|供稿单位?)\s*[:：]\s*([^\s:：|]{2,24}?)(?=\s|$|作者|发布(?=时间|日期|[:：])|时间|浏览|点击|编辑|【|\[|访问)"
)
_TAG = re.compile(r"^[\[【（(](?:转帖|转载|转|图文|组图|图|要闻|置顶|推荐|原创|精华)[\]】）)]\s*")
_SITE = re.compile("_[^_]{2,16}(?:_[^_]{1,16})*$")
"""Of a title as a browser shows it: …通告_公文大全_某网."""
_TODAY = re.compile("今天是|Processed in|GMT")
_POSTED = re.compile("发布|发表|时间|日期|来源|更新")
_SIGNED = re.compile(r"^[（(]([^（）()]{2,16})[）)]$")
_OCCASION = re.compile(
    r"(?:召开|举行|主持|出席|参加)(?:了)?(?P<w>[^，。；]{2,50}?(?:会议|大会|座谈会|推进会|调度会|部署会|例会|全会|工作会|专题会|协调会|动员会|会))"
)
_VISIT = re.compile(r"(?:到|赴|深入|前往)(?P<w>[^，。；]{2,30}?(?:调研|检查|督导|督查|指导|走访|慰问|看望))")
_ISSUER_END = re.compile(
    r"(?:指挥部|办公室|领导小组|政府|委员会|局|委|办|部|公司|学校|街道办事处|中心|厅|党委|工会|协会|社区|村委会|居委会|工作组)$"
)


@cache
def _kinds() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    words = lexicon("kinds")
    end = r"\s*(?:[（(《]?[^（）()》]{0,24}[）)》]?|第?[\d一二三四五六七八九十]+号)?\s*$"
    return (
        re.compile(any_of(words["order_title"]) + end), re.compile(any_of(words["order_body"])),
        re.compile(any_of(words["letter_title"])), re.compile(any_of(words["report_title"])),
    )  # fmt: skip


def kind_of(title: str, paragraphs: list[str]) -> Kind:
    """report, order or letter, by the title, else by how the text opens and closes."""
    order_title, order_body, letter_title, report_title = _kinds()
    lead = "\n".join(paragraphs[:3])
    if letter_title.search(title) and not report_title.search(title):
        return "letter"
    if order_title.search(title) and not report_title.search(title):
        return "order"
    ends = "\n".join(paragraphs[:2] + paragraphs[-5:])
    if order_body.search(ends) and not re.search(r"本报讯|记者|(?:召开|主持).{0,40}会", lead[:200]):
        return "order"
    if re.match(r"^(?:尊敬的|亲爱的|广大).{2,30}[：:]", paragraphs[0] if paragraphs else ""):
        return "letter"
    if paragraphs and _ORDINAL.match(paragraphs[0]) and not re.search(_TOLD, "\n".join(paragraphs)):
        return "order"
    framed = re.search(any_of(lexicon("kinds")["report_frame"]), "\n".join([title, *paragraphs]))
    return "report" if framed or not paragraphs else "order"


def header(part: Part, page: str, *, kind: Kind, year_from: tuple[YearClues, ...], year: int) -> Header:
    """Header of one article. page: what stands around the articles. year_from: what texts tell of the year, the nearest first; else `year`."""
    title = _title(part)
    paragraphs = [p.text for p in part.paragraphs]
    body = "\n".join(paragraphs)
    year, guessed = guess_year(*year_from, otherwise=year)
    posted = _posted(part, page)
    day = _day(kind, paragraphs, title or "", posted, year)
    number = _NUMBER.search("\n".join([*part.asides, *(h.text for h in part.headings), *paragraphs[:2]]))
    return Header(
        title=title,
        date=day.date if day else posted,
        date_written=day.text if day else None,
        year_inferred=bool(day and day.inferred and (guessed or posted is None)),
        posted=posted,
        year=year,
        area=area_of(*_nameless(" ".join(h.text for h in part.headings), body), page),
        source=_source(part, page),
        issuer=_issuer(paragraphs) if kind != "report" else None,
        number=number.group() if number else None,
        occasion=_occasion(kind, title or "", paragraphs),
    )


def _nameless(title: str, body: str) -> tuple[str, str]:
    """Title and body with the names of people blanked: 耿卫东 is not 卫东区."""
    names = sorted((n for n in people(body) if n[0] not in "区县市"), key=len, reverse=True)
    if not names:
        return title, body
    pattern = re.compile("|".join(map(re.escape, names)))
    return pattern.sub("〓", title), pattern.sub("〓", body)


def _title(part: Part) -> str | None:
    lines = [h.text for h in part.headings if not _NUMBER.fullmatch(h.text.strip())]
    lines = [x for x in lines if han_count(x) >= 2]
    if not lines:
        return None
    above = max((n for n, x in enumerate(lines[:-1]) if _LETTERHEAD.search(x.strip()) and "关于" not in x), default=-1)
    if any(x.strip().startswith("关于") for x in lines[above + 1 :]):
        lines = lines[above + 1 :]
    return _SITE.sub("", _TAG.sub("", re.sub(r"\s+", " ", " ".join(lines)).strip()))


def _posted(part: Part, page: str) -> date | None:
    """The day of posting: of a line that says so before any other, and not what day a visitor sees (今天是…)."""
    rows = [row for row in [*part.asides, *page.split("\n")] if not _TODAY.search(row)]
    for row in [*(r for r in rows if _POSTED.search(r)), *rows]:
        for found in full_dates(row):
            return found.date
    return None


def _day(kind: Kind, paragraphs: list[str], title: str, posted: date | None, year: int) -> Day | None:
    """Of a report the event, of an order the signature."""
    if kind != "report":
        for text in reversed(paragraphs[-4:]):
            if han_count(text) <= 40 and (found := days(text, year)):
                return found[-1]
            if (cut := re.search(r"(20\d\d年\d{1,2}月\d{1,2}日)\s*$", text)) and (found := days(cut.group(), year)):
                return found[-1]
        return next(iter(full_dates(title)), None) if posted is None else None
    for text in paragraphs[:3]:
        opening = text[:160]
        near = relative(opening[:24], posted)
        told = [
            d for d in days(opening, year) if not re.search("截至$|截止到?$", opening[max(0, d.start - 3) : d.start])
        ]
        found = [d for d in told if not re.match("以来|重申|印发|发布|在|就", opening[d.end : d.end + 2])] or told
        if near and (not found or near.start < found[0].start):
            return near
        if found:
            return found[0]
    return None


def _source(part: Part, page: str) -> str | None:
    for text in [*part.asides, page]:
        if match := _SOURCE.search(text):
            return match.group(1)
    for text in part.asides:
        if (match := _SIGNED.match(text.strip())) and not re.search("记者|通讯员|摄|编辑", text):
            return match.group(1)
    return None


def _issuer(paragraphs: list[str]) -> str | None:
    for text in reversed(paragraphs[-4:]):
        bare = re.sub(r"\s*(?:20\d\d|二[〇○零].{2})年.*$", "", text.strip()).strip()
        if 3 <= han_count(bare) <= 40 and not re.search("[，。；：]", bare) and _ISSUER_END.search(bare):
            return bare
    return None


def _occasion(kind: Kind, title: str, paragraphs: list[str]) -> str | None:
    if kind != "report":
        found = re.findall(
            any_of(lexicon("kinds")["order_title"]) + "|" + any_of(lexicon("kinds")["letter_title"]), title
        )
        return found[-1] if found else None
    for text in [*paragraphs[:2], title]:
        for pattern in (_OCCASION, _VISIT):
            if match := pattern.search(text):
                return match["w"]
    return None
