"""Phone numbers as people write them, brought to one normal form."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.masking import mask_phone
from tongchou.kernel.text import Text


class PhoneKind(StrEnum):
    MOBILE = "mobile"
    LANDLINE = "landline"
    SERVICE = "service"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number. `normal`: 11 digits (mobile); area code-number[-extension] (landline); 400/800 number; +E.164."""

    kind: PhoneKind
    normal: str


_MOBILE = re.compile(r"1[3-9]\d{9}")
_SERVICE = re.compile(r"[48]00\d{7}")
_LANDLINE = re.compile(r"(010|02\d|0[3-9]\d{2})([2-8]\d{6,7})")
_WITHOUT_AREA = re.compile(r"[2-8]\d{6,7}")
_EXTENSION = re.compile(r"^(.*\d)(?:转|分机|ext\.?|x|#)(\d{1,6})$", re.IGNORECASE)


def parse_phone(value: str, field: str = "phone") -> Phone:
    """Read a mainland mobile (11 digits, with or without +86, 0086, 86), a landline with area code and extension, a
    400/800 number, or a foreign number with + or 00 and its country code (Hong Kong +852, Macao +853, Taiwan +886)."""
    plain = re.sub(r"[\s().\-‐‑–—−/]+", "-", unicodedata.normalize("NFKC", str(value)).strip()).strip("-")
    if not plain:
        raise Refusal(
            Reason.MISSING_VALUE,
            Text("没有填写电话号码。", "The phone number is missing."),
            remedy=Text("请填写电话号码。", "Give the phone number."),
            field=field,
        )
    extension = _EXTENSION.match(plain.replace("-转", "转"))
    body = extension.group(1) if extension else plain
    ext = extension.group(2) if extension else ""
    number, foreign = _without_prefix(body)
    digits = number.replace("-", "")
    if not digits.isascii() or not digits.isdigit():
        raise _refused(
            plain, field, Text("电话号码里有不是数字的字符。", "The phone number holds something that is no digit.")
        )
    if foreign:
        return _foreign(digits, plain, field)
    if not ext and _MOBILE.fullmatch(digits):
        return Phone(PhoneKind.MOBILE, digits)
    if not ext and _SERVICE.fullmatch(digits):
        return Phone(PhoneKind.SERVICE, digits)
    return _landline(number, digits, ext, plain, field)


def _without_prefix(body: str) -> tuple[str, bool]:
    """Take off +86, 0086 or 86; tell whether what is left belongs to another country."""
    if body.startswith(("+86", "0086")):
        rest = body[3 if body[0] == "+" else 4 :].strip("-")
        domestic = _MOBILE.fullmatch(rest.replace("-", "")) or rest.startswith("0") or _SERVICE.fullmatch(rest)
        return (rest if domestic else "0" + rest), False
    if body.startswith("+"):
        return body[1:], True
    if body.startswith("00"):
        return body[2:].strip("-"), True
    if re.fullmatch(r"86-?1[3-9][\d-]+", body) and len(body.replace("-", "")) == 13:
        return body[2:].strip("-"), False
    return body, False


def _foreign(digits: str, plain: str, field: str) -> Phone:
    if not re.fullmatch(r"[1-9]\d{6,14}", digits):
        rule = Text(
            "境外号码为国家（地区）代码加号码，共 7 至 15 位（E.164）。",
            "A foreign number has 7 to 15 digits with its country code (E.164).",
        )
        raise _refused(plain, field, rule)
    return Phone(PhoneKind.FOREIGN, f"+{digits}")


def _landline(number: str, digits: str, ext: str, plain: str, field: str) -> Phone:
    parts = number.split("-")
    if not ext and len(parts) > 2 and len(parts[-1]) <= 6 and _LANDLINE.fullmatch("".join(parts[:-1])):
        ext, digits = parts[-1], "".join(parts[:-1])
    found = _LANDLINE.fullmatch(digits)
    if found:
        return Phone(PhoneKind.LANDLINE, "-".join(p for p in (found.group(1), found.group(2), ext) if p))
    if _WITHOUT_AREA.fullmatch(digits):
        raise _refused(plain, field, Text("固定电话缺少区号。", "The landline number has no area code."))
    if digits.startswith("1") and len(digits) != 11:
        rule = Text("手机号码为 11 位，现有 {n} 位。", "A mobile number has 11 digits; this has {n}.")
        raise _refused(plain, field, rule.with_(n=len(digits)))
    raise _refused(plain, field, Text("不是可用的电话号码。", "This is not a usable phone number."))


def _refused(plain: str, field: str, rule: Text) -> Refusal:
    remedy = Text(
        "请填写 11 位手机号、带区号的固定电话（如 0756-2123456），或以 + 开头的境外号码。",
        "Give an 11-digit mobile number, a landline with area code (0756-2123456), or a foreign number with +.",
    )
    return Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field=field, value=mask_phone(plain))
