"""How people's names are found: pinyin with all readings, search keys of a name, keys of a typed query. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise, permutations, product

from pypinyin import Style, lazy_pinyin, pinyin

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.surnames import COMPOUND_SURNAMES, PLACE_READINGS, SURNAME_READINGS
from tongchou.kernel.text import Text

HAN = "〇㐀-䶿一-鿿豈-﫿\U00020000-\U000323af"
_HAN_RUN = re.compile(f"[{HAN}]+")
_HAN_ONLY = re.compile(f"[{HAN}]+")
_SEPARATORS = re.compile(r"[\s·•‧・∙⋅.．\-‐‑–'’‘`ʻʼ，,]+")
_TAIL = re.compile(r"\d{4}|\d{6}|\d{3}X|\d{5}X")
_MOST_READINGS = 48
_PLACE = re.compile("|".join(sorted(PLACE_READINGS, key=len, reverse=True)))


def _flat(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _letters(text: str) -> str:
    """Lower case without accents; ü is v, as it is typed; what is neither letter nor Han is dropped."""
    low = text.casefold().replace("ü", "v").replace("u:", "v")
    if not low.isascii():
        low = "".join(c for c in unicodedata.normalize("NFKD", low) if not unicodedata.combining(c))
        low = unicodedata.normalize("NFC", low)
    return "".join(c for c in low if c.isalpha())


@lru_cache(maxsize=32768)
def readings(char: str) -> tuple[str, ...]:
    """Return every reading of one Han character without tones, the commonest first; () when it has none."""
    found = pinyin(char, style=Style.NORMAL, heteronym=True, errors="ignore")
    out: dict[str, None] = {}
    for one in found[0] if found else ():
        plain = one.replace("ü", "v")
        out[plain] = None
        if plain in ("lv", "nv", "lve", "nve"):
            out[plain.replace("v", "yu")] = None  # as passports write it: 吕 LYU
            out[plain.replace("v", "u")] = None
    return tuple(out)


def surname_of(name: str) -> str:
    """Return the surname of a name in Han characters: a compound one where it is known and a given name follows."""
    return name[:2] if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else name[:1]


@lru_cache(maxsize=8192)
def _surname_readings(surname: str) -> tuple[tuple[str, ...], ...]:
    """Readings of a surname, one tuple of syllables each; the surname reading comes first, all others stay findable."""
    out: dict[tuple[str, ...], None] = {}
    if surname in SURNAME_READINGS:
        out[tuple(SURNAME_READINGS[surname].split())] = None
    if surname[:1] in SURNAME_READINGS and len(surname) == 1:
        out[(SURNAME_READINGS[surname],)] = None
    for one in product(*(readings(c) for c in surname)):
        out[one] = None
    return tuple(out)


def pinyin_of(name: str) -> str:
    """Return a person's name in pinyin as it is most likely read (单雄信: "shan xiongxin"). For sorting and display."""
    flat = _flat(name)
    if not _HAN_ONLY.fullmatch(flat):
        words = ("".join(lazy_pinyin(part)) for part in _SEPARATORS.split(flat))
        return " ".join(w for w in map(_letters, words) if w)
    surname = surname_of(flat)
    known = _surname_readings(surname)
    family = "".join(known[0]) if known else surname
    given = "".join(lazy_pinyin(flat[len(surname) :]))
    return f"{family} {given}".strip().replace("ü", "v")


def place_pinyin(name: str) -> str:
    """Return a place name in pinyin syllables with known place readings: "chang shou qu" for 长寿区."""
    out: list[str] = []
    rest = 0
    flat = _flat(name)
    for found in _PLACE.finditer(flat):
        out += lazy_pinyin(flat[rest : found.start()])
        out += PLACE_READINGS[found.group()].split()
        rest = found.end()
    out += lazy_pinyin(flat[rest:])
    return " ".join(part for part in (syllable.strip().lower() for syllable in out) if part)


def search_keys(name: str) -> set[str]:
    """Return the strings under which a person's name is found.

    Han: the whole name, each run of two characters, and for every reading: full pinyin, initials, surname pinyin with
    given initials. Other scripts: the words, and the words joined in any order, lower case without accents; initials.
    """
    flat = _flat(name)
    if _HAN_ONLY.fullmatch(flat):
        return _han_keys(flat)
    words = [w for w in _SEPARATORS.split(flat) if w]
    han = "".join("".join(_HAN_RUN.findall(w)) for w in words)
    latin = [w for w in (_letters(_HAN_RUN.sub(" ", w)) for w in words) if w]
    keys: set[str] = set()
    if han:
        keys |= _han_keys(han)
        for word in words:
            keys |= {run for run in _HAN_RUN.findall(word) if len(run) > 1}
    if latin:
        keys |= _latin_keys(latin)
        if "ü" in flat.casefold():  # Müller is looked for as Muller, Lü as lv
            keys |= search_keys(flat.casefold().replace("ü", "u"))
    return keys


def _han_keys(name: str) -> set[str]:
    keys = {name}
    keys.update(name[i : i + 2] for i in range(len(name) - 1))
    surname = surname_of(name)
    given = [readings(c) for c in name[len(surname) :]]
    if all(given):
        _add_readings(keys, _surname_readings(surname), given)
    if len(surname) == 2 and given:  # a compound surname may also be a single one with a long given name
        rest = [readings(c) for c in name[1:]]
        if all(rest):
            _add_readings(keys, _surname_readings(name[0]), rest)
    return keys


def _add_readings(keys: set[str], families: tuple[tuple[str, ...], ...], given: list[tuple[str, ...]]) -> None:
    for limit in (9, 3, 2, 1):  # a long name of many-voiced characters keeps its commonest readings
        kept = [g[:limit] for g in given]
        size = len(families)
        for g in kept:
            size *= len(g)
        if size <= _MOST_READINGS:
            break
    names = [("".join(one), "".join([s[0] for s in one])) for one in product(*kept)]
    for family in families:
        full = "".join(family)
        short = "".join([s[0] for s in family])
        for syllables, initials in names:
            keys.add(full + syllables)
            keys.add(full + initials)
            keys.add(short + initials)


def _latin_keys(words: list[str]) -> set[str]:
    keys = set(words)
    keys.add("".join(words))
    keys.add("".join(reversed(words)))
    keys.update(a + b for a, b in pairwise(words))
    if len(words) <= 3:
        keys.update("".join(p) for n in (2, 3) for p in permutations(words, n))
    keys.add("".join(w[0] for w in words))
    keys.add("".join(w[0] for w in reversed(words)))
    return {k for k in keys if len(k) > 1}


def tail_keys(phone: str | None, document: str | None) -> set[str]:
    """Return the keys of the last 4 and last 6 places of a phone and of a document: {"t:1234", "t:001234"}."""
    keys: set[str] = set()
    for value in (phone, document):
        plain = "".join(c for c in _flat(value or "").upper() if c.isdigit() or c == "X")
        keys.update(f"t:{plain[-n:]}" for n in (4, 6) if len(plain) >= 6 and "X" not in plain[-n:-1])
    return keys


def query_keys(text: str, field: str = "q") -> list[str]:
    """Turn what was typed into keys that must all be found on one person.

    Two or more Han characters: their two-character runs. Letters: pinyin, initials or a foreign name, joined.
    Four or six digits (the last may be X): the tail of a phone or a document. Anything else is refused with a remedy.
    """
    flat = _flat(text)
    joined = _SEPARATORS.sub("", flat)
    if _HAN_ONLY.fullmatch(joined):
        if len(joined) < 2:
            raise _bad_query(flat, field, Text("只有一个汉字，范围太大。", "One Chinese character finds too many."))
        return list(dict.fromkeys(joined[i : i + 2] for i in range(len(joined) - 1)))
    if _TAIL.fullmatch(joined.upper()):
        return [f"t:{joined.upper()}"]
    if joined.isdigit() or re.fullmatch(r"\d+[Xx]", joined):
        rule = Text("号码尾号应为 4 位或 6 位。", "The tail of a number has 4 or 6 places.")
        raise _bad_query(flat, field, rule)
    if joined and all(c.isalpha() for c in joined) and not _HAN_RUN.search(joined):
        letters = _letters(flat)
        if len(letters) < 2:
            raise _bad_query(flat, field, Text("只有一个字母，范围太大。", "One letter finds too many."))
        return [letters]
    if not joined:
        raise _bad_query(flat, field, Text("没有输入要找的内容。", "Nothing was typed to search for."))
    rule = Text("一次只能用一种方式查找，不能混写。", "Search in one way at a time: the kinds cannot be mixed.")
    raise _bad_query(flat, field, rule)


def _bad_query(text: str, field: str, rule: Text) -> Refusal:
    remedy = Text(
        "请输入两个以上汉字、拼音或首字母，或手机号、证件号的后 4 位或后 6 位；完整号码请用精确查找。",
        "Type two or more Chinese characters, pinyin or initials, or the last 4 or 6 places of a phone or document; "
        "use exact look-up for a whole number.",
    )
    shown = text if not any(c.isdigit() for c in text) else f"{text[:2]}…"
    return Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field=field, value=shown[:20])
