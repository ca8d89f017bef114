"""What is given about a person, checked and brought to normal forms. Values in refusals are masked."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from tongchou.kernel.clock import parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.identifiers import OLDEST, parse_document
from tongchou.kernel.masking import mask_name
from tongchou.kernel.phones import parse_phone
from tongchou.kernel.text import Text
from tongchou.record.people.identity import Identity

LONGEST_NAME = 60
LONGEST_ADDRESS = 200
_SEXES = {
    "m": "m", "男": "m", "男性": "m", "male": "m", "1": "m",
    "f": "f", "女": "f", "女性": "f", "female": "f", "2": "f",
    "u": "u", "未知": "u", "不详": "u", "unknown": "u", "0": "u", "9": "u",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """An identity that was checked, and the sex that goes with it (m, f, u)."""

    identity: Identity
    sex: str


def read_identity(
    *,
    name: str,
    today: date,
    document_kind: str = "",
    document: str = "",
    phone: str = "",
    address: str = "",
    birth_date: str | date | None = None,
    sex: str = "",
) -> Given:
    """Check what was given; raises a Refusal that names the first field at fault. Empty text means: not known."""
    read_name = clean_name(name)
    born = read_birth(birth_date, today) if birth_date else None
    read_sex = clean_sex(sex)
    kind = number = ""
    if document.strip():
        found = parse_document(document_kind or None, document, today=today)
        kind, number = found.kind.value, found.normal
        if found.birth_date is not None:
            born = _agree(born, found.birth_date)
        if found.sex is not None:
            if read_sex not in ("", "u", found.sex):
                rule = Text("性别与证件号码第 17 位不一致。", "The sex differs from what place 17 of the document says.")
                raise Refusal(Reason.INVALID_VALUE, rule, remedy=_COMPARE, field="sex", value=sex)
            read_sex = found.sex
    dialled = parse_phone(phone).normal if phone.strip() else ""
    return Given(Identity(read_name, kind, number, dialled, clean_address(address), born), read_sex or "u")


_COMPARE = Text("请对照证件核对后更正。", "Compare with the document and correct it.")


def _agree(given: date | None, on_document: date) -> date:
    if given is not None and given != on_document:
        rule = Text("出生日期与证件号码第 7 至 14 位不一致。", "The birth date differs from places 7 to 14 of the document.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=_COMPARE, field="birth_date", value=_hidden(given))
    return on_document


def clean_name(text: str) -> str:
    """Return a name with plain spaces and forms; refuses what cannot be a name."""
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not name:
        rule = Text("没有填写姓名。", "The name is missing.")
        remedy = Text("请填写姓名。", "Give the name.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=remedy, field="name")
    remedy = Text("请对照证件填写姓名。", "Write the name as on the document.")
    if len(name) > LONGEST_NAME:
        rule = Text("姓名不超过 {n} 个字符。", "A name has at most {n} {n|character|characters}.").with_(n=LONGEST_NAME)
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="name", value=mask_name(name)[:LONGEST_NAME])
    bad = next((c for c in name if unicodedata.category(c)[0] in "CNS" and c not in "〇ʼ"), None)
    if bad is not None or not any(c.isalpha() or c == "〇" for c in name):
        rule = Text("姓名里有不应出现的字符，或没有文字。", "The name holds a character that no name has, or no letter at all.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="name", value="*" * len(name))
    return name


def clean_address(text: str) -> str:
    address = " ".join(unicodedata.normalize("NFKC", text).split())
    if len(address) > LONGEST_ADDRESS:
        rule = Text("地址不超过 {n} 个字符。", "An address has at most {n} {n|character|characters}.").with_(n=LONGEST_ADDRESS)
        remedy = Text("请只写到门牌号和室号。", "Give it down to the door and room, nothing else.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="address", value="****")
    if any(unicodedata.category(c) in ("Cc", "Co", "Cs") for c in address):
        rule = Text("地址里有无法显示的字符。", "The address holds characters that cannot be shown.")
        remedy = Text("请重新填写地址。", "Write the address again.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="address", value="****")
    return address


def clean_sex(text: str) -> str:
    """Return m, f, u, or "" when nothing was given."""
    plain = re.sub(r"\s", "", text).lower()
    if not plain:
        return ""
    if plain not in _SEXES:
        rule = Text("性别应为男、女或未知。", "The sex is m, f or u.")
        raise Refusal(
            Reason.INVALID_VALUE, rule, remedy=Text("请填写男、女或未知。", "Write m, f or u."), field="sex", value=text[:10]
        )
    return _SEXES[plain]


def read_birth(value: str | date, today: date) -> date:
    born = parse_date(value, "birth_date")
    remedy = Text("请核对年、月、日。", "Check the year, month and day.")
    if born > today:
        rule = Text("出生日期晚于今天。", "The birth date is after today.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field="birth_date", value=_hidden(born))
    if today.year - born.year > OLDEST:
        rule = Text("出生日期距今超过 {n} 年。", "The birth date is more than {n} {n|year|years} ago.").with_(n=OLDEST)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field="birth_date", value=_hidden(born))
    return born


def _hidden(born: date) -> str:
    return f"{born.year}-**-**"
