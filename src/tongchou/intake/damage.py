"""Damaged encodings: what can be told back is told back, and marked as inferred."""

from __future__ import annotations

import re
from functools import cache

import ftfy
import rjieba

from tongchou.intake.mapped import Mapped
from tongchou.intake.notes import Notes
from tongchou.intake.script import simplified

_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufff9-\ufffb]+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|nbsp|amp|lt|gt|quot|ldquo|rdquo|middot|mdash|hellip|emsp|ensp);")
_LATIN = re.compile(
    "[\u00c2-\u00f4\u20ac\u0152\u0153\u0160\u0161\u017d\u017e\u0192\u02c6\u02dc][\u0080-\u00ff\u0100-\u017f\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{2,}"
)
_SHIFTED = re.compile("[?？\ufffd][!,:;\u3000-\u303f\uff01-\uff5e\u4e00-\u9fff]{3,40}[\\x21-\\x7e]")
# Pages that write half-width marks did so after the damage.
_WIDE = str.maketrans("!,:;", "！，：；")
# A lost byte began one of these: 。、“”‘’（）—…《》【】, the full-width marks, and the commonest characters.
_LOST = (b"\xa1", b"\xa3", *(bytes([n]) for n in range(0xB0, 0xD8)))
_PAIRS = {"“": "”", "‘": "’", "《": "》", "（": "）", "【": "】"}


def repair(text: Mapped, notes: Notes) -> Mapped:
    """Drop control characters, resolve entities and repair runs of wrongly decoded text where the result is plausible."""
    text = text.sub(_CONTROL, lambda _: "", notes.of("control"))
    text = text.sub(
        _ENTITY, lambda m: str(ftfy.fixes.unescape_html(m.group())).replace("\xa0", " "), notes.of("entity")
    )
    text = text.sub(_LATIN, lambda m: _latin(m.group()), notes.of("inferred"))
    return text.sub(_SHIFTED, lambda m: _shifted(m.group()), notes.of("inferred"))


def _latin(run: str) -> str | None:
    """UTF-8 that was read as Latin letters; only when Chinese comes out."""
    fixed = ftfy.fix_encoding(run)
    return fixed if fixed != run and re.search("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", fixed) else None


def _shifted(run: str) -> str | None:
    """GBK that was read one byte late: the first byte was lost and stands as a question mark, the last one as a letter."""
    try:
        tail = (run[1:-1].translate(_WIDE) + run[-1]).encode("gbk")
    except UnicodeEncodeError:
        return None
    best = None
    for lost in _LOST:
        try:
            found = (lost + tail).decode("gbk")
        except UnicodeDecodeError:
            continue
        worth = _plausibility(found)
        if best is None or worth > best[0]:
            best = (worth, found)
    # A reading must be better by far than what stands there: nothing is guessed into sound text.
    if best is None or best[0] < 0.85 or best[0] < _plausibility(run) + 0.3:
        return None
    return best[1]


@cache
def _plausibility(text: str) -> float:
    """From 0 to 1: common characters that form words, and marks that come in pairs."""
    text = simplified(text)
    han = [c for c in text if "\u4e00" <= c <= "\u9fff"]
    if len(han) < 3:
        return 0.0
    common = sum(_is_common(c) for c in han) / len(han)
    words = [w for w in rjieba.cut(text) if len(w) > 1 and all("\u4e00" <= c <= "\u9fff" for c in w)]
    joined = sum(map(len, words)) / len(han)
    unpaired = sum(abs(text.count(a) - text.count(b)) for a, b in _PAIRS.items())
    strange = sum(not ("\u4e00" <= c <= "\u9fff" or c in "，。、；：？！“”‘’《》（）【】—…·0123456789") for c in text)
    mark_first = 0.05 if text[0] in "。，；" else 0.0
    return max(0.0, 0.5 * common + 0.5 * joined + mark_first - 0.2 * unpaired - 0.2 * strange)


@cache
def _is_common(char: str) -> bool:
    """Level 1 of GB 2312 (3,755 characters in daily use)."""
    try:
        return 0xB0 <= char.encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        return False
