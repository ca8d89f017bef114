"""What the intake gives back: the document, its clean text, and what it asks of whom.

Offsets count characters (not bytes), half-open. `start`, `end` are places in the clean text unless a name says `raw`.
"""

from __future__ import annotations

import bisect
import datetime
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from tongchou.kernel.text import Text

NOTE_KINDS: Mapping[str, Text] = {
    "control": Text("不可见字符", "Invisible characters"),
    "entity": Text("网页转义符", "Web entity"),
    "tag": Text("网页标记", "Markup"),
    "inferred": Text("编码损坏，推断还原", "Damaged encoding, restored by inference"),
    "pinyin": Text("括注拼音", "Pinyin in brackets"),
    "traditional": Text("繁体转简体", "Traditional to simplified"),
    "punctuation": Text("标点统一为全角", "Punctuation made full-width"),
    "joined": Text("断行接合", "Broken lines joined"),
    "doubled": Text("重复段落", "Paragraph that stands in the file already"),
    "headline": Text("标题（不入正文）", "Headline, not part of the body"),
    "furniture": Text("网页栏目、按钮、计数等", "Page furniture, buttons, counters"),
    "dateline": Text("发布日期", "Date of posting"),
    "byline": Text("记者、编辑、来源署名", "By-line of writers, editors, source"),
    "spam": Text("广告或垃圾文字", "Spam"),
    "code": Text("程序或数据库残留", "Residue of code or a database"),
    "after": Text("正文结束之后的内容", "What follows the end of the text"),
}
"""Kinds of cleaning notes, each with why."""

LEFT_OUT: Mapping[str, Text] = {
    "slogan": Text("只表态度或目标，没有可办的事", "Says a stance or a goal, nothing to do"),
    "announces": Text("只是引出本段", "Only announces its paragraph"),
    "lead": Text("新闻导语，概括后文", "News lead that sums up what follows"),
    "heading": Text("小标题，事项在其下", "Heading; what is to be done stands under it"),
    "report": Text("已做的事", "Reports what was done"),
    "permission": Text("许可，不是要求", "Permits, does not ask"),
    "consequence": Text("法律后果，未写明由谁处理", "Legal consequence that names nobody to act"),
    "advice": Text("倡导、鼓励", "Advice"),
    "nouns": Text("材料或内容清单", "List of papers or contents"),
    "unlike": Text("读来不像可以交办的事（按已标注文书的用语判断）", "Does not read like something to assign, by the wording of annotated documents"),
}
"""Why a sentence that sounds like an instruction was left out."""


@dataclass(frozen=True, slots=True)
class Places:
    """For each character n of the clean text the raw span [starts[n], ends[n]) that it stands for."""

    starts: array[int]
    ends: array[int]

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """The raw span behind the clean characters [start, end). ValueError when empty or out of range."""
        if not 0 <= start < end <= len(self.starts):
            raise ValueError(f"no clean characters [{start}, {end}) of {len(self.starts)}")
        return min(self.starts[start:end]), max(self.ends[start:end])

    def clean_at(self, raw: int) -> int | None:
        """The clean character that stands for the raw place, or None where that place was removed."""
        n = bisect.bisect_right(self.starts, raw) - 1
        return n if n >= 0 and self.starts[n] <= raw < self.ends[n] else None


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that cleaning did. `kind` is a key of NOTE_KINDS; `after` is empty for what was removed.

    Notes of many single characters (traditional, punctuation) are one note each for a run that was changed.
    """

    kind: str
    raw_start: int
    raw_end: int
    before: str
    after: str = ""

    @property
    def why(self) -> Text:
        return NOTE_KINDS[self.kind]

    @property
    def inferred(self) -> bool:
        """Restored by inference: a person should look."""
        return self.kind == "inferred"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What may be missing in the clean text, which stays as it is: 212日 → 2月12日. `why` in both languages."""

    start: int
    end: int
    written: str
    proposed: str
    why: Text


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of the clean text: a unit made responsible, a heading."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount as written; value None where it is not a plain number (数十个)."""

    text: str
    start: int
    end: int
    value: float | None
    measure: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """A time by or during which something is to be done, as written, and what it means.

    first, last: the days it names (equal for a single day; one of them None for an open end).
    clock: a time of day as HH:MM, or "". event: what it hangs on where that is no date (抵京当天).
    inferred: part of the date (mostly the year) comes from the document's date, not from the words.
    """

    text: str
    start: int
    end: int
    kind: Literal["date", "period", "validity", "clock", "weekday", "event", "span"]
    first: date | None = None
    last: date | None = None
    clock: str = ""
    event: str = ""
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who is quoted: a name, or 会议 where the meeting speaks. role: the office as written, without the name."""

    name: str
    role: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Directive:
    """One instruction that a unit can be assigned and that can be verified later.

    basis: ordinal (an enumerated item), obligation (要, 必须, 不得…), imperative (an order without such a word).
    heading: titles above it, outermost first. series: number of the enumeration in the document, from 0.
    units: parties that the item itself makes responsible. proposed_by: "" for the rules, else the model's name.
    """

    text: str
    start: int
    end: int
    article: int
    ordinal: str | None
    basis: Literal["ordinal", "obligation", "imperative"]
    speaker: Speaker | None = None
    themes: tuple[str, ...] = ()
    units: tuple[Mention, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    heading: tuple[str, ...] = ()
    series: int | None = None
    proposed_by: str = ""

    @property
    def deadline(self) -> Deadline | None:
        """The first deadline, or None."""
        return self.deadlines[0] if self.deadlines else None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A sentence with an obligation word that is no directive, and why: `why` is a key of LEFT_OUT."""

    text: str
    start: int
    end: int
    why: str


@dataclass(frozen=True, slots=True)
class CountCheck:
    """An announced number of points (“四个方面”) and how many of that series were found after it; found 0: no ordinals follow."""

    text: str
    start: int
    end: int
    announced: int
    found: int
    missing: tuple[int, ...] = ()

    @property
    def agrees(self) -> bool:
        return self.announced == self.found and not self.missing

    @property
    def unnumbered(self) -> bool:
        """Whether the text announces points and numbers none: nothing can be checked, and it is no fault."""
        return self.found == 0


@dataclass(frozen=True, slots=True)
class Header:
    """What the document says of itself; None where it does not.

    date: the day of the event, else of issue. date_written: the words it comes from. year_inferred: the words have no year.
    posted: the day of posting on the page. year: taken for days written without one. number: 发文字号. source: the paper, site or office it was taken from.
    issuer: the organ that signed. occasion: what kind of document, and which meeting or order.
    """

    title: str | None = None
    date: datetime.date | None = None
    date_written: str | None = None
    year_inferred: bool = False
    posted: datetime.date | None = None
    year: int | None = None
    area: str | None = None
    source: str | None = None
    issuer: str | None = None
    number: str | None = None
    occasion: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One of the articles of a file: its span in the clean text, and its own header."""

    start: int
    end: int
    header: Header


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """For telling the same text and near copies. exact: SHA-256 of the text without marks and spaces; near: 64 minima of hashed shingles."""

    exact: str
    near: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One file, read.

    kind: report (news of a meeting or a visit), order (notice, announcement, order, plan), letter (letter, appeal).
    raw: the text as it came out of the file; HTML keeps its markup there. encoding: of the bytes; "" for DOCX and PDF.
    """

    name: str
    media: Literal["text", "html", "docx", "pdf"]
    encoding: str
    kind: Literal["report", "order", "letter"]
    raw: str
    clean: str
    places: Places
    header: Header
    articles: tuple[Article, ...]
    directives: tuple[Directive, ...]
    left_out: tuple[LeftOut, ...]
    counts: tuple[CountCheck, ...]
    notes: tuple[Note, ...]
    proposals: tuple[Proposal, ...]
    fingerprint: Fingerprint
    warnings: tuple[Text, ...] = field(default=())
