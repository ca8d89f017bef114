"""The automatic numbers of a Word file: no text of a paragraph, but what its reader sees before it.

Source of the rules: ECMA-376 part 1, 17.9 (numbering): a paragraph names a list (numId) and a level (ilvl), itself or by its style; the list refers to
an abstract one whose levels hold the form of number, the text around it (“%1、”, “（%2）”) and where it starts. A deeper level starts again when a higher one goes on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "〇一二三四五六七八九"
_CHINESE = (
    "chineseCounting",
    "chineseCountingThousand",
    "japaneseCounting",
    "taiwaneseCounting",
    "ideographDigital",
    "chineseLegalSimplified",
)
_PART = re.compile("%([1-9])")


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    text: str
    start: int


@dataclass
class Numbering:
    """The lists of one file; `label` is asked paragraph by paragraph, in the order of the document."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)  # numId -> ilvl -> level
    lists: dict[str, str] = field(default_factory=dict)  # numId -> what counts together
    counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def label(self, number: str, level: int) -> str:
        """The number before the next paragraph of this list and level; "" for bullets and lists that are not there."""
        forms = self.levels.get(number, {})
        if level not in forms:
            return ""
        counts = self.counts.setdefault(self.lists[number], {})
        counts[level] = counts.get(level, forms[level].start - 1) + 1
        for deeper in [n for n in counts if n > level]:
            del counts[deeper]
        if forms[level].form in ("bullet", "none"):
            return ""

        def part(match: re.Match[str]) -> str:
            n = int(match[1]) - 1
            found = forms.get(n)
            return written(counts.get(n, found.start), found.form) if found else ""

        return _PART.sub(part, forms[level].text)


def written(value: int, form: str) -> str:
    """A number in the form that Word names so; forms that no Chinese document uses for ordinals come out as digits."""
    if form in _CHINESE and 0 < value < 100:
        tens, ones = divmod(value, 10)
        return ("" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十") + (_DIGITS[ones] if ones else "")
    if form.startswith("decimalEnclosedCircle") and 0 < value <= 20:
        return "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"[value - 1]
    if form in ("upperLetter", "lowerLetter") and 0 < value <= 26:
        return chr((65 if form == "upperLetter" else 97) + value - 1)
    return str(value)


def _value(element: Any, name: str, default: str = "") -> str:
    found = element.find(_W + name)
    return default if found is None else str(found.get(_W + "val", default))


def _whole(text: str, default: int) -> int:
    return int(text) if text.lstrip("-").isdigit() else default


def numbering(root: Any) -> Numbering:
    """From the root element of word/numbering.xml (None: the file has no lists)."""
    out = Numbering()
    if root is None:
        return out
    abstract: dict[str, dict[int, _Level]] = {}
    for element in root.iter(_W + "abstractNum"):
        abstract[element.get(_W + "abstractNumId")] = dict(_level(e) for e in element.iter(_W + "lvl"))
    for element in root.iter(_W + "num"):
        key, name = element.get(_W + "numId"), _value(element, "abstractNumId")
        levels = dict(abstract.get(name, {}))
        overrides = element.findall(_W + "lvlOverride")
        for override in overrides:
            at = _whole(override.get(_W + "ilvl", "0"), 0)
            if (own := override.find(_W + "lvl")) is not None:
                levels[at] = _level(own)[1]
            if at in levels and (start := _value(override, "startOverride")):
                levels[at] = _Level(levels[at].form, levels[at].text, _whole(start, 1))
        out.levels[key] = levels
        out.lists[key] = f"num {key}" if overrides else f"abstract {name}"
    return out


def _level(element: Any) -> tuple[int, _Level]:
    at = _whole(element.get(_W + "ilvl", "0"), 0)
    return at, _Level(
        _value(element, "numFmt", "decimal"), _value(element, "lvlText"), _whole(_value(element, "start", "1"), 1)
    )


def place(paragraph: Any) -> tuple[str, int] | None:
    """List and level of a paragraph (python-docx), by itself or by its style; None without. numId 0 takes a paragraph out of its style's list."""
    style = paragraph.style
    chain = [paragraph._p.pPr]
    for _ in range(10):
        if style is None:
            break
        chain.append(style.element.pPr)
        style = style.base_style
    level: str | None = None
    for properties in chain:
        own = None if properties is None else properties.find(_W + "numPr")
        if own is None:
            continue
        level = level or _value(own, "ilvl") or None
        if number := _value(own, "numId"):
            return None if number == "0" else (number, _whole(level or "0", 0))
    return None
