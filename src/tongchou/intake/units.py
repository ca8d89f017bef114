"""Who is made responsible: the parties that an item itself names as those who act."""

from __future__ import annotations

import re

import rjieba

from tongchou.intake.model import Mention
from tongchou.intake.parties import LONG, in_a_row, split, trimmed
from tongchou.intake.sentences import masked, opened
from tongchou.intake.subjects import acting_noun, makes, with_names
from tongchou.intake.unit_rules import rules_of_units

_CLAUSE = re.compile("[，,：:；;。！？\n]")
# A place to which something is done: 居民小区实行封闭管理.
_PLACE = re.compile("(?:小区|(?<!经营)(?<!经营性)场所|市场|景区|工地|学校)$")
_DONE_TO = re.compile("严格|全面|一律|实行|实施|关闭")
_MOVED = re.compile("(?:[^医务工作值守]人员|旅客|来访者|对象|车辆|顾客)$")
"""People and things to whom something is done: 返区人员一律隔离."""
_ASKS = re.compile("一律|并报|必须|务必|(?<![主重需首必])要(?![求素])|没有|不是|急需|的由|前为")
_BANS = re.compile("严禁|禁止|不得|不准")
_TOOK = re.compile(
    "[对把将向给为]|会同|配合|严格|每[户人]|带着|带领|派人|专[人车]|各[派抽]|已|就(?!业|餐|诊|医|读)|与.{2,12}(?:建立|签)"
)
"""Where what somebody acts on begins: 法警大队对来院人员."""
_BUT = re.compile("除(?!了|夕|尘|外).{1,20}(?:外|以外|之外)?$")
"""Who is excepted: 沿街店铺除药店外一律关门."""
_IF = re.compile("一旦|如果|如|若")
_OBJECT = re.compile("对|针对|把|将|因|按|根据|为|给|向|绝不|不|未|能|让|使|督促|要求|引导|组织|确保|保障|一旦|如")
"""A description that opens so is of those to whom something is done."""
_TIMED = re.compile(r"^(?:[^，的]{0,12}?(?:[日天周月会班节](?:之|以)?[前后]|期间|当[天日]|[日天时]起|起|月份|月\d{1,2}日(?:至(?:\d{1,2}月)?\d{1,2}日)?))(?=[^的])")
"""A time before the party: 今天下班前刑庭."""
_NOT_DONE = re.compile("[不未只]|可(?!疑)|适度|(?<![涉])[无没](?!物业|人机|线)")
_BY = re.compile("(?<![理事])由(?!于|此)")
_SOON = re.compile("^[^，]{1,8}?(?:内|前|起|当[天日])(?=.)")
_ROOM = re.compile("(?:生产区|办公区|生活区|宿舍|食堂|厕所|教室|车间|电梯)$")
_TIME = re.compile("\\d+(?:点|时|分钟|小时|天[之以]?内|日[之以]?内)|^(?:每[天日])?[上下]午|^每[天日]对|^\\d{1,2}月\\d{1,2}日[至前](?!.*的)|\\d岁[^的]*(?:老人|儿童)$")
"""No party is told so: 每天16点."""


def units(text: str, start: int, skip: int = 0) -> tuple[Mention, ...]:
    """The parties in the order of the text. start: place of the item; skip: length of its ordinal."""
    rules, found = rules_of_units(), []
    hidden = with_names(text, masked(opened(text)))
    at, before = skip, (0, 0)
    for mark in [*_CLAUSE.finditer(hidden, skip), None]:
        end = mark.start() if mark else len(text)
        clause = hidden[at:end]
        shift = at + len(clause) - len(clause.lstrip())
        clause = clause.strip()
        supposed = False
        if opening := rules["opening"].match(clause):
            shift, clause = shift + opening.end(), clause[opening.end() :]
            supposed = _IF.match(opening.group()) is not None
        if span := _subject(clause, supposed):
            found += split(text, shift + span[0], shift + span[1])
            if in_a_row(text[slice(*before)], clause[slice(*span)]):
                found += split(text, *before)  # 区教育局,区卫健局派员: a comma for 、
        elif rules["modal"].match(_SOON.sub("", clause)) and before != (0, 0):
            found += split(text, *before)
        by = [match.span("s") for match in rules["by"].finditer(clause)]
        for a, b in by or _passive(clause):
            found += split(text, shift + a, shift + b)
        for match in rules["banned"].finditer(clause):
            found += split(text, shift + match.start("s"), shift + match.end("s"))
        for match in (*rules["joined"].finditer(clause), *rules["duty"].finditer(clause)):
            found += split(text, shift + match.start("s"), shift + match.end("s"))
        for match in rules["with"].finditer(clause):
            found += split(text, shift + match.start("s"), shift + match.end("s"))
        for match in rules["through"].finditer(text[at:end]):
            found += split(text, at + match.start("s"), at + match.end("s"))
        before = (0, 0) if span else _whole(clause, shift)
        at = mark.end() if mark else len(text)
    for match in rules["told"].finditer(text, skip):
        found += split(text, match.start("s"), match.end("s"))
    out: dict[str, Mention] = {}
    for a, b in found:
        a, b = trimmed(text, a, b)
        name = text[a:b]
        if name and name not in out and not _TIME.search(name):
            out[name] = Mention(name, start + a, start + b)
    return tuple(sorted(out.values(), key=lambda m: m.start))


def _subject(clause: str, supposed: bool = False) -> tuple[int, int] | None:
    """supposed: an 如果 stood before it, so that only who must act by the words of an order is a party."""
    rules = rules_of_units()
    match = rules["subject"].match(clause)
    if (
        match is None
        and (match := rules["far"].match(clause))
        and (_PLACE.search(match["s"]) or rules["no_act"].match(clause, match.end("s")))
    ):
        match = None
    if match is None:
        return _acting(clause) or (None if supposed else _noun(clause))
    words = match["s"]
    if supposed and not rules["modal"].match(clause[len(words) :]):
        return None
    if rules["not_subject"].match(words):
        # 对…的企业，相关部门要…: what stands after the condition may still be the subject.
        inner = re.search("(?:期间|的同时|情况下|前提下|时|后|中|上|内)(?=[各全所有相镇街社村企学居])", words)
        if inner is None:
            return None
        rest = words[inner.end() :]
        return (
            (inner.end(), len(words)) if rules["head"].search(rest) and not rules["not_subject"].match(rest) else None
        )
    if _BANS.search(words) or _ASKS.search(words) or (_MOVED.search(words) and clause.startswith("一律", len(words))):
        return None
    if timed := _TIMED.match(words):
        rest = words[timed.end() :]
        if rules["head"].search(rest) and len(rest) > 1 and not rules["not_subject"].match(rest):
            return timed.end(), len(words)
    if (_ROOM.search(words) and not (words.endswith("食堂") and rules["modal"].match(clause[len(words) :]))) or (_NOT_DONE.search(words) and "的" not in words):
        return None
    if _PLACE.search(re.sub("（[^（）]*）$", "", words)) and _DONE_TO.match(clause, len(words)):
        return None
    if (took := _TOOK.search(words, 2)) and rules["head"].search(words[: took.start()]):
        return 0, took.start()
    if (but := _BUT.search(words)) and rules["head"].search(words[: but.start()]):
        return 0, but.start()
    if "由" in words[1:] or (re.search("[向给把将被以]", words[1:]) and "的" not in words):
        return None
    return 0, len(words)


def _passive(clause: str) -> list[tuple[int, int]]:
    """由属地乡镇组建…: the party after 由 and before a verb that no list holds, up to the last end of a word that ends such names."""
    rules = rules_of_units()
    found = []
    for by in _BY.finditer(clause):
        words = re.split("[，。；由]", clause[by.end() : by.end() + 26])[0]
        ends, at = [], 0
        for word in rjieba.cut(words):
            at += len(word)
            ends.append(at)
        named = 0
        for n, end in enumerate(ends):
            if named and words.startswith("逐", named):  # 由县民政局逐院清点
                break
            if rules["head"].search(words[:end]) and end > 1:
                named = end
            elif named and words[named:end].strip("（）、和与及等") and not _names_on(words, ends[n:], named):
                break
        if named and named < len(words) and not words.startswith("的", named):
            found.append((by.end(), by.end() + named))
    return found


def _names_on(words: str, ends: list[int], named: int) -> bool:
    """A mark or 和 leads to another party: 由街道、社区核实."""
    return words[named] in "、和与及（" and any(rules_of_units()["head"].search(words[named:e]) for e in ends[:3])


def _acting(clause: str) -> tuple[int, int] | None:
    """An organ at the start of a clause before a verb that no list holds: 区政务服务中心开通…, told by the classes of words."""
    rules = rules_of_units()
    if rules["not_subject"].match(clause):
        return None
    for head in rules["organ"].finditer(clause[:40]):
        if re.search("[的把将被向给为由要以于对]", clause[: head.end()]) or re.match(
            "[^，]{1,6}的", clause[head.end() :]
        ):
            return None
        words = [(w, t) for w, t in rjieba.tag(clause[head.end() : head.end() + 12]) if t != "x"]
        told = [t for _, t in words]
        plain = bool(words) and (told[0] in ("v", "vi") or words[0][0].startswith("依法")) and not rules["no_act"].match(words[0][0])
        if plain or (
            len(told) > 1
            and told[0] in ("d", "ad", "vn")
            and not rules["no_act"].match(words[0][0])
            and told[1] in ("v", "vi", "vn", "d", "a")
        ):
            return 0, head.end()
    return None


def _noun(clause: str) -> tuple[int, int] | None:
    """A noun that opens the clause and acts, where it is no place or person to whom something is done."""
    rules = rules_of_units()
    if rules["not_subject"].match(clause):
        return None
    span = acting_noun(clause, lambda words: bool(rules["head"].search(words)))
    if (
        span is None
        or "由" in clause[: span[1]]
        or _OBJECT.match(clause)
        or _ROOM.search(clause[: span[1]])
        or rules["no_act"].match(clause, span[1])
    ):
        return None
    if clause.startswith("作为", span[1]) or (
        _DONE_TO.match(clause, span[1]) and re.search(_PLACE.pattern + "|(?:人员|员工|师生)$", clause[: span[1]])
    ):
        return None
    return span


def _whole(clause: str, shift: int) -> tuple[int, int]:
    """A clause that is nothing but a party (…的企业，需…): the party, after the last 的."""
    match = rules_of_units()["whole"].match(clause)
    if match is None:
        return 0, 0
    words = match["s"]
    if _ASKS.search(words) or (_NOT_DONE.search(words) and "的" not in words):
        return 0, 0
    cut = words.rfind("的") + 1 if len(words) > LONG or words.startswith("对于") else 0
    if cut and words.startswith("对于"):
        return shift + cut, shift + len(words)
    if (
        "由" in words
        or _OBJECT.match(words)
        or makes(words)
        or ("的" not in words and rules_of_units()["not_subject"].match(words))
    ):
        return 0, 0
    return shift + cut, shift + len(words)
