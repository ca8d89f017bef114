"""Who is made responsible: the parties that an item itself names as those who act."""

from __future__ import annotations

import re
from functools import cache

import rjieba

from tongchou.intake.lexicons import any_of, lexicon
from tongchou.intake.model import Mention
from tongchou.intake.sentences import masked, opened
from tongchou.intake.subjects import acting_noun, makes, with_names

_CLAUSE = re.compile("[，,：:；;。！？\n]")
_JOINT = re.compile("[、]|以及|及其|和|及|与|或者?(?!许)")
# A place to which something is done: 居民小区实行封闭管理.
_PLACE = re.compile("(?:小区|(?<!经营)(?<!经营性)场所|市场|景区|工地|学校)$")
_DONE_TO = re.compile("严格|全面|一律|实行|实施|关闭")
_MOVED = re.compile("(?:[^医务工作值守]人员|旅客|来访者|对象|车辆|顾客)$")
"""People and things to whom something is done: 返区人员一律隔离."""
_ASKS = re.compile("一律|并报|必须|务必|(?<![主重需首必])要(?![求素])|没有|不是|急需|的由|前为")
_TRADE = re.compile("^[^各有相本区县市]?[^局委办会社组室站队所各有相]{1,4}$")
"""税务、电力部门: trades of one word 部门."""
_BANS = re.compile("严禁|禁止|不得|不准")
_ORGAN = re.compile("(?:局|委|办|公司|政府|指挥部|街道|法院|检察院)$")
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
_BARE = re.compile("^(?:部门|单位|企业|人员|个人|机构|组织|场所|干部|群众|学校|委员会|职工|公司|镇街|乡镇|街道|社区)$")
LONG = 34
"""Characters of a party with all that describes it, at most; of a longer one only what follows the last 的 is taken."""
_SHARED = re.compile("^(?:有关|相关|任何|各有关|各相关|各类|所有|其他|上述|重点|全体|各级|广大)")


@cache
def _rules() -> dict[str, re.Pattern[str]]:
    words = lexicon("units")
    long, short = any_of(words["heads"]), any_of(words["short_heads"])
    modal, verb = any_of(words["modal"]), any_of(words["verb"])
    soon = "(?:(?=[本今明下年月当节会\\d一二三四五六七八九十两春秋寒暑开复返上到出入离])[^，。；、的]{1,6}(?:之?前|之?内|以后|之后|期间|当[天日]))"
    return {
        "subject": re.compile(
            rf"^(?P<s>各[^，。；、的]{{1,10}}?(?:{short})(?={verb}|{modal})|(?:[^、]{{0,34}}?|[^，。；]{{0,90}}?)(?:(?:{long})(?:（[^（）]{{1,20}}）)?(?!办公室|干部|(?:主要|分管|相关|有关)?负责人|负责同志|人员|成员|分局|上下|监委|政府|委员会|派[驻出]|联社)(?={soon}?(?:{modal}|{verb}))|(?:{short})(?:（[^（）]{{1,20}}）)?(?={modal}|{soon}(?:{modal}|{verb})|\d{{1,2}}月(?:\d{{1,2}}日|底|末)前|[一二两三四五六七八九十\d]{{1,3}}(?:[日天周]|小时|个月)内|每[日天周])))"
        ),
        "far": re.compile(rf"^(?P<s>.{{0,12}}(?:{long}))(?!上下)(?=[^的]{{1,8}}?(?:{modal}))"),
        "whole": re.compile(rf"^(?P<s>.{{0,34}}?(?:{long}|{short}))(?:（[^（）]{{1,20}}）)?$"),
        "by": re.compile(
            rf"(?<!理)(?<!事)由(?!于)(?P<s>(?:所[在属辖])?[^，。；由]{{0,26}}?(?:{long}|{short}))(?:（[^（）]{{1,20}}）)?(?={verb}|{modal}|介入|联合|跟踪|督办|依法|统一|按|进行|予以|给予|在|会同|另|分别|共同|对|审|严|从|追|查|出具|签|安排|提供|派|实|负|承|自|联系|接|转|通知|汇总|登记|推送|代|报|核|牵头|列|梳|分解|回|兜|垫|支|补|抽|盯|管|上门|每|约谈|集中|发布|研究|成立|开展|收|发)"
        ),
        "with": re.compile(
            rf"会同(?P<s>[^，。；]{{1,26}}?(?:等部门|等单位|{long}|{short}))(?=在|对|于|按|共同|联合|抽查|核查|督查|巡查|负责|[，。；]|$|{modal}|{verb}|(?<=[局委办门])[^、和等的])"
        ),
        "banned": re.compile(
            rf"{any_of(words['banned'])}(?![带将把让])(?P<s>[^，。；的]{{1,24}}?(?:{long}|{short}|班))(?={any_of(words['banned_from'])})"
        ),
        "told": re.compile(r"(?:责任|牵头|配合|承办|协办|主责)(?:单位|部门|科室)[：:]\s*(?P<s>[^，,。；;）)\n]{2,60})"),
        "joined": re.compile(
            rf"(?:牵头|主抓|负责|为主)、(?P<s>[^，。；、的]{{1,16}}?(?:{long}|{short}))(?=配合|协助|参与|协同|跟进)"
        ),
        "duty": re.compile(rf"^(?P<s>[^，。；的]{{0,12}}(?:{long}))(?=是.{{0,16}}(?:责任人|责任主体|责任单位)$)"),
        "modal": re.compile("^" + modal),
        "opening": re.compile("^(?:" + "|".join(sorted(words["opening"], key=len, reverse=True)) + ")"),
        "not_subject": re.compile("^" + any_of(words["not_subject"])),
        "no_unit": re.compile("^" + any_of(words["no_unit"]) + "$"),
        "through": re.compile(words["through"][0] if isinstance(words["through"], list) else words["through"]),
        "organ": re.compile(any_of(words["organs"])),
        "no_act": re.compile(any_of(words["no_act"])),
        "head": re.compile(f"(?:{long}|{short})$"),
        "heads": re.compile(f"(?:{long}|{short})"),
        "long": re.compile(f"(?:{long})$"),
    }


def units(text: str, start: int, skip: int = 0) -> tuple[Mention, ...]:
    """The parties in the order of the text. start: place of the item; skip: length of its ordinal."""
    rules, found = _rules(), []
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
            found += _split(text, shift + span[0], shift + span[1])
        elif rules["modal"].match(_SOON.sub("", clause)) and before != (0, 0):
            found += _split(text, *before)
        by = [match.span("s") for match in rules["by"].finditer(clause)]
        for a, b in by or _passive(clause):
            found += _split(text, shift + a, shift + b)
        for match in rules["banned"].finditer(clause):
            found += _split(text, shift + match.start("s"), shift + match.end("s"))
        for match in (*rules["joined"].finditer(clause), *rules["duty"].finditer(clause)):
            found += _split(text, shift + match.start("s"), shift + match.end("s"))
        for match in rules["with"].finditer(clause):
            found += _split(text, shift + match.start("s"), shift + match.end("s"))
        for match in rules["through"].finditer(text[at:end]):
            found += _split(text, at + match.start("s"), at + match.end("s"))
        before = (0, 0) if span else _whole(clause, shift)
        at = mark.end() if mark else len(text)
    for match in rules["told"].finditer(text, skip):
        found += _split(text, match.start("s"), match.end("s"))
    out: dict[str, Mention] = {}
    for a, b in found:
        name = text[a:b]
        if name and name not in out:
            out[name] = Mention(name, start + a, start + b)
    return tuple(sorted(out.values(), key=lambda m: m.start))


def _subject(clause: str, supposed: bool = False) -> tuple[int, int] | None:
    """supposed: an 如果 stood before it, so that only who must act by the words of an order is a party."""
    rules = _rules()
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
    if supposed and not rules["modal"].match(clause, len(words)):
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
    if _ROOM.search(words) or (_NOT_DONE.search(words) and "的" not in words):
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
    rules = _rules()
    found = []
    for by in _BY.finditer(clause):
        words = re.split("[，。；由]", clause[by.end() : by.end() + 26])[0]
        ends, at = [], 0
        for word in rjieba.cut(words):
            at += len(word)
            ends.append(at)
        named = 0
        for n, end in enumerate(ends):
            if rules["head"].search(words[:end]) and end > 1:
                named = end
            elif named and words[named:end].strip("（）、和与及等") and not _names_on(words, ends[n:], named):
                break
        if named and named < len(words) and not words.startswith("的", named):
            found.append((by.end(), by.end() + named))
    return found


def _names_on(words: str, ends: list[int], named: int) -> bool:
    """A mark or 和 leads to another party: 由街道、社区核实."""
    return words[named] in "、和与及（" and any(_rules()["head"].search(words[named:e]) for e in ends[:3])


def _acting(clause: str) -> tuple[int, int] | None:
    """An organ at the start of a clause before a verb that no list holds: 区政务服务中心开通…, told by the classes of words."""
    rules = _rules()
    if rules["not_subject"].match(clause):
        return None
    for head in rules["organ"].finditer(clause[:40]):
        if re.search("[的把将被向给为由要以于对]", clause[: head.end()]) or re.match(
            "[^，]{1,6}的", clause[head.end() :]
        ):
            return None
        words = [(w, t) for w, t in rjieba.tag(clause[head.end() : head.end() + 12]) if t != "x"]
        told = [t for _, t in words]
        plain = bool(words) and told[0] in ("v", "vi") and not rules["no_act"].match(words[0][0])
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
    rules = _rules()
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
    match = _rules()["whole"].match(clause)
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
        or ("的" not in words and _rules()["not_subject"].match(words))
    ):
        return 0, 0
    return shift + cut, shift + len(words)


def _split(text: str, a: int, b: int) -> list[tuple[int, int]]:
    """区执法局、公安分局 are two, 卫健、应急等部门 and 有关单位和部门 are one."""
    rules = _rules()
    words = text[a:b]
    if len(words) > LONG and (cut := words.replace("的肺炎", "〓肺炎").rfind("的", 0, -2) + 1):
        a, words = a + cut, words[cut:]
    cuts, at = [], 0
    for joint in _JOINT.finditer(words):
        if not _inside(words, joint.start()):
            cuts.append((at, joint.start()))
            at = joint.end()
    cuts.append((at, len(words)))
    cuts = _whole_names(words, cuts)
    parts = [words[x:y] for x, y in cuts]
    if (
        len(parts) > 2
        and "等" in parts[-1] + parts[-2]
        and all(_ORGAN.search(p) for p in parts[:-2])
        and all(rules["head"].search(p) for p in parts[: -1 - ("等" in parts[-2])])
    ):
        cuts = [(x, x + len(p.split("等")[0])) for (x, _), p in zip(cuts, parts, strict=True)][
            : -1 if "等" in parts[-2] else None
        ]
        parts = [words[x:y] for x, y in cuts]
    if len(parts) > 1 and (
        (parts[-1].endswith("部门") and all(_TRADE.match(p) for p in (*parts[:-1], parts[-1][:-2])))
        or any(not rules["head"].search(p) for p in parts)
        or any(rules["no_unit"].match(p) for p in parts[:-1])
        or "等" in parts[-1][:6]
        or (_SHARED.match(parts[0]) and any(_BARE.match(p) for p in parts[1:]))
    ):
        if len(words) > 26 and len(parts) > 2 and "等" not in words:
            return []
        parts, cuts = [words], [(0, len(words))]
    return [
        (a + x, a + y) for (x, y), p in zip(cuts, parts, strict=True) if len(p) > 1 and not rules["no_unit"].match(p)
    ]


def _whole_names(words: str, cuts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """县粮食和物资储备中心 is one name: what stands before 和 and ends no name goes with what follows, in a row of names that do end."""
    head = _rules()["head"]
    out: list[tuple[int, int]] = []
    for x, y in cuts:
        if out and words[out[-1][1]] in "和及与" and not head.search(words[out[-1][0] : out[-1][1]]):
            out[-1] = (out[-1][0], y)
        else:
            out.append((x, y))
    return out if all(head.search(words[x:y]) for x, y in out) else cuts


def _inside(words: str, at: int) -> bool:
    return words[:at].count("（") > words[:at].count("）")
