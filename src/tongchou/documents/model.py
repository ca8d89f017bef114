"""An official document: its elements (要素) and its body, before any layout. Source of the elements: GB/T 9704-2012, 7."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text

FORMS: dict[str, Text] = {
    "document": Text("通知（文件）", "Notice"),
    "bulletin": Text("通报", "Bulletin"),
    "letter": Text("函", "Letter"),
    "brief": Text("工作简报（日报）", "Brief"),
    "minutes": Text("纪要", "Minutes"),
}
"""document, bulletin: red head with number; letter: 信函格式, 10.1; brief: numbered issue without addressees; minutes: GB/T 9704-2012, 10.3."""
_NUMBER = re.compile(r"^\s*(?P<organ>\S{1,20}?)\s*[〔\[(（【]\s*(?P<year>\d{4})\s*[〕\])）】]\s*第?\s*0*(?P<seq>\d{1,5})\s*号\s*$")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the body; its number (一、（一）1.（1）) follows from its place. level: 1 to 4."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""


Block = Heading | Paragraph | Table


@dataclass(frozen=True, slots=True)
class Number:
    """发文字号: the organ's code, the whole year, the number without leading zeros and without 第."""

    organ: str
    year: int
    seq: int

    def __str__(self) -> str:
        return f"{self.organ}〔{self.year}〕{self.seq}号"


@dataclass(frozen=True, slots=True)
class Annex:
    """What is set behind the text on a page of its own (附件): its title and its table."""

    title: str
    table: Table


MOST_ADDRESSEES = 12
"""With more of them the first page would hold no text: they are listed in an annex."""


def addressees(names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[Annex, ...]]:
    """The addressees as they stand above the text, and the annex that lists them all where they are too many."""
    if len(names) <= MOST_ADDRESSEES:
        return names, ()
    numbered_names = [cell for n, name in enumerate(names, 1) for cell in (str(n), name)]
    pairs = [numbered_names[n : n + 4] for n in range(0, len(numbered_names), 4)]
    rows = tuple((*row, *[""] * (4 - len(row))) for row in pairs)
    return (f"{names[0]}等{len(names)}个单位",), (Annex("主送单位名单", Table(("序号", "单位", "序号", "单位"), rows)),)


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    """masthead: 发文机关标志. to: 主送机关. issuer, dated: 署名 and 成文日期. issue: of a brief or of minutes, instead of a number.

    attachments: titles of what goes along; annexes: attachments that are set with the document, after the others.

    draft: not issued yet; every page then says so.
    """

    form: str
    masthead: str
    title: str
    body: tuple[Block, ...]
    issuer: str
    dated: date
    number: Number | None = None
    issue: int | None = None
    to: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    annexes: tuple[Annex, ...] = ()
    note: str = ""
    signer: str = ""
    urgency: str = ""
    copies: tuple[str, ...] = ()
    printed_by: str = ""
    present: tuple[str, ...] = ()
    draft: bool = True

    @property
    def attached(self) -> tuple[str, ...]:
        """附件说明: every title, in the order of their numbers."""
        return (*self.attachments, *(a.title for a in self.annexes))

    def annex_mark(self, n: int) -> str:
        """What stands above the n-th annex, counted from 0: 附件, with its number where there are several attachments."""
        return f"附件{len(self.attachments) + n + 1}" if len(self.attached) > 1 else "附件"

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise ValueError(f"form {self.form!r}: one of {sorted(FORMS)}")


def read_number(text: str) -> Number:
    """Read 发文字号 with any of the brackets in use (〔〕, [], （）); raises a Refusal that shows the right form."""
    found = _NUMBER.match(text)
    if found is None:
        raise Refusal(
            Reason.INVALID_VALUE,
            Text("发文字号的格式不对。", "This is no document number."),
            remedy=Text("请写成“机关代字〔年份〕序号”，如“清防指办〔2026〕12号”。", "Write it like 清防指办〔2026〕12号."),
            field="number",
            value=text[:60],
        )
    return Number(found["organ"], int(found["year"]), int(found["seq"]))


_HAN = "零一二三四五六七八九十"


def han_number(n: int) -> str:
    """1 to 99 in Chinese numerals."""
    if not 1 <= n <= 99:
        raise ValueError(f"{n} is not between 1 and 99")
    tens, ones = divmod(n, 10)
    return (("" if tens == 1 else _HAN[tens]) + "十" if tens else "") + (_HAN[ones] if ones else "")


def numbered(body: tuple[Block, ...]) -> Iterator[tuple[Block, str]]:
    """Each block with the number that its heading bears ("" for what is no heading): 一、, （一）, 1., （1）."""
    counts = [0, 0, 0, 0]
    for block in body:
        if not isinstance(block, Heading):
            yield block, ""
            continue
        place = block.level - 1
        counts[place] += 1
        counts[place + 1 :] = [0] * (3 - place)
        n = counts[place]
        yield block, (f"{han_number(n)}、", f"（{han_number(n)}）", f"{n}.", f"（{n}）")[place]


def day_text(day: date) -> str:
    """成文日期 in Arabic figures, without leading zeros: 2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"
