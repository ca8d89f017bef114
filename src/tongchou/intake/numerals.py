"""Chinese and Arabic numbers as documents write them."""

from __future__ import annotations

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3}
_TENS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}


def number(text: str) -> int | None:
    """The value of 12, 十二, 二〇二〇, 一百零五; None for anything else."""
    text = text.strip()
    if text.isascii():
        return int(text) if text.isdigit() else None
    if all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text)) if len(text) != 1 else _DIGITS[text]
    total, part, digit = 0, 0, 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char == "万":
            total, part, digit = (part + digit) * 10_000, 0, 0
        elif char in _TENS:
            part += (digit or (1 if not part else 0)) * _TENS[char]
            digit = 0
        else:
            return None
    return total + part + digit
