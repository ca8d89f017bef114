"""Traditional characters to simplified ones, and the pinyin that some pages put behind characters."""

from __future__ import annotations

import re
from functools import cache

import opencc

from tongchou.intake.mapped import Mapped
from tongchou.intake.notes import Notes

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_INITIAL = "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
_SYLLABLE = f"{_INITIAL}[a-zü{_TONED}]{{0,3}}[{_TONED}][a-zü{_TONED}]{{0,3}}"
_PINYIN = re.compile(f"(?<=[\u4e00-\u9fff?？])[(（]? ?{_SYLLABLE}(?: ?{_SYLLABLE}){{0,3}} ?[)）]")
_PLAIN = re.compile("(?<=[\u4e00-\u9fff])[(（](?:de|le|me|ne|ma|ba|men|zi|ge|zhe|tou|shang|bo)[)）]")
# The converter leaves 著 as it is; in these words it stays.
_ZHU = re.compile("(?<![名显卓编原论昭土专巨译遗合])著(?![名作称述者录书文有])")
_SHEN = "沈"
"""The converter makes it 沉; who writes traditional characters today means the surname or the city."""
MANY = 3
SHARE = 0.01


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """The text in simplified characters; character by character where a phrase would change the length."""
    found = str(_converter().convert(text))
    if len(found) != len(text):
        found = "".join(c if len(one := _converter().convert(c)) != 1 else one for c in text)
    return "".join(a if a == _SHEN else b for a, b in zip(text, found, strict=True)) if _SHEN in text else found


def drop_pinyin(text: Mapped, notes: Notes) -> Mapped:
    """Without pinyin in brackets; a toneless syllable only where others carry tones."""
    found = len(_PINYIN.findall(text.text))
    text = text.sub(_PINYIN, lambda _: "", notes.of("pinyin"))
    return text.sub(_PLAIN, lambda _: "", notes.of("pinyin")) if found >= MANY else text


def simplify(text: Mapped, notes: Notes) -> Mapped:
    """Simplified characters throughout a traditional text; in a simplified one only characters that it cannot hold.

    A simplified text keeps 乾, 昇 and their like where few are found: they are names.
    """
    new = simplified(text.text)
    changed = [n for n, (a, b) in enumerate(zip(text.text, new, strict=True)) if a != b]
    if not changed:
        return text
    han = sum("\u4e00" <= c <= "\u9fff" for c in text.text)
    if len(changed) >= max(MANY, SHARE * han):
        return text.with_text(_ZHU.sub("着", new), notes.of("traditional"))
    return text
