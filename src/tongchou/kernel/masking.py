"""Masked forms of personal data: what is shown before somebody opens a file for a reason.

Where a form is not recognised, more is hidden, never less.
"""

from __future__ import annotations

import re

from tongchou.kernel.surnames import COMPOUND_SURNAMES

_HAN = re.compile("[〇㐀-䶿一-鿿\U00020000-\U000323af]+")
_STOP = r"(?!街道|路|镇|乡|号|村|小区|区|县|超市)"
_ADDRESS = re.compile(
    r"(?P<province>\w{2,7}?(?:省|自治区|特别行政区))?"
    rf"(?P<city>(?:(?!街道|路|号|村|区|县|超市)\w){{1,9}}?(?:市|自治州|地区|盟))?"
    rf"(?P<district>(?:{_STOP}\w){{1,12}}?(?:区|县|旗|市))?"
    r"(?P<street>(?:(?!街道|(?:路|号|镇|乡|村)(?!街道|镇|乡))[^\W\d]){1,12}(?:街道办事处|街道|镇|乡|苏木))?"
)


def mask_name(name: str) -> str:
    """张三 to 张*, 欧阳修文 to 欧阳**, John Smith to J*** S****. A single character is hidden whole."""
    text = name.strip()
    if len(text) < 2:
        return "*" * len(text)
    if _HAN.fullmatch(text):
        kept = 2 if len(text) > 2 and text[:2] in COMPOUND_SURNAMES else 1
        return text[:kept] + "*" * (len(text) - kept)
    if _HAN.match(text):  # 买买提·艾力: the first character only
        return text[0] + "".join("*" if c.isalpha() else c for c in text[1:])
    return re.sub(r"[^\W\d_]+", lambda word: word[0][0] + "*" * (len(word[0]) - 1), text)


def mask_document(number: str) -> str:
    """110***********1234 from 15 places on; the first and the last three of a shorter number; below seven nothing."""
    text = number.strip()
    size = len(text)
    if size >= 15:
        return text[:3] + "*" * (size - 7) + text[-4:]
    if size >= 7:
        return text[0] + "*" * (size - 4) + text[-3:]
    return "*" * size


def mask_phone(number: str) -> str:
    """138****1234; any other number keeps the first three and, from ten places on, the last four (else two)."""
    text = number.strip()
    tail = 4 if len(text) >= 10 else 2
    if len(text) < 7:
        return "*" * len(text)
    return text[:3] + "*" * (len(text) - 3 - tail) + text[-tail:]


def mask_address(address: str) -> str:
    """Keep an address to the level of street or town; the rest, whatever its length, is four stars."""
    text = re.sub(r"\s+", "", address)
    if not text:
        return ""
    found = _ADDRESS.match(text)
    kept = found.group() if found else ""
    return kept if kept == text else kept + "****"
