"""Levels of the territory, what may lie below what, and codes as this database takes them."""

from __future__ import annotations

from tongchou.kernel.codes import Division, Level, parse_division
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.names import place_pinyin
from tongchou.kernel.text import Text

LEVEL_NAMES: dict[str, Text] = {
    "province": Text("省级", "province"),
    "city": Text("地级", "city"),
    "district": Text("县级", "district"),
    "street": Text("街道（乡镇）", "street or town"),
    "community": Text("社区（村）", "community or village"),
    "grid": Text("网格", "grid"),
    "building": Text("楼栋", "building"),
}
PARENTS: dict[str, tuple[str, ...]] = {
    "province": (),
    "city": ("province",),
    "district": ("city", "province"),
    "street": ("district", "city"),
    "community": ("street",),
    "grid": ("community",),
    "building": ("grid", "community"),
}
"""A city without districts has its streets directly below it; a building may have no grid."""

ORDER = tuple(PARENTS)
RANK = {level: n for n, level in enumerate(ORDER)}
_INVENTED, _STAND_IN = "99", "44"
_STEMS = ("街道办事处", "民族乡", "街道", "地区", "镇", "乡")


def read_code(code: str, field: str = "code") -> Division:
    """Read a division code. No province has the digits 99 (GB/T 2260): invented districts use them, otherwise by the same rules."""
    plain = code.strip().upper()
    zone = plain[:1] if plain[:1].isalpha() else ""
    if not plain[len(zone) :].startswith(_INVENTED):
        return parse_division(code, field)
    found = parse_division(zone + _STAND_IN + plain[len(zone) + 2 :], field)
    return Division(_back(found.code), found.level, found.parent and _back(found.parent), found.civil, found.kind)


def _back(code: str) -> str:
    head = code[:1] if code[:1].isalpha() else ""
    return head + _INVENTED + code[len(head) + 2 :]


def check_parent(level: str, parent: str | None, field: str = "parent") -> None:
    """Refuse a parent of the wrong level. Only provinces have none."""
    allowed = PARENTS[level]
    if (parent is None and not allowed) or parent in allowed:
        return
    wanted = Text(
        "、".join(LEVEL_NAMES[p].zh for p in allowed) or "无", " or ".join(LEVEL_NAMES[p].en for p in allowed) or "nothing"
    )
    rule = Text(
        "{level}的上级应为{wanted}，现为{given}。", "The parent of a {level} is a {wanted}; here it is a {given}."
    ).with_(level=LEVEL_NAMES[level], wanted=wanted, given=LEVEL_NAMES[parent] if parent else Text("无", "nothing"))
    remedy = Text("请核对级别和上级。", "Check the level and the parent.")
    raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field=field)


def check_name(name: str, field: str = "name") -> str:
    """Return the name without outer spaces; refused when it is empty, too long, only digits, or holds control characters."""
    plain = name.strip()
    remedy = Text("请填写区划全称，如“朝阳街道”。", "Give the full name of the area.")
    if not plain:
        raise Refusal(Reason.MISSING_VALUE, Text("缺少名称。", "The name is missing."), remedy=remedy, field=field)
    if len(plain) > 120 or plain.isdigit() or "\ufffd" in plain or not all(c.isprintable() for c in plain):
        rule = Text(
            "名称应为 1 至 120 字，不能全是数字，不能有乱码。", "A name has 1 to 120 characters, not digits only, none broken."
        )
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field=field, value=plain[:40])
    return plain


def stem(name: str) -> str:
    """Return a name without the word for its kind: 李埠口乡 and 李埠口街道 are both 李埠口."""
    for word in _STEMS:
        if name.endswith(word) and len(name) > len(word) + 1:
            return name[: -len(word)]
    return name


def name_key(name: str, longest: int = 240) -> str:
    """Pinyin syllables, for sorting and search: "chang shou qu"."""
    return place_pinyin(name)[:longest]


__all__ = ["LEVEL_NAMES", "ORDER", "PARENTS", "RANK", "Level", "check_name", "check_parent", "name_key", "read_code", "stem"]
