"""Ordinals and the outline they make: 一、（一）1.（1）一是 … ; which paragraph stands under which heading."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tongchou.intake.numerals import number
from tongchou.intake.page import han_count

_CN = "[一二三四五六七八九十]{1,3}"
_KINDS = (
    (0, rf"第{_CN}[章编部]分?"),
    (1, rf"(?:{_CN}、|第(?:{_CN}|\d{{1,2}})条|{_CN}[.．,，](?=[^，。]))"),
    (2, rf"[（(]{_CN}[)）]、?"),
    (3, r"\d{1,2}(?:、|[.．，](?!\d))"),
    (4, r"[（(]\d{1,2}[)）]、?|\d{1,2}[)）]"),
    (5, "[①-⑳]"),
    (6, rf"{_CN}是要?|{_CN}要(?!求|点|素|件)|第{_CN}[，、：:]|其{_CN}[，、]|{_CN}来?[:：]"),
)
INLINE = 6
_FIRSTLY = re.compile(r"(?:^|(?<=[。；;：:，,\n]))\s*(?P<word>首先|其次|再次|再者|最后)(?:[，、]|(?=要|是))")
_MARKER = [(level, re.compile(rf"(?:{pattern})")) for level, pattern in _KINDS]
_NUMBER = re.compile(rf"{_CN}|\d+")
_BEFORE = re.compile(r"[：:。；;！？!?”）)\n]\s*$|^\s*$|(?:要求|强调|指出|提出|明确|决定|议定|如下)[，,]$")
_BEFORE_SPOKEN = re.compile(r"[：:。；;，,、！？!?”）)求调出示为即到做说署]\s*$|^\s*$")
_ASKS = re.compile("(?<![主重需必])要(?!求|点)|必须|不得|严禁|一律")
_ENDS_SENTENCE = re.compile(r"[。；！？!?;]")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the clean text. start: its place there. headline: the headline of a later article."""

    text: str
    start: int
    article: int
    headline: bool = False


@dataclass(frozen=True, slots=True)
class Marker:
    """An ordinal: its place in the paragraph, level (0 to 5 written, 6 spoken: 一是), number, text."""

    start: int
    end: int
    level: int
    number: int
    text: str


@dataclass(slots=True)
class Block:
    """A stretch of one paragraph: under an ordinal, or without one. heading: titles only what follows it."""

    paragraph: int
    start: int
    end: int
    marker: Marker | None = None
    heading: bool = False
    has_children: bool = False
    series: int | None = None
    above: tuple[str, ...] = field(default=())


def markers(text: str, expected: dict[int, int]) -> list[Marker]:
    """The ordinals of a paragraph. `expected`: last number seen at each level in the paragraphs before."""
    found: list[Marker] = []
    last = dict(expected)
    opening = True
    candidates = _candidates(text)
    latest = {(m.level, m.number): m.start for m in candidates}
    for marker in candidates:
        start = marker.start == len(text) - len(text.lstrip()) if opening else False
        before = last.get(marker.level, 0)
        follows = marker.number == before + 1 or (
            marker.level == INLINE and before and (before == 1) <= marker.number - before <= 2
        )
        if (
            start
            or (follows and (marker.number > 1 or _goes_on(text, marker, latest)))
            or (marker.number == 1 and _goes_on(text, marker, latest))
        ):
            found.append(marker)
            last[marker.level] = marker.number
        opening = False
    return found


def _candidates(text: str) -> list[Marker]:
    found = []
    for level, pattern in _MARKER:
        before = _BEFORE_SPOKEN if level == INLINE else _BEFORE
        for match in pattern.finditer(text):
            digits = _NUMBER.search(match.group())
            value = (
                "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳".find(match.group()) + 1
                if level == 5
                else number(digits.group())
                if digits
                else None
            )
            near = text[max(0, match.start() - 3) : match.start()]
            # A bracketed ordinal may follow a title without any mark; 第（二）项 refers to one.
            if value and (
                before.search(near) or (level in (2, 4) and not near.endswith(("第", "按", "照", "和", "合")))
            ):
                found.append(Marker(match.start(), match.end(), level, value, match.group()))
    found += _firstly(text)
    found.sort(key=lambda m: (m.start, -m.end))
    out: list[Marker] = []
    for marker in found:
        if not out or marker.start >= out[-1].end:
            out.append(marker)
    return out


def _firstly(text: str) -> list[Marker]:
    """首先…其次…最后…: ordinals only where both the first and the second stand in the paragraph; 最后 alone ends a report."""
    words = list(_FIRSTLY.finditer(text))
    if [m["word"] for m in words[:2]] != ["首先", "其次"]:
        return []
    return [Marker(m.start("word"), m.end(), INLINE, n, m["word"]) for n, m in enumerate(words, 1)]


def _goes_on(text: str, first: Marker, latest: dict[tuple[int, int], int]) -> bool:
    """A first ordinal inside a paragraph counts when a second one follows or a colon comes before. latest: the last place of each level and number."""
    if text[max(0, first.start - 8) : first.start].rstrip()[-1:] in ("：", ":"):
        return True
    ahead = (1, 2) if first.level == INLINE else (1,)
    return any(latest.get((first.level, first.number + n), -1) > first.start for n in ahead)


def outline(paragraphs: list[Paragraph], ordinals: bool = True) -> list[Block]:
    """Cut every paragraph at its ordinals, find headings and what stands above each block."""
    blocks: list[Block] = []
    last: dict[int, int] = {}
    for n, paragraph in enumerate(paragraphs):
        if n and paragraph.article != paragraphs[n - 1].article:
            last = {}
        found = markers(paragraph.text, last) if ordinals else []
        at = 0
        for k, marker in enumerate(found):
            if marker.start > at and paragraph.text[at : marker.start].strip():
                blocks.append(Block(n, at, marker.start, None if not k else found[k - 1]))
            end = found[k + 1].start if k + 1 < len(found) else len(paragraph.text)
            blocks.append(Block(n, marker.start, end, marker))
            at = end
            last = {level: value for level, value in last.items() if level <= marker.level}
            last[marker.level] = marker.number
        if not found:
            blocks.append(Block(n, 0, len(paragraph.text)))
    _number_series(blocks)
    _find_headings(blocks, paragraphs)
    return blocks


def _number_series(blocks: list[Block]) -> None:
    """Each run of 1, 2, 3 … at one level is one series."""
    current: dict[int, tuple[int, int]] = {}
    count = 0
    for block in blocks:
        if block.marker is None:
            continue
        level, value = block.marker.level, block.marker.number
        series, before = current.get(level, (-1, 0))
        if series < 0 or value <= before:
            series, count = count, count + 1
        current = {k: v for k, v in current.items() if k < level}
        current[level] = (series, value)
        block.series = series


def _find_headings(blocks: list[Block], paragraphs: list[Paragraph]) -> None:
    path: list[tuple[int, str]] = []
    for n, block in enumerate(blocks):
        paragraph = paragraphs[block.paragraph]
        if n and paragraph.article != paragraphs[blocks[n - 1].paragraph].article:
            path = []
        following = (
            blocks[n + 1]
            if n + 1 < len(blocks) and paragraphs[blocks[n + 1].paragraph].article == paragraph.article
            else None
        )
        level = block.marker.level if block.marker else 9
        path = [(k, title) for k, title in path if k < level] if block.marker else path
        block.above = tuple(title for _, title in path)
        if block.marker is None:
            continue
        text = paragraph.text[block.marker.end : block.end].strip()
        block.has_children = bool(following and following.marker and following.marker.level > level)
        same = following is not None and following.paragraph == block.paragraph
        under = following is not None and not same and (following.marker is None or following.marker.level > level)
        titled = _is_title(text) and not (text.endswith("。") and (level == INLINE or _ASKS.search(text)))
        block.heading = titled and (under or block.has_children)
        path.append((level, _ENDS_SENTENCE.split(text)[0].rstrip("：:")[:60]))


def _is_title(text: str) -> bool:
    """Short, and without the end of a sentence inside; a full stop may close a single short clause."""
    inner = text.rstrip("。：:")
    if not inner or _ENDS_SENTENCE.search(inner):
        return False
    if text.endswith("。"):
        return han_count(inner) <= 20 and "，" not in inner
    return han_count(inner) <= (60 if text.endswith(("：", ":")) else 36)
