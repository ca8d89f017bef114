"""Codes of organisations and places.

Organisations: the unified social credit code (USCC), GB 32100-2015.

Places: statistical division codes (NBS rules for 统计用区划代码), and the codes that a district adds to them:

    44            province      2 digits, also 440000
    4406          city          4 digits, also 440600
    440606        district      6 digits
    440606003     street/town   9 digits; any of these also zero-padded to 12
    440606003001  community     12 digits; last three 001-199 community, 200-399 village, 400-499 and 500-599 the like
    Z440606-01    zone          a letter of the district's choice, the parent's 6 digits, two digits: an area without a
                                civil code (development zone) that stands where a street does
    Z440606003-01 zone          the same under a street (9 digits): stands where a community does
    Z440606-01-003              a community in a zone that stands where a street does
    <community>-001             grid: the community's code and three digits
    <community>-001-12A         building: the grid's code and 1 to 16 digits or capital letters

A code's parent can always be read from the code itself.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|81|82")


class Level(StrEnum):
    """Levels of the territory, from the top. The values are those that areas are stored with."""

    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"
    BUILDING = "building"


@dataclass(frozen=True, slots=True)
class Division:
    """A place's code in its shortest form, its level, the code of what it lies in, and whether it is a civil code.

    kind: at street level "street" | "town" | "township" | "like", at community level "community" | "village" |
    "community_like" | "village_like", "zone" for an area without a civil code; "" where the code does not tell.
    """

    code: str
    level: Level
    parent: str | None
    civil: bool = True
    kind: str = ""


def _flat(value: str) -> str:
    return re.sub(r"[‐‑–—−]", "-", unicodedata.normalize("NFKC", str(value)).strip()).upper()


def uscc_check(first: str) -> str:
    """Return the check character for the first 17 characters of a USCC (GB 32100-2015, weights 3^i mod 31)."""
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(first[:17], _USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[-total % 31]


def parse_uscc(value: str, field: str = "uscc") -> str:
    """Read a unified social credit code; returns its 18 characters. wrong_check_digit names the right character."""
    code = re.sub(r"[\s\-]+", "", _flat(value))
    if not code:
        rule = Text("没有填写统一社会信用代码。", "The unified social credit code is missing.")
        raise _bad_uscc(Reason.MISSING_VALUE, rule, None, field)
    if len(code) != 18:
        rule = Text("统一社会信用代码为 18 位，现有 {n} 位。", "The code has 18 characters; this has {n}.")
        raise _bad_uscc(Reason.INVALID_VALUE, rule.with_(n=len(code)), code, field)
    wrong = [(i + 1, c) for i, c in enumerate(code) if c not in USCC_ALPHABET]
    if wrong:
        rule = Text(
            "第 {place} 位“{char}”不是代码字符（不用 I、O、S、V、Z）。",
            "Place {place}, {char!r}, is no code character (I, O, S, V and Z are never used).",
        )
        raise _bad_uscc(Reason.INVALID_VALUE, rule.with_(place=wrong[0][0], char=wrong[0][1]), code, field)
    if not code[2:8].isdigit():
        rule = Text("第 3 至 8 位是登记机关行政区划码，应为数字。", "Places 3 to 8 are a division code: digits only.")
        raise _bad_uscc(Reason.INVALID_VALUE, rule, code, field)
    right = uscc_check(code)
    if code[17] != right:
        rule = Text(
            "第 18 位是校验码，按 GB 32100 应为 {right}，现为 {given}。",
            "Place 18 is a check character: by GB 32100 it would be {right}, here it is {given}.",
        ).with_(right=right, given=code[17])
        raise _bad_uscc(Reason.WRONG_CHECK_DIGIT, rule, code, field, expected=right)
    return code


def _bad_uscc(reason: Reason, rule: Text, value: str | None, field: str, **details: Any) -> Refusal:
    remedy = Text("请对照营业执照逐位核对。", "Compare every character with the business licence.")
    return Refusal(reason, rule, remedy=remedy, field=field, value=value, **details)


_ZONE = re.compile(r"[A-Z](\d{6}|\d{9})-\d{2}")
_BUILDING = re.compile(r"[0-9A-Z]{1,16}")


def parse_division(value: str, field: str = "code") -> Division:
    """Read a place's code in any of the forms above; refused when it fits none, naming the rule."""
    code = re.sub(r"\s+", "", _flat(value))
    if code.isascii() and code.isdigit():
        return _civil(code, field)
    zone = _ZONE.match(code)
    head = zone.group() if zone else code.split("-")[0]
    tail = code[len(head) :].split("-")
    if tail[0] != "" or (len(tail) == 1 and not zone):
        raise _bad_division(code, field)
    base = _zone(head, field) if zone else _civil(head, field) if head.isdigit() else None
    if base is None:
        raise _bad_division(code, field)
    for part in tail[1:]:
        base = _inside(base, part, code, field)
    return base


def _inside(base: Division, part: str, code: str, field: str) -> Division:
    below = f"{base.code}-{part}"
    if base.level is Level.STREET and not base.civil and re.fullmatch(r"\d{3}", part):
        return Division(below, Level.COMMUNITY, base.code, civil=False)
    if base.level is Level.COMMUNITY and re.fullmatch(r"\d{3}", part):
        return Division(below, Level.GRID, base.code, base.civil)
    if base.level is Level.GRID and _BUILDING.fullmatch(part):
        return Division(below, Level.BUILDING, base.code, base.civil)
    raise _bad_division(code, field)


def _zone(code: str, field: str) -> Division:
    parent = _civil(code[1:].split("-")[0], field)
    if parent.level not in (Level.DISTRICT, Level.STREET, Level.CITY):
        raise _bad_division(code, field)
    level = Level.COMMUNITY if parent.level is Level.STREET else Level.STREET
    return Division(code, level, parent.code, civil=False, kind="zone")


def _civil(code: str, field: str) -> Division:
    """Read a code of digits. Trailing zeros of a padded form are dropped level by level."""
    if len(code) not in (2, 4, 6, 9, 12):
        raise _bad_division(code, field)
    if not _PROVINCE.match(code):
        rule = Text("前两位 {head} 不是省级代码。", "The first two digits, {head}, are no province's code.")
        raise _bad_division(code, field, rule.with_(head=code[:2]))
    short = code
    for size, zeros in ((12, "000"), (9, "000"), (6, "00"), (4, "00")):
        if len(short) == size and short.endswith(zeros):
            short = short[: -len(zeros)]
    sizes = {2: Level.PROVINCE, 4: Level.CITY, 6: Level.DISTRICT, 9: Level.STREET, 12: Level.COMMUNITY}
    level = sizes[len(short)]
    if len(short) > 4 and short[2:4] == "00":
        raise _bad_division(
            code, field, Text("缺少地级代码（第 3、4 位为 00）。", "The city digits (places 3 and 4) are 00.")
        )
    if len(short) == 12 and short[6:9] == "000":
        rule = Text("缺少街道代码（第 7 至 9 位为 000）。", "The street digits (places 7 to 9) are 000.")
        raise _bad_division(code, field, rule)
    return Division(short, level, _civil_parent(short), kind=_civil_kind(short, level))


def _civil_parent(short: str) -> str | None:
    if len(short) == 2:
        return None
    parent = short[: {4: 2, 6: 4, 9: 6, 12: 9}[len(short)]]
    # a city without districts (441900, 460400) has its streets directly below it
    return parent[:4] if len(parent) == 6 and parent.endswith("00") else parent


def _civil_kind(short: str, level: Level) -> str:
    if level is Level.STREET:
        part = int(short[6:])
        return "street" if part < 100 else "town" if part < 200 else "township" if part < 400 else "like"
    if level is Level.COMMUNITY:
        part = int(short[9:])
        kinds = ("community", "community", "village", "village", "community_like", "village_like")
        return kinds[part // 100] if part < 600 else ""
    return ""


def _bad_division(code: str, field: str, rule: Text | None = None) -> Refusal:
    form = Text(
        "区划代码为 2、4、6、9 或 12 位数字；网格为社区代码加“-三位数字”，楼栋再加“-编号”；无区划代码的以字母开头。",
        "A division code has 2, 4, 6, 9 or 12 digits; a grid adds -NNN to the community's code, a building another "
        "-number; an area without a civil code begins with a letter.",
    )
    remedy = Text(
        "请对照统计用区划代码核对；开发区等请用“Z”加上级代码再加“-两位数字”，如 Z440606-01。",
        "Compare with the statistical division codes; for a development zone use Z440606-01: Z, parent, two digits.",
    )
    return Refusal(Reason.INVALID_VALUE, rule or form, remedy=remedy, field=field, value=code[:40])
