"""Industry codes of GB/T 4754-2017: a section letter and two to four digits (C18, C181, C1811).

The standard's groups and classes (third and fourth digit) are checked for their form only; sections and divisions are checked against
the list, and a letter has to go with its division.
"""

from __future__ import annotations

import re
import unicodedata

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.industry_names import DIVISIONS, SECTION_OF, SECTIONS
from tongchou.kernel.text import Text

_FORM = re.compile(r"([A-Z]?)(\d{2,4})")
_NAMED = {name.zh: code for code, name in DIVISIONS.items()} | {name.en.casefold(): code for code, name in DIVISIONS.items()}
_SECTIONS_NAMED = {name.zh: letter for letter, name in SECTIONS.items()} | {n.en.casefold(): letter for letter, n in SECTIONS.items()}
_REMEDY = Text(
    "请按《国民经济行业分类》（GB/T 4754-2017）填写门类字母加 2 至 4 位数字，如 C18、C1811，或大类名称。",
    "Give the section letter and two to four digits of GB/T 4754-2017, such as C18 or C1811, or the name of a division.",
)


def parse_industry(value: str, field: str = "industry") -> str:
    """Read a code, with or without its letter, or the name of a division; returns letter and digits. Raises Refusal."""
    plain = re.sub(r"[\s.·]+", "", unicodedata.normalize("NFKC", value)).upper()
    named = _NAMED.get(value.strip()) or _NAMED.get(value.strip().casefold())
    if named is not None:
        return SECTION_OF[named] + named
    if plain in SECTIONS or value.strip() in _SECTIONS_NAMED or value.strip().casefold() in _SECTIONS_NAMED:
        rule = Text("只写了门类，看不出是哪一大类。", "This is a section; the division is needed.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=_REMEDY, field=field, value=value[:40])
    found = _FORM.fullmatch(plain)
    if found is None or found[2][:2] not in DIVISIONS:
        rule = Text("不是 GB/T 4754-2017 的行业代码或大类名称。", "This is no code or division of GB/T 4754-2017.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=_REMEDY, field=field, value=value[:40])
    letter, digits = found[1], found[2]
    right = SECTION_OF[digits[:2]]
    if letter and letter != right:
        rule = Text("大类 {division} 属于门类 {right}，不属于 {letter}。", "Division {division} belongs to section {right}, not {letter}.")
        raise Refusal(
            Reason.INVALID_VALUE, rule.with_(division=digits[:2], right=right, letter=letter), remedy=_REMEDY, field=field, value=value[:40],
            expected=right + digits,
        )  # fmt: skip
    return right + digits


def industry_name(code: str) -> Text:
    """The name of a code's division; empty for an empty code."""
    return DIVISIONS.get(code[1:3], Text("", ""))


def section_name(letter: str) -> Text:
    return SECTIONS.get(letter[:1], Text("", ""))
