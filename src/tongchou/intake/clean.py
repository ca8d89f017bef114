"""From the raw text of a file to clean paragraphs; every character keeps its place in the raw text."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass, field

from tongchou.intake.damage import repair
from tongchou.intake.dump import undump
from tongchou.intake.frame import without_frame
from tongchou.intake.mapped import Mapped, concat
from tongchou.intake.markup import strip_markup
from tongchou.intake.model import Note
from tongchou.intake.notes import Notes
from tongchou.intake.page import (
    HAN,
    LEAD,
    ORDINAL_LINE,
    Line,
    byline_tail,
    classify,
    han_count,
    is_open,
    source_tail,
    wrapped_width,
)
from tongchou.intake.script import drop_pinyin, simplify

_WIDE_ASCII = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff05\uff0e]")
_SPACES = re.compile(r"[ \t\u3000\xa0\u2000-\u200a\u202f]+")
_GAP = re.compile(
    rf"(?<=[{HAN}，。；：、！？“”‘’《》（）]) +(?=[{HAN}，。；：、！？“”‘’《》（）])|(?<=[，。；：、！？]) +| +(?=[，。；：、！？])"
)
_HALF = re.compile(
    rf"(?<=[{HAN}”’》）)\]%\d])[,;:!?](?=[{HAN}“‘《（(\s\d]|$)|(?<=[{HAN}”’》）)])[,;:!?]|[,;:!?](?=[{HAN}“‘《])"
)
_STOP = re.compile(rf"(?<=[{HAN}])\.(?=[{HAN}”’\s]|$)|(?<=[%”）》])\.(?=[{HAN}]|$)")
_BRACKETS = re.compile(rf"\([^()\n]{{0,80}}[{HAN}][^()\n]{{0,80}}\)")
_QUOTES = re.compile(r'"([^"\n]{1,60})"')
_WITHIN = re.compile(
    r"(?<=[^\s（(])[ \u3000]?[（(](?:本[报台网]|见习|实习|全媒体|融媒体?)?(?:记者|通讯员)[^（）()。]{1,30}[)）](?=[ \u3000]*\S)"
)
"""A by-line in the middle of a line: …电（记者 …）…."""
_CREDIT = re.compile("编辑|责编|审核|校对|撰稿|监制")
# A line without an end that is so long, and has a comma, is a broken sentence and no heading.
LONG = 24
_TO_WIDE = str.maketrans(",;:!?()", "，；：！？（）")
_BETWEEN_DIGITS = re.compile(r"\d[,:]\d")


@dataclass(slots=True)
class Part:
    """One article: its headings (one Mapped each) and paragraphs, in order; lines about it that are no part of it."""

    headings: list[Mapped] = field(default_factory=list)
    paragraphs: list[Mapped] = field(default_factory=list)
    asides: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The articles of a file and what was done to it."""

    parts: tuple[Part, ...]
    notes: tuple[Note, ...]

    @property
    def text(self) -> Mapped:
        """The body: paragraphs, and the headings of the second and later articles."""
        rows: list[Mapped] = []
        for n, part in enumerate(self.parts):
            rows += [*(part.headings if n else []), *part.paragraphs]
        return concat(rows, "\n")


def clean(raw: str, without: Set[str] = frozenset()) -> Cleaned:
    """Clean a text. `without` names groups of rules to leave out, to measure what each is worth."""
    text, notes = Mapped.of(raw), Notes()
    if "furniture" not in without:
        text = undump(text, notes)
    text = strip_markup(text, notes)
    if "damage" not in without:
        text = repair(text, notes)
    if "pinyin" not in without:
        text = drop_pinyin(text, notes)
    if "traditional" not in without:
        text = simplify(text, notes)
    text = text.sub(_WIDE_ASCII, lambda m: chr(ord(m.group()) - 0xFEE0), notes.of("punctuation"))
    text = _widen(text, notes)
    if "furniture" not in without:
        text = text.sub(_WITHIN, lambda _: "", notes.of("byline"))
    lines = [_line(line) for line in text.lines()]
    if "furniture" in without:
        lines = [Line(x.text, "body" if x.what != "blank" else "blank", x.indented) for x in lines]
    lines = _cut(lines, notes)
    if "furniture" not in without:
        lines = without_frame(lines)
    if "broken_lines" not in without:
        lines = _join(lines, notes)
    parts = _parts(lines, notes, split="articles" not in without)
    if "doubled" not in without:
        _drop_doubled(parts, notes)
    parts = [p for p in parts if p.paragraphs or p.headings]
    for heading in parts[0].headings if parts else []:
        notes.dropped("headline", heading)
    return Cleaned(tuple(parts), notes.sorted())


def _widen(text: Mapped, notes: Notes) -> Mapped:
    """Full-width punctuation around Chinese; times, numbers and Latin text keep theirs."""
    text = text.sub(_SPACES, lambda m: " " * len(m.group()))
    noted = notes.of("punctuation")
    near = text.text

    def wide(match: re.Match[str]) -> str | None:
        a, b = match.span()
        return None if _BETWEEN_DIGITS.match(near[max(0, a - 1) : b + 1]) else match.group().translate(_TO_WIDE)

    text = text.sub(_HALF, wide, noted)
    text = text.sub(_STOP, lambda _: "。", noted)
    text = text.sub(_BRACKETS, lambda m: "（" + m.group()[1:-1] + "）", noted)
    return text.sub(_QUOTES, lambda m: "“" + m.group(1) + "”" if han_count(m.group(1)) else None, noted)


def _line(line: Mapped) -> Line:
    indented = len(line.text) - len(line.text.lstrip()) >= 2
    line = line.strip(" •·►▶◆■●*✓✔☑√").strip("-|").strip()
    what = classify(line.text)
    if what == "body":
        line = line.sub(_GAP, lambda _: "")
    return Line(line, what, indented)


def _cut(lines: list[Line], notes: Notes) -> list[Line]:
    """Without what follows the end of the text, unless most of the text would go."""
    size = [han_count(x.text.text) if x.is_body else 0 for x in lines]
    total, seen = sum(size), 0
    for n, line in enumerate(lines):
        seen += size[n]
        if line.what == "cut" and total and seen > 0.6 * total:
            for gone in lines[n:]:
                notes.dropped("after", gone.text)
            return lines[:n]
    return lines


def _join(lines: list[Line], notes: Notes) -> list[Line]:
    """Join what was broken inside a sentence, also across empty lines."""
    width = wrapped_width([x.text.text for x in lines if x.what in ("body", "heading")])
    out: list[Line] = []
    last: Line | None = None
    told = 0
    for line in lines:
        if last is not None and _continues(last, line, width, first=told < 2):
            while out[-1] is not last:
                out.pop()
            joined = concat([last.text, line.text])
            notes.of("joined")(last.text.ends[-1], line.text.starts[0], "\n", "")
            what = classify(joined.text)
            told -= last.what in ("body", "heading")
            line = Line(joined if what != "body" else joined.sub(_GAP, lambda _: ""), what, last.indented)
            out[-1] = line
        else:
            out.append(line)
        if line.what != "blank":
            last = line
            told += line.what in ("body", "heading")
    return out


def _continues(last: Line, line: Line, width: int, first: bool) -> bool:
    if last.what not in ("body", "heading") or line.what not in ("body", "heading"):
        return False
    a, b = last.text.text, line.text.text
    full = bool(width) and a[-1:] in ("）", "”", "》") and len(a.rsplit("\n", 1)[-1]) >= 0.9 * width
    if not (is_open(a) or full) or ORDINAL_LINE.match(b) or (width and line.indented and not last.indented):
        return False
    if a[-1] in "，、（《“":
        return True
    if width and len(a.rsplit("\n", 1)[-1]) >= 0.8 * width and not (line.indented and a[-1] in "。"):
        return last.is_body or line.is_body or "，" in a or bool(ORDINAL_LINE.match(a))
    if not line.is_body or LEAD.match(b):
        return False
    if last.is_body:
        return bool(re.search("[，。]", a))
    if first or line.indented:
        return False
    return ("，" in a and len(a) >= LONG) or (last.indented and len(a) >= 12)


def _parts(lines: list[Line], notes: Notes, split: bool) -> list[Part]:
    """Articles: each begins with headings that a dated lead or a by-line sets apart from the one before."""
    parts, now, ended = [], Part(), False
    for n, line in enumerate(lines):
        text = line.text
        if line.what == "blank":
            continue
        if line.what == "contact" and not ended and now.paragraphs:
            now.paragraphs.append(text)
            continue
        if line.what in ("furniture", "byline", "cut", "spam", "code", "stamp", "contact") or (
            line.what == "date" and not now.paragraphs
        ):
            now.asides.append(text.text)
            notes.dropped(line.note, text)
            ended = ended or (bool(now.paragraphs) and (line.what == "byline" or bool(_CREDIT.search(text.text))))
            continue
        if line.is_body or line.what == "date":
            text, tail = _without_tail(text)
            now.paragraphs.append(text)
            if len(tail):
                now.asides.append(tail.text)
                notes.dropped("byline", tail)
                ended = True
        elif ORDINAL_LINE.match(text.text):
            now.paragraphs.append(text)
        elif not now.paragraphs:
            now.headings.append(text)
        elif split and (ended or _starts_article(lines, n)):
            parts.append(now)
            now, ended = Part(headings=[text]), False
        else:
            now.paragraphs.append(text)
    return [*parts, now]


def _starts_article(lines: list[Line], n: int) -> bool:
    """A heading that a lead such as 本报讯 follows, with nothing but headings between."""
    for line in lines[n : n + 6]:
        if line.is_body:
            return bool(re.match(r"[（(【\[]?(?:本报|本网|本台|[\u4e00-\u9fff]{2,6}[网报])?讯", line.text.text))
    return False


def _without_tail(text: Mapped) -> tuple[Mapped, Mapped]:
    cut = byline_tail(text.text)
    if not cut and (match := source_tail(text.text)):
        cut = len(text) - match.start()
    return text[: len(text) - cut].strip(), text[len(text) - cut :]


def _drop_doubled(parts: list[Part], notes: Notes) -> None:
    """Drop paragraphs that stand in the file already, word for word."""
    seen: set[str] = set()
    for part in parts:
        kept = []
        for paragraph in part.paragraphs:
            key = re.sub(r"[\W_]", "", paragraph.text)
            if len(key) >= 12 and key in seen:
                notes.dropped("doubled", paragraph)
            else:
                seen.add(key)
                kept.append(paragraph)
        part.paragraphs = kept
