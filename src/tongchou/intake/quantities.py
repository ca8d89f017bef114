"""Amounts: a number and what is counted."""

from __future__ import annotations

import re

from tongchou.intake.lexicons import any_of, lexicon
from tongchou.intake.model import Quantity
from tongchou.intake.numerals import number

_NUMBER = r"(?:\d+(?:\.\d+)?(?:\s?[万亿千百])?|[一二两三四五六七八九十百千]{2,7}|[两三四五六七八九十])"
_SCALE = {"百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}


def quantities(text: str, start: int = 0) -> tuple[Quantity, ...]:
    """The amounts of a text; `start` is added to their places. A measure is a unit, or 个 with the noun after it."""
    words = lexicon("quantities")
    measures = any_of(words["measures"])
    pattern = re.compile(rf"(?<![\d第十一二三四五六七八九“号])(?P<n>{_NUMBER})\s?(?:多|余)?(?P<m>{measures})")
    out = []
    for match in pattern.finditer(text):
        written = match["n"].replace(" ", "")
        if not written[0].isdigit() and match["m"] in words["spoken"]:
            continue
        value = _value(written)
        out.append(Quantity(match.group(), start + match.start(), start + match.end(), value, match["m"]))
    return tuple(out)


def _value(written: str) -> float | None:
    scale = _SCALE.get(written[-1], 1) if written[0].isdigit() else 1
    digits = written[:-1] if scale > 1 else written
    if written[0].isdigit():
        return float(digits) * scale
    found = number(written)
    return None if found is None else float(found)
