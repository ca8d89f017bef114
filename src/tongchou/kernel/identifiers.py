"""Identity documents: recognised, brought to one normal form, checked. Pure: today's date is an argument.

Resident ID numbers follow GB 11643-1999 (18 digits, ISO 7064 MOD 11-2 check; 15 digits of the first generation are
upgraded). No list of places is consulted: numbers keep the code of the place of first registration, which may have been
abolished, have no districts (441900, 460400), or be a residence permit of Hong Kong, Macao and Taiwan (81, 82, 83).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.masking import mask_document
from tongchou.kernel.phones import Phone, PhoneKind, parse_phone
from tongchou.kernel.text import Text

__all__ = ["Document", "Kind", "Phone", "PhoneKind", "check_digit", "guess_kind", "parse_document", "parse_phone"]

Sex = Literal["m", "f"]
OLDEST = 150
"""Years: a birth date further back is taken for a slip."""


class Kind(StrEnum):
    """Kinds of identity document that a district's registers accept."""

    RESIDENT_ID = "resident_id"
    RESIDENCE_PERMIT = "residence_permit"
    PASSPORT_CN = "passport_cn"
    PASSPORT_FOREIGN = "passport_foreign"
    PERMIT_HK_MACAO = "permit_hk_macao"
    PERMIT_TAIWAN = "permit_taiwan"
    PERMANENT_RESIDENCE = "permanent_residence"


KIND_NAMES: dict[Kind, Text] = {
    Kind.RESIDENT_ID: Text("居民身份证", "resident identity card"),
    Kind.RESIDENCE_PERMIT: Text("港澳台居民居住证", "residence permit for Hong Kong, Macao and Taiwan residents"),
    Kind.PASSPORT_CN: Text("中国护照", "Chinese passport"),
    Kind.PASSPORT_FOREIGN: Text("外国护照", "foreign passport"),
    Kind.PERMIT_HK_MACAO: Text("港澳居民来往内地通行证", "mainland travel permit for Hong Kong and Macao residents"),
    Kind.PERMIT_TAIWAN: Text("台湾居民来往大陆通行证", "mainland travel permit for Taiwan residents"),
    Kind.PERMANENT_RESIDENCE: Text("外国人永久居留身份证", "foreign permanent resident identity card"),
}

_EIGHTEEN = re.compile(r"[1-9]\d{16}[\dX]")
_FIFTEEN = re.compile(r"[1-9]\d{14}")
_NUMBERED = frozenset({Kind.RESIDENT_ID, Kind.RESIDENCE_PERMIT, Kind.PERMANENT_RESIDENCE})
_FORMS: dict[Kind, tuple[re.Pattern[str], Text]] = {
    Kind.PASSPORT_CN: (
        re.compile(
            r"E\d{8}|E[A-HJ-NP-Z]\d{7}|G\d{8}|1[45]\d{7}|[DSP]\d{7,8}|[DSP]E\d{7}|K\d{8}|KJ\d{7}|M\d{8}|MA\d{7}|H\d{8}|H[AJ]\d{7}"
        ),
        Text("中国护照号码为 9 位，如 E 加 8 位数字。", "A Chinese passport has 9 places, such as E and 8 digits."),
    ),
    Kind.PASSPORT_FOREIGN: (
        re.compile(r"(?=.*\d)[A-Z0-9]{5,14}"),
        Text("外国护照号码为 5 至 14 位字母和数字。", "A foreign passport number has 5 to 14 letters and digits."),
    ),
    Kind.PERMIT_HK_MACAO: (
        re.compile(r"([HM]\d{8})(?:\d{2})?"),
        Text("港澳居民来往内地通行证为 H 或 M 加 8 位数字。", "The permit has H or M and 8 digits."),
    ),
    Kind.PERMIT_TAIWAN: (
        re.compile(r"(\d{8}|\d{10}(?:\(?[A-Z]\)?)?)"),
        Text("台湾居民来往大陆通行证为 8 位数字（旧版 10 位）。", "The permit has 8 digits (the old book 10)."),
    ),
    Kind.PERMANENT_RESIDENCE: (
        re.compile(r"[A-Z]{3}\d{12}"),
        Text(
            "外国人永久居留身份证为 9 开头的 18 位号码，旧版为 3 位国籍字母加 12 位数字。",
            "The card has 18 digits beginning with 9; the older one has 3 letters of nationality and 12 digits.",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Document:
    """A checked document. `normal` is what is stored and hashed; birth date and sex where the number holds them."""

    kind: Kind
    normal: str
    birth_date: date | None = None
    sex: Sex | None = None


def check_digit(first: str) -> str:
    """Return the GB 11643 check digit (0-9 or X) for the first 17 digits."""
    total = sum(int(c) * (1 << (17 - i)) for i, c in enumerate(first[:17]))
    return "10X98765432"[total % 11]


def parse_document(kind: Kind | str | None, value: str, *, today: date, field: str = "document") -> Document:
    """Read an identity document's number; without a kind it is guessed from the form.

    Full-width forms, spaces, hyphens and a lower-case x are put right. The kind of an 18-digit number follows from its
    first digits (81-83: residence permit, 9: permanent residence, else resident ID), so one person has one normal form.
    A travel permit of 11 places loses its two-digit renewal count. Refused: wrong_check_digit (naming the digit that
    would be right), impossible_date, invalid_value, missing_value.
    """
    plain = re.sub(r"[\s\-‐‑–—−]+", "", unicodedata.normalize("NFKC", str(value))).upper()
    if not plain:
        raise Refusal(
            Reason.MISSING_VALUE,
            Text("没有填写证件号码。", "The document number is missing."),
            remedy=Text("请填写证件号码。", "Give the document number."),
            field=field,
        )
    asked = _kind(kind, field) if kind else guess_kind(plain, field)
    numbered = _EIGHTEEN.fullmatch(plain) or (asked is not Kind.PERMANENT_RESIDENCE and _FIFTEEN.fullmatch(plain))
    if asked in _NUMBERED and numbered:
        return _numbered(plain, today, field)
    if asked in _NUMBERED and asked is not Kind.PERMANENT_RESIDENCE:
        raise _bad_resident(plain, field)
    form, rule = _FORMS[asked]
    found = form.fullmatch(plain)
    if found is None:
        remedy = Text("请对照证件核对号码和证件种类。", "Check the number and the kind against the document.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field=field, value=mask_document(plain), kind=asked)
    normal = found.group(1) if asked is Kind.PERMIT_HK_MACAO else re.sub(r"[()]", "", plain)
    return Document(asked, normal)


def guess_kind(plain: str, field: str = "document") -> Kind:
    """Guess the kind from the form of a normalised number. Eight digits are taken for a Taiwan permit, H or M and eight
    digits for a Hong Kong and Macao permit: give the kind where it is known. Refused when no kind fits, and for a foreign
    passport of digits alone."""
    if re.fullmatch(r"9\d{16}[\dX]", plain):
        return Kind.PERMANENT_RESIDENCE
    if re.fullmatch(r"\d{14,20}|\d{16,18}X", plain):
        return Kind.RESIDENT_ID
    for kind in (Kind.PERMIT_HK_MACAO, Kind.PERMIT_TAIWAN, Kind.PERMANENT_RESIDENCE):
        if _FORMS[kind][0].fullmatch(plain):
            return kind
    if _FORMS[Kind.PASSPORT_CN][0].fullmatch(plain):
        return Kind.PASSPORT_CN
    # digits alone are more often a mutilated identity number than a foreign passport: then the kind must be given
    if not plain.isdigit() and _FORMS[Kind.PASSPORT_FOREIGN][0].fullmatch(plain):
        return Kind.PASSPORT_FOREIGN
    raise Refusal(
        Reason.INVALID_VALUE,
        Text("认不出是哪种证件的号码。", "The number fits no known kind of document."),
        remedy=Text("请核对号码，或注明证件种类。", "Check the number, or give the kind of document."),
        field=field,
        value=mask_document(plain),
    )


def _kind(kind: Kind | str, field: str) -> Kind:
    try:
        return Kind(kind)
    except ValueError:
        raise Refusal(
            Reason.INVALID_VALUE,
            Text("没有这种证件。", "There is no such kind of document."),
            remedy=Text("可选：{names}。", "Choose from: {names}.").with_(
                names=Text(
                    "、".join(f"{k}（{t.zh}）" for k, t in KIND_NAMES.items()),
                    ", ".join(KIND_NAMES),
                )
            ),
            field=f"{field}_kind",
            value=kind,
        ) from None


def _numbered(plain: str, today: date, field: str) -> Document:
    """Check a number of 18 or 15 digits and read birth date and sex from it."""
    upgraded = len(plain) == 15
    if upgraded:
        plain = plain[:6] + "19" + plain[6:]
        plain += check_digit(plain)
    born = _birth_date(plain, today, field)
    right = check_digit(plain)
    if plain[17] != right:
        raise Refusal(
            Reason.WRONG_CHECK_DIGIT,
            Text(
                "第 18 位是校验码，按 GB 11643 应为 {right}，现为 {given}。",
                "Place 18 is a check digit: by GB 11643 it would be {right}, here it is {given}.",
            ).with_(right=right, given=plain[17]),
            remedy=Text(
                "请对照证件逐位核对：前 17 位也可能有误，不要只改最后一位。",
                "Compare every digit with the card: the first 17 may be wrong too, so do not just change the last.",
            ),
            field=field,
            value=mask_document(plain),
            expected=right,
        )
    kind = Kind.RESIDENT_ID
    if plain[0] == "9":
        kind = Kind.PERMANENT_RESIDENCE
    elif plain[:2] in ("81", "82", "83"):
        kind = Kind.RESIDENCE_PERMIT
    return Document(kind, plain, born, "m" if int(plain[16]) % 2 else "f")


def _birth_date(plain: str, today: date, field: str) -> date:
    part = f"{plain[6:10]}-{plain[10:12]}-{plain[12:14]}"
    try:
        born = date.fromisoformat(part)
    except ValueError:
        rule = Text(
            "出生日期（第 7 至 14 位）{day} 不存在。", "The birth date (places 7 to 14), {day}, does not exist."
        )
        raise _bad_date(rule.with_(day=part), plain, field) from None
    if born > today:
        rule = Text("出生日期 {day} 晚于今天 {today}。", "The birth date {day} is after today, {today}.")
        raise _bad_date(rule.with_(day=part, today=today.isoformat()), plain, field)
    if today.year - born.year > OLDEST:
        rule = Text("出生日期 {day} 距今超过 {n} 年。", "The birth date {day} is more than {n} {n|year|years} ago.")
        raise _bad_date(rule.with_(day=part, n=OLDEST), plain, field)
    return born


def _bad_date(rule: Text, plain: str, field: str) -> Refusal:
    remedy = Text("请对照证件核对第 7 至 14 位。", "Check places 7 to 14 against the card.")
    return Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field=field, value=mask_document(plain))


def _bad_resident(plain: str, field: str) -> Refusal:
    rule = Text(
        "居民身份证号码为 18 位（最后一位可为 X）或旧版 15 位数字，现有 {n} 位。",
        "A resident ID number has 18 digits (the last may be X), or 15 of the first generation; this has {n} {n|place|places}.",
    ).with_(n=len(plain))
    if len(plain) in (15, 18):
        rule = Text(
            "居民身份证号码除最后一位可为 X 外应全是数字，首位不为 0。",
            "A resident ID number has only digits, but for a last X, and does not begin with 0.",
        )
    remedy = Text(
        "请对照证件核对；其他证件请选对证件种类。", "Check it against the card, or choose the right kind of document."
    )
    return Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field=field, value=mask_document(plain))
