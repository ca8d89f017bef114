"""Lines of a page: which belong to the text, and which are furniture around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from tongchou.intake.lexicons import lexicon
from tongchou.intake.mapped import Mapped

HAN = "\u4e00-\u9fff"
ORDINAL_LINE = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十]{1,3}[)）、，,.．]|第[一二三四五六七八九十]{1,3}[条章节项、，,]|[（(]?\d{1,2}[)）.．、](?!\d)|[①-⑳])"
)
LEAD = re.compile(
    r"^(?:[（(【\[]?(?:本报|本网|本台|本站|[\u4e00-\u9fff]{2,8}[网报])?讯[)）】\]]?|(?:昨日|昨天|今日|今天|近日|日前|[\d０-９]{4}年|\d{1,2}月\d{1,2}日))"
)
_DATE_LINE = re.compile(
    r"^[\[(（]?(?:20)?\d{2}\s?[-年/.]\s?\d{1,2}\s?[-月/.]\s?\d{1,2}\s?日?(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?[\])）]?$"
)
_SPEAKS = re.compile("(?:要求|强调|指出|表示|认为)[，：]")
_STAMP = re.compile(r"20\d\d[-/.]\d{1,2}[-/.]\d{1,2}|20\d\d年\d{1,2}月\d{1,2}日\s*\d{1,2}:\d{2}")
_SHORT_STAMP = re.compile(r"(?<![\d-])\d{1,2}-\d{1,2}\s+\d{1,2}:\d{2}(?!\d)")
_SPREAD = re.compile(f"(?<=[{HAN}])[ \u3000](?=[{HAN}](?:[ \u3000]?[{HAN}]){{0,2}}\\s*[:：])")
"""索 引 号：, 名 称："""
_NAMES = re.compile(f"^[（(][{HAN}]{{2,3}}(?:[ 、][{HAN}]{{2,3}}){{0,3}}[)）]$")
"""Who wrote it, in brackets: （某某某）."""
_SENT_TO = re.compile(r"^(?:分送|抄送|抄报|抄发|印送)\s*[:：]")
_MARKS = "。！？；：”’）)】》…!?;:"
_TAIL = re.compile(r"[（(][^（()）。]{1,40}[)）]$")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the page: its text, what it is, whether it was indented."""

    text: Mapped
    what: str
    indented: bool

    @property
    def is_body(self) -> bool:
        return self.what == "body"

    @property
    def note(self) -> str:
        """The kind of note for a line that does not enter the text."""
        return {
            "date": "dateline",
            "stamp": "dateline",
            "byline": "byline",
            "cut": "after",
            "spam": "spam",
            "code": "code",
        }.get(self.what, "furniture")


@cache
def _rules() -> dict[str, re.Pattern[str]]:
    words = lexicon("furniture")
    joined = {key: "|".join(words[key]) for key in ("drop_whole", "contact", "cut_after", "spam", "disclaimer")}
    found = {key: re.compile(value, re.IGNORECASE) for key, value in joined.items()}
    found["code"] = re.compile(" ".join(words["code"]) if isinstance(words["code"], list) else words["code"])
    byline = words["byline"] if isinstance(words["byline"], str) else " ".join(words["byline"])
    found["byline"] = re.compile("^[（(【\\[]?(?:[^。，,]{0,16}?)" + byline + "+[)）】\\]]?$")
    found["byline_tail"] = re.compile("(?<=[。！？”])\\s*[（(【\\[]?" + byline + "+[)）】\\]]?$")
    return found


def han_count(text: str) -> int:
    """How many Chinese characters a text has."""
    return sum("\u4e00" <= c <= "\u9fff" for c in text)


def classify(text: str) -> str:
    """What a line is: blank, furniture, date, byline, cut (the text ends here), heading or body."""
    if not text:
        return "blank"
    rules, han = _rules(), han_count(text)
    if re.fullmatch(f"[{HAN}]?[。；！？]”?", text):
        return "body"
    if han < 2 and not _DATE_LINE.match(text):
        return "code" if rules["code"].search(text) else "furniture"
    if rules["disclaimer"].search(text) and han <= 160:
        return "furniture"
    sentence = "。" in text and han >= 12
    if _DATE_LINE.match(text):
        return "date"
    if not sentence and (_STAMP.search(text) or _SHORT_STAMP.search(text)) and han <= 40:
        return "stamp"
    if not sentence:
        if rules["cut_after"].search(text):
            return "cut"
        if (rules["byline"].match(text) and han <= 40) or _NAMES.match(text):
            return "byline"
        if han <= 90 and rules["contact"].search(text):
            return "contact"
        if han <= 90 and (rules["drop_whole"].search(text) or rules["drop_whole"].search(_SPREAD.sub("", text))):
            return "furniture"
        if _is_navigation(text):
            return "furniture"
        if len({m.group() for m in rules["spam"].finditer(text)}) >= 2:
            return "spam"
    elif _SENT_TO.match(text):
        return "furniture"
    elif han < 60 and rules["contact"].search(text):
        return "contact"
    elif han < 60 and rules["drop_whole"].search(text) and re.search("^图为|版权|转载|举报|责任编辑|编辑[:：]", text):
        return "furniture"
    if rules["code"].search(text) and han < 0.5 * len(text):
        return "code"
    if "，" in text and (LEAD.match(text) or _SPEAKS.search(text)):
        return "body"
    if sentence or "；" in text or text[-1] in "：:；;。" or (han >= 30 and re.search("[，,]", text)):
        return "body"
    return "heading"


def _is_navigation(text: str) -> bool:
    words = [w for w in re.split(r"[\s|>»·•/、\-—]+", text) if w]
    if not words or max(map(len, words)) > 8 or re.search("[。，,；]", text):
        return False
    known = lexicon("furniture")["navigation"]
    hits = sum(any(k in w for k in known) for w in words)
    return hits >= 2 or (hits == 1 and len(words) == 1 and len(text) <= 4)


def byline_tail(text: str) -> int:
    """How many characters at the end of a paragraph name its writers."""
    match = _rules()["byline_tail"].search(text)
    return len(text) - match.start() if match else 0


def source_tail(text: str) -> re.Match[str] | None:
    """A bracket at the very end that names the office the text is from: 。（宣传部）."""
    match = _TAIL.search(text)
    if (
        match
        and match.start()
        and text[match.start() - 1] in "。！？”"
        and re.search("^完$|[部局办委报社台网室团院校处心媒]$|记者|通讯员|摄", match.group()[1:-1])
    ):
        return match
    return None


def is_open(text: str) -> bool:
    """The line stops before its sentence does."""
    return bool(text) and text[-1] not in _MARKS


def wrapped_width(lines: list[str]) -> int:
    """The width at which a text was wrapped by hand; 0 when its lines are paragraphs."""
    lengths = [len(t) for t in lines if t]
    if len(lengths) < 6:
        return 0
    near = {
        width: sum(0.85 * width <= n <= 1.1 * width for n in lengths) for width in set(lengths) if 12 <= width <= 70
    }
    width = max(near, key=lambda w: (near[w], lengths.count(w)), default=0)
    return width if near.get(width, 0) >= 0.45 * len(lengths) else 0
